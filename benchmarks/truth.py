"""Truth files beside synthetic pages, and what a verify sheet should say according to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.kinds import JsonValue
from records.views import SourceRow, VerifySheet


@dataclass(frozen=True, slots=True)
class TruePage:
    """What stands on one page. ``values`` holds every field of the page that has a place on the form."""

    file: str
    number: int  # from 1 within the file
    status: str
    style: str
    values: Mapping[str, JsonValue]
    texts: Mapping[str, str]  # as written


def load(folder: Path) -> dict[tuple[str, int], TruePage]:
    """All truth files (``truth.json``) below ``folder``, by file name and page number."""
    pages: dict[tuple[str, int], TruePage] = {}
    for path in sorted(folder.rglob("*truth.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        for page in described["pages"]:
            true = TruePage(
                file=page["file"],
                number=page["page_in_file"],
                status=page["status"],
                style=page.get("style", described.get("style", "")),
                values={f["key"]: f["value"] for f in page["fields"]},
                texts={f["key"]: f["text"] for f in page["fields"]},
            )
            pages[true.file, true.number] = true
        for copy, original in _copies(path.parent):
            pages.update({(copy, number): page for (file, number), page in list(pages.items()) if file == original})
    return pages


def _copies(folder: Path) -> Iterator[tuple[str, str]]:
    """Files with the same bytes as another: which of the two is taken in first is nobody's business here."""
    by_content: dict[str, list[str]] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        by_content.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), []).append(path.name)
    for names in by_content.values():
        yield from ((one, other) for one in names for other in names if one != other)


def passwords(folder: Path) -> dict[str, str]:
    """The passwords of delivered files, by file name, as the truth file's ``files`` tell them."""
    found: dict[str, str] = {}
    for path in folder.rglob("truth.json"):
        described = json.loads(path.read_text(encoding="utf-8"))
        found.update({f["file"]: f["password"] for f in described.get("files", ()) if "password" in f})
    return found


@dataclass(frozen=True, slots=True)
class TrueSheet:
    """The truth of one registration: the fields of all its pages."""

    style: str
    values: Mapping[str, JsonValue]
    texts: Mapping[str, str]


def of_sheet(
    sheet: VerifySheet, sources: Iterable[SourceRow], pages: Mapping[tuple[str, int], TruePage]
) -> TrueSheet | None:
    """The truth for a registration, found by where its pages came from; None where no truth is known."""
    origin = {page.page_id: (source.name, page.number) for source in sources for page in source.pages}
    true = [pages[origin[p.page_id]] for p in sheet.pages if origin.get(p.page_id) in pages]
    if not true:
        return None
    values: dict[str, JsonValue] = {}
    texts: dict[str, str] = {}
    for page in true:
        values.update(page.values)
        texts.update(page.texts)
    return TrueSheet("/".join(dict.fromkeys(p.style for p in true)), values, texts)


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equal values; all the ways of saying nothing are the same."""
    return _plain(one) == _plain(other)


def _plain(value: JsonValue) -> JsonValue:
    if value in (None, "", []):
        return None
    if isinstance(value, list):
        return sorted(value)
    if isinstance(value, dict) and not any(value.values()):
        return None
    return value
