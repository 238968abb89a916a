"""Making the store: what is missing is said, divisions are typed, the code is confirmed by typing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Program
from desktop.jobs import Jobs
from desktop.ui.first_run.recovery_code import RecoveryCodeScreen
from desktop.ui.first_run.screen import FirstRunScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.recover import RecoverScreen
from desktop.ui.login.restore import RestoreScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.settings.asking import FieldsDialog
from desktop.ui.settings.people import CodeDialog
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.shell import SMALLEST
from records.keys import Kdf
from records.views import Role
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.workflow.conftest import PASSWORD
from tests.workflow.scripted import front, scan
from workflow import backups, people, recovery_noted, verify
from workflow.access import log_in
from workflow.settings import REVIEW_BY, settings

Show = Callable[[QWidget], None]


@pytest.fixture
def program(jobs: Jobs, tmp_path: Path, low_kdf: Kdf, qtbot: QtBot) -> Program:
    made = Program(jobs, tmp_path / "新 资料库", kdf=low_kdf)
    qtbot.addWidget(made.shell)
    return made


def leave(step: QComboBox) -> None:
    """Tab, which goes to the list of suggestions while it is open."""
    completer, edit = step.completer(), step.lineEdit()
    assert completer is not None
    assert edit is not None
    popup = completer.popup()
    press(popup if popup.isVisible() else edit, Qt.Key.Key_Tab, "\t")


def begin(program: Program, qtbot: QtBot) -> FirstRunScreen:
    """The first window has the keyboard and its list of provinces."""
    with qtbot.waitActive(program.shell):
        program.begin()
        program.shell.activateWindow()
    first = program.shell.currentWidget()
    assert isinstance(first, FirstRunScreen)
    qtbot.waitUntil(lambda: first.division.code() == "220000", timeout=20000)
    return first


def fill(first: FirstRunScreen, qtbot: QtBot) -> None:
    """Everything by keyboard, as a clerk would."""
    type_chinese(first.office, "黄松甸镇人民政府")
    for step, name in zip(first.division.steps[1:], ("吉林", "蛟河", "黄松甸"), strict=True):
        step.setFocus(Qt.FocusReason.TabFocusReason)
        edit = step.lineEdit()
        assert edit is not None
        type_chinese(edit, name)
        leave(step)
    type_chinese(first.full_name, "王某")
    type_keys(first.username, "wang")
    type_chinese(first.password, PASSWORD)
    type_chinese(first.again, PASSWORD)


def test_from_nothing_to_the_inbox_and_in_again(program: Program, jobs: Jobs, qtbot: QtBot, tmp_path: Path) -> None:
    first = begin(program, qtbot)
    fill(first, qtbot)
    assert first.division.words() == "吉林省吉林市蛟河市黄松甸镇"
    click(first.make)
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), RecoveryCodeScreen), timeout=20000)
    code = program.shell.currentWidget()
    assert isinstance(code, RecoveryCodeScreen)
    for position, field in zip(code.asked, code.typed, strict=True):
        type_keys(field, code.groups[position].lower())
    press(code.typed[-1], Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), MainWindow))
    window = program.shell.currentWidget()
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: "黄松甸镇人民政府" in window.status.where.text())
    assert window.findChild(InboxScreen) is not None
    qtbot.waitUntil(lambda: jobs.idle)
    assert "恢复码" not in window.notice.words, "it was typed back"
    log = (tmp_path / "新 资料库" / "tongdang.log").read_text(encoding="utf-8")
    assert "opened by" in log
    assert "王某" not in log
    program.end()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("office", "请填单位名称。"),
        ("username", "请填用户名。"),
        ("again", "两次输入的密码不一样，请重新输入。"),
        ("full_name", "请填管理员的姓名。"),
    ],
)
def test_what_is_missing_is_said(program: Program, qtbot: QtBot, tmp_path: Path, spoil: str, told: str) -> None:
    first = begin(program, qtbot)
    fill(first, qtbot)
    field = getattr(first, spoil)
    assert isinstance(field, QLineEdit)
    field.clear()
    first.make.click()
    assert first.told.text() == told
    assert not (tmp_path / "新 资料库").exists()


def test_a_typed_name_that_is_not_in_the_list_stays_and_is_told(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    """An input method brings 交合 for 蛟河; a box that emptied itself would tell nobody why."""
    first = begin(program, qtbot)
    fill(first, qtbot)
    county = first.division.steps[2]
    edit = county.lineEdit()
    assert edit is not None
    county.setFocus()
    edit.selectAll()
    type_chinese(edit, "交合", composing="jiao he")
    leave(county)
    assert first.division.code() == "220200"
    assert edit.text() == "交合"
    assert "列表里没有“交合”" in first.division.told.text()
    first.make.click()
    assert "列表里没有“交合”" in first.told.text()
    assert not (tmp_path / "新 资料库").exists()
    county.setFocus()
    edit.selectAll()
    type_chinese(edit, "蛟河市")
    assert not first.division.told.isVisible()
    leave(county)
    assert first.division.code() == "220281"


def test_the_window_is_never_larger_than_the_screen(program: Program, qtbot: QtBot) -> None:
    """The test's screen is smaller than the smallest size that is asked for, as 1920 × 1080 is at 200 %."""
    begin(program, qtbot)
    screen = program.shell.screen().availableGeometry()
    assert screen.width() < SMALLEST.width()
    assert program.shell.minimumWidth() <= screen.width()
    assert program.shell.minimumHeight() < screen.height()


