"""Sheets whose cells went wrong in one way each: over the rules, out of the box, crossed out, painted over, stamped.

Only the fields named in ``Sheet.hurt`` are written that way (or lie under it); the others are filled in as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.synth import damage
from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import Entry, fill
from benchmarks.synth.paper import blank_sides, manner_of, serial, write_entry
from benchmarks.synth.scan import Delivered, Noise, deliver, noise_named
from benchmarks.synth.styles import writer
from benchmarks.synth.writing.glyphs import PX_PER_MM, smooth
from benchmarks.synth.writing.marks import strike_out
from benchmarks.synth.writing.writer import INKS, Page, Writer, pen_line, write_text
from forms.form_file import Box, Form
from forms.kinds import Kind

STYLES = ("strokes", "printed", "cursive", "long-cang")
"""The held-out hand is not among them."""
HAND = 0.6
"""Part of the fields that are written in the odd way."""
TINTS = ((205, 222, 250), (190, 240, 248), (215, 240, 214), (246, 226, 205))
"""BGR of coloured paper: pink, yellow, green, blue."""

Way = Callable[[Page, Writer, Entry, Dice], bool]
"""Writes one entry; False where its box has no room for that, and nothing was written."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Delivered sides with what stands on them. ``hurt``: keys of the fields that the damage is about."""

    name: str
    entries: tuple[Entry, ...]
    sides: tuple[Delivered, ...]
    hurt: frozenset[str]


def make(way: str, seed: int, form: Form) -> Sheet:
    """One sheet with the damage ``way`` (a key of ``WAYS`` or ``COVERED``), scanned clean, dirty or by phone."""
    style = STYLES[seed % len(STYLES)]
    dice = Dice(seed, "cells", style)
    pen = writer(style, dice.sub("writer"))
    entries = _filled(form, pen, dice)
    if way == "coloured paper":
        pen = replace(pen, ink=INKS[dice.sub("ink").one(("blue", "dark blue"))])
    throw = dice.sub(way)
    sides = blank_sides(form, serial(dice.sub("serial")))
    hurt = set()
    if way == "correction fluid":  # it is whiter than paper
        sides = [(side * np.float32(throw.sub("paper").uniform(0.93, 0.975))).astype(np.uint8) for side in sides]
    for entry in entries:
        side, odd = sides[entry.field.page - 1], WAYS.get(way)
        own = throw.sub(entry.field.key)
        if odd and _running(entry) and own.chance(HAND) and odd(side, pen, entry, own.sub("odd")):
            hurt.add(entry.field.key)
        else:
            write_entry(side, entry, pen, dice.sub("paper", entry.field.key))
    if way in COVERED:
        for number, side in enumerate(sides):
            covered = COVERED[way](side, [e for e in entries if e.field.page == number + 1], throw.sub("cover", number))
            sides[number], keys = covered
            hurt |= keys
    return Sheet(f"{way}-{seed}-{style}", entries, tuple(_scanned(sides, way, seed, throw)), frozenset(hurt))


def _filled(form: Form, pen: Writer, dice: Dice) -> tuple[Entry, ...]:
    for attempt in range(40):
        found = fill(family(dice.sub("family", attempt), number=1), form, manner_of(pen, dice), dice.sub("filling"))
        if all(pen.hand.can_write(entry.text) for entry in found):
            return tuple(replace(entry, slip="") for entry in found)
    raise ValueError("no family that this hand can write")


def _running(entry: Entry) -> bool:
    """Written as running text: no comb, no box to tick, no signature."""
    kinds = (Kind.CHOICE, Kind.SIGNATURE)
    return bool(entry.text) and not entry.field.cells and entry.field.kind not in kinds and len(entry.text) > 1


