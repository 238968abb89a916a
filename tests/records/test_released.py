"""A store made by an earlier revision opens with today's program and keeps what it had.

Revisions that were released are never edited, so the store is made here by climbing to each of them.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from records import audit, database, folder, keys
from records.keys import KeyRing
from records.migrations import ladder
from records.store import audit_key, open_store
from records.tables import Source, User
from records.vault import Vault, VaultRef
from records.views import Actor, Role
from tests.records.offices import PASSWORD, QUICK

REVISIONS = [script.revision for script in ScriptDirectory.from_config(ladder.configuration(None)).walk_revisions()]
STORE, USER = "0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"
BEGINNING = (
    (
        "INSERT INTO office (id, store_id, name, division, created_at, signing_private, signing_public, last_sequence,"
        " logins_taken) VALUES (1, :store, '黄松甸镇人民政府', '220281104', :now, x'00', x'00', 0, 0)"
    ),
    (
        "INSERT INTO users (id, username, full_name, role, division, created_at)"
        " VALUES (:user, 'admin', '管理员', 'administrator', '220281104', :now)"
    ),
    (
        "INSERT INTO sources (id, state, content_hash, vault_id, vault_key, vault_key_sealed, name, size, received_at,"
        " received_by, delivered_path, lies_outside, attempts, reason, password_needed)"
        " VALUES ('s', 'received', 'h', :vault_id, :vault_key, 0, '扫描.jpg', 6, :now, :user, '', 1, 0, '', 0)"
    ),
)


def store_of(revision: str, data_dir: Path, now: datetime) -> None:
    folder.make_private(data_dir)
    opened = keys.new_keys()
    owner = keys.new_owner(STORE, USER, "admin", PASSWORD, opened, kdf=QUICK, sensitive=True)
    keys.write_ring(data_dir / folder.KEYS, KeyRing(STORE, opened.sensitive_public, (owner,)))
    ref = Vault(data_dir / folder.VAULT).put(b"a scan")
    engine = database.writing_engine(data_dir / folder.DATABASE, opened.database)
    with engine.connect() as connection:
        command.upgrade(ladder.configuration(connection), revision)
        at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        values = {"store": STORE, "user": USER, "now": at, "vault_id": ref.id, "vault_key": ref.key}
        for statement in BEGINNING:
            connection.execute(text(statement), values)
        with Session(connection) as session:
            audit.append(session, audit_key(opened), at=now, actor_id=USER, verb="create_store", object_id=STORE)
            session.commit()
        connection.commit()
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_opens_and_keeps_what_it_had(revision: str, data_dir: Path, now: datetime) -> None:
    store_of(revision, data_dir, now)
    store, actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with store:
        assert actor == Actor(USER, "admin", "管理员", Role.ADMINISTRATOR, "220281104")
        with store.session() as session:
            source = session.scalars(select(Source)).one()
            assert store.vault.get(VaultRef(source.vault_id, source.vault_key)) == b"a scan"
            if revision < "0003":
                assert source.division == "220281104"  # what was there belongs to the whole office
            assert session.scalars(select(User.role)).all() == [Role.ADMINISTRATOR]
            assert store.broken_audit(session) == ()
    copies = [path.name for path in data_dir.glob("store.db.before-*")]
    assert len(copies) == (0 if revision == REVISIONS[0] else 1)
