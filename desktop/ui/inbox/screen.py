"""收件箱: drop or choose files, watch them being read, see to those that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QStandardPaths, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QInputDialog,
    QSplitter,
    QStackedLayout,
    QTreeView,
    QWidget,
)

from desktop.jobs import Jobs
from desktop.ui.inbox.detail import Detail
from desktop.ui.inbox.intake_queue import IntakeQueue, told
from desktop.ui.inbox.model import InboxModel
from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.parts import EmptyState, Notice, button, column, line, panel, text
from desktop.ui.widgets.table import MarkDelegate
from records.views import InboxView, PageState
from workflow import intake
from workflow.blank_forms import MOST, write_blank
from workflow.changes import Changes
from workflow.intake import TakeIn, Taken

SUFFIXES = "*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp *.pdf"
REFRESH_MS = 150  # changes that come in a burst are read once


class InboxScreen(QWidget):
    """Everything that was delivered. ``counted`` tells the frame how much waits."""

    counted = Signal(int)
    drafts_counted = Signal(int)
    open_registration = Signal(str)
    open_drafts = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.setAcceptDrops(True)
        self._jobs = jobs
        self._resumed = False
        self.model = InboxModel(self)
        self.queue = IntakeQueue(jobs, self)
        self.queue.progressed.connect(self._taking_in)
        self.queue.finished.connect(self._taken_in)
        self.notice = Notice()
        self.detail = Detail(jobs)
        self.detail.queued.connect(jobs.recognise)
        self.detail.open_registration.connect(self.open_registration)
        self.tree = self._make_tree()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read)
        self._lay_out()
        jobs.changed.connect(self._changed)
        jobs.recognising.connect(self._recognising)
        self.read()

    # -- building -----------------------------------------------------------------------------------------------------

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setObjectName("inbox")
        tree.setAccessibleName("收件箱")
        tree.setModel(self.model)
        tree.setItemDelegate(MarkDelegate(tree))
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setIndentation(24)
        header = tree.header()
        header.setStretchLastSection(True)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        tree.setColumnWidth(0, 232)
        tree.setColumnWidth(1, 152)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.selectionModel().currentChanged.connect(self._at_hand)
        return tree

    def _lay_out(self) -> None:
        box = column(self, space=BETWEEN)
        box.setContentsMargins(AROUND, BETWEEN, AROUND, BETWEEN)
        box.addWidget(self._make_drop())
        box.addWidget(self.notice)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setChildrenCollapsible(False)
        self._parts.setHandleWidth(BETWEEN)
        self._parts.setStyleSheet("QSplitter::handle { background: transparent; }")
        self._parts.addWidget(self.tree)
        self._parts.addWidget(self.detail)
        self._parts.setStretchFactor(0, 3)
        self._parts.setStretchFactor(1, 2)
        self._parts.setSizes([736, 432])
        holder = QWidget()
        self._either = QStackedLayout(holder)
        self._either.addWidget(
            EmptyState(
                "inbox",
                "收件箱是空的",
                "扫描或拍照得到的登记表放进来以后，会自动识别，再到“待核对”里看一遍没有把握的地方。\n"
                "收下的文件加密保存，原来的文件不会改动。还没有填好的表，可以先打印空白表发下去。",
                button("打印空白表", self._ask_blank, icon="print", name="print_blank"),
            )
        )
        self._either.addWidget(self._parts)
        box.addWidget(holder, 1)

    def _make_drop(self) -> QWidget:
        self.drop = panel("drop")
        self.drop.setFixedHeight(64)
        row = line(self.drop, space=INSIDE)
        row.setContentsMargins(BETWEEN, 0, BETWEEN, 0)
        self.drop_words = text("把扫描件、照片或文件夹拖到这里")
        row.addWidget(self.drop_words)
        row.addWidget(text("JPG、PNG、TIFF、PDF，可以一次放几百份", "secondary"))
        row.addStretch()
        self.halt = button("停止收件", self.queue.stop, role="quiet", icon="stop")
        self.halt.hide()
        row.addWidget(self.halt)
        row.addWidget(button("选文件夹", self._choose_folder, icon="folder", name="choose_folder"))
        self.choose_files = button("选文件", self._choose_files, role="primary", icon="plus", name="choose_files")
        row.addWidget(self.choose_files)
        return self.drop

    # -- files come in ------------------------------------------------------------------------------------------------

    def _choose_files(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(
            self, "选要识别的文件", "", f"扫描件和照片 ({SUFFIXES});;所有文件 (*)"
        )
        self.take_in([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "选装有扫描件的文件夹", documents())
        self.take_in([Path(name)] if name else [])

    def take_in(self, paths: Sequence[Path]) -> None:
        """Take in these files and folders."""
        if paths:
            self.notice.drop()
            self.queue.add(paths)

    def _taking_in(self, done: int, total: int) -> None:
        self.drop_words.setText(f"正在收件 {done} / {total}")
        self.halt.show()

    def _taken_in(self, results: tuple[TakeIn, ...]) -> None:
        self.drop_words.setText("把扫描件、照片或文件夹拖到这里")
        self.halt.hide()
        first = next((result.source_id for result in results if isinstance(result, Taken)), "")
        rows = [row for row, source in enumerate(self.model.sources) if source.source_id == first]
        if rows:  # what just came in is read from its top
            self.tree.scrollTo(self.model.index(rows[0], 0), QAbstractItemView.ScrollHint.PositionAtTop)
        words, role = told(results) if results else ("这里没有可以识别的文件。", "note")
        self.notice.say(words, role)
        self._jobs.recognise()

    # -- forms to send out --------------------------------------------------------------------------------------------

    def _ask_blank(self) -> None:
        copies, sure = QInputDialog.getInt(
            self, "打印空白表", f"要几份（1 到 {MOST}，每份编号不同，正反两面）", 20, 1, MOST
        )
        if not sure:
            return
        name, _kind = QFileDialog.getSaveFileName(self, "空白表写到哪里", "空白登记表.pdf", "PDF (*.pdf)")
        if name:
            self.write_blank(Path(name), copies)

    def write_blank(self, path: Path, copies: int) -> None:
        """Write blank forms and say where they are."""
        self._jobs.task(
            lambda: write_blank(path, copies),
            lambda _path: self.notice.say(
                f"空白表已写好：{path}，{copies} 份。打印时选双面、实际大小（不要缩放）。",
                "good",
                action="打开",
                act=lambda: _open(path),
            ),
            owner=self,
            failed=lambda told: self.notice.say(told, "alarm"),
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._over(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._over(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.take_in(paths)

    def _over(self, on: bool) -> None:
        self.drop.setProperty("over", "true" if on else "false")
        self.drop.style().unpolish(self.drop)
        self.drop.style().polish(self.drop)

    # -- what is here -------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The screen is shown."""
        (self.tree if self.model.sources else self.choose_files).setFocus()
        self.read()

    def read(self) -> None:
        """Read the inbox again."""
        self._jobs.read(intake.inbox, self._show, owner=self)

    def _changed(self, changes: Changes) -> None:
        # answers given in the verify screen change registrations only; the inbox reads again when it is entered
        if (changes.sources or changes.pages) and not self._refresh.isActive():
            self._refresh.start()

    def _recognising(self, on: bool) -> None:
        if not on:
            self.read()

    def _show(self, view: InboxView) -> None:
        self.model.set_view(view)
        self._either.setCurrentIndex(1 if view.sources else 0)
        self._at_hand(self.tree.currentIndex())
        failed = sum(page.state is PageState.FAILED for source in view.sources for page in source.pages)
        self.counted.emit(view.waiting + failed)
        self.drafts_counted.emit(view.drafts)
        # the state in the store is the queue: what an earlier run left is simply gone on with
        if view.waiting and not self._resumed and not self._jobs.is_recognising and not self.queue.busy:
            self._jobs.recognise()
        self._resumed = True

    def _at_hand(self, index: QModelIndex, _was: QModelIndex | None = None) -> None:
        self.detail.show_row(self.model.source_at(index), self.model.page_at(index))


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def documents() -> str:
    """Where file dialogs begin."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return str(folder if folder.is_dir() else Path.home())
