"""Whoever has still to enter a child blind learns nothing of it anywhere: every verb that tells something is asked.

The verbs are enumerated by their signatures. One that takes something for which nothing stands here fails, and so does
one that writes and answers with more than what changed, until it is named here.
"""

from __future__ import annotations

import csv
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import workflow
from exporters.archive_list import ArchiveList, archive_list_pdf
from exporters.visit_list import visit_list_pdf
from records.tables import User
from records.views import Actor, Role
from records.views_care import LinkKind
from records.views_roster import RosterKind
from tests.workflow.conftest import PASSWORD, QUICK, MakeOffice, OfficeAtWork
from tests.workflow.scripted import CHILD, FORM, back, believing, front, visit_record
from tests.workflow.test_scope_of_verbs import function, parameters
from tests.workflow.two_offices import county_office, introduce
from workflow import (
    archive,
    child_page,
    children,
    concerns,
    dossiers,
    draft_workbook,
    duplicates,
    handover,
    handover_in,
    intake,
    mandatory,
    moves,
    placing,
    prefilled,
    report,
    roster_import,
    rosters,
    rounds,
    second_entry,
    settings,
    verify,
    visit_forms,
    visit_paper,
    visits,
)
from workflow.access import create_office
from workflow.blind import PENDING
from workflow.cross_reference import Place
from workflow.errors import BadValue
from workflow.permissions import VERBS

TODAY = date(2027, 2, 1)
HEADER = ("姓名", "身份证号", "出生日期")
TWICE = (
    "child_name,child_id_number,child_birth_date,child_sex,child_residence,child_household,caregiver_name,"
    "caregiver_phone,mother_name,school_name"
)
TELLS = (
    "欧阳雪", "2202842018", "2018, 1, 1", "2018-01-01", "河沿街", "林雾凇", "13904320001", "黄松甸镇中心小学",
)  # fmt: skip
SISTER: dict[str, Any] = {
    "child_name": "欧阳雨", "child_id_number": "22028420200101002X", "child_birth_date": "2020-01-01",
    "child_residence": {"division": "220281104", "detail": "北街9号"}, "school_name": "北小学",
}  # fmt: skip
AGAIN: dict[str, Any] = {
    **SISTER, "child_name": "欧阳霜", "child_id_number": None, "child_birth_date": "2019-05-01",
    "form_date": "2026-05-01",
}  # fmt: skip
# told all the same, and why
MAY_TELL = {
    "verify.page_image": "the picture is what is entered from",
    "read_ahead.page_image": "likewise",
    "read_ahead.look": "notes that read_ahead.sheet, which is asked here, was seen; answers what this person typed",
    "form_trying.original": "the delivered file, likewise",
    "recognise.run_queue": "asked of a reader; tells what changed",
    "placing.waiting": "what was read on another paper; whose it is has a test below",
    "half_typed.kept": "what this person typed herself",
    "verify.as_typed": "what this person types, against itself",
    "access.office": "of the office alone",
    "office_forms.print_blank": "a blank",
    "handover_in.preview": "a test of its own, below",
    "partners.look_at_card": "a card of an office",
    "roster_import.look": "another department's file, as it was brought",
    "roster_import.preview": "likewise",
    "group_verify.sheet": "drafts alone, which nobody enters twice; its list is asked",
    "check.check": "ids alone; the log of what persons see has its own test",
    "office_forms.form": "a blank form",
}
# what a verb that writes may answer with: ids, counts, hashes, places of pages; or it has a test of its own below
TELLS_NOTHING = frozenset({
    "Changes", "None", "tuple[Changes, str]", "str", "Path", "Arranged", "PutBack", "Written", "Made", "Made | None",
    "ErasurePlan", "Accepted", "MadePackage", "TakeIn", "list[TakeIn]", "CardView", "tuple[Fault, ...]", "Receipt",
    "tuple[Changes, Brought]", "Proposal", "tuple[TriedPage, ...]", "tuple[Changes, Form]", "WrittenSlips",
    "tuple[str, PutBack]",
})  # fmt: skip
OWN_TEST = frozenset({
    "PrintedBatch", "PrintedList", "PrintedVisitForms", "WrittenList", "DraftWritten", "Finished | AskSameChild", "int",
})  # fmt: skip


