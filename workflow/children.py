"""The children the office knows, each with its current registration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from records import answer_rows, batch_rows, child_rows, office_rows, place_rows
from records.store import Store
from records.tables import Answer, Batch, BatchRow, Child, Registration, Sheet
from records.views import Actor, BatchRowState, BatchState, ChildRow
from workflow.cross_reference import CHINA, place_of
from workflow.matching import age_on, codes, place_name, sex_label
from workflow.names import mask_id_number, normal_name
from workflow.permissions import Right, verb

CONCERN_KEYS = ("concern_listed", "concern_criteria")
NOT_REPORTED = "未报送"


@verb(Right.SEE_CHILDREN)
def children(store: Store, actor: Actor, *, search: str = "") -> tuple[ChildRow, ...]:
    """Children by pinyin, then id; ``search`` finds in name, pinyin, initials, ID number and 档号."""
    store.saw(actor.user_id, "children.see", [store.store_id])
    with store.session() as session:
        found = child_rows.children_with_current(session, normal_name(search), actor.division)
        ids = [registration.id for _, registration in found]
        answers = answer_rows.answers_of_many(session, ids, CONCERN_KEYS)
        rows = batch_rows.rows_of_children(session, [child.id for child, _ in found])
        sheets = {sheet.registration_id: sheet for sheet in reversed(place_rows.sheets_of(session, ids))}
        round_ = office_rows.open_round(session)
        day = None if round_ is None else round_.as_of
        return tuple(
            _row(child, registration, answers[registration.id], rows.get(child.id, []), sheets, day)
            for child, registration in found
        )


def _row(
    child: Child,
    registration: Registration,
    answers: Mapping[str, Answer],
    batches: list[tuple[BatchRow, Batch]],
    sheets: Mapping[str | None, Sheet],
    day: date | None,
) -> ChildRow:
    assert registration.verified_at is not None  # the table's own check: a verified registration has its time
    verified_on = registration.verified_at.astimezone(CHINA).date()
    sheet = sheets.get(registration.id)
    item = None if sheet is None else sheet.item
    return ChildRow(
        child_id=child.id,
        name=child.name,
        sex=sex_label(child.sex),
        age=age_on(child.birth_date, day or verified_on),
        id_number_masked=mask_id_number(child.id_number),
        household=place_name(child.household_division),
        residence=place_name(child.residence_division),
        verified_on=verified_on,
        archive_number="" if item is None else item.archive_number,
        location="" if item is None else place_of(item).text(),
        key_concern=_key_concern(answers),
        reporting=reporting(registration.id, batches),
        registration_id=registration.id,
    )


def _key_concern(answers: Mapping[str, Answer]) -> bool:
    return any("yes" in codes(a.value) or (key == "concern_criteria" and codes(a.value)) for key, a in answers.items())


def reporting(registration_id: str, batches: list[tuple[BatchRow, Batch]]) -> str:
    """The reporting status that screens show, derived from the child's last row in a batch."""
    if not batches:
        return NOT_REPORTED
    row, batch = batches[-1]
    if row.registration_id != registration_id and row.state in (BatchRowState.ACCEPTED, BatchRowState.RETURNED):
        return "有更新未报送"
    if row.state is BatchRowState.FROZEN:
        return f"在批次 {batch.number}" if batch.state is BatchState.OPEN else f"批次 {batch.number} 待报送"
    if row.state is BatchRowState.SENT:
        return f"批次 {batch.number} 已报送，待反馈"
    if row.state is BatchRowState.ACCEPTED:
        return f"已录入 {row.system_number}".rstrip()
    return f"被退回：{row.returned_reason}"
