"""Making a handover package (交接包): what a partner hasn't had yet, signed by this store and sealed to the partner.

The package's number is committed before a byte is written, and what it held after the file has its name. Killed in
between, the next package holds all of that again; the partner takes either.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from forms.gazetteer import lies_within
from records import (
    audit,
    durable,
    handover_documents,
    handover_file,
    handover_rows,
    handover_sealing,
    handovers,
    keys,
    office_rows,
)
from records.audit import Head
from records.columns import canonical_json
from records.errors import cannot_write
from records.handover_documents import Document
from records.handover_file import Header, Signed
from records.handover_rows import CHUNK
from records.handover_sealing import Gathering
from records.sealed_stream import PIECE, PREFIX, SealedReader, SealedWriter
from records.session import Session
from records.store import Store
from records.tables import Handover, Partner, Registration
from records.vault import VaultRef
from records.views import Actor
from records.views_handover import MadePackage, OutgoingPackage, OutgoingRegistration
from workflow import blind
from workflow.errors import BadValue, NotAllowed, NotWritten
from workflow.partners import find_partner
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

MANIFEST, DOCUMENT, FILE, TAIL = "manifest", "document", "file/", "tail"
FILES = "file"  # kind of what was sent
MOST_SHOWN = 1000


@dataclass(slots=True)
class Content:
    """What goes into a package, gathered while it is written."""

    digests: dict[tuple[str, str], str] = field(default_factory=dict)
    gone: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@verb(Right.HAND_OVER)
def make(
    store: Store,
    actor: Actor,
    now: datetime,
    partner: str,
    path: Path,
    *,
    everything: bool = False,
    sensitive: bool = False,
) -> MadePackage:
    """Write a package for a partner. Raises NotWritten, BadValue, NotAllowed, StoreError; nothing stands then.

    To an office above go this store's registrations; to any partner go proposals and decisions. ``everything``: also
    what was sent before. ``sensitive``: extra-sensitive values go along, where both offices' named persons allow it.
    """
    if path.exists():
        raise NotWritten(f"{path} 已经存在，没有做交接包，也没有改动它。请换一个文件名。")
    header, receiver, head = _reserve(store, actor, now, partner, everything, sensitive)
    key = store.surroundings.randomness(keys.KEY_BYTES)
    header = handover_file.seal_key(header, receiver.exchange_public, key)
    opener = store.open_sealed if sensitive else None
    gathering = Gathering(opener)
    part = path.with_name(f"{path.name}.part")
    try:
        with store.vault.holding(), store.session() as session, durable.writing(path, part=part) as file:
            content = Content()
            signed = Signed(file, header)
            writer = SealedWriter(signed, key, header.prefix, signed.digest)
            _write(store, session, writer, receiver, header, head, gathering, content, sensitive)
            digest = signed.sign(office_rows.office(session).signing_private)
            file.flush()
            _read_again(part, key, office_rows.office(session).signing_public, content)
    except OSError as error:
        raise cannot_write(error, path.parent) from error
    counts = {**dict(content.counts), "left_out": gathering.left_out}
    with store.transaction() as session:
        row = handovers.of_number(session, receiver.store_id, "out", header.number)
        assert row is not None  # reserved above
        row.written_at, row.digest, row.counts = now, digest, counts
        handovers.note_sent(session, receiver.store_id, content.digests, content.gone)
        store.audit(session, actor.user_id, now, "handover.write", row.id, {"number": header.number, "digest": digest})
    return MadePackage(
        path, header.number, header.follows == 0, dict(content.counts), gathering.left_out, head.seq, head.hash
    )


@verb(Right.HAND_OVER)
def outgoing(
    store: Store, actor: Actor, partner: str, *, everything: bool = False, sensitive: bool = False
) -> OutgoingPackage:
    """What ``make`` would put into the package; nothing is written or noted. Raises as ``make`` does."""
    with store.session() as session:
        require_whole_office(session, actor)
        receiver = find_partner(session, partner)
        _refuse_sensitive(store, receiver, sensitive)
        last = 0 if everything else handovers.last(session, receiver.store_id, "out")
        had = handovers.sent(session, receiver.store_id)
        before = had if last else {}
        gathering, content = Gathering(store.open_sealed if sensitive else None), Content()
        shown: list[OutgoingRegistration] = []
        for document in _documents(store, session, receiver, gathering, before, content):
            at = (str(document["kind"]), str(document["id"]))
            files = gathering.files.pop(at[1], [])
            if at[0] != "gone" and before.get(at) == handover_documents.digest_of(document):
                continue
            content.counts[at[0]] += 1
            content.counts[FILES] += sum((FILES, vault_id) not in before for vault_id in dict.fromkeys(files))
            if at[0] == "registration" and len(shown) < MOST_SHOWN:
                hidden = blind.hidden_from(session, actor, session.get_one(Registration, at[1]))
                shown.append(_outgoing(document, hidden, again=at in had))
        number = handovers.next_number(session, receiver.store_id)
        counts = {kind: count for kind, count in content.counts.items() if count}
        return OutgoingPackage(receiver.name, number, last == 0, counts, tuple(shown), gathering.left_out)


def _outgoing(document: Document, hidden: frozenset[str], *, again: bool) -> OutgoingRegistration:
    rows = document["rows"]
    name = next((row["text"] for row in rows["answers"] if row["key"] == "child_name"), "")
    number = next((row["archive_number"] for row in rows["archive_items"]), "")
    name = blind.PENDING if "child_name" in hidden else name
    return OutgoingRegistration(str(document["id"]), str(name), str(number), again)


def _refuse_sensitive(store: Store, receiver: Partner, sensitive: bool) -> None:
    """Extra-sensitive values go only where both offices' named persons allow it."""
    if sensitive and receiver.sensitive_public is None:
        raise BadValue("对方的名片没有写明接收特别敏感的内容，没有做交接包。请对方由指定的人重新做一张名片。")
    if sensitive and store.opened_keys.sensitive is None:
        raise NotAllowed("只有能打开特别敏感内容的人，才能把它交出去，没有做交接包。请由他来做。")


