"""Pictures of the same child twice, for ``benchmarks.pictures``: a family of the samples fills in a second form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.running import Taker, draft_of
from benchmarks.synth.dice import Dice
from benchmarks.synth.filling import Entry
from benchmarks.synth.paper import write_sheet
from benchmarks.synth.samples import SEED, Sheet
from benchmarks.synth.scan import PROFILES, deliver, jpeg_bytes
from benchmarks.synth.styles import writer
from desktop.ui.children.page import FIELDS, ChildPageScreen
from desktop.ui.duplicates.screen import DuplicatesScreen
from desktop.ui.main_window import MainWindow
from forms.catalog import shipped_forms
from forms.id_number import check_digit
from workflow import duplicates, verify
from workflow.access import Opened

NUMBER = 2  # of the samples' families


def again(folder: Path) -> tuple[list[Path], dict[str, Entry]]:
    """The form once more: one figure of the ID number copied wrongly, by another hand."""
    form = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
    sheet = Sheet(form, NUMBER, Dice(SEED, "samples"))
    pen = writer(sheet.style, Dice(SEED, "twin pictures"))
    entries = {entry.field.key: entry for entry in sheet.entries}
    number = str(entries["child_id_number"].value)
    wrong = f"{number[:15]}{(int(number[15]) + 1) % 10}{number[16]}"
    told = wrong + check_digit(wrong)
    entries["child_id_number"] = replace(entries["child_id_number"], text=told, value=told)
    paths = []
    for page, side in enumerate(write_sheet(sheet.form, tuple(entries.values()), pen, Dice(SEED, 7), number="U7"), 1):
        path = folder / f"又一份{page}.jpg"
        path.write_bytes(jpeg_bytes(deliver(side, PROFILES["calibration"]["light"], Dice(SEED, 8, page), dpi=200)))
        paths.append(path)
    return paths, entries


def twins(studio: Taker, window: MainWindow, opened: Opened, folder: Path) -> None:
    """A pair side by side, the child's page that says so, and what was merged."""
    store, actor = opened.store, opened.actor
    _verify_again(studio, opened, folder)
    page, screen = window.findChild(ChildPageScreen), window.findChild(DuplicatesScreen)
    assert page is not None
    assert screen is not None
    pair = duplicates.all_duplicates(store, actor)[0]
    page.wanted.emit(pair.one.child_id, FIELDS)
    studio.until(page.twins.isVisible)
    studio.shoot("儿童-可能重复")
    page.compare.emit(pair.one.child_id)
    studio.until(lambda: screen.panel.detail is not None)
    rows = screen.panel.model.rows
    screen.panel.table.selectRow(next(n for n, row in enumerate(rows) if row.field.key == "child_id_number"))
    studio.shoot("重复登记")
    screen.panel.reason.setCurrentIndex(0)
    screen.panel.merge()
    studio.until(lambda: screen.merged.rows)
    screen.tabs.setCurrentIndex(1)
    screen.merges_table.selectRow(0)
    studio.shoot("重复登记-合并过的")


def _verify_again(studio: Taker, opened: Opened, folder: Path) -> None:
    store, actor = opened.store, opened.actor
    paths, entries = again(folder)
    draft = draft_of(studio, opened, paths)
    for item in verify.sheet(store, actor, draft).items:
        value = entries[item.key].value if item.key in entries else item.value
        verify.confirm(store, actor, studio.clock(), draft, item.key, value)
    verify.finish(store, actor, studio.clock(), draft, same_child=verify.NEW_CHILD)
