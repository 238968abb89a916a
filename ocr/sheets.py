"""Two sheets in one picture: an A3 flatbed with two A4 sheets on it, one photograph of two sheets side by side.

Such a page is as many pages as sheets lie on it, each cut out with its own place in the picture; otherwise one sheet is
read and nobody notices the other. It is cut only where both sheets are seen to be pages of known forms, by their codes
or by their features, or where a form takes half of an A3 scan and the other half isn't empty: a wide form, a spread of
a booklet and a photo of a sheet on a crowded table stay whole. Looked for only where
a picture could hold two sheets (wider than tall, or as large as A3), so ordinary pages cost nothing.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np

from ocr.blank_page import SMALLEST_SIDE, is_blank, unusable
from ocr.corners import Code, code_outline, find_codes
from ocr.delivered import DeliveredFile
from ocr.find_form import Finder, Found
from ocr.images import Delivered
from ocr.pdf import PdfFile
from ocr.reading import OcrFailed, Part, SourcePage
from ocr.registration import Picture, Points, transform

MOST = 4
"""So many codes at most are sheets on one picture."""
WIDE = 1.15
"""A picture so much wider than tall may show two sheets."""
LARGE_MM = 330.0, 230.0
"""Long and short side of a picture from which it may hold two A4 sheets, whichever way it lies (A3: 420 x 297)."""
COARSE_DPI = 170
"""PDF pages are looked at this coarsely: a code's module is then four pixels wide."""
ALONE = 0.6
"""A sheet that takes so much of the picture along its long side leaves no room for another."""
ROOM = 0.6
"""Of a sheet's width, that another one beside it needs at least."""
OVERLAP = 0.15
"""Of a sheet's extent: outlines told from small codes are a few millimetres off, and sheets may touch."""
KEPT = 0.012
"""Of the picture, kept beyond the cut on both sides: sheets lie askew."""

Span: TypeAlias = tuple[float, float]


def with_sheets(file: DeliveredFile, finder: Finder) -> tuple[SourcePage, ...]:
    """The file's pages, each with the sheets that lie on it where they are several. Never raises: a page that can't be
    decoded fails when it is read."""
    pages = []
    for page in file.pages:
        sheets: tuple[Part, ...] = ()
        if _may_hold_two(page):
            with contextlib.suppress(OcrFailed):
                sheets = _sheets(file, page, finder)
        pages.append(replace(page, sheets=sheets))
    return tuple(pages)


def cut_out(page: Delivered, part: Part | None) -> Delivered:
    """A page's part as a page of its own; None is all of it."""
    if part is None:
        return page
    picture = page.picture[part.y : part.y + part.height, part.x : part.x + part.width]
    return replace(page, picture=np.ascontiguousarray(picture))


def _may_hold_two(page: SourcePage) -> bool:
    return _is_large(page) or page.width_px > WIDE * page.height_px


def _is_large(page: SourcePage) -> bool:
    """By a resolution that the file tells: a guessed one makes every page an A4 sheet."""
    short, long = sorted((page.width_px, page.height_px))
    return page.dpi > 0 and long / page.dpi * 25.4 > LARGE_MM[0] and short / page.dpi * 25.4 > LARGE_MM[1]


def _sheets(file: DeliveredFile, page: SourcePage, finder: Finder) -> tuple[Part, ...]:
    """The sheets on a page, from left to right or from the top; () where it is one."""
    coarse = file.page(page.index, COARSE_DPI) if isinstance(file, PdfFile) else file.page(page.index)
    spans = _spans(coarse, finder, large=_is_large(page))
    if spans is None:
        return ()
    across, ends = spans
    height, width = coarse.picture.shape[:2]
    scale = (page.width_px / width, page.height_px / height)[across]
    size = (page.width_px, page.height_px)[across]
    edges = [0.0, *((a[1] + b[0]) / 2 * scale for a, b in itertools.pairwise(ends)), float(size)]
    more = KEPT * size
    parts = []
    for begin, end in itertools.pairwise(edges):
        low, high = round(max(0.0, begin - more)), round(min(float(size), end + more))
        if across == 0:
            parts.append(Part(low, 0, high - low, page.height_px))
        else:
            parts.append(Part(0, low, page.width_px, high - low))
    return tuple(parts)


