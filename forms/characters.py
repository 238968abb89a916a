"""Chinese characters that stand for one another: variants of the same character, and characters that look alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from forms.catalog import RESOURCES


@cache
def variants() -> Mapping[str, str]:
    """Traditional and variant characters to the form in use (``resources/reading/variants.tsv``)."""
    return dict(_pairs("variants.tsv"))


@cache
def lookalikes() -> Mapping[str, frozenset[str]]:
    """For a character those that look like it (形近字, ``resources/reading/lookalikes.tsv``), in both directions."""
    found: dict[str, set[str]] = {}
    for character, others in _pairs("lookalikes.tsv"):
        for other in others:
            found.setdefault(character, set()).add(other)
            found.setdefault(other, set()).add(character)
    return {character: frozenset(others) for character, others in found.items()}


def in_use(text: str) -> str:
    """The text with every variant in the form in use: 劉 as 刘."""
    table = variants()
    return "".join(table.get(character, character) for character in text)


def look_alike(one: str, other: str) -> bool:
    """Whether one character may be taken for another; the same one may."""
    return one == other or other in lookalikes().get(one, frozenset())


def _pairs(name: str) -> list[tuple[str, str]]:
    text = (RESOURCES / "reading" / name).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(row[0], row[1]) for row in rows]
