"""表样: a form is learned from a blank by the real reader, corrected by mouse and keys, tried, kept, retired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.screens import make_window
from desktop.ui.forms.learn_screen import LearnScreen
from desktop.ui.forms.list_screen import FormsScreen
from desktop.ui.forms.names import spoken
from desktop.ui.inbox.choosing import FormDialog
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.asking import AskDialog
from desktop.ui.widgets.key_sheet import KeySheet
from forms.form_file import Box, FormOption
from forms.kinds import Kind
from forms.proposal import Proposal, ProposedField, ProposedPage
from records.views import Role
from records.views_forms import TriedField, TriedPage
from tests.desktop.conftest import Desk, click, picture, press, type_chinese, type_keys
from tests.desktop.hands import named
from workflow import intake, office_forms

Show = Callable[[QWidget], None]
BLANKS = Path(__file__).resolve().parents[2] / "benchmarks" / "blanks"
FREE = Box(110, 60, 60, 10)


def white() -> bytes:
    image = QImage(827, 1169, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "png")  # type: ignore[call-overload]  # the stubs want bytes for the format's name
    return bytes(buffer.data().data())


def a_proposal() -> Proposal:
    """Two sides: a sure field, one to look at, one of its own with tick boxes, a cell that nobody uses."""
    fields = (
        ProposedField("child_name", "姓名", Kind.NAME, 1, Box(20, 30, 60, 10), key_confidence=1.0),
        ProposedField("x_new_1", "血型", Kind.TEXT, 1, Box(110, 30, 60, 10), key_confidence=0.3, contexts=("健康",)),
        ProposedField(
            "x_new_2", "入学意愿", Kind.CHOICE, 1, Box(20, 60, 60, 10), key_confidence=0.3,
            options=(FormOption("1", "有", Box(25, 63, 4, 4)), FormOption("2", "无", Box(50, 63, 4, 4))),
        ),
        ProposedField("remarks", "备注", Kind.TEXT, 2, Box(20, 30, 100, 40), key_confidence=1.0),
    )  # fmt: skip
    page = ProposedPage(210, 297, white(), 100, cells=(Box(20, 30, 60, 10), FREE))
    return Proposal("new", "关爱表", (page, ProposedPage(210, 297, white(), 100)), fields)


@pytest.fixture
def window(desk: Desk, show: Show) -> MainWindow:
    made = make_window(desk.jobs, desk.opened)
    show(made)
    return made


def listed(window: MainWindow, qtbot: QtBot) -> FormsScreen:
    window.go("forms")
    screen = window.findChild(FormsScreen)
    assert screen is not None
    qtbot.waitUntil(lambda: bool(screen.model.rows))
    return screen


def learning(window: MainWindow, qtbot: QtBot, proposal: Proposal | None = None) -> LearnScreen:
    """The learning screen, with a proposal as the reader would have made it."""
    click(listed(window, qtbot).learns)
    assert window.shown == "learn"
    screen = window.findChild(LearnScreen)
    assert screen is not None
    if proposal is not None:
        screen._show_proposal(screen._asked, proposal)
        QApplication.processEvents()
    return screen


def keys(screen: LearnScreen) -> list[str]:
    assert screen.editing.proposal is not None
    return [field.key for field in screen.editing.proposal.fields]


def spot(screen: LearnScreen, x: float, y: float) -> QPoint:
    """A place of the page in millimetres, in pixels of the canvas."""
    scale = screen.canvas.width() / 210
    return QPoint(round(x * scale), round(y * scale))


def drag(screen: LearnScreen, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas, left = screen.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, spot(screen, *start))
    for where in ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end:
        at = QPointF(spot(screen, *where))
        moved = QMouseEvent(
            QMouseEvent.Type.MouseMove, at, canvas.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(canvas, moved)
    QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, spot(screen, *end))


def box(screen: LearnScreen, key: str) -> tuple[float, float, float, float]:
    assert screen.editing.proposal is not None
    found = screen.editing.proposal.field(key).box
    return (round(found.x), round(found.y), round(found.w), round(found.h))


# -- looking through --------------------------------------------------------------------------------------------------


def test_what_is_doubtful_comes_first_and_enter_goes_through_it(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    QAbstractItemModelTester(screen.fields.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [row.key for row in screen.fields.model.rows] == ["x_new_1", "x_new_2", "child_name", "remarks"]
    assert screen.fields.told.text() == "2 / 4 要看"
    assert "“健康”下面" in screen.panel.around.text()
    assert screen.canvas.accessibleDescription() == "选中：血型"
    press(screen.fields.table, Qt.Key.Key_Return, "\r")
    assert list(screen.editing.keys) == ["x_new_2"]
    press(screen.fields.table, Qt.Key.Key_Return, "\r")
    assert screen.fields.told.text() == "4 栏"
    for _ in range(2):
        click(screen.undoes)
    assert screen.fields.told.text() == "2 / 4 要看"
    assert not screen.undoes.isEnabled()


def test_a_field_is_named_by_the_initials_of_the_dictionarys_word(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    press(screen.fields.table, Qt.Key.Key_F2)
    name = screen.panel.name
    assert name.hasFocus()
    type_keys(name, "csrq")
    qtbot.waitUntil(lambda: name.finder.completionCount() > 0)
    found = [name.finder.completionModel().index(n, 0).data() for n in range(name.finder.completionCount())]
    assert spoken()["child_birth_date"] in found
    name.finder.activated.emit(spoken()["child_birth_date"])
    assert "child_birth_date" in keys(screen)
    field = screen.editing.field
    assert field is not None
    assert (field.key, field.kind, field.sure, field.label) == ("child_birth_date", Kind.DATE, True, "血型")
    assert not screen.panel.kind.isEnabled(), "the dictionary says what a birth date is"
    name.setFocus()
    name.selectAll()
    press(name, Qt.Key.Key_Delete)
    press(name, Qt.Key.Key_Return, "\r")
    assert keys(screen)[1].startswith("x_new_")
    name.selectAll()
    type_chinese(name, spoken()["child_name"], composing="xing'ming")
    press(name, Qt.Key.Key_Return, "\r")
    assert "这一栏已经有了" in screen.notice.words
    before = keys(screen)
    QTest.keyClick(name, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(screen.fields.table, Qt.Key.Key_Return, "\r")
    QTest.keyClick(screen.fields.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(screen.fields.table, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert keys(screen) == before


def test_name_kind_and_tick_boxes_are_typed(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    panel = screen.panel
    panel.label.setFocus()
    panel.label.selectAll()
    type_chinese(panel.label, "过敏史")
    press(panel.label, Qt.Key.Key_Return, "\r")
    kind = panel.kind
    kind.setFocus()
    press(kind, Qt.Key.Key_End)
    kind.activated.emit(kind.currentIndex())
    click(panel.needed)
    field = screen.editing.field
    assert field is not None
    assert (field.label, field.kind, field.required) == ("过敏史", Kind.SIGNATURE, True)
    screen.editing.choose(["x_new_2"])
    panel.several.click()
    panel.add.click()
    entry = panel._options[-1]
    assert entry.hasFocus()
    type_chinese(entry, "不清楚")
    press(entry, Qt.Key.Key_Return, "\r")
    field = screen.editing.field
    assert field is not None
    assert [(o.code, o.label) for o in field.options] == [("x1", "有"), ("x2", "无"), ("x3", "不清楚")]
    assert field.multiple
    assert field.options[2].box.x > field.options[1].box.x
    named(panel, "drop_option_1").click()
    named(panel, "draw_option").click()
    drag(screen, (70, 62), (75, 67))
    field = screen.editing.field
    assert field is not None
    assert [o.label for o in field.options] == ["有", "不清楚", "选项3"]
    assert round(field.options[2].box.x) == 70
    panel.label.clear()
    panel.label.editingFinished.emit()
    assert "名称不能空着" in screen.notice.words
    assert panel.label.text() == "入学意愿"


# -- on the page ------------------------------------------------------------------------------------------------------


def test_fields_are_drawn_moved_and_sized_with_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    QTest.mouseClick(screen.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot(screen, 50, 35))
    assert list(screen.editing.keys) == ["child_name"]
    assert screen.fields.model.rows[screen.fields.table.currentIndex().row()].key == "child_name"
    drag(screen, (50, 35), (60, 45))
    assert box(screen, "child_name") == (30, 40, 60, 10)
    drag(screen, (90, 45), (100, 45))
    assert box(screen, "child_name") == (30, 40, 70, 10)
    drag(screen, (120, 90), (160, 100))
    assert len(keys(screen)) == 5
    field = screen.editing.field
    assert field is not None
    assert box(screen, field.key) == (120, 90, 40, 10)
    assert screen.panel.name.hasFocus(), "what was drawn is named next"
    drag(screen, (150, 120), (150.2, 120.2))
    assert len(keys(screen)) == 5, "a click draws nothing"
    QTest.mouseDClick(screen.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot(screen, 140, 65))
    field = screen.editing.field
    assert field is not None
    assert field.box == FREE


def test_everything_on_the_page_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    canvas = screen.canvas
    QTest.keyClick(screen.fields.table, Qt.Key.Key_F6)
    assert canvas.hasFocus()
    press(canvas, Qt.Key.Key_Right, "", Qt.KeyboardModifier.ControlModifier)
    press(canvas, Qt.Key.Key_Down, "", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert box(screen, "x_new_1") == (115, 30, 60, 15)
    press(canvas, Qt.Key.Key_S, "s")
    assert canvas.cutting
    press(canvas, Qt.Key.Key_Right)
    press(canvas, Qt.Key.Key_Return, "\r")
    assert box(screen, "x_new_1") == (115, 30, 31, 15)
    (part,) = (key for key in keys(screen) if key not in {"child_name", "x_new_1", "x_new_2", "remarks"})
    assert screen.editing.keys == (part,)
    screen.editing.choose(["x_new_1"])
    press(canvas, Qt.Key.Key_M, "m")
    assert box(screen, "x_new_1") == (115, 30, 60, 15)
    press(canvas, Qt.Key.Key_S, "S", Qt.KeyboardModifier.ShiftModifier)
    press(canvas, Qt.Key.Key_Escape)
    press(canvas, Qt.Key.Key_N, "n")
    assert screen.editing.field is not None
    assert screen.editing.field.box == FREE
    press(canvas, Qt.Key.Key_Delete)
    assert keys(screen) == ["child_name", "x_new_1", "x_new_2", "remarks"]
    press(canvas, Qt.Key.Key_Left, "", Qt.KeyboardModifier.ControlModifier)
    for _ in range(60):
        press(canvas, Qt.Key.Key_Left, "", Qt.KeyboardModifier.ControlModifier)
    field = screen.editing.field
    assert field is not None
    assert field.box.x == 0, "it stays on the page"


def test_several_are_chosen_in_the_list_and_merged(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    screen.fields.table.setFocus()
    press(screen.fields.table, Qt.Key.Key_Down, "", Qt.KeyboardModifier.ShiftModifier)
    assert set(screen.editing.keys) == {"x_new_1", "x_new_2"}
    assert "选中 2 栏" in screen.panel.around.text()
    for _ in range(3):
        press(screen.fields.table, Qt.Key.Key_Down)
    assert list(screen.editing.keys) == ["remarks"]
    assert screen.sides.currentIndex() == 1, "the list leads to the other side"
    screen.editing.choose(["child_name"])
    QTest.mouseClick(
        screen.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, spot(screen, 140, 35)
    )
    assert list(screen.editing.keys) == ["child_name", "x_new_1"]
    click(screen.fields.joins)
    assert box(screen, "child_name") == (20, 30, 150, 10)
    screen.editing.choose(["child_name", "remarks"])
    click(screen.fields.joins)
    assert "同一页" in screen.notice.words
    click(screen.fields.drops)
    assert keys(screen) == ["x_new_2"]


# -- from the blank to reading with it --------------------------------------------------------------------------------


def test_a_form_is_learned_tried_and_kept_by_the_real_reader(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    screen = learning(window, qtbot)
    assert not screen.saves.isEnabled()
    screen.learn([BLANKS / "vertical.docx.gibt-es-nicht.pdf"])
    qtbot.waitUntil(lambda: "打不开" in screen.notice.words, timeout=60000)
    screen.learn([BLANKS / "open-table.pdf"])
    qtbot.waitUntil(lambda: screen.editing.proposal is not None, timeout=60000)
    assert len(screen.fields.model.rows) > 10
    assert screen.title.text()
    screen.try_file(BLANKS / "open-table.pdf")
    qtbot.waitUntil(lambda: screen.tried.page is not None, timeout=60000)
    assert screen.sides.tabText(screen.sides.currentIndex()) == "试读"
    assert not screen.tried.grab().isNull()
    press(screen, Qt.Key.Key_PageUp)
    click(screen.saves)
    dialog = screen.findChild(AskDialog)
    assert dialog is not None
    assert "kept_as" not in dialog.entries, "nothing there yet to be a new version of"
    click(dialog.does)
    qtbot.waitUntil(lambda: window.shown == "forms", timeout=10000)
    screens = listed(window, qtbot)
    qtbot.waitUntil(lambda: any(not row.shipped for row in screens.model.rows))
    desk.take_in(desk.file("新.jpg", {"status": "unknown_form"}))
    desk.jobs.recognise()
    qtbot.waitUntil(lambda: not desk.jobs.is_recognising, timeout=10000)
    own = next(row for row in screens.model.rows if not row.shipped)
    assert (own.form_id, own.version) in {(form.id, form.version) for form in desk.pool.known}


def test_an_unknown_page_of_the_inbox_leads_to_learning_and_is_tried_on(
    window: MainWindow, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take_in(desk.file("新.jpg", {"status": "unknown_form"}))
    desk.read()
    (page,) = intake.inbox(desk.store, desk.actor).sources[0].pages
    inbox = window.findChild(InboxScreen)
    assert inbox is not None
    inbox.learn_form.emit(page.page_id)
    qtbot.waitUntil(lambda: window.shown == "learn")
    screen = window.findChild(LearnScreen)
    assert screen is not None
    qtbot.waitUntil(lambda: screen.trial_page == page.page_id)
    assert "没有认出是什么表" in screen.notice.words
    asked: list[tuple[str, ...]] = []
    tried = TriedPage("", picture(), 1, (TriedField("child_name", "姓名", "欧阳雪", (100, 180, 350, 60), sure=True),))

    def read(*given: object) -> tuple[TriedPage, ...]:
        asked.append(tuple(given[-1]))  # type: ignore[arg-type]  # the page ids come last
        return (tried,)

    monkeypatch.setattr("workflow.form_trying.try_pages", read)
    screen._show_proposal(screen._asked, a_proposal())
    QTest.keyClick(screen.fields.table, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: screen.tried.page is tried)
    assert asked == [(page.page_id,)]
    screen.editing.choose(["child_name"])
    assert not screen.tried.grab().isNull()
    screen.begin((), trial_page=page.page_id)
    monkeypatch.setattr("workflow.form_learning.learn_pages", lambda *_given: a_proposal())
    click(screen.notice.action)
    qtbot.waitUntil(lambda: screen.editing.proposal is not None)
    assert screen.trial_page == "", "what is the blank is nothing to try on"


def kept(desk: Desk) -> None:
    office_forms.install(desk.store, desk.actor, desk.clock(), a_proposal())


def at_own(screen: FormsScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: any(not row.shipped for row in screen.model.rows))
    screen.table.selectRow(next(n for n, row in enumerate(screen.model.rows) if not row.shipped))


def test_a_kept_form_is_corrected_into_its_next_version(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    kept(desk)
    screen = listed(window, qtbot)
    assert not screen.corrects.isEnabled(), "the program's own forms stay as they are"
    at_own(screen, qtbot)
    press(screen.table, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(lambda: window.shown == "learn")
    learn = window.findChild(LearnScreen)
    assert learn is not None
    learn.editing.choose(["remarks"])
    click(learn.fields.drops)
    QTest.keyClick(learn, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = learn.findChild(AskDialog)
    assert dialog is not None
    click(dialog.does)
    qtbot.waitUntil(lambda: window.shown == "forms", timeout=10000)
    qtbot.waitUntil(lambda: [row.version for row in screen.model.rows if not row.shipped] == ["2", "1"])
    assert [row.retired for row in screen.model.rows if not row.shipped] == [False, True]


def test_leaving_what_is_not_saved_is_asked(window: MainWindow, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    press(screen.fields.table, Qt.Key.Key_Return, "\r")
    press(screen, Qt.Key.Key_Escape)
    asked = QApplication.activeModalWidget()
    assert asked is not None
    stays = next(b for b in asked.findChildren(QPushButton) if b.text() == "接着看")
    click(stays)
    assert window.shown == "learn"
    press(screen, Qt.Key.Key_Escape)
    asked = QApplication.activeModalWidget()
    assert asked is not None
    click(next(b for b in asked.findChildren(QPushButton) if b.text() == "不保存，离开"))
    assert window.shown == "forms"
    assert screen.editing.proposal is None


def test_a_form_is_retired_printed_and_carried(window: MainWindow, desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    kept(desk)
    screen = listed(window, qtbot)
    at_own(screen, qtbot)
    QAbstractItemModelTester(screen.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    click(screen.retires)
    qtbot.waitUntil(lambda: "已停用" in screen.notice.words)
    qtbot.waitUntil(lambda: screen.retires.text() == "恢复")
    click(screen.retires)
    qtbot.waitUntil(lambda: "又用来识别了" in screen.notice.words)
    screen.print_to(tmp_path / "表.pdf", 2)
    qtbot.waitUntil(lambda: "2 份" in screen.notice.words, timeout=20000)
    assert (tmp_path / "表.pdf").read_bytes().startswith(b"%PDF")
    screen.export_to(tmp_path / "表.json")
    qtbot.waitUntil(lambda: "已带出" in screen.notice.words)
    screen.take_over(tmp_path / "表.json")
    qtbot.waitUntil(lambda: "本来就有" in screen.notice.words, timeout=60000)


def test_the_keys_are_listed_and_who_may_not_learn_has_no_entry(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    screen = learning(window, qtbot, a_proposal())
    QTest.keyClick(screen.fields.table, Qt.Key.Key_F1)
    dialog = screen.findChild(KeySheet)
    assert dialog is not None
    dialog.reject()
    reviewer = replace(desk.opened, actor=replace(desk.actor, role=Role.REVIEWER))
    other = make_window(desk.jobs, reviewer)
    qtbot.addWidget(other)
    assert other.findChild(FormsScreen) is None


def test_a_form_just_learned_is_chosen_for_a_page_of_the_inbox(window: MainWindow, desk: Desk, qtbot: QtBot) -> None:
    """选定表格: the page waited before its form was known, and is read as that form, not only found to be one."""
    desk.take_in(desk.file("新.jpg", {"status": "unknown_form"}))
    desk.read()
    window.go("inbox")
    inbox = window.findChild(InboxScreen)
    assert inbox is not None
    qtbot.waitUntil(lambda: len(inbox.model.cards) == 1)
    kept(desk)
    desk.read()  # with the form learned it is read once more, and still isn't found to be one
    inbox.read()
    own = next(row for row in office_forms.forms(desk.store, desk.actor) if not row.shipped)
    qtbot.waitUntil(lambda: desk.jobs.idle and inbox.view == intake.inbox(desk.store, desk.actor, open_only=True))
    inbox.grid.setFocus()
    press(inbox.grid, Qt.Key.Key_F, "f")
    dialog = inbox.findChild(FormDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.list.count() > 1)
    assert "关爱表" in [dialog.list.item(at).text() for at in range(dialog.list.count())]
    while dialog.forms[dialog.list.currentRow()] != own:
        before = dialog.list.currentRow()
        press(dialog.list, Qt.Key.Key_Down)
        assert dialog.list.currentRow() == before + 1
    press(dialog.list, Qt.Key.Key_Return, "\r")
    qtbot.waitUntil(
        lambda: bool(desk.pool.told) and desk.pool.told[-1].form == (own.form_id, own.version), timeout=10000
    )
    qtbot.waitUntil(lambda: not desk.jobs.is_recognising, timeout=10000)
    assert (own.form_id, own.version) in {(form.id, form.version) for form in desk.pool.known}
