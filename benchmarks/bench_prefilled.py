"""``./dev bench prefilled``: prefilled forms that came back: are changes found, and nothing else called one.

Sheets of seeds 7000-7999, styles without the held-out hand. Three ways of knowing what was printed are measured: the
office knows (``ReadingContext.prefilled``), nobody knows, and for comparison nothing at all is taken away.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reading import plain
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.prefilled import ReturnedSheet, returned_sheets
from benchmarks.synth.styles import HELD_OUT, STYLES
from benchmarks.synth.writing.packages import NoHandwriting
from forms.form_file import Form
from forms.kinds import JsonValue, Kind
from forms.prefill import NEVER
from ocr.delivered import open_delivered
from ocr.models import models_dir
from ocr.page import FormPageReader
from ocr.reading import FieldReading, PageReading, PageStatus, ReadingContext
from workflow.judgement import judge

SEED = 7100


@dataclass(frozen=True, slots=True)
class Outcome:
    """One field of a sheet: what happened to it on paper, and what the reader made of it."""

    key: str
    how: str
    """"same", or how it was changed."""
    noticed: bool
    exact: bool
    accepted: bool
    detail: str


def outcomes(sheet: ReturnedSheet, form: Form, readings: list[PageReading]) -> Iterator[Outcome]:
    """Every field that was printed or changed. A reading says "changed" by its evidence."""
    for reading in readings:
        verdicts = judge(reading.fields, form=form)
        for field in reading.fields:
            if field.key in NEVER or form.by_key[field.key].kind is Kind.SIGNATURE:
                continue
            change = sheet.changes.get(field.key)
            shown = sheet.shown.get(field.key)
            true: JsonValue = change.value if change else shown.value if shown else None
            noticed = bool(field.evidence.get("changed"))
            how = change.how if change else "same"
            yield Outcome(
                field.key,
                how,
                noticed,
                same(field.value, true),
                verdicts[field.key].accepted,
                _detail(sheet, field, true),
            )


def same(value: JsonValue, true: JsonValue) -> bool:
    if value in (None, [], "") or true in (None, [], ""):
        return value in (None, [], "") and true in (None, [], "")
    if isinstance(value, str) and isinstance(true, str):
        return plain(value) == plain(true)
    return value == true


def _detail(sheet: ReturnedSheet, field: FieldReading, true: JsonValue) -> str:
    return f"{sheet.style}/{sheet.noise} {field.key}: {true!r} read {field.raw!r} -> {field.value!r} {field.reasons}"


def summary(found: list[Outcome]) -> dict[str, Any]:
    """Counts: changes made and found, exact among them, fields left alone and called changed, wrong accepted."""
    changed = [o for o in found if o.how != "same"]
    left = [o for o in found if o.how == "same"]
    ways = Counter(o.how for o in changed)
    return {
        "changes": len(changed),
        "found": sum(o.noticed for o in changed),
        "exact": sum(o.exact for o in changed),
        "ways": {
            way: f"{sum(o.noticed for o in changed if o.how == way)}/{count} found, "
            f"{sum(o.exact for o in changed if o.how == way)} exact"
            for way, count in sorted(ways.items())
        },
        "unchanged": len(left),
        "false_changes": sum(o.noticed for o in left),
        "unchanged_exact": sum(o.exact for o in left),
        "accepted": sum(o.accepted for o in found),
        "accepted_wrong": sum(o.accepted and not o.exact for o in found),
    }


def read_sheet(reader: FormPageReader, sheet: ReturnedSheet, prefilled: Mapping[str, Any]) -> list[PageReading]:
    readings = []
    for picture in sheet.pictures:
        delivered = open_delivered(picture, None)
        reading = reader.read(delivered, 0, ReadingContext(prefilled=prefilled)).reading
        if reading.status is PageStatus.READ:
            readings.append(reading)
    return readings


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench prefilled", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheets", type=int, default=36)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--unknown", action="store_true", help="only as if nobody knew what was printed")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    form = shipped_form("jl-migrant-child")
    reader = FormPageReader(models_dir(), (form,), options.threads)
    styles = tuple(style for style in STYLES if style not in HELD_OUT)
    count = 8 if options.quick else options.sheets
    found: dict[str, list[Outcome]] = {"known": [], "unknown": []}
    missed = pages = 0
    started = time.perf_counter()
    try:
        for sheet in returned_sheets(options.seed, count, styles, ("light", "heavy", "phone"), form):
            for way in ("unknown",) if options.unknown else ("known", "unknown"):
                known = {sheet.serial: sheet.printed} if way == "known" else {}
                readings = read_sheet(reader, sheet, known)
                missed += len(sheet.pictures) - len(readings)
                pages += len(readings)
                found[way] += outcomes(sheet, form, readings)
    except NoHandwriting as reason:
        print(f"no handwriting: {reason}", file=sys.stderr)
        return 2
    if options.wrong:
        for o in found["known" if not options.unknown else "unknown"]:
            if (o.how == "same") == o.noticed or (o.how in ("same", "ticked", "crossed") and not o.exact):
                print(("ACCEPTED " if o.accepted and not o.exact else "") + o.how, o.detail)
    result = {way: summary(list_) for way, list_ in found.items() if list_}
    result["pages"] = {
        "read": pages,
        "not_found": missed,
        "seconds": round((time.perf_counter() - started) / max(1, pages), 2),
    }
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
