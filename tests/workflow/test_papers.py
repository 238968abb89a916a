"""Visit records and work logs are kept as what they are: read pages of known forms, never drafts of a child."""

from __future__ import annotations

import pytest

from forms.form_file import Purpose
from forms.kinds import JsonValue
from records.views import PageState
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import CHILD, back, front, unknown, visit_record, work_log
from workflow import arranging, intake, papers

LOG = ("log_date", "log_child_name", "log_child_id_number", "log_dossier", "log_way", "log_content", "log_result")


def waiting(office: OfficeAtWork, *purposes: Purpose) -> list[papers.Paper]:
    with office.store.session() as session:
        found = papers.papers_to_place(office.store, session, purposes)
        return [papers.paper(office.store, session, page_id) for page_id in found]


def test_a_visit_record_stays_a_read_page_between_the_sides_of_a_sheet(office: OfficeAtWork) -> None:
    office.deliver("一摞.tif", front("S"), visit_record("V"), back("S"), unknown())
    office.read()
    (sheet,) = office.sheets()
    assert [p.form_page for p in sheet.pages] == [1, 2]
    (visit,) = waiting(office, Purpose.VISIT)
    (source,) = intake.inbox(office.store, office.actor).sources
    assert source.pages[1].page_id == visit.page_id
    assert source.pages[1].state is PageState.READ
    assert (visit.purpose, visit.serial, visit.form_page) == (Purpose.VISIT, "V", 1)
    assert waiting(office, Purpose.WORK_LOG, Purpose.CARD) == []
    office.deliver("二.tif", front("T"), back("T"))
    office.read()
    assert len(office.sheets()) == 2, "what came later didn't make a draft of the visit record"


def test_values_come_parsed_and_judged(office: OfficeAtWork) -> None:
    office.deliver("走访.jpg", visit_record(doubtful=["visit_next_date"], visit_action=None))
    office.read()
    (visit,) = waiting(office, Purpose.VISIT)
    assert list(visit.fields) == [f.key for f in visit.form.fields]
    assert visit.fields["child_id_number"].reading.value == CHILD["child_id_number"]
    assert visit.fields["visit_seen"].reading.value == ["child", "mother"]
    assert "low_confidence" in visit.fields["visit_next_date"].reasons
    assert not visit.fields["visit_next_date"].accepted
    assert visit.fields["visit_action"].blank
    assert not visit.fields["child_name"].blank


def test_the_rows_of_a_work_log(office: OfficeAtWork) -> None:
    entry: dict[str, JsonValue] = {
        "log_date_2": "2026-10-08",
        "log_child_name_2": "欧阳雪",
        "log_content_2": "电话了解情况",
        "log_way_2": ["phone"],
    }
    office.deliver("日志.jpg", work_log(**entry, log_keeper="林晓", log_date_4="2026-10-11"))
    office.read()
    (log,) = waiting(office, Purpose.WORK_LOG)
    rows = papers.rows_of(log.fields, LOG)
    assert [row.number for row in rows] == [2, 4]
    assert set(rows[0].fields) == set(LOG)
    assert rows[0].fields["log_way"].reading.value == ["phone"]
    assert rows[1].fields["log_content"].blank


def test_a_visit_record_brought_back_is_no_draft(office: OfficeAtWork) -> None:
    office.deliver("走访.jpg", visit_record())
    office.read()
    (visit,) = waiting(office, Purpose.VISIT)
    arranging.aside(office.store, office.actor, office.clock(), [visit.page_id])
    assert waiting(office, Purpose.VISIT) == []
    intake.bring_back(office.store, office.actor, office.clock(), visit.page_id)
    assert office.sheets() == []
    assert [p.page_id for p in waiting(office, Purpose.VISIT)] == [visit.page_id]


def test_a_page_without_a_form_has_no_values(office: OfficeAtWork) -> None:
    office.deliver("纸.jpg", unknown())
    office.read()
    (source,) = intake.inbox(office.store, office.actor).sources
    with office.store.session() as session, pytest.raises(LookupError):
        papers.paper(office.store, session, source.pages[0].page_id)
