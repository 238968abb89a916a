"""Which face the window speaks in: a good Chinese face of the system, else the one that is shipped."""

from __future__ import annotations

import logging

from PySide6.QtGui import QFontDatabase

from forms.catalog import RESOURCES

log = logging.getLogger(__name__)

# Faces made for Chinese on screen. Droid Sans Fallback and the like are missing on purpose: thin coverage, no weights.
GOOD_FACES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
)


def load() -> str:
    """Load the shipped fonts and return the family to use. Without any Chinese face Qt would draw boxes silently."""
    shipped = [
        family
        for file in sorted((RESOURCES / "fonts").glob("*.[ot]tf"))
        for family in QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    ]
    present = set(QFontDatabase.families())
    for family in GOOD_FACES:
        if family in present:
            return family
    chinese = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    for family in (*shipped, *chinese):
        return family
    log.error("no font with Chinese characters was found; texts will show as boxes")
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
