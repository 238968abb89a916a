"""A form as data: what one JSON file says about one printed form.

``Form.show()`` is the stable public shape of ``tongdang form show`` (docs/design: pages count from 1,
millimetres from the page's top left). The file holds the same and, besides, what drawing and matching
need: the lines and texts that are printed, the corner squares, the place of the QR code, and a picture of
the blank page.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

from forms.kinds import Kind

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # stands in the QR code's payload, between colons
LARGEST = 64 << 20
"""Bytes: no form file is larger, with its pictures inside."""


class FormError(Exception):
    """A form file that can't be used; the message is a Chinese sentence for the user."""


class Purpose(StrEnum):
    """What a filled form is to the office: only a registration makes or updates a child's record."""

    REGISTRATION = "registration"
    CARD = "card"
    """What is on the key-concern child's dossier's first sheet: 重点关爱服务对象信息卡."""
    VISIT = "visit"
    WORK_LOG = "work_log"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: millimetres from the page's top left."""

    x: float
    y: float
    w: float
    h: float

    def __post_init__(self) -> None:
        if not (self.w > 0 and self.h > 0 and isfinite(self.x + self.y + self.w + self.h)):
            raise FormError(f"表格文件里有一个没有大小或不在页上的格子：{self.as_list()}。")

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def as_list(self) -> list[float]:
        return [round(v, 3) for v in (self.x, self.y, self.w, self.h)]


@dataclass(frozen=True, slots=True)
class FormOption:
    """One printed choice; ``box`` is the tick box itself, not its label."""

    code: str
    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class FormField:
    """One place to fill in. ``page`` counts from 1; ``cells`` only where each character has a printed cell.

    ``required`` of a learned form's own keys; when keys of the dictionary are required, the dictionary says.
    """

    key: str
    label: str
    kind: Kind
    page: int
    box: Box
    cells: tuple[Box, ...] = ()
    multiple: bool = False
    options: tuple[FormOption, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A rule from (x1, y1) to (x2, y2) in millimetres, ``weight`` in points."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 0.5


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A printed text set inside ``box``; ``size`` in points, ``face`` is ``serif``, ``sans`` or ``title``."""

    text: str
    box: Box
    size: float = 10.5
    align: str = "left"
    face: str = "serif"


@dataclass(frozen=True, slots=True)
class FormPage:
    """One printed side. ``blank`` is a PNG of the empty page at ``blank_dpi``, b"" where none is known."""

    width_mm: float
    height_mm: float
    corners: tuple[Box, ...] = ()  # top left, top right, bottom right, bottom left
    qr: Box | None = None
    lines: tuple[PrintedLine, ...] = ()
    texts: tuple[PrintedText, ...] = ()
    blank: bytes = field(default=b"", repr=False)
    blank_dpi: int = 150


@dataclass(frozen=True)
class Form:
    """A printed form in one version. Equal ``(id, version)`` means equal layout, for ever."""

    id: str
    version: str
    title: str
    pages: tuple[FormPage, ...]
    fields: tuple[FormField, ...]
    purpose: Purpose = Purpose.REGISTRATION

    @cached_property
    def by_key(self) -> Mapping[str, FormField]:
        return {f.key: f for f in self.fields}

    def on_page(self, page: int) -> tuple[FormField, ...]:
        return tuple(f for f in self.fields if f.page == page)

    def show(self) -> dict[str, Any]:
        """The public description, as ``tongdang form show --json`` prints it."""
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "purpose": self.purpose.value,
            "pages": [{"width_mm": p.width_mm, "height_mm": p.height_mm} for p in self.pages],
            "fields": [_show_field(f) for f in self.fields],
        }

    def as_file(self, blank_names: tuple[str, ...]) -> dict[str, Any]:
        """What the JSON file holds; ``blank_names`` are the blank pictures' file names beside it."""
        shown = self.show()
        shown["pages"] = [
            {
                "width_mm": p.width_mm,
                "height_mm": p.height_mm,
                "corners_mm": [c.as_list() for c in p.corners],
                "qr_mm": p.qr.as_list() if p.qr else None,
                "blank": name,
                "blank_dpi": p.blank_dpi,
                "lines": [[li.x1, li.y1, li.x2, li.y2, li.weight] for li in p.lines],
                "texts": [
                    {"text": t.text, "box_mm": t.box.as_list(), "size": t.size, "align": t.align, "face": t.face}
                    for t in p.texts
                ],
            }
            for p, name in zip(self.pages, blank_names, strict=True)
        ]
        return shown


def _show_field(f: FormField) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": f.key,
        "label": f.label,
        "kind": f.kind.value,
        "page": f.page,
        "box_mm": f.box.as_list(),
    }
    if f.cells:
        shown["cells_mm"] = [c.as_list() for c in f.cells]
    if f.kind is Kind.CHOICE or f.options:
        shown["multiple"] = f.multiple
        shown["options"] = [{"code": o.code, "label": o.label, "box_mm": o.box.as_list()} for o in f.options]
    if f.required:
        shown["required"] = True
    return shown


