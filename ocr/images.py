"""Delivered pictures decoded safely. Runs in the worker only: no untrusted byte is decoded anywhere else.

Sizes are looked at before any pixel is decoded; the type is taken from the content, never from a file name;
a file that breaks off in the middle is refused instead of being shown half grey.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from ocr.reading import OcrFailed, SourcePage
from ocr.registration import Picture

MAX_PIXELS = 120_000_000
"""A3 at 600 dpi has 70 million; 20,000 x 20,000 would take over a gigabyte."""
MAX_SIDE = 30_000  # OpenCV addresses warped pictures with 16-bit coordinates
MAX_PAGES = 2000
# named as classes so that they are registered: Pillow would otherwise load all its forty readers
_READERS = (
    BmpImagePlugin.BmpImageFile,
    GifImagePlugin.GifImageFile,
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    TiffImagePlugin.TiffImageFile,
    WebPImagePlugin.WebPImageFile,
)
BEGINNINGS = (b"II*\0", b"MM\0*", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")
"""How pictures begin that are one, whatever became of the rest."""
FORMATS = tuple(str(reader.format) for reader in _READERS)

# EXIF orientation (tag 274) to clockwise degrees until upright; the mirrored ones (2, 4, 5, 7) keep their turn
EXIF_ORIENTATION = 0x0112
EXIF_TURN = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}

A4_LONG_INCHES = 297 / 25.4
USUAL_DPI = (72, 96, 100, 150, 200, 240, 300, 400, 600, 1200)


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """One page as delivered. ``picture``: BGR, stored pixels before EXIF rotation; ``dpi_x``/``dpi_y`` from the
    file or guessed from an A4 sheet; ``turn``: what EXIF says, clockwise degrees until upright."""

    picture: Picture
    dpi_x: int
    dpi_y: int
    turn: int = 0

    @property
    def dpi(self) -> int:
        return max(self.dpi_x, self.dpi_y)


class PictureFile:
    """A delivered picture file: JPEG, PNG, TIFF (any number of pages, bilevel too), BMP, WebP, GIF (first frame).

    Raises OcrFailed (``not_an_image``, ``truncated``, ``too_large``, ``unsupported``).
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._begun = data.startswith(BEGINNINGS)
        with self._decoding():
            self._image = Image.open(io.BytesIO(data), formats=FORMATS)
        _refuse_large(*self._image.size)
        if self._image.format in {"JPEG", "MPO"} and not _jpeg_is_whole(data):
            raise truncated()
        if self._image.format == "WEBP" and len(data) - len(data.rstrip(b"\0")) > 256:
            raise truncated()  # a broken copy filled up with zeros, which the decoder takes for grey
        self._count = self._frames()
        self.pages = tuple(self._describe(index) for index in range(self._count))

    def _frames(self) -> int:
        if self._image.format != "TIFF":
            return 1  # moving pictures and a phone's depth pictures: the first frame is the page
        with self._decoding():
            count = int(getattr(self._image, "n_frames", 1))
        if count > MAX_PAGES:
            raise too_large()
        return count

    def _describe(self, index: int) -> SourcePage:
        with self._decoding():
            self._seek(index)
        width, height = self._image.size
        _refuse_large(width, height)
        dpi = _dpi(self._image)
        return SourcePage(index, width, height, max(dpi))

    def _seek(self, index: int) -> None:
        if self._image.format == "TIFF":
            self._image.seek(index)

    def page(self, index: int) -> Delivered:
        """Decode one page. Raises OcrFailed."""
        with self._decoding():
            # opened anew for each page: Pillow keeps a page's pixels as long as its image lives
            self._image = Image.open(io.BytesIO(self._data), formats=FORMATS)
            self._seek(index)
            _refuse_large(*self._image.size)
            dpi_x, dpi_y = _dpi(self._image)
            turn = EXIF_TURN.get(int(self._image.getexif().get(EXIF_ORIENTATION, 1)), 0)
            picture = to_bgr(self._image)
        return Delivered(picture, dpi_x, dpi_y, turn)

    def _decoding(self) -> AbstractContextManager[None]:
        return _decoding(begun=self._begun)

    def close(self) -> None:
        self._image.close()
        self._data = b""


