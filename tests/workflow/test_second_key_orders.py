"""The second key in strange orders: whoever isn't named for it learns nothing by any list, page, search or file, and
takes nothing away by merging, erasing or handing over what she can't open.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from forms.kinds import JsonValue
from records.tables import Concern, MandatoryReport, Registration
from records.views import AnswerState, Role
from records.views_care import ConcernState
from records.views_kept import ChildFilter
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import back, front
from tests.workflow.test_placing import act
from workflow import (
    access,
    audit_export,
    child_page,
    children,
    concerns,
    draft_workbook,
    duplicates,
    entry_sheets,
    finding,
    group_verify,
    intake,
    mandatory,
    people,
    prefilled,
    report,
    rounds,
    rules,
    twins,
    verify,
    village_questions,
    visit_paper,
    visits,
)
from workflow.check import check
from workflow.errors import NotAllowed

LI = "雾凇与松花江的水"
ILLNESS = "先天性心脏病"
SUSPECT = "邻居某某"
TODAY = date(2026, 10, 12)
SECRET: dict[str, JsonValue] = {
    "health_body": ["ill"],
    "health_illness": ILLNESS,
    "concern_criteria": ["abuse"],
    "concern_listed": ["yes"],
    "guardianship_state": ["risk"],
}
OTHER: dict[str, JsonValue] = {"child_name": "王一", "child_id_number": None, "child_birth_date": "2017-03-04"}
NEEDLES = (ILLNESS, SUSPECT, "监护侵害")
"""What the secret answers say, and the criterion that follows from them."""
OFFERING = ("sheet", "groups", "预填.pdf")  # here the options of the form stand, whichever is ticked


@pytest.fixture
def li(office: OfficeAtWork) -> OfficeAtWork:
    """Another administrator is there, who isn't named."""
    people.add_user(
        *act(office), username="li", full_name="李某", role=Role.ADMINISTRATOR, division="220281104", password=LI,
        kdf=QUICK,
    )  # fmt: skip
    return office


def come_in(office: OfficeAtWork, username: str) -> None:
    office.store.close()
    password = LI if username == "li" else PASSWORD
    opened = access.log_in(office.store.data_dir, username=username, password=password, now=office.clock())
    office.store, office.actor = opened.store, opened.actor


def text_in(path: Path) -> str:
    """Everything that stands in a file that was written."""
    data = path.read_bytes()
    if data.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(path) as document:
            return "".join(page.get_textpage().get_text_bounded() for page in document)
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return data.decode("utf-8-sig")


def seen(office: OfficeAtWork, child_id: str, draft: str, batch: str) -> dict[str, Any]:
    """What every screen is given."""
    store, actor = office.store, office.actor
    with store.session() as session:
        round_id = session.scalars(select(Registration.round_id)).first() or ""
    page = child_page.child_page(store, actor, child_id, TODAY)
    shown = {
        "page": page,
        "history": [child_page.field_history(store, actor, child_id, row.key) for row in page.fields],
        "list": children.children(store, actor, today=TODAY),
        "sheet": verify.sheet(store, actor, draft),
        "drafts": verify.drafts(store, actor),
        "groups": [group_verify.sheet(store, actor, row.group) for row in group_verify.groups(store, actor)],
        "proposed": concerns.proposed(store, actor),
        "key concern": concerns.key_concern(store, actor, TODAY),
        "cases": mandatory.open_cases(store, actor),
        "visits": (visits.visits(store, actor, child_id), visits.due(store, actor, TODAY, ahead_days=400)),
        "log": visits.work_log(store, actor),
        "batch": report.batch(store, actor, batch),
        "candidates": report.candidates(store, actor),
        "round": (rounds.outstanding(store, actor, round_id), rounds.compared(store, actor, round_id)),
        "rules": rules.run_rules(store, actor),
        "inbox": intake.inbox(store, actor),
        "duplicates": (duplicates.all_duplicates(store, actor), duplicates.merges(store, actor)),
        "check": check(store, actor),
    }
    for source in intake.inbox(store, actor).sources:
        shown |= {f"words {p.page_id}": intake.page_words(store, actor, p.page_id) for p in source.pages}
    return shown


