"""Pages become registrations: what pairing says is carried out, answers are written, sheets get their place.

Everything here works inside a caller's transaction. Drafts that nobody has touched follow the pairing wherever it
goes; what a person has worked on is pinned and only gains pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.form_file import Form
from forms.values import empty
from ocr.reading import FieldReading, PageReading
from records import intake_rows, pairing_rows, registration_rows
from records.audit import NOBODY
from records.packing import unpack_json
from records.pairing_rows import TWIN, PagePlace
from records.session import Session
from records.store import Store
from records.tables import Answer, ArchiveItem, Page, Reading, Registration, Sheet
from records.views import AnswerState, PageState, RegistrationState, ValueSource
from workflow import cross_reference
from workflow.changes import NOTHING, Changes, changed
from workflow.errors import WrongState
from workflow.forms_in_use import stored_form
from workflow.judgement import VERSION, Verdict, judge
from workflow.pairing import Group, PageFacts, Pairing, pair
from workflow.reading_json import reading_from_json

SIDES_OF_A_SHEET = 2


@dataclass(frozen=True, slots=True)
class StoredReading:
    """The newest reading of a page."""

    row_id: str
    reading: PageReading


def stored_reading(row: Reading) -> StoredReading:
    """The reading as the reader gave it."""
    return StoredReading(row.id, reading_from_json(unpack_json(row.content)))


def readings_of(session: Session, pages: Sequence[Page]) -> dict[str, StoredReading]:
    """The newest reading of each of the pages, by page id."""
    rows = intake_rows.last_readings(session, [page.id for page in pages])
    return {page_id: stored_reading(row) for page_id, row in rows.items()}


def content_of(reading: PageReading) -> dict[str, str]:
    """What stands on the page: field key -> text, blank fields left out."""
    return {field.key: field.text for field in reading.fields if field.text}


# -- pairing ----------------------------------------------------------------------------------------------------------


def settle(store: Store, session: Session, now: datetime) -> Changes:
    """Pair everything that was read to the end."""
    new = pairing_rows.unplaced(session)
    if not new:
        return NOTHING
    places = pairing_rows.connected(session, new)
    numbers = pairing_rows.numbers_without_blanks(session, {p.page.source_id for p in places})
    readings = readings_of(session, [p.page for p in places])
    facts = []
    for place in places:
        form = stored_form(store, session, place.page.form_id or "", place.page.form_version or "")
        facts.append(_facts(place, numbers[place.page.id], readings[place.page.id].reading, form))
    return _carry_out(store, session, now, {p.page.id: p for p in places}, pair(facts))


def _facts(place: PagePlace, number: int, reading: PageReading, form: Form) -> PageFacts:
    page, registration = place.page, place.registration
    content = content_of(reading)
    verdicts = judge(reading.fields, form=form)
    decided = registration is not None and (registration.pinned or registration.state is not RegistrationState.DRAFT)
    return PageFacts(
        page_id=page.id,
        source_key=place.source.content_hash,
        number=number,
        form=form.id,
        version=form.version,
        side=page.form_page or 1,
        sides=len(form.pages),
        serial=page.serial or "",
        content=content,
        sure=frozenset(key for key in content if verdicts[key].accepted),
        pinned=registration.id if registration is not None and decided else None,
        closed=registration is not None and registration.state is not RegistrationState.DRAFT,
    )


def _carry_out(
    store: Store, session: Session, now: datetime, places: dict[str, PagePlace], pairing: Pairing
) -> Changes:
    """Bring sheets, registrations and states in line with the pairing."""
    groups = sorted(pairing.groups, key=lambda g: min(places[p].arrival for p in g.pages))
    chosen = _choose(groups, places)
    free = {r.id: r for p in places.values() if (r := p.registration) is not None and _follows(r)}
    before = {key: {p.page.id for p in places.values() if p.registration is r} for key, r in free.items()}
    steady = {r.id for g, r in zip(groups, chosen, strict=True) if r is not None and before.get(r.id) == set(g.pages)}
    touched = changed(registrations=free.keys() - steady)

    for place in places.values():
        if place.registration is not None and place.registration.id in free.keys() - steady:
            _off_the_sheet(place.page)
    session.flush()
    touched |= _put_twins_aside(places, pairing)
    for group, registration in zip(groups, chosen, strict=True):
        touched |= _gather(store, session, now, group, registration, places, steady)
    kept = {r.id for r in chosen if r is not None}
    for registration_id, registration in free.items():
        if registration_id not in kept:
            _dissolve(store, session, now, registration)
    return touched


def _follows(registration: Registration) -> bool:
    """Does this registration follow the pairing, because no person has decided anything about it?"""
    return not registration.pinned and registration.state is RegistrationState.DRAFT


def _choose(groups: Sequence[Group], places: dict[str, PagePlace]) -> list[Registration | None]:
    """The registration that each group goes on with; None for a new one. Whole groups first, so that ids stay."""
    members: dict[str, set[str]] = {}
    rows: dict[str, Registration] = {}
    for page_id, place in places.items():
        if place.registration is not None:
            members.setdefault(place.registration.id, set()).add(page_id)
            rows[place.registration.id] = place.registration
    chosen: dict[int, Registration] = {}
    claimed: set[str] = set()
    for exact in (True, False):
        for number, group in enumerate(groups):
            if number in chosen:
                continue
            for registration_id in _candidates(group, places):
                fits = not exact or group.pinned == registration_id or members[registration_id] == set(group.pages)
                if fits and registration_id not in claimed:
                    chosen[number] = rows[registration_id]
                    claimed.add(registration_id)
                    break
    return [chosen.get(number) for number in range(len(groups))]


def _candidates(group: Group, places: dict[str, PagePlace]) -> list[str]:
    if group.pinned is not None:
        return [group.pinned]
    rows = (places[page_id].registration for page_id in group.pages)
    return list(dict.fromkeys(r.id for r in rows if r is not None and _follows(r)))


def _put_twins_aside(places: dict[str, PagePlace], pairing: Pairing) -> Changes:
    of = {twin.page_id: twin.of for twin in pairing.twins}
    moved = []
    for page_id, place in places.items():
        page = place.page
        if page_id in of and (page.state is not PageState.SET_ASIDE or page.duplicate_of_id != of[page_id]):
            if page.state is not PageState.SET_ASIDE:
                page.state = PageState.SET_ASIDE
            page.reason, page.duplicate_of_id = TWIN, of[page_id]
            moved.append(page)
        elif page_id not in of and page.state is PageState.SET_ASIDE:
            page.state = PageState.READ
            page.reason, page.duplicate_of_id = "", None
            moved.append(page)
        elif page_id not in of and page.duplicate_of_id in of:
            page.duplicate_of_id = None  # the one that stays is nobody's duplicate
            moved.append(page)
    return changed(pages=[p.id for p in moved], sources=[p.source_id for p in moved])


def _gather(
    store: Store,
    session: Session,
    now: datetime,
    group: Group,
    registration: Registration | None,
    places: dict[str, PagePlace],
    steady: set[str],
) -> Changes:
    pages = [places[page_id].page for page_id in group.pages]
    if registration is not None and registration.id in steady:
        if registration.notes == list(group.notes):
            return NOTHING
        registration.notes = list(group.notes)
        return changed(registrations=[registration.id])
    arriving = [page for page in pages if page.sheet_id is None]
    if registration is not None and not arriving:
        return NOTHING  # a person's registration to which nothing comes
    if registration is None:
        first = min((places[page_id] for page_id in group.pages), key=lambda p: p.arrival)
        registration = _new_registration(store, session, now, first)
    if _follows(registration):
        registration.notes = list(group.notes)
    _onto_sheets(store, session, registration, arriving)
    write_answers(store, session, now, registration)
    return changed(
        registrations=[registration.id], pages=[p.id for p in arriving], sources=[p.source_id for p in arriving]
    )


# -- registrations and sheets -----------------------------------------------------------------------------------------


def _new_registration(store: Store, session: Session, now: datetime, first: PagePlace) -> Registration:
    page, source = first.page, first.source
    registration = Registration(
        id=store.new_id(),
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


def _onto_sheets(store: Store, session: Session, registration: Registration, pages: Sequence[Page]) -> None:
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


def _off_the_sheet(page: Page) -> None:
    """A page leaves its sheet and waits again to be placed."""
    if page.sheet is not None:
        page.sheet.pages.remove(page)
    page.sheet, page.side = None, None
    if page.state is PageState.PLACED:
        page.state = PageState.READ


def _dissolve(store: Store, session: Session, now: datetime, registration: Registration) -> None:
    """Remove a draft that no page stands in. Its 档号 is not given again: the series has counted on."""
    for answer in registration_rows.answers_of(session, registration.id).values():
        session.delete(answer)
    for item in cross_reference.items_of(session, registration.id):
        _delete_item(session, item)
    session.flush()
    store.audit(session, NOBODY, now, "registration.dissolve", registration.id)
    session.delete(registration)
    session.flush()


def _delete_item(session: Session, item: ArchiveItem) -> None:
    for sheet in list(item.sheets):
        session.delete(sheet)
    session.flush()
    session.delete(item)


# -- answers ----------------------------------------------------------------------------------------------------------


def write_answers(store: Store, session: Session, now: datetime, registration: Registration) -> None:
    """The machine's answers with the judge's verdicts on all pages together, where no person has answered.

    A blank field has a row only if the judge doesn't vouch for its being blank.
    """
    pages = registration_rows.pages_of_registration(session, registration.id)
    readings = readings_of(session, pages)
    form = stored_form(store, session, registration.form_id, registration.form_version)
    verdicts = judge([f for page in pages for f in readings[page.id].reading.fields], form=form)
    decided = set()
    for answer in registration_rows.answers_of(session, registration.id).values():
        if answer.state is AnswerState.MACHINE:
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
                session.add(_machine_answer(registration.id, page.id, stored.row_id, field, verdict, now))
    session.flush()


def _machine_answer(
    registration_id: str, page_id: str, reading_id: str, field: FieldReading, verdict: Verdict, now: datetime
) -> Answer:
    return Answer(
        registration_id=registration_id,
        key=field.key,
        value=field.value,
        text=field.text,
        state=AnswerState.MACHINE,
        source=ValueSource.PAPER,
        accepted=verdict.accepted,
        verdict_version=VERSION,
        reasons=list(verdict.reasons),
        reading_id=reading_id,
        page_id=page_id,
        box=list(field.view_box_px),
        changed_at=now,
    )


# -- what persons decide ----------------------------------------------------------------------------------------------


def draft_by_hand(store: Store, session: Session, now: datetime, pages: Sequence[Page], note: str) -> Changes:
    """A draft of exactly these pages, pinned."""
    first = PagePlace(pages[0], pages[0].source, None)
    registration = _new_registration(store, session, now, first)
    registration.pinned = True
    registration.notes = [note]
    _onto_sheets(store, session, registration, pages)
    write_answers(store, session, now, registration)
    return changed(registrations=[registration.id], pages=[p.id for p in pages], sources=[p.source_id for p in pages])


def take_out(store: Store, session: Session, now: datetime, page: Page) -> Changes:
    """A page leaves its draft, which is dissolved when it was the last. Raises WrongState for a verified one."""
    registration = intake_rows.registration_of_page(session, page.id)
    if registration is None:
        return NOTHING
    if registration.state is not RegistrationState.DRAFT:
        raise WrongState("这一页属于已经核对完的登记表，没有动。要动它，请先把那份登记表退回核对。")
    keys = _keys_answered_by_person(session, registration.id, page.id)
    if keys:
        raise WrongState("这一页上已经有核对过的栏目，没有动。请先撤销这些核对，再把它放在一边。")
    sheet = page.sheet
    _off_the_sheet(page)
    session.flush()
    if not registration_rows.pages_of_registration(session, registration.id):
        _dissolve(store, session, now, registration)
    else:
        if sheet is not None and not sheet.pages:
            session.delete(sheet)
            session.flush()
        write_answers(store, session, now, registration)
    return changed(registrations=[registration.id])


def _keys_answered_by_person(session: Session, registration_id: str, page_id: str) -> list[str]:
    """Fields of the page with a person's answer or history, which must not lose their registration."""
    answers = registration_rows.answers_of(session, registration_id)
    events = registration_rows.keys_with_events(session, registration_id)
    return [a.key for a in answers.values() if a.page_id == page_id and a.key in events]


