"""A list of divisions that changed: what was kept by the old one is shown, found and reported, and can be moved on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from forms.gazetteer import AbolishedDivision, Gazetteer, gazetteer, lies_within
from records.ids import civil_date
from records.tables import Batch, Child, Office, Registration, Roster, Source, User
from records.views import Role
from records.views_kept import ChildFilter
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import back, front
from tests.workflow.test_placing import act
from tests.workflow.two_offices import Two, county_office, two
from workflow import (
    child_page,
    children,
    cli,
    divisions,
    handover,
    handover_in,
    kept_views,
    people,
    report,
    rounds,
    settings,
    verify,
)
from workflow.check import check
from workflow.errors import BadValue, NotAllowed

__all__ = ["two"]
OLD, NEW, OTHER = "220281104", "220281102", "220281105"
VILLAGE = f"{OLD}208"  # 南顶子村
HOME: dict[str, Any] = {"child_residence": {"division": VILLAGE, "detail": "二组"}}
DAY = date(2026, 10, 12)
Edition = Callable[..., None]


@pytest.fixture
def edition() -> Iterator[Edition]:
    """The list of divisions as a later program brings it: ``gone`` codes with all below them, ``added`` ones."""
    places = gazetteer()
    before = dict(vars(places))

    def comes(*gone: str, added: dict[str, str] | None = None, remembered: bool = True) -> None:
        later = Gazetteer()
        names, villages, former = dict(later._names), dict(later._villages), dict(later._abolished)
        for table in (names, villages):
            for code in [c for c in table if any(lies_within(c, each) for each in gone)]:
                name = table.pop(code)
                if remembered:
                    former[code] = AbolishedDivision(code, name, None, 2026, None)
        for code, name in (added or {}).items():
            (villages if len(code) == 12 else names)[code] = name
        vars(places).clear()
        vars(places).update(_names=names, _villages=villages, _abolished=former)

    yield comes
    vars(places).clear()
    vars(places).update(before)


@pytest.fixture
def county(office: OfficeAtWork, tmp_path: Any) -> Iterator[OfficeAtWork]:
    """A county's own store, with papers of two of its townships; ``office`` makes the judge believe its reader."""
    opened = county_office(tmp_path / "县")
    with opened.store:
        yield opened


def clerk(office: OfficeAtWork, division: str) -> str:
    _, user_id = people.add_user(
        *act(office), username="li", full_name="李某", role=Role.COLLECTOR, division=division, password=PASSWORD,
        kdf=QUICK,
    )  # fmt: skip
    return user_id


def lives(office: OfficeAtWork, mark: str, township: str, **more: Any) -> str:
    """A child whose form was taken in by the township's own people."""
    whole = office.actor
    office.actor = replace(whole, division=township)
    try:
        office.deliver(f"{mark}.tif", front(mark, (), **more), back(mark))
    finally:
        office.actor = whole
    for key in ("show_all_until", "recheck_percent"):
        settings.change_setting(*act(office), key, 0)
    office.read()
    (sheet,) = office.sheets()
    return office.verified(sheet).child_id


# -- names ------------------------------------------------------------------------------------------------------------


def test_what_is_gone_is_told_by_the_name_it_had(edition: Edition) -> None:
    places = gazetteer()
    assert places.told(VILLAGE) == places.full_name(VILLAGE) == "吉林省吉林市蛟河市黄松甸镇南顶子村"
    assert places.told("220222") == "吉林省吉林市舒兰县"
    edition(OLD)
    assert places.division(OLD) is None
    assert places.told(VILLAGE) == "吉林省吉林市蛟河市黄松甸镇南顶子村"
    edition(OLD, remembered=False)
    assert places.told(VILLAGE) == f"吉林省吉林市蛟河市（{VILLAGE}）"
    assert (places.told("990101"), places.told("")) == ("990101", "")


@given(st.text(alphabet="0123456789", max_size=13))
def test_telling_never_fails(code: str) -> None:
    told = gazetteer().told(code)
    assert bool(told) is bool(code)
    if gazetteer().division(code):
        assert told == gazetteer().full_name(code)


