"""Untrusted bytes: each kind of bad file is named, good ones come out as they were scanned."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
from PIL import Image

from ocr.delivered import open_delivered
from ocr.images import Delivered, guess_dpi
from ocr.reading import OcrFailed
from ocr.registration import Picture

WIDTH, HEIGHT = 620, 877


def sheet() -> Picture:
    """A small page with something in each corner: red top left, black bottom right."""
    page = np.full((HEIGHT, WIDTH, 3), 240, np.uint8)
    page[20:120, 20:140] = (0, 0, 220)
    page[-90:-30, -200:-30] = 10
    rng = np.random.default_rng(0)
    page[300:600] = rng.integers(150, 250, (300, WIDTH, 1))
    return page


def saved(image: Image.Image | None = None, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    (image or Image.fromarray(sheet()[:, :, ::-1])).save(out, kind, **options)
    return out.getvalue()


def only_page(data: bytes) -> Delivered:
    opened = open_delivered(data)
    assert len(opened.pages) == 1
    page = opened.page(0)
    described = opened.pages[0]
    assert (described.height_px, described.width_px) == page.picture.shape[:2]
    assert described.dpi == page.dpi
    opened.close()
    return page


def refused(data: bytes, password: str | None = None) -> str:
    """The reason for which a file, or its last page, is refused."""

    def last_page() -> Delivered:
        opened = open_delivered(data, password)
        return opened.page(len(opened.pages) - 1)

    with pytest.raises(OcrFailed) as failed:
        last_page()
    assert failed.value.sentence.endswith("。")
    assert any("\u4e00" <= c <= "\u9fff" for c in failed.value.sentence)
    return failed.value.reason


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95, "dpi": (300, 300)}),
        ("PNG", {"dpi": (300, 300)}),
        ("TIFF", {"compression": "tiff_lzw", "dpi": (300, 300)}),
        ("BMP", {"dpi": (300, 300)}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_scanners_formats_come_out_alike(kind: str, options: dict[str, Any]) -> None:
    page = only_page(saved(kind=kind, **options))
    assert float(np.abs(page.picture.astype(int) - sheet()).mean()) < 3
    assert page.turn == 0
    assert page.dpi == (300 if "dpi" in options else guess_dpi(WIDTH, HEIGHT))


def transparent() -> Image.Image:
    picture = Image.fromarray(sheet()[:, :, ::-1]).convert("RGBA")
    picture.paste((0, 0, 0, 0), (300, 130, 500, 290))  # a hole in black ink is paper
    return picture


@pytest.mark.parametrize(
    ("mode", "make"),
    [
        ("L", lambda: Image.fromarray(sheet()).convert("L")),
        ("1", lambda: Image.fromarray(sheet()).convert("L").point(lambda v: 255 if v > 130 else 0).convert("1")),
        ("P", lambda: Image.fromarray(sheet()[:, :, ::-1]).quantize(64)),
        ("RGBA", transparent),
        ("LA", lambda: transparent().convert("LA")),
        ("I;16", lambda: Image.fromarray(cv2.cvtColor(sheet(), cv2.COLOR_BGR2GRAY).astype(np.uint16) * 257)),
    ],
)
def test_every_depth_of_colour_becomes_paper_and_ink(mode: str, make: Any) -> None:
    image = make()
    assert image.mode == mode
    page = only_page(saved(image)).picture
    assert page.dtype == np.uint8
    assert page.shape == (HEIGHT, WIDTH, 3)
    assert page[200, 400].min() > 225
    assert page[-60, -100].max() < 40
    if mode in ("P", "RGBA"):
        assert page[70, 80].tolist() == pytest.approx([0, 0, 220], abs=12)


def test_cmyk_jpegs_are_converted() -> None:
    page = only_page(saved(Image.fromarray(sheet()[:, :, ::-1]).convert("CMYK"), "JPEG", quality=95)).picture
    assert page[200, 400].min() > 215
    assert page[-60, -100].max() < 60


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_exif_says_the_turn_and_pixels_stay_as_stored(orientation: int, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = only_page(saved(kind="JPEG", exif=exif.tobytes(), quality=95))
    assert page.turn == turn
    assert page.picture.shape == (HEIGHT, WIDTH, 3)
    assert page.picture[70, 80, 2] > 180


@pytest.mark.parametrize(("told", "wanted"), [((300, 300), 300), ((72, 72), 300), ((1, 1), 300), ((200, 200), 200)])
def test_resolutions_that_cannot_be_are_guessed(told: tuple[int, int], wanted: int) -> None:
    assert only_page(saved(Image.new("L", (2480, 3508), 255), dpi=told)).dpi == wanted


def test_fax_resolution_differs_by_axis() -> None:
    page = only_page(saved(Image.new("1", (1728, 1145), 1), "TIFF", compression="group4", dpi=(204, 98)))
    assert (page.dpi_x, page.dpi_y) == (204, 98)


def test_stacks_in_one_tiff_with_bilevel_pages() -> None:
    out = io.BytesIO()
    first = Image.fromarray(sheet()[:, :, ::-1]).convert("1")
    rest = [Image.new("1", (300, 500), 1), Image.fromarray(sheet()).convert("1")]
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="group4")
    opened = open_delivered(out.getvalue())
    assert [(p.width_px, p.height_px) for p in opened.pages] == [(WIDTH, HEIGHT), (300, 500), (WIDTH, HEIGHT)]
    for index in (2, 0, 1):  # in any order
        page = opened.page(index).picture
        assert page.shape[:2] == (opened.pages[index].height_px, opened.pages[index].width_px)
    assert opened.page(1).picture.min() == 255


def test_moving_pictures_give_their_first_frame() -> None:
    out = io.BytesIO()
    Image.new("L", (400, 500), 250).save(out, "GIF", save_all=True, append_images=[Image.new("L", (400, 500), 0)])
    assert only_page(out.getvalue()).picture.min() > 240


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "not_an_image"),
        ("姓名：张三\n".encode() * 50, "not_an_image"),
        (b"<html><body>scan</body></html>", "not_an_image"),
        (b"PK\x03\x04" + b"\0" * 60, "unsupported"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 60, "unsupported"),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 60, "unsupported"),
    ],
)
def test_what_is_no_picture(data: bytes, reason: str) -> None:
    assert refused(data) == reason


COMPRESSED: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {"quality": 90}),
    ("JPEG", {"quality": 90, "progressive": True}),
    ("PNG", {}),
    ("WEBP", {"quality": 90}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "jpeg"}),
]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(("kind", "options"), [*COMPRESSED, ("BMP", {}), ("TIFF", {}), ("GIF", {})])
def test_files_that_break_off_are_refused(kind: str, options: dict[str, Any], share: float) -> None:
    whole = saved(kind=kind, **options)
    assert refused(whole[: int(len(whole) * share)]) in {"truncated", "not_an_image"}


def test_a_picture_that_lost_its_end_is_called_broken_not_something_else() -> None:
    out = io.BytesIO()
    first, second = (Image.new("L", (400, 500), shade) for shade in (250, 240))
    first.save(out, "TIFF", save_all=True, append_images=[second])
    whole = out.getvalue()
    assert refused(whole[: len(whole) // 2]) == "truncated"
    assert refused(saved(kind="PNG")[:20]) == "truncated"
    assert refused(saved(kind="JPEG")[:12]) == "truncated"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(("kind", "options"), COMPRESSED)
def test_files_that_break_off_in_zeros_are_refused(kind: str, options: dict[str, Any], share: float) -> None:
    """As an interrupted copy leaves them. (Uncompressed pixels that are zero can't be told from black.)"""
    whole = saved(kind=kind, **options)
    kept = int(len(whole) * share)
    assert refused(whole[:kept] + bytes(len(whole) - kept)) in {"truncated", "not_an_image"}


def test_a_tiff_that_counts_its_bytes_wrong_is_read_all_the_same() -> None:
    """Scanners do write too large a StripByteCounts; where nothing is packed, lines and columns say what is there."""
    whole = saved(kind="TIFF")
    entry = struct.pack("<HHI", 279, 4, 1)  # StripByteCounts, one long
    at = whole.index(entry) + len(entry)
    (count,) = struct.unpack_from("<I", whole, at)
    wrong = whole[:at] + struct.pack("<I", count + 5000) + whole[at + 4 :]
    assert np.array_equal(only_page(wrong).picture, only_page(whole).picture)
    assert refused(wrong[:-5000]) == "truncated"


def test_a_jpeg_with_a_thumbnail_is_judged_by_its_own_end() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 10
    thumbnail = saved(Image.new("RGB", (60, 80), (200, 200, 200)), "JPEG")
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    whole = saved(kind="JPEG", quality=90)
    assert only_page(whole[:2] + segment + whole[2:]).picture.shape == (HEIGHT, WIDTH, 3)
    assert refused(whole[:2] + segment + whole[2 : len(whole) // 2]) == "truncated"


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be huge and compresses to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compress(b"\0" * 100_000, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (60_000, 100), (2_000_000_000, 2)])
def test_decompression_bombs_are_refused_unopened(width: int, height: int) -> None:
    assert refused(bomb(width, height)) == "too_large"


def pdf(pages: int = 1, size: tuple[float, float] = (595, 842), **options: Any) -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=size)
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def test_pdf_pages_are_drawn_at_300_dpi() -> None:
    opened = open_delivered(pdf(3))
    assert [(p.width_px, p.height_px, p.dpi) for p in opened.pages] == [(2480, 3509, 300)] * 3
    page = opened.page(1)
    assert page.picture.shape == (3509, 2480, 3)
    assert page.picture.min() == 255


def test_turned_pdf_pages_come_as_a_reader_shows_them() -> None:
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 400))
    made.pages[0].Rotate = 90
    out = io.BytesIO()
    made.save(out)
    page = only_page(out.getvalue())
    assert page.picture.shape[0] < page.picture.shape[1]


def test_posters_are_drawn_more_coarsely() -> None:
    page = only_page(pdf(size=(14_000, 14_000)))
    assert page.dpi < 40
    assert page.picture.shape[0] * page.picture.shape[1] < 41_000_000


def test_pdfs_with_a_password() -> None:
    locked = pdf(encryption=pikepdf.Encryption(owner="o", user="打开123"))
    assert refused(locked) == "encrypted"
    assert refused(locked, "wrong") == "encrypted"
    assert open_delivered(locked, "打开123").page(0).picture.shape == (3509, 2480, 3)


def test_broken_pdfs() -> None:
    whole = pdf(2)
    assert refused(whole[: len(whole) // 2]) == "truncated"
    assert refused(whole[: len(whole) // 2] + b"\0" * 3000) == "truncated"
    assert refused(b"%PDF-1.7\nnothing here\n%%EOF") == "truncated"
    assert refused(pdf(0)) == "truncated"
