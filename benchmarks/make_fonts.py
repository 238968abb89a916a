"""Make ``resources/fonts`` from the collections of the Debian package ``fonts-noto-cjk``.

Needs fontTools, which the program itself doesn't: run it in an environment of its own, once per font version::

    python make_fonts.py /usr/share/fonts/opentype/noto resources/fonts
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

SIGNS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x400, 0x45F), (0x2000, 0x206F), (0x20A0, 0x20BF),
    (0x2100, 0x214F), (0x2150, 0x218B), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x257F),
    (0x2580, 0x259F), (0x25A0, 0x25FF), (0x2600, 0x27BF), (0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3040, 0x30FF),
    (0x3105, 0x312F), (0x31C0, 0x31EF), (0x3200, 0x33FF), (0xF900, 0xFAFF), (0xFE10, 0xFE1F), (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
)  # fmt: skip
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2FFFF))

FACES = (
    # collection, family, style, every ideograph, hinting (only the screen face needs it)
    ("NotoSansCJK-Regular.ttc", "Noto Sans SC", "Regular", True, True),
    ("NotoSerifCJK-Regular.ttc", "Noto Serif SC", "Regular", True, False),
    ("NotoSerifCJK-Bold.ttc", "Noto Serif SC", "Bold", False, False),
)


def characters(every_ideograph: bool) -> set[int]:
    """Code points to keep: signs, and all ideographs or those of GB 2312."""
    kept = {c for low, high in SIGNS for c in range(low, high + 1)}
    if every_ideograph:
        return kept | {c for low, high in IDEOGRAPHS for c in range(low, high + 1)}
    pairs = (bytes([lead, trail]) for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF))
    return kept | {ord(c) for pair in pairs if (c := pair.decode("gb2312", "ignore"))}


def rename(font: TTFont, family: str, style: str) -> str:
    """Give the face its own family name; returns the PostScript name."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: f"{font['name'].getDebugName(5)};{postscript}", 4: f"{family} {style}"}
    names[6] = postscript
    for record in list(font["name"].names):
        if record.nameID in (16, 17):
            font["name"].removeNames(nameID=record.nameID)
        elif record.nameID in names:
            record.string = names[record.nameID]
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FullName, cff.topDictIndex[0].FamilyName = names[4], family
    return postscript


def make(source: Path, target: Path, family: str, style: str, every_ideograph: bool, hinting: bool) -> Path:
    """Write one face. Raises StopIteration if the collection holds no SC face."""
    faces = TTCollection(source, lazy=True).fonts
    font = next(f for f in faces if f["name"].getDebugName(1).endswith("CJK SC"))
    options = subset.Options()
    # without locl: it would pull in the forms of three other countries
    options.layout_features = ["kern", "ccmp", "mark", "vert"]
    options.name_IDs, options.name_languages = ["*"], [0x409]
    options.notdef_outline, options.hinting = True, hinting
    options.drop_tables += ["DSIG", "BASE"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=characters(every_ideograph))
    cut.subset(font)
    path = target / f"{rename(font, family, style)}.otf"
    font.save(path)
    return path


def main() -> int:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    for name, family, style, every_ideograph, hinting in FACES:
        path = make(source / name, target, family, style, every_ideograph, hinting)
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
