"""A person puts pages in order: into a registration, behind its form, apart, aside; and takes each of that back.

Which pages belong together is found by ``workflow.pairing``; here a person says otherwise, and what a person has said
is pinned. Every deed answers with where its pages stood before, and ``put_back`` puts them there again, as long as
nobody has gone on working on them. 档号 are not given twice: a registration that is made again has a new one.
Where a deed is given words (``remembered``), it is remembered in the store by them and ``undo_last`` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from records import pairing_rows, registration_rows
from records.session import Session
from records.store import Store
from records.tables import Page, Registration
from records.views import Actor, PageState, RegistrationState
from workflow import drafting, keying, page_deeds, scope
from workflow.changes import NOTHING, Changes, changed
from workflow.cross_reference import item_of
from workflow.errors import BadValue, NotFound, WrongState
from workflow.forms_in_use import is_registration, stored_form
from workflow.ownership import require_own
from workflow.page_deeds import Stood
from workflow.permissions import Right, verb

LONGEST_REASON = 60
QUARTERS = (90, 180, 270)


@dataclass(frozen=True, slots=True)
class Arranged:
    """What was changed, and what takes it back. ``registration_id``: the one the pages are on now, if any."""

    changes: Changes
    before: tuple[Stood, ...]
    registration_id: str | None = None


@dataclass(frozen=True, slots=True)
class PutBack:
    """``made``: the registrations that had been dissolved and were made again, by the ids they had."""

    changes: Changes
    made: Mapping[str, str]


@dataclass
class _Hands:
    """One deed within one transaction: pages are lifted, put down, and the drafts they left are tidied at the end."""

    store: Store
    session: Session
    actor: Actor
    now: datetime
    remembered: str = ""
    before: dict[str, Stood] = field(default_factory=dict)
    left: list[Registration] = field(default_factory=list)
    changes: Changes = NOTHING

    def page(self, page_id: str) -> Page:
        """The page, whose place is remembered. Raises NotFound, WrongState."""
        page = scope.page(self.session, self.actor, page_id)
        if page.state is PageState.RECEIVED:
            raise WrongState("这一页还在等着识别，现在不能动。请等识别完再做。")
        if page.erased_at is not None:
            raise WrongState("这一页已经依法删除，没有动。")
        self.before.setdefault(page.id, _stood(self.session, page))
        return page

    def lift(self, page: Page) -> None:
        """The page stands nowhere."""
        behind = drafting.registration_before(page)
        left = drafting.lift(self.session, page)
        if left is not None:
            left.pinned = True  # what a person has taken apart is not put together again by itself
            self.left.append(left)
        if behind is not None:
            self.changes |= changed(registrations=[behind.id])
        if page.state is PageState.SET_ASIDE:
            page.state, page.reason, page.duplicate_of_id = PageState.READ, "", None
        self.changes |= changed(pages=[page.id], sources=[page.source_id])

    def onto(self, registration: Registration, pages: Sequence[Page], note: str) -> None:
        """Sides of its form, free ones."""
        drafting.onto_sheets(self.store, self.session, registration, pages)
        registration.pinned = True
        registration.notes = [note]
        self.left.append(registration)  # answered anew with the others

    def behind(self, registration: Registration, page: Page) -> None:
        """A further sheet behind its form."""
        drafting.put_behind(self.store, self.session, registration, page)
        registration.pinned = True
        self.changes |= changed(registrations=[registration.id])

    def alone(self, pages: Sequence[Page], note: str) -> str:
        """A draft of its own. Returns its id."""
        made = drafting.draft_by_hand(self.store, self.session, self.now, pages, note)
        self.changes |= made
        (registration_id,) = made.registrations
        return registration_id

    def aside(self, page: Page, reason: str, duplicate_of: str | None = None) -> None:
        page.state, page.reason, page.duplicate_of_id = PageState.SET_ASIDE, reason, duplicate_of

    def done(self, deed: str, object_id: str, registration_id: str | None = None) -> Arranged:
        """Tidy up and note it."""
        self.changes |= drafting.tidy(self.store, self.session, self.now, self.left)
        self.store.audit(self.session, self.actor.user_id, self.now, deed, object_id, {"pages": len(self.before)})
        before = tuple(self.before.values())
        if self.remembered and before:
            page_deeds.remember(self.store, self.session, self.actor, self.now, self.remembered, before)
        return Arranged(self.changes, before, registration_id)


def _stood(session: Session, page: Page) -> Stood:
    on = None if page.sheet is None else page.sheet.registration_id
    behind = drafting.registration_before(page)
    behind_id = None if behind is None else behind.id
    return Stood(page.id, page.state, page.reason, on, behind_id, page.duplicate_of_id, keying.keyed(session, page))


def _is_side_of(page: Page, registration: Registration) -> bool:
    form = (registration.form_id, registration.form_version)
    return page.status == "read" and (page.form_id, page.form_version) == form


def _own(store: Store, session: Session, actor: Actor, registration_id: str) -> Registration:
    registration = scope.registration(session, actor, registration_id)
    require_own(store, session, registration)
    return registration


def _wanted(page_ids: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(page_ids))
    if not wanted:
        raise BadValue("没有选中任何一页，没有改动。")
    return wanted


# -- deeds ------------------------------------------------------------------------------------------------------------


@verb(Right.TAKE_IN)
def put(
    store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], registration_id: str, *, remembered: str = ""
) -> Arranged:
    """These pages belong to this registration: sides of its form as sides, everything else behind it.

    A side that is there already makes room: it takes the place that the new one had, or is put aside with it.
    Raises WrongState where a person has answered fields of a page that would move.
    """
    with store.transaction() as session:
        registration = _own(store, session, actor, registration_id)
        hands = _Hands(store, session, actor, now, remembered)
        for page in [hands.page(page_id) for page_id in _wanted(page_ids)]:
            if page.sheet is not None and page.sheet.registration_id == registration.id:
                continue
            if _is_side_of(page, registration):
                _as_side(hands, page, registration)
            elif drafting.registration_before(page) is not registration:
                hands.lift(page)
                hands.behind(registration, page)
        return hands.done("page.put", registration.id, registration.id)


def _as_side(hands: _Hands, page: Page, registration: Registration) -> None:
    if registration.state is not RegistrationState.DRAFT:
        raise WrongState("这份登记表已经核对完，不能再加一面，没有动。要改请先把它退回核对。")
    there = registration_rows.pages_of_registration(hands.session, registration.id)
    taken = next((other for other in there if other.form_page == page.form_page), None)
    stood = hands.before[page.id]
    hands.lift(page)
    if taken is not None:
        hands.page(taken.id)
        hands.lift(taken)
    hands.onto(registration, [page], "joined_by_person")
    if taken is None:
        return
    former = next((row for row in hands.left if row.id == stood.registration_id), None)
    if former is not None:
        hands.onto(former, [taken], "joined_by_person")
    elif stood.state is PageState.SET_ASIDE:
        hands.aside(taken, pairing_rows.ASIDE_BY_PERSON)
    else:
        hands.alone([taken], "parted_by_person")


@verb(Right.TAKE_IN)
def apart(store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], *, remembered: str = "") -> Arranged:
    """These pages are a registration of their own; each of its own where they aren't different sides of one form.

    Pages that are no registration's (of unknown form, or papers behind a form) stand by themselves.
    """
    with store.transaction() as session:
        hands = _Hands(store, session, actor, now, remembered)
        pages = [hands.page(page_id) for page_id in _wanted(page_ids)]
        for page in pages:
            hands.lift(page)
        sides = [page for page in pages if _stands_alone(store, session, page)]
        forms = {(page.form_id, page.form_version) for page in sides}
        together = len(forms) == 1 and len({page.form_page for page in sides}) == len(sides)
        made = [hands.alone(group, "parted_by_person") for group in ([sides] if together else [[p] for p in sides])]
        return hands.done("page.apart", pages[0].id, made[0] if len(made) == 1 else None)


def _stands_alone(store: Store, session: Session, page: Page) -> bool:
    if page.status != "read" or page.form_id is None or page.form_version is None:
        return False
    return is_registration(stored_form(store, session, page.form_id, page.form_version))


@verb(Right.TAKE_IN)
def aside(
    store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], reason: str = "", *, remembered: str = ""
) -> Arranged:
    """These pages belong to no registration. ``reason``: in a person's words; a deed that ``put_back`` takes back."""
    words = reason.strip()[:LONGEST_REASON]
    with store.transaction() as session:
        hands = _Hands(store, session, actor, now, remembered)
        for page in [hands.page(page_id) for page_id in _wanted(page_ids)]:
            if page.state is PageState.SET_ASIDE:
                continue
            hands.lift(page)
            hands.aside(page, f"{pairing_rows.ASIDE_BY_PERSON}:{words}" if words else pairing_rows.ASIDE_BY_PERSON)
        return hands.done("page.set_aside", page_ids[0])


