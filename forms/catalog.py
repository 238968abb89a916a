"""Where form files are: those that travel with the program and those an office keeps in a folder of its own."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from forms.form_file import Form, FormError, load_form

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
"""Everything that travels with the program and isn't Python."""

LAYOUT_SUFFIX = ".layout.toml"


@cache
def shipped_forms() -> tuple[Form, ...]:
    """The reference forms, by id and version."""
    return forms_in(RESOURCES / "forms")


def forms_in(folder: Path) -> tuple[Form, ...]:
    """All form files of a folder, by id and version.

    Raises FormError (Chinese sentence) if the folder can't be read, a file in it isn't a form, or two files
    claim the same id and version.
    """
    if not folder.is_dir():
        raise FormError(f"找不到表格文件夹“{folder.name}”。请检查路径后再试。")
    forms = sorted((load_form(path) for path in sorted(folder.glob("*.json"))), key=lambda f: (f.id, f.version))
    for one, two in pairwise(forms):
        if (one.id, one.version) == (two.id, two.version):
            raise FormError(f"表格文件夹里有两份“{one.id}”第 {one.version} 版，分不清用哪一份。请只留一份。")
    return tuple(forms)
