"""Where the paper lies: every sheet's 档号, sheet count and location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from records.store import Store
from records.views import Actor, SheetPlaceRow
from workflow.changes import Changes
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Place:
    """A physical place (DA/T 18-2022 存储位置); parts left empty are not used by this office."""

    storeroom: str = ""  # 库房
    area: str = ""  # 区
    row: str = ""  # 列
    rack: str = ""  # 架
    shelf: str = ""  # 层
    box: str = ""  # 盒

    def text(self) -> str:
        """``1库房2区3列4架5层6盒``; empty when nothing is known."""
        parts = ("库房", self.storeroom), ("区", self.area), ("列", self.row), ("架", self.rack)
        more = ("层", self.shelf), ("盒", self.box)
        return "".join(f"{value}{unit}" for unit, value in parts + more if value)


@verb(Right.PLACE)
def set_location(store: Store, actor: Actor, now: datetime, registration_ids: Sequence[str], place: Place) -> Changes:
    """The sheets of these registrations lie at ``place``."""
    raise NotImplementedError


@verb(Right.SEE_CHILDREN)
def sheet_places(store: Store, actor: Actor, child_id: str) -> tuple[SheetPlaceRow, ...]:
    """All sheets of a child, newest statement first: where the paper is and which pages show it."""
    raise NotImplementedError


@verb(Right.SEE_REGISTRATIONS)
def find_by_number(store: Store, actor: Actor, archive_number: str) -> str | None:
    """The registration filed under a 档号, in either style and however its dots and dashes were typed."""
    raise NotImplementedError
