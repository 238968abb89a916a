"""Make ``benchmarks/reader_confusions.tsv``: what the recognition network takes characters of names for.

    python -m benchmarks.make_confusions [--names N]

Names are written by the synthetic hands (the held-out one never) and read greedily, cell by cell; where the reading
has the same length, every differing character is a confusion. Duplicates for ``./dev bench duplicates`` are damaged
by them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.synth.dice import Dice
from benchmarks.synth.people import household
from benchmarks.synth.styles import writer
from benchmarks.synth.writing.glyphs import PX_PER_MM
from benchmarks.synth.writing.writer import write_text
from forms.form_file import Box
from ocr.models import models_dir
from ocr.recogniser import Recogniser

OUT = Path(__file__).with_name("reader_confusions.tsv")
STYLES = ("strokes", "cursive", "long-cang")
CELL = Box(2, 1, 51, 9)  # mm


def confused(reader: Recogniser, number: int) -> Counter[tuple[str, str]]:
    """The confusions in one household's names in one hand."""
    from datetime import date

    dice = Dice("confusions", number)
    home = household(dice.sub("house"), as_of=date(2024, 11, 30))
    hand = writer(dice.one(STYLES), dice.sub("writer"))
    found: Counter[tuple[str, str]] = Counter()
    for person in (home.child, home.father, home.caregiver):
        if person is None or not hand.hand.can_write(person.name.full):
            continue
        page = np.full((round(11 * PX_PER_MM), round(55 * PX_PER_MM), 3), 255, np.uint8)
        write_text(page, hand, person.name.full, CELL, dice.sub(person.name.full))
        read = reader.greedy(reader.probabilities(page)).text
        if len(read) == len(person.name.full):
            found.update((one, two) for one, two in zip(person.name.full, read, strict=True) if one != two)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=2500)
    options = parser.parse_args()
    reader = Recogniser(models_dir(), threads=1)
    found: Counter[tuple[str, str]] = Counter()
    for number in range(options.names):
        found.update(confused(reader, number))
    kept = {pair: n for pair, n in found.items() if pair[1].isalpha() and not pair[1].isascii()}
    lines = ["# made by benchmarks/make_confusions.py: written, read, how often"]
    lines += [f"{one}\t{two}\t{n}" for (one, two), n in sorted(kept.items())]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(kept)} confusions")


if __name__ == "__main__":
    main()
