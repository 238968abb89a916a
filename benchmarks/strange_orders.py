"""Things that offices do, one after the other in any order, and what must hold after each of them.

A ``Walk`` is a township and its county on disk, with five people whom forms speak of: two of one name and birth date,
two without an ID number. ``DEEDS`` are steps of which each does what can be done now with whatever the dice pick, or is
refused with a sentence. ``strange_looks`` says what is wrong afterwards. The tests walk short ways that hypothesis
chooses, ``./dev soak store`` long ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.kill_run import CHEAP_KDF, PASSWORD
from benchmarks.scripted import ScriptedPool, scan
from benchmarks.store_acts import BACK, COUNTY, FRONT, SECOND_PASSWORD, TOWN
from benchmarks.walk import PASSWORDS, Office, Walk, WalkClock, begin
from forms.catalog import shipped_forms
from forms.concern import criteria, situations
from forms.kinds import JsonValue
from records.errors import StoreError
from records.registration_rows import DONE
from records.states import ChildState
from records.tables import Child, ChildMerge, Concern, MandatoryReport, Page, Registration
from records.views import AnswerState, BatchRowState, BatchState, ErasureState, Role
from records.views_care import LinkKind, ReportState
from workflow import (
    arranging,
    backups,
    child_page,
    concerns,
    dossiers,
    duplicates,
    erasing,
    handover,
    handover_in,
    intake,
    mandatory,
    moves,
    partners,
    people,
    recognise,
    report,
    review,
    rounds,
    second_entry,
    settings,
    verify,
    visits,
)
from workflow.access import create_office, log_in
from workflow.cross_reference import Place
from workflow.errors import WorkflowError

T = TypeVar("T")
PEOPLE: tuple[dict[str, JsonValue], ...] = (
    {},
    {"child_name": "王一", "child_id_number": "22028420180101004X"},
    {"child_name": "王乙", "child_id_number": None, "child_registered": ["no"], "child_household": None},
    {"child_name": "王乙", "child_id_number": None, "child_registered": ["no"], "child_household": None},
    {"child_name": "何雾", "child_id_number": None, "child_birth_date": "2016-05-06"},
)
SECRET = "哮喘"
"""An illness: what no row may hold in the open."""
TOLD: tuple[dict[str, JsonValue], ...] = (
    {},
    {"guardianship_state": ["risk"]},
    {"guardianship_state": ["fair"], "child_mind": ["attention"]},
    {"concern_criteria": ["abuse"], "concern_listed": ["yes"]},
    {"father_state": ["revoked"], "mother_state": ["revoked"]},
    {"health_body": ["ill"], "health_illness": SECRET},
    {"school_state": ["dropout"], "school_name": None},
    {"form_update": ["unchanged"]},
)
"""What a form may say of how a child lives; some of it for named persons only."""
FOUND: tuple[dict[str, JsonValue], ...] = ({}, {"report_cases": ["violence"]}, {"report_cases": ["none"]})
"""What a visit may find."""
FORM = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
BEHIND = {f.key for f in FORM.on_page(2)}


# -- beginning --------------------------------------------------------------------------------------------------------


def make_start(folder: Path) -> None:
    """Both offices, who know each other, with one form of each person. Walks begin at copies."""
    folder.mkdir(parents=True)
    clock = WalkClock()
    for name, office, division in (("镇", TOWN, "220281104"), ("县", COUNTY, "220281")):
        create_office(
            folder / name, office_name=office, division=division, username="admin", full_name="演练",
            password=PASSWORD, now=clock(), kdf=CHEAP_KDF,
        ).store.close()  # fmt: skip
    walk = begin(folder)
    try:
        people.add_user(
            *walk.here, username="wang", full_name="王某", role=Role.ADMINISTRATOR, division="220281104",
            password=SECOND_PASSWORD, kdf=CHEAP_KDF,
        )  # fmt: skip
        for key in ("show_all_until", "recheck_percent"):
            settings.change_setting(*walk.here, key, 0)
        both = (walk.town, walk.county)
        for giver, taker in (both, both[::-1]):
            card = folder / "卡.tdcard"
            told = partners.write_card(giver.store, giver.actor, walk.clock(), card, sensitive=True)
            partners.trust(taker.store, taker.actor, walk.clock(), card, told.fingerprint)
            card.unlink()
        for person in range(3):
            _deliver(walk, [PEOPLE[person]])
            (draft,) = verify.drafts(walk.town.store, walk.town.actor)
            _save(walk, draft.registration_id, random.Random(person))
    finally:
        walk.close()


# -- deeds ------------------------------------------------------------------------------------------------------------


def _one(dice: random.Random, found: Sequence[T]) -> T | None:
    return dice.choice(found) if found else None


def _child(walk: Walk, dice: random.Random) -> str | None:
    """Any child that has a row, merged and gone ones too: a page may be open on it."""
    return _one(dice, walk.town.ids(Child))


def _two(walk: Walk, dice: random.Random) -> tuple[str, str] | None:
    found = walk.town.ids(Child)
    if len(found) < 2:
        return None
    one, other = dice.sample(found, 2)
    return one, other


def _day(walk: Walk, dice: random.Random) -> date:
    return walk.clock.today - timedelta(days=dice.choice((0, 0, 1, 30, 200, 400)))


def _deliver(walk: Walk, said: Sequence[dict[str, JsonValue]]) -> None:
    serial = f"W{walk.clock():%y%j%H%M%S}"
    values = {**FRONT, **BACK, "form_date": walk.clock.today.isoformat()}
    for more in said:
        values |= more
    sides = [
        {
            "form_page": page,
            "serial": serial,
            "values": {key: value for key, value in values.items() if (key in BEHIND) is (page == 2)},
        }
        for page in (1, 2)
    ]
    path = walk.folder / f"{serial}.jpg"
    path.write_bytes(scan(*sides))
    intake.take_in(*walk.here, path)
    path.unlink()
    recognise.run_queue(walk.town.store, walk.town.actor, ScriptedPool(FORM), clock=walk.clock)


def take_in(walk: Walk, dice: random.Random) -> None:
    day: dict[str, JsonValue] = {"form_date": _day(walk, dice).isoformat()}
    _deliver(walk, [dice.choice(PEOPLE), dice.choice(TOLD), day])


def take_in_of(walk: Walk, person: dict[str, JsonValue]) -> None:
    """A form of this person, of today."""
    _deliver(walk, [person])


def save_new(walk: Walk) -> str:
    """The only draft is saved, of a child of its own; its id."""
    known = set(walk.town.ids(Child))
    (draft,) = verify.drafts(walk.town.store, walk.town.actor)
    _save(walk, draft.registration_id, random.Random(0))
    (child_id,) = set(walk.town.ids(Child)) - known
    return child_id


def save(walk: Walk, dice: random.Random) -> None:
    draft = _one(dice, verify.drafts(walk.town.store, walk.town.actor))
    if draft is not None:
        _save(walk, draft.registration_id, dice)


def _save(walk: Walk, registration_id: str, dice: random.Random) -> None:
    sheet = verify.sheet(walk.town.store, walk.town.actor, registration_id)
    for item in sheet.items:
        if item.shown and item.state in (AnswerState.MACHINE, AnswerState.ASK):
            verify.confirm(*walk.here, registration_id, item.key, item.value)
    done = verify.finish(*walk.here, registration_id)
    if isinstance(done, verify.AskSameChild):
        choice = dice.choice([verify.NEW_CHILD, *(c.child_id for c in done.candidates)])
        verify.finish(*walk.here, registration_id, same_child=choice)


def save_by_the_second(walk: Walk, dice: random.Random) -> None:
    """Somebody else saves, so that the first may review it and enter it again."""
    first = walk.town.actor
    walk.town.actor = walk.second
    try:
        save(walk, dice)
    finally:
        walk.town.actor = first


def reopen(walk: Walk, dice: random.Random) -> None:
    found = _one(dice, walk.town.ids(Registration, Registration.state.in_(DONE)))
    if found is not None:
        verify.reopen(*walk.here, found, "重看")


def rename(walk: Walk, dice: random.Random) -> None:
    """A form turns out to be somebody else's."""
    draft = _one(dice, verify.drafts(walk.town.store, walk.town.actor))
    if draft is not None:
        for key, value in {**FRONT, **dice.choice(PEOPLE)}.items():
            if key in ("child_name", "child_id_number", "child_birth_date"):
                verify.confirm(*walk.here, draft.registration_id, key, value)


