"""The rules: which there are, as a table for people, and what they say of every current registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from forms.dictionary import load_dictionary
from forms.findings import ERROR, HINT, WARNING
from forms.kinds import JsonValue
from forms.rule_book import Rule, rule_book
from records import answer_rows, child_rows, office_rows, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Registration
from records.views import Actor
from workflow import cross_checks, sheets
from workflow.forms_in_use import stored_form
from workflow.permissions import Right, verb
from workflow.settings import limits_of

GRADE_NAMES = {ERROR: "错误", WARNING: "提醒", HINT: "提示"}
LOGIC = "栏目之间的道理"
PORTION = 500  # registrations whose answers are in the memory at once


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule speaks about the current registrations of the store's children."""

    rule: str
    grade: str
    checks: str
    registration_ids: tuple[str, ...]


@verb(Right.SEE_CHILDREN)
def run_rules(store: Store, actor: Actor) -> tuple[RuleCount, ...]:
    """All rules over every child's current registration, the gravest first; rules that find nothing are left out."""
    found: dict[str, list[str]] = {name: [] for name in rule_book()}
    with store.session() as session:
        limits = limits_of(session)
        place = {row_id: n for n, row_id in enumerate(child_rows.current_ids(session, actor.division))}
        for portion in _current(session, list(place)):
            around = cross_checks.AroundMany(session, [(registration, values) for registration, values, _ in portion])
            for registration, values, hidden in portion:
                form = stored_form(store, session, registration.form_id, registration.form_version)
                told = {f.rule for f in sheets.findings_of(registration, form, values, limits, hidden)}
                day = sheets.as_of(registration)
                told |= {f.rule for f in cross_checks.findings(around, registration, values, day)}
                for name in told:
                    found[name].append(registration.id)
    rules = rule_book()
    grades = list(GRADE_NAMES)
    return tuple(
        RuleCount(name, rules[name].grade, rules[name].checks, tuple(sorted(found[name], key=place.__getitem__)))
        for name in sorted(found, key=lambda n: (grades.index(rules[n].grade), list(rules).index(n)))
        if found[name]
    )


def contradicting(store: Store, session: Session) -> tuple[str, ...]:
    """Ids of this store's current registrations that have an error with which none is saved as verified.

    One with values that the user may not open is passed over: rules say nothing about what isn't seen.
    """
    limits, found = limits_of(session), []
    ids = child_rows.current_ids(session, office_rows.office(session).division)
    for registration, values, hidden in chain.from_iterable(_current(session, ids)):
        if hidden or registration.store_id != store.store_id:
            continue
        form = stored_form(store, session, registration.form_id, registration.form_version)
        if any(f.severity == ERROR for f in sheets.findings_of(registration, form, values, limits)):
            found.append(registration.id)
    return tuple(found)


def _current(
    session: Session, ids: Sequence[str]
) -> Iterator[list[tuple[Registration, dict[str, JsonValue], frozenset[str]]]]:
    """These registrations, what each says, and the keys of what is sealed from the one at work; by id, in portions.

    In portions: a county's store has more answers than a small office PC has memory for. By id: that is as they came,
    and so they lie in the database; in the order of a list each would be decrypted with the page it stands on alone.
    """
    inorder = sorted(ids)
    for start in range(0, len(inorder), PORTION):
        some = inorder[start : start + PORTION]
        stated = answer_rows.stated_of_many(session, some)
        rows = registration_rows.registrations(session, some)
        yield [(row, sheets.said(stated[row.id]), _hidden(stated[row.id])) for row in rows]
        session.expunge_all()


def _hidden(stated: Mapping[str, answer_rows.Stated]) -> frozenset[str]:
    return frozenset(key for key, one in stated.items() if one.hidden)


def table() -> str:
    """All rules as a Markdown table, block by block: the manual's chapter holds it as it is."""
    lines = []
    for block in load_dictionary().blocks:
        rules = [rule for rule in rule_book().values() if rule.block == block.key]
        if rules:
            lines += ["", f"### {block.label}", "", "| 级别 | 查什么 | 怎么说 | 依据 |", "|---|---|---|---|"]
            lines += [_row(rule) for rule in rules]
    return "\n".join(lines[1:]) + "\n"


def _row(rule: Rule) -> str:
    return f"| {GRADE_NAMES[rule.grade]} | {rule.checks} | {_shown(rule.sentence)} | {rule.clause or LOGIC} |"


def _shown(sentence: str) -> str:
    """The sentence with what is filled in as a dotted gap."""
    words = dict.fromkeys(
        ("field", "person", "other", "problem", "day", "round", "years", "where", "part", "roster", "line"), "……"
    )
    return sentence.format(**words, criterion="……")
