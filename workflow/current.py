"""What follows from a child's current registration, brought in line in one place whenever that may have changed."""

from __future__ import annotations

from datetime import datetime

from records.session import Session
from records.store import Store
from records.tables import Child
from workflow import concerns, mandatory, matching, visit_plan
from workflow.settings import intervals

GROWN_UP = 16  # 周岁; 二（一）: 不满十六周岁


def follow(store: Store, session: Session, actor_id: str, now: datetime, child: Child) -> None:
    """Columns to search by, proposals, cases to report, the next visit. Within the caller's transaction."""
    matching.refresh(session, child)
    concerns.follow(store, session, now, child)
    mandatory.follow(store, session, actor_id, now, child)
    visit_plan.plan_next(store, session, now, child, intervals(session))
