"""A registration against what the store knows already: its round, the child's other registrations, other children.

Grade, clause and sentence stand in ``resources/rules.toml`` under ``scope = "records"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from forms.checks_people import PERSONS
from forms.findings import Answers, Finding, years_between
from forms.kinds import JsonValue
from forms.rule_book import finding
from records import child_rows, registration_rows, roster_rows
from records.session import Session
from records.tables import Child, Registration
from workflow.names import normal_name

ADULT = 18
CHANGED = (
    ("birth_date_changed", "child_birth_date"),
    ("sex_changed", "child_sex"),
    ("ethnic_group_changed", "child_ethnic_group"),
)
"""What doesn't change between two statements about the same child."""


def findings(
    session: Session, registration: Registration, values: Mapping[str, JsonValue], as_of: date
) -> tuple[Finding, ...]:
    """What the rules of scope ``records`` say of one registration, verified or not yet."""
    answers = Answers(values)
    child = _child(session, registration, answers)
    others = () if child is None else child_rows.registrations_of(session, child.id)
    others = tuple(other for other in others if other.id != registration.id)
    return (
        *_numbers(session, child, answers, as_of),
        *_first_or_not(answers, known=bool(others)),
        *_rounds(registration, answers, others),
        *_against_last(session, values, others),
        *_against_rosters(session, registration, answers),
    )


def _child(session: Session, registration: Registration, answers: Answers) -> Child | None:
    """The child that the registration belongs to, or will belong to for its ID number."""
    if registration.child_id is not None:
        return session.get(Child, registration.child_id)
    number = answers.id_number("child_id_number")
    return child_rows.by_id_number(session, number) if number else None


def _numbers(session: Session, child: Child | None, answers: Answers, as_of: date) -> Iterator[Finding]:
    number = answers.id_number("child_id_number")
    if number and child is not None and child_rows.others_with_number(session, number, child.id):
        yield finding("number_of_two_children", "child_id_number")
    for person, title in PERSONS.items():
        key = f"{person}_id_number"
        guardian = answers.id_number(key)
        if person == "child" or not guardian or guardian == number:
            continue
        known = child_rows.by_id_number(session, guardian)
        if known is not None and (known.birth_date is None or years_between(known.birth_date, as_of) < ADULT):
            yield finding("guardian_is_child", key, person=title)


def _first_or_not(answers: Answers, *, known: bool) -> Iterator[Finding]:
    update = answers.chosen("form_update")
    if update == {"unchanged"} and not known:
        yield finding("unchanged_without_last", "form_update")
    if update == {"first"} and known:
        yield finding("first_but_known", "form_update")


def _rounds(registration: Registration, answers: Answers, others: tuple[Registration, ...]) -> Iterator[Finding]:
    round_ = registration.round
    if round_ is not None and any(other.round_id == round_.id for other in others):
        yield finding("two_in_round", "form_date", round=round_.name)
    written = answers.day("form_date")
    if written and any(other.form_date and other.form_date > written for other in others):
        yield finding("older_than_current", "form_date")


def _against_rosters(session: Session, registration: Registration, answers: Answers) -> Iterator[Finding]:
    """Base lists of other departments: each contradiction once, by the newest list that has it."""
    number, name = answers.id_number("child_id_number"), normal_name(answers.text("child_name"))
    born = None if answers.is_month("child_birth_date") else answers.day("child_birth_date")
    told: set[str] = set()
    for entry, roster in roster_rows.alike(session, registration.division, number, name, born):
        same = bool(number) and entry.id_number == number
        differs = (
            ("roster_number_differs", "child_id_number", not same and number and entry.id_number),
            ("roster_name_differs", "child_name", same and name and entry.name_norm != name),
            ("roster_birth_differs", "child_birth_date", same and born and entry.birth_date not in (None, born)),
        )
        for rule, key, wrong in differs:
            if wrong and rule not in told:
                told.add(rule)
                yield finding(rule, key, roster=roster.name, line=str(entry.line))


def _against_last(
    session: Session, values: Mapping[str, JsonValue], others: tuple[Registration, ...]
) -> Iterator[Finding]:
    """The newest of the others is what the office holds true by now."""
    if not others:
        return
    last = {key: answer.value for key, answer in registration_rows.answers_of(session, others[0].id).items()}
    for rule, key in CHANGED:
        if values.get(key) and last.get(key) and values[key] != last[key]:
            yield finding(rule, key)
    name, before = values.get("child_name"), last.get("child_name")
    if isinstance(name, str) and isinstance(before, str) and normal_name(name) != normal_name(before):
        yield finding("name_changed", "child_name")
