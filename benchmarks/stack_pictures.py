"""Pictures of verifying with what is known already, for ``benchmarks.pictures``: pinned values, the family's earlier
form, and a form that was printed with last round's values and came back changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from benchmarks.running import Taker, draft_of
from benchmarks.synth.dice import Dice
from benchmarks.synth.filling import Entry
from benchmarks.synth.paper import write_sheet
from benchmarks.synth.prefilled import finish, rewrite
from benchmarks.synth.samples import SEED, Sheet
from benchmarks.synth.scan import PROFILES, deliver, jpeg_bytes
from benchmarks.synth.writing.writer import Page
from desktop.ui.main_window import MainWindow
from desktop.ui.verify.screen import VerifyScreen
from forms.catalog import shipped_forms
from forms.id_number import check_digit
from forms.prefill import printed_values
from records.tables import PrintedForm
from workflow import children, prefilled, rounds, sticky
from workflow.access import Opened

BROTHER, RETURNING = 3, 4  # of the samples' families
NAME, BORN = "张瑞雪", "2016-03-12"
PINNED = "2026-11-23"
ROUND = "2027年上半年"


def stack(studio: Taker, window: MainWindow, opened: Opened, folder: Path) -> None:
    """Three fields whose answer is known from elsewhere, each with where it is known from."""
    sticky.pin(opened.store, opened.actor, studio.clock(), "form_date", PINNED)
    sister = draft_of(studio, opened, _delivered(_sisters(), folder, "妹妹"))
    returned = draft_of(studio, opened, _delivered(_returned(studio, opened, folder), folder, "预填表"))
    screen = window.findChild(VerifyScreen)
    assert screen is not None
    for registration, key, name in (
        (sister, "form_date", "核对-钉住"),
        (sister, "caregiver_phone", "核对-家里的表"),
        (returned, "school_name", "核对-预填表"),
    ):
        window.go("verify")
        screen.open_all((registration,))
        _go(studio, screen, registration, key)
        studio.shoot(name)
    _typed(studio, screen)
    window.go("drafts")


def _typed(studio: Taker, screen: VerifyScreen) -> None:
    """An address typed by first letters, and by its village alone."""
    registration = screen.walk.sheet.registration_id if screen.walk is not None else ""
    _go(studio, screen, registration, "child_residence")
    box, field = screen.parts.field.value, screen.parts.field
    studio.until(lambda: bool(field.completing is not None and field.item and field.completing.offers(field.item, "h")))
    QTest.keyClicks(box, "hsd")
    studio.shoot("核对-地名")
    typed = QInputMethodEvent()
    typed.setCommitString("南顶子村3组")
    box.selectAll()
    QApplication.sendEvent(box, typed)
    studio.shoot("核对-补全")


def _go(studio: Taker, screen: VerifyScreen, registration: str, key: str) -> None:
    studio.until(lambda: screen.walk is not None and screen.walk.sheet.registration_id == registration)
    studio.until(lambda: studio.jobs.idle)
    screen.parts.rest.jump.emit(key)
    studio.until(lambda: screen.walk is not None and screen.walk.current == key and screen.parts.field.crop.painted)


def _sample(number: int) -> Sheet:
    form = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
    return Sheet(form, number, Dice(SEED, "samples"))


def _sisters() -> Sequence[Page]:
    """The form of a younger sister: the date is left out, two figures of her father's telephone change places."""
    sheet = _sample(BROTHER)
    entries = {entry.field.key: entry for entry in sheet.entries}
    number = f"{str(entries['child_id_number'].value)[:6]}{BORN.replace('-', '')}602"
    told = number + check_digit(number)
    phone = str(entries["caregiver_phone"].value)
    slip = f"{phone[:-2]}{phone[-1]}{phone[-2]}"
    for key, text, value in (
        ("child_name", NAME, NAME),
        ("child_id_number", told, told),
        ("child_birth_date", "2016年3月12日", BORN),
        ("form_date", "", None),
        ("caregiver_phone", slip, slip),
    ):
        entries[key] = replace(entries[key], text=text, value=value)
    girl = next(option.code for option in sheet.form.by_key["child_sex"].options if option.label == "女")
    entries["child_sex"] = replace(entries["child_sex"], value=[girl], marks=(girl,))
    return write_sheet(sheet.form, tuple(entries.values()), sheet.writer, Dice(SEED, 9), number="S3")


def _returned(studio: Taker, opened: Opened, folder: Path) -> Sequence[Page]:
    """Printed for a child of the ledger; at home the school was crossed out and another written beside it."""
    sheet = _sample(RETURNING)
    store, actor = opened.store, opened.actor
    (child,) = children.children(store, actor, search="金红花")
    round_id = next(row.round_id for row in rounds.rounds(store, actor) if row.name == ROUND)
    path = folder / "预填表.pdf"
    prefilled.print_forms(store, actor, studio.clock(), round_id, path, child_ids=[child.child_id])
    with store.session() as session:
        values = next(iter(session.scalars(select(PrintedForm)))).values
    with pypdfium2.PdfDocument(path) as document:
        sides = [page.render(scale=300 / 72, rev_byteorder=False).to_numpy()[:, :, :3].copy() for page in document]
    after: dict[str, Entry] = {entry.field.key: entry for entry in sheet.entries}
    after["form_date"] = replace(after["form_date"], text="2027年1月8日", value="2027-01-08")
    shown = printed_values(sheet.form, values)
    for key, text in (("school_name", "蛟河市第一小学"), ("school_grade", "一年级")):
        wanted = replace(after[key], text=text, value=text)
        changed = rewrite(sides[wanted.field.page - 1], shown[key], wanted, sheet.writer, Dice(SEED, 11).sub(key))
        assert changed is not None, f"no room for another {key}"
    finish(sides, sheet.form, after, sheet.writer, Dice(SEED, 12), unchanged=False)
    return sides


def _delivered(sides: Sequence[Page], folder: Path, name: str) -> list[Path]:
    paths = []
    for number, side in enumerate(sides, 1):
        path = folder / f"{name}{number}.jpg"
        path.write_bytes(jpeg_bytes(deliver(side, PROFILES["calibration"]["light"], Dice(SEED, 10, number), dpi=200)))
        paths.append(path)
    return paths
