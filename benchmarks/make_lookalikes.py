"""Make ``resources/reading/lookalikes.tsv``: for every common character those that look like it (形近字).

    python -m benchmarks.make_lookalikes

Characters are drawn small in two fonts of different build, blurred as far as a hurried hand blurs them, and compared by
their normalised correlation. What two fonts agree on is shape and not ornament. Nothing but the fonts in
``resources/fonts`` goes in: no pages, no readings, no hands.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms.catalog import RESOURCES

OUT = RESOURCES / "reading" / "lookalikes.tsv"
FONTS = ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf")
SIZE = 40
BLUR = 1.6  # pixels
LEAST = 0.72  # correlation below which two characters are not taken for one another
MOST = 8  # look-alikes kept per character


def gb2312() -> str:
    """The 6763 characters of GB 2312: what names and addresses are written with."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return "".join(found)


def drawn(characters: str, font: Path) -> NDArray[np.float32]:
    """One row per character: its blurred picture, mean 0 and length 1."""
    face = ImageFont.truetype(str(font), SIZE - 6)
    rows = []
    for character in characters:
        page = Image.new("L", (SIZE, SIZE), 0)
        ImageDraw.Draw(page).text((SIZE / 2, SIZE / 2), character, font=face, fill=255, anchor="mm")
        picture = np.asarray(cv2.GaussianBlur(np.asarray(page, np.float32), (0, 0), BLUR), np.float32).ravel()
        centred = picture - picture.mean()
        rows.append(centred / max(1e-6, float(np.linalg.norm(centred))))
    return np.stack(rows).astype(np.float32)


def main() -> None:
    characters = gb2312()
    pictures = [drawn(characters, RESOURCES / "fonts" / name) for name in FONTS]
    alike = np.mean([p @ p.T for p in pictures], axis=0)
    np.fill_diagonal(alike, 0)
    lines = [f"# made by benchmarks/make_lookalikes.py from {' and '.join(FONTS)}; correlation at least {LEAST}"]
    for at, character in enumerate(characters):
        near = [n for n in np.argsort(-alike[at])[:MOST] if alike[at, n] >= LEAST]
        if near:
            lines.append(f"{character}\t" + "".join(characters[n] for n in near))
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {len(lines) - 1} characters")


if __name__ == "__main__":
    main()