def take_back(walk: Walk, dice: random.Random) -> None:
    found = _one(dice, walk.town.ids(Registration))
    if found is not None:
        verify.take_back(*walk.here, found)


def pass_or_send_back(walk: Walk, dice: random.Random) -> None:
    row = _one(dice, review.to_review(walk.town.store, walk.second))
    if row is None:
        return
    store, _, now = walk.here
    if dice.random() < 0.5:
        review.review(store, walk.second, now, row.registration_id)
    else:
        review.send_back(store, walk.second, now, row.registration_id, {"school_name": "看不清"}, "请再看")


def enter_twice(walk: Walk, dice: random.Random) -> None:
    """Switched on, entered by the second person as it stands or otherwise, resolved by nobody (there is no third)."""
    store, actor, now = walk.here
    settings.change_setting(store, actor, now, "second_entry", dice.choice(("child_name", "school_name", "")))
    row = _one(dice, second_entry.waiting(store, walk.second))
    if row is not None:
        for item in second_entry.sheet(store, walk.second, row.registration_id).items:
            value = dice.choice(("王一", "欧阳雪", "黄松甸镇中心小学"))
            second_entry.enter(store, walk.second, walk.clock(), row.registration_id, item.key, value)


def decide_concern(walk: Walk, dice: random.Random) -> None:
    found = _one(dice, walk.town.ids(Concern))
    if found is None:
        return
    what = dice.randrange(3)
    if what == 0:
        concerns.confirm(*walk.here, found, note="入户看过")
    elif what == 1:
        concerns.dismiss(*walk.here, found, "查过不是")
    else:
        concerns.end(*walk.here, found, until=_day(walk, dice), reason="情况好转")


