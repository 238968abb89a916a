"""The one way in: sub-commands go to the command line before Qt is loaded, everything else opens the window.

Worker processes are spawned, and a spawned process may import this module again: nothing but
``multiprocessing`` is imported before ``main`` runs.
"""

from __future__ import annotations

import multiprocessing


def main(argv: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    multiprocessing.freeze_support()
    import sys

    given = sys.argv[1:] if argv is None else argv
    from desktop.arguments import window_arguments

    wanted = window_arguments(given)
    if wanted is None:
        from workflow import cli

        return cli.main(given)
    from desktop.app import run

    return run(wanted)


if __name__ == "__main__":
    raise SystemExit(main())