@verb(Right.TAKE_IN)
def move_behind(store: Store, actor: Actor, now: datetime, page_id: str, steps: int) -> Changes:
    """A paper behind a form lies so many sheets further back (negative: further forward); its neighbours make room."""
    with store.transaction() as session:
        page = scope.page(session, actor, page_id)
        registration = drafting.registration_before(page)
        if registration is None or page.sheet is None:
            raise WrongState("只有登记表后面的附页可以换次序，没有动。")
        require_own(store, session, registration)
        sheets = [s for s in item_of(session, registration).sheets if s.registration_id is None]
        sheets.sort(key=lambda sheet: sheet.number or 0)
        numbers = [sheet.number for sheet in sheets]
        at = sheets.index(page.sheet)
        sheets.insert(min(max(at + steps, 0), len(sheets) - 1), sheets.pop(at))
        for sheet in sheets:
            sheet.number = None  # no number stands twice on the way
        session.flush()
        for sheet, number in zip(sheets, numbers, strict=True):
            sheet.number = number
        session.flush()
        store.audit(session, actor.user_id, now, "page.move", page.id)
        return changed(registrations=[registration.id], pages=[page.id], sources=[page.source_id])


@verb(Right.TAKE_IN)
def put_back(store: Store, actor: Actor, now: datetime, before: Sequence[Stood]) -> PutBack:
    """Pages stand again where they stood; one that was to be typed in is read again as the program finds it.

    Raises WrongState where somebody has gone on working on one of them.
    """
    with store.transaction() as session:
        return _put_back(_Hands(store, session, actor, now), before)