def _scanned(sides: Sequence[Page], way: str, seed: int, dice: Dice) -> list[Delivered]:
    name = ("clean", "dirty", "clean", "snapshot")[(seed + seed // len(STYLES)) % 4]
    noise: Noise = replace(noise_named("stress", name), grey=1.0 if "grey" in way else 0.0)
    if way == "bleed-through":
        noise = replace(noise, bleed=(0.2, 0.32))
    if way == "correction fluid":
        noise = replace(noise, paper=(248, 254))
    return [
        deliver(side, noise, dice.sub("scan", number), other_side=sides[(number + 1) % len(sides)])
        for number, side in enumerate(sides)
    ]


# -- what is written in an odd place ----------------------------------------------------------------------------------


def _as_usual(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    write_entry(side, entry, pen, dice)
    return True


def _over_rules(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """Lower or higher than meant, or larger: a fifth to a third of every character lies across a rule."""
    box = entry.field.box
    size = min(pen.height, box.h * 0.8)
    if box.h > 11:
        return False
    off = (box.h - size) / 2 + size * dice.uniform(0.2, 0.34)
    moved = replace(box, y=box.y + dice.one((-1, 1)) * off)
    write_text(side, pen, entry.text, moved, dice)
    return True


def _beyond(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """Begun in the box and run out of it at its right edge by one or two characters."""
    box = entry.field.box
    size = min(pen.height, box.h * 0.8)
    width = size * sum(0.55 if c.isascii() else 1.0 for c in entry.text)
    start = box.right - width + size * dice.uniform(0.7, 1.7)
    if start < box.x or width < 3 * size or start + width + 2 > side.shape[1] / PX_PER_MM:
        return False
    write_text(side, pen, entry.text, Box(start - 0.8, box.y, width * 1.3, box.h), dice)
    return True


def _intruded(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """Written as usual, with strokes of a neighbour that reach one or two millimetres into the box."""
    write_entry(side, entry, pen, dice.sub("own"))
    box = entry.field.box
    for _ in range(2):
        x, reach = box.x + dice.uniform(0.1, 0.95) * box.w, dice.uniform(0.9, 1.9)
        top = dice.chance(0.5)
        edge, way = (box.y, 1) if top else (box.bottom, -1)
        ends = [
            (x + 0.6, edge - way * dice.uniform(2.5, 4)),
            (x + 0.2, edge - way * 0.5),
            (x - 0.4, edge + way * reach),
        ]
        pen_line(side, pen, smooth(np.array(ends), 0.3), 0.32, dice)
    return True


def _two_tight(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """Two lines in a box meant for one or two, hardly any paper between them."""
    box, text = entry.field.box, entry.text
    if len(text) < 9 or box.h < 9:
        return False
    cut = len(text) * 3 // 5
    while cut < len(text) - 1 and text[cut].isascii() and text[cut - 1].isascii():
        cut += 1
    small = replace(pen, height=min(pen.height, box.h * 0.47))
    half = box.h * 0.5
    write_text(side, small, text[:cut], Box(box.x, box.y, box.w, half), dice.sub(1))
    write_text(side, small, text[cut:], Box(box.x, box.y + half, box.w, half), dice.sub(2))
    return True


# -- what is crossed out ----------------------------------------------------------------------------------------------


def _strike_two(side: Page, pen: Writer, box: Box, dice: Dice) -> None:
    for share in (0.38, 0.64):
        y = box.y + box.h * share
        ends = [(box.x, y), (box.x + box.w / 2, y + dice.near(0, 0.3)), (box.right, y + dice.near(0, 0.4))]
        pen_line(side, pen, smooth(np.array(ends), 0.3), 0.35, dice)


def _scribble(side: Page, pen: Writer, box: Box, dice: Dice) -> None:
    """Back and forth over it, slanting, until it can't be read."""
    count = max(8, round(box.w / 0.55))
    points = [
        (box.x + box.w * i / count + dice.near(0, 0.2), box.y + box.h * (0.12 if i % 2 else 0.88) + dice.near(0, 0.25))
        for i in range(count + 1)
    ]
    pen_line(side, pen, smooth(np.array(points), 0.3), 0.4, dice)


def _rewritten(strike: Callable[[Page, Writer, Box, Dice], None]) -> Way:
    def write(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
        """A wrong beginning, crossed out, and the right value beside it."""
        box = entry.field.box
        size = min(pen.height, box.h * 0.8)
        wrong = "".join(dice.one(entry.text) for _ in range(dice.one((2, 2, 3))))
        width = size * (sum(0.6 if c.isascii() else 1.05 for c in wrong) + 0.5)
        if width > box.w * 0.45:
            return False
        write_text(side, pen, wrong, Box(box.x + 0.5, box.y, width + 1.2, box.h), dice.sub("wrong"))
        strike(side, pen, Box(box.x + 0.9, box.y + (box.h - size) / 2, width, size), dice.sub("strike"))
        left = box.x + width + 1.8
        write_text(side, pen, entry.text, Box(left, box.y, box.right - left, box.h), dice.sub("right"))
        return True

    return write


def _rewritten_above(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """The whole value crossed out and the right one written above it, small, over the box's upper rule."""
    box = entry.field.box
    size = min(pen.height, box.h * 0.55, 4.2)
    wrong = "".join(dice.one(entry.text) for _ in range(min(4, len(entry.text))))
    width = size * sum(0.6 if c.isascii() else 1.05 for c in wrong)
    if width > box.w - 3 or len(entry.text) * size * 0.8 > box.w:
        return False
    low = Box(box.x + 0.5, box.bottom - size * 1.15, width + 2, size * 1.1)
    small = replace(pen, height=size)
    write_text(side, small, wrong, low, dice.sub("wrong"))
    strike_out(side, pen, Box(low.x + 0.3, low.y, width + 1, size), dice.sub("strike"))
    above = Box(box.x + 0.5, low.y - size * 1.12, box.w - 1, size * 1.1)
    write_text(side, replace(pen, height=size * 0.88), entry.text, above, dice.sub("right"))
    return True


def _fluid(side: Page, pen: Writer, entry: Entry, dice: Dice) -> bool:
    """A wrong value under correction fluid, the right one on it. The paper around is less white than the fluid."""
    box = entry.field.box
    size = min(pen.height, box.h * 0.8)
    wrong = "".join(dice.one(entry.text) for _ in range(min(6, len(entry.text))))
    width = min(box.w - 2, size * sum(0.6 if c.isascii() else 1.05 for c in wrong) + 1)
    write_text(side, pen, wrong, Box(box.x, box.y, width + 1.6, box.h), dice.sub("wrong"))
    over = Box(box.x + 1, box.y + (box.h - size) / 2 - 0.4, width, size + 0.8)
    side[:] = damage.whitened(side, over, dice.sub("fluid"))
    write_text(side, pen, entry.text, box, dice.sub("right"))
    return True


WAYS: Mapping[str, Way | None] = {
    "as usual": _as_usual,
    "across the rules": _over_rules,
    "out of the box": _beyond,
    "a neighbour's strokes": _intruded,
    "two lines, tight": _two_tight,
    "crossed out, one line": _rewritten(strike_out),
    "crossed out, two lines": _rewritten(_strike_two),
    "scribbled out": _rewritten(_scribble),
    "crossed out, new above": _rewritten_above,
    "correction fluid": _fluid,
}

# -- what lies over or under everything -------------------------------------------------------------------------------


def _sealed(side: Page, entries: Sequence[Entry], dice: Dice) -> tuple[Page, set[str]]:
    """Two seals over filled-in fields; those whose box has at least a hundredth of it under the ink count."""
    written = [e for e in entries if e.text and e.field.kind is not Kind.SIGNATURE]
    before = side.copy()
    for number in range(2):
        box = dice.sub(number).one(written).field.box
        middle = box.x + min(box.w / 2, 12) + dice.near(0, 5), box.y + box.h / 2 + dice.near(0, 8)
        side = damage.sealed(side, *middle, dice.sub("seal", number), radius=dice.uniform(18, 21))
    changed = np.abs(side.astype(np.int16) - before).max(axis=2) > 60
    hit = {e.field.key for e in written if _share(changed, e.field.box) > 0.01}
    return side, hit


def _share(changed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], box: Box) -> float:
    left, top, right, bottom = (round(v * PX_PER_MM) for v in (box.x, box.y, box.right, box.bottom))
    return float(changed[top:bottom, left:right].mean())


def _tinted(side: Page, entries: Sequence[Entry], dice: Dice) -> tuple[Page, set[str]]:
    """Coloured paper: what is printed and written on it darkens it."""
    tint = np.array(dice.one(TINTS), np.float32) / 255
    tinted = (side.astype(np.float32) * tint).astype(np.uint8)
    return tinted, {e.field.key for e in entries if e.text}


def _everything(side: Page, entries: Sequence[Entry], _dice: Dice) -> tuple[Page, set[str]]:
    return side, {e.field.key for e in entries if e.text}


COVERED: Mapping[str, Callable[[Page, Sequence[Entry], Dice], tuple[Page, set[str]]]] = {
    "seal, colour": _sealed,
    "seal, grey": _sealed,
    "coloured paper": _tinted,
    "coloured paper, grey": _tinted,
    "bleed-through": _everything,
}