def add_concern(walk: Walk, dice: random.Random) -> None:
    child_id = _child(walk, dice)
    if child_id is not None:
        code = dice.choice(sorted(criteria()))
        concerns.add(*walk.here, child_id, code, why="邻居反映", since=_day(walk, dice))


def visit(walk: Walk, dice: random.Random) -> None:
    child_id = _child(walk, dice)
    if child_id is not None:
        found = dice.choice(FOUND)
        level = dice.choice(("good", "fair", "risk"))
        visits.record(*walk.here, child_id, visits.Visited(_day(walk, dice), "林晓", level, findings=found))


def plan_visit(walk: Walk, dice: random.Random) -> None:
    child_id = _child(walk, dice)
    if child_id is not None:
        due = walk.clock.today + timedelta(days=dice.choice((0, 3, 7, 20, 60)))
        visits.plan(*walk.here, child_id, due, visitor="林晓")


def write_log(walk: Walk, dice: random.Random) -> None:
    child_id = _child(walk, dice)
    visits.write_log(
        *walk.here, walk.clock.today, "送去学习用品", child_id=child_id, for_named_persons=dice.random() < 0.5
    )


def raise_or_report(walk: Walk, dice: random.Random) -> None:
    case = _one(dice, walk.town.ids(MandatoryReport, MandatoryReport.state == ReportState.RAISED))
    child_id = _child(walk, dice)
    what = dice.randrange(3)
    if case is None or what == 0:
        if child_id is not None:
            code = dice.choice(sorted(situations()))
            mandatory.raise_case(*walk.here, child_id, code, "邻居反映", names_suspect=dice.random() < 0.5)
    elif what == 1:
        told = mandatory.Reported("派出所", "王丽", walk.clock.now)
        mandatory.record_report(*walk.here, case, told, names_suspect=dice.random() < 0.3)
    else:
        mandatory.withdraw(*walk.here, case, "查明不是")


def leave_or_return(walk: Walk, dice: random.Random) -> None:
    child_id = _child(walk, dice)
    if child_id is None:
        return
    if child_id in walk.town.ids(Child, Child.state == ChildState.ACTIVE):
        moves.exit_child(*walk.here, child_id, dice.choice(("home", "left", "error")), _day(walk, dice), note="核实过")
    else:
        moves.return_child(*walk.here, child_id, _day(walk, dice), note="又回来了")


def belong(walk: Walk, dice: random.Random) -> None:
    both = _two(walk, dice)
    if both is not None:
        _, link_id = moves.link(*walk.here, *both, dice.choice(list(LinkKind)), "户口簿")
        if dice.random() < 0.3:
            moves.unlink(*walk.here, link_id, "看错了")


def merge(walk: Walk, dice: random.Random) -> None:
    both = _two(walk, dice)
    if both is not None:
        duplicates.merge(*walk.here, *both, "核对了户口簿")


def undo_merge(walk: Walk, dice: random.Random) -> None:
    found = _one(dice, walk.town.ids(ChildMerge))
    if found is not None:
        duplicates.undo_merge(*walk.here, found, "不是同一个孩子")


