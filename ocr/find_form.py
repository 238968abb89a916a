"""Which side of which form is this, and how does it lie? Or: none that is known, and why.

The code on the sheet says it at once; corner squares give the place; both may be missing or wrong on a
photocopy, then features of the blank pages are looked for. Whatever the guess came from, the printed tiles
of the blank must be found in place (``refine``) and its words must be the blank's (``labels``), so a page is never
read with the wrong form's cells, nor with those of another version of its form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from forms.form_file import Box, Form
from ocr.blank_page import is_blank, is_noise, unusable
from ocr.corners import Code, find_code, guess_from_code, guesses_from_squares
from ocr.features import Features, blank_features, guess_from_features, picture_features, plausible
from ocr.images import Delivered
from ocr.labels import Words, WordsSeen, words_of
from ocr.refine import BlankSide, Fit, fit, ink_map
from ocr.registration import Match, Picture, rectify, transform

Homography: TypeAlias = npt.NDArray[np.float64]

SHOWN_SIDE = 2200
"""Registration works on a grey copy this large; an A4 scan is then at 188 dpi."""
AGREES = 0.6
"""Share of visible printed tiles that must be found in place."""
AGREES_BY_HAND = 0.4
"""The same where a person has said which form it is; nothing on such a page is vouched for."""
LOOKS_ALIKE = 0.35
"""Correlation of page and blank at 1 px/mm below which a guess isn't worth refining."""
MOSTLY_VISIBLE = 0.75
"""Share of the printed tiles that must lie inside the picture; less is a torn or half-scanned page."""
TELLS_APART = 0.03
"""Two different forms that agree with a page to within this can't be told apart."""
WORDS_WEIGH = 8.0
"""A missing word weighs as much as so many missing tiles: versions of a form differ in words first, then in rules."""
ALMOST_AS_LIKE = 0.12
"""Guesses whose likeness is within this of the best are tried too: versions of one form look alike."""
MOST_TRIED = 4
PART_MM = 40.0
"""Wide fields are judged in parts: curled paper may lie well at one end of a line and badly at the other."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """No known form. ``reason``: blank, too_small, too_dark, noise, no_form_found, form_not_installed, mirrored,
    partly_visible, ambiguous_form, other_version (the rules of a known form, but other words), not_this_form (that
    a person chose)."""

    reason: str
    serial: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A page laid on its form, and how well each place of it lies."""

    match: Match
    fit: Fit
    known: KnownSide
    words: WordsSeen

    def quality(self, box: Box) -> float:
        """0..1: share of the printed tiles around a form box that were found in place, of a wide box in its worst part;
        at most 0.3 where a word that may be its label is missing."""
        parts = max(1, round(box.w / PART_MM))
        width = box.w / parts
        tiles = min(self._tiles_around(Box(box.x + n * width, box.y, width, box.h)) for n in range(parts))
        return tiles if self.words.vouch_for(box) else min(tiles, 0.3)

    def _tiles_around(self, box: Box) -> float:
        reach = 14.0
        at = self.fit.centres_mm
        near = (
            (at[:, 0] > box.x - reach)
            & (at[:, 0] < box.right + reach)
            & (at[:, 1] > box.y - reach)
            & (at[:, 1] < box.bottom + reach)
        )
        marks = self.fit.found[near]
        marks = marks[~np.isnan(marks)]
        return float(marks.mean()) if len(marks) else 0.0


class KnownSide:
    """One page of a known form with what is needed to find it, built when first used."""

    def __init__(self, form: Form, page: int) -> None:
        self.form = form
        self.page = page
        self.side = form.pages[page - 1]
        self.blank = BlankSide(self.side)

    @cached_property
    def features(self) -> Features:
        return blank_features(self.blank)

    @cached_property
    def words(self) -> Words:
        return words_of(self.blank, self.form.on_page(self.page))

    @cached_property
    def thumbnail(self) -> npt.NDArray[np.float32]:
        return ink_map(self.blank.drawn(1.0), 1.0)

    def likeness(self, grey: Picture, homography: Homography) -> float:
        """Correlation of the page, so laid, with the blank at 1 px/mm."""
        page = ink_map(rectify(grey, self.side, homography, None, 1.0), 1.0)
        a, b = (cv2.GaussianBlur(ink, (0, 0), 1.5).astype(np.float64) for ink in (page, self.thumbnail))
        a, b = a - a.mean(), b - b.mean()
        return float((a * b).sum() / max(1e-9, np.sqrt((a * a).sum() * (b * b).sum())))


