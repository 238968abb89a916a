"""Backups: everything the store is, in one encrypted file, made while the store is in use.

The database is copied by itself into a consistent, still encrypted snapshot; the vault's files never change, and
those that would be removed meanwhile stay until the backup has them. Written under a passing name, read again from
the first byte to the last, and only then given its own name. Nothing is ever clear on the disk.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from records import audit, backup_file, database, durable, folder, keys, vault_rows
from records.backup_file import Header
from records.columns import canonical_json
from records.errors import CannotWrite, NotABackup, StoreError, cannot_write
from records.ids import CHINA
from records.sealed_stream import PIECE, PREFIX, SealedReader, SealedWriter
from records.store import Store, audit_key
from records.tables import Office
from records.vault import ID_PATTERN

SUFFIX = ".tdbackup"
VAULT_ENTRY = "vault/"
KEYS_ENTRY, DATABASE_ENTRY, LOGINS_ENTRY, MANIFEST, TAIL = "keys.json", "store.db", "logins.log", "manifest", "tail"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """A backup that was read to its last byte."""

    store_id: str
    office: str
    made_at: datetime
    files: int  # of the vault
    size: int  # bytes inside
    missing: tuple[str, ...]  # vault files that were not there any more when it was made
    audit_seq: int
    audit_head: str


@dataclass(frozen=True, slots=True)
class Found:
    """A backup by its clear header."""

    path: Path
    store_id: str
    made_at: datetime
    size: int
    audit_seq: int
    audit_head: str


# -- making -----------------------------------------------------------------------------------------------------------


def make(store: Store, path: Path, now: datetime, progress: Progress | None = None) -> Summary:
    """Write a backup to ``path`` and read it again. Raises CannotWrite, StoreDamaged; then nothing stands there."""
    snapshot, part = store.data_dir / folder.SNAPSHOT, path.with_name(f"{path.name}.part")
    key = store.surroundings.randomness(keys.KEY_BYTES)
    try:
        with store.vault.holding(), _snapshot(store, snapshot) as engine:
            summary, prefix = _facts(store, engine, now)
            ids = _ids(engine)
            engine.dispose()
            ring = keys.ring_bytes(keys.read_ring(store.data_dir / folder.KEYS))
            header = Header(
                store.store_id,
                now,
                summary.audit_seq,
                summary.audit_head,
                prefix,
                backup_file.seal_for(keys.parse_ring(ring).owners, store.store_id, key),
            )
            _refuse_full_disk(path.parent, snapshot.stat().st_size + sum(map(store.vault.size, ids)))
            with durable.writing(path, part=part) as file:
                raw = backup_file.header_bytes(header)
                file.write(raw)
                writer = SealedWriter(file, key, prefix, raw[-32:])
                written = _write_entries(store, writer, snapshot, summary, ring, ids, progress)
                file.flush()
                if _read_through(part, key) != written:
                    raise backup_file.damaged()
    except OSError as error:
        raise cannot_write(error, path.parent) from error
    return written


def _facts(store: Store, engine: Engine, now: datetime) -> tuple[Summary, bytes]:
    with Session(engine) as session:
        office = session.get_one(Office, 1)
        head = audit.head(session)
    prefix = store.surroundings.randomness(PREFIX)
    return Summary(store.store_id, office.name, now, 0, 0, (), head.seq, head.hash), prefix


def _ids(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(vault_rows.named_ids(session))


@contextmanager
def _snapshot(store: Store, target: Path) -> Iterator[Engine]:
    """The database as it is now, copied by itself, with the same key; gone at the end."""
    try:
        database.copy_to(store.data_dir / folder.DATABASE, store.opened_keys.database, target)
        engine = database.snapshot_engine(target, store.opened_keys.database)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        with suppress(OSError):
            for leftover in database.files_of(target):
                leftover.unlink(missing_ok=True)


def _write_entries(
    store: Store,
    writer: SealedWriter,
    snapshot: Path,
    facts: Summary,
    ring: bytes,
    ids: list[str],
    progress: Progress | None,
) -> Summary:
    small = {
        MANIFEST: canonical_json({"office": facts.office, "store_id": facts.store_id}).encode(),
        KEYS_ENTRY: ring,
        LOGINS_ENTRY: _bytes_of(store.data_dir / folder.FAILED_LOGINS),
    }
    size = 0
    for name, content in small.items():
        writer.entry(name, len(content))
        writer.write(content)
        size += len(content)
    size += _copy_in(writer, DATABASE_ENTRY, snapshot)
    missing = []
    for number, vault_id in enumerate(ids):
        if progress is not None:
            progress(number, len(ids))
        if store.vault.exists(vault_id):
            size += _copy_in(writer, f"{VAULT_ENTRY}{vault_id}", store.vault.path(vault_id))
        else:
            missing.append(vault_id)  # ``check`` names them; the rest must not go without a backup for it
    tail = canonical_json({"files": len(ids) - len(missing), "size": size, "missing": missing}).encode()
    writer.entry(TAIL, len(tail))
    writer.write(tail)
    writer.finish()
    return Summary(
        facts.store_id,
        facts.office,
        facts.made_at,
        len(ids) - len(missing),
        size,
        tuple(missing),
        facts.audit_seq,
        facts.audit_head,
    )


def _copy_in(writer: SealedWriter, name: str, path: Path) -> int:
    size = path.stat().st_size
    writer.entry(name, size)
    left = size
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, PIECE))):
            writer.write(piece)
            left -= len(piece)
    if left:
        raise OSError("a file became shorter while it was read")
    return size


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _refuse_full_disk(where: Path, needed: int) -> None:
    """Found out before an hour of writing."""
    free = shutil.disk_usage(where).free
    if free < needed + (16 << 20):
        raise CannotWrite(
            f"备份要 {needed >> 20} MB，{where} 所在的磁盘只剩 {free >> 20} MB，没有做备份，资料库没有变化。"
            "请腾出空间，或把备份文件夹设到别的磁盘。"
        )


# -- reading ----------------------------------------------------------------------------------------------------------


def verify(path: Path, login: str | None, secret: str) -> Summary:
    """Read a backup through. ``login`` None: ``secret`` is the recovery code. Raises BackupDamaged, WrongPassword."""
    try:
        with path.open("rb") as file:
            header, _ = backup_file.read_header(file)
        return _read_through(path, backup_file.open_key(header, login, secret))
    except OSError as error:
        raise unreadable() from error


def unreadable() -> StoreError:
    """The file can't be read at all."""
    return StoreError("备份文件读不出来，没有恢复任何内容。请检查 U 盘或磁盘是否接好，或换另一份备份。")


