"""Pages are found in every position they are delivered in, exactly; what isn't a known form is never laid on one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from forms.form_file import Box, Form
from ocr.find_form import Finder, Found, NotFound
from ocr.images import Delivered
from ocr.registration import Picture, lay
from tests.ocr import paper
from tests.ocr.paper import Shot

MARKED = paper.paper_form()
PLAIN = paper.paper_form("plain", marks=False, seed=4)


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder([MARKED, PLAIN])


def delivered(picture: Picture, dpi: int = 300) -> Delivered:
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture
    return Delivered(np.asarray(colour, dtype=np.uint8), dpi, dpi)


def filled(form: Form, page: int, rng: np.random.Generator, *, hide: tuple[str, ...] = ()) -> Picture:
    """A filled page of one of the two forms, with code or corner squares painted over."""
    marks = form is MARKED
    picture = paper.scribble(paper.drawn_page(form.id, page, marks=marks, seed=1 if marks else 4), rng)
    hidden = ([paper.QR] if "code" in hide else []) + [paper.CORNERS[int(h)] for h in hide if h.isdigit()]
    for box in hidden:
        left, top, right, bottom = (round(v) for v in paper.pixels(box))
        picture[top - 2 : bottom + 3, left - 2 : right + 3] = 255
    return picture


def laid(finder: Finder, shot: Shot, dpi: float = 300) -> tuple[Found, float]:
    found = finder.find(delivered(shot.picture, round(dpi)))
    assert isinstance(found, Found), found
    return found, shot.error_px(lay(shot.picture, found.match).to_px, dpi)


@pytest.mark.parametrize(
    ("turn", "skew", "dpi"), [(0, 0.6, 300), (90, -10.0, 300), (180, 9.5, 200), (270, 3.0, 150), (0, 0.0, 400)]
)
def test_scans_at_any_rotation_and_resolution(finder: Finder, turn: int, skew: float, dpi: int) -> None:
    rng = np.random.default_rng(turn + dpi)
    shot = paper.shoot(filled(MARKED, 1, rng), rng, turn=turn, skew=skew, dpi=dpi)
    found, error = laid(finder, shot, dpi)
    assert (found.match.form.id, found.match.page) == ("paper", 1)
    assert found.match.rotation == -turn % 360
    assert found.match.serial == "7QX3M2K9AB"
    assert error < 1.0
    assert found.match.error_px < 1.0


@pytest.mark.parametrize("seed", range(3))
def test_photos_with_perspective(finder: Finder, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = int(rng.choice([0, 90, 180, 270]))
    page = filled(MARKED, 2, rng)
    shot = paper.shoot(page, rng, dpi=200, perspective=0.07, skew=rng.uniform(-8, 8), turn=turn, margin=15, desk=60)
    found, error = laid(finder, shot, 200)
    assert (found.match.page, found.match.rotation) == (2, -turn % 360)
    assert error < 1.5


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param(("code",), id="no code"),
        pytest.param(("2",), id="one corner missing"),
        pytest.param(("0", "1", "2", "3"), id="no corners"),
        pytest.param(("code", "0"), id="no code and a corner missing"),
        pytest.param(("code", "0", "1", "2", "3"), id="neither"),
    ],
)
def test_photocopies_without_their_marks(finder: Finder, hide: tuple[str, ...]) -> None:
    rng = np.random.default_rng(len(hide))
    shot = paper.shoot(filled(MARKED, 2, rng, hide=hide), rng, turn=180, skew=2)
    found, error = laid(finder, shot)
    assert (found.match.form.id, found.match.page, found.match.rotation) == ("paper", 2, 180)
    assert found.match.serial == (None if "code" in hide else "7QX3M2K9AB")
    assert error < 1.5


@pytest.mark.parametrize(("page", "turn"), [(1, 90), (2, 0)])
def test_a_form_that_never_had_marks(finder: Finder, page: int, turn: int) -> None:
    rng = np.random.default_rng(page)
    shot = paper.shoot(filled(PLAIN, page, rng), rng, turn=turn, perspective=0.04, dpi=200)
    found, error = laid(finder, shot, 200)
    assert (found.match.form.id, found.match.page, found.match.rotation) == ("plain", page, -turn % 360)
    assert error < 1.5


def curled(shot: Shot, depth_px: float) -> tuple[Picture, Callable[[np.ndarray], np.ndarray]]:
    """The picture with its lines bent into one long wave, and where a point of it went."""
    height, width = shot.picture.shape[:2]

    def wave(x: np.ndarray) -> np.ndarray:
        return np.asarray(depth_px * np.sin(x / width * 2 * np.pi))

    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(
        shot.picture, x, (y - wave(x)).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(bent, dtype=np.uint8), lambda p: p + np.column_stack((np.zeros(len(p)), wave(p[:, 0])))


def test_curled_paper_is_followed(finder: Finder) -> None:
    rng = np.random.default_rng(8)
    shot = paper.shoot(filled(MARKED, 1, rng), rng, dpi=200)
    picture, moved = curled(shot, 12.0)  # 1.5 mm: three strokes' width
    found = finder.find(delivered(picture, 200))
    assert isinstance(found, Found)
    assert found.match.warp is not None
    registered = lay(picture, found.match)
    lattice = np.stack(np.meshgrid(np.linspace(20, 190, 9), np.linspace(45, 265, 9)), axis=-1).reshape(-1, 2)
    flat = (found.match.homography @ np.column_stack((lattice, np.ones(81))).T).T
    truth = moved((shot.homography @ np.column_stack((lattice, np.ones(81))).T).T[:, :2])
    error = np.linalg.norm(registered.to_px(lattice) - truth, axis=1)
    assert float(error.max()) < 1.0
    assert float(np.linalg.norm(flat[:, :2] / flat[:, 2:] - truth, axis=1).max()) > 6.0


def test_a_page_cut_at_the_edge_is_still_found(finder: Finder) -> None:
    rng = np.random.default_rng(3)
    shot = paper.shoot(filled(MARKED, 1, rng), rng, margin=-7)
    assert laid(finder, shot)[1] < 1.0


def test_faxes_with_oblong_pixels(finder: Finder) -> None:
    rng = np.random.default_rng(4)
    shot = paper.shoot(filled(MARKED, 1, rng), rng, dpi=204, noise=0)
    grey = cv2.cvtColor(shot.picture, cv2.COLOR_BGR2GRAY)
    half = cv2.resize(grey, None, fx=1, fy=98 / 204, interpolation=cv2.INTER_AREA)
    fax = np.asarray(np.where(half > 150, 255, 0), dtype=np.uint8)
    found = finder.find(Delivered(np.asarray(cv2.cvtColor(fax, cv2.COLOR_GRAY2BGR), dtype=np.uint8), 204, 98))
    assert isinstance(found, Found)
    fy = fax.shape[0] / grey.shape[0]
    registered = lay(np.asarray(cv2.cvtColor(fax, cv2.COLOR_GRAY2BGR), dtype=np.uint8), found.match)
    assert shot.error_px(lambda mm: registered.to_px(mm) / (1, fy), 204) < 2.5


@pytest.mark.parametrize(("marks", "turn"), [(False, 0), (False, 90)])
def test_another_form_is_never_laid_on_ours(finder: Finder, marks: bool, turn: int) -> None:
    rng = np.random.default_rng(turn)
    page = paper.scribble(paper.drawn_page("other", 1, marks=marks, seed=7), rng)
    assert finder.find(delivered(paper.shoot(page, rng, turn=turn).picture)) == NotFound("no_form_found")


def test_a_form_that_is_not_installed_is_named_so() -> None:
    rng = np.random.default_rng(1)
    picture = paper.shoot(filled(MARKED, 1, rng), rng, dpi=200).picture
    assert Finder([PLAIN]).find(delivered(picture, 200)) == NotFound("form_not_installed", "7QX3M2K9AB")


def test_two_forms_with_one_layout_are_not_guessed() -> None:
    twin = Form("twin", "1", PLAIN.title, PLAIN.pages, PLAIN.fields)
    rng = np.random.default_rng(2)
    picture = paper.shoot(filled(PLAIN, 1, rng), rng, dpi=150).picture
    assert Finder([PLAIN, twin]).find(delivered(picture, 150)) == NotFound("ambiguous_form")


def test_half_a_page_and_a_mirrored_page_are_said(finder: Finder) -> None:
    rng = np.random.default_rng(6)
    whole = paper.shoot(filled(MARKED, 1, rng), rng, dpi=200).picture
    top = np.ascontiguousarray(whole[: len(whole) // 2])
    assert finder.find(delivered(top, 200)) == NotFound("partly_visible", "7QX3M2K9AB")
    found = finder.find(delivered(np.ascontiguousarray(whole[:, ::-1]), 200))
    assert isinstance(found, NotFound)
    assert found.reason == "mirrored"


def noise(rng: np.random.Generator) -> Picture:
    return rng.integers(0, 255, (1600, 1200, 3)).astype(np.uint8)


def empty_back(rng: np.random.Generator) -> Picture:
    """The back of a filled sheet: the front shines through, mirrored."""
    front = filled(MARKED, 1, rng)[:, ::-1].astype(np.float32)
    through = cv2.GaussianBlur(250 - (255 - front) * 0.12, (0, 0), 2) + rng.normal(0, 3, front.shape)
    return np.asarray(through.clip(0, 255), dtype=np.uint8)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (empty_back, "blank"),
        (lambda _: np.full((1600, 1200), 247, np.uint8), "blank"),
        (lambda _: np.zeros((1600, 1200), np.uint8), "too_dark"),
        (lambda _: np.full((40, 30), 255, np.uint8), "too_small"),
        (noise, "noise"),
    ],
)
def test_pages_with_nothing_to_read(
    finder: Finder, make: Callable[[np.random.Generator], Picture], reason: str
) -> None:
    assert finder.find(delivered(make(np.random.default_rng(0)))) == NotFound(reason)


def test_a_page_with_one_line_of_writing_is_not_blank(finder: Finder) -> None:
    page = np.full((1650, 1200), 245, np.uint8)
    for n in range(6):
        cv2.putText(page, "ab", (200 + 90 * n, 700), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (90,), 3)
    assert finder.find(delivered(page, 150)) == NotFound("no_form_found")


def test_places_that_do_not_lie_well_are_known(finder: Finder) -> None:
    rng = np.random.default_rng(9)
    page = filled(MARKED, 1, rng)
    left, top, right, bottom = (round(v) for v in paper.pixels(Box(20, 200, 170, 60)))
    page[top:bottom, left:right] = 180  # something lies on the page
    found, _ = laid(finder, paper.shoot(page, rng))
    assert found.quality(Box(90, 225, 30, 8)) < 0.3
    assert found.quality(Box(90, 80, 30, 8)) > 0.8
