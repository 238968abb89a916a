"""Every module that is started by itself can be the first one imported: a ring of imports shows only then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# one interpreter for all: ours are forgotten before each, libraries are kept
IMPORT_EACH = """
import importlib, sys
for name in sys.argv[1:]:
    for loaded in [m for m in sys.modules if m.partition(".")[0] in OURS]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name)
"""


def test_every_entry_can_be_imported_first(root: Path) -> None:
    ours = ("desktop", "workflow", "records", "ocr", "exporters", "forms", "benchmarks")
    measured = [f"benchmarks.{path.stem}" for kind in ("bench", "soak", "fit") for path in entries(root, kind)]
    started = ["desktop.__main__", "workflow.cli", "benchmarks.demo", "benchmarks.pictures", "benchmarks.kill_run"]
    names = [*started, *measured]
    assert len(names) > 15
    code = IMPORT_EACH.replace("OURS", repr(ours))
    done = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.stdout.split(), done.stderr) == (names, "")


def entries(root: Path, kind: str) -> list[Path]:
    return sorted((root / "benchmarks").glob(f"{kind}_*.py"))
