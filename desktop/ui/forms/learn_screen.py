"""Learning a form: a blank comes in, its fields are looked through on the page, tried on a filled one, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QStackedLayout,
    QWidget,
)

from desktop.jobs import Change, Jobs
from desktop.ui.forms.canvas import STEP, FormCanvas
from desktop.ui.forms.editing import Editing
from desktop.ui.forms.field_list import FieldList
from desktop.ui.forms.field_panel import FieldPanel
from desktop.ui.forms.keys import SHEET
from desktop.ui.forms.names import found_by
from desktop.ui.forms.saving import ask_save
from desktop.ui.forms.tried import TriedView
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.files import choose_file
from desktop.ui.widgets.key_sheet import KeySheet, offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, scrolled, tab_bar, text
from desktop.ui.widgets.sure import SureDialog
from forms.form_file import Form
from forms.proposal import Proposal
from records.views_forms import FormRow, TriedPage
from workflow import form_learning, form_trying

EMPTY, BUSY, WORK = range(3)
BLANKS = "空白表 (*.pdf *.docx *.doc *.wps *.jpg *.jpeg *.png *.tif *.tiff *.bmp)"
FILLED = "填好的页 (*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.bmp)"
RIGHT = 400
LEAST_LIST = 160


class LearnScreen(QWidget):
    """Emits ``left`` when the person goes back, ``learned`` with the form that was kept."""

    left = Signal()
    learned = Signal(object, int)  # the form, and how many pages of unknown form are read again

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._asked = 0
        self._known: tuple[FormRow, ...] = ()
        self._version_of = ""
        self.trial_page = ""  # a page of the inbox that nobody knew: tried without being asked for
        self.editing = Editing(self)
        self.canvas = FormCanvas(self.editing)
        self.fields = FieldList(self.editing, self.canvas)
        self.panel = FieldPanel(self.editing)
        self.notice = Notice()
        self.tried = TriedView()
        self._filling = False
        self._lay_out()
        self._connect()

    # -- building -----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        box = column(self, space=INSIDE)
        box.setContentsMargins(AROUND, 12, AROUND, 12)
        box.addLayout(self._top())
        box.addWidget(self.notice)
        holder = QWidget()
        self._state = QStackedLayout(holder)
        self.chooses = button("选空白表", self._choose_blank, role="primary", icon="plus", name="choose_blank")
        self._state.addWidget(
            EmptyState(
                "page",
                "选一份空白表来学",
                "PDF、Word 文档、扫描件、照片都可以，PDF 最好；正反两面可以是两个文件。\n"
                "一定要空白的：空白表会当作表样保存，不加密。",
                self.chooses,
            )
        )
        self._state.addWidget(self._busy())
        self._state.addWidget(self._work())
        box.addWidget(holder, 1)

    def _top(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        row.addWidget(button("返回", self.leave, role="quiet", icon="back", name="back"))
        self.title = QLineEdit()
        self.title.setObjectName("form_title")
        self.title.setAccessibleName("表名")
        self.title.setPlaceholderText("表名")
        self.title.editingFinished.connect(self._retitle)
        self.title.setMinimumWidth(240)
        row.addWidget(self.title, 1)
        self.undoes = button("撤销", self.editing.undo, icon="undo", name="undo")
        self.tries = button("试读一页", self.ask_trial, icon="verify", name="try_form")
        self.saves = button("保存", self.save, role="primary", name="save_form")
        for deed in (button("按键", self.show_keys, role="quiet", name="keys"), self.undoes, self.tries, self.saves):
            row.addWidget(deed)
        return row

    def _busy(self) -> QWidget:
        whole = QWidget()
        box = column(whole, space=BETWEEN)
        box.addStretch(2)
        self._doing = text("", "heading")
        self._doing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self._doing)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedWidth(320)
        box.addWidget(bar, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        return whole

    def _work(self) -> QWidget:
        whole = QWidget()
        row = line(whole, space=BETWEEN)
        left = column(space=INSIDE)
        self.sides = tab_bar("sides", "第几面，或试读的页")
        left.addWidget(self.sides)
        self.blank_scroll = QScrollArea()
        self.blank_scroll.setObjectName("form_scroll")
        self.blank_scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.blank_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.blank_scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        pages = QWidget()
        self._pages = QStackedLayout(pages)
        self._pages.setSizeConstraint(QStackedLayout.SizeConstraint.SetMinAndMaxSize)
        self.blank_scroll.setWidget(self.canvas)
        self.tried_scroll = QScrollArea()
        self.tried_scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.tried_scroll.setWidget(self.tried)
        self._pages.addWidget(self.blank_scroll)
        self._pages.addWidget(self.tried_scroll)
        left.addWidget(pages, 1)
        row.addLayout(left, 1)
        right = QWidget()
        box = column(right, space=INSIDE)
        self.fields.setMinimumHeight(LEAST_LIST)
        box.addWidget(self.fields, 1)
        box.addWidget(self.panel)
        self._beside = scrolled(right, "栏目")  # on a low screen
        self._beside.setFixedWidth(RIGHT)
        row.addWidget(self._beside)
        return whole

    def _connect(self) -> None:
        self.editing.changed.connect(self._changed)
        self.editing.chosen.connect(self._chosen)
        self.editing.refused.connect(lambda told: self.notice.say(told, "note"))
        self.canvas.seen.connect(self._bring_into_view)
        self.canvas.named.connect(self._to_name)
        self.panel.option_wanted.connect(self._draw_option)
        self.panel.name.named.connect(lambda _key: self.fields.table.setFocus())
        self.fields.name_wanted.connect(self._to_name)
        self.sides.currentChanged.connect(self._to_side)
        offer_keys(self, "学表样的按键", SHEET)
        for keys, does in self._keys_of():
            shortcut = QShortcut(QKeySequence(keys), self, does)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _keys_of(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        return (
            ("F5", self.ask_trial),
            ("F6", self._to_next_part),
            ("Ctrl+Z", self.editing.undo),
            ("Ctrl+Y", self.editing.redo),
            ("Ctrl+Shift+Z", self.editing.redo),
            ("Ctrl+S", self.save),
            ("Ctrl++", partial(self.canvas.zoom, STEP)),
            ("Ctrl+=", partial(self.canvas.zoom, STEP)),
            ("Ctrl+-", partial(self.canvas.zoom, 1 / STEP)),
            ("PgUp", partial(self._turn, -1)),
            ("PgDown", partial(self._turn, 1)),
        )

    # -- a blank comes in ---------------------------------------------------------------------------------------------

    def begin(self, known: Sequence[FormRow], version_of: str = "", trial_page: str = "") -> None:
        """Learn another form. ``version_of``: likely its new version; ``trial_page``: of the inbox, to be tried on."""
        self._asked += 1
        self._known, self._version_of, self.trial_page = tuple(known), version_of, trial_page
        self.notice.drop()
        self.editing.begin(None)
        self.tried.show_page(None)
        self._show_state(EMPTY)
        self._jobs.task(found_by, lambda _names: None, owner=self)  # till then the blank has not been chosen
        if trial_page:
            self.notice.say(
                "收件箱里的这一页没有认出是什么表。请选一份同样的空白表来学；学的时候用这一页试读。",
                action="这一页就是空白的，用它学",
                act=partial(self.learn_page, trial_page),
            )

    def edit(self, form: Form, known: Sequence[FormRow]) -> None:
        """Correct a form that the office has, into its next version."""
        from forms.proposal import of_form

        self.begin(known, form.id)
        self._show_proposal(self._asked, of_form(form))

    def _choose_blank(self) -> None:
        dialog = QFileDialog(self, "选空白表，正反两面可以一起选", "", f"{BLANKS};;所有文件 (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.learn([Path(name) for name in sorted(names)]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def learn(self, files: Sequence[Path]) -> None:
        """Look at a blank given as these files."""
        self._learn(lambda store, actor, now: form_learning.learn(store, actor, now, files))

    def learn_page(self, page_id: str) -> None:
        """Look at a page of the inbox that a person says is blank."""
        self.trial_page = ""
        self._learn(lambda store, actor, now: form_learning.learn_pages(store, actor, now, [page_id]))

    def _learn(self, call: Change[Proposal]) -> None:
        self._asked += 1
        self._doing.setText("正在看这份空白表，每一面约十秒")
        self._show_state(BUSY)
        self._jobs.beside(
            call, partial(self._show_proposal, self._asked), owner=self, failed=partial(self._not_learned, self._asked)
        )

    def _not_learned(self, asked: int, told: str) -> None:
        if asked == self._asked:
            self._show_state(EMPTY)
            self.notice.say(told, "alarm")

    def _show_proposal(self, asked: int, proposal: Proposal) -> None:
        if asked != self._asked:
            return  # the person has gone on to something else
        self._show_state(WORK)
        self._set_sides(proposal)
        self.editing.begin(proposal)
        self.title.setText("" if proposal.title == form_learning.UNSAVED else proposal.title)
        self._fit()
        doubtful = self.editing.doubtful()
        if not proposal.fields:
            self.notice.say("没有找到填写的地方。可以在表样上自己画，或换一份更清楚的空白表。")
        elif not self._version_of:
            told = f"找到 {len(proposal.fields)} 栏，其中 {doubtful} 栏请看一眼。" if doubtful else "每一栏都认准了。"
            self.notice.say(f"{told}看完后找一页填好的“试读”，再保存。", "good" if not doubtful else "note")
        self.fields.table.setFocus()

    def _show_state(self, state: int) -> None:
        self._state.setCurrentIndex(state)
        for part in (self.title, self.undoes, self.tries, self.saves):
            part.setEnabled(state == WORK)
        if state != WORK:
            self.title.clear()

    def _set_sides(self, proposal: Proposal) -> None:
        self._filling = True
        while self.sides.count():
            self.sides.removeTab(0)
        for number in range(len(proposal.pages)):
            self.sides.addTab(f"第 {number + 1} 面" if len(proposal.pages) > 1 else "表样")
        self._filling = False

    # -- what is at hand ----------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.undoes.setEnabled(self.editing.can_undo)

    def _chosen(self) -> None:
        field = self.editing.field
        if self._on_trial() and self.tried.page is not None and self.tried.page.form_page == self.editing.page:
            place = self.tried.choose(field.key if field is not None else "")
            if place is not None:
                self.tried_scroll.ensureVisible(round(place.center().x()), round(place.center().y()), 60, 80)
        elif not self._filling and self.sides.currentIndex() != self.editing.page - 1:
            self.sides.setCurrentIndex(self.editing.page - 1)

    def _bring_into_view(self, place: QRectF) -> None:
        middle = place.center()
        self.blank_scroll.ensureVisible(
            round(middle.x()), round(middle.y()), round(place.width() / 2), round(place.height() / 2)
        )

    def _to_name(self) -> None:
        self._beside.ensureWidgetVisible(self.panel.name)
        self.panel.name.setFocus()
        self.panel.name.selectAll()

    def _draw_option(self) -> None:
        self.canvas.options_next = True
        self.canvas.setFocus()
        self.notice.say("在表样上拖出这个选项的方框。按 Esc 不画了。")

    def _to_next_part(self) -> None:
        parts = (self.fields.table, self.canvas, self.panel.label)
        at = next((n for n, part in enumerate(parts) if part.hasFocus()), 2)  # else somewhere in the panel
        parts[(at + 1) % len(parts)].setFocus()

    def _retitle(self) -> None:
        typed, proposal = self.title.text().strip(), self.editing.proposal
        if proposal is not None and typed != proposal.title:
            self.editing.take(lambda p: replace(p, title=typed))

    # -- sides and the tried page -------------------------------------------------------------------------------------

    def _on_trial(self) -> bool:
        proposal = self.editing.proposal
        return proposal is not None and self.sides.currentIndex() >= len(proposal.pages)

    def _to_side(self, at: int) -> None:
        proposal = self.editing.proposal
        if self._filling or proposal is None or at < 0:
            return
        trial = at >= len(proposal.pages)
        self._pages.setCurrentIndex(1 if trial else 0)
        if not trial:
            self.editing.show_page(at + 1)

    def _turn(self, step: int) -> None:
        at = self.sides.currentIndex() + step
        if 0 <= at < self.sides.count():
            self.sides.setCurrentIndex(at)

    def ask_trial(self) -> None:
        """A filled page to try the form on."""
        if self.editing.proposal is None or not self.tries.isEnabled():
            return
        if self.trial_page:
            page_id = self.trial_page
            self._try(lambda form: lambda s, a, now: form_trying.try_pages(s, a, now, form, [page_id]))
            return
        choose_file(self, "选一页填好的（只读这一次，不收进来）", f"{FILLED};;所有文件 (*)", self.try_file)

    def try_file(self, path: Path) -> None:
        """Read this file with the form as it is now."""
        self._try(lambda form: lambda store, actor, now: form_trying.try_file(store, actor, now, form, path))

    def _try(self, make: Callable[[Form], Change[tuple[TriedPage, ...]]]) -> None:
        form = self._form()
        if form is None:
            return
        self._asked += 1
        self.tries.setEnabled(False)
        self.notice.say("正在用这张表样试读，约十秒；可以接着看别的栏。")
        self._jobs.beside(
            make(form),
            partial(self._show_trial, self._asked),
            owner=self,
            failed=partial(self._not_tried, self._asked),
        )

    def _form(self) -> Form | None:
        """The form as it is now; what keeps it from being one is said."""
        from forms.form_file import FormError

        assert self.editing.proposal is not None
        try:
            return self.editing.proposal.as_form("1", self.title.text().strip() or "表")
        except FormError as problem:
            self.notice.say(str(problem), "alarm")
            return None

    def _not_tried(self, asked: int, told: str) -> None:
        self.tries.setEnabled(True)
        if asked == self._asked:
            self.notice.say(told, "alarm")

    def _show_trial(self, asked: int, pages: Sequence[TriedPage]) -> None:
        self.tries.setEnabled(True)
        proposal = self.editing.proposal
        if asked != self._asked or proposal is None:
            return
        page = next((page for page in pages if page.form_page), pages[0] if pages else None)
        if page is None or not page.form_page:
            self.notice.say(page.told if page is not None else form_trying.NOT_FOUND, "alarm")
            return
        self.tried.show_page(page)
        if self.sides.count() == len(proposal.pages):
            self.sides.addTab("试读")
        self.sides.setCurrentIndex(len(proposal.pages))
        read = sum(bool(field.text) for field in page.fields)
        unsure = sum(not field.sure for field in page.fields)
        told = f"试读了第 {page.form_page} 面：{len(page.fields)} 栏里有 {read} 栏写了字，其中 {unsure} 栏看不准。"
        self.notice.say(f"{told}看值是不是落在该在的格子里；这一页没有收进来。", "good")
        self._fit()

    # -- saving and leaving -------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Ask what it is to be called and kept as."""
        if self.editing.proposal is None or not self.saves.isEnabled():
            return
        self._retitle()
        if self._form() is not None:
            ask_save(self, self._jobs, self.editing.proposal, self._known, self._version_of, self._saved)

    def _saved(self, form: Form, again: int) -> None:
        self.editing.saved = True
        self.learned.emit(form, again)

    def leave(self) -> None:
        """Back to the list; what isn't saved would be lost, so that is asked."""
        if self.editing.saved or self.editing.proposal is None:
            self._gone()
            return
        words = "改过的栏目还没有保存，离开就没有了。"
        SureDialog("还没有保存", words, "不保存，离开", self._gone, self, stays="接着看").open()

    def _gone(self) -> None:
        self._asked += 1
        self.editing.begin(None)
        self.tried.show_page(None)
        self.left.emit()

    def show_keys(self) -> None:
        """The sheet of keys."""
        KeySheet("学表样的按键", SHEET, self).open()

    def enter(self) -> None:
        """The screen is shown."""
        (self.fields.table if self.editing.proposal is not None else self.chooses).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._state.activate()
        width = self.width() - 2 * AROUND - RIGHT - BETWEEN - 20
        self.canvas.fit(width)
        self.tried.fit(width)