def test_an_office_is_of_a_place_not_of_the_whole_province(program: Program, qtbot: QtBot) -> None:
    first = begin(program, qtbot)
    type_chinese(first.office, "关爱中心")
    press(first.office, Qt.Key.Key_Return, "\r")
    assert first.focusWidget() is first.division.steps[1]
    first.make.click()
    assert "行政区划" in first.told.text()


@pytest.mark.parametrize(
    ("office", "place"),
    [
        ("蛟河市黄松甸镇人民政府", "吉林省吉林市蛟河市黄松甸镇"),
        ("朝阳区民政局", "吉林省长春市朝阳区"),
        ("吉林市民政局", "吉林省吉林市"),
        ("河南街道办事处", "吉林省"),  # four towns have a street of that name
    ],
)
def test_the_place_is_found_in_the_name_of_the_office(program: Program, qtbot: QtBot, office: str, place: str) -> None:
    first = begin(program, qtbot)
    type_chinese(first.office, office)
    press(first.office, Qt.Key.Key_Tab, "\t")
    assert first.division.words() == place


def test_a_wrong_character_makes_no_county_of_a_township(program: Program, qtbot: QtBot) -> None:
    """The input method offers 点阵 before 甸镇, and what is left of the name is 蛟河市."""
    first = begin(program, qtbot)
    type_chinese(first.office, "蛟河市黄松点阵人民政府")
    press(first.office, Qt.Key.Key_Return, "\r")
    assert first.division.words() == "吉林省吉林市蛟河市"
    assert "“黄松点阵”" in first.division.told.text()
    assert first.division.told.isVisible()
    assert QApplication.focusWidget() is first.division.steps[3]
    first.office.clear()
    type_chinese(first.office, "蛟河市黄松甸镇人民政府")
    press(first.office, Qt.Key.Key_Return, "\r")
    assert first.division.words() == "吉林省吉林市蛟河市黄松甸镇"
    assert not first.division.told.isVisible()
    assert QApplication.focusWidget() is first.full_name
    for county in ("蛟河市人民政府", "蛟河市民政局"):
        first.office.clear()
        type_chinese(first.office, county)
        press(first.office, Qt.Key.Key_Return, "\r")
        assert not first.division.told.isVisible(), county
        assert first.division.words() == "吉林省吉林市蛟河市"


def test_a_place_chosen_by_hand_stays(program: Program, qtbot: QtBot) -> None:
    first = begin(program, qtbot)
    fill(first, qtbot)
    town = first.division.steps[3]
    town.setFocus(Qt.FocusReason.TabFocusReason)
    edit = town.lineEdit()
    assert edit is not None
    type_chinese(edit, "白石山镇")
    leave(town)
    first.office.setFocus()
    first.office.selectAll()
    type_chinese(first.office, "敦化市民政局")
    press(first.office, Qt.Key.Key_Return, "\r")
    assert first.division.words() == "吉林省吉林市蛟河市白石山镇"


