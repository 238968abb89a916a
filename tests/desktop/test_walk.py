"""The way through a registration, without Qt."""

from __future__ import annotations

from dataclasses import replace

from desktop.ui.verify.walk import Walk
from forms.kinds import JsonValue, Kind
from records.views import (
    AnswerState,
    FindingView,
    PlaceView,
    RegistrationState,
    ValueSource,
    VerifyItem,
    VerifySheet,
)


def item(
    key: str, value: JsonValue = "值", *, accepted: bool = False, state: AnswerState = AnswerState.MACHINE
) -> VerifyItem:
    return VerifyItem(
        key=key,
        label=key,
        block="",
        kind=Kind.TEXT,
        page_id=None,
        box=None,
        text=value if isinstance(value, str) else "",
        raw="",
        value=value,
        state=state,
        source=ValueSource.PAPER,
        accepted=accepted,
        shown=not accepted,
        reasons=(),
        candidates=(),
        doubts=(),
        multiple=False,
        options=(),
        code_table=None,
    )


def sheet(*items: VerifyItem, order: tuple[str, ...], findings: tuple[FindingView, ...] = ()) -> VerifySheet:
    return VerifySheet(
        registration_id="r",
        title="欧阳雪",
        form_title="登记表",
        state=RegistrationState.DRAFT,
        round_name="",
        pages=(),
        items=items,
        order=order,
        findings=findings,
        place=PlaceView("", 1, ""),
        notes=(),
    )


def plain() -> VerifySheet:
    return sheet(item("a"), item("b"), item("c"), item("calm", accepted=True), order=("c", "a", "b"))


def test_it_begins_with_the_weakest() -> None:
    assert Walk(plain()).current == "c"


def test_it_goes_on_where_it_was_left() -> None:
    begun = sheet(item("a"), item("b", state=AnswerState.CONFIRMED), order=("b", "a"))
    assert Walk(begun).current == "a"


def test_answering_all_leaves_none() -> None:
    walk = Walk(plain())
    for key in ("c", "a", "b"):
        walk.answer(key, AnswerState.CONFIRMED)
    assert (walk.left, walk.next_open("b")) == (0, "")


def test_next_goes_round_the_end() -> None:
    walk = Walk(plain())
    walk.answer("b", AnswerState.ILLEGIBLE)
    assert walk.next_open("a") == "c"


def test_neighbours_are_answered_ones_too() -> None:
    walk = Walk(plain())
    walk.answer("a", AnswerState.CONFIRMED)
    assert walk.neighbour(1) == "a"
    assert walk.neighbour(-1) == "b"


def test_what_is_folded() -> None:
    walk = Walk(plain())
    walk.answer("a", AnswerState.CONFIRMED)
    assert [each.key for each in walk.folded] == ["a", "calm"]


def test_undo_opens_again_until_the_store_answers() -> None:
    walk = Walk(plain())
    walk.answer("c", AnswerState.CONFIRMED)
    walk.take_back("c")
    assert walk.open("c")
    walk.renew(sheet(replace(item("c"), state=AnswerState.CONFIRMED), order=("c",)))
    assert not walk.open("c")


def test_an_empty_doubt_needs_more_than_enter() -> None:
    walk = Walk(sheet(item("a", None), item("b", ""), item("c", []), item("d", None, accepted=True), order=("a",)))
    assert [key for key in "abcd" if walk.needs_more_than_enter(walk.item(key) or item("x"))] == ["a", "b", "c"]


def test_a_contradiction_needs_more_than_enter_and_a_warning_does_not() -> None:
    findings = (
        FindingView("error", "sex_differs", ("a", "b"), "性别和身份证号对不上。", ""),
        FindingView("warning", "required", ("c",), "没有填。", ""),
    )
    walk = Walk(sheet(item("a"), item("b"), item("c"), order=("a",), findings=findings))
    assert [key for key in "abc" if walk.needs_more_than_enter(walk.item(key) or item("x"))] == ["a", "b"]
    assert [found.rule for found in walk.findings("b")] == ["sex_differs"]


def test_what_is_asked_is_not_missing_while_a_value_stands_there() -> None:
    missing = FindingView("error", "required", ("a",), "没有填。", "")
    other = FindingView("warning", "school_age", ("a",), "在学情况对不上。", "")
    asked = item("a", state=AnswerState.ASK)
    assert Walk(sheet(asked, order=("a",), findings=(missing, other))).findings("a") == [other]
    blank = item("a", None, state=AnswerState.ASK)
    assert Walk(sheet(blank, order=("a",), findings=(missing,))).findings("a") == [missing]


def test_sent_back_for_one_field_only_that_one_is_left() -> None:
    back = Walk(sheet(item("a", state=AnswerState.ASK), item("b", state=AnswerState.CONFIRMED), order=("a", "b")))
    assert (back.only_asked, back.left) == (True, 1)
    assert not Walk(sheet(item("a", state=AnswerState.ASK), item("b"), order=("a", "b"))).only_asked
    back.answer("a", AnswerState.CONFIRMED)
    assert not back.only_asked


def test_a_form_is_clear_only_where_the_store_would_save_it_once_all_is_answered() -> None:
    """Only then may the next form be shown before the store has answered."""
    plain, asked = item("a"), item("b", state=AnswerState.ASK)
    assert Walk(sheet(plain, order=("a",))).clear
    assert not Walk(sheet(plain, asked, order=("a",))).clear, "the village has not answered"
    walk = Walk(sheet(plain, item("b"), order=("a", "b")))
    walk.answer("b", AnswerState.ASK)
    assert not walk.clear
    assert not Walk(sheet(replace(plain, sealed=True), order=("a",))).clear
    wrong = FindingView("error", "birth_date_differs", ("a",), "对不上。", "")
    assert not Walk(sheet(plain, order=("a",), findings=(wrong,))).clear
    assert Walk(sheet(plain, order=("a",), findings=(replace(wrong, severity="warning"),))).clear
