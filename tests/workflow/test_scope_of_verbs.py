"""Every verb that takes the id of something is tried by somebody of the next township: it is not there for him.

The verbs are enumerated; one that takes an id or anything else that has no value here fails.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forms.catalog import shipped_forms
from records.tables import Child, Registration
from records.views import Actor, AnswerState, RegistrationState, Role
from records.views_care import LinkKind
from tests.workflow.conftest import QUICK, OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import (
    child_page,
    concerns,
    dossiers,
    duplicates,
    erasing,
    intake,
    mandatory,
    moves,
    people,
    report,
    verify,
    village_questions,
    visits,
)
from workflow.cross_reference import Place
from workflow.errors import BadValue, NotFound, WrongState
from workflow.permissions import VERBS
from workflow.placing import LogLine

OWN, OTHER = "220281104", "220281105"
TODAY = date(2026, 10, 12)
SISTER = {"child_name": "欧阳雨", "child_id_number": "22028420200101002X", "child_birth_date": "2020-01-01"}
AGAIN = {"child_name": "欧阳霜", "child_id_number": None, "child_birth_date": "2019-05-01"}
# what names something of a township; rounds, forms and partners are the whole office's
IDS = frozenset({
    "child_id", "child_ids", "one_id", "other_id", "kept_id", "gone_id", "page_id", "page_ids", "registration_id",
    "registration_ids", "source_id", "source_ids", "batch_id", "row_id", "report_id", "concern_id", "dossier_id",
    "link_id", "merge_id", "erasure_id", "user_id", "corrects",
})  # fmt: skip
# these answer with what is left when everything that lies elsewhere is taken away
NOTHING_LEFT = frozenset({"unmask.id_numbers", "draft_workbook.write_draft"})
OTHERWISE_REFUSED = {"report.new_batch": WrongState, "village_questions.write_slips": BadValue}


def verbs_with_ids() -> list[str]:
    return sorted(name.removeprefix("workflow.") for name in VERBS if IDS & set(parameters(name)))


def parameters(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function(name)).parameters


def function(name: str) -> Any:
    module, verb = name.removeprefix("workflow.").split(".")
    return getattr(importlib.import_module(f"workflow.{module}"), verb)


@pytest.fixture
def things(office: OfficeAtWork) -> dict[str, Any]:
    """One of everything that a verb can be pointed at, all of one township."""
    who, clock = (office.store, office.actor), office.clock
    child = office.child("一", health_body=["ill", "disabled"])
    sister, again = office.child("二", **SISTER), office.child("三", **AGAIN)
    office.deliver("四.tif", front("S9", child_id_number=None), back("S9"))
    office.read()
    (draft,) = office.sheets()
    row = next(r for r in concerns.proposed(*who) if r.child_id == child)
    registration = child_page.child_page(*who, child, TODAY).registrations[0].registration_id
    page = draft.pages[0].page_id
    (source,) = (s for s in intake.inbox(*who).sources if page in {p.page_id for p in s.pages})
    _, dossier = dossiers.open_dossier(*who, clock(), child)
    _, log = visits.write_log(*who, clock(), TODAY, "到家看过", child_id=child)
    _, case = mandatory.raise_case(*who, clock(), child, "separated", "独自居住")
    _, link = moves.link(*who, clock(), child, sister, LinkKind.SIBLINGS, "户口簿")
    _, merge = duplicates.merge(*who, clock(), sister, again, "核对了户口簿")
    _, batch = report.new_batch(*who, clock(), "批次", [registration])
    _, user = people.add_user(
        *who, clock(), username="li", full_name="李四", role=Role.COLLECTOR, division=OWN, password="雾凇岛上-2027",
        kdf=QUICK,
    )  # fmt: skip
    return {
        "child_id": child, "child_ids": [child], "one_id": child, "other_id": sister, "kept_id": child,
        "gone_id": sister, "page_id": page, "page_ids": [page], "registration_id": draft.registration_id,
        "registration_ids": [registration], "source_id": source.source_id, "source_ids": [source.source_id],
        "batch_id": batch, "row_id": report.batch(*who, batch).rows[0].row_id, "report_id": case,
        "concern_id": row.concerns[0].concern_id, "dossier_id": dossier, "link_id": link, "merge_id": merge,
        "erasure_id": erasing.request_erasure(*who, clock(), [page], "误扫"), "user_id": user, "corrects": log,
    }  # fmt: skip


def asked(office: OfficeAtWork) -> dict[str, Any]:
    """Good values for everything that is no id of a township's things."""
    return {
        "now": office.clock(), "today": TODAY, "on": TODAY, "since": TODAY, "until": TODAY, "due_on": TODAY,
        "path": office.folder / "偷.xlsx", "reason": "返乡了", "why": "户口簿", "what": "独自居住", "note": "户口簿",
        "text": "看过", "typed": "王五", "key": "child_name", "value": "王五", "name": "批次二",
        "password": "雾凇岛上-2028",
        "situation": "separated", "criterion": "ill", "kind": LinkKind.SAME_MOTHER, "state": AnswerState.ASK,
        "place": Place(box="9"), "degrees": 90, "steps": 1, "form_page": 1, "form": shipped_forms()[0], "values": {},
        "lines": [LogLine(TODAY, "看过")],
        "reported": mandatory.Reported("派出所", "李四", datetime(2026, 10, 12, tzinfo=UTC)),
        "visited": visits.Visited(TODAY, "李四", "good"), "reasons": {"child_name": "不对"}, "accepted": True,
        "role": Role.COLLECTOR, "division": OTHER, "named": True, "kdf": QUICK, "round_id": "",
    }  # fmt: skip


