"""Base lists: any office's file comes in as what it is, is held against registrations, and goes without a trace."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from forms.id_number import check_digit
from ocr import roster as reader
from records.folder import DATABASE
from records.roster_rows import Known
from records.tables import RosterEntry
from records.views import Role
from records.views_roster import RosterKind, RosterOutcome
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import CHILD, back, front
from workflow import access, check, cli, earlier_forms, moves, people, roster_import, rosters, table_file
from workflow.errors import BadValue, NotAllowed, NotFound
from workflow.names import normal_name
from workflow.roster_import import Listed

SNOW = str(CHILD["child_id_number"])
OTHER = "22028420180101004" + check_digit("22028420180101004")
TITLES = ("序号", "学生姓名", "身份证件号", "出生日期", "父亲姓名", "父亲身份证号", "就读学校")
TODAY = date(2026, 10, 12)


def book(folder: Path, *rows: tuple[object, ...], titles: tuple[str, ...] = TITLES, name: str = "名单.xlsx") -> Path:
    """A school's list as a spreadsheet program writes it: a title above, then the header."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (("蛟河市义务教育阶段随迁子女名单",), titles, *rows):
        sheet.append(row)
    made.save(folder / name)
    return folder / name


def line(
    name: object, number: object = None, born: object = None, school: str = "黄松甸镇中心校"
) -> tuple[object, ...]:
    return (1, name, number, born, "某某", "220284198801010019", school)


def bring(office: OfficeAtWork, path: Path, name: str = "随迁子女", kind: RosterKind = RosterKind.SCHOOL) -> str:
    _, brought = roster_import.bring_in(
        office.store, office.actor, office.clock(), path, name=name, kind=kind, as_of=TODAY
    )
    return brought.roster_id


def outcomes(office: OfficeAtWork, roster_id: str) -> dict[str, tuple[RosterOutcome, tuple[str, ...]]]:
    found = rosters.compare(office.store, office.actor, roster_id).findings
    return {f.name: (f.outcome, f.differing) for f in found}


# -- who it is ------------------------------------------------------------------------------------------------------


def test_a_namesake_is_another_child(office: OfficeAtWork) -> None:
    """Neither birth date nor number nearly agree: the one on the list isn't registered, and nothing of her is wrong."""
    office.child("一")
    first = "22028420150512001"
    namesake = line("欧阳雪", first + check_digit(first), date(2015, 5, 12))
    assert outcomes(office, bring(office, book(office.folder, namesake))) == {"欧阳雪": (RosterOutcome.MISSING, ())}


def test_who_is_known_by_name_and_birth_date_is_not_given_to_the_reader_twice(office: OfficeAtWork) -> None:
    """One child twice would fit a page twice, and then neither is offered."""
    bring(office, book(office.folder, line("欧阳雪", None, date(2018, 1, 1)), line("王一", OTHER)))
    registered = reader.RosterEntry("a child", "欧阳雪", "", "2018-01-01")
    with office.store.session() as session:
        alone = [entry.name for entry in rosters.for_reader(session, office.actor.division, ())]
        beside = [entry.name for entry in rosters.for_reader(session, office.actor.division, [registered])]
    assert (sorted(alone), beside) == (["欧阳雪", "王一"], ["王一"])


# -- coming in --------------------------------------------------------------------------------------------------------


