"""What somebody finds who takes the disk home: nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from records import database, folder, people
from records.packing import pack_json
from records.store import Store
from records.tables import (
    Answer,
    AnswerEvent,
    Child,
    FormUsed,
    Page,
    Reading,
    Registration,
    Source,
)
from records.views import Actor, AnswerState
from tests.records.offices import PASSWORD, QUICK

NAME = "欧阳雪晴"
ID_NUMBER = "220281201703058828"
FILE_NAME = "黄松甸学校扫描件第七批"
PICTURE = bytes(range(64)) * 40 + "流动儿童基本情况登记表".encode() * 20
SECRET = "疑似遭受家庭暴力的说明"


def fill(store: Store, actor: Actor, now: datetime, count: int = 40) -> None:
    """A store in which a child's values stand everywhere they can stand."""
    ref = store.vault.put(PICTURE)
    store_id = store.store_id
    source = Source(
        id=store.new_id(),
        content_hash=store.keyed_hash(PICTURE),
        vault_id=ref.id,
        vault_key=ref.key,
        name=f"{FILE_NAME}.jpg",
        size=len(PICTURE),
        received_at=now,
        received_by=actor.user_id,
        delivered_path=f"/扫描/{FILE_NAME}.jpg",
        password="PDF的口令",
    )
    with store.transaction() as session:
        session.add(FormUsed(form_id="f", version="1", title=NAME, definition=b"", first_used_at=now))
        session.add(source)
        for position in range(count):
            page = Page(id=store.new_id(), source_id=source.id, position=position)
            content = pack_json({"fields": [{"key": "child_name", "text": NAME}]})
            reading = Reading(id=store.new_id(), page_id=page.id, run=1, at=now, engine="e", model="m", content=content)
            child = Child(
                id=store.new_id(),
                name=NAME,
                name_norm=NAME,
                pinyin="ouyang xueqing",
                id_number=ID_NUMBER,
                birth_date=date(2017, 3, 5),
                created_at=now,
            )
            registration = Registration(
                id=store.new_id(),
                store_id=store_id,
                sequence=position + 1,
                form_id="f",
                form_version="1",
                taken_in_at=now,
                child_id=child.id,
                notes=[],
            )
            session.add_all([page, child])
            session.flush()
            session.add_all([reading, registration])
            session.flush()
            sealed = store.seal(SECRET.encode(), f"answers/{registration.id}/x")
            session.add_all(
                [
                    Answer(registration_id=registration.id, key="child_name", value=NAME, text=NAME, changed_at=now),
                    Answer(registration_id=registration.id, key="x", sealed=sealed, changed_at=now),
                    AnswerEvent(
                        id=store.new_id(),
                        registration_id=registration.id,
                        number=1,
                        key="child_name",
                        from_value=NAME[:2],
                        to_value=NAME,
                        to_state=AnswerState.CORRECTED,
                        source="paper",
                        at=now,
                    ),
                ]
            )
        store.audit(session, actor.user_id, now, "take_in", source.id)


def traces(data_dir: Path) -> Iterator[str]:
    """Where any of the values stands readable, as text in three encodings or as a piece of a picture."""
    wanted = {
        f"{word} {coding}": word.encode(coding)
        for word in (NAME, ID_NUMBER, FILE_NAME, SECRET, "PDF的口令", "ouyang", PASSWORD)
        for coding in ("utf-8", "utf-16-le", "gb18030")
    }
    wanted["picture"] = PICTURE[100:116]
    for path in data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield from (f"{path.name}: {what}" for what, word in wanted.items() if word in content)


def test_nothing_readable_while_open_or_after(store: Store, actor: Actor, data_dir: Path, now: datetime) -> None:
    fill(store, actor, now)
    people.replace_recovery_code(store, kdf=QUICK)
    with store.transaction() as session:
        # something to sort and something to roll back: temporary tables and statement journals
        session.execute(text("CREATE TEMP TABLE sorted AS SELECT * FROM answers ORDER BY value, text, key"))
        assert (data_dir / f"{folder.DATABASE}-wal").stat().st_size > 0
        assert list(traces(data_dir)) == []
    assert list(traces(data_dir)) == []
    store.close()
    assert list(traces(data_dir)) == []


def test_the_search_itself_finds_clear_text(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "a").write_bytes(b"x" + NAME.encode("gb18030"))
    (data_dir / "b").write_bytes(PICTURE)
    assert [found.split(":")[0] for found in traces(data_dir)].count("a") == 1
    assert "b: picture" in list(traces(data_dir))


def test_files_in_no_folder_but_the_store_s(store: Store, actor: Actor, now: datetime, tmp_path: Path) -> None:
    fill(store, actor, now)
    store.close()
    assert [p.name for p in tmp_path.iterdir()] == ["童档 资料库"]


def test_plain_sqlite_cannot_open_it(store: Store, actor: Actor, data_dir: Path, now: datetime) -> None:
    fill(store, actor, now, count=2)
    store.close()
    path = data_dir / folder.DATABASE
    assert not path.read_bytes().startswith(b"SQLite format 3")
    plain = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master").fetchall()
    plain.close()


def test_a_wrong_key_opens_nothing_and_says_nothing(
    store: Store, data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store.close()
    with pytest.raises(sqlcipher.DatabaseError, match="not a database"):
        database.connect(data_dir / folder.DATABASE, bytes(32)).execute("SELECT * FROM sqlite_master")
    assert capfd.readouterr() == ("", "")


PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "temp_store": 2,
    "secure_delete": 1,
    "busy_timeout": 10_000,
}


@pytest.mark.parametrize("writes", [False, True])
def test_every_connection_is_set_up_the_same(store: Store, writes: bool) -> None:
    with store.transaction() if writes else store.session() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS}
        assert found == PRAGMAS
        assert session.execute(text("PRAGMA query_only")).scalar_one() == (0 if writes else 1)
        assert session.execute(text("PRAGMA cipher_version")).scalar_one()


def test_an_error_shows_no_value(store: Store, actor: Actor, now: datetime) -> None:
    fill(store, actor, now, count=1)
    with store.session() as session:
        child_id = session.scalars(select(Child.id)).one()
    # SQLAlchemy's message, and what it stands on, are what a crash report would show
    with pytest.raises(IntegrityError, match="hide_parameters") as caught, store.transaction() as session:
        session.add(Child(id=child_id, name=NAME, name_norm=NAME, id_number=ID_NUMBER, created_at=now))
    assert NAME not in str(caught.value)
    assert ID_NUMBER not in str(caught.value)
    assert NAME not in str(caught.value.__cause__)
