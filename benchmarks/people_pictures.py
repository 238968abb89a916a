"""Pictures of the child's page, care, visits and rounds, for ``benchmarks.pictures``; what they show is invented."""

from __future__ import annotations

from datetime import date

from benchmarks.running import Taker
from desktop.ui.care.screen import CareScreen
from desktop.ui.care.visits import VisitsScreen
from desktop.ui.children.page import CARE, FIELDS, PAPERS, ChildPageScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.rounds.screen import RoundsScreen
from records.ids import civil_date
from workflow import children, concerns, dossiers, mandatory, rounds, visits
from workflow.access import Opened


def people(studio: Taker, window: MainWindow, opened: Opened) -> None:
    """The ledger has children; some of them come into care, one round begins."""
    ids = _care(studio, opened)
    page = window.findChild(ChildPageScreen)
    care, due, progress = window.findChild(CareScreen), window.findChild(VisitsScreen), window.findChild(RoundsScreen)
    assert page is not None
    assert care is not None
    assert due is not None
    assert progress is not None
    page.wanted.emit(ids[0], FIELDS)
    studio.until(lambda: page.page is not None and page.fields.past.steps)
    studio.shoot("儿童-登记内容")
    for tab, name in ((CARE, "儿童-重点关爱与走访"), (PAPERS, "儿童-纸质件")):
        page.tabs.setCurrentIndex(tab)
        studio.shoot(name)
    window.go("care")
    studio.until(lambda: care.listed.rows and care.banner.isVisible())
    studio.shoot("重点关爱")
    window.go("visits")
    due.show_ahead(366)
    studio.until(lambda: due.model.rows)
    studio.shoot("走访")
    row = due.model.rows[0]
    dialog = due.ask.record_visit(row.name, row.child_id)
    studio.shoot("记走访", dialog)
    dialog.reject()
    window.go("rounds")
    studio.until(lambda: progress.view is not None and progress.villages.rows)
    studio.shoot("更新轮次")


def _care(studio: Taker, opened: Opened) -> list[str]:
    store, actor, clock = opened.store, opened.actor, studio.clock
    today: date = civil_date(clock())
    ids = [row.child_id for row in children.children(store, actor)]
    concerns.add(store, actor, clock(), ids[0], "ill", why="确诊，在长春治疗", since=today)
    concerns.add(store, actor, clock(), ids[-1], "vagrant", why="派出所送回", since=today)
    dossiers.open_dossier(store, actor, clock(), ids[-1])
    visited = visits.Visited(today, "王某、李某", "risk", findings={"support_needs": "缺治疗费"}, note="母亲照看")
    visits.record(store, actor, clock(), ids[0], visited)
    visits.write_log(store, actor, clock(), today, "联系民政所申请临时救助", child_id=ids[0])
    mandatory.raise_case(store, actor, clock(), ids[1], "harm", "邻居反映孩子脸上有伤")
    rounds.open_round(
        store,
        actor,
        clock(),
        name="2027年上半年",
        as_of=date(2027, 6, 30),
        opens=date(2027, 1, 1),
        closes=date(2027, 6, 30),
    )
    return ids
