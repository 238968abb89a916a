"""Divisions of China: nationwide down to towns, Jilin down to villages (``resources/gazetteer``, with sources).

Codes: province, prefecture and county 6 digits (``220000``, ``220200``, ``220281``), town 9, village 12.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType

from forms.catalog import RESOURCES

FOLDER = RESOURCES / "gazetteer"
LEVELS = ("province", "prefecture", "county", "town", "village")
HOME = "22"
"""Of several places that read the same, those of Jilin come first."""

_ETHNIC = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|"
    "仫佬|羌|撒拉|毛南|仡佬|锡伯|塔吉克|怒|鄂温克|保安|裕固|京|独龙|鄂伦春|各|布朗|普米|阿昌|德昂"
)
_AUTONOMOUS = re.compile(rf"^(.{{2,}}?)(?:(?:{_ETHNIC})族)*(?:(?:{_ETHNIC})族?)?自治([区州县旗])$")
_TAILS = {
    "province": re.compile(r"(?:省|市|特别行政区)$"),
    "prefecture": re.compile(r"(?:市|地区|盟)$"),
    "county": re.compile(r"(?:市|县|区|旗|林区|特区)$"),
    "town": re.compile(r"(?:街道|镇|乡)$"),
    "village": re.compile(r"(?:村|社区)$"),
}
_SPOKEN = {"220721": ("前郭县", "前郭"), "220323": ("伊通县",), "220623": ("长白县",), "222400": ("延边州",)}
# what may follow a name of that level and still belongs to it
_TITLES = {
    "town": ("办事处", "办", "人民政府"),
    "village": ("居民委员会", "村民委员会", "居委会", "村委会", "民委员会", "委会"),
}
_SPACES = re.compile(r"[\s,，、.。·]*")


@dataclass(frozen=True, slots=True)
class Division:
    """One division. ``statistical``: a code of the statistics bureau only, no GB/T 2260 county."""

    code: str
    name: str
    level: str
    parent: str | None
    statistical: bool = False


@dataclass(frozen=True, slots=True)
class AbolishedDivision:
    """A code no longer in use, of a county or below; years are None where the source doesn't know them."""

    code: str
    name: str
    first_year: int | None
    last_year: int | None
    successor: str | None


