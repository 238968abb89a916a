"""Batches: choose verified registrations, freeze their values, write the workbook, record each child's answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exporters.files import FileProblem
from exporters.table import Table
from exporters.workbook import BatchDocument, write_batch
from forms.written_dates import office_date
from records import answer_rows, audit, batch_rows, child_rows, handovers, office_rows, registration_rows, sealing
from records.columns import canonical_json
from records.ids import CHINA, civil_date
from records.session import Session
from records.states import ChildState
from records.store import Store
from records.tables import Batch, BatchRow, Child, Registration, ReportElsewhere
from records.tables import Receipt as ReceiptRow
from records.views import (
    Actor,
    BatchRowState,
    BatchRowView,
    BatchState,
    BatchSummary,
    BatchView,
    CandidateRow,
    ReportedElsewhere,
)
from workflow import blind, scope, sheets
from workflow.changes import Changes, changed
from workflow.cross_reference import place_view
from workflow.errors import BadValue, NotAllowed, NotWritten, WrongState
from workflow.forms_in_use import stored_form
from workflow.heads import Head, Heads
from workflow.matching import place_name
from workflow.permissions import Right, verb
from workflow.report_table import batch_table, frozen_row
from workflow.settings import limits_of
from workflow.version import VERSION

FREEZE = "batch.freeze"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was written: also stored with the batch. ``audit_head`` (``seq:hash``, as ``check`` takes it) lets
    truncation and rollback be seen later.
    """

    batch_id: str
    number: str
    rows: int
    sha256: str  # of the workbook file
    rows_sha256: str  # of the frozen rows
    audit_head: str
    written_at: datetime
    file_name: str
    changes: Changes


# -- choosing ---------------------------------------------------------------------------------------------------------


@verb(Right.SEE_BATCHES)
def candidates(store: Store, actor: Actor) -> tuple[CandidateRow, ...]:
    """Current verified registrations of children on the list who wait for no answer, if not accepted already.

    Whoever left the list is not reported as living here.
    """
    with store.session() as session:
        found = child_rows.children_with_current(session, "", actor.division, exited=False)
        rows = batch_rows.rows_of_children(session, [child.id for child, _ in found])
        others = batch_rows.elsewhere_of_children(session, [child.id for child, _ in found])
        answers = answer_rows.answers_of_many(session, [registration.id for _, registration in found])
        limits = limits_of(session)
        looked_at = blind.seen_twice(session, [registration for _, registration in found])
        listed = []
        for child, registration in found:
            own = rows.get(child.id, [])
            before: list[BatchRow | ReportElsewhere] = [*(row for row, _ in own), *others.get(child.id, [])]
            if registration.id not in looked_at or not _may_report(registration.id, before):
                continue
            assert registration.verified_at is not None  # the table's own check
            form = stored_form(store, session, registration.form_id, registration.form_version)
            values, without = sheets.said(answers[registration.id]), sheets.unseen(answers[registration.id])
            listed.append(
                CandidateRow(
                    registration_id=registration.id,
                    child_id=child.id,
                    name=child.name,
                    residence=place_name(child.residence_division),
                    verified_on=registration.verified_at.astimezone(CHINA).date(),
                    findings=sheets.findings_of(registration, form, values, limits, without),
                    last_batch=own[-1][1].number if own else "",
                )
            )
        return tuple(listed)


def _may_report(registration_id: str, rows: Sequence[BatchRow | ReportElsewhere]) -> bool:
    """No answer is out, and this very statement wasn't accepted: reported from here or by another office."""
    running = any(row.state in (BatchRowState.FROZEN, BatchRowState.SENT) for row in rows)
    done = any(row.state is BatchRowState.ACCEPTED and row.registration_id == registration_id for row in rows)
    return not running and not done


@verb(Right.REPORT)
def new_batch(
    store: Store, actor: Actor, now: datetime, name: str, registration_ids: Sequence[str]
) -> tuple[Changes, str]:
    """An open batch of these registrations; returns its id too.

    Raises BadValue without a name or registrations, WrongState for one that is not verified or stands in a batch
    whose answer is still out.
    """
    ids = list(dict.fromkeys(registration_ids))
    if not name.strip() or not ids:
        raise BadValue("批次要有名称，并且至少选一名儿童。没有新建。")
    with store.transaction() as session:
        verified = _reportable(session, actor, ids)
        round_ = office_rows.open_round(session)
        batch = Batch(
            id=store.new_id(),
            number=_next_number(session, now),
            name=name.strip(),
            division=actor.division,
            round_id=None if round_ is None else round_.id,
            created_at=now,
            created_by=actor.user_id,
        )
        session.add(batch)
        session.flush()
        for position, (registration, child) in enumerate(verified, start=1):
            session.add(
                BatchRow(
                    id=store.new_id(),
                    batch_id=batch.id,
                    position=position,
                    registration_id=registration.id,
                    child_id=child.id,
                )
            )
        session.flush()
        store.audit(session, actor.user_id, now, "batch.new", batch.id, {"rows": len(verified)})
        return changed(batches=[batch.id], children=[child.id for _, child in verified]), batch.id


