"""A dead or hung worker costs one page; the pool goes on."""

from __future__ import annotations

import errno
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import pytest
from PIL import Image

from forms.catalog import shipped_forms
from ocr.models import ModelsMissing, models_dir
from ocr.reading import OcrFailed
from ocr.worker import OpenSource, ReaderPool, physical_cores
from tests.ocr import stand_in_readers as stand_ins

PAGES = 7


@pytest.fixture(scope="module")
def tiff() -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("L", (80, 100), 255 - n) for n in range(PAGES)]
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw", dpi=(300, 300))
    return out.getvalue()


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(models_dir(), (), page_seconds=2.0, reader=stand_ins.reader) as running:
        yield running


@pytest.fixture
def source(pool: ReaderPool, tiff: bytes) -> Iterator[OpenSource]:
    with pool.open(tiff, "一叠.tif") as opened:
        yield opened


def test_pages_of_a_source_are_counted_and_read(source: OpenSource) -> None:
    assert [(p.index, p.width_px, p.height_px) for p in source.pages] == [(n, 80, 100) for n in range(PAGES)]
    assert source.read(0).reading.page_index == 0
    with pytest.raises(IndexError):
        source.read(PAGES)


def test_a_worker_killed_in_mid_page_costs_that_page_only(source: OpenSource) -> None:
    before = source.read(0).reading.reason
    with pytest.raises(OcrFailed) as died:
        source.read(stand_ins.DIES)
    assert died.value.reason == "worker_died"
    assert "其余各页不受影响" in died.value.sentence
    after = source.read(5).reading  # the new worker was given the bytes again
    assert after.page_index == 5
    assert after.reason != before


def test_a_page_that_takes_too_long_is_given_up(tiff: bytes) -> None:
    with (
        ReaderPool(models_dir(), (), page_seconds=0.5, reader=stand_ins.reader) as pool,
        pool.open(tiff, "a.tif") as source,
    ):
        with pytest.raises(OcrFailed) as hung:
            source.read(stand_ins.HANGS)
        assert hung.value.reason == "timed_out"
        assert source.read(0).reading.page_index == 0


def test_a_page_of_unknown_form_comes_with_its_lines(source: OpenSource) -> None:
    reading = source.read(stand_ins.UNKNOWN).reading
    assert [line.text for line in reading.lines] == ["第6页"]
    assert source.read(0).reading.lines == ()


def test_refusals_come_through_and_keep_the_worker(source: OpenSource) -> None:
    before = source.read(0).reading.reason
    with pytest.raises(OcrFailed) as refused:
        source.read(stand_ins.REFUSES)
    assert (refused.value.reason, str(refused.value)) == ("truncated", "不完整")
    assert source.read(5).reading.reason == before


@pytest.mark.allows_log("defect while reading a page")
def test_a_defect_tells_where_and_never_what(source: OpenSource, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(OcrFailed) as broken:
        source.read(stand_ins.BREAKS)
    assert broken.value.reason == "defect"
    assert "ValueError at" in caplog.text
    assert "stand_in_readers.py" in caplog.text
    assert "张三" not in caplog.text
    assert source.read(0).reading.page_index == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty"), (b"not a picture at all", "not_an_image"), (b"PK\x03\x04" + bytes(40), "unsupported")],
)
def test_what_cannot_be_opened_is_named(pool: ReaderPool, data: bytes, reason: str) -> None:
    with pytest.raises(OcrFailed) as refused:
        pool.open(data, "扫描.jpg")
    assert refused.value.reason == reason


