"""The shipped samples: twelve families of one town, as they lie in a clerk's folder."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import Family, family
from benchmarks.synth.filling import Entry, fill
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.other_papers import empty_sheet, visit_note
from benchmarks.synth.paper import manner_of, serial, write_sheet
from benchmarks.synth.pdfs import Typed, fillable_pdf, picture_pdf, typed_pdf
from benchmarks.synth.scan import PROFILES, Delivered, deliver, jpeg_bytes
from benchmarks.synth.styles import PRINTED, writer
from benchmarks.synth.truth import FileTruth, Origin, PageTruth, Truth, as_json, field_truth, other_page, page_truth
from benchmarks.synth.writing.writer import Page, Writer
from forms.form_file import Box, Form

SEED = 2024
TOWN = "220281104"  # 蛟河市黄松甸镇
PASSWORD = "2024"
PDF_DPI = 300
STYLES: tuple[str, ...] = (
    *("printed", "strokes", "long-cang", "strokes", "printed", "printed"),
    *("long-cang", "typed", "typed", "strokes", "printed", "printed"),
)
"""By registration: five families by hand, five printed and scanned, two typed into a PDF."""


class Sheet:
    """One family's sheet, filled in."""

    def __init__(self, form: Form, number: int, root: Dice) -> None:
        self.form, self.number, self.style = form, number, STYLES[number - 1]
        self.dice = root.sub("sheet", number)
        self.serial = serial(self.dice.sub("serial"))

    @cached_property
    def writer(self) -> Writer:
        return writer(PRINTED if self.style == "typed" else self.style, self.dice.sub("writer"))

    @cached_property
    def family(self) -> Family:
        return family(self.dice.sub("family"), home=TOWN, number=self.number)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return fill(self.family, self.form, manner_of(self.writer, self.dice.sub("manner")), self.dice.sub("filling"))

    @cached_property
    def sides(self) -> list[Page]:
        return write_sheet(self.form, self.entries, self.writer, self.dice.sub("paper"), number=self.serial)

    def scan(self, page: int, noise: str, *, turns: int = 0, dpi: int | None = 200, again: int = 0) -> Delivered:
        """One side from the scanner or phone; ``again`` counts further scans of the same side."""
        return deliver(
            self.sides[page - 1],
            PROFILES["calibration"][noise],
            self.dice.sub("scan", page, again),
            other_side=self.sides[page % 2],
            turns=turns,
            dpi=dpi,
        )


@dataclass
class Folder:
    """What has been written so far."""

    out: Path
    pages: list[PageTruth]
    files: list[FileTruth]

    def put(self, name: str, content: bytes, purpose: str, *, status: str = "read", **more: str) -> None:
        """Write one file and its line of truth."""
        (self.out / name).write_bytes(content)
        about = FileTruth(file=name, status=status, note=purpose)
        about.update(more)  # type: ignore[typeddict-item]  # keys of FileTruth, checked by the test of the samples
        self.files.append(about)

    def jpeg(self, name: str, sheet: Sheet, page: int, delivered: Delivered, noise: str, purpose: str) -> bytes:
        """One side as a JPEG file; returns its bytes."""
        content = jpeg_bytes(delivered)
        self.put(name, content, purpose)
        self.side(Origin(name, sheet.number, sheet.style, noise), sheet, page, delivered)
        return content

    def side(self, origin: Origin, sheet: Sheet, page: int, delivered: Delivered, *, scale: float = 1) -> None:
        """The truth of one side; ``scale``: what the reader's picture is larger than the delivered one."""
        truth = page_truth(sheet.form, sheet.entries, delivered, origin, form_page=page)
        self.pages.append(_scaled(truth, scale))


def _scaled(truth: PageTruth, scale: float) -> PageTruth:
    if scale == 1:
        return truth
    for field in truth["fields"]:
        field["box_px"] = [round(v * scale) for v in field["box_px"]]
    truth["width_px"], truth["height_px"] = round(truth["width_px"] * scale), round(truth["height_px"] * scale)
    return truth


