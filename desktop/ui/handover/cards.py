"""单位名片: this office's own fingerprint to read out, other offices' cards compared by telephone and pinned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN, INSIDE, sized
from desktop.ui.widgets.files import choose_file, choose_where
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, panel, set_role, text
from desktop.ui.widgets.table import Column, RowsModel, make_table, show_rows
from desktop.ui.words import Mark, civil_day, day, division_words
from records.views_handover import CardView, PartnerRow
from workflow import partners

CARDS = "单位名片 (*.tdcard)"
SUFFIX = "tdcard"


def fingerprint_label(name: str) -> QLabel:
    """Eight groups of figures, large enough to be read across a desk."""
    label = text("", "", selectable=True)
    font: QFont = sized(20)
    font.setFixedPitch(True)
    label.setFont(font)
    label.setObjectName(name)
    label.setAccessibleName("指纹")
    return label


def in_two_lines(fingerprint: str) -> str:
    """Four groups and four groups."""
    groups = fingerprint.split(" ")
    half = len(groups) // 2
    return "  ".join(groups[:half]) + "\n" + "  ".join(groups[half:])


def _sensitive(row: PartnerRow) -> Mark | str:
    return Mark("接收", "doubt", "lock") if row.takes_sensitive else "不接收"


def _package(number: int) -> str:
    return f"第 {number} 包" if number else "还没有"


PARTNERS: tuple[Column[PartnerRow], ...] = (
    Column("单位", lambda row: row.office),
    Column("地区", lambda row: division_words(row.division), 200),
    Column("交出", lambda row: _package(row.sent), 96),
    Column("收到", lambda row: _package(row.received), 96),
    Column("特别敏感", _sensitive, 96),
    Column("指纹", lambda row: f"{row.fingerprint[:11]} …", 144),
)


class CompareDialog(QDialog):
    """The other office reads its fingerprint aloud; what is typed is compared as it comes."""

    def __init__(self, jobs: Jobs, path: Path, card: CardView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("核对单位名片")
        self.setMinimumWidth(560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._jobs, self._path, self._card = jobs, path, card
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(card.office, "heading"))
        about = "，接收特别敏感的内容" if card.takes_sensitive else ""
        box.addWidget(
            text(f"{division_words(card.division)}　{day(civil_day(card.made_at))}做的名片{about}", "secondary")
        )
        self.shown = fingerprint_label("card_fingerprint")
        self.shown.setText(in_two_lines(card.fingerprint))
        box.addWidget(self.shown)
        if card.known:
            words = "这个单位的指纹以前核对过，和这张名片上的一样，直接接受就行。"
        else:
            words = "打电话给对方（用你们原来就有的号码，不用名片上带来的），请对方念八组数字，边听边打在下面。"
        box.addWidget(text(words, "", wrap=True))
        self.typed = QLineEdit(card.fingerprint if card.known else "")
        self.typed.setObjectName("read_out")
        self.typed.setAccessibleName("对方念的数字")
        self.typed.setPlaceholderText("对方念的数字，空格可以不打")
        self.typed.setVisible(not card.known)
        self.typed.textChanged.connect(self._compare)
        self.typed.returnPressed.connect(self.accept_card)
        box.addWidget(self.typed)
        self.told = text("", "secondary", wrap=True)
        box.addWidget(self.told)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        self.accepts = button("一样，接受", self.accept_card, role="primary", name="accept_card")
        row.addWidget(self.accepts)
        box.addLayout(row)
        self._compare()
        self.typed.setFocus()

    def _compare(self) -> None:
        typed = [sign for sign in self.typed.text() if sign.isdigit()]
        shown = [sign for sign in self._card.fingerprint if sign.isdigit()]
        wrong = next((n for n, (a, b) in enumerate(zip(typed, shown, strict=False)) if a != b), None)
        same = partners.same_figures(self.typed.text(), self._card.fingerprint)
        self.accepts.setEnabled(same)
        if same:
            set_role(self.told, "confirmed")
            self.told.setText("八组数字都一样。")
        elif wrong is not None:
            set_role(self.told, "error")
            self.told.setText(f"第 {wrong // 5 + 1} 组的第 {wrong % 5 + 1} 个数字不一样。请对方再念一遍这一组。")
        else:
            set_role(self.told, "secondary")
            self.told.setText(f"对了 {len(typed) // 5} 组，共 8 组。" if typed else "")
        self._make_room()

    def _make_room(self) -> None:
        """A layout keeps a window only as high as its words are on one line."""
        layout = self.layout()
        assert layout is not None
        self.setMinimumHeight(layout.totalHeightForWidth(max(self.width(), self.minimumWidth())))

    def accept_card(self) -> None:
        """Pin the card's keys."""
        if not self.accepts.isEnabled():
            return
        self.accepts.setEnabled(False)
        path, typed = self._path, self.typed.text()
        self._jobs.write(
            lambda store, actor, now: partners.trust(store, actor, now, path, typed),
            lambda _changes: self.accept(),
            owner=self,
            failed=self._refused,
        )

    def _refused(self, told: str) -> None:
        self.accepts.setEnabled(True)
        set_role(self.told, "error")
        self.told.setText(told)
        self._make_room()


