"""问村里: what is still to be asked, and the slips on which a village is asked it, one per village.

A question is a field marked ASK; it is closed by whoever answers the field. What is extra-sensitive is asked face to
face and never stands on a slip.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporters.files import FileProblem, write_file
from exporters.question_slip import AskedLine, Slip, slips_pdf
from forms.dictionary import extra_sensitive
from forms.values import format_value
from records import office_rows, registration_rows
from records.ids import civil_date
from records.session import Session
from records.store import Store
from records.tables import Answer
from records.views import Actor, AnswerState
from workflow import answering, sentences, sheets
from workflow.cross_reference import place_view
from workflow.errors import BadValue, NotWritten
from workflow.matching import place_name
from workflow.permissions import Right, verb

UNSAID = "请问清楚"


@dataclass(frozen=True, slots=True)
class Question:
    """One field of one draft that the village is asked about. ``written``: as read, "" for nothing."""

    registration_id: str
    name: str
    division: str  # code
    archive_number: str
    key: str
    label: str
    written: str
    asked: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be asked, by village in the order of their codes; ``face_to_face``: fields that go on no slip."""

    questions: tuple[Question, ...]
    face_to_face: int


@dataclass(frozen=True, slots=True)
class WrittenSlips:
    """The file: ``slips`` villages, ``questions`` lines."""

    slips: int
    questions: int
    face_to_face: int
    sha256: str


@verb(Right.PRINT_FORMS)
def write_slips(
    store: Store, actor: Actor, now: datetime, path: Path, registration_ids: Collection[str] | None = None
) -> WrittenSlips:
    """One PDF with a slip for every village that is asked something. Raises BadValue for nothing to ask, NotWritten."""
    with store.session() as session:
        asked = _asked(store, session, actor, registration_ids)
        office = office_rows.office(session).name
    if not asked.questions:
        told = "要问的都特别敏感，不能写在纸上，请当面问。" if asked.face_to_face else "没有要问村里的栏目。"
        raise BadValue(f"{told}没有写出核实单。")
    by_village: dict[str, list[AskedLine]] = {}
    for q in asked.questions:
        line = AskedLine(q.name, q.archive_number, q.label, q.written, q.asked)
        by_village.setdefault(place_name(q.division), []).append(line)
    slips = [Slip(place or office, tuple(lines)) for place, lines in by_village.items()]
    try:
        written = write_file(path, slips_pdf(slips, office, civil_date(now)))
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        file_hash = store.keyed_hash(written.sha256.encode(), "file")
        detail: dict[str, str | int] = {"questions": len(asked.questions), "file": file_hash}
        store.audit(session, actor.user_id, now, "village.ask", "-", detail)
    return WrittenSlips(len(slips), len(asked.questions), asked.face_to_face, written.sha256)


def _asked(store: Store, session: Session, actor: Actor, registration_ids: Collection[str] | None) -> Asked:
    trust = sheets.trust_of(session)
    found: list[Question] = []
    face_to_face = 0
    for registration in registration_rows.open_with_state(session, actor.division, AnswerState.ASK):
        if registration_ids is not None and registration.id not in registration_ids:
            continue
        facts = sheets.gather(store, session, registration, trust)
        for field in facts.form.fields:
            answer = facts.answers.get(field.key)
            if answer is None or answer.state is not AnswerState.ASK or answer.note.startswith(answering.BY_REVIEW):
                continue  # a reviewer asks the verifier, not the village
            if field.key in extra_sensitive() or answer.sealed is not None:
                face_to_face += 1
                continue
            table = answering.code_table_of(field.key)
            found.append(
                Question(
                    registration_id=registration.id,
                    name=sheets.title_of(facts),
                    division=sheets.division_of(facts),
                    archive_number=place_view(registration).archive_number,
                    key=field.key,
                    label=sheets.label_of(field),
                    written=answer.text or format_value(field.kind, answer.value, field=field, code_table=table),
                    asked=answer.note or _why(answer),
                )
            )
    found.sort(key=lambda question: question.division)  # stable: within a village as taken in, as printed
    return Asked(tuple(found), face_to_face)


def _why(answer: Answer) -> str:
    """What the machine saw against it, where the person said nothing more."""
    told = dict.fromkeys(sentences.field_reason(code) for code in answer.reasons or ())
    return "，".join(told) or UNSAID