def _read_through(path: Path, key: bytes, take: Callable[[str, Iterable[bytes]], None] | None = None) -> Summary:
    """All entries to the last byte; ``take`` gets those that belong on the disk, by name."""
    office, files, size = "", 0, 0
    with path.open("rb") as file:
        header, digest = backup_file.read_header(file)
        reader = SealedReader(file, key, header.prefix, digest, backup_file.damaged)
        seen: set[str] = set()
        while True:
            name, length = reader.entry()
            if name in seen or not _known(name):
                raise backup_file.damaged()
            seen.add(name)
            if name in (MANIFEST, TAIL):
                content = json.loads(reader.read(length))
                if name == TAIL:
                    break
                office = str(content["office"])
            elif take is not None:
                take(name, reader.pieces(length))
            else:
                for _ in reader.pieces(length):
                    pass
            files += name.startswith(VAULT_ENTRY)
            size += length
        reader.end()
    told = (content["files"], content["size"], {MANIFEST, KEYS_ENTRY, DATABASE_ENTRY} <= seen)
    if told != (files, size, True):
        raise backup_file.damaged()
    missing = tuple(map(str, content["missing"]))
    return Summary(header.store_id, office, header.made_at, files, size, missing, header.audit_seq, header.audit_head)


def _known(name: str) -> bool:
    if name.startswith(VAULT_ENTRY):
        return ID_PATTERN.fullmatch(name.removeprefix(VAULT_ENTRY)) is not None
    return name in (KEYS_ENTRY, DATABASE_ENTRY, LOGINS_ENTRY, MANIFEST, TAIL)


def head_of(path: Path) -> Found:
    """What stands at the beginning of a backup, in the clear. Raises NotABackup, BackupDamaged, StoreError."""
    try:
        with path.open("rb") as file:
            header, _ = backup_file.read_header(file)
        return Found(path, header.store_id, header.made_at, path.stat().st_size, header.audit_seq, header.audit_head)
    except OSError as error:
        raise unreadable() from error


def found_in(where: Path) -> tuple[Found, ...]:
    """The backups in a folder, newest first; what is none, or half of one, is passed over."""
    rows = []
    for path in where.glob(f"*{SUFFIX}") if where.is_dir() else ():
        with suppress(StoreError):
            rows.append(head_of(path))
    return tuple(sorted(rows, key=lambda row: (row.made_at, row.path.name), reverse=True))


def to_keep(moments: Iterable[datetime], daily: int, weekly: int, monthly: int) -> set[datetime]:
    """Of all backups, the newest of each of the last so many days, weeks and months that have one, and the newest."""
    newest_first = sorted(moments, reverse=True)
    kept = set(newest_first[:1])
    for count, period in ((daily, "%Y-%m-%d"), (weekly, "%G-%V"), (monthly, "%Y-%m")):
        of_period: dict[str, datetime] = {}
        for moment in newest_first:
            of_period.setdefault(moment.astimezone(CHINA).strftime(period), moment)
        kept.update(list(of_period.values())[:count])
    return kept


