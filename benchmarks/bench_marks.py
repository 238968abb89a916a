"""``./dev bench marks``: tick boxes and brackets under every way of marking and of scanning.

Every choice of the reference form, printed with boxes and printed with brackets, is marked in one way per page, scanned
and read. A field is *sure* when the program would vouch for it without a look (``workflow.judgement.vetoes``). What is
sure and wrong is what must not be: exit code 1 when there is any.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from benchmarks.finding_papers import with_brackets
from benchmarks.synth import damage
from benchmarks.synth.dice import Dice
from benchmarks.synth.folder import shipped_form, styles_available
from benchmarks.synth.paper import blank_sides
from benchmarks.synth.scan import deliver, noise_named
from benchmarks.synth.styles import writer
from benchmarks.synth.writing.hard_marks import SHAPES, circle, draw_mark, take_back
from benchmarks.synth.writing.writer import Page, Writer
from forms.form_file import Box, Form, FormField, FormOption
from forms.kinds import Kind
from ocr.choices import read_choice, ways_of_marking
from ocr.find_form import Finder, Found
from ocr.images import Delivered
from ocr.page import with_place
from ocr.page_ink import PageInk
from ocr.registration import PX_PER_MM, RegisteredPage, lay
from workflow.judgement import vetoes

LABEL_SIZE_MM = 3.53
WAYS = (
    *SHAPES,
    "pencil",
    "nothing",
    "label circled",
    "box and label circled",
    "taken back, another ticked",
    "taken back, none ticked",
    "two ticks",
)
SELDOM = ("taken back", "label circled", "box and label", "two ticks", "circle around")
"""Ways that nobody keeps to over a whole page: a third of the fields, the others are ticked."""
NOISES = ("clean", "askew", "dirty", "snapshot", "bilevel", "sealed")


@dataclass
class Row:
    """One way of marking. Counted in fields, boxes beside."""

    name: str
    fields: int = 0
    boxes: int = 0
    boxes_right: int = 0
    sure: int = 0
    right: int = 0
    wrong_flagged: int = 0
    wrong_sure: int = 0
    lost: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def print(self) -> None:
        shown = sorted(self.reasons.items(), key=lambda r: -r[1])[:4]
        print(
            f"| {self.name} | {self.fields} | {self.boxes} | {self.boxes_right / max(1, self.boxes):.2%} |"
            f" {self.right / max(1, self.fields):.2%} | {self.sure / max(1, self.fields):.1%} | {self.wrong_flagged} |"
            f" {self.wrong_sure} | {', '.join(f'{k} {n}' for k, n in shown)} |",
            flush=True,
        )


HEAD = (
    "| way | fields | boxes | boxes right | fields right | sure | wrong, flagged | wrong and sure | reasons |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def label_box(option: FormOption) -> Box:
    """Where the label stands that the form sets right of its box."""
    return Box(option.box.right + 1.1, option.box.y + 0.1, max(1, len(option.label)) * LABEL_SIZE_MM, 3.6)


def mark_field(page: Page, pen: Writer, place: FormField, way: str, dice: Dice) -> set[str]:
    """Mark a choice in one way; the codes that are meant."""
    options = list(place.options)
    dice.shuffle(options)
    chosen = options[: dice.randint(1, 2) if place.multiple and len(options) > 2 else 1]
    rest = options[len(chosen) :]
    if way == "nothing":
        return set()
    if way == "two ticks" and rest:
        chosen = [*chosen, rest[0]]
    if way.startswith("taken back"):
        take_back(page, pen, (rest or chosen)[0].box, dice.sub("back"))
        if not rest or way.endswith("none ticked"):
            return set()
    for option in chosen:
        throw = dice.sub(option.code)
        if way == "label circled":
            circle(page, pen, label_box(option), throw)
        elif way == "box and label circled":
            label = label_box(option)
            circle(page, pen, Box(option.box.x, option.box.y, label.right - option.box.x, option.box.h), throw)
        else:
            shape = way if way in SHAPES else "tick"
            draw_mark(page, pen, shape, option.box, throw, pencil=way == "pencil")
    return {option.code for option in chosen}


def pages(form: Form, seeds: range, ways: tuple[str, ...], styles: tuple[str, ...]) -> Iterator[Marked]:
    """Marked sides, each in one way and one delivery."""
    for seed in seeds:
        for at, way in enumerate(ways):
            dice = Dice(seed, "marks", form.id, way)
            pen = writer(styles[seed % len(styles)], dice.sub("writer"))
            sides = blank_sides(form, "")
            for number, side in enumerate(sides, start=1):
                done = {}
                for place in form.on_page(number):
                    if place.kind is Kind.CHOICE:
                        throw = dice.sub(place.key)
                        own = way if not way.startswith(SELDOM) or throw.chance(0.35) else "tick"
                        done[place.key] = own, mark_field(side, pen, place, own, throw)
                noise = NOISES[(seed + at + number) % len(NOISES)]
                # a hard pencil leaves nothing on a scan of one bit: nobody could read it
                yield Marked(way, "clean" if (way, noise) == ("pencil", "bilevel") else noise, number, side, done)


@dataclass(frozen=True)
class Marked:
    """One side at 300 dpi; ``meant``: per field how it was marked and the codes that are meant."""

    way: str
    noise: str
    number: int
    side: Page
    meant: Mapping[str, tuple[str, set[str]]]


def delivered(side: Page, noise: str, dice: Dice) -> Delivered:
    if noise == "sealed":
        side = damage.sealed(side, dice.uniform(60, 150), dice.uniform(60, 240), dice.sub("seal"))
    settings = noise_named("stress", noise if noise in ("clean", "askew", "dirty", "snapshot") else "clean")
    dpi = None if noise != "askew" else dice.one((200, 300, 400))
    found = deliver(side, settings, dice.sub("scan"), turns=dice.randrange(4), dpi=dpi)
    picture = damage.bilevel(found.picture, dice.sub("bits")) if noise == "bilevel" else found.picture
    return Delivered(picture, found.dpi, found.dpi)


def run(form: Form, marked: Iterator[Marked], rows: dict[str, Row], faults: Path | None) -> None:
    """Scan and read the marked sides, field by field into the rows."""
    finder = Finder([form])
    finder.warm()
    for sheet in marked:
        page = delivered(sheet.side, sheet.noise, Dice(6000, "marks", form.id, sheet.way, sheet.noise, sheet.number))
        found = finder.find(page)
        if not isinstance(found, Found):
            rows.setdefault(sheet.way, Row(sheet.way)).lost += 1
            continue
        registered = lay(page.picture, found.match, blank=found.known.blank.full)
        ink = PageInk(registered)
        places = [f for f in form.on_page(sheet.number) if f.key in sheet.meant]
        readings = [with_place(read_choice(registered, f, ink), found.quality(f.box)) for f in places]
        for place, reading in zip(places, ways_of_marking(readings), strict=True):
            way, meant = sheet.meant[place.key]
            row = rows.setdefault(way, Row(way))
            read = {str(code) for code in reading.value} if isinstance(reading.value, list) else set()
            sure = not vetoes(reading, Kind.CHOICE)
            _count(row, place, read, meant, sure=sure)
            for reason in reading.reasons:
                row.reasons[reason] = row.reasons.get(reason, 0) + 1
            if read != meant:
                told = f"{'SURE ' if sure else ''}{form.id[:4]} {sheet.noise} {place.key}"
                row.bad.append(f"{told} read {sorted(read)} meant {sorted(meant)} {reading.reasons}")
                _keep(faults, f"{told}-{way}", registered, place.box)


def _keep(faults: Path | None, name: str, page: RegisteredPage, box: Box) -> None:
    if faults is None:
        return
    left, top = max(0.0, box.x - 4), max(0.0, box.y - 4)
    x, y, right, bottom = (round(v * PX_PER_MM) for v in (left, top, box.right + 4, box.bottom + 4))
    cv2.imwrite(str(faults / f"{name.replace(' ', '_')}.png"), page.rectified[y:bottom, x:right])


def _count(row: Row, place: FormField, read: set[str], meant: set[str], *, sure: bool) -> None:
    row.fields += 1
    row.boxes += len(place.options)
    row.boxes_right += sum((o.code in read) == (o.code in meant) for o in place.options)
    row.sure += sure
    row.right += read == meant
    row.wrong_sure += read != meant and sure
    row.wrong_flagged += read != meant and not sure


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench marks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one sheet for each way: three minutes or less")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--only", help="only ways whose name contains this")
    parser.add_argument("--faults", type=Path, help="a folder for pictures of what was read wrong")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    ways = tuple(w for w in WAYS if not arguments.only or arguments.only in w)
    styles = tuple(s for s in styles_available() if s != "printed") or ("printed",)
    rows: dict[str, Row] = {}
    form = shipped_form("jl-migrant-child")
    seeds = range(6000, 6001 if arguments.quick else 6006)
    for which in (form, with_brackets(form)):
        run(which, pages(which, seeds, ways, styles), rows, arguments.faults)
    print(HEAD)
    whole = Row("all")
    for row in rows.values():
        row.print()
        for name in ("fields", "boxes", "boxes_right", "sure", "right", "wrong_flagged", "wrong_sure", "lost"):
            setattr(whole, name, getattr(whole, name) + getattr(row, name))
    whole.print()
    for row in rows.values():
        for line in sorted(row.bad, reverse=True)[:5]:
            print(f"{row.name}: {line}")
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(r) for r in rows.values()], ensure_ascii=False, indent=1), "utf-8")
    return 1 if whole.wrong_sure or whole.lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
