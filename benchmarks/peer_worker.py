"""One peer over some pictures, in whatever environment it lives in: standard library and the peer, nothing else.

``python peer_worker.py NAME THREADS MODELS < files`` prints one JSON object per picture: seconds, peak memory, and the
words with their boxes. The first picture is read twice, the first time to warm up.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Words = list[tuple[str, list[float]]]  # text; x0, y0, x1, y1 in the picture


def rapidocr(threads: int, _models: Path) -> Callable[[str], Words]:
    from rapidocr import RapidOCR  # type: ignore[import-not-found]  # lives in the peers' environment only

    engine = RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": threads, "Global.log_level": "critical"})

    def read(path: str) -> Words:
        result = engine(path, return_word_box=True, return_single_char_box=True)
        lines = result.word_results or ()
        return [(str(word[0]), _around(word[2])) for line in lines for word in line if word and word[2] is not None]

    return read


def paddleocr(limit: int | None) -> Callable[[int, Path], Callable[[str], Words]]:
    def start(threads: int, models: Path) -> Callable[[str], Words]:
        os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
        from paddleocr import PaddleOCR

        sized = {} if limit is None else {"text_det_limit_side_len": limit, "text_det_limit_type": "max"}
        pipeline: Any = PaddleOCR(
            text_detection_model_name="PP-OCRv6_small_det",
            text_detection_model_dir=str(models / "PP-OCRv6_small_det"),
            text_recognition_model_name="PP-OCRv6_small_rec",
            text_recognition_model_dir=str(models / "PP-OCRv6_small_rec"),
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
            device="cpu",
            engine="onnxruntime",
            engine_config={"intra_op_num_threads": threads},
            **sized,
        )

        def read(path: str) -> Words:
            result = pipeline.predict(path, return_word_box=True)[0]
            return [
                (str(text), _around(box))
                for texts, boxes in zip(result["text_word"], result["text_word_boxes"], strict=True)
                for text, box in zip(texts, boxes, strict=True)
            ]

        return read

    return start


def tesseract(threads: int, _models: Path) -> Callable[[str], Words]:
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads)}

    def read(path: str) -> Words:
        command = ["tesseract", path, "stdout", "-l", "chi_sim", "--psm", "3", "tsv"]
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        found: Words = []
        for row in csv.DictReader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE):
            text = (row["text"] or "").replace("|", "")  # the rules of the cells
            if text.strip():
                x, y, w, h = (float(row[k]) for k in ("left", "top", "width", "height"))
                found.append((text, [x, y, x + w, y + h]))
        return found

    return read


ENGINES: dict[str, Callable[[int, Path], Callable[[str], Words]]] = {
    "rapidocr": rapidocr,
    "paddleocr": paddleocr(None),
    "paddleocr-1600": paddleocr(1600),
    "tesseract": tesseract,
}


def _around(box: Any) -> list[float]:
    """The upright rectangle around x0, y0, x1, y1 or around a polygon."""
    flat = [float(v) for point in box for v in (point if hasattr(point, "__len__") else (point,))]
    return [min(flat[0::2]), min(flat[1::2]), max(flat[0::2]), max(flat[1::2])]


def peak_mb() -> float:
    """Peak memory of this process, 0 where the system doesn't tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    used = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def run(name: str, threads: int, models: Path, paths: list[str]) -> Iterator[dict[str, Any]]:
    """One result per picture."""
    read = ENGINES[name](threads, models)
    if paths:
        read(paths[0])
    for path in paths:
        start = time.perf_counter()
        words = read(path)
        yield {"file": path, "seconds": time.perf_counter() - start, "peak_mb": peak_mb(), "words": words}


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr  # libraries print
    paths = [line.strip() for line in sys.stdin if line.strip()]
    for result in run(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), paths):
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
