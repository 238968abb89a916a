"""Where things stand in the verify screen: page left, field right, keys at the foot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QSplitter, QWidget

from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.verify.field_panel import FieldPanel
from desktop.ui.verify.keys import FOOT
from desktop.ui.verify.rest_list import RestList
from desktop.ui.verify.tones import Tone
from desktop.ui.widgets.page_picture import PagePicture
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import Elided, Notice, button, column, keys_foot, line, panel, scrolled, text
from records.views import PlaceView, VerifySheet


class VerifyLayout:
    """The widgets of the verify screen, laid out in ``owner``."""

    def __init__(self, owner: QWidget) -> None:
        self._shown_page = ""
        self._shown_tone = Tone.PLAIN
        self._glancing = False
        self.page = PageView()
        self.field = FieldPanel()
        self.rest = RestList()
        self.notice = Notice()
        self.back = button("返回列表", role="quiet", icon="back", name="back")
        self.place = button("", role="quiet", icon="place", name="place")
        self.keys = button("按键", role="quiet", icon="keys", name="keys")
        self.form = Elided("", "secondary")
        self.which = text("", "secondary")
        for each in (self.back, self.place, self.keys):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the value keeps the keyboard
        box = column(owner, space=0)
        box.addWidget(self._top())
        self._halves = QSplitter(Qt.Orientation.Horizontal)
        self._halves.setHandleWidth(1)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self._left())
        self._halves.addWidget(self._right())
        self._halves.setStretchFactor(0, 2)
        self._halves.setStretchFactor(1, 3)
        self._halves.setSizes([440, 760])
        box.addWidget(self._halves, 1)
        box.addWidget(self._foot())

    def _top(self) -> QFrame:
        top = panel("head")
        top.setFixedHeight(44)
        row = line(top, space=BETWEEN)
        row.setContentsMargins(BETWEEN, 0, BETWEEN, 0)
        row.addWidget(self.back)
        row.addWidget(self.which)
        row.addWidget(self.form, 1)
        row.addWidget(self.place)
        return top

    def _left(self) -> QWidget:
        """The page, and how it is looked at."""
        self._page_side = QWidget()
        self._page_side.setObjectName("screen")
        box = column(self._page_side, space=0)
        row = line(space=0)
        row.setContentsMargins(INSIDE, 4, INSIDE, 4)
        self.whole = button("整页（F9）", role="quiet", name="whole")
        self.tone = button("加深（F6）", role="quiet", name="tone")
        self.turn = button("转向（Shift+F6）", role="quiet", name="turn")
        for each in (self.whole, self.tone, self.turn):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(each)
        row.addStretch()
        box.addLayout(row)
        box.addWidget(self.page, 1)
        return self._page_side

    def _right(self) -> QWidget:
        right = QWidget()
        box = column(right, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, INSIDE)
        box.addWidget(self.notice)
        box.addWidget(self.field)
        box.addWidget(self.rest, 1)
        right.setObjectName("screen")
        scroll = scrolled(right)

        def reach_list() -> None:
            box.activate()  # the layout makes room for the list first
            right.resize(right.width(), right.sizeHint().height())
            scroll.ensureWidgetVisible(self.rest.table)

        self.rest.opened.connect(reach_list)
        return scroll

    def _foot(self) -> QFrame:
        return keys_foot(FOOT[:-1], last=self.keys)

    def show_sheet(self, sheet: VerifySheet, number: int, of: int) -> None:
        """Another registration."""
        self.show_no_page("正在打开纸面")
        self.which.setText(f"第 {number} / {of} 份")
        self.show_form(sheet)
        self.show_place(sheet.place)

    def show_form(self, sheet: VerifySheet) -> None:
        """Which form and round, and what became of a prefilled one."""
        parts = [sheet.form_title, sheet.round_name]
        if sheet.last_time:
            parts.append(f"预填表，改了 {len(sheet.news)} 栏" if sheet.news else "预填表，没有改动")
        self.form.setText(" · ".join(part for part in parts if part))

    def show_place(self, place: PlaceView) -> None:
        """档号 and location of the sheet."""
        where = place.location or "未装盒"
        self.place.setText(f"{place.archive_number or '未编档号'} · {where}（F7）")

    def show_no_page(self, words: str) -> None:
        """The page is on its way, or can't be opened."""
        self._shown_page = ""
        self.page.show_page(QPixmap(), words)

    def show_page(self, page_id: str, page: PagePicture, tone: Tone = Tone.PLAIN) -> None:
        """The page that the field at hand stands on."""
        if (page_id, tone) != (self._shown_page, self._shown_tone):
            self.page.show_picture(page, turned=page_id == self._shown_page)
            self._shown_page, self._shown_tone = page_id, tone
            self.tone.setText(f"{tone.following.value}（F6）")

    def glance(self, on: bool) -> None:
        """The whole page for one look, and near the field again afterwards."""
        if on and not self.page.whole:
            self._glancing = True
            self.page.show_whole(True)
        elif not on and self._glancing:
            self._glancing = False
            self.page.show_whole(False)

    def fold_page(self) -> None:
        """Give the whole width to the field, or take it back."""
        self._page_side.setVisible(not self._page_side.isVisible())
