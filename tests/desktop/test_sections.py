"""Headed groups of lines: long ones are built a few lines at a time and seen when they are whole."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.ui.widgets.sections import AT_ONCE, Deed, Said, Section, Sections


def lines(count: int, name: str = "") -> Section:
    deeds = (Deed("打开", lambda: None, name),) if name else ()
    return Section("标题", tuple(Said(f"第 {number} 行", deeds=deeds if not number else ()) for number in range(count)))


def words(shown: Sections) -> list[str]:
    inner = shown.widget()
    return [label.text() for label in inner.findChildren(QLabel)]


def test_a_short_one_is_there_at_once(qtbot: QtBot) -> None:
    shown = Sections("部分")
    qtbot.addWidget(shown)
    shown.show()
    shown.show_sections([lines(AT_ONCE - 1)])
    assert words(shown) == ["标题", *(f"第 {number} 行" for number in range(AT_ONCE - 1))]


def test_a_long_one_is_built_in_goes_and_seen_when_it_is_whole(qtbot: QtBot) -> None:
    shown = Sections("部分")
    qtbot.addWidget(shown)
    shown.show()
    shown.show_sections([lines(3)])
    many = 5 * AT_ONCE
    shown.show_sections([lines(many), Section("末尾", (), "没有")])
    built = len(shown.viewport().findChildren(QLabel)) - len(words(shown))
    assert built <= AT_ONCE + 1, "not all of it in one go"
    assert words(shown)[-1] == "第 2 行", "what was there stays until then"
    qtbot.waitUntil(lambda: words(shown)[-1] == "没有")
    assert len(words(shown)) == 1 + many + 2


def test_what_is_not_wanted_any_more_is_not_shown(qtbot: QtBot) -> None:
    shown = Sections("部分")
    qtbot.addWidget(shown)
    shown.show()
    shown.show_sections([lines(5 * AT_ONCE)])
    shown.show_sections([lines(2)])
    assert words(shown) == ["标题", "第 0 行", "第 1 行"]
    qtbot.waitUntil(lambda: len(shown.viewport().findChildren(QLabel)) == 3)
    assert words(shown) == ["标题", "第 0 行", "第 1 行"]


def test_the_keyboard_stays_on_the_button_of_the_same_name(qtbot: QtBot) -> None:
    shown = Sections("部分")
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    shown.activateWindow()
    shown.show_sections([lines(2, "open_it")])
    before = shown.findChild(QPushButton, "open_it")
    assert before is not None
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    shown.show_sections([lines(5 * AT_ONCE, "open_it")])
    qtbot.waitUntil(lambda: len(words(shown)) > AT_ONCE)
    after = shown.widget().findChild(QPushButton, "open_it")
    assert after is not None
    assert after is not before
    assert after.hasFocus()
