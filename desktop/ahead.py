"""What the program needs soon after its first window, loaded while the person looks for the keyboard.

None of it is needed to draw that window, and together it takes most of a second. Loading holds the interpreter for a
tenth of a second at a time, which nobody feels at the login and everybody would in the midst of typing.
"""

from __future__ import annotations

from importlib import import_module

AFTER_MS = 300  # the first window is drawn and takes keys by then
SOON = (
    "alembic.command",  # opening a store looks whether it must be migrated
    "alembic.migration",
    "pypinyin",  # a verified child is found by pinyin
    "numpy",  # the judge weighs fields against each other
)


def load() -> None:
    """Import it. Belongs on a thread."""
    for name in SOON:
        import_module(name)
