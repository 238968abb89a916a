"""问村里: one slip per village with what is asked, nothing that is extra-sensitive, closed by the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from records.views import AnswerState, Role
from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from tests.workflow.test_prefilled import act, text_of
from workflow import verify, village_questions
from workflow.errors import BadValue, NotAllowed, NotWritten

VILLAGE: dict[str, Any] = {"child_residence": {"division": "220281104200", "detail": "一组"}}


def draft(office: OfficeAtWork, mark: str, doubtful: tuple[str, ...] = (), **values: Any) -> str:
    known = {row.registration_id for row in verify.drafts(office.store, office.actor)}
    office.deliver(f"{mark}.tif", front(mark, doubtful, child_name=f"欧阳{mark}", **values), back(mark, doubtful))
    office.read()
    (new,) = {row.registration_id for row in verify.drafts(office.store, office.actor)} - known
    return new


def ask(office: OfficeAtWork, registration_id: str, key: str, note: str = "") -> None:
    verify.mark(*act(office), registration_id, key, AnswerState.ASK, note)


def test_one_slip_per_village_says_what_is_asked(office: OfficeAtWork) -> None:
    in_village = draft(office, "甲", ("caregiver_phone",), **VILLAGE)
    in_town = draft(office, "乙")
    ask(office, in_village, "caregiver_phone")
    ask(office, in_village, "school_name", "是不是中心小学")
    ask(office, in_town, "child_phone")
    path = office.folder / "核实单.pdf"
    written = village_questions.write_slips(*act(office), path)
    assert (written.slips, written.questions) == (2, 3)
    pages = [page.replace("\r\n", "") for page in text_of(path)]
    assert len(pages) == 2
    assert "欧阳乙" in pages[0]
    assert "欧阳甲" not in pages[0], "what one village is asked is not for the other"
    for told in ("儿童联系电话", "请问清楚"):  # nothing was written there, and nobody said more
        assert told in pages[0]
    for told in ("学校名称", "黄松甸镇中心小学", "是不是中心小学", "照护人联系电话", "13904320001", "字迹看不准"):
        assert told in pages[1]
    assert pages[1].index("学校名称") < pages[1].index("照护人联系电话"), "as printed on the form"
    with pypdfium2.PdfDocument(path) as document:
        assert document[0].get_width() > document[0].get_height(), "room for the answers"
    one = village_questions.write_slips(*act(office), path, [in_town])
    assert (one.slips, one.questions) == (1, 1)


def test_an_answer_closes_the_question(office: OfficeAtWork) -> None:
    registration = draft(office, "甲")
    ask(office, registration, "school_name")
    assert verify.drafts(office.store, office.actor)[0].asked == 1
    verify.confirm(*act(office), registration, "school_name", "蛟河市第一小学")
    assert verify.drafts(office.store, office.actor)[0].asked == 0
    with pytest.raises(BadValue, match="没有要问村里的"):
        village_questions.write_slips(*act(office), office.folder / "核实单.pdf")
    assert not (office.folder / "核实单.pdf").exists()


def test_what_is_extra_sensitive_stands_on_no_paper(office: OfficeAtWork) -> None:
    registration = draft(office, "甲", health_illness="哮喘", health_body=["ill"])
    ask(office, registration, "health_illness")
    ask(office, draft(office, "乙"), "school_name")
    written = village_questions.write_slips(*act(office), office.folder / "核实单.pdf")
    assert (written.questions, written.face_to_face) == (1, 1)
    assert "哮喘" not in "".join(text_of(office.folder / "核实单.pdf"))
    with pytest.raises(BadValue, match="当面问"):
        village_questions.write_slips(*act(office), office.folder / "核实单.pdf", [registration])


def test_scope_rights_and_a_file_that_cannot_be_written(office: OfficeAtWork) -> None:
    registration = draft(office, "甲", **VILLAGE)
    ask(office, registration, "school_name")
    elsewhere = replace(office.actor, division="220281104201")
    with pytest.raises(BadValue, match="没有要问村里的"):
        village_questions.write_slips(office.store, elsewhere, office.clock(), office.folder / "单.pdf")
    with pytest.raises(NotAllowed):
        village_questions.write_slips(
            office.store, office.as_role(Role.HELPER), office.clock(), office.folder / "单.pdf"
        )
    with pytest.raises(NotWritten):
        village_questions.write_slips(*act(office), office.folder / "没有" / "单.pdf")
