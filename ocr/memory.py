"""Memory that was freed goes back to the system. The C library keeps it otherwise: a page's pictures leave holes that
the next page's don't fit into, and a reading process grows to half again of what it needs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    """glibc's ``malloc_trim`` (https://man7.org/linux/man-pages/man3/malloc_trim.3.html), None where there is none."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):  # musl, macOS; Windows has no library without a name
        return None
    return trim


def give_back() -> None:
    """Return what was freed; some 10 ms. Does nothing where the C library has no such function."""
    trim = _trim()
    if trim is not None:
        trim(0)
