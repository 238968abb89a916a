"""The child's page: what the forms say through the rounds, care, family, paper, reporting; leaving and coming back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.care.questions import Questions
from desktop.ui.children import page_sections
from desktop.ui.children.fields import FieldsTab
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.asking import Ask, AskDialog
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.page_picture import page_picture
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import Notice, button, column, line, panel, tab_bar, text
from desktop.ui.widgets.placing import PlaceDialog, place_of
from desktop.ui.widgets.sections import Sections
from desktop.ui.words import civil_day, day, grouped
from records.views import Actor
from records.views_care import ChildPage, FieldRow
from records.views_duplicates import TwinView
from workflow import child_page, dossiers, duplicates, proposals, unmask, verify
from workflow.changes import Changes
from workflow.cross_reference import Place
from workflow.permissions import RIGHTS, Right

TABS = ("登记内容", "重点关爱与走访", "家庭", "纸质件与报送")
FIELDS, CARE, FAMILY, PAPERS = range(len(TABS))
KEYS = (
    ("Ctrl+1 到 Ctrl+4", "换一部分：登记内容、重点关爱与走访、家庭、纸质件与报送"),
    ("上、下方向键", "在登记内容里换一栏"),
    ("Tab", "到下一处"),
    ("Esc", "返回"),
)
REFRESH_MS = 150


class ChildPageScreen(QWidget):
    """Everything the office knows of one child."""

    left = Signal()
    wanted = Signal(str, int)  # another screen wants a child's page at one of its parts
    title = Signal(str)
    open_registration = Signal(str)
    compare = Signal(str)  # the child with those who may be the same

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._actor = actor
        self._child_id = ""
        self._on_its_way = ""  # the child whose page is being read
        self.page: ChildPage | None = None
        self._hands = page_sections.Hands(
            Questions(jobs, self, actor.full_name),
            may_care=self._may(Right.CARE),
            may_place=self._may(Right.PLACE),
            open_child=self.open_child,
            show_page=self._show_paper,
            open_dossier=self._open_dossier,
            put_in=self._put_in,
            take_out=self._take_out,
            place_dossier=self._place_dossier,
            open_registration=self.open_registration.emit,
        )
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        offer_keys(self, "儿童档案页的按键", KEYS)
        jobs.changed.connect(self._changed)
        for number in range(len(TABS)):
            QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, partial(self.tabs.setCurrentIndex, number))

    def _may(self, right: Right) -> bool:
        return self._actor.role in RIGHTS[right]

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self._head())
        self.alarm = panel("alarm")
        row = line(self.alarm, space=BETWEEN, around=12)
        self._alarm = text("", wrap=True)
        row.addWidget(self._alarm, 1)
        row.addWidget(button("去处理", partial(self._to_tab, CARE), role="quiet", name="to_cases"))
        box.addWidget(self.alarm)
        self.twins = panel("note")
        row = line(self.twins, space=BETWEEN, around=12)
        self._twins = text("", wrap=True)
        row.addWidget(self._twins, 1)
        row.addWidget(button("去比对", lambda: self.compare.emit(self._child_id), role="quiet", name="compare"))
        box.addWidget(self.twins)
        self.standing = Notice()  # why no registration counts at present
        self.standing.setObjectName("standing")
        self.notice = Notice()
        for said in (self.standing, self.notice):
            box.addWidget(said)
        self.tabs = tab_bar("child_tabs", "儿童档案的部分", TABS)
        box.addWidget(self.tabs)
        self.fields = FieldsTab(self._jobs, may_propose=self._may(Right.PROPOSE))
        self.fields.propose.connect(self._ask_propose)
        self.fields.open_registration.connect(self.open_registration)
        self.care, self.family, self.papers = (Sections(word) for word in TABS[1:])
        self._stack = QStackedWidget()
        for widget in (self.fields, self.care, self.family, self.papers):
            self._stack.addWidget(widget)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        box.addWidget(self._stack, 1)

    def _head(self) -> QWidget:
        head = QWidget()
        row = line(head, space=INSIDE)
        row.addWidget(button("返回", self.left.emit, role="quiet", icon="back", name="back"))
        words = column(space=4)
        self.name = text("", "heading", selectable=True)
        self.facts = text("", "secondary", wrap=True, selectable=True)
        words.addWidget(self.name)
        words.addWidget(self.facts)
        row.addLayout(words, 1)
        self.whole = button("显示全号", self._unmask, name="unmask")
        self.exits = button("退出台账", self._exit, name="exit_child")
        row.addWidget(self.whole)
        row.addWidget(self.exits)
        return head

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    # -- reading ------------------------------------------------------------------------------------------------------

    def open_child(self, child_id: str, tab: int = FIELDS) -> None:
        """Show a child; its page is read."""
        if child_id != self._child_id:
            self.page = None
            self._child_id = child_id
            self.notice.drop()
            self.standing.drop()
            for widget in (self.name, self.facts):
                widget.setText("")
            self.alarm.hide()
            self.twins.hide()
            for part in (self.care, self.family, self.papers):
                part.show_sections(())
        self._to_tab(tab)
        self.read()

    def _to_tab(self, tab: int) -> None:
        self.tabs.setCurrentIndex(tab)

    def enter(self) -> None:
        """The screen is shown."""
        self.tabs.setFocus()
        if self._child_id != self._on_its_way:
            self.read()

    def read(self) -> None:
        """Read the page again."""
        self._refresh.stop()
        child_id, today = self._child_id, civil_day(self._jobs.now())
        self._on_its_way = child_id
        self._jobs.read(
            lambda store, actor: child_page.child_page(store, actor, child_id, today),
            self._show,
            owner=self,
            failed=partial(self._not_read, child_id),
        )
        self._jobs.read(
            lambda store, actor: duplicates.duplicate_candidates(store, actor, child_id),
            partial(self._show_twins, child_id),
            owner=self,
            failed=lambda _told: None,  # the page itself says what is wrong
        )

    def _not_read(self, child_id: str, told: str) -> None:
        if child_id == self._child_id:
            self._on_its_way = ""
            self.notice.say(told, "alarm")

    def _show_twins(self, child_id: str, twins: Sequence[TwinView]) -> None:
        """Somebody on the list may be the same child: said once, calmly, with the way to look."""
        if child_id != self._child_id:
            return
        first = next(iter(twins), None)
        self.twins.setVisible(first is not None)
        if first is None:
            return
        who = first.name if first.inside else f"{first.township.removeprefix('吉林省')}的一名儿童"
        why = f"：{'、'.join(first.reasons[:3])}" if first.reasons else ""
        self._twins.setText(f"台账里的{who}{'很' if first.grade == 'likely' else ''}可能是同一个孩子{why}。")

    def _changed(self, changes: Changes) -> None:
        ours = self._child_id in changes.children or changes.registrations or changes.batches
        if self._child_id and ours and self.isVisible() and not self._refresh.isActive():
            self._refresh.start()

    def _show(self, page: ChildPage) -> None:
        if page.child_id != self._child_id:
            return
        self.page = page
        self._on_its_way = ""
        self.title.emit(page.name)
        age = "" if page.age is None else f"{page.age}岁"
        state = "已退出" if page.exited else "重点关爱" if page.key_concern else ""
        self.name.setText("　".join(part for part in (page.name, page.sex, age, state) if part))
        self._show_facts(page.id_number_masked)
        self.whole.setVisible(self._may(Right.UNMASK) and bool(page.id_number_masked))
        self.exits.setText("恢复到台账" if page.exited else "退出台账")
        self.exits.setVisible(self._may(Right.CARE))
        self._alarm.setText("\n".join(page.banner))
        self.alarm.setVisible(bool(page.banner))
        if page.standing:
            self.standing.say(page.standing, "note")
        else:
            self.standing.drop()
        self.fields.show_child(page, unmasked=False)
        self.care.show_sections(page_sections.care(page, self._hands))
        self.family.show_sections(page_sections.family(page, self._hands))
        self.papers.show_sections(page_sections.papers(page, self._hands))

    def _show_facts(self, number: str) -> None:
        page = self.page
        assert page is not None  # shown only after reading
        born = f"{day(page.birth_date)}出生" if page.birth_date is not None else ""
        left = f"{day(page.exited_on)}退出：{page.exit_reason}" if page.exited_on is not None else ""
        parts = (
            number or "没有身份证号",
            born,
            page.group,
            f"户籍 {page.household}" if page.household else "",
            page.residence,
            left,
        )
        self.facts.setText("　".join(part for part in parts if part))

    # -- doing --------------------------------------------------------------------------------------------------------

    def _unmask(self) -> None:
        child_id = self._child_id
        self._jobs.read(lambda store, actor: unmask.id_numbers(store, actor, [child_id]), self._unmasked, owner=self)

    def _unmasked(self, numbers: Mapping[str, str]) -> None:
        if self._child_id in numbers:
            self._show_facts(grouped(numbers[self._child_id]))
            self.whole.hide()
            assert self.page is not None  # the button stands on its page
            self.fields.show_child(self.page, unmasked=True)

    def _ask_propose(self, row: FieldRow) -> None:
        """What another office's form should say, with the reason; it goes along with the next package."""
        if self.page is None:
            return
        current = self.page.registrations[0]
        registration_id, said = current.registration_id, row.texts[0]
        dialog = AskDialog(
            self._jobs,
            f"建议{current.owner}改“{row.label}”",
            f"现在是：{said or '没填'}。建议随下一个交接包送去，采不采纳由对方定。",
            [Ask("value", "应该是", value=said), Ask("why", "理由", needed=True)],
            "提建议",
            lambda given: (
                lambda s, a, now: proposals.propose_typed(
                    s, a, now, registration_id, row.key, given.text("value"), given.text("why")
                )
            ),
            self,
        )
        dialog.accepted.connect(lambda: self.notice.say(f"对“{row.label}”的建议已记下，做下一个交接包时带去。", "good"))
        dialog.open()

    def _exit(self) -> None:
        if self.page is not None:
            ask = self._hands.ask.return_child if self.page.exited else self._hands.ask.exit_child
            ask(self.page.name, self.page.child_id)

    def _write(self, change: Change[object], words: str) -> None:
        self._jobs.write(
            change,
            lambda _result: self.notice.say(words, "good"),
            owner=self,
            failed=lambda refused: self.notice.say(refused, "alarm"),
        )

    def _open_dossier(self) -> None:
        child_id = self._child_id
        self._write(
            lambda store, actor, now: dossiers.open_dossier(store, actor, now, child_id),
            "案卷已建立。请把这名儿童的登记表归入案卷。",
        )

    def _put_in(self, registration_id: str) -> None:
        dossier = self.page.dossier if self.page is not None else None
        if dossier is not None:
            self._write(
                lambda store, actor, now: dossiers.put_in(store, actor, now, dossier.dossier_id, registration_id),
                f"已归入案卷 {dossier.archive_number}，请把纸放进去；原来的位置留有参见。",
            )

    def _take_out(self, registration_id: str) -> None:
        dossier = self.page.dossier if self.page is not None else None
        if dossier is not None:
            self._write(
                lambda store, actor, now: dossiers.take_out(store, actor, now, dossier.dossier_id, registration_id),
                f"已从案卷 {dossier.archive_number} 取出，请把纸放回原处；案卷里留有参见。",
            )

    def _place_dossier(self) -> None:
        dossier = self.page.dossier if self.page is not None else None
        if dossier is None:
            return
        words = f"档号 {dossier.archive_number}，卷内各件随案卷。"
        dialog = PlaceDialog("这个案卷放在哪里", words, place_of(dossier.location), self)
        dialog.accepted.connect(lambda: self._put_at(dossier.dossier_id, dialog.place()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _put_at(self, dossier_id: str, place: Place) -> None:
        self._write(
            lambda store, actor, now: dossiers.set_dossier_location(store, actor, now, dossier_id, place),
            "案卷的位置已登记，卷内各件随案卷。",
        )

    def _show_paper(self, page_id: str, words: str) -> None:
        PaperDialog(self._jobs, page_id, words, self).open()


class PaperDialog(QDialog):
    """One side of a sheet, to look at."""

    def __init__(self, jobs: Jobs, page_id: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("纸面")  # whose it is stands on the paper, not in the task bar
        self.resize(720, 640)
        box = column(self, space=BETWEEN, around=BETWEEN)
        self.view = PageView(follows=False)
        self.view.setAccessibleDescription(words)
        self.view.show_page(QPixmap(), "正在打开纸面")
        box.addWidget(self.view, 1)
        row = line()
        row.addStretch()
        row.addWidget(button("关闭", self.reject, role="primary"))
        box.addLayout(row)
        self.finished.connect(self.deleteLater)
        jobs.read(
            lambda store, actor: page_picture(verify.page_image(store, actor, page_id)),
            lambda picture: self.view.show_picture(picture, "没有纸面图像"),
            owner=self,
            failed=lambda refused: self.view.show_page(QPixmap(), refused),
        )
