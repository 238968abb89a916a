"""Key-concern children and cases to be reported at once: what the answers of one form propose. Pure.

Criteria, cases and rules are data (``resources/concerns.toml``), in the words of 吉民发〔2024〕34号 二（二）.
A rule proposes and says why; a person confirms.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from forms.catalog import RESOURCES
from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.findings import NOTICE, Answers, years_between
from forms.kinds import JsonValue
from forms.values import empty

CLAUSE = f"{NOTICE} 二（二）"
LOCAL = "local"
COMPULSORY = (7, 16)  # 周岁; 义务教育法第十一条: six, or seven where conditions are lacking
COUNTY, TOWNSHIP = 6, 9  # digits of a division's code


@dataclass(frozen=True, slots=True)
class Criterion:
    """One reason to be a key-concern child. ``category``: migrant, or local (a child of this county).

    ``sealed``: which it is may be seen by named persons only.
    """

    code: str
    label: str
    clause: str
    category: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """One case to be reported to the police at once."""

    code: str
    label: str
    clause: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """``code`` of a criterion or a situation, the rule that found it, and why in Chinese (no names, no numbers)."""

    code: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    criterion: str
    situation: str
    when: tuple[tuple[str, ...], ...]
    says: str


@cache
def criteria() -> Mapping[str, Criterion]:
    """All criteria by code, in the notice's order."""
    labels = code_table("criteria")
    return MappingProxyType(
        {
            c["code"]: Criterion(
                c["code"], labels.label(c["code"]), c["clause"], c["category"], bool(c.get("sealed", False))
            )
            for c in _data()["criterion"]
        }
    )


@cache
def situations() -> Mapping[str, Situation]:
    """All cases to be reported at once, by code, in the notice's order."""
    return MappingProxyType(
        {s["code"]: Situation(s["code"], s.get("label", s["clause"]), s["clause"]) for s in _data()["situation"]}
    )


def proposals(answers: Mapping[str, JsonValue], *, as_of: date) -> tuple[Proposal, ...]:
    """Criteria that the answers of a form speak for, in the notice's order, one proposal per criterion.

    ``as_of``: the day on which ages are judged. What the form states comes before what follows from it.
    """
    return _proposed(answers, as_of, lambda rule: rule.criterion, list(criteria()))


def cases(answers: Mapping[str, JsonValue], *, as_of: date) -> tuple[Proposal, ...]:
    """Cases to be reported at once that the answers of a form (a registration or a visit) speak for."""
    return _proposed(answers, as_of, lambda rule: rule.situation, list(situations()))


def _proposed(
    answers: Mapping[str, JsonValue], as_of: date, code_of: Callable[[_Rule], str], order: list[str]
) -> tuple[Proposal, ...]:
    seen = Answers(answers)
    found: dict[str, Proposal] = {}
    for rule in _rules():
        code = code_of(rule)
        if not code or code in found:
            continue
        held = [next((c for c in either if _holds(c, seen, answers, as_of)), None) for either in rule.when]
        if all(held):
            quoted = code in criteria() and criteria()[code].sealed and bool(rule.criterion)
            because = "，".join(dict.fromkeys(words for c in held if c and (words := _words(c, quoted))))
            found[code] = Proposal(code, rule.name, "：".join(part for part in (because, rule.says) if part))
    return tuple(sorted(found.values(), key=lambda p: order.index(p.code)))


def _holds(condition: str, seen: Answers, answers: Mapping[str, JsonValue], as_of: date) -> bool:
    if condition.startswith("@"):
        return TESTS[condition[1:]](seen, as_of)
    key, _, code = condition.partition("=")
    return code in seen.chosen(key) if code else not empty(answers.get(key))


def _words(condition: str, quoted: bool) -> str:
    """``“就学情况”为“不在学”``; nothing for a test, whose rule says it.

    The reason stands open where the criterion or case does: what is extra-sensitive is named then, and not quoted.
    """
    key, _, code = condition.partition("=")
    definition = load_dictionary().fields.get(key)
    if condition.startswith("@") or definition is None:
        return ""
    if definition.sensitivity == "extra" and not quoted:
        return f"“{definition.label}”（见原表）"
    if not code:
        return f"填了“{definition.label}”"
    label = code_table(definition.code_table).label(code) if definition.code_table else code
    return f"“{definition.label}”为“{label}”"


# -- tests that are no codes ------------------------------------------------------------------------------------------


def _compulsory_age(seen: Answers, as_of: date) -> bool:
    born = seen.day("child_birth_date")
    return born is not None and COMPULSORY[0] <= years_between(born, as_of) < COMPULSORY[1]


def _same_county(seen: Answers, _as_of: date) -> bool:
    home, here = seen.division("child_household")[:COUNTY], seen.division("child_residence")[:COUNTY]
    return len(home) == COUNTY and home == here and not home.endswith("00")


def _other_township(seen: Answers, _as_of: date) -> bool:
    """Not known to be the same township: forms often give the 户籍 by county only."""
    home, here = seen.division("child_household"), seen.division("child_residence")
    return len(home) < TOWNSHIP or home[:TOWNSHIP] != here[:TOWNSHIP]


TESTS: Mapping[str, Callable[[Answers, date], bool]] = MappingProxyType(
    {"compulsory_age": _compulsory_age, "same_county": _same_county, "other_township": _other_township}
)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            r["name"],
            r.get("criterion", ""),
            r.get("situation", ""),
            tuple(tuple(either) for either in r["when"]),
            r.get("says", ""),
        )
        for r in _data()["rule"]
    )


@cache
def _data() -> Mapping[str, Any]:
    with (RESOURCES / "concerns.toml").open("rb") as file:
        return tomllib.load(file)
