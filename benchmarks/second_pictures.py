"""Pictures of review, blind entry and what the village is asked, for ``benchmarks.pictures``; taken last: another
person sits down at the window for them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from benchmarks.running import Taker
from desktop.screens import make_window
from desktop.ui.main_window import MainWindow
from desktop.ui.second.blind_screen import BlindScreen
from desktop.ui.second.lists import SecondScreen
from desktop.ui.second.review_screen import ReviewScreen
from desktop.ui.shell import Shell
from desktop.ui.verify.dialogs import QuestionDialog
from desktop.ui.verify.keys import Action, Press
from desktop.ui.verify.screen import VerifyScreen
from records.keys import Kdf
from records.views import Actor, Role
from workflow import people, report, review, settings
from workflow.access import Opened
from workflow.settings import REVIEW_BY, SECOND_ENTRY

TWICE = "child_id_number,caregiver_phone"
WRONG = "写的是第二小学"


def second(studio: Taker, shell: Shell, opened: Opened, kdf: Kdf) -> None:
    """A colleague reviews one form, enters two fields of another again, and a form goes back to its verifier."""
    store, actor = opened.store, opened.actor
    free = {row.registration_id for row in report.candidates(store, actor)}  # what is being reported is not sent back
    settings.change_setting(store, actor, studio.clock(), REVIEW_BY.key, "person")
    colleague = _colleague(studio, opened, kdf)
    window = _sit_down(studio, shell, Opened(store, colleague, None))
    lists, one, blind = window.findChild(SecondScreen), window.findChild(ReviewScreen), window.findChild(BlindScreen)
    assert lists is not None
    assert one is not None
    assert blind is not None
    window.go("second")
    studio.until(lambda: lists.reviews.rows)
    studio.shoot("复核")
    rows = sorted(lists.reviews.rows, key=lambda row: row.registration_id not in free)
    ids = tuple(row.registration_id for row in rows)
    lists.review.emit(ids)
    studio.until(lambda: one.item is not None)
    one.table.selectRow([item.key for item in one.model.rows].index("school_name"))
    one.reason.setText(WRONG)
    one.reason.textEdited.emit(WRONG)
    studio.until(lambda: one.crop.painted)
    studio.shoot("复核-一份")
    review.send_back(store, colleague, studio.clock(), ids[0], {"school_name": WRONG})
    settings.change_setting(store, actor, studio.clock(), SECOND_ENTRY.key, TWICE)
    lists.enter_again.emit(ids[1:])
    studio.until(lambda: blind.item is not None and blind.field.crop.painted)
    studio.shoot("第二遍录入")
    _come_back(studio, _sit_down(studio, shell, opened), ids[0])


def _colleague(studio: Taker, opened: Opened, kdf: Kdf) -> Actor:
    where = opened.actor.division
    _changes, user_id = people.add_user(
        opened.store, opened.actor, studio.clock(), username="li", full_name="李某", role=Role.REVIEWER,
        division=where, password="tongdang-second-2026", kdf=kdf,
    )  # fmt: skip
    return replace(opened.actor, user_id=user_id, username="li", full_name="李某", role=Role.REVIEWER)


def _sit_down(studio: Taker, shell: Shell, opened: Opened) -> MainWindow:
    """Whoever works now has a window of her own."""
    studio.jobs.attend(opened)
    window = make_window(studio.jobs, opened)
    shell.show_only(window)
    QApplication.processEvents()
    return window


def _come_back(studio: Taker, window: MainWindow, registration: str) -> None:
    """The form that was sent back, with the reason beside the field; and a question for the village."""
    screen = window.findChild(VerifyScreen)
    assert screen is not None
    window.go("verify")
    screen.open_all((registration,))
    studio.until(lambda: screen.walk is not None and screen.walk.current == "school_name")
    studio.until(lambda: screen.parts.field.crop.painted)
    studio.shoot("核对-退回")
    screen.act(Press(Action.ASK_WHAT))
    dialog = screen.findChild(QuestionDialog)
    assert dialog is not None
    studio.shoot("问村里", dialog)
    dialog.reject()
    screen.act(Press(Action.LEAVE))
