"""The recovery code: printed once, locked away, typed by hand on a bad day.

Six groups of five characters from 31 that can't be mistaken for each other. The last of each group checks the
group and its place, so that a typing mistake is found and named. 24 free characters: 118 bits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from records.errors import WrongRecoveryCode

# digits and capitals without I, L, O, U and V: 31, a prime, so that weighted sums catch every single slip and swap
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTWXYZ"
GROUPS = 6
FREE = 4
_READ_AS = str.maketrans("ILO", "110")


def new_recovery_code(randomness: Callable[[int], bytes]) -> str:
    """A new code, as it is printed: ``XXXXX-XXXXX-...``."""
    limit = 256 - 256 % len(ALPHABET)  # bytes above it would make some characters likelier
    free: list[int] = []
    while len(free) < GROUPS * FREE:
        free += [byte % len(ALPHABET) for byte in randomness(32) if byte < limit]
    groups = [free[i * FREE : (i + 1) * FREE] for i in range(GROUPS)]
    return "-".join("".join(ALPHABET[v] for v in [*group, _check(place, group)]) for place, group in enumerate(groups))


def read_recovery_code(typed: str) -> str:
    """The code as printed, from what was typed: small letters, spaces, full-width forms, O for 0 are understood.

    Raises WrongRecoveryCode, which names the first group that has a mistake.
    """
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_READ_AS)
    characters = "".join(c for c in plain if c.isalnum())
    size = FREE + 1
    if len(characters) != GROUPS * size:
        raise WrongRecoveryCode(
            f"恢复码应有 {GROUPS} 组、每组 {size} 个字符，现在输入了 {len(characters)} 个。"
            "资料库没有打开，请对照打印件重新输入。"
        )
    groups = [characters[i * size : (i + 1) * size] for i in range(GROUPS)]
    for place, group in enumerate(groups):
        values = [ALPHABET.find(c) for c in group]
        if -1 in values or values[-1] != _check(place, values[:-1]):
            raise WrongRecoveryCode(
                f"恢复码第 {place + 1} 组（{group}）输入有误。资料库没有打开，请对照打印件重新输入这一组。"
            )
    return "-".join(groups)


def _check(place: int, group: list[int]) -> int:
    return (sum((i + 1) * v for i, v in enumerate(group)) + 7 * place + 3) % len(ALPHABET)
