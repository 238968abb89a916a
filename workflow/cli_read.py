"""``tongdang read``: files in, readings as JSON out; no store, nothing kept."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from exporters.files import write_file
from forms.form_file import Form, FormError
from ocr.models import models_dir
from ocr.public_json import page_json
from ocr.reading import OcrFailed, ReadingContext
from ocr.worker import ReaderPool
from workflow import cli, intake
from workflow.judgement import judge
from workflow.prefill_file import by_serial
from workflow.roster_file import load_roster


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when every page was read or is blank, 1 when something was not."""
    forms = _chosen(cli.forms_for(options), options.form)
    context = ReadingContext(
        prefilled=by_serial(options.prefilled) if options.prefilled else {},
        roster=load_roster(options.roster) if options.roster else None,
    )
    with ReaderPool(models_dir(), forms) as pool:
        pages = [page for path in intake.find_files(options.files) for page in read_file(pool, path, context)]
    text = json.dumps({"pages": pages}, ensure_ascii=False, indent=1)
    if str(options.json) == "-":
        print(text)
    else:
        write_file(options.json, text.encode())
    good = all(page["status"] in ("read", "blank") for page in pages)
    return cli.ALL_READ if good else cli.SOME_FAILED


def _chosen(forms: tuple[Form, ...], form_id: str | None) -> tuple[Form, ...]:
    chosen = tuple(f for f in forms if form_id is None or f.id == form_id)
    if not chosen:
        raise FormError(f"没有编号为 {form_id} 的表格。用 tongdang form list 看有哪些表格。")
    return chosen


def read_file(pool: ReaderPool, path: Path, context: ReadingContext | None = None) -> Iterator[dict[str, Any]]:
    """One public JSON object per page of ``path``; a file or page that fails is one with status ``failed``."""
    try:
        source = pool.open(path.read_bytes(), path.name)
    except OSError:
        yield _failed(path, 1, OcrFailed("unreadable", "文件打不开，请检查它是否还在、是否有权限读取。"))
        return
    except OcrFailed as failed:
        yield _failed(path, 1, failed)
        return
    try:
        sheets = [(page, part) for page in source.pages for part in page.sheets or (None,)]
        for page, part in sheets:
            try:
                reading = source.read(page.index, replace(context or ReadingContext(), part=part)).reading
            except OcrFailed as failed:
                yield _failed(path, page.index + 1, failed)
                continue
            # what was found on a page of unknown form is never vouched for
            known = reading.fields if reading.form is not None else ()
            verdicts = judge(known, models={reading.model})
            yield page_json(path.name, reading, {key: v.accepted for key, v in verdicts.items()})
    finally:
        source.close()


def _failed(path: Path, number: int, failed: OcrFailed) -> dict[str, Any]:
    return {
        "file": path.name,
        "page_in_file": number,
        "status": "failed",
        "reason": failed.reason,
        "form": None,
        "form_page": None,
        "rotation": 0,
        "seconds": 0.0,
        "lines": [],
        "fields": [],
    }
