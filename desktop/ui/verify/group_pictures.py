"""Cuts the crops of a group out of the viewing copies, behind, and keeps nothing but the crops."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from desktop.jobs import Jobs
from desktop.ui.verify.group_model import Place, place_of
from desktop.ui.widgets.page_picture import decoded
from records.views_group import GroupCrop
from workflow import verify

MARGIN = 0.18  # of the box's height, of paper around it
PRINTED_MARGIN = 0.05
DOUBT, TICKED = QColor("#C98A00"), QColor("#1F6391")


class GroupPictures(QObject):
    """``came`` carries crops cut from one page."""

    came = Signal(object)  # dict[Place, QPixmap]

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._asked: set[Place] = set()

    def forget(self) -> None:
        """Another group: everything may be asked for again."""
        self._asked.clear()

    def want(self, crops: Sequence[GroupCrop]) -> None:
        """These are about to be looked at; each page is opened once for all that stand on it."""
        by_page: dict[str, list[GroupCrop]] = {}
        for crop in crops:
            if place_of(crop) not in self._asked:
                self._asked.add(place_of(crop))
                by_page.setdefault(crop.page_id, []).append(crop)
        for page_id, wanted in by_page.items():
            self._jobs.read(
                lambda store, actor, page_id=page_id, wanted=wanted: cut(  # type: ignore[misc]  # defaults bind the loop
                    verify.page_image(store, actor, page_id), wanted
                ),
                partial(self._cut, frozenset(place_of(crop) for crop in wanted)),
                owner=self,
                failed=lambda _told: None,  # it stays unseen, and so can't be accepted
            )

    def _cut(self, places: frozenset[Place], images: dict[Place, QImage]) -> None:
        if places <= self._asked:
            self.came.emit({place: QPixmap.fromImage(image) for place, image in images.items()})


def cut(jpeg: bytes, crops: Sequence[GroupCrop]) -> dict[Place, QImage]:
    """The crops of one page, doubtful characters and ticked boxes outlined."""
    page = decoded(jpeg)
    return {place_of(crop): _cut_one(page, crop) for crop in crops}


def _cut_one(page: QImage, crop: GroupCrop) -> QImage:
    box = QRect(*crop.box)
    around = round(box.height() * (PRINTED_MARGIN if crop.printed else MARGIN))
    whole = box.adjusted(-around, -around, around, around).intersected(page.rect())
    image = page.copy(whole).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = max(2.0, whole.height() / 40)
    marked = [(doubt.box, DOUBT) for doubt in crop.doubts if doubt.box is not None]
    marked += [(ticked, TICKED) for ticked in crop.ticked]
    for place, colour in marked:
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(QRectF(QRect(*place).translated(-whole.topLeft())).adjusted(-2, -2, 2, 2), 3, 3)
    painter.end()
    return image
