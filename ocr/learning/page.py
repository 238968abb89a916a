"""One side of a blank form, from its picture (and a PDF's text) to the questions it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms.form_file import Box
from ocr.corners import find_code
from ocr.images import Delivered
from ocr.learning.asked import BLANK_DPI, Asked, LearnedPage, Question, SignKind
from ocr.learning.cells import around, find_cells, holds, inside
from ocr.learning.contents import Content, asked_options, content_of, inline, inner, is_note, token_lines
from ocr.learning.flat import FlatPage, flatten, paper_size
from ocr.learning.pairing import questions
from ocr.learning.printed import Character, Line, Printer, clean_grey, lines_of
from ocr.learning.rules import Ink, Rule, Rules, find_rules
from ocr.learning.signs import BOX_SIGNS, FRAME_INK, TICK_SIDE, Piece, Pieces, Sign, brackets, combs, hollow, pieces_of
from ocr.recogniser import Recogniser
from ocr.refine import ink_map
from ocr.registration import PX_PER_MM, Picture

LINE_ROOM = 7.0
"""Millimetres above an underline that belong to it, if no other line stands there."""
LEAST_ROOM = 4.5


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found on a page, for looking at."""

    flat: FlatPage
    rules: Rules
    cells: tuple[Box, ...]
    signs: tuple[Sign, ...]
    combs: tuple[tuple[Box, ...], ...]
    contents: tuple[Content, ...]
    questions: tuple[Question, ...]
    title: str
    qr: Box | None


