"""Lines of writing as fields hold them, pinned: what each kind's automaton makes of the network's probabilities.

Cut from calibration sheets (``benchmarks.page_sets``), hands of this project only. In most of them the network alone
reads something else, so that a decoder that stopped constraining would be seen.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from forms.kinds import Kind
from ocr.decoding.decoder import Decoder
from ocr.models import models_dir
from ocr.recogniser import Recogniser, greedy

FOLDER = Path(__file__).parents[1] / "golden" / "fields"
GOLDEN: list[dict[str, Any]] = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(models_dir(), threads=1)


@pytest.fixture(scope="module")
def decoder(recogniser: Recogniser) -> Decoder:
    return Decoder(recogniser.characters)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g["crop"])
def test_a_pinned_line_reads_as_it_did(golden: dict[str, Any], recogniser: Recogniser, decoder: Decoder) -> None:
    picture = cv2.imread(str(FOLDER / golden["crop"]), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    matrix = recogniser.trace(np.asarray(picture, dtype=np.uint8)).probabilities
    assert greedy(matrix, recogniser.characters).text.strip() == golden["raw"]
    decoded = decoder.decode(
        Kind(golden["kind"]),
        matrix,
        table=golden["table"],
        certificate=golden["certificate"],
        key=golden["key"],
    )
    assert decoded.text == golden["text"]
    assert decoded.share == pytest.approx(golden["share"], abs=0.02)


def test_every_kind_that_has_an_automaton_is_pinned() -> None:
    kinds = {golden["kind"] for golden in GOLDEN}
    assert {"id_number", "phone", "date", "month", "division", "address", "name", "code"} <= kinds
    assert any(golden["certificate"] for golden in GOLDEN)
    assert any(golden["raw"] != golden["text"] for golden in GOLDEN)
