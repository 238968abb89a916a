"""All the ways a date or a month is written by hand, as one grammar, and dates that were left unfinished.

2015.3.5, 2015-03-05, 2015/3/5, 15.3.5, 2015年3月5日, 2015 3 5, 20150305, 二〇一五年三月五日, 一五年三月 and
mixtures of these.
What the text means is for ``forms.values.parse`` to say; here is only what may stand there.
"""

from __future__ import annotations

import re

from forms.kinds import Kind
from forms.written_dates import read_date
from ocr.decoding.alphabet import Alphabet
from ocr.decoding.beam import Automaton
from ocr.decoding.grammar import compile_pattern

_YEAR = "((19[0-9][0-9]|20[0-4][0-9])|[0-9][0-9])"
_MONTH = "(0?[1-9]|1[0-2])"
_DAY = "(0?[1-9]|[12][0-9]|3[01])"
_APART = " ?([./,\\-一]) ?| "
_NUMBER = "[一二三四五六七八九]"
_CHINESE_YEAR = "((一九|二0)[一二三四五六七八九0]{2}|[一二三四五六七八九0]{2})"
_CHINESE_MONTH = f"({_NUMBER}|十[一二]?|元|正)"
_CHINESE_DAY = f"({_NUMBER}|二?十{_NUMBER}?|三十一?|廿{_NUMBER}?|初({_NUMBER}|十))"

_ANY_YEAR = f"({_YEAR}|{_CHINESE_YEAR}) ?年 ?"
_ANY_MONTH = f"({_MONTH}|{_CHINESE_MONTH}) ?(月份?|月)"
_ANY_DAY = f"({_DAY}|{_CHINESE_DAY}) ?[日号]?"

_NUMERIC_MONTH = f"{_YEAR}({_APART}){_MONTH}"
_NUMERIC_DATE = f"{_NUMERIC_MONTH}({_APART}){_DAY}[日号]?"
_PACKED_MONTH = "(19[0-9][0-9]|20[0-4][0-9])(0[1-9]|1[0-2])"
_PACKED_DATE = f"{_PACKED_MONTH}(0[1-9]|[12][0-9]|3[01])"

DATE = f"({_NUMERIC_DATE}|{_PACKED_DATE}|{_ANY_YEAR}{_ANY_MONTH} ?{_ANY_DAY})"
MONTH = f"({_NUMERIC_MONTH}月?|{_PACKED_MONTH}|{_ANY_YEAR}{_ANY_MONTH}|{DATE[1:-1]})"
UNFINISHED = -2.0
"""Log prior of a date without its day, or of a year alone. On the calibration pages no whole date is read short with
it, and none of 114 that were cut off behind the month was given a day (with -5 four were)."""
NO_SUCH_DAY = -3.0
"""Log prior of a day that its month doesn't have. Ink that wavers (2 against 1) is read as a day that exists. It may
not weigh more than leaving out a figure that the network sees with 0.99 (4.6): where the ink is sure, 30 February is
shown as it was written, and is no value."""
_WITHOUT_DAY = f"({_NUMERIC_MONTH}[月./\\-]?|{_PACKED_MONTH}|{_ANY_YEAR}{_ANY_MONTH}( ?日)?)"
_YEAR_ALONE = f"((19[0-9][0-9]|20[0-4][0-9])( ?年)?|{_ANY_YEAR})( ?月)?( ?日)?"
UNFINISHED_DATE = f"({_WITHOUT_DAY}|{_YEAR_ALONE})"
_ONLY_YEAR = re.compile(r"[0-9一二三四五六七八九]{2,4} ?年?( ?月)?( ?日)?")


def date_automaton(alphabet: Alphabet) -> Automaton:
    return compile_pattern(DATE, alphabet.index, len(alphabet))


def month_automaton(alphabet: Alphabet) -> Automaton:
    """Months; a whole date is accepted too, people write what they know."""
    return compile_pattern(MONTH, alphabet.index, len(alphabet))


def date_price(text: str) -> float:
    """Log prior of a whole date by the calendar."""
    return 0.0 if read_date(text) else NO_SUCH_DAY


def unfinished_date_automaton(alphabet: Alphabet) -> Automaton:
    """What was written of a date before its day."""
    return compile_pattern(UNFINISHED_DATE, alphabet.index, len(alphabet))


def unfinished_month_automaton(alphabet: Alphabet) -> Automaton:
    """A year without its month."""
    return compile_pattern(_YEAR_ALONE, alphabet.index, len(alphabet))


def lacking(kind: Kind, text: str) -> str:
    """Reason code of a date or month that was left unfinished: ``day_missing``, ``month_missing``, "" otherwise."""
    if kind not in (Kind.DATE, Kind.MONTH):
        return ""
    if _ONLY_YEAR.fullmatch(text) and (len(text) == 4 or "年" in text):
        return "month_missing"
    found = read_date(text.removesuffix("日"))
    return "day_missing" if kind is Kind.DATE and found is not None and found[2] is None else ""
