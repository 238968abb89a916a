"""The store of one office: its folder, keys, database and vault, opened by one person in one program at a time.

``Store.session`` reads, ``Store.transaction`` writes; both belong to the thread that entered them, and no mapped
object leaves them. A transaction that ends without an exception is on the disk.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from records import audit, database, durable, folder, keys, logins, vault_rows
from records.errors import (
    KeysMissing,
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreExists,
    TooManyAttempts,
    UserDisabled,
    WrongPassword,
    cannot_write,
)
from records.ids import IdMaker, civil_date, system_clock
from records.keys import PRODUCTION, Kdf, KeyRing, StoreKeys
from records.migrations import ladder
from records.recovery_code import new_recovery_code
from records.sealing import SEALER
from records.tables import AuditEntry, Office, User
from records.vault import Vault
from records.views import Actor, Role

__all__ = ["Store", "StoreBusy", "StoreError", "WrongPassword", "create_store", "open_store", "store_exists"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where time and chance come from: the system's, or a test's."""

    clock: Callable[[], datetime] = system_clock
    randomness: Callable[[int], bytes] = os.urandom


SYSTEM = Surroundings()


class Store:
    """An open store. Made by ``create_store`` and ``open_store``; close it, or use it in a ``with``."""

    def __init__(
        self, data_dir: Path, store_id: str, opened: StoreKeys, lock: folder.Lock, surroundings: Surroundings
    ) -> None:
        self.data_dir = data_dir
        self.store_id = store_id
        self.vault = Vault(data_dir / folder.VAULT, surroundings.randomness)
        self.opened_keys = opened  # for records.people, which wraps them for others
        self._lock = lock
        self.surroundings = surroundings
        self._ids = IdMaker(surroundings.clock, surroundings.randomness)
        self._audit_key = audit_key(opened)
        self._envelopes = keys.Envelopes(opened.sensitive_public, opened.sensitive, surroundings.randomness)
        self._turn = threading.Lock()
        self._seen: set[tuple[str, str, str]] = set()  # what was audited as seen since the store was opened
        self._writer: int | None = None  # the thread that is in a transaction
        path = data_dir / folder.DATABASE
        self._reading = database.reading_engine(path, opened.database)
        self._writing = database.writing_engine(path, opened.database)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that reads one consistent state of the store. It can't write."""
        with (
            self._known_errors(writing=False),
            Session(self._reading, expire_on_commit=False, autoflush=False, info={SEALER: self}) as session,
        ):
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed at the end, all of them or, on an exception, none.

        One writer at a time; others wait. A thread that is in a transaction already may not start another.
        """
        if self._writer == threading.get_ident():
            raise RuntimeError("a transaction within a transaction")
        with self._turn:
            self._writer = threading.get_ident()
            try:
                with self._known_errors(writing=True), self._writing_session() as session:
                    yield session
                    session.flush()
                    durable.commit(session)
            finally:
                self._writer = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No connection is open inside: the database's file may be put in place anew. The store is closed afterwards.

        Raises StoreBusy where somebody is still reading.
        """
        with self._turn:
            try:
                self._reading.dispose()
                self._writing.dispose()
                if (self.data_dir / f"{folder.DATABASE}-wal").exists():  # the last connection would have removed it
                    raise StoreBusy("资料库里还有别的操作没有做完，没有改动。请等一会儿再做。")
                yield
            finally:
                self.close()

    def forget_log(self) -> None:
        """The write-ahead log, which still has pages as they were before an erasure, is written back and emptied."""
        with self._turn, self._writing.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_copies(self) -> None:
        """Copies from before migrations, which hold what was erased since, go."""
        for copy in self.data_dir.glob(f"{folder.DATABASE}.before-*"):
            durable.remove(copy)

    def _writing_session(self) -> Session:
        return Session(self._writing, expire_on_commit=False, info={SEALER: self})

    def new_id(self) -> str:
        """A new UUIDv7."""
        return self._ids.new()

    def keyed_hash(self, content: bytes, purpose: str = "content") -> str:
        """HMAC-SHA256 as 64 hex characters: equal for equal content in this store, telling nothing without its key."""
        return keyed_hash(self.opened_keys, content, purpose)

    def audit(
        self,
        session: Session,
        actor_id: str,
        now: datetime,
        verb: str,
        object_id: str,
        detail: Mapping[str, str | int] | None = None,
    ) -> AuditEntry:
        """Add to the audit within ``session``'s transaction. ``detail``: ids, counts and keyed hashes only."""
        return audit.append(
            session, self._audit_key, at=now, actor_id=actor_id, verb=verb, object_id=object_id, detail=detail
        )

    def saw(self, actor_id: str, verb: str, object_ids: Iterable[str]) -> None:
        """Audit that somebody looked at these, each once while the store is open. Not within a transaction.

        What was seen is known to have been seen before it is shown: a full disk shows nothing.
        """
        self.saw_all(actor_id, [(verb, object_id) for object_id in object_ids])

    def saw_all(self, actor_id: str, looks: Iterable[tuple[str, str]]) -> None:
        """The same for several verbs, (verb, object id) each, in one transaction."""
        new = [look for look in dict.fromkeys(looks) if (actor_id, *look) not in self._seen]
        if not new:
            return
        with self.transaction() as session:
            now = self.surroundings.clock()
            for verb, object_id in new:
                self.audit(session, actor_id, now, verb, object_id)
        self._seen.update((actor_id, *look) for look in new)

    def broken_audit(self, session: Session) -> tuple[int, ...]:
        """The numbers at which the audit chain is broken; empty for one that is whole."""
        return audit.verify_chain(session, self._audit_key)

    def seal(self, content: bytes, context: str) -> bytes:
        """Seal something extra-sensitive; anybody can. ``context`` names its place (row and column)."""
        return self._envelopes.seal(content, context.encode())

    def open_sealed(self, sealed: bytes, context: str) -> bytes | None:
        """What was sealed, or None for a user who isn't among those named to open it."""
        if self.opened_keys.sensitive is None:
            return None
        return self._envelopes.open(sealed, context.encode())

    def close(self) -> None:
        """Close the database and let others in. Safe to call twice."""
        self._reading.dispose()
        self._writing.dispose()
        self._lock.release()

    @contextmanager
    def _known_errors(self, *, writing: bool) -> Iterator[None]:
        """What the disk does to the database becomes a sentence; everything else is a defect and stays one."""
        try:
            yield
        except DatabaseError as error:
            known = database.known_error(error, self.data_dir, writing=writing)
            if known is None:
                raise
            raise known from error


