"""The program from its start to its end: what is shown before a store is open, the store, and how the window closes."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QGuiApplication

from desktop import ahead, window_place
from desktop.arguments import WindowArguments
from desktop.garbage import Collector
from desktop.jobs import Jobs, ReaderPool
from desktop.log import catch_defects, log_to, report
from desktop.scratch import Scratch, sweep
from desktop.screens import make_window
from desktop.start import NoDisplay, begin_in_documents, make_application
from desktop.ui.first_run.recovery_code import RecoveryCodeScreen
from desktop.ui.first_run.screen import FirstRunScreen, NewOffice
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.recover import RecoverScreen
from desktop.ui.login.restore import RestoreScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.messages import CrashDialog
from desktop.ui.remembering import Remembering
from desktop.ui.safety.guard import Guard
from desktop.ui.safety.leaving_screen import LeavingScreen
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.shell import SMALLEST, Shell
from forms.catalog import RESOURCES, forms_in, shipped_forms
from ocr.models import offer_packs
from records.keys import PRODUCTION, Kdf
from workflow import access, recovery_noted
from workflow.access import Opened
from workflow.permissions import RIGHTS, Right

log = logging.getLogger(__name__)

TITLE_BAR = 32  # of the window manager, which takes it from the screen
PRACTICE_DIVISION = "220281104"  # where the families of the samples live


def run(arguments: WindowArguments) -> int:
    """Open the window; returns when it is closed."""
    try:
        application = make_application()
    except NoDisplay as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    arguments = arguments.absolute()
    begin_in_documents()
    sweep()  # what a killed program left of stores that were not to stay
    with data_folder(arguments) as data_dir:
        offer_packs(data_dir)
        jobs = Jobs(lambda: datetime.now(UTC), partial(open_pool, arguments.forms_dir))
        program = Program(jobs, data_dir)
        catch_defects(program.show_defect)
        program.begin()
        collector = Collector(jobs, program)
        collector.begin()
        QTimer.singleShot(ahead.AFTER_MS, partial(jobs.task, ahead.load, lambda _none: None, owner=program))
        try:
            return application.exec()
        finally:
            jobs.close()
            program.forget_practice()


@contextmanager
def data_folder(arguments: WindowArguments) -> Iterator[Path]:
    """The folder of the store; a temporary one goes when the window closes."""
    if not arguments.temporary:
        yield arguments.data_dir or user_data_path("tongdang", appauthor=False)
        return
    scratch = Scratch()
    try:
        yield scratch.store
    finally:
        scratch.forget()


def open_pool(forms_dir: Path | None) -> ReaderPool:
    """Start the readers: one worker with the shipped forms and those of the office's own folder."""
    from ocr.models import models_dir
    from ocr.worker import ReaderPool as Pool

    forms = shipped_forms() + (forms_in(forms_dir) if forms_dir is not None else ())
    return Pool(models_dir(), forms)


