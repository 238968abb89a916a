"""How the command line speaks of pages while and after they are read."""

from __future__ import annotations

import sys
import threading

from tqdm import tqdm

from records.views import PageState

PAGE_WORDS = {
    PageState.RECEIVED: "未识别",
    PageState.READ: "等人处理",
    PageState.FAILED: "没有读成",
    PageState.PLACED: "已识别",
    PageState.SET_ASIDE: "放在一边",
}


class Bar:
    """A progress bar on standard error; silent where that is not a terminal."""

    def __init__(self) -> None:
        tqdm.set_lock(threading.RLock())  # tqdm's own lock is a semaphore in shared memory; nobody here needs it
        self._bar = tqdm(total=0, unit="页", disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, done: int, total: int, sentence: str) -> None:
        self._bar.total = total
        self._bar.n = done
        self._bar.set_description(sentence)
