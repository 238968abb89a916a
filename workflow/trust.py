"""How far the machine is trusted here: verified fields are counted, the judge is refitted, the screen is told.

What a person confirms or corrects of a registration is compared with what the machine read when it is saved
(``note_check``); opening it again takes that back. Every ``REFIT_EVERY`` registrations, and as soon as something
vouched for proves wrong, the judge's shifts are fitted anew on all checked fields (``workflow.office_fit``) and taken
over if they would have let fewer errors pass. Drafts judged by older numbers are judged again, a few at a time.
"""

from __future__ import annotations

from datetime import datetime

from records import registration_rows, trust_rows
from records.session import Session
from records.store import Store
from records.tables import JudgeFit, ReadingCheck, Registration
from records.views import Actor, AnswerState, ValueSource
from records.views_trust import GroupTrust, TrustView
from workflow import answering, drafting, learned
from workflow.changes import NOTHING, Changes, changed
from workflow.forms_in_use import stored_form
from workflow.judge_model import shipped_judge
from workflow.judgement import assess, kind_of, prepare, version
from workflow.office_fit import Checked, better, earned, effect, interval, shifts_from
from workflow.permissions import Right, verb
from workflow.settings import SHOW_ALL_UNTIL, value_of

REFIT_EVERY = 25
REJUDGED_AT_ONCE = 10
ENOUGH = 200
"""Checked fields from which on an expected rate is worth telling."""
LOOKED = (AnswerState.CONFIRMED, AnswerState.CORRECTED)
LABELS = {
    "blank": "空着的栏目",
    "choice": "勾选",
    "signature": "签名",
    "type": "打印的字",
    "date.hand": "手写日期和电话",
    "code.hand": "手写区划和代码",
    "id_number.hand": "手写证件号",
    "phone.hand": "手写电话",  # this and addresses: as older numbers had it
    "name.hand": "手写姓名",
    "text.hand": "手写文字和地址",
    "address.hand": "手写地址",
    "known.hand": "手写、与上次登记相同",
}


# -- counting ---------------------------------------------------------------------------------------------------------


def note_check(store: Store, session: Session, now: datetime, registration: Registration) -> Changes:
    """A registration has just been saved as verified: count what was found, refit and judge again where it is due."""
    checked, model = _checked(store, session, registration)
    trust_rows.remove_check(session, registration.id)
    session.add(
        ReadingCheck(
            registration_id=registration.id,
            at=now,
            model=model,
            numbers=shipped_judge().version,
            fields=[[c.group, c.probability, c.vouched, c.right] for c in checked],
        )
    )
    session.flush()
    learned.forget(session)
    surprised = any(c.vouched and not c.right for c in checked)
    if surprised or trust_rows.count_checks(session) % REFIT_EVERY == 0:
        refit(session, now)
    return judge_again(store, session, now)


def forget_check(session: Session, registration_id: str) -> None:
    """The registration is open again."""
    trust_rows.remove_check(session, registration_id)
    learned.forget(session)


def _checked(store: Store, session: Session, registration: Registration) -> tuple[list[Checked], str]:
    """Fields a person has looked at on this paper, that no veto sent to her; and the network that read them."""
    pages = registration_rows.pages_of_registration(session, registration.id)
    stored = drafting.readings_of(session, pages)
    form = stored_form(store, session, registration.form_id, registration.form_version)
    fields = drafting.witnessed_fields(session, registration, pages, stored)
    readings = {r.key: r for r in prepare(fields, form)}
    seen = learned.office_trust(session).seen
    own = {page.id for page in pages}
    found = []
    for answer in registration_rows.answers_of(session, registration.id).values():
        reading = readings.get(answer.key)
        if reading is None or answer.state not in LOOKED or answer.source is not ValueSource.PAPER:
            continue
        if answer.page_id is not None and answer.page_id not in own:
            continue  # taken over from an earlier form (workflow.carrying): it says nothing about this paper's reading
        told = assess(reading, kind_of(reading.key, form), shipped_judge(), seen)
        if not told.vetoes:
            right = answering.same(reading.value, answer.value)
            found.append(Checked(told.group, round(told.probability, 6), answer.accepted, right))
    models = sorted({model for page in pages if (model := stored[page.id].reading.model)})
    return found, models[0] if models else ""


