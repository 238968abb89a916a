"""Rules across registrations, rounds, children and base lists: any sound history is left in peace by all of them, and
one thing broken in it is caught by the rule meant for it, and by no other that isn't listed. The same of base lists.

Each history stands in a real store for as long as it is judged; then its transaction is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from forms.rule_book import RECORDS, rule_book
from records.forms_used import keep_form
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Answer, Child, Registration, Roster, RosterEntry, Round
from records.views import Actor, RegistrationState
from records.views_roster import RosterKind, RosterOutcome
from tests.workflow.conftest import PASSWORD, QUICK
from tests.workflow.histories import (
    ALSO,
    BREAKS,
    LISTED,
    ROUNDS,
    TOWN,
    History,
    Kid,
    Line,
    Listed,
    Statement,
    broken,
    histories,
    number,
)
from tests.workflow.scripted import FORM
from workflow import cross_checks, rosters, sheets
from workflow.access import create_office
from workflow.names import normal_name
from workflow.settings import limits_of

NOW = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Actor]]:
    opened = create_office(
        tmp_path_factory.mktemp("rules") / "资料库", office_name="黄松甸镇人民政府", division=TOWN, username="admin",
        full_name="管理员", password=PASSWORD, now=NOW, kdf=QUICK,
    )  # fmt: skip
    with opened.store:
        yield opened.store, opened.actor


class _TakenBack(Exception):
    pass


@contextmanager
def planted(office: tuple[Store, Actor], history: History) -> Iterator[tuple[Session, Registration]]:
    """The history as rows, and the registration that is judged."""
    store, actor = office
    try:
        with store.transaction() as session:
            yield session, _Planting(store, actor, session).all_of(history)
            raise _TakenBack  # noqa: TRY301
    except _TakenBack:
        pass


class _Planting:
    def __init__(self, store: Store, actor: Actor, session: Session) -> None:
        self.store, self.actor, self.session = store, actor, session
        self.numbers = count(1)
        self.rounds = [
            Round(id=store.new_id(), name=f"第{n}轮", as_of=closes, opens=opens, closes=closes)
            for n, (opens, closes) in enumerate(ROUNDS)
        ]

    def all_of(self, history: History) -> Registration:
        keep_form(self.session, FORM, NOW)
        self.session.add_all(self.rounds)
        child = None
        if history.earlier or history.attached:
            said = history.earlier[-1].said
            born = said.get("child_birth_date")
            child = self.child(str(said["child_name"]), said["child_id_number"], born)
            if history.left_on is not None:
                child.state, child.exited_on, child.exit_reason = ChildState.EXITED, history.left_on, "home"
            for each in history.earlier:
                self.registration(each, child, RegistrationState.VERIFIED)
        for other in history.others:
            self.child(other.name, other.number, None if other.born is None else other.born.isoformat())
        for n, listed in enumerate(history.lists):
            self.roster(n, listed)
        judged = self.registration(history.now, child if history.attached else None, RegistrationState.DRAFT)
        self.session.flush()
        return judged

    def child(self, name: str, number: object, born: object) -> Child:
        made = Child(
            id=self.store.new_id(), name=name, name_norm=normal_name(name), created_at=NOW, scope=TOWN,
            id_number=number if isinstance(number, str) else None,
            birth_date=datetime.fromisoformat(born).date() if isinstance(born, str) else None,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()  # the older entry is the one that was here first
        return made

    def registration(self, form: Statement, child: Child | None, state: RegistrationState) -> Registration:
        number = next(self.numbers)
        made = Registration(
            id=self.store.new_id(), store_id=self.store.store_id, sequence=number, form_id=FORM.id, division=TOWN,
            form_version=FORM.version, state=RegistrationState.DRAFT, form_date=form.on, notes=[], taken_in_at=NOW,
            child=child, round=None if form.round is None else self.rounds[form.round],
        )  # fmt: skip
        if state is RegistrationState.VERIFIED:
            made.state, made.verified_at, made.verified_by = state, NOW + timedelta(seconds=number), self.actor.user_id
        self.session.add(made)
        said = {**form.said, "form_date": form.on.isoformat(), "form_update": [form.update] if form.update else None}
        made.answers = [
            Answer(key=key, value=value, text="", reasons=[], changed_at=NOW) for key, value in said.items() if value
        ]
        self.session.flush()
        return made

    def lists_against(self, known: Sequence[Kid], drafts: Sequence[Kid], listed: Listed) -> str:
        """Children with a current registration, drafts, and a list; its id."""
        keep_form(self.session, FORM, NOW)
        for kid in (*known, *drafts):
            said = {"child_name": kid.name, "child_id_number": kid.number, "child_birth_date": kid.born.isoformat()}
            form = Statement(None, NOW.date(), "", dict(said))
            if kid not in known:
                self.registration(form, None, RegistrationState.DRAFT)
                continue
            child = self.child(kid.name, kid.number, kid.born.isoformat())
            child.current_registration_id = self.registration(form, child, RegistrationState.VERIFIED).id
            if kid.exited:
                child.state, child.exited_on, child.exit_reason = ChildState.EXITED, NOW.date(), "home"
        return self.roster(0, listed)

    def roster(self, number: int, listed: Listed) -> str:
        made = Roster(
            id=self.store.new_id(), name=f"名单{number}", kind=RosterKind.SCHOOL, as_of=NOW.date(), refused=0, at=NOW,
            division=listed.division, sensitive=listed.sealed, rows=len(listed.lines), by=self.actor.user_id,
        )  # fmt: skip
        self.session.add(made)
        self.session.flush()
        for line, each in enumerate(listed.lines, 1):
            entry = RosterEntry(id=self.store.new_id(), roster_id=made.id, line=line)
            if listed.sealed:
                entry.sealed = b"sealed"
            else:
                entry.name, entry.name_norm = each.name, normal_name(each.name)
                entry.id_number, entry.birth_date = each.number, each.born
            self.session.add(entry)
        return made.id


def told(office: tuple[Store, Actor], history: History) -> set[str]:
    """What the rules across registrations say of it; looked up one by one, and gathered for many, the same."""
    with planted(office, history) as (session, registration):
        values = sheets.said({answer.key: answer for answer in registration.answers})
        day = sheets.as_of(registration)
        found = cross_checks.findings(cross_checks.Around(session), registration, values, day)
        many = cross_checks.AroundMany(session, [(registration, values)])
        assert cross_checks.findings(many, registration, values, day) == found
        of_form = sheets.findings_of(registration, FORM, values, limits_of(session))
    rules = {*(f.rule for f in found), *(f.rule for f in of_form)}
    return {rule for rule in rules if rule_book()[rule].scope == RECORDS}


@settings(max_examples=60)
@given(histories())
def test_no_rule_speaks_of_a_sound_history(office: tuple[Store, Actor], history: History) -> None:
    assert told(office, history) == set()


@pytest.mark.parametrize("rule", sorted(BREAKS))
@settings(max_examples=10)
@given(st.data())
def test_one_thing_broken_is_caught_by_its_rule_alone(
    office: tuple[Store, Actor], rule: str, data: st.DataObject
) -> None:
    found = told(office, data.draw(broken(rule)))
    assert rule in found
    assert found - {rule} <= ALSO.get(rule, frozenset())


def test_no_rule_across_registrations_without_its_breaking() -> None:
    rules = {name for name, rule in rule_book().items() if rule.scope == RECORDS}
    assert rules - BREAKS.keys() == set()
    assert BREAKS.keys() - rules == set()


# -- base lists against registrations ---------------------------------------------------------------------------------

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙", "雪霜雾松梅兰竹菊江河湖海"
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([surname + given for surname in SURNAMES for given in GIVEN]),
        st.dates(date(2012, 1, 1), date(2024, 12, 31)),
        st.sampled_from(sorted(LISTED)),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=25,
    unique_by=(lambda each: each[0], lambda each: each[1]),
)


@settings(max_examples=25)
@given(ENTRIES)
def test_every_line_of_a_list_is_told_as_what_was_done_to_it(
    office: tuple[Store, Actor], entries: list[tuple[str, date, str, int]]
) -> None:
    """Children with a registration each, and a list on which they stand as they are, or with one thing otherwise."""
    store, actor = office
    wanted, listed, known, drafts = {}, [], [], []
    for line, (name, born, how, chance) in enumerate(entries, 1):
        done = LISTED[how](Kid(name, born, number(born, line)), chance)
        wanted[line] = (done.outcome, done.differing)
        listed.append(Line(done.line.name, done.line.number, done.line.born))
        known += [done.child] if done.child is not None else []
        drafts += [done.draft] if done.draft is not None else []
    with store.transaction() as session:
        planting = _Planting(store, actor, session)
        made = planting.lists_against(known, drafts, Listed(TOWN, tuple(listed)))
    try:
        told = rosters.compare(store, actor, made)
        found = {f.line: (f.outcome, f.differing) for f in told.findings}
        assert found == {line: each for line, each in wanted.items() if each[0] is not RosterOutcome.FOUND}
        assert told.found == len(wanted) - len(found)
    finally:
        with store.transaction() as session:
            for table in (RosterEntry, Roster, Answer, Registration, Child):
                session.execute(delete(table))


def test_every_outcome_of_a_list_is_made_here() -> None:
    kid = Kid("王雪", date(2018, 1, 1), number(date(2018, 1, 1), 1))
    made = [how(kid, 7) for how in LISTED.values()]
    assert {each.outcome for each in made} == set(RosterOutcome)
    assert {label for each in made for label in each.differing} == set(rosters.LABELS)
