"""The queue is the state in the database: it goes on after anything, and one page's failure costs that page."""

from __future__ import annotations

from itertools import permutations

import pytest

from records import intake_rows
from records.views import AnswerState, PageState, SourceState
from tests.workflow.conftest import MakeOffice, OfficeAtWork
from tests.workflow.scripted import CHILD, FORM, ScriptedPool, back, blank, failing, front, spread
from workflow import check, intake, verify
from workflow.changes import Changes


def page_states(office: OfficeAtWork) -> list[PageState]:
    return [p.state for s in intake.inbox(office.store, office.actor).sources for p in s.pages]


def test_a_sheet_becomes_one_registration_with_a_number(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    changes = office.read()
    (sheet,) = office.sheets()
    assert sheet.title == "欧阳雪"
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert sheet.place.archive_number == "X001-ZY·2026·D30·黄松甸镇-0001"
    assert sheet.notes == ()
    assert sheet.registration_id in changes.registrations
    items = {item.key: item for item in sheet.items}
    assert [item.key for item in sheet.items] == [f.key for f in FORM.fields]
    assert items["child_id_number"].value == CHILD["child_id_number"]
    assert items["child_id_number"].state is AnswerState.MACHINE
    assert items["father_name"].page_id == sheet.pages[1].page_id
    assert verify.page_image(office.store, office.actor, sheet.pages[0].page_id).startswith(b"\xff\xd8")
    view = intake.inbox(office.store, office.actor)
    assert (view.waiting, view.drafts) == (0, 1)


def test_sheets_in_one_picture_are_pages_of_their_own(office: OfficeAtWork) -> None:
    """Each keeps its place: what is read again, alone, is read where it lies."""
    office.deliver("并排.jpg", spread(front("S"), back("S")), front("T"), spread(failing("defect", 1), back("T")))
    office.read()
    (source,) = intake.inbox(office.store, office.actor).sources
    assert [p.number for p in source.pages] == [1, 2, 3, 4, 5]
    assert [p.state for p in source.pages].count(PageState.FAILED) == 1
    first, second = office.sheets()
    assert [[p.form_page for p in sheet.pages] for sheet in (first, second)] == [[1, 2], [1, 2]]
    office.pool.told.clear()
    intake.retry(office.store, office.actor, office.clock(), source.pages[3].page_id)
    office.read()
    assert [told.part.x for told in office.pool.told if told.part] == [0]
    assert PageState.FAILED not in page_states(office)
    assert check.check(office.store, office.actor) == ()


def test_sides_in_different_files_are_one_registration(office: OfficeAtWork) -> None:
    office.deliver("反.jpg", back("S"))
    office.read()
    (alone,) = office.sheets()
    assert "缺正面" in alone.notes[0]
    office.deliver("正.jpg", front("S"))
    office.read()
    (sheet,) = office.sheets()
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert sheet.registration_id == alone.registration_id, "the draft goes on, with its number"
    assert sheet.place == alone.place


def test_a_late_side_joins_a_draft_that_a_person_works_on(office: OfficeAtWork) -> None:
    office.deliver("正.jpg", front("S"))
    office.read()
    (alone,) = office.sheets()
    verify.confirm(office.store, office.actor, office.clock(), alone.registration_id, "child_name", "欧阳雪花")
    office.deliver("反.jpg", back("S"))
    office.read()
    (sheet,) = office.sheets()
    assert sheet.registration_id == alone.registration_id
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert sheet.title == "欧阳雪花", "what a person said stays"
    assert next(i for i in sheet.items if i.key == "father_name").text == "欧阳松"


def test_a_page_scanned_twice_is_put_aside_not_deleted(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("又.jpg", front("S", ["school_name"], school_name="黄松甸镇中心校"))
    office.read()
    (sheet,) = office.sheets()
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert any("扫了两次" in note for note in sheet.notes)
    assert sorted(page_states(office)) == [PageState.PLACED, PageState.PLACED, PageState.SET_ASIDE]
    (aside,) = [
        p for s in intake.inbox(office.store, office.actor).sources for p in s.pages if p.state is PageState.SET_ASIDE
    ]
    assert aside.duplicate_of in {p.page_id for p in sheet.pages}


def test_of_two_scans_the_one_numbered_first_stays(office: OfficeAtWork) -> None:
    for name, school in (("扫描10.jpg", "二小"), ("扫描9.jpg", "一小"), ("扫描11.jpg", "三小")):
        office.deliver(name, front("S", ["school_name"], school_name=school))
        office.read()
    (sheet,) = office.sheets()
    assert next(i.text for i in sheet.items if i.key == "school_name") == "一小"


def test_blanks_between_sides_do_not_part_them(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front(), blank(), back())
    office.read()
    (sheet,) = office.sheets()
    assert [p.form_page for p in sheet.pages] == [1, 2]
    assert any("前后顺序" in note for note in sheet.notes)


def test_arrival_order_changes_nothing(make_office: MakeOffice) -> None:
    files = {
        "a.jpg": (front("S"),),
        "b.jpg": (back("S"),),
        "c.tif": (back(father_name="张三"), front(child_name="张雪")),
        "d.jpg": (front("T", child_name="王雪"),),
    }
    found = []
    for number, order in enumerate(permutations(files)):
        if number % 6 not in (0, 5):
            continue  # eight of the twenty-four orders, first and last files varied
        office = make_office(f"镇{number}")
        for name in order:
            office.deliver(name, *files[name])
            office.read()
        found.append(sorted((s.title, tuple(p.form_page for p in s.pages)) for s in office.sheets()))
    assert found[0] == sorted([("张雪", (1, 2)), ("王雪", (1,)), ("欧阳雪", (1, 2))])
    assert all(sheets == found[0] for sheets in found)


def test_one_page_fails_and_the_rest_goes_on(office: OfficeAtWork) -> None:
    office.deliver("一.tif", failing("truncated"), front("S"), back("S"))
    office.read()
    assert page_states(office) == [PageState.FAILED, PageState.PLACED, PageState.PLACED]
    (source,) = intake.inbox(office.store, office.actor).sources
    assert source.pages[0].reason.endswith("。")


@pytest.mark.parametrize("reason", ["worker_died", "timed_out"])
def test_two_dead_workers_make_a_page_fail(office: OfficeAtWork, reason: str) -> None:
    office.deliver("一.jpg", failing(reason))
    office.read()
    assert page_states(office) == [PageState.FAILED]
    assert office.pool.read == 2
    office.read()
    assert office.pool.read == 2, "a failed page waits for a person"


def test_one_dead_worker_is_forgiven(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", failing("worker_died", times=1))
    office.read()
    assert page_states(office) == [PageState.PLACED]


def test_a_failed_page_can_be_tried_again(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", failing("defect", times=1))
    office.read()
    (page,) = intake.inbox(office.store, office.actor).sources[0].pages
    assert page.state is PageState.FAILED
    intake.retry(office.store, office.actor, office.clock(), page.page_id)
    assert intake.inbox(office.store, office.actor).waiting == 1
    office.read()
    assert page_states(office) == [PageState.PLACED]


def test_refused_sources_are_named_and_can_be_tried_again(office: OfficeAtWork) -> None:
    path = office.folder / "字.jpg"
    path.write_bytes(b"no picture")
    intake.take_in(office.store, office.actor, office.clock(), path)
    office.deliver("好.jpg", front())
    office.read()
    first, second = intake.inbox(office.store, office.actor).sources
    assert (first.state, second.state) == (SourceState.REFUSED, SourceState.SPLIT)
    assert "图片" in first.reason
    intake.retry_source(office.store, office.actor, office.clock(), first.source_id)
    office.read()
    assert intake.inbox(office.store, office.actor).sources[0].state is SourceState.REFUSED


def test_a_password_can_be_supplied_later(office: OfficeAtWork) -> None:
    office.deliver("密.pdf", front("S"), back("S"), password="雾凇")
    office.read()
    (source,) = intake.inbox(office.store, office.actor).sources
    assert source.state is SourceState.REFUSED
    assert "密码" in source.reason
    intake.supply_password(office.store, office.actor, office.clock(), source.source_id, "不对")
    office.read()
    assert intake.inbox(office.store, office.actor).sources[0].state is SourceState.REFUSED
    intake.supply_password(office.store, office.actor, office.clock(), source.source_id, "雾凇")
    office.read()
    assert len(office.sheets()) == 1
    assert "雾凇".encode() not in b"".join(p.read_bytes() for p in office.store.data_dir.rglob("*") if p.is_file())


def test_cancelled_between_pages_and_going_on(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"), front("T", child_name="二"), back("T"))
    office.read(cancelled=lambda: office.pool.read >= 2)
    assert page_states(office) == [PageState.READ, PageState.READ, PageState.RECEIVED, PageState.RECEIVED]
    assert office.sheets() == [], "a file that isn't read to the end isn't paired"
    office.read()
    assert [s.title for s in office.sheets()] == ["欧阳雪", "二"]
    assert office.pool.read == 4, "no page is read twice"


class Killed(BaseException):
    """Stands for SIGKILL between two commits: nothing of ours catches it."""


def story(office: OfficeAtWork) -> list[tuple[str, str, tuple[int, ...], int]]:
    return [
        (s.title, s.place.archive_number, tuple(p.form_page for p in s.pages), sum(bool(i.text) for i in s.items))
        for s in office.sheets()
    ]


def deliver_all(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.jpg", front("T", child_name="王雪"))
    office.deliver("三.tif", blank(), back("T"), front("U", child_name="张雪"))


def test_killed_before_any_page_it_goes_on_to_the_same_end(make_office: MakeOffice) -> None:
    whole = make_office("整")
    deliver_all(whole)
    whole.read()
    for at in range(6):
        office = make_office(f"断{at}")
        deliver_all(office)

        def die(count: int, at: int = at) -> None:
            if count == at:
                raise Killed

        office.pool = ScriptedPool(before_read=die)
        with pytest.raises(Killed):
            office.read()
        office.pool = ScriptedPool()
        office.read()
        assert story(office) == story(whole)
        assert page_states(office) == page_states(whole)


def test_a_page_that_kills_the_program_twice_is_named(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))

    def die(count: int) -> None:
        if count == 0:
            raise Killed

    for _ in range(2):
        office.pool = ScriptedPool(before_read=die)
        with pytest.raises(Killed):
            office.read()
    office.pool = ScriptedPool()
    office.read()
    assert page_states(office) == [PageState.FAILED, PageState.PLACED]


def test_progress_and_notices(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    told: list[tuple[int, int, str]] = []
    noticed: list[Changes] = []
    changes = office.read(
        progress=lambda done, total, sentence: told.append((done, total, sentence)), notify=noticed.append
    )
    assert told[-1][:2] == (2, 2)
    assert all("欧阳" not in sentence for _, _, sentence in told)
    together = Changes()
    for notice in noticed:
        together |= notice
    assert together == changes
    assert len(changes.pages) == 2


def test_a_second_file_taken_in_while_reading_is_read_too(office: OfficeAtWork) -> None:
    office.deliver("一.jpg", front())

    def meanwhile(count: int) -> None:
        if count == 0:
            office.deliver("二.jpg", front(child_name="二"))

    office.pool.before_read = meanwhile
    office.read()
    assert len(office.sheets()) == 2


def test_the_same_sheet_without_a_serial_is_flagged_not_hidden(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front(), back())
    office.deliver("二.tif", front(), back(), mark=2)
    office.read()
    first, second = office.sheets()
    assert not any("内容相同" in note for note in first.notes)
    assert any("内容相同" in note for note in second.notes)


def test_two_runs_at_once_read_every_page_once(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))

    def another_run(count: int) -> None:
        if count == 0:
            office.pool.before_read = lambda _count: None
            office.read()

    office.pool.before_read = another_run
    office.read()
    with office.store.session() as session:
        pages = [p.page_id for p in office.sheets()[0].pages]
        assert [intake_rows.count_readings(session, page_id) for page_id in pages] == [1, 1]
    assert page_states(office) == [PageState.PLACED, PageState.PLACED]
    known = set(office.store.vault.ids())
    assert len(known) == 3, "one source, two viewing copies, nothing left over"


def test_a_form_that_the_run_does_not_know_is_no_registration(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.read(forms=())
    (source,) = intake.inbox(office.store, office.actor).sources
    assert [(p.state, p.status) for p in source.pages] == [(PageState.READ, "unknown_form")] * 2
    assert office.sheets() == []


def test_a_form_dated_outside_its_round_is_warned_about(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S", form_date="2026-03-01"), back("S"))
    office.read()
    (sheet,) = office.sheets()
    assert [f.severity for f in sheet.findings if f.rule == "outside_round"] == ["warning"]
