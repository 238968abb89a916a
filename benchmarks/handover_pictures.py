"""Pictures of handing over, for ``benchmarks.pictures``: the township's window, and the county's for what comes in."""

from __future__ import annotations

from pathlib import Path

from benchmarks.running import Taker
from desktop.app import open_pool
from desktop.jobs import Jobs
from desktop.screens import make_window
from desktop.ui.handover.cards import CompareDialog
from desktop.ui.handover.screen import CARDS, IN, OUT, PROPOSALS, HandoverScreen
from desktop.ui.main_window import MainWindow
from records.keys import Kdf
from workflow import handover, handover_in, partners, proposals, report, verify
from workflow.access import Opened, create_office

QUICK = Kdf(memory_kib=1024, iterations=1, lanes=1)
COUNTY = "蛟河市民政局"
FIELD = "school_name"


def handing_over(studio: Taker, window: MainWindow, opened: Opened, folder: Path) -> None:
    """Cards, a package out, one in at the county, its proposal back."""
    county = create_office(
        folder / "县",
        office_name=COUNTY,
        division="220281",
        username="county",
        full_name="李某",
        password="liuhe-songhua-2026",  # of a store that lasts as long as the pictures are taken
        now=studio.clock(),
        kdf=QUICK,
    )
    card, back_card = folder / "县.tdcard", folder / "镇.tdcard"
    told = partners.write_card(county.store, county.actor, studio.clock(), card)
    mine = partners.write_card(opened.store, opened.actor, studio.clock(), back_card)
    partners.trust(county.store, county.actor, studio.clock(), back_card, mine.fingerprint)
    window.go("handover")
    screen = window.findChild(HandoverScreen)
    assert screen is not None
    screen.go(CARDS)
    screen.cards.look(card)
    studio.until(lambda: screen.cards.findChild(CompareDialog) is not None)
    dialog = screen.cards.findChild(CompareDialog)
    assert dialog is not None
    dialog.typed.setText(told.fingerprint[:17])
    studio.shoot("交接-核对指纹", dialog)
    dialog.typed.setText(told.fingerprint)
    dialog.accept_card()
    studio.until(lambda: screen.cards.model.rows)
    studio.shoot("交接-单位名片")
    screen.go(OUT)
    studio.until(lambda: screen.outgoing.seen is not None)
    studio.shoot("交接-交出")
    registration = _there_and_back(studio, opened, county, folder)
    _at_the_county(studio, county, folder)
    screen.go(IN)
    studio.shoot("交接-收进-空", manual=False)
    screen.incoming.look(folder / "照片.jpg")
    studio.until(screen.incoming.why.isVisible)
    studio.shoot("交接-不收")
    handover_in.take_in(opened.store, opened.actor, studio.clock(), folder / "回.tdhandover")
    screen.go(PROPOSALS)
    studio.until(lambda: screen.proposals.model.rows)
    screen.proposals.table.selectRow(0)
    studio.shoot("交接-建议")
    assert registration
    county.store.close()


def _there_and_back(studio: Taker, opened: Opened, county: Opened, folder: Path) -> str:
    """One form goes, the county proposes about it, the township changes that field and others follow."""
    store, actor, clock = opened.store, opened.actor, studio.clock
    handover.make(store, actor, clock(), COUNTY, folder / "一.tdhandover")
    handover_in.take_in(county.store, county.actor, clock(), folder / "一.tdhandover")
    free = {row.registration_id for row in report.candidates(store, actor)}  # what is being reported stays as it is
    goes = [row.registration_id for row in handover.outgoing(store, actor, COUNTY, everything=True).registrations]
    first = next(each for each in goes if each in free)
    seen = {item.key: item for item in verify.sheet(store, actor, first).items}
    at = (county.store, county.actor, clock(), first, FIELD)
    proposals.propose_typed(*at, f"{seen[FIELD].text or '黄松甸镇中心'}（分校）", "学籍系统里在分校")
    handover.make(county.store, county.actor, clock(), opened_name(opened), folder / "回.tdhandover")
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    verify.reopen(store, actor, clock(), first, "学校换了")
    verify.confirm(store, actor, clock(), first, FIELD, "前进乡中心小学")
    verify.confirm(store, actor, clock(), first, "caregiver_phone", "13904327788")
    verify.finish(store, actor, clock(), first)
    handover.make(store, actor, clock(), COUNTY, folder / "二.tdhandover")
    return first


def opened_name(opened: Opened) -> str:
    """The name of the office whose store it is."""
    return partners.own_card(opened.store, opened.actor).office


def _at_the_county(studio: Taker, county: Opened, folder: Path) -> None:
    jobs = Jobs(studio.clock, lambda: open_pool(None))
    jobs.attend(Opened(county.store, county.actor, None))
    window = make_window(jobs, county)
    window.setFixedSize(1366, 768)
    window.show()
    window.go("handover")
    screen = window.findChild(HandoverScreen)
    assert screen is not None
    screen.go(IN)
    screen.incoming.look(folder / "二.tdhandover")
    studio.until(lambda: screen.incoming.seen is not None and screen.incoming.fields.rows)
    studio.until(lambda: jobs.idle)
    studio.shoot("交接-收进", window)
    window.hide()
    window.deleteLater()
    jobs._opened = None  # the store is closed by who opened it
    jobs.close()
