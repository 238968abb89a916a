"""What the office already holds on a family: a witness and an offer, never a value put in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms.kinds import JsonValue, Kind
from ocr.reading import FieldReading, RosterFit
from records import registration_rows
from records.tables import Answer, Child
from records.views import AnswerState, Role, VerifyItem, VerifySheet
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import drafting, earlier_forms, settings, verify
from workflow.earlier_forms import Earlier, witnessed
from workflow.judge_model import EARLIER, KNOWN, group_of
from workflow.judgement import judge, vetoes

PARENT = "220284198501010019"

OFFERED = "本人 2026年下半年登记过"


def reading(key: str, value: JsonValue, **evidence: float) -> FieldReading:
    text = value if isinstance(value, str) else str(value)
    told = {"min_char": 0.7, "mean_char": 0.9, "agreement": 1.0, "registration": 1.0, "typeset": 0.0, **evidence}
    return FieldReading(
        key, text, text, value, 0.7, (0, 0, 9, 9), (0, 0, 9, 9), evidence=told, reasons=("low_confidence",)
    )


def said(**values: JsonValue) -> Earlier:
    return Earlier(values, frozenset(values))


# -- the rule ---------------------------------------------------------------------------------------------------------


def test_the_same_value_is_vouched_for_and_lifts_the_doubt_about_single_characters() -> None:
    (found,) = witnessed([reading("father_name", "欧阳松")], said(father_name="欧阳松"))
    assert found.evidence[EARLIER] == 1
    assert group_of(Kind.NAME, found.evidence) == KNOWN
    assert vetoes(reading("father_name", "欧阳松"), Kind.NAME) == ("low_confidence",)
    assert vetoes(found, Kind.NAME) == ()
    assert judge([found])["father_name"].accepted
    assert not judge([reading("father_name", "欧阳松")])["father_name"].accepted


@pytest.mark.parametrize(
    ("evidence", "looked"),
    [
        ({"agreement": 0.0}, True),  # the constraint or a list had to help
        ({"near": 1.0}, True),  # the page's places decided
        ({"joint_moved": 0.2}, True),  # other ink decided
        ({}, False),  # what a machine read half a year ago can't vouch for the same machine
    ],
)
def test_only_unaided_ink_and_only_what_a_person_has_looked_at(evidence: dict[str, float], looked: bool) -> None:
    earlier = Earlier({"father_name": "欧阳松"}, frozenset({"father_name"} if looked else ()))
    (found,) = witnessed([reading("father_name", "欧阳松", **evidence)], earlier)
    assert EARLIER not in found.evidence


@pytest.mark.parametrize(
    ("key", "now", "before", "near"),
    [
        ("father_name", "唐毓燕", "唐敏燕", True),
        ("father_name", "李强", "欧阳松", False),
        ("caregiver_phone", "13904320007", "13904320001", True),
        ("caregiver_phone", "1390432000", "13904320001", True),
        ("caregiver_phone", "18604411223", "13904320001", False),
        ("child_birth_date", "2018-01-07", "2018-01-01", True),
        ("child_sex", ["1"], ["2"], False),
    ],
)
def test_nearly_the_same_is_rather_a_misreading(key: str, now: JsonValue, before: JsonValue, near: bool) -> None:
    sure = replace(reading(key, now), reasons=())
    (found,) = witnessed([sure], said(**{key: before}))
    assert (earlier_forms.NEARLY in found.reasons) is near
    assert found.value == now
    assert found.text == sure.text
    if near:
        assert not judge([found])[key].accepted


def test_typeset_and_exact_fields_stay_as_they_are() -> None:
    exact = replace(reading("father_name", "唐毓燕"), source="text_layer")
    assert witnessed([exact], said(father_name="唐敏燕")) == (exact,)


# -- in the office ----------------------------------------------------------------------------------------------------


def item(sheet: VerifySheet, key: str) -> VerifyItem:
    return next(i for i in sheet.items if i.key == key)


def first_form(office: OfficeAtWork) -> str:
    """A child's form, every field of which a person has looked at; the child's id."""
    office.deliver("1.tif", front("A1"), back("A1", father_id_number=PARENT))
    office.read()
    (sheet,) = office.sheets()
    return office.verified(sheet).child_id


def second_form(office: OfficeAtWork, *pages: object) -> VerifySheet:
    settings.change_setting(office.store, office.actor, office.clock(), "show_all_until", 0)
    office.deliver("2.tif", *pages)  # type: ignore[arg-type]  # pages of scripted
    office.read()
    (sheet,) = office.sheets()
    return sheet


@pytest.fixture
def honest(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> OfficeAtWork:
    """An office with the real judge, believing the scripted network."""
    numbers = {"models": ()}

    def judged(readings: object, known: object, *, form: object = None, models: object = ()) -> object:
        return judge(readings, known, form=form, **numbers)  # type: ignore[arg-type]  # handed on as they come

    monkeypatch.setattr("workflow.drafting.judge", judged)
    return office


def test_the_reader_is_told_of_the_children_of_its_place(office: OfficeAtWork) -> None:
    assert len(first := office.pool.told) == 0
    child_id = first_form(office)
    assert first[-1].roster is not None
    assert len(first[-1].roster) == 0
    second_form(office, front("B1", child_name="林雾", child_id_number=None, child_birth_date="2017-05-05"), back("B1"))
    roster = office.pool.told[-1].roster
    assert roster is not None
    (entry,) = roster.sharing({"220284201801010023"})
    assert (entry.id, entry.name, entry.birth_date) == (child_id, "欧阳雪", "2018-01-01")


def test_a_child_that_comes_back_needs_fewer_looks_and_its_old_value_is_offered(honest: OfficeAtWork) -> None:
    first_form(honest)
    sheet = second_form(
        honest,
        front("B1", ("child_residence",), child_name="欧阳云"),
        back("B1", ("father_name", "caregiver_name"), father_id_number=PARENT, caregiver_name="孙丽"),
    )
    assert item(sheet, "father_name").accepted
    assert item(sheet, "child_residence").accepted
    caregiver = item(sheet, "caregiver_name")
    assert not caregiver.accepted
    assert [(c.text, c.origin) for c in caregiver.candidates] == [("孙丽", ""), ("林雾凇", OFFERED)]
    name = item(sheet, "child_name")
    assert name.text == "欧阳云"
    assert not name.accepted
    assert "和上次登记只差一点" in name.reasons
    assert name.candidates[-1].value == "欧阳雪"


def test_brothers_and_sisters_share_their_parents_and_not_themselves(honest: OfficeAtWork) -> None:
    first_form(honest)
    sheet = second_form(
        honest,
        front(
            "B1",
            ("child_name", "school_name"),
            child_name="欧阳雷",
            child_id_number=None,
            child_birth_date="2020-02-02",
        ),
        back("B1", ("father_name", "mother_name"), father_id_number=PARENT),
    )
    assert item(sheet, "father_name").accepted
    assert item(sheet, "mother_name").accepted
    assert not item(sheet, "child_name").accepted
    assert not item(sheet, "school_name").accepted
    assert OFFERED not in {c.origin for c in item(sheet, "child_name").candidates}


def test_what_a_machine_alone_read_before_is_no_witness(honest: OfficeAtWork) -> None:
    first_form(honest)
    with honest.store.transaction() as session:
        for row in session.query(Answer).filter(Answer.key == "father_name"):
            row.state = AnswerState.MACHINE
    sheet = second_form(honest, front("B1"), back("B1", ("father_name", "mother_name")))
    assert not item(sheet, "father_name").accepted
    assert item(sheet, "mother_name").accepted


def test_another_place_stays_out_of_it_and_so_do_helpers(honest: OfficeAtWork) -> None:
    child_id = first_form(honest)
    pages = (front("B1", ("school_name",), school_name="拉法街道小学"), back("B1", ("mother_name",)))
    sheet = second_form(honest, *pages)
    assert item(sheet, "mother_name").accepted
    assert OFFERED in {c.origin for c in item(sheet, "school_name").candidates}
    helper = verify.sheet(honest.store, honest.as_role(Role.HELPER), sheet.registration_id)
    assert OFFERED not in {c.origin for i in helper.items for c in i.candidates}
    with honest.store.transaction() as session:
        for row in session.get_one(Child, child_id).registrations:
            row.division = "220284"  # taken in elsewhere
    again = verify.sheet(honest.store, honest.actor, sheet.registration_id)
    assert OFFERED not in {c.origin for i in again.items for c in i.candidates}


def test_a_sheet_that_names_two_children_has_no_earlier_form(honest: OfficeAtWork) -> None:
    first_form(honest)
    other = honest.child("C1", child_name="林雾", child_id_number=None, child_birth_date="2017-05-05")
    sheet = second_form(honest, front("B1"), back("B1"))
    with honest.store.session() as session:
        row = registration_rows.registration(session, sheet.registration_id)
        assert row is not None
        pages = registration_rows.pages_of_registration(session, row.id)
        read = [stored.reading for stored in drafting.readings_of(session, pages).values()]
        assert earlier_forms.earlier_of(session, row, pages, read).values["father_name"] == "欧阳松"
        mixed = [replace(read[0], roster=RosterFit(other, 0.9, ("child_name",))), *read[1:]]
        assert earlier_forms.earlier_of(session, row, pages, mixed).values == {}
