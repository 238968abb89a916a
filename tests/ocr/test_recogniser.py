"""The network run directly says what PaddleOCR's public interface says."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.models import RECOGNITION, ModelsMissing, model_folder, models_dir
from ocr.recogniser import BLANK, Recogniser, greedy
from tests.ocr.drawn import line


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(models_dir(), threads=1)


def golden(root: Path) -> list[tuple[str, str, list[float]]]:
    listed = json.loads((root / "tests/golden/crops/golden.json").read_text(encoding="utf-8"))
    return [(c["file"], c["text"], c["confidence"]) for c in listed]


def test_golden_crops_read_the_same(recogniser: Recogniser, root: Path) -> None:
    for name, text, confidence in golden(root):
        crop = cv2.imread(str(root / "tests/golden/crops" / name), cv2.IMREAD_GRAYSCALE)
        read = recogniser.greedy(recogniser.probabilities(np.asarray(crop, dtype=np.uint8)))
        assert read.text == text, name
        assert [c.confidence for c in read.characters] == pytest.approx(confidence, abs=0.02), name


@pytest.mark.allows_log(".*")
def test_same_greedy_text_as_paddleocr(recogniser: Recogniser, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the golden crops and on a line wide enough to be squeezed."""
    monkeypatch.setenv("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
    from paddleocr import TextRecognition

    public = TextRecognition(
        model_name=RECOGNITION,
        model_dir=str(model_folder(models_dir(), RECOGNITION)),
        engine="onnxruntime",
        device="cpu",
    )
    crops = [cv2.imread(str(root / "tests/golden/crops" / name)) for name, _, _ in golden(root)]
    crops.append(cv2.cvtColor(line("吉林省" * 26), cv2.COLOR_GRAY2BGR))
    for crop in crops:
        theirs = public.predict(crop)[0]["rec_text"]
        assert recogniser.greedy(recogniser.probabilities(np.asarray(crop, dtype=np.uint8))).text == theirs


def test_probabilities_sum_to_one_and_steps_cover_the_crop(recogniser: Recogniser) -> None:
    crop = line("王小明")
    trace = recogniser.trace(crop)
    assert trace.probabilities.shape[1] == len(recogniser.characters)
    assert trace.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-3)
    read = recogniser.greedy(trace.probabilities)
    ends = [c.end * trace.step for c in read.characters]
    assert ends == sorted(ends)
    assert crop.shape[1] * 0.6 < ends[-1] < crop.shape[1] + trace.step


def test_greedy_collapses_repeats_and_drops_blanks() -> None:
    rows = np.zeros((6, 3), np.float32)
    for t, (symbol, p) in enumerate([(1, 0.9), (1, 0.7), (BLANK, 1), (1, 0.6), (2, 0.5), (BLANK, 1)]):
        rows[t, symbol] = p
    read = greedy(rows, ("", "甲", "乙"))
    assert read.text == "甲甲乙"
    assert [(c.start, c.end) for c in read.characters] == [(0, 2), (3, 4), (4, 5)]
    assert [c.confidence for c in read.characters] == pytest.approx([0.8, 0.6, 0.5])


def test_a_picture_without_pixels_is_refused(recogniser: Recogniser) -> None:
    with pytest.raises(ValueError, match="pixel"):
        recogniser.probabilities(np.zeros((0, 5), np.uint8))


def test_missing_models_are_said_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="没有找到识别模型"):
        Recogniser(tmp_path)
