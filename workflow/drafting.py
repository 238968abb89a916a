"""Registrations that are not verified yet: their sheets and pages, the machine's answers, what persons decide on them.

Everything here works inside a caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.dictionary import extra_sensitive
from forms.gazetteer import gazetteer, lies_within
from forms.values import empty
from ocr.reading import FieldReading, PageReading
from records import intake_rows, registration_rows, sealing
from records.audit import NOBODY
from records.packing import pack_json, unpack_json
from records.pairing_rows import PagePlace
from records.session import Session
from records.store import Store
from records.tables import Answer, ArchiveItem, Page, Reading, Registration, Sheet
from records.views import AnswerState, PageState, RegistrationState, ValueSource
from workflow import cross_reference, divisions, earlier_forms, learned
from workflow.changes import NOTHING, Changes, changed
from workflow.errors import WrongState
from workflow.forms_in_use import stored_form
from workflow.judgement import Verdict, judge, version
from workflow.reading_json import reading_from_json, reading_to_json

SIDES_OF_A_SHEET = 2


@dataclass(frozen=True, slots=True)
class StoredReading:
    """The newest reading of a page."""

    row_id: str
    reading: PageReading


def readings_of(session: Session, pages: Sequence[Page]) -> dict[str, StoredReading]:
    """The newest reading of each of the pages, by page id; what is extra-sensitive only for those who may open it."""
    rows = intake_rows.last_readings(session, [page.id for page in pages])
    return {page_id: stored_reading(session, row) for page_id, row in rows.items()}


def stored_reading(session: Session, row: Reading) -> StoredReading:
    """The reading as the reader gave it."""
    plain = sealing.whole_reading(session.info[sealing.SEALER], row.id, unpack_json(row.content), row.sealed)
    return StoredReading(row.id, reading_from_json(plain))


def keep_reading(store: Store, session: Session, page: Page, reading: PageReading, now: datetime) -> None:
    """One more reading of a page, what is extra-sensitive in it sealed. Those before stay as they are."""
    reading_id = store.new_id()
    plain, sealed = sealing.split_reading(store, reading_id, reading_to_json(reading))
    session.add(
        Reading(
            id=reading_id,
            page_id=page.id,
            run=intake_rows.count_readings(session, page.id) + 1,
            at=now,
            engine=reading.engine,
            model=reading.model,
            content=pack_json(plain),
            sealed=sealed,
        )
    )


def content_of(reading: PageReading) -> dict[str, str]:
    """What stands on the page: field key -> text, blank fields left out, and those that not everybody can open."""
    secret = extra_sensitive()
    return {field.key: field.text for field in reading.fields if field.text and field.key not in secret}


def follows(registration: Registration) -> bool:
    """Does this registration follow the pairing, because no person has decided anything about it?"""
    return not registration.pinned and registration.state is RegistrationState.DRAFT


# -- registrations and sheets -----------------------------------------------------------------------------------------


def new_registration(store: Store, session: Session, now: datetime, first: PagePlace) -> Registration:
    page, source = first.page, first.source
    registration = Registration(
        id=store.new_id(),
        division=source.division,
        store_id=store.store_id,
        sequence=registration_rows.next_sequence(session),
        form_id=page.form_id,
        form_version=page.form_version,
        round_id=source.round_id,
        notes=[],
        taken_in_at=source.received_at,
    )
    session.add(registration)
    session.flush()
    cross_reference.number_registration(store, session, now, registration)
    return registration


def onto_sheets(store: Store, session: Session, registration: Registration, pages: Sequence[Page]) -> None:
    item = cross_reference.item_of(session, registration)
    for page in pages:
        number, side = divmod((page.form_page or 1) - 1, SIDES_OF_A_SHEET)
        sheet = next((s for s in item.sheets if s.number == number + 1), None)
        if sheet is None:
            sheet = Sheet(id=store.new_id(), registration_id=registration.id, number=number + 1)
            item.sheets.append(sheet)
        sheet.serial = sheet.serial or page.serial
        sheet.pages.append(page)
        page.side = side + 1
        page.state = PageState.PLACED
    session.flush()


def off_the_sheet(page: Page) -> None:
    """A page leaves its sheet and waits again to be placed."""
    if page.sheet is not None:
        page.sheet.pages.remove(page)
    page.sheet, page.side = None, None
    if page.state is PageState.PLACED:
        page.state = PageState.READ


def dissolve(store: Store, session: Session, now: datetime, registration: Registration) -> Changes:
    """Remove a draft that no page stands in. Its 档号 is not given again: the series has counted on.

    Papers that lay behind it lie nowhere now.

    Raises WrongState for one that was verified before (concerns, visits and batches may stand on what it said), or of
    which a person has answered something that stands on no page.
    """
    if registration.child_id is not None:
        raise WrongState("这份登记表以前核对完过，不能拆散或整份放在一边，没有动。请核对改正后再存。")
    if registration_rows.keys_with_events(session, registration.id):  # also of fields on a missing side
        raise WrongState("这份登记表只剩这一面，上面有核对过的记录，没有动。请接着核对；误扫的，请申请依法删除。")
    for answer in registration_rows.answers_of(session, registration.id).values():
        session.delete(answer)
    freed = [
        page for item in cross_reference.items_of(session, registration.id) for page in _delete_item(session, item)
    ]
    session.flush()
    store.audit(session, NOBODY, now, "registration.dissolve", registration.id)
    session.delete(registration)
    session.flush()
    return changed(registrations=[registration.id], pages=[p.id for p in freed], sources=[p.source_id for p in freed])


def _delete_item(session: Session, item: ArchiveItem) -> list[Page]:
    freed = [page for sheet in item.sheets for page in sheet.pages]
    for page in freed:
        off_the_sheet(page)
    session.flush()
    for sheet in list(item.sheets):
        session.delete(sheet)
    session.flush()
    session.delete(item)
    return freed


# -- papers behind a form ---------------------------------------------------------------------------------------------


def put_behind(store: Store, session: Session, registration: Registration, page: Page) -> None:
    """A page that is no side of the form (a copy of a paper, a note) lies behind it: a further sheet of the same item.

    Such a sheet belongs to the item and not to the registration, whose answers come from its form alone.
    """
    item = cross_reference.item_of(session, registration)
    form = stored_form(store, session, registration.form_id, registration.form_version)
    printed = -(-len(form.pages) // SIDES_OF_A_SHEET)
    number = max([printed, *(sheet.number or 0 for sheet in item.sheets)]) + 1
    sheet = Sheet(id=store.new_id(), number=number)
    item.sheets.append(sheet)
    session.flush()
    page.sheet, page.side = sheet, 1
    page.state = PageState.PLACED
    session.flush()


def registration_before(page: Page) -> Registration | None:
    """The registration behind whose form a page lies, None for a page that lies behind none."""
    sheet = page.sheet
    if sheet is None or sheet.registration_id is not None or sheet.item is None:
        return None
    return sheet.item.registration


def behind(session: Session, registration: Registration) -> list[Page]:
    """The pages behind its form, in order."""
    items = cross_reference.items_of(session, registration.id)
    sheets = sorted(
        (s for item in items for s in item.sheets if s.registration_id is None), key=lambda s: s.number or 0
    )
    return [page for sheet in sheets for page in sheet.pages]


def _from_behind(session: Session, page: Page) -> None:
    sheet = page.sheet
    assert sheet is not None  # the caller has looked
    if sheet.item is None or registration_before(page) is None:
        raise WrongState("这一页是已经归档的走访记录、工作日志或信息卡，没有动。")
    item, number = sheet.item, sheet.number or 0
    off_the_sheet(page)
    session.flush()
    item.sheets.remove(sheet)
    session.delete(sheet)
    session.flush()
    # sheets are counted without a gap; one by one upwards, so that no number stands twice
    for after in sorted(item.sheets, key=lambda s: s.number or 0):
        if after.registration_id is None and (after.number or 0) > number:
            after.number = (after.number or 0) - 1
            session.flush()


# -- answers ----------------------------------------------------------------------------------------------------------


def write_answers(store: Store, session: Session, now: datetime, registration: Registration) -> None:
    """The machine's answers with the judge's verdicts on all pages together, where no person has answered.

    A blank field has a row only if the judge doesn't vouch for its being blank.
    """
    pages = registration_rows.pages_of_registration(session, registration.id)
    readings = readings_of(session, pages)
    form = stored_form(store, session, registration.form_id, registration.form_version)
    office = learned.office_trust(session)
    verdicts = judge(
        witnessed_fields(session, registration, pages, readings),
        office,
        form=form,
        models={model for page in pages if (model := readings[page.id].reading.model)},
    )
    unread = {f.key for page in pages for f in readings[page.id].reading.fields if sealing.UNREAD in f.reasons}
    decided = set()
    for answer in registration_rows.answers_of(session, registration.id).values():
        if answer.state is AnswerState.MACHINE and answer.sealed is not None and answer.key in unread:
            decided.add(answer.key)  # what one who may open it has written stays
        elif answer.state is AnswerState.MACHINE:
            session.delete(answer)
        else:
            decided.add(answer.key)
    session.flush()
    for page in pages:
        stored = readings[page.id]
        for field in stored.reading.fields:
            verdict = verdicts[field.key]
            # a signature has a value (it is there) and no text
            filled = bool(field.text) or not empty(field.value)
            if field.key not in decided and (filled or not verdict.accepted):
                session.add(
                    _machine_answer(registration.id, page.id, stored.row_id, field, verdict, now, version(office))
                )
    session.flush()
    set_division(session, registration)


def witnessed_fields(
    session: Session, registration: Registration, pages: Sequence[Page], readings: Mapping[str, StoredReading]
) -> tuple[FieldReading, ...]:
    """All fields of a registration as read, with what the family's earlier forms say of them."""
    read = [readings[page.id].reading for page in pages]
    earlier = earlier_forms.earlier_of(session, registration, pages, read)
    return earlier_forms.witnessed([f for reading in read for f in reading.fields], earlier)


