"""Where people live and come from: divisions of the gazetteer, and the ways their addresses are written.

About one village in eight is not in the gazetteer (a 屯 that the statistics don't list, a new estate), and about a
third of the households come from outside Jilin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from benchmarks.synth.dice import Dice
from forms.gazetteer import gazetteer

JILIN = "220000"
TRIES = 20
UNWRITTEN = re.compile("[（(]|虚拟|特殊乡镇")
"""Notes in brackets and made-up units: names of the statistics that nobody writes."""
ORIGINS = {
    "230000": 30.0, "210000": 15.0, "150000": 14.0, "370000": 12.0, "130000": 7.0, "410000": 7.0, "340000": 4.0,
    "510000": 3.0, "320000": 2.0, "420000": 2.0, "330000": 1.0, "500000": 1.0, "350000": 1.0, "650000": 1.0,
}  # fmt: skip
"""Provinces that people come to Jilin from, roughly by distance and size; no statistics stand behind the figures."""

_ESTATES = [
    "阳光花园",
    "锦绣家园",
    "金色家园",
    "吉祥小区",
    "幸福里",
    "盛世华庭",
    "松花江畔",
    "福泽小区",
    "天成丽景",
    "碧水湾",
    "北山新城",
    "万和佳园",
    "鸿福家园",
    "翠湖新居",
    "东升小区",
    "和谐家园",
]
_LANES = [
    "长江路",
    "解放大街",
    "民主街",
    "新华路",
    "建设街",
    "站前路",
    "河南街",
    "光华路",
    "友谊路",
    "文化街",
    "朝阳路",
    "南环路",
]
_HAMLETS = [
    "大荒地",
    "榆树沟",
    "腰屯",
    "前窑",
    "后窑",
    "小南沟",
    "三道岗",
    "二道河子",
    "柳树屯",
    "东大泡",
    "西岗子",
    "张家窝堡",
    "李家屯",
    "头道沟",
    "北大营",
    "靠山屯",
    "姜家店",
    "平安堡",
]


@dataclass(frozen=True, slots=True)
class Place:
    """``code`` of the deepest division that the gazetteer knows, ``detail`` what follows it."""

    code: str
    detail: str
    county: str
    town: str

    @property
    def full(self) -> str:
        return gazetteer().full_name(self.code) + self.detail


def division_name(code: str) -> str:
    """The division's own name; KeyError for a code that the gazetteer lacks."""
    found = gazetteer().division(code)
    if found is None:
        raise KeyError(code)
    return found.name


@cache
def counties(province: str) -> tuple[str, ...]:
    """County codes of a province, without the statistics bureau's own zones."""
    cities = gazetteer().children(province)
    below = [division for city in cities for division in gazetteer().children(city.code)]
    return tuple(d.code for d in [*cities, *below] if d.level == "county" and not d.statistical)


def another_county(dice: Dice, county: str) -> str:
    """Where a household that lives in ``county`` (in Jilin) is registered: another county, often far away."""
    if dice.chance(0.35):
        return dice.one(counties(dice.pick(ORIGINS)))
    # not between districts of one city: those don't count as migrant (the notice, section two (一))
    others = [c for c in counties(JILIN) if c[:4] != county[:4] or (c != county and int(c[4:6]) >= 20)]
    return dice.one(others)


def place_in(dice: Dice, area: str) -> Place:
    """A home in this county or town (code): a village and its group, or an estate in a community.

    Only places that the gazetteer finds again from their full names: two villages of one town may share a name.
    """
    for _ in range(TRIES):
        place = _any_place(dice, area)
        if resolves(place.full, place) and not UNWRITTEN.search(place.full):
            return place
    return Place(area, _street(dice), area[:6], area if len(area) == 9 else "")


def _any_place(dice: Dice, area: str) -> Place:
    towns = gazetteer().children(area) if len(area) == 6 else ()
    if len(area) == 6 and not towns:
        return Place(area, _street(dice), area, "")
    town = division_name(area), area
    if towns:
        chosen = dice.one(towns)
        town = chosen.name, chosen.code
    county = town[1][:6]
    villages = gazetteer().children(town[1])
    if not villages or dice.chance(0.12):
        invented = "" if town[0].endswith("街道") else dice.one(_HAMLETS) + "村"
        return Place(town[1], invented + (_group(dice) if invented else _street(dice)), county, town[1])
    village = dice.one(villages)
    return Place(village.code, _group(dice) if village.name.endswith("村") else _estate(dice), county, town[1])


def _group(dice: Dice) -> str:
    number = dice.randint(1, 9)
    manner = dice.randrange(5)
    chinese = "一二三四五六七八九"[number - 1]
    house = f"{dice.randint(1, 160)}号" if dice.chance(0.3) else ""
    return (f"{number}组", f"{chinese}组", f"{number}社", f"{chinese}社", f"{dice.one(_HAMLETS).removesuffix('屯')}屯")[
        manner
    ] + house


def _estate(dice: Dice) -> str:
    if dice.chance(0.2):
        return _street(dice)
    floor = dice.randint(1, 18)
    room = f"{floor}0{dice.randint(1, 4)}室"
    return f"{dice.one(_ESTATES)}{dice.randint(1, 26)}号楼{dice.randint(1, 5)}单元{room}"


def _street(dice: Dice) -> str:
    return f"{dice.one(_LANES)}{dice.randint(1, 320)}号"


def written(dice: Dice, place: Place, *, home: str) -> str:
    """The address as somebody writes it who lives in county ``home``: upper parts are often left out.

    Parts are left out only from the top, and only as far as the gazetteer still finds the same division.
    """
    chain = _chain(place.code)
    names = [division_name(code) for code in chain]
    manners: list[str] = ["".join(names) + place.detail]
    if place.county.startswith("22"):
        manners.append("".join(names[1:]) + place.detail)  # without the province
        if len(names) > 3:  # 吉林蛟河市黄松甸镇
            manners.append(names[0].removesuffix("省") + "".join(names[2:]) + place.detail)
    if place.county == home:
        county = chain.index(place.county)
        manners += ["".join(names[county:]) + place.detail] * 2
    chosen = dice.one(manners)
    return chosen if resolves(chosen, place) else manners[0]


def resolves(text: str, place: Place) -> bool:
    """Whether the gazetteer's longest reading of ``text`` is this place."""
    found = gazetteer().resolve(text)
    return bool(found) and found[0] == (place.code, place.detail)


def _chain(code: str) -> list[str]:
    chain: list[str] = []
    current: str | None = code
    while current:
        chain.insert(0, current)
        division = gazetteer().division(current)
        current = division.parent if division else None
    return chain


def written_division(dice: Dice, code: str, *, home: str) -> str:
    """A division as somebody in county ``home`` writes it: from the province, the prefecture or the county on."""
    names = [division_name(part) for part in _chain(code)]
    manners = ["".join(names)]
    if code.startswith("22"):
        manners.append("".join(names[1:]))
    if code.startswith(home):
        manners += ["".join(names[2:])] * 3
    chosen = dice.one(manners)
    found = gazetteer().resolve(chosen)
    return chosen if found and found[0] == (code, "") else manners[0]
