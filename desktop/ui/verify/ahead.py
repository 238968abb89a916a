"""The form after the one at hand, read and decoded while that one is verified: it is there when its turn comes.

One form at most is kept, and only while the screen is seen: a lock, another screen, a change of the form or of the
office lets go of it. Nobody has seen it before ``NextForm.look`` notes that (``workflow.read_ahead``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject

from desktop.jobs import Jobs, Reading
from desktop.ui.widgets.page_picture import PagePicture, page_picture
from records.views import VerifySheet
from workflow import read_ahead
from workflow.changes import Changes
from workflow.read_ahead import Ahead, Looked

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NextForm:
    """A form that is ready to be shown: its sheet, and the pictures of all its pages."""

    read: Ahead
    pictures: Mapping[str, PagePicture]

    @property
    def sheet(self) -> VerifySheet:
        return self.read.sheet

    @property
    def look(self) -> Reading[Looked | None]:
        """What notes it as seen, right before it is shown."""
        read = self.read
        return lambda store, actor: read_ahead.look(store, actor, read)


class ReadAhead(QObject):
    """``want`` names the form that comes next, ``ready`` gives it once all of it is there."""

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._wanted = ""
        self._turn = 0  # what was asked for before the last ``forget`` comes back in vain
        self._read: Ahead | None = None
        self._pictures: dict[str, PagePicture] = {}
        jobs.changed.connect(self._changed)

    def want(self, registration_id: str) -> None:
        """This one comes next, "" for none; what was read of another is let go."""
        if registration_id == self._wanted:
            return
        self.forget()
        self._wanted = registration_id
        self.again()

    def again(self) -> None:
        """What it is offered from other forms may have changed: its sheet is read anew, its pictures stay."""
        registration_id = self._wanted
        if registration_id:
            self._ask(lambda store, actor: read_ahead.sheet(store, actor, registration_id), self._sheet_came)

    def forget(self) -> None:
        """Nothing of it stays, and nothing that is still on its way will."""
        self._turn += 1
        self._wanted = ""
        self._read = None
        self._pictures.clear()

    def ready(self, registration_id: str) -> NextForm | None:
        """This form, None unless all of it is there."""
        if self._read is None or self._wanted != registration_id:
            return None
        if any(page.page_id not in self._pictures for page in self._read.sheet.pages):
            return None
        return NextForm(self._read, dict(self._pictures))

    def _ask(self, call: Reading[T], done: Callable[[T], None]) -> None:
        turn = self._turn

        def came(result: T | None) -> None:
            if result is not None and turn == self._turn:
                done(result)

        self._jobs.read(
            # let go of before its turn came: what somebody waits for doesn't wait for it
            lambda store, actor: call(store, actor) if turn == self._turn else None,
            came,
            owner=self,
            failed=lambda _told: None,  # it is read when its turn comes, and says then what is wrong with it
        )

    def _sheet_came(self, read: Ahead) -> None:
        self._read = read
        for page in read.sheet.pages:
            if page.page_id not in self._pictures:
                self._ask_page(page.page_id)

    def _ask_page(self, page_id: str) -> None:
        def came(picture: PagePicture) -> None:
            self._pictures[page_id] = picture

        self._ask(lambda store, actor: page_picture(read_ahead.page_image(store, actor, page_id)), came)

    def _changed(self, changes: Changes) -> None:
        pages = {page.page_id for page in self._read.sheet.pages} if self._read is not None else set()
        if self._wanted and (changes.office or self._wanted in changes.registrations or pages & changes.pages):
            registration_id = self._wanted
            self.forget()
            self.want(registration_id)
