"""What follows from a child's current registration, brought in line in one place whenever that may have changed."""

from __future__ import annotations

from datetime import datetime

from records import care_rows, child_rows, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Child
from workflow import concerns, mandatory, matching, sheets, visit_plan
from workflow.settings import intervals

SOME = 200  # children per transaction
GROWN_UP = 16  # 周岁; 二（一）: 不满十六周岁


def follow(store: Store, session: Session, actor_id: str, now: datetime, child: Child) -> None:
    """Columns to search by, proposals, cases to report, the next visit. Within the caller's transaction.

    What rests on answers that are sealed from the one at work is left as it was, and followed by ``catch_up``.
    """
    care_rows.forget_unfollowed(session, child.id)
    newest = child_rows.current_registration(session, child.id)
    if newest is not None and sheets.unseen(registration_rows.answers_of(session, newest.id)):
        care_rows.note_unfollowed(session, child.id, now)
    matching.refresh(session, child)
    concerns.follow(store, session, now, child)
    mandatory.follow(store, session, actor_id, now, child)
    visit_plan.plan_next(store, session, now, child, intervals(session))


def catch_up(store: Store, actor_id: str, now: datetime) -> None:
    """Somebody is there who may open what is extra-sensitive: what was left for her follows now."""
    if store.opened_keys.sensitive is None:
        return
    with store.session() as session:
        waiting = care_rows.unfollowed(session)
    for start in range(0, len(waiting), SOME):
        with store.transaction() as session:
            for child_id in waiting[start : start + SOME]:
                follow(store, session, actor_id, now, matching.child(session, child_id))
