"""One setting as it is declared: its sentence, the way to give it, and what became of the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, CONTROL, INSIDE
from desktop.ui.widgets.parts import Choice, Elided, button, column, line, set_role, text
from workflow import settings
from workflow.changes import Changes
from workflow.settings import SETTINGS, Offer, Section, Setting, Shape, Value, codes_in

WIDE = 320
NONE_CHOSEN = "一项没选"


class SettingRow(QWidget):
    """Asks for nothing but what was changed; a refused value stays to be put right, the old one holds on."""

    changed = Signal()

    def __init__(self, jobs: Jobs, setting: Setting[int] | Setting[str]) -> None:
        super().__init__()
        self._jobs = jobs
        self.setting = setting
        self._value: Value = setting.default
        box = column(self, space=4)
        row = line(space=BETWEEN)
        row.addWidget(text(setting.sentence, wrap=True), 1)
        holder = QWidget()
        holder.setFixedWidth(WIDE)
        self._place = line(holder, space=INSIDE)
        self._show: Callable[[Value], None] = {
            Shape.LINE: self._make_line,
            Shape.FOLDER: self._make_folder,
            Shape.ONE_OF: self._make_one_of,
            Shape.SOME_OF: self._make_some_of,
        }[setting.shape]()
        row.addWidget(holder)
        box.addLayout(row)
        self.told = text("", "confirmed", wrap=True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.told.hide()
        box.addWidget(self.told)

    def show_value(self, value: Value) -> None:
        """The value that holds."""
        self._value = value
        self._show(value)

    def _named(self, widget: QWidget) -> None:
        widget.setObjectName(f"set_{self.setting.key}")
        widget.setAccessibleName(self.setting.sentence)

    # -- the four shapes ----------------------------------------------------------------------------------------------

    def _make_line(self) -> Callable[[Value], None]:
        field = QLineEdit()
        self._named(field)
        whole = isinstance(self.setting.default, int)
        if whole:
            field.setFixedWidth(96)
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._place.addStretch()

        def typed() -> None:
            words = field.text().strip()
            if whole and not words.isdecimal():
                self._refused("请填整数，没有改。")
                return
            self._change(int(words) if whole else words)

        field.editingFinished.connect(typed)
        self._place.addWidget(field)
        return lambda value: field.setText(str(value))

    def _make_folder(self) -> Callable[[Value], None]:
        field = QLineEdit()
        self._named(field)
        field.editingFinished.connect(lambda: self._change(field.text().strip()))

        def choose() -> None:
            chosen = QFileDialog.getExistingDirectory(self, "选文件夹", field.text())
            if chosen:
                field.setText(chosen)
                self._change(chosen)

        self._place.addWidget(field, 1)
        self._place.addWidget(button("选", choose, icon="folder", name=f"choose_{self.setting.key}"))
        return lambda value: field.setText(str(value))

    def _make_one_of(self) -> Callable[[Value], None]:
        choice = Choice()
        self._named(choice)
        for value, word in self.setting.offers():
            choice.addItem(word, value)
        choice.activated.connect(lambda _index: self._change(choice.currentData()))
        self._place.addWidget(choice, 1)

        def show(value: Value) -> None:
            if choice.findData(value) < 0:  # set on the command line to something that isn't offered here
                choice.addItem(str(value), value)
            choice.setCurrentIndex(choice.findData(value))

        return show

    def _make_some_of(self) -> Callable[[Value], None]:
        told = Elided(NONE_CHOSEN, "secondary")

        def choose() -> None:
            dialog = SomeOfDialog(self.setting.sentence, self.setting.offers(), codes_in(str(self._value)), self)
            dialog.accepted.connect(lambda: self._change(",".join(dialog.chosen())))
            dialog.open()

        ask: QPushButton = button("选", choose, name=f"set_{self.setting.key}")
        ask.setAccessibleName(f"选：{self.setting.sentence}")
        self._place.addWidget(told, 1)
        self._place.addWidget(ask)
        return lambda value: told.setText(_names(self.setting.offers(), codes_in(str(value))))

    # -- the change ---------------------------------------------------------------------------------------------------

    def _change(self, value: Value) -> None:
        if value == self._value:
            return
        key = self.setting.key

        def saved(_changes: Changes) -> None:
            self.show_value(value)
            self._tell("已保存", "confirmed")
            self.changed.emit()

        self._jobs.write(
            lambda store, actor, now: settings.change_setting(store, actor, now, key, value),
            saved,
            owner=self,
            failed=self._refused,
        )

    def _refused(self, words: str) -> None:
        self._tell(words, "error")

    def _tell(self, words: str, role: str) -> None:
        set_role(self.told, role)
        self.told.setText(words)
        self.told.show()


class SettingRows(QWidget):
    """All settings of a section, in the order of their declaration."""

    def __init__(self, jobs: Jobs, section: Section) -> None:
        super().__init__()
        self._jobs = jobs
        box: QVBoxLayout = column(self, space=BETWEEN)
        self.rows = {s.key: SettingRow(jobs, s) for s in SETTINGS if s.section is section}
        for row in self.rows.values():
            box.addWidget(row)

    def enter(self) -> None:
        """Read the values."""
        self._jobs.read(settings.settings, self._set, owner=self)

    def _set(self, values: dict[str, Value]) -> None:
        for key, row in self.rows.items():
            row.show_value(values[key])
            row.told.hide()


class SomeOfDialog(QDialog):
    """Tick what is meant; typing finds it."""

    def __init__(
        self, heading: str, offers: Sequence[Offer], chosen: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("选哪些")
        self.setMinimumSize(520, 560)
        box = column(self, space=12, around=AROUND)
        box.addWidget(text(heading, wrap=True))
        self.search = QLineEdit()
        self.search.setPlaceholderText("打字查找")
        self.search.setAccessibleName("打字查找")
        self.search.textChanged.connect(self._narrow)
        box.addWidget(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName(heading)
        for value, word in offers:
            item = QListWidgetItem(word, self.list)
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setSizeHint(QSize(0, CONTROL))
            item.setCheckState(Qt.CheckState.Checked if value in chosen else Qt.CheckState.Unchecked)
        box.addWidget(self.list, 1)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("就这些", self.accept, role="primary", name="chosen"))
        box.addLayout(row)

    def _narrow(self, words: str) -> None:
        for at in range(self.list.count()):
            self.list.item(at).setHidden(words.strip() not in self.list.item(at).text())

    def chosen(self) -> tuple[str, ...]:
        """The values that are ticked."""
        items = (self.list.item(at) for at in range(self.list.count()))
        return tuple(
            str(item.data(Qt.ItemDataRole.UserRole)) for item in items if item.checkState() is Qt.CheckState.Checked
        )


def _names(offers: Sequence[Offer], codes: Sequence[str]) -> str:
    names = [word for value, word in offers if value in codes]
    if not names:
        return NONE_CHOSEN
    return "、".join(names) if len(names) <= 3 else f"{'、'.join(names[:3])}等 {len(names)} 项"
