"""What must hold after every step of ``strange_orders``, whatever the order: said in sentences, none if all is well."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import LargeBinary, Text, cast, func, inspect, or_, select

from benchmarks.strange_orders import DEEDS, IN_THE_COUNTY, SECRET, do
from benchmarks.walk import Office, Walk, begin
from records.likeness_rows import standing_merges
from records.registration_rows import DONE
from records.tables import ChildMerge, ChildMove, Concern, MandatoryReport, Registration, Table, Visit, WorkLogEntry
from records.views_care import ConcernState, VisitState
from workflow import (
    archive,
    child_page,
    children,
    concerns,
    duplicates,
    handover,
    mandatory,
    partners,
    report,
    review,
    rounds,
    second_entry,
    verify,
    visits,
)
from workflow.blind import PENDING
from workflow.check import check

MAY_BE = frozenset({"dossier_missing"})
"""That a key-concern child has no dossier is for a person to mend; in the county it is its township's."""
SAID = {
    Concern: Concern.state != ConcernState.PROPOSED,
    Visit: Visit.state == VisitState.DONE,
    MandatoryReport: MandatoryReport.rule == "",
    WorkLogEntry: WorkLogEntry.on.is_not(None),
    ChildMove: ChildMove.on.is_not(None),
    ChildMerge: ChildMerge.kept_id.is_not(None),
}
"""What persons say of children, by table: it stays."""


def walked(start: Path, folder: Path, seed: int, steps: int) -> Iterator[str]:
    """So many steps from a copy of ``start``; what is wrong after one of them, and the way that led there."""
    dice, done = random.Random(seed), list[str]()
    walk = begin(Path(shutil.copytree(start, folder)))
    try:
        while len(done) < steps:
            deed = dice.choice(sorted(DEEDS))
            refused = do(walk, deed, dice)
            done.append(f"{deed} (refused)" if refused else deed)
            found = list(wrong(walk, deed))
            if refused and not refused.endswith("。"):
                found.append(f"no sentence but {refused!r}")
            if found:
                yield from (f"step {len(done)}: {sentence}" for sentence in found)
                yield "after " + ", ".join(done)
                return
    finally:
        walk.close()
        shutil.rmtree(folder)


def wrong(walk: Walk, deed: str) -> Iterator[str]:
    """Everything that is wrong in an office that this deed may have changed."""
    offices = [("township", walk.town), *([("county", walk.county)] if deed in IN_THE_COUNTY else [])]
    for name, office in offices:
        yield from (f"{name}: {found}" for found in _wrong(walk, office))
    yield from _lost(walk)


def _wrong(walk: Walk, office: Office) -> Iterator[str]:
    for fault in check(office.store, office.actor):
        if fault.code not in MAY_BE:
            yield f"check: {fault.code} {fault.ids}"
    yield from _findable(office)
    yield from _open_secrets(office)
    _open_everything(walk, office)


def _findable(office: Office) -> Iterator[str]:
    """Every verified form belongs to a child that stands in the list, by its name and number, once."""
    store, actor = office.store, office.actor
    with store.session() as session:
        verified = list(
            session.execute(select(Registration.id, Registration.child_id).where(Registration.state.in_(DONE)))
        )
        merged = standing_merges(session)
    listed = {row.child_id: row for row in children.children(store, actor)}
    if children.count(store, actor) != len(listed):
        yield "the number of children is not that of the list"
    for registration_id, child_id in verified:
        if child_id not in listed:
            went = merged.get(child_id or "")
            yield f"registration {registration_id} is of {child_id}, who is not in the list (went into {went})"
    for row in listed.values():  # what is pending is not told, nor found by
        if row.name != PENDING and row.child_id not in {
            r.child_id for r in children.children(store, actor, search=row.name)
        }:
            yield f"child {row.child_id} is not found by its name"
        number = row.archive_number
        if number and row.child_id not in {r.child_id for r in children.children(store, actor, search=number)}:
            yield f"child {row.child_id} is not found by its paper's number"


def _open_secrets(office: Office) -> Iterator[str]:
    """Texts that hold in the open what only named persons may read, whoever is at work."""
    with office.store.session() as session:
        for table in Table.metadata.sorted_tables:
            texts = [cast(column, Text) for column in table.columns if not isinstance(column.type, LargeBinary)]
            told = select(func.count()).select_from(table).where(or_(*(func.instr(c, SECRET) > 0 for c in texts)))
            if session.scalar(told):
                yield f"{table.name} holds an illness in the open"


def _open_everything(walk: Walk, office: Office) -> None:
    """Every screen opens; what it shows is looked at elsewhere."""
    store, actor, today = office.store, office.actor, walk.clock.today
    for child in children.children(store, actor, today=today):
        child_page.child_page(store, actor, child.child_id, today)
        duplicates.duplicate_candidates(store, actor, child.child_id)
    for draft in verify.drafts(store, actor):
        verify.sheet(store, actor, draft.registration_id)
    for row in rounds.rounds(store, actor):
        rounds.progress(store, actor, row.round_id)
        rounds.compared(store, actor, row.round_id)
        rounds.outstanding(store, actor, row.round_id)
    for summary in report.batches(store, actor):
        report.batch(store, actor, summary.batch_id)
    concerns.proposed(store, actor)
    concerns.key_concern(store, actor, today)
    visits.due(store, actor, today, ahead_days=400)
    visits.work_log(store, actor)
    mandatory.open_cases(store, actor)
    duplicates.all_duplicates(store, actor)
    duplicates.merges(store, actor)
    review.to_review(store, actor)
    second_entry.agreement_figures(store, actor)
    second_entry.waiting(store, actor)
    second_entry.disagreements(store, actor)
    report.candidates(store, actor)
    archive.shelves(store, actor)
    archive.papers(store, actor)
    for partner in partners.partners(store, actor):
        sensitive = store.opened_keys.sensitive is not None
        handover.outgoing(store, actor, partner.office, everything=True, sensitive=sensitive)


def _lost(walk: Walk) -> Iterator[str]:
    """What persons said in the township stands there still."""
    with walk.town.store.session() as session:
        for table, said in SAID.items():
            (key,) = inspect(table).primary_key
            there = set(session.scalars(select(key).where(said)))
            before = walk.entered.get(table.__tablename__, set())
            if before - there:
                yield f"{table.__tablename__}: {len(before - there)} gone"
            walk.entered[table.__tablename__] = there
