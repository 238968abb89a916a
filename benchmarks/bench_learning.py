"""``./dev bench learning``: how well blank forms are learned, and how well the learned forms read.

Part one: the blanks of ``benchmarks/blanks`` (laid out by LibreOffice) and the reference form, as PDF, as a 300 dpi
scan, as a 200 dpi grey scan lying askew or on its side, and as a photo. Counted per cell of the truth: right key and
right box, kind, options. Part two (without ``--quick`` on more pages): sheets of learned forms and of the reference
form filled by the same hands, delivered the same way and read; the share of exactly right fields by kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.learning_forms import BLANKS
from benchmarks.reading import same
from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import Entry, fill
from benchmarks.synth.folder import shipped_form, styles_available
from benchmarks.synth.paper import manner_of, write_sheet
from benchmarks.synth.scan import PROFILES, Noise, deliver, jpeg_bytes
from benchmarks.synth.styles import writer
from benchmarks.synth.truth import Origin, page_truth
from exporters.blank_form import blank_pdf
from forms.form_file import Box, Form
from forms.gazetteer import gazetteer
from forms.kinds import Kind
from forms.proposal import Proposal, ProposedField
from ocr.between_print import BRACKET, words_in
from ocr.delivered import open_delivered
from ocr.fields import read_fields
from ocr.find_form import Finder, NotFound
from ocr.images import PictureFile
from ocr.learning.learn import learn_delivered
from ocr.learning.naming import propose
from ocr.models import models_dir
from ocr.page_ink import box_px
from ocr.pdf import PdfFile
from ocr.reading import ReadingContext
from ocr.recogniser import Recogniser
from ocr.registration import PX_PER_MM, blank_picture, lay

SHIPPED = "shipped"
"""The reference form as it is installed, to compare with."""
GAP = 1.0
"""Points that a learned form may read worse."""
VARIANTS = ("pdf", "scan300", "grey200", "photo")
LIGHT = PROFILES["reporting"]["light"]
NOISES: Mapping[str, Noise] = {
    "scan300": replace(LIGHT, dpi=(300,), skew=(-1.5, 1.5)),
    "grey200": replace(LIGHT, dpi=(200,), skew=(-5.0, 5.0), grey=1.0, blur=(0.3, 0.8)),
    "photo": replace(PROFILES["reporting"]["phone"], fold=0.2),
}
OVERLAP = 0.75
"""Intersection over union with the cell, from which a box that should fill its cell does."""


@dataclass
class Score:
    """Counts over cells. ``right``: key and box; ``spare``: fields proposed where the truth has none."""

    cells: int = 0
    right: int = 0
    keys: int = 0
    kinds: int = 0
    choices: int = 0
    options: int = 0
    spare: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        for name in ("cells", "right", "keys", "kinds", "choices", "options", "spare", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += other.wrong


# -- learning ---------------------------------------------------------------------------------------------------------


def learned(data: bytes, form_id: str, recogniser: Recogniser) -> Proposal:
    """The proposal for a delivered blank."""
    delivered = open_delivered(data)
    try:
        pages = [learn_delivered(delivered, index, recogniser) for index in range(len(delivered.pages))]
    finally:
        delivered.close()
    return propose(pages, form_id)


def variants(pdf: bytes, name: str, wanted: Sequence[str]) -> Iterator[tuple[str, list[bytes]]]:
    """The blank as delivered in each way: one file, or one picture per page."""
    document = PdfFile(pdf)
    for variant in wanted:
        if variant == "pdf":
            yield variant, [pdf]
            continue
        pictures = []
        for page in range(len(document.pages)):
            dice = Dice(4711, "learning", name, variant, page)
            turns = dice.one((0, 1, 3)) if variant == "grey200" else 0
            delivered = deliver(document.page(page).picture, NOISES[variant], dice, turns=turns)
            pictures.append(jpeg_bytes(delivered))
        yield variant, pictures
    document.close()


def truths() -> dict[str, tuple[bytes, list[dict[str, Any]]]]:
    """Every blank by name: its PDF and what is to be found on it, the reference form among them."""
    found = {}
    for path in sorted(BLANKS.glob("*.truth.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        pdf = path.with_name(f"{described['id']}.pdf").read_bytes()
        found[described["id"]] = (pdf, [{"page": 1, **f} for f in described["fields"]])
    form = shipped_form("jl-migrant-child")
    found["reference"] = (
        blank_pdf(form, [""]),
        [
            {
                "key": f.key,
                "page": f.page,
                "box_mm": f.box.as_list(),
                "whole_cell": f.page > 1 or f.box.y > 39,
                "kind": f.kind.value,
                "cells": len(f.cells),
                **(
                    {"options": [o.label for o in f.options], "codes": [o.code for o in f.options]} if f.options else {}
                ),
            }
            for f in form.fields
        ],
    )
    return found


def scored(proposal: Proposal, truth: Sequence[Mapping[str, Any]], *, exact: bool) -> Score:
    """The proposal against the truth. A scan's own place and size on the glass are taken out first."""
    score = Score()
    used: set[str] = set()
    for page in sorted({t["page"] for t in truth}):
        wanted = [t for t in truth if t["page"] == page]
        proposed = [f for f in proposal.fields if f.page == page]
        move = np.array([[1.0, 0, 0], [0, 1.0, 0]]) if exact else _move(wanted, proposed)
        boxes = {f.key: _moved(f.box, move) for f in proposed}
        for t in wanted:
            score.add(_scored(t, proposed, boxes, move, used))
    score.spare = len(proposal.fields) - len(used)
    return score


