"""Randomness by name: independent of call order, equal on every machine.

``Dice(7, "reporting", "family", 3)`` always throws the same numbers, whatever else was thrown before, so
that adding one field or one page doesn't change the others.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice(random.Random):
    """A ``random.Random`` seeded by a path of names, with the throws that the synthesiser needs."""

    def __new__(cls, *path: object) -> Dice:  # noqa: ARG004 - Random.__new__ would hash the first argument
        return super().__new__(cls)

    def __init__(self, *path: object) -> None:
        self._path = path
        digest = hashlib.sha256("\x1f".join(map(repr, path)).encode()).digest()
        super().__init__(int.from_bytes(digest[:16], "big"))

    def sub(self, *names: object) -> Dice:
        """Own dice for one part: doesn't depend on what these dice have thrown."""
        return Dice(*self._path, *names)

    def numbers(self) -> np.random.Generator:
        """A numpy generator for pixel noise, seeded by the next throw."""
        return np.random.default_rng(self.getrandbits(64))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def pick(self, weights: Mapping[T, float]) -> T:
        """One key, by weight."""
        return self.choices(list(weights), list(weights.values()))[0]

    def one(self, of: Sequence[T]) -> T:
        """One of a non-empty sequence, evenly."""
        return of[self.randrange(len(of))]

    def near(self, middle: float, spread: float, *, sigmas: float = 2.5) -> float:
        """A normal throw that never leaves ``middle ± sigmas · spread``."""
        return middle + spread * max(-sigmas, min(sigmas, self.gauss(0.0, 1.0)))
