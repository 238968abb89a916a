"""Every registration and child belongs to one office; another one may only propose changes."""

from __future__ import annotations

from records import handovers
from records.session import Session
from records.store import Store
from records.tables import Child, Registration
from records.views import Actor
from workflow import scope
from workflow.errors import WrongState


def require_own(store: Store, session: Session, row: Registration) -> None:
    """Raises WrongState for a registration of another office."""
    if row.store_id != store.store_id:
        raise WrongState(
            f"这份登记表归{_name(session, row.store_id)}所有，本单位不能直接改，没有改动。请用“提建议”告诉对方。"
        )


def owner_of(store: Store, session: Session, row: Registration) -> str:
    """The office that a registration belongs to, "" for this one."""
    return "" if row.store_id == store.store_id else _name(session, row.store_id)


def own_child(session: Session, actor: Actor, child_id: str) -> Child:
    """A child of the scope to be changed. Raises NotFound, WrongState for one that another office looks after."""
    row = scope.child(session, actor, child_id)
    if row.store_id is not None:
        raise WrongState(f"这名儿童由{_name(session, row.store_id)}负责，本单位不能直接改，没有改动。请和对方联系。")
    return row


def _name(session: Session, store_id: str) -> str:
    partner = handovers.partner(session, store_id)
    return "别的单位" if partner is None else partner.name