def store_exists(data_dir: Path) -> bool:
    """True where a store was made (whole or not: ``open_store`` says what is wrong with it)."""
    return (data_dir / folder.DATABASE).exists() or (data_dir / folder.INSTEAD / folder.REPLACING).exists()


def create_store(  # noqa: PLR0913 (what the first-run screen asks for, each by its name)
    data_dir: Path,
    *,
    office_name: str,
    division: str,
    username: str,
    full_name: str,
    password: str,
    now: datetime,
    kdf: Kdf = PRODUCTION,
    surroundings: Surroundings = SYSTEM,
) -> tuple[Store, Actor, str]:
    """Make the store of an office with its first administrator; returns the recovery code to print, too.

    Killed on the way it leaves nothing that stands in the way of the next try. Raises StoreError.
    """
    folder.no_core_dumps()  # from here on this process's memory holds keys
    refuse_existing(data_dir)
    folder.make_private(data_dir)
    lock = folder.Lock(data_dir)
    try:
        refuse_existing(data_dir)
        store_id = IdMaker(surroundings.clock, surroundings.randomness).new()
        user_id = IdMaker(surroundings.clock, surroundings.randomness).new()
        opened = keys.new_keys(surroundings.randomness)
        code = new_recovery_code(surroundings.randomness)
        ring = KeyRing(
            store_id,
            opened.sensitive_public,
            (
                _owner(store_id, user_id, username, password, opened, kdf, surroundings),
                _owner(store_id, keys.RECOVERY, "", code, opened, kdf, surroundings),
            ),
        )
        office = Office(store_id=store_id, name=office_name, division=division, created_at=now)
        user = User(
            id=user_id,
            username=username,
            full_name=full_name,
            role=Role.ADMINISTRATOR,
            division=division,
            created_at=now,
        )
        try:
            keys.write_ring(data_dir / folder.KEYS, ring)
            _make_database(data_dir, opened, office, user, now, surroundings)
        except OSError as error:
            raise cannot_write(error, data_dir) from error
        return Store(data_dir, store_id, opened, lock, surroundings), actor_of(user), code
    except BaseException:
        lock.release()
        raise