# -- a store kept by the list of before -------------------------------------------------------------------------------


@pytest.mark.parametrize("remembered", [True, False])
def test_everything_goes_on_when_the_own_code_is_gone(office: OfficeAtWork, edition: Edition, remembered: bool) -> None:
    child_id = office.child("一", None, **HOME)
    _, round_id = rounds.open_round(
        *act(office), name="下半年", as_of=date(2027, 1, 1), opens=date(2026, 7, 1), closes=date(2027, 1, 1),
        division=OLD,
    )  # fmt: skip
    user_id = clerk(office, VILLAGE)
    edition(OLD, remembered=remembered)
    again = office.child("二", None, child_name="王一", child_id_number=None, **HOME)
    assert {row.child_id for row in children.children(office.store, office.actor)} == {child_id, again}
    page = child_page.child_page(office.store, office.actor, child_id, civil_date(office.clock()))
    assert page.residence.startswith("吉林省吉林市蛟河市")
    assert ("黄松甸镇南顶子村" in page.residence) is remembered
    assert dict(children.places(office.store, office.actor)).keys() == {OLD, VILLAGE}
    found = children.children(office.store, office.actor, wanted=ChildFilter(division=OLD), today=DAY)
    assert len(found) == 2
    progress = rounds.progress(office.store, office.actor, round_id)
    assert sum(row.expected + row.came for row in progress.villages) == 2
    _, batch_id = report.new_batch(*act(office), "批", [row.registration_id for row in found])
    report.freeze(*act(office), batch_id)
    report.write(*act(office), batch_id, office.folder / "批.xlsx")
    people.change_user(*act(office), user_id, role=Role.REVIEWER, division=VILLAGE, full_name="李四")
    with pytest.raises(BadValue, match="不在区划表里"):
        people.change_user(*act(office), user_id, role=Role.REVIEWER, division=f"{OLD}209")
    assert check(office.store, office.actor) == ()
    told = divisions.divisions(office.store, office.actor)
    assert [gone.code for gone in told.gone] == [OLD, VILLAGE]
    assert told.moved == ()


# -- moved on ---------------------------------------------------------------------------------------------------------


def test_a_township_that_went_into_another(county: OfficeAtWork, edition: Edition) -> None:
    mine, other = lives(county, "一", OLD, **HOME), lives(county, "二", NEW, child_name="王一", child_id_number=None)
    user_id = clerk(county, OLD)
    kept_views.keep_filter(*act(county), "黄松甸的", ChildFilter(division=OLD), shared=True)
    neighbour = replace(county.actor, division=NEW, role=Role.REVIEWER)
    before = {row.child_id: row for row in children.children(county.store, county.actor)}
    report.new_batch(*act(county), "批", [before[mine].registration_id])
    written = verify.sheet(county.store, county.actor, before[mine].registration_id)
    edition(OLD, added={f"{NEW}299": "南顶子村"})
    assert [row.child_id for row in children.children(county.store, neighbour)] == [other]

    changes = divisions.move(*act(county), OLD, NEW)
    assert changes.office
    assert {row.child_id for row in children.children(county.store, neighbour)} == {mine, other}
    with county.store.session() as session:
        row = session.get_one(Child, mine)
        assert {row.scope, row.residence_division} == {f"{NEW}299"}  # the village of the same name there
        assert session.get_one(User, user_id).division == NEW
        for table in (Source, Registration, Batch, Roster, Office):
            assert OLD not in {code[:9] for code in session.scalars(select(table.division))}
    (shared,) = [f for f in kept_views.filters(county.store, county.actor) if f.name == "黄松甸的"]
    assert shared.filter.division == NEW
    assert verify.sheet(county.store, county.actor, before[mine].registration_id).items == written.items
    told = divisions.divisions(county.store, county.actor)
    assert (told.gone, told.moved) == ((), ((OLD, NEW),))
    assert check(county.store, county.actor) == ()

    late = lives(county, "三", NEW, child_name="何雾", child_id_number=None, **HOME)  # an old form, filled before
    with county.store.session() as session:
        assert session.get_one(Child, late).residence_division == f"{NEW}299"
    verify.reopen(*act(county), before[mine].registration_id, "再看")
    verify.finish(*act(county), before[mine].registration_id)
    assert {row.child_id for row in children.children(county.store, neighbour)} == {mine, other, late}


