"""Migrations lead from nothing to exactly what the mapped classes say, and never touch a store without a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from records import database
from records.errors import StoreTooNew
from records.migrations import ladder, layout
from records.tables import Table

KEY = bytes(range(32))
LATER = '''
"""A later revision of a test."""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("children") as table:
        table.add_column(sa.Column("nickname", sa.Text(), nullable=False, server_default=""))
    {more}
'''
NEWEST = ScriptDirectory.from_config(ladder.configuration(None)).get_current_head() or ""
LATEST = "9999"  # after whatever the program has


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def shape(engine: Engine) -> dict[str, Any]:
    """Everything about every table, in one order."""
    seen = inspect(engine)

    def columns(table: str) -> list[tuple[str, str, bool, str]]:
        # sorted: a later revision can only add columns at the end, and nobody asks for their order
        return sorted(
            (c["name"], str(c["type"].compile(engine.dialect)), bool(c["nullable"]), str(c["default"]))
            for c in seen.get_columns(table)
        )

    def named(found: list[Any]) -> list[str]:
        # a partial index tells its condition as an object
        spelled = (
            {k: {n: str(x) for n, x in v.items()} if isinstance(v, dict) else v for k, v in o.items()} for o in found
        )
        return sorted(str(sorted(one.items(), key=str)) for one in spelled)

    return {
        table: {
            "columns": columns(table),
            "primary": str(seen.get_pk_constraint(table)),
            "foreign": named(list(seen.get_foreign_keys(table))),
            "unique": named(list(seen.get_unique_constraints(table))),
            "checks": named(list(seen.get_check_constraints(table))),
            "indexes": named(list(seen.get_indexes(table))),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_from_nothing_to_what_the_mapped_classes_say(path: Path) -> None:
    ladder.climb(path, KEY)
    migrated = database.writing_engine(path, KEY)
    wanted = sa.create_engine("sqlite://")
    Table.metadata.create_all(wanted)
    assert shape(migrated) == shape(wanted)
    assert len(shape(migrated)) == len(Table.metadata.tables)
    with migrated.connect() as connection:
        # enumerations are plain text on the disk, their CHECK constraints are compared above
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Table.metadata) == []
    migrated.dispose()
    wanted.dispose()


def ordered(layout_text: str) -> list[list[str]]:
    """A layout without the order of columns' constraints: Alembic keeps them in sets when it copies a table."""
    return [sorted(line.rstrip(", ") for line in part.split("\n")) for part in layout_text.split(";\n")]


def described(path: Path) -> str:
    engine = database.writing_engine(path, KEY)
    with engine.connect() as connection:
        text = layout.described(connection)
    engine.dispose()
    return text


def test_a_new_store_is_laid_out_as_the_rungs_would_leave_it(path: Path, tmp_path: Path) -> None:
    kept = (layout.FOLDER / layout.FILE).read_text(encoding="utf-8")
    ladder.climb(path, KEY)
    assert ordered(described(path)) == ordered(kept), "run: python -m records.migrations.layout"
    at_once = tmp_path / "new.db"
    ladder.bring_up_to_date(at_once, KEY)
    assert described(at_once) == kept
    found = layout.newest(layout.FOLDER)
    assert found is not None
    assert found.revision == NEWEST


def test_a_layout_behind_the_revisions_is_not_used(path: Path, tmp_path: Path) -> None:
    scripts = scripts_with(tmp_path, LATER.replace("{more}", ""))
    (scripts / layout.FILE).write_bytes((layout.FOLDER / layout.FILE).read_bytes())
    assert layout.newest(scripts) is None
    ladder.bring_up_to_date(path, KEY, scripts)
    assert described(path).startswith(f"-- revision {LATEST}\n")


