"""How the store of an office is made, opened and entered: the lock, the key file, the database, the first audit entry.

What a program that was killed left half done (a replaced store, a change of keys, a crash) is finished here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from records import audit, database, durable, folder, keys, logins, replacing, rotation, vault_rows
from records.errors import (
    KeysMissing,
    NotAStore,
    StoreDamaged,
    TooManyAttempts,
    UserDisabled,
    WrongPassword,
    cannot_write,
)
from records.ids import IdMaker, civil_date
from records.keys import PRODUCTION, Kdf, KeyRing, StoreKeys
from records.migrations import ladder
from records.recovery_code import new_recovery_code
from records.store import SYSTEM, Store, Surroundings, audit_key
from records.tables import Office, User
from records.views import Actor, Role


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
    folder.refuse_existing(data_dir)
    folder.make_private(data_dir)
    lock = folder.Lock(data_dir)
    try:
        folder.refuse_existing(data_dir)
        store_id = IdMaker(surroundings.clock, surroundings.randomness).new()
        user_id = IdMaker(surroundings.clock, surroundings.randomness).new()
        opened = keys.new_keys(surroundings.randomness)
        code = new_recovery_code(surroundings.randomness)
        owners = (
            _owner(store_id, user_id, username, password, opened, kdf, surroundings),
            _owner(store_id, keys.RECOVERY, "", code, opened, kdf, surroundings),
        )
        ring = KeyRing(store_id, opened.sensitive_public, owners)
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
            f"密码在 15 分钟里输错 {logins.MOST_FAILURES} 次，为防有人猜密码，暂停登录，资料库没有打开，内容没有改动。"
            f"请过 {minutes} 分钟再试；忘了密码的，请管理员重设。"
        )


def note_failure(data_dir: Path, user_id: str, now: datetime) -> None:
    """Put a failed login into the side file. Raises CannotWrite: without the note nobody gets another try."""
    try:
        logins.note_failure(data_dir / folder.FAILED_LOGINS, user_id, now)
    except OSError as error:
        raise cannot_write(error, data_dir) from error


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
