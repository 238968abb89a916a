"""What stands in a cell as the network sees it: the matrix of a whole field and where each of its steps stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import FormField
from ocr.cells import Cell, Mask
from ocr.comb import comb_cells, comb_strip
from ocr.lines import Line, Struck, lines
from ocr.page_ink import box_px
from ocr.recogniser import Matrix, Recogniser

Place: TypeAlias = tuple[float, float, float, float]
"""x, y, w, h on the rectified page."""
SHARED = 0.35
"""Of the narrower one's width: pieces of ink that lie over each other by more are one figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The network's matrix of a whole field and where each step stands."""

    probabilities: Matrix
    places: tuple[Place, ...]
    struck: Struck = Struck.NO
    ink: tuple[tuple[int, float, npt.NDArray[np.int64]], ...] = ()
    """Per line: x of its first column, height of the writing, pixels of ink per column."""
    filled: int | None = None
    """Comb fields: how many boxes hold ink."""


def running(cell: Cell, recogniser: Recogniser, *, apart: bool = False, whole: bool = False) -> Written:
    """Writing in one or two lines. ``apart``: a few figures, set apart where they stand close together, because the
    network takes a small 11 for one figure; ``whole``: with what seems to be crossed out."""
    found = lines(cell, whole=whole)
    parts = [_figures(cell, line, recogniser) if apart else _line(line, recogniser) for line in found]
    profiles = tuple((line.x, _tall(line), line.ink.sum(axis=0).astype(np.int64)) for line in found)
    return joined(
        [Written(matrix, places) for matrix, places in parts], max(line.struck for line in found), ink=profiles
    )


def joined(
    parts: Iterable[Written], struck: Struck, ink: tuple[tuple[int, float, npt.NDArray[np.int64]], ...]
) -> Written:
    """Parts in their order, a blank step between: one character at a part's end and the next one's start is two."""
    matrices: list[Matrix] = []
    places: list[Place] = []
    for part in parts:
        if matrices:
            matrices.append(blank_step(part.probabilities.shape[1]))
            places.append(part.places[0])
        matrices.append(part.probabilities)
        places.extend(part.places)
    return Written(np.concatenate(matrices), tuple(places), struck, ink)


def blank_step(classes: int) -> Matrix:
    """One step in which nothing stands."""
    step = np.zeros((1, classes), np.float32)
    step[0, 0] = 1
    return step


def _tall(line: Line) -> float:
    return float(np.count_nonzero(line.ink.any(axis=1)))


def _line(line: Line, recogniser: Recogniser) -> tuple[Matrix, tuple[Place, ...]]:
    trace = recogniser.trace(line.picture)
    height, width = line.picture.shape
    # the network's input is padded to a least width: those steps see nothing
    seen = min(len(trace.probabilities), int(np.ceil(width / trace.step)) + 1)
    spots = tuple((line.x + t * trace.step, float(line.y), trace.step, float(height)) for t in range(seen))
    return trace.probabilities[:seen], spots


def _figures(cell: Cell, line: Line, recogniser: Recogniser) -> tuple[Matrix, tuple[Place, ...]]:
    """A line of figures set apart. What touches stays together."""
    pieces = figures_apart(line.ink)
    strip = comb_strip([replace(cell, picture=line.picture, ink=p, x=line.x, y=line.y) for p in pieces])
    if strip is None or len(strip.owners) < 2:
        return _line(line, recogniser)
    trace = recogniser.trace(strip.picture)
    seen = min(len(trace.probabilities), int(np.ceil(strip.picture.shape[1] / trace.step)) + 1)
    lefts = [int(np.flatnonzero(p.any(axis=0))[0]) for p in pieces]
    places = []
    for t in range(seen):
        at = (t + 0.5) * trace.step
        part = strip.part_at(at)
        x = line.x + lefts[strip.owners[part]] + at - strip.starts[part] - trace.step / 2
        places.append((float(x), float(line.y), trace.step, float(line.picture.shape[0])))
    return trace.probabilities[:seen], tuple(places)


def figures_apart(ink: Mask) -> list[Mask]:
    """The figures of a line from left to right, each with all its strokes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    spans = sorted((int(stats[i, 0]), int(stats[i, 0] + stats[i, 2]), i) for i in range(1, count))
    groups: list[tuple[int, int, list[int]]] = []
    for left, right, piece in spans:
        if groups:
            start, end, own = groups[-1]
            if min(right, end) - left > SHARED * min(right - left, end - start):
                groups[-1] = (start, max(end, right), [*own, piece])
                continue
        groups.append((left, right, [piece]))
    return [np.isin(labels, own) for _, _, own in groups]


def combed(cell: Cell, field: FormField, recogniser: Recogniser) -> Written:
    """Writing in printed boxes, one for each character."""
    cells = comb_cells(cell, field.cells)
    strip = comb_strip(cells)
    if strip is None:
        return running(cell, recogniser)
    trace = recogniser.trace(strip.picture)
    seen = min(len(trace.probabilities), int(np.ceil(strip.picture.shape[1] / trace.step)) + 1)
    boxes: Sequence[tuple[int, int, int, int]] = [box_px(b) for b in field.cells]
    places = []
    for t in range(seen):
        x, y, w, h = boxes[strip.cell_at((t + 0.5) * trace.step)]
        places.append((float(x), float(y), float(w), float(h)))
    return Written(trace.probabilities[:seen], tuple(places), filled=len(strip.owners))
