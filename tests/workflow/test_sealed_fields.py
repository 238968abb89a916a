"""Extra-sensitive fields and the pages that show them: whole for named persons, covered and sealed for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from forms.dictionary import extra_sensitive
from ocr.reading import PageOutcome
from records import intake_rows, rotation, sealing
from records.ids import civil_date
from records.packing import unpack_json
from records.store import Store
from records.tables import (
    Answer,
    AnswerEvent,
    BatchRow,
    Child,
    Concern,
    Page,
    Reading,
    Source,
    Table,
    Unfollowed,
    Visit,
)
from records.vault import VaultRef
from records.views import AnswerState, Role, ValueSource
from records.views_care import VisitState
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import ScriptedPool, ScriptedSource, back, front, unknown
from workflow import (
    access,
    check,
    children,
    current,
    draft_workbook,
    drafting,
    moves,
    people,
    report,
    verify,
    visits,
)
from workflow.errors import NotAllowed, NotFinished

LI = "雾凇与松花江的水"
ILLNESS = "先天性心脏病"
SECRET = {"health_body": ["ill"], "health_illness": ILLNESS}


class MaskingSource(ScriptedSource):
    def read(self, index: int, context: Any = None) -> PageOutcome:
        outcome = super().read(index, context)
        return replace(outcome, masked_copy=b"masked " + outcome.viewing_copy)


class MaskingPool(ScriptedPool):
    def open(self, data: bytes, name: str, password: str | None = None) -> ScriptedSource:
        opened = super().open(data, name, password)
        return MaskingSource(opened.pool, opened.described, opened.name)


@pytest.fixture
def office(office: OfficeAtWork) -> Iterator[OfficeAtWork]:
    office.pool = MaskingPool()
    people.add_user(
        office.store,
        office.actor,
        office.clock(),
        username="li",
        full_name="李某",
        role=Role.ADMINISTRATOR,
        division="220281104",
        password=LI,
        kdf=QUICK,
    )
    yield office
    office.store.close()


def come_in(office: OfficeAtWork, username: str) -> None:
    office.store.close()
    password = PASSWORD if username == "admin" else LI
    opened = access.log_in(office.store.data_dir, username=username, password=password, now=office.clock())
    office.store, office.actor = opened.store, opened.actor


def deliver(office: OfficeAtWork, serial: str = "S", **more: Any) -> None:
    office.deliver(f"{serial}.tif", front(serial, **{**SECRET, **more}), back(serial))
    office.read()


def item(office: OfficeAtWork, key: str = "health_illness") -> Any:
    return next(i for i in office.sheets()[0].items if i.key == key)


def clear_columns(store: Store) -> str:
    """Everything that stands open in rows about answers, readings and batches."""
    with store._reading.connect() as connection:
        rows = [
            *connection.execute(select(Answer.__table__.c.value, Answer.__table__.c.text, Answer.__table__.c.note)),
            *connection.execute(select(*(AnswerEvent.__table__.c[name] for name in sealing.EVENT_PARTS))),
            *connection.execute(select(BatchRow.__table__.c.frozen)),
        ]
        readings = [unpack_json(c) for c in connection.scalars(select(Reading.__table__.c.content))]
    return repr(rows) + repr(readings)


def test_for_named_persons_nothing_is_different(office: OfficeAtWork) -> None:
    deliver(office)
    seen = item(office)
    assert (seen.text, seen.value, seen.sealed) == (ILLNESS, ILLNESS, False)
    sheet = office.sheets()[0]
    where = (office.store, office.actor)
    assert verify.page_image(*where, seen.page_id).startswith(b"\xff\xd8\xff\xe0view")
    verify.confirm(*where, office.clock(), sheet.registration_id, "health_illness", "哮喘")
    verify.undo(*where, office.clock(), sheet.registration_id)
    assert (item(office).value, item(office).state) == (ILLNESS, AnswerState.MACHINE)
    office.verified(sheet)
    _, batch_id = report.new_batch(*where, office.clock(), "批", [sheet.registration_id])
    report.freeze(*where, office.clock(), batch_id)
    report.write(*where, office.clock(), batch_id, office.folder / "批.xlsx")
    assert check.check(*where) == ()
    open_text = clear_columns(office.store)
    assert ILLNESS not in open_text
    assert "哮喘" not in open_text
    assert "欧阳雪" in open_text  # what isn't extra-sensitive stands where it stood
    with office.store.session() as session:
        sealed = session.scalars(select(Answer).where(Answer.key.in_(extra_sensitive())))
        assert all(a.sealed is not None for a in sealed if a.text or a.value)


def test_others_see_that_there_is_something_and_no_more(office: OfficeAtWork, tmp_path: Path) -> None:
    deliver(office)
    registration = office.sheets()[0].registration_id
    come_in(office, "li")
    seen = item(office)
    assert (seen.text, seen.value, seen.sealed, seen.raw, seen.candidates) == ("（加封）", None, True, "", ())
    where = (office.store, office.actor)
    assert verify.page_image(*where, seen.page_id).startswith(b"masked")
    acts: tuple[Callable[[], object], ...] = (
        lambda: verify.confirm(*where, office.clock(), registration, "health_illness", "感冒"),
        lambda: verify.mark(*where, office.clock(), registration, "health_illness", AnswerState.ILLEGIBLE),
    )
    for act in acts:
        with pytest.raises(NotAllowed, match="加封"):
            act()
    for shown in office.sheets()[0].items:
        if shown.shown and not shown.sealed:
            verify.confirm(*where, office.clock(), registration, shown.key, shown.value)
    with pytest.raises(NotFinished, match="特别敏感"):
        verify.finish(*where, office.clock(), registration)
    draft = draft_workbook.write_draft(*where, office.clock(), _sources(office), tmp_path / "草稿.xlsx")
    assert draft.registrations == 1
    with office.store.session() as session:
        source = session.scalars(select(Source)).one()
        assert source.vault_key_sealed
        assert office.store.open_sealed(source.vault_key, f"vault/{source.vault_id}") is None
    assert check.check(*where) == ()
    come_in(office, "admin")
    office.verified(office.sheets()[0])
    with office.store.session() as session:
        source = session.scalars(select(Source)).one()
        key = office.store.open_sealed(source.vault_key, f"vault/{source.vault_id}")
        assert key is not None
        assert office.store.vault.get(VaultRef(source.vault_id, key)).startswith(b"\xff\xd8\xff")


def _sources(office: OfficeAtWork) -> list[str]:
    with office.store.session() as session:
        return list(session.scalars(select(Source.id)))


def test_read_by_one_who_may_not_open_it(office: OfficeAtWork) -> None:
    come_in(office, "li")
    deliver(office)
    assert item(office).sealed
    assert ILLNESS not in clear_columns(office.store)
    come_in(office, "admin")
    seen = item(office)
    assert (seen.text, seen.sealed, seen.shown) == (ILLNESS, False, True)
    done = office.verified(office.sheets()[0])
    with office.store.session() as session:
        answer = session.scalars(select(Answer).where(Answer.key == "health_illness")).one()
        assert (answer.value, answer.state) == (ILLNESS, AnswerState.CONFIRMED)
    assert done.new_child


def test_one_who_may_not_open_it_reports_nothing_of_it(office: OfficeAtWork) -> None:
    deliver(office)
    registration = office.sheets()[0].registration_id
    office.verified(office.sheets()[0])
    come_in(office, "li")
    where = (office.store, office.actor)
    _, batch_id = report.new_batch(*where, office.clock(), "批", [registration])
    with pytest.raises(NotAllowed, match="没有冻结"):
        report.freeze(*where, office.clock(), batch_id)
    come_in(office, "admin")
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    come_in(office, "li")
    with pytest.raises(NotAllowed, match="没有写出"):
        report.write(office.store, office.actor, office.clock(), batch_id, office.folder / "批.xlsx")
    assert not (office.folder / "批.xlsx").exists()


def test_what_is_noted_about_it_is_sealed_with_it(office: OfficeAtWork) -> None:
    deliver(office)
    registration = office.sheets()[0].registration_id
    where = (office.store, office.actor)
    said = {"note": "电话里母亲说是哮喘"}
    verify.confirm(*where, office.clock(), registration, "health_illness", "哮喘", source=ValueSource.PHONE, **said)
    verify.mark(*where, office.clock(), registration, "concern_criteria", AnswerState.ASK, note="像是受过惊吓")
    assert item(office).note == said["note"]
    assert item(office, "concern_criteria").note == "像是受过惊吓"
    raw = clear_columns(office.store)
    assert said["note"] not in raw
    assert "受过惊吓" not in raw
    come_in(office, "li")
    assert (item(office).note, item(office).sealed) == ("（加封）", True)
    assert item(office, "concern_criteria").note == "（加封）"
    come_in(office, "admin")
    verify.undo(office.store, office.actor, office.clock(), registration)
    verify.undo(office.store, office.actor, office.clock(), registration)
    assert (item(office).note, item(office).value) == ("", ILLNESS)
    with office.store.session() as session:
        events = session.scalars(select(AnswerEvent).where(AnswerEvent.key == "health_illness")).all()
        assert [(e.from_note, e.note) for e in events] == [("", said["note"]), (said["note"], "")]
    assert check.check(office.store, office.actor) == ()


def test_a_page_of_unknown_form_that_asks_for_it_is_sealed(office: OfficeAtWork) -> None:
    office.deliver("信.tif", unknown("姓名：王一", "疾病名称", "先天性心脏病"), unknown("姓名：李二", "通知"))
    office.read()
    with office.store.session() as session:
        secret, plain = session.scalars(select(Page).order_by(Page.position)).all()
        pages = (secret.id, plain.id)
        assert (secret.view_key_sealed, plain.view_key_sealed) == (True, False)
        assert session.scalars(select(Source)).one().vault_key_sealed
        read = drafting.readings_of(session, [secret, plain])
        assert [line.text for line in read[secret.id].reading.lines] == ["姓名：王一", "疾病名称", "先天性心脏病"]
    assert ILLNESS not in clear_columns(office.store)
    assert "李二" in clear_columns(office.store)
    come_in(office, "li")
    with office.store.session() as session:
        found = [session.get_one(Page, page_id) for page_id in pages]
        read = drafting.readings_of(session, found)
        assert [len(read[page_id].reading.lines) for page_id in pages] == [0, 2]
    with pytest.raises(NotAllowed, match="特别敏感"):
        verify.page_image(office.store, office.actor, pages[0])
    assert verify.page_image(office.store, office.actor, pages[1])
    assert check.check(office.store, office.actor) == ()


def followed(office: OfficeAtWork, child_id: str) -> tuple[list[tuple[str, str]], list[tuple[str, object]]]:
    """Proposed criteria with their reasons; level and day of the planned visit."""
    with office.store.session() as session:
        rows = session.scalars(select(Concern).where(Concern.child_id == child_id))
        planned = session.scalars(select(Visit).where(Visit.child_id == child_id, Visit.state == VisitState.PLANNED))
        return sorted((c.criterion, c.why) for c in rows), [(v.level, v.due_on) for v in planned]


def test_what_rests_on_it_stays_until_somebody_can_open_it(office: OfficeAtWork) -> None:
    child_id = office.child("S", health_body=["ill"], health_illness=ILLNESS, guardianship_state=["risk"])
    before = followed(office, child_id)
    assert "ill" in [criterion for criterion, _ in before[0]]
    assert before[1][0][0] == "risk"
    come_in(office, "li")
    today = civil_date(office.clock())
    moves.exit_child(office.store, office.actor, office.clock(), child_id, "home", today)
    moves.return_child(office.store, office.actor, office.clock(), child_id, today, note="又回来了")
    assert [level for level, _ in followed(office, child_id)[1]] == ["risk"], "rather too soon than too late"
    (row,) = children.children(office.store, office.actor)
    sheet = verify.sheet(office.store, office.actor, row.registration_id)
    assert not [f for f in sheet.findings if set(f.keys) & extra_sensitive()], "nothing is said of what isn't seen"
    come_in(office, "admin")
    assert followed(office, child_id) == before
    with office.store.session() as session:
        assert session.scalars(select(Unfollowed)).all() == []
    assert check.check(office.store, office.actor) == ()


def test_one_who_may_not_open_it_takes_no_proposal_away(office: OfficeAtWork) -> None:
    child_id = office.child("S", health_body=["ill"], health_illness=ILLNESS, guardianship_state=["good"])
    before = followed(office, child_id)
    come_in(office, "li")
    with office.store.transaction() as session:
        current.follow(office.store, session, office.actor.user_id, office.clock(), session.get_one(Child, child_id))
    assert followed(office, child_id) == before
    visits.record(
        office.store, office.actor, office.clock(), child_id,
        visits.Visited(on=civil_date(office.clock()), visitor="李某", level="fair"),
    )  # fmt: skip
    assert [level for level, _ in followed(office, child_id)[1]] == ["fair"], "the visit says it"
    come_in(office, "admin")
    assert [level for level, _ in followed(office, child_id)[1]] == ["fair"]


def test_all_of_it_opens_after_a_change_of_keys(office: OfficeAtWork) -> None:
    deliver(office)
    sheet = office.sheets()[0]
    verify.confirm(office.store, office.actor, office.clock(), sheet.registration_id, "health_illness", "哮喘")
    office.verified(office.sheets()[0])
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "批", [sheet.registration_id])
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    rotation.rotate(office.store, office.actor.user_id, office.clock())
    come_in(office, "admin")
    where = (office.store, office.actor)
    assert (
        next(i for i in verify.sheet(*where, sheet.registration_id).items if i.key == "health_illness").value == "哮喘"
    )
    assert check.check(*where) == ()
    report.write(*where, office.clock(), batch_id, office.folder / "批.xlsx")
    with office.store.session() as session:
        events = session.scalars(select(AnswerEvent).where(AnswerEvent.key == "health_illness")).all()
        assert (events[0].from_value, events[0].to_value) == (ILLNESS, "哮喘")


def test_every_sealed_column_is_sealed_anew() -> None:
    known = {(table, column) for table, _, column, _, _ in rotation.SEALED}
    named = {(t.name, c.name) for t in Table.metadata.tables.values() for c in t.columns if c.name == "sealed"}
    assert named <= known


def test_killed_before_the_original_was_sealed_the_next_run_seals_it(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page is read by then, so nothing of the source waits in the queue any more."""
    office.deliver("信.tif", unknown("姓名：王一", "疾病名称", "先天性心脏病"))

    class Killed(BaseException):
        """Stands for SIGKILL between two commits."""

    def die(_queue: object, _source_id: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("workflow.recognise._Queue.close_original", die)
        with pytest.raises(Killed):
            office.read()
    with office.store.session() as session:
        source = session.scalars(select(Source)).one()
        assert (source.page_count, source.vault_key_sealed) == (1, False)
        assert intake_rows.left_open(session) == [source.id]
    office.read()
    with office.store.session() as session:
        assert session.scalars(select(Source)).one().vault_key_sealed
        assert intake_rows.left_open(session) == []
