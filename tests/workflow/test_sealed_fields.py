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
from records import rotation
from records.packing import unpack_json
from records.store import Store
from records.tables import Answer, AnswerEvent, BatchRow, Reading, Source, Table
from records.vault import VaultRef
from records.views import AnswerState, Role
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import ScriptedPool, ScriptedSource, back, front
from workflow import access, check, draft_workbook, people, report, verify
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
            *connection.execute(select(Answer.__table__.c.value, Answer.__table__.c.text)),
            *connection.execute(select(AnswerEvent.__table__.c.from_value, AnswerEvent.__table__.c.to_value)),
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
