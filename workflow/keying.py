"""A page that nobody could read is typed in from its picture: a person says which side of which form it is.

It gets a reading in which nothing was read, so that everything else goes its usual way: a draft, a place for the
paper, every field to be looked at. Provenance stays true: no engine, no model, and the note of each answer says so.
"""

from __future__ import annotations

from datetime import datetime

from forms.dictionary import extra_sensitive
from forms.form_file import Form, FormField
from forms.kinds import Kind
from ocr.reading import FieldReading, PageReading, PageStatus
from records import intake_rows, registration_rows
from records.forms_used import keep_form
from records.session import Session
from records.store import Store
from records.tables import Page, Registration
from records.views import PageState, RegistrationState
from workflow import drafting
from workflow.errors import BadValue, NotAllowed, NotFound, WrongState
from workflow.forms_in_use import is_registration
from workflow.office_forms import reading_forms

BY_HAND = "by_hand"  # engine of such a reading, and source of its fields
NOTE = REASON = "keyed_by_hand"
KEYED = "照图录入"
"""Note of an answer that was typed from the picture of a page that nobody read."""

NOWHERE = (0, 0, 0, 0)


def keyed(session: Session, page: Page) -> bool:
    """Is the page typed in by hand?"""
    last = intake_rows.last_readings(session, [page.id]).get(page.id)
    return last is not None and last.engine == BY_HAND


def form_of(store: Store, name: tuple[str, str]) -> Form:
    """A form that the office reads with. Raises NotFound."""
    found = next((form for form in reading_forms(store) if (form.id, form.version) == name), None)
    if found is None:
        raise NotFound("没有这种表格或这一版本，没有改动。请刷新后再选。")
    return found


def require_keyable(store: Store, page: Page, form: Form, form_page: int) -> None:
    """Raises WrongState for a page that was read, or has no picture; BadValue, NotAllowed for the form."""
    if page.status == PageStatus.READ:
        raise WrongState("这一页已经按表格读出来了，没有改动。读得不对的，核对时改。")
    if page.view_id is None:
        raise WrongState("这一页没有可看的图像，不能照着录，没有改动。请重新扫描这一页。")
    if not is_registration(form):
        raise BadValue("照图录入只用于登记表，没有改动。走访记录和工作日志请在“走访”里直接记。")
    if not 1 <= form_page <= len(form.pages):
        raise BadValue(f"“{form.title}”只有 {len(form.pages)} 面，没有改动。")
    if _secret(form, form_page) and store.opened_keys.sensitive is None:
        raise NotAllowed("这一面上有特别敏感的栏目，要由指定的人照图录入，没有改动。")


def enter(store: Store, session: Session, now: datetime, page: Page, form: Form, form_page: int) -> None:
    """The page is this side of this form, and nothing was read on it."""
    keep_form(session, form, now)
    drafting.keep_reading(store, session, page, _nothing_read(page, form, form_page), now)
    if _secret(form, form_page):
        _close(store, page)
    if page.state is PageState.SET_ASIDE:
        page.state = PageState.READ
    page.status, page.reason, page.duplicate_of_id = PageStatus.READ.value, "", None
    page.form_id, page.form_version, page.form_page = form.id, form.version, form_page
    session.flush()


def _close(store: Store, page: Page) -> None:
    """Nothing says where to cover: the whole picture, and the file it came in, are for named persons."""
    source = page.source
    if not page.view_key_sealed and page.view_key is not None:
        page.view_key, page.view_key_sealed = store.seal(page.view_key, f"vault/{page.view_id}"), True
    if not source.vault_key_sealed and source.erased_at is None:
        source.vault_key, source.vault_key_sealed = store.seal(source.vault_key, f"vault/{source.vault_id}"), True


def beside(session: Session, page: Page) -> Registration | None:
    """The draft of a page next to this one in its file that lacks this side; None for none, or one on either hand."""
    found: dict[str, Registration] = {}
    for other in page.source.pages:
        registration = None if abs(other.position - page.position) != 1 else _open_on(other)
        if registration is None or (registration.form_id, registration.form_version) != (
            page.form_id,
            page.form_version,
        ):
            continue
        there = registration_rows.pages_of_registration(session, registration.id)
        if page.form_page not in {each.form_page for each in there}:
            found[registration.id] = registration
    return next(iter(found.values())) if len(found) == 1 else None


def _open_on(page: Page) -> Registration | None:
    registration = None if page.sheet is None else page.sheet.registration
    if registration is None or registration.state is not RegistrationState.DRAFT:
        return None
    return registration


def _secret(form: Form, form_page: int) -> bool:
    return any(field.key in extra_sensitive() for field in form.on_page(form_page))


def _nothing_read(page: Page, form: Form, form_page: int) -> PageReading:
    return PageReading(
        page_index=page.position,
        status=PageStatus.READ,
        reason="",
        form=form.id,
        form_version=form.version,
        form_page=form_page,
        serial=None,
        rotation=page.rotation,
        width_px=page.width or 0,
        height_px=page.height or 0,
        dpi=page.dpi or 0,
        view_width_px=page.view_width or 0,
        view_height_px=page.view_height or 0,
        seconds=0.0,
        engine=BY_HAND,
        model="",
        fields=tuple(_blank(field) for field in form.on_page(form_page)),
    )


def _blank(field: FormField) -> FieldReading:
    return FieldReading(
        key=field.key,
        raw="",
        text="",
        value=[] if field.kind is Kind.CHOICE else None,
        confidence=0.0,
        box_px=NOWHERE,
        view_box_px=NOWHERE,
        reasons=(REASON,),
        evidence={"blank": 1.0},
        source=BY_HAND,
    )
