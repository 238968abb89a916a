"""The audit for the yearly inspection: who saw, changed, exported, logged in or failed; ids and names of staff only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from exporters.audit_book import AuditDocument, write_audit
from exporters.files import FileProblem, Written
from records import audit, audit_rows, office_rows
from records.audit import NOBODY, Head
from records.ids import CHINA
from records.session import Session
from records.store import Store
from records.tables import AuditEntry
from records.views import Actor, Role
from workflow.audit_words import DETAILS, WORDS
from workflow.errors import BadValue, NotWritten
from workflow.permissions import ROLE_NAMES, Right, verb
from workflow.scope import require_whole_office
from workflow.version import VERSION


@verb(Right.ADMINISTER)
def export_audit(
    store: Store, actor: Actor, now: datetime, path: Path, *, since: date | None = None, until: date | None = None
) -> Written:
    """Write the entries of a period (civil days, both included) to ``path`` (.xlsx or .csv). Raises NotWritten."""
    if since is not None and until is not None and since > until:
        raise BadValue("开始日期不能晚于结束日期，没有写出。")
    with store.session() as session:
        require_whole_office(session, actor)
        people = {row.id: (row.username, row.full_name) for row in office_rows.users(session)}
        rows = tuple(_row(e, people) for e in audit_rows.entries(session) if _in_period(e, since, until))
        head = audit.head(session)
        document = AuditDocument(
            office=office_rows.office(session).name,
            period=f"{since or '开始'} 至 {until or now.astimezone(CHINA).date()}",
            rows=rows,
            head=str(head),
            whole=store.broken_audit(session) == (),
            program_version=VERSION,
            written_by=actor.full_name,
            written_at=now,
        )
    try:
        written = write_audit(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        detail: dict[str, str | int] = {
            "entries": len(rows),
            "file": store.keyed_hash(written.sha256.encode(), "file"),
        }
        store.audit(session, actor.user_id, now, "audit.export", store.store_id, detail)
    return written


@verb(Right.ADMINISTER)
def audit_head(store: Store, actor: Actor) -> Head:
    """The audit's present end, to be printed: ``tongdang check --head`` sees later whether it is still there."""
    with store.session() as session:
        require_whole_office(session, actor)
        return audit.head(session)


def parse_head(text: str) -> Head:
    """``seq:hash`` as it is printed, or with the hash's beginning only; blanks don't count. Raises BadValue."""
    seq, _, code = "".join(text.split()).lower().replace("：", ":").partition(":")
    if not seq.isdecimal() or not audit.SHORTEST <= len(code) <= 64 or set(code) - set("0123456789abcdef"):
        raise BadValue("末码的样子是“序号:校验码”，校验码至少写前 8 位，没有检查。请对照打印件重新输入。")
    return Head(int(seq), code)


def missing_heads(session: Session, heads: tuple[Head, ...]) -> tuple[str, ...]:
    """Those printed heads that are not in the audit any more."""
    return tuple(str(head.seq) for head in heads if not audit.contains(session, head))


def _in_period(entry: AuditEntry, since: date | None, until: date | None) -> bool:
    day = entry.at.astimezone(CHINA).date()
    return (since is None or day >= since) and (until is None or day <= until)


def _row(entry: AuditEntry, people: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    username, full_name = people.get(entry.actor_id, ("", "程序" if entry.actor_id == NOBODY else entry.actor_id))
    object_id = people[entry.object_id][0] if entry.object_id in people else entry.object_id
    detail = "，".join(
        f"{DETAILS.get(name, name)} {_said(name, value)}" for name, value in (entry.detail or {}).items()
    )
    at = entry.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return (str(entry.seq), at, username, full_name, WORDS.get(entry.verb, entry.verb), object_id, detail, entry.hash)


def _said(name: str, value: object) -> str:
    """A role has its name; the rest is ids, counts and keyed hashes."""
    return ROLE_NAMES[Role(str(value))] if name == "role" else str(value)
