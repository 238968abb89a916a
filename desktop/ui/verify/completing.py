"""What is offered in a field panel while somebody types: read behind, and again as the office learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from desktop.jobs import Jobs
from desktop.ui.verify.field_panel import FieldPanel
from forms.kinds import JsonValue
from records.views import VerifyItem
from workflow.typing_offers import PLACES, WORDS, Offer, Typing, office_words

AGAIN_AFTER = 10
"""Forms saved: what they say of villages and schools is offered then."""


class Completing(QObject):
    """Gives the panel what ``workflow.typing_offers`` knows; nothing until that has been read.

    ``values`` tells what the form at hand says in its other fields.
    """

    def __init__(
        self, jobs: Jobs, field: FieldPanel, values: Callable[[], Mapping[str, JsonValue]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._values = values
        self._typing: Typing | None = None
        self._saved = 0
        field.completing = self

    def renew(self) -> None:
        """Read again what the office has verified."""
        self._saved = 0
        self._jobs.read(
            lambda store, actor: Typing(office_words(store, actor)),
            self._came,
            owner=self,
            failed=lambda _told: None,  # one types the whole, as without it
        )

    def one_more(self) -> None:
        """A form was saved."""
        self._saved += 1
        if self._saved >= AGAIN_AFTER:
            self.renew()

    def _came(self, typing: Typing) -> None:
        self._typing = typing

    def offers(self, item: VerifyItem, typed: str) -> tuple[Offer, ...] | None:
        """What the text may go on with; None in a field where nothing ever is offered."""
        if self._typing is None or item.sealed or (item.kind not in PLACES and item.key not in WORDS):
            return None
        return self._typing.offers(item.kind, item.key, typed, self._values())

    def whole(self, item: VerifyItem, typed: str) -> str:
        """The text with what need not be typed."""
        if self._typing is None:
            return typed
        return self._typing.whole(item.kind, item.key, typed, self._values())
