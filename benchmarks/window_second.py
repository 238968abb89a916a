"""What a second person does with verified forms, and how a form is learned, under the watchdog of ``bench_window``."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchmarks.form_pictures import BLANK, filled
from benchmarks.kept_pages import KeptPool
from benchmarks.robot_hands import Hands, Stuck, breathe, until
from benchmarks.robot_run import SIZE
from benchmarks.running import QUICK, Running, enter, make_office
from benchmarks.watchdog import Dogs, watching
from benchmarks.window_stores import now
from desktop.screens import make_window
from desktop.ui.forms.learn_screen import LearnScreen
from desktop.ui.forms.list_screen import FormsScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.second.blind_screen import BlindScreen
from desktop.ui.second.lists import SecondScreen
from desktop.ui.second.review_screen import ReviewScreen
from desktop.ui.widgets.asking import AskDialog
from records.views import Actor, Role
from workflow import people, settings
from workflow.access import Opened
from workflow.settings import REVIEW_BY, SECOND_ENTRY

Key, Modifier = Qt.Key, Qt.KeyboardModifier
REVIEWED, ENTERED = 6, 4  # registrations
FIELDS = 12  # of a form, gone through by key
TWICE = "child_name,caregiver_phone"
ANSWERS = {"child_name": "欧阳雪", "caregiver_phone": "13904320001"}
OTHERWISE = {"child_name": "欧阳云", "caregiver_phone": "13904320007"}
WHY = "写的是第二小学"
W = TypeVar("W", bound=QWidget)
LEARNED = 240.0  # seconds a blank may take on a busy machine


def second_pair(running: Running, opened: Opened, dogs: Dogs) -> None:
    """A colleague reviews forms (one goes back with a reason) and enters fields of others again, each from its crop;
    the office's second colleague resolves where the two differ.
    """
    store, actor = opened.store, opened.actor
    settings.change_setting(store, actor, now(), REVIEW_BY.key, "person")
    window = _sits_down(running, Opened(store, _colleague(opened, "li", Role.REVIEWER), None))
    lists = _screen(window, SecondScreen)
    with watching(dogs, "review by a second person"):
        window.go("second")
        running.settled()
        lists.review.emit(tuple(row.registration_id for row in lists.reviews.rows[:REVIEWED]))
        _review(running, window)
    settings.change_setting(store, actor, now(), SECOND_ENTRY.key, TWICE)
    with watching(dogs, "blind second entry"):
        window.go("second")
        lists.read()
        running.settled()
        lists.enter_again.emit(tuple(row.registration_id for row in lists.entries.rows[:ENTERED]))
        _enter(running, window, ANSWERS)
    window = _sits_down(running, Opened(store, _colleague(opened, "zhao", Role.REVIEWER), None))
    lists = _screen(window, SecondScreen)
    with watching(dogs, "two entries resolved"):
        window.go("second")
        running.settled()
        lists.resolve.emit(tuple(row.registration_id for row in lists.disputes.rows[:ENTERED]))
        _enter(running, window, OTHERWISE)


def learning(folder: Path, dogs: Dogs) -> None:
    """A blank is learned, looked through by keys, tried on a filled page, and kept."""
    running = Running(folder / "learning", now, KeptPool)
    window = enter(running, make_office(running.data_dir, now), SIZE)
    hands = Hands(running.program.shell.windowHandle())
    listed, screen = running.screen(FormsScreen), running.screen(LearnScreen)
    window.go("forms")
    running.settled()
    with watching(dogs, "learning a form"):
        listed.learns.click()
        screen.learn([BLANK])
        _until(lambda: screen.editing.proposal is not None, "the blank is not learned")
        screen.fields.table.setFocus()
        for _field in range(FIELDS * 3):
            hands.press(Key.Key_Down)
            breathe()
        proposal = screen.editing.proposal
        assert proposal is not None
    page = filled(proposal.as_form("1"), folder / "filled.jpg")
    gc.freeze()  # what the page was written with is not the program's to go through
    with watching(dogs, "learning a form"):
        screen.try_file(page)
        _until(lambda: screen.tried.page is not None, "the form is not tried")
        running.settled()
        screen.save()
        dialog = screen.findChild(AskDialog)
        assert dialog is not None
        dialog.save()
        _until(lambda: window.shown == "forms" and any(not row.shipped for row in listed.model.rows), "it is not kept")
        running.settled()
    running.close()


def _review(running: Running, window: MainWindow) -> None:
    """From the first of them to the lists: the first is sent back, the others pass."""
    screen = _screen(window, ReviewScreen)
    hands = Hands(running.program.shell.windowHandle())
    back: list[str] = []
    screen.left.connect(back.append)
    first = True
    while not back:
        _until(lambda: bool(back) or (screen.item is not None and screen.crop.painted), "the form does not come")
        if back:
            break
        for _field in range(FIELDS):
            hands.press(Key.Key_Down)
            _until(lambda: screen.crop.painted, "the crop does not come")
        if first:
            hands.press(Key.Key_Return)
            hands.type(WHY)
            hands.press(Key.Key_Return)
            first = False
        which = screen.which.text()
        hands.press(Key.Key_Return, Modifier.ControlModifier)
        _until(partial(_differs, which, screen.which.text, back), "the form is not decided on")
    running.settled()


def _enter(running: Running, window: MainWindow, answers: dict[str, str]) -> None:
    """Every field that is asked: typed from the picture."""
    screen = _screen(window, BlindScreen)
    hands = Hands(running.program.shell.windowHandle())
    back: list[str] = []
    screen.left.connect(back.append)
    while not back:
        _until(lambda: bool(back) or (screen.item is not None and screen.field.crop.painted), "the field does not come")
        item = screen.item
        if back or item is None:
            break
        hands.type(answers[item.key])
        hands.press(Key.Key_Return)
        _until(partial(_differs, item, lambda: screen.item, back), f"{item.label} is not taken")
    running.settled()


def _differs(before: object, now_is: Callable[[], object], back: Sequence[str]) -> bool:
    """Another one is at hand, or the lists are."""
    return bool(back) or now_is() != before


def _colleague(opened: Opened, name: str, role: Role) -> Actor:
    where = opened.actor.division
    _changes, user_id = people.add_user(
        opened.store, opened.actor, now(), username=name, full_name=name, role=role, division=where,
        password="tongdang-second-2026", kdf=QUICK,
    )  # fmt: skip
    return replace(opened.actor, user_id=user_id, username=name, full_name=name, role=role)


def _sits_down(running: Running, opened: Opened) -> MainWindow:
    """Whoever works now has a window of her own."""
    running.jobs.attend(opened)
    window = make_window(running.jobs, opened)
    running.program.shell.show_only(window)
    running.settled()
    running.collector.look()  # in the first second, when nobody has begun yet
    return window


def _screen(window: MainWindow, kind: type[W]) -> W:
    found = window.findChild(kind)
    assert found is not None, kind
    return found


def _until(condition: Callable[[], bool], words: str) -> None:
    if not until(condition, LEARNED):
        raise Stuck(words)