@verb(Right.TAKE_IN)
def undo_last(store: Store, actor: Actor, now: datetime) -> tuple[str, PutBack]:
    """Take back the actor's last remembered deed; its words, and what came of it. Raises NotFound, WrongState."""
    with store.transaction() as session:
        deed = page_deeds.last(session, actor)
        if deed is None:
            raise NotFound("没有可以撤销的，没有改动。")
        words, before = deed
        done = _put_back(_Hands(store, session, actor, now), before)
        page_deeds.forget_last(session, actor, now, done.made)
        return words, done


def _put_back(hands: _Hands, before: Sequence[Stood]) -> PutBack:
    session = hands.session
    pages = {stood.page_id: hands.page(stood.page_id) for stood in before}
    for page in pages.values():
        hands.lift(page)
    unkeyed = [stood for stood in before if not stood.keyed and keying.keyed(session, pages[stood.page_id])]
    for stood in unkeyed:
        _again(hands, pages[stood.page_id])
    before = [stood for stood in before if stood not in unkeyed]
    gone: dict[str, list[Page]] = {}
    for stood in before:
        page = pages[stood.page_id]
        if stood.registration_id is not None:
            on = registration_rows.registration(session, stood.registration_id)
            if on is None:
                gone.setdefault(stood.registration_id, []).append(page)
            elif on.state is RegistrationState.DRAFT and not _taken(session, on, page):
                hands.onto(on, [page], "joined_by_person")
            else:
                raise WrongState("那份登记表已经有人接着做了，没有撤销。请把这一页直接放到要放的地方。")
    made = {old: hands.alone(group, "brought_back") for old, group in gone.items()}
    for stood in before:
        _lay_down(hands, pages[stood.page_id], stood, made)
    return PutBack(hands.done("page.put_back", next(iter(pages), "-")).changes, made)


