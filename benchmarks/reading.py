"""How well form cells are read: exact share by kind and writing style, and what was accepted though wrong.

``python -m benchmarks.reading FOLDER``: every ``NAME.jpg`` with its ``NAME.json`` (the synthesiser's truth) is
registered and read; ``score`` compares with the truth. ``raw`` is the unconstrained reading parsed the same way, so
the gain is the decoder's alone.
"""

from __future__ import annotations

import argparse
import json
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms.catalog import shipped_forms
from forms.dictionary import load_dictionary
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, parse
from ocr.fields import read_fields
from ocr.find_form import Finder, NotFound
from ocr.images import PictureFile
from ocr.models import models_dir
from ocr.reading import FieldReading, ReadingContext
from ocr.recogniser import Recogniser
from ocr.registration import RegisteredPage, lay


@dataclass(frozen=True, slots=True)
class Result:
    """One field: what was read against what is true. ``raw_exact``: the same for the unconstrained reading."""

    page: str
    style: str
    noise: str
    kind: str
    reading: FieldReading
    truth: Mapping[str, Any]
    exact: bool
    raw_exact: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table."""

    fields: int = 0
    raw: int = 0
    exact: int = 0
    accepted: int = 0
    wrong: int = 0

    def plus(self, result: Result) -> Cell:
        return Cell(
            self.fields + 1,
            self.raw + result.raw_exact,
            self.exact + result.exact,
            self.accepted + result.accepted,
            self.wrong + (result.accepted and not result.exact),
        )


def score(results: Iterable[Result]) -> dict[tuple[str, str], Cell]:
    """Counts by (style, kind), blank fields apart (kind ``blank``), with ``all`` for the sums."""
    table: dict[tuple[str, str], Cell] = defaultdict(Cell)
    for result in results:
        kind = "blank" if _is_empty(result.truth["value"]) and not result.truth["text"] else result.kind
        for style in (result.style, "all"):
            for k in (kind, "all"):
                table[(style, k)] = table[(style, k)].plus(result)
    return dict(table)


def read_folder(folder: Path, recogniser: Recogniser, *, only: str = "") -> Iterator[Result]:
    """Every field of every page whose name contains ``only``, read and compared. Pages not found count as unread."""
    from workflow.judgement import judge

    finder = Finder(shipped_forms())
    for truth_file in sorted(folder.glob("*.json")):
        if only not in truth_file.stem or not truth_file.with_suffix(".jpg").is_file():
            continue
        described = json.loads(truth_file.read_text(encoding="utf-8"))
        for page in described["pages"]:
            view = register(folder / page["file"], finder)
            if view is None:
                print(f"{page['file']}: not found")
                continue
            readings = {r.key: r for r in read_fields(view, recogniser, ReadingContext())}
            verdicts = judge(tuple(readings.values()), form=view.form)
            for truth in page["fields"]:
                yield compare(page, view.form, readings[truth["key"]], truth, verdicts[truth["key"]].accepted)


def register(path: Path, finder: Finder) -> RegisteredPage | None:
    """One picture laid on its form, None where none was found."""
    delivered = PictureFile(path.read_bytes()).page(0)
    found = finder.find(delivered)
    return None if isinstance(found, NotFound) else lay(delivered.picture, found.match)


def compare(
    page: Mapping[str, Any], form: Form, reading: FieldReading, truth: Mapping[str, Any], accepted: bool
) -> Result:
    field = form.by_key[reading.key]
    definition = load_dictionary().fields.get(reading.key)
    table = definition.code_table if definition else None
    try:
        raw: JsonValue = parse(field.kind, reading.raw, field=field, code_table=table) if reading.raw else None
    except FieldError:
        raw = None
    if field.kind in (Kind.CHOICE, Kind.SIGNATURE):
        raw = reading.value
    return Result(
        page["file"],
        page["style"],
        page["noise"],
        field.kind.value,
        reading,
        truth,
        same(reading.value, reading.text, truth),
        same(raw, reading.raw, truth),
        accepted,
    )


def same(value: JsonValue, text: str, truth: Mapping[str, Any]) -> bool:
    """Whether a reading means what the truth says; free text is compared without spaces and width."""
    true = truth["value"]
    if _is_empty(true):
        # a dash through the field means the same as nothing
        return _is_empty(value) and (not text or set(text) <= set("-—–_一"))
    if isinstance(true, str) and isinstance(value, str):
        return plain(true) == plain(value)
    if isinstance(true, list) and isinstance(value, list):
        return sorted(true) == sorted(value)
    return bool(true == value)


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _is_empty(value: JsonValue) -> bool:
    return value is None or value in ([], "")


def show(table: Mapping[tuple[str, str], Cell]) -> None:
    """The table, one line per style and kind."""
    print(f"{'style':14}{'kind':12}{'n':>6}{'raw %':>8}{'exact %':>9}{'accepted %':>12}{'accepted wrong':>16}")
    for (style, kind), c in sorted(table.items()):
        print(
            f"{style:14}{kind:12}{c.fields:6}{100 * c.raw / c.fields:8.1f}{100 * c.exact / c.fields:9.1f}"
            f"{100 * c.accepted / c.fields:12.1f}{c.wrong:16}"
        )


def main() -> int:
    """Read a folder of synthetic pages and print the table; ``--wrong`` lists every wrong field."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    recogniser = Recogniser(models_dir(), options.threads)
    started = time.perf_counter()
    results = list(read_folder(options.folder, recogniser, only=options.only))
    elapsed = time.perf_counter() - started
    if options.wrong:
        for r in results:
            if not r.exact:
                accepted = "ACCEPTED " if r.accepted else ""
                print(
                    f"{accepted}{r.page} {r.reading.key}: {r.truth['text']!r} {r.truth['value']!r}"
                    f" read {r.reading.raw!r} -> {r.reading.text!r} {r.reading.value!r} {r.reading.reasons}"
                )
    show(score(results))
    pages = len({r.page for r in results})
    print(f"{pages} pages, {elapsed / max(1, pages):.2f} s each, {options.threads} thread(s), registration included")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