class CardsPart(QWidget):
    """Emits ``known`` with the partners whenever they are read."""

    known = Signal(object)

    def __init__(self, jobs: Jobs, notice: Notice) -> None:
        super().__init__()
        self._jobs, self._notice = jobs, notice
        self.model: RowsModel[PartnerRow] = RowsModel(PARTNERS, parent=self)
        self.table = make_table(self.model, "partners", "接受过名片的单位")
        self.own: CardView | None = None
        box = column(self, space=BETWEEN)
        mine = panel()
        row = line(mine, space=BETWEEN, around=BETWEEN)
        words = column(space=4)
        self.name = text("", "heading")
        words.addWidget(self.name)
        words.addWidget(text("对方来电话核对时，把这八组数字念给他：", "secondary"))
        row.addLayout(words, 1)
        self.figures = fingerprint_label("own_fingerprint")
        row.addWidget(self.figures)
        box.addWidget(mine)
        box.addLayout(self._deeds())
        self._empty = EmptyState(
            "person",
            "还没有核对过别的单位的名片",
            "第一次交接前互换名片，打电话核对指纹，以后就认得。两边都要做：把本单位的名片交给对方，收下对方的。",
        )
        box.addWidget(self._empty, 1)
        box.addWidget(self.table, 1)
        self.table.hide()

    def _deeds(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        row.addWidget(text("核对过名片的单位", "secondary"), 1)
        self.gives = button("写本单位的名片", self._ask_write, icon="write", name="write_card")
        self.gives_sensitive = button("写名片，并接收特别敏感的内容", self._ask_write_sensitive, name="write_card_all")
        self.takes = button("收下对方的名片", self._ask_look, role="primary", icon="plus", name="look_card")
        for deed in (self.gives_sensitive, self.gives, self.takes):
            row.addWidget(deed)
        self.gives_sensitive.hide()
        return row

    def read(self) -> None:
        """Read this office's figures and the partners."""
        self._jobs.read(
            lambda store, actor: (partners.own_card(store, actor), partners.partners(store, actor)),
            self._show,
            owner=self,
            failed=lambda told: self._notice.say(told, "alarm"),
        )

    def _show(self, found: tuple[CardView, Sequence[PartnerRow]]) -> None:
        self.own, rows = found
        self.name.setText(self.own.office)
        self.figures.setText(in_two_lines(self.own.fingerprint))
        self.gives_sensitive.setVisible(self.own.takes_sensitive)
        show_rows(self.table, self.model, rows, lambda row: row.store_id)
        self.table.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self.known.emit(tuple(rows))

    def _ask_write(self) -> None:
        self._ask_where(sensitive=False)

    def _ask_write_sensitive(self) -> None:
        self._ask_where(sensitive=True)

    def _ask_where(self, *, sensitive: bool) -> None:
        office = self.own.office if self.own is not None else "本单位"
        choose_where(self, "名片写到哪里", f"{office}.{SUFFIX}", CARDS, partial(self.write, sensitive=sensitive))

    def write(self, path: Path, *, sensitive: bool = False) -> None:
        """Write the card, to be given to the other office."""
        self._jobs.write(
            lambda store, actor, now: partners.write_card(store, actor, now, path, sensitive=sensitive),
            lambda _card: self._notice.say(f"名片已写好：{path}。交给对方，对方来电话时念上面的八组数字。", "good"),
            owner=self,
            failed=lambda told: self._notice.say(told, "alarm"),
        )

    def _ask_look(self) -> None:
        choose_file(self, "选对方交来的名片", f"{CARDS};;所有文件 (*)", self.look)

    def look(self, path: Path) -> None:
        """Show the card and compare its fingerprint."""
        self._jobs.read(
            lambda store, actor: partners.look_at_card(store, actor, path),
            lambda card: self._ask_compare(path, card),
            owner=self,
            failed=lambda told: self._notice.say(told, "alarm"),
        )

    def _ask_compare(self, path: Path, card: CardView) -> None:
        dialog = CompareDialog(self._jobs, path, card, self)
        dialog.accepted.connect(lambda: self._accepted(card))
        dialog.open()

    def _accepted(self, card: CardView) -> None:
        self._notice.say(f"已接受{card.office}的名片，可以和它交接了。", "good")
        self.read()
