"""A page that nobody could read is typed in from its picture: its way through everything else, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from records.tables import Answer, Page, Reading, ReadingCheck, Source
from records.views import AnswerState, PageRow, PageState, Role
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import CHILD, FAMILY, FORM, front, unknown
from workflow import access, arranging, check, child_page, intake, keying, people, verify
from workflow.errors import BadValue, NotAllowed, NotFinished, NotFound, WrongState

NAME = (FORM.id, FORM.version)


def rows(office: OfficeAtWork) -> list[PageRow]:
    return [page for source in intake.inbox(office.store, office.actor).sources for page in source.pages]


def key_in(office: OfficeAtWork, number: int, side: int) -> arranging.Arranged:
    page = rows(office)[number].page_id
    return arranging.key_in(office.store, office.actor, office.clock(), page, NAME, side)


def type_in(office: OfficeAtWork, registration: str) -> None:
    """Everything that the two sides say, field by field."""
    said = {**CHILD, **FAMILY}
    for item in verify.sheet(office.store, office.actor, registration).items:
        if item.shown and item.state is AnswerState.MACHINE:
            verify.confirm(office.store, office.actor, office.clock(), registration, item.key, said.get(item.key))


def test_an_unknown_page_is_typed_in_whole(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", unknown("看不出来"))
    office.deliver("二.jpg", unknown("也看不出来"))
    office.read()
    done = key_in(office, 0, 1)
    registration = done.registration_id
    assert registration is not None
    arranging.key_in(office.store, office.actor, office.clock(), rows(office)[1].page_id, NAME, 2)
    arranging.put(office.store, office.actor, office.clock(), [rows(office)[1].page_id], registration)
    sheet = verify.sheet(office.store, office.actor, registration)
    assert all(item.shown and item.box is None and item.page_id for item in sheet.items), "everything is asked for"
    assert {item.reasons for item in sheet.items} == {("照整页录入",)}
    with pytest.raises(NotFinished):
        verify.finish(office.store, office.actor, office.clock(), registration)
    type_in(office, registration)
    finished = verify.finish(office.store, office.actor, office.clock(), registration)
    assert isinstance(finished, verify.Finished)
    (*_before, step) = child_page.field_history(office.store, office.actor, finished.child_id, "child_name")
    assert (step.to_text, step.source, step.note, step.box) == ("欧阳雪", "纸面", keying.KEYED, None)
    with office.store.session() as session:
        name = session.get_one(Answer, (registration, "child_name"))
        assert (name.state, name.accepted, name.box) == (AnswerState.CONFIRMED, False, None)
        assert session.scalars(select(ReadingCheck.fields)).all() in ([], [[]]), "nothing is learned of the reader"
    assert check.check(office.store, office.actor) == ()


def test_it_joins_the_side_that_was_read(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", front("A"), unknown("糊了"))
    office.read()
    (draft,) = office.sheets()
    done = key_in(office, 1, 2)
    assert done.registration_id == draft.registration_id
    (sheet,) = office.sheets()
    by_key = {item.key: item for item in sheet.items}
    assert by_key["child_name"].accepted, "the side that was read is believed as before"
    assert by_key["father_name"].shown
    assert "由人照着图像录入" in sheet.notes[0]
    assert check.check(office.store, office.actor) == ()


def test_between_two_that_lack_this_side_nobody_guesses(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", front("A"), unknown(), front("B", child_name="另一个"))
    office.read()
    done = key_in(office, 1, 2)
    assert len(office.sheets()) == 3
    assert done.registration_id is not None


def test_taken_back_it_is_read_again(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", unknown("居住证明"))
    office.read()
    page = rows(office)[0].page_id
    done = key_in(office, 0, 1)
    arranging.put_back(office.store, office.actor, office.clock(), done.before)
    assert rows(office)[0].state is PageState.RECEIVED
    assert office.sheets() == []
    office.read()
    assert rows(office)[0].status == "unknown_form"
    assert intake.page_words(office.store, office.actor, page).lines == ("居住证明",)
    with office.store.session() as session:
        runs = session.scalars(select(Reading.engine).where(Reading.page_id == page).order_by(Reading.run)).all()
        assert runs == ["scripted", keying.BY_HAND, "scripted"], "what was seen is never altered"


def test_what_was_typed_is_not_taken_away(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", unknown())
    office.read()
    done = key_in(office, 0, 1)
    assert done.registration_id is not None
    verify.confirm(office.store, office.actor, office.clock(), done.registration_id, "child_name", "欧阳雪")
    with pytest.raises(WrongState):
        arranging.put_back(office.store, office.actor, office.clock(), done.before)
    office.read()
    (sheet,) = office.sheets()
    assert {item.key: item.value for item in sheet.items}["child_name"] == "欧阳雪"


def test_what_can_not_be_typed_in_says_why(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", front("A"), unknown(), {"fail": "too_dark", "times": 99, "form_page": 1, "values": {}})
    office.read()
    store, actor, clock = office.store, office.actor, office.clock
    read, foreign, failed = (row.page_id for row in rows(office))
    for page, form, side, refused in (
        (read, NAME, 1, WrongState),
        (failed, NAME, 1, WrongState),
        (foreign, (FORM.id, "999"), 1, NotFound),
        (foreign, NAME, 3, BadValue),
        (foreign, ("jl-work-log", "1"), 1, BadValue),
    ):
        with pytest.raises(refused, match="没有改动"):
            arranging.key_in(store, actor, clock(), page, form, side)
    assert [row.status for row in rows(office)][1] == "unknown_form"


def test_a_side_with_sensitive_fields_is_for_named_persons(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", unknown())
    office.read()
    people.add_user(
        office.store, office.actor, office.clock(), username="li", full_name="李某", role=Role.COLLECTOR,
        division="220281104", password="雾凇与松花江的水", kdf=QUICK,
    )  # fmt: skip
    office.store.close()
    opened = access.log_in(office.store.data_dir, username="li", password="雾凇与松花江的水", now=office.clock())
    with opened.store:
        other = replace(office, store=opened.store, actor=opened.actor)
        with pytest.raises(NotAllowed, match="指定的人"):
            key_in(other, 0, 1)
    again = access.log_in(office.store.data_dir, username="admin", password=PASSWORD, now=office.clock())
    with again.store:
        named = replace(office, store=again.store, actor=again.actor)
        key_in(named, 0, 1)
        with again.store.session() as session:
            assert session.scalars(select(Page.view_key_sealed)).one()
            assert session.scalars(select(Source.vault_key_sealed)).one()
        page = rows(named)[0].page_id
        assert verify.page_image(again.store, again.actor, page)
        assert check.check(again.store, again.actor) == ()
