"""Failed logins: an append-only side file, because without a key nothing can be written into the store.

One line per failure: instant and user id (``-`` where the name is unknown; what was typed is never kept, it may be
a password in the wrong box). The next login takes new lines into the audit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from records import durable

UNKNOWN = "-"
MOST_FAILURES = 5
PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FailedLogin:
    """Somebody didn't get in."""

    at: datetime
    user_id: str


@dataclass(frozen=True, slots=True)
class NewFailures:
    """What the file holds behind ``taken`` bytes, and how many bytes it has now. ``shortened``: lines were removed."""

    failures: tuple[FailedLogin, ...]
    taken: int
    shortened: bool


def note_failure(path: Path, user_id: str, now: datetime) -> None:
    """Add a line. Raises OSError."""
    line = f"{now.astimezone(UTC).isoformat(timespec='seconds')} {user_id}\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    try:
        os.write(descriptor, line.encode("ascii"))
        durable.fsync_file(descriptor)
    finally:
        os.close(descriptor)


def new_failures(path: Path, taken: int) -> NewFailures:
    """Lines that are not in the audit yet. A file that has become shorter was tampered with and is read whole."""
    content = path.read_bytes() if path.exists() else b""
    shortened = len(content) < taken
    fresh = content if shortened else content[taken:]
    whole = fresh[: fresh.rfind(b"\n") + 1]  # a line cut off by a crash is not a line
    failures = []
    for line in whole.decode("utf-8", errors="replace").splitlines():
        at, _, user_id = line.partition(" ")
        try:
            failures.append(FailedLogin(datetime.fromisoformat(at).astimezone(UTC), user_id[:64]))
        except ValueError:
            shortened = True  # a line this program didn't write
    return NewFailures(tuple(failures), len(content), shortened)


def pause_ends(path: Path, user_id: str, now: datetime) -> datetime | None:
    """When this user (or whoever types unknown names) may try again after MOST_FAILURES within PAUSE; None for now.

    Failures that lie far ahead are those of a clock that was wrong, and lock nobody out.
    """
    instants = sorted(f.at for f in new_failures(path, 0).failures if f.user_id == user_id and f.at <= now + PAUSE)
    latest = instants[-MOST_FAILURES:]
    if len(latest) < MOST_FAILURES or latest[-1] - latest[0] > PAUSE or now >= latest[-1] + PAUSE:
        return None
    return latest[-1] + PAUSE
