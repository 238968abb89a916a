"""The keys of the learning screen, as the sheet under F1 lists them."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, text

SHEET = (
    ("F6", "在列表、表样、右下各项之间换着用"),
    ("上、下方向键", "在列表里换一栏；按住 Shift 一次选几栏"),
    ("Enter", "这一栏没错，到下一处要看的"),
    ("F2", "填这一栏是什么（打拼音首字母就能找）"),
    ("Delete", "这里不是填写的地方，去掉"),
    ("N", "在表样上加一栏（下一个空格子）"),
    ("S、Shift+S", "左右分开、上下分开：方向键移动分割线，Enter 分开"),
    ("M", "合并选中的几栏；只选一栏时和下一栏合并"),
    ("方向键", "在表样上移动这一栏，按住 Ctrl 走大步"),
    ("Shift+方向键", "在表样上改这一栏的大小"),
    ("Ctrl+加号、Ctrl+减号", "表样放大、缩小"),
    ("PageUp、PageDown", "上一面、下一面"),
    ("F5", "试读一页填好的"),
    ("Ctrl+Z、Ctrl+Y", "撤销，再做一次"),
    ("Ctrl+S", "保存"),
    ("Esc", "回到表样列表（没有保存的会先问）"),
)


class KeysDialog(QDialog):
    """The sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("学表样的按键")
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("按键", "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(AROUND)
        grid.setVerticalSpacing(INSIDE)
        for row, (keys, words) in enumerate(SHEET):
            grid.addWidget(text(keys), row, 0)
            grid.addWidget(text(words, "secondary"), row, 1)
        box.addLayout(grid)
        mouse = "用鼠标：拖边改大小，拖中间移动，空处拖一下加一栏，按住 Ctrl 点选几栏，双击空格子加一栏。"
        box.addWidget(text(mouse, "secondary", wrap=True))
        foot = line()
        foot.addStretch()
        foot.addWidget(button("关闭", self.reject, role="primary"))
        box.addLayout(foot)
