"""Divisions: what the list holds, and how written places are found in it."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.gazetteer import Division, gazetteer

PLACES = gazetteer()


def below(code: str) -> list[Division]:
    return [d for child in PLACES.children(code) for d in (child, *below(child.code))]


JILIN = below("220000")


def test_jilin_has_its_sixty_counties() -> None:
    """21 districts, 20 county-level cities, 16 counties, 3 autonomous counties (domain.md §5)."""
    counties = [d for d in JILIN if d.level == "county" and not d.statistical]
    tails = ["自治县" if d.name.endswith("自治县") else d.name[-1] for d in counties]
    assert {t: tails.count(t) for t in set(tails)} == {"区": 21, "市": 20, "县": 16, "自治县": 3}


def test_the_whole_country_is_there_down_to_towns() -> None:
    everywhere = below("")
    levels = [d.level for d in everywhere]
    assert levels.count("province") == 34
    assert levels.count("town") > 41_000
    assert levels.count("village") == 11_860


def test_a_full_name_leads_back_to_its_code() -> None:
    for division in (*islice(JILIN, 0, None, 9), *islice(below("440000"), 0, None, 17)):
        assert PLACES.resolve(PLACES.full_name(division.code))[0] == (division.code, "")


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("吉林省吉林市蛟河市黄松甸镇3组", "220281104", "3组"),
        ("吉林蛟河黄松甸", "220281104", ""),
        ("蛟河市黄松甸镇南顶子村村民委员会", "220281104208", ""),
        ("黄松甸镇", "220281104", ""),
        ("长春市朝阳区红旗街道办事处", "220104007", ""),
        ("朝阳区", "220104", ""),
        ("北京市朝阳区", "110105", ""),
        ("延边州敦化市", "222403", ""),
        ("前郭县", "220721", ""),
        ("伊通满族自治县", "220323", ""),
        ("广东省东莞市长安镇", "441900119", ""),
        ("吉林省 吉林市，蛟河市", "220281", ""),
        ("公主岭市", "220184", ""),
        ("长春市九台市", "220113", ""),
        ("扶余县三岔河镇", "220781100", ""),
    ],
)  # fmt: skip
def test_places_as_people_write_them(text: str, code: str, rest: str) -> None:
    assert PLACES.resolve(text)[0] == (code, rest)


@given(st.text(max_size=40))
def test_resolving_never_fails_and_goes_from_long_to_short(text: str) -> None:
    rests = [len(rest) for _, rest in PLACES.resolve(text)]
    assert rests == sorted(rests)


def test_codes_of_the_statistics_bureau_only_are_marked() -> None:
    zone = PLACES.division("220171")
    assert zone
    assert zone.statistical
    county = PLACES.division("220281")
    assert county == Division("220281", "蛟河市", "county", "220200")


def test_municipalities_have_no_level_between() -> None:
    district = PLACES.division("110105")
    assert district
    assert district.parent == "110000"
    assert PLACES.full_name("110105") == "北京市朝阳区"


@pytest.mark.parametrize(
    ("code", "successor"),
    [("220381", "220184"), ("220625", "220605"), ("220724", "220781"), ("220181", "220113"), ("220125", "220112")],
)
def test_abolished_counties_and_what_became_of_them(code: str, successor: str) -> None:
    gone = PLACES.abolished(code)
    assert gone
    assert gone.successor == successor
    assert PLACES.division(successor)
    assert PLACES.division(code) is None


def test_every_successor_exists() -> None:
    gone = [a for p in range(11, 66) for c in range(10000) if (a := PLACES.abolished(f"{p}{c:04d}"))]
    assert len(gone) > 3000
    assert all(PLACES.division(a.successor) for a in gone if a.successor)


def test_central_districts_are_districts_of_jilin() -> None:
    assert PLACES.central_district("220104007")
    assert not PLACES.central_district("220113")
    assert not PLACES.central_district("110105")


def test_unknown_codes() -> None:
    assert PLACES.division("229999") is None
    assert PLACES.abolished("220281") is None
    assert PLACES.children("229999") == ()
    with pytest.raises(KeyError):
        PLACES.full_name("229999")


def test_importing_reads_no_data() -> None:
    """Start-up stays quick: the lists are read when the first place is asked for."""
    code = "import forms.gazetteer as g, forms.values; assert g.gazetteer.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
