"""Pictures of every screen for the manual and the README, taken from the running program: one command, never stale.

``python -m benchmarks.pictures --out docs/使用手册/pictures``. The sample folder goes through the real reader into a
temporary store; the window is driven as a person would drive it and grabbed, in the light and the dark theme, at 200 %,
on a large screen and in the smallest window. The command fails when a text is cut off, a button has no Chinese word or
a character has no glyph, in whichever look. ``--look light`` takes one look only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from benchmarks import clerk, truth
from benchmarks.archive_pictures import archived
from benchmarks.form_pictures import forms
from benchmarks.handover_pictures import handing_over
from benchmarks.kept_pages import KeptPool
from benchmarks.people_pictures import people
from benchmarks.picture_checks import complaints
from benchmarks.roster_pictures import rosters
from benchmarks.running import PASSWORD, QUICK, Clock, Running
from benchmarks.second_pictures import second
from benchmarks.stack_pictures import stack
from benchmarks.state_pictures import at_the_door, backing_up, broken_file, defect, empty, full_disk
from benchmarks.twin_pictures import twins
from desktop.start import make_application
from desktop.ui.batches.screen import BatchesScreen
from desktop.ui.children.filtering import FilterDialog
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.first_run.recovery_code import RecoveryCodeScreen
from desktop.ui.first_run.screen import FirstRunScreen
from desktop.ui.inbox.choosing import FormDialog, SideDialog
from desktop.ui.inbox.keys import SHEET, Act
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.login.recover import RecoverScreen
from desktop.ui.login.restore import RestoreScreen
from desktop.ui.login.screen import LoginScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.safety.leaving_screen import LeavingScreen
from desktop.ui.settings.people import UserDialog
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.keys import Action, Press
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.widgets.columns import ColumnsDialog
from desktop.ui.widgets.key_sheet import KeySheet
from desktop.ui.widgets.placing import PlaceDialog
from desktop.ui.widgets.sure import CountDialog, SureDialog
from forms.catalog import RESOURCES
from forms.kinds import Kind
from records.views import BatchState, PageRow, PageState, SourceState
from workflow import backups, recovery_noted, report
from workflow.access import Opened
from workflow.verify import sheet

SIZE = (1366, 768)
PATIENCE = 600.0  # seconds for the whole sample folder on a slow machine
AT_WORK = 0.2  # seconds a page takes at least, so that a window at work is seen
SHOWN_CODE = "HR09B-TZ0WJ-K5YMW-WPKZR-6YCZ3-ZAX2S"  # opens nothing


@dataclass(frozen=True, slots=True)
class Look:
    """One way the window looks: theme, size in logical pixels, scale; ``folder`` below the one that was named."""

    folder: str
    dark: bool = False
    size: tuple[int, int] = SIZE
    scale: int = 1
    shown: bool = True


LOOKS = {
    "light": Look(""),
    "dark": Look("暗色", dark=True),
    "double": Look("放大一倍", size=(960, 540), scale=2),  # a screen of 1920×1080
    "large": Look("大屏", size=(3840, 2160), shown=False),  # too small to be read in a book
    "small": Look("小窗口", size=(1024, 640)),
}
# of the other looks these are kept, to be shown; all are looked through for faults
KEPT = frozenset(("收件箱", "核对", "成组核对", "儿童-登记内容", "重点关爱", "设置-用户"))
BESIDE = (960, 960)  # pixels


class Studio(Running):
    """The program in a window of one look, and the folder the pictures go to."""

    def __init__(self, out: Path, folder: Path, samples: Path, look: Look, *, every: bool) -> None:
        self.application = make_application(dark=look.dark)
        self.out = out / look.folder
        self.look = look
        self.samples = samples
        self.every = every
        self.out.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "资料库", Clock(), lambda: KeptPool(page_seconds=AT_WORK))
        self.faults: list[str] = []

    def shoot(self, name: str, widget: QWidget | None = None, *, manual: bool = True, busy: bool = False) -> None:
        """Grab the window (or a dialog) and look for what must not be in a picture."""
        shown = widget or self.program.shell
        if not busy:
            self.until(lambda: self.jobs.idle or self.jobs.is_recognising)
        for _pass in range(3):  # a layout, what follows from it, and its painting
            QApplication.processEvents()
        self.faults += [f"{self.look.folder or '浅色'} {name}: {complaint}" for complaint in complaints(shown)]
        kept = self.look.shown and (name in KEPT if self.look.folder else manual)
        if not (self.every or kept):
            return
        path = self.out / f"{name}.png"
        picture = shown.grab().toImage()
        if picture.width() > 2 * SIZE[0]:
            picture = picture.scaledToWidth(picture.width() // 2, Qt.TransformationMode.SmoothTransformation)
        if not picture.save(str(path)):
            raise OSError(f"{path} could not be written")
        if self.look.folder:
            shrink(path)
        print(path, flush=True)


def shrink(path: Path) -> None:
    """Pictures of the other looks stand two beside each other: less width and 256 colours are enough."""
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail(BESIDE, Image.Resampling.LANCZOS)
    small.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def first_steps(studio: Studio) -> Opened:
    """First run, recovery code, login."""
    studio.program.begin()
    shell = studio.program.shell
    shell.showNormal()
    shell.setFixedSize(*studio.look.size)
    first = shell.currentWidget()
    assert isinstance(first, FirstRunScreen)
    studio.until(first.division.code)
    first.office.setText("蛟河市黄松甸镇人民政府")
    for step, name in zip(first.division.steps[1:], ("吉林市", "蛟河市", "黄松甸镇"), strict=True):
        step.setCurrentIndex(step.findText(name))
    first.full_name.setText("王某")
    first.username.setText("wang")
    first.password.setText(PASSWORD)
    first.again.setText(PASSWORD)
    studio.shoot("首次使用")
    made: list[Opened] = []
    first.made.connect(made.append)
    first.make.click()
    studio.until(lambda: made)
    code = RecoveryCodeScreen(SHOWN_CODE, "蛟河市黄松甸镇人民政府", asked=(1, 4))
    shell.show_only(code)
    studio.shoot("恢复码")
    login = LoginScreen(studio.jobs, Path())
    login.username.setText("wang")
    shell.show_only(login)
    studio.shoot("登录")
    shell.show_only(RecoverScreen(studio.jobs, Path(), "wang", QUICK))
    studio.shoot("忘了密码")
    studio.until(lambda: studio.jobs.idle)
    recovery_noted.noted(made[0].store, made[0].actor, studio.clock())  # as if two groups had been typed back
    studio.program.enter(made[0])
    return made[0]


def inbox(studio: Studio) -> None:
    """Empty, at work, done, and a file that wants a password."""
    screen = studio.screen(InboxScreen)
    assert isinstance(screen, InboxScreen)
    studio.shoot("收件箱-空")
    screen.take_in([studio.samples])
    studio.until(lambda: _read(screen) >= 4, PATIENCE)
    studio.shoot("收件箱-识别中")
    studio.until(lambda: not studio.jobs.is_recognising and not screen.queue.busy, PATIENCE)
    screen.notice.drop()
    locked = next(s.source_id for s in screen.view.sources if s.state is SourceState.REFUSED)
    screen.grid.go_to(locked)
    studio.shoot("收件箱-密码")
    broken_file(studio, studio.screen(MainWindow))
    foreign = next((p.page_id for p in _pages(screen) if p.status == "unknown_form"), "")
    if screen.grid.go_to_page(foreign):
        studio.until(lambda: screen.detail.words.isVisible() and screen.detail.view.has_page)
        studio.shoot("收件箱-认不出的表")
        screen.grid.acted.emit(Act.READ_AS)
        dialog = screen.findChild(FormDialog)
        assert dialog is not None
        studio.until(dialog.list.count)
        studio.shoot("收件箱-选定表格", dialog)
        dialog.reject()
        screen.grid.acted.emit(Act.KEY_IN)
        side = screen.findChild(SideDialog)
        assert side is not None
        studio.until(side.list.count)
        studio.shoot("收件箱-照图录入", side)
        side.reject()
    screen.grid.go_to(screen.cards[0].key)
    screen.grid.scrollToTop()
    shown = [p.page_id for card in screen.cards[:6] for p in card.pages if p.viewable]
    studio.until(lambda: screen.detail.view.has_page and all(screen.thumbnails.get(page) for page in shown))
    studio.shoot("收件箱")
    inbox_dialogs(studio, screen)


def inbox_dialogs(studio: Studio, screen: InboxScreen) -> None:
    """How many blank forms, and the keys."""
    prints = screen.findChild(QPushButton, "print_blank")
    assert prints is not None
    prints.click()
    count = screen.findChild(CountDialog)
    assert count is not None
    studio.shoot("收件箱-打印空白表", count, manual=False)
    count.reject()
    sheet = KeySheet("收件箱的按键", SHEET, screen)
    sheet.show()
    studio.shoot("收件箱-按键", sheet)
    sheet.reject()


def _pages(screen: InboxScreen) -> list[PageRow]:
    return [page for source in screen.view.sources for page in source.pages]


def _read(screen: InboxScreen) -> int:
    return sum(page.state is not PageState.RECEIVED for page in _pages(screen))


def verify(studio: Studio, window: MainWindow, opened: Opened) -> None:
    """The list, then fields of several kinds as they stand on the samples."""
    window.go("drafts")
    drafts, screen = studio.screen(DraftsScreen), studio.screen(VerifyScreen)
    assert isinstance(drafts, DraftsScreen)
    assert isinstance(screen, VerifyScreen)
    studio.until(lambda: drafts.model.rows)
    studio.shoot("待核对")
    window.go("group")
    group = studio.screen(GroupScreen)
    assert isinstance(group, GroupScreen)
    studio.until(lambda: group.model.seen)
    studio.shoot("成组核对")
    window.go("drafts")
    wanted = {"核对": Kind.ADDRESS, "核对-勾选": Kind.CHOICE, "核对-身份证号": Kind.ID_NUMBER}
    registrations = tuple(row.registration_id for row in drafts.model.rows)
    # the sheet with the most doubtful characters shows best what the screen is for
    most = max(range(len(registrations)), key=lambda at: _doubts(opened, registrations[at]))
    drafts.wanted.emit(registrations[most:] + registrations[:most])
    for name, kind in wanted.items():
        _to_kind(studio, screen, kind)
        studio.shoot(name)
    screen.act(Press(Action.UNFOLD))
    studio.until(lambda: screen.parts.rest.unfolded)
    studio.shoot("核对-展开")
    screen.act(Press(Action.UNFOLD))
    for name, action, dialog in (("核对-按键", Action.KEYS, KeySheet), ("存放位置", Action.PLACE, PlaceDialog)):
        screen.act(Press(action))
        shown = screen.findChild(dialog)
        assert shown is not None
        studio.shoot(name, shown, manual=dialog is PlaceDialog)
        shown.reject()
        shown.deleteLater()
        QApplication.processEvents()
    screen.act(Press(Action.LEAVE))


def _doubts(opened: Opened, registration_id: str) -> int:
    items = sheet(opened.store, opened.actor, registration_id).items
    return sum(len(item.doubts) for item in items if item.kind is Kind.ADDRESS or item.kind is Kind.NAME)


def _to_kind(studio: Studio, screen: VerifyScreen, kind: Kind) -> None:
    """Step on to a field of this kind, with doubts if there is one."""
    studio.until(lambda: screen.walk is not None)
    walk = screen.walk
    assert walk is not None
    items = [item for key in walk.sheet.order if (item := walk.item(key)) is not None and item.kind is kind]
    doubtful = [item for item in items if item.doubts or not item.accepted]
    best = (doubtful or items)[0]
    while walk.current != best.key:
        screen.act(Press(Action.NEXT))
    studio.until(lambda: screen.parts.field.crop.painted)


def ledger(studio: Studio, window: MainWindow, opened: Opened) -> None:
    """A clerk played by the samples' truth verifies everything; then the ledger and a search."""
    clerk.play(opened.store, opened.actor, studio.clock, truth.load(studio.samples))
    studio.screen(DraftsScreen).read()  # she works beside the window, which doesn't hear of it
    window.go("children")
    screen = studio.screen(ChildrenScreen)
    assert isinstance(screen, ChildrenScreen)
    studio.until(lambda: screen.model.rows)
    screen.table.selectRow(1)
    studio.until(lambda: screen.detail.view.has_page)
    studio.shoot("儿童台账")
    screen.filters.ask()
    studio.until(lambda: screen.findChildren(FilterDialog))
    filters = screen.findChild(FilterDialog)
    assert filters is not None
    studio.shoot("儿童台账-筛选", filters)
    filters.reject()
    screen.columns.choose()
    columns = screen.window().findChild(ColumnsDialog)
    assert columns is not None
    studio.shoot("儿童台账-栏目", columns)
    columns.reject()


