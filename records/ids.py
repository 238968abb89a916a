"""Identities: UUID version 7 (RFC 9562) from an injected clock and injected randomness.

Ids made by one maker sort in the order in which they were made, also within a millisecond and when the clock is
set back, so that lists ordered by id are lists ordered by making.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

COUNTER_BITS = 12
CHINA = timezone(timedelta(hours=8))  # civil dates: one fixed offset, no time zone data needed


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def civil_date(instant: datetime) -> date:
    """The date on the office's wall at an (aware) instant."""
    return instant.astimezone(CHINA).date()


class IdMaker:
    """Makes ids. Safe to call from several threads.

    ``clock`` gives aware datetimes; ``randomness(n)`` gives n random bytes.
    """

    def __init__(
        self, clock: Callable[[], datetime] = system_clock, randomness: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._clock = clock
        self._randomness = randomness
        self._lock = threading.Lock()
        self._last = 0  # milliseconds and counter of the last id, as one number

    def new(self) -> str:
        """A new id in its canonical spelling (36 characters, lower case)."""
        milliseconds = int(self._clock().timestamp() * 1000)
        # RFC 9562 section 6.2, method 1: a counter in rand_a, seeded at random in its lower half each millisecond
        seed = int.from_bytes(self._randomness(2)) & ((1 << (COUNTER_BITS - 1)) - 1)
        with self._lock:
            self._last = max(self._last + 1, milliseconds << COUNTER_BITS | seed)
            stamp, counter = self._last >> COUNTER_BITS, self._last & ((1 << COUNTER_BITS) - 1)
        tail = int.from_bytes(self._randomness(8)) & ((1 << 62) - 1)
        return str(UUID(int=stamp << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail))
