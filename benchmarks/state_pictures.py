"""Pictures of states, for ``benchmarks.pictures``: nothing there yet, something going on, something that went wrong."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from benchmarks.running import PASSWORD, Taker
from desktop.ui.care.visits import VisitsScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.duplicates.screen import DuplicatesScreen
from desktop.ui.handover.screen import CARDS, OUT, PROPOSALS, HandoverScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import CrashDialog
from desktop.ui.rounds.screen import RoundsScreen
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.shell import Shell
from records.views import SourceState

REPORT = """Windows 10 · Python 3.11.9
builtins.ValueError
  desktop/jobs.py:318 _answer
  children/page.py:212 _show"""
BROKEN = "扫描0011.jpg"  # of the samples
W = TypeVar("W", bound=QWidget)


def empty(studio: Taker, window: MainWindow) -> None:
    """Every list before anything is in it."""
    for key, name in (
        ("drafts", "待核对-空"),
        ("group", "成组核对-空"),
        ("children", "儿童台账-空"),
        ("care", "重点关爱-空"),
        ("visits", "走访-空"),
        ("batches", "报送批次-空"),
        ("rosters", "基础名单-空"),
        ("duplicates", "重复登记-空"),
    ):
        window.go(key)
        studio.shoot(name, manual=False)
    visits, twins = _of(window, VisitsScreen), _of(window, DuplicatesScreen)
    window.go("visits")
    visits.tabs.setCurrentIndex(1)
    studio.shoot("工作日志-空", manual=False)
    visits.tabs.setCurrentIndex(0)
    window.go("duplicates")
    twins.tabs.setCurrentIndex(1)
    studio.shoot("合并过的-空", manual=False)
    twins.tabs.setCurrentIndex(0)
    window.go("handover")
    handover = _of(window, HandoverScreen)
    for tab, name in ((OUT, "交出"), (PROPOSALS, "建议"), (CARDS, "单位名片")):
        handover.go(tab)
        studio.shoot(f"交接-{name}-空", manual=False)
    window.go("rounds")
    rounds = _of(window, RoundsScreen)
    for at in range(rounds.tabs.count()):
        rounds.tabs.setCurrentIndex(at)
        studio.shoot(f"更新轮次-空-{at + 1}", manual=False)
    rounds.tabs.setCurrentIndex(0)
    window.go("children")
    children = _of(window, ChildrenScreen)
    children.search("查无此人", opens=False)
    studio.shoot("儿童台账-没有找到", manual=False)
    children.search("", opens=False)
    window.go("settings")
    settings = _of(window, SettingsScreen)
    for section in ("备份", "更正与删除"):
        settings.go(section)
        studio.shoot(f"设置-{section}-空", manual=False)
    window.go("inbox")


def broken_file(studio: Taker, window: MainWindow) -> None:
    """A scan that was cut short on its way: the card says what to do."""
    screen = _of(window, InboxScreen)
    broken = next(s.source_id for s in screen.view.sources if s.state is SourceState.REFUSED and s.name == BROKEN)
    screen.grid.go_to(broken)
    studio.shoot("收件箱-没有读成")


def full_disk(studio: Taker, window: MainWindow) -> None:
    """What any screen says when nothing can be written any more."""

    def fails(*_how: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    window.go("children")
    studio.jobs.write(fails, owner=window)
    studio.until(window.notice.isVisible)
    studio.shoot("磁盘满了")
    window.notice.drop()


def backing_up(studio: Taker, window: MainWindow) -> None:
    """A backup while it is being made, and what it says then."""
    window.go("settings")
    screen = _of(window, SettingsScreen)
    screen.go("备份")
    studio.until(lambda: studio.jobs.idle)
    screen.backup.make_now()
    studio.shoot("设置-正在备份", busy=True, manual=False)
    studio.until(screen.backup.notice.isVisible)
    studio.shoot("设置-备份做好", manual=False)  # it names the folder, which is another each time
    screen.backup.notice.drop()
    studio.shoot("设置-备份")


def at_the_door(studio: Taker, shell: Shell, folder: Path) -> None:
    """A wrong password, and a store whose file is damaged; the window behind stays as it was."""
    damaged = folder / "坏了"
    shutil.copytree(studio.data_dir, damaged)
    for journal in damaged.glob("store.db-*"):
        journal.unlink()
    with (damaged / "store.db").open("r+b") as file:
        file.seek(4096)
        file.write(bytes(4096))
    for password, name in (("tongdang-2025", "登录-密码不对"), (PASSWORD, "登录-资料库打不开")):
        login = LoginScreen(studio.jobs, damaged)
        login.username.setText("wang")
        login.password.setText(password)
        shell.cover(login)
        login.log_in.click()
        studio.until(login.told.isVisible)
        studio.shoot(name)
    shell.uncover()


def defect(studio: Taker, window: MainWindow) -> None:
    """The dialog after a defect of the program."""
    dialog = CrashDialog(REPORT, window)
    dialog.open()
    studio.shoot("程序出错", dialog)
    dialog.reject()


def _of(window: MainWindow, kind: type[W]) -> W:
    found = window.findChild(kind)
    assert found is not None, kind
    return found
