"""One registration reviewed by another person: every field against the paper, passed, or sent back with reasons."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import QLineEdit, QSplitter, QWidget

from desktop.jobs import Jobs
from desktop.ui.second.one_by_one import OneByOne
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.verify.crop_view import CropView
from desktop.ui.verify.field_panel import COVERED
from desktop.ui.verify.rest_list import shown_text
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import button, column, keys_foot, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import ANSWER, SOURCE_WORDS, Mark
from forms.kinds import Kind
from records.views import AnswerState, ValueSource, VerifyItem, VerifySheet
from workflow import review, verify
from workflow.changes import Changes

FOOT = (
    ("↑ ↓", "上一栏、下一栏"),
    ("Enter", "写这一栏哪里不对"),
    ("Ctrl+Enter", "通过，或按写下的原因退回"),
    ("F6", "加深"),
    ("F9", "看整页"),
    ("Esc", "回到列表"),
)
CONTROL = Qt.KeyboardModifier.ControlModifier


class FieldTable(Table):
    """The fields; Ctrl+Enter decides about the whole."""

    decided = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and event.modifiers() & CONTROL:
            self.decided.emit()
            return
        super().keyPressEvent(event)


class ReviewScreen(OneByOne):
    """Reasons are written beside the fields; without any the registration passes."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs, "review_back")
        self._passed = self._returned = 0
        self._sheet: VerifySheet | None = None
        self._busy = False
        self._shown_page = ("", "")  # and in which tone
        self.reasons: dict[str, str] = {}
        self.pages.came.connect(lambda _page: self._show_place())
        self.page = PageView()
        self.crop = CropView()
        self.model: RowsModel[VerifyItem] = RowsModel(
            (
                Column("栏目", lambda item: item.label, 168),
                Column("内容", shown_text),
                Column("怎么来的", self._how, 128),
                Column("复核", self._wrong, 176),
            ),
            parent=self,
        )
        self.table = FieldTable(self.model)
        self.table.setObjectName("review_fields")
        self.table.setAccessibleName("登记表的栏目")
        self.table.at_hand.connect(lambda _row: self._show_field())
        self.table.opened.connect(lambda _row: self._to_reason())
        self.table.decided.connect(self.decide)
        self._lay_out()

    def _lay_out(self) -> None:
        whole = column(self, space=0)
        whole.addWidget(self.head())
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setHandleWidth(1)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.page)
        halves.addWidget(self._right())
        halves.setSizes([440, 760])
        whole.addWidget(halves, 1)
        whole.addWidget(keys_foot(FOOT))
        offer_keys(self, "复核一份的按键", FOOT)

    def _right(self) -> QWidget:
        right = QWidget()
        right.setObjectName("screen")
        box = column(right, space=INSIDE)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, INSIDE)
        box.addWidget(self.notice)
        self.label = text("", "heading")
        box.addWidget(self.label)
        box.addWidget(self.crop)
        self.reason = QLineEdit()
        self.reason.setObjectName("reason")
        self.reason.setAccessibleName("这一栏哪里不对")
        self.reason.setPlaceholderText("这一栏哪里不对（没有不对就空着）")
        self.reason.textEdited.connect(self._reasoned)
        self.reason.returnPressed.connect(self.table.setFocus)
        box.addWidget(self.reason)
        box.addWidget(self.table, 1)
        row = line()
        self.words = QLineEdit()
        self.words.setObjectName("words")
        self.words.setAccessibleName("对整份的说明")
        self.words.setPlaceholderText("对整份的说明（退回时可以写）")
        self.words.textEdited.connect(lambda _text: self._tell())
        row.addWidget(self.words, 1)
        self.does = button("", self.decide, role="primary", name="decide")
        row.addWidget(self.does)
        box.addLayout(row)
        return right

    # -- registrations ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self.table.setFocus()

    def open_all(self, registrations: tuple[str, ...]) -> None:
        """Review these, one after the other."""
        self._passed = self._returned = 0
        self.begin(registrations)

    def forget(self) -> None:
        self._sheet, self._busy = None, False
        self.reasons.clear()
        self.words.clear()

    def account(self) -> str:
        parts = [f"通过 {self._passed} 份"] if self._passed else []
        parts += [f"退回 {self._returned} 份"] if self._returned else []
        return "，".join(parts) + "。" if parts else ""

    def load(self, registration_id: str) -> None:
        self._jobs.read(
            lambda store, actor: verify.sheet(store, actor, registration_id),
            self._show,
            owner=self,
            failed=self.not_loaded,
        )

    def _show(self, sheet: VerifySheet) -> None:
        self._sheet = sheet
        self.pages.show(sheet.pages)
        self.page.show_page(QPixmap(), "正在打开纸面")
        self._shown_page = ("", "")
        self.title.emit(f"复核　{sheet.title}")
        self.say_which(sheet.form_title)
        self.model.set_rows(sheet.items)
        self._tell()
        if sheet.items:
            self.table.selectRow(0)
        self.table.setFocus()

    # -- the field at hand --------------------------------------------------------------------------------------------

    @property
    def item(self) -> VerifyItem | None:
        """The field at hand."""
        index = self.table.currentIndex()
        return self.model.rows[index.row()] if index.isValid() and self._sheet is not None else None

    def _show_field(self) -> None:
        item = self.item
        if item is None:
            return
        self.label.setText(f"{item.label}：{shown_text(item)}")
        self.reason.setText(self.reasons.get(item.key, ""))
        self._show_place()
        self.table.scrollTo(self.table.currentIndex())

    def _show_place(self) -> None:
        item = self.item
        if item is None:
            return
        if item.sealed:
            self.crop.show_words(COVERED)
            return
        if item.page_id is None:
            self.crop.show_words("收到的页里没有这一栏")
            self.page.show_place(None)
            return
        picture = self.pages.picture(item.page_id)
        if picture is None:
            self.crop.wait(self.pages.told(item.page_id))
            self.page.show_page(QPixmap(), self.pages.told(item.page_id))
            self._shown_page = ("", "")
            return
        if (item.page_id, self.pages.tone.value) != self._shown_page:
            self.page.show_picture(picture)
            self._shown_page = (item.page_id, self.pages.tone.value)
        if item.box is None:
            self.page.show_place(None)
            self.page.show_height(item.down or 0.0)
            self.crop.show_words("这一栏是照整页录入的，请看左边的纸面")
            return
        self.page.show_place(QRect(*item.box))
        self.crop.show_crop(picture.whole, QRect(*item.box), printed=bool(item.options) or item.kind is Kind.SIGNATURE)

    def _to_reason(self) -> None:
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reason.selectAll()

    def _reasoned(self, words: str) -> None:
        item = self.item
        if item is None:
            return
        if words.strip():
            self.reasons[item.key] = words
        else:
            self.reasons.pop(item.key, None)
        at = self.table.currentIndex().row()
        self.model.dataChanged.emit(self.model.index(at, 0), self.model.index(at, self.model.columnCount() - 1))
        self._tell()

    def _how(self, item: VerifyItem) -> str | Mark:
        if item.source is not ValueSource.PAPER:
            return f"{SOURCE_WORDS[item.source]}：{item.note}" if item.note else SOURCE_WORDS[item.source]
        if item.state is AnswerState.MACHINE and item.accepted:
            return Mark("机读，有把握", "secondary")
        return ANSWER[item.state]

    def _wrong(self, item: VerifyItem) -> str | Mark:
        reason = self.reasons.get(item.key, "").strip()
        return Mark(reason, "error", "cross") if reason else ""

    def _tell(self) -> None:
        if self.reasons:
            self.does.setText(f"退回，{len(self.reasons)} 栏要改（Ctrl+Enter）")
        else:
            self.does.setText("退回（Ctrl+Enter）" if self.words.text().strip() else "通过复核（Ctrl+Enter）")

    # -- deciding -----------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Pass, or send back where a reason was written."""
        sheet = self._sheet
        if sheet is None or self._busy:
            return
        self._busy = True
        registration, reasons, words = sheet.registration_id, dict(self.reasons), self.words.text().strip()
        back = bool(reasons or words)

        def done(_changes: Changes) -> None:
            self._passed += not back
            self._returned += back
            self.open_next()

        def refused(told: str) -> None:
            self._busy = False
            self.notice.say(told, "alarm")

        self._jobs.write(
            lambda store, actor, now: (
                review.send_back(store, actor, now, registration, reasons, words)
                if back
                else review.review(store, actor, now, registration)
            ),
            done,
            owner=self,
            failed=refused,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys work wherever the keyboard is."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and event.modifiers() & CONTROL:
            if not event.isAutoRepeat():
                self.decide()
        elif event.key() == Qt.Key.Key_F6:
            self.pages.next_tone()
            self._show_place()
        elif event.key() == Qt.Key.Key_F9:
            self.page.show_whole(not self.page.whole)
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        """Out of a line back to the fields, from there to the lists."""
        if self.reason.hasFocus() or self.words.hasFocus():
            self.table.setFocus()
        else:
            self.leave("")

    def leave(self, told: str) -> None:
        super().leave(told)
        self.model.set_rows(())
        self.page.show_page(QPixmap())
