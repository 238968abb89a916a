"""``python -m exporters.draw_forms``: make the shipped form files and their blank pictures from the layouts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from exporters.blank_form import render_pages
from forms.catalog import LAYOUT_SUFFIX, RESOURCES
from forms.form_file import Form
from forms.layout import load_layout

DPI = 200


def files_of(form: Form) -> dict[str, bytes]:
    """The form file and its blank pictures by file name."""
    stem = f"{form.id}-{form.version}"
    names = tuple(f"{stem}-p{number}.png" for number in range(1, len(form.pages) + 1))
    shown = json.dumps(form.as_file(names), ensure_ascii=False, indent=1) + "\n"
    return {f"{stem}.json": shown.encode(), **dict(zip(names, render_pages(form, DPI), strict=True))}


def draw(folder: Path) -> list[Path]:
    """Write the files of every layout in ``folder`` beside it; returns what was written."""
    written = []
    for layout in sorted(folder.glob(f"*{LAYOUT_SUFFIX}")):
        for name, content in files_of(load_layout(layout)).items():
            (folder / name).write_bytes(content)
            written.append(folder / name)
    return written


if __name__ == "__main__":
    for path in draw(RESOURCES / "forms"):
        sys.stdout.write(f"{path.name}\n")
