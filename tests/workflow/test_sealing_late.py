"""What an older program left in the open, or somebody put there past it: found, and sealed as soon as it can be."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from records import database, office_rows
from records.folder import DATABASE
from records.tables import AnswerEvent
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.test_sealed_fields import ILLNESS, come_in, deliver, office
from workflow import child_page, half_typed, verify
from workflow.access import _SEALED
from workflow.check import check
from workflow.repair import repair

__all__ = ["office"]
KEY = "health_illness"
NOTE = "母亲电话里说的病"
TABLES = {
    "answers": "SELECT value, text, note FROM answers WHERE key = '{0}'",
    "answer_events": "SELECT from_value, to_value, from_note, note FROM answer_events WHERE key = '{0}'",
    "half_typed": "SELECT text, key, key FROM half_typed WHERE key = '{0}'",
}


@pytest.fixture
def old(office: OfficeAtWork) -> OfficeAtWork:
    """A store in which the illness was corrected, as an older program would have kept it: nothing sealed there."""
    deliver(office)
    (sheet,) = office.sheets()
    at = (office.store, office.actor, office.clock(), sheet.registration_id, KEY)
    verify.confirm(*at, "哮喘", note=NOTE)
    verify.confirm(*at, ILLNESS, note=NOTE)
    half_typed.keep(*at, "先天")
    office.answer_all(sheet)
    office.verified(next(s for s in office.sheets()))
    half_typed.keep(*at, "先天")
    return office


def run(office: OfficeAtWork, *statements: str) -> None:
    """As an older program wrote it: past the session that seals, and the history's trigger is there again."""
    connection = database.connect(office.store.data_dir / DATABASE, office.store.opened_keys.database)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0, statement
    for _, statement in triggers:
        connection.execute(statement)
    connection.close()


def unsealed(office: OfficeAtWork) -> None:
    """Values open, as before there was a second key."""
    one, other = json.dumps("哮喘", ensure_ascii=False), json.dumps(ILLNESS, ensure_ascii=False)
    run(
        office,
        f"UPDATE answers SET sealed = NULL, value = '{other}', text = '{ILLNESS}', note = '{NOTE}' WHERE key = '{KEY}'",
        f"UPDATE answer_events SET sealed = NULL, from_value = 'null', to_value = '{one}', note = '{NOTE}'"
        f" WHERE key = '{KEY}'",
        f"UPDATE half_typed SET sealed = NULL, text = '先天' WHERE key = '{KEY}'",
    )


def noted(office: OfficeAtWork) -> None:
    """Values sealed and the notes beside them open, as the first program that sealed did."""
    run(
        office,
        f"UPDATE answers SET note = '{NOTE}' WHERE key = '{KEY}'",
        f"UPDATE answer_events SET note = '{NOTE}' WHERE key = '{KEY}'",
    )


def standing(office: OfficeAtWork) -> set[str]:
    """Tables in which some of it stands in the open."""
    connection = database.connect(office.store.data_dir / DATABASE, office.store.opened_keys.database)
    told = {table: str(connection.execute(query.format(KEY)).fetchall()) for table, query in TABLES.items()}
    found = {table for table, row in told.items() if any(words in row for words in (ILLNESS, "哮喘", NOTE, "先天"))}
    connection.close()
    return found


def faults(office: OfficeAtWork) -> set[str]:
    return {fault.code for fault in check(office.store, office.actor)}


def notes(office: OfficeAtWork, child_id: str) -> list[str]:
    steps = child_page.field_history(office.store, office.actor, child_id, KEY)
    return [step.note for step in steps if step.note]


def child_of(office: OfficeAtWork) -> str:
    with office.store.session() as session:
        return str(session.connection().exec_driver_sql("SELECT id FROM children").scalar_one())


def test_what_was_never_sealed_anybodys_repair_seals(old: OfficeAtWork) -> None:
    unsealed(old)
    come_in(old, "li")  # may not open what is sealed; sealing needs no key but the public half
    assert "sensitive_open" in faults(old)
    assert standing(old) == {"answers", "answer_events", "half_typed"}
    assert "sensitive_open" not in {fault.code for fault in repair(old.store, old.actor, old.clock())}
    assert standing(old) == set()
    come_in(old, "admin")
    assert notes(old, child_of(old))[-1] == NOTE, "for named persons it says what it said"
    with pytest.raises(IntegrityError, match="only added"), old.store.transaction() as session:
        session.execute(update(AnswerEvent).values(note="x"))


def test_notes_beside_sealed_values_are_sealed_when_somebody_comes_who_may_open_them(old: OfficeAtWork) -> None:
    child = child_of(old)
    before = [(s.from_text, s.to_text) for s in child_page.field_history(old.store, old.actor, child, KEY)]
    noted(old)
    with old.store.transaction() as session:  # a store that no program of this version has been in
        office_rows.set_setting(session, _SEALED, None)
    come_in(old, "li")
    assert [f.code for f in repair(old.store, old.actor, old.clock())] == ["sensitive_open"]
    assert standing(old) == {"answers", "answer_events"}, "without the key the values would be lost"
    come_in(old, "admin")
    assert standing(old) == set()
    assert "sensitive_open" not in faults(old)
    assert notes(old, child)[-1] == NOTE
    after = [(s.from_text, s.to_text) for s in child_page.field_history(old.store, old.actor, child, KEY)]
    assert after == before
    with old.store.session() as session:
        verbs = session.connection().exec_driver_sql("SELECT count(*) FROM audit WHERE verb = 'answers.seal'")
        assert verbs.scalar_one() == 1
