"""``./dev bench finding``: are pages found, how exactly, how fast, and is none ever laid on a form it isn't?

Every way of delivery (``benchmarks.finding_shots``) over filled sheets of several hands, the error at the true
corners of every field; the same without corner squares and code, among many installed forms; other versions of the
form and forms in its style, which must be refused or marked; and pictures of no form, which must say why.
Exit code 1 when a page was laid on a form it isn't without every differing field being marked.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.finding_papers import in_the_same_style, relatives, without_marks
from benchmarks.finding_shots import NOTHING, WAYS, Sheet, Shot
from benchmarks.synth import damage
from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import fill
from benchmarks.synth.folder import shipped_form, styles_available
from benchmarks.synth.other_papers import visit_note
from benchmarks.synth.paper import manner_of, serial, write_sheet
from benchmarks.synth.scan import Picture, deliver, noise_named
from benchmarks.synth.styles import writer
from forms.catalog import shipped_forms
from forms.form_file import Box, Form
from ocr.find_form import Finder, Found, NotFound
from ocr.images import Delivered, guess_dpi
from ocr.registration import lay, transform

DOUBTED = 0.5
"""Below this quality of its place a field is marked for a look (``ocr.page.with_place``)."""
SLIPPED = 0.5
"""Millimetres off at a corner from which a field isn't cut where it should be; not marked, that is a fault."""