def make_samples(out: Path) -> Truth:
    """Write all samples, truth.json and README.md into ``out``. Raises NoHandwriting without npm or network."""
    out.mkdir(parents=True, exist_ok=True)
    form = shipped_form("jl-migrant-child")
    root = Dice(SEED, "samples")
    sheets = {number: Sheet(form, number, root) for number in range(1, len(STYLES) + 1)}
    folder = Folder(out, [], [])
    _single_scans(folder, sheets)
    _several_pages(folder, sheets)
    _documents(folder, sheets)
    _phone(folder, sheets[10])
    _oddities(folder, sheets, root)
    truth = Truth(seed=SEED, profile="samples", style="mixed", pages=folder.pages, files=folder.files)
    (out / "truth.json").write_text(as_json(truth), encoding="utf-8")
    (out / "README.md").write_text(_readme(folder.files), encoding="utf-8")
    return truth


def _single_scans(folder: Folder, sheets: dict[int, Sheet]) -> None:
    one, two, three, eleven = (sheets[n] for n in (1, 2, 3, 11))
    folder.jpeg("扫描0001.jpg", one, 1, one.scan(1, "light", dpi=300), "light", "an ordinary scan, front")
    folder.jpeg("扫描0002.jpg", one, 2, one.scan(2, "light", dpi=300), "light", "its back")
    folder.jpeg("扫描0003.jpg", two, 2, two.scan(2, "light"), "light", "wrong order: the back comes first")
    folder.jpeg("扫描0004.jpg", two, 1, two.scan(1, "light"), "light", "wrong order: the front comes second")
    folder.jpeg("扫描0005.jpg", three, 1, three.scan(1, "light", turns=2), "light", "upside down")
    folder.jpeg("扫描0006.jpg", three, 2, three.scan(2, "light"), "light", "its back, the right way up")
    folder.jpeg("扫描0007.jpg", eleven, 1, eleven.scan(1, "heavy"), "heavy", "a worn scanner, front")
    content = folder.jpeg("扫描0008.jpg", eleven, 2, eleven.scan(2, "heavy"), "heavy", "a worn scanner, back")
    again = eleven.scan(1, "light", again=1)
    folder.jpeg("扫描0009.jpg", eleven, 1, again, "light", "the sheet of 扫描0007.jpg scanned a second time")
    name = "扫描0008 - 副本.jpg"
    folder.put(name, content, "an identical copy of the file", status="duplicate", same_as="扫描0008.jpg")


def _several_pages(folder: Folder, sheets: dict[int, Sheet]) -> None:
    name = "黄松甸镇 登记表.pdf"
    scans = [(sheets[n], page, sheets[n].scan(page, "light")) for n in (4, 5) for page in (1, 2)]
    folder.put(name, picture_pdf([scan for _, _, scan in scans]), "a scanner's PDF: pictures only, two sheets")
    _pdf_truth(folder, name, scans)
    name = "加密 登记表.pdf"
    scans = [(sheets[12], page, sheets[12].scan(page, "light")) for page in (1, 2)]
    protected = picture_pdf([scan for _, _, scan in scans], password=PASSWORD)
    folder.put(name, protected, "a PDF with a password", status="encrypted", reason="encrypted", password=PASSWORD)
    _pdf_truth(folder, name, scans)
    name = "11月汇总扫描.tif"
    scans = [(sheets[n], page, sheets[n].scan(page, "light")) for n in (6, 7) for page in (1, 2)]
    folder.put(name, _tiff([scan for _, _, scan in scans]), "a multi-page TIFF of two sheets (JPEG inside)")
    for number, (sheet, page, scan) in enumerate(scans, start=1):
        folder.side(Origin(name, sheet.number, sheet.style, "light", number), sheet, page, scan)


def _pdf_truth(folder: Folder, name: str, scans: Sequence[tuple[Sheet, int, Delivered]]) -> None:
    """Boxes of a PDF's pages are those of the page drawn at 300 dpi."""
    for number, (sheet, page, scan) in enumerate(scans, start=1):
        origin = Origin(name, sheet.number, sheet.style, "light", number)
        folder.side(origin, sheet, page, scan, scale=PDF_DPI / scan.dpi)


def _tiff(pages: Sequence[Delivered]) -> bytes:
    file = io.BytesIO()
    pictures = [Image.fromarray(np.ascontiguousarray(page.picture[..., ::-1])) for page in pages]
    pictures[0].save(
        file,
        "TIFF",
        save_all=True,
        append_images=pictures[1:],
        compression="jpeg",
        quality=78,
        dpi=(pages[0].dpi, pages[0].dpi),
    )
    return file.getvalue()


