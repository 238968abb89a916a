"""The newest schema as one file, so that a new store needs not climb every rung of the ladder.

``newest.sql`` is what the rungs lead to, statement by statement as SQLite keeps them; a test climbs them and compares.
Rails' ``structure.sql`` is the same idea. After adding a revision: ``python -m records.migrations.layout``.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

FOLDER = Path(__file__).parent
FILE = "newest.sql"
_REVISION = "-- revision "


@dataclass(frozen=True, slots=True)
class Layout:
    """A schema at one revision."""

    revision: str
    statements: tuple[str, ...]


def newest(scripts: Path) -> Layout | None:
    """The layout beside these revisions; None where there is none, or where a revision came after it."""
    try:
        text = (scripts / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    first, _, rest = text.partition("\n")
    revision = first.removeprefix(_REVISION)
    latest = max((path.name for path in (scripts / "versions").glob("r*.py")), default="")
    if not latest.startswith(f"r{revision}_"):
        return None
    return Layout(revision, tuple(_statements(rest)))


def lay_out(connection: Connection, layout: Layout) -> None:
    """Make an empty database one of this schema, in the transaction of the caller."""
    for statement in layout.statements:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (layout.revision,))


def revision(connection: Connection) -> str | None:
    """Where a database stands, asked without loading Alembic; None if it is empty or older than all revisions."""
    if "alembic_version" not in _tables(connection):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def empty(connection: Connection) -> bool:
    """Nothing was ever made in this database."""
    return not _tables(connection)


def described(connection: Connection) -> str:
    """The text of ``newest.sql`` for the database on this connection."""
    made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").scalars()
    return f"{_REVISION}{revision(connection)}\n" + "".join(f"{statement.rstrip()};\n" for statement in made)


def _tables(connection: Connection) -> set[str]:
    return {str(name) for name in connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars()}


def _statements(text: str) -> Iterator[str]:
    """Cut where SQLite says that a statement is whole: a trigger has semicolons inside."""
    held = ""
    for line in text.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held.strip().removesuffix(";")
            held = ""


def main() -> None:
    """Write ``newest.sql`` from the revisions."""
    from records import database
    from records.migrations import ladder

    key = bytes(32)  # an empty database that is thrown away
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        ladder.climb(path, key)
        engine = database.writing_engine(path, key)
        with engine.connect() as connection:
            (FOLDER / FILE).write_text(described(connection), encoding="utf-8", newline="\n")
        engine.dispose()


if __name__ == "__main__":
    main()
