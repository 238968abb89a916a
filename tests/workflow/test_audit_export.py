"""Looking is audited once a session; the audit goes out for the inspection; a printed head sees what was cut off."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select, text

from records import database, folder
from records.tables import AuditEntry
from records.views import Role
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import CHILD, FAMILY, back, front
from workflow import audit_export, check, children, cross_reference, duplicates, people, proposals, unmask, verify
from workflow.errors import BadValue, NotWritten


def seen(office: OfficeAtWork) -> list[str]:
    with office.store.session() as session:
        verbs = session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq))
        return [verb for verb in verbs if verb.endswith((".see", ".unmask"))]


def test_looking_is_audited_once_a_session(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.read()
    sheet = office.sheets()[0]
    child = office.verified(sheet).child_id
    where = (office.store, office.actor)
    for _ in range(3):
        verify.sheet(*where, sheet.registration_id)
        verify.page_image(*where, sheet.pages[0].page_id)
        children.children(*where)
        cross_reference.sheet_places(*where, child)
        assert unmask.id_numbers(*where, [child]) == {child: CHILD["child_id_number"]}
        duplicates.all_duplicates(*where)
        duplicates.duplicate_candidates(*where, child)
        proposals.proposals(*where)
    assert sorted(seen(office)) == [
        "child.see", "children.see", "duplicates.see", "id_numbers.unmask", "page.see", "proposals.see",
        "registration.see",
    ]  # fmt: skip


def test_the_audit_of_a_period_as_workbook_and_csv(office: OfficeAtWork, tmp_path: Path) -> None:
    office.deliver("欧阳雪.tif", front("S"), back("S"))
    office.read()
    office.verified(office.sheets()[0])
    where = (office.store, office.actor)
    head = audit_export.audit_head(*where)
    audit_export.export_audit(*where, office.clock(), tmp_path / "一.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "一.csv").read_bytes().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(1, head.seq + 1)]
    assert rows[1][4] == "新建资料库"
    assert {row[2] for row in rows[1:]} == {"admin"}
    assert rows[-1][7] == head.hash
    audit_export.export_audit(*where, office.clock(), tmp_path / "二.xlsx")
    book = openpyxl.load_workbook(tmp_path / "二.xlsx")
    assert book.sheetnames == ["说明", "操作记录"]
    assert book["操作记录"].max_row == head.seq + 2  # its header, and the first export was audited
    said = (tmp_path / "一.csv").read_text(encoding="utf-8")
    for value in (*CHILD.values(), *FAMILY.values()):
        if isinstance(value, str) and len(value) > 3 and not value.startswith("2026-"):
            assert value not in said
    audit_export.export_audit(*where, office.clock(), tmp_path / "三.csv", since=date(2027, 1, 1))
    with pytest.raises(NotWritten, match="没有写出"):
        audit_export.export_audit(*where, office.clock(), tmp_path / "五.txt")
    assert not (tmp_path / "五.txt").exists()
    assert len((tmp_path / "三.csv").read_text(encoding="utf-8").splitlines()) == 1
    with pytest.raises(BadValue):
        audit_export.export_audit(
            *where, office.clock(), tmp_path / "四.csv", since=date(2027, 1, 1), until=date(2026, 1, 1)
        )


def test_details_are_told_in_words(office: OfficeAtWork, tmp_path: Path) -> None:
    people.add_user(
        office.store, office.actor, office.clock(), username="li", full_name="李某", role=Role.COLLECTOR,
        division="220281104", password=PASSWORD, kdf=QUICK,
    )  # fmt: skip
    audit_export.export_audit(office.store, office.actor, office.clock(), tmp_path / "一.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "一.csv").read_bytes().decode("utf-8-sig"))))
    assert (rows[-1][4], rows[-1][6]) == ("添加人员", "区划 220281104，角色 采集员")


def test_a_cut_off_end_is_seen_by_a_printed_head(office: OfficeAtWork) -> None:
    where = (office.store, office.actor)
    office.deliver("一.tif", front("S"), back("S"))
    head = audit_export.audit_head(*where)
    printed = audit_export.parse_head(f" {head.seq}:{head.hash[:8]} {head.hash[8:].upper()} ")
    assert check.check(*where, (printed,)) == ()
    by_hand = audit_export.parse_head(f"{head.seq}:{head.hash[:8]}")
    assert check.check(*where, (by_hand,)) == ()
    misread = replace(by_hand, hash=head.hash[:7] + ("0" if head.hash[7] == "1" else "1"))
    assert [f.code for f in check.check(*where, (misread,))] == ["audit_head_missing"]
    engine = database.writing_engine(office.store.data_dir / folder.DATABASE, office.store.opened_keys.database)
    with engine.begin() as connection:  # somebody with the key and another program
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text("DELETE FROM audit WHERE seq = :seq"), {"seq": head.seq})
    engine.dispose()
    assert [f.code for f in check.check(*where)] == []  # the chain itself is whole
    assert [(f.code, f.ids) for f in check.check(*where, (printed,))] == [("audit_head_missing", (str(head.seq),))]


@pytest.mark.parametrize("typed", ["", "12", "x:" + "0" * 64, "12:" + "0" * 65, "12:" + "0" * 7, "12:" + "g" * 64])
def test_what_is_no_head(typed: str) -> None:
    with pytest.raises(BadValue):
        audit_export.parse_head(typed)
