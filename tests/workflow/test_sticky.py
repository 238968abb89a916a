"""What stays the same along a stack: offered from the form before, pinned, never filled in by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from forms.kinds import JsonValue
from records.views import Actor, AnswerState, CandidateView, Role, ValueSource, VerifyItem, VerifySheet
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from tests.workflow.test_prefilled import act
from workflow import settings, sticky, verify
from workflow.errors import BadValue

BLANK: dict[str, Any] = {"form_date": None, "form_division": None}
VILLAGE = "220281104200"


@pytest.fixture
def folded(office: OfficeAtWork) -> OfficeAtWork:
    """Only what is doubtful is shown."""
    for key in ("show_all_until", "recheck_percent"):
        settings.change_setting(*act(office), key, 0)
    return office


def one(office: OfficeAtWork, mark: str, doubtful: tuple[str, ...] = (), **values: JsonValue) -> VerifySheet:
    """One more form of the stack."""
    known = {row.registration_id for row in verify.drafts(office.store, office.actor)}
    office.deliver(f"{mark}.tif", front(mark, doubtful, child_name=f"欧阳{mark}", **values), back(mark))
    office.read()
    return next(s for s in office.sheets() if s.registration_id not in known)


def item(office: OfficeAtWork, sheet: VerifySheet, key: str, actor: Actor | None = None) -> VerifyItem:
    again = verify.sheet(office.store, actor or office.actor, sheet.registration_id)
    return next(each for each in again.items if each.key == key)


def test_the_form_before_is_offered_where_this_one_is_doubtful(folded: OfficeAtWork) -> None:
    one(folded, "甲", form_division=VILLAGE)
    second = one(folded, "乙", ("form_division",), form_division="220281104")
    offered = item(folded, second, "form_division").candidates
    assert offered[0] == CandidateView(offered[0].text, VILLAGE, origin="上一张表")
    assert offered[1].value == "220281104"
    assert item(folded, second, "form_division").value == "220281104", "the ink stays as it was read"
    assert item(folded, second, "form_date").candidates[0].origin == "", "the machine vouches for the date"
    assert all(c.origin == "" for c in item(folded, second, "school_name").candidates), "not of the list"


def test_nothing_comes_from_another_township_another_day_or_an_unsure_reading(folded: OfficeAtWork) -> None:
    one(folded, "甲", ("form_date",))
    second = one(folded, "乙", **BLANK)
    assert [c.origin for c in item(folded, second, "form_date").candidates] == [], "nobody vouches for it"
    folded.clock.now += timedelta(days=2)
    third = one(folded, "丙", **BLANK)
    assert item(folded, third, "form_date").candidates == ()


def test_a_pin_is_proposed_on_blanks_and_only_offered_over_ink(folded: OfficeAtWork) -> None:
    sticky.pin(*act(folded), "form_date", "2026-10-12")
    blank = one(folded, "甲", **BLANK)
    proposed = item(folded, blank, "form_date")
    assert (proposed.value, proposed.text, proposed.proposed, proposed.pinned) == (
        "2026-10-12",
        "2026年10月12日",
        "钉住的",
        True,
    )
    assert "form_date" in blank.order
    assert proposed.state is AnswerState.MACHINE, "nobody answered it"
    inked = one(folded, "乙", ("form_date",), form_date="2026-10-11")
    over = item(folded, inked, "form_date")
    assert (over.value, over.proposed) == ("2026-10-11", "")
    assert [(c.value, c.origin) for c in over.candidates][:2] == [("2026-10-12", "钉住的"), ("2026-10-11", "")]
    other = Actor("another", "li", "李某", Role.COLLECTOR, folded.actor.division)
    assert item(folded, blank, "form_date", other).proposed == "", "a pin is one person's"
    sticky.unpin(*act(folded), "form_date")
    assert item(folded, blank, "form_date").pinned is False
    assert item(folded, blank, "form_date").value is None


def test_a_proposal_becomes_an_answer_only_by_hand(folded: OfficeAtWork) -> None:
    sticky.pin(*act(folded), "form_date", "2026-10-12")
    sheet = one(folded, "甲", **BLANK)
    key = "form_date"
    note = "纸上没填，照钉住的填"
    verify.confirm(*act(folded), sheet.registration_id, key, "2026-10-12", source=ValueSource.CORRECTION, note=note)
    answered = item(folded, sheet, key)
    assert (answered.state, answered.source, answered.note) == (AnswerState.CORRECTED, ValueSource.CORRECTION, note)
    assert answered.proposed == ""


def test_only_fields_of_the_list_are_pinned_and_only_with_a_value(folded: OfficeAtWork) -> None:
    with pytest.raises(BadValue, match="没有钉住"):
        sticky.pin(*act(folded), "child_name", "欧阳雪")
    with pytest.raises(BadValue, match="没有内容"):
        sticky.pin(*act(folded), "form_date", None)
    with pytest.raises(BadValue, match="格式"):
        sticky.pin(*act(folded), "form_date", "不是日期")
    with pytest.raises(BadValue, match="只给指定的人看"):
        settings.change_setting(*act(folded), "sticky", "health_body")
    with pytest.raises(BadValue, match="没有可以沿用"):
        settings.change_setting(*act(folded), "sticky", "sign_collector")
    sheet = one(folded, "甲")
    assert item(folded, sheet, "child_name").pinned is None
    assert item(folded, sheet, "form_unit").pinned is False
