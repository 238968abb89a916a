"""The children the office knows, each with its current registration."""

from __future__ import annotations

from records.store import Store
from records.views import Actor, ChildRow
from workflow.permissions import Right, verb


@verb(Right.SEE_CHILDREN)
def children(store: Store, actor: Actor, *, search: str = "") -> tuple[ChildRow, ...]:
    """Children by pinyin, then id; ``search`` finds in name, pinyin, initials, ID number and 档号."""
    raise NotImplementedError
