"""Which label belongs to which empty cell: to its left, above it, or at the head of its row and column.

And what the blocks around say: a heading that spans rows (父亲), a heading row over a section (监护人信息).
"""

from __future__ import annotations

from collections.abc import Sequence

from forms.form_file import Box
from forms.labels import kind_of, match_label, plain, subject_of
from ocr.learning.asked import Asked, Question
from ocr.learning.contents import Content, inner

TOUCH = 1.3
"""Millimetres between edges that are the same rule."""


def questions(contents: Sequence[Content], headings: Sequence[tuple[str, Box]]) -> list[Question]:
    """Everything that the cells of a page ask. ``headings``: words between tables, with their place."""
    page = _Page(contents, headings)
    found: list[Question] = []
    used: set[int] = set()
    for content in contents:
        for asked in content.asked:
            if asked.label:
                contexts, row = page.around(content)
                found.append(Question(asked, asked.label, tuple(contexts), content.box, tuple(row)))
                continue
            label, contexts, by, row = page.label_of(content)
            used.update(by)
            found.append(Question(asked, label, tuple(contexts), content.box, tuple(row)))
    for n, content in enumerate(contents):
        if content.is_label and n not in used:
            asked_inside = _inside(content)
            if asked_inside is not None and not page.heads(content):
                contexts, row = page.around(content)
                found.append(Question(asked_inside, asked_inside.label, tuple(contexts), content.box, tuple(row)))
    return found


def _inside(content: Content) -> Asked | None:
    """A label with room behind or below it in its own cell, where no neighbour is waiting for it."""
    words = content.words
    if words is None or words.h > 2 * words.w or len(plain(content.label)) > 16 or content.label.endswith(("。", ".")):
        return None
    known = (
        match_label(content.label).key is not None
        or kind_of(content.label)[1] > 0.6
        or content.label.endswith((":", "："))
    )
    if not known:
        return None
    room = inner(content.box)
    right, below = room.right - words.right, room.bottom - words.bottom
    if right >= 15 and words.x - content.box.x < 4.5 and right > 0.45 * content.box.w:
        return Asked(Box(words.right + 0.5, room.y, right - 0.5, room.h), content.label)
    if below >= 7 and room.w >= 18 and words.y - content.box.y < 4 and below > 0.5 * content.box.h:
        return Asked(Box(room.x, words.bottom + 0.5, room.w, below - 0.5), content.label)
    return None


