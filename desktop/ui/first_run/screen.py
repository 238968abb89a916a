"""First start: the office, where it is, its first administrator."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.widgets.division_picker import HOME_PROVINCE, DivisionPicker
from desktop.ui.widgets.gate import Gate, add_field, fields_grid, keep_room
from desktop.ui.widgets.parts import Choice, button, line, rule, text
from workflow.access import Opened
from workflow.settings import REVIEW_BY

SHORTEST_PASSWORD = 8
PLACE_HINT = "会照单位名称自动选好，请看一眼。也可以一级一级选，打字能查找；县级单位选到县。"
PRACTISE = "先用样例试一试"


@dataclass(frozen=True, slots=True)
class NewOffice:
    """What was filled in."""

    office_name: str
    division: str
    username: str
    full_name: str
    single_person: bool
    password: str = field(repr=False)


class FirstRunScreen(Gate):
    """Emits ``made(Opened)`` with the recovery code in it."""

    made = Signal(object)
    try_out = Signal()
    restore = Signal()  # there is a backup of a store

    def __init__(self, jobs: Jobs, create: Callable[[NewOffice], Opened]) -> None:
        super().__init__(
            "新建资料库",
            "资料库加密保存在这台电脑上，不联网。单位和第一位管理员现在填好，以后可以再加人。",
            720,
        )
        self._jobs = jobs
        self._create_office = create
        self.office = _field("office_name", "例如：蛟河市黄松甸镇人民政府")
        self.division = DivisionPicker(jobs)
        self.review = Choice()
        self.review.setObjectName("review_by")
        for value, word in REVIEW_BY.offers():
            self.review.addItem(word, value)
        self.full_name = _field("full_name", "管理员本人的姓名")
        self.username = _field("new_username", "登录用，字母、数字或汉字")
        self.password = _field("new_password", f"至少 {SHORTEST_PASSWORD} 位", secret=True)
        self.again = _field("new_password_again", "再输一遍", secret=True)
        self._lay_out()

    def _lay_out(self) -> None:
        place = fields_grid()
        add_field(place, "单位名称", self.office)
        add_field(place, "行政区划", self.division, PLACE_HINT)
        add_field(place, "谁来复核", self.review, "只有一个人做这项工作，选单人办公；以后可以在设置里改。")
        self.body.addLayout(place)
        self.body.addWidget(rule())
        person = fields_grid()
        add_field(person, "姓名", self.full_name)
        add_field(person, "用户名", self.username)
        add_field(person, "密码", self.password)
        add_field(person, "确认密码", self.again, "忘了密码，只能用下一步给出的恢复码打开资料库。")
        self.body.addLayout(person)
        self.told = text("", "error", wrap=True)
        keep_room(self.told)
        self.body.addWidget(self.told)
        self.make = button("新建资料库", self._create, role="primary", name="create_office")
        self.office.editingFinished.connect(self._guess_place)
        self.office.returnPressed.connect(self._after_office)
        lines = (self.full_name, self.username, self.password, self.again)
        for here, following in itertools.pairwise(lines):
            here.returnPressed.connect(following.setFocus)
        self.again.returnPressed.connect(self._create)
        row = line()
        self.practise = button(PRACTISE, self._practise, role="quiet", name="practise")
        row.addWidget(self.practise)
        row.addWidget(button("从备份恢复", self.restore.emit, role="quiet", name="restore_here"))
        row.addStretch()
        row.addWidget(self.make)
        self.body.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.office.setFocus()

    def _guess_place(self) -> None:
        self.division.guess(self.office.text().strip())

    def _after_office(self) -> None:
        self._guess_place()
        (self.full_name if self.division.guessed else self.division.unsure or self.division.steps[1]).setFocus()

    def _missing(self) -> tuple[str, QWidget] | None:
        """The first thing that is not filled in rightly."""
        for wrong, told, where in (
            (not self.office.text().strip(), "请填单位名称。", self.office),
            (self.division.mistaken is not None, self.division.told.text(), self.division.mistaken or self.division),
            (
                self.division.code() in {"", HOME_PROVINCE},
                "请选单位所在的行政区划，至少到市（州）。",
                self.division.steps[1],
            ),
            (not self.full_name.text().strip(), "请填管理员的姓名。", self.full_name),
            (not self.username.text().strip(), "请填用户名。", self.username),
            (len(self.password.text()) < SHORTEST_PASSWORD, f"密码至少 {SHORTEST_PASSWORD} 位。", self.password),
            (self.password.text() != self.again.text(), "两次输入的密码不一样，请重新输入。", self.again),
        ):
            if wrong:
                return told, where
        return None

    def _practise(self) -> None:
        self.practise.setEnabled(False)
        self.practise.setText("正在准备样例")
        self.make.setEnabled(False)
        self.try_out.emit()

    def _create(self) -> None:
        missing = self._missing()
        if missing is not None:
            self.refuse(missing[0])
            missing[1].setFocus()
            if isinstance(missing[1], QLineEdit):
                missing[1].selectAll()  # typing replaces what won't do
            return
        self.make.setEnabled(False)
        self.make.setText("正在新建")
        self.told.hide()
        wanted = NewOffice(
            office_name=self.office.text().strip(),
            division=self.division.code(),
            username=self.username.text().strip(),
            full_name=self.full_name.text().strip(),
            single_person=self.review.currentData() == REVIEW_BY.default,
            password=self.password.text(),
        )
        self._jobs.task(lambda: self._create_office(wanted), self._made, owner=self, failed=self.refuse)

    def _made(self, opened: Opened) -> None:
        self.password.clear()
        self.again.clear()
        self.made.emit(opened)

    def refuse(self, told: str) -> None:
        """It was not made; say why, and let it be tried again."""
        self.practise.setEnabled(True)
        self.practise.setText(PRACTISE)
        self.make.setEnabled(True)
        self.make.setText("新建资料库")
        self.told.setText(told)
        self.told.show()


def _field(name: str, hint: str, *, secret: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setPlaceholderText(hint)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
