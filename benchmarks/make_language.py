"""Make ``resources/reading/language.npz``: which character follows which in what people write on such forms.

Counted inside words, because no corpus may be shipped but word lists may:

* jieba 0.42.1, ``dict.txt`` (MIT): words with their counts in a large corpus
* this project's gazetteer: names of divisions, Jilin's counted more
* ``resources/reading/phrases.txt``: how addresses, school classes and notes are put together; ``#`` is any digit

Run: ``python -m benchmarks.make_language PATH/TO/dict.txt``
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from forms.catalog import RESOURCES
from forms.gazetteer import HOME, gazetteer

TARGET = RESOURCES / "reading"
RAREST_WORD = 8
"""Words of the list with smaller counts are mostly names of people far away."""
PLACE_COUNT, HOME_COUNT, PHRASE_COUNT = 30, 400, 15000


def words(dictionary: Path) -> Iterator[tuple[str, int]]:
    """Every word with its count."""
    for line in dictionary.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if int(count) >= RAREST_WORD:
            yield word, int(count)
    todo = list(gazetteer().children(""))
    while todo:
        division = todo.pop()
        yield division.name, HOME_COUNT if division.code.startswith(HOME) else PLACE_COUNT
        todo.extend(gazetteer().children(division.code))
    for line in (TARGET / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("//"):
            yield line, PHRASE_COUNT


def plain(word: str) -> str:
    return "".join("#" if c.isascii() and c.isdigit() else c for c in word)


def count(dictionary: Path) -> tuple[Counter[str], Counter[str]]:
    """Counts of one, two and three characters in a row inside words, with ``^`` before and ``$`` after each word;
    and counts of words by their first character."""
    grams: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    for word, times in words(dictionary):
        text = plain(word)
        starts[text[0]] += times
        for i, c in enumerate(text):
            grams[c] += times
            following = text[i + 1] if i + 1 < len(text) else "$"
            grams[c + following] += times
            if i:
                grams[text[i - 1] + c + following] += times
    return grams, starts


def main() -> int:
    """Count and write the table."""
    grams, starts = count(Path(sys.argv[1]))
    alphabet = "$" + "".join(sorted({c for g in grams for c in g if c != "$"}))
    number = {c: i for i, c in enumerate(alphabet)}
    table: dict[str, Any] = {
        "alphabet": np.array([ord(c) for c in alphabet], np.uint32),
        "single": np.array([grams.get(c, 0) for c in alphabet], np.float32),
        "start": np.array([starts.get(c, 0) for c in alphabet], np.float32),
    }
    for length, name, least in ((2, "pair", 8), (3, "triple", 30)):
        found = sorted(
            (tuple(number[c] for c in g), n)
            for g, n in grams.items()
            if len(g) == length and (n >= least or g.endswith("$"))
        )
        table[name] = np.array([g for g, _ in found], np.uint16)
        # half a per cent is exact enough for counts: 8 bits of their logarithm
        table[f"{name}_count"] = np.array([round(12 * np.log(n)) for _, n in found], np.uint8)
    np.savez_compressed(TARGET / "language.npz", **table)
    print({name: a.shape for name, a in table.items()}, (TARGET / "language.npz").stat().st_size)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
