"""Blank registration forms to print: every copy with a number of its own, so that its two sides find each other."""

from __future__ import annotations

from pathlib import Path

from forms.catalog import shipped_forms
from forms.form_file import Purpose
from workflow.errors import BadValue, NotWritten
from workflow.serials import new_serial

MOST = 500


def write_blank(path: Path, copies: int) -> Path:
    """Write so many copies as a PDF. Needs no store. Raises BadValue, NotWritten."""
    from exporters.blank_form import blank_pdf
    from exporters.files import FileProblem, write_file

    if not 1 <= copies <= MOST:
        raise BadValue(f"份数请填 1 到 {MOST}，没有写出。")
    form = next(form for form in shipped_forms() if form.purpose is Purpose.REGISTRATION)
    data = blank_pdf(form, [new_serial() for _ in range(copies)])
    try:
        write_file(path, data)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    return path
