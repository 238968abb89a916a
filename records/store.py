"""The store of one office: its folder, keys, database and vault, opened by one person in one program at a time.

``Store.session`` reads, ``Store.transaction`` writes; both belong to the thread that entered them, and no mapped
object leaves them. A transaction that ends without an exception is on the disk.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from records import audit, database, durable, folder, keys
from records.errors import StoreBusy
from records.ids import IdMaker, system_clock
from records.keys import StoreKeys
from records.sealing import SEALER
from records.tables import AuditEntry
from records.vault import Vault


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where time and chance come from: the system's, or a test's."""

    clock: Callable[[], datetime] = system_clock
    randomness: Callable[[int], bytes] = os.urandom


SYSTEM = Surroundings()


class Store:
    """An open store, as ``records.opening`` gives it; close it, or use it in a ``with``."""

    def __init__(
        self, data_dir: Path, store_id: str, opened: StoreKeys, lock: folder.Lock, surroundings: Surroundings
    ) -> None:
        self.data_dir = data_dir
        self.store_id = store_id
        self.vault = Vault(data_dir / folder.VAULT, surroundings.randomness)
        self.opened_keys = opened  # for records.people, which wraps them for others
        self._lock = lock
        self.surroundings = surroundings
        self._ids = IdMaker(surroundings.clock, surroundings.randomness)
        self._audit_key = audit_key(opened)
        self._envelopes = keys.Envelopes(opened.sensitive_public, opened.sensitive, surroundings.randomness)
        self._turn = threading.Lock()
        self._seen: set[tuple[str, str, str]] = set()  # what was audited as seen since the store was opened
        self._writer: int | None = None  # the thread that is in a transaction
        path = data_dir / folder.DATABASE
        self._reading = database.reading_engine(path, opened.database)
        self._writing = database.writing_engine(path, opened.database)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that reads one consistent state of the store. It can't write."""
        with (
            self._known_errors(writing=False),
            Session(self._reading, expire_on_commit=False, autoflush=False, info={SEALER: self}) as session,
        ):
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed at the end, all of them or, on an exception, none.

        One writer at a time; others wait. A thread that is in a transaction already may not start another.
        """
        if self._writer == threading.get_ident():
            raise RuntimeError("a transaction within a transaction")
        with self._turn:
            self._writer = threading.get_ident()
            try:
                with self._known_errors(writing=True), self._writing_session() as session:
                    yield session
                    session.flush()
                    durable.commit(session)
            finally:
                self._writer = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No connection is open inside: the database's file may be put in place anew. The store is closed afterwards.

        Raises StoreBusy where somebody is still reading.
        """
        with self._turn:
            try:
                self._reading.dispose()
                self._writing.dispose()
                if (self.data_dir / f"{folder.DATABASE}-wal").exists():  # the last connection would have removed it
                    raise StoreBusy("资料库里还有别的操作没有做完，没有改动。请等一会儿再做。")
                yield
            finally:
                self.close()

    def forget_log(self) -> None:
        """The write-ahead log, which still has pages as they were before an erasure, is written back and emptied."""
        with self._turn, self._writing.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_copies(self) -> None:
        """Copies from before migrations, which hold what was erased since, go."""
        for copy in self.data_dir.glob(f"{folder.DATABASE}.before-*"):
            durable.remove(copy)

    def _writing_session(self) -> Session:
        return Session(self._writing, expire_on_commit=False, info={SEALER: self})

    def new_id(self) -> str:
        """A new UUIDv7."""
        return self._ids.new()

    def keyed_hash(self, content: bytes, purpose: str = "content") -> str:
        """HMAC-SHA256 as 64 hex characters: equal for equal content in this store, telling nothing without its key."""
        return keyed_hash(self.opened_keys, content, purpose)

    def audit(
        self,
        session: Session,
        actor_id: str,
        now: datetime,
        verb: str,
        object_id: str,
        detail: Mapping[str, str | int] | None = None,
    ) -> AuditEntry:
        """Add to the audit within ``session``'s transaction. ``detail``: ids, counts and keyed hashes only."""
        return audit.append(
            session, self._audit_key, at=now, actor_id=actor_id, verb=verb, object_id=object_id, detail=detail
        )

    def saw(self, actor_id: str, verb: str, object_ids: Iterable[str]) -> None:
        """Audit that somebody looked at these, each once while the store is open. Not within a transaction.

        What was seen is known to have been seen before it is shown: a full disk shows nothing.
        """
        self.saw_all(actor_id, [(verb, object_id) for object_id in object_ids])

    def saw_all(self, actor_id: str, looks: Iterable[tuple[str, str]]) -> None:
        """The same for several verbs, (verb, object id) each, in one transaction."""
        new = [look for look in dict.fromkeys(looks) if (actor_id, *look) not in self._seen]
        if not new:
            return
        with self.transaction() as session:
            now = self.surroundings.clock()
            for verb, object_id in new:
                self.audit(session, actor_id, now, verb, object_id)
        self._seen.update((actor_id, *look) for look in new)

    def broken_audit(self, session: Session) -> tuple[int, ...]:
        """The numbers at which the audit chain is broken; empty for one that is whole."""
        return audit.verify_chain(session, self._audit_key)

    def seal(self, content: bytes, context: str) -> bytes:
        """Seal something extra-sensitive; anybody can. ``context`` names its place (row and column)."""
        return self._envelopes.seal(content, context.encode())

    def open_sealed(self, sealed: bytes, context: str) -> bytes | None:
        """What was sealed, or None for a user who isn't among those named to open it."""
        if self.opened_keys.sensitive is None:
            return None
        return self._envelopes.open(sealed, context.encode())

    def close(self) -> None:
        """Close the database and let others in. Safe to call twice."""
        self._reading.dispose()
        self._writing.dispose()
        self._lock.release()

    @contextmanager
    def _known_errors(self, *, writing: bool) -> Iterator[None]:
        """What the disk does to the database becomes a sentence; everything else is a defect and stays one."""
        try:
            yield
        except DatabaseError as error:
            known = database.known_error(error, self.data_dir, writing=writing)
            if known is None:
                raise
            raise known from error


def keyed_hash(opened: StoreKeys, content: bytes, purpose: str) -> str:
    """What ``Store.keyed_hash`` gives in the store with these keys."""
    return hmac.new(_derived(opened.hashing, purpose), content, hashlib.sha256).hexdigest()


def audit_key(opened: StoreKeys) -> bytes:
    """What the audit's hashes are keyed with."""
    return _derived(opened.hashing, "audit")


def _derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that a hash made for one can't stand for another."""
    return hmac.new(key, f"tongdang {purpose} 1".encode(), hashlib.sha256).digest()
