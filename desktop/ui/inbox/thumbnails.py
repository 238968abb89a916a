"""Small pictures of pages: read behind when they are looked at, one at a time, and kept in memory within a limit.

What scrolls past is not read: only the last wish counts. Nothing of it is ever on the disk outside the vault.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop.jobs import Jobs
from desktop.ui.widgets.page_picture import decoded
from workflow import verify

MOST_BYTES = 48 << 20  # 400 to 1,500 pages, by the screen's scale; what is looked at again later is read again


class Thumbnails(QObject):
    """``came`` names a page whose picture is there now."""

    came = Signal(str)

    def __init__(self, jobs: Jobs, room: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._room = room
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._bytes = 0
        self._wanted: list[str] = []
        self._reading = ""
        self._refused: set[str] = set()
        self.ratio = 1.0

    @property
    def bytes(self) -> int:
        """How much the kept pictures take."""
        return self._bytes

    def get(self, page_id: str) -> QPixmap | None:
        """The picture, None while it isn't here."""
        picture = self._kept.get(page_id)
        if picture is not None:
            self._kept.move_to_end(page_id)
        return picture

    def want(self, page_ids: Sequence[str]) -> None:
        """These are on the screen, in this order; what was wanted before and hasn't come is not read any more."""
        self._wanted = [page for page in page_ids if page not in self._kept and page not in self._refused]
        self._next()

    def drop(self, page_ids: Sequence[str]) -> None:
        """Their pictures are about to be others."""
        for page_id in page_ids:
            self._refused.discard(page_id)
            picture = self._kept.pop(page_id, None)
            if picture is not None:
                self._bytes -= _bytes(picture)

    def forget(self) -> None:
        """No picture stays."""
        self._wanted.clear()
        self._kept.clear()
        self._refused.clear()
        self._bytes = 0

    def _next(self) -> None:
        if self._reading or not self._wanted:
            return
        self._reading = page_id = self._wanted.pop(0)
        room = self._room * self.ratio
        self._jobs.read(
            lambda store, actor: decoded(verify.page_image(store, actor, page_id), room),
            partial(self._came, page_id, self.ratio),
            owner=self,
            failed=lambda _told: self._came(page_id, 1.0, QImage()),
        )

    def _came(self, page_id: str, ratio: float, image: QImage) -> None:
        self._reading = ""
        if image.isNull():
            self._refused.add(page_id)  # damaged, or for named persons only: asking again says nothing else
        else:
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(ratio)
            self.drop([page_id])
            self._kept[page_id] = picture
            self._bytes += _bytes(picture)
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                _oldest, gone = self._kept.popitem(last=False)
                self._bytes -= _bytes(gone)
            self.came.emit(page_id)
        self._next()


def _bytes(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