class Finder:
    """Finds known forms in delivered pictures. Make one per process; it keeps what it learned of the blanks."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.sides = tuple(KnownSide(form, page) for form in forms for page in range(1, len(form.pages) + 1))

    def warm(self) -> None:
        """Build what every page needs now instead of at the first page."""
        for known in self.sides:
            for made in (known.features, known.thumbnail, known.words, known.blank.coarse, known.blank.fine):
                assert made is not None

    def find(self, delivered: Delivered, chosen: tuple[str, str] | None = None) -> Found | NotFound:
        """Look for a known form. The match is in delivered pixels.

        ``chosen``: id and version of the form that a person says it is. No other is looked for, less of it has to be
        in place, and words that another version has speak against fields only (``Found.quality``), not against it.
        """
        grey = np.asarray(cv2.cvtColor(delivered.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        shown, scale = shown_copy(grey, delivered.dpi_x, delivered.dpi_y)
        reason = unusable(shown)
        if reason is not None:
            return NotFound(reason)
        # before the code: through thin paper the code of a sheet's front can be read from its empty back
        if is_blank(shown):
            return NotFound("noise" if is_noise(shown) else "blank")
        sides = [k for k in self.sides if chosen is None or (k.form.id, k.form.version) == chosen]
        if chosen is not None and not sides:
            return NotFound("form_not_installed")
        search = _Search(sides, grey, shown, scale, by_hand=chosen is not None)
        code = find_code(grey)
        if code is not None and chosen is not None and chosen != (code.form, code.version):
            code = None  # the person has looked
        found = search.by_code(code) if code else search.by_squares() or search.by_features()
        if found is None and chosen is not None:
            return NotFound("not_this_form", code.serial if code else None)
        if found is None:
            return NotFound(search.why_not(), code.serial if code else None)
        if isinstance(found, NotFound):
            return found
        return _in_delivered(found, scale)

    def seen(self, delivered: Delivered) -> Found | None:
        """A known form on the picture, or None, whatever the reason."""
        grey = np.asarray(cv2.cvtColor(delivered.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        shown, scale = shown_copy(grey, delivered.dpi_x, delivered.dpi_y)
        if unusable(shown) is not None or is_blank(shown):
            return None
        search = _Search(self.sides, grey, shown, scale)
        code = find_code(grey)
        found = search.by_code(code) if code else search.by_squares() or search.by_features()
        return _in_delivered(found, scale) if isinstance(found, _Laid) else None


def shown_copy(grey: Picture, dpi_x: int, dpi_y: int) -> tuple[Picture, tuple[float, float]]:
    """A grey copy of workable size with square pixels (faxes have 204 x 98 dpi), and its scale per axis."""
    dpi = max(dpi_x, dpi_y)
    stretch = (dpi / dpi_x, dpi / dpi_y) if dpi > 1.2 * min(dpi_x, dpi_y) else (1.0, 1.0)
    height, width = grey.shape
    shrink = min(1.0, SHOWN_SIDE / max(width * stretch[0], height * stretch[1]))
    fx, fy = stretch[0] * shrink, stretch[1] * shrink
    if fx == fy == 1.0:
        return grey, (1.0, 1.0)
    way = cv2.INTER_AREA if max(fx, fy) <= 1 else cv2.INTER_LINEAR
    size = (max(1, round(width * fx)), max(1, round(height * fy)))
    shown = np.asarray(cv2.resize(grey, size, interpolation=way), dtype=np.uint8)
    return shown, (size[0] / width, size[1] / height)


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    known: KnownSide
    fit: Fit
    words: WordsSeen
    serial: str | None = None

    @property
    def likely(self) -> float:
        """Share of tiles in place, less what missing words take from it."""
        return self.fit.agreement - WORDS_WEIGH * self.words.share_missing


_Result: TypeAlias = _Laid | NotFound | None


class _Search:
    """One picture's search. ``by_...`` return a page laid on its form, a reason why not, or None to go on."""

    def __init__(
        self,
        sides: Sequence[KnownSide],
        grey: Picture,
        shown: Picture,
        scale: tuple[float, float],
        *,
        by_hand: bool = False,
    ) -> None:
        self.sides = sides
        self.by_hand = by_hand
        self.grey = grey
        self.shown = shown
        self.scale = scale

    @cached_property
    def features(self) -> Features:
        return picture_features(self.shown)

    def by_code(self, code: Code) -> _Result:
        """By the sheet's own code. A page that can't be laid on the form it names is laid on no other."""
        named = [k for k in self.sides if (k.form.id, k.form.version, k.page) == (code.form, code.version, code.page)]
        if not named:
            return NotFound("form_not_installed", code.serial)
        known = named[0]
        laid = self._from_code(known, code) or self._from_features([known])
        return replace(laid, serial=code.serial or None) if isinstance(laid, (_Laid, NotFound)) else None

    def _from_code(self, known: KnownSide, code: Code) -> _Result:
        shown_code = replace(code, corners=code.corners * self.scale)
        guess = guess_from_code(self.shown, shown_code, known.side)
        if guess is None or not plausible(guess, _page_corners(known)):
            return None
        return self._accepted([self._lay(known, guess)])

    def by_squares(self) -> _Result:
        """Corner squares without a code: which form and which way up is told by likeness to the blanks."""
        guesses: dict[tuple[Box, ...], list[Homography]] = {}
        scored: list[tuple[float, int, KnownSide, Homography]] = []
        for known in self.sides:
            corners = known.side.corners
            if corners not in guesses:
                guesses[corners] = list(guesses_from_squares(self.shown, known.side))
            for guess in guesses[corners]:
                if plausible(guess, _page_corners(known)):
                    scored.append((known.likeness(self.shown, guess), len(scored), known, guess))
        best = sorted(scored, key=lambda s: (-s[0], s[1]))[:MOST_TRIED]
        least = max(LOOKS_ALIKE, best[0][0] - ALMOST_AS_LIKE) if best else 1.0
        return self._accepted([self._lay(known, guess) for likeness, _, known, guess in best if likeness > least])

    def by_features(self) -> _Result:
        return self._from_features(self.sides)

    def _from_features(self, sides: Iterable[KnownSide]) -> _Result:
        guesses = []
        for known in sides:
            guess = guess_from_features(known.features, self.features)
            if guess is not None:
                guesses.append((guess.inliers, known, guess.homography))
        best = sorted(guesses, key=lambda g: -g[0])[:MOST_TRIED]
        return self._accepted([self._lay(known, homography) for _, known, homography in best])

    def _lay(self, known: KnownSide, guess: Homography) -> _Laid:
        fitted = fit(known.blank, self.shown, guess)
        return _Laid(known, fitted, known.words.looked_for(fitted.ink, _visible(known.words, fitted, self.shown)))

    def _accepted(self, laid: list[_Laid]) -> _Result:
        good = [page for page in laid if page.fit.agreement >= (AGREES_BY_HAND if self.by_hand else AGREES)]
        good = [page for page in good if plausible(page.fit.homography, _page_corners(page.known))]
        if not good:
            return None
        best, *others = sorted(good, key=lambda page: -page.likely)
        if any(o.known is not best.known and best.likely - o.likely < TELLS_APART for o in others):
            return NotFound("ambiguous_form")
        if best.words.another_form and not self.by_hand:
            return NotFound("other_version")
        if best.fit.visible < MOSTLY_VISIBLE:
            return NotFound("partly_visible")
        return best

    def why_not(self) -> str:
        """The reason when nothing was found: noise, a mirror image of a known form, or just no form."""
        if is_noise(self.shown):
            return "noise"
        mirror = _Search(self.sides, self.grey, np.ascontiguousarray(self.shown[:, ::-1]), self.scale)
        return "mirrored" if isinstance(mirror.by_features(), _Laid) else "no_form_found"


