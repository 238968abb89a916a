"""What the stores of these tests have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from records.keys import Kdf
from records.store import Store
from records.views import Actor

QUICK = Kdf(memory_kib=8, iterations=1, lanes=1)  # a key derivation that costs nothing
PASSWORD = "松花江-雾凇-2026"

MakeStore = Callable[[Path], tuple[Store, Actor, str]]
