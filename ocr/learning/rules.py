"""Ruled lines of a printed page, found in its picture: solid, thin, grey, doubled, dashed.

Lines are told from text by length and by what they touch: a rule of a table meets other rules; a line that meets none
is there to write on. Everything is in millimetres of the flat page, pictures at ``PX_PER_MM``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ocr.registration import PX_PER_MM

Mask = npt.NDArray[np.bool_]
Ink = npt.NDArray[np.float32]

FAINTEST = 0.12
"""Darkness from which a pixel may belong to a rule: a hairline at 200 dpi is a grey trace."""
SHORTEST_ACROSS, SHORTEST_DOWN = 5.0, 4.0
"""Millimetres. Strokes of characters are shorter; of large titles not, but those meet nothing."""
THICKEST = 1.6
"""A thicker bar is a picture, not a rule (two rules of a double line, half a millimetre apart, are one)."""
MEETS = 1.2
"""How far, in millimetres, an end may stop short of the rule it belongs to."""
SAME_LINE = 0.45
BROKEN = 2.5
"""Pieces of one rule may be this far apart; short ones nearer, they may be the walls of two cells."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight rule: ``at`` is y of a horizontal and x of a vertical one, from ``start`` to ``end``; ``thick`` wide.

    Millimetres, the middle of the rule.
    """

    at: float
    start: float
    end: float
    thick: float

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """``across`` and ``down``: the rules of tables; ``underlines``: lines to write on. ``mask``: their pixels."""

    across: tuple[Rule, ...]
    down: tuple[Rule, ...]
    underlines: tuple[Rule, ...]
    mask: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The course of one line that may be bent: ``along`` and ``across`` in pixels, one point per millimetre."""

    along: npt.NDArray[np.float64]
    across: npt.NDArray[np.float64]


def find_rules(ink: Ink) -> Rules:
    """All rules of a flat, upright page's ink (``ocr.refine.ink_map``)."""
    dark = ink > FAINTEST
    runs_across, runs_down = _runs(dark, SHORTEST_ACROSS), _runs(dark.T, SHORTEST_DOWN).T
    across, down = _pieces(runs_across), _pieces(runs_down.T)
    dashed_across, dashed_mask = _dashed(dark & ~runs_across & ~runs_down)
    dashed_down, dashed_mask_down = _dashed((dark & ~runs_across & ~runs_down).T)
    across = _joined([*across, *dashed_across])
    down = _joined([*down, *dashed_down])
    table_across, table_down = _of_tables(across, down)
    kept = set(map(id, (*table_across, *table_down)))
    alone = (r for r in across if id(r) not in kept and r.length >= 6.0 and r.thick < 0.9)
    others = dark & ~_drawn(ink.shape, table_across, table_down)
    underlines = tuple(r for r in alone if _is_free(r, others))
    mask = _drawn(ink.shape, (*table_across, *underlines), table_down) & (
        runs_across | runs_down | dashed_mask | dashed_mask_down.T
    )
    return Rules(table_across, table_down, underlines, mask)


def _is_free(rule: Rule, dark: Mask) -> bool:
    """Whether a line has room above it, and isn't a stroke of a large character."""

    def share(low: float, high: float) -> float:
        rows = slice(max(0, round((rule.at + low) * PX_PER_MM)), max(0, round((rule.at + high) * PX_PER_MM)))
        band = dark[rows, round(rule.start * PX_PER_MM) : round(rule.end * PX_PER_MM)]
        return float(band.any(axis=0).mean()) if band.size else 0.0

    half = rule.thick / 2
    touched = max(share(-half - 0.6, -half - 0.15), share(half + 0.15, half + 0.6))
    return share(-half - 3.0, -half - 0.4) < 0.4 and (
        rule.length > 14 or (touched < 0.12 and share(half + 0.4, half + 2.5) < 0.5)
    )


