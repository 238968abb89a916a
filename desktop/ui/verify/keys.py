"""What a key means in the verify screen: a pure decision, so that every rule about keys has one place.

The rules: plain digits and letters always type; nothing acts while an input method is composing; a held key
moves, but never answers a field twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import Qt


class Action(Enum):
    """What the clerk wants."""

    NOTHING = auto()  # a key that must not type either: held, or pressed while composing
    CONFIRM = auto()
    PICK = auto()
    PIN = auto()
    NEXT = auto()
    PREVIOUS = auto()
    ILLEGIBLE = auto()
    ASK = auto()
    ASK_WHAT = auto()
    SLIP = auto()
    BLANK = auto()
    UNDO = auto()
    UNFOLD = auto()
    PLACE = auto()
    WHOLE_PAGE = auto()
    FOLD_PAGE = auto()
    SOURCE = auto()
    TONE = auto()
    TURN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    CLOSER = auto()
    FARTHER = auto()
    LEAVE = auto()
    KEYS = auto()


ANSWERS = frozenset(
    {
        Action.CONFIRM,
        Action.PICK,
        Action.PIN,
        Action.ILLEGIBLE,
        Action.ASK,
        Action.ASK_WHAT,
        Action.BLANK,
        Action.UNDO,
        Action.SOURCE,
    }
)

_PLAIN: dict[Qt.Key, Action] = {
    Qt.Key.Key_Return: Action.CONFIRM,
    Qt.Key.Key_Enter: Action.CONFIRM,
    Qt.Key.Key_Tab: Action.NEXT,
    Qt.Key.Key_Backtab: Action.PREVIOUS,
    Qt.Key.Key_F1: Action.KEYS,
    Qt.Key.Key_F2: Action.ILLEGIBLE,
    Qt.Key.Key_F3: Action.ASK,
    Qt.Key.Key_F4: Action.BLANK,
    Qt.Key.Key_F5: Action.SOURCE,
    Qt.Key.Key_F6: Action.TONE,
    Qt.Key.Key_F7: Action.PLACE,
    Qt.Key.Key_F8: Action.UNFOLD,
    Qt.Key.Key_F9: Action.WHOLE_PAGE,
    Qt.Key.Key_F10: Action.FOLD_PAGE,
    Qt.Key.Key_F11: Action.SLIP,
    Qt.Key.Key_PageUp: Action.PAGE_UP,
    Qt.Key.Key_PageDown: Action.PAGE_DOWN,
    Qt.Key.Key_Escape: Action.LEAVE,
}

_SHIFT: dict[Qt.Key, Action] = {
    Qt.Key.Key_Backtab: Action.PREVIOUS,
    Qt.Key.Key_Tab: Action.PREVIOUS,
    Qt.Key.Key_F3: Action.ASK_WHAT,
    Qt.Key.Key_F6: Action.TURN,
}

_CONTROL: dict[Qt.Key, Action] = {
    Qt.Key.Key_Z: Action.UNDO,
    Qt.Key.Key_Plus: Action.CLOSER,
    Qt.Key.Key_Equal: Action.CLOSER,  # the same key, without Shift
    Qt.Key.Key_Minus: Action.FARTHER,
}

# shown at the foot of the screen and, whole, under F1
FOOT = (
    ("Enter", "认可"),
    ("Alt+1–9", "选"),
    ("Tab", "下一项"),
    ("F2", "看不清"),
    ("F3", "问村里"),
    ("F4", "纸上没填"),
    ("Ctrl+Z", "撤销"),
    ("F8", "看已认可的"),
    ("F1", "按键"),
)
SHEET = (
    ("Enter", "认可看到的值，到下一处；打过字就存打的字"),
    ("直接打字", "换掉原来的值（按方向键可以只改几个字）；地址、学校打几个字或拼音首字母，下面就列出接着的"),
    ("Alt+1–9", "选下面列出的一个读法；带“…”的只填进框里，接着打，按 Enter 才存"),
    ("Alt+0", "钉住这一栏的内容，后面的表没填时接着用；再按取下"),
    ("1–9、0、A…", "选择题：勾上或取消标着这个字的一项（也可以用方向键和空格）"),
    ("Tab、Shift+Tab", "下一项、上一项，不作答"),
    ("F2", "看不清"),
    ("F3", "问村里，留着以后补；答复来了再打开这一份填上"),
    ("Shift+F3", "问村里，并写明要问什么（印在核实单上）"),
    ("F4", "纸上没填"),
    ("Ctrl+Z", "撤销上一步，可以一直撤到前一份"),
    ("F5", "不是照纸上写的：记电话核实，或更正和说明"),
    ("F6", "把纸面看得更清楚：加深、反色、原样"),
    ("Shift+F6", "把纸面转四分之一圈，只为看，图像不变"),
    ("F7", "登记这张纸放在哪里"),
    ("F8", "展开已认可的栏目，再按收起"),
    ("F9", "看整页，再按回到这一栏"),
    ("F10", "收起或打开左边的纸面"),
    ("PageUp、PageDown", "纸面往上、往下移"),
    ("Ctrl+加号、Ctrl+减号", "纸面放大、缩小"),
    ("F11", "把这一份要问村里的写成核实单"),
    ("Esc", "回到列表，做到哪里都已保存"),
)


_BY_MODIFIER = {
    Qt.KeyboardModifier.NoModifier: _PLAIN,
    Qt.KeyboardModifier.ShiftModifier: _SHIFT,
    Qt.KeyboardModifier.ControlModifier: _CONTROL,
}


@dataclass(frozen=True, slots=True)
class Press:
    """An action; ``number`` counts candidates from 1."""

    action: Action
    number: int = 0


def meaning(key: int, modifiers: Qt.KeyboardModifier, *, held: bool, composing: bool) -> Press | None:
    """The action of a key press, or None for a key that types or moves the cursor."""
    press = _unguarded(key, modifiers)
    if press is None:
        return None
    if composing or (held and press.action in ANSWERS):
        return Press(Action.NOTHING)
    return press


def _unguarded(key: int, modifiers: Qt.KeyboardModifier) -> Press | None:
    bare = modifiers & ~Qt.KeyboardModifier.KeypadModifier
    if bare == Qt.KeyboardModifier.AltModifier and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
        return Press(Action.PICK, key - Qt.Key.Key_0)
    if bare == Qt.KeyboardModifier.AltModifier and key == Qt.Key.Key_0:
        return Press(Action.PIN)
    if bare not in _BY_MODIFIER:
        return None
    try:
        action = _BY_MODIFIER[bare].get(Qt.Key(key))
    except ValueError:
        return None
    return Press(action) if action is not None else None
