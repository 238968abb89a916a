"""What stands in one cell, and what it asks: tick boxes with their labels, blanks on a line, or simply nothing yet.

A cell that says only words is a label (or a note); one that has room and no words of its own gets its label from its
neighbours (``ocr.learning.pairing``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from forms.form_file import Box
from forms.labels import kind_of, match_label, plain
from ocr.learning.asked import Asked, AskedOption, SignKind
from ocr.learning.cells import around
from ocr.learning.printed import Line
from ocr.learning.signs import Sign

INSET = 0.6
"""Millimetres from the middle of a rule to the place for writing."""
ROOM = 8.0
"""A gap this wide asks to be filled in."""
LONGEST = 60.0
"""Room on a line that nothing ends, outside a table."""
_PLACE = r"省|市|自治区|自治州|州|盟|县|区|旗|乡|镇|街道|村|社区|居|屯|组|队|号|路|街|栋|单元|室|办事处|委会"
_UNIT = r"元|人|岁|个|次|周岁|平方米|公斤|厘米|万元|年|月|日|时|分|至|到|—|-|~|/|、|,|，|\.|。|;|；|_|·"
_HINT = r"\((?!签|盖)[^()]*\)"
PLACEHOLDER = re.compile(rf"(?:{_PLACE}|{_UNIT}|{_HINT}|\(|\)|X|x|\s)+")
_PLACE_PARTS = re.compile(rf"(?:{_PLACE}|[（(）)、,，])+")
_SEVERAL_PLACES = re.compile(r"(?:县|区|乡|镇|街道).*(?:乡|镇|街道|村|社区|居)")
_DATE = re.compile(r"[^年]{0,3}年[^月]{0,3}月([^日]{0,3}日)?")
_NOT_ASKED = re.compile(r"^(?:注|备注说明|填表说明|填写说明|填报说明|说明|附注|附|例|其中|注意事项|提示|填表须知)\d*$")
_NOTE = re.compile(r"\s*(?:注|说明|填表说明|填写说明|填报说明|附注|备注说明|填表须知|注意事项|提示)\s*[:：1-9]")
_COLON = (":", "：")


@dataclass(frozen=True, slots=True)
class Token:
    """A run of text, a sign, or a blank on an underline, with its place."""

    box: Box
    text: str = ""
    sign: Sign | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A cell with all that was found in it. ``label``: its words, if these are all it has."""

    box: Box
    lines: tuple[tuple[Token, ...], ...]
    asked: tuple[Asked, ...]
    label: str = ""

    @property
    def is_label(self) -> bool:
        return bool(self.label) and not self.asked

    @property
    def waits(self) -> bool:
        """Something is asked here and its label stands elsewhere."""
        return any(not a.label for a in self.asked)

    @property
    def words(self) -> Box | None:
        tokens = [t.box for line in self.lines for t in line if t.text]
        return around(tokens) if tokens else None


def inner(box: Box, inset: float = INSET) -> Box:
    """The place for writing in a cell."""
    inset = min(inset, box.w / 4, box.h / 4)
    return Box(
        round(box.x + inset, 3), round(box.y + inset, 3), round(box.w - 2 * inset, 3), round(box.h - 2 * inset, 3)
    )


def content_of(
    box: Box, lines: Sequence[Line], signs: Sequence[Sign], blanks: Sequence[Box], comb: Sequence[Box]
) -> Content:
    """What a cell asks. ``blanks``: the room above underlines in it; ``comb``: its boxes for one character each."""
    rows = token_lines(lines, signs, blanks)
    text = "".join(t.text for row in rows for t in row)
    if comb:
        return Content(box, rows, (_comb(box, comb, text),))
    if signs and not is_note(rows[0]):
        return Content(box, rows, tuple(asked_options(box, rows)))
    if not text:
        return Content(box, rows, (Asked(inner(box)),))
    if is_placeholder(text) and _has_room(rows, box):
        return Content(box, rows, (Asked(inner(box), hint=text),))
    downwards = any(r.downwards for line in lines for r in line.runs)
    found = () if downwards else tuple(inline(rows, box))
    return Content(box, rows, found, label="" if found else text)


