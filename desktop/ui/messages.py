"""What a defect of the program says to the user: a dialog with a report that holds no personal data."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.parts import button, column, line, text


class CrashDialog(QDialog):
    """Says that the program erred, that saved work is safe, and offers the report to copy."""

    def __init__(self, told: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("程序出了错")
        self.setMinimumWidth(560)
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("程序出了错，刚才的一步没有完成", "heading"))
        box.addWidget(
            text(
                "已经保存的内容都在。可以继续使用；同样的错再出现时，请把下面的报告复制给维护人员。"
                "报告只有程序内部的位置，没有儿童和家庭的任何信息。",
                wrap=True,
            )
        )
        self.report = QPlainTextEdit(told)
        self.report.setReadOnly(True)
        self.report.setMinimumHeight(160)
        box.addWidget(self.report)
        row = line()
        row.addWidget(button("复制报告", lambda: QGuiApplication.clipboard().setText(told), icon="copy"))
        row.addStretch()
        row.addWidget(button("继续", self.accept, role="primary"))
        box.addLayout(row)
