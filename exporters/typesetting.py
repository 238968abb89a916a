"""Papers set from a template in ``resources/documents`` and its data: with our own fonts, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import typst

from forms.catalog import RESOURCES

TEMPLATES = RESOURCES / "documents"
FONTS = RESOURCES / "fonts"
MADE_ON = datetime(2024, 10, 18, tzinfo=UTC)
"""Date in a PDF's metadata: fixed, so that the same paper gives the same bytes (date of 吉民发〔2024〕34号)."""


def typeset(template: str, data: Mapping[str, object]) -> bytes:
    """The template (its name without ``.typ``) with this data, as PDF/A-2b."""
    pdf: bytes = compiled(template, data, format="pdf", pdf_standards="a-2b")
    return pdf


def compiled(template: str, data: Mapping[str, object], **options: Any) -> Any:
    """What typst makes of it: bytes, or of pictures of several pages a list of bytes."""
    return typst.compile(
        (TEMPLATES / f"{template}.typ").read_bytes(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=_fonts(),
        timestamp=int(MADE_ON.timestamp()),
        **options,
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
