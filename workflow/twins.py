"""Two children side by side, and whose value of a field counts once they are one.

A merge moves registrations and changes none. Where a person says that the older form is right, its value becomes the
answer of the current one as 更正, with the reason; taking the merge back takes that back too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from forms.dictionary import extra_sensitive, load_dictionary
from forms.form_file import FormField
from forms.kinds import Kind
from forms.values import format_value
from records import care_rows, child_rows, likeness_rows, registration_rows
from records.likeness import likeness
from records.session import Session
from records.store import Store
from records.tables import Answer, Child, Registration
from records.views import Actor, AnswerState, FindingView, RegistrationState, ValueSource
from records.views_duplicates import PairDetail, PairField, PairSide
from workflow import answering, blind, scope, sheets
from workflow.child_page import text_of
from workflow.cross_reference import item_of
from workflow.errors import NotFinished, NotFound, WrongState
from workflow.forms_in_use import stored_form
from workflow.heads import head, hidden_of
from workflow.names import mask_id_number
from workflow.ownership import require_own
from workflow.permissions import RIGHTS, Right, verb
from workflow.settings import limits_of

DONE = (RegistrationState.VERIFIED, RegistrationState.REVIEWED)
UNSAID = (AnswerState.ILLEGIBLE, AnswerState.ASK)
OF_THE_PAPER = frozenset({"form_date", "form_unit", "form_division", "form_collection", "form_update", "informed"})
"""About the sheet, not about the child: of two sheets both are right."""


@verb(Right.SEE_CHILDREN)
def compare(store: Store, actor: Actor, one_id: str, other_id: str) -> PairDetail:
    """Everything that their current registrations say, side by side. Raises NotFound outside the actor's division.

    ID numbers stand whole for those who may merge: how they differ is what has to be seen.
    """
    whole = actor.role in RIGHTS[Right.MERGE]
    with store.session() as session:
        rows = [_current(session, actor, child_id) for child_id in (one_id, other_id)]
        traits = likeness_rows.traits_of(session, [one_id, other_id])
        like = likeness(traits[one_id], traits[other_id])
        hidden = hidden_of(session, actor, [one_id, other_id])
        pending = hidden.get(one_id, blind.NOTHING) | hidden.get(other_id, blind.NOTHING)
        pairs = zip((one_id, other_id), rows, strict=True)
        sides = [_side(store, session, child_id, row, pending) for child_id, row in pairs]
        fields = _fields(store, session, rows, pending, whole=whole)
        kept = one_id if _stays(session, one_id) <= _stays(session, other_id) else other_id
    store.saw(actor.user_id, "child.see", [one_id, other_id])
    if whole:
        store.saw(actor.user_id, "id_numbers.unmask", [store.store_id])
    return PairDetail(
        one=sides[0],
        other=sides[1],
        score=like.score,
        grade=like.grade,
        reasons=(blind.PENDING,) if pending else like.reasons,
        fields=tuple(sorted(fields, key=lambda field: field.agrees)),
        newer_is_one=_age(rows[0]) >= _age(rows[1]),
        kept_id=kept,
    )


def _current(session: Session, actor: Actor, child_id: str) -> Registration:
    scope.child(session, actor, child_id)
    row = child_rows.current_registration(session, child_id)
    if row is None:
        raise NotFound("这名儿童不在台账里了（可能已经并入另一名）。请刷新后再看。")
    return row


def _age(row: Registration) -> tuple[date, datetime, str]:
    """As the current registration of a child is derived (``records.child_rows``)."""
    verified = row.verified_at or row.taken_in_at
    return (row.form_date or date.min, verified, row.id)


def _stays(session: Session, child_id: str) -> tuple[bool, str]:
    """Who stays comes first: a dossier's cover has its name, and ids go by time."""
    return (care_rows.dossier_of(session, child_id) is None, child_id)


def _side(store: Store, session: Session, child_id: str, row: Registration, pending: frozenset[str]) -> PairSide:
    who = head(session.get_one(Child, child_id), pending)
    return PairSide(
        child_id=child_id,
        name=who.name,
        registration_id=row.id,
        form_date=row.form_date,
        form_title=stored_form(store, session, row.form_id, row.form_version).title,
        archive_number=item_of(session, row).archive_number,
        registrations=len(child_rows.registrations_of(session, child_id)),
        place=who.residence,
        pages=tuple(page.id for page in registration_rows.pages_of_registration(session, row.id)),
    )


