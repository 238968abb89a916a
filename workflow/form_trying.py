"""A form that is being learned, tried on a filled page before it is saved: nothing of the page is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from forms.dictionary import extra_sensitive
from forms.form_file import Form, FormError
from ocr.models import models_dir
from ocr.reading import FieldReading, OcrFailed, PageOutcome, PageStatus, Part, ReadingContext
from ocr.worker import OpenSource, ReaderPool
from records.store import Store
from records.vault import VaultRef
from records.views import Actor
from records.views_forms import TriedField, TriedPage
from workflow import scope, sentences
from workflow.errors import NotAllowed
from workflow.permissions import Right, verb
from workflow.recognise import place_in_file

SURE = 0.9
"""How sure a reading has to be to stand plain over its place; nothing is accepted by it."""
MOST_PAGES = 8
NOT_FOUND = (
    "这一页和这张表对不上，没有读。看看是不是同一种表、同一版；是的话，检查框线是否扫全，或换一份更清楚的空白表来学。"
)


@verb(Right.LEARN_FORMS)
def try_file(store: Store, actor: Actor, now: datetime, form: Form, path: Path) -> tuple[TriedPage, ...]:
    """The first pages of a file, read with this form only; the file isn't taken in. Raises FormError, OcrFailed."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormError(f"文件“{path.name}”打不开，没有试读。请检查它是否还在、是否有权限读取。") from error
    with ReaderPool(models_dir(), (form,)) as pool, pool.open(data, path.name) as source:
        return tuple(_tried(store, source, form, path.name, page.index) for page in source.pages[:MOST_PAGES])


@verb(Right.LEARN_FORMS)
def try_pages(store: Store, actor: Actor, now: datetime, form: Form, page_ids: Sequence[str]) -> tuple[TriedPage, ...]:
    """Pages that were taken in, read with this form only. Their readings stay what they are. Raises NotFound."""
    return tuple(_try_pages(store, actor, form, page_ids))


def _try_pages(store: Store, actor: Actor, form: Form, page_ids: Sequence[str]) -> Iterator[TriedPage]:
    with ReaderPool(models_dir(), (form,)) as pool:
        for page_id in page_ids:
            data, (picture, part), password = original(store, actor, page_id)
            with pool.open(data, "page", password) as source:
                yield _tried(store, source, form, "收件箱里的一页", picture, part)


@verb(Right.SEE_INBOX)
def original(store: Store, actor: Actor, page_id: str) -> tuple[bytes, tuple[int, Part | None], str | None]:
    """The delivered file that a page is of, its place there (``place_in_file``), and the password. Raises NotFound,
    NotAllowed."""
    with store.session() as session:
        page = scope.page(session, actor, page_id)
        source, place = page.source, place_in_file(page)
        key: bytes | None = source.vault_key
        if source.vault_key_sealed:
            key = store.open_sealed(source.vault_key, f"vault/{source.vault_id}")
        if key is None:
            raise NotAllowed("这个文件上有特别敏感的内容，您打不开，没有读。请由能打开的人来做。")
        ref, password = VaultRef(source.vault_id, key), source.password
    store.saw(actor.user_id, "page.see", [page_id])
    return store.vault.get(ref), place, password


def _tried(store: Store, source: OpenSource, form: Form, name: str, index: int, part: Part | None = None) -> TriedPage:
    try:
        outcome = source.read(index, ReadingContext(part=part))
    except OcrFailed as failed:
        return TriedPage(name, b"", 0, (), failed.sentence)
    reading = outcome.reading
    open_to = store.opened_keys.sensitive is not None
    image = _picture(outcome, open_to)
    if reading.status is PageStatus.BLANK:
        return TriedPage(name, image, 0, (), "这一页是空白的，没有可读的。请换一份填好的。")
    if reading.status is not PageStatus.READ:
        told = NOT_FOUND if reading.reason in {"", "no_form_found"} else sentences.page_reason(reading.reason)
        return TriedPage(name, image, 0, (), told)
    return TriedPage(
        name, image, reading.form_page or 0, tuple(_field(form, field, open_to) for field in reading.fields)
    )


def _picture(outcome: PageOutcome, open_to: bool) -> bytes:
    secret = any(field.key in extra_sensitive() for field in outcome.reading.fields)
    return outcome.viewing_copy if open_to or not secret else outcome.masked_copy or b""


def _field(form: Form, field: FieldReading, open_to: bool) -> TriedField:
    known = form.by_key[field.key]
    text = field.text
    if known.options and isinstance(field.value, list):
        text = "、".join(o.label for o in known.options if o.code in field.value)
    if field.key in extra_sensitive() and not open_to:
        text = "（只给指定的人看）" if text else ""
    return TriedField(field.key, known.label, text, field.view_box_px, field.confidence >= SURE or not text)
