"""What a key means in the inbox, and the sheet of keys that F1 shows."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class Act(Enum):
    """What is to be done with the page at hand, or with all pages of the cards chosen."""

    OPEN = auto()
    JOIN = auto()
    APART = auto()
    TAKE_UP = auto()
    PUT_DOWN = auto()
    BEHIND = auto()
    ASIDE = auto()
    ASIDE_ALL = auto()
    BACK = auto()
    TURN = auto()
    TURN_LEFT = auto()
    AGAIN = auto()
    READ_AS = auto()
    KEY_IN = auto()
    FORWARD = auto()
    BACKWARD = auto()
    UNDO = auto()
    LEAVE = auto()


_NONE, _SHIFT, _CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
_MEANING: dict[tuple[Qt.Key, Qt.KeyboardModifier], Act] = {
    (Qt.Key.Key_Return, _NONE): Act.OPEN,
    (Qt.Key.Key_Enter, _NONE): Act.OPEN,
    (Qt.Key.Key_M, _NONE): Act.JOIN,
    (Qt.Key.Key_N, _NONE): Act.APART,
    (Qt.Key.Key_X, _CTRL): Act.TAKE_UP,
    (Qt.Key.Key_V, _CTRL): Act.PUT_DOWN,
    (Qt.Key.Key_B, _NONE): Act.BEHIND,
    (Qt.Key.Key_Delete, _NONE): Act.ASIDE,
    (Qt.Key.Key_Delete, _SHIFT): Act.ASIDE_ALL,
    (Qt.Key.Key_Insert, _NONE): Act.BACK,
    (Qt.Key.Key_R, _NONE): Act.TURN,
    (Qt.Key.Key_R, _SHIFT): Act.TURN_LEFT,
    (Qt.Key.Key_F5, _NONE): Act.AGAIN,
    (Qt.Key.Key_F, _NONE): Act.READ_AS,
    (Qt.Key.Key_K, _NONE): Act.KEY_IN,
    (Qt.Key.Key_Left, _CTRL): Act.FORWARD,
    (Qt.Key.Key_Right, _CTRL): Act.BACKWARD,
    (Qt.Key.Key_Z, _CTRL): Act.UNDO,
    (Qt.Key.Key_Escape, _NONE): Act.LEAVE,
}
SHEET = (
    ("方向键", "一页一页、一行一行地走；按住 Shift 一次选几份"),
    ("Enter", "去核对这一份"),
    ("Ctrl+X", "拿起这一页（再按一次放回）"),
    ("Ctrl+V", "把拿起的页放进这一份：是这种表的一面就当一面，不是就附在后面"),
    ("M", "选中的几份合成一份"),
    ("N", "这一页单独成一份"),
    ("B", "附到前一份登记表后面"),
    ("Ctrl+左、右", "调换附页的次序"),
    ("Delete、Shift+Delete", "搁置这一页、整份搁置"),
    ("Insert", "搁置的放回来"),
    ("R、Shift+R", "认不出的页向右、向左转，再读一次"),
    ("F5", "没有读成的再读一次"),
    ("F", "选定是哪种表，再读一次"),
    ("K", "读不出来的登记表，照着图像录入"),
    ("Ctrl+Z", "撤销，可以一步一步往回退"),
    ("Ctrl+A", "全选"),
    ("用鼠标", "把一页拖到另一份上；拖到下面的按钮上就单独成一份或搁置"),
)


def meaning(event: QKeyEvent) -> Act | None:
    """The deed of a key press; None for a key that moves. A held key does nothing twice."""
    bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    try:
        act = _MEANING.get((Qt.Key(event.key()), bare))
    except ValueError:
        return None
    return None if event.isAutoRepeat() else act
