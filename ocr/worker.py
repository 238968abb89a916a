"""The pool of reading processes: a picture that kills its reader costs that page only.

Every untrusted picture is decoded and read in a spawned process of its own; bytes go in and frozen results
come out by pipe, so a worker never has a key or a path. This module imports neither OpenCV nor a network:
the window's process imports it.

Messages to a worker: first the arguments of ``_Worker``, then ``("open", token, data, password)``,
``("read", token, index, context)``, ``("lines", token, index, context)``, ``("learn", token, index, part)``. Each of
these is answered by ``("done", result)``, ``("failed", reason, sentence)`` or ``("defect", trail)``; ``("ready",)`` or
``("broken", trail)`` comes once after the start.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import multiprocessing.connection
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from forms.form_file import Form
from ocr.free_pairs import with_pairs
from ocr.identity_papers import with_identities
from ocr.learning.asked import LearnedPage
from ocr.models import DETECTION, RECOGNITION, model_folder
from ocr.reading import OcrFailed, PageOutcome, PageStatus, Part, ReadingContext, SourcePage, TextLine
from ocr.worker_process import ReaderFactory, form_page_reader, serve

log = logging.getLogger(__name__)

START_SECONDS = 120.0
"""Loading OpenCV, the network and the forms' features takes 2 s; a virus scanner's first look may take longer."""
OPEN_SECONDS = 180.0
"""Wide pictures are looked through for a second sheet: half a second each."""
END_SECONDS = 2.0
ILLEGIBLE = ("too_small", "too_dark", "noise", "mirrored")
"""Reasons for an unknown form where looking for lines of text would give nothing."""
PASSWORD_VARIABLE = "TONGDANG_PASSWORD"  # noqa: S105  # the variable's name, not a password

_spawning = threading.Lock()


class ReaderPool:
    """Worker processes that read pages. Use as a context manager, or call ``close``.

    ``workers`` x ``threads`` stays within the physical cores. ``page_seconds`` is the time limit of one page.
    ``open`` and ``OpenSource.read`` block, and may be called from several threads at once.
    Raises ocr.models.ModelsMissing when the recognition models aren't installed.
    """

    def __init__(
        self,
        models_dir: Path,
        forms: Sequence[Form],
        *,
        workers: int = 1,
        threads: int | None = None,
        page_seconds: float = 120.0,
        reader: ReaderFactory = form_page_reader,
    ) -> None:
        for name in (DETECTION, RECOGNITION):
            model_folder(models_dir, name)
        cores = physical_cores()
        count = max(1, min(workers, cores))
        self.threads = max(1, min(threads or cores // count, cores // count))
        self.page_seconds = page_seconds
        self.base = tuple(forms)
        """The forms it was opened with."""
        self._start = (reader, models_dir, self.base, self.threads)
        self._tokens = itertools.count(1)
        self._closed = False
        self._changing = threading.Lock()
        self.free_pages = threading.Lock()
        """Held while a page without a form is read: that takes over a gigabyte, so never two at once."""
        self._workers = [_Worker(*self._start) for _ in range(count)]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenSource:
        """Open delivered bytes and count their pages. ``name`` is kept for the caller; the worker never sees it.

        Raises OcrFailed: empty, not_an_image, truncated, encrypted, too_large, unsupported, worker_died, timed_out.
        """
        if not data:
            raise OcrFailed("empty", "这个文件是空的（0 字节），里面没有内容。请重新扫描或重新复制一份。")
        token = next(self._tokens)
        with self._borrowed() as worker:
            pages: tuple[SourcePage, ...] = worker.open(token, data, password)
        return OpenSource(self, token, data, name, password, pages)

    def use_forms(self, forms: Sequence[Form]) -> None:
        """Read with these forms from now on; waits for pages at hand. The workers start anew if they differ."""
        wanted = tuple(forms)
        with self._changing:  # two at once would each hold what the other waits for
            if wanted == self._start[2]:
                return
            reader, models, _, threads = self._start
            self._start = (reader, models, wanted, threads)
            held = [self._idle.get() for _ in self._workers]
            for worker in held:
                worker.end()
            self._workers = [_Worker(*self._start) for _ in held] if not self._closed else held
            self._end_late(*self._workers)
            for worker in self._workers:
                self._idle.put(worker)

    def close(self) -> None:
        """End all workers. A page being read by another thread fails with ``worker_died``."""
        self._closed = True
        for worker in self._workers:
            worker.end()

    def _end_late(self, *started: _Worker) -> None:
        """End what was started while another thread closed the pool: nobody else will."""
        if self._closed:
            for worker in started:
                worker.end()

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[_Worker]:
        if self._closed:
            raise _died()
        worker = self._idle.get()
        try:
            if self._closed:
                raise _died()
            yield worker
        finally:
            if not worker.alive and not self._closed:
                # replaced at once: the next page finds a warm one
                worker.restart()
                self._end_late(worker)
            self._idle.put(worker)


class OpenSource:
    """A delivered file whose pages can be read one by one. Holds the bytes, to send them again to a new worker."""

    def __init__(
        self,
        pool: ReaderPool,
        token: int,
        data: bytes,
        name: str,
        password: str | None,
        pages: tuple[SourcePage, ...],
    ) -> None:
        self.name = name
        self.pages = pages
        self._pool = pool
        self._token = token
        self._data = data
        self._password = password

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        """Read page ``index`` (from 0). Raises OcrFailed; the other pages can still be read after that."""
        asked = context or ReadingContext()
        # the roster and what was printed for all sheets stay here: they are large, and a page needs its own
        sent = replace(asked, roster=None, prefilled={})
        outcome = self._read(index, sent)
        printed = asked.prefilled.get(outcome.reading.serial or "")
        if printed is not None and outcome.reading.serial:
            outcome = self._read(index, replace(sent, prefilled={outcome.reading.serial: printed}))
        if asked.roster is None:
            return outcome
        from ocr.known_children import offer  # brings numpy, which the window's process has no other use for

        return replace(outcome, reading=offer(outcome.reading, asked.roster))

    def _read(self, index: int, context: ReadingContext) -> PageOutcome:
        if not 0 <= index < len(self.pages):
            raise IndexError(index)
        with self._pool._borrowed() as worker:  # pool and source are one thing in two classes
            if worker.token != self._token:
                worker.open(self._token, self._data, self._password)
            seconds = self._pool.page_seconds
            outcome: PageOutcome = worker.ask(("read", self._token, index, context), seconds)
            if outcome.reading.status is not PageStatus.UNKNOWN_FORM or outcome.reading.reason in ILLEGIBLE:
                return outcome
            with self._pool.free_pages:
                start = time.perf_counter()
                lines: tuple[TextLine, ...] = worker.ask(("lines", self._token, index, context), seconds)
                spent = outcome.reading.seconds + time.perf_counter() - start
        # everything found on such a page is for a person to look at
        found = with_pairs(with_identities(replace(outcome.reading, lines=lines, seconds=spent)))
        return replace(outcome, reading=found)

    def learn(self, index: int, part: Part | None = None) -> LearnedPage:
        """What page ``index`` of a blank form, or this part of it, asks. Raises OcrFailed."""
        if not 0 <= index < len(self.pages):
            raise IndexError(index)
        with self._pool._borrowed() as worker:
            if worker.token != self._token:
                worker.open(self._token, self._data, self._password)
            learned: LearnedPage = worker.ask(("learn", self._token, index, part), self._pool.page_seconds)
        return learned

    def close(self) -> None:
        """Let the bytes go."""
        self._data = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Worker:
    """One process and the pipe to it. ``token``: the source it has open. Not ``alive``: asking fails at once."""

    def __init__(self, reader: ReaderFactory, models_dir: Path, forms: tuple[Form, ...], threads: int) -> None:
        self._arguments = (reader, models_dir, forms, threads)
        self.alive = False
        self.restart()

    def restart(self) -> None:
        """Never raises, and never waits for the process: one that can't be started is one that has died."""
        self.token = 0
        self._ready = False
        context = multiprocessing.get_context("spawn")
        pipe, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), name="tongdang-reader", daemon=True)
        try:
            with _without_password():
                process.start()
        except OSError as error:  # no memory, too many processes, a virus scanner
            log.warning("a reading process could not be started: %s", error.strerror)
            pipe.close()
            return
        finally:
            theirs.close()  # the child holds the only other end: when it dies, this end says so
        self._pipe, self._process = pipe, process
        # A megabyte of forms. Not an argument of the process: that is written to a pipe of which this process holds
        # the other end too, and a child that dies before it has read it would be waited for without end.
        self._sender = threading.Thread(target=_send, args=(pipe, self._arguments), name="reader-start", daemon=True)
        self._sender.start()
        self.alive = True

    def open(self, token: int, data: bytes, password: str | None) -> Any:
        self.token = 0
        pages = self.ask(("open", token, data, password), OPEN_SECONDS)
        self.token = token
        return pages

    def ask(self, message: tuple[Any, ...], seconds: float) -> Any:
        """Send and wait for the answer. Raises OcrFailed; afterwards the worker may be dead."""
        if not self.alive:
            raise _died()
        try:
            if not self._ready:
                self._await_start()
            self._pipe.send(message)
            kind, *rest = self._answer(seconds)
        except TimeoutError:
            self.end()
            raise OcrFailed(
                "timed_out",
                "这一页识别时间过长，已停止识别；扫描件已保存，其余各页不受影响。请重新识别，或重新扫描这一页。",
            ) from None
        except (EOFError, OSError):
            self.end()
            raise _died() from None
        if kind == "done":
            return rest[0]
        if kind == "failed":
            raise OcrFailed(rest[0], rest[1])
        log.error("defect while reading a page: %s", rest[0])
        raise OcrFailed(
            "defect", "识别这一页时程序出错；扫描件已保存，其余各页不受影响。请再识别一次，或重新扫描这一页。"
        )

    def _await_start(self) -> None:
        kind, *rest = self._answer(START_SECONDS)
        if kind != "ready":
            log.error("a reading process could not start: %s", rest[0])
            raise EOFError
        self._ready = True

    def _answer(self, seconds: float) -> tuple[Any, ...]:
        if not self._pipe.poll(seconds):
            raise TimeoutError
        answer: tuple[Any, ...] = self._pipe.recv()
        return answer

    def end(self) -> None:
        """Kill the process: it owns nothing that could be left half done. Never raises; may be called twice."""
        if not self.alive:
            return
        self.alive = False
        with contextlib.suppress(OSError, ValueError):  # already gone, or ended by another thread meanwhile
            self._process.kill()
            self._process.join(END_SECONDS)
            self._process.close()
        self._sender.join(END_SECONDS)  # nobody reads any more, so it has ended; its pipe must not close before
        with contextlib.suppress(OSError):
            self._pipe.close()


def _send(pipe: multiprocessing.connection.Connection, arguments: tuple[Any, ...]) -> None:
    with contextlib.suppress(OSError):  # it died: whoever asks it next is told
        pipe.send(arguments)


def physical_cores() -> int:
    """Cores this process may use, hyper-threads not counted where the system tells them apart."""
    logical = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return max(1, logical // 2) if logical >= 4 else logical
    cores = set()
    for block in described.split("\n\n"):
        facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in block.splitlines())}
        if "core id" in facts:
            cores.add((facts.get("physical id", "0"), facts["core id"]))
    return max(1, min(len(cores) or logical, logical))


@contextlib.contextmanager
def _without_password() -> Iterator[None]:
    """Children must not carry the store's password in their environment, where other programs could read it."""
    with _spawning:
        kept = os.environ.pop(PASSWORD_VARIABLE, None)
        try:
            yield
        finally:
            if kept is not None:
                os.environ[PASSWORD_VARIABLE] = kept


def _died() -> OcrFailed:
    return OcrFailed(
        "worker_died",
        "识别这一页时识别进程意外中止，已自动重新启动；扫描件已保存，其余各页不受影响。请重新识别这一页。",
    )
