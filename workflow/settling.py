"""What pairing says is carried out: drafts are made, go on or are dissolved, twins are put aside.

Everything here works inside a caller's transaction. Drafts that nobody has touched follow the pairing wherever it
goes; what a person has worked on is pinned and only gains pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from forms.form_file import Form
from ocr.reading import PageReading
from records import pairing_rows
from records.forms_used import forms_used
from records.pairing_rows import TWIN, PagePlace
from records.session import Session
from records.store import Store
from records.tables import Registration
from records.views import PageState, RegistrationState
from workflow import learned
from workflow.changes import NOTHING, Changes, changed
from workflow.drafting import (
    content_of,
    dissolve,
    follows,
    new_registration,
    off_the_sheet,
    onto_sheets,
    readings_of,
    write_answers,
)
from workflow.forms_in_use import is_registration, stored_form
from workflow.judgement import OfficeTrust, judge
from workflow.pairing import Group, PageFacts, Pairing, pair


def settle(store: Store, session: Session, now: datetime) -> Changes:
    """Pair everything that was read to the end. Visit records, work logs and cards are no registrations: see papers."""
    forms = [name for name in forms_used(session) if is_registration(stored_form(store, session, *name))]
    new = pairing_rows.unplaced(session, of_forms=forms)
    if not new:
        return NOTHING
    places = pairing_rows.connected(session, new, of_forms=forms)
    numbers = pairing_rows.numbers_without_blanks(session, {p.page.source_id for p in places})
    readings = readings_of(session, [p.page for p in places])
    facts = []
    office = learned.office_trust(session)
    for place in places:
        form = stored_form(store, session, place.page.form_id or "", place.page.form_version or "")
        facts.append(_facts(place, numbers[place.page.id], readings[place.page.id].reading, form, office))
    return _carry_out(store, session, now, {p.page.id: p for p in places}, pair(facts))


def _facts(place: PagePlace, number: int, reading: PageReading, form: Form, office: OfficeTrust) -> PageFacts:
    page, registration = place.page, place.registration
    content = content_of(reading)
    verdicts = judge(reading.fields, office, form=form, models={reading.model})
    decided = registration is not None and (registration.pinned or registration.state is not RegistrationState.DRAFT)
    return PageFacts(
        page_id=page.id,
        source_key=_source_order(place.source.name, place.source.content_hash),
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


def _source_order(name: str, content_hash: str) -> str:
    """Sorts files as a scanner numbers them, whenever they arrived: of two scans of a page the earlier one stays."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), name.casefold()) + "/" + content_hash


def _carry_out(
    store: Store, session: Session, now: datetime, places: dict[str, PagePlace], pairing: Pairing
) -> Changes:
    """Bring sheets, registrations and states in line with the pairing."""
    groups = sorted(pairing.groups, key=lambda g: min(places[p].arrival for p in g.pages))
    chosen = _choose(groups, places)
    free = {r.id: r for p in places.values() if (r := p.registration) is not None and follows(r)}
    before = {key: {p.page.id for p in places.values() if p.registration is r} for key, r in free.items()}
    steady = {r.id for g, r in zip(groups, chosen, strict=True) if r is not None and before.get(r.id) == set(g.pages)}
    touched = changed(registrations=free.keys() - steady)

    for place in places.values():
        if place.registration is not None and place.registration.id in free.keys() - steady:
            off_the_sheet(place.page)
    session.flush()
    touched |= _put_twins_aside(places, pairing)
    for group, registration in zip(groups, chosen, strict=True):
        touched |= _gather(store, session, now, group, registration, places, steady)
    kept = {r.id for r in chosen if r is not None}
    for registration_id, registration in free.items():
        if registration_id not in kept:
            touched |= dissolve(store, session, now, registration)
    return touched


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
    return list(dict.fromkeys(r.id for r in rows if r is not None and follows(r)))


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
        registration = new_registration(store, session, now, first)
    if follows(registration):
        registration.notes = list(group.notes)
    onto_sheets(store, session, registration, arriving)
    write_answers(store, session, now, registration)
    return changed(
        registrations=[registration.id], pages=[p.id for p in arriving], sources=[p.source_id for p in arriving]
    )
