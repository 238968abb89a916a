"""``./dev bench cells``: written cells that went wrong, and cells with nothing in them.

Per damage: how many of the fields concerned are read right, how many the program vouches for, and how many of those
are wrong; and how many with writing in them were taken for blank. Then empty sheets under every way of scanning: how
many cells seem to have ink. Seeds 6500 on; the held-out hand is not used. Exit code 1 when a written cell was taken
for blank, or when a stamped, struck or painted-over field was vouched for wrongly.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from benchmarks.cell_papers import COVERED, WAYS, Sheet, make
from benchmarks.reading import same
from benchmarks.synth import damage
from benchmarks.synth.dice import Dice
from benchmarks.synth.filling import Entry
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.paper import blank_sides, serial
from benchmarks.synth.scan import deliver, noise_named
from benchmarks.synth.truth import FieldTruth
from forms.form_file import Form
from forms.kinds import Kind
from ocr.choices import ways_of_marking
from ocr.fields import needs_network, read_apart
from ocr.find_form import Finder, Found
from ocr.images import Delivered
from ocr.models import models_dir
from ocr.page import with_place
from ocr.page_ink import PageInk
from ocr.reading import FieldReading, ReadingContext
from ocr.recogniser import Recogniser
from ocr.registration import PX_PER_MM, RegisteredPage, lay
from workflow.judgement import judge

SEED = 6500
SHEETS, QUICK = 12, 4
NOISES = ("clean", "askew", "dirty", "snapshot", "bilevel", "fax")


@dataclass
class Row:
    """One damage, in fields."""

    name: str
    fields: int = 0
    exact: int = 0
    accepted: int = 0
    wrong: int = 0
    blank: int = 0
    lost: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def print(self) -> None:
        n = max(1, self.fields)
        shown = ", ".join(f"{k} {v / n:.0%}" for k, v in self.reasons.most_common(4))
        print(
            f"| {self.name} | {self.fields} | {self.exact / n:.1%} | {self.accepted / n:.1%} | {self.wrong} |"
            f" {self.blank} | {shown} |",
            flush=True,
        )


HEAD = (
    "| damage | fields | exact | accepted | accepted but wrong | taken for blank | reasons |\n"
    "|---|---|---|---|---|---|---|"
)


def registered(finder: Finder, page: Delivered) -> tuple[RegisteredPage, Found] | None:
    """The page on its form, None where it wasn't found."""
    found = finder.find(page)
    if not isinstance(found, Found):
        return None
    return lay(page.picture, found.match, blank=found.known.blank.full), found


def read(
    finder: Finder, recogniser: Recogniser, sheet: Sheet, row: Row
) -> Iterator[tuple[FieldReading, RegisteredPage]]:
    """Every field of both sides, as a worker reads them."""
    for side in sheet.sides:
        laid = registered(finder, Delivered(side.picture, side.dpi, side.dpi))
        if laid is None:
            row.lost += 1
            continue
        page, found = laid
        fields = page.form.on_page(page.page)
        apart = read_apart(page, recogniser, ReadingContext(), fields)
        placed = [with_place(r, found.quality(f.box)) for r, f in zip(apart, fields, strict=True)]
        yield from ((reading, page) for reading in ways_of_marking(placed))


def count(
    row: Row, sheet: Sheet, read_in: list[tuple[FieldReading, RegisteredPage]], form: Form, faults: Path | None
) -> None:
    """Judge the sheet and enter the fields that the damage is about."""
    verdicts = judge([r for r, _ in read_in], form=form)
    entries = {e.field.key: e for e in sheet.entries}
    for reading, page in read_in:
        if reading.key not in sheet.hurt:
            continue
        entry = entries[reading.key]
        exact = same(reading.value, reading.text, _truth(entry))
        accepted = verdicts[reading.key].accepted
        row.fields += 1
        row.exact += exact
        row.accepted += accepted
        row.wrong += accepted and not exact
        row.blank += entry.field.kind is not Kind.CHOICE and reading.evidence.get("blank", 0.0) >= 1
        row.reasons.update(set(reading.reasons))
        if not exact:
            sure = "ACCEPTED " if accepted else ""
            row.bad.append(f"{sure}{sheet.name} {reading.key}: {entry.text!r} read {reading.text!r} {reading.reasons}")
        if faults and (not exact or accepted):
            name = f"{sheet.name}-{reading.key}-{'right' if exact else 'wrong'}{'-sure' if accepted else ''}"
            _keep(faults / f"{name.replace(' ', '_')}.png", page, reading.key)


