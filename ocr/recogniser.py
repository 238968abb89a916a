"""The recognition network, one text line at a time, down to its probabilities.

PP-OCR's recogniser ends in a softmax over ``blank, 18,708 characters, space`` per step of about 8 input
pixels (CTC). PaddleOCR's public pipeline gives only the best string; constrained decoding needs the whole
matrix, so the same ONNX file is run here through ONNX Runtime with exactly PaddleOCR's scaling (its class
``OCRReisizeNormImg``; a test holds the two equal).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from ocr.models import RECOGNITION, ModelsMissing, model_folder

Picture: TypeAlias = npt.NDArray[np.uint8]
Matrix: TypeAlias = npt.NDArray[np.float32]

HEIGHT = 48
"""Input height of the network in pixels."""
MIN_WIDTH = 320
"""Narrower lines are padded to this width, as PaddleOCR does."""
MAX_WIDTH = 3200
"""Wider lines are squeezed to this width, as PaddleOCR does."""
BLANK = 0
"""Index of the CTC blank."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a greedy reading; it stands on steps ``start`` ≤ t < ``end``."""

    text: str
    confidence: float
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the network said about one line: ``probabilities`` T x C (rows sum to 1), ``step`` in crop pixels.

    Step t of the matrix looks at the crop from ``t * step`` to ``(t + 1) * step``.
    """

    probabilities: Matrix
    step: float


@dataclass(frozen=True, slots=True)
class GreedyText:
    """The best class of every step, repeats and blanks dropped."""

    text: str
    characters: tuple[Character, ...]

    @property
    def mean_confidence(self) -> float:
        return float(np.mean([c.confidence for c in self.characters])) if self.characters else 0.0


class Recogniser:
    """The network of one model folder, loaded once. ``threads`` None: ONNX Runtime's choice (physical cores).

    Raises ModelsMissing where the folder isn't complete.
    """

    def __init__(self, models_dir: Path, threads: int | None = None, model: str = RECOGNITION) -> None:
        self._load(model_folder(models_dir, model), model, threads)

    @classmethod
    def of_folder(cls, folder: Path, model: str, threads: int | None = None) -> Self:
        """The network of any PaddleOCR model folder, by the name that its readings will carry."""
        made = cls.__new__(cls)
        made._load(folder, model, threads)
        return made

    def _load(self, folder: Path, model: str, threads: int | None) -> None:
        import onnxruntime as ort

        ort.set_default_logger_severity(3)
        options = ort.SessionOptions()
        if threads is not None:
            options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # lines differ in width; the arena would keep the largest of each size it has seen
        options.enable_cpu_mem_arena = False
        self.model = model
        self.folder = folder
        self._session: Any = ort.InferenceSession(
            str(folder / "inference.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        self.characters: tuple[str, ...] = ("", *self._dictionary(folder), " ")
        """Class index to character; index 0 is the CTC blank, the last one is the space."""
        classes = self._session.get_outputs()[0].shape[-1]
        if isinstance(classes, int) and classes != len(self.characters):
            raise ModelsMissing("识别模型与它的字表不一致，没有载入；已有的资料不受影响。请重新运行安装程序。")

    def try_out(self) -> None:
        """Read an empty line. Raises ModelsMissing for a network whose classes aren't those of its characters."""
        if self.probabilities(np.full((HEIGHT, MIN_WIDTH), 255, np.uint8)).shape[1] != len(self.characters):
            raise ModelsMissing("识别模型与它的字表不一致，没有载入；已有的资料不受影响。请重新运行安装程序。")

    @cached_property
    def index(self) -> dict[str, int]:
        """Character to class index (without the blank)."""
        return {c: i for i, c in enumerate(self.characters) if i != BLANK}

    def trace(self, crop: Picture) -> Trace:
        """Run the network on one line of text: BGR (h x w x 3) or grey (h x w), dark on light.

        Raises ValueError for a picture without pixels.
        """
        prepared, scale = prepare(crop)
        output = np.asarray(self._session.run(None, {self._input: prepared[None]})[0][0], dtype=np.float32)
        return Trace(output, prepared.shape[2] / len(output) / scale)

    def probabilities(self, crop: Picture) -> Matrix:
        """T x C probabilities of one line; rows sum to 1."""
        return self.trace(crop).probabilities

    def greedy(self, probabilities: Matrix) -> GreedyText:
        """The unconstrained reading of a probability matrix."""
        return greedy(probabilities, self.characters)

    def _dictionary(self, folder: Path) -> Sequence[str]:
        metadata = self._session.get_modelmeta().custom_metadata_map
        if "character" in metadata:
            # split("\n"), not splitlines(): the alphabet itself holds U+2028 and its kin
            return str(metadata["character"]).split("\n")
        import yaml

        described = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
        return [str(c) for c in described["PostProcess"]["character_dict"]]


def prepare(crop: Picture) -> tuple[Matrix, float]:
    """The crop as the network wants it (3 x 48 x W) and how many input pixels one crop pixel became."""
    if crop.ndim < 2 or crop.size == 0:
        raise ValueError("a line of text needs at least one pixel")
    colour = cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR) if crop.ndim == 2 else crop
    height, width = colour.shape[:2]
    ratio = width / height
    full = int(HEIGHT * max(MIN_WIDTH / HEIGHT, ratio))
    if full > MAX_WIDTH:
        full = resized = MAX_WIDTH
    else:
        resized = min(full, int(np.ceil(HEIGHT * ratio)))
    line = cv2.resize(colour, (resized, HEIGHT)).astype(np.float32).transpose((2, 0, 1)) / 255
    line -= 0.5
    line /= 0.5
    padded = np.zeros((3, HEIGHT, full), dtype=np.float32)
    padded[:, :, :resized] = line
    return padded, resized / width


def greedy(probabilities: Matrix, characters: Sequence[str]) -> GreedyText:
    """Best class per step, repeats collapsed, blanks dropped; a character's confidence is its best step's mean run.

    PaddleOCR takes the first step of a run for the confidence; the mean over the run is steadier and stays within
    0..1. The text is the same.
    """
    best = probabilities.argmax(axis=1)
    weight = probabilities[np.arange(len(best)), best]
    found: list[Character] = []
    t = 0
    while t < len(best):
        end = t + 1
        while end < len(best) and best[end] == best[t]:
            end += 1
        if best[t] != BLANK:
            found.append(Character(characters[int(best[t])], float(weight[t:end].mean()), t, end))
        t = end
    return GreedyText("".join(c.text for c in found), tuple(found))
