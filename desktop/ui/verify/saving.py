"""Forms on their way to being saved as verified: the next one is on the screen before the store has answered.

Every answer in them is in the store already. Were the program to end now, such a form would still be a draft with
nothing left to look at, and be saved when it is opened again.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Jobs
from desktop.ui.verify.walk import Walk
from workflow import verify
from workflow.verify import AskSameChild, Finished


class Saving(QObject):
    """What the store says of a form that was handed over with ``save``."""

    saved = Signal(object)  # Walk
    asks = Signal(object, object)  # Walk, AskSameChild
    refused = Signal(object, str)  # Walk, the sentence

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs

    def save(self, walk: Walk, same_child: str | None = None) -> None:
        """Save it after everything that was answered; not any more when the window has gone."""
        if self._jobs.closed:
            return
        registration = walk.sheet.registration_id
        self._jobs.write(
            lambda store, actor, now: verify.finish(store, actor, now, registration, same_child=same_child),
            partial(self._answered, walk),
            owner=self,
            failed=partial(self.refused.emit, walk),
        )

    def _answered(self, walk: Walk, result: Finished | AskSameChild) -> None:
        if isinstance(result, AskSameChild):
            self.asks.emit(walk, result)
        else:
            self.saved.emit(walk)
