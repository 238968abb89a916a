"""A store is made whole or not at all, opened by one program, read by many threads and written by one."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from records import folder, keys
from records.errors import (
    CannotWrite,
    KeysMissing,
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreExists,
    WrongPassword,
)
from records.opening import open_store, store_exists
from records.states import IllegalTransition
from records.store import Store
from records.tables import Answer, AuditEntry, Office, Page, Reading, Setting, Sheet, Source, User
from records.vault import VaultRef
from records.views import Actor, PageState, Role
from tests.records.offices import PASSWORD, MakeStore


def a_source(store: Store, actor: Actor, now: datetime, content: bytes = b"scan") -> Source:
    ref = store.vault.put(content)
    return Source(
        id=store.new_id(),
        content_hash=store.keyed_hash(content),
        vault_id=ref.id,
        vault_key=ref.key,
        name="扫描0412.jpg",
        size=len(content),
        received_at=now,
        received_by=actor.user_id,
        delivered_path="/扫描/扫描0412.jpg",
    )


def test_made_closed_and_opened_again(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    store, actor, code = made
    assert store_exists(data_dir)
    assert actor.role is Role.ADMINISTRATOR
    assert len(code.split("-")) == 6
    store.close()
    again, back = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with again, again.session() as session:
        assert back == actor
        office = session.get(Office, 1)
        assert office is not None
        assert (office.name, office.division, office.store_id) == ("黄松甸镇人民政府", "220281105", again.store_id)
        assert office.created_at == now
        user = session.get(User, actor.user_id)
        assert user is not None
        assert user.role is Role.ADMINISTRATOR
    assert sorted(p.name for p in data_dir.iterdir()) == ["keys.json", "keys.json.copy", "lock", "store.db", "vault"]


def test_only_the_owner_reads_the_folder(store: Store, data_dir: Path) -> None:
    assert data_dir.stat().st_mode & 0o777 == 0o700
    with store.transaction() as session:
        session.add(Setting(key="a", value=1))
        for path in data_dir.rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_second_program_is_refused(store: Store, data_dir: Path, now: datetime) -> None:
    with pytest.raises(StoreBusy):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)
    code = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from records.errors import StoreBusy\n"
        "from records.opening import open_store\n"
        "try: open_store(Path(sys.argv[1]), username='admin', password='x', now=datetime.now(UTC))\n"
        "except StoreBusy as error: sys.stdout.buffer.write(str(error).encode())\n"
    )
    other = subprocess.run([sys.executable, "-c", code, str(data_dir)], capture_output=True, check=True, timeout=60)
    assert "另一个程序" in other.stdout.decode()
    assert other.stderr == b""


def test_a_wrong_password_gives_the_lock_back(made: tuple[Store, Actor, str], data_dir: Path, now: datetime) -> None:
    made[0].close()
    for username, password in (("admin", "x"), ("nobody", PASSWORD), ("", ""), ("recovery", made[2]), ("", made[2])):
        with pytest.raises(WrongPassword):
            open_store(data_dir, username=username, password=password, now=now)
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()


def test_nothing_is_made_over_a_store(store: Store, make_store: MakeStore, data_dir: Path) -> None:
    store.close()
    before = (data_dir / folder.KEYS).read_bytes()
    with pytest.raises(StoreExists, match="已经有资料库"):
        make_store(data_dir)
    assert (data_dir / folder.KEYS).read_bytes() == before


def test_a_creation_that_was_killed_can_be_repeated(make_store: MakeStore, data_dir: Path) -> None:
    data_dir.mkdir(parents=True)
    (data_dir / folder.KEYS).write_text("half", encoding="utf-8")
    (data_dir / folder.NEW_DATABASE).write_bytes(b"half a database")
    (data_dir / f"{folder.NEW_DATABASE}-wal").write_bytes(b"half a log")
    store, _actor, _code = make_store(data_dir)
    store.close()
    assert sorted(p.name for p in data_dir.iterdir()) == ["keys.json", "keys.json.copy", "lock", "store.db", "vault"]


def test_a_folder_without_a_store(tmp_path: Path, now: datetime) -> None:
    with pytest.raises(NotAStore, match="没有资料库"):
        open_store(tmp_path, username="admin", password="x", now=now)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("left", [None, b"half"])
def test_one_of_two_key_files_is_enough(
    store: Store, data_dir: Path, now: datetime, which: int, left: bytes | None
) -> None:
    store.close()
    files = (data_dir / folder.KEYS, keys.copy_of(data_dir / folder.KEYS))
    before = files[0].read_bytes()
    files[which].unlink()
    if left is not None:
        files[which].write_bytes(left)
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()
    assert [path.read_bytes() for path in files] == [before, before]


def test_a_lost_key_file(store: Store, make_store: MakeStore, data_dir: Path, now: datetime) -> None:
    store.close()
    (data_dir / folder.KEYS).unlink()
    keys.copy_of(data_dir / folder.KEYS).unlink()
    with pytest.raises(KeysMissing, match="从备份恢复"):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with pytest.raises(StoreExists):
        make_store(data_dir)


@pytest.mark.parametrize("position", [0, 20, 4000, 9000, -1])
def test_a_damaged_database(store: Store, data_dir: Path, now: datetime, position: int) -> None:
    store.close()
    path = data_dir / folder.DATABASE
    content = bytearray(path.read_bytes())
    content[position] ^= 0x40
    path.write_bytes(content)
    try:
        again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    except StoreDamaged as error:
        sentence = error.sentence
    else:
        # a page that opening doesn't read: the integrity check of `tongdang check` finds it
        with again, again.session() as session:
            assert session.execute(text("PRAGMA cipher_integrity_check")).all()
        return
    assert "从备份恢复" in sentence


def test_a_database_of_another_store(
    store: Store, make_store: MakeStore, data_dir: Path, tmp_path: Path, now: datetime
) -> None:
    other, _actor, _code = make_store(tmp_path / "other")
    other.close()
    store.close()
    (data_dir / folder.DATABASE).write_bytes((tmp_path / "other" / folder.DATABASE).read_bytes())
    with pytest.raises(StoreDamaged):
        open_store(data_dir, username="admin", password=PASSWORD, now=now)


def test_a_transaction_is_whole_or_nothing(store: Store) -> None:
    with pytest.raises(IntegrityError), store.transaction() as session:
        write_the_same_key_twice(session)
    with store.session() as session:
        assert session.scalars(select(Setting)).all() == []


def write_the_same_key_twice(session: Session) -> None:
    session.add_all([Setting(key="a", value=1), Setting(key="b", value=2)])
    session.flush()
    session.execute(text("INSERT INTO settings VALUES ('a', '3')"))


def test_readers_see_the_last_commit_while_somebody_writes(store: Store) -> None:
    with store.transaction() as writing:
        writing.add(Setting(key="a", value=1))
        writing.flush()
        with store.session() as reading:
            assert reading.get(Setting, "a") is None
    with store.session() as reading:
        assert reading.get(Setting, "a") is not None


def test_a_reading_session_cannot_write(store: Store) -> None:
    with pytest.raises(OperationalError, match="readonly"), store.session() as session:
        session.execute(text("INSERT INTO settings VALUES ('a', '1')"))


def test_a_transaction_within_a_transaction_is_a_defect(store: Store) -> None:
    with store.transaction(), pytest.raises(RuntimeError, match="within"), store.transaction():
        raise AssertionError("entered")


def test_many_threads_write_one_after_the_other(store: Store, actor: Actor, now: datetime) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for number in range(25):
                with store.transaction() as session:
                    session.add(Setting(key=f"{name}-{number}", value=number))
                    store.audit(session, actor.user_id, now, "change_setting", f"{name}-{number}")
                with store.session() as session:
                    assert session.get(Setting, f"{name}-{number}") is not None
        except BaseException as failure:  # noqa: BLE001 (handed to the test's own thread)
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    with store.session() as session:
        assert len(session.scalars(select(Setting)).all()) == 200
        assert session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all() == list(range(1, 202))
        assert store.broken_audit(session) == ()


def test_a_full_disk_is_a_sentence_and_nothing_is_half_saved(store: Store, data_dir: Path) -> None:
    with store.transaction() as session:
        session.execute(text("PRAGMA max_page_count = 1"))  # this connection may not let the file grow
    with pytest.raises(CannotWrite) as caught, store.transaction() as session:
        session.add_all(Setting(key=f"{number}", value="松" * 2000) for number in range(200))
    assert "磁盘满了" in caught.value.sentence
    assert str(data_dir) in caught.value.sentence
    with store.session() as session:
        assert session.scalars(select(Setting)).all() == []


def test_instants_need_a_zone_and_come_back_in_utc(store: Store, actor: Actor, now: datetime) -> None:
    local = now.astimezone(timezone(timedelta(hours=8)))
    with store.transaction() as session:
        session.add(a_source(store, actor, local))
    with store.session() as session:
        got = session.scalars(select(Source.received_at)).one()
        assert got == now
        assert got.tzinfo is UTC
    # SQLAlchemy wraps what a column type raises
    with pytest.raises(Exception, match="time zone"), store.transaction() as session:
        session.add(a_source(store, actor, datetime(2026, 10, 12), b"other"))  # noqa: DTZ001 (the point of the test)


def test_the_same_bytes_come_in_once(store: Store, actor: Actor, now: datetime) -> None:
    with store.transaction() as session:
        session.add(a_source(store, actor, now))
    with pytest.raises(IntegrityError) as caught, store.transaction() as session:
        session.add(a_source(store, actor, now))
    assert "扫描0412" not in str(caught.value)


def test_a_page_stands_on_one_sheet_once(store: Store, actor: Actor, now: datetime) -> None:
    source = a_source(store, actor, now)
    sheet = Sheet(id=store.new_id())
    pages = [Page(id=store.new_id(), source_id=source.id, position=n) for n in range(2)]
    with store.transaction() as session:
        session.add_all([source, sheet])
        session.flush()
        session.add_all(pages)
    for sides in ((1, 1), (3, 1), (None, 1)):
        with pytest.raises(IntegrityError), store.transaction() as session:
            place(session, dict(zip([page.id for page in pages], sides, strict=True)), sheet.id)


def place(session: Session, sides: dict[str, int | None], sheet_id: str) -> None:
    for page_id, side in sides.items():
        page = session.get_one(Page, page_id)
        page.sheet_id, page.side = sheet_id, side


def test_a_reading_is_added_and_never_altered(store: Store, actor: Actor, now: datetime) -> None:
    source = a_source(store, actor, now)
    page = Page(id=store.new_id(), source=source, position=0)
    reading = Reading(id=store.new_id(), page=page, run=1, at=now, engine="e", model="m", content=b"x")
    with store.transaction() as session:
        session.add_all([source, page, reading])
    with pytest.raises(IntegrityError, match="only added"), store.transaction() as session:
        session.get_one(Reading, reading.id).content = b"y"


def test_a_row_in_the_database_takes_only_allowed_steps(store: Store, actor: Actor, now: datetime) -> None:
    source = a_source(store, actor, now)
    page = Page(id=store.new_id(), source=source, position=0)
    with store.transaction() as session:
        session.add_all([source, page])
    with pytest.raises(IllegalTransition), store.transaction() as session:
        session.get_one(Page, page.id).state = PageState.PLACED
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.execute(text("UPDATE pages SET state = 'lost'"))


def test_references_are_kept(store: Store, now: datetime) -> None:
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.add(Answer(registration_id="nobody", key="child_name", value="x", reasons=[], changed_at=now))


def test_json_null_is_a_value(store: Store) -> None:
    with store.transaction() as session:
        session.add(Setting(key="a", value=None))
    with store.session() as session:
        assert session.execute(text("SELECT value FROM settings")).scalar_one() == "null"
        assert session.get_one(Setting, "a").value is None


def test_hashes_are_keyed_by_store_and_purpose(store: Store, make_store: MakeStore, tmp_path: Path) -> None:
    other, _actor, _code = make_store(tmp_path / "other")
    with other:
        hashes = {
            store.keyed_hash(b"x"),
            store.keyed_hash(b"x", "page"),
            other.keyed_hash(b"x"),
            store.keyed_hash(b"y"),
        }
    assert len(hashes) == 4
    assert store.keyed_hash(b"x") == store.keyed_hash(b"x")


def test_what_a_crash_left_in_the_vault_is_swept_at_the_next_start(
    made: tuple[Store, Actor, str], data_dir: Path, now: datetime
) -> None:
    store, actor, _code = made
    with store.transaction() as session:
        source = a_source(store, actor, now)
        session.add(source)
    lost = store.vault.put(b"put, but never committed")
    # a killed program closes nothing: its log is still there
    crashed = {p: p.read_bytes() for p in data_dir.rglob("*") if p.is_file()}
    store.close()
    for path, content in crashed.items():
        path.write_bytes(content)
    again, _actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with again:
        assert not again.vault.exists(lost.id)
        assert again.vault.get(VaultRef(source.vault_id, source.vault_key)) == b"scan"
    # after a clean close nothing is swept: the files may belong to a database that comes back from a backup
    (data_dir / "vault" / "ab").mkdir(exist_ok=True)
    kept = data_dir / "vault" / "ab" / ("ab" + "0" * 30)
    kept.write_bytes(b"x")
    open_store(data_dir, username="admin", password=PASSWORD, now=now)[0].close()
    assert kept.exists()
