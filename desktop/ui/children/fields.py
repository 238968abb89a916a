"""What the registrations say, side by side through the rounds; the history of one field with its crops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.page_picture import decoded
from desktop.ui.widgets.parts import button, column, panel, rule, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import Mark, day, moment
from forms.dictionary import extra_sensitive, load_dictionary
from forms.kinds import Kind
from records.views_care import AnswerStep, ChildPage, FieldRow, RegistrationColumn
from workflow import child_page, verify
from workflow.errors import WorkflowError
from workflow.names import mask_id_number

LABEL, ROUND = 176, 208  # widths of columns
MARGIN = 12  # px of the page around a crop
CROP_HEIGHT = 72


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a field's history with the cut-out of the paper, null where there is none to show."""

    said: AnswerStep
    crop: QImage


def with_crops(history: Sequence[AnswerStep], picture: Callable[[str], bytes]) -> tuple[Step, ...]:
    """The history of a field, each crop cut once from the page ``picture`` gives. Off the window's thread."""
    pages: dict[str, QImage] = {}
    cut: set[tuple[str, tuple[int, int, int, int]]] = set()
    steps = []
    for said in history:
        crop = QImage()
        if said.page_id is not None and said.box is not None and (said.page_id, said.box) not in cut:
            cut.add((said.page_id, said.box))
            if said.page_id not in pages:
                pages[said.page_id] = _page(said.page_id, picture)
            crop = _cut(pages[said.page_id], said.box)
        steps.append(Step(said, crop))
    return tuple(steps)


def _page(page_id: str, picture: Callable[[str], bytes]) -> QImage:
    try:
        return decoded(picture(page_id))
    except WorkflowError:
        return QImage()  # the words are still there


def _cut(page: QImage, box: tuple[int, int, int, int]) -> QImage:
    place = QRect(*box).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).intersected(page.rect())
    return page.copy(place) if not place.isEmpty() else QImage()


def is_id_number(key: str) -> bool:
    """Lists mask what stands in such a field."""
    known = load_dictionary().fields.get(key)
    return known is not None and known.kind is Kind.ID_NUMBER


def column_title(row: RegistrationColumn) -> str:
    """Round, or the form's date: what a clerk calls a form by."""
    when = day(row.form_date) if row.form_date is not None else "没有填表日期"
    return f"{when}（现行）" if row.current else when


class FieldsTab(QSplitter):
    """``FieldRow`` by ``FieldRow``; the one at hand tells its history on the right.

    ``propose`` asks for another value of a field of a form that belongs to another office.
    """

    propose = Signal(object)  # the FieldRow
    open_registration = Signal(str)  # the one that counts at present, to be looked at or corrected

    def __init__(self, jobs: Jobs, *, may_propose: bool = False) -> None:
        super().__init__()
        self._may_propose = may_propose
        self._foreign = False
        self._jobs = jobs
        self._child_id = ""
        self._asked = ""
        self._unmasked = False
        self.model: RowsModel[FieldRow] = RowsModel((Column("栏目", lambda row: row.label, LABEL),), parent=self)
        self.table = make_table(self.model, "fields", "登记内容")
        self.table.at_hand.connect(self._at_hand)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(BETWEEN)
        self.setProperty("role", "gap")
        self._left = QWidget()
        self._left_box = column(self._left, space=INSIDE)
        self._told = text("", "secondary", wrap=True)
        self._left_box.addWidget(self._told)
        self._left_box.addWidget(self.table, 1)
        self.addWidget(self._left)
        self.past = History()
        self.past.proposes.clicked.connect(lambda _on=False: self._propose())
        self._current = ""
        self.past.opens.clicked.connect(lambda _on=False: self.open_registration.emit(self._current))
        self.addWidget(self.past)
        self.setStretchFactor(0, 2)
        self.setStretchFactor(1, 1)
        self.setSizes([720, 400])

    def show_child(self, page: ChildPage, *, unmasked: bool) -> None:
        """Another child, or the same one read again. ``unmasked``: whole ID numbers are wanted."""
        self._unmasked = unmasked
        current = page.registrations[0] if page.registrations else None
        self._foreign = current is not None and bool(current.owner)
        self._current = current.registration_id if current is not None else ""
        self.past.opens.setVisible(bool(self._current))
        self.past.tell_owner(current.owner if current is not None else "")
        at = self.key_at_hand() if page.child_id == self._child_id else ""
        self._child_id = page.child_id
        columns = [self.model.columns[0]]
        for number, registration in enumerate(page.registrations):
            last = number == len(page.registrations) - 1
            columns.append(Column(column_title(registration), partial(self._said, number), 0 if last else ROUND))
        self.model.set_rows(())  # no form's column shows what another form says
        self.table.set_columns(columns)
        self.model.set_rows(page.fields)
        self._told.setText(_rounds(page))
        found = [i for i, row in enumerate(page.fields) if row.key == at]
        if page.fields:
            self.table.selectRow(found[0] if found else 0)

    def key_at_hand(self) -> str:
        """Key of the selected field, "" for none."""
        index = self.table.currentIndex()
        return self.model.rows[index.row()].key if index.isValid() else ""

    def _at_hand(self, position: int) -> None:
        if not 0 <= position < len(self.model.rows):
            return
        row = self.model.rows[position]
        child_id = self._child_id
        secret = row.hidden or row.key in extra_sensitive()
        self.past.proposes.setVisible(self._foreign and self._may_propose and not secret)
        self._asked = row.key
        if not self._unmasked and is_id_number(row.key):
            self.past.show_words(row, "身份证号只显示前几位。按“显示全号”后再看来历。")
            return
        self._jobs.read(
            lambda store, actor: with_crops(
                child_page.field_history(store, actor, child_id, row.key),
                lambda page_id: verify.page_image(store, actor, page_id),
            ),
            partial(self._show, row),
            owner=self,
        )

    def _propose(self) -> None:
        found = [row for row in self.model.rows if row.key == self.key_at_hand()]
        if found:
            self.propose.emit(found[0])

    def _said(self, number: int, row: FieldRow) -> str | Mark:
        words = row.texts[number]
        if row.hidden and not words:
            return Mark("只有指定的人能看", "secondary", "lock")
        if not self._unmasked and is_id_number(row.key):
            words = mask_id_number(words)
        return Mark(words, "acts", "again") if number == 0 and row.changed and words else words

    def _show(self, row: FieldRow, steps: Sequence[Step]) -> None:
        if row.key == self._asked:
            self.past.show_steps(row, steps)


