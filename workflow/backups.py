"""Backups of the whole store: by hand, daily and on leaving, kept by a rule; verified and restored without a store."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from records import audit_rows, backup, folder, replacing
from records.backup import Found, Summary
from records.errors import CannotWrite
from records.ids import CHINA, civil_date
from records.recovery_code import read_recovery_code
from records.session import Session
from records.store import Store
from records.views import Actor
from workflow.changes import NOTHING, Changes
from workflow.errors import NotWritten
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office
from workflow.settings import (
    BACKUP_DAILY,
    BACKUP_FOLDER,
    BACKUP_MONTHLY,
    BACKUP_ON_LEAVING,
    BACKUP_WEEKLY,
    value_of,
)

FOLDER = "backups"
# what is audited and changes nothing a backup would miss
NO_CHANGE = ("log_in", "log_in_failed", "unlock", "backup.make")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written and read again. ``removed``: older ones that the rule let go."""

    path: Path
    summary: Summary
    removed: tuple[Path, ...]
    changes: Changes = NOTHING


@verb(Right.ADMINISTER)
def make_backup(
    store: Store,
    actor: Actor,
    now: datetime,
    path: Path | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Write a backup to ``path`` or, without one, into the backups' folder. Raises NotWritten, StoreError.

    An existing file is not overwritten.
    """
    with store.session() as session:
        require_whole_office(session, actor)
        where = _folder(store, session)
    if path is None:
        return _make(store, actor, now, _new_name(store, where, now), progress)
    if path.exists():
        raise NotWritten(f"{path} 已经存在，没有做备份，也没有改动它。请换一个文件名。")
    if not path.parent.is_dir():
        raise NotWritten(f"文件夹 {path.parent} 不存在，没有做备份。请先建好，或看 U 盘是否插好。")
    return _make(store, actor, now, path, progress)


@verb(Right.SEE_OFFICE)
def back_up_if_due(store: Store, actor: Actor, now: datetime, *, leaving: bool = False) -> Made | None:
    """The day's backup if there is none yet; on leaving another one if something was changed since the last.

    Anybody's program does it: it shows nothing to anybody. One from a day to come is of a clock that was wrong, and
    stands for no day.
    """
    day = civil_date(now)
    with store.session() as session:
        where = _folder(store, session)
        own = [f for f in backup.found_in(where) if f.store_id == store.store_id]
        last = next((f for f in own if civil_date(f.made_at) <= day), None)
        if last is not None and civil_date(last.made_at) == day:
            changed = audit_rows.count_after(session, last.audit_seq, NO_CHANGE) > 0
            if not (leaving and changed and value_of(session, BACKUP_ON_LEAVING)):
                return None
    return _make(store, actor, now, _new_name(store, where, now), None)


@verb(Right.ADMINISTER)
def backups(store: Store, actor: Actor) -> tuple[Found, ...]:
    """This store's backups in the backups' folder, newest first, each with the audit's head it ends with."""
    with store.session() as session:
        require_whole_office(session, actor)
        where = _folder(store, session)
    return tuple(f for f in backup.found_in(where) if f.store_id == store.store_id)


def held_until(store: Store, session: Session, now: datetime) -> tuple[int, date | None]:
    """How many backups in the folder hold what is there now, and the last day on which one of them is kept.

    By the rule of keeping, with a backup every day from now on; copies elsewhere nobody knows of.
    """
    rule = value_of(session, BACKUP_DAILY), value_of(session, BACKUP_WEEKLY), value_of(session, BACKUP_MONTHLY)
    found = [f for f in backup.found_in(_folder(store, session)) if f.store_id == store.store_id]
    if not found:
        return 0, None
    by_rule = {f.made_at for f in found if f.path.name.startswith("tongdang-")}
    if len(by_rule) < len(found):
        return len(found), date.max  # one that was written by hand is kept until somebody removes it
    return len(found), backup.kept_until(by_rule, now, *rule)


def verify_backup(path: Path, *, username: str | None, secret: str) -> Summary:
    """Read a backup through. ``username`` None: ``secret`` is the recovery code. Raises StoreError. Needs no store."""
    _there(path)
    return backup.verify(path, username, secret if username else read_recovery_code(secret))


def restore_backup(path: Path, data_dir: Path, *, username: str | None, secret: str, now: datetime) -> Summary:
    """Bring the store back into a folder without one. Raises StoreError; a store that is there stays as it is."""
    _there(path)
    return backup.restore(path, data_dir, username, secret if username else read_recovery_code(secret), now)


def look_at(path: Path) -> Found:
    """What a file says of itself, before any secret is asked. Raises NotABackup, BackupDamaged, StoreError."""
    _there(path)
    return backup.head_of(path)


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the backup holds, and the folder in which the store that was there lies, whole."""

    summary: Summary
    aside: Path


def at_hand(data_dir: Path) -> tuple[Found, ...]:
    """Backups in the folder's own place for them, newest first: for who can't open the store."""
    return backup.found_in(data_dir / FOLDER)


def replace_by_backup(path: Path, data_dir: Path, *, username: str | None, secret: str, now: datetime) -> Replaced:
    """Put a backup in the place of a store that doesn't open; the old one is set aside, nothing of it is deleted.

    The backup is read to its end before anything moves. Raises StoreError; then the store is as it was.
    """
    _there(path)
    secret = secret if username else read_recovery_code(secret)
    summary, aside = replacing.replace(path, data_dir, username, secret, now)
    return Replaced(summary, aside)


def _there(path: Path) -> None:
    if not path.is_file():
        raise backup.not_here(path)


def _folder(store: Store, session: Session) -> Path:
    chosen = value_of(session, BACKUP_FOLDER)
    return Path(chosen) if chosen else store.data_dir / FOLDER


def _new_name(store: Store, where: Path, now: datetime) -> Path:
    """A name that isn't taken. The store's own folder of backups is made; one on another disk has to be there."""
    if where == store.data_dir / FOLDER:
        folder.make_backups_folder(where)
    elif not where.is_dir():
        raise CannotWrite(
            f"备份文件夹 {where} 现在找不到，没有做备份，资料库没有变化。请插好移动硬盘，或在设置里改备份文件夹。"
        )
    stem = f"tongdang-{now.astimezone(CHINA):%Y%m%d-%H%M%S}"
    path, number = where / f"{stem}{backup.SUFFIX}", 1
    while path.exists():
        number += 1
        path = where / f"{stem}-{number}{backup.SUFFIX}"
    return path


def _make(store: Store, actor: Actor, now: datetime, path: Path, progress: Callable[[int, int], None] | None) -> Made:
    summary = backup.make(store, path, now, progress)
    with store.transaction() as session:
        detail: dict[str, str | int] = {"files": summary.files, "seq": summary.audit_seq}
        store.audit(session, actor.user_id, now, "backup.make", store.store_id, detail)
        kept = (value_of(session, BACKUP_DAILY), value_of(session, BACKUP_WEEKLY), value_of(session, BACKUP_MONTHLY))
        where = _folder(store, session)
    removed = _let_go(store, path, now, *kept) if path.parent == where else ()
    return Made(path, summary, removed)


def _let_go(store: Store, made: Path, now: datetime, daily: int, weekly: int, monthly: int) -> tuple[Path, ...]:
    """Those that the rule lets go, never the one that was just made. Those of a clock that was ahead are a row of their
    own: else they would be the newest for as long as it takes, and every backup of today would go at once.
    """
    found = backup.found_in(made.parent)
    own = [f for f in found if f.store_id == store.store_id and f.path.name.startswith("tongdang-")]
    ahead = {f.made_at for f in own if civil_date(f.made_at) > civil_date(now)}
    kept = backup.to_keep(ahead, daily, weekly, monthly)
    kept |= backup.to_keep((f.made_at for f in own if f.made_at not in ahead), daily, weekly, monthly)
    gone = []
    for old in own:
        if old.made_at not in kept and old.path != made:
            try:
                old.path.unlink(missing_ok=True)
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY):
                    raise
                continue  # somebody has it open or protected it; it goes another day
            gone.append(old.path)
    return tuple(gone)
