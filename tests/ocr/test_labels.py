"""Words tell versions of a form apart: what is asked elsewhere is not read as if it were asked here."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from forms.form_file import Box
from ocr.find_form import Finder, Found, NotFound
from ocr.images import Delivered
from ocr.registration import PX_PER_MM, Picture
from tests.ocr import paper

PLAIN = paper.paper_form("plain", marks=False, seed=4)
LAYOUT = paper.drawn_page("plain", 1, marks=False, seed=4)
OTHER = "颜色重量高度"


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder([PLAIN])


def with_other_words(places: list[Box]) -> Picture:
    """The blank page with other words before these places to write, everything else as it was."""
    image = Image.fromarray(LAYOUT.picture.copy())
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(paper.FACE), 44)
    for number, box in enumerate(places):
        words = dict(zip((b.x for _, b in LAYOUT.cells if b.y == box.y), range(9), strict=False))
        assert box.x in words
        label = next(word for word, b in LAYOUT.cells if b == box)
        left = box.x - min(4.2 * len(label) + 2, box.x)
        white = [v * PX_PER_MM for v in (left + 0.6, box.y - 0.2, box.x - 0.4, box.bottom - 0.2)]
        pen.rectangle(white, fill=255)
        shown = OTHER[number % 3 :][: max(2, len(label))]
        pen.text(((left + 1) * PX_PER_MM, (box.y + 0.7) * PX_PER_MM), shown, font=font, fill=0)
    return np.asarray(image, dtype=np.uint8)


def shot(page: Picture, seed: int) -> Delivered:
    rng = np.random.default_rng(seed)
    colour = np.repeat(page[:, :, None], 3, axis=2)
    return Delivered(paper.shoot(colour, rng, dpi=200, turn=90, skew=1.5).picture, 200, 200)


def roomy() -> list[Box]:
    """Places whose labels stand whole before them (a narrow cell cuts its label's place short)."""
    return [b for word, b in LAYOUT.cells if len(word) >= 2 and b.w > 4.2 * len(word) + 3]


def test_a_changed_label_is_noticed_where_it_stands(finder: Finder) -> None:
    place = roomy()[3]
    found = finder.find(shot(with_other_words([place]), 1))
    assert isinstance(found, Found)
    assert found.words.missing.sum() >= 1
    assert found.quality(place) < 0.5
    far = [b for _, b in LAYOUT.cells if abs(b.y - place.y) > 40]
    assert all(found.quality(b) > 0.5 for b in far)


def test_the_form_as_it_is_misses_no_word(finder: Finder) -> None:
    found = finder.find(shot(LAYOUT.picture, 2))
    assert isinstance(found, Found)
    assert found.words.looked > 30
    assert not found.words.missing.any()


def test_writing_over_a_label_does_not_make_it_another(finder: Finder) -> None:
    page = LAYOUT.picture.copy()
    place = roomy()[3]
    rows, columns = round((place.y + 3) * PX_PER_MM), round((place.x - 8) * PX_PER_MM)
    for n in range(5):
        page[rows - 20 + 9 * n : rows - 16 + 9 * n, columns : columns + 70] = 40
    found = finder.find(shot(page, 3))
    assert isinstance(found, Found)
    assert not found.words.missing.any()


def test_many_changed_labels_are_another_version(finder: Finder) -> None:
    assert finder.find(shot(with_other_words(roomy()[:12]), 4)) == NotFound("other_version")