class Program(QObject):
    """From the first window to the frame with its screens."""

    def __init__(self, jobs: Jobs, data_dir: Path, *, kdf: Kdf = PRODUCTION) -> None:
        super().__init__()
        self._jobs = jobs
        self._data_dir = data_dir
        self._kdf = kdf
        self.shell = Shell()
        self._logs: logging.Handler | None = None
        self._crash: CrashDialog | None = None
        jobs.defect.connect(self._defect)
        self.shell.closing.connect(self.end)
        self.shell.may_close = self._may_close
        self._left = False
        self._practice: Scratch | None = None

    def begin(self) -> None:
        """Show the first window."""
        if access.store_exists(self._data_dir):
            self.ask_password()
        else:
            self._ask_new()
        screen = self.shell.screen().availableGeometry()
        # 1920 × 1080 at 200 % has 960 × 540 to give: a window wider than that hides its own edge
        self.shell.setMinimumSize(SMALLEST.boundedTo(screen.size() - QSize(0, TITLE_BAR)))
        if window_place.put_back(self.shell, self._data_dir):
            self.shell.show()
            return
        self.shell.resize(min(1440, screen.width()), min(900, screen.height()))
        if screen.width() <= 1440:
            self.shell.showMaximized()
        else:
            self.shell.show()

    def _ask_new(self) -> None:
        first = FirstRunScreen(self._jobs, self._create)
        first.try_out.connect(partial(self.try_out, first))
        first.restore.connect(partial(self._restore, instead=False))
        first.made.connect(lambda opened: self._made(opened, first.office.text().strip()))
        self.shell.show_only(first)

    def _create(self, wanted: NewOffice) -> Opened:
        return access.create_office(
            self._data_dir,
            office_name=wanted.office_name,
            division=wanted.division,
            username=wanted.username,
            full_name=wanted.full_name,
            password=wanted.password,
            single_person=wanted.single_person,
            now=self._jobs.now(),
            kdf=self._kdf,
        )

    def ask_password(self, told: str = "") -> None:
        """The login. ``told``: what was done before."""
        login = LoginScreen(self._jobs, self._data_dir)
        login.opened.connect(self.enter)
        login.forgotten.connect(self._recover)
        login.restore.connect(self._restore)
        if told:
            login.say_good(told)
        self.shell.show_only(login)

    def _restore(self, *, instead: bool = True) -> None:
        restore = RestoreScreen(self._jobs, self._data_dir, instead=instead)
        restore.back.connect(self.ask_password if instead else self._ask_new)
        restore.restored.connect(self.ask_password)
        self.shell.show_only(restore)

    def _recover(self, username: str) -> None:
        recover = RecoverScreen(self._jobs, self._data_dir, username, self._kdf)
        recover.back.connect(self.ask_password)
        recover.opened.connect(lambda opened: self._made(opened, ""))
        self.shell.show_only(recover)

    def try_out(self, first: FirstRunScreen) -> None:
        """Practise with the samples: an office that lasts until the window closes, with nothing to fill in before."""
        self._practice = Scratch()
        self._data_dir = self._practice.store
        wanted = NewOffice("练习（不保存）", PRACTICE_DIVISION, "练习", "试用的人", True, secrets.token_urlsafe(16))
        self._jobs.task(partial(self._create, wanted), self._practising, owner=self, failed=first.refuse)

    def _practising(self, opened: Opened) -> None:
        self.enter(opened)
        self.window.notice.say(
            "这是练习：样例里的人都是编的，可以随便改，关掉窗口就全部清除。要正式用，关掉再打开，新建资料库。"
        )
        inbox = self.window.findChild(InboxScreen)
        assert inbox is not None
        inbox.take_in([RESOURCES / "samples"])

    def forget_practice(self) -> None:
        """Nothing of the practice stays; the store has been closed."""
        if self._practice is not None:
            self._practice.forget()

    def _made(self, opened: Opened, office: str) -> None:
        store, actor, now = opened.store, opened.actor, self._jobs.now
        self._jobs.task(lambda: recovery_noted.shown(store, actor, now()), lambda _changes: None, owner=self)
        code = RecoveryCodeScreen(opened.recovery_code or "", office)
        code.noted.connect(partial(self._noted, opened))
        self.shell.show_only(code)

    def _noted(self, opened: Opened) -> None:
        store, actor, now = opened.store, opened.actor, self._jobs.now
        self._jobs.task(lambda: recovery_noted.noted(store, actor, now()), lambda _changes: None, owner=self)
        self.enter(opened)

    def enter(self, opened: Opened) -> None:
        """The store is open: the frame with its screens."""
        self._logs = log_to(self._data_dir)
        self._jobs.attend(opened)
        log.info("opened by %s", opened.actor.user_id)
        if self._practice is None:  # nothing of it is to be kept
            self.remembering = Remembering(self._jobs)  # its reading is the first, and is there before the frame is
        self.window = make_window(self._jobs, opened, kdf=self._kdf)
        self.window.windowTitleChanged.connect(self.shell.say_title)
        self.shell.closing.connect(self.window.closing)
        self.shell.show_only(self.window)
        self.window.go("inbox" if self.window.may_see("inbox") else "drafts")
        if self._practice is not None:
            self.window.navigation.locks.hide()  # nobody knows its password
            return
        self.remembering.attend(self.window)
        if opened.actor.role in RIGHTS[Right.ADMINISTER]:
            self._jobs.read(recovery_noted.waits, self._ask_code, owner=self)
        self.guard = Guard(self._jobs, self.shell, self.window, opened.actor.full_name)
        self.guard.watch.watch(self.shell.windowHandle())

    def _ask_code(self, waits: bool) -> None:
        """The window was closed while the code stood there: nobody has it."""
        settings = self.window.findChild(SettingsScreen)
        if not waits or settings is None:
            return

        def renew() -> None:
            self.window.go("settings")
            settings.renew_code()

        self.window.notice.say(
            "恢复码还没有抄下来。忘了密码，就再也打不开资料库。请换一个新的，抄好锁起来。",
            "alarm",
            action="换一个恢复码",
            act=renew,
        )

    def _may_close(self) -> bool:
        """The last backup is made first, unless the computer is being switched off, which must not wait for it."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        if self._left or self._practice is not None or not self._jobs.attended or application.isSavingSession():
            return True
        self._left = True  # a second close doesn't wait
        self._jobs.stop_recognising()
        self.guard.rest()
        leaving = LeavingScreen(self._jobs)
        leaving.done.connect(self.shell.close)
        self.shell.cover(leaving)
        leaving.begin()
        return False

    def _defect(self, error: BaseException) -> None:
        log.error("a defect in a job\n%s", report(error))
        self.show_defect(error)

    def show_defect(self, error: BaseException) -> None:
        """One dialog at a time: a defect that repeats must not bury the window."""
        if self._crash is None or not self._crash.isVisible():
            self._crash = CrashDialog(report(error), self.shell)
            self._crash.open()

    def end(self) -> None:
        """The window closes: its place is kept, the log file let go."""
        if self._practice is None and access.store_exists(self._data_dir):
            window_place.keep(self.shell, self._data_dir)
        if self._logs is not None:
            logging.getLogger().removeHandler(self._logs)
            self._logs.close()
            self._logs = None
