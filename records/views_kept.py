"""What somebody keeps of how lists look: which columns, and filters by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChildFilter:
    """Which children are listed. Everything that isn't named lets all pass.

    ``exited``: only those who left the list (True), or are on it (False). ``age_from`` and ``age_to`` in whole years,
    both included. ``concern``: key concern that a person confirmed. ``overdue``: the next visit's day is past.
    ``reported``: stands in a batch, or in none.
    """

    exited: bool | None = None
    division: str = ""  # where they live: this division or below it
    sex: str = ""  # GB/T 2261.1
    age_from: int | None = None
    age_to: int | None = None
    concern: bool | None = None
    overdue: bool = False
    reported: bool | None = None


EVERYBODY = ChildFilter()


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A filter under its name. ``shared``: everybody's, made by an administrator."""

    view_id: str
    name: str
    filter: ChildFilter
    shared: bool


@dataclass(frozen=True, slots=True)
class WindowLeft:
    """How somebody left the window, to find it so again. Sizes in pixels, as Qt counts them (before scaling).

    ``screen`` is the name the frame knows the screen by; ``gaps`` the sizes of the parts beside a gap that can be
    dragged, by screen and number; ``widths`` those of columns that were made wider or narrower, by list and title.
    """

    screen: str = ""
    gaps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    widths: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
