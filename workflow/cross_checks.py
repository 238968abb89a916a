"""A registration against what the store knows already: its round, the child's other registrations, other children.

Grade, clause and sentence stand in ``resources/rules.toml`` under ``scope = "records"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from forms.checks_people import PERSONS
from forms.findings import Answers, Finding, years_between
from forms.kinds import JsonValue
from forms.rule_book import finding
from records import answer_rows, child_rows, registration_rows, roster_rows
from records.session import Session
from records.tables import Child, Registration
from workflow.names import normal_name

ADULT = 18
NUMBERS = tuple(f"{person}_id_number" for person in PERSONS)
CHANGED = (
    ("birth_date_changed", "child_birth_date"),
    ("sex_changed", "child_sex"),
    ("ethnic_group_changed", "child_ethnic_group"),
)
"""What doesn't change between two statements about the same child."""


COMPARED = ("child_name", *(key for _, key in CHANGED))


class Around:
    """What stands around a registration in the store, looked up when it is asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def child(self, child_id: str) -> Child | None:
        return self.session.get(Child, child_id)

    def with_number(self, number: str) -> Child | None:
        """The child with this ID number."""
        return child_rows.by_id_number(self.session, number)

    def shared(self, number: str, child_id: str) -> bool:
        """Has another child this ID number, too?"""
        return child_rows.others_with_number(self.session, number, child_id)

    def registrations(self, child_id: str) -> Sequence[Registration]:
        """The child's verified registrations, newest statement first."""
        return child_rows.registrations_of(self.session, child_id)

    def values(self, registration_id: str) -> Mapping[str, JsonValue]:
        """What it says, at least of what is compared."""
        return {
            key: answer.value for key, answer in registration_rows.answers_of(self.session, registration_id).items()
        }


class AroundMany(Around):
    """The same for many verified registrations, gathered beforehand: a store of children is looked through in minutes
    and not in an hour. Merged children and shared numbers are few; those are looked up as for one.
    """

    def __init__(self, session: Session, of: Sequence[tuple[Registration, Mapping[str, JsonValue]]]) -> None:
        super().__init__(session)
        self._children = child_rows.with_ids(session, [r.child_id for r, _ in of if r.child_id is not None])
        self._registrations = child_rows.registrations_of_many(session, list(self._children))
        numbers = {number for _, values in of for key in NUMBERS if (number := Answers(values).id_number(key))}
        self._holders = child_rows.holders(session, numbers)
        own = {r.id for r, _ in of}
        last = [next((r.id for r in listed if r.id not in own), None) for listed in self._registrations.values()]
        compared = answer_rows.stated_of_many(session, [r for r in last if r is not None], COMPARED)
        self._values = {r: {key: one.value for key, one in stated.items()} for r, stated in compared.items()}

    def child(self, child_id: str) -> Child | None:
        return self._children.get(child_id) or super().child(child_id)

    def with_number(self, number: str) -> Child | None:
        return super().with_number(number) if number in self._holders else None

    def shared(self, number: str, child_id: str) -> bool:
        return bool(self._holders.get(number, set()) - {child_id}) and super().shared(number, child_id)

    def registrations(self, child_id: str) -> Sequence[Registration]:
        return self._registrations[child_id] if child_id in self._registrations else super().registrations(child_id)

    def values(self, registration_id: str) -> Mapping[str, JsonValue]:
        return self._values[registration_id] if registration_id in self._values else super().values(registration_id)


def findings(
    around: Around, registration: Registration, values: Mapping[str, JsonValue], as_of: date
) -> tuple[Finding, ...]:
    """What the rules of scope ``records`` say of one registration, verified or not yet."""
    answers = Answers(values)
    child = _child(around, registration, answers)
    others = () if child is None else around.registrations(child.id)
    others = tuple(other for other in others if other.id != registration.id)
    return (
        *_numbers(around, child, answers, as_of),
        *_first_or_not(answers, known=bool(others)),
        *_after_leaving(child, answers),
        *_rounds(registration, answers, others),
        *_against_last(around, values, others),
        *_against_rosters(around.session, registration, answers),
    )


def _child(around: Around, registration: Registration, answers: Answers) -> Child | None:
    """The child that the registration belongs to, or will belong to for its ID number."""
    if registration.child_id is not None:
        return around.child(registration.child_id)
    number = answers.id_number("child_id_number")
    return around.with_number(number) if number else None


def _numbers(around: Around, child: Child | None, answers: Answers, as_of: date) -> Iterator[Finding]:
    number = answers.id_number("child_id_number")
    if number and child is not None and around.shared(number, child.id):
        yield finding("number_of_two_children", "child_id_number")
    for person, title in PERSONS.items():
        key = f"{person}_id_number"
        guardian = answers.id_number(key)
        if person == "child" or not guardian or guardian == number:
            continue
        known = around.with_number(guardian)
        if known is not None and (known.birth_date is None or years_between(known.birth_date, as_of) < ADULT):
            yield finding("guardian_is_child", key, person=title)


def _first_or_not(answers: Answers, *, known: bool) -> Iterator[Finding]:
    update = answers.chosen("form_update")
    if update == {"unchanged"} and not known:
        yield finding("unchanged_without_last", "form_update")
    if update == {"first"} and known:
        yield finding("first_but_known", "form_update")


def _after_leaving(child: Child | None, answers: Answers) -> Iterator[Finding]:
    """Nobody finds the child in the list, in a round or for a batch, though a form says that it is here."""
    written = answers.day("form_date")
    if child is not None and child.exited_on is not None and written and written > child.exited_on:
        yield finding("left_before", "form_date")


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
    around: Around, values: Mapping[str, JsonValue], others: tuple[Registration, ...]
) -> Iterator[Finding]:
    """The newest of the others is what the office holds true by now."""
    if not others:
        return
    last = around.values(others[0].id)
    for rule, key in CHANGED:
        if values.get(key) and last.get(key) and values[key] != last[key]:
            yield finding(rule, key)
    name, before = values.get("child_name"), last.get("child_name")
    if isinstance(name, str) and isinstance(before, str) and normal_name(name) != normal_name(before):
        yield finding("name_changed", "child_name")
