"""Forms printed with last round's values: by village, nothing judged on them, known when they come back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from forms.prefill import is_prefilled
from records.tables import Child, PrintedForm
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD
from workflow import prefilled, rounds
from workflow.errors import BadValue, NotWritten

DAYS: dict[str, Any] = {"as_of": date(2027, 6, 30), "opens": date(2027, 1, 1), "closes": date(2027, 6, 30)}
SECOND: dict[str, Any] = {
    "child_name": "欧阳雨",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
    "child_residence": {"division": "220281104200", "detail": "一组"},
}
JUDGED: dict[str, Any] = {
    "concern_criteria": ["abuse"],
    "concern_listed": ["yes"],
    "guardianship_state": ["risk"],
    "health_body": ["ill"],
    "health_illness": "哮喘",
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def next_round(office: OfficeAtWork) -> str:
    (row,) = rounds.rounds(office.store, office.actor)
    rounds.close_round(*act(office), row.round_id)
    return rounds.open_round(*act(office), name="2027年上半年", **DAYS)[1]


def printed(office: OfficeAtWork) -> list[PrintedForm]:
    with office.store.session() as session:
        return list(session.scalars(select(PrintedForm).order_by(PrintedForm.id)))


def text_of(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_printed_by_village_without_what_is_judged(office: OfficeAtWork) -> None:
    in_village = office.child("二", **SECOND)
    in_town = office.child("一", **JUDGED)
    round_id = next_round(office)
    path = office.folder / "预填表.pdf"
    written = prefilled.print_forms(*act(office), round_id, path)
    assert written.copies == 2
    assert written.changes.children == {in_village, in_town}
    assert [row.child_id for row in printed(office)] == [in_town, in_village], "by the codes of the divisions"
    pages = text_of(path)
    assert len(pages) == 4
    assert "欧阳雪" in pages[0].replace("\r\n", "")
    assert "哮喘" in pages[0] + pages[1]
    row = printed(office)[0]
    assert is_prefilled(row.serial)
    assert not {"concern_criteria", "concern_listed", "guardianship_state", "form_date"} & set(row.values)
    assert "health_illness" not in row.values, "extra-sensitive: sealed"
    with office.store.session() as session:
        known = prefilled.printed_by_serial(office.store, session)[row.serial]
    assert (known["health_illness"], known["child_name"]) == ("哮喘", "欧阳雪")
    assert not {"concern_criteria", "guardianship_state"} & set(known)
    assert rounds.progress(office.store, office.actor, round_id).printed == 2
    assert all(r.printed for r in rounds.outstanding(office.store, office.actor, round_id))


def test_one_village_or_one_child_and_nobody(office: OfficeAtWork) -> None:
    one = office.child("一")
    office.child("二", **SECOND)
    round_id = next_round(office)
    path = office.folder / "预填表.pdf"
    assert prefilled.print_forms(*act(office), round_id, path, division="220281104200").copies == 1
    assert prefilled.print_forms(*act(office), round_id, path, child_ids=[one]).copies == 1
    with pytest.raises(BadValue):
        prefilled.print_forms(*act(office), round_id, path, division="220281104201")
    assert len(printed(office)) == 2


def test_what_could_not_be_written_was_not_printed(office: OfficeAtWork) -> None:
    office.child("一")
    round_id = next_round(office)
    with pytest.raises(NotWritten):
        prefilled.print_forms(*act(office), round_id, office.folder / "没有" / "预填表.pdf")
    assert printed(office) == []
    assert rounds.progress(office.store, office.actor, round_id).printed == 0


def test_the_reader_is_told_what_was_printed_until_the_form_is_back(office: OfficeAtWork) -> None:
    child_id = office.child("一", child_id_number=None, child_registered=["no"])
    round_id = next_round(office)
    prefilled.print_forms(*act(office), round_id, office.folder / "预填表.pdf")
    (row,) = printed(office)
    office.pool.told.clear()
    back: dict[str, Any] = {"child_id_number": None, "child_registered": ["no"], "form_date": "2027-02-01"}
    assert office.child(row.serial, form_update=["unchanged"], **back) == child_id
    told = office.pool.told[0].prefilled[row.serial]
    assert (told["child_name"], told["school_state"]) == ("欧阳雪", ["primary"])
    assert told["child_residence"] == CHILD["child_residence"]
    with office.store.session() as session:
        assert prefilled.printed_by_serial(office.store, session) == {}
        assert session.get_one(Child, child_id).residence_division == "220281104"
    assert rounds.progress(office.store, office.actor, round_id).unchanged == 1
