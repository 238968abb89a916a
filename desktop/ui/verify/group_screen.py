"""成组核对: one kind or one value from many forms on one sheet; the odd one stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.verify.group_model import GroupModel, place_of
from desktop.ui.verify.group_pictures import GroupPictures
from desktop.ui.verify.group_view import GroupGrid
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.key_sheet import offer_keys
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, keys_foot, line, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import Mark
from forms.kinds import Kind
from records.views_group import GroupRow, GroupSheet, Looked, Taken
from workflow import group_verify
from workflow.group_verify import Accepted

REFRESH_MS = 60
WIDE = frozenset({Kind.ADDRESS, Kind.ID_NUMBER, Kind.CHOICE})
FOOT = (
    ("方向键", "移动"),
    ("空格", "挑出不对的"),
    ("Enter", "认可看过的"),
    ("Ctrl+Z", "撤销"),
    ("Tab", "换一组"),
    ("Esc", "回到列表"),
)


@dataclass(frozen=True, slots=True)
class Done:
    """An acceptance that can be taken back, and the group it was made in."""

    group: str
    taken: tuple[Taken, ...]


def waits(row: GroupRow) -> Mark:
    """How many stand on the sheet."""
    return Mark(f"{row.crops} 处", "doubt" if row.doubtful else "secondary", "doubt" if row.doubtful else "")


class GroupScreen(QWidget):
    """``left`` goes back to the list; ``wanted`` carries registrations whose odd fields are to be verified singly."""

    left = Signal()
    wanted = Signal(object)  # tuple[str, ...]

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self._jobs = jobs
        self._group = ""
        self._sheet = GroupSheet("", "", (), 0, 0)
        self._history: list[Done] = []
        self._picked: list[str] = []  # registrations with something odd
        self.model = GroupModel(self)
        self.grid = GroupGrid(self.model)
        self.pictures = GroupPictures(jobs, self)
        self.groups: RowsModel[GroupRow] = RowsModel(
            (Column("成组", lambda row: row.label), Column("要看", waits, 88)), parent=self
        )
        self.list = Table(self.groups)
        self.list.setObjectName("groups")
        self.list.setAccessibleName("可以成组看的")
        self.folded = QCheckBox("连机器有把握的一起看")
        self.folded.setObjectName("folded")
        self.notice = Notice()
        self.told = text("", "secondary")
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._ask_pictures)
        self._lay_out()
        self.list.at_hand.connect(self._choose)
        self.list.opened.connect(lambda _row: self.grid.setFocus())
        self.folded.toggled.connect(lambda _on: self.read())
        self.grid.accepted.connect(self.accept)
        self.grid.undone.connect(self.undo)
        self.grid.left.connect(self._leave)
        self.grid.verticalScrollBar().valueChanged.connect(lambda _at: self._refresh.start())
        self.model.dataChanged.connect(lambda *_what: self._tell())
        self.pictures.came.connect(self.model.add_pictures)

    def _lay_out(self) -> None:
        whole = column(self, space=0)
        body = QWidget()
        row = line(body, space=BETWEEN)
        row.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        left = column(space=INSIDE)
        self.list.setFixedWidth(272)
        left.addWidget(self.list, 1)
        left.addWidget(self.folded)
        row.addLayout(left)
        right = column(space=INSIDE)
        right.addWidget(self.notice)
        head = line()
        self.title = text("", "heading")
        head.addWidget(self.title)
        head.addWidget(self.told, 1)
        self.singly = button("", self._singly, name="singly")
        head.addWidget(self.singly)
        self.take = button("认可看过的", self.accept, role="primary", icon="tick", name="accept")
        head.addWidget(self.take)
        right.addLayout(head)
        right.addWidget(self.grid, 1)
        row.addLayout(right, 1)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "verify",
                "没有可以成组看的",
                "两份以上登记表里有同一种栏目、同一个选项或形近的字等着看，就会列在这里，一次看一批。",
                button("回到待核对", self._leave, icon="back"),
            )
        )
        self._either.addWidget(body)
        whole.addWidget(holder, 1)
        whole.addWidget(self._foot())
        offer_keys(self, "成组核对的按键", FOOT)

    def _foot(self) -> QWidget:
        self.back = button("返回列表", self._leave, role="quiet", icon="back", name="group_back")
        return keys_foot(FOOT, self.back)

    # -- reading ------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        self._history.clear()
        self._picked.clear()
        self.notice.drop()
        self.read()

    def read(self) -> None:
        """Read the groups again; the one at hand stays."""
        folded = self.folded.isChecked()
        self._jobs.read(
            lambda store, actor: group_verify.groups(store, actor, folded=folded),
            self._show_groups,
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _show_groups(self, rows: Sequence[GroupRow]) -> None:
        before = self._group
        self.groups.set_rows(rows)
        self._either.setCurrentIndex(1 if rows else 0)
        if not rows:
            self._group = ""
            self.model.set_crops(())
            self.back.setFocus()
            return
        at = next((i for i, row in enumerate(rows) if row.group == before), 0)
        self.list.selectRow(at)
        self.grid.setFocus()

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.groups.rows):
            return
        chosen = self.groups.rows[row].group
        if chosen != self._group:
            self.pictures.forget()
            self.model.odd.clear()
            self.model.set_crops(())
        self._group = chosen
        self._read_sheet()

    def _read_sheet(self) -> None:
        group, folded = self._group, self.folded.isChecked()
        self._jobs.read(
            lambda store, actor: group_verify.sheet(store, actor, group, folded=folded),
            self._show_sheet,
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def _show_sheet(self, sheet: GroupSheet) -> None:
        if sheet.group != self._group:
            return
        self._sheet = sheet
        self.title.setText(sheet.label)
        self.grid.set_wide(any(crop.kind in WIDE for crop in sheet.crops))
        self.model.set_crops(sheet.crops)
        if sheet.crops:
            self.grid.setCurrentIndex(self.model.index(0))
        self._tell()
        self._refresh.start()

    def _ask_pictures(self) -> None:
        self.pictures.want([self.model.crop(row) for row in self.grid.shown_rows()])

    def _tell(self) -> None:
        parts = [f"还有 {len(self.model.crops)} 处"]
        if self.model.odd:
            parts.append(f"挑出 {len(self.model.odd)} 处")
        if self._sheet.more:
            parts.append(f"后面还有 {self._sheet.more} 处")
        if self._sheet.left_out:
            parts.append(f"另有 {self._sheet.left_out} 处和别的栏目矛盾，在核对里看")
        self.told.setText("，".join(parts))
        odd = self._odd_registrations()
        self.singly.setText(f"核对挑出的 {len(odd)} 份")
        self.singly.setVisible(bool(odd))

    def _odd_registrations(self) -> tuple[str, ...]:
        here = [crop.registration_id for crop in self.model.crops if place_of(crop) in self.model.odd]
        return tuple(dict.fromkeys([*self._picked, *here]))

    # -- accepting ----------------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accept what has been on the screen and is not odd."""
        ready = self.model.ready()
        if not ready:
            self.notice.say("这一屏还没有可以认可的：图还没有显示出来，或者都挑出来了。", "note")
            return
        group = self._group
        looked = [Looked(crop.registration_id, crop.key, crop.value) for crop in ready]
        odd = [crop.registration_id for crop in self.model.crops if place_of(crop) in self.model.odd]
        gone = {place_of(crop) for crop in ready}
        rest = [crop for crop in self.model.crops if place_of(crop) not in gone]
        self._picked += [each for each in odd if each not in self._picked]
        self.model.set_crops(rest)  # at once: a second Enter accepts nothing twice
        self._jobs.write(
            lambda store, actor, now: group_verify.accept(store, actor, now, looked),
            lambda done: self._accepted(group, done),
            owner=self,
            failed=self._refused,
        )

    def _accepted(self, group: str, done: Accepted) -> None:
        if done.taken:
            self._history.append(Done(group, done.taken))
        left = f"，{done.left} 处已经有人答过，没有动" if done.left else ""
        self.notice.say(f"认可了 {len(done.taken)} 处{left}。按 Ctrl+Z 撤销。", "good")
        self.read()

    def _refused(self, told: str) -> None:
        self.notice.say(told, "alarm")
        self.read()

    def undo(self) -> None:
        """Take the last acceptance back, whichever group it was made in."""
        if not self._history:
            return
        last = self._history.pop()
        self._group = last.group
        self._jobs.write(
            lambda store, actor, now: group_verify.take_back(store, actor, now, last.taken),
            self._taken_back,
            owner=self,
            failed=self._refused,
        )

    def _taken_back(self, done: Accepted) -> None:
        left = f"，{done.left} 处后来又答过或已经存好，没有动" if done.left else ""
        self.notice.say(f"撤销了 {len(done.taken)} 处{left}。", "good")
        self.pictures.forget()
        self.read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same from the list of groups as from the crops."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    # -- leaving ------------------------------------------------------------------------------------------------------

    def _singly(self) -> None:
        self.wanted.emit(self._odd_registrations())

    def _leave(self) -> None:
        self.model.set_crops(())
        self._group = ""
        self.pictures.forget()
        self.left.emit()
