"""The encrypted database: SQLCipher with a raw key behind SQLAlchemy, one engine to read and one to write.

Nothing reaches the disk in the clear: pages and write-ahead log are encrypted, temporary tables and sorts stay in
memory, SQLCipher logs nothing, and errors don't show parameters.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from records import durable
from records.errors import CannotWrite, StoreDamaged, StoreError

BUSY_MILLISECONDS = 10_000
READERS = 4
# A page that isn't in the cache is decrypted anew, 9 µs each, and a long answer reads a thousand; several of those fit
# (docs/store-benchmark.md). Each connection has a cache of its own, which grows as far as it reads.
CACHE_KIB = 32 * 1024


def connect(path: Path, key: bytes, *, read_only: bool = False, journal: str = "WAL") -> Any:
    """One DB-API connection. The key isn't tried before the first statement reads a page.

    WAL for readers beside the writer; FULL, so that a commit is on the disk when it returns
    (https://sqlite.org/pragma.html#pragma_synchronous). ``cipher_memory_security`` stays off: it costs 60 % of a large
    write to wipe values that Python's own memory holds anyway; SQLCipher wipes its keys in any case.
    """
    # autocommit: SQLAlchemy's events below say BEGIN, the driver must not guess
    connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
    try:
        for statement in (
            "PRAGMA cipher_log_level = NONE",
            f"PRAGMA key = \"x'{key.hex()}'\"",
            f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
            "PRAGMA temp_store = MEMORY",
            f"PRAGMA cache_size = -{CACHE_KIB}",
            f"PRAGMA journal_mode = {journal}",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA journal_size_limit = 16777216",  # the log shrinks again after a large transaction
            # a deleted value (依法删除) leaves no trace in the file's free pages
            "PRAGMA secure_delete = ON",
            f"PRAGMA query_only = {'ON' if read_only else 'OFF'}",
        ):
            connection.execute(statement)
    except sqlcipher.Error:
        connection.close()
        raise
    return connection


def reading_engine(path: Path, key: bytes) -> Engine:
    """For sessions that read: several at once, each seeing the last commit; a write is refused by the database."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(path, key, read_only=True),
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
        pool_use_lifo=True,  # whoever reads alone always has the connection whose cache is full
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def writing_engine(path: Path, key: bytes) -> Engine:
    """For the one writer: every transaction takes the write lock at its start, not in the middle."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(path, key),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_immediate)
    return engine


def snapshot_engine(path: Path, key: bytes) -> Engine:
    """For looking into a copy that nobody else has open and that must stay one file."""
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(path, key, read_only=True, journal="DELETE"),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def copy_to(path: Path, key: bytes, target: Path) -> None:
    """A consistent copy of the database as it is now, with the same key, on the disk on return.

    What a killed try left is written anew. Raises CannotWrite, StoreDamaged.
    """
    for leftover in files_of(target):
        durable.remove(leftover)
    connection = connect(path, key)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlcipher.Error as error:
        known = known_error(DatabaseError("VACUUM INTO", None, error), path.parent)
        raise (known or damaged()) from error
    finally:
        connection.close()
    with target.open("rb+") as file:
        durable.fsync_file(file.fileno())


def files_of(path: Path) -> tuple[Path, ...]:
    """A database and what SQLite may lay beside it (https://sqlite.org/tempfiles.html)."""
    return (path, *(path.with_name(f"{path.name}{tail}") for tail in ("-wal", "-shm", "-journal")))


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# SQLite's own texts (https://sqlite.org/rescode.html): the driver passes no codes
_FULL = ("database or disk is full",)
_READ_ONLY = ("attempt to write a readonly database",)
_CLOSED = ("unable to open database file",)
_FAILING = ("disk i/o error", "locking protocol")
_BROKEN = ("malformed", "not a database", "file is encrypted")


def known_error(error: DatabaseError, data_dir: Path, *, writing: bool = True) -> StoreError | None:
    """What the disk, or somebody else, did to the database, as a sentence; None for a defect of this program.

    ``writing``: False for a session that may only read, where a refused write is this program's defect.
    """
    text = str(error.orig).lower()
    safe = "此前保存的内容都在，这一步没有保存。"
    if any(t in text for t in _BROKEN):
        return damaged()
    if not isinstance(error, OperationalError):
        return None
    if any(t in text for t in _FULL):
        return CannotWrite(f"磁盘满了。{safe}请在 {data_dir} 所在的磁盘上腾出空间，再做一次。")
    if any(t in text for t in (_READ_ONLY + _CLOSED if writing else _CLOSED)):
        return CannotWrite(f"资料库文件夹 {data_dir} 不能写入。{safe}请检查文件夹的权限或磁盘是否只读。")
    if any(t in text for t in _FAILING):
        return CannotWrite(f"写入资料库文件夹 {data_dir} 时磁盘出错。{safe}请尽快把资料库备份到另一块磁盘。")
    return None


def damaged() -> StoreDamaged:
    """The database doesn't open with a key that does open the key file, or its pages are broken."""
    return StoreDamaged(
        "数据库 store.db 已损坏，或不属于这份密钥文件。没有改动任何内容。请从备份恢复，并保留现在的文件夹以便检查。"
    )
