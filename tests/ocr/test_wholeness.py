"""Ink that was passed over, or that doesn't belong, shows in where it stands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.decoding.decoder import Spelled
from ocr.wholeness import Place, Profile, figures_lost, struck_piece, widest_gap

TALL = 60
STEP = 10.0
WIDTHS = {"1": 8, **dict.fromkeys("023456789", 30)}
"""Pixels a character's ink is wide; Chinese ones as wide as tall."""


def written(text: str, *, x: int = 100, y: float = 0.0, gap: int = 12) -> tuple[Profile, list[float]]:
    """A line's ink, every character one piece, and the middle of each."""
    columns: list[int] = []
    middles: list[float] = []
    for character in text:
        width = WIDTHS.get(character, TALL)
        middles.append(x + len(columns) + width / 2)
        columns += [20] * width + [0] * gap
    return (x, float(TALL), np.array(columns)), middles


def read(
    lines: list[tuple[Profile, list[tuple[str, float]]]],
) -> tuple[str, list[Spelled], list[Place], list[Profile]]:
    """What a network would tell that saw these characters at these places."""
    text = ""
    spelled: list[Spelled] = []
    places: list[Place] = []
    for number, (profile, seen) in enumerate(lines):
        x, _, columns = profile
        first = len(places)
        places += [(x + t * STEP, 200.0 * number, STEP, TALL + 14.0) for t in range(len(columns) // int(STEP) + 2)]
        for character, middle in seen:
            at = first + int((middle - x) // STEP)
            text += character
            spelled.append(Spelled(at, at + 1, 1.0))
    return text, spelled, places, [profile for profile, _ in lines]


def as_written(text: str) -> tuple[Profile, list[tuple[str, float]]]:
    profile, middles = written(text)
    return profile, list(zip(text, middles, strict=True))


@given(st.text("0123456789年月日号楼单元室", min_size=1, max_size=20))
def test_what_was_read_whole_lost_nothing(text: str) -> None:
    told = read([as_written(text)])
    assert figures_lost(*told) == 0
    assert not struck_piece(*told)
    assert widest_gap(told[3]) < 0.5


@pytest.mark.parametrize(("text", "lost"), [("2024年11月15日", 5), ("5单元1104室", 3), ("3组128号", 2), ("13号楼", 0)])
def test_a_figure_passed_over_is_noticed(text: str, lost: int) -> None:
    profile, seen = as_written(text)
    told = read([(profile, seen[:lost] + seen[lost + 1 :])])
    assert figures_lost(*told) == 1


def test_figures_that_touch_tell_nothing() -> None:
    profile, middles = written("4月", gap=8)
    read_as = [("4", middles[0] - 6), ("4", middles[0] + 6), ("月", middles[1])]
    assert figures_lost(*read([(profile, read_as)])) == 0


def test_the_other_line_of_two_is_not_counted() -> None:
    above, below = as_written("吉林省九台区营城街道新城13"), as_written("号楼1单元1104室")
    assert figures_lost(*read([above, below])) == 0
    profile, seen = below
    assert figures_lost(*read([above, (profile, [s for i, s in enumerate(seen) if i != 5])])) == 1


def test_a_broad_piece_with_one_character_was_struck_through() -> None:
    profile, middles = written("光梅河口市", gap=40)
    x, tall, columns = profile
    columns[TALL : TALL + 26] = 5  # the stroke sticks out
    seen = list(zip("光梅河口市", middles, strict=True))
    assert struck_piece(*read([((x, tall, columns), seen)]))
    joined = columns.copy()
    joined[:] = 8  # running hand: one piece, all its characters read
    assert not struck_piece(*read([((x, tall, joined), seen)]))


def test_a_wide_blank_within_a_line() -> None:
    x, tall, columns = written("希望托管")[0]
    apart = np.concatenate((columns[:60], np.zeros(100, np.int64), columns[60:]))
    assert widest_gap([(x, tall, apart)]) > 1.4
    assert widest_gap([]) == 0