# exits want a code of the table, a page its form by name: purposes of their own for the same word
OWN_WORDS: dict[str, dict[str, Any]] = {
    "moves.exit_child": {"reason": "home"},
    "arranging.key_in": {"form": (shipped_forms()[0].id, shipped_forms()[0].version)},
}


def call(name: str, office: OfficeAtWork, actor: Actor, things: Mapping[str, Any]) -> Any:
    given: dict[str, Any] = {**asked(office), **things, **OWN_WORDS.get(name, {})}
    wanted = list(parameters(name).values())[2:]
    left_out = [p.name for p in wanted if p.default is not p.empty and p.name not in IDS | {"kdf"}]
    arguments = {p.name: given[p.name] for p in wanted if p.name not in left_out and p.kind is not p.POSITIONAL_ONLY}
    return function(name)(office.store, actor, **arguments)


def refused(name: str, office: OfficeAtWork, actor: Actor, things: Mapping[str, Any]) -> bool:
    try:
        answer = call(name, office, actor, things)
    except OTHERWISE_REFUSED.get(name, NotFound):
        return True
    return name in NOTHING_LEFT and nothing(answer)


def nothing(answer: Any) -> bool:
    if isinstance(answer, village_questions.Asked):
        return (answer.questions, answer.face_to_face) == ((), 0)
    return bool(answer == {} or (answer.registrations, answer.pages) == (0, 0))


def test_nothing_is_there_for_the_next_township(office: OfficeAtWork, things: dict[str, Any]) -> None:
    names = verbs_with_ids()
    assert len(names) > 55
    stranger = replace(office.actor, division=OTHER)
    assert [name for name in names if not refused(name, office, stranger, things)] == []


def test_what_is_joined_is_wanted_on_both_sides(office: OfficeAtWork, things: dict[str, Any]) -> None:
    """The sister moves to the next township: her own people may no longer be asked about the other side of a pair."""
    _moves(office, things["other_id"], OTHER)
    clerk = replace(office.actor, division=OWN)
    for name in ("moves.link", "duplicates.merge", "duplicates.keep_apart", "twins.compare"):
        assert refused(name, office, clerk, things), name
        turned = {**things, "child_id": things["other_id"], "other_id": things["child_id"],
                  "kept_id": things["gone_id"], "gone_id": things["kept_id"],
                  "one_id": things["other_id"]}  # fmt: skip
        assert refused(name, office, clerk, turned), name
    assert refused("duplicates.undo_merge", office, clerk, things)
    assert duplicates.merges(office.store, clerk) == ()
    (link,) = child_page.child_page(office.store, clerk, things["child_id"], TODAY).links
    assert (link.other_id, link.other_name) == ("", "吉林省吉林市蛟河市天北镇")
    # what one sees, one may take back
    assert moves.unlink(office.store, clerk, office.clock(), link.link_id, "看错了").children


def _moves(office: OfficeAtWork, child_id: str, division: str) -> None:
    """The child's current registration lies with the next township; an older one stays here."""
    newer: dict[str, Any] = {**SISTER, "form_date": "2026-10-13"}
    office.deliver("五.tif", front("S5", (), **newer), back("S5", ()))
    office.read()
    (sheet,) = (s for s in office.sheets() if s.title == SISTER["child_name"])
    assert office.verified(sheet).child_id == child_id
    with office.store.transaction() as session:
        child = session.get_one(Child, child_id)
        session.get_one(Registration, child.current_registration_id).division = division
        child.scope, child.residence_division = division, division


def test_a_registration_goes_to_no_child_that_was_not_asked_about(office: OfficeAtWork, things: dict[str, Any]) -> None:
    office.deliver("六.tif", front("S6", (), child_name="王小雪", child_id_number=None), back("S6", ()))
    office.read()
    sheet = next(s for s in office.sheets() if s.title == "王小雪")
    office.answer_all(sheet)
    where = (office.store, office.actor, office.clock(), sheet.registration_id)
    with pytest.raises(WrongState, match="没有存为“已核对”"):
        verify.finish(*where, same_child=things["child_id"])
    assert verify.sheet(office.store, office.actor, sheet.registration_id).state is RegistrationState.DRAFT
