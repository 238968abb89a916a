"""Blanks laid out by LibreOffice are learned: cells, labels, options, and what a person then corrects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.bench_learning import NOISES, learned, scored
from benchmarks.synth.dice import Dice
from benchmarks.synth.scan import deliver, jpeg_bytes
from forms import proposal as edit
from forms.form_file import Box, FormError, FormOption
from forms.kinds import Kind
from forms.proposal import Proposal, ProposedField, ProposedPage
from ocr.learning.flat import skew, straightened
from ocr.learning.rules import find_rules
from ocr.models import models_dir
from ocr.pdf import PdfFile
from ocr.recogniser import Recogniser
from ocr.refine import ink_map
from ocr.registration import PX_PER_MM

BLANKS = Path(__file__).resolve().parents[2] / "benchmarks" / "blanks"


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(models_dir(), 1)


def truth(name: str) -> list[dict[str, Any]]:
    told = json.loads((BLANKS / f"{name}.truth.json").read_text(encoding="utf-8"))
    return [{"page": 1, **field} for field in told["fields"]]


@pytest.mark.parametrize("name", ["brackets", "vertical", "labels-above", "national-2016"])
def test_a_pdf_is_learned_whole(name: str, recogniser: Recogniser) -> None:
    found = learned((BLANKS / f"{name}.pdf").read_bytes(), name, recogniser)
    score = scored(found, truth(name), exact=True)
    assert score.wrong == []
    assert (score.right, score.spare) == (score.cells, 0)
    assert (found.pages[0].width_mm, found.pages[0].height_mm) == (210, 297)


def test_a_scan_lying_on_its_side_is_learned(recogniser: Recogniser) -> None:
    pdf = PdfFile((BLANKS / "vertical.pdf").read_bytes())
    page = pdf.page(0).picture
    pdf.close()
    delivered = deliver(page, NOISES["scan300"], Dice("learning test"), turns=1)
    score = scored(learned(jpeg_bytes(delivered), "vertical", recogniser), truth("vertical"), exact=False)
    assert score.right >= 0.95 * score.cells, score.wrong
    assert score.options == score.choices


# -- rules ------------------------------------------------------------------------------------------------------------


def page_with(*lines: tuple[float, float, float, float], dashed: bool = False, grey: int = 0) -> np.ndarray[Any, Any]:
    """A white page, 100 x 80 mm at ``PX_PER_MM``, with lines given in millimetres."""
    page = np.full((round(80 * PX_PER_MM), round(100 * PX_PER_MM)), 255, np.uint8)
    for x1, y1, x2, y2 in lines:
        pieces = 60 if dashed else 1
        for n in range(pieces):
            a, b = n / pieces, (n + (0.5 if dashed else 1)) / pieces
            one = (round((x1 + (x2 - x1) * a) * PX_PER_MM), round((y1 + (y2 - y1) * a) * PX_PER_MM))
            other = (round((x1 + (x2 - x1) * b) * PX_PER_MM), round((y1 + (y2 - y1) * b) * PX_PER_MM))
            cv2.line(page, one, other, (grey,), 2)
    return page


GRID = ((10, 10, 90, 10), (10, 25, 90, 25), (10, 40, 90, 40), (10, 10, 10, 40), (50, 10, 50, 40), (90, 10, 90, 40))


@pytest.mark.parametrize(("dashed", "grey"), [(False, 0), (False, 190), (True, 0)])
def test_rules_are_found_solid_grey_and_dashed(dashed: bool, grey: int) -> None:
    rules = find_rules(ink_map(page_with(*GRID, dashed=dashed, grey=grey), PX_PER_MM))
    assert [round(r.at) for r in sorted(rules.across, key=lambda r: r.at)] == [10, 25, 40]
    assert [round(r.at) for r in sorted(rules.down, key=lambda r: r.at)] == [10, 50, 90]


def test_a_line_that_meets_none_is_there_to_write_on() -> None:
    rules = find_rules(ink_map(page_with(*GRID, (20, 60, 60, 60)), PX_PER_MM))
    assert len(rules.across) == 3
    assert [(round(r.at), round(r.start), round(r.end)) for r in rules.underlines] == [(60, 20, 60)]


def test_a_page_askew_is_turned_level() -> None:
    page = page_with(*GRID)
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), -4, 1.0)
    askew = np.asarray(cv2.warpAffine(page, matrix, page.shape[::-1], borderValue=(255,)), dtype=np.uint8)
    assert skew(askew) == pytest.approx(4, abs=0.1)
    level = straightened(np.repeat(askew[:, :, None], 3, axis=2), photographed=False)
    assert abs(skew(np.asarray(level.picture[:, :, 0], dtype=np.uint8))) < 0.1


# -- corrections ------------------------------------------------------------------------------------------------------


def a_proposal() -> Proposal:
    fields = (
        ProposedField("child_name", "姓名", Kind.NAME, 1, Box(10, 10, 40, 8)),
        ProposedField("x_f_1", "血型", Kind.TEXT, 1, Box(60, 10, 40, 8)),
        ProposedField(
            "x_f_2", "性 别", Kind.CHOICE, 1, Box(10, 30, 40, 8),
            options=(FormOption("1", "男", Box(12, 32, 4, 4)), FormOption("2", "女", Box(30, 32, 4, 4))),
        ),
    )  # fmt: skip
    return Proposal("f", "表", (ProposedPage(210, 297, b"", 200),), fields)


def test_naming_a_field_gives_it_the_kind_and_codes_of_its_key() -> None:
    named = edit.named(a_proposal(), "x_f_2", "disability_certificate")
    assert named.field("disability_certificate").kind is Kind.CHOICE
    sexes = edit.named(a_proposal(), "x_f_2", "child_sex").field("child_sex")
    assert [o.code for o in sexes.options] == ["1", "2"]
    with pytest.raises(FormError, match="键名"):
        edit.named(a_proposal(), "x_f_1", "child_name")
    with pytest.raises(FormError, match="小写"):
        edit.named(a_proposal(), "x_f_1", "姓名")


def test_cells_are_drawn_split_merged_and_taken_away() -> None:
    drawn = edit.drawn(a_proposal(), 1, Box(60, 30, 30, 8), "班主任电话：")
    assert drawn.field("x_f_3").kind is Kind.PHONE
    assert [f.key for f in drawn.fields] == ["child_name", "x_f_1", "x_f_2", "x_f_3"]
    parts = edit.split(drawn, "x_f_2", 25.0)
    assert [o.label for o in parts.field("x_f_2").options] == ["男"]
    assert [o.label for o in parts.field("x_f_4").options] == ["女"]
    whole = edit.merged(parts, ["x_f_2", "x_f_4"])
    assert whole.field("x_f_2").box == Box(10, 30, 40, 8)
    assert len(whole.field("x_f_2").options) == 2
    assert [f.key for f in edit.removed(whole, "x_f_1").fields] == ["child_name", "x_f_2", "x_f_3"]
    with pytest.raises(FormError, match="分割线"):
        edit.split(drawn, "x_f_2", 90.0)


def test_kinds_of_the_dictionary_stay() -> None:
    assert edit.of_kind(a_proposal(), "x_f_1", Kind.DATE).field("x_f_1").kind is Kind.DATE
    with pytest.raises(FormError, match="字典"):
        edit.of_kind(a_proposal(), "child_name", Kind.TEXT)


def test_a_proposal_without_fields_is_no_form() -> None:
    empty = Proposal("f", "表", (ProposedPage(210, 297, b"", 200),), ())
    with pytest.raises(FormError, match="没有找到"):
        empty.as_form("1")
