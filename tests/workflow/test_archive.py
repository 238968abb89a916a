"""纸质档案: what lies where, putting many papers away at once, boxes that move, and the list in the box."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from sqlalchemy import select

from records import archive_rows
from records.archive_rows import NOWHERE, Whose
from records.tables import AuditEntry, Dossier
from records.views import ChildRow, Role
from records.views_archive import PaperRow
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front, visit_record
from tests.workflow.two_offices import Two, two
from workflow import (
    archive,
    child_page,
    children,
    concerns,
    cross_reference,
    dossiers,
    moves,
    placing,
)
from workflow.cross_reference import Place
from workflow.errors import BadValue, NotAllowed, NotFound, NotWritten, WrongState

__all__ = ["two"]  # a fixture

AGAIN: dict[str, Any] = {
    "child_name": "曾柔",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def lying(office: OfficeAtWork, where: str = "") -> tuple[PaperRow, ...]:
    return archive.papers(office.store, office.actor, where).rows


def known(office: OfficeAtWork) -> tuple[ChildRow, ...]:
    return children.children(office.store, office.actor)


def box(office: OfficeAtWork, number: str) -> str:
    (found,) = [row.key for row in archive.shelves(office.store, office.actor).boxes if row.number == number]
    return found


def test_paper_without_a_place_is_put_into_a_box_all_at_once(office: OfficeAtWork) -> None:
    first, second = office.child("一"), office.child("二", **AGAIN)
    office.deliver("三.tif", front("S9", child_id_number=None), back("S9"))
    office.read()
    rows = lying(office)
    assert [row.archive_number[-4:] for row in rows] == ["0001", "0002", "0003"]
    assert [(row.name, row.verified) for row in rows] == [("欧阳雪", True), ("曾柔", True), ("", False)]
    assert [row.child_id for row in rows] == [first, second, ""]
    assert all(row.pages == 2 and row.title == "吉林省流动儿童基本情况登记表" for row in rows)
    assert rows[0].on == date(2026, 10, 12)
    shelves = archive.shelves(office.store, office.actor)
    assert (shelves.boxes, shelves.without, shelves.more) == ((), 3, False)

    done = archive.put_away(*act(office), [row.row_id for row in rows[:2]], Place(storeroom="1", rack="2", box="3"))
    assert done.registrations == {row.registration_id for row in rows[:2]}
    assert done.children == {first, second}
    (shelf,) = archive.shelves(office.store, office.actor).boxes
    assert shelf.words == "3盒（1库房2架）"
    assert [row.row_id for row in lying(office, shelf.key)] == [row.row_id for row in rows[:2]]
    assert lying(office, shelf.key)[0].location == "1库房2架3盒"
    assert [row.row_id for row in lying(office)] == [rows[2].row_id]

    archive.put_away(*act(office), [rows[0].row_id], Place())
    assert {row.row_id for row in lying(office)} == {rows[0].row_id, rows[2].row_id}


def test_a_shelf_without_boxes_is_a_place_too(office: OfficeAtWork) -> None:
    office.child("一")
    (row,) = lying(office)
    archive.put_away(*act(office), [row.row_id], Place(rack=" 2 "))
    (shelf,) = archive.shelves(office.store, office.actor).boxes
    assert (shelf.words, shelf.number) == ("2架", "")
    assert [found.row_id for found in lying(office, shelf.key)] == [row.row_id]
    assert lying(office) == ()


def test_boxes_stand_as_one_walks_along_them(office: OfficeAtWork) -> None:
    for number in range(3):
        office.child(str(number), **(AGAIN if number == 1 else {"form_date": f"2026-10-{12 + number}"}))
    ids = [row.row_id for row in lying(office)]
    for row_id, label in zip(ids, ("10", "9", "甲"), strict=True):
        archive.put_away(*act(office), [row_id], Place(box=label))
    assert [row.words for row in archive.shelves(office.store, office.actor).boxes] == ["甲盒", "9盒", "10盒"]


def test_nothing_is_put_away_when_one_is_gone(office: OfficeAtWork) -> None:
    office.child("一")
    (row,) = lying(office)
    with pytest.raises(NotFound, match="一份都没有改"):
        archive.put_away(*act(office), [row.row_id, "nobody"], Place(box="1"))
    with pytest.raises(BadValue, match="20 个字"):
        archive.put_away(*act(office), [row.row_id], Place(box="一" * 21))
    assert [found.row_id for found in lying(office)] == [row.row_id]
    assert archive.shelves(office.store, office.actor).boxes == ()


def with_dossier(office: OfficeAtWork) -> tuple[str, str, str]:
    """A child of key concern with an empty dossier: child, dossier, registration."""
    child = office.child("一", health_body=["disabled"])
    ((one,),) = [row.concerns for row in concerns.proposed(office.store, office.actor)]
    concerns.confirm(*act(office), one.concern_id)
    _, dossier = dossiers.open_dossier(*act(office), child)
    return child, dossier, known(office)[0].registration_id


def test_a_dossier_goes_as_a_whole(office: OfficeAtWork) -> None:
    child, dossier, registration = with_dossier(office)
    form, whole = lying(office)
    assert (whole.row_id, whole.dossier, whole.child_id, whole.name) == (dossier, True, child, "欧阳雪")
    assert whole.title.endswith("（还没有归入）")
    with pytest.raises(WrongState, match="要写明盒号"):
        archive.put_away(*act(office), [dossier], Place(rack="2"))
    archive.put_away(*act(office), [dossier], Place(box="5"))
    shown = child_page.child_page(office.store, office.actor, child, office.clock().date()).dossier
    assert shown is not None
    assert shown.location == "5盒", "also while nothing lies in it"
    assert [row.row_id for row in lying(office)] == [form.row_id]

    dossiers.put_in(*act(office), dossier, registration)
    assert lying(office) == (), "the form lies in the dossier, and that in a box"
    (inside,) = lying(office, box(office, "5"))
    assert (inside.row_id, inside.pages, inside.title) == (dossier, 2, "重点关爱服务对象案卷（1 件）")
    with pytest.raises(NotFound):
        archive.put_away(*act(office), [form.row_id], Place(box="6"))
    archive.put_away(*act(office), [dossier], Place(rack="2"))
    (shelf,) = archive.shelves(office.store, office.actor).boxes
    assert [row.location for row in lying(office, shelf.key)] == ["2架"]
    dossiers.take_out(*act(office), dossier, registration)
    assert [row.row_id for row in lying(office)] == [form.row_id], "the dossier keeps its shelf"


def test_a_box_moves_with_what_is_in_it(office: OfficeAtWork) -> None:
    first, second = office.child("一"), office.child("二", **AGAIN)
    one, two = (row.row_id for row in lying(office))
    archive.put_away(*act(office), [one], Place(rack="1", box="3"))
    archive.put_away(*act(office), [two], Place(rack="2", box="3"))
    here, there = (row.key for row in archive.shelves(office.store, office.actor).boxes)
    with pytest.raises(WrongState, match="已经有一个3盒"):
        archive.move_box(*act(office), here, Place(rack="2"))
    done = archive.move_box(*act(office), here, Place(rack="4", box="99"))
    assert done.registrations == {row.registration_id for row in known(office) if row.child_id == first}
    (moved,) = [row.key for row in archive.shelves(office.store, office.actor).boxes if row.location == "4架"]
    assert [row.location for row in lying(office, moved)] == ["4架3盒"], "its number stays"
    assert [row.location for row in lying(office, there)] == ["2架3盒"]
    assert second
    for gone in ("box:nobody", "shelf:nobody", ""):
        with pytest.raises(NotFound):
            archive.move_box(*act(office), gone, Place(rack="7"))


def test_a_box_goes_where_one_of_its_number_stood_before(office: OfficeAtWork) -> None:
    office.child("一")
    (row,) = lying(office)
    archive.put_away(*act(office), [row.row_id], Place(rack="1", box="3"))
    for rack in ("2", "1", "1"):
        archive.move_box(*act(office), box(office, "3"), Place(rack=rack))
        assert lying(office, box(office, "3"))[0].location == f"{rack}架3盒"


def test_a_dossier_moves_with_its_box(office: OfficeAtWork) -> None:
    child, dossier, _registration = with_dossier(office)
    archive.put_away(*act(office), [dossier], Place(box="5"))
    done = archive.move_box(*act(office), box(office, "5"), Place(rack="2"))
    assert done.children == {child}
    assert [row.location for row in lying(office, box(office, "5"))] == ["2架5盒"]


def test_found_by_its_number_in_any_style(office: OfficeAtWork) -> None:
    _child, dossier, _registration = with_dossier(office)
    form, whole = lying(office)
    for typed, row in ((form.archive_number, form), (whole.archive_number, whole)):
        assert archive.numbered(office.store, office.actor, typed) == row.row_id
        assert archive.numbered(office.store, office.actor, typed.replace("·", "．").replace("-", "－")) == row.row_id
    assert archive.numbered(office.store, office.actor, form.archive_number[:-1] + "9") is None
    with pytest.raises(BadValue):
        archive.numbered(office.store, office.actor, "三号盒")
    assert dossier == whole.row_id


def test_a_dossier_that_lost_its_number_hides_no_other(office: OfficeAtWork) -> None:
    """Another office's disk died, its number was given again, and the child was merged into one of this office's."""
    _, dossier, _ = with_dossier(office)
    (number,) = [row.archive_number for row in lying(office) if row.row_id == dossier]
    other = office.child("又", **AGAIN)
    with office.store.transaction() as session:
        lost = Dossier(
            id=office.store.new_id(), archive_number=f"{number}（旧a1b2c3）", title="甲", child_id=other,
            opened_on=date(2026, 1, 1),
        )  # fmt: skip
        session.add(lost)
    assert archive.numbered(office.store, office.actor, number) == dossier
    assert archive.numbered(office.store, office.actor, number[:-1] + "9") is None


def test_paper_that_is_no_form_has_its_place_by_itself(office: OfficeAtWork) -> None:
    child = office.child("一")
    office.deliver("走访.jpg", visit_record("V"))
    office.read()
    (paper,) = placing.waiting(office.store, office.actor)
    placing.record_visit_form(*act(office), paper.page_id, child, {})
    assert [(row.title, row.pages, row.verified) for row in lying(office)][1:] == [
        ("重点关爱服务对象入户走访记录表", 1, True)
    ]


# -- whose ------------------------------------------------------------------------------------------------------------


def test_what_lies_elsewhere_is_not_there(office: OfficeAtWork) -> None:
    _child, dossier, _registration = with_dossier(office)
    form, _whole = lying(office)
    archive.put_away(*act(office), [form.row_id], Place(box="1"))
    key = box(office, "1")
    away = replace(office.actor, division="220281105", role=Role.ARCHIVIST)
    assert archive.papers(office.store, away).rows == ()
    assert archive.papers(office.store, away, key).rows == ()
    assert archive.shelves(office.store, away).boxes == ()
    assert archive.numbered(office.store, away, form.archive_number) is None
    for row_id in (form.row_id, dossier):
        with pytest.raises(NotFound):
            archive.put_away(office.store, away, office.clock(), [row_id], Place(box="2"))
    with pytest.raises(NotAllowed):
        archive.move_box(office.store, away, office.clock(), key, Place(rack="2"))


def test_paper_of_another_office_stays_with_it(two: Two) -> None:
    two.town.child("一")
    (row,) = lying(two.town)
    archive.put_away(*act(two.town), [row.row_id], Place(box="1"))
    two.take(two.make("一.tdhandover"))
    assert [child.location for child in known(two.county)] == ["1盒"], "it is said where the paper is"
    assert lying(two.county) == ()
    assert archive.shelves(two.county.store, two.county.actor).boxes == ()
    assert archive.numbered(two.county.store, two.county.actor, row.archive_number) is None


def test_only_its_owner_says_where_paper_lies(two: Two) -> None:
    _child, dossier, registration = with_dossier(two.town)
    two.take(two.make("一.tdhandover"))
    tried: tuple[Callable[[], object], ...] = (
        lambda: cross_reference.set_location(*act(two.county), [registration], Place(box="9")),
        lambda: dossiers.set_dossier_location(*act(two.county), dossier, Place(box="9")),
        lambda: dossiers.put_in(*act(two.county), dossier, registration),
    )
    for each in tried:
        with pytest.raises(WrongState, match="不能直接改"):
            each()
    assert [row.location for row in known(two.county)] == [""]


def test_a_box_of_another_office_with_the_same_number_stays(two: Two) -> None:
    two.town.child("一")
    archive.put_away(*act(two.town), [row.row_id for row in lying(two.town)], Place(box="1"))
    two.take(two.make("一.tdhandover"))
    two.county.child("二", **AGAIN)
    (own,) = lying(two.county)
    archive.put_away(*act(two.county), [own.row_id], Place(box="1"))
    archive.move_box(*act(two.county), box(two.county, "1"), Place(rack="2"))
    assert {row.name: row.location for row in known(two.county)} == {"曾柔": "2架1盒", "欧阳雪": "1盒"}


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_of_a_box(office: OfficeAtWork, tmp_path: Path) -> None:
    office.child("一")
    office.deliver("二.tif", front("S9", child_id_number=None), back("S9"))
    office.read()
    archive.put_away(*act(office), [row.row_id for row in lying(office)], Place(storeroom="1", box="3"))
    out = tmp_path / "目录.pdf"
    written = archive.write_list(*act(office), box(office, "3"), out)
    assert written.lines == 2
    with pdfplumber.open(io.BytesIO(out.read_bytes())) as pdf:
        words = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    for said in ("归档文件目录", "3盒（1库房）", "责任者", "（欧阳雪）", "20261012", "未核对", "第 1 页 共 1 页"):
        assert said in words, said
    with office.store.session() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "archive.list")).one()
    assert "欧阳雪" not in str(entry.detail)


def test_no_list_of_nothing(office: OfficeAtWork, tmp_path: Path) -> None:
    office.child("一")
    out = tmp_path / "目录.pdf"
    for nothing in ("", "box:nobody"):
        with pytest.raises(BadValue, match="没有写出目录"):
            archive.write_list(*act(office), nothing, out)
    archive.put_away(*act(office), [row.row_id for row in lying(office)], Place(box="3"))
    with pytest.raises(NotWritten):
        archive.write_list(*act(office), box(office, "3"), tmp_path / "没有" / "目录.pdf")
    assert not out.exists()


def test_more_than_a_box_holds_is_said(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("一", "二", "三"):
        office.child(name, **(AGAIN if name == "二" else {"form_date": f"2026-10-{len(name)}2"}))
    monkeypatch.setattr(archive, "MOST", 2)
    monkeypatch.setattr(archive_rows, "MOST", 2)
    shelves = archive.shelves(office.store, office.actor)
    assert (shelves.without, shelves.more) == (2, True)
    found = archive.papers(office.store, office.actor)
    assert (len(found.rows), found.more) == (2, True)
    whose = Whose(office.store.store_id, office.actor.division)
    with office.store.session() as session:
        assert len(archive_rows.items_at(session, whose, NOWHERE)) == 3
    # children that left the list keep their paper
    moves.exit_child(*act(office), known(office)[0].child_id, "home", date(2026, 10, 12))
    assert archive.shelves(office.store, office.actor).without == 2