def _spans(page: Delivered, finder: Finder, *, large: bool) -> tuple[int, list[Span]] | None:
    """The axis (0: side by side, 1: above each other) along which sheets lie apart, and where on it each lies."""
    grey = np.asarray(cv2.cvtColor(page.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    outlines = [o for o in (_outline(code, finder) for code in find_codes(grey)) if o is not None]
    if len(outlines) >= 2:
        return _apart(outlines)
    across = 0 if grey.shape[1] >= grey.shape[0] else 1
    if outlines and float(np.ptp(outlines[0][:, across])) > ALONE * grey.shape[1 - across]:
        return None
    return _by_looks(page, finder, across, large=large)


def _outline(code: Code, finder: Finder) -> Points | None:
    for known in finder.sides:
        if (known.form.id, known.form.version, known.page) == (code.form, code.version, code.page):
            return code_outline(code, known.side)
    return None


def _apart(outlines: Sequence[Points]) -> tuple[int, list[Span]] | None:
    """None for fewer than two outlines, and where they lie over each other: one sheet, with the next one's code through
    thin paper."""
    if not 2 <= len(outlines) <= MOST:
        return None
    for across in (0, 1):
        spans = sorted((float(o[:, across].min()), float(o[:, across].max())) for o in outlines)
        narrow = min(b - a for a, b in spans)
        if all(a[1] - b[0] < OVERLAP * narrow for a, b in itertools.pairwise(spans)):
            return across, spans
    return None


def _by_looks(page: Delivered, finder: Finder, across: int, *, large: bool) -> tuple[int, list[Span]] | None:
    """The same by what is printed: photocopies without a code, forms that were learned from a blank. On a ``large``
    scan the other sheet may be of any kind: a certificate, a letter, a form that isn't known."""
    size = page.picture.shape[1 - across]
    whole = finder.seen(page)
    if whole is None:
        halves = [_seen_in(page, finder, across, *span) for span in ((0, size // 2), (size // 2, size))]
        found = [h for h in halves if h is not None]
        return _apart(found) if len(found) == 2 else None
    first = _page_outline(whole)
    low, high = float(first[:, across].min()), float(first[:, across].max())
    if high - low > ALONE * size:
        return None
    free = (0, int(low)) if low > size - high else (int(high), size)
    if free[1] - free[0] < ROOM * (high - low):
        return None
    second = _seen_in(page, finder, across, *free)
    if second is not None:
        return _apart([first, second])
    if large and _is_filled(_stretch(page, across, *free)):
        return across, sorted([(low, high), (float(free[0]), float(free[1]))])
    return None


def _stretch(page: Delivered, across: int, low: int, high: int) -> Picture:
    return page.picture[:, low:high] if across == 0 else page.picture[low:high]


def _is_filled(picture: Picture) -> bool:
    """Whether anything stands there: not the scanner's glass, white or black."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return unusable(grey) is None and not is_blank(grey)


def _seen_in(page: Delivered, finder: Finder, across: int, low: int, high: int) -> Points | None:
    """The outline of a known form within a stretch of the picture, in the whole picture's pixels."""
    picture = _stretch(page, across, low, high)
    if min(picture.shape[:2]) < SMALLEST_SIDE:
        return None
    found = finder.seen(replace(page, picture=np.ascontiguousarray(picture)))
    return None if found is None else _page_outline(found) + ((low, 0) if across == 0 else (0, low))


def _page_outline(found: Found) -> Points:
    side = found.known.side
    corners = [(0, 0), (side.width_mm, 0), (side.width_mm, side.height_mm), (0, side.height_mm)]
    return transform(found.match.homography, corners)
