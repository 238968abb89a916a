"""核实单: where it is written to, and what is said when it is there. One way from the list and from a form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.jobs import Jobs
from workflow import village_questions
from workflow.village_questions import WrittenSlips


def write_slip(
    jobs: Jobs, registrations: tuple[str, ...] | None, owner: QWidget, told: Callable[[str, str], None]
) -> None:
    """Ask for a file name and write the slips: of these registrations, or (None) of everything that is to be asked."""
    name, _kind = QFileDialog.getSaveFileName(owner, "核实单写到哪里", "核实单.pdf", "PDF (*.pdf)")
    if not name:
        return
    path = Path(name)

    def written(done: WrittenSlips) -> None:
        more = f"另有 {done.face_to_face} 处特别敏感，没有写，请当面问。" if done.face_to_face else ""
        told(f"写好了 {done.slips} 个村（社区）的核实单，共 {done.questions} 处：{path.name}。{more}", "good")

    jobs.write(
        lambda store, actor, now: village_questions.write_slips(store, actor, now, path, registrations),
        written,
        owner=owner,
        failed=lambda problem: told(problem, "alarm"),
    )
