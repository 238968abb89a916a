"""What is extra-sensitive (侵害、心理、疾病: ``sensitivity = "extra"`` in the dictionary) never stands open in a row.

Answers and their history are sealed when they are written and opened when they are loaded, by the session itself:
code that works with ``Answer.value`` needs no thought of it, and for somebody who isn't named the value is simply
not there. Readings are taken apart by ``split_reading`` and put together by ``whole_reading``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.orm import InstanceState, Session, attributes, object_session

from forms.dictionary import extra_sensitive
from forms.labels import BY_SUBJECT, match_label
from forms.values import empty
from records.columns import canonical_json
from records.errors import StoreDamaged
from records.tables import Answer, AnswerEvent

SEALER = "sealer"  # in ``Session.info``
UNREAD = "sealed"  # reason of a field whose reading the one at work can't open
NOTED = "（加封）"  # stands in a note's column where there is one, sealed with the value
LINES = ""  # among what is sealed of a reading: the lines of text, where no form says what stands where
LONGEST_LABEL = 16


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


def shows_secret(form: str | None, keys: Collection[str], lines: Collection[str]) -> bool:
    """Does a page show what only named persons see? Of a page of unknown form (None) a label alone says so.

    There a value may stand anywhere around its label, or be a tick that nobody read.
    """
    if not extra_sensitive().isdisjoint(keys):
        return True
    return form is None and any(_asks(line) for line in lines)


def _asks(line: str) -> bool:
    """Is it, or does it begin with, the label of something extra-sensitive?"""
    label = line.replace("：", ":").split(":")[0].strip()
    if not 2 <= len(label) <= LONGEST_LABEL:
        return False
    match = match_label(label)
    return match.key in extra_sensitive() and match.confidence >= BY_SUBJECT


def split_reading(sealer: Sealer, reading_id: str, plain: Mapping[str, Any]) -> tuple[dict[str, Any], bytes | None]:
    """A page's reading as JSON without what is extra-sensitive, and that, sealed (None where there is none)."""
    lines = plain["lines"] if plain["form"] is None else []
    keys = [f["key"] for f in plain["fields"]]
    if not shows_secret(plain["form"], keys, [line["text"] for line in lines]):
        return dict(plain), None
    secret: dict[str, Any] = {f["key"]: f for f in plain["fields"] if f["key"] in extra_sensitive()}
    kept = {**plain, "fields": [_emptied(f) if f["key"] in secret else f for f in plain["fields"]]}
    if lines:
        secret[LINES], kept["lines"] = lines, []
    return kept, sealer.seal(canonical_json(secret).encode(), f"readings/{reading_id}")


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
    lines = secret.pop(LINES, plain["lines"])
    return {**plain, "lines": lines, "fields": [secret.get(f["key"], f) for f in plain["fields"]]}


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


def _place(registration_id: str, key: str) -> str:
    return f"answers/{registration_id}/{key}"


def _touched(row: Answer | AnswerEvent, *names: str) -> bool:
    return any(attributes.get_history(row, name).has_changes() for name in names)


def _close_answer(_mapper: object, _connection: object, row: Answer) -> None:
    sealer = _sealer(row)
    if sealer is None or row.key not in extra_sensitive():
        return
    note = "" if row.note in (None, NOTED) else row.note
    if empty(row.value) and not row.text and not note:
        if _touched(row, "value", "text", "note") and row.sealed is not None:
            row.sealed = None  # somebody says that the field is blank
        return
    clear = {"value": row.value, "text": row.text, "note": note}
    row.sealed = sealer.seal(canonical_json(list(clear.values())).encode(), _place(row.registration_id, row.key))
    row.value, row.text, row.note = None, "", _noted(note)
    row._clear = clear  # type: ignore[attr-defined]  # until the row is written


def _noted(note: str) -> str:
    return NOTED if note else ""


def _reopen(_mapper: object, _connection: object, row: Answer | AnswerEvent) -> None:
    clear = row.__dict__.pop("_clear", None)
    if clear is not None:
        _show(row, clear)


def _show(row: Answer | AnswerEvent, clear: Mapping[str, Any]) -> None:
    for name, value in clear.items():
        attributes.set_committed_value(row, name, value)
    row._opened = True  # type: ignore[union-attr]  # for ``hidden``


def _open_answer(row: Answer) -> None:
    session = object_session(row)
    opened = None if session is None else opened_answer(session, row.registration_id, row.key, row.sealed)
    if opened is not None:
        _show(row, opened)


def opened_answer(session: Session, registration_id: str, key: str, sealed: bytes | None) -> Mapping[str, Any] | None:
    """What stands sealed in an answer's row: ``value``, ``text`` and ``note``; None if nothing can be opened there."""
    sealer: Sealer | None = session.info.get(SEALER)
    opened = None if sealer is None or sealed is None else sealer.open_sealed(sealed, _place(registration_id, key))
    return None if opened is None else _parts(opened, ("value", "text", "note"))


EVENT_PARTS = ("from_value", "to_value", "from_note", "note")


def _close_event(_mapper: object, _connection: object, row: AnswerEvent) -> None:
    sealer = _sealer(row)
    if sealer is None or row.key not in extra_sensitive():
        return
    clear = {"from_value": row.from_value, "to_value": row.to_value}
    clear |= {name: "" if getattr(row, name) in (None, NOTED) else getattr(row, name) for name in ("from_note", "note")}
    if all(empty(value) for value in clear.values()):
        return
    row.sealed = sealer.seal(canonical_json(list(clear.values())).encode(), f"answer_events/{row.id}")
    row.from_value = row.to_value = None
    row.from_note, row.note = _noted(clear["from_note"]), _noted(clear["note"])
    row._clear = clear  # type: ignore[attr-defined]  # until the row is written


def _open_event(row: AnswerEvent) -> None:
    sealer = _sealer(row)
    opened = None if sealer is None or row.sealed is None else sealer.open_sealed(row.sealed, f"answer_events/{row.id}")
    if opened is not None:
        _show(row, _parts(opened, EVENT_PARTS))


def _parts(opened: bytes, names: tuple[str, ...]) -> dict[str, Any]:
    """What was sealed, by column. (Older programs sealed the first two of them and left the notes open.)"""
    try:
        parts = json.loads(opened)
        return dict(zip(names[: len(parts)], parts, strict=True))
    except (ValueError, TypeError) as error:
        raise StoreDamaged("一项加封的内容已损坏，其他内容不受影响。请从备份恢复，或重新录入这一项。") from error


def _if_sealed(opened: Callable[[Any], None]) -> Callable[..., None]:
    """Nearly no row is sealed, and hundreds of thousands are read: the others cost no more than this look."""

    def read(state: InstanceState[Any], *_context: object) -> None:
        if state.dict.get("sealed", b"") is not None:  # not read is not None
            opened(state.obj())

    return read


def listen() -> None:
    """Once per process: the session seals and opens by itself."""
    for kind, close, opened in ((Answer, _close_answer, _open_answer), (AnswerEvent, _close_event, _open_event)):
        event.listen(kind, "before_insert", close)
        event.listen(kind, "before_update", close)
        event.listen(kind, "after_insert", _reopen)
        event.listen(kind, "after_update", _reopen)
        for moment in ("load", "refresh"):
            event.listen(kind, moment, _if_sealed(opened), raw=True)


listen()
