"""The roster offers the one child that several fields speak of, and changes nothing that was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.form_file import FormError
from ocr.known_children import offer
from ocr.reading import Candidate, FieldReading, PageReading, PageStatus
from ocr.roster import Roster, RosterEntry
from workflow.reading_json import reading_from_json, reading_to_json
from workflow.roster_file import load_roster

BOX = (0, 0, 10, 10)
KNOWN = RosterEntry("R7", "郑沐楠", "22028120150305001X", "2015-03-05", "220281104")
TWIN = RosterEntry("R8", "郑沐桐", "220281201503050141", "2015-03-05", "220281104")
STRANGER = RosterEntry("R9", "李强", "", "2015-03-05", "")


def field(key: str, *texts: str) -> FieldReading:
    candidates = tuple(Candidate(t, t, 0.8 / 2**i) for i, t in enumerate(texts))
    return FieldReading(key, texts[0], texts[0], texts[0], 0.9, BOX, BOX, candidates, evidence={"min_char": 0.9})


def page(*fields: FieldReading) -> PageReading:
    return PageReading(
        0, PageStatus.READ, "", "f", "1", 1, None, 0, 10, 10, 300, 10, 10, 0.1, "engine", "model", tuple(fields)
    )


def test_an_entry_that_fits_name_and_number_is_offered() -> None:
    read = page(field("child_name", "郑沐肺"), field("child_id_number", "220281201503050010", KNOWN.id_number))
    found = offer(read, Roster([KNOWN, TWIN, STRANGER]))
    assert found.roster is not None
    assert found.roster.entry == "R7"
    assert set(found.roster.keys) == {"child_name", "child_id_number"}
    assert [f.text for f in found.fields] == [f.text for f in read.fields]
    assert found.fields[0].candidates[-1].value == "郑沐楠"
    assert found.fields[0].evidence["roster_fit"] == 0


def test_a_field_that_is_read_as_the_entry_has_it_says_so() -> None:
    read = page(field("child_name", "郑沐楠"), field("child_birth_date", "2015-03-05"))
    found = offer(read, Roster([KNOWN, STRANGER]))
    assert found.roster is not None
    assert all(f.evidence["roster_fit"] == found.roster.fit for f in found.fields)


@pytest.mark.parametrize(
    ("roster", "fields"),
    [
        # one field alone is no evidence
        ([KNOWN], [field("child_name", "郑沐楠")]),
        # a birth date and nothing else that fits
        ([STRANGER], [field("child_name", "郑沐楠"), field("child_birth_date", "2015-03-05")]),
        # twins: nobody can say which
        ([KNOWN, TWIN], [field("child_name", "郑沐某"), field("child_birth_date", "2015-03-05")]),
    ],
)
def test_what_is_not_certain_is_not_offered(roster: list[RosterEntry], fields: list[FieldReading]) -> None:
    read = page(*fields)
    assert offer(read, Roster(roster)) == read


names = st.text("郑李王沐楠桐强", min_size=2, max_size=3)


@given(st.lists(names, max_size=6), names)
def test_texts_never_change_and_order_says_nothing(people: list[str], read_as: str) -> None:
    entries = [RosterEntry(f"R{i}", n, birth_date="2015-03-05") for i, n in enumerate(people)]
    read = page(field("child_name", read_as), field("child_birth_date", "2015-03-05"))
    once = offer(read, Roster(entries))
    assert [(f.text, f.value, f.raw) for f in once.fields] == [(f.text, f.value, f.raw) for f in read.fields]
    assert offer(read, Roster(reversed(entries))) == once
    assert replace(once, roster=None, fields=read.fields) == read


def test_a_fit_is_stored_with_its_reading() -> None:
    read = page(field("child_name", "郑沐楠"), field("child_birth_date", "2015-03-05"))
    found = offer(read, Roster([KNOWN]))
    assert reading_from_json(reading_to_json(found)) == found


def test_a_roster_comes_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("编号,姓名,公民身份号码,出生日期\nR7,郑沐楠,22028120150305001X,2015年3月5日\n", encoding="gb18030")
    assert load_roster(path).sharing({"2015-03-05"}) == [replace(KNOWN, division="")]


@pytest.mark.parametrize(
    ("text", "said"),
    [("姓名\n郑沐楠\n", "编号"), ("编号,姓名,出生日期\nR1,郑沐楠,2015年13月5日\n", "第 2 行")],
)
def test_a_bad_roster_is_told_by_its_line_without_its_values(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormError, match=said) as told:
        load_roster(path)
    assert "郑沐楠" not in str(told.value)
