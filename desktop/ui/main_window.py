"""The frame: navigation, the head with the screen's title and the search, the screen, the status."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QStackedWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui import icons
from desktop.ui.navigation import Navigation
from desktop.ui.search_list import SearchList
from desktop.ui.status_bar import StatusBar
from desktop.ui.theme import AROUND, BETWEEN, roles
from desktop.ui.widgets.either import keyboard_into
from desktop.ui.widgets.key_sheet import show_keys
from desktop.ui.widgets.parts import Notice, column, line, panel, text
from records.views import Actor, OfficeView
from workflow import access
from workflow.changes import Changes
from workflow.permissions import RIGHTS, ROLE_NAMES, Right

# what a screen shows at all; a screen that isn't named here is for everybody who gets it
NEEDS = {"inbox": Right.SEE_INBOX, "children": Right.SEE_CHILDREN, "batches": Right.SEE_BATCHES}


class Screen(Protocol):
    """What the frame asks of a screen besides being a widget."""

    def enter(self) -> None:
        """The screen is shown now: read what it shows."""


class MainWindow(QWidget):
    """Shows one screen at a time; knows their names, not what they do."""

    searched = Signal(str, bool)  # the words, and whether Enter asks for the thing itself
    went = Signal(str)  # the key of the screen that is shown now
    closing = Signal()
    _glass: QAction | None = None  # the drawing in the search box

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setWindowTitle("童档")
        self._jobs = jobs
        self._role = actor.role
        self._screens: dict[str, tuple[QWidget, Screen, str]] = {}
        self._under: dict[str, str] = {}
        self._shown = ""
        self.navigation = Navigation(actor.full_name, ROLE_NAMES[actor.role])
        self.navigation.chosen.connect(self.go)
        self.navigation.keys_wanted.connect(self._show_keys)
        for keys, steps in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            QShortcut(QKeySequence(keys), self, partial(self._to_neighbour, steps))
        self.status = StatusBar(jobs)
        self.notice = Notice()
        self._stack = QStackedWidget()
        self._title = text("", "title")
        self.search = self._make_search()
        self._lay_out()
        self.found = SearchList(jobs, self.search, self)
        jobs.known_error.connect(self.say_error)
        jobs.changed.connect(self._changed)
        self.read_office()

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setObjectName("search")
        search.setPlaceholderText("姓名 / 拼音 / 身份证号 / 档号 / 电话")
        search.setAccessibleName("查找儿童")
        search.setClearButtonEnabled(True)
        search.setFixedWidth(320)
        icon = icons.icon("search", roles().secondary)
        self._glass = search.addAction(icon, QLineEdit.ActionPosition.LeadingPosition)
        search.textEdited.connect(lambda words: self.searched.emit(words, False))
        search.returnPressed.connect(lambda: self.searched.emit(search.text(), True))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._to_search)
        return search

    def _lay_out(self) -> None:
        whole = line(self, space=0)
        whole.addWidget(self.navigation)
        right = column(space=0)
        whole.addLayout(right, 1)
        right.addWidget(self._head())
        holder = column(space=0)
        holder.setContentsMargins(AROUND, BETWEEN, AROUND, 0)
        holder.addWidget(self.notice)
        self._notice_row = QWidget()
        self._notice_row.setLayout(holder)
        self._notice_row.hide()
        self.notice.shown.connect(self._notice_row.setVisible)
        right.addWidget(self._notice_row)
        right.addWidget(self._stack, 1)
        right.addWidget(self.status)

    def _head(self) -> QFrame:
        head = panel("head")
        head.setFixedHeight(56)
        row = line(head, space=BETWEEN)
        row.setContentsMargins(AROUND, 0, AROUND, 0)
        row.addWidget(self._title, 1)
        row.addWidget(self.search)
        return head

    # -- screens ------------------------------------------------------------------------------------------------------

    def add(self, key: str, word: str, icon: str, widget: QWidget, screen: Screen) -> None:
        """A screen with an entry in the navigation."""
        self.navigation.add(key, word, icon)
        self.navigation.entry(key).setVisible(self.may_see(key))
        self._screens[key] = (widget, screen, word)
        self._stack.addWidget(widget)

    def add_inner(self, key: str, under: str, widget: QWidget, screen: Screen, word: str = "") -> None:
        """A screen without an entry of its own: that of ``under`` stays marked, and is its title if it has none."""
        self._under[key] = under
        self._screens[key] = (widget, screen, word or self._screens[under][2])
        self._stack.addWidget(widget)

    def may_see(self, key: str) -> bool:
        """Has the actor's role anything to see there?"""
        return key not in NEEDS or self._role in RIGHTS[NEEDS[key]]

    def go(self, key: str) -> None:
        """Show a screen."""
        widget, screen, word = self._screens[key]
        if key != "children":  # typing on goes there, and the list stays
            self.found.close_list()
        self._shown = key
        self._title.setText(word)
        at = QApplication.focusWidget()
        if at is not None and at is not self.search and self.isAncestorOf(at):
            at.clearFocus()  # else Qt hands it on to whatever comes next in the screen that is shown
        self._stack.setCurrentWidget(widget)
        self.navigation.show_chosen(self._under.get(key, key))
        screen.enter()
        self._keyboard_into(widget)
        self.went.emit(key)

    def _show_keys(self) -> None:
        show_keys(self._stack.currentWidget())

    def _to_neighbour(self, steps: int) -> None:
        self.go(self.navigation.neighbour(steps))

    def _keyboard_into(self, screen: QWidget) -> None:
        """No key may go nowhere: a screen that shows other things than the one it gave the keyboard to (its list is
        empty, say) gets it at the first thing there is. Who is typing in the search box stays there."""
        at = QApplication.focusWidget()
        if at is self.search or (at is not None and at.isVisible() and screen.isAncestorOf(at)):
            return
        keyboard_into(screen)

    @property
    def shown(self) -> str:
        return self._shown

    def entry_of(self, key: str) -> str:
        """The entry of the navigation that a screen is reached by; "" for a screen that isn't there."""
        entry = self._under.get(key, key)
        return entry if entry in self._screens and self.may_see(entry) else ""

    def screens(self) -> dict[str, QWidget]:
        """Every screen by its key."""
        return {key: widget for key, (widget, _screen, _word) in self._screens.items()}

    def set_title(self, key: str, words: str) -> None:
        """A screen says more precisely what it shows."""
        if key == self._shown:
            self._title.setText(words)

    def say_error(self, told: str) -> None:
        """A known error that no screen had a place for."""
        self.notice.say(told, "alarm")

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # -- what everybody sees ------------------------------------------------------------------------------------------

    def read_office(self) -> None:
        """Office and round in the foot."""
        self._jobs.read(access.office, self._show_office, owner=self)

    def _show_office(self, office: OfficeView) -> None:
        self.status.where.setText(f"{office.name} · {office.round_name}" if office.round_name else office.name)
        self.setWindowTitle(office.name)  # Qt adds the program's name

    def _changed(self, changes: Changes) -> None:
        if changes.office:
            self.read_office()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._glass is not None:
            self._glass.setIcon(icons.icon("search", roles().secondary))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
