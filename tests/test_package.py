"""What an office installs is the wheel: everything that the program opens must be inside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("desktop", "exporters", "forms", "ocr", "records", "workflow", "resources")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, unpacked as pip would lay it out. Built from a copy: a build leaves folders behind."""
    source, into = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("MANIFEST.in", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(root / name, source)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(into)], cwd=source, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(into.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    return site


def test_the_wheel_holds_every_resource_and_nothing_that_measures(root: Path, installed: Path) -> None:
    """The samples, too: whoever tries the program out gets them read."""
    wanted = {path.relative_to(root) for path in (root / "resources").rglob("*") if path.is_file()}
    packed = {path.relative_to(installed) for path in (installed / "resources").rglob("*") if path.is_file()}
    assert packed == wanted
    assert {path.name for path in installed.iterdir() if path.suffix != ".dist-info"} == set(PACKAGES)
    notices = {path.name for path in installed.glob("*.dist-info/licenses/**/*") if path.is_file()}
    assert notices == {"LICENSE", "NOTICE", "OFL.txt"}


def test_the_installed_program_answers_from_its_own_files(installed: Path, tmp_path: Path) -> None:
    """Every table, form, dictionary and text is opened from what was installed; the tree isn't there."""
    blank = tmp_path / "空表.pdf"
    assert run(installed, tmp_path, "--version") == "童档 0.1.0\n"
    assert "jl-migrant-child" in run(installed, tmp_path, "form", "list")
    assert blank.name in run(installed, tmp_path, "form", "blank", "jl-migrant-child", "--out", str(blank))
    assert blank.read_bytes().startswith(b"%PDF")


def run(installed: Path, folder: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"}
    code = "import forms.catalog as c, sys; print(c.RESOURCES, file=sys.stderr); import desktop.__main__ as m; m.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == str(installed / "resources")
    return done.stdout
