"""The wiring: arguments, store, readers, jobs and screens; the one place that knows every part."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable, Iterator
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
from desktop.start import NoDisplay, begin_in_documents, make_application
from desktop.ui.archive.screen import ArchiveScreen
from desktop.ui.batches.screen import BatchesScreen
from desktop.ui.care.screen import CareScreen
from desktop.ui.care.visits import VisitsScreen
from desktop.ui.children.page import CARE, FIELDS, PAPERS, ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.duplicates.screen import DuplicatesScreen
from desktop.ui.first_run.recovery_code import RecoveryCodeScreen
from desktop.ui.first_run.screen import FirstRunScreen, NewOffice
from desktop.ui.forms.learn_screen import LearnScreen
from desktop.ui.forms.list_screen import FormsScreen
from desktop.ui.handover.screen import HandoverScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.recover import RecoverScreen
from desktop.ui.login.restore import RestoreScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.messages import CrashDialog
from desktop.ui.remembering import Remembering
from desktop.ui.rosters.screen import RostersScreen
from desktop.ui.rounds.screen import RoundsScreen
from desktop.ui.safety.guard import Guard
from desktop.ui.safety.leaving_screen import LeavingScreen
from desktop.ui.second.blind_screen import BlindScreen
from desktop.ui.second.lists import SecondScreen
from desktop.ui.second.review_screen import ReviewScreen
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.shell import SMALLEST, Shell
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from forms.catalog import RESOURCES, forms_in, shipped_forms
from forms.form_file import Form
from ocr.models import offer_packs
from records.keys import PRODUCTION, Kdf
from records.views_forms import FormRow
from workflow import access, office_forms, recovery_noted
from workflow.access import Opened
from workflow.finding import Found, FoundKind
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


def make_window(jobs: Jobs, opened: Opened, *, kdf: Kdf = PRODUCTION) -> MainWindow:
    """The frame with the screens that exist, and what one screen asks of another."""
    window = MainWindow(jobs, opened.actor)
    inbox, drafts, verify = InboxScreen(jobs), DraftsScreen(jobs), VerifyScreen(jobs)
    children, batches = ChildrenScreen(jobs, opened.actor), BatchesScreen(jobs)
    window.add("inbox", "收件箱", "inbox", inbox, inbox)
    window.add("drafts", "待核对", "verify", drafts, drafts)
    add_second(window, jobs, opened)
    window.add("children", "儿童台账", "children", children, children)
    add_care(window, jobs, opened, child := ChildPageScreen(jobs, opened.actor))
    add_archive(window, jobs, opened, child)
    window.add("batches", "报送批次", "batches", batches, batches)
    window.add_inner("verify", "drafts", verify, verify)
    add_people(window, jobs, opened, child, children)
    add_rounds(window, jobs, opened, child, children)
    add_rosters(window, jobs, opened, child, children)
    add_office(window, jobs, opened, child)
    add_settings(window, jobs, opened, kdf)

    came_from = ["drafts"]

    def look(registrations: tuple[str, ...]) -> None:
        came_from[0] = window.shown
        window.go("verify")
        verify.open_all(registrations)

    def back(told: str) -> None:
        window.go("drafts" if told else came_from[0])
        if told:
            drafts.notice.say(told, "good")

    inbox.counted.connect(partial(window.navigation.set_count, "inbox"))
    drafts.counted.connect(partial(window.navigation.set_count, "drafts"))
    for screen in (inbox, children, child):
        screen.open_registration.connect(lambda registration: look((registration,)))
    drafts.may_print = opened.actor.role in RIGHTS[Right.PRINT_FORMS]
    drafts.wanted.connect(look)
    add_group(window, jobs, drafts, look)
    drafts.go_inbox.connect(partial(window.go, "inbox"))
    for with_drafts in (inbox, children, batches):
        with_drafts.go_drafts.connect(partial(window.go, "drafts"))
    verify.left.connect(back)
    verify.saved.connect(drafts.follow)
    verify.title.connect(partial(window.set_title, "verify"))
    add_search(window, children, batches, look)
    window.closing.connect(verify.keep_typing)
    return window


def add_search(
    window: MainWindow,
    children: ChildrenScreen,
    batches: BatchesScreen,
    look: Callable[[tuple[str, ...]], None],
) -> None:
    """The search box: children are listed in the ledger; drafts and batches are offered below the box."""

    def find(words: str, opens: bool) -> None:
        if not window.may_see("children"):
            return
        if window.shown != "children":
            window.go("children")
        children.search(words, opens=opens)

    def open_found(found: Found) -> None:
        if found.kind is FoundKind.DRAFT:
            look((found.key,))
        else:
            batches.show_batch(found.key)
            window.go("batches")

    window.searched.connect(find)
    window.found.chosen.connect(open_found)


def add_group(window: MainWindow, jobs: Jobs, drafts: DraftsScreen, look: Callable[[tuple[str, ...]], None]) -> None:
    """Crops of many forms on one sheet, reached from the list of drafts."""
    group = GroupScreen(jobs)
    window.add_inner("group", "drafts", group, group, "成组核对")
    drafts.go_group.connect(partial(window.go, "group"))
    group.wanted.connect(look)
    group.left.connect(partial(window.go, "drafts"))


def add_second(window: MainWindow, jobs: Jobs, opened: Opened) -> None:
    """A second pair of eyes, where the office wants one and for those who may."""
    if opened.actor.role not in RIGHTS[Right.ENTER_AGAIN]:
        return
    lists, reviewing, blind = SecondScreen(jobs, opened.actor), ReviewScreen(jobs), BlindScreen(jobs)
    window.add("second", "复核", "tick", lists, lists)
    window.add_inner("review", "second", reviewing, reviewing)
    window.add_inner("blind", "second", blind, blind)
    window.navigation.set_used("second", used=False)

    def look(registrations: tuple[str, ...]) -> None:
        window.go("review")
        reviewing.open_all(registrations)

    def type_in(registrations: tuple[str, ...], *, resolves: bool) -> None:
        window.go("blind")
        blind.open_all(registrations, resolves=resolves)

    def back(told: str) -> None:
        window.go("second")
        if told:
            lists.notice.say(told, "good")

    lists.review.connect(look)
    lists.enter_again.connect(partial(type_in, resolves=False))
    lists.resolve.connect(partial(type_in, resolves=True))
    lists.counted.connect(partial(window.navigation.set_count, "second"))
    lists.used.connect(partial(window.navigation.set_used, "second"))
    for name, screen in (("review", reviewing), ("blind", blind)):
        screen.left.connect(back)
        screen.title.connect(partial(window.set_title, name))
    window.closing.connect(blind.keep_typing)


def add_office(window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen) -> None:
    """What concerns the office more than a child: its forms, and what goes to and comes from other offices."""
    add_forms(window, jobs, opened)
    add_handover(window, jobs, opened, child)


def add_forms(window: MainWindow, jobs: Jobs, opened: Opened) -> None:
    """Which forms are read with, and learning new ones, for those who may."""
    if opened.actor.role not in RIGHTS[Right.LEARN_FORMS]:
        return
    listed, learning = FormsScreen(jobs, opened.actor), LearnScreen(jobs)
    window.add("forms", "表样", "form", listed, listed)
    window.add_inner("learn", "forms", learning, learning)

    def begin(known: tuple[FormRow, ...]) -> None:
        learning.begin(known)
        window.go("learn")
        window.set_title("learn", "学一种新表")

    def begin_from(page_id: str) -> None:
        def known(rows: tuple[FormRow, ...]) -> None:
            begin(rows)
            learning.begin(rows, trial_page=page_id)

        jobs.read(office_forms.forms, known, owner=learning)

    def correct(form: Form, known: tuple[FormRow, ...]) -> None:
        learning.edit(form, known)
        window.go("learn")
        window.set_title("learn", "改栏目")

    def learned(form: Form, again: int) -> None:
        window.go("forms")
        listed.say_learned(form, again)

    listed.learn.connect(begin)
    inbox = window.findChild(InboxScreen)
    assert inbox is not None
    inbox.detail.may_learn = True
    inbox.learn_form.connect(begin_from)
    listed.correct.connect(correct)
    learning.left.connect(partial(window.go, "forms"))
    learning.learned.connect(learned)


def add_handover(window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen) -> None:
    """Packages between offices, for who makes them, and for who decides on what others propose."""
    if opened.actor.role not in RIGHTS[Right.HAND_OVER] | RIGHTS[Right.DECIDE]:
        return
    screen = HandoverScreen(jobs, opened.actor)
    window.add("handover", "交接", "handover", screen, screen)
    screen.counted.connect(partial(window.navigation.set_count, "handover"))
    screen.open_registration.connect(child.open_registration)


def add_settings(window: MainWindow, jobs: Jobs, opened: Opened, kdf: Kdf) -> None:
    """Stands last in the navigation, as people look for it."""
    settings = SettingsScreen(jobs, opened.actor, kdf)
    window.add("settings", "设置", "settings", settings, settings)


def add_care(window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen) -> None:
    """重点关爱 and 走访, for those who may see them."""
    if opened.actor.role not in RIGHTS[Right.SEE_CARE]:
        return
    care, visits = CareScreen(jobs, opened.actor), VisitsScreen(jobs, opened.actor)
    window.add("care", "重点关爱", "care", care, care)
    window.add("visits", "走访", "visits", visits, visits)
    care.counted.connect(partial(window.navigation.set_count, "care"))
    visits.counted.connect(partial(window.navigation.set_count, "visits"))
    care.open_child.connect(lambda child_id, papers: child.wanted.emit(child_id, PAPERS if papers else CARE))
    visits.open_child.connect(lambda child_id: child.wanted.emit(child_id, CARE))
    care.go_children.connect(partial(window.go, "children"))


def add_archive(window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen) -> None:
    """纸质档案, for those who put paper away."""
    if opened.actor.role not in RIGHTS[Right.PLACE]:
        return
    archive = ArchiveScreen(jobs)
    window.add("archive", "纸质档案", "place", archive, archive)
    archive.counted.connect(partial(window.navigation.set_count, "archive"))
    archive.open_child.connect(lambda child_id: child.wanted.emit(child_id, PAPERS))
    archive.open_registration.connect(child.open_registration)
    archive.go_inbox.connect(partial(window.go, "inbox"))


def add_people(
    window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen, children: ChildrenScreen
) -> None:
    """The child's page, and the way to it and back from wherever a child is named."""
    window.add_inner("child", "children", child, child)
    twins = DuplicatesScreen(jobs, opened.actor)
    window.add_inner("duplicates", "children", twins, twins, "重复登记")
    came_from = ["children"]

    def open_child(child_id: str, tab: int) -> None:
        if window.shown != "child":
            came_from[0] = window.shown
        child.open_child(child_id, tab)
        window.go("child")

    child.wanted.connect(open_child)
    children.open_child.connect(lambda child_id: open_child(child_id, FIELDS))

    def compare(child_ids: tuple[str, ...]) -> None:
        twins.show_children(child_ids)
        window.go("duplicates")

    children.go_duplicates.connect(partial(compare, ()))
    child.compare.connect(lambda child_id: compare((child_id,)))
    twins.counted.connect(children.count_duplicates)
    twins.open_child.connect(lambda child_id: open_child(child_id, FIELDS))
    twins.left.connect(partial(window.go, "children"))
    child.left.connect(lambda: window.go(came_from[0]))
    child.title.connect(partial(window.set_title, "child"))