def batches(studio: Studio, window: MainWindow, opened: Opened, folder: Path) -> None:
    """Choose, freeze, write, answer."""
    window.go("batches")
    screen = studio.screen(BatchesScreen)
    assert isinstance(screen, BatchesScreen)
    screen.choose()
    studio.until(lambda: screen.new.model.rows)
    studio.shoot("报送批次-选人")
    screen.new.make.click()
    studio.until(lambda: screen.panel.model.rows)
    screen.panel.freeze.click()
    sure = screen.findChild(SureDialog)
    assert sure is not None
    studio.shoot("报送批次-冻结", sure, manual=False)
    sure.reject()
    batch_id = screen.model.rows[0].batch_id
    report.freeze(opened.store, opened.actor, studio.clock(), batch_id)
    screen.read()
    studio.until(lambda: screen.model.rows[0].state is BatchState.FROZEN)
    screen.panel.write_to(folder / "报送批次.xlsx")
    studio.until(lambda: screen.model.rows[0].state is BatchState.WRITTEN and screen.panel.outcome.isVisible())
    for number, accepted in enumerate((True, True, False)):
        row = screen.panel.model.rows[number]
        told = {"system_number": f"22028110420260{number + 1:03d}"} if accepted else {"reason": "监护人电话是空号"}
        report.record_outcome(opened.store, opened.actor, studio.clock(), row.row_id, accepted, **told)
    screen.read()
    studio.until(lambda: screen.panel.model.rows[2].returned_reason)
    screen.panel.table.selectRow(3)
    studio.shoot("报送批次")


