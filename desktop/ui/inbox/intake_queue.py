"""Files that were dropped or chosen go in one after the other; each is seen as soon as it is safe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Jobs
from workflow import intake
from workflow.intake import Duplicate, Refused, TakeIn, Taken


class IntakeQueue(QObject):
    """``progressed(done, total)`` while it works, ``finished(results, others)`` at the end, the second being
    files of the folders that are no scans; stopping keeps what went in."""

    progressed = Signal(int, int)
    finished = Signal(object, object)  # tuple[TakeIn, ...], tuple[Path, ...]

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._waiting: list[Path] = []
        self._results: list[TakeIn] = []
        self._others: list[Path] = []
        self._total = 0
        self._busy = False

    @property
    def busy(self) -> bool:
        return self._busy

    def add(self, paths: Sequence[Path]) -> None:
        """Find the files behind these paths, then take them in."""
        wanted = tuple(paths)
        self._jobs.task(lambda: (intake.find_files(wanted), intake.find_others(wanted)), self._found, owner=self)

    def stop(self) -> None:
        """Leave the rest outside, untouched."""
        self._total -= len(self._waiting)
        self._waiting.clear()

    def _found(self, looked: tuple[list[Path], list[Path]]) -> None:
        files, others = looked
        self._others += others
        self._waiting.extend(files)
        self._total += len(files)
        if not self._busy:
            self._busy = True
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            results, self._results, self._total, self._busy = tuple(self._results), [], 0, False
            others, self._others = tuple(self._others), []
            self.finished.emit(results, others)
            return
        self.progressed.emit(len(self._results), self._total)
        path = self._waiting.pop(0)
        self._jobs.write(
            lambda store, actor, now: intake.take_in(store, actor, now, path),
            self._taken,
            owner=self,
            failed=lambda told: self._taken(Refused(path, told, "failed")),
        )

    def _taken(self, result: TakeIn) -> None:
        self._results.append(result)
        self._next()


def told(results: Sequence[TakeIn], others: Sequence[Path] = ()) -> tuple[str, str]:
    """What happened to the files, as sentences, and the role of the notice. ``others`` are no scans."""
    if not results and not others:
        return "这里没有可以识别的文件。", "note"
    taken = sum(isinstance(result, Taken) for result in results)
    known = [result for result in results if isinstance(result, Duplicate)]
    refused = [result for result in results if isinstance(result, Refused)]
    parts = [f"收下 {taken} 份文件。" if taken else "没有收下新文件。"]
    if known:
        parts.append(f"{len(known)} 份以前收过，没有重复收（{_names([result.path for result in known])}）。")
    if others:
        parts.append(f"{len(others)} 份不是图片也不是 PDF，没有收（{_names(others)}）。")
    if refused:
        parts.append(f"{len(refused)} 份没有收下，原文件没有动：")
    lines = ["".join(parts)]
    lines += [f"{result.path.name}：{result.sentence}" for result in refused[:5]]
    if len(refused) > 5:
        lines.append(f"还有 {len(refused) - 5} 份，原因类似。")
    return "\n".join(lines), "alarm" if refused else "note" if known or others else "good"


def _names(paths: Sequence[Path]) -> str:
    return "、".join(path.name for path in paths[:3]) + (" 等" if len(paths) > 3 else "")
