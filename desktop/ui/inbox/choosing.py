"""Which form is it? A person says so, and the page is read again as that form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QListWidget, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.parts import button, column, line, text
from records.views_forms import FormRow
from workflow import office_forms


class FormDialog(QDialog):
    """The forms that pages are read with; ``chosen`` gets id and version, and the title."""

    def __init__(
        self, jobs: Jobs, chosen: Callable[[tuple[str, str] | None, str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("选定表格")
        self.setMinimumWidth(520)
        self._chosen = chosen
        self.forms: tuple[FormRow, ...] = ()
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("这一页是哪种表", "heading"))
        box.addWidget(
            text(
                "按选定的表再读一次。对得上就按栏目读，每一栏都留给人看过；对不上，这一页还是原样。",
                "secondary",
                wrap=True,
            )
        )
        self.list = QListWidget()
        self.list.setObjectName("form_choice")
        self.list.setAccessibleName("表格")
        self.list.itemActivated.connect(lambda _item: self.take())
        box.addWidget(self.list, 1)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("按这种表读", self.take, role="primary", name="take_form"))
        box.addLayout(row)
        jobs.read(office_forms.forms, self._show, owner=self)

    def _show(self, rows: Sequence[FormRow]) -> None:
        self.forms = tuple(row for row in rows if not row.retired)
        for row in self.forms:
            self.list.addItem(row.title if row.newest else f"{row.title}（第 {row.version} 版）")
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def take(self) -> None:
        """Read the page again as the form at hand."""
        at = self.list.currentRow()
        if 0 <= at < len(self.forms):
            row = self.forms[at]
            self.accept()
            self._chosen((row.form_id, row.version), row.title)