def test_it_runs_from_any_folder_and_twice(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ladder.bring_up_to_date(path, KEY)
    before = path.stat().st_mtime_ns, sorted(tmp_path.iterdir())
    ladder.bring_up_to_date(path, KEY)
    assert (path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before


def test_the_rungs_are_one_line() -> None:
    directory = ScriptDirectory.from_config(ladder.configuration(None))
    assert directory.get_bases() == ["0001"]
    assert len(directory.get_heads()) == 1


def test_what_is_only_added_to_cannot_be_altered(path: Path) -> None:
    ladder.bring_up_to_date(path, KEY)
    engine = database.writing_engine(path, KEY)
    with engine.connect() as connection:
        triggers = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    engine.dispose()
    assert triggers == {"audit_no_update", "audit_no_delete", "readings_no_update", "answer_events_no_update"}


def scripts_with(tmp_path: Path, revision: str) -> Path:
    """The package's own migrations and one more, in a folder of their own."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_bytes((ladder.FOLDER / "env.py").read_bytes())
    for rung in (ladder.FOLDER / "versions").glob("r*.py"):
        (folder / "versions" / rung.name).write_bytes(rung.read_bytes())
    later = folder / "versions" / f"r{LATEST}_later.py"
    later.write_text(revision.replace("{newest}", NEWEST), encoding="utf-8")
    return folder


def test_a_later_revision_is_taken_after_a_copy(path: Path, tmp_path: Path) -> None:
    ladder.bring_up_to_date(path, KEY)
    insert(path, "邢某某")
    scripts = scripts_with(tmp_path, LATER.replace("{more}", ""))
    ladder.bring_up_to_date(path, KEY, scripts)
    assert names(path, "name || nickname") == ["邢某某"]
    copy = path.with_name(f"store.db.before-{LATEST}")
    assert names(copy, "name") == ["邢某某"]
    assert "邢某某".encode() not in copy.read_bytes()
    assert not copy.read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(sa.exc.OperationalError):
        names(copy, "nickname")


def test_a_revision_that_fails_changes_nothing(path: Path, tmp_path: Path) -> None:
    ladder.bring_up_to_date(path, KEY)
    insert(path, "邢某某")
    scripts = scripts_with(tmp_path, LATER.replace("{more}", 'raise ValueError("half way")'))
    with pytest.raises(ValueError, match="half way"):
        ladder.bring_up_to_date(path, KEY, scripts)
    assert names(path, "name") == ["邢某某"]
    with pytest.raises(sa.exc.OperationalError):
        names(path, "nickname")
    ladder.bring_up_to_date(path, KEY)  # still at the newest of the program: nothing to do


def test_a_store_of_a_newer_program_is_left_alone(path: Path, tmp_path: Path) -> None:
    ladder.bring_up_to_date(path, KEY, scripts_with(tmp_path, LATER.replace("{more}", "")))
    with pytest.raises(StoreTooNew, match="新版本"):
        ladder.bring_up_to_date(path, KEY)


BEFORE_CARE = """
INSERT INTO forms_used VALUES ('f', '1', 't', x'00', '2026-10-12 01:30:00');
INSERT INTO children (id, state, name, name_norm, pinyin, initials, id_number, sex, household_division,
 residence_division, created_at, exit_reason)
 VALUES ('c', 'active', '欧阳雪', '欧阳雪', 'ou yang xue', 'oyx', '220284201801010023', '', '', '',
 '2026-10-12 01:30:00', '');
INSERT INTO registrations (id, store_id, sequence, state, form_id, form_version, form_date, collection, child_id,
 pinned, notes, taken_in_at, verified_at, sent_back_reason) VALUES
 ('r1', 's', 1, 'verified', 'f', '1', '2026-10-01', '', 'c', 1, '[]', '2026-10-12 01:30:00', '2026-10-12 02:30:00', ''),
 ('r2', 's', 2, 'verified', 'f', '1', '2026-04-01', '', 'c', 1, '[]', '2026-10-12 01:31:00', '2026-10-12 03:30:00', '');
INSERT INTO answers (registration_id, key, value, text, state, source, note, accepted, verdict_version, reasons, box,
 changed_at) VALUES
 ('r1', 'mother_name', '"阿依古丽・买买提"', '', 'confirmed', 'paper', '', 1, '', '[]', 'null', '2026-10-12 01:30:00'),
 ('r1', 'mother_phone', '"13904320001"', '', 'confirmed', 'paper', '', 1, '', '[]', 'null', '2026-10-12 01:30:00'),
 ('r1', 'father_name', '"看不清"', '', 'illegible', 'paper', '', 1, '', '[]', 'null', '2026-10-12 01:30:00'),
 ('r2', 'mother_name', '"旧"', '', 'confirmed', 'paper', '', 1, '', '[]', 'null', '2026-10-12 01:30:00')
"""


def test_a_store_of_the_first_revision_gets_what_searching_reads(path: Path) -> None:
    engine = database.writing_engine(path, KEY)
    with engine.connect() as connection:
        command.upgrade(ladder.configuration(connection), "0001")
        for statement in BEFORE_CARE.split(";"):
            connection.execute(text(statement))
        connection.commit()
    engine.dispose()
    ladder.bring_up_to_date(path, KEY)
    what = "pinyin_plain || ' ' || id_reversed || ' ' || current_registration_id"
    assert names(path, what) == ["ouyangxue 320010108102482022 r1"]
    engine = database.writing_engine(path, KEY)
    with engine.connect() as connection:
        persons = connection.execute(text("SELECT role, name_norm, phone FROM child_persons")).all()
    engine.dispose()
    assert [tuple(row) for row in persons] == [("mother", "阿依古丽·买买提", "13904320001")]


def insert(path: Path, name: str) -> None:
    engine = database.writing_engine(path, KEY)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO children (id, state, name, name_norm, pinyin, initials, sex, household_division,"
                " residence_division, created_at, exit_reason)"
                " VALUES ('1', 'active', :name, :name, '', '', '', '', '', '2026-10-12 01:30:00', '')"
            ),
            {"name": name},
        )
    engine.dispose()


def names(path: Path, what: str) -> list[str]:
    engine = database.writing_engine(path, KEY)
    try:
        with engine.connect() as connection:
            return list(connection.scalars(text(f"SELECT {what} FROM children")))
    finally:
        engine.dispose()