def _reportable(session: Session, actor: Actor, ids: Sequence[str]) -> Sequence[tuple[Registration, Child]]:
    """These registrations with their children. Raises WrongState where one of them can't go into a new batch."""
    verified = batch_rows.verified(session, ids, actor.division)
    if len(verified) != len(ids):
        raise WrongState("所选的登记表里有还没有核对完的，没有新建批次。请刷新后重新选择。")
    if len(blind.seen_twice(session, [registration for registration, _ in verified])) != len(verified):
        raise WrongState("所选的登记表里有还没有复核或双录完的，没有新建批次。请先复核，或重新选择。")
    gone = [child.name for _, child in verified if child.state is ChildState.EXITED]
    if gone:
        raise WrongState(f"所选的儿童里 {'、'.join(gone)} 已退出台账，没有新建批次。要报送的，请先恢复到台账。")
    rows = batch_rows.rows_of_children(session, [child.id for _, child in verified])
    others = batch_rows.elsewhere_of_children(session, [child.id for _, child in verified])
    for registration, child in verified:
        if not _may_report(registration.id, others.get(child.id, [])):
            raise WrongState(
                "所选的儿童里有别的单位已经报送、还在等反馈或已被接收的，没有新建批次。请刷新后重新选择，不要重复报送。"
            )
        if not _may_report(registration.id, [row for row, _ in rows.get(child.id, [])]):
            raise WrongState("所选的儿童里有已在别的批次、还没有反馈结果的，没有新建批次。请刷新后重新选择。")
    if len({child.id for _, child in verified}) != len(verified):
        raise WrongState("同一名儿童选了两份登记表，没有新建批次。每名儿童只报最近的一份。")
    return verified


def _next_number(session: Session, now: datetime) -> str:
    """``2026-003``: counted within the civil year; batches are never removed."""
    year = f"{now.astimezone(CHINA).year}-"
    return f"{year}{batch_rows.numbers_like(session, year) + 1:03d}"


# -- freezing ---------------------------------------------------------------------------------------------------------


@verb(Right.REPORT)
def freeze(store: Store, actor: Actor, now: datetime, batch_id: str) -> Changes:
    """Take the values of every row as they are now; later corrections don't touch them.

    Raises WrongState where a registration was reopened meanwhile; nothing is frozen then.
    """
    with store.transaction() as session:
        batch = scope.batch(session, actor, batch_id)
        if batch.state is not BatchState.OPEN:
            raise WrongState("这个批次已经冻结过了，没有改动。")
        if not batch.rows:
            raise WrongState("批次里已经一名儿童也没有（选入以后退出了台账），没有冻结。请另建一个批次。")
        ids = [row.registration_id for row in batch.rows]
        answers = answer_rows.answers_of_many(session, ids)
        for row in batch.rows:
            registration = registration_rows.registration(session, row.registration_id)
            if registration is None or registration.state not in registration_rows.DONE:
                raise WrongState("批次里有一份登记表已退回核对，没有冻结。请先核对完，再冻结。")
            if not blind.seen_twice(session, [registration]):
                raise WrongState("批次里有一份登记表还没有复核或双录完，没有冻结。请先复核，再冻结。")
            form = stored_form(store, session, registration.form_id, registration.form_version)
            values = sheets.said(answers[registration.id])
            place = place_view(registration)
            if any(sealing.hidden(answer) for answer in answers[registration.id].values()):
                raise NotAllowed("批次里有加封的内容，您打不开，没有冻结。请由能打开的人来冻结和写出。")
            frozen = frozen_row(form, values, place.archive_number, str(registration.sequence))
            row.frozen = {**frozen, "fields": sealing.close_fields(store, f"batch_rows/{row.id}", frozen["fields"])}
            row.row_hash = hashlib.sha256(canonical_json(row.frozen).encode()).hexdigest()
        batch.state = BatchState.FROZEN
        batch.frozen_at, batch.frozen_by = now, actor.user_id
        batch.rows_hash = _table(store, session, batch).content_sha256()
        session.flush()
        store.audit(
            session,
            actor.user_id,
            now,
            FREEZE,
            batch.id,
            {"rows": len(ids), "hash": store.keyed_hash(batch.rows_hash.encode(), "rows")},
        )
        return changed(batches=[batch.id], registrations=ids)


