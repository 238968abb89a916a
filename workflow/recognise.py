"""The queue: split delivered files, read pages one by one, pair sides, place sheets.

The state of sources and pages in the database is the queue; after a crash ``run_queue`` simply goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from ocr.reading import PageOutcome, ReadingContext, SourcePage
from records.store import Store
from records.views import Actor
from workflow.changes import Changes
from workflow.permissions import Right, verb


class OpenedSource(Protocol):
    """A delivered file opened by a worker (``ocr.worker.OpenSource``)."""

    @property
    def pages(self) -> Sequence[SourcePage]: ...

    def read(self, index: int, context: ReadingContext = ...) -> PageOutcome: ...

    def close(self) -> None: ...


class Readers(Protocol):
    """What ``ocr.worker.ReaderPool`` offers. Both methods raise ``ocr.reading.OcrFailed``."""

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource: ...


@verb(Right.TAKE_IN)
def run_queue(
    store: Store,
    actor: Actor,
    pool: Readers,
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    notify: Callable[[Changes], None] | None = None,
) -> Changes:
    """Work until nothing waits or ``cancelled()``; every finished page is saved.

    ``progress(done, total, sentence)`` counts pages; sentences hold no names. ``notify`` gets the changes of each
    step as they are committed, the result is all of them. A page that fails costs that page only.
    """
    raise NotImplementedError
