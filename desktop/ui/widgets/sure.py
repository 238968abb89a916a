"""Two short questions before a deed: whether it is meant, where it can't be undone, and how many."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.parts import button, column, line, text


class _Question(QDialog):
    """Heading and words above, the answers below; it goes with its answer."""

    def __init__(self, heading: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.setMinimumWidth(480)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.box: QVBoxLayout = column(self, space=BETWEEN, around=AROUND)
        self.box.addWidget(text(heading, "heading", wrap=True))
        self.box.addWidget(text(words, "secondary", wrap=True))

    def _answers(self, does: str, act: Callable[[], object], stays: str, name: str) -> None:
        row = line()
        row.addStretch()
        self.stays = button(stays, self.reject, name=f"{name}_not")
        self.does = button(does, act, role="primary", name=name)
        row.addWidget(self.stays)
        row.addWidget(self.does)
        self.box.addLayout(row)


class SureDialog(_Question):
    """Only before what can't be undone. The keyboard begins on the answer that changes nothing."""

    def __init__(
        self, heading: str, words: str, does: str, act: Callable[[], object], parent: QWidget, *, stays: str = "取消"
    ) -> None:
        super().__init__(heading, words, parent)

        def done() -> None:
            self.accept()
            act()

        self._answers(does, done, stays, "sure")
        self.stays.setFocus()


class CountDialog(_Question):
    """A whole number from 1 to ``most``; ``act`` gets it when the dialog has gone."""

    def __init__(
        self, heading: str, words: str, *, usual: int, most: int, act: Callable[[int], object], parent: QWidget
    ) -> None:
        super().__init__(heading, words, parent)
        self._most, self._act = most, act
        self.count = QLineEdit(str(usual))
        self.count.setObjectName("count")
        self.count.setAccessibleName(words)
        self.count.setFixedWidth(96)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.count.returnPressed.connect(self._counted)
        self.box.addWidget(self.count)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        self.box.addWidget(self.told)
        self._answers("选存到哪里", self._counted, "取消", "counted")
        self.count.selectAll()
        self.count.setFocus()

    def _counted(self) -> None:
        words = self.count.text().strip()
        if not words.isdecimal() or not 1 <= int(words) <= self._most:
            self.told.setText(f"请填 1 到 {self._most} 的整数。")
            self.told.show()
            self.count.setFocus()
            self.count.selectAll()
            return
        self.accept()
        self._act(int(words))