def is_note(row: Sequence[Token]) -> bool:
    """A line that explains: 注：请在（ ）中划“√”."""
    first = next((t.text for t in row if t.text), "")
    return bool(_NOTE.match(first)) and row[0].sign is None


def is_placeholder(text: str) -> bool:
    """Whether words only say how to fill in: 年 月 日, 省 市 县, （须与户口簿一致）, 元."""
    return bool(PLACEHOLDER.fullmatch("".join(unicodedata.normalize("NFKC", text).split())))


def _has_room(rows: Sequence[Sequence[Token]], box: Box) -> bool:
    """Whether 年 月 日 or 村 leaves room to write, or is a cell's label: 村（社区） in the middle of its cell."""
    tokens = [t for row in rows for t in row]
    words = around([t.box for t in tokens])
    if len(tokens) > 1 or re.fullmatch(rf"(?:{_UNIT})+", tokens[0].text) or tokens[0].text.startswith(("(", "（")):
        return box.w - sum(t.box.w for t in tokens) >= 8
    centred = abs((words.x + words.w / 2) - (box.x + box.w / 2)) < 0.08 * box.w + 1
    return not centred and box.w - words.w >= 12


def token_lines(lines: Sequence[Line], signs: Sequence[Sign], blanks: Sequence[Box]) -> tuple[tuple[Token, ...], ...]:
    """Everything in a region in lines, from left to right."""
    rows: list[list[Token]] = [[Token(r.box, r.text) for r in line.runs] for line in lines]
    extra = [Token(s.whole, sign=s) for s in signs] + [Token(b, blank=True) for b in blanks]
    for token in extra:
        home = max(rows, key=lambda row: _level(row, token), default=None)
        if home is None or _level(home, token) < 0.35:
            rows.append([token])
        else:
            home.append(token)
    # lines that stand at the same height far apart are one
    rows.sort(key=lambda row: around([t.box for t in row]).y)
    done: list[list[Token]] = []
    for row in rows:
        if done and all(_level(done[-1], t) > 0.6 for t in row):
            done[-1].extend(row)
        else:
            done.append(row)
    return tuple(tuple(sorted(row, key=lambda t: t.box.x)) for row in done)


def _level(row: Sequence[Token], token: Token) -> float:
    box = around([t.box for t in row])
    overlap = min(box.bottom, token.box.bottom) - max(box.y, token.box.y)
    return overlap / min(box.h, token.box.h)


def _comb(box: Box, comb: Sequence[Box], text: str) -> Asked:
    place = inner(box)
    span = around(comb)
    label = "" if is_placeholder(text or "-") else text
    if label:
        place = Box(span.x - 0.3, place.y, min(span.w + 0.6, place.right - span.x + 0.3), place.h)
    return Asked(place, label, cells=tuple(comb))


# -- tick boxes -------------------------------------------------------------------------------------------------------


def asked_options(box: Box, rows: Sequence[Sequence[Token]]) -> Iterable[Asked]:
    """The choices of a region, each with its options; more than one where several questions stand in it."""
    after = _labels_after(rows)
    groups: list[tuple[str, list[AskedOption], list[Token]]] = [("", [], [])]
    for row in unwrapped(rows, box, after=after):
        _options_of_row(row, groups, after=after)
    groups = [g for g in groups if g[1]]
    rest = [t for row in rows for t in row if t.blank]
    for label, options, tokens in groups:
        place = inner(box)
        if len(groups) > 1 or label:
            place = _clipped(around([t.box for t in tokens]), box)
        yield Asked(place, label.strip(), tuple(options))
    for blank in rest:
        yield Asked(blank.box, _before(rows, blank), own=True)


