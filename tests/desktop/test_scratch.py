"""A store that is not to stay: what a killed program left of it is swept, and nothing else is touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from desktop.scratch import MARK, MARKED, PREFIX, Scratch, sweep
from records.folder import LOCK

HELD = """
import sys
from pathlib import Path
import tempfile
tempfile.tempdir = sys.argv[1]
from desktop.scratch import Scratch
scratch = Scratch()
(scratch.store / "vault").mkdir(parents=True)
(scratch.store / "vault" / "x").write_bytes(b"sealed")
print(scratch.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_what_a_killed_program_left_is_swept_and_what_a_living_one_holds_is_not(place: Path, root: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HELD, str(place)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        assert left.parent == place
        assert sweep() == 0, "it lives, and is practising"
        assert (left / "store" / "vault" / "x").is_file()
    finally:
        other.kill()
        other.communicate(timeout=60)
    assert left.is_dir()
    own = Scratch()
    assert sweep() == 1
    assert sorted(place.iterdir()) == [own.folder]
    own.forget()
    assert list(place.iterdir()) == []


def test_nothing_is_swept_that_the_program_did_not_mark(place: Path) -> None:
    """A folder of that name without the mark, with another's mark, never held, or behind a link."""
    kept = [place / f"{PREFIX}{name}" for name in ("unmarked", "other", "unheld", "link")]
    for folder in kept[:3]:
        folder.mkdir()
        (folder / "theirs").write_text("x")
    (kept[0] / LOCK).touch()
    (kept[1] / LOCK).touch()
    (kept[1] / MARK).write_text("something else")
    (kept[2] / MARK).write_text(MARKED, encoding="utf-8")
    away = place / "somewhere"
    away.mkdir()
    (away / MARK).write_text(MARKED, encoding="utf-8")
    (away / LOCK).touch()
    kept[3].symlink_to(away, target_is_directory=True)
    assert sweep() == 0
    assert all(folder.exists() for folder in kept)
    assert (away / MARK).exists()


def test_a_removal_that_was_cut_short_is_gone_on_with(place: Path) -> None:
    scratch = Scratch()
    (scratch.store / "vault").mkdir(parents=True)
    scratch._lock.release()  # as if the program had died, and the sweep after it too
    shutil.rmtree(scratch.store)
    assert sweep() == 1
    assert list(place.iterdir()) == []
