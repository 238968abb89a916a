"""The pictures of the registration at hand, and of no other: children's papers don't pile up in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Jobs
from desktop.ui.verify.tones import Tone, toned
from desktop.ui.widgets.page_picture import PagePicture, page_picture
from records.views import VerifyPage
from workflow import verify


class Pages(QObject):
    """Reads the viewing copies behind; ``came`` names a page whose picture is there, or can't be opened."""

    came = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._wanted: frozenset[str] = frozenset()
        self._pictures: dict[str, PagePicture] = {}
        self._toned: dict[str, PagePicture] = {}
        self._refused: dict[str, str] = {}
        self._tone = Tone.PLAIN

    def show(self, pages: Sequence[VerifyPage], ready: Mapping[str, PagePicture] | None = None) -> None:
        """These pages now, ``ready`` those that were read ahead; pictures of others are let go."""
        self._wanted = frozenset(page.page_id for page in pages)
        self._toned.clear()
        self._refused.clear()
        known = {**self._pictures, **(ready or {})}
        self._pictures = {key: picture for key, picture in known.items() if key in self._wanted}
        for page in pages:
            if page.page_id not in self._pictures:
                self._read(page.page_id)

    def forget(self) -> None:
        """No picture stays."""
        self._wanted = frozenset()
        self._pictures.clear()
        self._toned.clear()
        self._refused.clear()

    def picture(self, page_id: str) -> PagePicture | None:
        """The picture in the tone at hand, None while it is on its way or where it can't be opened."""
        plain = self._pictures.get(page_id)
        if plain is None or self._tone is Tone.PLAIN:
            return plain
        if page_id not in self._toned:
            self._toned[page_id] = toned(plain, self._tone)
        return self._toned[page_id]

    def told(self, page_id: str) -> str:
        """What to say where there is no picture."""
        return self._refused.get(page_id, "正在打开纸面")

    @property
    def tone(self) -> Tone:
        return self._tone

    def next_tone(self) -> Tone:
        """Show the paper otherwise, round and round."""
        self._tone = self._tone.following
        self._toned.clear()
        return self._tone

    def _read(self, page_id: str) -> None:
        self._jobs.read(
            lambda store, actor: page_picture(verify.page_image(store, actor, page_id)),
            partial(self._read_in, page_id),
            owner=self,
            failed=partial(self._not_read, page_id),
        )

    def _read_in(self, page_id: str, picture: PagePicture) -> None:
        if page_id in self._wanted:
            self._pictures[page_id] = picture
            self.came.emit(page_id)

    def _not_read(self, page_id: str, told: str) -> None:
        if page_id in self._wanted:
            self._refused[page_id] = told
            self.came.emit(page_id)
