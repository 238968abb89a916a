"""What is read before anybody looks at it: not noted as seen, and never shown when it is no more what was read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.tables import AuditEntry
from records.views import Actor, AnswerState, Role
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import (
    arranging,
    half_typed,
    read_ahead,
    settings,
    verify,
)
from workflow.errors import NotFound
from workflow.half_typed import Standing
from workflow.read_ahead import Ahead, Looked


@pytest.fixture
def ahead(office: OfficeAtWork) -> Ahead:
    """One draft, read ahead."""
    office.deliver("一.tif", front("S", ["child_name", "school_name"]), back("S"))
    office.read()
    (row,) = verify.drafts(office.store, office.actor)
    return read_ahead.sheet(office.store, office.actor, row.registration_id)


def seen(office: OfficeAtWork) -> list[tuple[str, str]]:
    with office.store.session() as session:
        rows = session.execute(select(AuditEntry.verb, AuditEntry.object_id).order_by(AuditEntry.seq))
        return [(verb, object_id) for verb, object_id in rows if verb.endswith(".see")]


def look(office: OfficeAtWork, ahead: Ahead) -> Looked | None:
    return read_ahead.look(office.store, office.actor, ahead)


def test_it_is_what_will_be_shown_and_nobody_has_seen_it(office: OfficeAtWork, ahead: Ahead) -> None:
    pages = [page.page_id for page in ahead.sheet.pages]
    pictures = [read_ahead.page_image(office.store, office.actor, page) for page in pages]
    assert seen(office) == []
    assert look(office, ahead) == Looked(None)
    noted = [("registration.see", ahead.sheet.registration_id), *(("page.see", page) for page in pages)]
    assert seen(office) == noted
    assert verify.sheet(office.store, office.actor, ahead.sheet.registration_id) == ahead.sheet
    assert [verify.page_image(office.store, office.actor, page) for page in pages] == pictures
    assert seen(office) == noted, "once is enough"


def test_where_one_left_off_is_as_of_the_look(office: OfficeAtWork, ahead: Ahead) -> None:
    registration = ahead.sheet.registration_id
    half_typed.keep(office.store, office.actor, office.clock(), registration, "school_name", "黄松")
    assert look(office, ahead) == Looked(Standing("school_name", "黄松"))


def test_an_answer_given_meanwhile(office: OfficeAtWork, ahead: Ahead) -> None:
    registration = ahead.sheet.registration_id
    verify.mark(office.store, office.actor, office.clock(), registration, "child_name", AnswerState.ASK)
    assert look(office, ahead) is None
    verify.undo(office.store, office.actor, office.clock(), registration)
    assert look(office, ahead) is None, "what was taken back is in the history"
    assert seen(office) == [], "nothing was shown"


def test_saved_and_opened_again_meanwhile(office: OfficeAtWork, ahead: Ahead) -> None:
    registration = ahead.sheet.registration_id
    office.verified(ahead.sheet)
    assert look(office, ahead) is None
    verified = read_ahead.sheet(office.store, office.actor, registration)
    verify.reopen(office.store, office.actor, office.clock(), registration, "再看")
    assert look(office, verified) is None


def test_its_pages_changed_meanwhile(office: OfficeAtWork, ahead: Ahead) -> None:
    arranging.apart(office.store, office.actor, office.clock(), [ahead.sheet.pages[1].page_id])
    assert look(office, ahead) is None


def test_gone_meanwhile(office: OfficeAtWork, ahead: Ahead) -> None:
    one, behind = ahead.sheet.registration_id, ahead.sheet.pages[1].page_id
    arranging.apart(office.store, office.actor, office.clock(), [behind])
    other = next(r.registration_id for r in verify.drafts(office.store, office.actor) if r.registration_id != one)
    gone = read_ahead.sheet(office.store, office.actor, other)
    arranging.put(office.store, office.actor, office.clock(), [behind], one)
    with pytest.raises(NotFound):
        look(office, gone)


def test_what_is_covered_by_blind_entry_changed_meanwhile(office: OfficeAtWork, ahead: Ahead) -> None:
    """Somebody else's verified form: the setting hides what was read from one who has still to enter it."""
    registration = office.verified(ahead.sheet).changes.registrations
    other = Actor("other", "li", "李某", Role.REVIEWER, office.actor.division)
    read = read_ahead.sheet(office.store, other, *registration)
    settings.change_setting(office.store, office.actor, office.clock(), settings.SECOND_ENTRY.key, "child_name")
    assert read_ahead.look(office.store, other, read) is None
