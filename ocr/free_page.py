"""Pages without a known form: all lines of text, by PaddleOCR's public pipeline.

Imported only when such a page comes: the pipeline takes seconds to load and over a gigabyte at work. The
picture's longer side is limited for detection (at full resolution the pipeline takes 3.5 GB).
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr.model_packs import Networks, network_folders, shipped_folders
from ocr.reading import TextLine
from ocr.registration import Picture, turn, turned_size

log = logging.getLogger(__name__)

LIMIT_SIDE = 1600
"""Longer side, in pixels, at which text is detected."""


class FreePageReader:
    """PaddleOCR on whole pages. Raises ocr.models.ModelsMissing when the models aren't installed."""

    def __init__(self, models_dir: Path, threads: int) -> None:
        # paddlex makes empty folders there and looks for models online unless told not to
        os.environ["PADDLE_PDX_CACHE_HOME"] = str(_cache_home())
        os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
        shipped = shipped_folders(models_dir)
        networks = network_folders(models_dir)
        try:
            self._pipeline: Any = _pipeline(networks, threads)
        except Exception as error:  # the pipeline knows networks by name, and says in many ways that it doesn't
            if networks == shipped:
                raise
            log.warning("pipeline goes on with the shipped networks: %s", type(error).__name__)
            self._pipeline = _pipeline(shipped, threads)

    def lines(self, upright: Picture, rotation: int) -> tuple[TextLine, ...]:
        """The lines of an upright BGR page, top to bottom as the pipeline orders them.

        ``rotation``: clockwise degrees by which the delivered picture was turned; boxes are in the delivered picture.
        """
        result = self._pipeline.predict(upright)[0]
        height, width = upright.shape[:2]
        return tuple(
            TextLine(str(text), float(score), _delivered_box(polygon, width, height, rotation))
            for text, score, polygon in zip(result["rec_texts"], result["rec_scores"], result["rec_polys"], strict=True)
            if str(text).strip()
        )


def _pipeline(networks: Networks, threads: int) -> Any:
    from paddleocr import PaddleOCR

    (detection, detection_folder), (recognition, recognition_folder) = networks["_det"], networks["_rec"]
    return PaddleOCR(
        text_detection_model_name=detection,
        text_detection_model_dir=str(detection_folder),
        text_recognition_model_name=recognition,
        text_recognition_model_dir=str(recognition_folder),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        device="cpu",
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads},
        text_det_limit_side_len=LIMIT_SIDE,
        text_det_limit_type="max",
    )


def _delivered_box(
    polygon: Sequence[Sequence[float]], width: int, height: int, rotation: int
) -> tuple[int, int, int, int]:
    points = turn(np.asarray(polygon, dtype=np.float64), width, height, -rotation % 360)
    delivered_width, delivered_height = turned_size(width, height, rotation)
    low = points.min(axis=0).clip(0, (delivered_width - 1, delivered_height - 1))
    high = points.max(axis=0).clip(low + 1, (delivered_width, delivered_height))
    left, top = (int(v) for v in np.floor(low))
    right, bottom = (int(v) for v in np.ceil(high))
    return left, top, right - left, bottom - top


def _cache_home() -> Path:
    """A folder for paddlex's empty folders: beside the models, or among temporary files when that is read-only."""
    for place in (_beside_the_models, _among_temporary_files):  # asking for the latter already writes a file there
        folder = place()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


def _beside_the_models() -> Path:
    return Path(sys.prefix) / "share" / "tongdang" / "paddlex"


def _among_temporary_files() -> Path:
    return Path(tempfile.gettempdir()) / "tongdang-paddlex"