def add_rounds(
    window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen, children: ChildrenScreen
) -> None:
    """The half-yearly rounds, reached from the list of children."""
    if opened.actor.role not in RIGHTS[Right.SEE_ROUNDS]:
        return
    rounds = RoundsScreen(jobs, opened.actor)
    window.add_inner("rounds", "children", rounds, rounds, "更新轮次")
    children.go_rounds.connect(partial(window.go, "rounds"))
    rounds.left.connect(partial(window.go, "children"))
    rounds.open_child.connect(lambda child_id: child.wanted.emit(child_id, FIELDS))


def add_rosters(
    window: MainWindow, jobs: Jobs, opened: Opened, child: ChildPageScreen, children: ChildrenScreen
) -> None:
    """Lists of other departments, reached from the list of children by those who may see them."""
    may = opened.actor.role in RIGHTS[Right.SEE_ROSTERS]
    children.rosters.setVisible(may)
    if not may:
        return
    rosters = RostersScreen(jobs, opened.actor)
    window.add_inner("rosters", "children", rosters, rosters, "基础名单")
    children.go_rosters.connect(partial(window.go, "rosters"))
    rosters.left.connect(partial(window.go, "children"))
    rosters.open_child.connect(lambda child_id: child.wanted.emit(child_id, FIELDS))
