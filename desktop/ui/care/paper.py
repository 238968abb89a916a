"""A read visit record, work log or card of a key-concern child: looked at beside its picture, then entered and filed.

Doubtful fields stand first and amber; moving to a field shows its place on the page. Nothing is entered by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import Change, Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.page_picture import PagePicture, page_picture
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import Choice, button, column, halves, line, rule, scrolled, text
from forms.code_tables import code_table
from forms.dictionary import FieldDefinition, load_dictionary
from forms.kinds import JsonValue, Kind
from forms.values import PRESENT, FieldError, empty, format_value, parse
from records.views import ChildRow
from records.views_care import PaperFieldView, PaperView
from workflow import children, placing, verify

VISIT, LOG, CARD = "visit", "work_log", "card"
TYPING_MS = 200
FOUND_MOST = 20
NUMBERED = re.compile(r"(.+)_(\d+)")
DOES = {VISIT: "记入走访并归档", LOG: "记入日志并归档", CARD: "归入案卷"}


class FieldEntry(QWidget):
    """One field as read, to be left or put right."""

    def __init__(self, field: PaperFieldView, reached: Callable[[PaperFieldView], None]) -> None:
        super().__init__()
        self.field = field
        self._reached = reached
        self._known = _definition(field.key)
        box = column(self, space=4)
        box.addWidget(text(field.label, "" if field.accepted else "doubt", wrap=True))
        self.entry: QLineEdit | QCheckBox
        if self._signature:
            self.entry = QCheckBox("已签")
            self.entry.setChecked(field.value == PRESENT)
        else:
            self.entry = QLineEdit(self._words())
        self.entry.setObjectName(f"paper_{field.key}")
        self.entry.setAccessibleName(field.label)
        self.entry.installEventFilter(self)
        box.addWidget(self.entry)
        said = [] if field.accepted else list(field.reasons)
        if self._known is not None and self._known.kind is Kind.CHOICE and self._known.code_table:
            said.append("可填：" + "、".join(each.label for each in code_table(self._known.code_table).entries))
        if said:
            box.addWidget(text("；".join(said), "secondary", wrap=True))

    @property
    def _signature(self) -> bool:
        return self._known is not None and self._known.kind is Kind.SIGNATURE

    def _words(self) -> str:
        if empty(self.field.value) or self._known is None:
            return self.field.text
        try:
            return format_value(self._known.kind, self.field.value, code_table=self._known.code_table)
        except (ValueError, TypeError, KeyError, AttributeError):
            return self.field.text

    def value(self) -> JsonValue:
        """What stands there now. Raises FieldError with the field's name."""
        if isinstance(self.entry, QCheckBox):
            return PRESENT if self.entry.isChecked() else None
        typed = self.entry.text().strip()
        if typed == self._words() and self.field.accepted:
            return self.field.value
        if not typed:
            return None
        kind, table = (Kind.TEXT, None) if self._known is None else (self._known.kind, self._known.code_table)
        try:
            return parse(kind, typed, code_table=table)
        except FieldError as problem:
            raise FieldError(f"“{self.field.label}”：{problem.sentence}") from problem

    def words(self) -> str:
        """As typed."""
        return self.entry.text().strip() if isinstance(self.entry, QLineEdit) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._reached(self.field)
        return super().eventFilter(watched, event)


def _definition(key: str) -> FieldDefinition | None:
    fields = load_dictionary().fields
    named = NUMBERED.fullmatch(key)
    return fields.get(key) or (fields.get(named[1]) if named else None)


