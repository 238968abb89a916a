"""依法删除 of a child about whom much was entered: everything goes, in whichever table it is, and the plan said so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from records import backup
from records import erasing as erasing_rows
from records.backup import kept_until
from records.ids import civil_date
from records.tables import (
    AnswerEvent,
    BatchRow,
    Child,
    ErasedRow,
    Page,
    Registration,
    Roster,
    RosterEntry,
    Source,
    Table,
    User,
)
from records.views import Actor, Role
from records.views_roster import RosterKind
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import CHILD, back, front, unknown, visit_record, work_log
from workflow import (
    arranging,
    backups,
    check,
    cli,
    concerns,
    dossiers,
    duplicates,
    erasing,
    intake,
    moves,
    people,
    placing,
    prefilled,
    report,
    roster_import,
    rounds,
    second_entry,
    sentences,
    settings,
    verify,
    visits,
)
from workflow.errors import NotFound, WrongState


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


def colleague(office: OfficeAtWork, username: str = "wang") -> Actor:
    """Another administrator; without a password: nobody logs in here."""
    with office.store.transaction() as session:
        row = User(
            id=office.store.new_id(), username=username, full_name="王某", role=Role.ADMINISTRATOR,
            division=office.actor.division, created_at=office.clock(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return replace(office.actor, user_id=row.id, username=username)


def pages_of(office: OfficeAtWork, name: str) -> list[str]:
    (source,) = (s for s in intake.inbox(office.store, office.actor).sources if s.name == name)
    return [page.page_id for page in source.pages]


def ask(office: OfficeAtWork, name: str) -> str:
    return erasing.request_erasure(*act(office), pages_of(office, name), "误扫")


def counts(office: OfficeAtWork) -> dict[str, int]:
    with office.store.session() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in Table.metadata.sorted_tables}


def everywhere(office: OfficeAtWork, words: str) -> set[str]:
    """Tables in which some column holds these words."""
    found = set()
    with office.store.session() as session:
        for table in Table.metadata.sorted_tables:
            for row in session.execute(select(table)):
                if any(words in str(value) for value in row):
                    found.add(table.name)
    return found


KEPT = {
    "audit", "users", "settings", "office", "rounds", "forms_used", "sources", "pages", "erasures", "archive_series",
    "rosters", "judge_fits",
}  # fmt: skip


def much_about(office: OfficeAtWork) -> str:
    """A child with everything that can be entered about one: two registrations, since it was merged with another."""
    settings.change_setting(*act(office), "second_entry", "school_name")
    child_id = office.child("一", health_body=["ill"], concern_criteria=["abuse"], concern_listed=["yes"])
    third = office.child("三", child_name="欧阳霜", child_id_number=None, child_birth_date="2018-02-02")
    today = civil_date(office.clock())
    (mine,) = (row for row in concerns.proposed(office.store, office.actor) if row.child_id == child_id)
    concerns.confirm(*act(office), mine.concerns[0].concern_id)
    visits.record(*act(office), child_id, visits.Visited(on=today, visitor="林晓", level="fair", note="家访"))
    visits.write_log(*act(office), today, "到欧阳雪家走访", child_id=child_id)
    moves.exit_child(*act(office), child_id, "home", today)
    moves.return_child(*act(office), child_id, today, note="又回来了")
    duplicates.merge(*act(office), child_id, third, "户口簿")
    _, dossier_id = dossiers.open_dossier(*act(office), child_id)
    with office.store.session() as session:
        ids = list(session.scalars(select(Registration.id).where(Registration.child_id == child_id)))
    dossiers.put_in(*act(office), dossier_id, ids[0])
    second = colleague(office, "second")
    second_entry.enter(office.store, second, office.clock(), ids[0], "school_name", str(CHILD["school_name"]))
    (row,) = rounds.rounds(office.store, office.actor)
    rounds.close_round(*act(office), row.round_id)
    _, round_id = rounds.open_round(
        *act(office), name="2027年上半年", as_of=date(2027, 6, 30), opens=date(2027, 1, 1), closes=date(2027, 6, 30)
    )
    prefilled.print_forms(*act(office), round_id, office.folder / "预填.pdf")
    path = office.folder / "名单.csv"
    path.write_text(f"姓名,身份证号,出生日期\n欧阳雪,{CHILD['child_id_number']},\n何雾,,2019-05-06\n", encoding="utf-8")
    roster_import.bring_in(*act(office), path, name="随迁子女", kind=RosterKind.SCHOOL, as_of=today)
    return child_id


def test_everything_about_a_child_goes_and_the_plan_has_said_so(office: OfficeAtWork) -> None:
    child_id = much_about(office)
    backups.make_backup(*act(office))
    files = set(office.store.vault.ids())
    second = colleague(office)
    where = (office.store, second)
    erasing.carry_out_erasure(*where, office.clock(), ask(office, "三.tif"), everything=True)
    assert check.check(office.store, office.actor) == ()
    with office.store.session() as session:
        assert session.get(Child, child_id) is not None, "a registration of this child is left"
    erasure = ask(office, "一.tif")
    before = counts(office)
    plan = erasing.plan_erasure(*where, office.clock(), erasure)
    assert counts(office) == before, "looking changes nothing"
    assert (plan.pages, plan.registrations, plan.children, plan.roster_entries) == (2, 1, 1, 1)
    assert {table for table, _ in plan.care} == {
        "concerns", "visits", "work_log", "child_moves", "dossiers", "second_entries",
    }  # fmt: skip
    assert plan.backups == 1
    with pytest.raises(WrongState, match="没有删除任何内容"):
        erasing.carry_out_erasure(*where, office.clock(), erasure)
    assert counts(office) == before, "nothing half done"
    assert set(office.store.vault.ids()) <= files

    erasing.carry_out_erasure(*where, office.clock(), erasure, everything=True)
    after = counts(office)
    assert {table: n for table, n in after.items() if n and table not in KEPT} == {"roster_entries": 1}
    for words in ("欧阳", str(CHILD["child_id_number"]), "林晓", "河沿街"):
        assert everywhere(office, words) == set(), words
    assert set(office.store.vault.ids()) == set()
    assert check.check(office.store, office.actor) == ()
    with office.store.session() as session:
        assert session.scalars(select(Roster.rows)).one() == 1
        assert session.scalars(select(RosterEntry.name)).one() == "何雾"
    made = backups.make_backup(*act(office))
    assert made.summary.files == 0, "no picture is in a new backup"
    assert backup.verify(made.path, "admin", PASSWORD).files == 0


def test_read_visit_records_go_along_and_a_page_of_others_is_told(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    office.deliver("走访.jpg", visit_record("V", support_needs="缺校服"))
    office.deliver("日志.jpg", work_log(log_date_1="2026-10-09", log_content_1="到欧阳雪家", log_child_1="欧阳雪"))
    office.read()
    waiting = {view.purpose: view.page_id for view in placing.waiting(office.store, office.actor)}
    placing.record_visit_form(*act(office), waiting["visit"], child_id, {})
    line = placing.LogLine(date(2026, 10, 9), "到欧阳雪家", child_id)
    placing.record_log_form(*act(office), waiting["work_log"], [line])
    second = colleague(office)
    where = (office.store, second)
    papers = ask(office, "一.tif")
    before = counts(office)
    plan = erasing.plan_erasure(*where, office.clock(), papers)
    assert counts(office) == before
    assert (plan.pages, plan.papers, plan.elsewhere) == (2, 1, 1)
    assert plan.care == (("visits", 2), ("work_log", 1)), "the day of the next visit was a person's"
    assert "走访记录" in "".join(sentences.erasure_plan(plan))
    with pytest.raises(WrongState, match="连同这些"):
        erasing.carry_out_erasure(*where, office.clock(), papers)
    assert counts(office) == before
    changes = erasing.carry_out_erasure(*where, office.clock(), papers, everything=True)
    for words in ("缺校服", str(CHILD["child_id_number"]), "林晓"):
        assert everywhere(office, words) == set(), words
    assert len(changes.pages) == 3
    with office.store.session() as session:
        erased = {page.id for page in session.scalars(select(Page)) if page.erased_at is not None}
        (left,) = (s for s in session.scalars(select(Source)) if s.erased_at is None)
    assert erased == changes.pages
    assert left.name == "日志.jpg"
    assert len(set(office.store.vault.ids())) == 2, "the log's file and its viewing copy"
    assert check.check(office.store, office.actor) == ()
    log = ask(office, "日志.jpg")
    erasing.carry_out_erasure(*where, office.clock(), log)
    assert everywhere(office, "欧阳雪") == set()
    assert check.check(office.store, office.actor) == ()


def test_a_visit_record_alone_goes_and_the_child_stays(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    office.deliver("走访.jpg", visit_record("V", support_needs="缺校服"))
    office.read()
    (waiting,) = placing.waiting(office.store, office.actor)
    placing.record_visit_form(*act(office), waiting.page_id, child_id, {})
    visit, second = ask(office, "走访.jpg"), colleague(office)
    assert erasing.plan_erasure(office.store, second, office.clock(), visit).care == (("visits", 1),)
    erasing.carry_out_erasure(office.store, second, office.clock(), visit, everything=True)
    assert everywhere(office, "缺校服") == set()
    planned = [v for v in visits.visits(office.store, office.actor, child_id) if v.done_on is None]
    assert len(planned) == 1, "for the child that stays the next visit follows anew"
    assert check.check(office.store, office.actor) == ()


def test_papers_behind_the_form_go_with_it(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S", child_phone="13904320009"), back("S"), unknown("户口簿", "欧阳雪"))
    office.read()
    (sheet,) = office.sheets()
    (source,) = intake.inbox(office.store, office.actor).sources
    behind = source.pages[2].page_id
    arranging.put(*act(office), [behind], sheet.registration_id)
    office.verified(sheet)
    erasure = erasing.request_erasure(*act(office), [source.pages[0].page_id, source.pages[1].page_id], "误扫")
    second = colleague(office)
    assert erasing.plan_erasure(office.store, second, office.clock(), erasure).papers == 1
    erasing.carry_out_erasure(office.store, second, office.clock(), erasure, everything=True)
    assert everywhere(office, "欧阳雪") == set()
    assert set(office.store.vault.ids()) == set()
    assert check.check(office.store, office.actor) == ()


# -- batches ----------------------------------------------------------------------------------------------------------


def two_in_a_batch(office: OfficeAtWork) -> tuple[str, str]:
    """The batch, and the child that stays."""
    office.child("一")
    stays = office.child("二", child_name="王一", child_id_number=None, child_registered=["no"])
    ids = [row.registration_id for row in report.candidates(office.store, office.actor)]
    assert len(ids) == 2
    return report.new_batch(*act(office), "第一批", ids)[1], stays


@pytest.mark.parametrize("frozen", [False, True])
def test_an_unsent_batch_is_left_and_frozen_again(office: OfficeAtWork, frozen: bool) -> None:
    batch, stays = two_in_a_batch(office)
    if frozen:
        report.freeze(*act(office), batch)
    erasure, second = ask(office, "一.tif"), colleague(office)
    plan = erasing.plan_erasure(office.store, second, office.clock(), erasure)
    assert (len(plan.unsent), plan.reported) == (1, ())
    assert "重新冻结" in "".join(sentences.erasure_plan(plan))
    with pytest.raises(WrongState, match="连同这些"):
        erasing.carry_out_erasure(office.store, second, office.clock(), erasure)
    changes = erasing.carry_out_erasure(office.store, second, office.clock(), erasure, everything=True)
    assert changes.batches == {batch}
    (row,) = report.batch(office.store, office.actor, batch).rows
    assert row.child_id == stays
    assert everywhere(office, "欧阳雪") == set()
    report.freeze(*act(office), batch)
    receipt = report.write(*act(office), batch, office.folder / "批.xlsx")
    assert receipt.rows == 1
    assert check.check(office.store, office.actor) == ()


def test_of_a_reported_row_its_place_and_a_keyed_hash_stay(office: OfficeAtWork) -> None:
    batch, stays = two_in_a_batch(office)
    report.freeze(*act(office), batch)
    report.write(*act(office), batch, office.folder / "批.xlsx")
    first, other = sorted(report.batch(office.store, office.actor, batch).rows, key=lambda row: row.child_id == stays)
    report.record_outcome(*act(office), first.row_id, True, "QG-2026-000123")
    report.record_outcome(*act(office), other.row_id, False, reason="学校不全")
    with office.store.session() as session:
        row_hash = session.get_one(BatchRow, first.row_id).row_hash
    erasure, second = ask(office, "一.tif"), colleague(office)
    plan = erasing.plan_erasure(office.store, second, office.clock(), erasure)
    number = report.batch(office.store, office.actor, batch).summary.number
    assert (plan.unsent, plan.reported) == ((), (number,))
    assert "《个人信息保护法》第四十七条" in "".join(sentences.erasure_plan(plan))
    erasing.carry_out_erasure(office.store, second, office.clock(), erasure, everything=True)
    for words in ("欧阳雪", str(CHILD["child_id_number"]), "QG-2026-000123", row_hash):
        assert everywhere(office, words) == set(), words
    view = report.batch(office.store, office.actor, batch)
    assert ([row.child_id for row in view.rows], view.erased) == ([stays], (first.position,))
    assert (view.summary.rows, view.summary.accepted, view.summary.returned) == (2, 1, 1)
    with office.store.session() as session:
        (tombstone,) = session.scalars(select(ErasedRow))
        assert tombstone.row_hash == office.store.keyed_hash(row_hash.encode(), "erased_row")
    with pytest.raises(WrongState, match="依法删除"):
        report.write(*act(office), batch, office.folder / "再.xlsx")
    assert not (office.folder / "再.xlsx").exists()
    assert len(report.candidates(office.store, office.actor)) == 1, "the other one is reported again"
    assert check.check(office.store, office.actor) == ()
    assert len(set(office.store.vault.ids())) == 3, "the other form whole"


def test_what_a_later_form_took_over_stays_though_the_paper_it_was_read_from_goes(office: OfficeAtWork) -> None:
    child_id = office.child("一")
    rounds.open_round(
        *act(office), name="2027年上半年", as_of=date(2027, 6, 30), opens=date(2027, 1, 1), closes=date(2027, 6, 30)
    )
    blank = dict.fromkeys(("school_name", "school_state"), None)
    office.child("二", form_date="2027-02-01", form_update=["unchanged"], **blank)
    with office.store.session() as session:
        cited = session.scalars(select(AnswerEvent).where(AnswerEvent.reading_id.is_not(None))).all()
        first, later = session.scalars(select(Registration.id).order_by(Registration.form_date)).all()
        assert {event.registration_id for event in cited} >= {later}
    erasing.carry_out_erasure(office.store, colleague(office), office.clock(), ask(office, "一.tif"))
    values = {item.key: item.value for item in verify.sheet(office.store, office.actor, later).items}
    assert values["school_name"] == CHILD["school_name"]
    with office.store.session() as session:
        assert session.get(Registration, first) is None
        assert session.get_one(Child, child_id).current_registration_id == later
        assert session.scalars(select(AnswerEvent)).first() is not None
    with pytest.raises(IntegrityError, match="only added"), office.store.transaction() as session:
        session.execute(update(AnswerEvent).values(note="x"))  # the history is guarded as before
    assert check.check(office.store, office.actor) == ()


def test_every_table_that_names_a_child_is_seen_to() -> None:
    """A new table with a child in it goes with the child by itself; registrations and batches go their own way."""
    named = {t.name for t, _ in erasing_rows.columns_of_child()}
    everywhere_named = {
        t.name
        for t in Table.metadata.sorted_tables
        for c in t.columns
        for key in c.foreign_keys
        if key.target_fullname == "children.id"
    }
    assert everywhere_named - named == {"registrations", "batch_rows"}


def test_every_table_that_names_a_registration_is_seen_to() -> None:
    seen = {table.__tablename__ for table in erasing_rows.OF_REGISTRATION}
    seen |= {"batch_rows", "carried_over", "child_moves", "concerns", "mandatory_reports", "archive_items"}
    named = {
        t.name
        for t in Table.metadata.sorted_tables
        for c in t.columns
        for key in c.foreign_keys
        if key.target_fullname == "registrations.id"
    }
    assert named == seen


def test_the_last_day_of_a_backup_is_the_rules_own() -> None:
    now = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
    made = now - timedelta(days=1)
    assert kept_until([made], now, 3, 0, 0) == date(2026, 10, 14)
    assert kept_until([made], now, 1, 0, 0) == date(2026, 10, 12)
    assert kept_until([datetime(2026, 9, 30, 2, 0, tzinfo=UTC)], now, 1, 0, 2) == date(2026, 10, 31)


# -- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def run(
    office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setattr(cli, "clock", office.clock)

    def command(user: str, *words: str) -> tuple[int, str]:
        office.store.close()
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        code = cli.main(["erasure", *words, "--data-dir", str(office.store.data_dir), "--user", user])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def test_the_commands(office: OfficeAtWork, run: Callable[..., tuple[int, str]]) -> None:
    office.deliver("误扫.tif", front("S"), back("S"))
    office.read()
    people.add_user(
        *act(office), username="wang", full_name="王某", role=Role.ADMINISTRATOR, division="220281104",
        password=PASSWORD, kdf=QUICK,
    )  # fmt: skip
    assert "没有申请" in run("admin", "request", "没有.tif", "--why", "误扫")[1]
    assert "没有申请" in run("admin", "request", "误扫.tif", "--page", "3", "--why", "误扫")[1]
    code, said = run("admin", "request", "误扫.tif", "--why", "误扫他人的表")
    assert code == 0
    (erasure,) = re.findall(r"申请编号 (\S+)，", said)
    assert "等待决定　2 页" in run("admin", "list")[1]
    assert run("admin", "carry-out", erasure)[0] == 1, "not by the one who asked"
    code, said = run("wang", "plan", erasure)
    assert (code, "2 页图像和识别记录，1 份登记表，0 名儿童" in said, "备份" in said) == (0, True, True)
    code, said = run("wang", "carry-out", erasure)
    assert (code, "已删除 2 页" in said) == (0, True)
    assert "已删除" in run("admin", "list")[1]
    run("admin", "request", "误扫.tif", "--why", "误扫")
    assert run("wang", "refuse", erasure)[0] == 1


def test_what_was_done_with_an_erased_page_is_remembered_no_longer(office: OfficeAtWork) -> None:
    office.deliver("误扫.tif", front("A", child_name="甲"))
    office.deliver("别的.tif", unknown("证明"))
    office.read()
    (stray,), (other,) = pages_of(office, "误扫.tif"), pages_of(office, "别的.tif")
    arranging.aside(*act(office), [other], remembered="搁置了 1 页")
    arranging.aside(*act(office), [stray], "生人某某的表", remembered="搁置了 1 页")
    arranging.apart(*act(office), [stray], remembered="1 页单独成一份")
    assert "kept_views" in everywhere(office, "生人某某")
    erasing.carry_out_erasure(office.store, colleague(office), office.clock(), ask(office, "误扫.tif"))
    assert everywhere(office, "生人某某") == set()
    assert arranging.undo_last(*act(office))[0] == "搁置了 1 页"
    with pytest.raises(NotFound):
        arranging.undo_last(*act(office))
