"""The real program, from the start of its process to the first screen that takes a key. Run by ``bench_window``.

``python -m benchmarks.window_start DATA_DIR STARTED``: ``STARTED`` is the system's monotonic clock before the process
was started. Prints milliseconds since then, and of the processor's time, as JSON, and ends.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> int:
    """Opens the window as ``python -m desktop`` does; the key is struck when the first screen was painted."""
    data_dir, started = sys.argv[1], float(sys.argv[2])

    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QLineEdit

    from desktop.__main__ import main as program

    run = QApplication.exec

    def look() -> None:
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and QApplication.activeWindow() is None:
                window.activateWindow()  # under a bare X server nobody gives the keyboard to a new window
        field = QApplication.focusWidget()
        if not isinstance(field, QLineEdit) or field.window().windowHandle() is None:
            QTimer.singleShot(2, look)
            return
        QTest.keyClick(field.window().windowHandle(), Qt.Key.Key_A)
        QApplication.processEvents()
        assert field.text() == "a"
        wall = (time.monotonic() - started) * 1000
        print(json.dumps({"ms": wall, "cpu_ms": time.process_time() * 1000}), flush=True)
        os._exit(0)  # what comes after is not measured

    def watched() -> int:
        QTimer.singleShot(0, look)
        return run()

    QApplication.exec = staticmethod(watched)  # type: ignore[method-assign]  # the loop begins with a look
    return program(["--data-dir", data_dir])


if __name__ == "__main__":
    raise SystemExit(main())