def _reserve(
    store: Store, actor: Actor, now: datetime, partner: str, everything: bool, sensitive: bool
) -> tuple[Header, Partner, Head]:
    """The package's number is taken; the audit's head of that moment goes along."""
    with store.transaction() as session:
        require_whole_office(session, actor)
        receiver = find_partner(session, partner)
        _refuse_sensitive(store, receiver, sensitive)
        number = handovers.next_number(session, receiver.store_id)
        follows = 0 if everything else handovers.last(session, receiver.store_id, "out")
        row = Handover(
            id=store.new_id(),
            partner_id=receiver.store_id,
            direction="out",
            number=number,
            follows=follows,
            counts={},
            audit_seq=0,
            audit_head="",
            at=now,
            by=actor.user_id,
        )
        session.add(row)
        detail: dict[str, str | int] = {"partner": receiver.store_id, "number": number, "sensitive": int(sensitive)}
        store.audit(session, actor.user_id, now, "handover.make", row.id, detail)
        head = audit.head(session)
        row.audit_seq, row.audit_head = head.seq, head.hash
        session.flush()
        prefix = store.surroundings.randomness(PREFIX)
        return Header(store.store_id, receiver.store_id, number, follows, now, prefix, b""), receiver, head


def _write(  # noqa: PLR0913, PLR0917 (what goes into the stream, in its order)
    store: Store,
    session: Session,
    writer: SealedWriter,
    receiver: Partner,
    header: Header,
    head: Head,
    gathering: Gathering,
    content: Content,
    sensitive: bool,
) -> None:
    office = office_rows.office(session)
    followed = handovers.of_number(session, receiver.store_id, "out", header.follows)
    manifest = {
        "office": office.name,
        "division": office.division,
        "audit_seq": head.seq,
        "audit_head": head.hash,
        "received": handovers.last(session, receiver.store_id, "in"),
        "follows": "" if followed is None else followed.digest,
        "sensitive": None if not sensitive else (receiver.sensitive_public or b"").hex(),
    }
    _entry(writer, MANIFEST, canonical_json(manifest).encode())
    before = {} if header.follows == 0 else handovers.sent(session, receiver.store_id)
    envelopes = keys.Envelopes(receiver.sensitive_public or b"", None, store.surroundings.randomness)

    def seal(plain: bytes, place: str) -> bytes:
        return envelopes.seal(plain, place.encode())

    for document in _documents(store, session, receiver, gathering, before, content):
        kind, object_id = str(document["kind"]), str(document["id"])
        if kind in handover_documents.GONE_FROM:
            content.gone.append((handover_documents.GONE_FROM[kind], object_id))
        else:
            digest = handover_documents.digest_of(document)
            if before.get((kind, object_id)) == digest:
                gathering.files.pop(object_id, None)
                continue
            content.digests[kind, object_id] = digest
        content.counts[kind] += 1
        _entry(writer, DOCUMENT, canonical_json(handover_sealing.sealed_for(document, seal)).encode())
        if kind == "source":
            _files(store, writer, document, gathering.files.pop(object_id, []), before, content)
    _entry(writer, TAIL, canonical_json(dict(content.counts)).encode())
    writer.finish()


