"""What the verify screen shows of a registration: fields with crops, verdicts and what speaks against them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from forms.checks import Finding, Limits, check
from forms.dictionary import FieldDefinition, load_dictionary
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind
from forms.rule_book import finding
from forms.values import FieldError, empty, format_value, parse
from ocr.reading import FieldReading
from records import registration_rows, sealing
from records.answer_rows import Stated
from records.ids import CHINA
from records.session import Session
from records.store import Store
from records.tables import Answer, Page, Registration
from records.views import (
    AnswerState,
    CandidateView,
    DoubtView,
    FindingView,
    OptionView,
    PlaceView,
    ValueSource,
    VerifyItem,
    VerifyPage,
    VerifySheet,
)
from workflow import cross_checks, drafting, last_time, sentences
from workflow.cross_reference import place_view
from workflow.forms_in_use import stored_form
from workflow.settings import ALWAYS_LOOK, RECHECK_PERCENT, SHOW_ALL_UNTIL, codes_in, limits_of, value_of
from workflow.showing import FieldState, Trust, looking_order, shown_keys

SEALED = "（加封）"


@dataclass(frozen=True)
class Facts:
    """A registration's rows, loaded once, and what follows from them. Stays within the session that made it."""

    registration: Registration
    form: Form
    pages: Mapping[int, Page]  # by page of the form
    answers: Mapping[str, Answer]
    values: Mapping[str, JsonValue]  # only what says something
    states: Mapping[str, FieldState]
    shown: Mapping[str, str]
    last: last_time.LastTime | None = None  # what a prefilled form has printed on it

    @property
    def to_answer(self) -> tuple[str, ...]:
        """Shown fields that nobody has answered yet, in the order of looking."""
        return tuple(key for key in looking_order(self.form, self.states, self.shown) if not self.answered(key))

    def answered(self, key: str) -> bool:
        """Has a person said what stands here? To be asked (ASK) is no answer yet."""
        answer = self.answers.get(key)
        return answer is not None and answer.state not in (AnswerState.MACHINE, AnswerState.ASK)


def trust_of(session: Session) -> Trust:
    """How far this store trusts the machine by now."""
    trusted = registration_rows.verified_at_least(session, int(value_of(session, SHOW_ALL_UNTIL)))
    always = frozenset(codes_in(value_of(session, ALWAYS_LOOK)))
    return Trust(trusted, value_of(session, RECHECK_PERCENT), always)


def gather(
    store: Store,
    session: Session,
    registration: Registration,
    trust: Trust,
    readings: Mapping[str, FieldReading] | None = None,
) -> Facts:
    """Facts of one registration; with ``readings`` the order of looking knows the reader's confidence."""
    form = stored_form(store, session, registration.form_id, registration.form_version)
    pages = {page.form_page or 1: page for sheet in registration.sheets for page in sheet.pages}
    answers = {answer.key: answer for answer in registration.answers}
    values = said(answers)
    states = {
        key: FieldState(
            written=bool(answer.text) or not empty(answer.value) or sealing.hidden(answer),
            accepted=answer.accepted,
            confidence=readings[key].confidence if readings and key in readings else 0.0,
            asked=answer.state is AnswerState.ASK,
        )
        for key, answer in answers.items()
    }
    last = last_time.last_time(store, session, registration)
    if last is not None:
        printed = last_time.as_printed(last, form, answers)
        states = last_time.states(states, form, values, printed, last_time.news(last, form, answers, pages))
    definitions = load_dictionary().fields
    shown = shown_keys(form, states, pages, values, definitions, registration.id, trust)
    return Facts(registration, form, pages, answers, values, states, shown, last)


def said(answers: Mapping[str, Answer] | Mapping[str, Stated]) -> dict[str, JsonValue]:
    """The values that count: not empty, and not of fields that can't be read or have still to be asked."""
    unknown = (AnswerState.ILLEGIBLE, AnswerState.ASK)
    return {key: a.value for key, a in answers.items() if a.state not in unknown and not empty(a.value)}


def unseen(answers: Mapping[str, Answer]) -> frozenset[str]:
    """Keys of what is sealed from the one at work: ``said`` hasn't it, though something stands there."""
    return frozenset(key for key, answer in answers.items() if sealing.hidden(answer))


