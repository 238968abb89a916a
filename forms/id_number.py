"""Citizen identity numbers: GB 11643-1999, 18 characters."""

from __future__ import annotations

import re
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"  # by the weighted sum modulo 11
PROVINCES = frozenset(
    f"{area}{number}"
    for area, last in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5), (7, 1), (8, 3))
    for number in range(0 if area == 5 else 1, last + 1)
)  # GB/T 2260; 83: residence permits for people from Taiwan

_SHAPE = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)


def check_digit(first17: str) -> str:
    """The last character for 17 digits (ISO 7064 MOD 11-2). Raises ValueError for anything else."""
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("17 digits wanted")
    return CHECK_DIGITS[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]


def problem(number: str) -> str | None:
    """What is wrong with ``number`` as a Chinese sentence, or None. Says nothing of what the number is."""
    if len(number) == 15 and number.isascii() and number.isdigit():
        return "这是 15 位的旧号码，请填 18 位公民身份号码。"
    if len(number) != 18:
        return f"公民身份号码应为 18 位，现在是 {len(number)} 位。"
    if not _SHAPE.fullmatch(number):
        return "公民身份号码前 17 位应为数字，末位为数字或大写字母 X。"
    if number[:2] not in PROVINCES:
        return "公民身份号码前两位不是省份代码。"
    if _date(number) is None:
        return "公民身份号码第 7 至 14 位不是真实的日期。"
    if check_digit(number[:17]) != number[17]:
        return "公民身份号码校验不符，至少有一位写错或看错。"
    return None


def birth_date(number: str) -> date:
    """Digits 7 to 14. Raises ValueError where they are no date."""
    found = _date(number)
    if found is None:
        raise ValueError("no date in this number")
    return found


def sex(number: str) -> str:
    """ "1" male, "2" female (GB/T 2261.1): the 17th digit is odd for males. Raises ValueError without that digit."""
    return "1" if int(number[16:17]) % 2 else "2"


def prefix(number: str) -> str:
    """The code of the county where the number was given: the first six digits."""
    return number[:6]


def _date(number: str) -> date | None:
    digits = number[6:14]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return found if found.year >= 1880 else None
