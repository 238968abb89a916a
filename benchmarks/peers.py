"""The peers the reader is measured against, on the same pages in the same run: whole pages, their own settings.

rapidocr lives in an environment of its own, made here when it isn't there and pinned with hashes
(``benchmarks/peers.lock``); PaddleOCR is a dependency of the program and runs in its environment; tesseract comes from
the system (through apt when that is allowed). A peer that can't be had is named and left out.

The mapping is meant to be fair: a peer's text inside a field's true box, in reading order, is parsed by the field's
kind just as the program's own unconstrained reading is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.page_sets import SheetFiles
from benchmarks.reading import plain, same, value_of
from benchmarks.synth.truth import FieldTruth
from forms.form_file import Form
from forms.kinds import Kind
from ocr.models import models_dir

HERE = Path(__file__).resolve().parent
PEERS = ("paddleocr", "paddleocr-1600", "rapidocr", "tesseract")
TITLES = {
    "paddleocr": "PaddleOCR, defaults",
    "paddleocr-1600": "PaddleOCR, side 1600",
    "rapidocr": "rapidocr",
    "tesseract": "tesseract chi_sim",
}
PICTURE_SECONDS = 120


class NoPeer(Exception):
    """A peer can't be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class PeerRun:
    """A peer over some pages: its words by picture, seconds of each page, peak memory of its process."""

    name: str
    threads: int
    words: Mapping[str, Sequence[tuple[str, Sequence[float]]]]
    seconds: tuple[float, ...]
    peak_mb: float


def run_peer(name: str, pictures: Sequence[Path], threads: int, cache: Path) -> PeerRun:
    """Raises NoPeer."""
    python = _python(name, cache)
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PADDLE_PDX_CACHE_HOME": str(cache / "paddlex")}
    command = [str(python), str(HERE / "peer_worker.py"), name, str(threads), str(models_dir())]
    try:
        done = subprocess.run(
            command,
            input="\n".join(map(str, pictures)),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**environment, "PYTHONUTF8": "1"},
            timeout=PICTURE_SECONDS * (len(pictures) + 1),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NoPeer("took too long") from late
    if done.returncode:
        raise NoPeer((done.stderr.strip().splitlines() or ["failed"])[-1][:200])
    rows: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return PeerRun(
        name,
        threads,
        {row["file"]: row["words"] for row in rows},
        tuple(row["seconds"] for row in rows),
        max((row["peak_mb"] for row in rows), default=0.0),
    )


def _python(name: str, cache: Path) -> Path:
    if name.startswith("paddleocr"):
        return Path(sys.executable)
    if name == "tesseract":
        _tesseract()
        return Path(sys.executable)
    return _own_environment(cache)


def _tesseract() -> None:
    if shutil.which("tesseract"):
        return
    if not shutil.which("apt-get") or os.name != "posix" or os.geteuid() != 0:
        raise NoPeer("not installed, and only the administrator can")
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "tesseract-ocr", "tesseract-ocr-chi-sim"]
    for step in (["apt-get", "update", "-q"], command):
        done = subprocess.run(
            step, capture_output=True, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        )
        if done.returncode:
            raise NoPeer("apt-get could not install it")


def _own_environment(cache: Path) -> Path:
    lock = HERE / "peers.lock"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"peers-{digest}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if (folder / "ready").is_file():
        return python
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes", "--no-deps"]
    for step in ([sys.executable, "-m", "venv", "--clear", str(folder)], [*pip, "-r", str(lock)]):
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPeer((done.stderr.strip().splitlines() or ["no environment"])[-1][:200])
    (folder / "ready").touch()
    return python


# -- comparing --------------------------------------------------------------------------------------------------------


def exact_fields(run: PeerRun, sheets: Sequence[SheetFiles], form: Form) -> dict[tuple[str, str], bool]:
    """(picture, key) -> read right, of every written text field of these sheets."""
    found = {}
    for sheet in sheets:
        for side, truth in zip(sheet.sides, sheet.truths(), strict=True):
            words = run.words.get(str(side))
            if words is None:
                continue
            for field in truth["fields"]:
                if field["text"] and form.by_key[field["key"]].kind not in (Kind.CHOICE, Kind.SIGNATURE):
                    text = text_in(words, field)
                    found[side.name, field["key"]] = same(value_of(form.by_key[field["key"]], text), text, field)
    return found


def text_in(words: Sequence[tuple[str, Sequence[float]]], field: FieldTruth) -> str:
    """A peer's words whose middle lies in the field's box, line by line, left to right."""
    x, y, w, h = field["box_px"]
    inside = []
    for text, (x0, y0, x1, y1) in words:
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        if x <= middle[0] <= x + w and y <= middle[1] <= y + h:
            inside.append((middle[1], middle[0], y1 - y0, text))
    inside.sort()
    lines: list[list[tuple[float, float, float, str]]] = []
    for word in inside:
        if lines and word[0] - lines[-1][-1][0] < 0.6 * max(word[2], 1):
            lines[-1].append(word)
        else:
            lines.append([word])
    return plain("".join(word[3] for line in lines for word in sorted(line, key=lambda found: found[1])))
