"""What is extra-sensitive (侵害、心理、疾病: ``sensitivity = "extra"`` in the dictionary) never stands open in a row.

Answers and their history are sealed when they are written and opened when they are loaded, by the session itself:
code that works with ``Answer.value`` needs no thought of it, and for somebody who isn't named the value is simply
not there. Readings are taken apart by ``split_reading`` and put together by ``whole_reading``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import event, select
from sqlalchemy.orm import Session, attributes, object_session

from forms.dictionary import extra_sensitive
from forms.values import empty
from records.columns import canonical_json
from records.errors import StoreDamaged
from records.tables import Answer, AnswerEvent

SEALER = "sealer"  # in ``Session.info``
UNREAD = "sealed"  # reason of a field whose reading the one at work can't open


class Sealer(Protocol):
    """What a store offers."""

    def seal(self, content: bytes, context: str) -> bytes: ...

    def open_sealed(self, sealed: bytes, context: str) -> bytes | None: ...


def hidden(answer: Answer) -> bool:
    """Is there something sealed here that the one at work can't open?"""
    there = answer.sealed is not None or UNREAD in (answer.reasons or ())
    return there and empty(answer.value) and not answer.text and not getattr(answer, "_opened", False)


# -- readings ---------------------------------------------------------------------------------------------------------

# of a field of a reading only where it stands is open
OPEN = ("key", "box_px", "view_box_px", "source")