class ReadPaperDialog(QDialog):
    """One page. ``others``: what else waits, for the other side of a card."""

    def __init__(
        self, jobs: Jobs, paper: PaperView, others: Sequence[PaperView] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(paper.form_title)
        self.resize(1120, 640)
        self._jobs = jobs
        self.paper = paper
        self._others = tuple(others)
        self.entries = [FieldEntry(field, self._go) for field in _shown(paper)]
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(self._find)
        self._lay_out()
        self.finished.connect(self.deleteLater)
        jobs.read(
            lambda store, actor: page_picture(verify.page_image(store, actor, paper.page_id)),
            self._picture,
            owner=self,
            failed=lambda refused: self.view.show_page(QPixmap(), refused),
        )

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN, around=BETWEEN)
        self.view = PageView()
        self.view.show_page(QPixmap(), "正在打开纸面")
        right = QWidget()
        side = column(right, space=INSIDE)
        doubtful = sum(not entry.field.accepted for entry in self.entries)
        head = f"{self.paper.form_title}：{doubtful} 处看不准" if doubtful else self.paper.form_title
        side.addWidget(text(head, "heading", wrap=True))
        self._add_child(side)
        side.addWidget(self._fields(), 1)
        box.addWidget(halves(self.view, right, (560, 520), (1, 1)), 1)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        box.addWidget(self.told)
        row = line()
        row.addStretch()
        row.addWidget(button("先不记", self.reject))
        self.does = button(DOES[self.paper.purpose], self.save, role="primary", name="paper_save")
        row.addWidget(self.does)
        box.addLayout(row)

    def _add_child(self, box: QVBoxLayout) -> None:
        self.child = Choice()
        self.child.setObjectName("paper_child")
        self.child.setAccessibleName("是哪名儿童的")
        self.search = QLineEdit()
        self.search.setObjectName("paper_search")
        self.search.setAccessibleName("找儿童")
        self.search.setPlaceholderText("不是他，就用姓名、拼音或身份证号找")
        self.search.textEdited.connect(lambda _typed: self._typed.start())
        for guess in self.paper.children:
            words = "　".join(part for part in (guess.name, guess.id_number_masked, guess.residence) if part)
            self.child.addItem(words, guess.child_id)
        if self.paper.purpose == LOG:
            return  # a work log is about several children: each line names its own
        own = any(guess.printed_for for guess in self.paper.children)
        box.addWidget(text("是哪名儿童的（这张表是给他印的）" if own else "是哪名儿童的"))
        box.addWidget(self.child)
        box.addWidget(self.search)

    def _fields(self) -> QScrollArea:
        inner = QWidget()
        box = column(inner, space=INSIDE)
        if self.paper.purpose == CARD:
            box.addWidget(text("信息卡的内容以登记表为准，这里只归档。", "secondary", wrap=True))
        else:
            for number, entry in enumerate(self.entries):
                if number:
                    box.addWidget(rule())
                box.addWidget(entry)
        box.addStretch()
        return scrolled(inner)

    # -- looking ------------------------------------------------------------------------------------------------------

    def _picture(self, picture: PagePicture) -> None:
        self.view.show_picture(picture, "没有纸面图像")

    def _go(self, field: PaperFieldView) -> None:
        self.view.show_place(QRect(*field.box))

    def _find(self) -> None:
        typed = self.search.text().strip()
        if typed:
            self._jobs.read(
                lambda store, actor: children.children(store, actor, search=typed, exited=False, limit=FOUND_MOST),
                partial(self._found, typed),
                owner=self,
            )

    def _found(self, typed: str, rows: Sequence[ChildRow]) -> None:
        if typed != self.search.text().strip():
            return
        self.child.clear()
        for row in rows:
            self.child.addItem(f"{row.name}　{row.id_number_masked}　{row.residence}", row.child_id)

    # -- entering -----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Enter what stands there."""
        try:
            change = self._change()
        except FieldError as problem:
            self.tell(problem.sentence)
            return
        self.does.setEnabled(False)
        self._jobs.write(change, lambda _result: self.accept(), owner=self, failed=self.tell)

    @property
    def entered(self) -> str:
        """What was done, for whoever opened this: the line goes from the list with it."""
        whose = self.child.currentText().partition("　")[0]
        done = {VISIT: f"{whose}的走访已记入", LOG: "工作日志已记入", CARD: f"{whose}的信息卡已归入案卷"}
        return done[self.paper.purpose]

    def tell(self, words: str) -> None:
        """Why it was not entered."""
        self.does.setEnabled(True)
        self.told.setText(words)
        self.told.show()

    def _change(self) -> Change[object]:
        page_id = self.paper.page_id
        if self.paper.purpose == LOG:
            lines = log_lines({entry.field.key: entry for entry in self.entries})
            return lambda s, a, now: placing.record_log_form(
                s, a, now, page_id, [_line(each, partial(_one, partial(children.children, s, a))) for each in lines]
            )
        child_id = str(self.child.currentData() or "")
        if not child_id:
            raise FieldError("请先选是哪名儿童的。")
        if self.paper.purpose == CARD:
            serial = self.paper.serial
            sides = [
                page_id,
                *(o.page_id for o in self._others if serial and o.serial == serial and o.page_id != page_id),
            ]
            return lambda s, a, now: placing.file_card(s, a, now, sides, child_id)
        values = {entry.field.key: entry.value() for entry in self.entries}
        return lambda s, a, now: placing.record_visit_form(s, a, now, page_id, child_id, values)


def _shown(paper: PaperView) -> list[PaperFieldView]:
    """Doubtful fields first; of a work log line by line, and only lines on which something stands."""
    if paper.purpose != LOG:
        return sorted(paper.fields, key=lambda field: field.accepted)
    rows: dict[str, list[PaperFieldView]] = {}
    for field in paper.fields:
        named = NUMBERED.fullmatch(field.key)
        if named is not None:
            rows.setdefault(named[2], []).append(field)
    return [field for row in rows.values() if any(each.text for each in row) for field in row]


class _LogRow:
    """One line of a read work log, as a person left it."""

    def __init__(self, number: str, on: date, words: str, child: str) -> None:
        self.number, self.on, self.words, self.child = number, on, words, child


def log_lines(entries: Mapping[str, FieldEntry]) -> list[_LogRow]:
    """The lines of a work log. Raises FieldError for one without a date or words."""
    rows: dict[str, dict[str, FieldEntry]] = {}
    for key, entry in entries.items():
        named = NUMBERED.fullmatch(key)
        if named is not None:
            rows.setdefault(named[2], {})[named[1]] = entry
    lines = []
    for number, row in rows.items():
        said = {name: entry.words() for name, entry in row.items()}
        if not any(said.values()):
            continue
        on = row["log_date"].value() if "log_date" in row else None
        words = "　".join(said[name] for name in ("log_way", "log_content", "log_result") if said.get(name))
        if not isinstance(on, str) or not words:
            raise FieldError(f"第 {number} 行要有日期和内容；不要的一行请全部清空。")
        child = said.get("log_child_id_number") or said.get("log_child_name") or ""
        lines.append(_LogRow(number, date.fromisoformat(on), words, child))
    return lines


def _line(row: _LogRow, one: Callable[[_LogRow], str | None]) -> placing.LogLine:
    return placing.LogLine(row.on, row.words, one(row))


def _one(find: Callable[..., tuple[ChildRow, ...]], row: _LogRow) -> str | None:
    """The child a line names; None for a line about nobody in particular. Raises FieldError for nobody or several."""
    if not row.child:
        return None
    found = find(search=row.child, limit=2)
    if len(found) != 1:
        how = "台账里没有" if not found else "台账里不止一名"
        raise FieldError(f"第 {row.number} 行的儿童{how}。请改填身份证号，或清空这一格。一行也没有保存。")
    return found[0].child_id
