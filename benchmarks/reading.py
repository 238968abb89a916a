"""How well form fields are read: every sheet through the worker's own path, compared with the truth.

``python -m benchmarks.reading FOLDER``: every ``NAME-p1.jpg``, ``NAME-p2.jpg`` with their ``.json`` (what
``python -m benchmarks.synth folder`` writes) is one sheet; both sides are read by ``ocr.worker.ReaderPool`` and judged
together, as ``workflow.drafting`` does. ``raw`` is the unconstrained reading parsed the same way, so the gain is the
decoder's alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from rapidfuzz.distance import Levenshtein

from benchmarks.page_sets import SheetFiles
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.truth import FieldTruth
from forms.catalog import shipped_forms
from forms.dictionary import load_dictionary
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, parse
from ocr.models import models_dir
from ocr.reading import FieldReading, OcrFailed, PageReading, PageStatus, ReadingContext
from ocr.worker import ReaderPool, physical_cores
from workflow.judgement import Verdict, judge, prepare
from workflow.reading_json import reading_from_json, reading_to_json

ROOT = Path(__file__).resolve().parents[1]
CODE = ("ocr", "forms", "resources/reading", "resources/forms", "resources/gazetteer", "resources/codes")
"""What a reading depends on, judge apart."""
Judge: TypeAlias = Callable[[Sequence[FieldReading], Form, str], Mapping[str, Verdict]]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One sheet as read. ``sides``: a reading per side, None where the page failed or its form wasn't found."""

    files: SheetFiles
    sides: tuple[PageReading | None, ...]
    seconds: float = 0.0  # of the worker, all sides
    peak_mb: float = 0.0  # the largest worker's, until then


@dataclass(frozen=True, slots=True)
class Result:
    """One field: what was read against what is true. ``raw_exact``: the same for the unconstrained reading.

    ``errors`` and ``length`` are characters (CER); ``reading`` is None where the page wasn't read at all.
    """

    sheet: str
    style: str
    noise: str
    field: FormField
    reading: FieldReading | None
    truth: FieldTruth
    exact: bool
    raw_exact: bool
    errors: int
    raw_errors: int
    verdict: Verdict
    model: str

    @property
    def blank(self) -> bool:
        return _is_empty(self.truth["value"]) and not self.truth["text"]

    @property
    def kind(self) -> str:
        return "blank" if self.blank else self.field.kind.value

    @property
    def accepted(self) -> bool:
        return self.verdict.accepted


@dataclass
class Cell:
    """One line of the table."""

    fields: int = 0
    raw: int = 0
    exact: int = 0
    accepted: int = 0
    wrong: int = 0
    length: int = 0
    errors: int = 0
    raw_errors: int = 0

    def add(self, result: Result) -> None:
        self.fields += 1
        self.raw += result.raw_exact
        self.exact += result.exact
        self.accepted += result.accepted
        self.wrong += result.accepted and not result.exact
        self.length += len(plain(result.truth["text"]))
        self.errors += result.errors
        self.raw_errors += result.raw_errors


def score(results: Iterable[Result]) -> dict[tuple[str, str], Cell]:
    """Counts by (style, kind), blank fields apart (kind ``blank``), with ``all`` and ``written`` for the sums."""
    table: dict[tuple[str, str], Cell] = defaultdict(Cell)
    for result in results:
        for style in (result.style, "all"):
            for kind in (result.kind, "all", *(() if result.blank else ("written",))):
                table[style, kind].add(result)
    return dict(table)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_sheets(
    sheets: Sequence[SheetFiles], pool: ReaderPool, context: ReadingContext | None = None, *, at_once: int = 0
) -> Iterator[SheetRead]:
    """Every side of every sheet through the pool, in order. ``at_once``: sheets under way (default: the cores)."""
    with ThreadPoolExecutor(at_once or physical_cores()) as threads:
        yield from threads.map(lambda sheet: read_sheet(sheet, pool, context), sheets)


def read_sheet(sheet: SheetFiles, pool: ReaderPool, context: ReadingContext | None = None) -> SheetRead:
    """One sheet; a side that fails is None."""
    sides: list[PageReading | None] = []
    seconds = 0.0
    for side in sheet.sides:
        try:
            with pool.open(side.read_bytes(), side.name) as source:
                reading = source.read(0, context).reading
        except OcrFailed:
            sides.append(None)
            continue
        seconds += reading.seconds
        sides.append(reading if reading.status is PageStatus.READ else None)
    return SheetRead(sheet, tuple(sides), seconds)


def kept_readings(sheets: Sequence[SheetFiles], cache: Path) -> Iterator[SheetRead]:
    """As ``read_sheets``, but what this very code has read before is taken from ``cache``: a run that was cut short
    goes on where it stood."""
    folder = kept_folder(cache)
    missing = [sheet for sheet in sheets if not (folder / f"{sheet.name}.json").is_file()]
    if missing:
        with ReaderPool(models_dir(), shipped_forms(), workers=physical_cores(), threads=1) as pool:
            for read in read_sheets(missing, pool):
                plain_sides = [None if side is None else reading_to_json(side) for side in read.sides]
                keep(folder / f"{read.files.name}.json", [read.seconds, plain_sides, worker_peak_mb()])
    for sheet in sheets:
        seconds, sides, *peak = json.loads((folder / f"{sheet.name}.json").read_text(encoding="utf-8"))
        readings = tuple(None if s is None else reading_from_json(s) for s in sides)
        yield SheetRead(sheet, readings, seconds, *peak)