def unwrapped(rows: Sequence[Sequence[Token]], box: Box, *, after: bool) -> list[list[Token]]:
    """Lines with words that were broken at the cell's edge put together: 监护 | 情况较好( ), □未享 | 受."""
    done: list[list[Token]] = []
    for row in rows:
        last = done[-1][-1] if done else None
        full = last is not None and box.right - last.box.right < 2.4 * last.box.h + 2.5
        if last is not None and ((after and last.sign and row[0].text) or (not after and last.text and row[0].sign)):
            # the box stands at the end of one line and its label at the start of the next
            done[-1].extend(row)
            continue
        if last is None or not last.text or not row[0].text or not full or not any(t.sign for t in done[-1]):
            done.append(list(row))
            continue
        if last.text.endswith((*_COLON, ";", "；", "。")) or (after and any(c in row[0].text for c in ":：")):
            done.append(list(row))
            continue
        whole = replace(last, text=last.text + row[0].text)
        if after:
            done[-1][-1] = whole
            rest = list(row[1:])
        else:
            # the box follows the second part: the first goes there
            done[-1].pop()
            rest = [replace(row[0], text=whole.text), *row[1:]]
        if rest:
            done.append(rest)
    return [row for row in done if row]


def _labels_after(rows: Sequence[Sequence[Token]]) -> bool:
    """Whether labels stand behind their boxes (□男 □女) or before them (男□ 女□)."""
    votes = 0
    before: list[float] = []
    behind: list[float] = []
    brackets = 0
    for row in rows:
        tokens = [t for t in row if not t.blank]
        if not any(t.sign for t in tokens):
            continue
        votes += (tokens[0].sign is not None) - (tokens[-1].sign is not None)
        for n, token in enumerate(tokens):
            if token.sign is None:
                continue
            brackets += 1 if token.sign.kind is SignKind.BRACKETS else -1
            if n and tokens[n - 1].text:
                before.append(token.box.x - tokens[n - 1].box.right)
            if n + 1 < len(tokens) and tokens[n + 1].text:
                behind.append(tokens[n + 1].box.x - token.box.right)
    if votes:
        return votes > 0
    if before and behind:
        difference = sum(before) / len(before) - sum(behind) / len(behind)
        if abs(difference) > 0.3:
            return difference > 0
    return brackets < 0


def _options_of_row(
    row: Sequence[Token], groups: list[tuple[str, list[AskedOption], list[Token]]], *, after: bool
) -> None:
    tokens = [t for t in row if not t.blank]
    pending: list[Token] = []
    n = 0
    while n < len(tokens):
        token = tokens[n]
        if token.sign is None:
            pending.append(token)
            n += 1
            continue
        if after:
            _heading(pending, groups)
            pending = []
            n += 1
            behind: list[Token] = []
            while n < len(tokens) and tokens[n].sign is None:
                behind.append(tokens[n])
                n += 1
            more = n < len(tokens)
            keep = len(behind)
            # 否 ... 母亲： □是: the last words before the next box are the next question
            while more and keep > 1 and behind[keep - 1].text.endswith(_COLON):
                keep -= 1
            label = "".join(t.text for t in behind[:keep])
            tail = behind[keep:]
            if more and not tail and keep > 1 and _repeats(label_of := behind[0].text, groups):
                label, tail = label_of, behind[1:]
            elif more and ":" in label.replace("：", ":") and not tail:
                label, _, _ = label.replace("：", ":").partition(":")
            _add(groups, label, token, behind[:keep])
            pending = list(tail)
        else:
            label, ahead = _last_words(pending)
            if ahead:
                _heading(ahead, groups)
            _add(groups, label, token, pending[-1:])
            pending = []
            n += 1


def _repeats(label: str, groups: Sequence[tuple[str, list[AskedOption], list[Token]]]) -> bool:
    return any(o.label == _option_label(label) for o in groups[-1][1])


def _heading(
    pending: Sequence[Token], groups: list[tuple[str, list[AskedOption], list[Token]]], words: str = ""
) -> None:
    text = words or "".join(t.text for t in pending)
    text = text.strip(";；，,。 ")
    if not text:
        return
    if groups[-1][1]:
        groups.append((text.rstrip(":："), [], []))
    else:
        old = groups[-1]
        groups[-1] = (old[0] + text.rstrip(":："), old[1], old[2])


