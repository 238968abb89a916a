"""用户: who may come in, as what, for where, until when; one's own password; the recovery code."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.first_run.recovery_code import RecoveryCodeScreen
from desktop.ui.settings.asking import FieldsDialog, day_in, secret, twice
from desktop.ui.settings.setting_row import SettingRows
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.parts import Choice, Notice, button, column, line, rule, text
from desktop.ui.widgets.table import Column, RowsModel, Table
from desktop.ui.words import Mark, day, division_words
from forms.gazetteer import Division, gazetteer
from forms.values import FieldError
from records.views import Actor, Role, UserRow
from workflow import access, people, recovery_noted
from workflow.people import PasswordCost
from workflow.permissions import RIGHTS, ROLE_NAMES, Right
from workflow.settings import Section


def _state(row: UserRow) -> Mark:
    if row.disabled:
        return Mark("已停用", "secondary", "cross")
    if not row.has_password:
        return Mark("没有密码", "doubt", "doubt")
    return Mark("在用", "confirmed", "tick")


COLUMNS: tuple[Column[UserRow], ...] = (
    Column("姓名", lambda row: row.full_name, 104),
    Column("用户名", lambda row: row.username, 120),
    Column("角色", lambda row: ROLE_NAMES[row.role], 120),
    Column("所管区划", lambda row: row.division_name.removeprefix("吉林省")),
    Column("用到", lambda row: day(row.valid_until) if row.valid_until else "", 136),
    Column("特别敏感内容", lambda row: "能打开" if row.sensitive else "", 120),
    Column("状态", _state, 104),
)


class PeopleSection(QWidget):
    """The list for administrators; one's own password for everybody."""

    def __init__(self, jobs: Jobs, actor: Actor, kdf: PasswordCost) -> None:
        super().__init__()
        self._jobs, self._actor, self._kdf = jobs, actor, kdf
        self._administers = actor.role in RIGHTS[Right.ADMINISTER]
        box = column(self, space=BETWEEN)
        self.notice = Notice()
        box.addWidget(self.notice)
        row = line(space=BETWEEN)
        row.addWidget(text("自己的密码：至少 8 位，几个不相干的词连起来最好记，不要求定期换。", wrap=True), 1)
        row.addWidget(button("改自己的密码", self.change_own, name="own_password"))
        box.addLayout(row)
        self.rows = SettingRows(jobs, Section.PEOPLE)
        self.model: RowsModel[UserRow] = RowsModel(COLUMNS, parent=self)
        self.table = Table(self.model)
        self.table.setObjectName("users")
        self.table.setAccessibleName("用户")
        self.table.setMinimumHeight(220)
        if not self._administers:
            for part in (self.rows, self.table):
                part.hide()
            box.addStretch()
            return
        box.addWidget(self.rows)
        box.addWidget(rule())
        box.addWidget(self._buttons())
        box.addWidget(self.table, 1)
        code = line(space=BETWEEN)
        code.addWidget(text("恢复码丢了或给人看过，换一个新的打印锁好；旧的从此打不开资料库。", wrap=True), 1)
        code.addWidget(button("换一个恢复码", self.renew_code, name="renew_code"))
        box.addLayout(code)

    def _buttons(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, INSIDE)
        self._for_one = (
            button("修改", self.change, name="change_user"),
            button("重设密码", self.reset, name="reset_password"),
            button("停用", self.disable, name="disable_user"),
            button("特别敏感内容", self.name_for_sensitive, name="sensitive"),
        )
        flow.addWidget(button("添加用户", self.add, role="primary", icon="plus", name="add_user"))
        for each in self._for_one:
            flow.addWidget(each)
        self.table.opened.connect(lambda _row: self.change())
        self.table.at_hand.connect(self._at_hand)
        self._at_hand(-1)
        return holder

    def _at_hand(self, position: int) -> None:
        row = self.model.rows[position] if 0 <= position < len(self.model.rows) else None
        change, reset, disable, sensitive = self._for_one
        for each in (change, reset):
            each.setEnabled(row is not None)
        disable.setEnabled(row is not None and not row.disabled and row.user_id != self._actor.user_id)
        sensitive.setEnabled(row is not None and row.has_password)
        sensitive.setText("不再打开特别敏感内容" if row is not None and row.sensitive else "可以打开特别敏感内容")

    def enter(self) -> None:
        """Read who is here."""
        if self._administers:
            self.rows.enter()
            self.read()

    def read(self) -> None:
        """Read the list again."""
        self._jobs.read(people.users, self._show, owner=self)

    def _show(self, rows: Sequence[UserRow]) -> None:
        row = self._row()
        self.model.set_rows(rows)
        found = [at for at, each in enumerate(rows) if row is not None and each.user_id == row.user_id]
        self.table.selectRow(found[0] if found else 0)

    def _row(self) -> UserRow | None:
        at = self.table.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _told(self, words: str) -> None:
        self.notice.say(words, "good")
        self.read()

    def _write(self, call: Change[object], words: str) -> None:
        self._jobs.write(
            call, lambda _done: self._told(words), owner=self, failed=lambda told: self.notice.say(told, "alarm")
        )

    # -- what is done with them ---------------------------------------------------------------------------------------

    def add(self) -> None:
        """A new user."""
        dialog = UserDialog(self._jobs, self._actor, None, self._kdf, self)
        dialog.accepted.connect(lambda: self._told("已添加。请本人登录后自己改一次密码。"))
        dialog.open()

    def change(self) -> None:
        """Another role, division, last day or name."""
        row = self._row()
        if row is not None:
            dialog = UserDialog(self._jobs, self._actor, row, self._kdf, self)
            dialog.accepted.connect(lambda: self._told(f"已改好，从{row.full_name}下次登录起生效。"))
            dialog.open()

    def reset(self) -> None:
        """A new password for somebody who forgot it, or was away."""
        row = self._row()
        if row is None:
            return
        dialog = FieldsDialog(
            self._jobs, f"给{row.full_name}设新密码", "停用的人设了新密码就又能登录。", "设为新密码", self
        )
        new, again = secret("new_password", "至少 8 位"), secret("new_password_again", "再输一遍")
        dialog.add("新密码", new)
        dialog.add("确认密码", again)

        def verb() -> Change[object]:
            password, user_id, kdf = twice(new, again), row.user_id, self._kdf
            return lambda store, actor, now: people.reset_password(store, actor, now, user_id, password, kdf=kdf)

        dialog.act(verb)
        dialog.accepted.connect(lambda: self._told(f"已给{row.full_name}设了新密码。请本人登录后自己改一次。"))
        dialog.open()

    def disable(self) -> None:
        """Can be taken back by a new password."""
        row = self._row()
        if row is not None:
            user_id = row.user_id
            words = f"{row.full_name}已停用，不能再登录；要恢复，给他重设密码。"
            self._write(lambda store, actor, now: people.disable_user(store, actor, now, user_id), words)

    def name_for_sensitive(self) -> None:
        """May (not) open what is extra-sensitive."""
        row = self._row()
        if row is not None:
            user_id, named = row.user_id, not row.sensitive
            words = f"{row.full_name}{'可以打开' if named else '不再能打开'}特别敏感内容，从他下次登录起生效。"
            self._write(lambda store, actor, now: people.name_for_sensitive(store, actor, now, user_id, named), words)

    def change_own(self) -> None:
        """The old password, then the new one twice."""
        dialog = FieldsDialog(self._jobs, "改自己的密码", "", "改密码", self)
        old = secret("old_password")
        new, again = secret("new_password", "至少 8 位"), secret("new_password_again", "再输一遍")
        dialog.add("现在的密码", old)
        dialog.add("新密码", new)
        dialog.add("确认密码", again)

        def verb() -> Change[object]:
            before, after, kdf = old.text(), twice(new, again), self._kdf
            return lambda store, actor, now: people.change_password(store, actor, now, before, after, kdf=kdf)

        dialog.act(verb)
        dialog.accepted.connect(lambda: self.notice.say("密码已改，下次登录和解锁用新密码。", "good"))
        dialog.open()

    def renew_code(self) -> None:
        """The old one opens nothing afterwards: asked once."""
        dialog = FieldsDialog(
            self._jobs, "换一个恢复码", "换了以后，锁存的旧恢复码就作废，不能再恢复。请先备好纸笔或打印机。", "换", self
        )
        kdf = self._kdf

        def verb() -> Change[object]:
            return lambda store, actor, now: (
                people.new_recovery_code(store, actor, now, kdf=kdf),
                access.office(store, actor).name,
                recovery_noted.shown(store, actor, now),
            )

        dialog.act(verb)
        dialog.accepted.connect(lambda: self._show_code(dialog.result_of))
        dialog.open()

    def _show_code(self, made: object) -> None:
        assert isinstance(made, tuple)
        code = CodeDialog(str(made[0]), str(made[1]), self)
        code.accepted.connect(self._code_noted)
        code.open()

    def _code_noted(self) -> None:
        self._write(recovery_noted.noted, "恢复码已换，旧的请撕掉。")


