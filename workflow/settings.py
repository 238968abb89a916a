"""Settings, each declared once: key, type, default, a Chinese sentence. Leaves get values, never the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from records.store import Store
from records.views import Actor
from workflow.changes import Changes
from workflow.permissions import Right, verb

T = TypeVar("T", int, str, bool)


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting. ``sentence`` is what the settings screen and the manual say about it."""

    key: str
    default: T
    sentence: str


SHOW_ALL_UNTIL = Setting("show_all_until", 50, "核对完多少份登记表以前，每个栏目都要人看一遍。")
RECHECK_PERCENT = Setting("recheck_percent", 2, "机器有把握的栏目里，暗中抽查百分之几。")
FONDS = Setting("fonds", "X001", "全宗号（同级档案馆给的编号）。")
CATEGORY = Setting("category", "ZY", "档案门类代码，儿童登记表一般用 ZY（专业）。")
RETENTION = Setting("retention", "D30", "保管期限代码：Y 永久，D30 三十年，D10 十年。")
UNIT = Setting("unit", "", "档号中的机构（乡镇）代码；空着就用本单位名称。")
NUMBER_TEMPLATE = Setting(
    "number_template", "{fonds}-{category}·{year}·{retention}·{unit}-{item:04d}", "档号的样子（DA/T 13-2022）。"
)
SETTINGS: tuple[Setting[int] | Setting[str] | Setting[bool], ...] = (
    SHOW_ALL_UNTIL,
    RECHECK_PERCENT,
    FONDS,
    CATEGORY,
    RETENTION,
    UNIT,
    NUMBER_TEMPLATE,
)


@verb(Right.SEE_OFFICE)
def settings(store: Store, actor: Actor) -> dict[str, int | str | bool]:
    """All settings with their present values."""
    raise NotImplementedError


@verb(Right.ADMINISTER)
def change_setting(store: Store, actor: Actor, now: datetime, key: str, value: int | str | bool) -> Changes:
    """Set one. Raises BadValue for an unknown key or a value that won't do."""
    raise NotImplementedError