def _fields(
    store: Store, session: Session, rows: Sequence[Registration], pending: frozenset[str], *, whole: bool
) -> list[PairField]:
    forms = [stored_form(store, session, row.form_id, row.form_version) for row in rows]
    answers = [registration_rows.answers_of(session, row.id) for row in rows]
    known: dict[str, FormField] = {}
    for form in forms:
        known.update({field.key: field for field in form.fields if field.key not in known})
    order = {key: number for number, key in enumerate(load_dictionary().fields)}
    found = []
    for key in sorted(known, key=lambda k: (order.get(k, len(order)), k)):
        said = [of.get(key) for of in answers]
        hidden = key in extra_sensitive() or any(a is not None and a.sealed is not None for a in said)
        texts = [text_of(form, answer) for form, answer in zip(forms, said, strict=True)]
        if not any(texts) or known[key].kind is Kind.SIGNATURE or hidden:
            continue
        if key in pending:
            found.append(PairField(key, sheets.label_of(known[key]), blind.PENDING, blind.PENDING, False, False))
            continue
        agrees = texts[0] == texts[1]
        on_both = all(key in form.by_key for form in forms)
        if not whole and known[key].kind is Kind.ID_NUMBER:
            texts = [mask_id_number(text) for text in texts]
        choosable = whole and not agrees and on_both and key not in OF_THE_PAPER
        found.append(PairField(key, sheets.label_of(known[key]), texts[0], texts[1], agrees, choosable))
    return found


# -- once they are one ------------------------------------------------------------------------------------------------


def settle(
    store: Store,
    session: Session,
    actor: Actor,
    now: datetime,
    child_id: str,
    values: Mapping[str, str],
    why: str,
) -> list[list[str]]:
    """``values``: field to the registration that is right. Returns what was written: registration, field, event.

    Raises WrongState where the current registration can't be changed, NotFinished where it would contradict itself.
    """
    current = child_rows.current_registration(session, child_id)
    others = {row.id: row for row in scope.child_registrations(session, actor, child_id)}
    wanted = {key: other for key, other in values.items() if current is not None and other != current.id}
    if current is None or not wanted:
        return []
    require_own(store, session, current)
    if registration_rows.in_running_batch(session, current.id):
        raise WrongState(
            "现行的登记表已在报送批次里，不能改用另一份的内容，没有合并。请都选现行的，或等反馈结果回来再合并。"
        )
    form = stored_form(store, session, current.form_id, current.form_version)
    before = _errors(store, session, current)
    written = []
    for key, other_id in sorted(wanted.items()):
        field, other = form.by_key.get(key), others.get(other_id)
        if field is None or other is None or key in extra_sensitive() or key in OF_THE_PAPER:
            raise NotFound("选用的内容已经不在了，没有合并。请刷新后再选。")
        said = registration_rows.answer(session, other.id, key)
        answering.give(store, session, actor, now, current, field, _step(field, said, why))
        event = registration_rows.last_standing_event(session, current.id, key)
        assert event is not None  # given just now
        written.append([current.id, key, event.id])
    _refuse_contradictions(current, [e for e in _errors(store, session, current) if e not in before])
    if current.state is RegistrationState.REVIEWED:  # what was reviewed was another value
        for state in (RegistrationState.SENT_BACK, RegistrationState.DRAFT, RegistrationState.VERIFIED):
            current.state = state
    session.flush()
    return written


def _step(field: FormField, said: Answer | None, why: str) -> answering.Step:
    value = None if said is None or said.state in UNSAID else said.value
    kept = answering.checked(field, value)
    text = format_value(field.kind, kept, field=field, code_table=answering.code_table_of(field.key))
    note = f"合并重复登记，以另一份登记表为准：{why}"
    return answering.Step(kept, text, AnswerState.CORRECTED, ValueSource.CORRECTION, note)


def _errors(store: Store, session: Session, current: Registration) -> tuple[FindingView, ...]:
    form = stored_form(store, session, current.form_id, current.form_version)
    values = sheets.said(registration_rows.answers_of(session, current.id))
    found = sheets.findings_of(current, form, values, limits_of(session))
    return tuple(finding for finding in found if finding.severity == "error")


def _refuse_contradictions(current: Registration, errors: Sequence[FindingView]) -> None:
    if errors and current.state in DONE:
        told = "".join(finding.sentence for finding in errors[:3])
        raise NotFinished(f"这样选会互相矛盾，没有合并：{told}请对照纸质件再选。", (), tuple(errors))


def unsettle(store: Store, session: Session, actor: Actor, now: datetime, written: Sequence[Sequence[str]]) -> None:
    """What a merge wrote is taken back, where nobody has written over it since."""
    for registration_id, key, event_id in reversed(written):
        row = registration_rows.registration(session, registration_id)
        last = registration_rows.last_standing_event(session, registration_id, key)
        if row is not None and last is not None and last.id == event_id:
            answering.take_back(store, session, actor, now, row, last)
