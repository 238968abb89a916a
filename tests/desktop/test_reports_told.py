"""What other offices reported, rows that were erased by law, and a child without a form: the window says so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.ui.batches.screen import BatchesScreen
from desktop.ui.children.page import ChildPageScreen
from records.tables import BatchRow, ErasedRow, Partner, Registration, ReportElsewhere
from records.views import BatchRowState
from tests.desktop.conftest import Desk
from workflow import report, verify

Show = Callable[[QWidget], None]
COUNTY = "01a21d7d-0000-7000-8000-000000000001"
PICTURES = os.environ.get("TONGDANG_TEST_PICTURES")


def keep(widget: QWidget, name: str) -> None:
    """For whoever wants to look at it."""
    if PICTURES:
        widget.grab().save(str(Path(PICTURES) / f"{name}.png"))


@pytest.fixture
def told(desk: Desk) -> Desk:
    """Two children; the county reported the first one and it was returned."""
    for number in range(2):
        desk.verified(desk.registration(number, front=["child_name"]))
    with desk.store.transaction() as session:
        first = session.scalars(select(Registration.id).order_by(Registration.sequence)).first()
        assert first is not None
        session.add(
            Partner(
                store_id=COUNTY, name="蛟河市民政局", division="220281", signing_public=b"x", exchange_public=b"x",
                card_made_at=desk.clock(), trusted_at=desk.clock(), trusted_by=desk.actor.user_id,
            )
        )  # fmt: skip
        session.add(
            ReportElsewhere(
                id=desk.store.new_id(), store_id=COUNTY, registration_id=first, batch_number="2026-007",
                state=BatchRowState.RETURNED, written_at=desk.clock(), returned_reason="照片不清",
            )
        )  # fmt: skip
    return desk


def test_batches_of_other_offices_and_erased_rows_are_told(
    told: Desk, show: Show, qtbot: QtBot, tmp_path: Path
) -> None:
    act = (told.store, told.actor)
    ids = [row.registration_id for row in report.candidates(*act)]
    _, batch = report.new_batch(*act, told.clock(), "第一批", ids)
    report.freeze(*act, told.clock(), batch)
    report.write(*act, told.clock(), batch, tmp_path / "批.xlsx")
    with told.store.transaction() as session:  # as an erasure by law leaves it
        row = session.scalars(select(BatchRow).where(BatchRow.position == 2)).one()
        session.delete(row)
        session.add(
            ErasedRow(
                id=told.store.new_id(), batch_id=batch, position=2, state=BatchRowState.SENT, row_hash="0" * 64,
                erased_at=told.clock(),
            )
        )  # fmt: skip
    screen = BatchesScreen(told.jobs)
    show(screen)
    screen.enter()
    qtbot.waitUntil(lambda: "第 2 行已依法删除" in screen.panel.told.text(), timeout=20000)
    assert "等结果 1" in screen.panel.told.text()
    assert not screen.panel.write.isVisible(), "it would be another batch under the same number"
    qtbot.waitUntil(screen.elsewhere.isVisible, timeout=20000)
    assert "蛟河市民政局　批次 2026-007" in screen.elsewhere.text()
    assert "退回 1" in screen.elsewhere.text()
    keep(screen, "batches")


def test_a_child_whose_form_is_opened_again_has_its_page(told: Desk, show: Show, qtbot: QtBot) -> None:
    with told.store.session() as session:
        row = session.scalars(select(Registration).order_by(Registration.sequence)).first()
        assert row is not None
        registration, child = row.id, row.child_id
    assert child is not None
    verify.reopen(told.store, told.actor, told.clock(), registration, "再看")
    page = ChildPageScreen(told.jobs, told.actor)
    show(page)
    page.open_child(child)
    qtbot.waitUntil(page.standing.isVisible, timeout=20000)
    assert "退回核对" in page.standing.words
    assert not page.alarm.isVisible(), "nothing is to be reported at once"
    assert "欧阳雪甲" in page.name.text()
    keep(page, "child")