def test_the_password_stays_out_of_the_child(tiff: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDANG_PASSWORD", "secret")
    with ReaderPool(models_dir(), (), threads=1, reader=stand_ins.environment_reader) as pool:
        said = pool.open(tiff, "a.tif").read(0).reading.reason
    assert said == "password False, sigint ignored True, threads 1"
    assert os.environ["TONGDANG_PASSWORD"] == "secret"


def test_a_crash_leaves_no_page_on_the_disk(tiff: bytes) -> None:
    with ReaderPool(models_dir(), (), reader=stand_ins.core_dump_reader) as pool:
        said = pool.open(tiff, "a.tif").read(0).reading.reason
    assert said == "core size 0, memory kinds 0"


def test_a_closed_pool_fails_and_does_not_hang(tiff: bytes) -> None:
    pool = ReaderPool(models_dir(), (), reader=stand_ins.reader)
    source = pool.open(tiff, "a.tif")
    reasons: list[str] = []

    def read() -> None:
        try:
            source.read(stand_ins.HANGS)
        except OcrFailed as failed:
            reasons.append(failed.reason)

    reading = threading.Thread(target=read)
    reading.start()
    pool.close()
    pool.close()
    reading.join(10)
    assert reasons == ["worker_died"]
    with pytest.raises(OcrFailed):
        source.read(0)


@pytest.mark.allows_log("could not start")
def test_a_reader_that_cannot_start_is_said(tiff: bytes) -> None:
    with (
        ReaderPool(models_dir(), (), reader=stand_ins.broken_factory) as pool,
        pytest.raises(OcrFailed) as failed,
    ):
        pool.open(tiff, "a.tif")
    assert failed.value.reason == "worker_died"


def test_a_process_that_dies_before_it_has_learned_what_to_be_is_not_waited_for(
    tiff: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a virus scanner ends it; the forms that it is sent are more than a pipe holds."""
    resource_tracker.ensure_running()  # it would be started in the same way
    ends_at_once = shutil.which("false")
    assert ends_at_once
    with monkeypatch.context() as patch:
        patch.setattr("multiprocessing.spawn._python_exe", os.fsencode(ends_at_once))
        pool = ReaderPool(models_dir(), shipped_forms(), reader=stand_ins.reader)
        with pytest.raises(OcrFailed) as failed:
            pool.open(tiff, "a.tif")
        assert failed.value.reason == "worker_died"
    with pool:
        with pytest.raises(OcrFailed):
            pool.open(tiff, "a.tif")  # the one that was started anew, in vain as well
        assert len(pool.open(tiff, "a.tif").pages) == PAGES


@pytest.mark.allows_log("could not be started")
def test_a_process_that_cannot_be_started_costs_pages_and_not_the_pool(
    tiff: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    pool = ReaderPool(models_dir(), (), reader=stand_ins.reader)
    source = pool.open(tiff, "a.tif")
    with pool, source:
        with monkeypatch.context() as patch:
            patch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
            for _ in range(3):
                with pytest.raises(OcrFailed) as failed:
                    source.read(stand_ins.DIES)
                assert failed.value.reason == "worker_died"
            pool.use_forms(shipped_forms())
            with pytest.raises(OcrFailed):
                source.read(0)
        with pytest.raises(OcrFailed):
            source.read(0)  # told of what went before; then a new one is at hand
        assert source.read(0).reading.page_index == 0


def test_missing_models_are_said_before_any_page(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing):
        ReaderPool(tmp_path, ())


def test_workers_and_threads_stay_within_the_cores() -> None:
    with ReaderPool(models_dir(), (), workers=64, threads=64, reader=stand_ins.reader) as pool:
        assert pool.threads == 1
        assert 1 <= physical_cores() <= (os.cpu_count() or 1)


def test_the_windows_process_stays_free_of_opencv() -> None:
    code = "import sys, ocr.worker; print(sorted({'cv2', 'onnxruntime', 'paddleocr', 'numpy'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "[]"


def test_a_process_without_a_terminal_prints_nowhere(tmp_path: Path) -> None:
    """A window that was started without one has no streams and no descriptors; its readers begin all the same."""
    code = (
        "import os, sys, pathlib; os.close(0); os.close(1); os.close(2); sys.stdout = sys.stderr = None\n"
        "from ocr.worker_process import _no_output; _no_output()\n"
        "kept = open(sys.argv[1], 'w'); assert kept.fileno() > 2\n"
        "os.write(1, b'a name'); os.write(2, b'a name')\n"
    )
    kept = tmp_path / "kept"
    done = subprocess.run([sys.executable, "-c", code, str(kept)], capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr, kept.read_bytes()) == (0, b"", b"", b"")