def to_bgr(image: Image.Image) -> Picture:
    """Any Pillow mode as 8-bit BGR; what is transparent becomes paper."""
    if image.mode.startswith("I") or image.mode == "F":
        return np.repeat(_eight_bits(np.asarray(image))[:, :, None], 3, axis=2)
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, (255, 255, 255))
        image.paste(layer, mask=layer.getchannel("A"))
    if image.mode in {"1", "L"}:
        return np.repeat(np.asarray(image.convert("L"))[:, :, None], 3, axis=2)
    rgb = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _eight_bits(deep: np.ndarray[Any, Any]) -> Picture:
    values = np.nan_to_num(deep.astype(np.float32))
    top = float(values.max(initial=0.0))
    if values.dtype == np.float32 and 0 < top <= 1.0 and deep.dtype.kind == "f":
        scale = 255.0
    else:
        scale = 1.0 if top <= 255 else 255.0 / 65535 if top <= 65535 else 255.0 / top
    return np.asarray((values * scale).clip(0, 255), dtype=np.uint8)


def guess_dpi(width: int, height: int) -> int:
    """The usual scanner resolution at which this would be about an A4 sheet."""
    dpi = max(width, height) / A4_LONG_INCHES
    return min(USUAL_DPI, key=lambda usual: abs(usual - dpi))


def _dpi(image: Image.Image) -> tuple[int, int]:
    guess = guess_dpi(*image.size)
    told = image.info.get("dpi")
    try:
        x, y = (round(float(v)) for v in told) if told else (0, 0)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return guess, guess
    # software that doesn't know writes 72 or 96 (or 1); such a sheet would be as large as a door
    long_side = max(image.width / x, image.height / y) if min(x, y) > 0 else 0.0
    plausible = 2.0 <= long_side <= 25.0 and 0.4 <= (x / y if y else 0) <= 2.6
    return (x, y) if plausible else (guess, guess)


def _refuse_large(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise too_large()


def _jpeg_is_whole(data: bytes) -> bool:
    """True when the picture's data runs to its end marker (a copy that broke off may be filled up with zeros)."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:  # fill byte, markers without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:  # start of scan: inside, 0xFF is always escaped, so the first FFD9 is the end
            return data.find(b"\xff\xd9", at) >= 0
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return False


@contextmanager
def _decoding(*, begun: bool) -> Iterator[None]:
    """Pillow's many ways to fail, as one of ours. ``begun``: it begins as a picture, so it is one that broke."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata is no news, and sizes are checked by ourselves
            yield
    except OcrFailed:
        raise
    except Image.DecompressionBombError as error:
        raise too_large() from error
    except UnidentifiedImageError as error:
        raise (truncated() if begun else not_an_image()) from error
    except MemoryError as error:
        raise too_large() from error
    except EOFError as error:
        raise truncated() from error
    # Pillow's decoders let every kind of error through on broken files (OSError, SyntaxError, struct.error,
    # ValueError, KeyError, AttributeError, ...): whatever it was, the file couldn't be decoded
    except Exception as error:
        if begun or "truncated" in str(error) or "broken" in str(error) or isinstance(error, OSError):
            raise truncated() from error
        raise not_an_image() from error


def _failure(reason: str, sentence: str) -> Callable[[], OcrFailed]:
    return lambda: OcrFailed(reason, sentence)


empty = _failure("empty", "这个文件是空的（0 字节），里面没有内容。请重新扫描或重新复制一份。")
not_an_image = _failure(
    "not_an_image", "这个文件不是图片，也不是 PDF，无法识别。文件没有改动；请确认选对了文件，或重新扫描成 JPG、PDF。"
)
truncated = _failure(
    "truncated",
    "这个文件不完整或已损坏（可能没有扫描完或没有复制完），没有识别，以免漏读。原文件没有改动；请重新复制或重新扫描。",
)
too_large = _failure(
    "too_large", "这张图片的尺寸太大，超出正常扫描件的范围，没有打开。原文件没有改动；请用 300 dpi 重新扫描 A4 纸。"
)
unsupported = _failure(
    "unsupported", "暂不支持这种文件格式，没有识别。原文件没有改动；请另存或重新扫描成 JPG、PNG、TIFF 或 PDF。"
)
encrypted = _failure("encrypted", "这个 PDF 有打开密码，没有识别。文件没有改动；请输入密码后重试。")
wrong_password = _failure("encrypted", "PDF 的密码不对，没有打开。文件没有改动；请核对密码后再输入一次。")
