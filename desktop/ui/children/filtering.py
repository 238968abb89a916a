"""Filters of the list of children: chosen by name, made of a few questions, kept for oneself or for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.gate import add_field, fields_grid
from desktop.ui.widgets.parts import Choice, button, column, line, text
from desktop.ui.words import division_words
from records.views import Actor
from records.views_kept import EVERYBODY, ChildFilter, KeptFilter
from workflow import children, kept_views
from workflow.permissions import RIGHTS, Right

OLDEST = 18
SEXES = (("", "不限"), ("1", "男"), ("2", "女"))
LISTED = ((None, "不限"), (False, "在册"), (True, "已退出"))
CONCERN = ((None, "不限"), (True, "已确定为重点关爱"), (False, "不是"))
VISITS = ((False, "不限"), (True, "走访逾期"))
REPORTED = ((None, "不限"), (False, "还没报送"), (True, "报送过"))


def sentence(wanted: ChildFilter) -> str:
    """A filter as it is read: 黄松甸镇 · 女 · 6–12岁 · 走访逾期."""
    ages = ""
    if wanted.age_from is not None or wanted.age_to is not None:
        low = "" if wanted.age_from is None else str(wanted.age_from)
        high = "" if wanted.age_to is None else str(wanted.age_to)
        ages = f"{low}–{high}岁" if low and high else f"{low}岁以上" if low else f"{high}岁以下"
    parts = (
        dict(LISTED)[wanted.exited] if wanted.exited is not None else "",
        division_words(wanted.division).removeprefix("吉林市") if wanted.division else "",
        dict(SEXES)[wanted.sex] if wanted.sex else "",
        ages,
        {True: "重点关爱", False: "不是重点关爱", None: ""}[wanted.concern],
        "走访逾期" if wanted.overdue else "",
        dict(REPORTED)[wanted.reported] if wanted.reported is not None else "",
    )
    return " · ".join(part for part in parts if part)


class Filters(QObject):
    """``choice`` lists the names, ``edits`` opens the questions; ``changed`` says that others pass now."""

    changed = Signal()

    def __init__(self, jobs: Jobs, actor: Actor, parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs, self._actor, self._screen = jobs, actor, parent
        self.wanted = EVERYBODY
        self.kept: tuple[KeptFilter, ...] = ()
        self.choice = Choice()
        self.choice.setObjectName("filter")
        self.choice.setAccessibleName("筛选")
        self.choice.setMinimumWidth(136)
        self.choice.setMaximumWidth(200)
        self.choice.activated.connect(self._chosen)
        self.edits = button("改筛选", self.ask, role="quiet", name="edit_filter")

    def read(self) -> None:
        """Read the names again."""
        self._jobs.read(kept_views.filters, self._show, owner=self)

    def _show(self, kept: Sequence[KeptFilter]) -> None:
        self.kept = tuple(kept)
        self.choice.clear()
        for each in self.kept:
            self.choice.addItem(each.name, each.filter)
        at = next((n for n, each in enumerate(self.kept) if each.filter == self.wanted), -1)
        if at < 0:
            self.choice.addItem("没有存下的筛选", self.wanted)
            at = self.choice.count() - 1
        self.choice.setCurrentIndex(at)

    def _chosen(self, at: int) -> None:
        self.take(self.choice.itemData(at))

    def take(self, wanted: ChildFilter) -> None:
        """From now on only who passes this."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.changed.emit()
        self._show(self.kept)

    def ask(self) -> None:
        """The questions, as they are answered now."""
        named = next((each for each in self.kept if each.filter == self.wanted and each.view_id), None)
        self._jobs.read(children.places, partial(self._ask, named), owner=self)

    def _ask(self, named: KeptFilter | None, places: Sequence[tuple[str, str]]) -> None:
        dialog = FilterDialog(self._jobs, self._actor, self.wanted, named, places, self._screen)
        dialog.chosen.connect(self.take)
        dialog.kept.connect(self.read)
        dialog.open()