def _truth(entry: Entry) -> FieldTruth:
    return FieldTruth(key=entry.field.key, text=entry.text, value=entry.value, box_px=[])


def _keep(path: Path, page: RegisteredPage, key: str) -> None:
    box = page.form.by_key[key].box
    x, y = max(0, round((box.x - 3) * PX_PER_MM)), max(0, round((box.y - 5) * PX_PER_MM))
    patch = page.rectified[y : round((box.bottom + 5) * PX_PER_MM), x : round((box.right + 6) * PX_PER_MM)]
    cv2.imwrite(str(path), patch)


# -- nothing written --------------------------------------------------------------------------------------------------


def empty_cells(finder: Finder, form: Form, seeds: range) -> dict[str, tuple[int, int]]:
    """Per way of scanning: cells of empty sheets, and how many of them seem to have ink."""
    found: dict[str, tuple[int, int]] = {}
    for noise in NOISES:
        cells = false = 0
        for seed in seeds:
            for number, side in enumerate(blank_sides(form, serial(Dice(seed, "empty")))):
                dice = Dice(seed, "empty", noise, number)
                settings = noise_named("stress", noise if noise in ("clean", "askew", "dirty", "snapshot") else "clean")
                scanned = deliver(side, settings, dice.sub("scan"), dpi=300 if noise == "askew" else None)
                picture, dpi = scanned.picture, (scanned.dpi, scanned.dpi)
                if noise == "bilevel":
                    picture = damage.bilevel(picture, dice.sub("bits"))
                elif noise == "fax":
                    picture, (sx, sy) = damage.faxed(picture, dice.sub("fax"), scanned.dpi, fine=True)
                    dpi = round(scanned.dpi * sx), round(scanned.dpi * sy)
                laid = registered(finder, Delivered(picture, *dpi))
                if laid is None:
                    continue
                for place, inked in _inked(laid[0]):
                    cells += 1
                    false += inked
                    if inked:
                        print(f"  {noise} {seed} {place}")
        found[noise] = cells, false
    return found


def _inked(page: RegisteredPage) -> Iterator[tuple[str, bool]]:
    """Every cell of running text or comb, and whether the network would be asked about it."""
    ink = PageInk(page)
    for place in page.form.on_page(page.page):
        if not place.options and place.kind is not Kind.SIGNATURE:
            yield place.key, needs_network(place, ink)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench cells", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} sheets per damage instead of {SHEETS}")
    parser.add_argument("--only", default="", help="only damages whose name contains this")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--wrong", action="store_true", help="list every field that was read wrong")
    parser.add_argument("--faults", type=Path, help="a folder for pictures of them")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    form = shipped_form("jl-migrant-child")
    finder = Finder([form])
    finder.warm()
    seeds = range(SEED, SEED + (QUICK if options.quick else SHEETS))
    rows = damaged(finder, form, seeds, options)
    empty = empty_cells(finder, form, seeds) if options.only in "empty" else {}
    if empty:
        print("\n| empty cells, scanned | cells | with false ink | per 1,000 |\n|---|---|---|---|")
        for noise, (cells, false) in empty.items():
            print(f"| {noise} | {cells} | {false} | {1000 * false / max(1, cells):.1f} |")
    if options.json:
        kept = {"damages": [{**vars(r), "reasons": dict(r.reasons)} for r in rows], "empty": empty}
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if any(r.blank or r.wrong for r in rows) else 0


def damaged(finder: Finder, form: Form, seeds: range, options: argparse.Namespace) -> list[Row]:
    """The first table, printed row by row."""
    recogniser = Recogniser(models_dir(), 1)
    rows = []
    print(HEAD)
    for way in (*WAYS, *COVERED):
        if options.only not in way:
            continue
        row, started = Row(way), time.perf_counter()
        for seed in seeds:
            sheet = make(way, seed, form)
            count(row, sheet, list(read(finder, recogniser, sheet, row)), form, options.faults)
        row.print()
        rows.append(row)
        print(f"  {row.lost} sides not found, {time.perf_counter() - started:.0f} s") if options.wrong else None
    for row in rows:
        for line in sorted(row.bad):
            if options.wrong or line.startswith("ACCEPTED"):
                print(line)
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
