"""Names to search and sort by: one spelling, pinyin with surname readings, initials."""

from __future__ import annotations

import unicodedata

# Characters that read otherwise when they are a surname (《通用规范汉字字典》, 姓氏音).
_SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun", "澹台": "tan tai", "单于": "chan yu", "宰父": "zai fu",
    "单": "shan", "仇": "qiu", "解": "xie", "曾": "zeng", "区": "ou", "查": "zha", "任": "ren", "盖": "ge",
    "翟": "zhai",
    "朴": "piao", "缪": "miao", "宓": "mi", "覃": "qin", "乐": "yue", "员": "yun", "折": "she", "黑": "he", "秘": "bi",
    "种": "chong", "召": "shao", "幺": "yao", "冼": "xian", "逄": "pang", "繁": "po", "隗": "wei", "藏": "zang",
    "褚": "chu", "燕": "yan", "令狐": "ling hu", "华": "hua", "宁": "ning", "尹": "yin", "牟": "mu", "卜": "bu",
    "洗": "xian", "哈": "ha", "纪": "ji", "葛": "ge", "车": "che", "柏": "bai", "钭": "tou", "那": "na", "晟": "cheng",
}  # fmt: skip


def normal_name(name: str) -> str:
    """NFKC, no blanks, and one dot in names of minorities (· for ・, ‧, • and the rest)."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return "".join("·" if c in "・‧•∙⋅.．" else c for c in plain)


def pinyin(name: str) -> str:
    """``ou yang xue`` for 欧阳雪: syllables without tones, a surname read as a surname."""
    name = normal_name(name).replace("·", "")
    for length in (2, 1):
        reading = _SURNAMES.get(name[:length])
        if reading is not None and len(name) > length:
            return f"{reading} {_syllables(name[length:])}".strip()
    return _syllables(name)


def _syllables(text: str) -> str:
    from pypinyin import Style, lazy_pinyin  # a quarter of a second that the first window doesn't wait for

    return " ".join(s.lower() for s in lazy_pinyin(text, style=Style.NORMAL) if s.strip())


def initials(name: str) -> str:
    """``oyx`` for 欧阳雪."""
    return "".join(syllable[0] for syllable in pinyin(name).split())


def mask_id_number(number: str | None) -> str:
    """For lists: the tail covered, ``2202812018********``."""
    return "" if not number else number[:10] + "*" * (len(number) - 10)
