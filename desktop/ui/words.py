"""How the window says things: dates, states and counts as an office writes them, each state with its colour role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from forms.gazetteer import gazetteer
from forms.written_dates import office_date
from records.views import (
    AnswerState,
    BatchRowState,
    BatchState,
    PageRow,
    PageState,
    RegistrationState,
    SourceState,
    ValueSource,
)

CIVIL = timezone(timedelta(hours=8))  # civil dates stand at a fixed +08:00


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as a word, the role of its colour (``desktop.ui.theme.Roles``) and its small drawn mark."""

    word: str
    role: str = "secondary"
    icon: str = ""


def day(value: date) -> str:
    """``2024年10月18日``."""
    return office_date(value)


def moment(value: datetime) -> str:
    """``2024年10月18日 09:30`` at +08:00."""
    local = value.astimezone(CIVIL)
    return f"{office_date(local)} {local:%H:%M}"


def division_words(code: str) -> str:
    """A division by its names; those of Jilin without the province, which goes without saying there."""
    full = gazetteer().told(code)
    return full.removeprefix("吉林省") or full


def civil_day(value: datetime) -> date:
    """The civil date of an instant."""
    return value.astimezone(CIVIL).date()


def grouped(number: str) -> str:
    """An ID number in groups of 6, 8 and 4, for reading only."""
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else number


SOURCE = {
    SourceState.RECEIVED: Mark("等待识别", "secondary", "clock"),
    SourceState.SPLIT: Mark("已收下", "secondary", "tick"),
    SourceState.REFUSED: Mark("打不开", "error", "cross"),
}

_PAGE = {
    PageState.RECEIVED: Mark("等待识别", "secondary", "clock"),
    PageState.FAILED: Mark("没有读成", "error", "cross"),
    PageState.PLACED: Mark("已识别", "confirmed", "tick"),
    PageState.SET_ASIDE: Mark("已搁置", "secondary", "aside"),
}
_READ_AS = {
    "blank": Mark("空白页", "doubt", "doubt"),
    "unknown_form": Mark("认不出的表", "doubt", "doubt"),
    "failed": Mark("没有读成", "error", "cross"),
}


def page_mark(page: PageRow) -> Mark:
    """What the inbox says of a page: a copy, blank and foreign pages are flagged, nothing is left out."""
    if page.duplicate_of is not None:
        return Mark("重复的页", "doubt", "copy")
    if page.status in _READ_AS and page.state is not PageState.RECEIVED:
        return _READ_AS[page.status]
    return _PAGE.get(page.state, Mark("已识别，等另一面", "doubt", "doubt"))


REGISTRATION = {
    RegistrationState.DRAFT: Mark("待核对", "secondary"),
    RegistrationState.VERIFIED: Mark("已核对", "confirmed", "tick"),
    RegistrationState.REVIEWED: Mark("已复核", "confirmed", "tick"),
    RegistrationState.SENT_BACK: Mark("已退回", "error", "undo"),
}
ANSWER = {
    AnswerState.MACHINE: Mark("机读，未看", "secondary"),
    AnswerState.CONFIRMED: Mark("已认可", "confirmed", "tick"),
    AnswerState.CORRECTED: Mark("已更正", "confirmed", "tick"),
    AnswerState.ILLEGIBLE: Mark("看不清", "doubt", "doubt"),
    AnswerState.ASK: Mark("问村里", "doubt", "doubt"),
}
SOURCE_WORDS = {
    ValueSource.PAPER: "纸面",
    ValueSource.PHONE: "电话核实",
    ValueSource.DEPARTMENT: "部门数据",
    ValueSource.CORRECTION: "更正",
}
BATCH = {
    BatchState.OPEN: Mark("未冻结", "doubt", "doubt"),
    BatchState.FROZEN: Mark("已冻结", "secondary", "lock"),
    BatchState.WRITTEN: Mark("已写出", "confirmed", "tick"),
}
BATCH_ROW = {
    BatchRowState.FROZEN: Mark("待报送", "secondary", "clock"),
    BatchRowState.SENT: Mark("已报送，等结果", "secondary", "clock"),
    BatchRowState.ACCEPTED: Mark("已接收", "confirmed", "tick"),
    BatchRowState.RETURNED: Mark("被退回", "error", "undo"),
}