def _last_words(pending: Sequence[Token]) -> tuple[str, list[Token]]:
    """The words just before a box, and those further ahead, which are a heading."""
    if not pending:
        return "", []
    last = pending[-1].text.replace("：", ":")
    ahead = list(pending[:-1])
    if ":" in last:
        heading, _, label = last.rpartition(":")
        if label:
            return label, [*ahead, replace(pending[-1], text=heading)]
    return last, ahead


def _add(
    groups: list[tuple[str, list[AskedOption], list[Token]]], label: str, token: Token, words: Sequence[Token]
) -> None:
    assert token.sign is not None
    text = _option_label(label)
    if any(o.label == text for o in groups[-1][1]) and text:
        groups.append(("", [], []))
    groups[-1][1].append(AskedOption(text, token.sign.box, token.sign.kind))
    groups[-1][2].extend([token, *words])


def _option_label(label: str) -> str:
    return label.strip(" ;；，,。、:：._—-/").strip()


def _before(rows: Sequence[Sequence[Token]], blank: Token) -> str:
    """The words before a blank on its line."""
    row = next((r for r in rows if blank in r), ())
    ahead = [t for t in row if t.text and t.box.x < blank.box.x]
    return _option_label(ahead[-1].text) if ahead else ""


def _clipped(box: Box, cell: Box, margin: float = 0.8) -> Box:
    room = inner(cell)
    x, y = max(room.x, box.x - margin), max(room.y, box.y - margin)
    right, bottom = min(room.right, box.right + margin), min(room.bottom, box.bottom + margin)
    return Box(round(x, 3), round(y, 3), round(max(1.0, right - x), 3), round(max(1.0, bottom - y), 3))


# -- blanks in a line -------------------------------------------------------------------------------------------------


def inline(rows: Sequence[Sequence[Token]], region: Box, *, strict: bool = False) -> Iterable[Asked]:
    """What lines of words ask: a label with a colon and room behind it, an underline, 年 月 日 with room between.

    ``strict``: outside a table, where words with a colon are seldom questions.
    """
    for n, row in enumerate(rows):
        below = rows[n + 1] if n + 1 < len(rows) else None
        yield from _inline_row(
            list(row), region, around([t.box for t in below]).y if below else region.bottom - INSET, strict
        )


def _inline_row(row: list[Token], region: Box, floor: float, strict: bool) -> Iterable[Asked]:
    n = 0
    while n < len(row):
        token = row[n]
        date_end = _date_from(row, n)
        if date_end is not None:
            label, start = _date_start(row, n)
            end = row[date_end].box
            box = _line_box(start, end.right + 0.3, around([t.box for t in row[n : date_end + 1]]), region)
            if box.w >= 12:
                yield Asked(box, label or "日期", hint="年月日", own=not label)
            n = date_end + 1
            continue
        parts_end = _places_from(row, n)
        if parts_end is not None:
            yield _places(row[n : parts_end + 1], region)
            n = parts_end + 1
            continue
        if token.text:
            dated = n + 1 < len(row) and row[n + 1].blank and _date_from(row, n + 1) is not None
            if not dated:
                yield from _labelled(row, n, region, floor, strict)
                n += n + 1 < len(row) and row[n + 1].blank
        elif token.blank:
            suffix = row[n + 1].text if n + 1 < len(row) and row[n + 1].text else ""
            yield Asked(token.box, plain(suffix), own=True)
        n += 1


def _is_label(text: str) -> bool:
    return text.endswith(_COLON) and not _NOT_ASKED.match(plain(_last_label(text)))


def _last_label(text: str) -> str:
    """Of 以上情况属实。监护人签名： the label alone."""
    return re.split(r"[。；;，,!！?？\s]", text.rstrip("：: "))[-1]