def _documents(folder: Folder, sheets: dict[int, Sheet]) -> None:
    eight, nine = sheets[8], sheets[9]
    for name, sheet, made, purpose in (
        ("电子登记表.pdf", eight, typed_pdf(eight.form, eight.entries, eight.serial), "a PDF with a text layer"),
        ("电子填报.pdf", nine, fillable_pdf(nine.form, nine.entries, nine.serial), "a PDF with filled-in form fields"),
    ):
        folder.put(name, made.pdf, purpose)
        folder.pages += [_typed_truth(name, sheet, made, page) for page in (1, 2)]


def _typed_truth(name: str, sheet: Sheet, made: Typed, page: int) -> PageTruth:
    """As ``page_truth``; the page drawn at 300 dpi is the page itself."""
    paper = sheet.form.pages[page - 1]
    per_mm = PDF_DPI / 25.4
    truth = other_page(
        Origin(name, sheet.number, sheet.style, "", page),
        (round(paper.width_mm * per_mm), round(paper.height_mm * per_mm)),
        "read",
    )
    truth["form"], truth["form_page"], truth["registration"] = sheet.form.id, page, sheet.number
    truth["fields"] = [field_truth(e, _plain_box(e.field.box, per_mm)) for e in made.entries if e.field.page == page]
    return truth


def _plain_box(box: Box, per_mm: float) -> list[int]:
    return [round(v * per_mm) for v in (box.x, box.y, box.w, box.h)]


def _phone(folder: Folder, sheet: Sheet) -> None:
    for page, name in ((1, "IMG_20241105_093012.jpg"), (2, "IMG_20241105_093027.jpg")):
        folder.jpeg(name, sheet, page, sheet.scan(page, "phone", dpi=270), "phone", "a phone photo")


def _oddities(folder: Folder, sheets: dict[int, Sheet], root: Dice) -> None:
    light = PROFILES["calibration"]["light"]
    empty = deliver(empty_sheet(), light, root.sub("empty"), other_side=sheets[1].sides[0], dpi=200)
    folder.put("扫描0010.jpg", jpeg_bytes(empty), "an empty sheet", status="blank")
    folder.pages.append(other_page(Origin("扫描0010.jpg", 0, "", "light"), empty.picture.shape[1::-1], "blank"))
    note = visit_note(sheets[3].family, sheets[2].writer, root.sub("note"))
    scanned = deliver(note, light, root.sub("note scan"), dpi=200)
    name = "入户走访记录.jpg"
    folder.put(name, jpeg_bytes(scanned), "a page of no known form", status="unknown_form")
    folder.pages.append(other_page(Origin(name, 0, "strokes", "light"), scanned.picture.shape[1::-1], "unknown_form"))
    whole = jpeg_bytes(sheets[1].scan(2, "light", again=1))
    cut = whole[: len(whole) * 11 // 20]
    folder.put("扫描0011.jpg", cut, "a JPEG that was cut off while copying", status="failed", reason="truncated")


def _readme(files: Sequence[FileTruth]) -> str:
    lines = [
        "# Samples",
        "",
        "Twelve invented families in 蛟河市黄松甸镇, as a clerk's folder would look. Every person, number and",
        f"address is synthetic (seed {SEED}); nobody in these pictures exists. `truth.json` says what stands on every",
        "page, in the shape that `tongdang read` answers with; its `files` say what becomes of the files.",
        "",
        "Made by `python -m benchmarks.synth samples --out resources/samples` (needs npm for the handwriting). The",
        "same command gives the same bytes with the same packages, but for the PDF with a password (salted).",
        "",
        "Styles by family: " + ", ".join(f"{n} {style}" for n, style in enumerate(STYLES, start=1)) + ".",
        "Handwriting: Long Cang (OFL-1.1, `@fontsource/long-cang`), and strokes after `hanzi-writer-data` (Arphic",
        "Public License). Ma Shan Zheng is held out and does not occur here.",
        "",
        "| file | status | what it is there for |",
        "|---|---|---|",
    ]
    for about in sorted(files, key=lambda f: f["file"]):
        secret = f" (password {about['password']})" if "password" in about else ""
        lines.append(f"| `{about['file']}` | {about['status']} | {about['note']}{secret} |")
    return "\n".join(lines) + "\n"
