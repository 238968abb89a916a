"""The rest of what ``./dev soak privacy`` does: two persons, base lists, pages by hand, two offices, erasure by law.

Called by ``benchmarks.privacy_walk`` on the store of the main job; a second office lives in a folder of its own.
"""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from forms.kinds import JsonValue
from records.ids import civil_date
from records.store import Store
from records.views import Actor, PageState, RegistrationState, Role
from records.views_roster import RosterKind
from workflow import (
    arranging,
    check,
    children,
    duplicates,
    erasing,
    finding,
    handover,
    handover_in,
    intake,
    partners,
    people,
    proposals,
    report,
    review,
    roster_import,
    rosters,
    second_entry,
    settings,
    twins,
    unmask,
    verify,
)
from workflow.access import create_office
from workflow.errors import WrongState

ENTERED_TWICE = ("child_name", "school_name")


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def colleague(store: Store, actor: Actor) -> Actor:
    """A second administrator: erasure, review and blind entry take two persons."""
    _, user_id = people.add_user(
        store, actor, now(), username="second", full_name="第二人", role=Role.ADMINISTRATOR, division=actor.division,
        password=secrets.token_urlsafe(16),
    )  # fmt: skip
    return replace(actor, user_id=user_id, username="second", full_name="第二人")


def looked_at_twice(store: Store, actor: Actor, second: Actor) -> int:
    """Everything is entered blind by the second person, differs once, and is reviewed; how many were."""
    settings.change_setting(store, actor, now(), "review_by", "person")
    settings.change_setting(store, actor, now(), "second_entry", ",".join(ENTERED_TWICE))
    children.children(store, second)
    entered = 0
    for row in second_entry.waiting(store, second):
        said = {item.key: item.value for item in verify.sheet(store, actor, row.registration_id).items}
        for item in second_entry.sheet(store, second, row.registration_id).items:
            value: JsonValue = said[item.key]
            second_entry.enter(store, second, now(), row.registration_id, item.key, value)
            entered += 1
    for waiting in review.to_review(store, second):
        review.review(store, second, now(), waiting.registration_id)
    settings.change_setting(store, actor, now(), "review_by", "county")
    settings.change_setting(store, actor, now(), "second_entry", "")
    return entered


def base_lists(store: Store, actor: Actor, out: Path) -> None:
    """A list of the children comes in twice, once for named persons only; it is compared, and one goes again."""
    rows = children.children(store, actor)
    numbers = unmask.id_numbers(store, actor, [row.child_id for row in rows])
    path = out / "学籍名单.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("姓名", "身份证号"))
        writer.writerows((row.name, numbers.get(row.child_id, "")) for row in rows if row.child_id in numbers)
    for name, kind, sensitive in (("学籍", RosterKind.SCHOOL, False), ("残疾", RosterKind.DISABILITY, True)):
        _, brought = roster_import.bring_in(
            store, actor, now(), path, name=name, kind=kind, as_of=civil_date(now()), sensitive=sensitive
        )
        rosters.compare(store, actor, brought.roster_id)
    rosters.remove(store, actor, now(), brought.roster_id)


def arranged(store: Store, actor: Actor) -> int:
    """Pages of drafts are put aside, taken back, parted and turned; how many could be."""
    moved = 0
    for source in intake.inbox(store, actor).sources:
        for page in source.pages:
            if page.registration_state is not RegistrationState.DRAFT or page.state is not PageState.PLACED:
                continue
            try:
                done = arranging.aside(store, actor, now(), [page.page_id], "看看")
            except WrongState:
                continue  # somebody has answered fields of it
            arranging.put_back(store, actor, now(), done.before)
            moved += 1
    return moved


def searched(store: Store, actor: Actor) -> None:
    """Search from anywhere, duplicates and two children side by side."""
    rows = children.children(store, actor)
    for row in rows:
        children.children(store, actor, search=row.name)
        finding.find(store, actor, row.name)
    duplicates.all_duplicates(store, actor)
    if len(rows) > 1:
        twins.compare(store, actor, rows[0].child_id, rows[1].child_id)


def between_offices(store: Store, actor: Actor, other: Path, out: Path) -> int:
    """A package goes up, a proposal and a report come back; how many registrations the county has."""
    opened = create_office(
        other, office_name="市民政局", division=actor.division[:6], username="county", full_name="县里的人",
        password=os.environ["TONGDANG_PASSWORD"], now=now(),
    )  # fmt: skip
    with opened.store as county:
        there = (county, opened.actor)
        cards = (out / "县.tdcard", out / "镇.tdcard")
        told = (
            partners.write_card(*there, now(), cards[0], sensitive=True),
            partners.write_card(store, actor, now(), cards[1]),
        )
        partners.trust(store, actor, now(), cards[0], told[0].fingerprint)
        partners.trust(*there, now(), cards[1], told[1].fingerprint)
        up, down = out / "上交.tdhandover", out / "带回.tdhandover"
        handover.outgoing(store, actor, county.store_id, sensitive=True)
        handover.make(store, actor, now(), county.store_id, up, sensitive=True)
        handover_in.preview(*there, up)
        handover_in.take_in(*there, now(), up)
        handover_in.take_in(*there, now(), up)
        rows = children.children(*there)
        for row in rows[:1]:
            proposals.propose(
                *there, now(), row.registration_id, "school_name", f"{row.name}的学校", f"{row.name}转学了"
            )
        waiting = [each.registration_id for each in report.candidates(*there)]
        if waiting:
            _, batch = report.new_batch(*there, now(), "县里报送", waiting)
            report.freeze(*there, now(), batch)
            report.write(*there, now(), batch, out / "县里报送.xlsx")
        handover.make(*there, now(), store.store_id, down)
        handover_in.preview(store, actor, down)
        handover_in.take_in(store, actor, now(), down)
        for proposal in proposals.proposals(store, actor):
            proposals.decline(store, actor, now(), proposal.proposal_id, "没有转学")
        faults = check.check(*there)
    if faults:
        raise SystemExit(f"the other office: {[fault.code for fault in faults]}")
    return len(rows)


def erased(store: Store, actor: Actor, second: Actor) -> int:
    """Every file of the first child goes by law, batches, visits and base lists with it; how many pages went."""
    before = len(children.children(store, actor))
    gone = 0
    for source in intake.inbox(store, actor).sources:
        pages = [page.page_id for page in source.pages if page.state is PageState.PLACED]
        if not pages:
            continue
        request = erasing.request_erasure(store, actor, now(), pages, "误扫")
        erasing.plan_erasure(store, second, now(), request)
        erasing.carry_out_erasure(store, second, now(), request, everything=True)
        gone += len(pages)
        if len(children.children(store, actor)) < before:
            break
    faults: Sequence[check.Fault] = check.check(store, actor)
    if faults:
        raise SystemExit(f"after the erasure: {[fault.code for fault in faults]}")
    return gone
