"""Pictures of 纸质档案, for ``benchmarks.pictures``: what has no place yet, the question where it goes, and a box."""

from __future__ import annotations

from benchmarks.running import Taker
from desktop.ui.archive.screen import ArchiveScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.placing import PlaceDialog
from workflow import archive
from workflow.access import Opened
from workflow.cross_reference import Place


def archived(studio: Taker, window: MainWindow, opened: Opened) -> None:
    """A few of the samples' forms go into two boxes on one rack."""
    window.go("archive")
    screen = window.findChild(ArchiveScreen)
    assert screen is not None
    studio.until(lambda: screen.model.rows)
    studio.shoot("纸质档案-还没有装盒")
    screen.table.selectAll()
    screen.puts.click()
    dialog = screen.findChild(PlaceDialog)
    assert dialog is not None
    studio.until(dialog.isVisible)
    studio.shoot("纸质档案-装盒", dialog, manual=False)
    dialog.reject()
    ids = [row.row_id for row in screen.model.rows]
    rack = Place(storeroom="1", rack="2")
    for number, some in (("3", ids[:6]), ("4", ids[6:8])):
        place = Place(rack.storeroom, rack=rack.rack, box=number)
        archive.put_away(opened.store, opened.actor, studio.clock(), some, place)
    screen.read()
    studio.until(lambda: screen.list.count() == 3)
    screen.list.setCurrentRow(1)
    studio.until(lambda: len(screen.model.rows) == 6)
    studio.shoot("纸质档案")
    archive.put_away(opened.store, opened.actor, studio.clock(), ids[:8], Place())
    window.go("drafts")
