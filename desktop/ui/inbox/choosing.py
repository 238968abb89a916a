"""Which form is it, and which side? A person says so: the page is read again as that form, or typed in as that side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QListWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.inbox.cards import SIDES
from desktop.ui.theme import AROUND, BETWEEN, ROW
from desktop.ui.widgets.parts import button, column, line, text
from records.views_forms import FormRow
from workflow import office_forms

REGISTRATION = "registration"  # purpose of a form that children are registered on


class Choosing(QDialog):
    """A list of which one is taken by Enter; ``show_forms`` fills it with the forms that pages are read with.

    Both are a dialog's own to say; ``abc`` would want a metaclass besides Qt's.
    """

    def __init__(self, jobs: Jobs, title: str, heading: str, words: str, does: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(heading, "heading"))
        box.addWidget(text(words, "secondary", wrap=True))
        self.list = QListWidget()
        self.list.setObjectName("form_choice")
        self.list.setAccessibleName("表格")
        self.list.itemActivated.connect(lambda _item: self.take())
        box.addWidget(self.list, 1)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button(does, self.take, role="primary", name="take_form"))
        box.addLayout(row)
        self.finished.connect(self.deleteLater)
        jobs.read(office_forms.forms, self._came, owner=self)

    def _came(self, rows: Sequence[FormRow]) -> None:
        self.show_forms([row for row in rows if not row.retired])
        for at in range(self.list.count()):
            self.list.item(at).setSizeHint(QSize(0, ROW))
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def show_forms(self, rows: Sequence[FormRow]) -> None:
        """Fill the list."""
        raise NotImplementedError

    def take(self) -> None:
        """Take the one at hand."""
        raise NotImplementedError


class FormDialog(Choosing):
    """``chosen`` gets id and version, and the title."""

    def __init__(
        self, jobs: Jobs, chosen: Callable[[tuple[str, str] | None, str], None], parent: QWidget | None = None
    ) -> None:
        words = "按选定的表再读一次。对得上就按栏目读，每一栏都留给人看过；对不上，这一页还是原样。"
        super().__init__(jobs, "选定表格", "这一页是哪种表", words, "按这种表读", parent)
        self._chosen = chosen
        self.forms: tuple[FormRow, ...] = ()

    def show_forms(self, rows: Sequence[FormRow]) -> None:
        self.forms = tuple(rows)
        for row in self.forms:
            self.list.addItem(_title(row))

    def take(self) -> None:
        """Read the page again as the form at hand."""
        at = self.list.currentRow()
        if 0 <= at < len(self.forms):
            row = self.forms[at]
            self.accept()
            self._chosen((row.form_id, row.version), row.title)


class SideDialog(Choosing):
    """``chosen`` gets id and version, which side, and how that is called. Only forms that register a child."""

    def __init__(
        self, jobs: Jobs, chosen: Callable[[tuple[str, str], int, str], None], parent: QWidget | None = None
    ) -> None:
        words = (
            "这一页不再识别，由您照着图像一栏一栏地录，每一栏都要看过。"
            "旁边那一页缺的正好是这一面，就和它合成一份；不对的话，可以在收件箱里拖到另一份上。"
        )
        super().__init__(jobs, "照图录入", "这一页是哪种表的哪一面", words, "照图录入", parent)
        self._chosen = chosen
        self.sides: list[tuple[FormRow, int]] = []

    def show_forms(self, rows: Sequence[FormRow]) -> None:
        self.sides = [(row, side) for row in rows if row.purpose == REGISTRATION for side in range(1, row.pages + 1)]
        for row, side in self.sides:
            self.list.addItem(_side(row, side))

    def take(self) -> None:
        """The page is the side at hand."""
        at = self.list.currentRow()
        if 0 <= at < len(self.sides):
            row, side = self.sides[at]
            self.accept()
            self._chosen((row.form_id, row.version), side, _side(row, side))


def _title(row: FormRow) -> str:
    return row.title if row.newest else f"{row.title}（第 {row.version} 版）"


def _side(row: FormRow, side: int) -> str:
    return f"{_title(row)}　{SIDES.get(side, f'第 {side} 面')}" if row.pages > 1 else _title(row)
