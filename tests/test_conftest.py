"""The safety nets of ``conftest.py`` hold: each is tried with what it is there to catch."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from records.keys import PRODUCTION, Kdf

pytest_plugins = ["pytester"]


def test_connecting_raises() -> None:
    with socket.socket() as plug, pytest.raises(AssertionError, match="network"):
        plug.connect(("127.0.0.1", 9))
    with pytest.raises(AssertionError, match="network"):
        socket.getaddrinfo("localhost", 80)


def test_local_pipes_work() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"page")
        assert theirs.recv(4) == b"page"


def test_clock_is_aware_and_fixed(now: datetime) -> None:
    assert now.utcoffset() == timedelta(0)
    assert now.isoformat() == "2026-10-12T01:30:00+00:00"


def test_user_folders_are_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path(os.environ["XDG_DATA_HOME"]).is_relative_to(tmp_path_factory.getbasetemp())


def run_inside(pytester: pytest.Pytester, root: Path, body: str) -> pytest.RunResult:
    pytester.makeconftest((root / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(body)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:pytestqt", "-p", "no:xdist", timeout=120)


def test_an_unannounced_warning_fails_the_test(pytester: pytest.Pytester, root: Path) -> None:
    result = run_inside(
        pytester,
        root,
        """
        import logging
        import pytest

        def test_silent_failure():
            logging.getLogger("workflow.intake").warning("page %s lost", 7)

        @pytest.mark.allows_log("page . lost")
        def test_announced():
            logging.getLogger("workflow.intake").warning("page %s lost", 7)
        """,
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*WARNING workflow.intake: page 7 lost*"])


def test_a_thread_left_behind_fails_the_test(pytester: pytest.Pytester, root: Path) -> None:
    result = run_inside(
        pytester,
        root,
        """
        import threading

        stop = threading.Event()

        def test_leaves_a_thread():
            # ends by itself after the check has given up on it, so that the run can end
            threading.Thread(target=stop.wait, args=(7,), name="forgotten").start()
        """,
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*threads left running: *forgotten*"])


def test_lowest_key_derivation_is_far_below_productions(low_kdf: Kdf) -> None:
    assert len(low_kdf.derive("合成口令", b"s" * 16)) == 32
    assert low_kdf.memory_kib * 1000 < PRODUCTION.memory_kib
