"""Bring a database to the newest revision, rung by rung, after putting a copy of it beside it.

Alembic runs from this package's own files: there is no alembic.ini and no current folder that matters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from records import database, durable
from records.errors import StoreTooNew
from records.migrations import layout

if TYPE_CHECKING:  # Alembic takes longer to load than a database to open: the first window doesn't wait for it
    from alembic.config import Config

FOLDER = Path(__file__).parent


def bring_up_to_date(path: Path, key: bytes, scripts: Path = FOLDER) -> None:
    """Migrate the database at ``path`` if it isn't at the newest revision.

    Before that an existing one is copied, encrypted, to ``<name>.before-<revision>``. All rungs are one
    transaction: killed on the way, the database is what it was. A new one is laid out at once as the rungs would
    leave it. Raises StoreTooNew, StoreDamaged, CannotWrite.
    """
    _with_engine(path, key, partial(_bring, path=path, key=key, scripts=scripts))


def climb(path: Path, key: bytes, scripts: Path = FOLDER) -> None:
    """The same, rung by rung even for a new database."""
    _with_engine(path, key, partial(_climb, path=path, key=key, scripts=scripts))


def _with_engine(path: Path, key: bytes, call: Callable[[Engine], None]) -> None:
    engine = database.writing_engine(path, key)
    try:
        call(engine)
    except DatabaseError as error:
        known = database.known_error(error, path.parent)
        if known is None:
            raise
        raise known from error
    finally:
        engine.dispose()


def configuration(connection: Connection | None, scripts: Path = FOLDER) -> Config:
    """Alembic's configuration, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _bring(engine: Engine, path: Path, key: bytes, scripts: Path) -> None:
    newest = layout.newest(scripts)
    if newest is not None:
        with engine.connect() as connection:
            if layout.revision(connection) == newest.revision:
                return
            if layout.empty(connection):
                layout.lay_out(connection, newest)
                durable.commit(connection)
                return
    _climb(engine, path, key, scripts)


def _climb(engine: Engine, path: Path, key: bytes, scripts: Path) -> None:
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory.from_config(configuration(None, scripts))
    newest = directory.get_current_head()
    with engine.connect() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    if now == newest:
        return
    if now is not None and now not in {script.revision for script in directory.walk_revisions()}:
        raise StoreTooNew("这个资料库已由更新版本的程序改动，本程序没有打开它，内容没有改动。请安装新版本。")
    if now is not None:
        _copy(path, key, path.with_name(f"{path.name}.before-{newest}"))
    _references_unchecked(engine)
    with engine.connect() as connection:
        command.upgrade(configuration(connection, scripts), "head")
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise RuntimeError("a migration left references to rows that are not there")
        durable.commit(connection)


def _references_unchecked(engine: Engine) -> None:
    """Tables that others point at can only be made anew while references aren't enforced, and that can only be
    switched off outside a transaction (https://sqlite.org/lang_altertable.html#otheralter). They are checked before
    the commit; the engine and its one connection are thrown away afterwards.
    """
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA foreign_keys = OFF")
    finally:
        raw.close()


def _copy(path: Path, key: bytes, target: Path) -> None:
    """A consistent copy with the same key. A copy from an earlier try that was killed is written anew."""
    part = target.with_name(f"{target.name}.part")
    database.copy_to(path, key, part)
    durable.rename(part, target)
    durable.fsync_folder(path.parent)