def findings_of(
    registration: Registration,
    form: Form,
    values: Mapping[str, JsonValue],
    limits: Limits,
    without: Collection[str] = frozenset(),
) -> tuple[FindingView, ...]:
    """What the rules across fields say, as of the round's 统计时点 (without a round: of the day of intake).

    ``without``: fields that the one at work can't see; nothing is said about them.
    """
    asked = {f.key: values.get(f.key, [] if f.kind is Kind.CHOICE else None) for f in form.fields}
    found = list(check(asked, as_of=as_of(registration), limits=limits))
    found += [finding("required", f.key, field=f.label) for f in form.fields if f.required and empty(asked[f.key])]
    round_, written = registration.round, values.get("form_date")
    if (
        round_ is not None
        and isinstance(written, str)
        and not round_.opens.isoformat() <= written <= round_.closes.isoformat()
    ):
        found.append(finding("outside_round", "form_date", round=round_.name))
    return views_of(f for f in found if not set(f.keys) & set(without))


def all_findings(
    session: Session,
    registration: Registration,
    form: Form,
    values: Mapping[str, JsonValue],
    without: Collection[str] = frozenset(),
) -> tuple[FindingView, ...]:
    """What the rules say of one form, and what other rounds and registrations say against it."""
    return (
        *findings_of(registration, form, values, limits_of(session), without),
        *views_of(cross_checks.findings(cross_checks.Around(session), registration, values, as_of(registration))),
    )


def views_of(found: Iterable[Finding]) -> tuple[FindingView, ...]:
    """Findings as screens show them."""
    return tuple(_finding(f) for f in found)


def as_of(registration: Registration) -> date:
    """The day on which ages and stays are judged."""
    if registration.round is not None:
        return registration.round.as_of
    return registration.taken_in_at.astimezone(CHINA).date()


def _finding(finding: Finding) -> FindingView:
    return FindingView(
        severity=str(finding.severity),
        rule=finding.rule,
        keys=tuple(finding.keys),
        sentence=finding.sentence,
        clause=finding.clause,
    )


# -- the sheet --------------------------------------------------------------------------------------------------------


def build(store: Store, session: Session, registration: Registration) -> VerifySheet:
    """Everything the screen shows of the form itself (``workflow.offers`` adds what is known from elsewhere)."""
    pages = registration_rows.pages_of_registration(session, registration.id)
    readings = {
        field.key: field for stored in drafting.readings_of(session, pages).values() for field in stored.reading.fields
    }
    facts = gather(store, session, registration, trust_of(session), readings)
    definitions = load_dictionary().fields
    items = tuple(
        _item(facts, field, definitions.get(field.key), readings.get(field.key)) for field in facts.form.fields
    )
    return VerifySheet(
        registration_id=registration.id,
        title=title_of(facts),
        form_title=facts.form.title,
        state=registration.state,
        round_name="" if registration.round is None else registration.round.name,
        pages=tuple(
            VerifyPage(page.id, number, page.view_width or 0, page.view_height or 0)
            for number, page in sorted(facts.pages.items())
        ),
        items=items,
        order=looking_order(facts.form, facts.states, facts.shown),
        findings=all_findings(session, registration, facts.form, facts.values, unseen(facts.answers)),
        place=place_view(registration),
        notes=notes_of(facts),
        last_time="" if facts.last is None else facts.last.said,
        news=() if facts.last is None else last_time.news(facts.last, facts.form, facts.answers, facts.pages),
    )


def title_of(facts: Facts) -> str:
    """The child's name as it stands, or that it could not be read."""
    name = facts.values.get("child_name")
    return name if isinstance(name, str) else "姓名未读出"


def division_of(facts: Facts) -> str:
    """The code of the division the registration belongs to: where the child lives, else where the form is from."""
    residence = facts.values.get("child_residence")
    if isinstance(residence, dict) and residence.get("division"):
        return str(residence["division"])
    return str(facts.values.get("form_division") or "")


def place_of_facts(facts: Facts) -> PlaceView:
    """The sheet's number and location."""
    return place_view(facts.registration)


def label_of(field: FormField) -> str:
    """How the dictionary calls a field; what stands on the form where the dictionary doesn't know it.

    Labels repeat (父亲、母亲、照护人 each have 联系电话), so the name of the column in workbooks is taken.
    """
    definition = load_dictionary().fields.get(field.key)
    return field.label if definition is None else definition.export_name


def notes_of(facts: Facts) -> tuple[str, ...]:
    """Chinese notes: missing sides and how the sides came together."""
    missing = [sentences.missing_side(n) for n in range(1, len(facts.form.pages) + 1) if n not in facts.pages]
    codes = list(facts.registration.notes or ())
    # a prefilled side on which nobody wrote is the same as last time
    if facts.last is None and any(page.duplicate_of_id for page in facts.pages.values()):
        codes.append("same_content")
    noted = [sentences.PAIRING_NOTES[code] for code in codes if code in sentences.PAIRING_NOTES]
    sent_back = facts.registration.sent_back_reason
    noted += sentences.behind(place_view(facts.registration).sheet_count - len(facts.registration.sheets))
    return (*missing, *noted, *((f"退回原因：{sent_back}",) if sent_back else ()))


