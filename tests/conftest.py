"""What every test stands on: no network, no display, no user's data, a fixed clock, and nothing said aside.

A test fails when the program logs a warning or an error that the test did not announce, or leaves a thread
behind: most defects in a program that works in the background first show there, not in an assertion.
The idea of the log check is qutebrowser's ``tests/helpers/logfail.py``.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from records.keys import Kdf

# Before anything imports Qt. No display is needed for any test.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Under LC_ALL=C Qt prints a locale warning (which fails a test) and Chinese file names would not encode.
if os.environ.get("LC_ALL", "C") in {"C", "POSIX"}:
    os.environ["LC_ALL"] = "C.UTF-8"

# Two slow shared cores must not turn a property into a failure by the clock alone.
settings.register_profile("gate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gate")

PATIENCE_MS = 90_000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "allows_log(pattern): log records at WARNING or above whose message matches the regular expression are"
        " expected here; without it they fail the test",
    )


# -- nothing said aside -----------------------------------------------------------------------------------------------


class _Listener(logging.Handler):
    """Keeps every record at WARNING or above that reaches the root logger."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test for warnings and errors it did not announce with ``@pytest.mark.allows_log("...")``."""
    allowed = [re.compile(mark.args[0]) for mark in request.node.iter_markers("allows_log")]
    listener = _Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        yield
    finally:
        root.removeHandler(listener)
    unexpected = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for record in listener.records
        if not any(pattern.search(record.getMessage()) for pattern in allowed)
    ]
    if unexpected:
        pytest.fail("unexpected log records:\n  " + "\n  ".join(unexpected), pytrace=False)


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fail the test for threads it started and left running. Daemons are the business of the process's end."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in started:
        thread.join(timeout=5)
    left = [thread.name for thread in started if thread.is_alive()]
    if left:
        pytest.fail(f"threads left running: {left}", pytrace=False)


# -- a world of its own -----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Every connection but a local pipe raises in this process, and so does looking a name up."""
    patch = pytest.MonkeyPatch()

    def refuse(*arguments: object, **_named: object) -> NoReturn:
        raise AssertionError(f"the program reached for the network: {arguments[-1]!r}")

    def guarded(original: Any) -> Any:
        def connect(self: socket.socket, address: object) -> Any:
            if self.family != getattr(socket, "AF_UNIX", None):
                refuse(address)
            return original(self, address)

        return connect

    patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    patch.setattr(socket, "getaddrinfo", refuse)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def no_user_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The developer's own store, settings and password are out of reach; child processes inherit this."""
    patch = pytest.MonkeyPatch()
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        patch.setenv(name, str(home / name.lower()))
    patch.delenv("TONGDANG_PASSWORD", raising=False)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def patience() -> Iterator[None]:
    """Waits for the window last as long as a loaded machine needs: slowness is no failure, and what hangs ends."""
    from pytestqt.qtbot import QtBot

    patch = pytest.MonkeyPatch()
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        patch.setattr(QtBot, name, _patient(getattr(QtBot, name)))
    yield
    patch.undo()


def _patient(wait: Any) -> Any:
    def patient(self: Any, *arguments: Any, timeout: int = 0, **named: Any) -> Any:
        return wait(self, *arguments, timeout=max(timeout, PATIENCE_MS), **named)

    return patient


@pytest.fixture
def now() -> datetime:
    """The one clock of the tests: a working morning in Jilin (09:30 at +08:00)."""
    return datetime(2026, 10, 12, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's top folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def low_kdf() -> Kdf:
    """Key derivation at Argon2's lowest cost: stores open in milliseconds. Only ``create_store(kdf=...)`` takes it."""
    # here, not above: a test of one leaf must not depend on whether another can be imported
    from records.keys import Kdf

    return Kdf(memory_kib=8, iterations=1, lanes=1)