def marks(store: Store, now: datetime) -> batch_rows.Marks:
    """What the place of a row is marked with, of whose child nothing may be left."""
    return batch_rows.Marks(store.new_id, lambda row_hash: store.keyed_hash(row_hash.encode(), "erased_row"), now)


def _table(store: Store, session: Session, batch: Batch) -> Table:
    rows = [opened_row(store, row) for row in batch.rows]
    used = dict.fromkeys(tuple(row["form"]) for row in rows)
    forms = [stored_form(store, session, form_id, form_version) for form_id, form_version in sorted(used)]
    return batch_table(forms, rows)


def opened_row(store: Store, row: BatchRow) -> dict[str, Any]:
    """What was frozen, with what is sealed in it. Raises NotAllowed for somebody who may not open that."""
    frozen: dict[str, Any] = dict(row.frozen)
    fields = sealing.open_fields(store, f"batch_rows/{row.id}", frozen["fields"])
    if fields is None:
        raise NotAllowed("批次里有加封的内容，您打不开，没有写出。请由能打开的人来写出。")
    return {**frozen, "fields": fields}


# -- writing ----------------------------------------------------------------------------------------------------------


@verb(Right.REPORT)
def write(store: Store, actor: Actor, now: datetime, batch_id: str, path: Path) -> Receipt:
    """Write the frozen batch as a workbook; rows become SENT. The file is complete or not there at all.

    It can be written again: the rows are frozen, the file is the same but for its date. Raises NotWritten.
    """
    with store.session() as session:
        batch = scope.batch(session, actor, batch_id)
        _refuse_unwritable(batch)
        document, head = _document(store, session, actor, now, batch)
    try:
        written = write_batch(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        batch = scope.batch(session, actor, batch_id)
        for row in batch.rows:
            if row.state is BatchRowState.FROZEN:
                row.state = BatchRowState.SENT
        batch.state = BatchState.WRITTEN
        session.add(
            ReceiptRow(
                id=store.new_id(),
                batch_id=batch.id,
                rows=len(document.table.rows),
                file_hash=written.sha256,
                rows_hash=batch.rows_hash,
                file_name=path.name,
                audit_seq=head.seq,
                audit_head=head.hash,
                written_at=now,
                written_by=actor.user_id,
            )
        )
        session.flush()
        # the receipt says the file's own hash; in the audit it would let anybody try out children's data against it
        file_hash = store.keyed_hash(written.sha256.encode(), "file")
        detail: dict[str, str | int] = {"rows": len(document.table.rows), "file": file_hash}
        store.audit(session, actor.user_id, now, "batch.write", batch.id, detail)
        return Receipt(
            batch_id=batch.id,
            number=batch.number,
            rows=len(document.table.rows),
            sha256=written.sha256,
            rows_sha256=batch.rows_hash,
            audit_head=document.audit_head,
            written_at=now,
            file_name=path.name,
            changes=changed(batches=[batch.id], children=[row.child_id for row in batch.rows]),
        )


def _refuse_unwritable(batch: Batch) -> None:
    if batch.state is BatchState.OPEN:
        raise WrongState("批次还没有冻结，没有写出。请先冻结。")
    if batch.erased:
        raise WrongState(
            f"批次里有 {len(batch.erased)} 行已依法删除，不能再写出。以前写出的文件里还有，请销毁；"
            "其余的儿童要再报的，请另建批次。"
        )


def _document(
    store: Store, session: Session, actor: Actor, now: datetime, batch: Batch
) -> tuple[BatchDocument, audit.Head]:
    """A frozen batch as it is written, and the head of the audit when it was frozen."""
    table = _table(store, session, batch)
    if table.content_sha256() != batch.rows_hash:
        raise WrongState("批次冻结后的内容和冻结时的校验码不一致，没有写出。请运行检查（tongdang check）。")
    frozen = batch_rows.audit_of(session, FREEZE, batch.id)
    head = audit.Head(frozen.seq, frozen.hash)
    round_ = None if batch.round_id is None else office_rows.round_of(session, batch.round_id)
    document = BatchDocument(
        number=batch.number,
        name=batch.name,
        office=office_rows.office(session).name,
        round_name="" if round_ is None else round_.name,
        table=table,
        audit_head=str(head),
        program_version=VERSION,
        written_by=actor.full_name,
        written_at=now,
    )
    return document, head


# -- answers of the national system -----------------------------------------------------------------------------------


@verb(Right.REPORT)
def record_outcome(
    store: Store, actor: Actor, now: datetime, row_id: str, accepted: bool, system_number: str = "", reason: str = ""
) -> Changes:
    """What the national system answered: accepted (with 系统儿童编号, if it gives one) or returned.

    Raises BadValue for a return without a reason, WrongState for a row that was not sent or has its answer.
    """
    if not accepted and not reason.strip():
        raise BadValue("退回要写明原因，没有保存。请把系统给出的退回原因填上。")
    with store.transaction() as session:
        row = scope.batch_row(session, actor, row_id)
        if row.state is not BatchRowState.SENT:
            raise WrongState("这一行还没有写出，或已经有反馈结果了，没有改动。")
        row.outcome_at, row.outcome_by = now, actor.user_id
        if accepted:
            row.system_number = system_number.strip()
            row.state = BatchRowState.ACCEPTED
        else:
            row.returned_reason = reason.strip()
            row.state = BatchRowState.RETURNED
        session.flush()
        store.audit(session, actor.user_id, now, f"batch.{row.state.value}", row.id)
        return changed(batches=[row.batch_id], children=[row.child_id], registrations=[row.registration_id])


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_BATCHES)
def batches(store: Store, actor: Actor) -> tuple[BatchSummary, ...]:
    """The batches, newest first."""
    with store.session() as session:
        return tuple(_summary(batch) for batch in batch_rows.batches(session, actor.division))


