"""A prefilled form come back: only what was changed is looked at, and the whole once."""

from __future__ import annotations

from typing import Any

from records.tables import Answer
from records.views import AnswerState, RegistrationState, VerifyItem, VerifySheet
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from tests.workflow.test_prefilled import act, next_round, printed
from workflow import prefilled, settings, verify
from workflow.settings import SHOW_ALL_UNTIL

DATE = {"form_date": "2027-02-01"}


def come_back(office: OfficeAtWork, *, doubtful: tuple[str, ...] = (), **values: Any) -> VerifySheet:
    """A form printed for the one child of the office, scanned with these values on it; its draft."""
    office.child("一")
    prefilled.print_forms(*act(office), next_round(office), office.folder / "预填表.pdf")
    (row,) = printed(office)
    on_back = {key: value for key, value in values.items() if key in {"caregiver_phone", "father_phone"}}
    on_front = {key: value for key, value in values.items() if key not in on_back}
    office.deliver("回.tif", front(row.serial, doubtful, **DATE, **on_front), back(row.serial, doubtful, **on_back))
    office.read()
    (sheet,) = office.sheets()
    return sheet


def item(sheet: VerifySheet, key: str) -> VerifyItem:
    return next(each for each in sheet.items if each.key == key)


def reasons(office: OfficeAtWork, registration_id: str, key: str, *codes: str) -> None:
    """What the reader of prefilled pages would have said."""
    with office.store.transaction() as session:
        answer = session.get_one(Answer, (registration_id, key))
        answer.reasons, answer.accepted = list(codes), False


def test_changes_are_looked_at_and_the_rest_stays_folded(office: OfficeAtWork) -> None:
    sheet = come_back(office, doubtful=("school_name", "caregiver_phone"), school_name="蛟河市第一小学")
    reasons(office, sheet.registration_id, "school_name", "changed")
    reasons(office, sheet.registration_id, "caregiver_phone", "changed", "struck_out")
    settings.change_setting(*act(office), SHOW_ALL_UNTIL.key, 50)  # a young store: everything read is looked at
    (sheet,) = office.sheets()
    assert sheet.last_time == "2026年下半年"
    assert sheet.news == ("school_name", "caregiver_phone")
    assert item(sheet, "school_name").last == "黄松甸镇中心小学"
    assert item(sheet, "school_state").last == "小学"
    assert item(sheet, "father_phone").last == "", "printed blank"
    assert item(sheet, "form_date").last is None, "said anew each time"
    assert item(sheet, "guardianship_state").last is None, "judged by the office, not printed"
    assert item(sheet, "child_name").as_printed
    assert not item(sheet, "child_name").shown, "verified last time, nobody wrote over it"
    assert not item(sheet, "form_update").shown, "something was changed: each change is looked at"
    assert sheet.order[:2] == ("school_name", "caregiver_phone")
    assert {"form_date", "guardianship_state", "sign_guardian"} <= set(sheet.order), "written by hand this time"


def test_an_unchanged_form_is_looked_at_once(office: OfficeAtWork) -> None:
    sheet = come_back(office, form_update=["unchanged"])
    assert sheet.news == ()
    assert sheet.notes == (), "that it says the same as last time is no sign of a copy"
    assert sheet.order == ("form_update",)
    assert item(sheet, "form_update").reasons == ("勾了“信息无变化”，印好的内容没有改动",)
    assert [row.to_look_at for row in verify.drafts(office.store, office.actor)] == [1], "the list counts the same"
    verify.confirm(*act(office), sheet.registration_id, "form_update", ["unchanged"])
    done = verify.finish(*act(office), sheet.registration_id)
    assert isinstance(done, verify.Finished)
    assert not done.new_child


def test_nothing_written_and_nothing_ticked_is_asked(office: OfficeAtWork) -> None:
    sheet = come_back(office)
    assert sheet.order == ("form_update",)
    assert item(sheet, "form_update").reasons == ("印好的内容没有改动，也没有勾“信息无变化”",)


def test_a_completed_blank_is_news(office: OfficeAtWork) -> None:
    sheet = come_back(office, father_phone="13904320009")
    assert sheet.news == ("father_phone",)
    assert item(sheet, "father_phone").last == ""


def test_a_missing_side_is_no_news(office: OfficeAtWork) -> None:
    office.child("一")
    prefilled.print_forms(*act(office), next_round(office), office.folder / "预填表.pdf")
    (row,) = printed(office)
    office.deliver("回.tif", front(row.serial, (), **DATE, form_update=["unchanged"]))
    office.read()
    (sheet,) = office.sheets()
    assert sheet.news == ()
    assert sheet.order[0] == "form_update"
    assert item(sheet, "father_name").last == "欧阳松"
    assert sheet.notes[0].startswith("缺反面")


def test_an_ordinary_form_has_no_last_time(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("A0000001"), back("A0000001"))
    office.read()
    (sheet,) = office.sheets()
    assert (sheet.last_time, sheet.news) == ("", ())
    assert all(each.last is None and not each.as_printed for each in sheet.items)
    assert sheet.state is RegistrationState.DRAFT


def test_what_a_person_answered_is_compared_with_what_was_printed(office: OfficeAtWork) -> None:
    sheet = come_back(office, doubtful=("school_name",), school_name="蛟河市第一小学")
    verify.confirm(*act(office), sheet.registration_id, "school_name", "黄松甸镇中心小学")
    (sheet,) = office.sheets()
    assert item(sheet, "school_name").state is AnswerState.CORRECTED
    assert sheet.news == (), "the pen was no change after all"
    assert "form_update" in sheet.order