@dataclass
class Row:
    """One line of the table. Errors in millimetres per field (its worst corner)."""

    name: str
    pages: int = 0
    found: int = 0
    wrong: int = 0
    errors: list[float] = field(default_factory=list)
    slipped: int = 0
    slipped_unmarked: int = 0
    doubted: int = 0
    fields: int = 0
    seconds: list[float] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def missed(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def print(self) -> None:
        errors = np.array(self.errors or [np.nan]) * 300 / 25.4
        print(
            f"| {self.name} | {self.found}/{self.pages} | {self.wrong} | {np.mean(errors):.2f} |"
            f" {np.percentile(errors, 99):.1f} | {errors.max():.1f} | {self.doubted}/{self.fields} |"
            f" {self.slipped_unmarked} | {np.median(self.seconds):.2f} |"
            f" {', '.join(f'{n} {k}' for k, n in self.reasons.items())} |",
            flush=True,
        )


HEAD = (
    "| way | found | wrong | mean px | 99 % | worst | fields marked | off, not marked | s/page | not found because |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def sheets(form: Form, seeds: Sequence[int], styles: Sequence[str], *, serials: bool = True) -> list[list[Picture]]:
    """Filled sheets of ``form``: both sides of each."""
    made = []
    for seed in seeds:
        dice = Dice(seed, "finding")
        pen = writer(styles[seed % len(styles)], dice.sub("writer"))
        filled = fill(family(dice.sub("family")), form, manner_of(pen, dice.sub("manner")), dice.sub("filling"))
        able = [entry for entry in filled if pen.hand.can_write(entry.text)]
        number = serial(dice.sub("serial")) if serials else ""
        made.append(write_sheet(form, able, pen, dice.sub("paper"), number=number))
    return made


def find(finder: Finder, picture: Picture, scale: tuple[float, float] | None = None) -> tuple[Found | NotFound, float]:
    """As the worker looks for a form: with the resolution that files tell, or a guess."""
    told = scale or (guess_dpi(*picture.shape[1::-1]),) * 2
    delivered = Delivered(picture, round(told[0]), round(told[1]))
    # of this one thread: other work on the machine doesn't count
    start = time.process_time()
    found = finder.find(delivered)
    return found, time.process_time() - start


def measure(row: Row, finder: Finder, shot: Shot, form: Form, page: int) -> None:
    """Find one page that shows ``form`` and put what came of it into the row."""
    row.pages += 1
    found, seconds = find(finder, shot.picture, shot.scale)
    row.seconds.append(seconds)
    if isinstance(found, NotFound):
        row.missed(found.reason)
        return
    if (found.match.form.id, found.match.form.version, found.match.page) != (form.id, form.version, page):
        row.wrong += 1
        return
    if found.match.rotation != shot.rotation and min(shot.scale) > 0.8 * max(shot.scale):
        row.missed("rotation")
        return
    row.found += 1
    registered = lay(shot.picture, found.match)
    for place in form.on_page(page):
        off = _error_mm(registered.to_px, shot, place.box)
        if off is None:
            continue
        row.fields += 1
        row.errors.append(off)
        marked = found.quality(place.box) < DOUBTED
        row.doubted += marked
        row.slipped += off > SLIPPED
        row.slipped_unmarked += off > SLIPPED and not marked


def _error_mm(to_px: Callable[[np.ndarray], np.ndarray], shot: Shot, box: Box) -> float | None:
    """The worst corner's distance from the truth; None where the field isn't on the picture."""
    corners = np.array([(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)])
    truth = shot.to_px(corners)
    height, width = shot.picture.shape[:2]
    if (truth < 0).any() or (truth[:, 0] > width).any() or (truth[:, 1] > height).any():
        return None
    # shots have their pixels' size in delivered order, which quarter turns don't change for square pixels
    apart = (to_px(corners) - truth) / np.array(shot.scale) * 25.4
    return float(np.linalg.norm(apart, axis=1).max())


def known_pages(finder: Finder, form: Form, papers: list[list[Picture]], each: int, ways: Sequence[str]) -> list[Row]:
    rows = []
    for name in ways:
        row = Row(name)
        for number, sides in enumerate(papers):
            for page, side in enumerate(sides, start=1):
                sheet = Sheet(side, sides[page % len(sides)], form.pages[page - 1])
                for n in range(each):
                    measure(row, finder, WAYS[name](sheet, Dice(6000, name, number, page, n)), form, page)
        row.print()
        rows.append(row)
    return rows


def strangers(finder: Finder, seeds: Sequence[int], styles: Sequence[str]) -> list[Row]:
    """Pages of forms that aren't installed, none with a readable code. ``wrong``: laid on an installed form, with a
    field whose place or label differs and that isn't marked."""
    rows = []
    for name, form, page in _stranger_forms():
        row = Row(name)
        for number, sides in enumerate(sheets(form, seeds, styles, serials=False)):
            codes = [form.pages[page - 1].qr] if form.pages[page - 1].qr else []
            hidden = damage.hidden(sides[page - 1], [c for c in codes if c])
            for noise in ("clean", "snapshot"):
                dice = Dice(6001, name, number, noise)
                shot = deliver(hidden, noise_named("stress", noise), dice, turns=dice.randrange(4))
                row.pages += 1
                found, seconds = find(finder, shot.picture)
                row.seconds.append(seconds)
                _judge_stranger(row, found, form, shot.to_px)
        row.print()
        rows.append(row)
    return rows


def _stranger_forms() -> Iterator[tuple[str, Form, int]]:
    reference = shipped_form("jl-migrant-child")
    for name, form in relatives().items():
        for page in (1, 2):
            if form.pages[page - 1].texts != reference.pages[page - 1].texts:
                yield f"{name}, page {page}", form, page
    for form in in_the_same_style(4):
        yield f"same style {form.id}", form, 1


def _judge_stranger(row: Row, found: Found | NotFound, form: Form, to_px: Callable[[np.ndarray], np.ndarray]) -> None:
    if isinstance(found, NotFound):
        row.missed(found.reason)
        return
    row.found += 1
    there = {f.key: f for f in form.fields if f.page == found.match.page}
    laid_on = _to_px(found)
    for own in found.match.form.on_page(found.match.page):
        other = there.get(own.key)
        row.fields += 1
        marked = found.quality(own.box) < DOUBTED
        row.doubted += marked
        # a row that is a little taller is followed by the warp; what counts is where the field is cut
        row.wrong += not marked and (other is None or _far(laid_on(_middle(own.box)), to_px(_middle(other.box)), found))


def _to_px(found: Found) -> Callable[[np.ndarray], np.ndarray]:
    match = found.match
    return lambda mm: transform(match.homography, match.warp.shift(mm) if match.warp else mm)


def _middle(box: Box) -> np.ndarray:
    return np.array([(box.x + box.w / 2, box.y + box.h / 2)])


def _far(one: np.ndarray, other: np.ndarray, found: Found) -> bool:
    """More than 2 mm apart."""
    unit = transform(found.match.homography, [(100, 100), (100, 110)])
    return float(np.linalg.norm(one - other)) > 0.2 * float(np.linalg.norm(unit[1] - unit[0]))


def no_pages(finder: Finder, papers: list[list[Picture]], form: Form, each: int) -> list[Row]:
    rows = []
    kinds: dict[str, tuple[Callable[[Sheet, Dice], Picture], frozenset[str]]] = {
        **NOTHING, "note of a visit": (_note, frozenset({"no_form_found"}))
    }  # fmt: skip
    for name, (make, right) in kinds.items():
        row = Row(name)
        for number, sides in enumerate(papers):
            for page, side in enumerate(sides, start=1):
                sheet = Sheet(side, sides[page % len(sides)], form.pages[page - 1])
                for n in range(each):
                    row.pages += 1
                    found, seconds = find(finder, make(sheet, Dice(6002, name, number, page, n)))
                    row.seconds.append(seconds)
                    if isinstance(found, Found):
                        row.found += 1
                        row.wrong += 1
                    else:
                        row.missed(found.reason)
                        row.wrong += found.reason not in right
        row.print()
        rows.append(row)
    return rows


def _note(_sheet: Sheet, dice: Dice) -> Picture:
    page = visit_note(family(dice.sub("family")), writer("printed", dice.sub("writer")), dice.sub("note"))
    return deliver(page, noise_named("stress", "askew"), dice, turns=dice.randrange(4), dpi=200).picture


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench finding", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sheets: three minutes or less")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--only", help="only ways whose name contains this")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    form = shipped_form("jl-migrant-child")
    styles = ("printed",) if arguments.quick else styles_available()
    papers = sheets(form, range(6000, 6001 if arguments.quick else 6004), styles)
    each = 1 if arguments.quick else 2
    ways = [name for name in WAYS if not arguments.only or arguments.only in name]
    tables = {}
    print("## Pages of an installed form\n\n" + HEAD)
    tables["installed"] = known_pages(_warm(list(shipped_forms())), form, papers, each, ways)
    many = [*shipped_forms(), *in_the_same_style(6 if arguments.quick else 30)]
    print("\n## The same form learned without marks, among many installed forms\n\n" + HEAD)
    bare = without_marks(form)
    plain = [[damage.hidden(s, [*p.corners, *([p.qr] if p.qr else [])]) for s, p in zip(sides, form.pages, strict=True)]
             for sides in papers]  # fmt: skip
    learned = _warm([*[f for f in many if f.id != form.id], bare])
    some = [w for w in ways if w in ("flat scan, any way up", "dirty", "fax, fine", "phone, perspective, curl to 3 mm",
                                     "photocopy of a photocopy", "13 mm cut off an edge")]  # fmt: skip
    tables["learned"] = known_pages(learned, bare, plain, 1, some)
    print("\n## Forms that are not installed, without a readable code\n\n" + HEAD)
    seeds = range(6010, 6011 if arguments.quick else 6012)
    tables["strangers"] = strangers(_warm(list(shipped_forms())), seeds, styles) if not arguments.only else []
    print("\n## Pictures without a known form (wrong: another reason than the right one)\n\n" + HEAD)
    tables["nothing"] = no_pages(_warm(many), papers, form, 1) if not arguments.only else []
    if arguments.json:
        rows = {name: [{**vars(r), "errors": None} for r in table] for name, table in tables.items()}
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if any(r.wrong or r.slipped_unmarked for table in tables.values() for r in table) else 0


def _warm(forms: Sequence[Form]) -> Finder:
    finder = Finder(forms)
    finder.warm()
    return finder


if __name__ == "__main__":
    raise SystemExit(main())
