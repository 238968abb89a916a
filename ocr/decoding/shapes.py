"""What particular fields mostly hold: patterns that stand beside free text as further ways to read the same ink.

A class is 二年级（3）班, a dossier's number is put together as DA/T 13-2022 says, a residence permit carries an ID
number, and where there is nothing to say people write 无. Nothing here excludes anything: free text remains a rival,
and the likelier one wins.
"""

from __future__ import annotations

from collections.abc import Mapping

from ocr.decoding.alphabet import Alphabet

_N = "[一二三四五六七八九]"
_CLASS = f"({_N}|[0-9]{{1,2}}|（({_N}|[0-9]{{1,2}})）)班"
_YEAR = f"({_N}|[1-9])年级?"
GRADE = (
    f"([小中大托]{_CLASS}|学前{_CLASS}|([小中大]|学前|托)班({_CLASS}|{_N})?"
    f"|(小学)?{_YEAR}({_CLASS})?|(初|高|职高|中专|初中|高中)([一二三四]|[1-4])(年级?)?({_CLASS})?)"
)
"""School classes as teachers write them."""

NOTHING = "(无|暂无|没有|无困难|暂无困难|无要求|无诉求|不了解|不清楚|不详)"
"""Where there is nothing to say."""

DOSSIER = "[A-Z]?[0-9]{1,4}-[A-Z]{2}(·[A-Z]{2})?(·[0-9]{4})?(·[A-Z][0-9]{1,3})?-[0-9]{1,4}(-[0-9]{1,4})?"
"""Archive numbers: fonds, category, year, retention, file (DA/T 13-2022)."""

PATTERNS: Mapping[str, str] = {"school_grade": GRADE}
"""Field key to the pattern its texts mostly follow."""
DOSSIER_KEYS = frozenset({"concern_dossier"})
PERMIT_KEYS = frozenset({"permit_number"})
"""A residence permit's number is its holder's ID number (居住证暂行条例实施, 公安部); older ones have their own."""

_DOSSIER_SHAPES: Mapping[str, str] = {
    **{chr(c): chr(c + 0xFEE0) for c in range(ord("A"), ord("Z") + 1)},
    **{str(n): chr(0xFF10 + n) for n in range(10)},
    "0": "０〇○",
    "1": "１l|｜丨",
    "-": "－—–―─一_",
    "·": "•・･‧∙.．。、",
}


def dossier_alphabet(characters: tuple[str, ...]) -> Alphabet:
    """Capitals, figures, dashes and dots."""
    return Alphabet(characters, _DOSSIER_SHAPES)
