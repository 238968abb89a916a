"""What is said beside a field of a prefilled form: how it was last time. No Qt."""

from __future__ import annotations

from desktop.ui.verify.walk import Walk
from desktop.ui.words import grouped
from forms.kinds import Kind
from forms.prefill import UPDATE
from records.views import VerifyItem


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
