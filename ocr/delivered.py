"""Delivered bytes opened by what they are, whatever the file's name says. Runs in the worker only."""

from __future__ import annotations

from typing import TypeAlias

from ocr.images import PictureFile, empty, unsupported
from ocr.pdf import PdfFile

DeliveredFile: TypeAlias = PictureFile | PdfFile

# what offices also hand in: OFD, Word and Excel (all zip), old Word and Excel, RTF, WordPerfect-like, RAR, 7z
CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"Rar!", b"7z\xbc\xaf\x27\x1c")
OTHER_PICTURES = (b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51", b"8BPS", b"AT&TFORM", b"%!PS")
"""JPEG 2000 (file and bare), Photoshop, DjVu, PostScript: pictures, but not of the kinds that are read."""
PHONE_FORMATS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")


def open_delivered(data: bytes, password: str | None = None) -> DeliveredFile:
    """Open a delivered file. Raises OcrFailed with a reason and a Chinese sentence."""
    if not data:
        raise empty()
    if b"%PDF-" in data[:1024]:
        return PdfFile(data, password)
    if data.startswith((*CONTAINERS, *OTHER_PICTURES)) or (data[4:8] == b"ftyp" and data[8:12] in PHONE_FORMATS):
        raise unsupported()
    return PictureFile(data)
