"""The two sets of synthetic sheets that the reader is measured with: one to fit the judge on, one to report on.

They share no seed, no family and no noise parameter (``benchmarks.synth.scan``: "calibration" and "bench"). Every
sheet is made by itself from its number, so a longer run only adds sheets, and a set's first sheets are a small set
of the same make-up. Made once, kept in the user's cache folder, never committed. ``ma-shan-zheng`` is held out: it
stands in the reporting set only and nobody looks at its pages or readings.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from benchmarks.synth.dice import Dice
from benchmarks.synth.folder import make_sheet, shipped_form
from benchmarks.synth.styles import writer
from benchmarks.synth.truth import PageTruth, as_json
from ocr.worker import physical_cores

log = logging.getLogger(__name__)
NOISES = ("light", "heavy", "phone")
FORM = "jl-migrant-child"


@dataclass(frozen=True, slots=True)
class PageSet:
    """``styles`` are dealt in turn; sheet n gets style n and the noise whose turn it is for that style."""

    name: str
    seed: int
    profile: str
    styles: tuple[str, ...]
    sheets: int  # of a full run
    home: str | None = None  # code of the county or town that all families live in

    def style(self, index: int) -> str:
        return self.styles[index % len(self.styles)]

    def noise(self, index: int) -> str:
        """Every style meets every noise: they turn with the rounds, and with how often the style came before."""
        turn = index % len(self.styles)
        before = self.styles[:turn].count(self.style(index))
        each = self.styles.count(self.style(index))
        return NOISES[(index // len(self.styles) * each + before) % len(NOISES)]


CALIBRATION = PageSet(
    name="calibration-1",
    seed=77_003,
    profile="calibration",
    styles=("printed", "strokes", "long-cang", "cursive", "strokes", "long-cang"),
    sheets=480,
)
REPORTING = PageSet(
    name="reporting-6",
    seed=58_217,
    profile="bench",
    styles=("printed", "strokes", "long-cang", "ma-shan-zheng", "cursive"),
    sheets=220,
)
TOWNSHIP = PageSet(
    name="township-1",
    seed=52_009,
    profile="bench",
    styles=("strokes", "long-cang"),
    sheets=100,
    home="220281104",
)
SETS = {s.name: s for s in (CALIBRATION, REPORTING, TOWNSHIP)}


@dataclass(frozen=True, slots=True)
class SheetFiles:
    """One sheet as made: a JPEG per side, and what stands on it."""

    name: str
    style: str
    noise: str
    sides: tuple[Path, ...]

    def truths(self) -> tuple[PageTruth, ...]:
        """What is true of each side."""
        return tuple(
            json.loads(side.with_suffix(".json").read_text(encoding="utf-8"))["pages"][0] for side in self.sides
        )


def cache_folder() -> Path:
    """Where sets, peers' environments and readings are kept when nobody names a folder."""
    return Path(platformdirs.user_cache_dir("tongdang-bench", appauthor=False))


def provide(which: PageSet, sheets: int, cache: Path, *, first: int = 0) -> list[SheetFiles]:
    """The sheets ``first`` to ``first + sheets`` of the set; those not yet made are made now, on all cores.

    Raises ``benchmarks.synth.writing.packages.NoHandwriting`` where a hand can't be had.
    """
    for style in dict.fromkeys(which.styles):
        writer(style, Dice("probe"))  # fetched here, not by every process at once
    folder = cache / which.name
    folder.mkdir(parents=True, exist_ok=True)
    wanted = range(first, first + sheets)
    missing = [index for index in wanted if not _done(folder, which, index).is_file()]
    if missing:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(physical_cores(), mp_context=context) as pool:
            list(pool.map(_make, [which.name] * len(missing), [str(folder)] * len(missing), missing))
    return [_files(folder, which, index) for index in wanted]


def _stem(which: PageSet, index: int) -> str:
    return f"{which.seed}-{index + 1:03d}-{which.style(index)}-{which.noise(index)}"


def _done(folder: Path, which: PageSet, index: int) -> Path:
    """The last file of a sheet: where it is, the sheet is whole."""
    return folder / f"{_stem(which, index)}-p{len(shipped_form(FORM).pages)}.json"


def _files(folder: Path, which: PageSet, index: int) -> SheetFiles:
    stem = _stem(which, index)
    sides = tuple(folder / f"{stem}-p{page}.jpg" for page in range(1, len(shipped_form(FORM).pages) + 1))
    return SheetFiles(stem, which.style(index), which.noise(index), sides)


def _make(set_name: str, folder: str, index: int) -> None:
    import cv2

    cv2.setNumThreads(1)
    which = SETS[set_name]
    made = make_sheet(
        which.seed,
        index,
        which.style(index),
        which.noise(index),
        shipped_form(FORM),
        profile=which.profile,
        home=which.home,
    )
    for name, picture, truth in made:
        path = Path(folder) / name
        _whole(path, picture)
        _whole(path.with_suffix(".json"), as_json(truth).encode())


def _whole(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def of_styles(sheets: Sequence[SheetFiles], *styles: str) -> list[SheetFiles]:
    """Those written in one of these styles."""
    return [sheet for sheet in sheets if sheet.style in styles]
