"""A store as an earlier revision left it: made by climbing to that revision, with a user, a file and an audit entry.

Revisions that were released are never edited, so what is made here is what stood on the disks then.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from records import audit, database, folder, keys
from records.keys import Kdf, KeyRing
from records.migrations import ladder
from records.store import audit_key, keyed_hash
from records.vault import Vault

REVISIONS = [script.revision for script in ScriptDirectory.from_config(ladder.configuration(None)).walk_revisions()]
STORE, USER = "0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"
SCAN = b"a scan"
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
        " VALUES ('s', 'received', :hash, :vault_id, :vault_key, 0, '扫描.jpg', 6, :now, :user, '', 1, 0, '', 0)"
    ),
)


def make_old_store(revision: str, data_dir: Path, password: str, now: datetime, kdf: Kdf) -> None:
    """A store of this revision whose administrator is ``admin``."""
    folder.make_private(data_dir)
    opened = keys.new_keys()
    owner = keys.new_owner(STORE, USER, "admin", password, opened, kdf=kdf, sensitive=True)
    keys.write_ring(data_dir / folder.KEYS, KeyRing(STORE, opened.sensitive_public, (owner,)))
    ref = Vault(data_dir / folder.VAULT).put(SCAN)
    engine = database.writing_engine(data_dir / folder.DATABASE, opened.database)
    with engine.connect() as connection:
        command.upgrade(ladder.configuration(connection), revision)
        at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        values = {"store": STORE, "user": USER, "now": at, "vault_id": ref.id, "vault_key": ref.key}
        values["hash"] = keyed_hash(opened, SCAN, "source")
        for statement in BEGINNING:
            connection.execute(text(statement), values)
        with Session(connection) as session:
            audit.append(session, audit_key(opened), at=now, actor_id=USER, verb="create_store", object_id=STORE)
            session.commit()
        connection.commit()
    engine.dispose()