def settings(studio: Studio, window: MainWindow) -> None:
    """Every section, a new user, the lock, and leaving."""
    studio.until(lambda: not studio.jobs.is_recognising, PATIENCE)
    window.go("settings")
    screen = studio.screen(SettingsScreen)
    assert isinstance(screen, SettingsScreen)
    for at in range(screen.list.count()):
        screen.list.setCurrentRow(at)
        if screen.list.item(at).text() != "备份":
            studio.shoot(f"设置-{screen.list.item(at).text()}")
    backing_up(studio, window)
    screen.go("用户")
    screen.people.add()
    dialog = screen.people.findChild(UserDialog)
    assert dialog is not None
    studio.until(dialog.does.isEnabled)
    studio.shoot("设置-添加用户", dialog)
    dialog.reject()
    studio.program.guard.lock()
    studio.shoot("锁上")
    studio.program.shell.uncover()
    studio.program.shell.cover(LeavingScreen(studio.jobs))
    studio.shoot("关上前备份")
    studio.program.shell.uncover()


def restoring(studio: Studio, opened: Opened) -> None:
    """What the login offers when the store doesn't open any more."""
    backups.make_backup(opened.store, opened.actor, studio.clock())
    restore = RestoreScreen(studio.jobs, opened.store.data_dir)
    studio.program.shell.cover(restore)
    studio.until(lambda: restore.chosen is not None)
    studio.shoot("从备份恢复")
    studio.program.shell.uncover()


