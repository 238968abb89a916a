"""Names to search and sort by: one spelling, pinyin with surname readings, initials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

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

# Characters that read otherwise, or also otherwise, in names of places (《现代汉语词典》); the common reading is known.
_IN_PLACES = {
    "长": ("chang", "zhang"), "堡": ("pu", "bu"), "乐": ("yue",), "朝": ("zhao",), "重": ("chong",), "曲": ("qu",),
    "泊": ("po",), "洞": ("tong",), "大": ("dai",), "都": ("du",), "会": ("kuai",), "荥": ("xing", "ying"),
    "铅": ("yan",), "六": ("lu",), "厦": ("xia",), "蔚": ("yu",), "单": ("shan",), "解": ("xie",), "番": ("pan",),
    "藏": ("zang",), "调": ("diao",), "行": ("hang",), "泌": ("bi",), "涡": ("guo",), "亳": ("bo",), "种": ("chong",),
    "浒": ("xu",), "台": ("tai",), "夏": ("xia",), "阿": ("e",), "和": ("huo",), "汤": ("tang",), "盖": ("ge",),
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


def readings_of(characters: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """How each character is read in names of places, without tones: 长 as chang and zhang; none for other signs."""
    from pypinyin import Style, lazy_pinyin  # as above

    signs = sorted(sign for sign in set(characters) if not sign.isascii())
    # as words of their own: next to each other they would be read as in a word
    pairs = zip(signs, lazy_pinyin(signs, style=Style.NORMAL), strict=True)
    said = {sign: reading.lower() for sign, reading in pairs if reading != sign}
    return {sign: tuple(dict.fromkeys((reading, *_IN_PLACES.get(sign, ())))) for sign, reading in said.items()}