def keep_apart(walk: Walk, dice: random.Random) -> None:
    both = _two(walk, dice)
    if both is not None:
        duplicates.keep_apart(*walk.here, *both, apart=dice.random() < 0.7)


def paper(walk: Walk, dice: random.Random) -> None:
    """A dossier is opened, filled, emptied or put into a box."""
    child_id = _child(walk, dice)
    if child_id is None:
        return
    store, actor, _ = walk.here
    found = child_page.child_page(store, actor, child_id, walk.clock.today).dossier
    if found is None:
        dossiers.open_dossier(*walk.here, child_id)
        return
    registration = _one(dice, walk.town.ids(Registration, Registration.child_id == child_id))
    what = dice.randrange(3)
    if what == 0 or registration is None:
        dossiers.set_dossier_location(*walk.here, found.dossier_id, Place(box=str(dice.randint(1, 3))))
    elif what == 1:
        dossiers.put_in(*walk.here, found.dossier_id, registration)
    else:
        dossiers.take_out(*walk.here, found.dossier_id, registration)


def batch(walk: Walk, dice: random.Random) -> None:
    """The next step of reporting, whichever it is."""
    store, actor, _ = walk.here
    summary = _one(dice, report.batches(store, actor))
    rows = report.candidates(store, actor)
    if summary is None or (rows and dice.random() < 0.3):
        some = dice.sample(rows, dice.randint(1, len(rows))) if rows else []
        report.new_batch(*walk.here, f"{walk.clock.now:%m%d%H%M%S}批", [row.registration_id for row in some])
    elif summary.state is BatchState.OPEN:
        report.freeze(*walk.here, summary.batch_id)
    else:
        sent = [r for r in report.batch(store, actor, summary.batch_id).rows if r.state is BatchRowState.SENT]
        row = _one(dice, sent)
        if row is None:
            out = walk.folder / "批次.xlsx"
            out.unlink(missing_ok=True)
            report.write(*walk.here, summary.batch_id, out)
        elif dice.random() < 0.6:
            report.record_outcome(*walk.here, row.row_id, True, system_number=f"N{walk.clock.now:%H%M%S}")
        else:
            report.record_outcome(*walk.here, row.row_id, False, reason="证件号码不符")


def put_in_order(walk: Walk, dice: random.Random) -> None:
    page = _one(dice, walk.town.ids(Page))
    if page is not None:
        deeds: tuple[Callable[[], object], ...] = (
            lambda: arranging.aside(*walk.here, [page], remembered="搁置了 1 页"),
            lambda: intake.bring_back(*walk.here, page),
            lambda: arranging.apart(*walk.here, [page], remembered="1 页单独成一份"),
            lambda: arranging.undo_last(*walk.here),
        )
        dice.choice(deeds)()


def erase(walk: Walk, dice: random.Random) -> None:
    """One asks for a page, the other carries it out or turns it down."""
    page = _one(dice, walk.town.ids(Page, Page.erased_at.is_(None)))
    if page is None:
        return
    store, actor, _ = walk.here
    asked = erasing.request_erasure(*walk.here, [page], "误扫")
    try:
        erasing.plan_erasure(store, walk.second, walk.clock(), asked)
        erasing.carry_out_erasure(store, walk.second, walk.clock(), asked, everything=dice.random() < 0.7)
        walk.entered.clear()  # what hung on it went with it
    finally:
        (row,) = (r for r in erasing.erasures(store, actor) if r.erasure_id == asked)
        if row.state is ErasureState.REQUESTED:
            erasing.refuse_erasure(store, walk.second, walk.clock(), asked)


def rotate(walk: Walk, _dice: random.Random) -> None:
    people.rotate_keys(*walk.here)
    _go_on_with(walk, walk.town.store.data_dir)


def change_shift(walk: Walk, _dice: random.Random) -> None:
    """The other administrator comes in: one may open what is extra-sensitive, the other not."""
    _go_on_with(walk, walk.town.store.data_dir, walk.second.username)


def name_for_sensitive(walk: Walk, dice: random.Random) -> None:
    """The other one is named to open it, or no longer, as far as the one at work may say so."""
    people.name_for_sensitive(*walk.here, walk.second.user_id, dice.random() < 0.5)


