"""The forms an office reads with: those of the program and those it learned; versions, retiring, to and fro as files.

A version never changes once it is there. A new version stands beside the old one, which stays for papers that were
printed with it; a retired one is read with no more, and what was read with it stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from exporters.blank_form import blank_pdf
from exporters.files import FileProblem, write_file
from forms.catalog import shipped_forms
from forms.form_file import Form, FormError, Purpose, load_form, whole_form
from forms.proposal import Proposal, of_id
from ocr.models import models_dir
from ocr.reading import OcrFailed
from ocr.worker import ReaderPool
from records import form_rows, office_rows
from records.packing import pack_form, unpack_form
from records.session import Session
from records.store import Store
from records.tables import OfficeForm
from records.views import Actor, PageState
from records.views_forms import FormRow
from workflow.changes import NOTHING, Changes, changed
from workflow.errors import BadValue, NotFound, NotWritten, WrongState
from workflow.names import initials
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office
from workflow.serials import new_serial

MOST_COPIES = 500
MM_PER_INCH = 25.4
OFF_BY = 0.02  # share by which a blank's picture may differ from the size that its form says


def reading_forms(store: Store, base: Sequence[Form] | None = None) -> tuple[Form, ...]:
    """What pages are read with: ``base`` (default: the forms of the program) and the office's own, none retired."""
    with store.session() as session:
        kept = form_rows.office_forms(session)
        retired = {(row.form_id, row.version) for row in kept if row.retired_at is not None}
        own = tuple(unpack_form(r.definition) for r in kept if r.definition is not None and r.retired_at is None)
    there = tuple(
        form for form in (shipped_forms() if base is None else base) if (form.id, form.version) not in retired
    )
    names = {(form.id, form.version) for form in there}
    return there + tuple(form for form in own if (form.id, form.version) not in names)


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_OFFICE)
def forms(store: Store, actor: Actor) -> tuple[FormRow, ...]:
    """Every form of the program and of the office, the program's first, each with its versions from the newest."""
    with store.session() as session:
        used = form_rows.pages_read(session)
        kept = {(row.form_id, row.version): row for row in form_rows.office_forms(session)}
        own = [unpack_form(row.definition) for row in kept.values() if row.definition is not None]
        shipped = {(form.id, form.version) for form in shipped_forms()}
        found = []
        for form in (*shipped_forms(), *own):
            at = (form.id, form.version)
            row = kept.get(at)
            newest = max((f.version for f in (*shipped_forms(), *own) if f.id == form.id), key=_order)
            learned = row is not None and row.definition is not None
            found.append(
                FormRow(
                    form_id=form.id,
                    version=form.version,
                    title=form.title,
                    pages=len(form.pages),
                    fields=len(form.fields),
                    purpose=form.purpose.value,
                    shipped=at in shipped,
                    added_at=row.added_at if row is not None and learned else None,
                    added_by=office_rows.user_name(session, row.added_by) if row is not None and learned else "",
                    retired=row is not None and row.retired_at is not None,
                    used=used.get(at, 0),
                    newest=form.version == newest,
                )
            )
    return tuple(sorted(found, key=lambda r: (not r.shipped, r.form_id, [-n for n in _order(r.version)[:1]])))


@verb(Right.SEE_OFFICE)
def form(store: Store, actor: Actor, form_id: str, version: str) -> Form:
    """One form. Raises NotFound."""
    with store.session() as session:
        return _form(session, form_id, version)


def _form(session: Session, form_id: str, version: str) -> Form:
    for shipped in shipped_forms():
        if (shipped.id, shipped.version) == (form_id, version):
            return shipped
    row = form_rows.office_form(session, form_id, version)
    if row is None or row.definition is None:
        raise NotFound("没有这种表格或这一版本。请刷新后再看。")
    return unpack_form(row.definition)


def _order(version: str) -> tuple[int, str]:
    """Numbered versions by number, after those with other names."""
    return (int(version) if version.isdecimal() else -1, version)


# -- keeping ----------------------------------------------------------------------------------------------------------