def _taken(session: Session, registration: Registration, page: Page) -> bool:
    there = registration_rows.pages_of_registration(session, registration.id)
    return any(other.form_page == page.form_page for other in there)


def _lay_down(hands: _Hands, page: Page, stood: Stood, made: Mapping[str, str]) -> None:
    """A page that stood on no form: behind one, aside, or nowhere."""
    if stood.behind_id is not None:
        registration = registration_rows.registration(hands.session, made.get(stood.behind_id, stood.behind_id))
        if registration is None:
            raise WrongState("那份登记表已经不在了，没有撤销。请把这一页直接放到要放的地方。")
        hands.behind(registration, page)
    elif stood.state is PageState.SET_ASIDE:
        hands.aside(page, stood.reason, stood.duplicate_of)
    elif stood.state is PageState.FAILED and page.state is PageState.READ:
        page.state, page.reason = PageState.FAILED, stood.reason


# -- typed in ----------------------------------------------------------------------------------------------------------


@verb(Right.TAKE_IN)
def key_in(
    store: Store,
    actor: Actor,
    now: datetime,
    page_id: str,
    form: tuple[str, str],
    form_page: int,
    *,
    remembered: str = "",
) -> Arranged:
    """A page that nobody could read is this side of this form (id, version), and is typed in from its picture.

    It joins the draft beside it in its file that lacks this very side; else it is a draft of its own.
    """
    known = keying.form_of(store, form)
    with store.transaction() as session:
        hands = _Hands(store, session, actor, now, remembered)
        page = hands.page(page_id)
        keying.require_keyable(store, page, known, form_page)
        hands.lift(page)
        keying.enter(store, session, now, page, known, form_page)
        beside = keying.beside(session, page)
        if beside is None:
            registration_id = hands.alone([page], keying.NOTE)
        else:
            hands.onto(beside, [page], keying.NOTE)
            registration_id = beside.id
        return hands.done("page.key_in", page.id, registration_id)


# -- reading again ----------------------------------------------------------------------------------------------------


@verb(Right.TAKE_IN)
def turn(store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], degrees: int) -> Changes:
    """Pages without a form are turned clockwise by 90, 180 or 270 degrees, and read again that way up."""
    if degrees not in QUARTERS:
        raise BadValue("只能转 90、180 或 270 度，没有转。")
    with store.transaction() as session:
        hands = _Hands(store, session, actor, now)
        for page in [hands.page(page_id) for page_id in _wanted(page_ids)]:
            if page.status == "read":
                raise WrongState("这一页已经按表格转正，不用转。只为看，可以在核对时转。")
            page.asked_turn = (page.rotation + degrees) % 360
            _again(hands, page)
        return hands.done("page.turn", page_ids[0]).changes


@verb(Right.TAKE_IN)
def read_as(
    store: Store, actor: Actor, now: datetime, page_ids: Sequence[str], form: tuple[str, str] | None
) -> Changes:
    """Pages are read again as pages of the form (id, version) that a person chose; None: as the program finds it."""
    with store.transaction() as session:
        hands = _Hands(store, session, actor, now)
        for page in [hands.page(page_id) for page_id in _wanted(page_ids)]:
            page.asked_form_id, page.asked_form_version = (None, None) if form is None else form
            _again(hands, page)
        return hands.done("page.read_as", page_ids[0]).changes


def _again(hands: _Hands, page: Page) -> None:
    """Back into the queue; what the last reading found counts no more."""
    if page.source.withheld or page.source.erased_at is not None:
        raise WrongState("这一页的原件不在这个资料库里，不能重新识别，没有动。")
    hands.lift(page)
    page.state, page.status, page.reason, page.attempts = PageState.RECEIVED, "", "", 0
    page.form_id = page.form_version = page.form_page = page.serial = None
    page.content_hash = page.duplicate_of_id = None
