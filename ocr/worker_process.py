"""What runs inside a reading process. Heavy imports happen here and only after the process was spawned."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from forms.form_file import Form
from ocr.learning.asked import LearnedPage
from ocr.reading import OcrFailed, PageOutcome, Part, ReadingContext, SourcePage, TextLine

MEMORY_BYTES = 8 << 30
"""Address space of one worker. Reading needs 0.7 GB and a free page 1.5 GB; libraries reserve more than they use."""


class PageReader(Protocol):
    """Reads pages of an opened delivered file. All but ``pages`` raise OcrFailed."""

    def pages(self, delivered: Any) -> tuple[SourcePage, ...]:
        """The opened file's pages, with the sheets that lie on each where they are several."""
        ...

    def read(self, delivered: Any, index: int, context: ReadingContext) -> PageOutcome:
        """The page by its form; of unknown form, without lines."""
        ...

    def lines(self, delivered: Any, index: int, context: ReadingContext) -> tuple[TextLine, ...]:
        """All text of a page of unknown form."""
        ...

    def learn(self, delivered: Any, index: int, part: Part | None = None) -> LearnedPage:
        """What a page of a blank form asks."""
        ...


ReaderFactory: TypeAlias = Callable[[Path, tuple[Form, ...], int], PageReader]
"""Builds a worker's page reader from models folder, forms and thread count; must be picklable."""


def form_page_reader(models_dir: Path, forms: tuple[Form, ...], threads: int) -> PageReader:
    """The real reader: registration, PP-OCR on cells, constrained decoding."""
    from ocr.page import FormPageReader

    return FormPageReader(models_dir, forms, threads)


def serve(pipe: Connection) -> None:
    """The life of one worker: learn what to be, load, say ready, answer until told to end or left alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides; Ctrl-C reaches the whole group
    _die_with_parent()
    _no_output()
    _limit_memory()
    try:
        factory, models_dir, forms, threads = pipe.recv()
    except EOFError:
        return
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
    import cv2

    cv2.setNumThreads(threads)
    try:
        reader = factory(models_dir, forms, threads)
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent must learn where before this ends
        pipe.send(("broken", _trail(error)))
        return
    pipe.send(("ready",))
    desk = _Desk(reader)
    while True:
        try:
            message = pipe.recv()
        except EOFError:
            return
        if message[0] == "end":
            return
        pipe.send(desk.answer(message))


class _Desk:
    """One open file at a time, and the answers about it."""

    def __init__(self, reader: PageReader) -> None:
        self._reader = reader
        self._delivered: Any = None

    def answer(self, message: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            if message[0] == "open":
                return ("done", self._open(message[2], message[3]))
            if message[0] == "lines":
                return ("done", self._reader.lines(self._delivered, message[2], message[3]))
            if message[0] == "learn":
                return ("done", self._reader.learn(self._delivered, message[2], message[3]))
            return ("done", self._reader.read(self._delivered, message[2], message[3]))
        except OcrFailed as failure:
            return ("failed", failure.reason, failure.sentence)
        except MemoryError:
            from ocr.images import too_large

            refusal = too_large()
            return ("failed", refusal.reason, refusal.sentence)
        # a defect in one page must not end the worker; the parent learns where it was, never its text,
        # which may hold what stands on the page
        except Exception as error:  # noqa: BLE001
            return ("defect", _trail(error))

    def _open(self, data: bytes, password: str | None) -> Any:
        from ocr.delivered import open_delivered

        if self._delivered is not None:
            self._delivered.close()
            self._delivered = None
        self._delivered = open_delivered(data, password)
        return self._reader.pages(self._delivered)


def _trail(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {places}"


def _die_with_parent() -> None:
    """End this process when its parent has gone, even in the middle of a page."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _no_output() -> None:
    """Libraries print what they read and where; nothing of a page may reach a terminal or a log that way.

    A window started without a terminal (pythonw) has no streams, and may have no descriptors 1 and 2
    (https://docs.python.org/3/library/sys.html#sys.__stdout__): then whatever is opened next would get them.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    if nothing > 2:
        os.close(nothing)


def _limit_memory() -> None:
    """No core dumps, and a bomb that slipped through ends this process and not the machine. POSIX only."""
    try:
        import resource
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MEMORY_BYTES)):
        hard = resource.getrlimit(kind)[1]
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with contextlib.suppress(ValueError, OSError):  # not in every container: the reading goes on without it
            resource.setrlimit(kind, (allowed, hard))
    # a crash reporter that the kernel pipes dumps to needn't heed the limit: its dump holds no memory then
    # (https://man7.org/linux/man-pages/man5/core.5.html); `read` runs without a store, whose opening would say so
    with contextlib.suppress(OSError):
        Path("/proc/self/coredump_filter").write_text("0", encoding="ascii")
