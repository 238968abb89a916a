"""New keys for a store: what somebody who has left may have kept opens nothing that is written from then on.

The database goes, re-encrypted, into a new file beside the old one; the key file then names both keys; the new file
takes the old one's name; the key file then names the new key only. Killed anywhere, the next opening tries the old
key, then the new one, and finishes what was begun. The pair for what is extra-sensitive is new, too, and all that was
sealed to the old one is sealed again in the new file. Nobody's password is asked for: the keys are sealed to the
public halves of those who are there.

Vault files keep their keys, which lie in the database; the hashing key stays, because the audit's chain hangs on it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from records import database, durable, folder, keys
from records.columns import canonical_json
from records.errors import StoreDamaged, StoreError, cannot_write
from records.keys import KeyName, KeyRing, Owner, StoreKeys
from records.store import Store

# every place of something sealed to the second key: table, its key columns, the sealed column, its context
# ({0}, {1}: the key columns), and a condition; ``check`` and those who seal use the same contexts
SEALED: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    ("answers", ("registration_id", "key"), "sealed", "answers/{0}/{1}", "sealed IS NOT NULL"),
    ("answer_events", ("id",), "sealed", "answer_events/{0}", "sealed IS NOT NULL"),
    ("readings", ("id",), "sealed", "readings/{0}", "sealed IS NOT NULL"),
    ("concerns", ("id",), "sealed", "concerns/{0}", "sealed IS NOT NULL"),
    ("visits", ("id",), "sealed", "visits/{0}", "sealed IS NOT NULL"),
    ("mandatory_reports", ("id",), "sealed", "mandatory_reports/{0}", "sealed IS NOT NULL"),
    ("work_log", ("id",), "sealed", "work_log/{0}", "sealed IS NOT NULL"),
    ("roster_entries", ("id",), "sealed", "roster_entries/{0}", "sealed IS NOT NULL"),
    ("half_typed", ("registration_id", "user_id"), "sealed", "half_typed/{0}/{1}", "sealed IS NOT NULL"),
    ("printed_forms", ("id",), "sealed", "printed_forms/{0}", "sealed IS NOT NULL"),
    ("sources", ("vault_id",), "vault_key", "vault/{0}", "vault_key_sealed"),
    ("pages", ("view_id",), "view_key", "vault/{0}", "view_key_sealed"),
)


def rotate(store: Store, actor_id: str, now: datetime) -> None:
    """Change the keys of an open store, which is closed afterwards; nobody may be reading or writing.

    Raises StoreError for a user who can't open what is extra-sensitive, CannotWrite; nothing is changed then.
    """
    old = store.opened_keys
    if old.sensitive is None:
        raise StoreError("只有能打开特别敏感内容的管理员，才能更换密钥。没有改动任何内容。")
    path = store.data_dir / folder.DATABASE
    fresh = replace(keys.new_keys(store.surroundings.randomness), hashing=old.hashing)
    with store.transaction() as session:
        store.audit(session, actor_id, now, "keys.rotate", store.store_id)
    with store.alone():
        try:
            ring = keys.read_ring(store.data_dir / folder.KEYS)
            part = store.data_dir / folder.REKEYED
            _reencrypt(path, old, fresh, part)
            keys.write_ring(store.data_dir / folder.KEYS, _with_both(ring, fresh))
            durable.rename(part, path)
            durable.fsync_folder(store.data_dir)
            finish(store.data_dir, keys.read_ring(store.data_dir / folder.KEYS), rotated=True)
        except OSError as error:
            raise cannot_write(error, store.data_dir) from error
        except sqlcipher.Error as error:
            raise database.damaged() from error


def settle(data_dir: Path, ring: KeyRing) -> KeyRing:
    """Before a store is opened: what a change of keys that was killed left is taken back or finished.

    ``ring.next_public`` is set only between the two writes of the key file; which database is there says which.
    """
    if ring.next_public is None:
        for leftover in database.files_of(data_dir / folder.REKEYED):
            if leftover.exists():
                durable.remove(leftover)
        return ring
    # the rename is what decides: as long as the new file has its passing name, the old one is the store
    rotated = not (data_dir / folder.REKEYED).exists()
    return finish(data_dir, ring, rotated=rotated)


def finish(data_dir: Path, ring: KeyRing, *, rotated: bool) -> KeyRing:
    """The key file names one set of keys again: the new ones, or the old ones."""
    owners = []
    for owner in ring.owners:
        sealed = dict(owner.sealed)
        for name, following in keys.FOLLOWING.items():
            after = sealed.pop(following, None)
            if rotated:
                sealed.pop(name, None)
                if after is not None:
                    sealed[name] = after
        owners.append(replace(owner, sealed=sealed))
    public = ring.next_public if rotated and ring.next_public is not None else ring.sensitive_public
    settled = KeyRing(ring.store_id, public, tuple(owners))
    keys.write_ring(data_dir / folder.KEYS, settled)
    for leftover in database.files_of(data_dir / folder.REKEYED):
        if leftover.exists():
            durable.remove(leftover)
    if rotated:
        # copies from before migrations open with the old key; backups are kept by their own rule
        for copy in data_dir.glob(f"{folder.DATABASE}.before-*"):
            durable.remove(copy)
    return settled


def _with_both(ring: KeyRing, fresh: StoreKeys) -> KeyRing:
    def both(owner: Owner) -> Owner:
        named = KeyName.SENSITIVE in owner.sealed
        return keys.with_following(ring.store_id, owner, fresh, sensitive=named)

    return replace(ring, owners=tuple(map(both, ring.owners)), next_public=fresh.sensitive_public)


def _reencrypt(path: Path, old: StoreKeys, fresh: StoreKeys, part: Path) -> None:
    """The whole database into ``part`` under the new key, what is sealed sealed anew; on the disk on return."""
    for leftover in database.files_of(part):
        durable.remove(leftover)
    folder.create_empty(part)
    connection = database.connect(path, old.database)
    try:
        connection.execute(f"ATTACH DATABASE ? AS fresh KEY \"x'{fresh.database.hex()}'\"", (str(part),))
        connection.execute("SELECT sqlcipher_export('fresh')")
        connection.execute("DETACH DATABASE fresh")
    finally:
        connection.close()
    connection = database.connect(part, fresh.database, journal="DELETE")
    try:
        _seal_anew(connection, old, fresh)
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise database.damaged()
    finally:
        connection.close()
    with part.open("rb+") as file:
        durable.fsync_file(file.fileno())


def _seal_anew(connection: Any, old: StoreKeys, fresh: StoreKeys) -> None:
    """One transaction. Rows that are only added to elsewhere get their triggers back before its end."""
    assert old.sensitive is not None  # ``rotate`` has looked
    before = keys.Envelopes(old.sensitive_public, old.sensitive)
    after = keys.Envelopes(fresh.sensitive_public, fresh.sensitive)
    connection.execute("BEGIN IMMEDIATE")
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.execute(query).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for table, names, column, context, wanted in SEALED:
        select = f"SELECT {', '.join(names)}, {column} FROM {table} WHERE {wanted}"  # noqa: S608  # names of this file
        where = " AND ".join(f"{name} = ?" for name in names)
        for row in connection.execute(select).fetchall():
            ids, sealed = row[:-1], row[-1]
            place = context.format(*ids).encode()
            with suppress(StoreDamaged):  # one that is damaged stays as it is: ``check`` has named it
                again = after.seal(before.open(sealed, place), place)
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (again, *ids))  # noqa: S608  # likewise
    _seal_batches_anew(connection, before, after)
    for _, statement in triggers:
        connection.execute(statement)
    connection.execute("COMMIT")


def _seal_batches_anew(connection: Any, before: keys.Envelopes, after: keys.Envelopes) -> None:
    """What is sealed within frozen rows; their hashes are over what stands there."""
    rows = connection.execute('SELECT id, frozen FROM batch_rows WHERE frozen LIKE \'%"":"%\'').fetchall()
    for row_id, text in rows:
        frozen = json.loads(text)
        place = f"batch_rows/{row_id}".encode()
        with suppress(StoreDamaged, ValueError, KeyError, TypeError):
            content = before.open(base64.b64decode(frozen["fields"][""]), place)
            frozen["fields"][""] = base64.b64encode(after.seal(content, place)).decode("ascii")
            again = canonical_json(frozen)
            row_hash = hashlib.sha256(again.encode()).hexdigest()
            connection.execute("UPDATE batch_rows SET frozen = ?, row_hash = ? WHERE id = ?", (again, row_hash, row_id))
