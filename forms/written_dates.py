"""Dates in all the ways people write them on a form, and how an office writes them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_DIGITS = {
    c: str(n)
    for n, cs in enumerate(("〇零○Oo", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_TENS = {"十": 1, "拾": 1, "廿": 2, "卅": 3}
_CHINESE = "".join((*_DIGITS, *_TENS))
_RUN = re.compile(f"[{_CHINESE}]+")
_SEPARATED = re.compile(r"(\d{2}|\d{4})[-./,\\](\d{1,2})(?:[-./,\\](\d{1,2})[日号]?)?")
_NAMED = re.compile(r"(\d{2}|\d{4})年[-./]?(\d{1,2})(?:月份?|[-./]|$)[-./]?(?:(\d{1,2})[日号]?)?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_MARKS = str.maketrans("—–−~、。．·", "----....")
_EDGES = re.compile(r"^[-.,/']+|[-.,/]+$")


def office_date(day: date) -> str:
    """``2024年10月18日``, as an office writes it."""
    return f"{day.year}年{day.month}月{day.day}日"


def read_date(text: str) -> tuple[int, int, int | None] | None:
    """Year, month and day (None where not written) of a written date, or None if it isn't one.

    Two-digit years: 00 to 69 are 2000 to 2069, 70 to 99 are 1970 to 1999. The day exists in that month;
    years run from 1900 to 2099.
    """
    plain = _plain(text)
    for shape in (_NAMED, _SEPARATED, _PACKED):
        if found := shape.fullmatch(plain):
            year, month, day = found.groups()
            return _checked(_full_year(year), int(month), int(day) if day else None)
    return None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    # blanks between numbers separate them, elsewhere they mean nothing
    text = re.sub(r"(?<=\d)\s+(?=\d)", ".", text)
    text = re.sub(r"\s+", "", text)
    # a dash drawn long looks like 一; between two figures it is a dash
    text = re.sub(r"(?<=\d)[一—–−~](?=\d)", "-", text).translate(_MARKS)
    return _EDGES.sub("", _RUN.sub(lambda run: _number(run.group()), text))


def _number(run: str) -> str:
    """Digits for a run of Chinese numerals: 二〇一五 is 2015, 十二 is 12, 二十 is 20."""
    if not any(c in _TENS for c in run):
        return "".join(_DIGITS[c] for c in run)
    found = re.fullmatch(r"(.*?)([十拾廿卅])(.?)", run)
    if found is None or any(c in _TENS for c in found.group(1) + found.group(3)):
        return run
    ahead = "".join(_DIGITS[c] for c in found.group(1)) or "1"
    tens = _TENS[found.group(2)] * int(ahead)
    return str(tens * 10 + int(_DIGITS.get(found.group(3), "0")))


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def _checked(year: int, month: int, day: int | None) -> tuple[int, int, int | None] | None:
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    if day == 0 or not 1900 <= year <= 2099:
        return None
    return year, month, day
