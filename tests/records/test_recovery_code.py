"""The recovery code is typed by hand on a bad day: every slip is found and named."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import WrongRecoveryCode
from records.recovery_code import ALPHABET, GROUPS, new_recovery_code, read_recovery_code

CODES = st.integers(0, 2**32).map(lambda seed: new_recovery_code(random.Random(seed).randbytes))


@given(CODES)
def test_what_is_printed_can_be_typed(code: str) -> None:
    assert read_recovery_code(code) == code
    assert read_recovery_code(code.lower().replace("-", " ")) == code
    assert read_recovery_code(code.replace("0", "O").replace("1", "l")) == code
    assert read_recovery_code("".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in code)) == code


@given(CODES, st.data())
def test_a_single_slip_is_found_and_its_group_named(code: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([i for i, c in enumerate(code) if c != "-"]))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != code[place]]))
    with pytest.raises(WrongRecoveryCode) as caught:
        read_recovery_code(code[:place] + wrong + code[place + 1 :])
    assert f"第 {place // 6 + 1} 组" in caught.value.sentence


@given(CODES, st.data())
def test_two_characters_swapped_within_a_group_are_found(code: str, data: st.DataObject) -> None:
    start = 6 * data.draw(st.integers(0, GROUPS - 1))
    first, second = sorted(data.draw(st.permutations(range(5)))[:2])
    typed = list(code)
    typed[start + first], typed[start + second] = typed[start + second], typed[start + first]
    if "".join(typed) != code:
        with pytest.raises(WrongRecoveryCode):
            read_recovery_code("".join(typed))


@given(CODES, st.integers(0, GROUPS - 2))
def test_two_groups_swapped_are_found(code: str, first: int) -> None:
    groups = code.split("-")
    groups[first], groups[first + 1] = groups[first + 1], groups[first]
    if groups != code.split("-"):
        with pytest.raises(WrongRecoveryCode):
            read_recovery_code("-".join(groups))


@given(st.text(max_size=60))
def test_nothing_else_is_a_code(typed: str) -> None:
    with pytest.raises(WrongRecoveryCode, match="恢复码"):
        read_recovery_code(typed)


def test_characters_are_equally_likely() -> None:
    source = random.Random(20261012)
    counted = dict.fromkeys(ALPHABET, 0)
    for _ in range(2000):
        for group in new_recovery_code(source.randbytes).split("-"):
            for character in group[:4]:
                counted[character] += 1
    mean = sum(counted.values()) / len(counted)
    # 48,000 draws: a standard deviation is 2.5 % of the mean
    assert all(abs(n - mean) < 0.12 * mean for n in counted.values())
