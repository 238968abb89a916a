"""What a check of one form found, and the answers as the checks want them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from forms import id_number
from forms.kinds import JsonValue

NOTICE = "吉民发〔2024〕34号"
ERROR, WARNING, HINT = "error", "warning", "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that deserves a look.

    ``severity``: ``error`` (two answers can't both be right), ``warning`` (missing or unlikely, may be true),
    ``hint`` (something to do). ``rule`` is a stable English name, ``sentence`` is Chinese and holds no personal
    data, ``clause`` names where the rule comes from ("" for plain logic).
    """

    severity: str
    rule: str
    keys: tuple[str, ...]
    sentence: str
    clause: str


Findings: TypeAlias = Iterator[Finding]


class Answers:
    """Typed looks at the answers of one form; a value of another shape counts as blank."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def asks(self, key: str) -> bool:
        """Whether the form asks for this field (a blank answer is there as None or [])."""
        return key in self._values

    def text(self, key: str) -> str:
        value = self._values.get(key)
        return value if isinstance(value, str) else ""

    def chosen(self, key: str) -> frozenset[str]:
        """The codes ticked, or the one code written."""
        value = self._values.get(key)
        if isinstance(value, str) and value:
            return frozenset({value})
        return frozenset(value) if isinstance(value, list) else frozenset()

    def division(self, key: str) -> str:
        """The division's code of a division or address field, "" where there is none."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return value.get("division") or ""
        return value if isinstance(value, str) else ""

    def day(self, key: str) -> date | None:
        """A date, or the first day of a month."""
        text = self.text(key)
        try:
            return date.fromisoformat(text if len(text) == 10 else f"{text}-01")
        except ValueError:
            return None

    def is_month(self, key: str) -> bool:
        """Whether only year and month are known of a date."""
        return len(self.text(key)) == 7

    def id_number(self, key: str) -> str:
        """A number that is valid, else ""."""
        number = self.text(key)
        return number if number and id_number.problem(number) is None else ""


def years_between(born: date, day: date) -> int:
    """Completed years (周岁) of someone born on ``born`` at ``day``; a leap day's birthday is 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
