"""档号: made from a template, read back in both styles in use.

DA/T 13-2022 joins levels by ``-`` and parts of one level by ``·``: ``X001-ZY·2026·D30·黄松甸镇-0001``.
DA/T 22-2015 writes ``X001-ZY·2026-D30-黄松甸镇-0001``. Both hold the same six parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter

from workflow.errors import BadValue

DAT13 = "{fonds}-{category}·{year}·{retention}·{unit}-{item}"
DAT22 = "{fonds}-{category}·{year}-{retention}-{unit}-{item}"
PARTS = frozenset({"fonds", "category", "year", "retention", "unit", "item"})
ITEM_DIGITS = 4  # DA/T 22-2015: 件号 has four digits; a longer series simply grows

# what people type, print and scan instead of the two joining marks
_DOTS = str.maketrans(dict.fromkeys("．•‧・∙⋅", "·"))  # an ASCII full stop too, but only between parts: see parse
_DASHES = str.maketrans(dict.fromkeys("－—–―‐‑‒−", "-"))

_PATTERN = re.compile(
    r"(?P<fonds>[^-·]+)-(?P<category>[^-·]+)·(?P<year>\d{4})[·-](?P<retention>Y|D\d{1,3})[·-](?P<unit>[^-·]+)"
    r"(?P<dossier>·案卷)?-(?P<item>\d+)(?:-(?P<position>\d+))?"
)
DOSSIER = "案卷"
POSITION_DIGITS = 3  # DA/T 13-2022: 按卷 the 件号 within a 案卷 has three digits


@dataclass(frozen=True, slots=True)
class ArchiveNumber:
    """The parts of a 档号. ``item`` counts from 1 within the five before it.

    Filed 按卷 the item is the dossier (案卷), a series of its own, and ``position`` the item within it.
    """

    fonds: str
    category: str
    year: int
    retention: str
    unit: str
    item: int
    dossier: bool = False
    position: int | None = None  # None: the item itself, or the dossier as a whole

    @property
    def series(self) -> str:
        """Everything but the item: within one series an item number is used once, for ever."""
        of_dossiers = f"·{DOSSIER}" if self.dossier else ""
        return f"{self.fonds}-{self.category}·{self.year}·{self.retention}·{self.unit}{of_dossiers}"


def format_number(number: ArchiveNumber, template: str = DAT13) -> str:
    """The 档号 as printed: ``X001-ZY·2026·D30·黄松甸镇-0001``, in a dossier ``…·黄松甸镇·案卷-0001-003``."""
    whole = template.format(
        fonds=number.fonds,
        category=number.category,
        year=number.year,
        retention=number.retention,
        unit=f"{number.unit}·{DOSSIER}" if number.dossier else number.unit,
        item=f"{number.item:0{ITEM_DIGITS}d}",
    )
    return whole if number.position is None else f"{whole}-{number.position:0{POSITION_DIGITS}d}"


def parse_number(text: str) -> ArchiveNumber:
    """The parts of a 档号 in either style, however its dots and dashes were typed. Raises BadValue."""
    plain = "".join(text.split()).translate(_DOTS).translate(_DASHES).replace(".", "·")
    found = _PATTERN.fullmatch(plain)
    if found is None or (found["position"] and not found["dossier"]):
        raise BadValue(
            "这不是一个完整的档号。档号的样子如：X001-ZY·2026·D30·黄松甸镇-0001，请照登记表上的标签再输一遍。"
        )
    return ArchiveNumber(
        found["fonds"],
        found["category"],
        int(found["year"]),
        found["retention"],
        found["unit"],
        int(found["item"]),
        dossier=found["dossier"] is not None,
        position=None if found["position"] is None else int(found["position"]),
    )


def searched(text: str) -> str:
    """What somebody searches by: a whole 档号 of an item in the one spelling by which items are found.

    Anything else stays as it was typed; so does the number of a dossier, which is found as it is printed.
    """
    try:
        number = parse_number(text)
    except BadValue:
        return text
    return text if number.dossier and number.position is None else format_number(number)


def check_template(template: str) -> None:
    """Raise BadValue for a template whose numbers could not be read back."""
    sample = ArchiveNumber("X001", "ZY", 2026, "D30", "甲", 7)
    try:
        named = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        good = named == PARTS and parse_number(format_number(sample, template)) == sample
    except (BadValue, ValueError, KeyError, IndexError, AttributeError):
        good = False
    if not good:
        raise BadValue(f"档号的样子不对，没有改。必须含有全部六个部分，例如：{DAT13}")


def check_part(text: str) -> None:
    """Raise BadValue for a part that would be taken for two."""
    plain = text.translate(_DOTS).translate(_DASHES)
    if not text or text != "".join(text.split()) or any(mark in plain for mark in "-·."):
        raise BadValue("档号的各个部分不能空着，也不能含有空格、点或横线，没有改。")
