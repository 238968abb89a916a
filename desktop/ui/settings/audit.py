"""操作记录: written out for the yearly inspection; its end code to be noted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.settings.asking import day_in
from desktop.ui.theme import BETWEEN
from desktop.ui.widgets.files import choose_where
from desktop.ui.widgets.gate import add_field, fields_grid
from desktop.ui.widgets.parts import Notice, button, column, line, text
from forms.values import FieldError
from records.audit import Head
from workflow import audit_export


class AuditSection(QWidget):
    """The entries themselves are read in the file that is written."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        box = column(self, space=BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        box.addWidget(
            text(
                "谁在什么时候看过、改过、导出过、登录过，都在操作记录里，只有编号和工作人员的姓名，没有孩子的信息，"
                "也改不了。年度审计时写出来。",
                wrap=True,
            )
        )
        self.since, self.until = QLineEdit(), QLineEdit()
        self.since.setObjectName("audit_since")
        self.until.setObjectName("audit_until")
        self.since.setPlaceholderText("空着从最早的起")
        self.until.setPlaceholderText("空着到今天")
        grid = fields_grid()
        for word, field in (("从哪一天", self.since), ("到哪一天", self.until)):
            field.setFixedWidth(240)
            add_field(grid, word, field)
            grid.setAlignment(field, Qt.AlignmentFlag.AlignLeft)
        box.addLayout(grid)
        row = line()
        row.addWidget(button("写出操作记录", self._ask, role="primary", icon="write", name="export_audit"))
        row.addStretch()
        box.addLayout(row)
        box.addWidget(
            text(
                "末码：抄下来（冒号前的序号和后面 8 位就够），以后可以对照操作记录有没有被截短或换过。",
                "secondary",
                wrap=True,
            )
        )
        self.head = text("", wrap=True)
        self.head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.addWidget(self.head)
        box.addStretch()

    def enter(self) -> None:
        """Read the end code."""
        self._jobs.read(audit_export.audit_head, self._show, owner=self, failed=self._failed)

    def _show(self, head: Head) -> None:
        code = " ".join(head.hash[at : at + 8] for at in range(0, len(head.hash), 8))
        self.head.setText(f"{head.seq}:{code}")

    def _ask(self) -> None:
        choose_where(self, "操作记录写到哪里", "操作记录.xlsx", "表格 (*.xlsx *.csv)", self.export)

    def export(self, path: Path) -> None:
        """Write the period that was typed."""
        try:
            since, until = day_in(self.since), day_in(self.until)
        except FieldError as refused:
            self._failed(refused.sentence)
            return
        self._jobs.write(
            lambda store, actor, now: audit_export.export_audit(store, actor, now, path, since=since, until=until),
            lambda _written: self._written(path),
            owner=self,
            failed=self._failed,
        )

    def _written(self, path: Path) -> None:
        self.notice.say(f"操作记录已写出：{path}", "good")
        self.enter()

    def _failed(self, told: str) -> None:
        self.notice.say(told, "alarm")
