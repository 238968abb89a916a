"""``tongdang handover`` as typed, between two offices; and what a package would hold before it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from records.errors import PackageRefused
from records.views_handover import OutgoingPackage
from tests.workflow.conftest import PASSWORD
from tests.workflow.two_offices import Two, county_office, introduce, two

__all__ = ["two"]  # a fixture
from workflow import cli, handover, partners, verify
from workflow.errors import BadValue

Run = Callable[..., str]


def outgoing(two: Two, **more: bool) -> OutgoingPackage:
    return handover.outgoing(two.town.store, two.town.actor, "县民政局", **more)


def test_what_would_go_is_what_goes(two: Two) -> None:
    two.town.child("A")
    seen = outgoing(two, sensitive=True)
    (row,) = seen.registrations
    assert (row.title, row.again) == ("欧阳雪", False)
    assert row.archive_number.endswith("-0001")
    assert (seen.office, seen.number, seen.everything) == ("县民政局", 1, True)
    made = two.made("一.tdhandover")
    assert made.counts == seen.counts
    assert made.number == seen.number, "looking takes no number"
    after = outgoing(two, sensitive=True)
    assert (after.registrations, after.everything, after.number, after.counts) == ((), False, 2, {})
    assert len(outgoing(two, everything=True, sensitive=True).registrations) == 1
    registration, town = row.registration_id, two.town
    verify.reopen(town.store, town.actor, town.clock(), registration, "学校写错了")
    verify.confirm(town.store, town.actor, town.clock(), registration, "school_name", "二小")
    verify.finish(town.store, town.actor, town.clock(), registration)
    seen = outgoing(two, sensitive=True)
    assert [changed.again for changed in seen.registrations] == [True]
    assert two.made("二.tdhandover").counts == seen.counts


def test_sensitive_values_are_refused_before_anything_is_looked_at(two: Two) -> None:
    with pytest.raises(BadValue, match="没有写明接收"):
        handover.outgoing(two.county.store, two.county.actor, "黄松甸镇人民政府", sensitive=True)


def test_the_offices_own_fingerprint_is_that_of_its_card(two: Two, tmp_path: Path) -> None:
    town = two.town
    own = partners.own_card(town.store, town.actor)
    card = partners.write_card(town.store, town.actor, town.clock(), tmp_path / "镇.tdcard")
    assert own.fingerprint == card.fingerprint
    spoken = own.fingerprint.replace(" ", "-")
    assert partners.same_figures(spoken, own.fingerprint)
    assert not partners.same_figures(spoken[:-1], own.fingerprint)


# -- as typed ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """One command in one of the two offices; both stores are closed by then."""

    def typed(data_dir: Path, *arguments: str, code: int = 0) -> str:
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        assert cli.main(["handover", *arguments, "--data-dir", str(data_dir)]) == code
        told = capsys.readouterr()
        return told.out + told.err

    return typed


def closed(two: Two) -> tuple[Path, Path]:
    two.town.store.close()
    two.county.store.close()
    return two.town.store.data_dir, two.county.store.data_dir


def test_cards_are_shown_compared_and_pinned(two: Two, run: Run, tmp_path: Path) -> None:
    other = county_office(tmp_path / "另一县")
    other.store.close()
    town, _county = closed(two)
    path = tmp_path / "另一县.tdcard"
    told = run(other.store.data_dir, "card", "--out", str(path))
    figures = next(line for line in told.splitlines() if line.startswith("指纹")).removeprefix("指纹：")
    assert "已经存在" in run(other.store.data_dir, "card", "--out", str(path), code=1)
    shown = run(town, "trust", str(path), code=1)
    assert figures in shown
    assert "还没有接受" in shown
    wrong = "0" + figures[1:] if figures[0] != "0" else "1" + figures[1:]
    assert "不一样" in run(town, "trust", str(path), "--fingerprint", wrong, code=1)
    assert "已接受" in run(town, "trust", str(path), "--fingerprint", figures)
    listed = run(town, "partners")
    assert listed.count("县民政局") == 2
    assert "交出第 0 包" in listed


def test_a_package_goes_there_and_a_proposal_comes_back(two: Two, run: Run, tmp_path: Path) -> None:
    two.town.child("A")
    (registration,) = [row.registration_id for row in outgoing(two).registrations]
    town, county = closed(two)
    package, back = tmp_path / "一.tdhandover", tmp_path / "回.tdhandover"
    made = run(town, "make", "--to", "县民政局", "--out", str(package))
    assert "第 1 包，全部内容" in made
    assert "登记表 1" in made
    assert "欧阳雪" in run(county, "preview", str(package))
    assert "登记表 1 份" in run(county, "import", str(package))
    assert "没有变化" in run(county, "import", str(package))
    assert "已经接收过" in run(county, "preview", str(package))
    assert "建议已记下" in run(county, "propose", registration, "school_name", "第二小学", "--why", "学籍系统里是二小")
    assert "理由" in run(county, "propose", registration, "school_name", "第三小学", "--why", " ", code=1)
    assert "本单位提出" in run(county, "proposals")
    run(county, "make", "--to", "黄松甸镇人民政府", "--out", str(back))
    assert "要处理的建议 1 条" in run(town, "preview", str(back))
    run(town, "import", str(back))
    listed = run(town, "proposals")
    assert "黄松甸镇中心小学 → 第二小学" in listed
    number = listed.split("　")[0]
    assert "没有这一条建议" in run(town, "accept", "没有这个", code=1)
    assert "已采纳" in run(town, "accept", number)
    assert run(town, "proposals") == ""
    assert "第二小学" in run(town, "proposals", "--decided")


def test_a_proposal_is_declined_with_a_reason(two: Two, run: Run, tmp_path: Path) -> None:
    two.town.child("A")
    (registration,) = [row.registration_id for row in outgoing(two).registrations]
    two.take(two.make("一.tdhandover"))
    town, county = closed(two)
    back, again = tmp_path / "回.tdhandover", tmp_path / "再.tdhandover"
    run(county, "propose", registration, "school_name", "第二小学", "--why", "学籍系统里是二小")
    run(county, "make", "--to", "黄松甸镇人民政府", "--out", str(back))
    run(town, "import", str(back))
    number = run(town, "proposals").split("　")[0]
    assert "没有采纳" in run(town, "decline", number, "--why", "问过学校，没有转学")
    run(town, "make", "--to", "县民政局", "--out", str(again))
    assert "答复 1 条" in run(county, "preview", str(again))
    run(county, "import", str(again))
    assert run(county, "proposals") == ""


def test_what_is_no_package_of_a_known_office_is_refused(two: Two, run: Run, tmp_path: Path) -> None:
    nonsense = tmp_path / "照片.jpg"
    nonsense.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(PackageRefused):
        partners.look_at_card(two.town.store, two.town.actor, nonsense)
    town, county = closed(two)
    assert "不是" in run(town, "preview", str(nonsense), code=3)
    assert "读不出来" in run(town, "import", str(tmp_path / "没有.tdhandover"), code=1)
    assert "没有找到这个单位" in run(county, "make", "--to", "某镇", "--out", str(tmp_path / "x"), code=1)
    assert not (tmp_path / "x").exists()


def test_two_offices_of_one_name_are_told_apart(two: Two, tmp_path: Path) -> None:
    other = county_office(tmp_path / "另一县")
    introduce(two.town, other, tmp_path)
    with other.store:
        found = partners.partners(two.town.store, two.town.actor)
    assert [row.office for row in found] == ["县民政局", "县民政局"]
    assert len({row.fingerprint for row in found}) == 2
