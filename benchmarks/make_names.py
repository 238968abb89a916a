"""Make ``resources/reading/names.tsv``: how likely a character is in which place of a person's name.

* jieba 0.42.1, ``dict.txt`` (MIT): words tagged as names of people; each name counts once, whoever was famous
* Faker 40.63.0, ``faker/providers/person/zh_CN`` (MIT): shares of surnames, common given names
* ``resources/reading/names_extra.txt``: surnames of the north-east and what children are called today

Run: ``python -m benchmarks.make_names PATH/TO/dict.txt PATH/TO/zh_CN/__init__.py``
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import log
from pathlib import Path

from forms.catalog import RESOURCES

FOLDER = RESOURCES / "reading"
TODAY = 400.0
"""Weight of the commonest character of today's given names, in names of jieba's list; the last weighs a tenth."""
SELDOM = 8
"""Weight of a character that is given, but in no list: what such characters have in jieba's list is about as much."""
COMMON_GIVEN = 20
"""How many names of jieba's list one of Faker's common given names stands for."""
RAREST = 2
"""Characters that fewer names have are left to the floor."""


@dataclass(slots=True)
class Names:
    """Counts by place: the first and second of two given characters, a single one, and of transcribed names."""

    surname: dict[str, float] = field(default_factory=dict)
    places: dict[str, Counter[str]] = field(
        default_factory=lambda: {p: Counter() for p in ("first", "second", "single", "foreign")}
    )

    def given(self, name: str, times: int = 1) -> None:
        if len(name) == 1:
            self.places["single"][name] += times
        elif len(name) == 2:
            self.places["first"][name[0]] += times
            self.places["second"][name[1]] += times


def _extra() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    section = ""
    for line in (FOLDER / "names_extra.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("//"):
            found.setdefault(section, []).append(line)
    return found


def _faker(source: Path) -> Iterator[tuple[str, object]]:
    """The literal lists of Faker's provider class."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
            try:
                yield node.targets[0].id, ast.literal_eval(value)
            except ValueError:
                continue


def collect(dictionary: Path, faker: Path) -> Names:
    """All counts."""
    names = Names()
    _take_faker(names, faker)
    for line in _extra()["surnames"]:
        surname, share = line.split()
        names.surname[surname] = max(names.surname.get(surname, 0.0), float(share))
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word, _, tag = line.split(" ")
        if tag in ("nr", "nrfg") and 2 <= len(word) <= 4:
            length = 2 if word[:2] in names.surname and len(word) > 2 else 1
            if word[:length] in names.surname:
                names.given(word[length:])
        elif tag == "nrt":
            names.places["foreign"].update(word)
    _take_today(names)
    return names


def _take_faker(names: Names, faker: Path) -> None:
    for name, listed in _faker(faker):
        if not isinstance(listed, (list, tuple)):
            continue
        if name == "last_names":
            names.surname.update((str(s), float(share)) for s, share in listed)
        elif name.startswith("first_names"):
            for given in listed:
                names.given(str(given), COMMON_GIVEN)


def _take_today(names: Names) -> None:
    for place in ("first", "second"):
        (characters,) = _extra()[place]
        for rank, c in enumerate(characters):
            weight = round(TODAY * (1 - 0.9 * rank / len(characters)))
            names.places[place][c] += weight
            names.places["single"][c] += weight // 4
    for c in "".join(_extra()["seldom"]):
        for place, weight in (("first", SELDOM), ("second", SELDOM), ("single", SELDOM // 2)):
            names.places[place][c] = max(names.places[place][c], weight)


def main() -> int:
    """Write the table: place, character or surname, natural log of its share there."""
    names = collect(Path(sys.argv[1]), Path(sys.argv[2]))
    lines = ["# made by benchmarks/make_names.py, which names the sources", "# place\ttext\tlog share"]
    tables: list[tuple[str, Mapping[str, float]]] = [("surname", names.surname), *names.places.items()]
    for place, counts in tables:
        least = 0 if place == "surname" else RAREST
        kept = {t: n for t, n in counts.items() if n > least and all("\u4e00" <= c <= "\u9fff" for c in t)}
        total = sum(kept.values())
        lines += [f"{place}\t{t}\t{log(n / total):.2f}" for t, n in sorted(kept.items(), key=lambda i: (-i[1], i[0]))]
        print(place, len(kept))
    (FOLDER / "names.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
