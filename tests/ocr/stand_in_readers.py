"""Page readers for tests of the worker itself: they answer by page number, die, or never end."""

from __future__ import annotations

import os
import resource
import signal
import threading
from pathlib import Path
from typing import Any

from forms.form_file import Form
from ocr.learning.asked import LearnedPage
from ocr.reading import OcrFailed, PageOutcome, PageReading, PageStatus, Part, ReadingContext, SourcePage, TextLine
from ocr.worker_process import PageReader

DIES, HANGS, REFUSES, BREAKS, UNKNOWN = 1, 2, 3, 4, 6
"""Page numbers at which something happens; every other page reads well."""


def outcome(index: int, reason: str = "", status: PageStatus = PageStatus.BLANK) -> PageOutcome:
    return PageOutcome(
        PageReading(
            page_index=index,
            status=status,
            reason=reason,
            form=None,
            form_version=None,
            form_page=None,
            serial=None,
            rotation=0,
            width_px=1,
            height_px=1,
            dpi=300,
            view_width_px=1,
            view_height_px=1,
            seconds=0.0,
            engine="",
            model="",
        ),
        b"",
    )


class Reader:
    def pages(self, delivered: Any) -> tuple[SourcePage, ...]:
        pages: tuple[SourcePage, ...] = delivered.pages
        return pages

    def read(self, delivered: Any, index: int, context: ReadingContext) -> PageOutcome:
        if index == DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        if index == HANGS:
            threading.Event().wait()
        if index == REFUSES:
            raise OcrFailed("truncated", "不完整")
        if index == BREAKS:
            raise ValueError("张三")
        return outcome(index, f"pid {os.getpid()}", PageStatus.UNKNOWN_FORM if index == UNKNOWN else PageStatus.BLANK)

    def lines(self, delivered: Any, index: int, context: ReadingContext) -> tuple[TextLine, ...]:
        return (TextLine(f"第{index}页", 1.0, (0, 0, 1, 1)),)

    def learn(self, delivered: Any, index: int, part: Part | None = None) -> LearnedPage:
        return LearnedPage(210, 297, b"", (), (), f"第{index}页")


def reader(models_dir: Path, forms: tuple[Form, ...], threads: int) -> PageReader:
    return Reader()


class EnvironmentReader(Reader):
    def __init__(self, threads: int) -> None:
        self.threads = threads

    def read(self, delivered: Any, index: int, context: ReadingContext) -> PageOutcome:
        environment = Path("/proc/self/environ").read_bytes()
        seen = "TONGDANG_PASSWORD" in os.environ or b"TONGDANG_PASSWORD" in environment
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        return outcome(index, f"password {seen}, sigint ignored {ignored}, threads {self.threads}")


def environment_reader(models_dir: Path, forms: tuple[Form, ...], threads: int) -> PageReader:
    return EnvironmentReader(threads)


class CoreDumpReader(Reader):
    def read(self, delivered: Any, index: int, context: ReadingContext) -> PageOutcome:
        memory = int(Path("/proc/self/coredump_filter").read_text(), 16)
        return outcome(index, f"core size {resource.getrlimit(resource.RLIMIT_CORE)[0]}, memory kinds {memory}")


def core_dump_reader(models_dir: Path, forms: tuple[Form, ...], threads: int) -> PageReader:
    return CoreDumpReader()


def broken_factory(models_dir: Path, forms: tuple[Form, ...], threads: int) -> PageReader:
    raise RuntimeError("no reader")