def split_reading(sealer: Sealer, reading_id: str, plain: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """A page's reading as JSON without what is extra-sensitive, and that, sealed (None where there is none)."""
    secret = {f["key"]: f for f in plain["fields"] if f["key"] in extra_sensitive()}
    if not secret:
        return dict(plain), None
    fields = [_emptied(f) if f["key"] in secret else f for f in plain["fields"]]
    return {**plain, "fields": fields}, sealer.seal(canonical_json(secret).encode(), f"readings/{reading_id}")


def _emptied(field: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: field[name] for name in OPEN}
    nothing: Any = [] if isinstance(field["value"], list) else None
    return {
        **kept,
        "raw": "",
        "text": "",
        "value": nothing,
        "confidence": 0.0,
        "candidates": [],
        "reasons": [UNREAD],
        "evidence": {},
        "doubts": [],
        "option_view_boxes": field["option_view_boxes"],
    }


def whole_reading(sealer: Sealer, reading_id: str, plain: dict[str, Any], sealed: bytes | None) -> dict[str, Any]:
    """The reading with what was sealed, for somebody who may open it; as it is for others."""
    opened = None if sealed is None else sealer.open_sealed(sealed, f"readings/{reading_id}")
    if opened is None:
        return plain
    secret = json.loads(opened)
    return {**plain, "fields": [secret.get(f["key"], f) for f in plain["fields"]]}


# -- frozen rows of batches -------------------------------------------------------------------------------------------


def close_fields(sealer: Sealer, context: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by key with the extra-sensitive ones under ``""``, sealed, as base64."""
    secret = {key: value for key, value in fields.items() if key in extra_sensitive()}
    kept = {key: value for key, value in fields.items() if key not in secret}
    if secret:
        sealed = sealer.seal(canonical_json(secret).encode(), context)
        kept[""] = base64.b64encode(sealed).decode("ascii")
    return kept


def open_fields(sealer: Sealer, context: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """All fields again; None for somebody who may not open them."""
    kept = dict(fields)
    sealed = kept.pop("", None)
    if sealed is None:
        return kept
    opened = sealer.open_sealed(base64.b64decode(sealed), context)
    return None if opened is None else {**kept, **json.loads(opened)}


# -- answers and their history ----------------------------------------------------------------------------------------


def _sealer(row: Answer | AnswerEvent) -> Sealer | None:
    session = object_session(row)
    return None if session is None else session.info.get(SEALER)


def _answer_place(row: Answer) -> str:
    return f"answers/{row.registration_id}/{row.key}"


def _touched(row: Answer | AnswerEvent, *names: str) -> bool:
    return any(attributes.get_history(row, name).has_changes() for name in names)


def _close_answer(_mapper: object, _connection: object, row: Answer) -> None:
    sealer = _sealer(row)
    if sealer is None or row.key not in extra_sensitive():
        return
    if empty(row.value) and not row.text:
        if _touched(row, "value", "text") and row.sealed is not None:
            row.sealed = None  # somebody says that the field is blank
        return
    clear = (row.value, row.text)
    row.sealed = sealer.seal(canonical_json(clear).encode(), _answer_place(row))
    row.value, row.text = None, ""
    row._clear = clear  # type: ignore[attr-defined]  # until the row is written


def _reopen_answer(_mapper: object, _connection: object, row: Answer) -> None:
    clear = row.__dict__.pop("_clear", None)
    if clear is not None:
        attributes.set_committed_value(row, "value", clear[0])
        attributes.set_committed_value(row, "text", clear[1])
        row._opened = True  # type: ignore[attr-defined]  # for ``hidden``


def _open_answer(row: Answer, *_context: object) -> None:
    sealer = _sealer(row)
    if sealer is None or row.sealed is None:
        return
    opened = sealer.open_sealed(row.sealed, _answer_place(row))
    if opened is not None:
        value, text = _pair(opened)
        attributes.set_committed_value(row, "value", value)
        attributes.set_committed_value(row, "text", text)
        row._opened = True  # type: ignore[attr-defined]  # for ``hidden``


def close_open_answers(session: Session) -> None:
    """Extra-sensitive values that stand in the open (an older program's, or put there past it) are sealed."""
    standing = select(Answer).where(Answer.key.in_(extra_sensitive()), Answer.sealed.is_(None))
    for row in session.scalars(standing):
        if not empty(row.value) or row.text:
            attributes.flag_modified(row, "value")  # so that it is written, and sealed with that
    session.flush()


def _close_event(_mapper: object, _connection: object, row: AnswerEvent) -> None:
    sealer = _sealer(row)
    if sealer is None or row.key not in extra_sensitive() or (empty(row.from_value) and empty(row.to_value)):
        return
    clear = (row.from_value, row.to_value)
    row.sealed = sealer.seal(canonical_json(clear).encode(), f"answer_events/{row.id}")
    row.from_value = row.to_value = None
    row._clear = clear  # type: ignore[attr-defined]  # until the row is written


def _reopen_event(_mapper: object, _connection: object, row: AnswerEvent) -> None:
    clear = row.__dict__.pop("_clear", None)
    if clear is not None:
        attributes.set_committed_value(row, "from_value", clear[0])
        attributes.set_committed_value(row, "to_value", clear[1])


def _open_event(row: AnswerEvent, *_context: object) -> None:
    sealer = _sealer(row)
    opened = None if sealer is None or row.sealed is None else sealer.open_sealed(row.sealed, f"answer_events/{row.id}")
    if opened is not None:
        before, after = _pair(opened)
        attributes.set_committed_value(row, "from_value", before)
        attributes.set_committed_value(row, "to_value", after)


def _pair(opened: bytes) -> tuple[Any, Any]:
    try:
        one, other = json.loads(opened)
    except ValueError as error:
        raise StoreDamaged("一项加封的内容已损坏，其他内容不受影响。请从备份恢复，或重新录入这一项。") from error
    return one, other


def listen() -> None:
    """Once per process: the session seals and opens by itself."""
    for kind, close, reopen, opened in (
        (Answer, _close_answer, _reopen_answer, _open_answer),
        (AnswerEvent, _close_event, _reopen_event, _open_event),
    ):
        event.listen(kind, "before_insert", close)
        event.listen(kind, "before_update", close)
        event.listen(kind, "after_insert", reopen)
        event.listen(kind, "after_update", reopen)
        event.listen(kind, "load", opened)
        event.listen(kind, "refresh", opened)


listen()
