"""What is said beside a field: how far one has come, what was made of it, how it was last time. No Qt."""

from __future__ import annotations

from desktop.ui.verify.walk import Walk
from desktop.ui.words import SOURCE_WORDS, grouped
from forms.kinds import Kind
from forms.prefill import UPDATE
from records.views import AnswerState, ValueSource, VerifyItem
from workflow.answering import BY_REVIEW


def counted_words(walk: Walk, item: VerifyItem) -> str:
    """Which of the fields to look at it is, and what was made of it before."""
    state = walk.state(item.key)
    counted = f"第 {walk.position} / {len(walk.sheet.order)} 处" if walk.position else "已认可的栏目"
    if walk.only_asked and item.key in walk.waiting:
        counted = f"还有 {walk.left} 处"  # the other fields had their look long ago
    if state in {AnswerState.ILLEGIBLE, AnswerState.ASK}:
        by_review = "　复核退回" if item.note.startswith(BY_REVIEW) else "　要问村里"
        counted += "　看不清" if state is AnswerState.ILLEGIBLE else by_review
    if item.pinned:
        counted += "　已钉住（Alt+0 取下）"
    if item.source is not ValueSource.PAPER:
        counted += f"　{SOURCE_WORDS[item.source]}"
    return counted


def stands_for_all(walk: Walk, item: VerifyItem) -> bool:
    """The tick that says of a whole prefilled form that nothing has changed: one look at the page, one Enter."""
    return item.key == UPDATE and bool(walk.sheet.last_time) and not walk.sheet.news


def last_words(walk: Walk, item: VerifyItem) -> str:
    """The sentence below the value, "" where the form before says nothing about the field."""
    when = walk.sheet.last_time
    if stands_for_all(walk, item):
        same = sum(each.as_printed for each in walk.sheet.items)
        return f"左边是整张纸：没有手写的改动就认可，其余 {same} 栏照上次（{when}）的登记。"
    if item.last is None:
        return ""
    if item.as_printed:
        return f"和上次（{when}）一样"
    said = grouped(item.last) if item.kind is Kind.ID_NUMBER else item.last
    return f"上次（{when}）：{said or '空白'}"