def unread(store: Store, session: Session) -> list[str]:
    """Drafts read while nobody was there who may open the extra-sensitive, for somebody who may; none for others."""
    if store.opened_keys.sensitive is None:
        return []
    return registration_rows.drafts_with_reason(session, sealing.UNREAD)


def open_unread(store: Store, session: Session, now: datetime, registration_ids: Sequence[str]) -> None:
    """They get the answers that the machine read in their sealed fields."""
    for registration_id in registration_ids:
        registration = registration_rows.registration(session, registration_id)
        if registration is not None:
            write_answers(store, session, now, registration)


def set_division(session: Session, registration: Registration) -> None:
    """Whose registration it is (its scope), after its answers or pages have changed.

    Where the child lives, or the form is from, as far as that lies within the division that took the paper in; a
    misread place can't take a registration away from those who hold the paper.
    """
    pages = registration_rows.pages_of_registration(session, registration.id)
    if not pages:
        return
    home = min(pages, key=lambda p: (p.source.received_at, p.source.id, p.position)).source.division
    answers = registration_rows.answers_of(session, registration.id)
    stated = (answers[key].value for key in ("child_residence", "form_division") if key in answers)
    moved = divisions.moved_divisions(session)
    written = (str(s.get("division") or "") if isinstance(s, dict) else str(s or "") for s in stated)
    codes = [divisions.today(moved, code) for code in written]
    known = (code for code in codes if lies_within(code, home) and gazetteer().division(code) is not None)
    registration.division = next(known, home)


