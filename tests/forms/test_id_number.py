"""GB 11643-1999."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import id_number

STANDARD = ("11010519491231002X", "440524188001010014")
"""The two examples printed in the standard."""


@pytest.mark.parametrize("number", STANDARD)
def test_the_standards_own_examples(number: str) -> None:
    assert id_number.problem(number) is None
    assert id_number.check_digit(number[:17]) == number[17]


def test_what_a_number_says() -> None:
    number = STANDARD[0]
    assert id_number.birth_date(number) == date(1949, 12, 31)
    assert id_number.sex(number) == "2"
    assert id_number.prefix(number) == "110105"


@given(st.sampled_from(STANDARD), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert id_number.problem(wrong) is not None


@given(st.text("0123456789X", max_size=20))
def test_no_text_is_too_odd_and_no_sentence_repeats_it(text: str) -> None:
    sentence = id_number.problem(text)
    if sentence is None:
        assert id_number.birth_date(text).strftime("%Y%m%d") == text[6:14]
    elif len(text) > 2:
        assert text not in sentence


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("110105491231002", "15 位"), ("1101051949123100", "16 位"), ("11010519491231002x", "大写字母"),
        ("99010519491231002X", "省份"), ("110105194902310021", "真实的日期"), ("110105194912310021", "校验"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_fault(number: str, part: str) -> None:
    sentence = id_number.problem(number)
    assert sentence
    assert part in sentence


@pytest.mark.parametrize("digits", ["2018 1 1", "２０１８０１０１", "2018010", "18790101", "20180230", "+2018011"])
def test_what_is_no_date_in_a_number(digits: str) -> None:
    """Figures as the number has them, and nothing that Python would take for some."""
    with pytest.raises(ValueError, match="no date"):
        id_number.birth_date(f"220284{digits}0023")


def test_an_old_number_is_of_plain_figures() -> None:
    assert "旧号码" in (id_number.problem("110105491231002") or "")
    assert "旧号码" not in (id_number.problem("１１０１０５４９１２３１００２") or "")


@pytest.mark.parametrize("text", ["", "1234", "1101051949123100X2"])
def test_check_digit_wants_seventeen_digits(text: str) -> None:
    with pytest.raises(ValueError):
        id_number.check_digit(text)
