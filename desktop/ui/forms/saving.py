"""What a learned form is kept as: its name, what it is for, a new form or the next version of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.widgets.asking import Answers, Ask, AskDialog, Shape
from forms.form_file import Form, Purpose
from forms.proposal import Proposal
from records.views_forms import FormRow
from workflow import office_forms
from workflow.changes import Changes

PURPOSES: dict[Purpose, str] = {
    Purpose.REGISTRATION: "登记表：读进来就是一份儿童登记",
    Purpose.CARD: "重点关爱信息卡：归入儿童的案卷",
    Purpose.VISIT: "走访记录：记成一次走访",
    Purpose.WORK_LOG: "工作日志",
}
NEW = "new"


def ask_save(
    parent: QWidget,
    jobs: Jobs,
    proposal: Proposal,
    known: Sequence[FormRow],
    version_of: str,
    saved: Callable[[Form, int], None],
) -> AskDialog:
    """Ask, and keep it; the dialog stays open where it can't be kept."""
    own = [row for row in known if not row.shipped and row.newest]
    made: list[tuple[Form, int]] = []

    def kept(result: tuple[Changes, Form]) -> Changes:
        made.append((result[1], len(result[0].pages)))
        return result[0]

    def make(said: Answers) -> Change[object]:
        named = replace(proposal, title=said.text("title"), purpose=Purpose(said.text("purpose")))
        of = said.text("kept_as") if own else NEW
        of, old = "" if of == NEW else of, said.on("old_papers") if own else True
        return lambda s, a, now: kept(office_forms.install(s, a, now, named, version_of=of, old_papers=old))

    purposes = tuple((purpose.value, word) for purpose, word in PURPOSES.items())
    asks = [
        Ask("title", "表名", value=proposal.title, needed=True),
        Ask("purpose", "这种表是", Shape.CHOICE, proposal.purpose.value, purposes),
    ]
    if own:
        choices = ((NEW, "新的一种表"), *((row.form_id, f"“{row.title}”的新一版") for row in own))
        asks.append(Ask("kept_as", "保存为", Shape.CHOICE, version_of or NEW, choices))
        told = "出新版时：不勾，旧版就停用。只改了栏目、纸没有变的，旧版自动停用。"
        asks.append(Ask("old_papers", "旧版的纸还会收到，两版都认", Shape.TICK, "yes", hint=told))
    words = "保存以后，收到这种表就按栏目识别；收件箱里认不出的页会重读。"
    dialog = AskDialog(jobs, "保存表样", words, asks, "保存", make, parent)
    dialog.accepted.connect(lambda: saved(*made[0]))
    dialog.open()
    return dialog
