"""Files that the window is given, chosen or dragged, those it is to write, and those it wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_file(parent: QWidget, title: str, kinds: str, chosen: Callable[[Path], object]) -> None:
    """Ask for a file that is there; ``kinds`` as Qt's filters. The window goes on meanwhile."""
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, chosen)


def choose_where(parent: QWidget, title: str, name: str, kinds: str, chosen: Callable[[Path], object]) -> None:
    """Ask where a file is to be written, ``name`` being proposed; what is typed without a suffix gets that one's."""
    dialog = QFileDialog(parent, title, name, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(PurePath(name).suffix.removeprefix("."))
    _open(dialog, chosen)


def _open(dialog: QFileDialog, chosen: Callable[[Path], object]) -> None:
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def opens(path: Path) -> Callable[[], object]:
    """The deed of a notice that tells of a file: the computer opens it with whatever it opens such files with."""
    return lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def dropped(event: QDropEvent) -> list[Path]:
    """The files and folders of this computer that are dragged here, or were dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


class FileDrop(QObject):
    """A single file may be dropped onto ``widget``, and ``given`` gets it."""

    def __init__(self, widget: QWidget, given: Callable[[Path], object]) -> None:
        super().__init__(widget)
        self._given = given
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.DragEnter, QEvent.Type.Drop) or not isinstance(event, QDropEvent):
            return False
        files = dropped(event)
        if len(files) == 1:
            event.acceptProposedAction()
            if event.type() is QEvent.Type.Drop:
                self._given(files[0])
        return True
