"""The audit holds ids, counts and keyed hashes: nothing that tells what a child's papers say, nor lets one try."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy import select

from records.tables import AuditEntry
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, FAMILY, back, front
from workflow import draft_workbook, entry_sheets, intake, report

PLAIN = re.compile(r"[0-9a-f-]{32,64}|[a-z_.0-9:+TZ-]*")


def test_details_hold_no_value_and_no_hash_that_can_be_made_again(office: OfficeAtWork) -> None:
    taken = office.deliver("一.tif", front("S"), back("S"))
    assert isinstance(taken, intake.Taken)
    office.read()
    at_work = (office.store, office.actor)
    draft = draft_workbook.write_draft(*at_work, office.clock(), [taken.source_id], office.folder / "草稿.xlsx")
    sheet = office.sheets()[0]
    office.verified(sheet)
    _, batch_id = report.new_batch(*at_work, office.clock(), "十月批次", [sheet.registration_id])
    report.freeze(*at_work, office.clock(), batch_id)
    receipt = report.write(*at_work, office.clock(), batch_id, office.folder / "报送.xlsx")
    sheets = entry_sheets.write(*at_work, office.clock(), batch_id, office.folder / "对照单.docx")
    row = report.batch(*at_work, batch_id).rows[0]
    report.record_outcome(*at_work, office.clock(), row.row_id, False, reason="姓名不符")

    with office.store.session() as session:
        entries = list(session.scalars(select(AuditEntry)))
    verbs = {entry.verb for entry in entries}
    assert {"draft.write", "batch.freeze", "batch.write", "batch.entry_sheets", "source.take_in"} <= verbs
    said = [str(value) for entry in entries for value in (*entry.detail.values(), entry.object_id, entry.verb)]
    open_hashes = {draft.sha256, receipt.sha256, receipt.rows_sha256, sheets.sha256}
    open_hashes.add(hashlib.sha256((office.folder / "一.tif").read_bytes()).hexdigest())
    assert not open_hashes.intersection(said), "the receipt prints them; the audit outlives an erasure"
    assert [word for word in said if not PLAIN.fullmatch(word)] == []
    values = {v for v in (*CHILD.values(), *FAMILY.values()) if isinstance(v, str) and len(v) > 4}
    assert not values.intersection(said)
