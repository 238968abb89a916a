"""Group verification (成组核对): the crops of one kind or one value from many forms on one sheet.

Among forty dates a date read wrongly stands out. What is accepted here is confirmed field by field, with an event and
an audit entry each, exactly as in the verify screen; the odd ones stay for that screen. (FlexiCapture has this for
marks and digits; here the whole field is seen, because the whole field is confirmed.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from forms.form_file import Form, FormField
from forms.kinds import Kind
from forms.values import empty, format_value
from ocr.reading import FieldReading
from records import registration_rows, sealing
from records.session import Session
from records.store import Store
from records.tables import Answer, Registration
from records.views import Actor, AnswerState, DoubtView, RegistrationState, ValueSource
from records.views_group import GroupCrop, GroupRow, GroupSheet, Looked, Taken
from workflow import answering, drafting, scope, sheets
from workflow.changes import Changes, changed
from workflow.forms_in_use import stored_form
from workflow.permissions import Right, verb
from workflow.settings import limits_of

MOST = 240  # crops on one sheet
FEWEST = 2  # a group of one is no group
KINDS = {
    Kind.DATE: "日期",
    Kind.MONTH: "年月",
    Kind.ID_NUMBER: "身份证号",
    Kind.PHONE: "电话",
    Kind.NAME: "姓名",
    Kind.CODE: "民族、关系等代码",
    Kind.NUMBER: "数字",
    Kind.DIVISION: "区划",
    Kind.ADDRESS: "地址",
    Kind.SIGNATURE: "签名",
}
LOOKALIKES = (
    "己已巳", "末未", "0O", "1lI7", "土士", "日曰", "人入八", "大太犬", "天夫", "王玉", "千干于", "戊戌戍", "田由甲申",
    "刘列", "雪霜", "岁崴", "晴睛", "冶治", "侯候",
)  # fmt: skip
DIGITS_IN = {Kind.PHONE: "电话", Kind.ID_NUMBER: "身份证号"}
ABOUT_KIND, ABOUT_VALUE, ABOUT_SHAPE = "同一种栏目", "同一个选项", "形近的字"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was confirmed; ``left`` were not: somebody answered them meanwhile, or the form is no draft any more."""

    changes: Changes
    taken: tuple[Taken, ...]
    left: int


@dataclass(frozen=True, slots=True)
class _Open:
    """A field that waits for an answer, with something written in it."""

    registration: Registration
    form: Form
    field: FormField
    answer: Answer


# -- looking ----------------------------------------------------------------------------------------------------------


@verb(Right.VERIFY)
def groups(store: Store, actor: Actor, *, folded: bool = False) -> tuple[GroupRow, ...]:
    """What lies ready to be looked at in groups. ``folded``: fields the machine vouches for as well."""
    found: dict[str, list[bool]] = {}
    shapes: dict[str, set[str]] = {}
    fields: dict[str, FormField] = {}
    with store.session() as session:
        for waiting in _waiting(store, session, actor, folded):
            fields.setdefault(waiting.field.key, waiting.field)
            for group in _groups_of(waiting):
                found.setdefault(group, []).append(not waiting.answer.accepted)
                shapes.setdefault(group, set()).update(waiting.answer.text)
    labels = {group: _label(group, fields) for group in found}
    rows = [
        GroupRow(group, labels[group][0], labels[group][1], len(doubts), sum(doubts))
        for group, doubts in found.items()
        if len(doubts) >= FEWEST and _worth(group, shapes[group])
    ]
    order = (ABOUT_KIND, ABOUT_VALUE, ABOUT_SHAPE)
    return tuple(sorted(rows, key=lambda row: (order.index(row.about), -row.crops, row.group)))