def _documents(
    store: Store,
    session: Session,
    receiver: Partner,
    gathering: Gathering,
    before: dict[tuple[str, str], str],
    content: Content,
) -> Iterator[Document]:
    yield from handover_rows.simple(session, "user")
    above = lies_within(office_rows.office(session).division, receiver.division)
    if above:
        yield from handover_rows.simple(session, "round")
        yield from handover_rows.simple(session, "form")
        yield from _children_and_papers(store, session, receiver, gathering)
    yield from handover_rows.reports(session, store.store_id, receiver.store_id, above)
    told = {row_id for kind, row_id in handovers.sent(session, receiver.store_id) if kind == "report"}
    for row_id in sorted(told - handover_rows.existing(session, "batch_rows", told)):
        yield {"kind": handover_documents.GONE_REPORT, "id": row_id, "rows": {}}
    for proposal_id in handovers.proposals_between(session, store.store_id, receiver.store_id):
        yield handover_rows.one(session, "proposal", proposal_id)


def _children_and_papers(store: Store, session: Session, receiver: Partner, gathering: Gathering) -> Iterator[Document]:
    own = handover_rows.own_registrations(session, store.store_id)
    ids = [row_id for row_id, _ in own]
    child_ids = sorted({child_id for _, child_id in own})
    sent = handovers.sent(session, receiver.store_id)
    had = {row_id for kind, row_id in sent if kind == "registration"}
    there = handover_rows.existing(session, "registrations", had)
    goes = set(ids) | there
    pages = handover_rows.pages_of(session, sorted(goes))
    with_care = handover_rows.pages_of_care(session, child_ids)
    known = pages.keys() | with_care.keys()
    # a file that was erased stands on no registration any more; the partner must let its pictures go all the same
    erased = handover_rows.erased_sources(session, {row_id for kind, row_id in sent if kind == "source"})
    source_ids = sorted({*pages.values(), *with_care.values(), *erased})
    for some in _chunks(source_ids):
        yield from handover_rows.sources(session, gathering, some, known.__contains__)
    # a child has to be there before its registrations, whatever order references are checked in
    for some in _chunks(child_ids):
        yield from handover_rows.children(session, gathering, some, goes.__contains__)
    for link_id in handover_rows.links_between(session, set(child_ids)):
        yield handover_rows.one(session, "link", link_id)
    for some in _chunks(ids):
        yield from handover_rows.registrations(session, gathering, some)
    for row_id in sorted(had - there):
        yield {"kind": handover_documents.GONE, "id": row_id, "rows": {}}
    knows = {row_id for kind, row_id in sent if kind == "child"}
    for row_id in sorted(knows - handover_rows.existing(session, "children", knows)):
        dropped = sent["child", row_id] == handovers.DROPPED
        yield {"kind": handover_documents.GONE_CHILD, "id": row_id, "rows": {}, "dropped": dropped}


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _files(
    store: Store,
    writer: SealedWriter,
    document: Document,
    vault_ids: list[str],
    before: dict[tuple[str, str], str],
    content: Content,
) -> None:
    """The vault's files as they lie there, sealed: the partner keeps them under the same ids."""
    open_keys = handover_rows.open_keys(document)
    for vault_id in dict.fromkeys(vault_ids):
        if (FILES, vault_id) in before:
            continue
        if vault_id in open_keys:
            store.vault.get(
                VaultRef(vault_id, open_keys[vault_id])
            )  # a damaged one is found here, not at the partner's
        path = store.vault.path(vault_id)
        size = path.stat().st_size
        writer.entry(f"{FILE}{vault_id}", size)
        with path.open("rb") as file:
            _copy(file, size, writer.write)
        content.digests[FILES, vault_id] = ""
        content.counts[FILES] += 1


def _copy(file: BinaryIO, size: int, write: Callable[[bytes], object]) -> None:
    while size and (piece := file.read(min(size, PIECE))):
        write(piece)
        size -= len(piece)
    if size:
        raise OSError("a file became shorter while it was read")


def _entry(writer: SealedWriter, name: str, body: bytes) -> None:
    writer.entry(name, len(body))
    writer.write(body)


def _read_again(part: Path, key: bytes, signing_public: bytes, content: Content) -> None:
    """From the first byte to the last, before the file gets its name."""
    with part.open("rb") as file:
        header, digest, signature = handover_file.read_header(file)
        handover_file.verify(file, digest, signature, signing_public)
        reader = SealedReader(file, key, header.prefix, digest, handover_file.damaged)
        while True:
            name, size = reader.entry()
            if name == TAIL:
                break
            for _ in reader.pieces(size):
                pass
        if json.loads(reader.read(size)) != dict(content.counts):
            raise handover_file.damaged()
        reader.end()