def _scored(
    t: Mapping[str, Any],
    proposed: Sequence[ProposedField],
    boxes: Mapping[str, Box],
    move: npt.NDArray[np.float64],
    used: set[str],
) -> Score:
    target = Box(*t["box_mm"])
    one = Score(cells=1)
    if t["key"] == "x":
        match = next(
            (f for f in proposed if f.key.startswith("x_") and f.key not in used and _placed(t, target, boxes[f.key])),
            None,
        )
    else:
        match = next((f for f in proposed if f.key == t["key"]), None)
    if match is None:
        there = [f.key for f in proposed if _placed(t, target, boxes[f.key])]
        one.wrong.append(f"{t['key']}: {'no field' if not there else 'is ' + there[0]}")
        return one
    used.add(match.key)
    one.keys = 1
    one.right = int(_placed(t, target, boxes[match.key]))
    if not one.right:
        one.wrong.append(f"{match.key}: box {boxes[match.key].as_list()} wanted {t['box_mm']}")
    one.kinds = int(match.kind.value == t.get("kind", match.kind.value))
    if not one.kinds:
        one.wrong.append(f"{match.key}: kind {match.kind.value} wanted {t['kind']}")
    if "options" in t:
        one.choices = 1
        labels = [o.label for o in match.options]
        within = all(_holds(target, _moved(o.box, move)) for o in match.options)
        codes = "codes" not in t or [o.code for o in match.options] == t["codes"]
        one.options = int(labels == t["options"] and within and codes)
        if not one.options:
            one.wrong.append(f"{match.key}: options {labels} wanted {t['options']}")
    if t.get("cells", 0) != (len(match.cells) if "cells" in t else 0):
        one.right = 0
        one.wrong.append(f"{match.key}: {len(match.cells)} boxes for characters, wanted {t['cells']}")
    return one


def _placed(t: Mapping[str, Any], target: Box, box: Box) -> bool:
    if t["whole_cell"]:
        return _overlap(target, box) >= OVERLAP
    return _holds(target, box) and (box.w >= 0.4 * target.w - 3 or bool(t.get("part")))