@verb(Right.SEE_BATCHES)
def batch(store: Store, actor: Actor, batch_id: str) -> BatchView:
    """One batch with its rows and receipts."""
    with store.session() as session:
        scope.batch(session, actor, batch_id)
    store.saw(actor.user_id, "batch.see", [batch_id])
    with store.session() as session:
        found = scope.batch(session, actor, batch_id)
        return BatchView(
            summary=_summary(found),
            rows=_row_views(session, actor, found.rows),
            receipts=tuple(_receipt_view(session, receipt) for receipt in found.receipts),
            erased=tuple(row.position for row in found.erased),
        )


@verb(Right.SEE_BATCHES)
def elsewhere(store: Store, actor: Actor) -> tuple[ReportedElsewhere, ...]:
    """What other offices reported about registrations of the scope, batch by batch, as their packages told."""
    with store.session() as session:
        offices = handovers.names(session)
        found: dict[tuple[str, str], list[ReportElsewhere]] = {}
        for row in batch_rows.elsewhere(session, actor.division):
            found.setdefault((row.store_id, row.batch_number), []).append(row)
        return tuple(
            ReportedElsewhere(
                office=offices.get(store_id, ""),
                number=number,
                written_on=civil_date(rows[0].written_at),
                rows=len(rows),
                accepted=sum(row.state is BatchRowState.ACCEPTED for row in rows),
                returned=sum(row.state is BatchRowState.RETURNED for row in rows),
            )
            for (store_id, number), rows in found.items()
        )


def _summary(batch: Batch) -> BatchSummary:
    states = [*(row.state for row in batch.rows), *(row.state for row in batch.erased)]
    return BatchSummary(
        batch_id=batch.id,
        number=batch.number,
        name=batch.name,
        state=batch.state,
        rows=len(states),
        sent=sum(row.state is BatchRowState.SENT for row in batch.rows),  # of an erased one no answer can be noted
        accepted=states.count(BatchRowState.ACCEPTED),
        returned=states.count(BatchRowState.RETURNED),
        created_at=batch.created_at,
        frozen_at=batch.frozen_at,
    )


def _row_views(session: Session, actor: Actor, rows: Sequence[BatchRow]) -> tuple[BatchRowView, ...]:
    heads = Heads(session, actor, child_rows.of_ids(session, [row.child_id for row in rows]))
    return tuple(_row_view(session, row, heads[row.child_id]) for row in rows)


def _row_view(session: Session, row: BatchRow, who: Head) -> BatchRowView:
    registration = registration_rows.registration(session, row.registration_id)
    number = "" if registration is None else place_view(registration).archive_number
    return BatchRowView(
        row_id=row.id,
        position=row.position,
        child_id=row.child_id,
        registration_id=row.registration_id,
        name=who.name,
        id_number_masked=who.id_number_masked,
        archive_number=number,
        state=row.state,
        system_number=row.system_number,
        returned_reason=row.returned_reason,
    )


def _receipt_view(session: Session, receipt: ReceiptRow) -> dict[str, str]:
    written = receipt.written_at.astimezone(CHINA)
    return {
        "file_name": receipt.file_name,
        "rows": str(receipt.rows),
        "sha256": receipt.file_hash,
        "rows_sha256": receipt.rows_hash,
        "audit_head": str(audit.Head(receipt.audit_seq, receipt.audit_head)),
        "written_at": f"{office_date(written)} {written:%H:%M}",
        "written_by": office_rows.user_name(session, receipt.written_by),
    }