# -- one field --------------------------------------------------------------------------------------------------------


def _item(
    facts: Facts, field: FormField, definition: FieldDefinition | None, reading: FieldReading | None
) -> VerifyItem:
    answer = facts.answers.get(field.key)
    page = facts.pages.get(field.page)
    code_table = None if definition is None else definition.code_table
    state = AnswerState.MACHINE if answer is None else answer.state
    empty_value: JsonValue = [] if field.kind is Kind.CHOICE else None
    value = empty_value if answer is None or answer.value is None else answer.value
    text, as_read = _text(field, answer, value, reading, code_table)
    return VerifyItem(
        key=field.key,
        label=definition.label if definition is not None else field.label,
        block="" if definition is None else definition.block,
        kind=field.kind,
        page_id=None if page is None else page.id,
        box=None if page is None or reading is None else reading.seen_at,
        text=text,
        raw="" if reading is None else reading.raw,
        value=value,
        state=state,
        source=ValueSource.PAPER if answer is None else answer.source,
        note="" if answer is None else answer.note,
        accepted=page is not None and (answer is None or answer.accepted),
        shown=field.key in facts.shown,
        reasons=_reasons(answer, facts.shown.get(field.key, "")),
        candidates=_candidates(field, reading, code_table),
        doubts=_doubts(reading) if as_read else (),
        multiple=field.multiple,
        options=_options(field, reading),
        code_table=code_table,
        sealed=answer is not None and sealing.hidden(answer),
        last=_last(facts, field, code_table),
        as_printed=field.key in facts.states and facts.states[field.key].as_printed,
        down=None if page is None or reading is None or reading.seen_at is not None else _down(facts.form, field),
    )


def _down(form: Form, field: FormField) -> float:
    """How far down its page the middle of a field stands, as printed."""
    return min(1.0, max(0.0, (field.box.y + field.box.h / 2) / form.pages[field.page - 1].height_mm))


def _last(facts: Facts, field: FormField, code_table: str | None) -> str | None:
    told = None if facts.last is None else facts.last.of(facts.form, field.key)
    return None if told is None else format_value(field.kind, told, field=field, code_table=code_table)


def _text(
    field: FormField, answer: Answer | None, value: JsonValue, reading: FieldReading | None, code_table: str | None
) -> tuple[str, bool]:
    """What the value box shows, and whether that is letter by letter what the reader decoded.

    As it stands on the paper where that says the same as the value; spelled out otherwise.
    """
    if answer is None:
        return "", False
    if sealing.hidden(answer):
        return SEALED, False
    by_machine = answer.state is AnswerState.MACHINE and field.kind is not Kind.CHOICE
    if by_machine and reading is not None and (empty(value) or _says(field, reading.text, value, code_table)):
        return reading.text, True
    return format_value(field.kind, value, field=field, code_table=code_table), False


def _says(field: FormField, text: str, value: JsonValue, code_table: str | None) -> bool:
    try:
        return parse(field.kind, text, field=field, code_table=code_table) == value
    except FieldError:
        return False


def _reasons(answer: Answer | None, shown_because: str) -> tuple[str, ...]:
    """Short Chinese reasons: the judge's, then why the field is shown though nothing speaks against it."""
    codes = list((answer.reasons if answer is not None else None) or ())
    if shown_because and shown_because != "doubt":
        codes.append(shown_because)
    told = [sentences.field_reason(code) for code in codes]
    if answer is not None and answer.state is AnswerState.ASK and answer.note:
        told = [answer.note, *(words for words in told if words != sentences.field_reason("asked"))]
    return tuple(dict.fromkeys(told))


def _candidates(field: FormField, reading: FieldReading | None, code_table: str | None) -> tuple[CandidateView, ...]:
    found: dict[str, CandidateView] = {}
    for candidate in () if reading is None else reading.candidates:
        if empty(candidate.value):
            continue
        text = format_value(field.kind, candidate.value, field=field, code_table=code_table)
        note = candidate.text if candidate.text != text else ""
        found.setdefault(text, CandidateView(text, candidate.value, note))
    return tuple(found.values())


def _doubts(reading: FieldReading | None) -> tuple[DoubtView, ...]:
    return () if reading is None else tuple(DoubtView(d.start, d.end, d.view_box_px) for d in reading.doubts)


def _options(field: FormField, reading: FieldReading | None) -> tuple[OptionView, ...]:
    boxes = {} if reading is None else reading.option_view_boxes
    return tuple(OptionView(o.code, o.label, boxes.get(o.code)) for o in field.options)
