"""The recovery code: shown once, to be written down or printed, and confirmed by typing two of its groups."""

from __future__ import annotations

import itertools
import re
import secrets

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QPainter, QPen
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit

from desktop.ui.theme import BETWEEN, sized
from desktop.ui.widgets.gate import Gate, keep_room
from desktop.ui.widgets.parts import button, column, keep_from_input_methods, line, panel, text

LINE_MM = 20  # of the printed sheet, for a line of groups
ACROSS = 3  # groups in a row


class RecoveryCodeScreen(Gate):
    """Emits ``noted`` once two groups were typed back rightly."""

    noted = Signal()

    def __init__(self, code: str, office: str, *, asked: tuple[int, ...] = ()) -> None:
        super().__init__(
            "抄下恢复码",
            "忘了密码或管理员换人时，只有这串恢复码能打开资料库；它只显示这一次。"
            "请抄写或打印，装进信封锁好，不要存在电脑或手机里。",
            640,
        )
        self._code = code
        self._office = office
        self.groups = tuple(re.split(r"[-\s]+", code.strip()))
        count = len(self.groups)
        # which two is left to chance, so that nobody learns to copy the first and the last only
        self.asked = asked or tuple(sorted(secrets.SystemRandom().sample(range(count), min(2, count))))
        self._show_code()
        self._ask()

    def _show_code(self) -> None:
        frame = panel()
        grid = QGridLayout(frame)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        face.setPixelSize(20)
        for position, group in enumerate(self.groups):
            cell = column(space=0)
            cell.addWidget(text(f"第 {position + 1} 组", "secondary"))
            shown = text(group)
            shown.setFont(face)
            # a widget's style sheet font would win over the face
            shown.setStyleSheet(f"font-family: '{face.family()}'; font-size: 20px;")
            cell.addWidget(shown)
            grid.addLayout(cell, position // ACROSS, position % ACROSS)
        self.body.addWidget(frame)
        row = line()
        row.addWidget(button("打印恢复码", self._print, icon="print"))
        row.addStretch()
        self.body.addLayout(row)

    def _ask(self) -> None:
        self.body.addWidget(text("抄好以后，照着纸上输入这两组，确认没有抄错："))
        row = line(space=BETWEEN)
        self.typed: list[QLineEdit] = []
        for position in self.asked:
            field = QLineEdit()
            field.setObjectName(f"group_{position}")
            field.setPlaceholderText(f"第 {position + 1} 组")
            field.setAccessibleName(f"恢复码第 {position + 1} 组")
            field.setFont(sized(16))
            keep_from_input_methods(field)
            self.typed.append(field)
            row.addWidget(field)
        for here, following in itertools.pairwise(self.typed):
            here.returnPressed.connect(following.setFocus)
        self.typed[-1].returnPressed.connect(self._check)
        self.setFocusProxy(self.typed[0])
        self.ready = button("抄好了，开始使用", self._check, role="primary", name="noted")
        row.addWidget(self.ready)
        self.body.addLayout(row)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)

    def _check(self) -> None:
        for position, field in zip(self.asked, self.typed, strict=True):
            if _plain(field.text()) != _plain(self.groups[position]):
                self._say(f"第 {position + 1} 组和显示的不一样，请对照再输一遍。")
                field.setFocus()
                field.selectAll()
                return
        self.noted.emit()

    def _say(self, words: str) -> None:
        self.told.setText(words)
        self.told.show()

    def _print(self) -> None:
        if not QPrinterInfo.availablePrinterNames():
            self._say("这台电脑上没有装打印机，请用笔抄写。")
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        # a file of it would be what the sentence above warns of
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, False)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            draw_on(printer, self._office, self.groups)


def draw_on(printer: QPrinter, office: str, groups: tuple[str, ...]) -> None:
    """The sheet for the envelope: office, groups with their numbers, what it is for, and who put it away."""
    painter = QPainter(printer)
    width = painter.viewport().width()
    unit = printer.resolution() / 25.4  # one millimetre

    def say(words: str, room: QRectF, size: float, *, fixed: bool = False) -> None:
        face = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if fixed else QFont()
        face.setPointSizeF(size)
        painter.setFont(face)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def across(top: float) -> QRectF:
        return QRectF(0, top * unit, width, 12 * unit)

    say("童档 资料库恢复码", across(20), 18)
    say(office, across(34), 12)
    painter.setPen(QPen(Qt.GlobalColor.black, 0.35 * unit))
    lines = -(-len(groups) // ACROSS)
    frame = QRectF(width / 2 - 70 * unit, 52 * unit, 140 * unit, (lines * LINE_MM + 5) * unit)
    painter.drawRect(frame)
    for at, group in enumerate(groups):
        cell = frame.width() / ACROSS
        left, top = frame.left() + at % ACROSS * cell, frame.top() + (4 + at // ACROSS * LINE_MM) * unit
        say(f"第 {at + 1} 组", QRectF(left, top, cell, 7 * unit), 9)
        say(group, QRectF(left, top + 7 * unit, cell, 10 * unit), 18, fixed=True)
    below = frame.bottom() / unit
    say("忘记密码或管理员换人时使用。请装入信封密封，由单位负责人保管。", across(below + 6), 11)
    say("换了新的恢复码，这一张就作废。", across(below + 15), 11)
    say(
        "封存日期：＿＿＿＿＿＿＿＿　　经办人：＿＿＿＿＿＿＿＿　　单位负责人：＿＿＿＿＿＿＿＿", across(below + 36), 11
    )
    painter.end()


def _plain(group: str) -> str:
    """As compared: letters and digits only, upper case."""
    return re.sub(r"[^0-9A-Z]", "", group.upper())
