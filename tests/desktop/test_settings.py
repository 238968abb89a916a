"""设置: every setting by its declaration, users, backups, the audit, erasure by law, by real events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.jobs import Jobs
from desktop.ui.main_window import MainWindow
from desktop.ui.rounds.screen import RoundsScreen
from desktop.ui.settings.asking import FieldsDialog
from desktop.ui.settings.erasure import ErasureDialog
from desktop.ui.settings.office import OfficeSection
from desktop.ui.settings.people import CodeDialog, UserDialog
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.settings.setting_row import SettingRow, SomeOfDialog
from desktop.ui.widgets.asking import AskDialog
from records.errors import WrongPassword
from records.keys import Kdf
from records.tables import Office
from records.views import Actor, ErasureState, Role
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.workflow.conftest import PASSWORD
from tests.workflow.scripted import front
from tests.workflow.test_divisions import Edition, edition
from workflow import audit_export, backups, check, erasing, people
from workflow.access import Opened
from workflow.settings import (
    ALWAYS_LOOK,
    LOCK_MINUTES,
    RETENTION,
    SETTINGS,
    SHOW_ALL_UNTIL,
    Shape,
    codes_in,
    settings,
)

__all__ = ["edition"]
Show = Callable[[QWidget], None]
W = TypeVar("W", bound=QWidget)
ANOTHER = "雾凇-长白山-2027"


@pytest.fixture
def screen(desk: Desk, show: Show, low_kdf: Kdf, qtbot: QtBot) -> SettingsScreen:
    made = SettingsScreen(desk.jobs, desk.actor, low_kdf)
    show(made)
    made.enter()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    return made


def row(screen: QWidget, key: str) -> SettingRow:
    return next(each for each in screen.findChildren(SettingRow) if each.setting.key == key)


def part(owner: QWidget, kind: type[W], name: str = "") -> W:
    found = owner.findChild(kind, name) if name else owner.findChild(kind)
    assert found is not None, name
    return found


def opened(owner: QWidget, kind: type[W]) -> W:
    return next(each for each in owner.findChildren(kind) if each.isVisible())


def open_section(screen: SettingsScreen, word: str, qtbot: QtBot) -> None:
    """By keyboard, from the list."""
    screen.list.setFocus()
    for _section in range(screen.list.count()):
        if screen.list.currentItem().text() == word:
            break
        at = screen.list.currentRow()
        press(screen.list, Qt.Key.Key_Down)
        assert screen.list.currentRow() == at + 1
    assert screen.list.currentItem().text() == word


def choose(choice: QComboBox, at: int) -> None:
    """By keyboard: Home, then down; what a person chooses is announced as activated."""
    choice.setFocus()
    press(choice, Qt.Key.Key_Home)
    for _step in range(at):
        press(choice, Qt.Key.Key_Down)
    assert choice.currentIndex() == at


def test_every_setting_stands_once_with_its_sentence_and_value(
    desk: Desk, screen: SettingsScreen, qtbot: QtBot
) -> None:
    keys = [each.setting.key for each in screen.findChildren(SettingRow)]
    assert sorted(keys) == sorted(setting.key for setting in SETTINGS)
    for word in ("核对与识别", "档号", "用户", "备份", "操作记录", "更正与删除"):
        open_section(screen, word, qtbot)
        qtbot.waitUntil(lambda: desk.jobs.idle)
    values = settings(desk.store, desk.actor)
    for each in screen.findChildren(SettingRow):
        labels = [label.text() for label in each.findChildren(QLabel)]
        assert each.setting.sentence in labels
        if each.setting.shape is Shape.LINE:
            field = part(each, QLineEdit)
            assert field.text() == str(values[each.setting.key])
            assert field.accessibleName() == each.setting.sentence


def test_a_number_is_kept_or_refused_where_it_stands(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    open_section(screen, "核对与识别", qtbot)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    here = row(screen, SHOW_ALL_UNTIL.key)
    field = part(here, QLineEdit)
    field.selectAll()
    type_keys(field, "120")
    press(field, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: here.told.text() == "已保存")
    assert settings(desk.store, desk.actor)[SHOW_ALL_UNTIL.key] == 120
    field.selectAll()
    type_keys(field, "9999999")
    press(field, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "没有改" in here.told.text())
    assert field.text() == "9999999", "what was typed stays to be put right"
    assert settings(desk.store, desk.actor)[SHOW_ALL_UNTIL.key] == 120
    field.selectAll()
    type_keys(field, "x")
    press(field, Qt.Key.Key_Return, "\r")
    assert here.told.text() == "请填整数，没有改。"


def test_choices_are_words_and_several_are_ticked(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    open_section(screen, "档号", qtbot)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    choose(part(row(screen, RETENTION.key), QComboBox), 0)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert settings(desk.store, desk.actor)[RETENTION.key] == "Y"
    screen.go("核对与识别")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    here = row(screen, ALWAYS_LOOK.key)
    click(part(here, QPushButton))
    dialog = opened(here, SomeOfDialog)
    type_chinese(dialog.search, "儿童姓名")
    shown = [at for at in range(dialog.list.count()) if not dialog.list.item(at).isHidden()]
    assert shown
    dialog.list.setCurrentRow(shown[0])
    press(dialog.list, Qt.Key.Key_Space, " ")
    press(part(dialog, QPushButton, "chosen"), Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: here.told.text() == "已保存")
    assert len(codes_in(str(settings(desk.store, desk.actor)[ALWAYS_LOOK.key]))) == 1


def add_helper(screen: SettingsScreen, qtbot: QtBot, until: str) -> UserDialog:
    click(part(screen.people, QPushButton, "add_user"))
    dialog = opened(screen.people, UserDialog)
    qtbot.waitUntil(dialog.does.isEnabled)
    type_chinese(dialog.full_name, "李某")
    type_keys(dialog.username, "li")
    choose(dialog.role, dialog.role.findData(Role.HELPER))
    type_chinese(dialog.until, until)
    for field in (dialog.password, dialog.again):
        type_chinese(field, PASSWORD)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    return dialog


def test_a_helper_comes_in_until_a_day_and_is_let_out(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("用户")
    QAbstractItemModelTester(screen.people.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    dialog = add_helper(screen, qtbot, "")
    qtbot.waitUntil(lambda: "截止日期" in dialog.told.text())
    assert dialog.full_name.text() == "李某", "nothing typed is lost"
    type_chinese(dialog.until, "2027年6月30日")
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: len(screen.people.model.rows) == 2)
    li = next(each for each in people.users(desk.store, desk.actor) if each.username == "li")
    assert (li.role, str(li.valid_until)) == (Role.HELPER, "2027-06-30")
    at = [each.username for each in screen.people.model.rows].index("li")
    screen.people.table.selectRow(at)
    click(part(screen.people, QPushButton, "disable_user"))
    qtbot.waitUntil(lambda: screen.people.model.rows[at].disabled)
    assert not part(screen.people, QPushButton, "disable_user").isEnabled()
    click(part(screen.people, QPushButton, "reset_password"))
    ask = opened(screen.people, FieldsDialog)
    type_chinese(part(ask, QLineEdit, "new_password"), ANOTHER)
    type_chinese(part(ask, QLineEdit, "new_password_again"), "不一样的")
    press(ask.does, Qt.Key.Key_Return, "\r")
    assert "不一样" in ask.told.text()
    part(ask, QLineEdit, "new_password_again").clear()
    type_chinese(part(ask, QLineEdit, "new_password_again"), ANOTHER)
    press(ask.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: not screen.people.model.rows[at].disabled)


def test_the_last_administrator_stays(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("用户")
    qtbot.waitUntil(lambda: bool(screen.people.model.rows))
    press(screen.people.table, Qt.Key.Key_Return, "\r")
    dialog = opened(screen.people, UserDialog)
    qtbot.waitUntil(dialog.does.isEnabled)
    choose(dialog.role, dialog.role.findData(Role.COLLECTOR))
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "最后一位" in dialog.told.text())
    dialog.reject()


def test_a_button_is_as_wide_as_what_it_says_now(screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("用户")
    sensitive = part(screen.people, QPushButton, "sensitive")
    qtbot.waitUntil(lambda: sensitive.text() == "不再打开特别敏感内容")
    qtbot.waitUntil(lambda: sensitive.width() >= sensitive.sizeHint().width())


def test_one_s_own_password(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("用户")
    click(part(screen.people, QPushButton, "own_password"))
    dialog = opened(screen.people, FieldsDialog)
    type_keys(part(dialog, QLineEdit, "old_password"), "not-this-one")
    for name in ("new_password", "new_password_again"):
        type_chinese(part(dialog, QLineEdit, name), ANOTHER)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: dialog.does.isEnabled() and "密码" in dialog.told.text())
    part(dialog, QLineEdit, "old_password").clear()
    type_chinese(part(dialog, QLineEdit, "old_password"), PASSWORD)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "密码已改" in screen.people.notice.words)
    people.unlock(desk.store, desk.actor, desk.clock(), ANOTHER)
    with pytest.raises(WrongPassword):
        people.unlock(desk.store, desk.actor, desk.clock(), PASSWORD)


def test_a_new_recovery_code_stays_until_it_is_noted(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("用户")
    click(part(screen.people, QPushButton, "renew_code"))
    press(opened(screen.people, FieldsDialog).does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: bool(screen.people.findChildren(CodeDialog)))
    dialog = opened(screen.people, CodeDialog)
    press(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    code = dialog.screen_of
    for position, field in zip(code.asked, code.typed, strict=True):
        type_keys(field, code.groups[position])
    press(code.typed[-1], Qt.Key.Key_Return, "\r")
    assert not dialog.isVisible()
    path = backups.make_backup(desk.store, desk.actor, desk.clock()).path
    assert backups.verify_backup(path, username=None, secret="-".join(code.groups)).files == 0


def test_a_backup_is_made_and_checked(desk: Desk, screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.go("备份")
    QAbstractItemModelTester(screen.backup.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    click(screen.backup.make)
    qtbot.waitUntil(lambda: len(screen.backup.model.rows) == 1)
    assert "完好" in screen.backup.notice.words
    click(screen.backup.check)
    dialog = opened(screen.backup, FieldsDialog)
    type_keys(part(dialog, QLineEdit, "backup_password"), "not-this-one")
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: dialog.does.isEnabled() and bool(dialog.told.text()))
    part(dialog, QLineEdit, "backup_password").clear()
    type_chinese(part(dialog, QLineEdit, "backup_password"), PASSWORD)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "备份完好" in screen.backup.notice.words)


def test_the_audit_is_written_for_a_period(desk: Desk, screen: SettingsScreen, qtbot: QtBot, tmp_path: Path) -> None:
    screen.go("操作记录")
    qtbot.waitUntil(lambda: ":" in screen.audit.head.text())
    assert check.check(desk.store, desk.actor, (audit_export.parse_head(screen.audit.head.text()),)) == ()
    type_keys(screen.audit.since, "2026-13-1")
    screen.audit.export(tmp_path / "a.xlsx")
    assert "不是一个日期" in screen.audit.notice.words
    screen.audit.since.clear()
    type_chinese(screen.audit.since, "2026年10月1日")
    screen.audit.export(tmp_path / "a.xlsx")
    qtbot.waitUntil(lambda: "已写出" in screen.audit.notice.words)
    assert (tmp_path / "a.xlsx").stat().st_size > 0
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_erasure_takes_two(
    desk: Desk, screen: SettingsScreen, qtbot: QtBot, low_kdf: Kdf, show: Show, jobs: Jobs
) -> None:
    desk.take_in(desk.file("误扫.jpg", front("SHEET00009", ())))
    desk.read()
    screen.go("更正与删除")
    click(screen.erasure.ask)
    qtbot.waitUntil(lambda: bool(screen.erasure.findChildren(ErasureDialog)))
    dialog = opened(screen.erasure, ErasureDialog)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    assert "请勾选" in dialog.told.text()
    dialog.pages.setCurrentRow(0)
    press(dialog.pages, Qt.Key.Key_Space, " ")
    type_chinese(dialog.reason, "误扫了别人的纸")
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: len(screen.erasure.model.rows) == 1)
    click(screen.erasure.carry_out)
    qtbot.waitUntil(lambda: "两个人" in screen.erasure.notice.words)
    _changes, user_id = people.add_user(
        desk.store,
        desk.actor,
        desk.clock(),
        username="zhao",
        full_name="赵某",
        role=Role.ADMINISTRATOR,
        division=desk.actor.division,
        password=PASSWORD,
        kdf=low_kdf,
    )
    other = Actor(user_id, "zhao", "赵某", Role.ADMINISTRATOR, desk.actor.division)
    jobs.attend(Opened(desk.store, other, None))
    decides = SettingsScreen(jobs, other, low_kdf)
    show(decides)
    decides.go("更正与删除")
    qtbot.waitUntil(lambda: len(decides.erasure.model.rows) == 1)
    click(decides.erasure.carry_out)
    qtbot.waitUntil(lambda: bool(decides.erasure.findChildren(FieldsDialog)))
    asked = opened(decides.erasure, FieldsDialog)
    assert any("将删除：1 页图像和识别记录" in label.text() for label in asked.findChildren(QLabel))
    press(asked.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: decides.erasure.notice.words.startswith("已删除。备份文件夹里没有备份。"))
    assert [each.state for each in erasing.erasures(desk.store, other)] == [ErasureState.DONE]
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_a_division_that_is_gone_is_told_and_seen_to(
    desk: Desk, show: Show, low_kdf: Kdf, qtbot: QtBot, edition: Edition
) -> None:
    screen = SettingsScreen(desk.jobs, desk.actor, low_kdf)
    show(screen)
    screen.enter()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert not screen.office.adjust.isVisible()
    edition(desk.actor.division)
    screen.enter()
    qtbot.waitUntil(screen.office.adjust.isVisible)
    assert "区划表里已没有吉林市蛟河市黄松甸镇" in screen.office.gone.words
    click(screen.office.adjust)
    dialog = opened(screen.office, AskDialog)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    assert "归到现在的" in dialog.told.text(), "nothing is chosen for her"
    new = dialog.entries["new"]
    assert isinstance(new, QComboBox)
    at = new.findData("220281102")
    assert new.itemText(at).startswith("吉林市蛟河市")
    choose(new, at)
    press(dialog.does, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: "区划调整好了" in screen.office.notice.words)
    qtbot.waitUntil(lambda: desk.jobs.idle)
    with desk.store.session() as session:
        assert session.get_one(Office, 1).division == "220281102"


def test_rounds_are_opened_where_they_are_followed(desk: Desk, window: MainWindow, qtbot: QtBot) -> None:
    window.go("settings")
    section = window.findChild(OfficeSection)
    assert section is not None
    qtbot.waitUntil(lambda: "2026年下半年" in section.round.text())
    click(part(section, QPushButton, "go_rounds"))
    assert window.shown == "rounds"
    rounds = window.findChild(RoundsScreen)
    assert rounds is not None
    qtbot.waitUntil(lambda: desk.jobs.idle)
    click(part(rounds, QPushButton, "back"))
    assert window.shown == "settings"


def test_a_collector_sees_only_what_is_of_use(desk: Desk, show: Show, low_kdf: Kdf, jobs: Jobs) -> None:
    collector = Actor("nobody", "li", "李某", Role.COLLECTOR, desk.actor.division)
    screen = SettingsScreen(jobs, collector, low_kdf)
    show(screen)
    screen.enter()
    words = [screen.list.item(at).text() for at in range(screen.list.count())]
    assert words == ["自己的密码", "更正与删除"]
    assert not any(each.isVisible() for each in screen.findChildren(SettingRow))
    assert LOCK_MINUTES.key in {setting.key for setting in SETTINGS}