class CodeDialog(QDialog):
    """The new recovery code; it goes only when two of its groups were typed back."""

    def __init__(self, code: str, office: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("新的恢复码")
        self.resize(720, 620)
        self.screen_of = RecoveryCodeScreen(code, office)
        self.screen_of.ready.setText("抄好了")
        self.screen_of.noted.connect(self.accept)
        column(self).addWidget(self.screen_of)

    def reject(self) -> None:
        """Esc must not lose the only code that opens the store."""


class UserDialog(FieldsDialog):
    """A user; ``row`` None: a new one, with a first password."""

    def __init__(self, jobs: Jobs, actor: Actor, row: UserRow | None, kdf: PasswordCost, parent: QWidget) -> None:
        title = "添加用户" if row is None else f"修改{row.full_name}"
        super().__init__(jobs, title, "", "添加" if row is None else "保存", parent)
        self._row, self._kdf = row, kdf
        self.full_name, self.username, self.until = QLineEdit(), QLineEdit(), QLineEdit()
        self.role, self.division = Choice(), Choice()
        self.password, self.again = secret("first_password", "至少 8 位"), secret("first_password_again", "再输一遍")
        for name, field in (
            ("user_full_name", self.full_name),
            ("user_name", self.username),
            ("user_until", self.until),
            ("user_role", self.role),
            ("user_division", self.division),
        ):
            field.setObjectName(name)
        for role, word in ROLE_NAMES.items():
            self.role.addItem(word, role)
        self.until.setPlaceholderText("例如 2027年6月30日")
        self.add("姓名", self.full_name)
        if row is None:
            self.add("用户名", self.username)
        self.add("角色", self.role)
        self.add("所管区划", self.division)
        self.add("用到哪一天", self.until, "外部协助人员要填；其他人空着就一直能用。")
        if row is None:
            self.add("密码", self.password)
            self.add("确认密码", self.again)
        else:
            self.full_name.setText(row.full_name)
            self.role.setCurrentIndex(self.role.findData(row.role))
            self.until.setText(day(row.valid_until) if row.valid_until else "")
        self.does.setEnabled(False)
        chosen = actor.division if row is None else row.division
        jobs.task(lambda: below(actor.division), lambda found: self._divisions(found, chosen), owner=self)
        self.act(self._verb_for)

    def _divisions(self, found: Sequence[Division], chosen: str) -> None:
        for division in found:
            self.division.addItem(division_words(division.code), division.code)
        if self.division.findData(chosen) < 0:  # no longer in the list: not somebody else's part instead
            self.division.insertItem(0, f"{division_words(chosen)}（已撤销）", chosen)
        self.division.setCurrentIndex(self.division.findData(chosen))
        self.does.setEnabled(True)

    def _verb_for(self) -> Change[object]:
        role, division, until = Role(self.role.currentData()), str(self.division.currentData()), day_in(self.until)
        full_name, row, kdf = self.full_name.text().strip(), self._row, self._kdf
        if not full_name:
            raise FieldError("请填姓名。")
        if row is not None:
            user_id = row.user_id
            return lambda store, actor, now: people.change_user(
                store, actor, now, user_id, role=role, division=division, valid_until=until, full_name=full_name
            )
        username, password = self.username.text().strip(), twice(self.password, self.again)
        return lambda store, actor, now: people.add_user(
            store,
            actor,
            now,
            username=username,
            full_name=full_name,
            role=role,
            division=division,
            password=password,
            valid_until=until,
            kdf=kdf,
        )


def below(code: str) -> tuple[Division, ...]:
    """A division and what lies below it, from the top."""
    places = gazetteer()
    own = places.division(code)
    found = [] if own is None else [own]
    for child in places.children(code):
        found += below(child.code)
    return tuple(found)
