"""Pages decoded on the threads of ``desktop.jobs``, without holding the window up.

``QImageReader.read`` lets other threads run while it decodes. ``QImage.fromData``, and nearly everything else that
QImage does, does not: decoding a page that way on another thread stops the window for as long (measured: 35 ms each).
"""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

HALVINGS = 2


class PagePicture:
    """A page, and half and a quarter of it: thin lines stay lines when a page is drawn small."""

    def __init__(self, whole: QImage, *smaller: QImage) -> None:
        self.images = (whole, *smaller)

    @cached_property
    def pixmaps(self) -> tuple[QPixmap, ...]:
        """The whole one first. For the window's thread."""
        return tuple(QPixmap.fromImage(image) for image in self.images)

    @property
    def whole(self) -> QPixmap:
        return self.pixmaps[0]


def page_picture(jpeg: bytes) -> PagePicture:
    """All sizes of a page, each decoded at its size, which is quicker than shrinking it. Damaged: a null picture."""
    whole = decoded(jpeg)
    return PagePicture(whole, *(decoded(jpeg, whole.size() / 2**by) for by in range(1, HALVINGS + 1)))


def decoded(jpeg: bytes, room: QSize | None = None) -> QImage:
    """The picture, or one that fits into the room, decoded at that size. A damaged one is null."""
    buffer = QBuffer()
    buffer.setData(QByteArray(jpeg))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(b"jpeg"))
    whole = reader.size()
    if room is not None and whole.isValid():
        reader.setScaledSize(whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()