def _go_on_with(walk: Walk, data_dir: Path, username: str = "") -> None:
    username = username or walk.town.actor.username
    walk.town.store.close()
    opened = log_in(data_dir, username=username, password=PASSWORDS[username], now=walk.clock())
    walk.town = Office(opened.store, opened.actor)


def back_up_and_restore(walk: Walk, dice: random.Random) -> None:
    """The machine dies; the office goes on with its backup elsewhere."""
    path = walk.folder / f"{walk.restored}.tdbackup"
    backups.make_backup(*walk.here, path)
    if dice.random() < 0.3:  # what was done since is lost
        take_in(walk, dice)
        walk.packages += 1  # and the county may have something of it
    walk.restored += 1
    target = walk.folder / f"镇{walk.restored}"
    backups.restore_backup(path, target, username="admin", secret=PASSWORD, now=walk.clock())
    _go_on_with(walk, target)
    path.unlink()


def hand_over(walk: Walk, dice: random.Random) -> None:
    walk.packages += 1
    path = walk.folder / f"{walk.packages}.tdhandover"
    whole = dice.random() < 0.5
    handover.make(*walk.here, COUNTY, path, everything=whole, sensitive=dice.random() < 0.7)
    handover_in.take_in(walk.county.store, walk.county.actor, walk.clock(), path)
    path.unlink()


def merge_in_the_county(walk: Walk, dice: random.Random) -> None:
    ids = walk.county.ids(Child)
    merges = walk.county.ids(ChildMerge, ChildMerge.undone_at.is_(None))
    store, actor, now = walk.county.store, walk.county.actor, walk.clock()
    if merges and dice.random() < 0.5:
        duplicates.undo_merge(store, actor, now, dice.choice(merges), "不是")
    elif len(ids) > 1:
        kept, gone = dice.sample(ids, 2)
        duplicates.merge(store, actor, now, kept, gone, "以为是一个")


def send_back_from_the_county(walk: Walk, dice: random.Random) -> None:
    """The county reviews or sends back, and its package comes in."""
    store, actor, _ = walk.county.store, walk.county.actor, walk.clock()
    row = _one(dice, review.to_review(store, actor))
    if row is not None:
        if dice.random() < 0.5:
            review.review(store, actor, walk.clock(), row.registration_id)
        else:
            review.send_back(store, actor, walk.clock(), row.registration_id, {"school_name": "不清楚"})
    walk.packages += 1
    path = walk.folder / f"{walk.packages}.tdhandover"
    handover.make(store, actor, walk.clock(), TOWN, path)
    handover_in.take_in(*walk.here, path)
    path.unlink()


def half_year(walk: Walk, dice: random.Random) -> None:
    """A round is opened, for the office or its township; or one is closed or opened again."""
    found = _one(dice, rounds.rounds(walk.town.store, walk.town.actor))
    what = dice.randrange(3)
    today = walk.clock.today
    if found is None or what == 0:
        rounds.open_round(
            *walk.here, name=f"{walk.clock.now:%m%d%H%M%S}", as_of=today, opens=today - timedelta(days=30),
            closes=today + timedelta(days=30), division=dice.choice(("", "220281104")),
        )  # fmt: skip
    elif what == 1:
        rounds.close_round(*walk.here, found.round_id)
    else:
        rounds.reopen_round(*walk.here, found.round_id)


def wait(walk: Walk, dice: random.Random) -> None:
    walk.clock.now += timedelta(days=dice.choice((1, 20, 100, 200)))


DEEDS: dict[str, Callable[[Walk, random.Random], None]] = {
    deed.__name__: deed
    for deed in (
        take_in, save, save_by_the_second, reopen, rename, take_back, pass_or_send_back, enter_twice, decide_concern,
        add_concern, visit, plan_visit, write_log, raise_or_report, leave_or_return, belong, merge, undo_merge,
        keep_apart, paper, batch, put_in_order, erase, rotate, change_shift, name_for_sensitive, back_up_and_restore,
        hand_over, merge_in_the_county, send_back_from_the_county, half_year, wait,
    )
}  # fmt: skip
IN_THE_COUNTY = frozenset({"hand_over", "merge_in_the_county", "send_back_from_the_county"})


def do(walk: Walk, deed: str, dice: random.Random) -> str:
    """Does it, or is told in a sentence why not; the sentence, "" when it was done."""
    try:
        DEEDS[deed](walk, dice)
    except (WorkflowError, StoreError) as refused:
        return refused.sentence
    return ""