@verb(Right.VERIFY)
def sheet(store: Store, actor: Actor, group: str, *, folded: bool = False) -> GroupSheet:
    """The crops of one group, largest doubt first."""
    with store.session() as session:
        waiting = [one for one in _waiting(store, session, actor, folded) if group in _groups_of(one)]
        against = _contradicted(session, waiting)
        clean = [one for one in waiting if one.field.key not in against[one.registration.id]]
        # readings are large: only those of what one sheet holds are opened, what the machine doubts first
        clean.sort(key=lambda one: one.answer.accepted)
        readings = _readings(session, clean[:MOST])
        crops = []
        for one in clean[:MOST]:
            reading = readings.get((one.registration.id, one.field.key))
            if reading is not None and one.answer.page_id is not None:
                crops.append((_doubt(one, reading), _crop(one, reading, group)))
    label = _label(group, {one.field.key: one.field for one in waiting})[1]
    crops.sort(key=lambda pair: (pair[0], pair[1].registration_id, pair[1].key))
    shown = tuple(crop for _doubt_of, crop in crops)
    store.saw(actor.user_id, "registration.see", [crop.registration_id for crop in shown])
    return GroupSheet(group, label, shown, max(len(clean) - MOST, 0), len(waiting) - len(clean))


def _waiting(store: Store, session: Session, actor: Actor, folded: bool) -> Iterator[_Open]:
    """Fields of drafts with something written in them and no answer yet."""
    trust = sheets.trust_of(session)
    for registration in registration_rows.open_registrations(session, actor.division):
        if registration.state is not RegistrationState.DRAFT:
            continue  # sent back with reasons: those are read in the verify screen
        facts = sheets.gather(store, session, registration, trust)
        keys = {field.key for field in facts.form.fields} if folded else set(facts.to_answer)
        for key in sorted(keys):
            answer = facts.answers.get(key)
            if answer is None or answer.state is not AnswerState.MACHINE or sealing.hidden(answer):
                continue
            if not empty(answer.value) and answer.page_id is not None:
                yield _Open(registration, facts.form, facts.form.by_key[key], answer)


def _readings(session: Session, waiting: Sequence[_Open]) -> dict[tuple[str, str], FieldReading]:
    pages = {one.answer.page_id: one.registration.id for one in waiting}
    wanted = [
        page
        for registration in {one.registration.id: one.registration for one in waiting}.values()
        for each in registration.sheets
        for page in each.pages
        if page.id in pages
    ]
    stored = drafting.readings_of(session, wanted)
    return {(pages[page_id], field.key): field for page_id, found in stored.items() for field in found.reading.fields}


def _contradicted(session: Session, waiting: Sequence[_Open]) -> dict[str, set[str]]:
    """By registration the fields that contradict each other: those are not settled by a glance."""
    limits = limits_of(session)
    found: dict[str, set[str]] = {}
    for one in waiting:
        if one.registration.id not in found:
            values = sheets.said({answer.key: answer for answer in one.registration.answers})
            told = sheets.findings_of(one.registration, one.form, values, limits)
            found[one.registration.id] = {key for f in told if f.severity == "error" for key in f.keys}
    return found


def _doubt(one: _Open, reading: FieldReading) -> tuple[bool, int]:
    """Sorts the largest doubt first; in steps, as the order of looking does."""
    return one.answer.accepted, round(reading.confidence * 50)


def _crop(one: _Open, reading: FieldReading, group: str) -> GroupCrop:
    field, answer = one.field, one.answer
    by_choice = field.kind is Kind.CHOICE
    text = answer.text or format_value(
        field.kind, answer.value, field=field, code_table=answering.code_table_of(field.key)
    )
    on = answer.value if isinstance(answer.value, list) else []
    return GroupCrop(
        registration_id=one.registration.id,
        key=field.key,
        label=sheets.label_of(field),
        kind=field.kind,
        page_id=answer.page_id or "",
        box=reading.view_box_px,
        text="有签名" if field.kind is Kind.SIGNATURE else text,
        value=answer.value,
        doubts=() if by_choice else tuple(DoubtView(d.start, d.end, d.view_box_px) for d in reading.doubts),
        marks=_marks(group, text),
        ticked=tuple(reading.option_view_boxes[str(code)] for code in on if str(code) in reading.option_view_boxes),
        printed=by_choice or field.kind is Kind.SIGNATURE,
        doubtful=not answer.accepted,
    )


# -- groups -----------------------------------------------------------------------------------------------------------


