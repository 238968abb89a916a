"""The real reader, remembering: what this very code has read before isn't read again, whoever asks.

Measuring the window and taking its pictures need pages that were really read, many times, and reading takes most of
the time. Everything is kept in the user's cache folder, under a digest of all that a reading depends on; synthetic
pages only.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.page_sets import cache_folder
from benchmarks.reading import code_digest
from forms.catalog import shipped_forms
from forms.form_file import Form
from ocr.models import models_dir
from ocr.reading import OcrFailed, PageOutcome, ReadingContext, SourcePage
from ocr.worker import ReaderPool
from workflow.reading_json import reading_from_json, reading_to_json
from workflow.recognise import OpenedSource


class KeptPool:
    """Same interface as ``ocr.worker.ReaderPool``; its processes start when something new is to be read.

    ``page_seconds``: what a remembered page takes at least, so that a window at work can be looked at.
    """

    def __init__(self, cache: Path | None = None, *, page_seconds: float = 0.0, threads: int = 1) -> None:
        self._folder = (cache or cache_folder()) / f"pages-{code_digest()}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._page_seconds = page_seconds
        self._threads = threads
        self._pool: ReaderPool | None = None
        self.base = shipped_forms()
        self._forms = self.base

    def use_forms(self, forms: Sequence[Form]) -> None:
        """From now on pages are held against these forms."""
        self._forms = tuple(forms)
        if self._pool is not None:
            self._pool.use_forms(self._forms)

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource:
        """Raises ``ocr.reading.OcrFailed`` as the reader did."""
        key = hashlib.sha256(data + b"\0" + (password or "").encode()).hexdigest()[:32]
        pages = self._kept(
            key,
            lambda: [asdict(page) for page in self._opened(data, name, password).pages],
        )
        return KeptSource(self, key, tuple(SourcePage(**page) for page in pages), data, name, password)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _opened(self, data: bytes, name: str, password: str | None) -> OpenedSource:
        if self._pool is None:
            self._pool = ReaderPool(models_dir(), self.base, threads=self._threads)
            self._pool.use_forms(self._forms)
        return self._pool.open(data, name, password)

    def read(self, source: KeptSource, index: int, context: ReadingContext | None) -> PageOutcome:
        """One page, remembered with its pictures. Raises ``ocr.reading.OcrFailed`` as the reader did."""
        told = context or ReadingContext()
        known = json.dumps(asdict(replace(told, roster=None)), sort_keys=True, ensure_ascii=False)
        known += repr(sorted(map(str, vars(told.roster)["_entries"]))) if told.roster else ""
        known += "".join(f" {form.id} {form.version}" for form in self._forms if form not in self.base)
        key = f"{source.key}-{index}-{hashlib.sha256(known.encode()).hexdigest()[:12]}"
        picture, masked = self._folder / f"{key}.jpg", self._folder / f"{key}.masked.jpg"

        def read() -> Any:
            with closing(self._opened(source.data, source.name, source.password)) as opened:
                outcome = opened.read(index, context)
            picture.write_bytes(outcome.viewing_copy)
            if outcome.masked_copy is not None:
                masked.write_bytes(outcome.masked_copy)
            return reading_to_json(outcome.reading)

        started = time.monotonic()
        reading = reading_from_json(self._kept(key, read))
        # a page from the cache comes at once, and a window that reads is to be seen and timed while it reads
        time.sleep(max(0.0, self._page_seconds - (time.monotonic() - started)))
        return PageOutcome(reading, picture.read_bytes(), masked.read_bytes() if masked.is_file() else None)

    def _kept(self, key: str, read: Callable[[], Any]) -> Any:
        """What was told about ``key``, a refusal included; read now when nobody asked before."""
        path = self._folder / f"{key}.json"
        if not path.is_file():
            try:
                told = {"done": read()}
            except OcrFailed as failure:
                if failure.reason in {"worker_died", "timed_out"}:
                    raise  # says something about this machine, not about the page
                told = {"failed": [failure.reason, failure.sentence]}
            part = path.with_suffix(".part")
            part.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            part.replace(path)
        told = json.loads(path.read_text(encoding="utf-8"))
        if "failed" in told:
            raise OcrFailed(*told["failed"])
        return told["done"]


class KeptSource:
    """A delivered file, opened."""

    def __init__(
        self, pool: KeptPool, key: str, pages: tuple[SourcePage, ...], data: bytes, name: str, password: str | None
    ) -> None:
        self.pool = pool
        self.key = key
        self.pages = pages
        self.data = data
        self.name = name
        self.password = password

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        """Raises ``ocr.reading.OcrFailed``."""
        return self.pool.read(self, index, context)

    def close(self) -> None:
        """Nothing is held open."""
