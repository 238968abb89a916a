"""Looking, answering, undoing, finishing: every step leaves its trace and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from forms.kinds import JsonValue
from forms.values import FieldError
from records import registration_rows
from records.views import AnswerState, RegistrationState, ValueSource, VerifyItem, VerifySheet
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, back, front
from workflow import (
    arranging,
    child_page,
    children,
    mandatory,
    settings,
    verify,
    visits,
)
from workflow.errors import BadValue, NotFinished, NotFound, WrongState


def one_sheet(office: OfficeAtWork, *doubtful: str, **values: JsonValue) -> VerifySheet:
    office.deliver("一.tif", front("S", doubtful, **values), back("S", doubtful))
    office.read()
    (sheet,) = office.sheets()
    return sheet


def item(office: OfficeAtWork, sheet: VerifySheet, key: str) -> VerifyItem:
    fresh = verify.sheet(office.store, office.actor, sheet.registration_id)
    return next(i for i in fresh.items if i.key == key)


def trusted(office: OfficeAtWork, percent: int = 0) -> None:
    """A store that trusts its reader: only doubts are shown, and ``percent`` of the rest."""
    settings.change_setting(office.store, office.actor, office.clock(), "show_all_until", 0)
    settings.change_setting(office.store, office.actor, office.clock(), "recheck_percent", percent)


# -- what is shown ----------------------------------------------------------------------------------------------------


def test_a_new_store_shows_everything_that_is_filled_or_required(office: OfficeAtWork) -> None:
    sheet = one_sheet(office, child_phone="13904320002", school_grade=None, child_ethnic_group=None)
    shown = {i.key for i in sheet.items if i.shown}
    assert {"child_name", "child_phone", "father_name", "sign_guardian"} <= shown
    assert "child_ethnic_group" in shown, "required and blank"
    assert "school_grade" not in shown
    assert set(sheet.order) == shown


def test_a_trusted_store_folds_what_is_accepted(office: OfficeAtWork) -> None:
    trusted(office)
    sheet = one_sheet(office, "child_name", "mother_name")
    assert sheet.order == ("child_name", "mother_name")
    assert not item(office, sheet, "child_name").accepted
    assert item(office, sheet, "child_id_number").accepted
    assert item(office, sheet, "child_name").reasons == ("字迹看不准",)


def test_some_of_what_is_folded_is_shown_all_the_same(office: OfficeAtWork) -> None:
    trusted(office, percent=100)
    sheet = one_sheet(office)
    filled = [i for i in sheet.items if i.text]
    assert all(i.shown and i.accepted for i in filled)
    assert all("请看一眼" in i.reasons for i in filled)
    assert not any("抽查" in reason for i in filled for reason in i.reasons), "who knows a test looks differently"


def test_doubts_come_first(office: OfficeAtWork) -> None:
    sheet = one_sheet(office, "school_name", "caregiver_phone")
    assert sheet.order[:2] == ("school_name", "caregiver_phone")


def test_what_a_missing_side_must_say_is_shown(office: OfficeAtWork) -> None:
    trusted(office)
    office.deliver("正.jpg", front())
    office.read()
    (sheet,) = office.sheets()
    wanted = item(office, sheet, "caregiver_name")
    assert (wanted.shown, wanted.accepted, wanted.page_id) == (True, False, None)
    assert wanted.reasons == ("这一面没有扫描",)


# -- answering --------------------------------------------------------------------------------------------------------


def test_the_same_value_confirms_another_corrects(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    for key, value, state in (
        ("child_name", "欧阳雪", AnswerState.CONFIRMED),
        ("school_name", "黄松甸镇中心校", AnswerState.CORRECTED),
        ("child_sex", ["1"], AnswerState.CORRECTED),
        ("school_grade", None, AnswerState.CONFIRMED),
        ("school_boarding", [], AnswerState.CONFIRMED),
    ):
        verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, key, value)
        assert item(office, sheet, key).state is state
    assert item(office, sheet, "school_name").text == "黄松甸镇中心校"
    assert item(office, sheet, "child_sex").text == "男"


def test_blank_on_paper_is_confirmed(office: OfficeAtWork) -> None:
    sheet = one_sheet(office, child_ethnic_group=None)
    verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, "child_ethnic_group", None)
    assert item(office, sheet, "child_ethnic_group").state is AnswerState.CONFIRMED


def test_a_value_that_does_not_fit_is_refused(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    wrong: dict[str, JsonValue] = {
        "child_id_number": "220284201801010024",
        "child_sex": ["1", "2"],
        "form_date": "2026-13-40",
        "child_ethnic_group": "999",
        "child_phone": {"division": "1"},
    }
    for key, value in wrong.items():
        with pytest.raises(BadValue):
            verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, key, value)
        assert item(office, sheet, key).state is AnswerState.MACHINE
    with pytest.raises(NotFound):
        verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, "no_such_key", "1")


def test_a_correction_needs_its_explanation(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    where = (office.store, office.actor, office.clock(), sheet.registration_id, "school_name", "二小")
    with pytest.raises(BadValue, match="说明"):
        verify.confirm(*where, source=ValueSource.CORRECTION)
    verify.confirm(*where, source=ValueSource.CORRECTION, note="转学")
    assert item(office, sheet, "school_name").source is ValueSource.CORRECTION


def test_typed_values_are_parsed_by_kind(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    assert verify.parse_typed(item(office, sheet, "child_birth_date"), "2018.1.2") == "2018-01-02"
    assert verify.parse_typed(item(office, sheet, "child_sex"), "男") == ["1"]
    assert verify.parse_typed(item(office, sheet, "child_ethnic_group"), "朝鲜族") == "10"
    with pytest.raises(FieldError):
        verify.parse_typed(item(office, sheet, "child_id_number"), "123")


def test_undo_leads_back_step_by_step(office: OfficeAtWork) -> None:
    sheet = one_sheet(office, child_phone=None)
    before = verify.sheet(office.store, office.actor, sheet.registration_id)
    steps = [("child_name", "欧阳霜"), ("child_phone", "13904320002"), ("child_name", "欧阳雪")]
    seen = []
    for key, value in steps:
        seen.append(verify.sheet(office.store, office.actor, sheet.registration_id))
        verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, key, value)
    verify.mark(office.store, office.actor, office.clock(), sheet.registration_id, "school_name", AnswerState.ASK)
    verify.undo(office.store, office.actor, office.clock(), sheet.registration_id)
    for earlier in reversed(seen):
        changes = verify.undo(office.store, office.actor, office.clock(), sheet.registration_id)
        assert changes.registrations == {sheet.registration_id}
        assert verify.sheet(office.store, office.actor, sheet.registration_id).items == earlier.items
    assert not verify.undo(office.store, office.actor, office.clock(), sheet.registration_id)
    assert verify.sheet(office.store, office.actor, sheet.registration_id).items == before.items


def test_history_keeps_every_step(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, "child_name", "欧阳霜")
    verify.undo(office.store, office.actor, office.clock(), sheet.registration_id)
    with office.store.session() as session:
        events = registration_rows.events_of(session, sheet.registration_id)
        told = [(e.number, e.from_value, e.to_value, e.undoes, e.by) for e in events]
        assert all(e.reading_id for e in events)
    who = office.actor.user_id
    assert told == [(1, "欧阳雪", "欧阳霜", None, who), (2, "欧阳霜", "欧阳雪", 1, who)]


# -- finishing --------------------------------------------------------------------------------------------------------


def test_nothing_is_finished_before_everything_shown_is_answered(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    for key in sheet.order[:-1]:
        verify.confirm(
            office.store, office.actor, office.clock(), sheet.registration_id, key, item(office, sheet, key).value
        )
    with pytest.raises(NotFinished) as refused:
        verify.finish(office.store, office.actor, office.clock(), sheet.registration_id)
    assert refused.value.keys == sheet.order[-1:]
    assert item(office, sheet, sheet.order[0]).state is AnswerState.CONFIRMED


def test_to_be_asked_is_no_answer_but_illegible_is(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    office.answer_all(sheet)
    where = (office.store, office.actor, office.clock(), sheet.registration_id)
    verify.mark(*where, "school_name", AnswerState.ASK)
    with pytest.raises(NotFinished) as refused:
        verify.finish(*where)
    assert refused.value.keys == ("school_name",)
    verify.mark(*where, "school_name", AnswerState.ILLEGIBLE)
    assert isinstance(verify.finish(*where), verify.Finished)


def test_contradictions_block_warnings_do_not(office: OfficeAtWork) -> None:
    sheet = one_sheet(office, child_birth_date="2018-02-01", child_accompanied=None)
    assert {f.severity for f in sheet.findings} >= {"error", "warning"}
    office.answer_all(sheet)
    where = (office.store, office.actor, office.clock(), sheet.registration_id)
    with pytest.raises(NotFinished) as refused:
        verify.finish(*where)
    assert refused.value.keys == ()
    assert any("child_birth_date" in f.keys for f in refused.value.findings)
    verify.confirm(*where, "child_birth_date", "2018-01-01")
    assert isinstance(verify.finish(*where), verify.Finished)


def test_verified_makes_a_child_and_is_left_alone(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    done = office.verified(sheet)
    assert done.new_child
    (row,) = children.children(office.store, office.actor)
    assert (row.child_id, row.name, row.sex, row.age) == (done.child_id, "欧阳雪", "女", 8)
    assert row.id_number_masked.startswith("2202842018")
    assert "1010023" not in row.id_number_masked
    assert row.residence == "吉林省吉林市蛟河市黄松甸镇"
    assert row.archive_number == sheet.place.archive_number
    assert office.sheets() == []
    with pytest.raises(WrongState):
        verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, "child_name", "别人")


def test_an_equal_id_number_attaches(office: OfficeAtWork) -> None:
    first = office.verified(one_sheet(office))
    office.deliver("二.tif", front("T", form_date="2026-11-01", child_name="欧阳雪儿"), back("T"))
    office.read()
    (sheet,) = office.sheets()
    second = office.verified(sheet)
    assert (second.child_id, second.new_child) == (first.child_id, False)
    (row,) = children.children(office.store, office.actor)
    assert (row.name, row.registration_id) == ("欧阳雪儿", sheet.registration_id)


def test_the_current_registration_goes_by_the_forms_date(office: OfficeAtWork) -> None:
    newer = one_sheet(office, form_date="2026-10-12")
    office.verified(newer)
    office.deliver("旧.tif", front("T", form_date="2026-03-01", school_name="旧校"), back("T"))
    office.read()
    (older,) = office.sheets()
    office.verified(older)
    (row,) = children.children(office.store, office.actor)
    assert row.registration_id == newer.registration_id


def test_equal_name_and_birth_date_ask(office: OfficeAtWork) -> None:
    without: dict[str, Any] = {"child_id_number": None, "child_registered": ["no"], "child_household": None}
    first = office.verified(one_sheet(office, **without))
    office.deliver("二.tif", front("T", form_date="2026-11-01", **without), back("T"))
    office.deliver("三.tif", front("U", form_date="2026-11-02", **without), back("U"))
    office.read()
    second, third = office.sheets()
    office.answer_all(second)
    asked = verify.finish(office.store, office.actor, office.clock(), second.registration_id)
    assert isinstance(asked, verify.AskSameChild)
    assert [c.child_id for c in asked.candidates] == [first.child_id]
    assert len(office.sheets()) == 2, "nothing was saved"
    same = verify.finish(office.store, office.actor, office.clock(), second.registration_id, same_child=first.child_id)
    assert isinstance(same, verify.Finished)
    assert same.child_id == first.child_id
    other = office.verified(third, verify.NEW_CHILD)
    assert other.new_child
    assert len(children.children(office.store, office.actor)) == 2


def test_a_choice_that_was_made_for_another_birth_date_attaches_nothing(office: OfficeAtWork) -> None:
    without: dict[str, Any] = {"child_id_number": None, "child_registered": ["no"], "child_household": None}
    first = office.verified(one_sheet(office, **without))
    office.deliver("二.tif", front("T", form_date="2026-11-01", **without), back("T"))
    office.read()
    (second,) = office.sheets()
    office.answer_all(second)
    where = (office.store, office.actor, office.clock(), second.registration_id)
    assert isinstance(verify.finish(*where), verify.AskSameChild)
    verify.confirm(*where, "child_birth_date", "2018-02-01")  # while the question stood on the screen
    with pytest.raises(WrongState, match="对不上"):
        verify.finish(*where, same_child=first.child_id)
    assert [c.registration_id for c in children.children(office.store, office.actor)] != [second.registration_id]
    assert len(office.sheets()) == 1, "nothing was saved"


def test_reopened_it_can_be_corrected_and_finished_again(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    done = office.verified(sheet)
    where = (office.store, office.actor, office.clock(), sheet.registration_id)
    with pytest.raises(BadValue):
        verify.reopen(*where, " ")
    verify.reopen(*where, "姓名写错")
    (again,) = office.sheets()
    assert again.state is RegistrationState.DRAFT
    assert any("姓名写错" in note for note in again.notes)
    verify.confirm(*where, "child_name", "欧阳霜")
    finished = verify.finish(*where)
    assert isinstance(finished, verify.Finished)
    assert (finished.child_id, finished.new_child) == (done.child_id, False)
    assert [c.name for c in children.children(office.store, office.actor)] == ["欧阳霜"]


def test_children_are_found_by_what_people_type(office: OfficeAtWork) -> None:
    sheet = one_sheet(office)
    office.verified(sheet)
    for typed in ("欧阳", "雪", "ouyang", "oyx", "220284", sheet.place.archive_number, "OUYANG XUE", ""):
        assert len(children.children(office.store, office.actor, search=typed)) == 1, typed
    for typed in ("王", "%", "_", "'; DROP TABLE children; --"):
        assert children.children(office.store, office.actor, search=typed) == (), typed


# -- sides by hand ----------------------------------------------------------------------------------------------------


def pages_on(sheet: VerifySheet) -> list[str]:
    return [page.page_id for page in sheet.pages]


def test_a_person_joins_and_parts_sides(office: OfficeAtWork) -> None:
    office.deliver("正.jpg", front())
    office.deliver("反.jpg", back())
    office.read()
    first, second = office.sheets()
    arranging.put(office.store, office.actor, office.clock(), pages_on(second), first.registration_id)
    (sheet,) = office.sheets()
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert sheet.place.archive_number == first.place.archive_number
    assert item(office, sheet, "father_name").text == "欧阳松"

    arranging.apart(office.store, office.actor, office.clock(), pages_on(sheet)[1:])
    assert {tuple(p.form_page for p in s.pages) for s in office.sheets()} == {(1,), (2,)}
    office.read()
    assert len(office.sheets()) == 2, "what a person parted stays apart"


def test_the_history_of_the_other_side_is_not_lost_by_joining(office: OfficeAtWork) -> None:
    office.deliver("正.jpg", front())
    office.deliver("反.jpg", back())
    office.read()
    first, second = office.sheets()
    verify.confirm(office.store, office.actor, office.clock(), second.registration_id, "father_name", "欧阳松")
    with pytest.raises(WrongState, match="核对过的栏目"):
        arranging.put(office.store, office.actor, office.clock(), pages_on(second), first.registration_id)
    arranging.put(office.store, office.actor, office.clock(), pages_on(first), second.registration_id)
    (sheet,) = office.sheets()
    assert item(office, sheet, "father_name").state is AnswerState.CONFIRMED
    assert item(office, sheet, "child_name").value == CHILD["child_name"]


# -- opened again -----------------------------------------------------------------------------------------------------

SISTER = {"child_name": "欧阳雨", "child_id_number": "22028420200101002X", "child_birth_date": "2020-01-01"}


def test_opened_again_it_may_turn_out_to_be_somebody_else(office: OfficeAtWork) -> None:
    """A form that was given to the wrong child by a misread number: the other forms of that child say who it is."""
    child = office.child("一")
    assert office.child("二", form_date="2026-11-12") == child
    page = child_page.child_page(office.store, office.actor, child, date(2026, 11, 12))
    newest = page.registrations[0].registration_id
    where = (office.store, office.actor, office.clock(), newest)
    verify.reopen(*where, "号码看错了")
    for key, value in SISTER.items():
        verify.confirm(*where, key, value)
    asked = verify.finish(*where)
    assert isinstance(asked, verify.AskSameChild)
    assert [c.child_id for c in asked.candidates] == [child]
    done = verify.finish(*where, same_child=verify.NEW_CHILD)
    assert isinstance(done, verify.Finished)
    assert done.new_child
    assert done.changes.children == {child, done.child_id}
    names = {row.child_id: row.name for row in children.children(office.store, office.actor)}
    assert names == {child: "欧阳雪", done.child_id: "欧阳雨"}


def test_a_name_put_right_stays_the_same_child(office: OfficeAtWork) -> None:
    child = office.child("一")
    (row,) = children.children(office.store, office.actor)
    where = (office.store, office.actor, office.clock(), row.registration_id)
    verify.reopen(*where, "名字看错了")
    verify.confirm(*where, "child_name", "欧阳雷")
    verify.confirm(*where, "child_id_number", None)
    done = verify.finish(*where)
    assert isinstance(done, verify.Finished)
    assert (done.child_id, done.new_child) == (child, False)


def test_a_case_and_a_visit_do_not_wait_for_a_form_that_is_opened_again(office: OfficeAtWork) -> None:
    child = office.child("一")
    (row,) = children.children(office.store, office.actor)
    mandatory.raise_case(office.store, office.actor, office.clock(), child, "separated", "独自居住")
    day = date(2027, 12, 1)
    assert [due.child_id for due in visits.due(office.store, office.actor, day)] == [child]
    verify.reopen(office.store, office.actor, office.clock(), row.registration_id, "再看一遍")
    assert children.children(office.store, office.actor) == ()
    assert [case.child_id for case in mandatory.open_cases(office.store, office.actor)] == [child]
    assert [due.child_id for due in visits.due(office.store, office.actor, day)] == [child]
    elsewhere = replace(office.actor, division="220281105")
    assert mandatory.open_cases(office.store, elsewhere) == ()
    assert visits.due(office.store, elsewhere, day) == ()