def _labelled(row: Sequence[Token], n: int, region: Box, floor: float, strict: bool) -> Iterable[Asked]:
    token = row[n]
    following = row[n + 1] if n + 1 < len(row) else None
    label = _last_label(token.text)
    if following is not None and following.blank:
        if following.box.w >= 5 and label and not is_placeholder(label) and not _NOT_ASKED.match(plain(label)):
            yield Asked(following.box, label)
        return
    colon = token.text.rstrip().endswith(_COLON)
    asks = colon or kind_of(label)[0].value == "signature"
    if not asks or _NOT_ASKED.match(plain(label)) or len(label) > 18 or not label:
        return
    end = following.box.x - 0.8 if following is not None else region.right - INSET
    if following is not None and _date_from(row, n + 1) is not None:
        # a signature before 年 月 日: the year's figures stand in the end of the same gap
        end -= min(14.0, 0.4 * (end - token.box.right))
    if strict:
        end = min(end, token.box.right + LONGEST)
    width = end - token.box.right - 0.4
    deep = floor - token.box.bottom
    known = match_label(label).key is not None or kind_of(label)[1] > 0.6
    if strict and not (known or (following is not None and width >= 12) or width >= 30):
        return
    if width >= ROOM and not (deep > 9 and deep * region.w > 2.5 * width * 8 and not strict):
        yield Asked(_line_box(token.box.right + 0.4, end, token.box, region), label)
    elif deep >= 6 and not strict and (colon or known):
        box = Box(region.x + INSET, token.box.bottom + 0.4, region.w - 2 * INSET, deep - 0.8)
        yield Asked(box, label)


def _line_box(start: float, end: float, line: Box, region: Box) -> Box:
    """Room on a line: as tall as handwriting needs, within the region."""
    tall = max(7.0, line.h + 2.0)
    middle = line.y + line.h / 2
    top, bottom = max(region.y + INSET, middle - tall / 2), min(region.bottom - INSET, middle + tall / 2)
    return Box(round(start, 3), round(top, 3), round(max(0.5, end - start), 3), round(max(2.0, bottom - top), 3))


def _date_from(row: Sequence[Token], n: int) -> int | None:
    """Where a printed 年 月 日 that begins at token ``n`` ends; None where none does."""
    text = ""
    for end in range(n, min(len(row), n + 7)):
        token = row[end]
        if token.sign is not None:
            return None
        text += token.text.replace(" ", "")
        if end == n and not token.blank and not re.match(r"[^年]{0,1}年", text):
            return None
        if text.endswith("日") and re.fullmatch(r"\D?年\D?月\D?日", text):
            return end
    return None


def _date_start(row: Sequence[Token], n: int) -> tuple[str, float]:
    """The label before a printed date, and where the figures of its year may begin."""
    first = row[n].box.x
    if row[n].blank:
        label = row[n - 1].text if n and row[n - 1].text else ""
        return _last_label(label) if _is_label(label) else "", first
    if n and row[n - 1].text:
        gap = first - row[n - 1].box.right
        label = _last_label(row[n - 1].text) if _is_label(row[n - 1].text) else ""
        if label and kind_of(label)[0].value in ("date", "month"):
            return label, row[n - 1].box.right + 0.4
        return "", first - min(14.0, 0.4 * gap)
    return "", first - 16.0


def _places_from(row: Sequence[Token], n: int) -> int | None:
    """Where ____县（市、区）____乡镇____村 that begins at token ``n`` ends; None where no place does."""
    end = None
    text = ""
    for m in range(n, len(row)):
        token = row[m]
        if token.sign is not None or (token.text and not _PLACE_PARTS.fullmatch("".join(token.text.split()))):
            break
        text += token.text
        if token.text and _SEVERAL_PLACES.search(text):
            end = m
    return end


def _places(row: Sequence[Token], region: Box) -> Asked:
    text = "".join(t.text for t in row)
    span = around([t.box for t in row])
    start = max(region.x + INSET, span.x - (0 if row[0].blank else 25.0))
    return Asked(_line_box(start, span.right, span, region), text, hint=text)
