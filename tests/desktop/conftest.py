"""The window on a real encrypted store, with a scripted reader and real pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop import start
from desktop.jobs import Jobs
from desktop.screens import make_window
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.screen import VerifyScreen
from forms.form_file import Box
from ocr.reading import PageOutcome, ReadingContext
from records.keys import Kdf
from records.store import Store
from records.views import Actor, DraftRow, VerifySheet
from tests.workflow.conftest import PASSWORD, Clock
from tests.workflow.scripted import (
    FORM,
    FORMS,
    Page,
    ScriptedPool,
    ScriptedSource,
    back,
    believing,
    failing,
    front,
    scan,
    unknown,
)
from workflow import concerns, intake, recognise, verify
from workflow.access import Opened, create_office
from workflow.settings import RECHECK_PERCENT, SHOW_ALL_UNTIL, change_setting

WIDTH, HEIGHT = 1240, 1754
PER_MM = WIDTH / 210


@cache
def picture() -> bytes:
    """A page as JPEG: grey paper with a dark line, enough to be painted."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("#EFEDEA"))
    for x in range(200, 1000):
        image.setPixelColor(x, 300, QColor("black"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"jpeg")).write(image)
    return bytes(buffer.data().data())


class PicturePool(ScriptedPool):
    """The scripted reader with real viewing copies, and every field at its own place."""

    closed = False

    def open(self, data: bytes, name: str, password: str | None = None) -> ScriptedSource:
        source = super().open(data, name, password)
        return PictureSource(source.pool, source.described, source.name)

    def close(self) -> None:
        self.closed = True


class PictureSource(ScriptedSource):
    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        outcome = super().read(index, context)
        form = FORMS[outcome.reading.form or FORM.id]
        placed = tuple(
            replace(
                reading,
                view_box_px=_px(form.by_key[reading.key].box),
                option_view_boxes={o.code: _px(o.box) for o in form.by_key[reading.key].options},
            )
            for reading in outcome.reading.fields
        )
        return PageOutcome(replace(outcome.reading, fields=placed), picture())


def _px(box: Box) -> tuple[int, int, int, int]:
    return (round(box.x * PER_MM), round(box.y * PER_MM), round(box.w * PER_MM), round(box.h * PER_MM))


@dataclass
class Desk:
    """An open store with the window's jobs on it. The store belongs to the jobs and is closed with them."""

    data_dir: Path
    folder: Path
    opened: Opened
    jobs: Jobs
    pool: PicturePool
    clock: Clock

    @property
    def store(self) -> Store:
        return self.opened.store

    @property
    def actor(self) -> Actor:
        return self.opened.actor

    def file(self, name: str, *pages: Page, **about: object) -> Path:
        """A scan lies in the folder."""
        path = self.folder / name
        path.write_bytes(scan(*pages, **about))
        return path

    def registration(self, number: int, **doubtful: list[str]) -> str:
        """One sheet taken in and read; returns the id of its draft. ``front`` and ``back`` name doubtful fields."""
        serial = f"SHEET{number:05d}"
        known = {row.registration_id for row in self.drafts()}
        given = f"2202842018010100{number:02d}"
        child = {"child_name": f"欧阳雪{'甲乙丙丁戊己'[number]}", "child_id_number": _checked(given)}
        self.take_in(
            self.file(
                f"{number}.jpg",
                front(serial, doubtful.get("front", ()), **child),
                back(serial, doubtful.get("back", ())),
            )
        )
        self.read()
        return next(row.registration_id for row in self.drafts() if row.registration_id not in known)

    def take_in(self, path: Path) -> intake.TakeIn:
        return intake.take_in(self.store, self.actor, self.clock(), path)

    def read(self) -> None:
        recognise.run_queue(self.store, self.actor, self.pool, clock=self.clock)

    def drafts(self) -> tuple[DraftRow, ...]:
        return verify.drafts(self.store, self.actor)

    def sheet(self, registration_id: str) -> VerifySheet:
        return verify.sheet(self.store, self.actor, registration_id)

    def verified(self, registration_id: str) -> verify.Finished:
        """Everything confirmed and saved, without the window."""
        for item in self.sheet(registration_id).items:
            if item.shown:
                verify.confirm(self.store, self.actor, self.clock(), registration_id, item.key, item.value)
        done = verify.finish(self.store, self.actor, self.clock(), registration_id)
        assert isinstance(done, verify.Finished)
        return done


