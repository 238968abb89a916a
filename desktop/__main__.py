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
        return _command_line(given)
    from desktop.app import run

    return run(wanted)


def _command_line(given: list[str]) -> int:
    import sys

    from desktop.log import report
    from workflow import cli

    try:
        return cli.main(given)
    except Exception as defect:  # noqa: BLE001 the last stop of the command line: a traceback may quote a form
        sentence = "程序出错，停下了。已经保存的都在。请把下面几行（没有儿童信息）交给维护人员："
        sys.stderr.write(f"{sentence}\n{report(defect)}\n")
        return cli.SOME_FAILED


if __name__ == "__main__":
    raise SystemExit(main())