class Gazetteer:
    """All divisions, read once. Use ``gazetteer()``."""

    def __init__(self) -> None:
        self._names: dict[str, str] = dict(_rows("divisions.csv.gz"))

    @cached_property
    def _villages(self) -> Mapping[str, str]:
        return dict(_rows(f"villages-{HOME}.csv.gz"))

    @cached_property
    def _abolished(self) -> Mapping[str, AbolishedDivision]:
        return {
            code: AbolishedDivision(code, name, _year(first), _year(last), successor or None)
            for code, name, first, last, successor in _rows("abolished.csv.gz")
        }

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for code in (*self._names, *self._villages):
            found.setdefault(self._parent(code) or "", []).append(code)
        return MappingProxyType({parent: tuple(sorted(codes)) for parent, codes in found.items()})

    @cached_property
    def _upper(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of provinces, prefectures and counties by every way to write their names, old names included."""
        found: dict[str, list[str]] = {}
        for code in self._names:
            if len(code) == 6:
                for spelling in self._spellings(code):
                    found.setdefault(spelling, []).append(code)
        today = frozenset(found)
        for gone in (each for code, each in self._abolished.items() if len(code) == 6):
            # 九台市 is written for years after it became a district; a name in use today means today's place
            known = gone.successor in self._names and gone.successor not in found.get(gone.name, ())
            if known and gone.successor and gone.name not in today:
                found.setdefault(gone.name, []).append(gone.successor)
        return {name: tuple(codes) for name, codes in found.items()}

    @cached_property
    def _home_towns(self) -> Mapping[str, tuple[str, ...]]:
        """Jilin's towns by their full names: the only ones that may stand without a county."""
        found: dict[str, list[str]] = {}
        for code, name in self._names.items():
            if len(code) == 9 and code.startswith(HOME):
                found.setdefault(name, []).append(code)
        return {name: tuple(codes) for name, codes in found.items()}

    def _name(self, code: str) -> str | None:
        if len(code) == 12:
            return self._villages.get(code) if code.startswith(HOME) else None
        return self._names.get(code)

    def _parent(self, code: str) -> str | None:
        if len(code) == 12:
            return code[:9]
        if len(code) == 9:
            return code[:6]
        prefecture, province = code[:4] + "00", code[:2] + "0000"
        if code not in (prefecture, province) and prefecture in self._names:
            return prefecture
        return province if code != province else None

    def _spellings(self, code: str) -> set[str]:
        """The full name and the short ones people use: 蛟河市 and 蛟河, 延边朝鲜族自治州 and 延边."""
        name = self._name(code) or ""
        short = {name, *_SPOKEN.get(code, ())}
        if autonomous := _AUTONOMOUS.match(name):
            short |= {autonomous.group(1), autonomous.group(1) + autonomous.group(2)}
        else:
            short.add(_TAILS[_level(code)].sub("", name))
        return {s for s in short if len(s) >= 2}

    def division(self, code: str) -> Division | None:
        """The division of a code, or None for a code that is not (or no longer) in the list."""
        name = self._name(code)
        if name is None:
            return None
        statistical = len(code) >= 6 and code[4] == "7"
        return Division(code, name, _level(code), self._parent(code), statistical)

    def children(self, code: str) -> tuple[Division, ...]:
        """The divisions directly below, by code; "" gives the provinces."""
        return tuple(d for c in self._children.get(code, ()) if (d := self.division(c)))

    def full_name(self, code: str) -> str:
        """All names from the province down: ``吉林省吉林市蛟河市黄松甸镇``. Raises KeyError for an unknown code."""
        name = self._name(code)
        if name is None:
            raise KeyError(code)
        parent = self._parent(code)
        return (self.full_name(parent) if parent and self._name(parent) else "") + name

    def own_name(self, code: str) -> str | None:
        """The name of a division alone, today's or the last it had; None for a code that never was one."""
        gone = self._abolished.get(code)
        return self._name(code) or (None if gone is None else gone.name)

    def told(self, code: str) -> str:
        """All names from the province down, of a division that is gone the last it had; "" for no code.

        Of a code that no list knows: the names above it that one does, and the code.
        """
        if not code:
            return ""
        names, at = [], code
        if self.own_name(code) is None:
            at = next((above for n in (9, 6) if n < len(code) and self.own_name(above := code[:n])), "")
            names = [f"（{code}）" if at else code]
        while at:
            names.insert(0, self.own_name(at) or "")
            at = self._parent(at) or ""
        return "".join(names)

    def abolished(self, code: str) -> AbolishedDivision | None:
        """What a code that is no longer in use was, or None."""
        return self._abolished.get(code)

    @cached_property
    def _old_names(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name, codes in self._upper.items():
            for code in codes:
                if name not in self._spellings(code):
                    found.setdefault(code, []).append(name)
        return {code: tuple(names) for code, names in found.items()}

    def old_names(self, code: str) -> tuple[str, ...]:
        """What a province, prefecture or county was called before and is still called by people: 九台市 for 九台区."""
        return self._old_names.get(code, ())

    @cached_property
    def characters(self) -> frozenset[str]:
        """All characters that stand in names of divisions."""
        return frozenset(c for names in (self._names, self._villages) for name in names.values() for c in name)

    @cached_property
    def _central(self) -> frozenset[str]:
        lines = (FOLDER / "districts.csv").read_text(encoding="utf-8").splitlines()[1:]
        return frozenset(row["code"] for row in csv.DictReader(lines) if row["central"] == "yes")

    @property
    def central_districts(self) -> frozenset[str]:
        """Codes of the 中心城区 districts of the shipped list."""
        return self._central

    def central_district(self, code: str) -> bool:
        """Whether a code lies in a 中心城区 district of Jilin (the shipped list; an office may decide otherwise)."""
        return code[:6] in self._central

    def below(self, code: str) -> Iterator[Division]:
        """All divisions below, each before those in it; "" gives all there are."""
        for child in self.children(code):
            yield child
            yield from self.below(child.code)

    def resolve(self, text: str, above: str = "") -> tuple[tuple[str, str], ...]:
        """The divisions that ``text`` may begin with, each with the rest of the text: longest match first.

        Levels may be left out (``蛟河市黄松甸镇``) and names shortened (``吉林蛟河黄松甸``). Equal lengths: the
        deeper division, then Jilin's, then by code. Nothing found: an empty tuple. ``above``: only those below it.
        """
        start = _SPACES.match(text)
        found: dict[str, int] = {}
        for code, end in self._walk(text, start.end() if start else 0, above):
            found[code] = max(end, found.get(code, 0))
        order = sorted(found.items(), key=lambda f: (-f[1], -len(f[0]), not f[0].startswith(HOME), f[0]))
        return tuple((code, text[end:].strip()) for code, end in order)

    def _walk(self, text: str, at: int, above: str) -> Iterator[tuple[str, int]]:
        for code, end in self._next(text, at, above):
            yield code, end
            if len(code) < 12:
                spaces = _SPACES.match(text, end)
                yield from self._walk(text, spaces.end() if spaces else end, code)

    def _next(self, text: str, at: int, above: str) -> Iterator[tuple[str, int]]:
        """Every division below ``above`` whose name stands in ``text`` at ``at``, and where the name ends."""
        if len(above) < 6 or (len(above) == 6 and above.endswith("00")):
            stem = above[:2] if above.endswith("0000") else above[:4]
            for index in (self._upper, self._home_towns):
                for end in range(at + 2, min(len(text), at + 16) + 1):
                    for code in index.get(text[at:end], ()):
                        if code != above and code.startswith(stem):
                            yield code, self._after_title(text, end, code)
        if len(above) >= 6:
            yield from self._below(text, at, above)

    def _below(self, text: str, at: int, above: str) -> Iterator[tuple[str, int]]:
        """Towns and villages under a county (or a city without counties), villages also where the town is left out."""
        for child in self._children.get(above, ()):
            if len(child) == 6:
                continue
            for spelling in self._spellings(child):
                if text.startswith(spelling, at):
                    yield child, self._after_title(text, at + len(spelling), child)
            if len(child) == 9:
                for village in self._children.get(child, ()):
                    if text.startswith(self._villages[village], at):
                        yield village, self._after_title(text, at + len(self._villages[village]), village)

    @staticmethod
    def _after_title(text: str, end: int, code: str) -> int:
        for title in _TITLES.get(_level(code), ()):
            if text.startswith(title, end):
                return end + len(title)
        return end


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer of this process; loads in about 0.1 s when first asked."""
    return Gazetteer()


def scope_of(code: str) -> str:
    """The digits with which the codes of a division and of everything below it begin: ``220200`` gives ``2202``."""
    if len(code) in (9, 12):
        code = code.removesuffix("000")
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


def lies_within(code: str, outer: str) -> bool:
    """Is the division ``outer``, or one below it? Nothing lies within no division."""
    scope = scope_of(outer)
    return scope != "" and scope_of(code).startswith(scope)


def _level(code: str) -> str:
    if len(code) > 6:
        return "town" if len(code) == 9 else "village"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def _rows(name: str) -> Iterator[list[str]]:
    text = gzip.decompress((FOLDER / name).read_bytes()).decode("utf-8")
    for line in text.splitlines()[2:]:  # source note, column names
        yield line.split(",")


def _year(text: str) -> int | None:
    return int(text) if text else None
