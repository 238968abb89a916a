"""Code tables: the codes of national standards and the option lists of the forms, as dated data files.

A table is ``resources/codes/<name>.csv``: two comment lines (source, date), then ``code,label,aliases`` with
the aliases joined by ``|``.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from forms.catalog import RESOURCES


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeTable:
    """One list of codes; ``dated`` is the ISO date of the source."""

    name: str
    source: str
    dated: str
    entries: tuple[Code, ...]

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        return {entry.code: entry.label for entry in self.entries}

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        # labels before aliases: an alias never takes over another entry's own name
        for entry in self.entries:
            found.setdefault(_plain(entry.label), entry.code)
        for entry in self.entries:
            for name in (*entry.aliases, entry.code):
                found.setdefault(_plain(name), entry.code)
        return found

    def label(self, code: str) -> str:
        """The label of a code; raises KeyError for a code that isn't in the table."""
        return self._labels[code]

    def find(self, text: str) -> str | None:
        """The code that a label, an alias or a code stands for, or None."""
        return self._codes.get(_plain(text))


def _plain(text: str) -> str:
    """Without spaces and with half-width signs, so that ``市（州）`` and ``市(州)`` are the same."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@cache
def code_table(name: str) -> CodeTable:
    """One shipped table. Raises KeyError if there is none of that name."""
    path = RESOURCES / "codes" / f"{name}.csv"
    if not name.isidentifier() or not path.is_file():
        raise KeyError(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    source, dated = (line.split(":", 1)[1].strip() for line in lines[:2])
    entries = tuple(
        Code(row["code"], row["label"], tuple(a for a in row["aliases"].split("|") if a))
        for row in csv.DictReader(lines[2:])
    )
    return CodeTable(name, source, dated, entries)


def code_table_names() -> tuple[str, ...]:
    """Names of all shipped tables."""
    return tuple(sorted(path.stem for path in (RESOURCES / "codes").glob("*.csv")))