def _holds(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x <= x <= outer.right and outer.y <= y <= outer.bottom


def _overlap(one: Box, other: Box) -> float:
    w = min(one.right, other.right) - max(one.x, other.x)
    h = min(one.bottom, other.bottom) - max(one.y, other.y)
    both = max(0.0, w) * max(0.0, h)
    return both / (one.w * one.h + other.w * other.h - both)


def _move(wanted: Sequence[Mapping[str, Any]], proposed: Sequence[ProposedField]) -> npt.NDArray[np.float64]:
    """From the learned page's millimetres to the truth's: a scan lies somewhere on the glass."""
    by_key = {f.key: f for f in proposed}
    pairs = [(by_key[t["key"]].box, Box(*t["box_mm"])) for t in wanted if t["key"] in by_key and t["whole_cell"]]
    identity = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    if len(pairs) < 4:
        return identity
    ours = np.array([(a.x + a.w / 2, a.y + a.h / 2) for a, _ in pairs])
    theirs = np.array([(b.x + b.w / 2, b.y + b.h / 2) for _, b in pairs])
    found, _ = cv2.estimateAffinePartial2D(ours, theirs, method=cv2.LMEDS)
    return np.asarray(found, dtype=np.float64)


def _moved(box: Box, move: npt.NDArray[np.float64]) -> Box:
    x, y = move @ (box.x, box.y, 1)
    right, bottom = move @ (box.right, box.bottom, 1)
    return Box(float(x), float(y), float(right - x), float(bottom - y))


def learn_all(
    recogniser: Recogniser, wanted: Sequence[str], only: str, *, show: bool
) -> tuple[dict[str, Score], dict[str, Form]]:
    """Scores by blank and variant, and the forms learned from the PDFs."""
    scores: dict[str, Score] = {}
    forms: dict[str, Form] = {}
    for name, (pdf, truth) in truths().items():
        if only not in name:
            continue
        for variant, files in variants(pdf, name, wanted):
            started = time.perf_counter()
            parts = [learned(data, name, recogniser) for data in files]
            proposal = _together(parts)
            score = scored(proposal, truth, exact=variant == "pdf")
            score.seconds = (time.perf_counter() - started) / max(1, len(proposal.pages))
            scores[f"{name}/{variant}"] = score
            if variant == "pdf":
                forms[name] = proposal.as_form("1")
            print(_row(f"{name}/{variant}", score), flush=True)
            if show:
                for line in score.wrong:
                    print(f"      {line}")
    return scores, forms


def _together(parts: Sequence[Proposal]) -> Proposal:
    """Pages learned one by one as one form; a key of a later page that is taken keeps its first place."""
    if len(parts) == 1:
        return parts[0]
    fields: list[ProposedField] = []
    for number, part in enumerate(parts, start=1):
        fields += [replace(f, page=number) for f in part.fields]
    return replace(parts[0], pages=tuple(p for part in parts for p in part.pages), fields=tuple(fields))


def _row(name: str, s: Score) -> str:
    share = 100 / max(1, s.cells)
    options = 100 * s.options / max(1, s.choices)
    return (
        f"{name:28}{s.cells:6}{s.keys * share:8.1f}{s.right * share:11.1f}{s.kinds * share:8.1f}"
        f"{options:9.1f}{s.spare:7}{s.seconds:9.1f}"
    )


# -- reading with a learned form --------------------------------------------------------------------------------------


def read_all(
    forms: Mapping[str, Form], recogniser: Recogniser, sheets: int, styles: Sequence[str]
) -> dict[str, Counter[str]]:
    """Exact and all fields per form and kind: learned forms, and the reference form as shipped, filled alike."""
    counts: dict[str, Counter[str]] = {}
    named = {**forms, SHIPPED: shipped_form("jl-migrant-child")}
    for name, form in named.items():
        finder = Finder((form,))
        counts[name] = Counter()
        for index in range(sheets):
            style = styles[index % len(styles)]
            for kind, exact in _sheet(form, finder, recogniser, index, style):
                counts[name][f"{kind}/all"] += 1
                counts[name][f"{kind}/exact"] += exact
                counts[name]["*/all"] += 1
                counts[name]["*/exact"] += exact
    return counts


def _sheet(form: Form, finder: Finder, recogniser: Recogniser, index: int, style: str) -> Iterator[tuple[str, bool]]:
    dice = Dice(4711, "learned-reading", index)
    pen = writer(style, dice.sub("writer"))
    entries = next(
        filled
        for attempt in range(40)
        for filled in [
            fill(family(dice.sub("family", attempt)), form, manner_of(pen, dice.sub("manner")), dice.sub("filling"))
        ]
        if all(pen.hand.can_write(e.text) for e in filled)
    )
    written = [part for e in entries for part in _between_print(form, e, dice.sub("between", e.field.key))]
    for page, side in enumerate(write_sheet(form, written, pen, dice.sub("paper"), number=""), start=1):
        delivered = deliver(side, LIGHT, dice.sub("scan", page))
        truth = page_truth(form, entries, delivered, Origin("page", 1, style, "light"), form_page=page)
        told = PictureFile(jpeg_bytes(delivered)).page(0)
        found = finder.find(told)
        if isinstance(found, NotFound):
            yield from (("page not found", False) for _ in truth["fields"])
            continue
        view = lay(told.picture, found.match, blank=found.known.blank.full)
        readings = {r.key: r for r in read_fields(view, recogniser, ReadingContext())}
        for t in truth["fields"]:
            if t["key"] in readings:
                reading = readings[t["key"]]
                yield form.by_key[t["key"]].kind.value, same(reading.value, reading.text, t)


def _between_print(form: Form, entry: Entry, dice: Dice) -> list[Entry]:
    """An entry as people write it: before the printed words that follow it, not over them.

    Figures go before 年 月 日 (a day that the form doesn't ask for behind them), names before 县 乡镇 村, with or
    without the ending that is printed there, and any other answer before its unit.
    """
    if not entry.text or entry.field.cells or entry.field.kind in (Kind.CHOICE, Kind.SIGNATURE):
        return [entry]
    words = _printed_words(form, entry.field.page, entry.field.box)
    if not words:
        return [entry]
    if entry.field.kind in (Kind.DATE, Kind.MONTH):
        parts = [str(int(number)) for number in str(entry.value).split("-")]
        if len(parts) > len(words):
            parts[-1] += "日"
    elif entry.field.kind is Kind.DIVISION:
        parts = _levels_of(str(entry.value), dice)
    else:
        parts = [entry.text]
    box = entry.field.box
    starts = [box.x, *(right for _, right in words)]
    ends = [*(left for left, _ in words), box.right]
    return [
        replace(
            entry,
            text=text,
            slip="",
            field=replace(entry.field, box=Box(start - 0.6, box.y, max(1.0, end - start) + 1.2, box.h)),
        )
        for text, start, end in zip(parts, starts, ends, strict=False)
    ]


def _levels_of(code: str, dice: Dice) -> list[str]:
    """County, town and village as they stand before their printed endings: most people don't write those again."""
    names: list[str] = []
    while code and (division := gazetteer().division(code)) and division.level not in ("province", "prefecture"):
        names.append(division.name)
        code = division.parent or ""
    again = dice.chance(0.4)
    return [name if again or len(name) < 3 else name.removesuffix(_ending_of(name)) for name in reversed(names)]


def _ending_of(name: str) -> str:
    return next((e for e in ("街道", "社区", *"市县区乡镇村") if name.endswith(e)), "")


def _printed_words(form: Form, page: int, box: Box) -> list[tuple[float, float]]:
    """Left and right, in millimetres, of the words printed in a box; lines to write on are none."""
    x, y, w, h = box_px(box)
    patch = blank_picture(form.pages[page - 1])[max(0, y) : y + h, max(0, x) : x + w]
    printed = (1 - patch.astype(np.float32) / 255).astype(np.float32)
    found = words_in(printed, BRACKET)
    return [((left + max(0, x)) / PX_PER_MM, (right + max(0, x)) / PX_PER_MM) for left, right, _, _ in found]


# -- the command ------------------------------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """0; 1 where fewer than 95 % of the cells have the right key and box in one way of delivery, or one learned
    reads over a point below the shipped one."""
    parser = argparse.ArgumentParser(prog="./dev bench learning", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer variants and pages")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="", help="blanks whose name contains this")
    parser.add_argument("--variants", default="")
    parser.add_argument("--sheets", type=int)
    parser.add_argument("--wrong", action="store_true", help="list what is wrong")
    options = parser.parse_args(argv)
    recogniser = Recogniser(models_dir(), 1)
    wanted = options.variants.split(",") if options.variants else VARIANTS[:2] if options.quick else VARIANTS
    print(f"{'blank':28}{'cells':>6}{'key %':>8}{'key+box %':>11}{'kind %':>8}{'opts %':>9}{'spare':>7}{'s/page':>9}")
    scores, forms = learn_all(recogniser, wanted, options.only, show=options.wrong)
    sums = {v: Score() for v in wanted}
    for name, score in scores.items():
        sums[name.rsplit("/", 1)[1]].add(score)
    for variant, total in sums.items():
        print(_row(f"all/{variant}", total))
    sheets = options.sheets if options.sheets is not None else 2 if options.quick else 12
    counts = read_all(forms, recogniser, sheets, styles_available()) if sheets and "pdf" in wanted else {}
    for name, count in counts.items():
        kinds = sorted(k.removesuffix("/all") for k in count if k.endswith("/all"))
        print(
            f"{name:28}"
            + "  ".join(f"{k} {100 * count[f'{k}/exact'] / count[f'{k}/all']:.1f} ({count[f'{k}/all']})" for k in kinds)
        )
    if options.json:
        told = {name: {k: v for k, v in vars(s).items() if k != "wrong"} for name, s in scores.items()}
        options.json.write_text(
            json.dumps({"learning": told, "reading": counts}, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    low = [v for v, s in sums.items() if s.right < 0.95 * s.cells]
    behind = behind_shipped(counts)
    for name, points in behind.items():
        print(f"{name}: reads {points:.1f} points below the shipped form")
    return 1 if low or behind else 0


def behind_shipped(counts: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Learned forms that read more than ``GAP`` points below the shipped one, and by how many points."""
    shares = {name: 100 * c["*/exact"] / c["*/all"] for name, c in counts.items() if c["*/all"]}
    shipped = shares.get(SHIPPED)
    if shipped is None:
        return {}
    return {name: shipped - share for name, share in shares.items() if shipped - share > GAP}


if __name__ == "__main__":
    sys.exit(main())
