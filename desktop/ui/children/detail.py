"""The child at hand: what the list says in short, and where every sheet of paper lies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.page_picture import PagePicture, page_picture
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import button, column, line, rule, scrolled, text
from desktop.ui.words import day
from records.views import ChildRow, SheetPlaceRow
from workflow import cross_reference, verify

READ_MS = 120  # an arrow key that is held passes children whose papers nobody wants to see


class ChildDetail(QFrame):
    """Follows the selection of the list; ``open_registration`` shows the record, ``open_child`` all there is."""

    open_registration = Signal(str)
    open_child = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(304)
        self._jobs = jobs
        self._child: ChildRow | None = None
        self._page = ""
        self._soon = QTimer(self, singleShot=True, interval=READ_MS)
        self._soon.timeout.connect(self._read)
        whole = column(self, space=INSIDE, around=BETWEEN)
        content = QWidget()
        box = column(content, space=INSIDE)
        self.name = text("", "heading", wrap=True)
        self.lines = text("", "secondary", wrap=True)
        box.addWidget(self.name)
        box.addWidget(self.lines)
        box.addWidget(rule())
        box.addWidget(text("纸质件"))
        self._sheets = QWidget()
        self._sheet_box: QVBoxLayout = column(self._sheets, space=INSIDE)
        box.addWidget(self._sheets)
        self.view = PageView(follows=False)
        self.view.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # as high as there is room
        box.addWidget(self.view, 1)
        whole.addWidget(scrolled(content, "孩子和纸质件"), 1)  # on a low screen the buttons below stay in sight
        row = line()
        row.addStretch()
        row.addWidget(button("看登记表", self._open, icon="verify", name="open_record"))
        row.addWidget(button("打开档案页", self._open_page, icon="person", role="primary", name="open_child"))
        whole.addLayout(row)
        self.hide()

    def show_child(self, child: ChildRow | None) -> None:
        """Another child, or none."""
        if child is None or self._child is None or child.child_id != self._child.child_id:
            self._clear()  # no paper of the one before stands under this one's name
        self._child = child
        self.setVisible(child is not None)
        if child is None:
            return
        age = f"{child.age}岁" if child.age is not None else ""
        self.name.setText("　".join(part for part in (child.name, child.sex, age) if part))
        said = (
            ("户籍", child.household),
            ("现居住地", child.residence),
            ("报送", child.reporting),
            ("核对日期", day(child.verified_on)),
        )
        self.lines.setText("\n".join(f"{word}　{value}" for word, value in said if value))
        self._soon.start()

    def _read(self) -> None:
        if self._child is None:
            return
        child_id = self._child.child_id
        self._jobs.read(
            lambda store, actor: cross_reference.sheet_places(store, actor, child_id),
            partial(self._show_sheets, child_id),
            owner=self,
        )

    def _show_sheets(self, child_id: str, sheets: Sequence[SheetPlaceRow]) -> None:
        if self._child is None or self._child.child_id != child_id:
            return
        self._clear()
        for sheet in sheets:
            self._sheet_box.addWidget(self._sheet(sheet))
        first = next((page for sheet in sheets for page in sheet.page_ids), "")
        self._show_page(first)

    def _clear(self) -> None:
        while self._sheet_box.count():
            widget = self._sheet_box.takeAt(0).widget()
            if widget is not None:
                widget.deleteLater()
        self._page = ""
        self.view.show_page(QPixmap(), "正在打开纸面")

    def _sheet(self, sheet: SheetPlaceRow) -> QWidget:
        holder = QWidget()
        box = column(holder, space=4)
        box.addWidget(text(sheet.archive_number or "未编档号", selectable=True))
        row = line(space=4)
        row.addWidget(text(sheet.location or "未装盒", "secondary"), 1)
        for number, page in enumerate(sheet.page_ids, start=1):
            shows = button(f"第 {number} 面", partial(self._show_page, page), role="quiet")
            row.addWidget(shows)
        box.addLayout(row)
        return holder

    def _show_page(self, page_id: str) -> None:
        self._page = page_id
        self.view.show_page(QPixmap(), "正在打开纸面" if page_id else "没有纸面图像")
        if page_id:
            self._jobs.read(
                lambda store, actor: page_picture(verify.page_image(store, actor, page_id)),
                partial(self._picture, page_id),
                owner=self,
                failed=lambda told: self.view.show_page(QPixmap(), told),
            )

    def _picture(self, page_id: str, picture: PagePicture) -> None:
        if page_id == self._page:
            self.view.show_picture(picture, "没有纸面图像")

    def _open(self) -> None:
        if self._child is not None:
            self.open_registration.emit(self._child.registration_id)

    def _open_page(self) -> None:
        if self._child is not None:
            self.open_child.emit(self._child.child_id)