def written(office: OfficeAtWork, draft: str, batch: str) -> dict[str, Path]:
    """Every file that may be written by her."""
    store, actor, _ = act(office)
    files = {name: office.folder / f"她写的{name}" for name in (
        "批.xlsx", "对照.docx", "核实.pdf", "走访.pdf", "草稿.xlsx", "预填.pdf", "记录.xlsx", "记录.csv",
    )}  # fmt: skip
    for write, name in ((report.write, "批.xlsx"), (entry_sheets.write, "对照.docx")):
        path = files.pop(name)
        with pytest.raises(NotAllowed, match="打不开"):
            write(*act(office), batch, path)
        assert not path.exists()
    verify.mark(*act(office), draft, "school_name", AnswerState.ASK)
    village_questions.write_slips(*act(office), files["核实.pdf"])
    visit_paper.print_due(*act(office), files["走访.pdf"], ahead_days=400)
    ids = [source.source_id for source in intake.inbox(store, actor).sources]
    draft_workbook.write_draft(*act(office), ids, files["草稿.xlsx"])
    _, round_id = rounds.open_round(
        *act(office), name="明年", as_of=date(2027, 6, 30), opens=date(2027, 1, 1), closes=date(2027, 6, 30)
    )
    prefilled.print_forms(*act(office), round_id, files["预填.pdf"])
    for name in ("记录.xlsx", "记录.csv"):
        audit_export.export_audit(*act(office), files[name])
    return files


def test_by_no_list_page_search_or_file_she_learns_of_it(li: OfficeAtWork) -> None:
    child_id = li.child("一", None, **SECRET)
    mandatory.raise_case(*act(li), child_id, "violence", f"{SUSPECT}常打孩子", names_suspect=True)
    (row,) = report.candidates(li.store, li.actor)
    _, batch = report.new_batch(*act(li), "批", [row.registration_id])
    report.freeze(*act(li), batch)
    li.deliver("二.tif", front("二", (), **OTHER, health_body=["ill"], health_illness=ILLNESS), back("二"))
    li.read()
    (waiting,) = verify.drafts(li.store, li.actor)
    told = repr(seen(li, child_id, waiting.registration_id, batch))
    for needle in NEEDLES:
        assert needle in told, "who is named sees it: else this test would look for nothing"
    come_in(li, "li")
    for name, shown in seen(li, child_id, waiting.registration_id, batch).items():
        for needle in NEEDLES[: 2 if name in OFFERING else 3]:
            assert needle not in repr(shown), (name, needle)
    for needle in NEEDLES:
        assert children.children(li.store, li.actor, search=needle) == ()
        assert finding.find(li.store, li.actor, needle) == ()
    assert children.count(li.store, li.actor, wanted=ChildFilter(concern=True), today=TODAY) == 0
    for name, path in written(li, waiting.registration_id, batch).items():
        for needle in NEEDLES[: 2 if name in OFFERING else 3]:
            assert needle not in text_in(path), (name, needle)


def proposals(office: OfficeAtWork) -> list[tuple[str, str, str]]:
    """Who is proposed for what, as the one who may open it sees it."""
    with office.store.session() as session:
        rows = session.scalars(select(Concern).where(Concern.state == ConcernState.PROPOSED)).all()
        views = [concerns.view(office.store, session, row) for row in rows]
        cases = session.scalars(select(MandatoryReport)).all()
        return sorted((v.child_id, v.criterion, v.why) for v in views) + sorted(
            (c.child_id, c.situation, c.what) for c in cases
        )


def test_what_she_can_not_open_survives_her_merging_and_its_undoing(li: OfficeAtWork) -> None:
    kept, gone = li.child("一", None, **OTHER), li.child("二", None, **SECRET)
    third = li.child("三", None, child_name="何雾", child_id_number=None, child_birth_date="2016-05-06")
    before = proposals(li)
    assert {criterion for _, criterion, _ in before} >= {"abuse"}
    come_in(li, "li")
    _, merge = duplicates.merge(*act(li), kept, gone, "以为是一个")
    compared = repr(twins.compare(li.store, li.actor, kept, third))
    assert not any(needle in compared for needle in NEEDLES)
    come_in(li, "admin")
    merged = {criterion for child_id, criterion, _ in proposals(li) if child_id == kept}
    assert merged >= {"abuse"}, "what rests on the form that went over"
    come_in(li, "li")
    duplicates.undo_merge(*act(li), merge, "不是")
    come_in(li, "admin")
    assert [each for each in proposals(li) if each[0] in (kept, gone)] == before
    assert check(li.store, li.actor) == ()


def test_named_later_she_finds_all_of_it_and_removed_nothing(li: OfficeAtWork) -> None:
    """Values are there first; then she is named, the keys change, she is named no longer."""
    child_id = li.child("一", None, **SECRET)
    (user_id,) = (row.user_id for row in people.users(li.store, li.actor) if row.username == "li")
    for named in (True, False, True):
        people.name_for_sensitive(*act(li), user_id, named)
        people.rotate_keys(*act(li))
        come_in(li, "li")
        page = child_page.child_page(li.store, li.actor, child_id, TODAY)
        assert (ILLNESS in repr(page)) is named
        come_in(li, "admin")
        assert ILLNESS in repr(child_page.child_page(li.store, li.actor, child_id, TODAY))
    assert check(li.store, li.actor) == ()