def _groups_of(one: _Open) -> list[str]:
    field, answer = one.field, one.answer
    if field.kind is Kind.CHOICE:
        codes = "+".join(str(code) for code in answer.value) if isinstance(answer.value, list) else ""
        return [f"value/{field.key}/{codes}"]
    found = [f"kind/{field.kind.value}"] if field.kind in KINDS else []
    if field.kind in DIGITS_IN:
        found += [f"digit/{field.kind.value}/{digit}" for digit in sorted(set(answer.text) & set("0123456789"))]
    if field.kind not in (Kind.SIGNATURE, Kind.DATE, Kind.MONTH, Kind.ID_NUMBER, Kind.PHONE, Kind.NUMBER):
        found += [f"like/{family}" for family in LOOKALIKES if set(family) & set(answer.text)]
    return found


def _worth(group: str, shapes: set[str]) -> bool:
    """Look-alikes are worth a sheet where two of them stand in this stack: else nothing is mistaken for the other."""
    about, _, family = group.partition("/")
    return about != "like" or len(set(family) & shapes) > 1


def _label(group: str, fields: Mapping[str, FormField]) -> tuple[str, str]:
    """What kind of group it is, and its name."""
    about, _, rest = group.partition("/")
    if about == "kind":
        return ABOUT_KIND, KINDS.get(Kind(rest), "其他")
    if about == "digit":
        kind, _, digit = rest.partition("/")
        return ABOUT_SHAPE, f"{DIGITS_IN[Kind(kind)]}里的 {digit}"
    if about == "like":
        return ABOUT_SHAPE, f"形近字 {rest}"
    key, _, codes = rest.partition("/")
    field = fields.get(key)
    if field is None:
        return ABOUT_VALUE, key  # everything of it has been answered meanwhile
    labels = [option.label for option in field.options if option.code in codes.split("+")]
    return ABOUT_VALUE, f"{sheets.label_of(field)}：{'、'.join(labels)}"


def _marks(group: str, text: str) -> tuple[tuple[int, int], ...]:
    about, _, rest = group.partition("/")
    wanted = rest if about == "like" else rest[-1:] if about == "digit" else ""
    return tuple((at, at + 1) for at, character in enumerate(text) if character in wanted)


# -- accepting --------------------------------------------------------------------------------------------------------


@verb(Right.VERIFY)
def accept(store: Store, actor: Actor, now: datetime, looked: Sequence[Looked]) -> Accepted:
    """Confirm each as it was shown. What has changed meanwhile is left alone and counted."""
    taken: list[Taken] = []
    with store.transaction() as session:
        for one in looked:
            registration = scope.registration(session, actor, one.registration_id)
            answer = registration_rows.answer(session, registration.id, one.key)
            as_shown = (
                registration.state is RegistrationState.DRAFT
                and answer is not None
                and answer.state is AnswerState.MACHINE
                and not sealing.hidden(answer)
                and answering.same(answer.value, one.value)
            )
            if not as_shown or answer is None:
                continue
            field = stored_form(store, session, registration.form_id, registration.form_version).by_key[one.key]
            text = format_value(field.kind, answer.value, field=field, code_table=answering.code_table_of(field.key))
            step = answering.Step(answer.value, text, AnswerState.CONFIRMED, ValueSource.PAPER, "")
            answering.give(store, session, actor, now, registration, field, step)
            number = registration_rows.next_event_number(session, registration.id) - 1
            taken.append(Taken(registration.id, one.key, number))
    ids = {one.registration_id for one in taken}
    return Accepted(changed(registrations=ids), tuple(taken), len(looked) - len(taken))


@verb(Right.VERIFY)
def take_back(store: Store, actor: Actor, now: datetime, taken: Sequence[Taken]) -> Accepted:
    """Undo an acceptance: each by an event of its own. What was answered again or saved since is left alone."""
    undone: list[Taken] = []
    with store.transaction() as session:
        for one in taken:
            registration = scope.registration(session, actor, one.registration_id)
            last = registration_rows.last_standing_event(session, registration.id, one.key)
            if registration.state is RegistrationState.DRAFT and last is not None and last.number == one.event:
                answering.take_back(store, session, actor, now, registration, last)
                undone.append(one)
    ids = {one.registration_id for one in undone}
    return Accepted(changed(registrations=ids), tuple(undone), len(taken) - len(undone))
