"""Hostile texts, names and files: what is typed comes back as it was typed, and does nothing on the way.

An attack returns what it achieved; nothing for one that came to nothing.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docx
import openpyxl

from benchmarks.kill_run import NOW, Clock
from benchmarks.store_acts import Place, copy_of, opened
from benchmarks.store_faults import KNOWN, told, whole
from forms.form_file import load_form
from records.ids import CHINA
from records.store import Store
from records.views import Actor, DraftRow, RegistrationState, VerifySheet
from workflow import (
    audit_export,
    children,
    concerns,
    entry_sheets,
    handover_in,
    intake,
    partners,
    report,
    settings,
    verify,
    visits,
)
from workflow.draft_workbook import write_draft
from workflow.visits import Visited

TEXTS = (
    "'; DROP TABLE children; --", '" OR 1=1 --', "Robert'); DELETE FROM answers;--", "%' ESCAPE '/", "%", "_", "\\",
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "C:\\con", "/dev/null", "a/b", "{0.__class__.__mro__}",
    "{name!r:>1000000000}", "%s%s%n%x", "%(password)s", "${jndi:ldap://x}", "$(reboot)", "`reboot`", "| cmd",
    "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "＝1+1",
    "<script>alert(1)</script>", "<w:t>x</w:t>", "&lt;&#x0;", "]]>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "#read(\"/etc/passwd\")", "#sys.inputs", "$x$", "@label", "]#panic()", "王\u200b小\u202e明", "𬭩" * 40, "甲" * 5000,
    "\u0000", "a\u0000b", "\r\nX: y", "\x1b[2J", "\ufeff", "\U0001f600",
)  # fmt: skip
FORMULA = "=+-@\t\r"
Attack = Callable[[Place, Path, random.Random], Iterator[str]]


def through_texts(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """Every text a person can type: fields of a form, names, reasons, searches, settings."""
    copy = copy_of(place, where / "texte")
    before = _outside(copy)
    with opened(copy.town) as (store, actor):
        (draft,) = (row for row in verify.drafts(store, actor) if len(_sheet(store, actor, row).pages) == 2)
        child = next(iter(children.children(store, actor))).child_id
        for text in TEXTS:
            for what, act in _typed(store, actor, draft.registration_id, child, text).items():
                yield from told(f"{what} {text[:20]!r}", act)
            got = _stood(store, actor, draft.registration_id)
            if got not in {text, text.strip()} and "\u0000" not in text and len(text) < 200 and got.strip():
                same = "".join(got.split()) == "".join(text.split())
                if not same and _kept_as_typed(text):
                    yield f"typed {text!r}, kept {got!r}"
    yield from whole(copy, "after hostile texts", but="dossier_missing")  # its paper dossier is a person's to make
    if _outside(copy) != before:
        yield "files were made or changed beside the store"


def _kept_as_typed(text: str) -> bool:
    """Not one of those that a field of free text may spell otherwise (full-width, invisible signs)."""
    return text.isascii() and text.isprintable()


def _typed(store: Store, actor: Actor, registration_id: str, child: str, text: str) -> dict[str, Callable[[], object]]:
    today = NOW.astimezone(CHINA).date()
    return {
        "a school": lambda: verify.confirm(store, actor, NOW, registration_id, "school_name", text),
        "a name": lambda: verify.confirm(store, actor, NOW, registration_id, "father_name", text),
        "a search": lambda: children.children(store, actor, search=text, limit=5),
        "a concern": lambda: concerns.add(store, actor, NOW, child, "ill", why=text, since=today),
        "a visit": lambda: visits.record(store, actor, NOW, child, Visited(today, text, "good", note=text)),
        "the log": lambda: visits.write_log(store, actor, NOW, today, text),
        "a setting": lambda: settings.change_setting(store, actor, NOW, "unit", text),
        "a folder": lambda: settings.change_setting(store, actor, NOW, "backup_folder", text),
        "a batch": lambda: report.new_batch(store, actor, NOW, text, [registration_id]),
    }


def _sheet(store: Store, actor: Actor, row: DraftRow) -> VerifySheet:
    return verify.sheet(store, actor, row.registration_id)


def _stood(store: Store, actor: Actor, registration_id: str) -> str:
    return next(i.text for i in verify.sheet(store, actor, registration_id).items if i.key == "school_name")


def through_file_names(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """Scans with names that are something else; the draft that names them is a workbook without a formula."""
    copy = copy_of(place, where / "namen")
    clock, folder = Clock(again=True), copy.folder / "namen"
    folder.mkdir()
    paths = []
    for number, text in enumerate(TEXTS):
        name = text.replace("/", "／").replace("\u0000", "")[:60] or "leer"
        path = folder / f"{name}{number}.jpg"
        with suppress(OSError, ValueError):
            path.write_bytes(b"\xff\xd8\xff\xe0" + str(number).encode())
            paths.append(path)
    before, out = _outside(copy), copy.folder / "draft.xlsx"
    with opened(copy.town) as (store, actor):
        results: list[intake.TakeIn] = []
        yield from told("taking in", lambda: results.extend(intake.take_in_folder(store, actor, clock(), paths)))
        taken = [r for r in results if isinstance(r, intake.Taken)]
        if len(taken) != len(paths):
            yield f"{len(paths) - len(taken)} of {len(paths)} files were not taken in"
        yield from told("the draft", lambda: write_draft(store, actor, clock(), [r.source_id for r in taken], out))
    yield from _formulas(out)
    yield from whole(copy, "after hostile file names")
    if _outside(copy) - {str(out)} != before:
        yield "files were made or changed beside the store"


def through_what_is_written(place: Place, where: Path, _dice: random.Random) -> Iterator[str]:
    """Hostile values in a batch: no formula in the workbook, no markup in the sheets, each as it was typed."""
    copy = copy_of(place, where / "ausgaben")
    clock = Clock(again=True)
    out, sheets, log = (copy.folder / name for name in ("批次.xlsx", "对照单.docx", "记录.csv"))
    typed = ("=1+1", "<w:p/>&x", '#read("/etc/passwd")', "{0}", "%s")
    with opened(copy.town) as (store, actor):
        row = report.candidates(store, actor)[0]
        verify.reopen(store, actor, clock(), row.registration_id, "再看")
        for key, text in zip(("school_name", "child_class", "caregiver_address_detail"), typed, strict=False):
            with suppress(*KNOWN):
                verify.confirm(store, actor, clock(), row.registration_id, key, text)
        with suppress(*KNOWN):
            verify.finish(store, actor, clock(), row.registration_id)
        if _sheet_state(store, actor, row.registration_id) is not RegistrationState.VERIFIED:
            yield "the registration could not be saved: nothing was tried"
            return
        _changes, batch = report.new_batch(store, actor, clock(), "=1+1", [row.registration_id])
        report.freeze(store, actor, clock(), batch)
        report.write(store, actor, clock(), batch, out)
        entry_sheets.write(store, actor, clock(), batch, sheets)
        audit_export.export_audit(store, actor, clock(), log)
    yield from _formulas(out)
    if "=1+1" not in "".join(p.text for t in docx.Document(str(sheets)).tables for r in t.rows for p in r.cells):
        yield "the entry sheet doesn't show what was typed"
    for line in log.read_text(encoding="utf-8-sig").splitlines():
        if any(cell.strip('"')[:1] in FORMULA and cell.strip('"')[:1] for cell in line.split(",")):
            yield f"a formula in the log: {line[:60]!r}"


def _sheet_state(store: Store, actor: Actor, registration_id: str) -> RegistrationState:
    return verify.sheet(store, actor, registration_id).state


def _formulas(path: Path) -> Iterator[str]:
    if not path.exists():
        yield f"{path.name} was not written"
        return
    for sheet in openpyxl.load_workbook(path).worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.data_type == "f" or cell.hyperlink is not None:
                    yield f"a formula or link in {path.name}, {cell.coordinate}"


def through_carried_files(place: Place, where: Path, dice: random.Random) -> Iterator[str]:
    """Zip and XML bombs, deep JSON and foreign formats where packages, cards, backups and forms are expected."""
    copy = copy_of(place, where / "dateien")
    hostile = where / "hostile"
    hostile.mkdir()
    for number, content in enumerate(_contents(dice)):
        path = hostile / f"{number}"
        path.write_bytes(content)
        with opened(copy.county) as (store, actor):
            for what, act in {
                "a package": lambda: handover_in.take_in(store, actor, NOW, path),  # noqa: B023  # done at once
                "a package looked at": lambda: handover_in.preview(store, actor, path),  # noqa: B023
                "a card": lambda: partners.look_at_card(store, actor, path),  # noqa: B023
                "a form": lambda: load_form(path),  # noqa: B023
            }.items():
                yield from told(f"{what}, content {number}", act, borne=False)
    yield from whole(copy, "after hostile files")


def _contents(dice: random.Random) -> Iterator[bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("../../../tmp/escaped", bytes(32 << 20))
    yield packed.getvalue()
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{lol}]><x>&l9;</x>'.encode()
    yield b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
    yield b"[" * 100_000
    yield b'{"a":' * 50_000
    yield json.dumps({"id": "../../x", "version": "1", "title": "t", "pages": [], "fields": []}).encode()
    yield json.dumps({"id": "x", "version": "1", "title": "t", "pages": [{"width_mm": 1e308}], "fields": [{}]}).encode()
    yield b'{"id": ' + b"9" * 5000 + b"}"
    yield b"TDHANDOVER1\n" + b"\xff" * 4 + dice.randbytes(4096)
    yield b"TDHANDOVER1\n" + (1 << 20).to_bytes(4) + bytes(1 << 20)
    yield b"TDBACKUP1\n" + b"\x00\x00\x00\x02{}" + dice.randbytes(64)
    yield b'{"magic": "TDCARD1"}'
    yield b"%PDF-1.7\n" + dice.randbytes(200)
    yield b""


def _outside(copy: Place) -> set[str]:
    """Every file that is no store's."""
    return {str(p) for p in copy.folder.rglob("*") if p.is_file() and copy.town not in p.parents}


ATTACKS: dict[str, Attack] = {
    "texts": through_texts,
    "file names": through_file_names,
    "what is written": through_what_is_written,
    "carried files": through_carried_files,
}