class _Page:
    def __init__(self, contents: Sequence[Content], headings: Sequence[tuple[str, Box]]) -> None:
        self.contents = contents
        self.headings = headings
        left = min((c.box.x for c in contents), default=0.0)
        self.width = max((c.box.right for c in contents), default=0.0) - left

    # -- neighbours --

    def left_of(self, box: Box) -> int | None:
        return self._best([
            (n, _shared(c.box.y, c.box.bottom, box.y, box.bottom))
            for n, c in enumerate(self.contents)
            if abs(c.box.right - box.x) <= TOUCH and c.box.y - TOUCH <= box.y + box.h / 2 <= c.box.bottom + TOUCH
        ])  # fmt: skip

    def right_of(self, box: Box) -> int | None:
        return self._best([
            (n, _shared(c.box.y, c.box.bottom, box.y, box.bottom))
            for n, c in enumerate(self.contents)
            if abs(c.box.x - box.right) <= TOUCH and c.box.y - TOUCH <= box.y + box.h / 2 <= c.box.bottom + TOUCH
        ])  # fmt: skip

    def above(self, box: Box) -> int | None:
        """The cell just above with the same sides."""
        return self._best([
            (n, 1.0)
            for n, c in enumerate(self.contents)
            if abs(c.box.bottom - box.y) <= TOUCH
            and abs(c.box.x - box.x) <= TOUCH
            and abs(c.box.right - box.right) <= TOUCH
        ])  # fmt: skip

    @staticmethod
    def _best(found: list[tuple[int, float]]) -> int | None:
        return max(found, key=lambda f: f[1])[0] if found else None

    # -- labels --

    def label_of(self, content: Content) -> tuple[str, list[str], list[int], list[str]]:
        """Label, headings around it, the numbers of the cells these words stand in, and the row's other labels."""
        box = content.box
        row = self._labels_left(box)
        header = self.column_header(box)
        first = row[0] if row else None
        adjacent = first is not None and first == self.left_of(box)
        spans = first is not None and self.contents[first].box.h > 1.7 * box.h
        if header is not None and (first is None or not adjacent or spans or self._is_row_header(first, header)):
            heads = [n for n in row if not self._labels_another(n, box)]
            contexts = [self.contents[n].label for n in heads]
            return self.contents[header].label, [*contexts, *self.section(box)], [header, *heads], []
        if first is None:
            return "", self.section(box), [], []
        heads, others = self._heads(first, row[1:])
        contexts = [self.contents[n].label for n in heads]
        return (
            self.contents[first].label,
            [*contexts, *self.section(box)],
            [first, *heads],
            [self.contents[n].label for n in others],
        )

    def _heads(self, first: int, further: Sequence[int]) -> tuple[list[int], list[int]]:
        """Of the labels left of a label those that head it (touching it, or spanning rows), and the others."""
        heads: list[int] = []
        others: list[int] = []
        edge = self.contents[first].box
        for n in further:
            box = self.contents[n].box
            touches = abs(box.right - edge.x) <= TOUCH
            if touches or box.h > 1.3 * self.contents[first].box.h:
                heads.append(n)
            else:
                others.append(n)
            if touches:
                edge = box
        return heads, others

    def around(self, content: Content) -> tuple[list[str], list[str]]:
        """Headings around a cell that has its own label, and the other labels of its row."""
        row = self._labels_left(content.box)
        heads: list[int] = []
        others: list[int] = []
        edge = content.box
        for n in row:
            box = self.contents[n].box
            if abs(box.right - edge.x) <= TOUCH or box.h > 1.3 * content.box.h:
                heads.append(n)
                edge = box
            else:
                others.append(n)
        labels = [self.contents[n].label for n in heads]
        return [*labels, *self.section(content.box)], [self.contents[n].label for n in others]

    def _labels_left(self, box: Box) -> list[int]:
        """Label cells in the same row to the left, nearest first."""
        found: list[int] = []
        at = box
        for _ in range(40):
            n = self.left_of(at)
            if n is None:
                break
            if self.contents[n].is_label:
                found.append(n)
            # go on at the height of the cell that was asked for
            c = self.contents[n].box
            at = Box(c.x, box.y, c.w, box.h)
        return found

    def column_header(self, box: Box) -> int | None:
        """The label at the head of a column of cells with the same sides."""
        at = box
        for _ in range(40):
            n = self.above(at)
            if n is None:
                return None
            if self.contents[n].is_label:
                return n if self._is_header(n) else None
            if not self.contents[n].waits:
                return None
            at = self.contents[n].box
        return None

    def _is_header(self, n: int) -> bool:
        """A label that heads a column: beside it stand labels, not cells that wait for it."""
        beside = self.right_of(self.contents[n].box)
        if beside is None:
            left = self.left_of(self.contents[n].box)
            return left is None or self.contents[left].is_label or not self._takes(left)
        return self.contents[beside].is_label and self._same_row(n, beside)

    def _takes(self, n: int) -> bool:
        return self.contents[n].waits

    def _same_row(self, one: int, other: int) -> bool:
        a, b = self.contents[one].box, self.contents[other].box
        return abs(a.y - b.y) <= TOUCH or a.h > b.h or b.h > a.h

    def _is_row_header(self, label: int, header: int) -> bool:
        """In a table of rows and columns the left cell says whose row it is, the upper one what is asked."""
        text = self.contents[label].label
        corner = self.column_header_label(label)
        named = subject_of(text) is not None or plain(text).isdigit() or match_label(text, (), ()).key is None
        known = match_label(self.contents[header].label).key is not None
        return bool(named and (known or corner))

    def column_header_label(self, n: int) -> bool:
        """Whether a label cell stands in a column of labels under a label: the head column of a table."""
        above = self.above(self.contents[n].box)
        return above is not None and self.contents[above].is_label

    def _labels_another(self, n: int, box: Box) -> bool:
        """Whether a label further left in the row belongs to the cell right of it."""
        label = self.contents[n]
        right = self.right_of(label.box)
        if right is None or not self.contents[right].waits:
            return False
        return label.box.h <= 1.3 * box.h and self.column_header(self.contents[right].box) is None

    def heads(self, content: Content) -> bool:
        """Whether a label is the heading of what stands below or beside it."""
        wide = content.box.w > 0.9 * self.width
        words = content.words
        centred = words is not None and abs((words.x + words.w / 2) - (content.box.x + content.box.w / 2)) < 4
        return wide and centred and content.box.h < 14

    def section(self, box: Box) -> list[str]:
        """The nearest heading above that spans the table, or stands between two tables."""
        spanning = [
            (c.box.bottom, c.label)
            for c in self.contents
            if c.is_label
            and c.box.w > 0.85 * self.width
            and c.box.bottom <= box.y + TOUCH
            and len(plain(c.label)) <= 20
        ]
        between = [(b.bottom, t) for t, b in self.headings if b.bottom <= box.y + TOUCH]
        near = max([*spanning, *between], default=None)
        return [near[1]] if near else []


def _shared(a0: float, a1: float, b0: float, b1: float) -> float:
    return (min(a1, b1) - max(a0, b0)) / max(0.1, min(a1 - a0, b1 - b0))