def test_a_spreadsheet_is_looked_through_before_it_comes_in(office: OfficeAtWork) -> None:
    path = book(
        office.folder,
        line("欧阳雪", SNOW, date(2018, 1, 1)),
        line("王一", OTHER, "2018年1月1日"),
        line("买买提・艾力", None, 43101),  # a day as a spreadsheet counts: 1 January 2018
        line("李二", "220284201801010024"),
        line("李三", 2.20284201801010e17),
        line("李四"),
        line("", OTHER),
        line("王一", OTHER),
        line("李五", "无", "二月三十"),
        (None, None, None),
    )
    told = roster_import.preview(office.store, office.actor, path)
    assert told.header_line == 2
    assert {c.title: c.means for c in told.columns} == {
        "序号": "", "学生姓名": "name", "身份证件号": "id_number", "出生日期": "birth_date", "父亲姓名": "",
        "父亲身份证号": "", "就读学校": "place",
    }  # fmt: skip
    assert told.rows == 3
    assert [(r.line, r.sentence[:12]) for r in told.refused] == [
        (6, "公民身份号码不对（位数或"),
        (7, "公民身份号码被表格软件存"),
        (8, "公民身份号码和出生日期都"),
        (9, "没有姓名。"),
        (10, "和第 4 行是同一名儿童"),
        (11, "出生日期不是一个日期。"),
    ]
    assert rosters.rosters(office.store, office.actor) == ()
    bring(office, path)
    (row,) = rosters.rosters(office.store, office.actor)
    assert (row.name, row.rows, row.refused, row.sensitive) == ("随迁子女", 3, 6, False)
    with office.store.session() as session:
        entries = session.scalars(select(RosterEntry).order_by(RosterEntry.line)).all()
        assert [(e.line, e.name, e.id_number, e.birth_date, e.place) for e in entries] == [
            (3, "欧阳雪", SNOW, date(2018, 1, 1), "黄松甸镇中心校"),
            (4, "王一", OTHER, date(2018, 1, 1), "黄松甸镇中心校"),
            (5, "买买提·艾力", None, date(2018, 1, 1), "黄松甸镇中心校"),
        ]
    with pytest.raises(BadValue, match="同名的名单"):
        bring(office, path)
    assert check.check(office.store, office.actor) == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files_of_any_program(office: OfficeAtWork, encoding: str, mark: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows([("姓名", "公民身份号码"), ("欧阳雪", SNOW), ("王一", "2.20E+17")])
    (office.folder / "名单.csv").write_bytes(text.getvalue().encode(encoding))
    told = roster_import.preview(office.store, office.actor, office.folder / "名单.csv")
    assert (told.rows, [r.line for r in told.refused]) == (1, [3])


def test_a_column_can_be_named(office: OfficeAtWork) -> None:
    path = book(office.folder, ("欧阳雪", SNOW), titles=("孩子", "号"))
    with pytest.raises(BadValue, match="没有找到写着姓名"):
        roster_import.preview(office.store, office.actor, path)
    columns = {"name": "孩子", "id_number": "号"}
    assert roster_import.preview(office.store, office.actor, path, columns).rows == 1
    for wrong in ({"name": "孩子", "id_number": "没有"}, {"colour": "号"}):
        with pytest.raises(BadValue):
            roster_import.preview(office.store, office.actor, path, wrong)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空的"),
        (b"\xd0\xcf\x11\xe0rest", "旧格式"),
        (b"PK\x03\x04rest", "可能已损坏"),
        (b"\0\1\2\3", "不是表格文件"),
        ("姓名\n".encode(), "没有认出"),
        ("姓名,身份证号\n".encode(), "下面没有内容"),
        ("姓名,身份证号\n王一,123\n".encode(), "没有一行能用"),
    ],
)
def test_what_is_no_list_is_refused_whole(office: OfficeAtWork, content: bytes, words: str) -> None:
    path = office.folder / "名单.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadValue, match=words) as told:
        bring(office, path)
    assert "没有带入任何内容" in told.value.sentence
    assert rosters.rosters(office.store, office.actor) == ()


def test_a_list_that_is_too_large_is_refused(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(office.folder, *(line("王一", OTHER) for _ in range(30)))
    for name, least in (("LARGEST_FILE", 10), ("LARGEST_UNPACKED", 10), ("MOST_LINES", 20)):
        with monkeypatch.context() as patch:
            patch.setattr(table_file, name, least)
            with pytest.raises(BadValue, match="没有带入"):
                roster_import.preview(office.store, office.actor, path)
    with pytest.raises(BadValue, match="打不开"):
        roster_import.preview(office.store, office.actor, office.folder / "没有.csv")


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("姓名,出生日期\n" + text).encode()))
def test_no_file_is_more_than_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "任意.csv"
    path.write_bytes(content)
    with contextlib.suppress(BadValue):  # and no other error
        lines = table_file.lines_of(path)
        listed, refused = roster_import._listed(lines, *roster_import._header(path.name, lines, {}))
        assert len(listed) + len(refused) <= len(lines)


# -- comparing --------------------------------------------------------------------------------------------------------


def test_who_is_missing_and_who_differs(office: OfficeAtWork) -> None:
    snow = office.child("一")
    office.deliver("二.tif", front("二", (), child_name="王一", child_id_number=OTHER), back("二"))
    office.read()
    mistyped = SNOW[:14] + "117" + check_digit(SNOW[:14] + "117")
    path = book(
        office.folder,
        line("欧阳雪", SNOW),
        line("王一", OTHER),
        line("何雾", None, "2019-05-06"),
    )
    whole = bring(office, path)
    told = rosters.compare(office.store, office.actor, whole)
    assert told.found == 1
    assert outcomes(office, whole) == {"何雾": (RosterOutcome.MISSING, ()), "王一": (RosterOutcome.IN_DRAFT, ())}
    assert [(f.line, f.place) for f in told.of(RosterOutcome.MISSING)] == [(5, "黄松甸镇中心校")]

    for name, entry, differing in (
        ("号码", line("欧阳雪", mistyped), ("公民身份号码",)),
        ("姓名", line("欧阳霜", SNOW), ("姓名",)),
        ("出生", line("欧阳雪", SNOW, "2018-01-07"), ("出生日期",)),
    ):
        listed = bring(office, book(office.folder, entry), name)
        (finding,) = rosters.compare(office.store, office.actor, listed).findings
        assert (finding.outcome, finding.differing, finding.child_id) == (RosterOutcome.DIFFERS, differing, snow)

    moves.exit_child(office.store, office.actor, office.clock(), snow, "home", TODAY)
    assert outcomes(office, whole)["欧阳雪"] == (RosterOutcome.EXITED, ())


