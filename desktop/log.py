"""The log of the program: ids and places in the code, never a value that may stand on a form."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

NAME = "tongdang.log"
LARGEST, KEPT = 1_000_000, 3


def report(error: BaseException) -> str:
    """Where a defect is: types, files, lines and functions.

    Messages are left out on purpose: that of a KeyError or a decoding error may quote what stands on a form.
    """
    parts = [f"{platform.system()} {platform.release()} · Python {platform.python_version()}"]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(f"{type(current).__module__}.{type(current).__qualname__}")
        parts += [
            f"  {Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    return "\n".join(parts)


class DiscreetFormatter(logging.Formatter):
    """A traceback without the exception's message."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return report(ei[1]) if ei[1] is not None else ""


def log_to(data_dir: Path) -> logging.Handler:
    """Write the log beside the store. The folder exists by then."""
    handler = RotatingFileHandler(data_dir / NAME, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


def catch_defects(tell: Callable[[BaseException], None]) -> None:
    """Exceptions that nobody caught go to the log; ``tell`` shows them (slots run on the main thread)."""
    log = logging.getLogger("tongdang")

    def caught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        log.error("a defect\n%s", report(error))
        tell(error)

    sys.excepthook = caught
