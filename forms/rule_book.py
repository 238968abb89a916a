"""The rules that registrations are checked by, as data: grade, clause and sentence (``resources/rules.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from forms.catalog import RESOURCES
from forms.findings import Finding

FORM, RECORDS = "form", "records"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``scope``: the answers of one form, or registrations against one another (``records``).

    ``checks`` is what the manual's table says. The rest is there for rules that are nothing but data: see the head
    of the file. Conditions are ``(key, code)`` pairs.
    """

    name: str
    grade: str
    scope: str
    block: str
    clause: str
    checks: str
    sentence: str
    alone: tuple[tuple[str, str], ...]
    when: tuple[tuple[str, str], ...]
    blank: tuple[str, ...]
    written: tuple[str, ...]
    also: tuple[str, str] | None
    against: tuple[str, str] | None
    order: tuple[tuple[str, str], ...]

    def finding(self, keys: tuple[str, ...], **words: str | int) -> Finding:
        """What to tell when this rule speaks about these fields. ``words`` fill the sentence: never personal data."""
        return Finding(self.grade, self.name, keys, self.sentence.format(**words), self.clause)


@cache
def rule_book() -> Mapping[str, Rule]:
    """All rules by name, in the order of the file."""
    with (RESOURCES / "rules.toml").open("rb") as file:
        raw = tomllib.load(file)
    return MappingProxyType({r["name"]: _rule(r) for r in raw["rule"]})


def finding(name: str, *keys: str, **words: str | int) -> Finding:
    """A finding of the rule of that name. Raises KeyError for a rule or a word that is not in the book."""
    return rule_book()[name].finding(keys, **words)


@cache
def conditions(text: str) -> tuple[tuple[str, str], ...]:
    """``key=code | key=code`` as pairs; "" gives none."""
    return tuple(_pair(part) for part in text.split(" | ") if part)


def _pair(text: str) -> tuple[str, str]:
    key, _, code = text.partition("=")
    return key, code


def _rule(raw: Mapping[str, Any]) -> Rule:
    return Rule(
        name=raw["name"],
        grade=raw["grade"],
        scope=raw.get("scope", FORM),
        block=raw["block"],
        clause=raw["clause"],
        checks=raw["checks"],
        sentence=raw["sentence"],
        alone=tuple(_pair(text) for text in raw.get("alone", ())),
        when=conditions(raw.get("when", "")),
        blank=tuple(raw.get("blank", ())),
        written=tuple(raw.get("written", ())),
        also=_pair(raw["also"]) if "also" in raw else None,
        against=_pair(raw["against"]) if "against" in raw else None,
        order=tuple((first, second) for first, second in raw.get("order", ())),
    )
