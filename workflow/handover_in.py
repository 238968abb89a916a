"""Taking a handover package in: a preview of what it would change, then all of it in one transaction, or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from forms.values import FieldError, format_value
from records import batch_rows, child_rows, handover_documents, handover_file, handovers, office_rows, registration_rows
from records.errors import PackageRefused
from records.handover_documents import Document
from records.handover_file import NOTHING_DONE, Header
from records.handover_owned import unfit
from records.handover_taking import Taking
from records.sealed_stream import SealedReader
from records.session import Session
from records.store import Store
from records.tables import Child, Handover, Partner, Registration, ReportElsewhere
from records.vault import ID_PATTERN
from records.views import Actor
from records.views_handover import FieldChange, IncomingPackage, IncomingRegistration, IncomingReport
from workflow import blind, divisions, matching, report
from workflow.answering import code_table_of, same
from workflow.changes import NOTHING, Changes, changed
from workflow.errors import NotFound
from workflow.forms_in_use import stored_form
from workflow.handover import DOCUMENT, FILE, MANIFEST, TAIL
from workflow.heads import head_of
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

Take = Callable[[str, Iterator[bytes]], None]

LARGEST_DOCUMENT = 256 << 20
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """A package whose signature was checked, standing at its first entry."""

    header: Header
    digest: str
    reader: SealedReader
    partner: Partner
    already: bool


@verb(Right.HAND_OVER)
def preview(store: Store, actor: Actor, path: Path) -> IncomingPackage:
    """What the package would change here, field by field. Raises PackageRefused; nothing is changed in any case."""
    with store.session() as session:
        require_whole_office(session, actor)
        with _opened(store, session, path) as package:
            counts: Counter[str] = Counter()
            shown: list[IncomingRegistration] = []
            reports: list[IncomingReport] = []
            own = decided = 0
            manifest: dict[str, Any] = {}
            for name, body in _entries(package.reader):
                if name == MANIFEST:
                    manifest = body
                    if not package.already:
                        _refuse_gap(session, package, manifest)
                elif name == DOCUMENT:
                    counts[str(body["kind"])] += 1
                    if body["kind"] == "registration" and len(shown) < MOST_SHOWN:
                        row = _incoming(store, session, body)
                        if row.new or row.fields:
                            shown.append(row)
                    if body["kind"] == "report" and len(reports) < MOST_SHOWN:
                        reports += _reported(session, actor, body)
                    if body["kind"] == "proposal":
                        (proposal,) = body["rows"]["proposals"]
                        own += proposal["store_id"] == store.store_id
                        decided += proposal["store_id"] != store.store_id
    store.saw(actor.user_id, "handover.look", [package.partner.store_id])
    return IncomingPackage(
        office=package.partner.name,
        store_id=package.partner.store_id,
        number=package.header.number,
        everything=package.header.follows == 0,
        made_at=package.header.made_at,
        already=package.already,
        counts=dict(counts),
        registrations=tuple(shown),
        reports=tuple(reports),
        proposals=decided,
        decisions=own,
        audit_seq=int(manifest["audit_seq"]),
        audit_head=str(manifest["audit_head"]),
    )


@verb(Right.HAND_OVER)
def take_in(store: Store, actor: Actor, now: datetime, path: Path) -> Changes:
    """Take the package in; the same one again changes nothing. Raises PackageRefused, StoreError, all undone then."""
    adopted: list[str] = []
    try:
        with store.transaction() as session:
            require_whole_office(session, actor)
            with _opened(store, session, path) as package:
                if package.already:
                    return NOTHING
                changes, manifest, dropped = _take(store, session, now, package, adopted)
            _note(store, session, actor, now, package, manifest)
    except BaseException:
        for vault_id in adopted:
            store.vault.delete(vault_id)
        raise
    for vault_id in dropped:
        store.vault.delete(vault_id)
    return changes


def _take(
    store: Store, session: Session, now: datetime, package: Opened, adopted: list[str]
) -> tuple[Changes, dict[str, Any], set[str]]:
    handovers.references_at_the_end(session)
    taking: Taking | None = None
    manifest: dict[str, Any] = {}

    def take(vault_id: str, pieces: Iterator[bytes]) -> None:
        _adopt(store, taking, vault_id, pieces, adopted)

    for name, body in _entries(package.reader, take):
        if name == MANIFEST:
            manifest = body
            _refuse_gap(session, package, manifest)
            sensitive = _sensitive(store, manifest)
            sender, marks = package.partner, report.marks(store, now)
            taking = Taking(session, sender.store_id, sender.name, store.store_id, now, sensitive, marks)
        elif name == DOCUMENT and taking is not None:
            taking.put(body)
    if taking is None:
        raise unfit()
    missing = [vault_id for vault_id in taking.expected if not store.vault.exists(vault_id)]
    if missing:
        raise PackageRefused(
            f"这个交接包接着以前的包，可是本单位缺以前的 {len(missing)} 份图像文件，整包没有接收，{NOTHING_DONE}"
            "请对方做一份“全部内容”的交接包。"
        )
    taking.write_notes()
    taking.place_pages()
    taking.drop_emptied()
    divisions.follow(session)
    session.expire_all()
    for child in child_rows.some_at_a_time(session, sorted(taking.children)):
        matching.refresh(session, child)
    if handovers.broken_references(session):
        raise unfit()
    told = changed(registrations=taking.registrations | taking.told, children=taking.children)
    return told, manifest, taking.dropped


def _refuse_gap(session: Session, package: Opened, manifest: dict[str, Any]) -> None:
    """The package that this one goes on from must be the one that came here, and not another of its number: a store
    that was put back from a backup gives numbers again. (Older programs didn't say which one it was.)
    """
    followed = manifest.get("follows", "")
    if not package.header.follows or not followed:
        return
    came = handovers.of_number(session, package.partner.store_id, "in", package.header.follows)
    if came is None or came.digest != followed:
        raise PackageRefused(
            f"这个交接包接着的第 {package.header.follows} 包，不是本单位收到的那一包（对方可能从备份恢复过资料库），"
            f"没有接收，{NOTHING_DONE}请对方做一份“全部内容”的交接包。"
        )


def _sensitive(store: Store, manifest: dict[str, Any]) -> bool:
    """Did extra-sensitive values come along? Raises PackageRefused where they are sealed to a key that was changed."""
    sealed_to = manifest["sensitive"]
    if sealed_to is None:
        return False
    if sealed_to != store.opened_keys.sensitive_public.hex():
        raise PackageRefused(
            f"包里特别敏感的内容是封给本单位以前的钥匙的，整包没有接收，{NOTHING_DONE}"
            "请把本单位的新名片交给对方，再做一份。"
        )
    return True


def _adopt(store: Store, taking: Taking | None, vault_id: str, pieces: Iterator[bytes], adopted: list[str]) -> None:
    """A file goes where its row says, unless it is here already."""
    if taking is None or not ID_PATTERN.fullmatch(vault_id) or vault_id not in taking.expected | taking.known:
        raise unfit()
    if store.vault.exists(vault_id):
        for _ in pieces:
            pass
        return
    adopted.append(vault_id)
    store.vault.adopt(vault_id, pieces)


def _note(
    store: Store, session: Session, actor: Actor, now: datetime, package: Opened, manifest: dict[str, Any]
) -> None:
    row = Handover(
        id=store.new_id(),
        partner_id=package.partner.store_id,
        direction="in",
        number=package.header.number,
        follows=package.header.follows,
        digest=package.digest,
        counts={"received": int(manifest["received"])},
        audit_seq=int(manifest["audit_seq"]),
        audit_head=str(manifest["audit_head"])[:64],
        at=now,
        by=actor.user_id,
        written_at=now,
    )
    session.add(row)
    session.flush()
    detail: dict[str, str | int] = {
        "partner": package.partner.store_id,
        "number": package.header.number,
        "digest": package.digest,
        "head": f"{row.audit_seq}:{row.audit_head}"[:80],
    }
    store.audit(session, actor.user_id, now, "handover.take_in", row.id, detail)


# -- the file ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(store: Store, session: Session, path: Path) -> Iterator[Opened]:
    """The package, if it is whole, from a pinned office, for this one, and next in turn. Raises PackageRefused."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFound(f"交接包 {path} 读不出来，{NOTHING_DONE}请看路径对不对，U 盘是否还插着。") from error
    with file:
        try:
            yield _checked(store, session, file)
        except OSError as error:
            raise PackageRefused(
                f"读交接包时 U 盘或磁盘出错，没有接收，{NOTHING_DONE}请重新插好，再试一次。"
            ) from error


def _checked(store: Store, session: Session, file: BinaryIO) -> Opened:
    header, digest, signature = handover_file.read_header(file)
    if header.receiver != store.store_id:
        raise PackageRefused(f"这个交接包是给别的单位的，没有接收，{NOTHING_DONE}请交给它写明的单位。")
    partner = handovers.partner(session, header.sender)
    if partner is None:
        raise PackageRefused(
            f"做这个交接包的单位，本单位还没有核对过它的名片，没有接收，{NOTHING_DONE}"
            "请先要它的单位名片，打电话核对指纹。"
        )
    signed = handover_file.verify(file, digest, signature, partner.signing_public)
    last = handovers.last(session, partner.store_id, "in")
    before = handovers.of_number(session, partner.store_id, "in", header.number)
    already = before is not None and before.digest == signed
    if not already:
        _refuse_order(header, last)
    office = office_rows.office(session)
    if office.exchange_private is None:
        raise PackageRefused(f"本单位还没有做过名片，打不开交接包，没有接收，{NOTHING_DONE}请先做名片交给对方。")
    key = handover_file.open_key(header, office.exchange_private)
    return Opened(
        header, signed, SealedReader(file, key, header.prefix, digest, handover_file.damaged), partner, already
    )


def _refuse_order(header: Header, last: int) -> None:
    if header.number <= last:
        raise PackageRefused(
            f"这是旧的交接包（第 {header.number} 包，已收到第 {last} 包），没有接收，{NOTHING_DONE}请用对方最新的一包。"
            "对方如果刚从备份恢复过资料库，请先做一包给对方接收，再请对方重新做。"
        )
    if header.follows > last:
        raise PackageRefused(
            f"这个交接包接着第 {header.follows} 包，本单位只收到第 {last} 包，没有接收，{NOTHING_DONE}"
            "请先收前面的包，或请对方做一份“全部内容”的交接包。"
        )


def _entries(reader: SealedReader, take: Take | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The manifest and the documents in turn; ``take`` gets the files. Reads to the last byte."""
    counts: Counter[str] = Counter()
    first = True
    while True:
        name, size = reader.entry()
        if first != (name == MANIFEST):
            raise handover_file.damaged()
        first = False
        if name.startswith(FILE):
            counts["file"] += 1
            pieces = reader.pieces(size)
            if take is not None:
                take(name.removeprefix(FILE), pieces)
            for _ in pieces:
                pass
            continue
        if name not in (MANIFEST, DOCUMENT, TAIL) or size > LARGEST_DOCUMENT:
            raise handover_file.damaged()
        body = _json(reader.read(size))
        if name == TAIL:
            break
        if name == DOCUMENT:
            counts[str(body.get("kind"))] += 1
        yield name, body
    reader.end()
    if body != dict(counts):
        raise handover_file.damaged()


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise unfit() from error
    if not isinstance(body, dict):
        raise unfit()
    return body


# -- field by field ---------------------------------------------------------------------------------------------------


def _incoming(store: Store, session: Session, document: Document) -> IncomingRegistration:
    try:
        rows = handover_documents.rows_of(document)
        (row,) = rows["registrations"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unfit() from error
    answers = {a["key"]: a for a in rows["answers"]}
    here = session.get(Registration, row["id"])
    # what this office enters twice is not told by the package either
    hidden = frozenset(blind.chosen_keys(session))
    name = blind.PENDING if "child_name" in hidden else answers.get("child_name", {}).get("text") or ""
    numbers = [item["archive_number"] for item in rows["archive_items"]]
    fields = () if here is None else _changes(store, session, here, answers)
    fields = tuple(_covered(field) if field.key in hidden else field for field in fields)
    behind = sum(sheet["registration_id"] is None for sheet in rows["sheets"])
    return IncomingRegistration(
        row["id"], str(name), numbers[0] if numbers else "", here is None, fields, behind, len(rows["second_entries"])
    )


def _reported(session: Session, actor: Actor, document: Document) -> Iterator[IncomingReport]:
    """A report that isn't known yet, or has its answer now."""
    try:
        (row,) = handover_documents.rows_of(document)["reports_elsewhere"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unfit() from error
    known = session.get(ReportElsewhere, row["id"])
    answer = row["system_number"] or row["returned_reason"]
    if known is not None and (known.state, known.system_number or known.returned_reason) == (row["state"], answer):
        return
    registration = session.get(Registration, row["registration_id"])
    child = None if registration is None or registration.child_id is None else session.get(Child, registration.child_id)
    title = "" if child is None else head_of(session, actor, child).name
    twice = child is not None and bool(batch_rows.busy_children(session, [child.id]))
    yield IncomingReport(title, row["batch_number"], row["state"], answer, twice)


def _covered(field: FieldChange) -> FieldChange:
    return replace(field, before=blind.PENDING, after=blind.PENDING)


def _changes(
    store: Store, session: Session, here: Registration, answers: dict[str, dict[str, Any]]
) -> tuple[FieldChange, ...]:
    form = stored_form(store, session, here.form_id, here.form_version)
    now = registration_rows.answers_of(session, here.id)
    proposed = {p.key: p.value for p in handovers.open_proposals_about(session, here.id, store.store_id)}
    found = []
    for field in form.fields:
        old, new = now.get(field.key), answers.get(field.key)
        if (new is not None and new["sealed"] is not None) or (old is not None and old.sealed is not None):
            continue  # for named persons only
        before, after = (None if old is None else old.value), (None if new is None else new["value"])
        if same(before, after):
            continue
        try:
            told = format_value(field.kind, after, field=field, code_table=code_table_of(field.key))
        except (FieldError, TypeError, ValueError, AttributeError, KeyError):
            told = str(new["text"]) if new is not None else ""
        conflict = field.key in proposed and not same(proposed[field.key], after)
        found.append(FieldChange(field.key, field.label, "" if old is None else old.text, told, conflict))
    return tuple(found)
