"""Frozen read models of group verification (成组核对). Plain data, like ``records.views``."""

from __future__ import annotations

from dataclasses import dataclass

from forms.kinds import JsonValue, Kind
from records.views import DoubtView, PixelBox


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What can be looked at on one sheet: all fields of one kind, of one value, or in which look-alikes stand."""

    group: str  # opaque, for ``sheet``
    about: str  # 同一种栏目、同一个选项、形近字
    label: str  # Chinese
    crops: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class GroupCrop:
    """One field of one form: the place in the viewing copy of its page, and what was read there."""

    registration_id: str
    key: str
    label: str
    kind: Kind
    page_id: str
    box: PixelBox
    text: str
    value: JsonValue
    doubts: tuple[DoubtView, ...]
    marks: tuple[tuple[int, int], ...]  # stretches of ``text`` the group is about: look-alikes, digits
    ticked: tuple[PixelBox, ...]  # boxes of the options read as ticked
    printed: bool  # options and ticks, not writing
    doubtful: bool


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """The crops of a group, largest doubt first. ``left_out``: they contradict another field of their form."""

    group: str
    label: str
    crops: tuple[GroupCrop, ...]
    more: int  # beyond what one sheet holds
    left_out: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A crop that was looked at and found right, with the value that was shown below it."""

    registration_id: str
    key: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Taken:
    """An acceptance that can be taken back: the number of its event."""

    registration_id: str
    key: str
    event: int