def test_of_a_child_elsewhere_only_the_township_is_told(office: OfficeAtWork) -> None:
    office.child("一")
    listed = bring(office, book(office.folder, line("欧阳霜", SNOW)))
    against = rosters._Against([Known("c", "欧阳雪", SNOW, None, "220281105001", "220281105", exited=False)], ())
    told = rosters._finding(office.actor, against, Listed(3, "欧阳霜", SNOW, None, ""))
    assert (told.child_id, told.differing, told.outcome) == ("", (), RosterOutcome.FOUND)
    assert told.elsewhere
    stranger = replace(office.actor, division="220281105")
    assert rosters.rosters(office.store, stranger) == ()
    with pytest.raises(NotFound):
        rosters.compare(office.store, stranger, listed)
    with pytest.raises(NotFound):
        rosters.remove(office.store, stranger, office.clock(), listed)


NAMES = st.sampled_from(["欧阳雪", "王一", "何雾", "阿依古丽·买买提"])
NUMBERS = st.sampled_from(["", SNOW, OTHER])
DAYS = st.none() | st.sampled_from([date(2018, 1, 1), date(2019, 5, 6)])


@given(st.lists(st.tuples(NAMES, NUMBERS, DAYS), max_size=5), NAMES, NUMBERS, DAYS)
def test_an_entry_is_missing_only_where_nobody_can_be_meant(
    children: list[tuple[str, str, date | None]], name: str, number: str, born: date | None
) -> None:
    known = [Known(str(n), normal_name(c[0]), c[1], c[2], "", "", exited=False) for n, c in enumerate(children)]
    found = rosters._Against(known, ()).child(Listed(1, name, number, born, ""))
    same_number = [c for c in known if number and c.id_number == number]
    same_person = [c for c in known if c.name_norm == name and c.birth_date and c.birth_date == born]
    if same_number or same_person:
        assert found is not None
    if found is None:
        assert not same_number
        assert not same_person
    else:
        assert found.id_number == number or found.name_norm == normal_name(name)


# -- the reader -------------------------------------------------------------------------------------------------------


def test_the_reader_is_told_of_children_whom_nobody_registered(office: OfficeAtWork) -> None:
    office.child("一")
    bring(office, book(office.folder, line("欧阳雪", SNOW), line("王一", OTHER), line("何雾", None, "2019-05-06")))
    bring(office, book(office.folder, line("王一", OTHER)), "又一份")
    with office.store.session() as session:
        known = earlier_forms.known_children(session, "220281104")
        told = list(rosters.for_reader(session, "220281104", known))
    assert [(e.name, e.id_number, e.birth_date) for e in told] == [
        ("王一", OTHER, "2018-01-01"),
        ("何雾", "", "2019-05-06"),
    ]
    office.deliver("二.tif", front("二", (), child_name="王一", child_id_number=OTHER), back("二"))
    office.read()
    roster = office.pool.told[-1].roster
    assert roster is not None
    assert {entry.name for entry in roster.sharing([SNOW, OTHER, "何雾"])} == {"欧阳雪", "王一", "何雾"}


# -- sealed, removed, by whom -----------------------------------------------------------------------------------------


def test_a_list_of_disability_is_for_named_persons_only(office: OfficeAtWork) -> None:
    listed = bring(office, book(office.folder, line("王一", OTHER)), "残联", RosterKind.DISABILITY)
    with office.store.session() as session:
        (entry,) = session.scalars(select(RosterEntry))
        assert (entry.name, entry.id_number, entry.birth_date, entry.place) == ("", None, None, "")
    assert outcomes(office, listed) == {"王一": (RosterOutcome.MISSING, ())}
    assert check.check(office.store, office.actor) == ()
    with office.store.session() as session:
        assert list(rosters.for_reader(session, "220281104", ())) == []
    people.add_user(
        office.store, office.actor, office.clock(), username="li", full_name="李某", role=Role.ADMINISTRATOR,
        division="220281104", password="雾凇与松花江的水", kdf=QUICK,
    )  # fmt: skip
    office.store.close()
    opened = access.log_in(office.store.data_dir, username="li", password="雾凇与松花江的水", now=office.clock())
    with opened.store:
        (row,) = rosters.rosters(opened.store, opened.actor)
        assert row.closed
        with pytest.raises(NotAllowed, match="指定的人"):
            rosters.compare(opened.store, opened.actor, listed)
        other = OfficeAtWork(opened.store, opened.actor, office.folder, office.clock)
        with pytest.raises(NotAllowed, match="没有带入"):
            bring(other, book(office.folder, line("王一", OTHER)), "又一份", RosterKind.DISABILITY)