def new_id(store: Store, title: str, taken: Collection[str]) -> str:
    """An id for a new form, made of its title's initials and of this store's: two offices' ids don't meet."""
    plain = re.sub(r"[^a-z0-9]", "", initials(title).lower())[:16] or "form"
    first = f"{plain}-{store.store_id[-4:]}"
    names = (first, *(f"{first}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


@verb(Right.LEARN_FORMS)
def install(
    store: Store,
    actor: Actor,
    now: datetime,
    proposal: Proposal,
    *,
    version_of: str = "",
    old_papers: bool = True,
) -> tuple[Changes, Form]:
    """Keep what was learned and looked through. Pages of unknown form are read again with it.

    ``version_of``: the id of a form of the office that this is a new version of; "" makes a new form with an id of its
    own. ``old_papers`` False: older versions retire, as they do anyway where the paper is the very same. Raises
    FormError for fields that make no form, BadValue for one without a title.
    """
    if not proposal.title.strip():
        raise BadValue("表名不能空着，没有保存。请填上这种表叫什么。")
    with store.transaction() as session:
        require_whole_office(session, actor)
        rows = form_rows.office_forms(session)
        taken = {form.id for form in shipped_forms()} | {row.form_id for row in rows}
        if version_of and version_of not in {row.form_id for row in rows if row.definition is not None}:
            raise NotFound("没有这种要出新版的表格，没有保存。请刷新后再选。")
        form_id = version_of or new_id(store, proposal.title, taken)
        numbers = [int(v) for v in form_rows.versions(session, form_id) if v.isdecimal()]
        made = of_id(proposal, form_id).as_form(str(max(numbers, default=0) + 1), proposal.title.strip())
        made = unpack_form(pack_form(made))  # as everybody will have it: millimetres are kept to three digits
        for row in rows:
            if row.form_id == form_id and row.retired_at is None and (not old_papers or _same_paper(row, made)):
                row.retired_at = now
        _keep(session, actor, now, made)
        again = _read_again(session, actor)
        detail: dict[str, str | int] = {"version": made.version, "fields": len(made.fields)}
        store.audit(session, actor.user_id, now, "form.learn", made.id, detail)
    return Changes(office=True) | again, made


def _same_paper(row: OfficeForm, form: Form) -> bool:
    """Only the fields were corrected: the blank is the picture it was, and a page would fit both versions."""
    if row.definition is None:
        return False
    return [p.blank for p in unpack_form(row.definition).pages] == [p.blank for p in form.pages]


def _keep(session: Session, actor: Actor, now: datetime, form: Form) -> None:
    session.add(
        OfficeForm(
            form_id=form.id, version=form.version, definition=pack_form(form), added_at=now, added_by=actor.user_id
        )
    )
    session.flush()


def _read_again(session: Session, actor: Actor) -> Changes:
    """Pages whose form nobody knew go back into the queue."""
    pages = form_rows.unknown_pages(session, actor.division)
    for page in pages:
        page.state = PageState.RECEIVED
        page.attempts = 0
        page.reason = ""
    session.flush()
    return changed(pages=[page.id for page in pages], sources=[page.source_id for page in pages])


@verb(Right.LEARN_FORMS)
def retire(store: Store, actor: Actor, now: datetime, form_id: str, version: str) -> Changes:
    """Read no more pages with it. What was read with it stays; ``reinstate`` takes this back."""
    return _set_retired(store, actor, now, form_id, version, now)


@verb(Right.LEARN_FORMS)
def reinstate(store: Store, actor: Actor, now: datetime, form_id: str, version: str) -> Changes:
    """Read with it again; pages whose form nobody knew meanwhile are tried."""
    return _set_retired(store, actor, now, form_id, version, None)


def _set_retired(store: Store, actor: Actor, now: datetime, form_id: str, version: str, at: datetime | None) -> Changes:
    with store.transaction() as session:
        require_whole_office(session, actor)
        known = _form(session, form_id, version)
        row = form_rows.office_form(session, form_id, version)
        if row is None:  # one of the program, about which nothing was decided yet
            row = OfficeForm(form_id=known.id, version=known.version, added_at=now, added_by=actor.user_id)
            session.add(row)
        if (row.retired_at is None) == (at is None):
            return NOTHING
        row.retired_at = at
        if at is not None and not _left(session):
            raise WrongState("停用了它就一种表格也不剩，什么也读不了，没有停用。请先学会或恢复另一种。")
        session.flush()
        again = _read_again(session, actor) if at is None else NOTHING
        said = "form.reinstate" if at is None else "form.retire"
        store.audit(session, actor.user_id, now, said, form_id, {"version": version})
    return Changes(office=True) | again


def _left(session: Session) -> bool:
    """Something can still be read."""
    kept = {(row.form_id, row.version): row for row in form_rows.office_forms(session)}
    names = {(form.id, form.version) for form in shipped_forms()} | kept.keys()
    return any(name not in kept or kept[name].retired_at is None for name in names)


# -- to and fro -------------------------------------------------------------------------------------------------------


@verb(Right.LEARN_FORMS)
def export_form(store: Store, actor: Actor, now: datetime, form_id: str, version: str, path: Path) -> Path:
    """Write a form as one file for another office: the blank's picture, no child's data. Raises NotWritten."""
    with store.session() as session:
        data = whole_form(_form(session, form_id, version))
    _write(path, data)
    with store.transaction() as session:
        store.audit(session, actor.user_id, now, "form.export", form_id, {"version": version})
    return path


@verb(Right.LEARN_FORMS)
def take_over(store: Store, actor: Actor, now: datetime, path: Path) -> tuple[Changes, Form]:
    """Take a form over from a file that another office wrote. Raises FormError; nothing is changed then."""
    made = load_form(path)
    _check_pictures(made)
    with store.transaction() as session:
        require_whole_office(session, actor)
        _refuse_known(session, made)
        _keep(session, actor, now, made)
        again = _read_again(session, actor)
        store.audit(session, actor.user_id, now, "form.take_over", made.id, {"version": made.version})
    return Changes(office=True) | again, made


def _refuse_known(session: Session, made: Form) -> None:
    """Equal id and version mean equal layout, for ever."""
    if any(form.id == made.id for form in shipped_forms()):
        raise FormError("这是随程序提供的表格，不用带入，没有改动。")
    row = form_rows.office_form(session, made.id, made.version)
    if row is not None and row.definition == pack_form(made):
        raise FormError(f"“{made.title}”第 {made.version} 版本来就有，没有改动。停用了的，在列表里点“恢复”。")
    if made.version in form_rows.versions(session, made.id):
        raise FormError(
            f"本单位已有同一编号的第 {made.version} 版，内容和这个文件的不一样，没有带入。请对方出一个新版本再带来。"
        )


def _check_pictures(made: Form) -> None:
    """Pictures from outside are opened in a reading process first, and have to be of the page they stand for."""
    if not made.pages or not all(page.blank for page in made.pages):
        raise FormError("表格文件里没有空白表的图像，认不出纸，没有带入。请对方重新“带出”一份。")
    wrong = FormError("表格文件里空白表的图像打不开或大小不对，没有带入，本单位的表格没有改动。请对方重新“带出”一份。")
    with ReaderPool(models_dir(), ()) as pool:
        for page in made.pages:
            try:
                with pool.open(page.blank, "blank.png") as source:
                    (found,) = source.pages
            except (OcrFailed, ValueError) as error:
                raise wrong from error
            wanted = (page.width_mm / MM_PER_INCH * page.blank_dpi, page.height_mm / MM_PER_INCH * page.blank_dpi)
            if any(
                abs(has - should) > OFF_BY * should + 1
                for has, should in zip((found.width_px, found.height_px), wanted, strict=True)
            ):
                raise wrong


@verb(Right.SEE_OFFICE)
def print_blank(store: Store, actor: Actor, form_id: str, version: str, path: Path, copies: int) -> Path:
    """Blank copies as a PDF; where the form has a QR code every copy gets a number of its own. Raises NotWritten."""
    _refuse_copies(copies)
    with store.session() as session:
        wanted = _form(session, form_id, version)
    numbered = all(page.qr is not None and page.corners for page in wanted.pages)
    if not numbered:  # learned from a picture, which may show a code that was printed there for one sheet
        wanted = replace(wanted, pages=tuple(replace(page, qr=None) for page in wanted.pages))
    _write(path, blank_pdf(wanted, [new_serial() if numbered else "" for _ in range(copies)]))
    return path


def print_registration(path: Path, copies: int) -> Path:
    """Copies of the program's own registration form, each with a number, so that its two sides find each other.

    Needs no store. Raises BadValue, NotWritten.
    """
    _refuse_copies(copies)
    form = next(form for form in shipped_forms() if form.purpose is Purpose.REGISTRATION)
    _write(path, blank_pdf(form, [new_serial() for _ in range(copies)]))
    return path


def _refuse_copies(copies: int) -> None:
    if not 1 <= copies <= MOST_COPIES:
        raise BadValue(f"份数请填 1 到 {MOST_COPIES}，没有写出。")


def _write(path: Path, data: bytes) -> None:
    try:
        write_file(path, data)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