def join(store: Store, session: Session, now: datetime, one: Registration, other: Registration) -> Changes:
    """Two drafts become one sheet; ``one`` keeps its number. Raises WrongState where that can't be."""
    pages = registration_rows.pages_of_registration(session, one.id)
    more = registration_rows.pages_of_registration(session, other.id)
    same_form = (one.form_id, one.form_version) == (other.form_id, other.form_version)
    if not same_form or {p.form_page for p in pages} & {p.form_page for p in more}:
        raise WrongState("这两份不是同一种表的正反两面，没有配成一份。请另选一份。")
    if registration_rows.keys_with_events(session, other.id):
        raise WrongState("另一份上已经有核对过的栏目，没有配成一份。请先撤销那一份的核对，或从那一份来配这一份。")
    for page in more:
        _off_the_sheet(page)
    session.flush()
    _dissolve(store, session, now, other)
    one.pinned = True
    one.notes = ["joined_by_person"]
    _onto_sheets(store, session, one, more)
    write_answers(store, session, now, one)
    return changed(
        registrations=[one.id, other.id], pages=[p.id for p in more], sources=[p.source_id for p in pages + more]
    )


def part(store: Store, session: Session, now: datetime, registration: Registration) -> Changes:
    """Every page but the first becomes a draft of its own. Raises WrongState where that can't be."""
    pages = registration_rows.pages_of_registration(session, registration.id)
    if len(pages) < 2:
        raise WrongState("这份登记表只有一面，不用分开。")
    changes = changed(registrations=[registration.id], sources=[p.source_id for p in pages])
    for page in pages[1:]:
        changes |= take_out(store, session, now, page)
        changes |= draft_by_hand(store, session, now, [page], "parted_by_person")
    registration.pinned = True
    registration.notes = ["parted_by_person"]
    return changes
