"""Readings and forms as compressed bytes in a row, and back."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from forms.form_file import Form, FormError, parse_form
from records.columns import canonical_json
from records.errors import StoreDamaged


def pack_json(value: object) -> bytes:
    """JSON in its one spelling, compressed: equal values are equal bytes."""
    return zlib.compress(canonical_json(value).encode(), level=6)


def unpack_json(packed: bytes) -> Any:
    """The value. Raises StoreDamaged for bytes that are none."""
    try:
        return json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise _damaged() from error


def pack_form(form: Form) -> bytes:
    """A form file with its blank pictures inside."""
    names = tuple(f"{number}" if page.blank else "" for number, page in enumerate(form.pages, start=1))
    pictures = {
        name: base64.b64encode(page.blank).decode("ascii") for name, page in zip(names, form.pages, strict=True) if name
    }
    return pack_json({"form": form.as_file(names), "blanks": pictures})


def unpack_form(packed: bytes) -> Form:
    """The form as it was when it was first used. Raises StoreDamaged."""
    content = unpack_json(packed)
    try:
        return parse_form(content["form"], lambda name: base64.b64decode(content["blanks"][name], validate=True))
    except (FormError, ValueError, KeyError, TypeError, IndexError) as error:
        raise _damaged() from error


def _damaged() -> StoreDamaged:
    return StoreDamaged(
        "资料库里的一条识别记录或一份表格已损坏，核对过的内容不受影响。请运行检查（tongdang check），并从备份恢复。"
    )
