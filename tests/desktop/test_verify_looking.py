"""Looking and answering beside the plain way: tones, turning, where a value comes from, rules while typing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.ui.verify.dialogs import SourceDialog
from desktop.ui.verify.screen import VerifyScreen
from desktop.ui.verify.tones import Tone, toned
from desktop.ui.widgets.page_picture import PagePicture
from desktop.ui.widgets.page_view import STEP, PageView
from records.tables import Page as PageRow
from records.views import AnswerState, ValueSource
from tests.desktop.conftest import Desk, click, press, type_chinese, type_keys
from tests.desktop.hands import enter, here, left_behind, ready, settled, stored, value_box
from tests.workflow.scripted import back, front
from workflow.settings import ALWAYS_LOOK, change_setting

Show = Callable[[QWidget], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


def paper() -> QPixmap:
    """Faint pencil on grey paper."""
    image = QImage(400, 600, QImage.Format.Format_RGB32)
    image.fill(QColor(228, 226, 222))
    for y in range(100, 110):
        for x in range(50, 350):
            image.setPixelColor(x, y, QColor(176, 174, 172))
    return QPixmap.fromImage(image)


def test_faint_ink_gets_dark_and_the_paper_white() -> None:
    page = PagePicture(paper().toImage())
    darker = toned(page, Tone.DARKER).images[0]
    assert darker.pixelColor(10, 10).lightness() > 245
    assert darker.pixelColor(200, 105).lightness() < 60
    inverted = toned(page, Tone.INVERTED).images[0]
    assert inverted.pixelColor(10, 10).lightness() < 40
    assert toned(page, Tone.PLAIN) is page


def test_a_turned_page_still_shows_the_place(show: Show) -> None:
    view = PageView()
    show(view)
    view.show_page(paper())
    place = QRect(50, 100, 300, 10)
    view.show_place(place)
    upright = view.on_screen(place)
    assert upright.width() > upright.height()
    view.turn()
    turned = view.on_screen(place)
    assert turned.height() > turned.width()
    assert view.rect().contains(turned.center().toPoint())
    shot = view.grab().toImage()
    ratio = shot.devicePixelRatio()
    middle = turned.center() * ratio
    assert shot.pixelColor(middle.toPoint()).lightness() < 200, "the pencil line lies where the place is said to be"
    for _back in range(3):
        view.turn()
    assert view.on_screen(place) == upright


def test_tone_and_turn_by_key_and_by_button(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot, "child_name")
    press(value_box(screen), Key.Key_F6)
    assert screen.pages.tone.value == "加深"
    assert screen.parts.tone.text() == "反色（F6）"
    ready(screen, qtbot, "child_name")
    press(value_box(screen), Key.Key_F6, "", Modifier.ShiftModifier)
    assert screen.parts.page.turns == 1
    click(screen.parts.tone)
    assert screen.pages.tone.value == "反色"
    assert screen.parts.page.turns == 1, "another tone doesn't turn the page back"
    ready(screen, qtbot, "child_name")
    assert value_box(screen).hasFocus(), "the value keeps the keyboard"
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_name").state is AnswerState.CONFIRMED


def test_a_value_learned_by_telephone(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["school_name", "child_name"])
    screen.open_all((registration,))
    ready(screen, qtbot)
    while here(screen) != "school_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    type_chinese(screen.parts.field.value, "黄松甸镇第二小学")
    press(value_box(screen), Key.Key_F5)
    dialog = screen.findChild(SourceDialog)
    assert dialog is not None
    click(dialog.correction)
    press(dialog.note, Key.Key_Return, "\r")
    assert dialog.isVisible(), "a correction wants its reason"
    assert dialog.told.text()
    dialog.phone.setChecked(True)
    type_chinese(dialog.note, "问过父亲")
    press(dialog.note, Key.Key_Return, "\r")
    left_behind(screen, "school_name", qtbot)
    settled(desk, qtbot)
    item = stored(desk, registration, "school_name")
    assert (item.value, item.source, item.note) == ("黄松甸镇第二小学", ValueSource.PHONE, "问过父亲")
    # looked at again, Enter leaves the source as it is
    qtbot.waitUntil(lambda: desk.jobs.idle)
    press(value_box(screen), Key.Key_Tab, "\t", Modifier.ShiftModifier)
    ready(screen, qtbot, "school_name")
    assert "电话核实" in screen.parts.field.count.text()
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "school_name").source is ValueSource.PHONE


def test_rules_speak_while_one_types(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """A birth date that contradicts the ID number is named before it is saved; it is shown as it will be kept."""
    desk.take_in(desk.file("a.jpg", front("S1", ["child_birth_date"]), back("S1")))
    desk.read()
    registration = desk.drafts()[0].registration_id
    screen.open_all((registration,))
    ready(screen, qtbot, "child_birth_date")
    field = screen.parts.field
    assert not field.errors.isVisible()
    type_keys(field.value, "20180102")
    assert field.reads.text() == "将存为：2018年1月2日"
    qtbot.waitUntil(field.errors.isVisible)
    assert stored(desk, registration, "child_birth_date").state is AnswerState.MACHINE
    press(field.value, Key.Key_Backspace)
    type_keys(field.value, "1")
    qtbot.waitUntil(lambda: not field.errors.isVisible())


def test_a_chosen_field_is_always_looked_at(desk: Desk) -> None:
    change_setting(desk.store, desk.actor, desk.clock(), ALWAYS_LOOK.key, "child_id_number，school_name")
    registration = desk.registration(0, front=["child_name"])
    sheet = desk.sheet(registration)
    assert sheet.order == ("child_name", "child_id_number", "school_name")
    assert "本单位定了这一栏都要看" in stored(desk, registration, "school_name").reasons


def test_a_form_that_waits_for_the_village_does_not_hold_up_the_stack(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot
) -> None:
    one, two = desk.registration(0, front=["child_name"]), desk.registration(1, front=["child_name"])
    screen.open_all((one, two))
    ready(screen, qtbot, "child_name")
    press(value_box(screen), Key.Key_F3)
    qtbot.waitUntil(screen.parts.notice.action.isVisible)
    click(screen.parts.notice.action)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.sheet.registration_id == two)
    assert stored(desk, one, "child_name").state is AnswerState.ASK


def test_a_form_opened_again_is_counted_at_once(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    registration = desk.registration(0, front=["child_name"])
    desk.verified(registration)
    screen.open_all((registration,))
    qtbot.waitUntil(screen.parts.notice.action.isVisible)
    assert "存为已核对" not in screen.parts.rest.coming.text(), "nothing of it is to be saved"
    with qtbot.waitSignal(screen.saved):
        click(screen.parts.notice.action)
    qtbot.waitUntil(lambda: screen.walk is not None and screen.walk.editable)
    qtbot.waitUntil(lambda: desk.jobs.idle)


def test_nearer_keeps_the_field_in_sight(show: Show) -> None:
    """A field at the edge of its page: nearer around the middle of the view, it slipped away."""
    view = PageView()
    show(view)
    page = QPixmap(1240, 1754)
    page.fill(QColor("white"))
    view.show_page(page)
    place = QRect(1000, 30, 180, 40)
    view.show_place(place)
    for _ in range(8):
        view.zoom(STEP)
        assert view.rect().contains(view.on_screen(place).center().toPoint())


def test_the_wheel_goes_nearer_where_the_mouse_is(show: Show) -> None:
    view = PageView(follows=False)
    show(view)
    page = QPixmap(1240, 1754)
    page.fill(QColor("white"))
    view.show_page(page)
    under = QRect(620, 500, 1, 1)  # a narrow page stays in the middle
    at, before = view.on_screen(under).topLeft(), view.on_screen(under).width()
    for _ in range(5):
        event = QWheelEvent(
            at,
            view.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Modifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, event)
    assert view.on_screen(under).width() > 2 * before
    assert (view.on_screen(under).topLeft() - at).manhattanLength() < 3


def test_a_page_that_is_gone_says_so_where_it_would_be(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Nothing can be answered without looking; the other side of the form can, and the way out is said."""
    registration = desk.registration(0, front=["child_name"], back=["father_name"])
    gone = next(page for page in desk.sheet(registration).pages if page.form_page == 1)
    with desk.store.session() as session:
        (view_id,) = session.execute(select(PageRow.view_id).where(PageRow.id == gone.page_id)).one()
    desk.store.vault.path(str(view_id)).unlink()
    screen.open_all((registration,))
    qtbot.waitUntil(lambda: here(screen) == "child_name")
    told = screen.parts.field.crop.accessibleDescription
    qtbot.waitUntil(lambda: "读不出来" in told())
    assert "重新扫描这一页" in told()
    assert screen.parts.page._words == told()
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "child_name").state is AnswerState.MACHINE
    press(value_box(screen), Key.Key_Tab, "\t")
    ready(screen, qtbot, "father_name")
    enter(screen)
    settled(desk, qtbot)
    assert stored(desk, registration, "father_name").state is AnswerState.CONFIRMED
