"""Printed signs that ask for a mark or a figure: tick boxes, circles, pairs of brackets, rows of small boxes.

Told by their shape in the picture; where the page's own text is known, it has the last word (a 口 is no box).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box
from ocr.learning.asked import SignKind
from ocr.learning.cells import around
from ocr.learning.rules import Ink, Mask
from ocr.registration import PX_PER_MM

TEXT_INK = 0.3
"""Darkness of text; specks and shadows are lighter."""
FRAME_INK = 0.15
"""Darkness of the thin sides of a □ in a light type, which a coarse scan shows as a grey trace."""
BOX_SIDES = (1.9, 9.5)
"""Millimetres. Larger frames are cells."""
TICK_SIDE = 6.5
COMB_LEAST = 6
BOX_SIGNS = frozenset("□☐▢◻❏❑▭⬜◯○")


@dataclass(frozen=True, slots=True)
class Sign:
    """A place for a mark: ``box`` is the square itself, or the room between brackets; ``whole`` what is printed."""

    kind: SignKind
    box: Box
    whole: Box


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Connected ink: its box in millimetres, its number in ``Pieces.labels``."""

    number: int
    box: Box
    area: float


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """All connected ink of a page without its rules."""

    labels: npt.NDArray[np.int32]
    all: tuple[Piece, ...]

    def patch(self, piece: Piece) -> Mask:
        """The piece's own pixels, cut to its box."""
        x, y = round(piece.box.x * PX_PER_MM), round(piece.box.y * PX_PER_MM)
        w, h = round(piece.box.w * PX_PER_MM), round(piece.box.h * PX_PER_MM)
        return np.asarray(self.labels[y : y + h, x : x + w] == piece.number, dtype=np.bool_)

    def all_ink(self, piece: Piece) -> Mask:
        """All ink in the piece's box."""
        x, y = round(piece.box.x * PX_PER_MM), round(piece.box.y * PX_PER_MM)
        w, h = round(piece.box.w * PX_PER_MM), round(piece.box.h * PX_PER_MM)
        return np.asarray(self.labels[y : y + h, x : x + w] > 0, dtype=np.bool_)


def pieces_of(ink: Ink, rules: Mask, level: float = TEXT_INK) -> Pieces:
    """The connected ink of a page darker than ``level``, specks left out."""
    dark = ((ink > level) & ~rules).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    found = []
    for n in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[n])
        if area >= 12 and max(w, h) >= 3:
            box = Box(x / PX_PER_MM, y / PX_PER_MM, w / PX_PER_MM, h / PX_PER_MM)
            found.append(Piece(n, box, area / PX_PER_MM**2))
    return Pieces(np.asarray(labels, dtype=np.int32), tuple(found))


def hollow(*levels: Pieces) -> list[tuple[Piece, SignKind]]:
    """Pieces that are empty frames: squares with four whole sides, circles. ``levels``: darker ink before lighter."""
    found: list[tuple[Piece, SignKind]] = []
    for pieces in levels:
        known = [p.box for p, _ in found]
        found += [(p, kind) for p, kind in _hollow(pieces) if not any(_same(p.box, box) for box in known)]
    return found


def _same(one: Box, other: Box) -> bool:
    return abs(one.x + one.w / 2 - other.x - other.w / 2) < 1.0 and abs(one.y + one.h / 2 - other.y - other.h / 2) < 1.0


def _hollow(pieces: Pieces) -> list[tuple[Piece, SignKind]]:
    found = []
    for piece in pieces.all:
        w, h = piece.box.w, piece.box.h
        if not (BOX_SIDES[0] <= min(w, h) and max(w, h) <= BOX_SIDES[1] and 0.62 <= w / h <= 1.6):
            continue
        kind = _frame(pieces.patch(piece), pieces.all_ink(piece))
        if kind is not None:
            found.append((piece, kind))
    return found


def _frame(patch: Mask, all_ink: Mask) -> SignKind | None:
    height, width = patch.shape
    # 因 and 回 are frames too, with something in them that doesn't touch
    inner = all_ink[round(0.28 * height) : round(0.72 * height), round(0.28 * width) : round(0.72 * width)]
    if inner.size == 0 or inner.mean() > 0.02:
        return None
    rows, columns = patch.mean(axis=1), patch.mean(axis=0)
    band_y, band_x = max(2, round(0.22 * height)), max(2, round(0.22 * width))
    sides = (rows[:band_y], rows[-band_y:][::-1], columns[:band_x], columns[-band_x:][::-1])
    if all(float(side.max()) > 0.88 for side in sides):
        # the feet of a 口 stand out below its lower stroke, its shoulders above the upper one
        deepest = max(int(np.argmax(side > 0.8)) / len(patch if n < 2 else patch[0]) for n, side in enumerate(sides))
        return SignKind.SQUARE if deepest <= 0.07 else None
    ys, xs = np.nonzero(patch)
    radius = np.hypot((ys + 0.5) / height - 0.5, (xs + 0.5) / width - 0.5)
    angles = np.arctan2(ys + 0.5 - height / 2, xs + 0.5 - width / 2)
    whole = len(np.unique(np.floor(angles / (2 * np.pi) * 36))) >= 36
    if whole and 0.85 < width / height < 1.18 and float(radius.std()) < 0.06 and float(radius.mean()) > 0.36:
        return SignKind.CIRCLE
    return None