def _visible(words: Words, fitted: Fit, shown: Picture) -> npt.NDArray[np.bool_]:
    """Per word: all of it lies inside the picture."""
    px = transform(fitted.homography, words.corners_mm)
    height, width = shown.shape
    inside = (px[:, 0] > 0) & (px[:, 1] > 0) & (px[:, 0] < width) & (px[:, 1] < height)
    return np.asarray(inside.reshape(-1, 4).all(axis=1), dtype=np.bool_)


def _page_corners(known: KnownSide) -> npt.NDArray[np.float64]:
    return np.array([(0.0, 0.0), (known.side.width_mm, known.side.height_mm)])


def _in_delivered(laid: _Laid, scale: tuple[float, float]) -> Found:
    known = laid.known
    homography = np.diag([1 / scale[0], 1 / scale[1], 1.0]) @ laid.fit.homography
    middle = np.array([known.side.width_mm / 2, known.side.height_mm / 2])
    centre, right, below = transform(homography, [middle, middle + np.array([1, 0]), middle + np.array([0, 1])])
    across, down = right - centre, below - centre
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    px_per_mm = float(np.linalg.norm(across) + np.linalg.norm(down)) / 2
    match = Match(
        form=known.form,
        page=known.page,
        homography=homography,
        error_px=laid.fit.error_mm * px_per_mm,
        rotation=-round(angle / 90) * 90 % 360,
        serial=laid.serial,
        warp=laid.fit.warp,
    )
    return Found(match, replace(laid.fit, homography=homography), known, laid.words)