class FilterDialog(QDialog):
    """``chosen`` carries the filter; ``kept`` says that names have changed."""

    chosen = Signal(object)
    kept = Signal()

    def __init__(
        self,
        jobs: Jobs,
        actor: Actor,
        wanted: ChildFilter,
        named: KeptFilter | None,
        places: Sequence[tuple[str, str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("筛选")
        self.setMinimumWidth(520)
        self._jobs, self._named = jobs, named
        self._administers = actor.role in RIGHTS[Right.ADMINISTER]
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("列出哪些儿童", "heading"))
        grid = fields_grid()
        self.exited = _choice("filter_exited", LISTED, wanted.exited)
        self.place = _choice("filter_place", (("", "不限"), *places), wanted.division)
        self.sex = _choice("filter_sex", SEXES, wanted.sex)
        self.age_from, self.age_to = _age("filter_age_from", wanted.age_from), _age("filter_age_to", wanted.age_to)
        self.concern = _choice("filter_concern", CONCERN, wanted.concern)
        self.overdue = _choice("filter_overdue", VISITS, wanted.overdue)
        self.reported = _choice("filter_reported", REPORTED, wanted.reported)
        add_field(grid, "在册", self.exited)
        add_field(grid, "现居住地", self.place)
        add_field(grid, "性别", self.sex)
        add_field(grid, "年龄", self._ages())
        add_field(grid, "重点关爱", self.concern)
        add_field(grid, "走访", self.overdue)
        add_field(grid, "报送", self.reported)
        self.name = QLineEdit(named.name if named is not None else "")
        self.name.setObjectName("filter_name")
        self.name.setPlaceholderText("只用这一次，就空着")
        self.name.returnPressed.connect(self.take)
        add_field(grid, "存成", self.name)
        self.shared = QCheckBox("给大家都能用")
        self.shared.setObjectName("filter_shared")
        self.shared.setChecked(named is not None and named.shared)
        self.shared.setVisible(self._administers)
        grid.addWidget(self.shared, grid.rowCount(), 1)
        box.addLayout(grid)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        box.addWidget(self.told)
        box.addLayout(self._foot())
        self.finished.connect(self.deleteLater)
        self.exited.setFocus()

    def _ages(self) -> QWidget:
        holder = QWidget()
        row = line(holder, space=INSIDE)
        self.age_from.setAccessibleName("年龄从几岁")
        self.age_to.setAccessibleName("年龄到几岁")
        for part in (self.age_from, text("到"), self.age_to, text("岁")):
            row.addWidget(part)
        row.addStretch()
        holder.setFocusProxy(self.age_from)
        return holder

    def _foot(self) -> QHBoxLayout:
        row = line()
        self.removes = button("删去这个筛选", self.remove, role="quiet", name="remove_filter")
        own = self._named is not None and (self._administers or not self._named.shared)
        self.removes.setVisible(own)
        row.addWidget(self.removes)
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("这样列", self.take, role="primary", name="take_filter"))
        return row

    @property
    def wanted(self) -> ChildFilter:
        """As it is answered now."""
        return ChildFilter(
            exited=self.exited.currentData(),
            division=str(self.place.currentData() or ""),
            sex=str(self.sex.currentData() or ""),
            age_from=_number(self.age_from),
            age_to=_number(self.age_to),
            concern=self.concern.currentData(),
            overdue=bool(self.overdue.currentData()),
            reported=self.reported.currentData(),
        )

    def take(self) -> None:
        """Use it, and keep it where it has a name."""
        wanted, name, shared = self.wanted, self.name.text().strip(), self.shared.isChecked()
        if wanted.age_from is not None and wanted.age_to is not None and wanted.age_from > wanted.age_to:
            self._say("年龄的前一个数不能比后一个大。")
            return
        if not name:
            self._done(wanted)
            return
        self._jobs.write(
            lambda store, actor, now: kept_views.keep_filter(store, actor, now, name, wanted, shared=shared),
            lambda _changes: self._done(wanted),
            owner=self,
            failed=self._say,
        )

    def _done(self, wanted: ChildFilter) -> None:
        self.accept()
        self.chosen.emit(wanted)
        self.kept.emit()

    def remove(self) -> None:
        """The filter that was opened goes; the list stays as it is."""
        named = self._named
        if named is None:
            return
        self._jobs.write(
            lambda store, actor, now: kept_views.remove_filter(store, actor, now, named.view_id),
            lambda _changes: self._removed(),
            owner=self,
            failed=self._say,
        )

    def _removed(self) -> None:
        self.accept()
        self.kept.emit()

    def _say(self, told: str) -> None:
        self.told.setText(told)
        self.told.show()


def _choice(name: str, pairs: Sequence[tuple[object, str]], value: object) -> Choice:
    made = Choice()
    made.setObjectName(name)
    for data, words in pairs:
        made.addItem(words, data)
    at = next((n for n, (data, _words) in enumerate(pairs) if data is value or data == value), 0)
    made.setCurrentIndex(at)
    return made


def _age(name: str, value: int | None) -> QLineEdit:
    made = QLineEdit("" if value is None else str(value))
    made.setObjectName(name)
    made.setValidator(QIntValidator(0, OLDEST, made))
    made.setFixedWidth(64)
    return made


def _number(entry: QLineEdit) -> int | None:
    return int(entry.text()) if entry.text().isdecimal() else None
