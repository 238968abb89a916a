"""The red banner: cases that must be reported to the police at once and that nobody has reported yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame

from desktop.ui.care.questions import Questions
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.parts import button, column, line, text
from desktop.ui.words import moment
from records.views_care import CaseView
from workflow.mandatory import banner

MOST = 3  # the oldest; the rest are counted and follow as these are dealt with


class CasesBanner(QFrame):
    """Each open case with its sentence and what to do about it; hidden while there is none."""

    def __init__(self, ask: Questions, open_child: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("role", "alarm")
        self.setAccessibleName("要立即报告的情况")
        self._ask = ask
        self._open_child = open_child
        self._box = column(self, space=INSIDE, around=12)
        self._held: list[QFrame] = []
        self.hide()

    def show_cases(self, cases: Sequence[CaseView]) -> None:
        """The open cases, the oldest first."""
        for frame in self._held:
            frame.hide()
            frame.deleteLater()
        self._held = [self._case(case) for case in cases[:MOST]]
        if len(cases) > MOST:
            more = QFrame()
            column(more).addWidget(text(f"还有 {len(cases) - MOST} 件，处理完上面的会接着列出。"))
            self._held.append(more)
        for frame in self._held:
            self._box.addWidget(frame)
        self.setVisible(bool(cases))

    def _case(self, case: CaseView) -> QFrame:
        frame = QFrame()
        row = line(frame, space=INSIDE)
        words = column(space=4)
        words.addWidget(text(f"{case.child_name}　{banner(case)}", wrap=True))
        words.addWidget(text(f"{moment(case.raised_at)}　{case.what}", "secondary", wrap=True))
        row.addLayout(words, 1)
        if not case.hidden:
            row.addWidget(button("记报告情况", lambda: self._ask.report(case), name=f"report_{case.report_id}"))
            row.addWidget(button("不需要报告", lambda: self._ask.withdraw(case), name=f"withdraw_{case.report_id}"))
        row.addWidget(
            button("打开档案页", lambda: self._open_child(case.child_id), name=f"case_child_{case.report_id}")
        )
        return frame