def test_the_wheel_in_passing_chooses_nothing(program: Program, qtbot: QtBot) -> None:
    first = begin(program, qtbot)
    at = QPointF(first.review.rect().center())
    turned = QWheelEvent(
        at,
        QPointF(first.review.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(first.review, turned)
    assert first.review.currentIndex() == 0


def test_tab_goes_from_the_groups_to_nothing_unseen(qtbot: QtBot, show: Show) -> None:
    code = RecoveryCodeScreen("AAAA1-BBBB2-CCCC3-DDDD4", "镇")
    show(code)
    code.setFocus()
    assert code.focusWidget() is code.typed[0]
    hidden = Qt.InputMethodHint.ImhHiddenText
    assert all(field.inputMethodHints() & hidden for field in code.typed), "Latin letters are no pinyin"
    press(code.typed[0], Qt.Key.Key_Return, "\r")
    assert code.focusWidget() is code.typed[1]
    passed = []
    for _each in range(4):
        press(QApplication.focusWidget() or code, Qt.Key.Key_Tab, "\t")
        passed.append(QApplication.focusWidget())
    assert all(isinstance(each, QLineEdit | QPushButton) for each in passed)


def test_without_a_printer_the_code_is_written_by_hand(
    qtbot: QtBot, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No dialog that offers a file: the sentence above says not to keep it on the computer."""
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", list)
    code = RecoveryCodeScreen("AAAA1-BBBB2-CCCC3-DDDD4", "镇")
    show(code)
    prints = next(each for each in code.findChildren(QPushButton) if "打印" in each.text())
    click(prints)
    assert "抄写" in code.told.text()


def test_a_code_that_nobody_wrote_down_is_told_at_the_next_login(
    program: Program, jobs: Jobs, qtbot: QtBot, tmp_path: Path
) -> None:
    """The window is gone while the code stands there, as at a power cut."""
    first = begin(program, qtbot)
    fill(first, qtbot)
    click(first.make)
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), RecoveryCodeScreen), timeout=20000)
    code = program.shell.currentWidget()
    assert isinstance(code, RecoveryCodeScreen)
    qtbot.waitUntil(lambda: jobs.idle)
    program.shell.currentWidget().deleteLater()
    (tmp_path / "新 资料库" / "lock").unlink()
    opened = log_in(tmp_path / "新 资料库", username="wang", password=PASSWORD, now=jobs.now())
    program.enter(opened)
    notice = program.window.notice
    qtbot.waitUntil(lambda: "恢复码还没有抄下来" in notice.words)
    click(notice.action)
    settings = program.window.findChild(SettingsScreen)
    assert settings is not None
    ask = settings.people.findChild(FieldsDialog)
    assert ask is not None
    click(ask.does)
    qtbot.waitUntil(lambda: settings.people.findChild(CodeDialog) is not None, timeout=20000)
    shown = settings.people.findChild(CodeDialog)
    assert shown is not None
    assert recovery_noted.waits(opened.store, opened.actor)
    for position, field in zip(shown.screen_of.asked, shown.screen_of.typed, strict=True):
        type_keys(field, shown.screen_of.groups[position])
    click(shown.screen_of.ready)
    qtbot.waitUntil(lambda: not recovery_noted.waits(opened.store, opened.actor), timeout=20000)
    program._left = True
    program.end()


def test_a_wrong_group_is_asked_again(qtbot: QtBot, show: Show) -> None:
    code = RecoveryCodeScreen("AAAA1-BBBB2-CCCC3-DDDD4", "镇")
    show(code)
    noted: list[bool] = []
    code.noted.connect(lambda: noted.append(True))
    type_keys(code.typed[0], "XXXXX")
    code.ready.click()
    assert not noted
    assert "不一样" in code.told.text()
    for position, field in zip(code.asked, code.typed, strict=True):
        field.clear()
        type_keys(field, code.groups[position])
    code.ready.click()
    assert noted == [True]


def test_login_says_what_is_wrong_and_comes_in(desk: Desk, jobs: Jobs, qtbot: QtBot, show: Show) -> None:
    desk.store.close()
    login = LoginScreen(jobs, desk.data_dir)
    show(login)
    login.username.clear()
    login.log_in.click()
    assert login.told.text() == "请输入用户名和密码。"
    type_keys(login.username, "admin")
    type_keys(login.password, "not-this-one")
    press(login.password, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: login.log_in.isEnabled() and "密码" in login.told.text(), timeout=20000)
    login.password.clear()
    type_chinese(login.password, PASSWORD)
    with qtbot.waitSignal(login.opened, timeout=20000) as came:
        press(login.password, Qt.Key.Key_Return, "\r")
    assert came.args is not None
    opened = came.args[0]
    assert opened.actor.full_name == "王某"
    assert login.password.text() == ""
    opened.store.close()
    QApplication.processEvents()
    assert login.findChild(QPushButton) is not None


def test_the_one_person_of_an_office_types_the_password_only(desk: Desk, jobs: Jobs, show: Show, low_kdf: Kdf) -> None:
    login = LoginScreen(jobs, desk.data_dir)
    show(login)
    assert login.username.text() == "admin"
    assert login.password.hasFocus()
    people.add_user(
        desk.store,
        desk.actor,
        desk.clock(),
        username="li",
        full_name="李某",
        role=Role.COLLECTOR,
        division="220281104",
        password="长白山-天池-2027",
        kdf=low_kdf,
    )
    two = LoginScreen(jobs, desk.data_dir)
    show(two)
    assert two.username.text() == ""
    assert two.username.hasFocus()


def test_a_forgotten_password_is_set_anew_by_the_recovery_code(
    desk: Desk, program: Program, qtbot: QtBot, low_kdf: Kdf
) -> None:
    code = desk.opened.recovery_code or ""
    desk.store.close()
    program._data_dir = desk.data_dir
    program.begin()
    login = program.shell.currentWidget()
    assert isinstance(login, LoginScreen)
    type_keys(login.username, "admin")
    press(login.forgot, Qt.Key.Key_Return, "\r")
    recover = program.shell.currentWidget()
    assert isinstance(recover, RecoverScreen)
    for field in (recover.new, recover.again):
        type_chinese(field, "长白山-天池-2027")
    type_keys(recover.code, "AAAAA" * 6)
    press(recover.recover, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: recover.recover.isEnabled() and "恢复码" in recover.told.text(), timeout=20000)
    recover.code.clear()
    type_keys(recover.code, code)
    press(recover.recover, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), RecoveryCodeScreen), timeout=20000)
    shown = program.shell.currentWidget()
    assert isinstance(shown, RecoveryCodeScreen)
    assert "-".join(shown.groups) != code
    for position, field in zip(shown.asked, shown.typed, strict=True):
        type_keys(field, shown.groups[position])
    press(shown.typed[-1], Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), MainWindow))
    qtbot.waitUntil(lambda: program._jobs.idle)
    program._left = True
    program.end()


def damage(desk: Desk) -> bytes:
    """After a backup the database is overwritten; its bytes as they are now."""
    backups.make_backup(desk.store, desk.actor, desk.clock())
    desk.store.close()
    with (desk.data_dir / "store.db").open("r+b") as file:
        file.write(b"\0" * 8192)
    return (desk.data_dir / "store.db").read_bytes()


def test_a_damaged_store_is_restored_from_the_login(desk: Desk, program: Program, qtbot: QtBot) -> None:
    code = desk.opened.recovery_code or ""
    registration = desk.registration(0)
    broken = damage(desk)
    database = desk.data_dir / "store.db"
    program._data_dir = desk.data_dir
    program.begin()
    login = program.shell.currentWidget()
    assert isinstance(login, LoginScreen)
    assert not login.restores.isVisible()
    type_keys(login.username, "admin")
    type_chinese(login.password, PASSWORD)
    press(login.password, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(login.restores.isVisible, timeout=20000)
    assert "已损坏" in login.told.text()
    click(login.restores)
    restore = program.shell.currentWidget()
    assert isinstance(restore, RestoreScreen)
    qtbot.waitUntil(lambda: restore.chosen is not None)
    click(restore.does)
    assert restore.told.text() == "请填恢复码。"
    type_keys(restore.code, "AAAAA" * 6)
    press(restore.code, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: restore.does.isEnabled() and restore.told.isVisible(), timeout=20000)
    assert database.read_bytes() == broken, "a wrong code changes nothing"
    restore.code.clear()
    type_keys(restore.code, code)
    press(restore.code, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), LoginScreen), timeout=20000)
    again = program.shell.currentWidget()
    assert isinstance(again, LoginScreen)
    assert "没有删" in again.good.text()
    (aside,) = desk.data_dir.glob("搁置-*")
    assert (aside / "store.db").read_bytes() == broken
    opened = log_in(desk.data_dir, username="admin", password=PASSWORD, now=desk.clock())
    with opened.store:
        assert verify.sheet(opened.store, opened.actor, registration).registration_id == registration
    program._left = True
    program.end()


def test_a_new_computer_gets_the_store_from_a_backup(
    desk: Desk, program: Program, qtbot: QtBot, tmp_path: Path, low_kdf: Kdf
) -> None:
    """Nothing but a file on a stick and the sheet from the envelope."""
    registration = desk.registration(0)
    code = desk.opened.recovery_code or ""
    stick = tmp_path / "U 盘" / "童档.tdbackup"
    stick.parent.mkdir()
    backups.make_backup(desk.store, desk.actor, desk.clock(), stick)
    begin(program, qtbot)
    restores = program.shell.currentWidget().findChild(QPushButton, "restore_here")
    assert restores is not None
    press(restores, Qt.Key.Key_Return, "\r")
    restore = program.shell.currentWidget()
    assert isinstance(restore, RestoreScreen)
    press(restore.code, Qt.Key.Key_Return, "\r")
    assert restore.told.text() == "请先选一份备份。"
    restore.away.setFocus()
    restore.choose(stick)
    qtbot.waitUntil(lambda: restore.chosen == stick)
    assert program.shell.focusWidget() is restore.code
    type_keys(restore.code, code.lower().replace("-", ""))
    press(restore.code, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), LoginScreen), timeout=20000)
    login = program.shell.currentWidget()
    assert isinstance(login, LoginScreen)
    assert login.username.text() == "admin"
    assert program.shell.focusWidget() is login.password, "the password is typed at once"
    assert "黄松甸镇人民政府的资料库恢复到了" in login.good.text()
    opened = log_in(tmp_path / "新 资料库", username="admin", password=PASSWORD, now=desk.clock())
    with opened.store:
        assert verify.sheet(opened.store, opened.actor, registration).registration_id == registration
    program._left = True
    program.end()


def test_who_would_restore_may_go_back(program: Program, qtbot: QtBot) -> None:
    first = begin(program, qtbot)
    first.restore.emit()
    restore = program.shell.currentWidget()
    assert isinstance(restore, RestoreScreen)
    click(restore.away)
    assert isinstance(program.shell.currentWidget(), FirstRunScreen)


def test_who_reviews_is_chosen_at_first(program: Program, jobs: Jobs, qtbot: QtBot) -> None:
    first = begin(program, qtbot)
    fill(first, qtbot)
    first.review.setFocus()
    press(first.review, Qt.Key.Key_Down)
    with qtbot.waitSignal(first.made, timeout=20000) as made:
        press(first.make, Qt.Key.Key_Return, "\r")
    assert made.args is not None
    opened = made.args[0]
    assert settings(opened.store, opened.actor)[REVIEW_BY.key] == "person"
    opened.store.close()


def test_practice_asks_for_nothing_and_leaves_nothing(
    program: Program, jobs: Jobs, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.app.RESOURCES", tmp_path)
    (tmp_path / "samples").mkdir()
    for number in range(2):
        (tmp_path / "samples" / f"{number}.jpg").write_bytes(scan(front(f"SHEET0000{number}", ())))
    first = begin(program, qtbot)
    press(first.practise, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: isinstance(program.shell.currentWidget(), MainWindow), timeout=20000)
    inbox = program.window.findChild(InboxScreen)
    assert inbox is not None
    assert "练习" in program.window.notice.words
    qtbot.waitUntil(lambda: len(inbox.view.sources) == 2 and not inbox.queue.busy, timeout=20000)
    qtbot.waitUntil(lambda: jobs.idle and not jobs.is_recognising, timeout=20000)
    program.shell.close()
    assert not program.shell.isVisible(), "no backup of what is not kept"
    folder = program._data_dir
    assert folder.exists()
    jobs.close()
    program.forget_practice()
    assert not folder.parent.exists()


def test_blank_forms_are_written_from_the_empty_inbox(desk: Desk, qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    inbox = InboxScreen(desk.jobs)
    show(inbox)
    inbox.enter()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    asks = inbox.findChild(QPushButton, "print_blank")
    assert asks is not None
    assert asks.isVisible()
    inbox.write_blank(tmp_path / "空白.pdf", 2)
    qtbot.waitUntil(lambda: "2 份" in inbox.notice.words, timeout=20000)
    with pdfplumber.open(tmp_path / "空白.pdf") as pdf:
        assert len(pdf.pages) == 4
    inbox.write_blank(tmp_path / "没有这个文件夹" / "空白.pdf", 1)
    qtbot.waitUntil(lambda: "没有这个文件夹" in inbox.notice.words or "没有写" in inbox.notice.words, timeout=20000)