def test_a_sealed_list_is_compared_after_the_keys_were_changed(office: OfficeAtWork) -> None:
    listed = bring(office, book(office.folder, line("王一", OTHER)), "残联", RosterKind.DISABILITY)
    with office.store.session() as session:
        before = session.scalars(select(RosterEntry.sealed)).one()
    people.rotate_keys(office.store, office.actor, office.clock())
    again = access.log_in(office.store.data_dir, username="admin", password=PASSWORD, now=office.clock())
    with again.store:
        with again.store.session() as session:
            assert session.scalars(select(RosterEntry.sealed)).one() != before
        (finding,) = rosters.compare(again.store, again.actor, listed).findings
        assert (finding.name, finding.outcome) == ("王一", RosterOutcome.MISSING)


def test_a_file_whose_columns_say_nothing_shows_what_can_be_named(office: OfficeAtWork) -> None:
    path = book(office.folder, ("王一", OTHER, "二小"), titles=("孩子", "号码", "住哪儿"))
    told = roster_import.look(office.store, office.actor, path)
    assert ([column.title for column in told.columns], told.rows) == (["孩子", "号码", "住哪儿"], 0)
    assert "没有找到写着姓名的标题行" in told.problem
    named = {"name": "孩子", "id_number": "号码", "place": ""}
    told = roster_import.look(office.store, office.actor, path, named)
    assert (told.rows, told.problem) == (1, "")
    with pytest.raises(BadValue, match="打不开"):
        roster_import.look(office.store, office.actor, path.with_name("没有.xlsx"))


def test_a_recognised_column_can_be_left_out(office: OfficeAtWork) -> None:
    path = book(office.folder, line("王一", OTHER))
    told = roster_import.look(office.store, office.actor, path, {"place": ""})
    assert {c.means for c in told.columns} == {"", "name", "id_number", "birth_date"}


def test_removed_it_leaves_nothing(office: OfficeAtWork) -> None:
    listed = bring(office, book(office.folder, line("王一", OTHER)))
    rosters.remove(office.store, office.actor, office.clock(), listed)
    assert (office.store.data_dir / f"{DATABASE}-wal").stat().st_size == 0, "nor does the log of what was written"
    with office.store.session() as session:
        assert session.scalar(select(func.count()).select_from(RosterEntry)) == 0
    assert rosters.rosters(office.store, office.actor) == ()
    with pytest.raises(NotFound):
        rosters.compare(office.store, office.actor, listed)
    assert check.check(office.store, office.actor) == ()


# -- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def run(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setattr(cli, "clock", office.clock)

    def command(*words: str) -> tuple[int, str]:
        office.store.close()
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        code = cli.main(["roster", *words, "--data-dir", str(office.store.data_dir)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def test_the_commands(office: OfficeAtWork, run: Callable[..., tuple[int, str]]) -> None:
    office.child("一")
    path = str(book(office.folder, line("欧阳雪", SNOW), line("王一", OTHER), line("李四")))
    code, said = run("look", path)
    assert (code, "学生姓名　→　姓名" in said, "第 5 行" in said) == (1, True, True)
    code, said = run("add", path, "--name", "随迁子女", "--kind", "教育随迁子女", "--column", "姓名=学生姓名")
    assert (code, "已带入“随迁子女”2 行，1 行没有带入" in said) == (1, True)
    assert "随迁子女　教育随迁子女　截止 2026-10-12　2 名" in run("list")[1]
    code, said = run("compare", "随迁子女")
    assert code == 1
    assert "没有登记 1 名" in said
    assert "第 4 行　王一　2202842018********" in said
    assert OTHER not in said
    out = office.folder / "走访.xlsx"
    assert "已写出走访表" in run("compare", "随迁子女", "--out", str(out))[1]
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [sheet.cell(6, column).value for column in (1, 2, 3, 6)] == ["4", "没有登记", "王一", "黄松甸镇中心校"]
    assert run("compare", "没有")[0] == 1
    assert run("look", path, "--column", "颜色=红")[0] == 1
    assert run("remove", "随迁子女")[0] == 0
    assert "共 0 份" in run("list")[1]
