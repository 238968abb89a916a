"""The audit chain: whatever is removed, changed, moved or cut off is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from records import audit
from records.audit import Head
from records.store import Store
from records.views import Actor


@pytest.fixture
def filled(store: Store, actor: Actor, now: datetime) -> Store:
    """A store with ten more entries; the first one is its making."""
    for number in range(2, 12):
        with store.transaction() as session:
            store.audit(session, actor.user_id, now, "confirm", f"object-{number}", {"key": "child_name", "n": number})
    return store


def tampered(store: Store, *statements: str) -> tuple[int, ...]:
    """What the chain says after somebody with the database's key went at it, triggers and all."""
    with store.transaction() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("DROP TRIGGER audit_no_delete"))
        for statement in statements:
            session.execute(text(statement))
    with store.session() as session:
        return store.broken_audit(session)


def test_an_honest_chain_is_whole(filled: Store) -> None:
    with filled.session() as session:
        assert filled.broken_audit(session) == ()
        assert audit.head(session).seq == 11


@pytest.mark.parametrize("statement", ["UPDATE audit SET verb = 'x' WHERE seq = 5", "DELETE FROM audit WHERE seq = 5"])
def test_the_database_itself_refuses_changes(filled: Store, statement: str) -> None:
    with pytest.raises(DatabaseError, match="rows are only added"), filled.transaction() as session:
        session.execute(text(statement))


CHANGES = [
    "at = '2020-01-01 00:00:00.000000'",
    "actor_id = 'somebody'",
    "verb = 'undo'",
    "object_id = 'object-6'",
    "detail = '{}'",
    f"previous = '{'1' * 64}'",
    f"hash = '{'1' * 64}'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_any_column_is_seen(filled: Store, change: str) -> None:
    assert 5 in tampered(filled, f"UPDATE audit SET {change} WHERE seq = 5")


def test_a_removed_entry_is_named(filled: Store) -> None:
    assert tampered(filled, "DELETE FROM audit WHERE seq = 5") == (5,)


def test_a_gap_that_was_closed_is_seen(filled: Store) -> None:
    found = tampered(
        filled,
        "DELETE FROM audit WHERE seq = 5",
        *[f"UPDATE audit SET seq = {n - 1} WHERE seq = {n}" for n in range(6, 12)],
    )
    assert found[0] == 5


def test_two_entries_exchanged_are_seen(filled: Store) -> None:
    found = tampered(
        filled,
        "UPDATE audit SET seq = 99 WHERE seq = 5",
        "UPDATE audit SET seq = 5 WHERE seq = 6",
        "UPDATE audit SET seq = 6 WHERE seq = 99",
    )
    assert {5, 6} <= set(found)


def test_a_removed_beginning_is_seen(filled: Store) -> None:
    assert tampered(filled, "DELETE FROM audit WHERE seq = 1") == (1,)


def test_a_cut_off_end_is_seen_against_a_printed_head(filled: Store) -> None:
    with filled.session() as session:
        printed = audit.head(session)
        assert audit.contains(session, printed)
    assert tampered(filled, "DELETE FROM audit WHERE seq >= 10") == ()
    with filled.session() as session:
        assert not audit.contains(session, printed)
        assert audit.contains(session, Head(0, audit.GENESIS))


def test_a_chain_made_anew_without_the_key_is_seen(filled: Store, now: datetime) -> None:
    """Hashing again with a guessed key doesn't help: every entry from there on is named."""
    with filled.transaction() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("DROP TRIGGER audit_no_delete"))
        session.execute(text("DELETE FROM audit WHERE seq > 1"))
        for number in range(2, 5):
            audit.append(session, b"guessed", at=now, actor_id="x", verb="y", object_id=str(number))
    with filled.session() as session:
        assert filled.broken_audit(session) == (2, 3, 4)


def test_an_entry_of_another_course_of_things_is_seen(filled: Store, actor: Actor, now: datetime) -> None:
    """Put back from a backup a store goes on otherwise; what came after in the other course fits by its own hash."""
    with filled.transaction() as session:
        session.execute(text("DROP TRIGGER audit_no_delete"))
        after = [dict(row) for row in session.execute(text("SELECT * FROM audit WHERE seq > 6")).mappings()]
        session.execute(text("DELETE FROM audit WHERE seq > 5"))
    with filled.transaction() as session:
        filled.audit(session, actor.user_id, now, "confirm", "another object")
    with filled.transaction() as session:
        columns = ", ".join(after[0])
        values = ", ".join(f":{name}" for name in after[0])
        session.execute(text(f"INSERT INTO audit ({columns}) VALUES ({values})"), after)
    with filled.session() as session:
        assert filled.broken_audit(session) == (7,)


def test_an_entry_is_committed_with_what_it_tells_of_or_not_at_all(store: Store, actor: Actor, now: datetime) -> None:
    def fails(session: Session) -> None:
        store.audit(session, actor.user_id, now, "confirm", "x")
        raise KeyError("the change failed")

    change: Callable[[Session], None] = fails
    with pytest.raises(KeyError), store.transaction() as session:
        change(session)
    with store.session() as session:
        assert audit.head(session).seq == 1