def test_a_county_that_became_a_district(two: Two, edition: Edition) -> None:
    """The codes of its townships change with it, by their names; its townships' packages come by the old ones."""
    two.town.child("一", None, **HOME)
    two.take(two.make("一.tdhandover"))
    edition("220281", added={"220206": "蛟河区", "220206001": "黄松甸镇", "220206001001": "南顶子村"})
    divisions.move(*act(two.county), "220281", "220206")
    county = replace(two.county, actor=replace(two.county.actor, division="220206"))  # as at the next login
    assert divisions.divisions(county.store, county.actor).gone == ()
    (row,) = children.children(county.store, county.actor)
    two.town.child("二", None, child_name="王一", child_id_number=None, **HOME)
    package = two.make("二.tdhandover")
    handover_in.take_in(*act(county), package)
    assert len(children.children(county.store, county.actor)) == 2
    with county.store.session() as session:
        assert set(session.scalars(select(Child.residence_division))) == {"220206001001"}
        assert set(session.scalars(select(Registration.division))) <= {"220206001", "220206001001"}
    assert check(county.store, county.actor) == ()
    divisions.move(*act(two.town), OLD, "220206001")
    town = replace(two.town.actor, division="220206001")
    assert len(children.children(two.town.store, town)) == 2
    path = two.place / "三.tdhandover"
    handover.make(two.town.store, town, two.town.clock(), "县民政局", path)
    handover_in.take_in(*act(county), path)
    assert len(children.children(county.store, county.actor)) == 2
    assert row.child_id in {r.child_id for r in children.children(county.store, county.actor)}


def test_what_became_of_it_may_go_on_again(county: OfficeAtWork, edition: Edition) -> None:
    child_id = lives(county, "一", OLD, **HOME)
    edition(OLD)
    divisions.move(*act(county), OLD, NEW)
    edition(OLD, NEW)
    divisions.move(*act(county), NEW, OTHER)
    with county.store.session() as session:
        assert session.get_one(Child, child_id).residence_division == OTHER
    assert divisions.divisions(county.store, county.actor).moved == ((NEW, OTHER), (OLD, OTHER))


def test_what_can_not_be_is_refused_and_nothing_moves(county: OfficeAtWork, edition: Edition) -> None:
    lives(county, "一", OLD, **HOME)
    edition(OLD)
    for old, new, said in (
        (OLD, "220281999", "不在区划表里"),
        (OLD, OLD, "6、9 或 12 位"),
        ("22028110", NEW, "6、9 或 12 位"),
        ("220283101", NEW, "不归本单位管"),
        (OLD, "220283101", "上级单位"),
        ("220281", NEW, "就在原来的区划里面"),
    ):
        with pytest.raises(BadValue, match=said):
            divisions.move(*act(county), old, new)
    with pytest.raises(NotAllowed):
        divisions.move(county.store, replace(county.actor, division=NEW), county.clock(), OLD, NEW)
    told = divisions.divisions(county.store, county.actor)
    assert told.moved == ()
    assert [gone.code for gone in told.gone] == [OLD, VILLAGE]


def test_the_command_line_lists_and_moves(
    county: OfficeAtWork, edition: Edition, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lives(county, "一", OLD, **HOME)
    edition(OLD)
    county.store.close()
    where = ["--data-dir", str(county.store.data_dir), "--user", "admin"]

    def run(*words: str) -> int:
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        return cli.main(["division", *words, *where])

    assert run("list") == cli.SOME_FAILED
    assert f"{VILLAGE}　吉林省吉林市蛟河市黄松甸镇南顶子村　区划表里已没有" in capsys.readouterr().out
    assert run("move", OLD, NEW) == cli.ALL_READ
    assert run("list") == cli.ALL_READ
    assert f"{OLD}　吉林省吉林市蛟河市黄松甸镇　已调整为 {NEW}" in capsys.readouterr().out