def _all_checked(session: Session) -> list[tuple[str, list[Checked]]]:
    """By registration: the network and the checked fields. Those judged by other shipped numbers teach nothing."""
    return [
        (row.model, [Checked(str(g), float(p), bool(v), bool(r)) for g, p, v, r in row.fields])
        for row in trust_rows.checks(session)
        if row.numbers == shipped_judge().version
    ]


# -- learning ---------------------------------------------------------------------------------------------------------


def refit(session: Session, now: datetime) -> bool:
    """Fit the shifts on everything checked so far. True when they were taken over."""
    rows = _all_checked(session)
    fields = [field for _, own in rows for field in own]
    numbers = shipped_judge()
    office = learned.office_fit(session)
    shifts = shifts_from(fields, numbers)
    before, after = effect(fields, numbers, office.shifts), effect(fields, numbers, shifts)
    by_model: dict[str, list[Checked]] = {}
    for model, own in rows:
        by_model.setdefault(model, []).extend(own)
    strange = {m for m, own in by_model.items() if m != numbers.model and earned(own)} | office.models
    if not better(before, after):
        shifts, after = dict(office.shifts), before
    if shifts == dict(office.shifts) and strange == office.models:
        return False
    last = trust_rows.newest_fit(session)
    session.add(
        JudgeFit(
            number=1 if last is None else last.number + 1,
            at=now,
            numbers=numbers.version,
            shifts=shifts,
            models=sorted(strange),
            before=before.plain(),
            after=after.plain(),
        )
    )
    session.flush()
    learned.forget(session)
    return True


def judge_again(store: Store, session: Session, now: datetime, most: int = REJUDGED_AT_ONCE) -> Changes:
    """Verdicts by today's numbers for the next drafts that have older ones. What persons answered stays."""
    changes = NOTHING
    for draft in trust_rows.drafts_judged_otherwise(session, version(learned.office_fit(session)), most):
        drafting.write_answers(store, session, now, draft)
        changes |= changed(registrations=[draft.id])
    return changes


# -- telling ----------------------------------------------------------------------------------------------------------


@verb(Right.SEE_REGISTRATIONS)
def trust(store: Store, actor: Actor) -> TrustView:
    """How often what the machine vouches for has proved wrong here, and what is to be expected of the rest."""
    with store.session() as session:
        rows = _all_checked(session)
        verified, until = registration_rows.count_verified(session), value_of(session, SHOW_ALL_UNTIL)
        fit = trust_rows.newest_fit(session)
        fitted_at, shifts = (None, {}) if fit is None else (fit.at, learned.office_fit(session).shifts)
    vouched: dict[str, list[bool]] = {}
    for _, own in rows:
        for field in own:
            if field.vouched:
                vouched.setdefault(field.group, []).append(field.right)
    groups = tuple(_group(LABELS.get(name, name), vouched[name]) for name in sorted(vouched))
    total = _group("全部", [right for own in vouched.values() for right in own])
    return TrustView(
        trusted=verified >= until,
        registrations=len(rows),
        until=until,
        total=total,
        groups=groups,
        fitted_at=fitted_at,
        stricter=tuple(LABELS.get(name, name) for name, shift in sorted(shifts.items()) if shift < 0),
        sentence=_sentence(total, verified, until),
    )


def _group(label: str, right: list[bool]) -> GroupTrust:
    wrong = len(right) - sum(right)
    low, high = interval(wrong, len(right))
    return GroupTrust(label, len(right), wrong, low, high)


def _sentence(total: GroupTrust, verified: int, until: int) -> str:
    first = f"再核对 {until - verified} 份以后，机器有把握的栏目就收起来。" if verified < until else ""
    if total.checked < ENOUGH:
        return first or "有把握的栏目还看得太少，说不出错的有多少。"
    low, high = int(1000 * total.low), -int(-1000 * total.high // 1)
    told = f"有把握的栏目预计每千项错 {low}–{high} 项（看过 {total.checked} 项，错 {total.wrong} 项）。"
    return first + told