def _machine_answer(
    registration_id: str,
    page_id: str,
    reading_id: str,
    field: FieldReading,
    verdict: Verdict,
    now: datetime,
    judged_by: str,
) -> Answer:
    return Answer(
        registration_id=registration_id,
        key=field.key,
        value=field.value,
        text=field.text,
        state=AnswerState.MACHINE,
        source=ValueSource.PAPER,
        accepted=verdict.accepted,
        verdict_version=judged_by,
        reasons=list(verdict.reasons),
        reading_id=reading_id,
        page_id=page_id,
        box=box_of(field),
        changed_at=now,
    )


def box_of(field: FieldReading) -> list[int] | None:
    """As rows have it."""
    return None if field.seen_at is None else list(field.seen_at)


# -- what persons decide ----------------------------------------------------------------------------------------------


def draft_by_hand(store: Store, session: Session, now: datetime, pages: Sequence[Page], note: str) -> Changes:
    """A draft of exactly these pages, pinned."""
    first = PagePlace(pages[0], pages[0].source, None)
    registration = new_registration(store, session, now, first)
    registration.pinned = True
    registration.notes = [note]
    onto_sheets(store, session, registration, pages)
    write_answers(store, session, now, registration)
    return changed(registrations=[registration.id], pages=[p.id for p in pages], sources=[p.source_id for p in pages])


def lift(session: Session, page: Page) -> Registration | None:
    """A page leaves its sheet; the draft that ``tidy`` has to bring in line, if it stood in one.

    Raises WrongState for a page of a verified registration, of a filed paper, or with answers of a person.
    """
    registration = intake_rows.registration_of_page(session, page.id)
    if registration is None:
        if page.sheet is not None:
            _from_behind(session, page)
        return None
    if registration.state is not RegistrationState.DRAFT:
        raise WrongState("这一页属于已经核对完的登记表，没有动。要动它，请先把那份登记表退回核对。")
    keys = _keys_answered_by_person(session, registration.id, page.id)
    if keys:
        raise WrongState("这一页上已经有核对过的栏目，没有动。请先撤销这些核对，再把它放在一边。")
    off_the_sheet(page)
    session.flush()
    return registration


def tidy(store: Store, session: Session, now: datetime, left: Iterable[Registration]) -> Changes:
    """Drafts that pages have left: those that are empty are dissolved, the others answered anew by the machine."""
    changes = NOTHING
    for registration in {row.id: row for row in left}.values():
        if not registration_rows.pages_of_registration(session, registration.id):
            changes |= dissolve(store, session, now, registration)
            continue
        for sheet in [s for s in cross_reference.item_of(session, registration).sheets if not s.pages]:
            session.delete(sheet)
        session.flush()
        session.expire(registration, ["sheets"])
        session.expire(cross_reference.item_of(session, registration), ["sheets"])
        write_answers(store, session, now, registration)
        changes |= changed(registrations=[registration.id])
    return changes


def _keys_answered_by_person(session: Session, registration_id: str, page_id: str) -> list[str]:
    """Fields of the page with a person's answer or history, which must not lose their registration."""
    answers = registration_rows.answers_of(session, registration_id)
    events = registration_rows.keys_with_events(session, registration_id)
    return [a.key for a in answers.values() if a.page_id == page_id and a.key in events]