def traces(ink: Ink, shortest_mm: float) -> tuple[list[Trace], list[Trace]]:
    """Long lines across and down with their bends, for laying the page flat."""
    dark = ink > FAINTEST
    return _traced(_runs(dark, SHORTEST_ACROSS), shortest_mm), _traced(_runs(dark.T, SHORTEST_DOWN), shortest_mm)


def _runs(dark: Mask, shortest_mm: float) -> Mask:
    """Pixels of nearly unbroken horizontal runs of at least ``shortest_mm``; a row up or down is still the same run."""
    length = round(shortest_mm * PX_PER_MM)
    thick = np.asarray(cv2.dilate(dark.astype(np.uint8), np.ones((3, 1), np.uint8)), dtype=np.uint8)
    covered = cv2.blur(thick.astype(np.float32), (length, 1), borderType=cv2.BORDER_CONSTANT)
    whole = (covered >= 0.94).astype(np.uint8)
    spread = np.asarray(cv2.dilate(whole, np.ones((1, length), np.uint8)), dtype=np.uint8) & thick
    # dark places too thick for a rule are pictures or filled boxes
    tall = round(THICKEST * PX_PER_MM)
    solid = cv2.morphologyEx(spread, cv2.MORPH_OPEN, np.ones((tall, tall), np.uint8))
    return np.asarray((spread > 0) & dark & (np.asarray(solid) == 0), dtype=np.bool_)


