"""Does this command line ask for the window, and with which data?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WindowArguments:
    """``data_dir`` None is the user's own; ``temporary`` is a new one that goes when the window closes."""

    data_dir: Path | None = None
    temporary: bool = False
    forms_dir: Path | None = None

    def absolute(self) -> WindowArguments:
        """The same where the process moves to another folder."""
        data, forms = (folder.absolute() if folder is not None else None for folder in (self.data_dir, self.forms_dir))
        return WindowArguments(data, self.temporary, forms)


def window_arguments(argv: Sequence[str]) -> WindowArguments | None:
    """None for everything that the command line has to answer: sub-commands, ``--help`` and mistakes."""
    rest = list(argv)
    given: dict[str, Path] = {}
    temporary = False
    while rest:
        word = rest.pop(0)
        if word == "--temp-data":
            temporary = True
        elif word in {"--data-dir", "--forms-dir"} and rest:
            given[word] = Path(rest.pop(0))
        elif word.startswith(("--data-dir=", "--forms-dir=")):
            name, _, value = word.partition("=")
            given[name] = Path(value)
        else:
            return None
    if temporary and "--data-dir" in given:
        return None
    return WindowArguments(given.get("--data-dir"), temporary, given.get("--forms-dir"))
