"""The next form is there when its turn comes: read ahead, shown at once, the one before it saved behind; and every way
in which that can go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.jobs import Jobs
from desktop.ui.verify.dialogs import SameChildDialog
from desktop.ui.verify.screen import VerifyScreen
from records.opening import open_store
from records.tables import AuditEntry
from records.views import AnswerState, RegistrationState
from tests.desktop.conftest import Desk, click, press, type_keys
from tests.desktop.hands import enter, here, ready, settled, stored, value_box
from tests.workflow.conftest import PASSWORD
from tests.workflow.scripted import back, front
from workflow import verify
from workflow.access import Opened
from workflow.children import children
from workflow.errors import NotFinished
from workflow.settings import STICKY, change_setting

Show = Callable[[QWidget], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Saving takes until this is set."""
    go_on, finish = threading.Event(), verify.finish

    def slowly(*about: object, **more: object) -> object:
        assert go_on.wait(20)
        return finish(*about, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(verify, "finish", slowly)
    yield go_on
    go_on.set()


def at(screen: VerifyScreen) -> str:
    return screen.walk.sheet.registration_id if screen.walk is not None else ""


def read_ahead(screen: VerifyScreen, registration: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: screen.forms.ahead.ready(registration) is not None)


def arrived(screen: VerifyScreen, registration: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: at(screen) == registration)
    ready(screen, qtbot)


def two(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> tuple[str, str]:
    """Two forms with one look each; the first is at hand, the second read ahead."""
    one, other = desk.registration(0, front=["child_name"]), desk.registration(1, front=["child_name"])
    screen.open_all((one, other))
    ready(screen, qtbot, "child_name")
    read_ahead(screen, other, qtbot)
    return one, other


def seen(desk: Desk) -> set[str]:
    with desk.store.session() as session:
        return set(session.scalars(select(AuditEntry.object_id).where(AuditEntry.verb.endswith(".see"))))


def test_the_next_form_is_shown_while_this_one_is_saved(
    desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot
) -> None:
    one, other = two(desk, screen, qtbot)
    enter(screen)
    arrived(screen, other, qtbot)
    assert screen.parts.notice.words.startswith("欧阳雪甲 正在存为已核对。　下一份：欧阳雪乙，1 处要看")
    assert screen.parts.which.text() == "第 2 / 2 份"
    assert stored(desk, one, "child_name").state is AnswerState.CONFIRMED
    assert desk.sheet(one).state is RegistrationState.DRAFT
    held.set()
    qtbot.waitUntil(lambda: "欧阳雪甲 已存为已核对。　下一份" in screen.parts.notice.words)
    assert desk.sheet(one).state is RegistrationState.VERIFIED
    assert at(screen) == other
    settled(desk, qtbot)


def test_it_is_seen_when_it_is_shown_and_not_before(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    one, other = two(desk, screen, qtbot)
    next_form = screen.forms.ahead.ready(other)
    assert next_form is not None
    of_it = {other, *next_form.pictures}
    assert len(of_it) == 3
    assert not of_it & seen(desk)
    assert one in seen(desk)
    enter(screen)
    qtbot.waitUntil(lambda: at(screen) == other)
    assert of_it <= seen(desk)
    assert screen.pages.picture(next(iter(next_form.pictures))) is not None, "no waiting for the paper"
    settled(desk, qtbot)


def test_nothing_is_kept_of_what_nobody_looks_at(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """Another screen or the lock is in front; afterwards it is read again."""
    one, other = two(desk, screen, qtbot)
    front_of_it = QStackedWidget()
    qtbot.addWidget(front_of_it)
    front_of_it.addWidget(screen)
    front_of_it.addWidget(QWidget())
    with qtbot.waitExposed(front_of_it):
        front_of_it.show()
    read_ahead(screen, other, qtbot)
    front_of_it.setCurrentIndex(1)
    assert screen.forms.ahead.ready(other) is None
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert screen.forms.ahead.ready(other) is None
    front_of_it.setCurrentIndex(0)
    read_ahead(screen, other, qtbot)
    assert at(screen) == one
    screen.setParent(None)  # each goes its own way after the test


def test_what_was_on_its_way_when_the_screen_went_is_dropped(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    _one, other = two(desk, screen, qtbot)
    screen.forms.ahead.forget()
    screen.forms.ahead.want(other)
    screen.hide()
    qtbot.waitUntil(lambda: desk.jobs.idle)
    assert screen.forms.ahead.ready(other) is None


def test_a_contradiction_that_only_saving_finds_brings_it_back(
    desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot
) -> None:
    """The last answer contradicts the ID number: the next form is on the screen before the store has said so."""
    for serial, child in (("S1", "欧阳雪"), ("S2", "欧阳晴")):
        page = front(serial, ["child_birth_date"], child_name=child)
        desk.take_in(desk.file(f"{serial}.jpg", page, back(serial)))
        desk.read()
    one, other = (row.registration_id for row in desk.drafts())
    screen.open_all((one, other))
    ready(screen, qtbot, "child_birth_date")
    qtbot.waitUntil(lambda: desk.jobs.idle)
    if screen.walk is not None and not screen.walk.clear:
        pytest.fail(f"it would not be left: {screen.walk.sheet.findings}")
    read_ahead(screen, other, qtbot)
    type_keys(screen.parts.field.value, "2018-01-02")
    enter(screen)
    arrived(screen, other, qtbot)
    type_keys(screen.parts.field.value, "2018")
    held.set()
    arrived(screen, one, qtbot)
    assert here(screen) == "child_birth_date"
    assert "互相矛盾" in screen.parts.notice.words
    assert desk.sheet(one).state is RegistrationState.DRAFT
    assert stored(desk, one, "child_birth_date").value == "2018-01-02"
    assert screen.parts.which.text() == "第 1 / 2 份"
    qtbot.waitUntil(lambda: bool(screen.parts.field.errors.text()))
    type_keys(screen.parts.field.value, "2018-01-01")
    enter(screen)
    arrived(screen, other, qtbot)
    assert screen.parts.field.value.value_text() == "2018", "what was typed there is still there"
    qtbot.waitUntil(lambda: desk.sheet(one).state is RegistrationState.VERIFIED)


def test_a_known_child_is_asked_for_on_its_own_form(
    desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot
) -> None:
    held.set()
    for serial, name in (("S1", "欧阳雪"), ("S2", "欧阳雪"), ("S3", "欧阳晴")):
        page = front(serial, ["school_name"], child_id_number=None, child_name=name)
        desk.take_in(desk.file(f"{serial}.jpg", page, back(serial)))
        desk.read()
    first, one, other = (row.registration_id for row in desk.drafts())
    for registration in (first, one, other):
        verify.confirm(desk.store, desk.actor, desk.clock(), registration, "child_id_number", None)
    desk.verified(first)
    held.clear()
    screen.open_all((one, other))
    ready(screen, qtbot, "school_name")
    read_ahead(screen, other, qtbot)
    enter(screen)
    arrived(screen, other, qtbot)
    held.set()
    qtbot.waitUntil(lambda: screen.findChild(SameChildDialog) is not None)
    assert at(screen) == one
    dialog = screen.findChild(SameChildDialog)
    assert dialog is not None
    same = dialog.findChild(QWidget, "same_child_0")
    assert same is not None
    click(same)
    arrived(screen, other, qtbot)
    assert desk.sheet(one).state is RegistrationState.VERIFIED
    assert len(children(desk.store, desk.actor)) == 1
    settled(desk, qtbot)


def test_changed_meanwhile_it_is_read_anew(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """The change was not announced to the window: the store itself says that this is no more what was read."""
    _one, other = two(desk, screen, qtbot)
    verify.confirm(desk.store, desk.actor, desk.clock(), other, "school_name", "黄松甸镇第二小学")
    assert screen.forms.ahead.ready(other) is not None
    enter(screen)
    arrived(screen, other, qtbot)
    assert screen.walk is not None
    item = screen.walk.item("school_name")
    assert item is not None
    assert item.value == "黄松甸镇第二小学"
    settled(desk, qtbot)


@pytest.mark.parametrize("office", [False, True])
def test_an_announced_change_lets_go_of_it_and_reads_it_again(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot, office: bool
) -> None:
    _one, other = two(desk, screen, qtbot)
    before = screen.forms.ahead.ready(other)
    owner = QWidget()
    qtbot.addWidget(owner)
    desk.jobs.write(
        lambda store, actor, now: (
            change_setting(store, actor, now, STICKY.key, "")
            if office
            else verify.confirm(store, actor, now, other, "school_name", "黄松甸镇第二小学")
        ),
        owner=owner,
    )
    qtbot.waitUntil(lambda: screen.forms.ahead.ready(other) not in (before, None))
    after = screen.forms.ahead.ready(other)
    assert after is not None
    assert after.sheet == desk.sheet(other)


def test_what_the_last_answers_offer_the_next_form_is_in_it(desk: Desk, screen: VerifyScreen, qtbot: QtBot) -> None:
    """A sticky value is answered; the next form, read before that, offers it all the same."""
    change_setting(desk.store, desk.actor, desk.clock(), STICKY.key, "school_name")
    one = desk.registration(0, front=["school_name", "child_name"])
    other = desk.registration(1, front=["school_name", "child_name"])
    screen.open_all((one, other))
    ready(screen, qtbot)
    read_ahead(screen, other, qtbot)
    while here(screen) != "school_name":
        press(value_box(screen), Key.Key_Tab, "\t")
        ready(screen, qtbot)
    type_keys(screen.parts.field.value, "D2X")
    enter(screen)
    ready(screen, qtbot, "child_name")

    def offered() -> bool:
        form = screen.forms.ahead.ready(other)
        item = next(i for i in form.sheet.items if i.key == "school_name") if form is not None else None
        return item is not None and any(candidate.value == "D2X" for candidate in item.candidates)

    qtbot.waitUntil(offered)


def test_two_enters_in_one_turn_answer_one_field(
    desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot
) -> None:
    one, other = two(desk, screen, qtbot)
    enter(screen)
    enter(screen)
    assert at(screen) == one, "the next one has not been noted as seen yet"
    with qtbot.waitSignal(screen.forms.shown):
        screen.forms.shown.connect(lambda _form: enter(screen))  # nothing of it has been painted
    assert at(screen) == other
    held.set()
    settled(desk, qtbot)
    ready(screen, qtbot, "child_name")
    assert desk.sheet(one).state is RegistrationState.VERIFIED
    assert stored(desk, other, "child_name").state is AnswerState.MACHINE
    with desk.store.session() as session:
        from records.registration_rows import events_of

        assert [event.key for event in events_of(session, one) if event.by is not None] == ["child_name"]


def test_undo_while_it_is_being_saved(desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot) -> None:
    one, other = two(desk, screen, qtbot)
    enter(screen)
    arrived(screen, other, qtbot)
    press(value_box(screen), Key.Key_Z, "", Modifier.ControlModifier)
    held.set()
    arrived(screen, one, qtbot)
    settled(desk, qtbot)
    assert here(screen) == "child_name"
    assert desk.sheet(one).state is RegistrationState.DRAFT
    assert stored(desk, one, "child_name").state is AnswerState.MACHINE
    read_ahead(screen, other, qtbot)
    enter(screen)
    arrived(screen, other, qtbot)
    qtbot.waitUntil(lambda: desk.sheet(one).state is RegistrationState.VERIFIED)


def test_an_answer_that_is_refused_stays_and_shows_nothing_else(
    desk: Desk, screen: VerifyScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.errors import BadValue

    one, other = two(desk, screen, qtbot)

    def refuse(*_arguments: object, **_named: object) -> None:
        raise BadValue("这个值存不进去。")

    monkeypatch.setattr(verify, "confirm", refuse)
    enter(screen)
    qtbot.waitUntil(lambda: screen.parts.field.told.text() == "这个值存不进去。")
    settled(desk, qtbot)
    assert at(screen) == one
    assert desk.sheet(one).state is RegistrationState.DRAFT
    assert other not in seen(desk)


def test_left_before_it_was_saved(
    desk: Desk, screen: VerifyScreen, held: threading.Event, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Esc goes to the list at once; a form that can't be saved after all is named there."""
    said: list[str] = []
    desk.jobs.known_error.connect(said.append)
    one, other = two(desk, screen, qtbot)
    enter(screen)
    arrived(screen, other, qtbot)

    def refuse(*_arguments: object, **_named: object) -> None:
        raise NotFinished("有 1 处互相矛盾，没有存为“已核对”。", (), ())

    press(value_box(screen), Key.Key_Escape)
    assert at(screen) == ""
    assert screen.forms.ahead.ready(other) is None
    held.set()
    settled(desk, qtbot)
    assert desk.sheet(one).state is RegistrationState.VERIFIED
    assert said == []
    screen.open_all((other,))
    ready(screen, qtbot, "child_name")
    monkeypatch.setattr(verify, "finish", refuse)
    enter(screen)
    press(value_box(screen), Key.Key_Escape)
    settled(desk, qtbot)
    assert said == ["欧阳雪乙：有 1 处互相矛盾，没有存为“已核对”。"]
    assert desk.sheet(other).state is RegistrationState.DRAFT


def test_the_program_ends_before_it_was_saved(desk: Desk, screen: VerifyScreen, show: Show, qtbot: QtBot) -> None:
    """The answer is in the store; the form is a draft with nothing left, and saved when it is opened again."""
    one, other = two(desk, screen, qtbot)
    enter(screen)
    desk.jobs.close()  # nothing that comes back is heard any more: as when the power fails here
    QApplication.processEvents()
    store, actor = open_store(desk.data_dir, username="admin", password=PASSWORD, now=desk.clock())
    jobs = Jobs(desk.clock, lambda: desk.pool)
    jobs.attend(Opened(store, actor, None))
    try:
        sheet = verify.sheet(store, actor, one)
        assert next(item for item in sheet.items if item.key == "child_name").state is AnswerState.CONFIRMED
        rows = {row.registration_id: row.to_look_at for row in verify.drafts(store, actor)}
        assert rows == {one: 0, other: 1}
        again = VerifyScreen(jobs)
        show(again)
        again.open_all((one, other))
        arrived(again, other, qtbot)
        assert verify.sheet(store, actor, one).state is RegistrationState.VERIFIED
        qtbot.waitUntil(lambda: jobs.idle)
    finally:
        jobs.close()
        QApplication.processEvents()
