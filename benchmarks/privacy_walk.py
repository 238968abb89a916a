"""What ``./dev soak privacy`` does after the main job: verify, care, dossier, rounds, printing, backup, card, learning.

``python -m benchmarks.privacy_walk --data-dir D --other D2 --out FOLDER`` on the store of the main job; what two
persons and two offices do is in ``benchmarks.privacy_offices``. Prints counts only.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import privacy_offices
from benchmarks.synth.folder import shipped_form
from exporters.blank_form import blank_pdf
from records.ids import civil_date
from records.store import Store
from records.views import Actor
from workflow import (
    backups,
    children,
    concerns,
    dossiers,
    form_learning,
    half_typed,
    mandatory,
    office_forms,
    partners,
    prefilled,
    report,
    rounds,
    verify,
    visits,
)
from workflow.access import log_in
from workflow.errors import NotFinished


def main() -> int:
    """Exit code 0 when a child was verified and everything was done for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--other", type=Path, required=True, help="where the second office's store is made")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    opened = log_in(options.data_dir, username="admin", password=os.environ["TONGDANG_PASSWORD"], now=datetime.now(UTC))
    try:
        verified = _verify(opened.store, opened.actor)
        ids = [row.child_id for row in children.children(opened.store, opened.actor)]
        print(f"{verified} forms verified, {len(ids)} children")
        if not ids:
            return 1
        _care(opened.store, opened.actor, ids[0])
        _outputs(opened.store, opened.actor, options.out)
        _together(opened.store, opened.actor, options.other, options.out)
    finally:
        opened.store.close()
    return 0


def _verify(store: Store, actor: Actor) -> int:
    """Every draft is answered as the machine read it; those that contradict themselves stay drafts."""
    done = 0
    for row in verify.drafts(store, actor):
        where = (store, actor, datetime.now(UTC), row.registration_id)
        sheet = verify.sheet(store, actor, row.registration_id)
        for item in sheet.items:
            if item.shown:
                half_typed.keep(*where, item.key, item.text)
                verify.confirm(*where, item.key, item.value)
        try:
            done += isinstance(verify.finish(*where, same_child=None), verify.Finished)
        except NotFinished:
            continue
    return done


def _care(store: Store, actor: Actor, child_id: str) -> None:
    now = datetime.now(UTC)
    name = next(row.name for row in children.children(store, actor) if row.child_id == child_id)
    told, today = f"{name}在家，由祖母照看", civil_date(now)
    concerns.add(store, actor, now, child_id, "vagrant", why=told, since=today)
    mandatory.raise_case(store, actor, now, child_id, "separated", told, names_suspect=True)
    visits.record(store, actor, now, child_id, visits.Visited(today, "走访人", "fair", note=told))
    visits.write_log(store, actor, now, today, told, child_id=child_id, for_named_persons=True)
    dossiers.open_dossier(store, actor, now, child_id)


def _outputs(store: Store, actor: Actor, out: Path) -> None:
    now = datetime.now(UTC)
    today = civil_date(now)
    _, round_id = rounds.open_round(
        store,
        actor,
        now,
        name="下一轮",
        as_of=today + timedelta(days=100),
        opens=today,
        closes=today + timedelta(days=99),
    )
    prefilled.print_forms(store, actor, now, round_id, out / "下轮登记表.pdf")
    chosen = [row.registration_id for row in report.candidates(store, actor)]
    if chosen:
        _, batch = report.new_batch(store, actor, now, "批次", chosen)
        report.freeze(store, actor, now, batch)
        report.write(store, actor, now, batch, out / "批次.xlsx")
    partners.write_card(store, actor, now, out / "本单位名片.tdcard")
    backups.make_backup(store, actor, now, out / "备份.bak")
    blank = out / "空白表.pdf"
    blank.write_bytes(blank_pdf(shipped_form("jl-migrant-child"), [""]))
    learned = form_learning.learn(store, actor, now, [blank])
    _, form = office_forms.install(store, actor, now, learned)
    office_forms.export_form(store, actor, now, form.id, form.version, out / "学到的表格.json")


def _together(store: Store, actor: Actor, other: Path, out: Path) -> None:
    second = privacy_offices.colleague(store, actor)
    print(f"{privacy_offices.looked_at_twice(store, actor, second)} fields entered blind")
    privacy_offices.base_lists(store, actor, out)
    privacy_offices.searched(store, actor)
    print(f"{privacy_offices.arranged(store, actor)} pages moved by hand")
    print(f"{privacy_offices.between_offices(store, actor, other, out)} children at the other office")
    print(f"{privacy_offices.erased(store, actor, second)} pages erased by law")
    backups.make_backup(store, actor, datetime.now(UTC), out / "删除以后.bak")


if __name__ == "__main__":
    raise SystemExit(main())
