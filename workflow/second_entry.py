"""Blind second entry: a second person enters chosen fields from the picture alone, a third resolves what differs.

Nobody is told whether an entry agreed, and nobody sees who said what before it is resolved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from forms.dictionary import load_dictionary
from forms.form_file import FormField
from forms.kinds import JsonValue, Kind
from forms.values import format_value
from records import registration_rows, review_rows
from records.columns import canonical_json
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import Registration, SecondEntry
from records.views import Actor, AnswerState, ValueSource, VerifyItem
from records.views_review import AgreementRow, BlindItem, BlindSheet, Dispute, WaitingRow
from workflow import answering, blind, current, matching, scope, sheets
from workflow.changes import Changes, changed
from workflow.errors import NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.ownership import require_own
from workflow.permissions import Right, verb

WITH_CODES = (Kind.CHOICE, Kind.CODE)


# -- entering ---------------------------------------------------------------------------------------------------------


@verb(Right.ENTER_AGAIN)
def waiting(store: Store, actor: Actor) -> tuple[WaitingRow, ...]:
    """Registrations in which the actor can enter fields a second time: verified by somebody else."""
    return _rows(store, actor, disputed_ones=False)


@verb(Right.ENTER_AGAIN)
def disagreements(store: Store, actor: Actor) -> tuple[WaitingRow, ...]:
    """Registrations in which the actor can resolve what two others entered differently."""
    return _rows(store, actor, disputed_ones=True)


def _rows(store: Store, actor: Actor, *, disputed_ones: bool) -> tuple[WaitingRow, ...]:
    with store.session() as session:
        found = review_rows.done(session, actor.division)
        left = blind.missing_of(session, found)
        entries = review_rows.entries_of(session, [row.id for row in found])
        rows = []
        for row in found:
            own = entries.get(row.id, {})
            keys = [key for key in left[row.id] if _open_to(actor, row, own.get(key)) is disputed_ones]
            if keys and row.verified_at is not None:
                rows.append(WaitingRow(row.id, civil_date(row.verified_at), len(keys)))
        return tuple(rows)


def _open_to(actor: Actor, registration: Registration, entry: SecondEntry | None) -> bool | None:
    """Of a field that is not settled: True to resolve, False to enter, None nothing for this actor."""
    if entry is not None and _disputed(entry):
        return True if actor.user_id not in (entry.entered_by, entry.first_by) else None
    return False if registration.verified_by != actor.user_id else None


def _disputed(entry: SecondEntry) -> bool:
    return not entry.agreed and entry.resolved_at is None


@verb(Right.ENTER_AGAIN)
def sheet(store: Store, actor: Actor, registration_id: str) -> BlindSheet:
    """The fields to enter, with their place in the picture and nothing that anybody read there."""
    with store.session() as session:
        registration = _done(session, actor, registration_id)
        entries = review_rows.entries_of(session, [registration.id]).get(registration.id, {})
        left = blind.missing_of(session, [registration])[registration.id]
        keys = [key for key in left if _open_to(actor, registration, entries.get(key)) is False]
        built = sheets.build(store, session, registration)
        items = {item.key: item for item in built.items}
        return BlindSheet(
            registration_id=registration.id,
            form_title=built.form_title,
            pages=built.pages,
            items=tuple(_blind(items[key]) for key in keys if key in items),
        )


def _blind(item: VerifyItem) -> BlindItem:
    return BlindItem(
        item.key, item.label, item.kind, item.page_id, item.box, item.multiple, item.options, item.code_table,
        item.down,
    )  # fmt: skip


@verb(Right.ENTER_AGAIN)
def enter(store: Store, actor: Actor, now: datetime, registration_id: str, key: str, value: JsonValue) -> Changes:
    """Enter one field a second time. The answer tells nothing of whether it agrees.

    Raises WrongState for the first person, and where the field is settled or waits for a third; BadValue.
    """
    with store.transaction() as session:
        registration = _done(session, actor, registration_id)
        field = _field(store, session, registration, key)
        answer = registration_rows.answer(session, registration.id, key)
        first = (None if answer is None else answer.changed_by) or registration.verified_by or ""
        if actor.user_id in (first, registration.verified_by):
            raise WrongState("这份登记表是你核对的，要由另一个人来双录，没有保存。")
        entry = review_rows.entries_of(session, [registration.id]).get(registration.id, {}).get(key)
        if entry is not None and _disputed(entry):
            raise WrongState("这一栏已经双录过，正等第三人裁定，没有保存。")
        if key not in blind.missing_of(session, [registration])[registration.id]:
            raise WrongState("这一栏不用双录，或已经录完，没有保存。")
        kept = answering.checked(field, value)
        stands = None if answer is None else answer.value
        if entry is not None:
            session.delete(entry)  # the answer changed since: the old entry is about what no longer stands
            session.flush()
        session.add(
            SecondEntry(
                id=store.new_id(), registration_id=registration.id, key=key, value=kept, text=_text(field, kept),
                first_value=stands, first_by=first, agreed=answering.same(kept, stands),
                entered_at=now, entered_by=actor.user_id, resolved_value=None,
            )
        )  # fmt: skip
        answering.given(session, actor, registration.id, key)
        store.audit(session, actor.user_id, now, "second_entry.enter", registration.id)
        return changed(registrations=[registration.id])


# -- resolving --------------------------------------------------------------------------------------------------------


@verb(Right.ENTER_AGAIN)
def disputed(store: Store, actor: Actor, registration_id: str) -> tuple[Dispute, ...]:
    """What the actor can resolve in one registration: the picture's place and both texts, not who entered which."""
    with store.session() as session:
        registration = _done(session, actor, registration_id)
        entries = review_rows.entries_of(session, [registration.id]).get(registration.id, {})
        items = {item.key: item for item in sheets.build(store, session, registration).items}
        found = []
        for key in blind.missing_of(session, [registration])[registration.id]:
            entry = entries.get(key)
            if entry is not None and key in items and _open_to(actor, registration, entry):
                field = _field(store, session, registration, key)
                both = sorted((entry.first_value, entry.value), key=canonical_json)
                texts = _text(field, both[0]), _text(field, both[1])
                found.append(Dispute(_blind(items[key]), texts, (both[0], both[1])))
        return tuple(found)