@dataclass
class World:
    office: OfficeAtWork
    second: Actor
    given: dict[str, Any]
    registration: str


def colleague(office: OfficeAtWork) -> Actor:
    with office.store.transaction() as session:
        row = User(
            id=office.store.new_id(), username="second", full_name="第二人", role=Role.ADMINISTRATOR,
            division=office.actor.division, created_at=office.clock(),
        )  # fmt: skip
        session.add(row)
        return replace(office.actor, user_id=row.id, username="second", full_name="第二人")


def school_list(office: OfficeAtWork) -> str:
    path = office.folder / "名单.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [("姓名", "身份证号", "出生日期"), ("欧阳霁", CHILD["child_id_number"], "2018-01-01")]
        )
    _, brought = roster_import.bring_in(
        office.store,
        office.actor,
        office.clock(),
        path,
        name="学籍",
        kind=RosterKind.SCHOOL,
        as_of=office.clock().date(),
    )
    path.unlink()
    return brought.roster_id


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One child that stands in every list, and a colleague who is to enter it again. No test changes these."""
    place = tmp_path_factory.mktemp("双录")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as closing:
        for module in ("drafting", "settling", "papers"):
            patch.setattr(f"workflow.{module}.judge", believing)
        county = county_office(place / "县")
        opened = create_office(
            place / "镇" / "资料库", office_name="黄松甸镇人民政府", division="220281104", username="admin",
            full_name="管理员", password=PASSWORD, now=datetime(2026, 10, 12, 1, 0, tzinfo=UTC), kdf=QUICK,
        )  # fmt: skip
        for store in (county.store, opened.store):
            closing.enter_context(store)
        office = OfficeAtWork(opened.store, opened.actor, place)
        introduce(office, county, place)
        yield built(office)


def built(office: OfficeAtWork) -> World:
    who, clock = (office.store, office.actor), office.clock
    child = office.child("一", health_body=["ill", "disabled"])
    sister, again = office.child("二", **SISTER), office.child("三", **AGAIN)
    twin = office.child("四", child_id_number=None, child_birth_date="2018-01-02")
    registration = child_page.child_page(*who, child, TODAY).registrations[0].registration_id
    for row in concerns.proposed(*who):
        for concern in row.concerns[:1]:
            concerns.confirm(*who, clock(), concern.concern_id)
    _, dossier = dossiers.open_dossier(*who, clock(), child)
    visits.write_log(*who, clock(), clock().date(), "到家看过", child_id=child)
    mandatory.raise_case(*who, clock(), child, "separated", "独自居住")
    moves.link(*who, clock(), child, sister, LinkKind.SIBLINGS, "户口簿")
    _, merge = duplicates.merge(*who, clock(), child, again, "核对了户口簿")
    _, batch = report.new_batch(*who, clock(), "批次", [registration])
    office.deliver("走访.tif", visit_record())
    office.read()
    page = next(p for s in intake.inbox(*who).sources for p in s.pages if p.registration_id == registration).page_id
    roster = school_list(office)
    for running in rounds.rounds(*who):
        rounds.close_round(*who, clock(), running.round_id)
    _, round_id = rounds.open_round(
        *who, clock(), name="2027年上半年", as_of=date(2027, 6, 30), opens=date(2027, 1, 1), closes=date(2027, 6, 30)
    )
    settings.change_setting(*who, clock(), "second_entry", TWICE)
    given = {
        "child_id": child, "child_ids": [child], "one_id": child, "other_id": twin, "page_id": page,
        "registration_id": registration, "batch_id": batch, "roster_id": roster, "round_id": round_id,
        "key": "child_name", "value": "", "words": "欧阳雪", "today": TODAY, "partner": "县民政局", "form_id": FORM.id,
        "version": FORM.version, "archive_number": "X001-ZY·2026·D30·黄松甸镇-0001",
        "merge_id": merge, "dossier_id": dossier, "group": "",
        "listed": "children",
    }  # fmt: skip
    return World(office, colleague(office), given, registration)


for module in pkgutil.iter_modules(workflow.__path__):
    importlib.import_module(f"workflow.{module.name}")


def looking_verbs() -> list[str]:
    return sorted(name.removeprefix("workflow.") for name in VERBS if "now" not in parameters(name))


def writing_verbs() -> list[str]:
    return sorted(name.removeprefix("workflow.") for name in VERBS if "now" in parameters(name))


def asked(world: World, actor: Actor, name: str) -> str:
    wanted = [p for p in list(parameters(name).values())[2:] if p.default is p.empty]
    arguments = {p.name: world.given[p.name] for p in wanted}
    more: dict[str, Any] = {"today": TODAY} if name == "children.children" else {}
    more |= {"ahead_days": 3650} if name == "visits.due" else {}
    return repr(function(name)(world.office.store, actor, **arguments, **more))


def test_no_verb_tells_what_is_still_to_be_entered_blind(world: World) -> None:
    told = {name: asked(world, world.second, name) for name in looking_verbs() if name not in MAY_TELL}
    found = {name: [words for words in TELLS if words in answer] for name, answer in told.items()}
    assert {name: words for name, words in found.items() if words} == {}
    # the test would see it: most of these tell it to the person who verified
    own = {name for name in told if any(words in asked(world, world.office.actor, name) for words in TELLS)}
    assert own >= {
        "archive.papers",
        "child_page.child_page", "child_page.field_history", "children.children", "concerns.key_concern",
        "duplicates.all_duplicates", "duplicates.duplicate_candidates", "duplicates.merges",
        "handover.outgoing", "intake.inbox", "mandatory.open_cases", "report.batch",
        "rounds.compared", "rounds.outstanding", "twins.compare", "unmask.id_numbers", "verify.sheet", "visits.due",
        "visits.work_log", "review.to_review",
    }  # fmt: skip


def test_every_verb_that_answers_is_asked() -> None:
    assert set(MAY_TELL) <= set(looking_verbs())
    answers = {n: inspect.signature(function(n)).return_annotation for n in writing_verbs()}
    assert {n: a for n, a in answers.items() if str(a) not in TELLS_NOTHING | OWN_TEST} == {}


def test_what_agrees_is_told_again(make_office: MakeOffice) -> None:
    world = built(make_office("镇"))
    store, clock = world.office.store, world.office.clock
    values = {item.key: item.value for item in verify.sheet(store, world.office.actor, world.registration).items}
    for key in TWICE.split(","):
        second_entry.enter(store, world.second, clock(), world.registration, key, values[key])
    (row,) = (r for r in visits.due(store, world.second, TODAY) if r.child_id == world.given["child_id"])
    assert (row.name, row.id_number_masked[:10]) == ("欧阳雪", "2202842018")


def test_nothing_to_enter_is_printed(world: World, tmp_path: Path) -> None:
    store, clock, round_id = world.office.store, world.office.clock, world.given["round_id"]
    with pytest.raises(BadValue, match=PENDING):
        prefilled.print_forms(store, world.second, clock(), round_id, tmp_path / "表.pdf")
    assert not (tmp_path / "表.pdf").exists()
    written = prefilled.print_forms(store, world.office.actor, clock(), round_id, tmp_path / "表.pdf")
    assert (written.copies, written.pending) == (3, 0)


def test_a_visit_form_is_printed_by_who_may_know_whose_it_is(world: World, tmp_path: Path) -> None:
    store, clock, child = world.office.store, world.office.clock, world.given["child_id"]
    with pytest.raises(BadValue, match=PENDING):
        visit_forms.print_visit_forms(store, world.second, clock(), tmp_path / "走访.pdf", [child])
    assert not (tmp_path / "走访.pdf").exists()
    printed = visit_forms.print_visit_forms(store, world.office.actor, clock(), tmp_path / "走访.pdf", [child])
    assert (printed.copies, printed.pending) == (1, 0)


def test_lists_on_paper_tell_nothing_of_it(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, clock = world.office.store, world.office.clock
    printed: list[str] = []

    def seen(office: str, day: date, lines: Any, note: str) -> Any:
        printed.append(repr(lines))
        return visit_list_pdf(office, day, lines, note)

    monkeypatch.setattr("workflow.visit_paper.visit_list_pdf", seen)
    for number, actor in enumerate((world.second, world.office.actor)):
        visit_paper.print_due(store, actor, clock(), tmp_path / f"{number}.pdf", ahead_days=400)
    own = ("欧阳雪", "河沿街", "林雾凇", "13904320001")
    assert [[words for words in own if words in each] for each in printed] == [[], list(own)]


def test_the_list_in_a_box_tells_nothing_of_it(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, clock = world.office.store, world.office.clock
    ids = [row.row_id for row in archive.papers(store, world.second).rows]
    archive.put_away(store, world.second, clock(), ids, Place(box="1"))
    (box,) = archive.shelves(store, world.second).boxes
    printed: list[str] = []

    def seen(document: ArchiveList) -> bytes:
        printed.append(repr(document.lines))
        return archive_list_pdf(document)

    monkeypatch.setattr("workflow.archive.archive_list_pdf", seen)
    for number, actor in enumerate((world.second, world.office.actor)):
        archive.write_list(store, actor, clock(), box.key, tmp_path / f"{number}.pdf")
    assert ["欧阳雪" in each for each in printed] == [False, True]


def test_a_draft_workbook_tells_nothing_of_it(world: World, tmp_path: Path) -> None:
    store, clock = world.office.store, world.office.clock
    (source,) = (s.source_id for s in intake.inbox(store, world.second).sources if s.name == "一.tif")
    texts = []
    for number, actor in enumerate((world.second, world.office.actor)):
        path = tmp_path / f"{number}.xlsx"
        draft_workbook.write_draft(store, actor, clock(), [source], path)
        book = openpyxl.load_workbook(path)
        texts.append("|".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row))
    own = ("欧阳雪", "220284201801010023", "河沿街", "林雾凇")
    assert [[words for words in own if words in each] for each in texts] == [[], list(own)]


def test_a_namesake_is_asked_about_without_what_is_pending(world: World) -> None:
    """Somebody verifies a form of the same name and birth date: whether it is this child is asked."""
    office = world.office
    office.deliver("五.tif", front("五", (), child_id_number=None, child_registered=["no"]), back("五"))
    office.read()
    (draft,) = office.sheets()
    office.answer_all(draft)
    asked = verify.finish(office.store, world.second, office.clock(), draft.registration_id)
    assert isinstance(asked, verify.AskSameChild)
    assert not [words for words in TELLS if words in repr(asked)]


def test_whose_another_paper_is_isnt_told(world: World) -> None:
    """To be found by the name on it tells that name."""
    store = world.office.store
    (own,), (other,) = placing.waiting(store, world.office.actor), placing.waiting(store, world.second)
    assert (own.children[0].child_id, other.children) == (world.given["child_id"], ())


def test_a_list_of_another_department_tells_nothing_of_it(world: World, tmp_path: Path) -> None:
    store, roster = world.office.store, world.given["roster_id"]
    (differs,) = rosters.compare(store, world.office.actor, roster).findings
    assert (differs.name, differs.differing) == ("欧阳霁", ("姓名",))
    assert rosters.compare(store, world.second, roster).findings == ()
    with pytest.raises(BadValue, match="没有要去看的"):
        rosters.write_findings(store, world.second, world.office.clock(), roster, tmp_path / "名单.xlsx")


def test_a_package_tells_nothing_of_it(world: World, tmp_path: Path) -> None:
    """The county enters what it gets again, too: its preview says that something comes, not what."""
    office, county = world.office, county_office(tmp_path / "另一县")
    with county.store:
        introduce(office, county, tmp_path)
        introduce(county, office, tmp_path)
        path = tmp_path / "包.tdhandover"
        handover.make(office.store, office.actor, office.clock(), county.store.store_id, path)
        plain = handover_in.preview(county.store, county.actor, path)
        assert "欧阳雪" in repr(plain)
        settings.change_setting(county.store, county.actor, county.clock(), "second_entry", TWICE)
        assert not [words for words in TELLS if words in repr(handover_in.preview(county.store, county.actor, path))]
        handover_in.take_in(county.store, county.actor, county.clock(), path)
        assert {row.name for row in children.children(county.store, county.actor)} == {PENDING}