def open_store(
    data_dir: Path, *, username: str, password: str, now: datetime, surroundings: Surroundings = SYSTEM
) -> tuple[Store, Actor]:
    """Open a store with a user's password. Raises WrongPassword (noted in the side file) and other StoreErrors."""
    with locked(data_dir) as (lock, ring):
        owner = ring.by_login(username)
        refuse_in_pause(data_dir, owner.id if owner else logins.UNKNOWN, now)
        try:
            if owner is None:
                # takes as long as a wrong password, so that names can't be told apart by the clock
                ring.owners[0].kdf.derive(password, bytes(keys.SALT_BYTES))
                raise keys.wrong_password()
            opened = keys.unlock(ring, owner, password)
        except WrongPassword:
            note_failure(data_dir, owner.id if owner else logins.UNKNOWN, now)
            raise
        return enter(data_dir, lock, ring, opened, owner.id, now, "log_in", surroundings)


@contextmanager
def locked(data_dir: Path) -> Iterator[tuple[folder.Lock, KeyRing]]:
    """The lock and the key file of a store that is to be opened. An exception gives the lock back."""
    folder.no_core_dumps()  # from here on this process's memory holds keys
    _finish_replacing(data_dir)
    if not (data_dir / folder.DATABASE).exists():
        raise NotAStore(f"文件夹 {data_dir} 里没有资料库。请检查文件夹是否选对，或在这里新建资料库。")
    path = data_dir / folder.KEYS
    if not path.exists() and not keys.copy_of(path).exists():
        raise KeysMissing(
            "密钥文件 keys.json 不见了，资料库打不开，里面的内容没有改动。请从备份恢复这个文件，不要在这里新建资料库。"
        )
    folder.refuse_network(data_dir)
    lock = folder.Lock(data_dir)
    try:
        try:
            ring = keys.read_ring(path)
        except OSError as error:
            raise StoreDamaged(
                "密钥文件 keys.json 读不出来，资料库没有打开，里面的内容没有改动。请检查文件权限，或从备份恢复。"
            ) from error
        yield lock, _settled(data_dir, ring)
    except BaseException:
        lock.release()
        raise


def _finish_replacing(data_dir: Path) -> None:
    """A damaged store was being replaced by its backup when the program was killed."""
    from records import replacing  # it needs the backups, and they the store

    if not replacing.begun(data_dir):
        return
    lock = folder.Lock(data_dir)
    try:
        replacing.finish(data_dir)
    except OSError as error:
        raise cannot_write(error, data_dir) from error
    finally:
        lock.release()


def _settled(data_dir: Path, ring: KeyRing) -> KeyRing:
    """What a change of keys that was killed left behind is finished first."""
    from records import rotation  # it needs the store

    try:
        settled = rotation.settle(data_dir, ring)
        keys.mend(data_dir / folder.KEYS, settled)
    except OSError as error:
        raise cannot_write(error, data_dir) from error
    return settled


def enter(
    data_dir: Path,
    lock: folder.Lock,
    ring: KeyRing,
    opened: StoreKeys,
    user_id: str,
    now: datetime,
    verb: str,
    surroundings: Surroundings,
) -> tuple[Store, Actor]:
    """Open the database behind opened keys: migrate, take failed logins into the audit, let the user in."""
    with suppress(OSError):
        (data_dir / folder.RESTORING).rmdir()  # empty: a restore that was killed after its last step but one
    unclean = (data_dir / f"{folder.DATABASE}-wal").exists()  # a clean close removes the log
    store = Store(data_dir, ring.store_id, opened, lock, surroundings)
    try:
        ladder.bring_up_to_date(data_dir / folder.DATABASE, opened.database)
        with store.transaction() as session:
            take_failed_logins(store, session, _office(session, ring.store_id), now)
            user = session.get(User, user_id)
            admitted = user is not None and may_enter(user, now)
            store.audit(session, user_id, now, verb if admitted else "log_in_refused", user_id)
        actor = _admitted(user if admitted else None)
        if unclean:
            _sweep(store)
    except BaseException:
        store.close()
        raise
    return store, actor


def actor_of(user: User) -> Actor:
    """Who does something, from the user's row."""
    return Actor(user.id, user.username, user.full_name, user.role, user.division)


