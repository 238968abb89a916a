"""Everything that says where something belongs, by codes of divisions: to be looked through, and moved elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from records.tables import Batch, Child, KeptView, Office, Registration, Roster, Round, Source, User

COLUMNS: tuple[InstrumentedAttribute[str], ...] = (
    Office.division,
    User.division,
    Source.division,
    Registration.division,
    Child.scope,
    Child.residence_division,
    Round.division,
    Batch.division,
    Roster.division,
)
"""What the program goes by. What stands on paper (answers, frozen batches, printed forms) stays as it was written."""


def in_use(session: Session) -> Counter[str]:
    """Every code that something goes by, with how many rows do."""
    found: Counter[str] = Counter()
    for column in COLUMNS:
        for code, rows in session.execute(select(column, func.count()).where(column != "").group_by(column)):
            found[code] += rows
    return found


def move(session: Session, to: Callable[[str], str]) -> int:
    """Everything that goes by a code goes by ``to(code)`` from now on; how many rows that changed."""
    session.flush()
    changed = 0
    for column in COLUMNS:
        table = column.class_
        for code in session.scalars(select(column).where(column != "").distinct()).all():
            if to(code) != code:
                session.execute(update(table).where(column == code).values({column.key: to(code)}))
                changed += session.scalar(select(func.changes())) or 0
    for view in session.scalars(select(KeptView)):
        kept = view.content.get("division")  # of filters; columns have none
        if isinstance(kept, str) and kept and to(kept) != kept:
            view.content = {**view.content, "division": to(kept)}
            changed += 1
    session.flush()
    session.expire_all()
    return changed
