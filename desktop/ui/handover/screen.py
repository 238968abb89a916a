"""交接: between offices without a network, by packages on a stick; each part under its tab."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.handover.cards import CardsPart
from desktop.ui.handover.incoming import IncomingPart
from desktop.ui.handover.outgoing import OutgoingPart
from desktop.ui.handover.proposals import ProposalsPart
from desktop.ui.theme import AROUND, INSIDE
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import Notice, column, tab_bar
from records.views import Actor
from workflow.changes import Changes
from workflow.permissions import RIGHTS, Right

OUT, IN, PROPOSALS, CARDS = "交出", "收进", "建议", "单位名片"
REFRESH_MS = 300
SHEET = (
    ("Ctrl+1 到 Ctrl+4", "换一部分"),
    ("上、下方向键", "换一份登记表、一条建议"),
    ("Enter", "收进：看这一份变了什么；建议：采纳"),
    ("Delete", "建议：不采纳，写上理由"),
    ("Tab", "到下一处"),
)

Part: TypeAlias = OutgoingPart | IncomingPart | ProposalsPart | CardsPart


class HandoverScreen(QWidget):
    """Emits ``counted`` with the proposals that wait for this office's answer."""

    counted = Signal(int)
    open_registration = Signal(str)

    def __init__(self, jobs: Jobs, actor: Actor) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._hands_over = actor.role in RIGHTS[Right.HAND_OVER]
        self.notice = Notice()
        box = column(self, space=INSIDE)
        box.setContentsMargins(AROUND, 12, AROUND, 16)
        self.tabs = tab_bar("handover_tabs", "交接的部分")
        box.addWidget(self.tabs)
        box.addWidget(self.notice)
        self._stack = QStackedWidget()
        box.addWidget(self._stack, 1)
        self._words: list[str] = []
        self.proposals = ProposalsPart(jobs, self.notice)
        self.proposals.counted.connect(self._count)
        self.proposals.open_registration.connect(self.open_registration)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        if self._hands_over:
            self._add_packages()
        self._add(PROPOSALS, self.proposals)
        if self._hands_over:
            self._add(CARDS, self.cards)
        self.tabs.currentChanged.connect(self._to_tab)
        jobs.changed.connect(self._changed)
        for number in range(self.tabs.count()):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self, partial(self.tabs.setCurrentIndex, number))
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        offer_keys(self, "交接的按键", SHEET)
        self.proposals.read()

    def _add_packages(self) -> None:
        self.outgoing = OutgoingPart(self._jobs, self.notice)
        self.incoming = IncomingPart(self._jobs, self.notice)
        self.cards = CardsPart(self._jobs, self.notice)
        self.cards.known.connect(self.outgoing.show_partners)
        self.outgoing.wants_card.connect(self._to_cards)
        self.outgoing.made.connect(self.cards.read)
        self.incoming.taken.connect(self._taken)
        self._add(OUT, self.outgoing)
        self._add(IN, self.incoming)

    def _add(self, word: str, part: Part) -> None:
        self._words.append(word)
        self._stack.addWidget(part)
        self.tabs.addTab(word)

    def go(self, word: str) -> None:
        """Show the part of this name."""
        self.tabs.setCurrentIndex(self._words.index(word))

    def _to_cards(self) -> None:
        self.go(CARDS)
        self.cards.takes.setFocus()

    def _to_tab(self, at: int) -> None:
        self.notice.drop()
        self._stack.setCurrentIndex(at)
        if self._words[at] == PROPOSALS:
            self.proposals.read()

    def enter(self) -> None:
        """The screen is shown."""
        self.read()
        self.tabs.setFocus()

    def read(self) -> None:
        """Read everything again."""
        self._refresh.stop()
        self.proposals.read()
        if self._hands_over:
            self.cards.read()

    def _changed(self, changes: Changes) -> None:
        if not (changes.registrations or changes.children or changes.office) or self._refresh.isActive():
            return
        if self.isVisible():
            self._refresh.start()

    def _count(self, count: int) -> None:
        self.tabs.setTabText(self._words.index(PROPOSALS), f"{PROPOSALS} {count}" if count else PROPOSALS)
        self.counted.emit(count)

    def _taken(self, proposals: int) -> None:
        words = self.notice.words
        self.read()
        if proposals:
            self.go(PROPOSALS)
            self.notice.say(words, "good")
            self.proposals.table.setFocus()