@verb(Right.ENTER_AGAIN)
def resolve(store: Store, actor: Actor, now: datetime, registration_id: str, key: str, value: JsonValue) -> Changes:
    """A third person says against the picture what stands there: one of the two, or something else.

    Raises WrongState for one of the two, and for a registration that is being reported; BadValue.
    """
    with store.transaction() as session:
        registration = _done(session, actor, registration_id)
        entry = review_rows.entries_of(session, [registration.id]).get(registration.id, {}).get(key)
        if entry is None or not _disputed(entry):
            raise WrongState("这一栏没有要裁定的分歧，没有改动。请刷新后再看。")
        require_own(store, session, registration)
        if actor.user_id in (entry.entered_by, entry.first_by):
            raise WrongState("这一栏是你录的，要由第三个人裁定，没有改动。")
        if registration_rows.in_running_batch(session, registration.id):
            raise WrongState("这份登记表已在报送批次里，没有改动。")
        field = _field(store, session, registration, key)
        kept = answering.checked(field, value)
        answer = registration_rows.answer(session, registration.id, key)
        if not answering.same(kept, None if answer is None else answer.value):
            source = ValueSource.PAPER if answer is None else answer.source
            step = answering.Step(kept, _text(field, kept), AnswerState.CORRECTED, source, "双录裁定")
            answering.give(store, session, actor, now, registration, field, step)
            if registration.child_id is not None:
                current.follow(store, session, actor.user_id, now, matching.child(session, registration.child_id))
        entry.resolved_value, entry.resolved_at, entry.resolved_by = kept, now, actor.user_id
        answering.given(session, actor, registration.id, key)
        store.audit(session, actor.user_id, now, "second_entry.resolve", registration.id)
        children = [] if registration.child_id is None else [registration.child_id]
        return changed(registrations=[registration.id], children=children)


# -- figures ----------------------------------------------------------------------------------------------------------


@verb(Right.REVIEW)
def agreement_figures(store: Store, actor: Actor) -> tuple[AgreementRow, ...]:
    """How often first and second entry agreed, field by field in the order of the dictionary."""
    with store.session() as session:
        entries: dict[str, list[SecondEntry]] = {}
        for entry in review_rows.all_entries(session, actor.division):
            entries.setdefault(entry.key, []).append(entry)
    fields = load_dictionary().fields
    return tuple(_figures(key, rows) for key, rows in sorted(entries.items(), key=lambda e: list(fields).index(e[0])))


def _figures(key: str, rows: Sequence[SecondEntry]) -> AgreementRow:
    definition = load_dictionary().fields[key]
    pairs = [(canonical_json(row.first_value), canonical_json(row.value)) for row in rows]
    return AgreementRow(
        key=key,
        label=definition.export_name,
        kind=definition.kind,
        compared=len(rows),
        agreed=sum(row.agreed for row in rows),
        kappa=kappa(pairs) if definition.kind in WITH_CODES else None,
    )


# -- shared -----------------------------------------------------------------------------------------------------------


def _done(session: Session, actor: Actor, registration_id: str) -> Registration:
    registration = scope.registration(session, actor, registration_id)
    if registration.state not in blind.SECOND:
        raise WrongState("这份登记表还没有核对完，不能双录，没有改动。")
    return registration


def _field(store: Store, session: Session, registration: Registration, key: str) -> FormField:
    field = stored_form(store, session, registration.form_id, registration.form_version).by_key.get(key)
    if field is None:
        raise NotFound("这种表格里没有这一栏，没有保存。")
    return field


def _text(field: FormField, value: JsonValue) -> str:
    return format_value(field.kind, value, field=field, code_table=answering.code_table_of(field.key))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two persons' codes (Cohen 1960): agreement beyond chance, 1 at most.

    None where chance alone agrees always (all in one category) or nothing was compared: it says nothing there.
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[code] * second[code] for code in first) / total**2
    return None if by_chance >= 1 else (observed - by_chance) / (1 - by_chance)