def kept_folder(cache: Path) -> Path:
    """Where what this very code has read is kept."""
    folder = cache / f"readings-{code_digest()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(path: Path, plain_json: object) -> None:
    """A file that is there is whole."""
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(plain_json, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def worker_peak_mb() -> float:
    """The largest resident size any reading process has had, 0 where the system doesn't tell."""
    peaks = [0.0]
    for process in multiprocessing.active_children():
        try:
            told = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        found = re.search(r"VmHWM:\s+(\d+) kB", told)
        if found and process.name == "tongdang-reader":
            peaks.append(int(found[1]) / 1024)
    return max(peaks)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Twelve digits over everything a reading depends on but the model's file, whose hash is locked."""
    digest = hashlib.sha256()
    for part in CODE:
        for path in sorted((ROOT / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("judge"):
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update((ROOT / "models.lock").read_bytes())
    return digest.hexdigest()[:12]


# -- comparing --------------------------------------------------------------------------------------------------------


def by_the_rules(readings: Sequence[FieldReading], form: Form, model: str) -> Mapping[str, Verdict]:
    """The shipped judge."""
    return judge(readings, form=form, models={model})


def compare(read: SheetRead, form: Form, how: Judge = by_the_rules) -> list[Result]:
    """All fields of one sheet against its truth, judged over both sides together."""
    readings = prepare([f for side in read.sides if side is not None for f in side.fields], form)
    model = next((side.model for side in read.sides if side is not None), "")
    verdicts = how(readings, form, model)
    found = {r.key: r for r in readings}
    return [
        _result(read.files, form.by_key[true["key"]], found.get(true["key"]), true, verdicts.get(true["key"]), model)
        for page in read.files.truths()
        for true in page["fields"]
    ]


def _result(
    files: SheetFiles,
    field: FormField,
    reading: FieldReading | None,
    truth: FieldTruth,
    verdict: Verdict | None,
    model: str,
) -> Result:
    written = plain(truth["text"])
    exact = raw_exact = False
    errors = raw_errors = len(written)
    if reading is not None:
        exact = same(reading.value, reading.text, truth)
        raw = reading.value if field.kind in (Kind.CHOICE, Kind.SIGNATURE) else value_of(field, reading.raw)
        raw_exact = same(raw, reading.raw, truth)
        if field.kind in (Kind.CHOICE, Kind.SIGNATURE):
            errors = raw_errors = 0
            written = ""
        else:
            errors = 0 if exact else Levenshtein.distance(plain(reading.text), written)
            raw_errors = Levenshtein.distance(plain(reading.raw), written)
    return Result(
        files.name,
        files.style,
        files.noise,
        field,
        reading,
        truth,
        exact,
        raw_exact,
        errors,
        raw_errors,
        verdict or Verdict(False, ("not_read",)),
        model,
    )


def value_of(field: FormField, text: str) -> JsonValue:
    """What a text means in this field; None where it means nothing."""
    definition = load_dictionary().fields.get(field.key)
    try:
        return parse(field.kind, text, field=field, code_table=definition.code_table if definition else None)
    except FieldError:
        return None


def same(value: JsonValue, text: str, truth: FieldTruth) -> bool:
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
    """Without width and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _is_empty(value: JsonValue) -> bool:
    return value is None or value in ([], "")


# -- the table of one folder ------------------------------------------------------------------------------------------


def show(table: Mapping[tuple[str, str], Cell]) -> None:
    """The table, one line per style and kind."""
    head = f"{'style':14}{'kind':12}{'n':>7}{'raw %':>8}{'exact %':>9}{'raw CER':>9}{'CER':>7}"
    print(head + f"{'accepted %':>12}{'wrong':>7}")
    for (style, kind), c in sorted(table.items()):
        cer = [f"{100 * e / c.length:.2f}" if c.length else "-" for e in (c.raw_errors, c.errors)]
        print(
            f"{style:14}{kind:12}{c.fields:7}{100 * c.raw / c.fields:8.1f}{100 * c.exact / c.fields:9.1f}"
            f"{cer[0]:>9}{cer[1]:>7}{100 * c.accepted / c.fields:12.1f}{c.wrong:7}"
        )


def sheets_in(folder: Path) -> list[SheetFiles]:
    """The sheets of a folder as ``make_folder`` wrote it, by name."""
    sides: dict[str, list[Path]] = defaultdict(list)
    for picture in sorted(folder.glob("*.jpg")):
        if picture.with_suffix(".json").is_file():
            sides[re.sub(r"-p\d+$", "", picture.stem)].append(picture)
    found = []
    for name, pictures in sides.items():
        page = json.loads(pictures[0].with_suffix(".json").read_text(encoding="utf-8"))["pages"][0]
        found.append(SheetFiles(name, page["style"], page["noise"], tuple(pictures)))
    return found


def named(result: Result) -> str:
    """One wrong field in a line."""
    read = result.reading
    said = "not read" if read is None else f"{read.raw!r} -> {read.text!r} {read.value!r} {read.reasons}"
    accepted = "ACCEPTED " if result.accepted else ""
    return (
        f"{accepted}{result.sheet} {result.field.key}: {result.truth['text']!r} {result.truth['value']!r} read {said}"
    )


def main() -> int:
    """Read a folder of synthetic pages and print the table; ``--wrong`` lists every wrong field."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only sheets whose name holds this")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    sheets = [sheet for sheet in sheets_in(options.folder) if options.only in sheet.name]
    form = shipped_form("jl-migrant-child")
    results: list[Result] = []
    started = time.perf_counter()
    with ReaderPool(models_dir(), shipped_forms(), workers=options.workers, threads=1) as pool:
        for read in read_sheets(sheets, pool, at_once=options.workers):
            results += compare(read, form)
    elapsed = time.perf_counter() - started
    if options.wrong:
        for result in results:
            if not result.exact:
                print(named(result))
    show(score(results))
    pages = sum(len(sheet.sides) for sheet in sheets)
    print(f"{pages} pages, {elapsed / max(1, pages):.2f} s each, registration included")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
