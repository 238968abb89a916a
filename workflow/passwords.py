"""What a password must be like: long enough, and not what anybody would try first.

No rules about kinds of signs and no forced changes: https://pages.nist.gov/800-63-3/sp800-63b.html, 5.1.1.2.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from workflow.errors import BadValue

SHORTEST = 8
FEWEST_DIFFERENT = 4
# what is tried first, here and elsewhere; longer lists hardly find more once runs and names are refused
COMMON = frozenset(
    {
        "password",
        "password1",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "qwertyui",
        "qwertyuiop",
        "qwerty123",
        "asdfghjkl",
        "1qaz2wsx",
        "1q2w3e4r",
        "1q2w3e4r5t",
        "zaq12wsx",
        "qazwsxedc",
        "abc12345",
        "abc123456",
        "abcd1234",
        "a1234567",
        "a12345678",
        "a123456789",
        "admin123",
        "admin888",
        "administrator",
        "root1234",
        "test1234",
        "iloveyou",
        "woaini1314",
        "woaini520",
        "5201314520",
        "1314520520",
        "147258369",
        "123321123",
        "123123123",
        "112233445",
        "11223344",
        "12344321",
        "1234abcd",
        "123456abc",
        "123qwe123",
        "qwe123456",
        "jilin123",
        "jilin2024",
        "jilin2025",
        "jilin2026",
        "minzheng",
        "minzheng123",
        "tongdang",
        "tongdang123",
        "88888888a",
        "66668888",
        "12341234",
    }
)


def refuse_weak(password: str, names: tuple[str, ...], safe: str) -> None:
    """Raises BadValue; ``names``: the user's own; ``safe``: the end of the sentence, what was not done."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < SHORTEST:
        raise BadValue(f"密码至少要 {SHORTEST} 位，{safe}请换一个长一些、容易记住的密码。")
    known = (unicodedata.normalize("NFKC", name).strip().casefold() for name in names)
    if any(len(name) > 1 and name in plain for name in known):
        raise BadValue(f"密码里不能有用户名或姓名，{safe}请换一个别人猜不到的密码。")
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT or _is_run(plain):
        raise BadValue(f"这个密码太常见，一试就中，{safe}请换一个，比如几个不相干的词连起来。")


def _is_run(plain: str) -> bool:
    """``12345678``, ``hgfedcba``: every sign one further than, or one before, the last; 0 follows 9."""
    steps = {(ord(b) - ord(a)) % 10 if (a + b).isdecimal() else ord(b) - ord(a) for a, b in pairwise(plain)}
    return steps <= {1} or steps in ({-1}, {9})
