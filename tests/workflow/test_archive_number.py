"""档号 survive being printed, typed and scanned, in both styles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.archive_number import (
    DAT13,
    DAT22,
    ArchiveNumber,
    check_part,
    check_template,
    format_number,
    parse_number,
)
from workflow.errors import BadValue

parts = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=8)
numbers = st.builds(
    ArchiveNumber,
    fonds=parts,
    category=parts,
    year=st.integers(1949, 2100),
    retention=st.sampled_from(["Y", "D30", "D10"]),
    unit=parts,
    item=st.integers(1, 99999),
)


@given(numbers, st.sampled_from([DAT13, DAT22]))
def test_what_is_printed_is_read_back(number: ArchiveNumber, template: str) -> None:
    assert parse_number(format_number(number, template)) == number


@given(numbers, st.sampled_from("．•・"), st.sampled_from("－—–"), st.sampled_from(["", " "]))
def test_however_the_marks_are_typed(number: ArchiveNumber, dot: str, dash: str, space: str) -> None:
    typed = format_number(number).replace("·", dot).replace("-", space + dash)
    assert parse_number(typed) == number


@pytest.mark.parametrize("text", ["Z109-WS·2011·Y·办公室-0001", "Z109-WS·2011-Y-BGS-0001"])
def test_the_examples_of_the_standards(text: str) -> None:
    number = parse_number(text)
    assert (number.fonds, number.category, number.year, number.retention, number.item) == ("Z109", "WS", 2011, "Y", 1)


@pytest.mark.parametrize("text", ["", "0001", "X001-ZY·2026·D30-0001", "X001-ZY·26·D30·甲-0001", "-·2026·Y·-1"])
def test_other_text_is_no_number(text: str) -> None:
    with pytest.raises(BadValue, match="档号"):
        parse_number(text)


def test_a_template_must_be_readable() -> None:
    check_template(DAT13)
    check_template(DAT22)
    for bad in ("", "{item}", "{fonds}{category}{year}{retention}{unit}{item}", DAT13 + "{name}", "{fonds", "{0}"):
        with pytest.raises(BadValue, match="档号"):
            check_template(bad)


def test_a_part_must_stay_one_part() -> None:
    check_part("黄松甸镇")
    for bad in ("", "a-b", "甲·乙", "甲．乙", "甲 乙"):
        with pytest.raises(BadValue):
            check_part(bad)
