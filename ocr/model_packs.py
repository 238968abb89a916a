"""Better networks dropped into a folder: found, tried, used, or refused with a sentence while the shipped ones go on.

A pack is a PaddleOCR model folder (``inference.onnx`` beside ``inference.yml`` whose ``Global.model_name`` ends in
``_rec`` or ``_det``). It lies in the models' own folder (``TONGDANG_MODELS``) or in ``PACKS_VARIABLE``'s, which the
program sets to ``models`` in its data folder. Of several the last by name is used. Every reading names the network
that gave it; one that the judge's numbers weren't fitted for is shown whole until this office has checked enough of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ocr.models import DETECTION, PACKS_VARIABLE, RECOGNITION, ModelsMissing, model_folder
from ocr.recogniser import Recogniser

log = logging.getLogger(__name__)

ENDINGS = ("_rec", "_det")
Networks: TypeAlias = Mapping[str, tuple[str, Path]]
"""``_det`` and ``_rec`` to model name and folder."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One dropped-in folder. ``name`` as its ``inference.yml`` says, "" where that can't be read."""

    name: str
    folder: Path

    @property
    def recognises(self) -> bool:
        return self.name.endswith("_rec")


def packs(models: Path) -> tuple[Pack, ...]:
    """All packs beside the shipped networks and in the packs' folder, by name."""
    named = os.environ.get(PACKS_VARIABLE)
    places = [models, *([Path(named)] if named else [])]
    folders = {folder.resolve() for place in places if place.is_dir() for folder in place.iterdir() if folder.is_dir()}
    found = [
        Pack(_name(folder), folder)
        for folder in folders
        if folder.name not in (DETECTION, RECOGNITION) and (folder / "inference.yml").is_file()
    ]
    return tuple(sorted(found, key=lambda pack: (pack.name, str(pack.folder))))


def problem(pack: Pack) -> str | None:
    """A sentence when the pack can't be used. Loads the network."""
    if not pack.name.endswith(ENDINGS):
        return _refused(pack, "说明文件里没有模型名称，或不是识别、检测模型")
    if not (pack.folder / "inference.onnx").is_file():
        return _refused(pack, "缺少 inference.onnx")
    try:
        if pack.recognises:
            Recogniser.of_folder(pack.folder, pack.name, 1).try_out()
        else:
            _open(pack.folder)
    except ModelsMissing as missing:
        return _refused(pack, str(missing).split("，")[0])
    except Exception as error:  # noqa: BLE001  # whatever a foreign file makes the libraries raise, it can't be used
        log.info("model pack refused: %s", type(error).__name__)
        return _refused(pack, "文件损坏，或版本不合")
    return None


def load_recogniser(models: Path, threads: int) -> Recogniser:
    """The best pack's network, else the shipped one. Raises ModelsMissing where neither is there."""
    for pack in reversed(packs(models)):
        if pack.recognises and problem(pack) is None:
            return Recogniser.of_folder(pack.folder, pack.name, threads)
    return Recogniser(models, threads)


def network_folders(models: Path) -> Networks:
    """The best networks for PaddleOCR's pipeline."""
    chosen = dict(shipped_folders(models))
    for pack in packs(models):
        if problem(pack) is None:
            chosen[pack.name[-4:]] = (pack.name, pack.folder)
    return chosen


def shipped_folders(models: Path) -> Networks:
    """The networks that came with the program. Raises ModelsMissing."""
    return {
        "_det": (DETECTION, model_folder(models, DETECTION)),
        "_rec": (RECOGNITION, model_folder(models, RECOGNITION)),
    }


def _name(folder: Path) -> str:
    import yaml

    try:
        described = yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))
        return str(described["Global"]["model_name"])
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return ""


def _open(folder: Path) -> None:
    import onnxruntime as ort

    ort.set_default_logger_severity(4)
    ort.InferenceSession(str(folder / "inference.onnx"), providers=["CPUExecutionProvider"])


def _refused(pack: Pack, why: str) -> str:
    return f"模型包“{pack.folder.name}”没有启用：{why}。仍用原来的模型，已有的资料不受影响。请换一份再放进去。"
