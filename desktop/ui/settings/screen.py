"""设置: the sections at the left, the one at hand at the right; each shows only to whom it is of use."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.settings.audit import AuditSection
from desktop.ui.settings.backup import BackupSection
from desktop.ui.settings.erasure import ErasureSection
from desktop.ui.settings.office import OfficeSection
from desktop.ui.settings.people import PeopleSection
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import AROUND, BETWEEN, ROW
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import column, line, panel, scrolled, text
from records.views import Actor
from workflow.people import PasswordCost
from workflow.permissions import RIGHTS, Right
from workflow.settings import Section

WIDEST = 960
KEYS = (
    ("上、下方向键", "在左边换一部分"),
    ("Tab", "到右边，一项一项往下走"),
    ("Enter", "改好一项；按按钮"),
)

SectionWidget: TypeAlias = OfficeSection | SettingRows | PeopleSection | BackupSection | AuditSection | ErasureSection


class SettingsScreen(QWidget):
    """What is changed here is announced by the verbs."""

    go_rounds = Signal()

    def __init__(self, jobs: Jobs, actor: Actor, kdf: PasswordCost) -> None:
        super().__init__()
        self.setObjectName("screen")
        row = line(self, space=BETWEEN)
        row.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        self.list = QListWidget()
        self.list.setObjectName("settings_sections")
        self.list.setAccessibleName("设置的各部分")
        self.list.setFixedWidth(168)
        self._stack = QStackedWidget()
        self._parts: list[SectionWidget] = []
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        administers = actor.role in RIGHTS[Right.ADMINISTER]
        self.people = PeopleSection(jobs, actor, kdf)
        if administers:
            self.office, self.backup, self.audit = OfficeSection(jobs), BackupSection(jobs, actor), AuditSection(jobs)
            self.office.go_rounds.connect(self.go_rounds)
            self._add("本单位与轮次", self.office)
            for word, section in (("核对与识别", Section.VERIFY), ("档号", Section.NUMBER)):
                rows = SettingRows(jobs, section)
                self._add(word, rows)
        self._add("用户" if administers else "自己的密码", self.people)
        if administers:
            self._add("备份", self.backup)
            self._add("操作记录", self.audit)
        if actor.role in RIGHTS[Right.ASK_ERASURE]:
            self.erasure = ErasureSection(jobs, actor)
            self._add("更正与删除", self.erasure)
        offer_keys(self, "设置的按键", KEYS)
        self.list.currentRowChanged.connect(self._go)
        self.list.setCurrentRow(0)

    def _add(self, word: str, part: SectionWidget) -> None:
        item = QListWidgetItem(word, self.list)
        item.setSizeHint(QSize(0, ROW))
        holder = QWidget()
        middle = line(holder)
        card = panel()
        card.setMaximumWidth(WIDEST)
        box = column(card, space=BETWEEN, around=AROUND)
        box.addWidget(text(word, "heading"))
        box.addWidget(part, 1)
        middle.addWidget(card, 1, Qt.AlignmentFlag.AlignTop if isinstance(part, SettingRows) else Qt.AlignmentFlag(0))
        self._stack.addWidget(scrolled(holder))
        self._parts.append(part)

    def _go(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        if self.isVisible():
            self._parts[at].enter()

    def go(self, word: str) -> None:
        """Show the section of this name."""
        found = self.list.findItems(word, Qt.MatchFlag.MatchExactly)
        self.list.setCurrentItem(found[0])

    def renew_code(self) -> None:
        """Ask for a new recovery code, where that is done."""
        self.list.setCurrentRow(self._parts.index(self.people))
        self.people.renew_code()

    def enter(self) -> None:
        """The screen is shown."""
        self.list.setFocus()
        self._parts[self.list.currentRow()].enter()
