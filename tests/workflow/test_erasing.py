"""依法删除: two persons, and then nothing is left but tombstones and the audit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from records import folder
from records.tables import (
    AnswerEvent,
    Child,
    Concern,
    MandatoryReport,
    Page,
    Reading,
    Registration,
    Source,
    Visit,
)
from records.views import Actor, ErasureState, Role
from tests.workflow.conftest import QUICK, OfficeAtWork
from tests.workflow.scripted import back, failing, front
from workflow import check, erasing, intake, people, verify
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState


def other(office: OfficeAtWork) -> Actor:
    """A second administrator."""
    _, user_id = people.add_user(
        office.store,
        office.actor,
        office.clock(),
        username="wang",
        full_name="王某",
        role=Role.ADMINISTRATOR,
        division="220281104",
        password="雾凇与松花江的水",
        kdf=QUICK,
    )
    return replace(office.actor, user_id=user_id, username="wang")


def pages_of(office: OfficeAtWork) -> list[str]:
    return [page.page_id for source in intake.inbox(office.store, office.actor).sources for page in source.pages]


def test_a_draft_with_a_persons_answers_leaves_nothing(office: OfficeAtWork) -> None:
    office.deliver("欧阳雪.tif", front("S"), back("S"))
    office.read()
    sheet = office.sheets()[0]
    office.answer_all(sheet)
    files = set(office.store.vault.ids())
    pages = pages_of(office)
    copy = office.store.data_dir / f"{folder.DATABASE}.before-r0001"  # of a migration: it holds the stranger, too
    copy.write_bytes(b"an encrypted copy")
    second = other(office)
    erasure = erasing.request_erasure(office.store, office.actor, office.clock(), pages, " 误扫他人证件 ")
    with pytest.raises(NotAllowed, match="两个人"):
        erasing.carry_out_erasure(office.store, office.actor, office.clock(), erasure)
    stranger = replace(second, division="220281105")
    with pytest.raises(NotFound):
        erasing.carry_out_erasure(office.store, stranger, office.clock(), erasure)
    assert erasing.erasures(office.store, stranger) == ()
    erasing.carry_out_erasure(office.store, second, office.clock(), erasure)

    assert set(office.store.vault.ids()).isdisjoint(files)
    assert not copy.exists()
    with office.store.session() as session:
        for table in (Reading, AnswerEvent, Registration, Child):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
        source = session.scalars(select(Source)).one()
        assert (source.name, source.delivered_path, source.vault_key) == ("", "", b"")
        assert source.erased_at is not None
        assert all(page.erased_at for page in session.scalars(select(Page)))
    assert intake.inbox(office.store, office.actor).sources == ()
    assert check.check(office.store, office.actor) == ()
    assert (office.store.data_dir / f"{folder.DATABASE}-wal").stat().st_size == 0
    (row,) = erasing.erasures(office.store, office.actor)
    assert (row.state, row.reason) == (ErasureState.DONE, "误扫他人证件")
    with pytest.raises(WrongState):
        erasing.carry_out_erasure(office.store, second, office.clock(), erasure)
    with pytest.raises(WrongState, match="取不回来"):
        intake.bring_back(office.store, office.actor, office.clock(), pages[0])
    # the same file by mistake once more is a new one
    assert isinstance(office.deliver("欧阳雪.tif", front("S"), back("S")), intake.Taken)


def test_a_verified_form_of_a_stranger_goes_with_all_that_rules_made_of_it(office: OfficeAtWork) -> None:
    stranger = office.child("一", health_body=["disabled"], concern_criteria=["abuse"], concern_listed=["yes"])
    stays = office.child("二", child_name="王一", child_id_number=None, child_registered=["no"])
    with office.store.session() as session:
        source = session.scalars(select(Source).order_by(Source.received_at)).first()
        pages = [] if source is None else [page.id for page in source.pages]
    second = other(office)
    erasure = erasing.request_erasure(office.store, office.actor, office.clock(), pages, "误扫他人登记表")
    erasing.carry_out_erasure(office.store, second, office.clock(), erasure)
    with office.store.session() as session:
        assert list(session.scalars(select(Child.id))) == [stays] != [stranger]
        assert session.scalars(select(MandatoryReport)).all() == []
        assert {row.child_id for row in session.scalars(select(Concern))} == {stays}
        assert {row.child_id for row in session.scalars(select(Visit))} == {stays}
    assert check.check(office.store, office.actor) == ()


def test_one_of_two_forms_goes_and_the_other_is_current(office: OfficeAtWork) -> None:
    child_id = office.child("一", health_body=["healthy"])
    office.child("二", form_date="2026-11-01", health_body=["ill"])
    with office.store.session() as session:
        newest = session.scalars(select(Source).order_by(Source.received_at.desc())).first()
        pages = [] if newest is None else [page.id for page in newest.pages]
    erasure = erasing.request_erasure(office.store, office.actor, office.clock(), pages, "误扫")
    erasing.carry_out_erasure(office.store, other(office), office.clock(), erasure)
    with office.store.session() as session:
        current = session.get_one(Child, child_id).current_registration_id
        assert current == session.scalars(select(Registration.id)).one()
        assert session.scalars(select(Concern)).all() == []
    assert check.check(office.store, office.actor) == ()


def test_other_pages_of_the_file_stay(office: OfficeAtWork) -> None:
    office.deliver("一摞.tif", front("S1"), back("S1"), front("S2", child_name="别人"), back("S2"))
    office.read()
    sheets = office.sheets()
    second = other(office)
    wrong = next(s for s in sheets if s.title == "别人")
    erasure = erasing.request_erasure(
        office.store, office.actor, office.clock(), [p.page_id for p in wrong.pages], "误扫"
    )
    erasing.carry_out_erasure(office.store, second, office.clock(), erasure)
    (left,) = office.sheets()
    assert left.title == "欧阳雪"
    assert verify.page_image(office.store, office.actor, left.pages[0].page_id)
    (source,) = intake.inbox(office.store, office.actor).sources
    assert source.name == "（原件已依法删除）"
    assert check.check(office.store, office.actor) == ()
    office.verified(left)


def test_what_is_refused(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.tif", front("T", child_name="别人"), back("T"))
    office.read()
    pages = pages_of(office)
    where = (office.store, office.actor)
    with pytest.raises(BadValue):
        erasing.request_erasure(*where, office.clock(), pages[:1], " ")
    with pytest.raises(BadValue, match="同一个文件"):
        erasing.request_erasure(*where, office.clock(), [pages[0], pages[2]], "误扫")
    with pytest.raises(NotFound):
        erasing.request_erasure(
            office.store, replace(office.actor, division="220281105"), office.clock(), pages[:1], "误扫"
        )
    second = other(office)
    erasure = erasing.request_erasure(*where, office.clock(), pages[:2], "误扫")
    erasing.refuse_erasure(office.store, second, office.clock(), erasure)
    assert erasing.erasures(*where)[0].state is ErasureState.REFUSED
    office.deliver("三.tif", failing("no_corners"))
    office.read()
    (waits,) = (s for s in intake.inbox(*where).sources if s.name == "三.tif")
    intake.retry(*where, office.clock(), waits.pages[0].page_id)
    with pytest.raises(WrongState, match="等着识别"):
        erasing.request_erasure(*where, office.clock(), [page.page_id for page in waits.pages], "误扫")