def save_form(form: Form, folder: Path) -> Path:
    """Write a form file with its blank pictures into ``folder`` and return the JSON's path.

    The JSON comes last and takes its name at once: a form file that is there is whole. Raises FormError (Chinese
    sentence) where it can't be written or this version is there already.
    """
    stem = f"{form.id}-{form.version}"
    if not (_PLAIN.fullmatch(form.id) and _PLAIN.fullmatch(form.version)):
        raise FormError("表格编号只能用字母、数字、点和横线，并以字母或数字开头。")
    path = folder / f"{stem}.json"
    if path.exists():
        raise FormError(f"表格文件夹里已有“{form.id}”第 {form.version} 版，没有改动它。请换一个编号或版本。")
    names = tuple(f"{stem}-p{number}.png" for number in range(1, len(form.pages) + 1))
    shown = json.dumps(form.as_file(names), ensure_ascii=False, indent=1) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, page in zip(names, form.pages, strict=True):
            (folder / name).write_bytes(page.blank)
        partial = path.with_suffix(".partial")
        partial.write_text(shown, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise FormError(f"表格文件写不进文件夹“{folder.name}”，没有保存。请检查该文件夹能否写入后重试。") from error
    return path


def whole_form(form: Form) -> bytes:
    """The form as one file with its blank pictures inside, to be carried to another office; ``load_form`` reads it."""
    names = tuple(f"p{number}.png" if page.blank else "" for number, page in enumerate(form.pages, start=1))
    held = {n: b64encode(p.blank).decode("ascii") for n, p in zip(names, form.pages, strict=True) if n}
    return (json.dumps({**form.as_file(names), "pictures": held}, ensure_ascii=False, indent=1) + "\n").encode()


def load_form(path: Path) -> Form:
    """Read one form file. Raises FormError with a Chinese sentence for a file that isn't one."""
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(LARGEST))  # of a larger one the end is missing
        held = raw.get("pictures", {})

        def blank_of(name: str) -> bytes:
            if name in held:
                return b64decode(held[name], validate=True)
            # only a plain file name beside the JSON: a form file must not reach elsewhere on the disk
            return (path.parent / Path(name).name).read_bytes()

        return parse_form(raw, blank_of)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FormError(f"表格文件 {path.name} 打不开或内容不完整，没有载入。请换一份表格文件。") from error


def parse_form(raw: Mapping[str, Any], blank_of: Callable[[str], bytes]) -> Form:
    """The form of a form file's JSON; ``blank_of`` gives a blank picture by the name that the file holds.

    Raises FormError, and ValueError, LookupError, TypeError, AttributeError for JSON of another shape.
    """
    name, version = str(raw["id"]), str(raw["version"])
    if not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(version)):
        raise FormError("表格文件里的编号或版本只能用字母、数字、点和横线。")
    pages = tuple(_parse_page(p, blank_of) for p in raw["pages"])
    fields = tuple(_parse_field(f) for f in raw["fields"])
    keys = [f.key for f in fields]
    if len(set(keys)) != len(keys) or any(not 1 <= f.page <= len(pages) for f in fields):
        raise FormError("表格文件里有重复的栏目，或栏目不在表格的页上。")
    return Form(name, version, str(raw["title"]), pages, fields, Purpose(raw.get("purpose", Purpose.REGISTRATION)))


def _parse_page(raw: Mapping[str, Any], blank_of: Callable[[str], bytes]) -> FormPage:
    name = raw.get("blank")
    return FormPage(
        width_mm=float(raw["width_mm"]),
        height_mm=float(raw["height_mm"]),
        corners=tuple(Box(*c) for c in raw.get("corners_mm", ())),
        qr=Box(*raw["qr_mm"]) if raw.get("qr_mm") else None,
        lines=tuple(PrintedLine(*li) for li in raw.get("lines", ())),
        texts=tuple(
            PrintedText(t["text"], Box(*t["box_mm"]), float(t["size"]), t["align"], t["face"])
            for t in raw.get("texts", ())
        ),
        blank=blank_of(name) if name else b"",
        blank_dpi=int(raw.get("blank_dpi", 150)),
    )


def _parse_field(raw: Mapping[str, Any]) -> FormField:
    return FormField(
        key=str(raw["key"]),
        label=str(raw["label"]),
        kind=Kind(raw["kind"]),
        page=int(raw["page"]),
        box=Box(*raw["box_mm"]),
        cells=tuple(Box(*c) for c in raw.get("cells_mm", ())),
        multiple=bool(raw.get("multiple", False)),
        options=tuple(FormOption(str(o["code"]), str(o["label"]), Box(*o["box_mm"])) for o in raw.get("options", ())),
        required=bool(raw.get("required", False)),
    )
