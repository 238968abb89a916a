"""Beside the list: the page at hand, what is wrong with it, and what one can do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLineEdit

from desktop.jobs import Change, Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.page_view import PageView
from desktop.ui.widgets.parts import Elided, button, column, line, set_role, text
from desktop.ui.words import page_mark
from records.views import PageRow, PageState, SourceRow, SourceState
from workflow import intake, verify
from workflow.changes import Changes


class Detail(QFrame):
    """``queued`` says that something waits to be read (again); ``open_registration`` asks for the verify screen."""

    queued = Signal()
    open_registration = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setMinimumWidth(320)
        self._jobs = jobs
        self._source: SourceRow | None = None
        self._page: PageRow | None = None
        self._shown_page: str | None = None
        box = column(self, space=INSIDE, around=BETWEEN)
        self.name = Elided("", "heading")
        self.told = text("", "secondary", wrap=True)
        self.view = PageView(follows=False)
        self.password = QLineEdit()
        self.password.setObjectName("source_password")
        self.password.setPlaceholderText("文件的打开密码")
        self.password.setAccessibleName("文件的打开密码")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self._supply)
        self.supply = button("打开", self._supply, role="primary", name="supply_password")
        self.retry = button("再读一次", self._retry, icon="again", name="retry")
        self.aside = button("搁置", self._aside, icon="aside", name="set_aside")
        self.back = button("放回来", self._back, icon="back", name="bring_back")
        self.open = button("去核对", self._open, role="primary", name="open_registration")
        for part in (self.name, self.told):
            box.addWidget(part)
        row = line()
        row.addWidget(self.password, 1)
        row.addWidget(self.supply)
        box.addLayout(row)
        box.addWidget(self.view, 1)
        box.addStretch(0)
        row = line()
        for each in (self.retry, self.aside, self.back):
            row.addWidget(each)
        row.addStretch()
        row.addWidget(self.open)
        box.addLayout(row)
        self.show_row(None, None)

    def show_row(self, source: SourceRow | None, page: PageRow | None) -> None:
        """Show a file, or one page of it."""
        self._source, self._page = source, page
        self.setVisible(source is not None)
        if source is None:
            return
        self.name.setText(
            source.name if page is None or len(source.pages) == 1 else f"{source.name} 第 {page.number} 页"
        )
        self._say(source, page)
        refused = source.state is SourceState.REFUSED
        locked = refused and "密码" in source.reason
        self.password.setVisible(locked)
        self.supply.setVisible(locked)
        state = page.state if page is not None else None
        self.retry.setVisible((refused and not locked) or state is PageState.FAILED)
        self.aside.setVisible(state in {PageState.READ, PageState.FAILED})
        self.back.setVisible(state is PageState.SET_ASIDE and page is not None and page.duplicate_of is None)
        self.open.setVisible(state is PageState.PLACED)
        self._show_picture(page)

    def _say(self, source: SourceRow, page: PageRow | None) -> None:
        if source.state is SourceState.REFUSED:
            role, words = "error", source.reason
        elif page is not None:
            mark = page_mark(page)
            role = mark.role if mark.role in {"error", "doubt"} else "secondary"
            words = page.reason or f"{mark.word}　{page.form_title}"
        else:
            role, words = "secondary", f"{len(source.pages)} 页，选一页看内容。" if source.pages else "等待识别。"
        set_role(self.told, role)
        self.told.setText(words)

    def _show_picture(self, page: PageRow | None) -> None:
        wanted = page.page_id if page is not None and page.state is not PageState.RECEIVED else ""
        if wanted == self._shown_page:
            return
        self._shown_page = wanted
        self.view.setVisible(bool(wanted))
        self.view.show_page(QPixmap(), "正在打开")
        if wanted:
            self._jobs.read(
                lambda store, actor: QImage.fromData(verify.page_image(store, actor, wanted)),
                partial(self._picture, wanted),
                owner=self,
                failed=lambda told: self.view.show_page(QPixmap(), told),
            )

    def _picture(self, page_id: str, image: QImage) -> None:
        if page_id == self._shown_page:
            self.view.show_page(QPixmap.fromImage(image), "这一页没有图像")

    # -- what one can do ----------------------------------------------------------------------------------------------

    def _change(self, call: Change[Changes]) -> None:
        self._jobs.write(call, lambda _changes: self.queued.emit(), owner=self, failed=self._failed)

    def _supply(self) -> None:
        source, given = self._source, self.password.text()
        if source is None or not given:
            self.password.setFocus()
            return
        self.password.clear()
        self._change(lambda store, actor, now: intake.supply_password(store, actor, now, source.source_id, given))

    def _retry(self) -> None:
        source, page = self._source, self._page
        if source is not None and source.state is SourceState.REFUSED:
            self._change(lambda store, actor, now: intake.retry_source(store, actor, now, source.source_id))
        elif page is not None:
            self._change(lambda store, actor, now: intake.retry(store, actor, now, page.page_id))

    def _aside(self) -> None:
        page = self._page
        if page is not None:
            self._change(lambda store, actor, now: intake.set_aside(store, actor, now, page.page_id))

    def _back(self) -> None:
        page = self._page
        if page is not None:
            self._change(lambda store, actor, now: intake.bring_back(store, actor, now, page.page_id))

    def _open(self) -> None:
        if self._page is not None and self._page.registration_id is not None:
            self.open_registration.emit(self._page.registration_id)

    def _failed(self, told: str) -> None:
        set_role(self.told, "error")
        self.told.setText(told)