def refuse_in_pause(data_dir: Path, user_id: str, now: datetime) -> None:
    """Raises TooManyAttempts for a user who has typed too many wrong passwords just now."""
    ends = logins.pause_ends(data_dir / folder.FAILED_LOGINS, user_id, now)
    if ends is not None:
        minutes = max(1, -(-int((ends - now).total_seconds()) // 60))
        raise TooManyAttempts(
            f"密码连续输错 {logins.MOST_FAILURES} 次，为防有人猜密码，暂停登录，资料库没有打开，内容没有改动。"
            f"请过 {minutes} 分钟再试；忘了密码的，请管理员重设。"
        )


def note_failure(data_dir: Path, user_id: str, now: datetime) -> None:
    """Put a failed login into the side file. Raises CannotWrite: without the note nobody gets another try."""
    try:
        logins.note_failure(data_dir / folder.FAILED_LOGINS, user_id, now)
    except OSError as error:
        raise cannot_write(error, data_dir) from error


def refuse_existing(data_dir: Path) -> None:
    """Raises where making a store could cost one that is there.

    A key file alone, beside an empty vault, is what a creation that was killed leaves: it opens nothing.
    """
    vault = data_dir / folder.VAULT
    used = vault.is_dir() and any(vault.iterdir())
    if (data_dir / folder.DATABASE).exists() or used:
        raise StoreExists(f"文件夹 {data_dir} 里已经有资料库，没有新建，原来的内容没有改动。请登录，或另选一个文件夹。")


def _owner(
    store_id: str, owner_id: str, login: str, secret: str, opened: StoreKeys, kdf: Kdf, surroundings: Surroundings
) -> keys.Owner:
    return keys.new_owner(
        store_id, owner_id, login, secret, opened, kdf=kdf, sensitive=True, randomness=surroundings.randomness
    )


def _make_database(
    data_dir: Path, opened: StoreKeys, office: Office, user: User, now: datetime, surroundings: Surroundings
) -> None:
    """Make the database under a passing name; it gets its own when it is whole."""
    path = data_dir / folder.NEW_DATABASE
    for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        durable.remove(leftover)
    folder.create_empty(path)
    signing = Ed25519PrivateKey.from_private_bytes(surroundings.randomness(32))
    office.signing_private = signing.private_bytes_raw()
    office.signing_public = signing.public_key().public_bytes_raw()
    ladder.bring_up_to_date(path, opened.database)
    engine = database.writing_engine(path, opened.database)
    try:
        with Session(engine, expire_on_commit=False) as session:
            session.add_all([office, user])
            audit.append(
                session,
                audit_key(opened),
                at=now,
                actor_id=user.id,
                verb="create_store",
                object_id=office.store_id,
            )
            durable.commit(session)
    finally:
        engine.dispose()  # the last connection writes the log back and removes it
    durable.rename(path, data_dir / folder.DATABASE)
    durable.fsync_folder(data_dir)


def take_failed_logins(store: Store, session: Session, office: Office, now: datetime) -> None:
    """Bring what the side file has and the audit hasn't into the audit."""
    new = logins.new_failures(store.data_dir / folder.FAILED_LOGINS, office.logins_taken)
    for failure in new.failures:
        at = failure.at.isoformat(timespec="seconds")
        store.audit(session, audit.NOBODY, now, "log_in_failed", failure.user_id, {"at": at})
    if new.shortened:
        store.audit(session, audit.NOBODY, now, "failed_logins_tampered", folder.FAILED_LOGINS)
    office.logins_taken = new.taken


def _office(session: Session, store_id: str) -> Office:
    office = session.get(Office, 1)
    if office is None or office.store_id != store_id:
        raise StoreDamaged("数据库和密钥文件不是同一个资料库的，没有打开。请从同一份备份恢复这两个文件。")
    return office


def may_enter(user: User, now: datetime) -> bool:
    """Is the user neither disabled nor past the last day?"""
    expired = user.valid_until is not None and civil_date(now) > user.valid_until
    return user.disabled_at is None and not expired


def _admitted(user: User | None) -> Actor:
    if user is None:
        raise UserDisabled("这个用户已停用或已过期，资料库没有打开。请联系管理员。")
    return actor_of(user)


def _sweep(store: Store) -> None:
    """After a crash: remove vault files that no committed row names (their keys are nowhere)."""
    with store.session() as session:
        known = vault_rows.named_ids(session)
    store.vault.sweep(known)
    with suppress(OSError):
        for leftover in database.files_of(store.data_dir / folder.SNAPSHOT):
            leftover.unlink(missing_ok=True)


def keyed_hash(opened: StoreKeys, content: bytes, purpose: str) -> str:
    """What ``Store.keyed_hash`` gives in the store with these keys."""
    return hmac.new(_derived(opened.hashing, purpose), content, hashlib.sha256).hexdigest()


def audit_key(opened: StoreKeys) -> bytes:
    """What the audit's hashes are keyed with."""
    return _derived(opened.hashing, "audit")


def _derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that a hash made for one can't stand for another."""
    return hmac.new(key, f"tongdang {purpose} 1".encode(), hashlib.sha256).digest()