def combs(frames: Sequence[Box], faces: Sequence[Box]) -> list[tuple[Box, ...]]:
    """Rows of at least ``COMB_LEAST`` small boxes, one per character, from left to right.

    ``frames``: boxes that stand alone; ``faces``: small faces between rules. Groups may be a little apart.
    """
    small = sorted({*frames, *(f for f in faces if 2.5 <= f.w <= 9.5 and 3.0 <= f.h <= 16)}, key=lambda b: (b.y, b.x))
    rows: list[list[Box]] = []
    for box in small:
        home = next((r for r in rows if abs(r[0].y - box.y) < 0.8 and abs(r[0].h - box.h) < 0.9), None)
        if home is None:
            rows.append([box])
        else:
            home.append(box)
    found = []
    for row in rows:
        row.sort(key=lambda b: b.x)
        chain: list[Box] = []
        for box in row:
            if chain and not _next(chain, box):
                found.append(tuple(chain))
                chain = []
            chain.append(box)
        found.append(tuple(chain))
    return [row for row in found if len(row) >= COMB_LEAST]


def _next(chain: Sequence[Box], box: Box) -> bool:
    typical = float(np.median([b.w for b in chain]))
    gap = box.x - chain[-1].right
    return -0.4 <= gap <= max(2.6, 0.5 * typical) and abs(box.w - typical) < 0.3 * typical + 0.3


def brackets(*levels: Pieces) -> list[Sign]:
    """Pairs of brackets with nothing between them. ``levels``: darker ink before lighter."""
    found: list[Sign] = []
    for pieces in levels:
        known = [s.whole for s in found]
        found += [s for s in _brackets(pieces) if not any(_same(s.whole, box) for box in known)]
    return found


def _brackets(pieces: Pieces) -> list[Sign]:
    opening, closing = [], []
    for piece in pieces.all:
        w, h = piece.box.w, piece.box.h
        if not (1.9 <= h <= 7.5 and 0.25 <= w <= 2.4 and w < 0.55 * h):
            continue
        bow = _bow(pieces.patch(piece))
        if bow > 0:
            opening.append(piece)
        elif bow < 0:
            closing.append(piece)
    found = []
    for left in opening:
        partners = [c for c in closing if _pair(left.box, c.box)]
        if not partners:
            continue
        right = min(partners, key=lambda c: c.box.x)
        room = Box(left.box.right, left.box.y, right.box.x - left.box.right, left.box.h)
        if not _anything(pieces, room, {left.number, right.number}):
            whole = around((left.box, right.box))
            box = Box(room.x, whole.y, room.w, whole.h)
            found.append(Sign(SignKind.BRACKETS, box, whole))
    return found


def _bow(patch: Mask) -> int:
    """1 for an opening bracket, -1 for a closing one, 0 for anything else."""
    height, width = patch.shape
    if height < 12 or width < 3:
        return 0
    rows = patch.any(axis=1)
    if rows.mean() < 0.97 or patch.mean() > 0.75:
        return 0
    extent = width - np.argmax(patch[:, ::-1], axis=1) - np.argmax(patch, axis=1)
    middle = slice(round(0.3 * height), round(0.7 * height))
    if float(np.median(extent[middle])) > 0.6 * PX_PER_MM:
        return 0
    centre = (patch * np.arange(width)).sum(axis=1) / np.maximum(1, patch.sum(axis=1))
    end = max(2, round(0.12 * height))
    top, bottom, mid = float(centre[:end].mean()), float(centre[-end:].mean()), float(centre[middle].mean())
    lean = 0.14 * width
    if top > mid + lean and bottom > mid + lean and abs(top - bottom) < 0.4 * width:
        return 1
    if top < mid - lean and bottom < mid - lean and abs(top - bottom) < 0.4 * width:
        return -1
    return 0


def _pair(left: Box, right: Box) -> bool:
    gap = right.x - left.right
    level = min(left.bottom, right.bottom) - max(left.y, right.y) > 0.7 * max(left.h, right.h)
    return 0.9 <= gap <= 16 and level


def _anything(pieces: Pieces, room: Box, but: set[int]) -> bool:
    for piece in pieces.all:
        if piece.number in but or max(piece.box.w, piece.box.h) < 0.45:
            continue
        x, y = piece.box.x + piece.box.w / 2, piece.box.y + piece.box.h / 2
        if room.x - 0.2 < x < room.right + 0.2 and room.y < y < room.bottom:
            return True
    return False
