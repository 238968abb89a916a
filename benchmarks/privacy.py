"""Look for children's data in the clear: in every byte under given folders, in every encoding an office would use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.truth import TruePage

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
PIECE = 48  # bytes of a delivered file: long enough never to be there by chance
PIECES_PER_FILE = 40
SHORTEST = 6  # bytes: four of a two-character name in UTF-16 stand in some ciphertext of 20 MB by chance
TELLING_KINDS = ("name", "id_number", "phone")


def secrets(pages: Iterable[TruePage]) -> set[str]:
    """Names and numbers that stand on the pages: values of keys that end in name, id_number or phone.

    Names of two characters and more; in the form both as written and as normalised.
    """
    found: set[str] = set()
    for page in pages:
        for key, value in page.values.items():
            if key.endswith(TELLING_KINDS) and not key.startswith("school"):
                found.update(text for text in (value, page.texts.get(key)) if isinstance(text, str) and len(text) >= 2)
    return found


def needles(texts: Iterable[str], delivered: Iterable[Path]) -> dict[bytes, str]:
    """What to look for, and what to call it in a report (never the secret itself)."""
    wanted: dict[bytes, str] = {}
    for number, text in enumerate(sorted(texts)):
        for encoding in ENCODINGS:
            if len(text.encode(encoding)) >= SHORTEST:
                wanted[text.encode(encoding)] = f"secret {number} as {encoding}"
    for path in delivered:
        data = path.read_bytes()
        # not the first bytes: headers and quantisation tables are the same in every JPEG of one program
        start = len(data) // 4
        for at in range(start, len(data) - PIECE, max(1, (len(data) - start) // PIECES_PER_FILE)):
            piece = data[at : at + PIECE]
            if len(set(piece)) > PIECE // 3:
                wanted[piece] = f"bytes {at}.. of {path.name}"
    return wanted


def search(folders: Iterable[Path], wanted: dict[bytes, str]) -> Iterator[str]:
    """One line per finding in folders or single files; symbolic links and special files are passed over."""
    for folder in folders:
        within = [folder] if folder.is_file() else folder.rglob("*")
        for path in sorted(p for p in within if p.is_file() and not p.is_symlink()):
            data = path.read_bytes()
            for needle, called in wanted.items():
                if needle in data:
                    yield f"{path}: {called}"