def _checked(first_digits: str) -> str:
    """An ID number of 17 digits with its check digit (17th even: a girl, as the form says)."""
    from forms.id_number import check_digit

    first = first_digits[:14] + f"{int(first_digits[14:]) * 2:03d}"
    return first + check_digit(first)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Language, face and style as the program gives them; once is enough."""
    if not qapp.property("dressed"):
        start.settle(qapp, dark=False)
        qapp.setProperty("dressed", True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool() -> PicturePool:
    return PicturePool()


@pytest.fixture
def jobs(clock: Clock, pool: PicturePool, dressed: None) -> Iterator[Jobs]:
    """Jobs with no store yet. A defect in one of them fails the test."""
    made = Jobs(clock, lambda: pool)
    defects: list[BaseException] = []
    made.defect.connect(defects.append)
    yield made
    made.close()
    QApplication.processEvents()
    assert defects == []


@pytest.fixture
def desk(
    jobs: Jobs, clock: Clock, pool: PicturePool, tmp_path: Path, low_kdf: Kdf, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """An office whose trusted fields stay folded; the judge believes the scripted reader's confidence."""
    monkeypatch.setattr("workflow.drafting.judge", believing)
    opened = create_office(
        tmp_path / "资料库",
        office_name="黄松甸镇人民政府",
        division="220281104",
        username="admin",
        full_name="王某",
        password=PASSWORD,
        now=clock(),
        kdf=low_kdf,
    )
    for setting in (SHOW_ALL_UNTIL, RECHECK_PERCENT):
        change_setting(opened.store, opened.actor, clock(), setting.key, 0)
    jobs.attend(opened)
    folder = tmp_path / "扫描件 待收"
    folder.mkdir()
    return Desk(tmp_path / "资料库", folder, opened, jobs, pool, clock)


# -- hands ------------------------------------------------------------------------------------------------------------


def press(
    widget: QObject,
    key: Qt.Key,
    text: str = "",
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    *,
    held: bool = False,
) -> None:
    """One key press and release as the window system delivers them; ``held`` is a repeated press."""
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers, text, held))


def click(widget: QWidget) -> None:
    """A click with the left button in the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_keys(widget: QWidget, text: str) -> None:
    """Type Latin letters and digits."""
    assert text.isascii(), "QTest aborts the interpreter on anything but Latin-1"
    QTest.keyClicks(widget, text)


def type_chinese(widget: QWidget, text: str, *, composing: str = "") -> None:
    """What an input method sends: composing, then the characters. (keyClicks aborts on anything but Latin-1.)"""
    if composing:
        QApplication.sendEvent(widget, QInputMethodEvent(composing, []))
    done = QInputMethodEvent()
    done.setCommitString(text)
    QApplication.sendEvent(widget, done)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[QWidget], None]:
    """Show a widget at the smallest supported size, and take it away after the test."""

    def shown(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.resize(1214, 672)
        with qtbot.waitExposed(widget):
            widget.show()
        widget.activateWindow()

    return shown


# -- the frame ---------------------------------------------------------------------------------------------------------


def settled(desk: Desk, qtbot: QtBot) -> None:
    for _pass in range(2):
        qtbot.waitUntil(lambda: desk.jobs.idle and not desk.jobs.is_recognising, timeout=30000)
        QApplication.processEvents()


@pytest.fixture
def window(desk: Desk, show: Callable[[QWidget], None], qtbot: QtBot) -> MainWindow:
    """An office with something in every screen."""
    child = desk.verified(desk.registration(0, front=["child_name"])).child_id
    desk.registration(1, front=["child_name"])
    desk.take_in(desk.file("还有.pdf", front("Z"), unknown("证明"), failing("truncated")))
    desk.read()
    concerns.add(desk.store, desk.actor, desk.clock(), child, "ill", why="确诊", since=date(2026, 10, 1))
    made = make_window(desk.jobs, desk.opened)
    show(made)
    made.resize(1366, 768)
    made.go("inbox")
    qtbot.waitUntil(lambda: desk.jobs.idle and not desk.jobs.is_recognising, timeout=30000)
    return made


@pytest.fixture
def screen(desk: Desk, show: Callable[[QWidget], None]) -> VerifyScreen:
    """The verify screen, alone. Tests of another screen have a fixture of this name of their own."""
    made = VerifyScreen(desk.jobs)
    show(made)
    return made
