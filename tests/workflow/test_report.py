"""A batch has a life: chosen, frozen, written, answered child by child, corrected and sent again."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from records import audit
from records.tables import BatchRow
from records.views import BatchRowState, BatchState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import audit_export, check, children, cross_reference, entry_sheets, moves, report, verify
from workflow.errors import BadValue, NotWritten, WrongState

OTHER: dict[str, Any] = {
    "child_id_number": "220284201605120014",
    "child_birth_date": "2016-05-12",
    "child_sex": ["1"],
}


def two_verified(office: OfficeAtWork) -> list[str]:
    """Ids of two verified registrations of different children."""
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.tif", front("T", child_name="王雪", **OTHER), back("T", support_needs="=1+1"))
    office.read()
    sheets = office.sheets()
    for sheet in sheets:
        office.verified(sheet)
    return [sheet.registration_id for sheet in sheets]


def frozen(office: OfficeAtWork) -> str:
    """Id of a frozen batch of both."""
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "十月批次", two_verified(office))
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    return batch_id


def rows_of(path: Path) -> list[dict[str, str]]:
    sheet = load_workbook(path)["报送数据"]
    lines = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    head = next(i for i, line in enumerate(lines) if "儿童姓名" in line)
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


def leave(office: OfficeAtWork, name: str) -> str:
    """The child of this name goes home; its id."""
    (row,) = children.children(office.store, office.actor, search=name)
    moves.exit_child(office.store, office.actor, office.clock(), row.child_id, "home", date(2026, 10, 12))
    return row.child_id


def test_who_left_the_list_is_not_reported(office: OfficeAtWork) -> None:
    ids = two_verified(office)
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "十月批次", ids)
    child_id = leave(office, "王雪")
    assert [row.name for row in report.batch(office.store, office.actor, batch_id).rows] == ["欧阳雪"]
    assert report.candidates(office.store, office.actor) == ()
    with pytest.raises(WrongState, match="王雪 已退出台账"):
        report.new_batch(office.store, office.actor, office.clock(), "再报", ids)
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    leave(office, "欧阳雪")
    frozen_rows = report.batch(office.store, office.actor, batch_id).rows
    assert [row.state for row in frozen_rows] == [BatchRowState.FROZEN], "what is frozen stays"
    moves.return_child(office.store, office.actor, office.clock(), child_id, date(2026, 10, 12), note="回来了")
    (again,) = report.candidates(office.store, office.actor)
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "再报", [again.registration_id])
    leave(office, "王雪")
    with pytest.raises(WrongState, match="一名儿童也没有"):
        report.freeze(office.store, office.actor, office.clock(), batch_id)


def test_from_choosing_to_the_workbook(office: OfficeAtWork) -> None:
    ids = two_verified(office)
    waiting = report.candidates(office.store, office.actor)
    assert [row.name for row in waiting] == ["欧阳雪", "王雪"], "by pinyin"
    changes, batch_id = report.new_batch(office.store, office.actor, office.clock(), "十月批次", ids)
    assert changes.batches == {batch_id}
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    path = office.folder / "报送.xlsx"
    receipt = report.write(office.store, office.actor, office.clock(), batch_id, path)

    assert receipt.rows == 2
    assert receipt.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    first, second = rows_of(path)
    assert (first["儿童姓名"], first["儿童身份证号"], first["性别"], first["性别代码"]) == (
        "欧阳雪",
        "220284201801010023",
        "女",
        "2",
    )
    assert first["现居住地"] == "吉林省吉林市蛟河市黄松甸镇河沿街3号"
    assert first["现居住地代码"] == "220281104"
    assert first["档号"] == "X001-ZY·2026·D30·黄松甸镇-0001"
    assert first["照护人联系电话"] == "13904320001"
    assert first["出生日期"] == "2018-01-01"
    assert second["困难诉求"].startswith("'"), "what looks like a formula is text"
    view = report.batch(office.store, office.actor, batch_id)
    assert view.summary.state is BatchState.WRITTEN
    assert [row.state for row in view.rows] == [BatchRowState.SENT] * 2
    assert view.receipts[0]["sha256"] == receipt.sha256
    with office.store.session() as session:
        entry = audit.head(session)
        assert entry.seq > 0
        assert office.store.broken_audit(session) == ()
        printed = audit_export.parse_head(receipt.audit_head)
        assert printed.seq < entry.seq, "the receipt names the head of the freezing"
    receipts = load_workbook(path)["回执"]
    told = {row[0]: row[1] for row in receipts.iter_rows(values_only=True)}
    assert told["操作记录末码"] == view.receipts[0]["audit_head"] == receipt.audit_head
    assert check.check(office.store, office.actor, (printed,)) == (), "what is printed can be checked as it stands"
    elsewhere = replace(printed, seq=printed.seq - 1)
    assert [f.code for f in check.check(office.store, office.actor, (elsewhere,))] == ["audit_head_missing"]


def test_frozen_values_stay_as_they_were(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    path = office.folder / "一.xlsx"
    first = report.write(office.store, office.actor, office.clock(), batch_id, path)
    rows = rows_of(path)
    row = report.batch(office.store, office.actor, batch_id).rows[0]
    with pytest.raises(WrongState, match="批次"):
        verify.reopen(office.store, office.actor, office.clock(), row.registration_id, "改名")
    report.record_outcome(office.store, office.actor, office.clock(), row.row_id, False, reason="姓名不符")
    verify.reopen(office.store, office.actor, office.clock(), row.registration_id, "改名")
    verify.confirm(office.store, office.actor, office.clock(), row.registration_id, "child_name", "欧阳霜")
    again = report.write(office.store, office.actor, office.clock(), batch_id, path)
    assert rows_of(path) == rows
    assert again.rows_sha256 == first.rows_sha256


def test_a_frozen_row_that_was_changed_behind_the_program_is_not_written(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    path = office.folder / "一.xlsx"
    with office.store.transaction() as session:
        row = session.scalars(select(BatchRow).order_by(BatchRow.position)).first()
        assert row is not None
        row.frozen = {**row.frozen, "archive_number": "X001-ZY·2026·D30·黄松甸镇-0009"}
    with pytest.raises(WrongState, match="校验码不一致"):
        report.write(office.store, office.actor, office.clock(), batch_id, path)
    assert not path.exists()
    assert report.batch(office.store, office.actor, batch_id).summary.state is BatchState.FROZEN


def test_a_reopened_registration_stops_freezing(office: OfficeAtWork) -> None:
    ids = two_verified(office)
    where = (office.store, office.actor, office.clock())
    _, batch_id = report.new_batch(*where, "一", ids)
    with pytest.raises(WrongState, match="没有写出"):
        report.write(*where, batch_id, office.folder / "x.xlsx")
    assert not (office.folder / "x.xlsx").exists()
    verify.reopen(*where, ids[0], "学校不对")
    with pytest.raises(WrongState, match="没有冻结"):
        report.freeze(*where, batch_id)
    assert report.batch(office.store, office.actor, batch_id).summary.state is BatchState.OPEN
    verify.confirm(*where, ids[0], "school_name", "二小")
    verify.finish(*where, ids[0])
    report.freeze(*where, batch_id)
    report.write(*where, batch_id, office.folder / "x.xlsx")
    assert [row["学校名称"] for row in rows_of(office.folder / "x.xlsx")] == ["二小", "黄松甸镇中心小学"]


def test_the_answer_for_each_child_comes_back(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    rows = report.batch(office.store, office.actor, batch_id).rows
    where = (office.store, office.actor, office.clock())
    with pytest.raises(WrongState, match="还没有写出"):
        report.record_outcome(*where, rows[0].row_id, True, "220281000001")
    report.write(*where, batch_id, office.folder / "一.xlsx")
    report.record_outcome(*where, rows[0].row_id, True, "220281000001")
    with pytest.raises(BadValue, match="原因"):
        report.record_outcome(*where, rows[1].row_id, False)
    report.record_outcome(*where, rows[1].row_id, False, reason="户籍地不符")
    with pytest.raises(WrongState):
        report.record_outcome(*where, rows[0].row_id, False, reason="反悔")

    summary = report.batches(office.store, office.actor)[0]
    assert (summary.sent, summary.accepted, summary.returned) == (0, 1, 1)
    told = {c.name: c.reporting for c in children.children(office.store, office.actor)}
    assert told == {"欧阳雪": "已接收 220281000001", "王雪": "被退回：户籍地不符"}


def test_a_returned_child_goes_into_a_new_batch_an_accepted_one_does_not(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    where = (office.store, office.actor, office.clock())
    assert report.candidates(office.store, office.actor) == (), "nobody is sent twice at once"
    report.write(*where, batch_id, office.folder / "一.xlsx")
    first, second = report.batch(office.store, office.actor, batch_id).rows
    report.record_outcome(*where, first.row_id, True, "1")
    report.record_outcome(*where, second.row_id, False, reason="学校名称不全")
    verify.reopen(*where, second.registration_id, "学校名称不全")
    verify.confirm(*where, second.registration_id, "school_name", "黄松甸镇中心小学校")
    verify.finish(*where, second.registration_id)
    (waiting,) = report.candidates(office.store, office.actor)
    assert (waiting.registration_id, waiting.last_batch) == (second.registration_id, "2026-001")
    _, next_id = report.new_batch(*where, "补报", [waiting.registration_id])
    report.freeze(*where, next_id)
    report.write(*where, next_id, office.folder / "二.xlsx")
    assert [row["学校名称"] for row in rows_of(office.folder / "二.xlsx")] == ["黄松甸镇中心小学校"]
    assert report.batches(office.store, office.actor)[0].number == "2026-002"


def test_only_verified_children_and_each_once(office: OfficeAtWork) -> None:
    ids = two_verified(office)
    office.deliver("三.jpg", front("U", child_name="未核对"))
    office.read()
    (draft,) = office.sheets()
    where = (office.store, office.actor, office.clock())
    with pytest.raises(WrongState):
        report.new_batch(*where, "一", [*ids, draft.registration_id])
    with pytest.raises(BadValue):
        report.new_batch(*where, "一", [])
    report.new_batch(*where, "一", ids[:1])
    with pytest.raises(WrongState, match="别的批次"):
        report.new_batch(*where, "二", ids)
    assert len(report.batches(office.store, office.actor)) == 1


def test_a_file_that_cannot_be_written_changes_nothing(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    path = office.folder / "没有这个文件夹" / "一.xlsx"
    with pytest.raises(NotWritten, match="文件夹"):
        report.write(office.store, office.actor, office.clock(), batch_id, path)
    view = report.batch(office.store, office.actor, batch_id)
    assert view.summary.state is BatchState.FROZEN
    assert [row.state for row in view.rows] == [BatchRowState.FROZEN] * 2
    assert view.receipts == ()


def test_entry_sheets_of_a_frozen_batch(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    place = cross_reference.Place(storeroom="1", rack="2", box="7")
    rows = report.batch(office.store, office.actor, batch_id).rows
    ids = [row.registration_id for row in rows]
    cross_reference.set_location(office.store, office.actor, office.clock(), ids, place)
    path = office.folder / "对照单.docx"
    written = entry_sheets.write(office.store, office.actor, office.clock(), batch_id, path)
    assert written.rows == 2
    assert written.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    (child,) = [c for c in children.children(office.store, office.actor) if c.name == "王雪"]
    assert child.location == "1库房2架7盒"


def test_only_its_owner_reads_the_file(office: OfficeAtWork) -> None:
    batch_id = frozen(office)
    path = office.folder / "一.xlsx"
    report.write(office.store, office.actor, office.clock(), batch_id, path)
    if os.name != "nt":
        assert path.stat().st_mode & 0o077 == 0
