"""Learning a form from blank files: open them in a reading process, propose its fields, save it as a form file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from forms.catalog import forms_in, shipped_forms
from forms.form_file import Form, FormError, save_form
from forms.proposal import Proposal
from ocr.learning.asked import LearnedPage
from ocr.learning.naming import propose
from ocr.models import models_dir
from ocr.reading import OcrFailed
from ocr.worker import ReaderPool
from records.store import Store
from records.views import Actor
from workflow.form_trying import original
from workflow.permissions import Right, verb

DOCUMENTS = frozenset({".docx", ".doc", ".odt", ".rtf", ".wps"})
RENDERERS = ("soffice", "libreoffice")
RENDER_SECONDS = 180
UNSAVED = "new"
"""The id of a form that is being learned, until it is saved."""
NO_RENDERER = (
    "这台电脑上没有能把文字处理文档转成 PDF 的程序，没有学习。"
    "文件没有改动；请在 WPS 或 Word 里打开它，“另存为”PDF 后再试。"
)


def learn_files(files: Sequence[Path], form_id: str, title: str = "") -> Proposal:
    """The proposal for a blank form given as one file or one file per side.

    Raises FormError or OcrFailed with a Chinese sentence where a file can't be opened.
    """
    with ReaderPool(models_dir(), ()) as pool:
        pages = [page for path in files for page in _pages(pool, path)]
    return propose(pages, form_id, title)


@verb(Right.LEARN_FORMS)
def learn(store: Store, actor: Actor, now: datetime, files: Sequence[Path]) -> Proposal:
    """What a blank form asks, to be looked through and then kept. Nothing is saved. Raises FormError, OcrFailed."""
    return learn_files(files, UNSAVED)


@verb(Right.LEARN_FORMS)
def learn_pages(store: Store, actor: Actor, now: datetime, page_ids: Sequence[str]) -> Proposal:
    """The same from blank pages that came in with the scans. The blank's picture is kept and handed on in the clear:
    a person has to have said that the pages are blank. Raises NotFound, OcrFailed.
    """
    with ReaderPool(models_dir(), ()) as pool:
        learned = []
        for page_id in page_ids:
            data, (picture, part), password = original(store, actor, page_id)
            with pool.open(data, "page", password) as source:
                learned.append(source.learn(picture, part))
    return propose(learned, UNSAVED)


def _pages(pool: ReaderPool, path: Path) -> Iterable[LearnedPage]:
    try:
        data = as_pdf(path) if path.suffix.lower() in DOCUMENTS else path.read_bytes()
    except OSError as error:
        raise FormError(f"文件“{path.name}”打不开。请检查它是否还在、是否有权限读取。") from error
    try:
        source = pool.open(data, path.name)
        try:
            yield from (source.learn(page.index) for page in source.pages)
        finally:
            source.close()
    except OcrFailed as failed:
        raise OcrFailed(failed.reason, f"“{path.name}”：{failed.sentence}") from failed


def as_pdf(path: Path) -> bytes:
    """A word processor's document as PDF, by an office program if there is one. Blank layouts hold no personal data."""
    renderer = next((found for name in RENDERERS if (found := shutil.which(name))), None)
    if renderer is None:
        raise FormError(NO_RENDERER)
    with tempfile.TemporaryDirectory(prefix="tongdang-form-") as folder:
        # an own profile: a second copy of the program would hand the work to the one that is open, and write nothing
        profile = (Path(folder) / "profile").as_uri()
        command = [
            renderer,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
        ]
        try:
            # the program found on PATH, an argument list, no shell
            subprocess.run(  # noqa: S603
                [*command, str(path.resolve())], check=True, capture_output=True, timeout=RENDER_SECONDS
            )
            return (Path(folder) / f"{path.stem}.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise FormError(
                f"“{path.name}”没能转成 PDF，没有学习。文件没有改动；请在 WPS 或 Word 里打开它，“另存为”PDF 后再试。"
            ) from error


def next_version(form_id: str, forms_dir: Path | None) -> str:
    """The version that a newly learned form of this id gets: one more than the highest in the folder.

    Raises FormError for the id of a shipped form: equal id and version mean equal layout, for ever.
    """
    if any(form.id == form_id for form in shipped_forms()):
        raise FormError(f"“{form_id}”是随程序提供的表格的编号。请另取一个编号。")
    known: tuple[Form, ...] = forms_in(forms_dir) if forms_dir is not None and forms_dir.is_dir() else ()
    numbers = [int(form.version) for form in known if form.id == form_id and form.version.isdecimal()]
    return str(max(numbers, default=0) + 1)


def save(proposal: Proposal, forms_dir: Path) -> tuple[Form, Path]:
    """The proposal as a form file in ``forms_dir``. Raises FormError."""
    form = proposal.as_form(next_version(proposal.form_id, forms_dir))
    return form, save_form(form, forms_dir)
