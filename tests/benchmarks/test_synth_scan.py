"""The way from paper to picture is exact, and kept inside the picture; noise is reproducible."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synth.dice import Dice
from benchmarks.synth.scan import PROFILES, Geometry, deliver, jpeg_bytes, noise_named
from benchmarks.synth.writing.glyphs import PX_PER_MM
from forms.form_file import Box

SIZE = (round(210 * PX_PER_MM), round(297 * PX_PER_MM))


def page_with_dots(places: np.ndarray) -> np.ndarray:
    page = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)
    for x, y in places * PX_PER_MM - 0.5:
        cv2.circle(page, (round(x * 16), round(y * 16)), 20 * 16, (0, 0, 0), -1, cv2.LINE_AA, 4)
    return page


@pytest.mark.parametrize("noise", ["light", "heavy", "phone"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_dot_lands_where_the_truth_says(noise: str, turns: int) -> None:
    places = np.array([(30.0, 40.0), (180.0, 45.0), (105.0, 150.0), (35.0, 250.0), (178.0, 255.0)])
    delivered = deliver(
        page_with_dots(places), noise_named("calibration", noise), Dice("dot", noise, turns), turns=turns
    )
    grey = cv2.cvtColor(delivered.picture, cv2.COLOR_BGR2GRAY)
    for x, y in delivered.to_px(places):
        reach = 40
        around = grey[round(y) - reach : round(y) + reach, round(x) - reach : round(x) + reach].astype(float)
        dark = np.clip(around.max() * 0.6 - around, 0, None)
        rows, columns = np.mgrid[0 : around.shape[0], 0 : around.shape[1]] + 0.5
        found = np.array([(dark * columns).sum(), (dark * rows).sum()]) / dark.sum()
        found += [round(x) - reach, round(y) - reach]
        assert np.hypot(*(found - (x, y))) < 1.0


@pytest.mark.parametrize("turns", range(4))
def test_rotation_says_how_to_turn_it_upright(turns: int) -> None:
    page = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)
    page[:600, :600] = 0  # a dark corner, top left
    delivered = deliver(page, PROFILES["calibration"]["light"], Dice("turn"), turns=turns, dpi=75)
    upright = np.rot90(delivered.picture, -delivered.rotation // 90)
    height, width = upright.shape[:2]
    assert upright[: height // 10, : width // 10].mean() < 90
    assert upright[-height // 10 :, -width // 10 :].mean() > 180


@given(
    st.floats(-25, 25), st.floats(-12, 12), st.floats(-0.6, 0.6), st.floats(0, SIZE[0] - 1), st.floats(0, SIZE[1] - 1)
)
def test_flattening_undoes_the_curl(rows: float, columns: float, phase: float, x: float, y: float) -> None:
    geometry = Geometry(np.eye(3), SIZE, SIZE, (rows, columns, phase), 0)
    point = np.array([[x, y]])
    assert np.abs(geometry.curled(geometry.flat(point)) - point).max() < 1e-3


@settings(max_examples=40)
@given(
    st.integers(0, 10**6), st.sampled_from(["light", "heavy", "phone"]), st.sampled_from(["calibration", "reporting"])
)
def test_every_field_stays_in_the_picture(seed: int, noise: str, profile: str) -> None:
    from benchmarks.synth.scan import _geometry

    settings_ = noise_named(profile, noise)
    geometry = _geometry(settings_, Dice(seed), SIZE, 300, 0)
    corners = np.array([(15, 29), (195, 29), (15, 273), (195, 273)]) * PX_PER_MM
    there = geometry.forward(corners)
    assert (there >= 0).all()
    assert (there < geometry.size).all()


def test_profiles_are_not_the_same() -> None:
    for noise in ("light", "heavy", "phone"):
        assert noise_named("calibration", noise) != noise_named("reporting", noise)
    with pytest.raises(KeyError):
        noise_named("reporting", "fax")


def test_the_same_throw_gives_the_same_picture() -> None:
    page = page_with_dots(np.array([(100.0, 100.0)]))
    one, two = (deliver(page, PROFILES["reporting"]["heavy"], Dice("again")) for _ in range(2))
    assert jpeg_bytes(one) == jpeg_bytes(two)
    assert one.box_px(Box(90, 90, 20, 20)) == two.box_px(Box(90, 90, 20, 20))