def _pieces(runs: Mask) -> list[Rule]:
    """Straight horizontal pieces of a mask of runs, in millimetres."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(runs.astype(np.uint8), connectivity=8)
    found = []
    for n in range(1, count):
        x, _y, w, h, area = (int(v) for v in stats[n])
        thick = area / max(1, w) / PX_PER_MM
        if w / PX_PER_MM >= SHORTEST_DOWN * 0.9 and h / PX_PER_MM <= THICKEST and thick <= THICKEST:
            at = (float(centres[n][1]) + 0.5) / PX_PER_MM
            found.append(Rule(at, x / PX_PER_MM, (x + w) / PX_PER_MM, max(0.1, thick)))
    return found


def _traced(runs: Mask, shortest_mm: float) -> list[Trace]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs.astype(np.uint8), connectivity=8)
    found = []
    step = round(PX_PER_MM)
    for n in range(1, count):
        x, y, w, h = (int(v) for v in stats[n, :4])
        if w < shortest_mm * PX_PER_MM or h > 0.12 * w + 2 * PX_PER_MM:
            continue
        own = labels[y : y + h, x : x + w] == n
        columns = np.arange(step // 2, w, step)
        counts = own[:, columns].sum(axis=0)
        good = (counts > 0) & (counts < 2.5 * max(1.0, float(np.median(counts))))
        middle = (own[:, columns] * np.arange(h)[:, None]).sum(axis=0) / np.maximum(1, counts)
        if int(good.sum()) >= 8:
            found.append(Trace(x + columns[good].astype(np.float64) + 0.5, y + middle[good].astype(np.float64) + 0.5))
    return found


def _dashed(dark: Mask) -> tuple[list[Rule], Mask]:
    """Rules made of dashes or dots: small pieces in a row, none larger among them, hardly apart."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    w, h = stats[:, cv2.CC_STAT_WIDTH] / PX_PER_MM, stats[:, cv2.CC_STAT_HEIGHT] / PX_PER_MM
    small = (h <= 0.9) & (w <= 4.5)
    small[0] = False
    dots = np.asarray(small[labels], dtype=np.bool_)
    reach = round(2.2 * PX_PER_MM)
    closed = cv2.morphologyEx(dots.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    # what crosses (a dotted rule down) is no larger than a dot either, but makes rows of its own there
    length = round(12.0 * PX_PER_MM)
    level = cv2.dilate(closed, np.ones((3, 1), np.uint8)).astype(np.float32)
    whole = (cv2.blur(level, (length, 1), borderType=cv2.BORDER_CONSTANT) >= 0.93).astype(np.uint8)
    lines = (cv2.dilate(whole, np.ones((1, length), np.uint8)) > 0) & (level > 0)
    found = []
    mask = np.zeros(dark.shape, np.bool_)
    for rule in _pieces(np.asarray(lines, dtype=np.bool_)):
        rows = slice(max(0, round((rule.at - 0.5) * PX_PER_MM)), round((rule.at + 0.5) * PX_PER_MM) + 1)
        columns = slice(round(rule.start * PX_PER_MM), round(rule.end * PX_PER_MM))
        there = np.unique(labels[rows, columns])
        there = there[there > 0]
        covered = float(dots[rows, columns].any(axis=0).mean())
        if rule.length < 14 or len(there) < 8 or covered < 0.15 or float(small[there].mean()) < 0.85:
            continue
        found.append(Rule(rule.at, rule.start, rule.end, min(rule.thick, float(np.median(h[there])) + 0.1)))
        mask[rows, columns] |= dots[rows, columns]
    return found, mask


def _joined(pieces: Sequence[Rule]) -> list[Rule]:
    """Pieces of the same rule as one; two rules of a double line as one in their middle."""
    left = sorted(pieces, key=lambda r: (r.at, r.start))
    done: list[Rule] = []
    while left:
        rule = left.pop(0)
        grown = True
        while grown:
            grown = False
            for other in list(left):
                if other.at - rule.at > 1.2:
                    break
                overlap = min(rule.end, other.end) - max(rule.start, other.start)
                gap = BROKEN if min(rule.length, other.length) >= 15 else BROKEN / 3
                same = abs(other.at - rule.at) <= SAME_LINE and overlap >= -gap
                doubled = abs(other.at - rule.at) <= 1.2 and overlap > 0.9 * max(rule.length, other.length)
                if same or doubled:
                    left.remove(other)
                    rule = _merged(rule, other, doubled=doubled and abs(other.at - rule.at) > SAME_LINE / 2)
                    grown = True
        done.append(rule)
    return done


def _merged(one: Rule, other: Rule, *, doubled: bool) -> Rule:
    total = one.length + other.length
    at = (one.at * one.length + other.at * other.length) / total
    thick = abs(one.at - other.at) + (one.thick + other.thick) / 2 if doubled else max(one.thick, other.thick)
    return Rule(at, min(one.start, other.start), max(one.end, other.end), thick)


def _of_tables(across: Sequence[Rule], down: Sequence[Rule]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules that belong to tables: networks of rules that meet, and rows of rules as long as one another."""
    rules = [*across, *down]
    together = Together(len(rules))
    for i, h in enumerate(across):
        for j, v in enumerate(down, start=len(across)):
            if _meet(h, v):
                together.join(i, j)
        for k in range(i):
            if _stacked(h, across[k]):
                together.join(i, k)
    kept: set[int] = set()
    for group in together.groups():
        if len(group) >= 3 and _is_table([n for n in group if n < len(across)], group, rules, len(across)):
            kept.update(group)
    table_across = tuple(r for n, r in enumerate(across) if n in kept)
    table_down = tuple(r for n, r in enumerate(rules) if n in kept and n >= len(across))
    return table_across, table_down


def _stacked(one: Rule, other: Rule) -> bool:
    """Rules of a table that has no vertical ones: of one length, above each other."""
    alike = abs(one.start - other.start) < 1.5 and abs(one.end - other.end) < 1.5
    return alike and one.length > 60 and abs(one.at - other.at) < 40


class Together:
    """Things by number, joined into groups (disjoint sets)."""

    def __init__(self, count: int) -> None:
        self._owner = list(range(count))

    def root(self, n: int) -> int:
        while self._owner[n] != n:
            self._owner[n] = self._owner[self._owner[n]]
            n = self._owner[n]
        return n

    def join(self, one: int, other: int) -> None:
        self._owner[self.root(one)] = self.root(other)

    def groups(self) -> list[list[int]]:
        """Members by group, in order of their first."""
        found: dict[int, list[int]] = {}
        for n in range(len(self._owner)):
            found.setdefault(self.root(n), []).append(n)
        return list(found.values())


def _is_table(lying: list[int], group: list[int], rules: Sequence[Rule], count: int) -> bool:
    """Wider than two dozen millimetres and with rows: the strokes of a large 国 are not."""
    if len(lying) < 2:
        return False
    left, right = min(rules[n].start for n in lying), max(rules[n].end for n in lying)
    top, bottom = min(rules[n].at for n in lying), max(rules[n].at for n in lying)
    standing = len(group) - len([n for n in group if n < count])
    return right - left >= 24 and bottom - top >= 4 and (standing >= 1 or len(lying) >= 3)


def _meet(h: Rule, v: Rule) -> bool:
    return h.start - MEETS <= v.at <= h.end + MEETS and v.start - MEETS <= h.at <= v.end + MEETS


def _drawn(shape: tuple[int, ...], across: Iterable[Rule], down: Iterable[Rule]) -> Mask:
    """Where the kept rules are, a little wider than they are thick."""
    canvas = np.zeros(shape, np.uint8)
    for lying, rules in ((True, across), (False, down)):
        for r in rules:
            half = r.thick / 2 + 0.25
            a, b = round((r.at - half) * PX_PER_MM), round((r.at + half) * PX_PER_MM) + 1
            s, e = round((r.start - 0.3) * PX_PER_MM), round((r.end + 0.3) * PX_PER_MM) + 1
            if lying:
                canvas[max(0, a) : b, max(0, s) : e] = 1
            else:
                canvas[max(0, s) : e, max(0, a) : b] = 1
    return canvas.astype(np.bool_)


def extended(rules: Rules) -> Rules:
    """Ends drawn on to the rule they stop short of, and open sides of tables closed."""
    across = [
        replace(r, start=_end(r.start, r.at, rules.down), end=_end(r.end, r.at, rules.down)) for r in rules.across
    ]
    down = [replace(r, start=_end(r.start, r.at, across), end=_end(r.end, r.at, across)) for r in rules.down]
    closed_down = [*down, *_closing(across, down)]
    closed_across = [*across, *_closing(closed_down, across)]
    return replace(rules, across=tuple(closed_across), down=tuple(closed_down))


def _end(end: float, at: float, others: Iterable[Rule]) -> float:
    """Where an end stops: at the nearest rule that crosses its line, if that is near."""
    near = [o for o in others if o.start - MEETS <= at <= o.end + MEETS and abs(o.at - end) <= 2 * MEETS]
    if not near:
        return end
    # an end that stands on its own frame (boxes for single characters) isn't drawn on to the cell's
    best = min(near, key=lambda o: abs(o.at - end))
    return best.at


def _closing(lying: Sequence[Rule], standing: Sequence[Rule]) -> list[Rule]:
    """Rules that a table without its outer border lacks: where the ends of its outermost rules stand in one line."""
    found: list[Rule] = []
    for table in _stacks([r for r in lying if r.length >= 12]):
        for side, outermost in (("start", min), ("end", max)):
            at = outermost(float(getattr(r, side)) for r in table)
            levels = sorted(r.at for r in table if abs(float(getattr(r, side)) - at) < 1.5)
            for one, other in pairwise(levels):
                middle = (one + other) / 2
                there = any(abs(v.at - at) < 1.5 and v.start - 1 <= middle <= v.end + 1 for v in standing)
                if not there and 3.5 <= other - one <= 60:
                    found.append(Rule(at, one, other, 0.1))
    return found


def _stacks(lying: Sequence[Rule]) -> list[list[Rule]]:
    """Rules table by table: those above each other without a large gap."""
    tables: list[list[Rule]] = []
    for rule in sorted(lying, key=lambda r: r.at):
        home = next(
            (t for t in tables if rule.at - t[-1].at < 60 and any(_over(rule, other) for other in t)),
            None,
        )
        if home is None:
            tables.append([rule])
        else:
            home.append(rule)
    return [t for t in tables if len(t) >= 3]


def _over(one: Rule, other: Rule) -> bool:
    return min(one.end, other.end) - max(one.start, other.start) > 0