def session(studio: Studio, folder: Path) -> None:
    """From the first start to the lock."""
    opened = first_steps(studio)
    window = studio.screen(MainWindow)
    empty(studio, window)
    inbox(studio)
    verify(studio, window, opened)
    ledger(studio, window, opened)
    people(studio, window, opened)
    archived(studio, window, opened)
    rosters(studio, window, opened, folder)
    twins(studio, window, opened, folder)
    handing_over(studio, window, opened, folder)  # before a batch holds the registrations
    batches(studio, window, opened, folder)
    forms(studio, window, folder)
    settings(studio, window)
    restoring(studio, opened)
    full_disk(studio, window)
    at_the_door(studio, studio.program.shell, folder)
    defect(studio, window)
    stack(studio, window, opened, folder)
    second(studio, studio.program.shell, opened, QUICK)


def main() -> int:
    """Exit code 0 when every picture was taken and none has a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--look", choices=LOOKS, help="only this one (else all, one after the other)")
    parser.add_argument("--every", action="store_true", help="keep every picture of the other looks, too")
    parser.add_argument("--samples", type=Path, default=RESOURCES / "samples", help="another folder of scans")
    options = parser.parse_args()
    if options.look is None:
        return max([_in_process_of_its_own(name) for name in LOOKS])
    with tempfile.TemporaryDirectory(prefix="tongdang-pictures-") as temporary:
        folder = Path(temporary)
        studio = Studio(options.out, folder, options.samples, LOOKS[options.look], every=options.every)
        try:
            session(studio, folder)
        finally:
            for fault in studio.faults:
                print(fault, file=sys.stderr)
            studio.program.end()
            studio.jobs.close()
    return 1 if studio.faults else 0


def _in_process_of_its_own(look: str) -> int:
    """Theme and scale are settled once in a process."""
    scale = {"QT_SCALE_FACTOR": str(LOOKS[look].scale)}
    command = [sys.executable, "-m", "benchmarks.pictures", *sys.argv[1:], "--look", look]
    return subprocess.run(command, env={**os.environ, **scale}, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
