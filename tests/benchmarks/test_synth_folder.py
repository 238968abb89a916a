"""One command makes a folder of scans with truth: reproducible, for any form, by hand only where it can be had."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.synth.__main__ import main
from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import Manner, fill
from benchmarks.synth.folder import make_folder, shipped_form, styles_available
from benchmarks.synth.paper import blank_sides, write_sheet
from benchmarks.synth.pdfs import fillable_pdf, picture_pdf, typed_pdf
from benchmarks.synth.scan import PROFILES, deliver
from benchmarks.synth.styles import hand, writer
from benchmarks.synth.writing import packages
from benchmarks.synth.writing.packages import NoHandwriting
from benchmarks.synth.writing.strokes import NEAT, VERY_CURSIVE, StrokeHand
from benchmarks.synth.writing.writer import Writer, write_text
from forms.form_file import Box, Form, FormField, FormOption, FormPage
from forms.kinds import Kind

FORM = shipped_form("jl-migrant-child")


def small_form() -> Form:
    """A learned form: no drawing of its own, only a picture of the blank, and keys that no dictionary knows."""
    done, picture = cv2.imencode(".png", np.full((400, 600), 255, np.uint8))
    assert done
    options = (FormOption("a", "甲", Box(12, 42, 4, 4)), FormOption("b", "乙", Box(32, 42, 4, 4)))
    fields = (
        FormField("child_name", "姓名", Kind.NAME, 1, Box(10, 5, 50, 10)),
        FormField("x_small_1", "备考", Kind.TEXT, 1, Box(10, 20, 90, 10)),
        FormField("x_small_2", "类别", Kind.CHOICE, 1, Box(10, 40, 60, 8), options=options),
    )
    return Form("small", "1", "小表", (FormPage(101.6, 67.7, blank=picture.tobytes(), blank_dpi=150),), fields)


def test_the_command_gives_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["--out", str(tmp_path / name), "--seed", "4", "--families", "1", "--noise", "heavy"]) == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["4-001-printed-heavy-p1.jpg", "4-001-printed-heavy-p1.json", "4-001-printed-heavy-p2.jpg",
                     "4-001-printed-heavy-p2.json", "truth.json"]  # fmt: skip
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_truth_describes_the_pictures(tmp_path: Path) -> None:
    truths = make_folder(tmp_path, 5, 2, noises=("phone", "light"), profile="calibration")
    everything = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert everything["pages"] == [page for truth in truths for page in truth["pages"]]
    assert [(p["registration"], p["form_page"], p["noise"]) for p in everything["pages"]] == [
        (1, 1, "phone"), (1, 2, "phone"), (2, 1, "light"), (2, 2, "light"),
    ]  # fmt: skip
    for page in everything["pages"]:
        picture = cv2.imdecode(np.fromfile(tmp_path / page["file"], np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape[:2] == (page["height_px"], page["width_px"])
        assert [f["key"] for f in page["fields"]] == [f.key for f in FORM.on_page(page["form_page"])]
        for field in page["fields"]:
            x, y, w, h = field["box_px"]
            inside = (x >= 0, y >= 0, x + w <= page["width_px"], y + h <= page["height_px"])
            assert all(inside), field["key"]


def test_calibration_and_reporting_share_no_family(tmp_path: Path) -> None:
    names = {}
    for profile in ("calibration", "reporting"):
        truths = make_folder(tmp_path / profile, 6, 3, noises=("light",), profile=profile, form=small_form())
        names[profile] = {
            f["text"] for t in truths for p in t["pages"] for f in p["fields"] if f["key"] == "child_name"
        }
    assert len(names["calibration"]) == 3
    assert not names["calibration"] & names["reporting"]


def test_a_learned_form_is_filled_from_its_picture(tmp_path: Path) -> None:
    truths = make_folder(tmp_path, 8, 6, noises=("light",), form=small_form())
    fields = [field for truth in truths for field in truth["pages"][0]["fields"]]
    assert all(field["value"] for field in fields if field["key"] == "child_name")
    assert any(field["text"] for field in fields if field["key"] == "x_small_1")
    ticked = [f["value"] for f in fields if f["key"] == "x_small_2"]
    assert any(ticked)
    assert all(value in ([], ["a"], ["b"]) for value in ticked)


def test_ink_is_only_where_something_was_written() -> None:
    pen = writer("printed", Dice("pen"))
    who = family(Dice("ink", 3))
    entries = fill(who, FORM, Manner.of(Dice("manner")), Dice("fill"))
    sides = write_sheet(FORM, entries, pen, Dice("paper"), number="ABCDEFGHJK")
    blank = blank_sides(FORM, "ABCDEFGHJK")
    for entry in entries:
        box, page = entry.field.box, entry.field.page - 1
        rows, columns = (
            slice(int(v * 300 / 25.4), int(e * 300 / 25.4)) for v, e in ((box.y, box.bottom), (box.x, box.right))
        )
        added = (blank[page][rows, columns].astype(int) - sides[page][rows, columns]).max()
        assert (added > 80) == bool(entry.text), entry.field.key
    for side, empty in zip(sides, blank, strict=True):
        margin = int(20 * 300 / 25.4)
        assert (side[:margin] == empty[:margin]).all()


def test_a_long_address_takes_two_lines_or_gets_smaller_but_stays_in_its_box() -> None:
    pen = writer("printed", Dice("pen"))
    for height in (8.0, 15.0):
        box = Box(20, 20, 80, height)
        page = np.full((600, 1400, 3), 255, np.uint8)
        write_text(
            page, pen, "吉林省延边朝鲜族自治州珲春市敬信镇大肚川村一社阳光花园26号楼5单元1804室", box, Dice("long")
        )
        rows, columns = np.nonzero(page.min(axis=2) < 128)
        assert columns.min() >= 20 * 300 / 25.4
        assert columns.max() <= 100 * 300 / 25.4
        assert rows.min() >= 20 * 300 / 25.4 - 1
        assert rows.max() <= (20 + height) * 300 / 25.4 + 1


def test_without_npm_there_is_no_handwriting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.medians.cache_clear()
    monkeypatch.setattr(packages, "cache_folder", lambda: tmp_path / "none")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoHandwriting, match="npm"):
        hand("strokes", Dice(1))
    assert styles_available() == ("printed",)
    assert main(["--out", str(tmp_path / "out"), "--styles", "printed,long-cang"]) == 1
    assert "no handwriting" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_package_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def pretend(call: list[str], *, cwd: str, **_: object) -> None:
        (Path(cwd) / "other.tgz").write_bytes(b"something else")

    monkeypatch.setattr(packages, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/npm")
    monkeypatch.setattr(subprocess, "run", pretend)
    with pytest.raises(NoHandwriting, match="pinned"):
        packages.provide(packages.LONG_CANG)
    assert not (tmp_path / "cache").exists()


# 十 as the stroke data has it: one horizontal, one vertical
TEN = {"十": [[[120, 480], [500, 500], [900, 510]], [[510, 830], [505, 400], [500, -60]]]}


def test_strokes_are_drawn_where_the_medians_run() -> None:
    pen = StrokeHand(NEAT, Dice("hand"), medians=TEN)
    glyph = pen.glyph("十", 60, Dice("one"))
    height, width = glyph.mask.shape
    assert 30 <= width <= 62
    assert 45 <= height <= 66
    assert glyph.mask[height // 5 : height // 3, : width // 4].max() == 0  # nothing left of the vertical's top
    assert glyph.mask[height // 2 - 12 : height // 2 + 12].max() > 200
    assert pen.can_write("十18·")
    assert not pen.can_write("百")


def test_one_writer_is_never_quite_the_same_and_cursive_is_wilder() -> None:
    def spread(pen: StrokeHand) -> float:
        sizes = [pen.glyph("十", 60, Dice("again", n)).mask.shape for n in range(30)]
        return float(np.std([h for h, _ in sizes]) + np.std([w for _, w in sizes]))

    neat = spread(StrokeHand(NEAT, Dice("hand"), medians=TEN))
    wild = spread(StrokeHand(VERY_CURSIVE, Dice("hand"), medians=TEN))
    assert 0.3 < neat < wild


def test_digits_are_written_one_to_a_cell() -> None:
    pen = Writer.of(StrokeHand(NEAT, Dice("hand"), medians={}), Dice("measures"))
    for digit in "0123456789X":
        glyph = pen.hand.glyph(digit, 50, Dice(digit))
        assert glyph.mask.max() > 200
        assert glyph.mask.shape[0] > glyph.mask.shape[1] * 0.9


def test_the_typed_pdfs_say_what_the_truth_says() -> None:
    import io

    import pdfplumber

    who = family(Dice("typed", 2))
    entries = fill(who, FORM, Manner.of(Dice("manner", 1)), Dice("fill"))
    typed = typed_pdf(FORM, entries, "ABCDEFGHJK")
    with pdfplumber.open(io.BytesIO(typed.pdf)) as pdf:
        said = "".join((page.extract_text() or "") for page in pdf.pages)
    plain = "".join(said.split())
    for entry in typed.entries:
        if entry.text and entry.field.kind in (Kind.NAME, Kind.DATE, Kind.DIVISION):
            assert "".join(entry.text.split()) in plain
    filled = fillable_pdf(FORM, entries, "ABCDEFGHJK")
    with pdfplumber.open(io.BytesIO(filled.pdf)) as pdf:
        named = {a["data"]["T"].decode(): a["data"]["V"] for page in pdf.pages for a in page.annots}
    assert set(named) >= {e.field.key for e in entries if e.field.kind is not Kind.CHOICE}
    sex = next(e for e in entries if e.field.key == "child_sex")
    assert {code: named[f"child_sex_{code}"].name for code in "12"} == {
        code: "Yes" if code in sex.marks else "Off" for code in "12"
    }
    assert fillable_pdf(FORM, entries, "ABCDEFGHJK").pdf == filled.pdf


def test_a_picture_pdf_shows_the_scan_at_its_size() -> None:
    import pypdfium2

    page = np.full((600, 400, 3), 255, np.uint8)
    page[100:200, 50:150] = 0
    scan = deliver(page, PROFILES["calibration"]["light"], Dice("pdf"), dpi=300)
    made = picture_pdf([scan], password="2024")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(made)
    with pypdfium2.PdfDocument(made, password="2024") as pdf:
        seen = pdf[0].render(scale=300 / 72).to_numpy()
    height, width = scan.picture.shape[:2]
    assert abs(seen.shape[0] - height) <= 1
    assert abs(seen.shape[1] - width) <= 1
    assert seen[120:180, 70:130].mean() < 90