def _rounds(page: ChildPage) -> str:
    """The registrations in a sentence each: round, way, notice, number."""
    lines = []
    for row in page.registrations:
        told = {True: "已告知", False: "没有告知", None: ""}[row.notice_given]
        parts = (row.round_name, row.collection, row.update, told, row.archive_number)
        lines.append(f"{column_title(row)}　{' · '.join(part for part in parts if part)}")
    return "\n".join(lines)


class Crop(QLabel):
    """A cut-out as wide as its place, never larger than written."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._whole = QPixmap.fromImage(image)
        self.setMinimumWidth(120)
        self.setFixedHeight(CROP_HEIGHT)
        self.setAccessibleName("纸面上的字")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(320, CROP_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = QSize(min(self.width(), self._whole.width()), min(CROP_HEIGHT, self._whole.height()))
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self.setPixmap(self._whole.scaled(room, keep, smooth))


class History(QFrame):
    """What was ever said about one field, newest statement first."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(320)
        box = column(self, space=INSIDE, around=BETWEEN)
        self.title = text("", "heading", wrap=True)
        box.addWidget(self.title)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName("这一栏的来历")
        box.addWidget(self._scroll, 1)
        self.steps: tuple[Step, ...] = ()
        self.owner = text("", "secondary", wrap=True)
        self.owner.hide()
        box.addWidget(self.owner)
        self.opens = button("看登记表", icon="verify", name="open_form")
        self.opens.hide()
        box.addWidget(self.opens)
        self.proposes = button("提建议", role="primary", icon="edit", name="propose")
        self.proposes.hide()
        box.addWidget(self.proposes)

    def tell_owner(self, owner: str) -> None:
        """Whose form it is, where it is another office's."""
        self.owner.setText(f"这份登记表归{owner}，本单位不直接改；看出问题，可以提建议。")
        self.owner.setVisible(bool(owner))

    def show_words(self, row: FieldRow, words: str) -> None:
        """No history, and why."""
        self.show_steps(row, ())
        inner = self._scroll.widget()
        label = inner.findChild(QLabel)
        assert label is not None  # what is said where there are no steps
        label.setText(words)

    def show_steps(self, row: FieldRow, steps: Sequence[Step]) -> None:
        """Another field."""
        self.steps = tuple(steps)
        self.title.setText(f"{row.label}的来历")
        inner = QWidget()
        inner.setObjectName("scrolled")
        box = column(inner, space=INSIDE)
        if not steps:
            box.addWidget(text("没有可看的来历。", "secondary", wrap=True))
        for number, step in enumerate(steps):
            if number:
                box.addWidget(rule())
            _add_step(box, step)
        box.addStretch()
        self._scroll.setWidget(inner)


def _add_step(box: QVBoxLayout, step: Step) -> None:
    said = step.said
    when = day(said.form_date) if said.form_date is not None else "没有填表日期"
    if not step.crop.isNull():
        box.addWidget(text(f"{when}的登记表", "secondary"))
        frame = panel()
        column(frame, around=4).addWidget(Crop(step.crop))
        box.addWidget(frame)
    if not said.by:
        box.addWidget(text(f"机器读到：{said.raw or '什么也没有'}", selectable=True, wrap=True))
        box.addWidget(text(f"按这一栏的写法：{said.to_text or '空白'}", "secondary", wrap=True))
        return
    change = (
        f"{said.from_text or '空白'} → {said.to_text or '空白'}" if said.from_text != said.to_text else said.to_text
    )
    box.addWidget(text(change or "空白", selectable=True, wrap=True))
    undone = "（撤销）" if said.undoes else ""
    note = f"　{said.note}" if said.note else ""
    box.addWidget(
        text(f"{said.state}{undone}　{said.by}　{moment(said.at)}　{said.source}{note}", "secondary", wrap=True)
    )
