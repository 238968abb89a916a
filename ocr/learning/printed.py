"""What is printed on a page, as runs of text: where they stand by the picture, what they say by the PDF or the network.

A run is text without a wide gap, a tick box or a pair of brackets in it. Runs make lines; characters one below the
other make one run that is read downwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box
from ocr.learning.cells import around, holds
from ocr.learning.rules import Together
from ocr.learning.signs import BOX_SIGNS, Piece, Pieces, Sign
from ocr.recogniser import Recogniser
from ocr.registration import PX_PER_MM, Picture

WIDE_GAP = 1.15
"""In heights of the line: a wider gap parts two runs."""
DIRT = 1.3
"""Millimetres: a run smaller than this stands for itself nowhere in print."""
SIGN_CHARACTERS = frozenset("()（）[]【】〔〕") | BOX_SIGNS
APART = 0.5
"""Gap between runs on the strip that the network reads, in heights of the line."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a PDF's text, box in millimetres of the page."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Run:
    """Text that stands together. ``downwards``: its characters stand one below the other."""

    box: Box
    text: str = ""
    confidence: float = 0.0
    downwards: bool = False
    boxes: tuple[Box, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """Runs of one line, from left to right."""

    runs: tuple[Run, ...]

    @property
    def box(self) -> Box:
        return around([r.box for r in self.runs])

    @property
    def text(self) -> str:
        return "".join(r.text for r in self.runs)


def lines_of(pieces: Sequence[Piece], signs: Sequence[Sign], region: Box | None) -> list[Line]:
    """The lines that pieces of ink make, top to bottom, texts still unread. ``region``: the cell they stand in."""
    inked = [p.box for p in pieces if not any(_within(s.whole, p.box) for s in signs)]
    groups = _characters(inked)
    if not groups:
        return []
    column = _column(groups, region)
    if column is not None and not signs:
        return [Line((Run(around(column), downwards=True, boxes=tuple(column)),))]
    found = [Line(runs) for members in _levels(groups) if (runs := tuple(_runs(members, signs)))]
    return sorted(found, key=lambda line: (line.box.y + line.box.h / 2, line.box.x))


def _within(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x - 0.15 <= x <= outer.right + 0.15 and outer.y - 0.15 <= y <= outer.bottom + 0.15


def _characters(boxes: Sequence[Box]) -> list[Box]:
    """Pieces that overlap or nearly touch made into characters or parts of words."""
    if not boxes:
        return []
    tall = float(np.percentile([max(b.w, b.h) for b in boxes], 80))
    groups = sorted(boxes, key=lambda b: b.x)
    merged = True
    while merged:
        merged = False
        done: list[Box] = []
        for box in groups:
            for n, other in enumerate(done):
                if _one_character(box, other, tall):
                    done[n] = around((box, other))
                    merged = True
                    break
            else:
                done.append(box)
        groups = done
    return groups


def _one_character(one: Box, other: Box, tall: float) -> bool:
    both = around((one, other))
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    if max(both.w, both.h) > 1.12 * max(tall, 1.5):
        return across > 0.1 and down > 0.1 and both.h < 1.5 * tall
    # parts of one character lie above each other (二), or side by side (川)
    if across > 0.3 * min(one.w, other.w):
        return down > -0.62 * tall
    return down > 0.3 * min(one.h, other.h) and across > -0.22 * tall


def _column(groups: Sequence[Box], region: Box | None) -> list[Box] | None:
    """The characters of a label that is written downwards, None where it isn't."""
    if len(groups) < 2:
        return None
    ordered = sorted(groups, key=lambda b: b.y)
    wide = max(b.w for b in ordered)
    middles = [b.x + b.w / 2 for b in ordered]
    if max(middles) - min(middles) > 0.5 * wide or wide > 9:
        return None
    if any(min(a.bottom, b.bottom) - max(a.y, b.y) > 0.2 * wide for a, b in pairwise(ordered)):
        return None
    if region is not None and region.w > 4.2 * wide and region.h < 1.6 * region.w:
        return None
    # strokes of one character that are far apart are put together: a character is about as tall as wide
    done = [ordered[0]]
    for box in ordered[1:]:
        both = around((done[-1], box))
        if both.h <= 1.08 * wide and box.y - done[-1].bottom < 0.45 * wide:
            done[-1] = both
        else:
            done.append(box)
    return done if len(done) >= 2 else None


def _levels(groups: Sequence[Box]) -> list[list[Box]]:
    """Characters by the line they stand on: what overlaps in height and isn't far away."""
    together = Together(len(groups))
    order = sorted(range(len(groups)), key=lambda n: groups[n].x)
    tall = float(np.percentile([g.h for g in groups], 75))
    for position, n in enumerate(order):
        box = groups[n]
        for other in order[position + 1 :]:
            next_box = groups[other]
            if next_box.x - box.right > 60:
                break
            overlap = min(box.bottom, next_box.bottom) - max(box.y, next_box.y)
            small = min(box.h, next_box.h)
            if overlap > 0.55 * small and max(box.h, next_box.h) < 3 * tall:
                together.join(n, other)
    # dots and dashes at the foot of a line overlap nothing: they go to the nearest line
    found = [[groups[n] for n in members] for members in together.groups()]
    found.sort(key=lambda m: -max(b.h for b in m))
    kept: list[list[Box]] = []
    for group in found:
        box = around(group)
        home = next((k for k in kept if _belongs(box, around(k), tall)), None) if box.h < 0.5 * tall else None
        if home is None:
            kept.append(group)
        else:
            home.extend(group)
    return kept


def _belongs(small: Box, line: Box, tall: float) -> bool:
    middle = small.y + small.h / 2
    return (
        line.y - 0.15 * tall <= middle <= line.bottom + 0.15 * tall
        and line.x - 3 * tall < small.x < line.right + 3 * tall
    )


def _runs(members: Sequence[Box], signs: Sequence[Sign]) -> Iterable[Run]:
    ordered = sorted(members, key=lambda b: b.x)
    tall = max(float(np.percentile([b.h for b in ordered], 80)), 1.5)
    run = [ordered[0]]
    for box in [*ordered[1:], None]:
        end = max(b.right for b in run)
        if box is None or box.x - end > WIDE_GAP * tall or _parted(end, box, around(run), signs):
            whole = around(run)
            if max(whole.w, whole.h) >= DIRT:
                yield Run(whole, boxes=tuple(run))
            run = []
        if box is not None:
            run.append(box)


def _parted(end: float, box: Box, run: Box, signs: Sequence[Sign]) -> bool:
    for sign in signs:
        middle = sign.whole.x + sign.whole.w / 2
        level = min(run.bottom, sign.whole.bottom) - max(run.y, sign.whole.y)
        if end - 0.4 <= middle <= box.x + 0.4 and level > 0:
            return True
    return False


# -- reading ----------------------------------------------------------------------------------------------------------


class Printer:
    """Says what runs say: by the PDF's visible characters where it has them, else by the recognition network."""

    def __init__(
        self, grey: Picture, pieces: Pieces, characters: Sequence[Character], recogniser: Recogniser | None
    ) -> None:
        self._grey = grey
        self._pieces = pieces
        self._characters = characters
        self._recogniser = recogniser

    def without(self, signs: Sequence[Sign]) -> None:
        """Leave out the characters that signs are made of: brackets with nothing in them, box characters."""
        self._characters = [
            c
            for c in self._characters
            if c.text not in SIGN_CHARACTERS or not any(_overlap(s.whole, c.box) for s in signs)
        ]

    def read(self, lines: Sequence[Line]) -> list[Line]:
        """The lines with their texts; runs that say nothing are left out."""
        read = [self._line(line) for line in lines]
        kept = [Line(tuple(r for r in line.runs if r.text)) for line in read]
        return [line for line in kept if line.runs]

    def knows(self, box: Box) -> bool:
        """Whether the page's own text has a character at this place."""
        return any(holds(box, c.box.x + c.box.w / 2, c.box.y + c.box.h / 2) for c in self._characters)

    def is_letter(self, box: Box) -> bool:
        """Whether the page's own text says that a square is a character (口) and no sign."""
        there = [c for c in self._characters if holds(box, c.box.x + c.box.w / 2, c.box.y + c.box.h / 2)]
        return any(unicodedata.category(c.text[0]) == "Lo" for c in there if c.text)

    def _line(self, line: Line) -> Line:
        told = [self._told(run) for run in line.runs]
        if all(told):
            return Line(tuple(replace(r, text=t, confidence=1.0) for r, t in zip(line.runs, told, strict=True)))
        if self._recogniser is None:
            return line
        seen = self._seen(line)
        return Line(tuple(replace(s, text=t, confidence=1.0) if t else s for s, t in zip(seen, told, strict=True)))

    def _told(self, run: Run) -> str:
        # a bracket's ink fills half of its square only: its middle may lie beyond the ink
        more = 0.35 * min(run.box.h, run.box.w) if run.downwards else 0.38 * run.box.h
        reach = Box(run.box.x - more, run.box.y - 0.6, run.box.w + 2 * more, run.box.h + 1.2)
        inside = [
            c
            for c in self._characters
            if c.text not in "_＿" and holds(reach, c.box.x + c.box.w / 2, c.box.y + c.box.h / 2)
        ]
        order = (lambda c: (c.box.y, c.box.x)) if run.downwards else (lambda c: (c.box.x, c.box.y))
        return "".join(c.text for c in sorted(inside, key=order)).strip(" _＿")

    def _seen(self, line: Line) -> tuple[Run, ...]:
        strip, edges = self._strip(line)
        recogniser = self._recogniser
        if recogniser is None or strip.size == 0:
            return line.runs
        trace = recogniser.trace(strip)
        texts = [""] * len(line.runs)
        scores: list[list[float]] = [[] for _ in line.runs]
        for character in recogniser.greedy(trace.probabilities).characters:
            at = (character.start + character.end) / 2 * trace.step
            n = min(range(len(edges)), key=lambda i: max(edges[i][0] - at, at - edges[i][1], 0.0))
            texts[n] += character.text
            scores[n].append(character.confidence)
        return tuple(
            replace(run, text=text.strip(), confidence=float(np.mean(score)) if score else 0.0)
            for run, text, score in zip(line.runs, texts, scores, strict=True)
        )

    def _strip(self, line: Line) -> tuple[Picture, list[tuple[float, float]]]:
        """The runs of a line side by side on one strip, and where on it each stands, in pixels."""
        parts: list[tuple[Picture, float]] = []
        if line.runs[0].downwards:
            side = max(max(b.w, b.h) for b in line.runs[0].boxes)
            parts = [(self._crop(_square(b, side)), 0.08 * side) for b in line.runs[0].boxes]
        else:
            level = line.box
            parts = [(self._crop(Box(r.box.x, level.y, r.box.w, level.h)), APART * level.h) for r in line.runs]
        tall = max(p.shape[0] for p, _ in parts)
        pad = round(0.14 * tall)
        canvas: list[Picture] = [np.full((tall + 2 * pad, 2 * pad), 255, np.uint8)]
        edges: list[tuple[float, float]] = []
        at = 2.0 * pad
        for picture, gap in parts:
            padded = np.full((tall + 2 * pad, picture.shape[1]), 255, np.uint8)
            top = pad + (tall - picture.shape[0]) // 2
            padded[top : top + picture.shape[0]] = picture
            edges.append((at, at + picture.shape[1]))
            space = max(1, round(gap * PX_PER_MM))
            canvas += [padded, np.full((tall + 2 * pad, space), 255, np.uint8)]
            at += picture.shape[1] + space
        if line.runs[0].downwards:
            edges = [(edges[0][0], edges[-1][1])]
        return np.concatenate([*canvas, np.full((tall + 2 * pad, 2 * pad), 255, np.uint8)], axis=1), edges

    def _crop(self, box: Box) -> Picture:
        height, width = self._grey.shape
        x, y = max(0, round((box.x - 0.1) * PX_PER_MM)), max(0, round((box.y - 0.1) * PX_PER_MM))
        right, bottom = (
            min(width, round((box.right + 0.1) * PX_PER_MM)),
            min(height, round((box.bottom + 0.1) * PX_PER_MM)),
        )
        return np.ascontiguousarray(self._grey[y : max(bottom, y + 1), x : max(right, x + 1)])


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.x, other.x)
    return across > 0.05 and min(one.bottom, other.bottom) - max(one.y, other.y) > 0


def _square(box: Box, side: float) -> Box:
    return Box(box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side)


def clean_grey(ink: npt.NDArray[np.float32], rules: npt.NDArray[np.bool_]) -> Picture:
    """The page as the network reads it: black on white, rules taken away."""
    wide = cv2.dilate(rules.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    shown = np.where(wide, 0, ink)
    return np.asarray(255 * (1 - np.clip(shown * 1.15 - 0.06, 0, 1)), dtype=np.uint8)
