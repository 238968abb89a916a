"""A prefilled form in the verify screen: what changed with last round's value beside it; no change is one Enter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.ui.verify.screen import VerifyScreen
from records.tables import PrintedForm
from records.views import RegistrationState
from tests.desktop.conftest import Desk, press
from tests.desktop.hands import enter, left_behind, ready, settled, stored, value_box
from tests.workflow.scripted import back, front
from workflow import prefilled, rounds

Show = Callable[[QWidget], None]


def come_back(desk: Desk, doubtful: tuple[str, ...] = (), **values: object) -> str:
    """A form printed for the office's one child, scanned with these values; the id of its draft."""
    desk.verified(desk.registration(0))
    act = desk.store, desk.actor
    (before,) = rounds.rounds(*act)
    rounds.close_round(*act, desk.clock(), before.round_id)
    opens, closes = date(2027, 1, 1), date(2027, 6, 30)
    _changes, round_id = rounds.open_round(
        *act, desk.clock(), name="2027年上半年", as_of=closes, opens=opens, closes=closes
    )
    prefilled.print_forms(*act, desk.clock(), round_id, desk.folder / "预填表.pdf")
    with desk.store.session() as session:
        (printed,) = session.scalars(select(PrintedForm))
        child = {key: printed.values[key] for key in ("child_name", "child_id_number")}
        serial = printed.serial
    on_front = {**child, "form_date": "2027-02-01", **values}
    desk.take_in(desk.file("回.jpg", front(serial, doubtful, **on_front), back(serial, doubtful)))
    desk.read()
    (draft,) = desk.drafts()
    return draft.registration_id


def test_what_changed_stands_beside_last_time(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = come_back(desk, ("school_name",), school_name="蛟河市第一小学")
    screen.open_all((registration,))
    ready(screen, qtbot, "school_name")
    parts = screen.parts
    assert parts.field.last.text() == "上次（2026年下半年）：黄松甸镇中心小学"
    assert parts.field.last.isVisible()
    assert parts.form.text().endswith("预填表，改了 1 栏")
    assert not parts.page.whole
    assert parts.rest.toggle.text().startswith("和上次一样 ")
    press(value_box(screen), Qt.Key.Key_F8)
    how = [parts.rest.model.index(row, 2).data() for row in range(parts.rest.model.rowCount())]
    assert how.count("和上次一样") > 20
    names = [item.key for item in parts.rest.model.rows]
    parts.rest.table.selectRow(names.index("child_name"))
    press(parts.rest.table, Qt.Key.Key_Return, "\r")
    ready(screen, qtbot, "child_name")
    assert parts.field.last.text() == "和上次（2026年下半年）一样"


def test_no_change_is_one_enter(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = come_back(desk, form_update=["unchanged"])
    left: list[str] = []
    screen.left.connect(left.append)
    screen.open_all((registration,))
    ready(screen, qtbot, "form_update")
    assert screen.parts.page.whole, "the whole paper is seen before it is passed"
    assert "没有手写的改动就认可" in screen.parts.field.last.text()
    assert screen.parts.form.text().endswith("预填表，没有改动")
    enter(screen)
    qtbot.waitUntil(lambda: bool(left))
    assert desk.sheet(registration).state is RegistrationState.VERIFIED


def test_a_doubt_follows_near_its_field(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """The form says 无变化, the date of this time can't be read: the look at the whole page is over then."""
    registration = come_back(desk, ("form_date",), form_update=["unchanged"])
    screen.open_all((registration,))
    ready(screen, qtbot, "form_update")
    enter(screen)
    left_behind(screen, "form_update", qtbot)
    ready(screen, qtbot, "form_date")
    assert not screen.parts.page.whole
    assert not screen.parts.field.last.isVisible(), "said anew each time"
    settled(desk, qtbot)
    assert stored(desk, registration, "form_update").value == ["unchanged"]