def kept_until(moments: Collection[datetime], now: datetime, daily: int, weekly: int, monthly: int) -> date:
    """The last day on which the rule keeps one of these backups, if one is made every day from ``now`` on."""
    kept, day = set(moments), max(now, *moments)
    while kept & set(moments):
        day += timedelta(days=1)
        kept = to_keep({*kept, day}, daily, weekly, monthly)
    return (day - timedelta(days=1)).astimezone(CHINA).date()


# -- restoring --------------------------------------------------------------------------------------------------------


def restore(path: Path, data_dir: Path, login: str | None, secret: str, now: datetime) -> Summary:
    """Bring a store back into a folder that has none. The backup is read to its end before anything is written.

    Killed on the way it leaves nothing that opens and nothing that stands in the way of the next try. Raises
    StoreExists, BackupDamaged, WrongPassword, CannotWrite.
    """
    folder.no_core_dumps()
    summary = verify(path, login, secret)
    folder.make_private(data_dir)
    lock = folder.Lock(data_dir)
    try:
        _clear_leftovers(data_dir)
        folder.refuse_existing(data_dir)
        try:
            _unpack(path, data_dir, login, secret, now, summary)
        except BaseException:
            _clear_leftovers(data_dir)
            raise
    except OSError as error:
        raise cannot_write(error, data_dir) from error
    finally:
        lock.release()
    return summary


def _unpack(path: Path, data_dir: Path, login: str | None, secret: str, now: datetime, summary: Summary) -> None:
    with path.open("rb") as file:
        header, _ = backup_file.read_header(file)
    staging = data_dir / folder.RESTORING
    durable.make_folder(staging)
    _read_through(path, backup_file.open_key(header, login, secret), lambda name, pieces: _take(staging, name, pieces))
    ring = keys.read_ring(staging / KEYS_ENTRY)
    owner = ring.by_id(keys.RECOVERY) if login is None else ring.by_login(login)
    if owner is None:
        raise backup_file.damaged()
    _note(staging, keys.unlock(ring, owner, secret), owner.id, now, summary)
    _move_in(staging, data_dir)


def _take(staging: Path, name: str, pieces: Iterable[bytes]) -> None:
    vault_id = name.removeprefix(VAULT_ENTRY)
    path = staging / name if vault_id == name else staging / folder.VAULT / vault_id[:2] / vault_id
    if not path.parent.is_dir():  # of what lies here everything was made by this run
        durable.make_folder(path.parent)
    with durable.writing(path, part=path.with_name(f"{path.name}.part")) as file:
        for piece in pieces:
            file.write(piece)


def _note(staging: Path, opened: keys.StoreKeys, actor_id: str, now: datetime, summary: Summary) -> None:
    """The audit of the restored store tells that, and from which state, it was put back."""
    engine = database.writing_engine(staging / DATABASE_ENTRY, opened.database)
    try:
        with Session(engine) as session:
            audit.append(
                session,
                audit_key(opened),
                at=now,
                actor_id=actor_id,
                verb="backup.restore",
                object_id=summary.store_id,
                detail={"seq": summary.audit_seq, "made_at": summary.made_at.isoformat(timespec="seconds")},
            )
            durable.commit(session)
    finally:
        engine.dispose()  # writes the log back and removes it


def _move_in(staging: Path, data_dir: Path) -> None:
    """The database comes last: without it there is no store."""
    durable.make_folder(staging / folder.VAULT)
    if (data_dir / folder.VAULT).exists():
        (data_dir / folder.VAULT).rmdir()  # made empty by ``make_private``
    durable.rename(staging / folder.VAULT, data_dir / folder.VAULT)
    durable.remove(keys.copy_of(data_dir / folder.KEYS))  # of a store that was never finished; made anew at the opening
    for name, target in ((LOGINS_ENTRY, folder.FAILED_LOGINS), (KEYS_ENTRY, folder.KEYS)):
        durable.rename(staging / name, data_dir / target)
    durable.fsync_folder(data_dir)
    durable.rename(staging / DATABASE_ENTRY, data_dir / folder.DATABASE)
    durable.fsync_folder(data_dir)
    staging.rmdir()


def _clear_leftovers(data_dir: Path) -> None:
    """A restore that was killed before the database was there leaves its folder: all of it is the backup's."""
    staging = data_dir / folder.RESTORING
    if not staging.is_dir() or (data_dir / folder.DATABASE).exists():
        return
    for path in (data_dir / folder.VAULT, staging):
        shutil.rmtree(path, ignore_errors=True)
    for path in (data_dir / folder.KEYS, keys.copy_of(data_dir / folder.KEYS)):
        path.unlink(missing_ok=True)


def not_here(path: Path) -> NotABackup:
    """There is no such file."""
    return NotABackup(f"找不到备份文件 {path}，没有恢复任何内容。请检查路径，或看 U 盘是否还插着。")
