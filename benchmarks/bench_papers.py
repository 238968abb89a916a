"""``./dev bench papers``: the papers of key-concern children, read back: exact fields, accepted ones, wrong among them.

Card, visit record and work log beside the registration form, the same styles and noise, seeds 7000-7999, without the
held-out hand. Blank fields and marks are counted apart.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.reading import same
from benchmarks.synth.folder import make_sheet, shipped_form
from benchmarks.synth.styles import HELD_OUT, STYLES
from benchmarks.synth.writing.packages import NoHandwriting
from forms.form_file import Form
from forms.kinds import Kind
from ocr.delivered import open_delivered
from ocr.models import models_dir
from ocr.page import FormPageReader
from ocr.reading import PageStatus, ReadingContext
from workflow.judgement import judge

FORMS = ("jl-migrant-child", "jl-special-care-card", "jl-visit-record", "jl-work-log")
SEED = 7400


def measure(
    reader: FormPageReader, form: Form, seed: int, sheets: int, styles: tuple[str, ...], *, wrong: bool
) -> Counter[str]:
    """Counts over ``sheets`` sheets of a form."""
    counts: Counter[str] = Counter()
    for index in range(sheets):
        style = styles[index % len(styles)]
        noise = ("light", "heavy", "phone")[(index // len(styles)) % 3]
        for name, picture, truth in make_sheet(seed, index, style, noise, form, profile="reporting"):
            reading = reader.read(open_delivered(picture, None), 0, ReadingContext()).reading
            counts["pages"] += 1
            if reading.status is not PageStatus.READ or reading.form != form.id:
                counts["not found"] += 1
                continue
            verdicts = judge(reading.fields, form=form, models={reading.model})
            true = {field["key"]: field for field in truth["pages"][0]["fields"]}
            for field in reading.fields:
                wanted = true[field.key]
                group = "marks" if form.by_key[field.key].kind in (Kind.CHOICE, Kind.SIGNATURE) else "text"
                if group == "text" and not wanted["text"]:
                    group = "blank"
                exact = same(field.value, field.text, wanted)
                accepted = verdicts[field.key].accepted
                counts.update({group: 1, f"{group} exact": exact, f"{group} accepted": accepted})
                counts["accepted wrong"] += accepted and not exact
                if wrong and not exact:
                    told = f"{wanted['text']!r} read {field.raw!r} {field.reasons}"
                    print(f"{'ACCEPTED ' * accepted}{name} {field.key}: {told}")
    return counts


def main() -> int:
    """Exit code 2 when there is no handwriting to be had."""
    parser = argparse.ArgumentParser(prog="./dev bench papers", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheets", type=int, default=24, help="of each form")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    forms = tuple(shipped_form(name) for name in FORMS)
    reader = FormPageReader(models_dir(), forms, options.threads)
    styles = tuple(style for style in STYLES if style not in HELD_OUT)
    result: dict[str, Any] = {}
    started = time.perf_counter()
    try:
        for form in forms:
            sheets = len(styles) if options.quick else options.sheets
            result[form.id] = dict(measure(reader, form, options.seed, sheets, styles, wrong=options.wrong))
    except NoHandwriting as reason:
        print(f"no handwriting: {reason}", file=sys.stderr)
        return 2
    result["seconds"] = round(time.perf_counter() - started)
    for name in FORMS:
        c = result[name]
        parts = [
            f"{g} {c.get(f'{g} exact', 0)}/{c.get(g, 0)} exact, {c.get(f'{g} accepted', 0)} accepted"
            for g in ("text", "marks", "blank")
        ]
        print(f"{name}: {c['pages']} pages, {c.get('not found', 0)} not found; {'; '.join(parts)}; "
              f"accepted wrong {c.get('accepted wrong', 0)}")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
