"""The rules: which there are, as a table for people, and what they say of every current registration."""

from __future__ import annotations

from dataclasses import dataclass

from forms.dictionary import load_dictionary
from forms.findings import ERROR, HINT, WARNING
from forms.rule_book import Rule, rule_book
from records import answer_rows, child_rows
from records.store import Store
from records.views import Actor
from workflow import cross_checks, sheets
from workflow.forms_in_use import stored_form
from workflow.permissions import Right, verb
from workflow.settings import limits_of

GRADE_NAMES = {ERROR: "错误", WARNING: "提醒", HINT: "提示"}
LOGIC = "栏目之间的道理"


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
        current = [registration for _, registration in child_rows.children_with_current(session, "", actor.division)]
        answers = answer_rows.answers_of_many(session, [r.id for r in current])
        for registration in current:
            form = stored_form(store, session, registration.form_id, registration.form_version)
            values = sheets.said(answers[registration.id])
            told = {f.rule for f in sheets.findings_of(registration, form, values, limits)}
            day = sheets.as_of(registration)
            told |= {f.rule for f in cross_checks.findings(session, registration, values, day)}
            for name in told:
                found[name].append(registration.id)
    rules = rule_book()
    grades = list(GRADE_NAMES)
    return tuple(
        RuleCount(name, rules[name].grade, rules[name].checks, tuple(found[name]))
        for name in sorted(found, key=lambda n: (grades.index(rules[n].grade), list(rules).index(n)))
        if found[name]
    )


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
    words = dict.fromkeys(("field", "person", "other", "problem", "day", "round", "years", "where", "part"), "……")
    return sentence.format(**words, criterion="……")