def learn_page(
    delivered: Delivered, recogniser: Recogniser | None, characters: Sequence[Character] = (), *, exact: bool = False
) -> LearnedPage:
    """The questions of one side. ``characters``: the PDF's own visible text; ``exact``: drawn from a PDF."""
    found = find(delivered, recogniser, characters, exact=exact)
    flat = found.flat
    grey = np.asarray(cv2.cvtColor(flat.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if found.qr is not None:
        # printed again, the form carries a code of its own there
        left, top = int((found.qr.x - 1) * PX_PER_MM), int((found.qr.y - 1) * PX_PER_MM)
        right, bottom = int((found.qr.right + 1) * PX_PER_MM), int((found.qr.bottom + 1) * PX_PER_MM)
        grey[max(0, top) : bottom, max(0, left) : right] = 255
    width_mm, height_mm = paper_size(flat.width_mm, flat.height_mm)
    return LearnedPage(
        round(width_mm, 2),
        round(height_mm, 2),
        blank_png(grey, exact=exact),
        found.cells,
        found.questions,
        found.title,
        found.qr,
    )


def _code_place(grey: Picture) -> Box | None:
    """Where one of this program's QR codes is printed: it differs from sheet to sheet and holds no cells."""
    code = find_code(grey)
    if code is None:
        return None
    low, high = code.corners.min(axis=0) / PX_PER_MM, code.corners.max(axis=0) / PX_PER_MM
    return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def blank_png(grey: Picture, *, exact: bool) -> bytes:
    """The blank's picture for the form file; of a scan without its paper, its shadows and its grain."""
    shown = grey
    if not exact:
        ink = ink_map(grey, PX_PER_MM)
        level = np.clip((ink - 0.1) / 0.75, 0, 1)
        shown = np.asarray(255 * (1 - level), dtype=np.uint8)
    factor = BLANK_DPI / 25.4 / PX_PER_MM
    small = cv2.resize(shown, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return encoded.tobytes()


def find(
    delivered: Delivered, recogniser: Recogniser | None, characters: Sequence[Character] = (), *, exact: bool = False
) -> Found:
    """As ``learn_page``, with everything that was found on the way."""
    flat = flatten(delivered, exact=exact)
    if not characters and recogniser is not None:
        flat = upright(flat, recogniser)
    grey = np.asarray(cv2.cvtColor(flat.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    ink = _framed(ink_map(grey, PX_PER_MM), flat)
    qr = _code_place(grey)
    if qr is not None:
        left, top = int((qr.x - 1) * PX_PER_MM), int((qr.y - 1) * PX_PER_MM)
        ink[max(0, top) : int((qr.bottom + 1) * PX_PER_MM), max(0, left) : int((qr.right + 1) * PX_PER_MM)] = 0
    rules = find_rules(ink)
    faces = find_cells(rules, flat.width_mm, flat.height_mm)
    pieces = pieces_of(ink, rules.mask)
    faint = pieces_of(ink, rules.mask, FRAME_INK)
    frames = hollow(pieces, faint)
    rows = combs([p.box for p, _ in frames], faces)
    in_combs = {box for row in rows for box in row}
    cells = _cells(faces, in_combs)
    printer = Printer(clean_grey(ink, rules.mask), pieces, _trusted(characters, ink, recogniser), recogniser)
    signs = _signs(pieces, faint, frames, faces, in_combs, printer)
    printer.without(signs)
    text = _text_pieces(pieces, in_combs)
    contents = tuple(_content(cell, cells, text, signs, rules, rows, printer) for cell in cells)
    outside = [p for p in text if not any(inside(c, p.box, 0.5) for c in cells)]
    outside_signs = [s for s in signs if not any(inside(c, s.whole, 0.5) for c in cells)]
    lines = printer.read(lines_of(outside, outside_signs, None))
    free = [b for b in (_room(r, lines) for r in rules.underlines) if b is not None]
    title, lines = _title(lines, cells)
    asked, headings = _around(lines, outside_signs, free, cells, flat, rows)
    everything = (*asked, *questions(contents, headings))
    ordered = tuple(sorted(everything, key=lambda q: (round(q.asked.box.y / 3), q.asked.box.x)))
    return Found(flat, rules, cells, tuple(signs), tuple(rows), contents, ordered, title, qr)


def upright(flat: FlatPage, recogniser: Recogniser) -> FlatPage:
    """The page turned so that its text can be read."""
    best, most = flat, -1.0
    for rotation in (0, 90, 180, 270):
        turned = flat.turned(rotation)
        score = _legible(turned, recogniser)
        if score > most * (1.15 if rotation else 1.0):
            best, most = turned, score
    return best


def _legible(flat: FlatPage, recogniser: Recogniser) -> float:
    grey = np.asarray(cv2.cvtColor(flat.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    small = np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scale = PX_PER_MM / 2
    dark = (ink_map(small, scale) > 0.3).astype(np.uint8)
    for kernel in (np.ones((1, round(7 * scale)), np.uint8), np.ones((round(7 * scale), 1), np.uint8)):
        ruled = cv2.dilate(cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
        dark[np.asarray(ruled) > 0] = 0
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, round(1.4 * scale)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    lines = [
        tuple(int(v) for v in stats[n, :4])
        for n in range(1, count)
        if stats[n, 2] > 8 * scale and 1.8 * scale < stats[n, 3] < 9 * scale and stats[n, 2] > 2.2 * stats[n, 3]
    ]
    lines.sort(key=lambda b: -b[2] / b[3])
    total = 0.0
    for x, y, w, h in lines[:14]:
        crop = small[max(0, y - 3) : y + h + 3, max(0, x - 3) : min(x + w, x + 12 * h) + 3]
        read = recogniser.greedy(recogniser.probabilities(np.ascontiguousarray(crop)))
        total += read.mean_confidence * min(len(read.text), 12) if read.mean_confidence > 0.5 else 0.0
    return total


def _framed(ink: Ink, flat: FlatPage) -> Ink:
    """Ink without the rim of a photographed sheet, where the ground shows."""
    if flat.photographed:
        rim = round(2.5 * PX_PER_MM)
        framed = np.zeros_like(ink)
        framed[rim:-rim, rim:-rim] = ink[rim:-rim, rim:-rim]
        return framed
    return ink


def _cells(faces: Sequence[Box], in_combs: set[Box]) -> tuple[Box, ...]:
    """Faces that hold something to read or write: not the boxes of one character, not tick boxes drawn with rules."""
    kept = []
    for face in faces:
        if face in in_combs:
            continue
        nested = any(f is not face and inside(f, face) and f.w * f.h > 1.5 * face.w * face.h for f in faces)
        if nested and max(face.w, face.h) <= TICK_SIDE:
            continue
        kept.append(face)
    # single characters' boxes that fill a row of the table are together one cell
    for row in _rows_of_faces(in_combs, faces):
        if not any(inside(k, row) for k in kept):
            kept.append(row)
    return tuple(sorted(kept, key=lambda b: (round(b.y / 2), b.x)))


def _rows_of_faces(in_combs: set[Box], faces: Sequence[Box]) -> list[Box]:
    own = sorted((b for b in in_combs if b in faces), key=lambda b: (round(b.y), b.x))
    rows: list[list[Box]] = []
    for box in own:
        if rows and abs(rows[-1][-1].y - box.y) < 0.8 and -0.4 <= box.x - rows[-1][-1].right < 4:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [around(row) for row in rows if len(row) >= 6]


def _signs(
    pieces: Pieces,
    faint: Pieces,
    frames: Sequence[tuple[Piece, SignKind]],
    faces: Sequence[Box],
    in_combs: set[Box],
    printer: Printer,
) -> list[Sign]:
    found = [
        Sign(kind, p.box, p.box)
        for p, kind in frames
        if p.box not in in_combs and max(p.box.w, p.box.h) <= TICK_SIDE and not printer.is_letter(p.box)
    ]
    for face in faces:
        nested = any(f is not face and inside(f, face) and f.w * f.h > 1.5 * face.w * face.h for f in faces)
        if nested and face not in in_combs and max(face.w, face.h) <= TICK_SIDE and 0.7 < face.w / face.h < 1.4:
            found.append(Sign(SignKind.SQUARE, face, face))
    found += brackets(pieces, faint)
    circles = [s for s in found if s.kind is SignKind.CIRCLE]
    if len(circles) < 2:
        found = [s for s in found if s.kind is not SignKind.CIRCLE]
    return found


def _text_pieces(pieces: Pieces, in_combs: set[Box]) -> list[Piece]:
    """Ink that may be text: no pictures, no solid squares, no frames for single characters."""
    found = []
    for piece in pieces.all:
        box = piece.box
        solid = piece.area > 0.85 * box.w * box.h and min(box.w, box.h) > 2.6
        if not _frames_comb(box, in_combs) and not solid and box.h < 16 and box.w < 60:
            found.append(piece)
    return found


def _frames_comb(box: Box, in_combs: set[Box]) -> bool:
    """Whether a piece is the printed frame of a box for one character."""
    return any(
        abs(c.x - box.x) < 0.6 and abs(c.right - box.right) < 0.6 and abs(c.y - box.y) < 0.6 and abs(c.h - box.h) < 0.8
        for c in in_combs
    )


def _content(
    cell: Box,
    cells: Sequence[Box],
    text: Sequence[Piece],
    signs: Sequence[Sign],
    rules: Rules,
    rows: Sequence[tuple[Box, ...]],
    printer: Printer,
) -> Content:
    smaller = [c for c in cells if c is not cell and inside(cell, c) and c.w * c.h < 0.8 * cell.w * cell.h]

    def ours(box: Box) -> bool:
        x, y = box.x + box.w / 2, box.y + box.h / 2
        return holds(cell, x, y) and not any(holds(c, x, y) for c in smaller)

    own_signs = [s for s in signs if ours(s.whole)]
    own_pieces = [p for p in text if ours(p.box) and max(p.box.w, p.box.h) > 0.35]
    comb = next((row for row in rows if ours(around(row)) or inside(cell, around(row))), ())
    if comb:
        own_signs = [s for s in own_signs if s.box not in comb]
        own_pieces = [
            p for p in own_pieces if not any(holds(c, p.box.x + p.box.w / 2, p.box.y + p.box.h / 2) for c in comb)
        ]
    own_signs = _real(own_signs, own_pieces, printer)
    lines = printer.read(lines_of(own_pieces, own_signs, cell))
    blanks = [b for b in (_room(r, lines) for r in rules.underlines) if b is not None and ours(b)]
    blanks = [_within(b, cell) for b in blanks]
    return content_of(cell, lines, own_signs, blanks, comb)


def _real(signs: Sequence[Sign], pieces: Sequence[Piece], printer: Printer) -> list[Sign]:
    """Without a lone square that stands in a word: 户口 ends in a square character."""
    if len(signs) != 1 or signs[0].kind is not SignKind.SQUARE or printer.knows(signs[0].box):
        return list(signs)
    box = signs[0].box
    tight = [
        p
        for p in pieces
        if -0.2 <= box.x - p.box.right < 0.28 * box.h
        and min(p.box.bottom, box.bottom) - max(p.box.y, box.y) > 0.4 * box.h
    ]
    return [] if tight else list(signs)


def _room(rule: Rule, lines: Sequence[Line]) -> Box | None:
    """The room above an underline; None where a word stands on it."""
    box = Box(rule.start, rule.at - LINE_ROOM, max(0.5, rule.length), LINE_ROOM - rule.thick / 2 - 0.1)
    covered, top = 0.0, box.y
    for line in lines:
        for run in line.runs:
            over = min(run.box.right, rule.end) - max(run.box.x, rule.start)
            if over > 0 and run.box.bottom <= rule.at - LEAST_ROOM:
                top = max(top, run.box.bottom + 0.2)
            if run.box.bottom > rule.at - 4.5 and run.box.y < rule.at + 0.5:
                covered += max(0.0, min(run.box.right, rule.end) - max(run.box.x, rule.start))
    return None if covered > 0.5 * rule.length else Box(box.x, top, box.w, box.bottom - top)


def _within(box: Box, cell: Box) -> Box:
    room = inner(cell)
    x, y = max(box.x, room.x), max(box.y, room.y)
    right, bottom = min(box.right, room.right), min(box.bottom, room.bottom)
    return Box(x, y, max(0.5, right - x), max(0.5, bottom - y))


def _title(lines: Sequence[Line], cells: Sequence[Box]) -> tuple[str, list[Line]]:
    """The page's title, the largest line above the first cell, and the other lines."""
    top = min((c.y for c in cells), default=1e9)
    above = [line for line in lines if line.box.bottom <= top + 1 and len(line.text) >= 3]
    if not above:
        return "", list(lines)
    title = max(above, key=lambda line: (round(line.box.h, 0), len(line.text)))
    return title.text.replace(" ", ""), [line for line in lines if line is not title]


def _around(
    lines: Sequence[Line],
    signs: Sequence[Sign],
    free: Sequence[Box],
    cells: Sequence[Box],
    flat: FlatPage,
    rows: Sequence[tuple[Box, ...]],
) -> tuple[list[Question], list[tuple[str, Box]]]:
    """What is asked outside the tables, and the headings between them."""
    left = min((c.x for c in cells), default=15.0)
    right = max((c.right for c in cells), default=flat.width_mm - 15.0)
    region = Box(min(left, 15.0), 5.0, max(right, left + 20) - min(left, 15.0), flat.height_mm - 10.0)
    blanks = [b for b in free if not any(inside(c, b, 1.0) for c in cells)]
    asked: list[Question] = []
    headings: list[tuple[str, Box]] = []
    for row in token_lines(lines, signs, blanks):
        box = around([t.box for t in row])
        if any(t.sign for t in row):
            if not is_note(row):
                found = list(asked_options(Box(region.x, box.y - 1, region.w, box.h + 2), [row]))
                asked += [Question(a, a.label, (), region) for a in found if len(a.options) >= 2 or a.label]
            continue
        found = list(inline([row], region, strict=bool(cells)))
        if found:
            asked += [Question(a, a.label, (), region) for a in found]
        elif 2 <= len(text := "".join(t.text for t in row)) <= 20:
            headings.append((text, box))
    for row_of_boxes in rows:
        place = around(row_of_boxes)
        if not any(inside(c, place) for c in cells):
            label = _label_before(lines, place)
            asked.append(
                Question(
                    Asked(Box(place.x - 0.4, place.y - 0.4, place.w + 0.8, place.h + 0.8), label, cells=row_of_boxes),
                    label,
                    (),
                    region,
                )
            )
    return asked, headings


def _label_before(lines: Sequence[Line], place: Box) -> str:
    runs = [
        r
        for line in lines
        for r in line.runs
        if r.box.right <= place.x + 1 and r.box.bottom > place.y and r.box.y < place.bottom
    ]
    return max(runs, key=lambda r: r.box.right).text if runs else ""


def _trusted(characters: Sequence[Character], ink: Ink, recogniser: Recogniser | None) -> Sequence[Character]:
    """The PDF's characters, or none where the picture says something quite different (wrong character maps)."""
    if not characters or recogniser is None:
        return characters
    rows: dict[int, list[Character]] = {}
    for c in characters:
        rows.setdefault(round(c.box.y + c.box.h / 2), []).append(c)
    long = sorted(rows.values(), key=lambda r: -len(r))[:5]
    same = total = 0
    for row in long:
        row = sorted(row, key=lambda c: c.box.x)[:14]
        box = around([c.box for c in row])
        x, y = max(0, round(box.x * PX_PER_MM) - 3), max(0, round(box.y * PX_PER_MM) - 3)
        crop = ink[y : round(box.bottom * PX_PER_MM) + 3, x : round(box.right * PX_PER_MM) + 3]
        if crop.size == 0 or min(crop.shape) < 8:
            continue
        seen = recogniser.greedy(recogniser.probabilities(np.asarray(255 * (1 - crop), dtype=np.uint8))).text
        told = [c.text for c in row if c.text.strip() and c.text not in BOX_SIGNS]
        same += sum(t in seen for t in told)
        total += len(told)
    return characters if total == 0 or same >= 0.4 * total else ()
