"""From questions on pages to fields of a form: key, kind, options and their codes, each with how sure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.form_file import FormOption
from forms.kinds import Kind
from forms.labels import LabelMatch, kind_of, match_label, option_codes, plain, says_several, shown, subject_of
from forms.proposal import Proposal, ProposedField, ProposedPage, free_key, own_key
from ocr.learning.asked import BLANK_DPI, LearnedPage, Question

_SPOKEN = {"father": "父亲", "mother": "母亲", "caregiver": "监护人"}
"""Subjects that go on speaking in the rows below, with a word that names them."""
_COMBS = {18: Kind.ID_NUMBER, 11: Kind.PHONE, 8: Kind.DATE, 6: Kind.MONTH}


def propose(pages: Sequence[LearnedPage], form_id: str, title: str = "") -> Proposal:
    """The proposal of a blank's pages: what a person then looks through, or what is saved as it is."""
    told = title or next((p.title for p in pages if p.title), "")
    fields = fields_of([p.questions for p in pages], form_id)
    shown_pages = tuple(ProposedPage(p.width_mm, p.height_mm, p.blank, BLANK_DPI, p.cells, p.qr) for p in pages)
    return Proposal(form_id, told or form_id, shown_pages, fields)


def fields_of(pages: Sequence[Sequence[Question]], form_id: str) -> tuple[ProposedField, ...]:
    """The fields of a form, page by page in reading order, keys unique."""
    matched = _matched([(number, q) for number, page in enumerate(pages, start=1) for q in page])
    found: list[ProposedField | None] = [None] * len(matched)
    taken: list[str] = []
    # the surest claim to a key has it, others of the same name are its repeats
    for n in sorted(range(len(matched)), key=lambda n: (-matched[n][2].confidence, n)):
        number, question, match = matched[n]
        if match.key is not None:
            field = _known(number, question, match)
            found[n] = replace(field, key=free_key(field.key, taken))
            taken.append(free_key(field.key, taken))
    for n, (number, question, match) in enumerate(matched):
        if found[n] is None:
            key = own_key(form_id, taken)
            taken.append(key)
            found[n] = _own(number, question, match, key)
    return tuple(f for f in found if f is not None)


def _matched(asked: Sequence[tuple[int, Question]]) -> list[tuple[int, Question, LabelMatch]]:
    """Each question with its match. Who was spoken of last counts for what only makes sense of them.

    A row 工作单位 after the father's, or a second 联系电话 once the child has one, is the father's.
    """
    done: list[tuple[int, Question, LabelMatch]] = []
    speaking: str | None = None
    section: str | None = None
    taken: set[str] = set()
    for number, question in asked:
        match = _match(question)
        here = question.contexts[-1] if question.contexts else None
        if here != section:
            speaking, section = None, here
        vague = match.key is None or (match.key.startswith("child_") and match.key in taken)
        if speaking and vague and match.subject is None and not question.asked.own:
            again = match_label(
                question.label, (*question.contexts, speaking), [o.label for o in question.asked.options]
            )
            if again.key is not None and again.key not in taken:
                match = _fitting(question, again)
        if match.key is not None:
            taken.add(match.key)
        named = _SPOKEN.get(match.subject or "") or next(
            (w for s, w in _SPOKEN.items() if (match.key or "").startswith(f"{s}_")), None
        )
        if named or (match.key or "").startswith("child_"):
            speaking = named
        done.append((number, question, match))
    return done


def _match(question: Question) -> LabelMatch:
    options = [o.label for o in question.asked.options]
    if question.asked.own:
        kind, sure = kind_of(question.label)
        return LabelMatch(None, kind, 0.0, sure)
    match = match_label(question.label, question.contexts, options, question.row)
    if match.key is None:
        match = _by_hint(question) or match
    return _fitting(question, match)


def _by_hint(question: Question) -> LabelMatch | None:
    hint = question.asked.hint
    if re.search(r"年\D*月\D*日", hint):
        return LabelMatch(None, Kind.DATE, 0.0, 0.95)
    if re.search(r"年\D*月", hint):
        return LabelMatch(None, Kind.MONTH, 0.0, 0.9)
    if re.search(r"(?:省|市|县|区).*(?:乡|镇|街道)", hint):
        return LabelMatch(None, Kind.ADDRESS, 0.0, 0.8)
    return None


def _fitting(question: Question, match: LabelMatch) -> LabelMatch:
    """The match, unless what is printed in the place contradicts it."""
    if match.key is None:
        return match
    definition = load_dictionary().fields[match.key]
    options = [o.label for o in question.asked.options]
    if options and definition.kind is not Kind.CHOICE:
        _, share = option_codes(match.key, options)
        if definition.kind is not Kind.CODE or share < 1.0:
            return LabelMatch(None, Kind.CHOICE, 0.0, 0.95, match.subject)
    if not options and definition.kind is Kind.CHOICE and definition.code_table == "informed":
        return LabelMatch(None, *kind_of(question.label), match.confidence, match.subject)
    if (
        definition.kind is Kind.DATE
        and re.fullmatch(r"\D*年\D*月\D*", question.asked.hint)
        and "日" not in question.asked.hint
    ):
        return replace(match, kind_confidence=0.7)
    return match


def _known(page: int, question: Question, match: LabelMatch) -> ProposedField:
    assert match.key is not None
    definition = load_dictionary().fields[match.key]
    asked = question.asked
    labels = [o.label for o in asked.options]
    codes, share = option_codes(match.key, labels)
    codes, labels = _told_apart(match.key, codes, labels)
    options = tuple(FormOption(c, t, o.box) for c, t, o in zip(codes, labels, asked.options, strict=True))
    sure = (
        match.confidence
        if not options or definition.kind is not Kind.CHOICE
        else match.confidence * (0.6 + 0.4 * share)
    )
    several = definition.kind is Kind.CHOICE and (definition.multiple or _several(question))
    return ProposedField(
        match.key,
        _label(question, match),
        definition.kind,
        page,
        asked.box,
        asked.cells,
        several,
        options,
        round(sure, 3),
        round(match.kind_confidence, 3),
        question.contexts,
    )


def _told_apart(key: str, codes: list[str], labels: list[str]) -> tuple[list[str], list[str]]:
    """Options whose words couldn't be read get what the table leaves: of 是 and an unread sign the second is 否."""
    definition = load_dictionary().fields[key]
    if definition.code_table is None or not codes:
        return codes, labels
    entries = code_table(definition.code_table).entries
    missing = [e for e in entries if e.code not in codes]
    unread = [n for n, label in enumerate(labels) if not label]
    if len(codes) == len(entries) and len(unread) == len(missing) == 1:
        codes[unread[0]], labels[unread[0]] = missing[0].code, missing[0].label
    return codes, [label or f"选项{n}" for n, label in enumerate(labels, start=1)]


def _several(question: Question) -> bool:
    return (
        says_several(question.label)
        or says_several(question.asked.hint)
        or any(says_several(c) for c in question.contexts)
    )


def _own(page: int, question: Question, match: LabelMatch, key: str) -> ProposedField:
    asked = question.asked
    kind, sure = match.kind, match.kind_confidence
    if asked.options:
        kind, sure = Kind.CHOICE, 0.95
    elif kind in (Kind.CHOICE, Kind.CODE):
        kind, sure = Kind.TEXT, 0.5  # what may be written is in no table that this key has
    elif kind is Kind.TEXT and len(asked.cells) in _COMBS:
        kind, sure = _COMBS[len(asked.cells)], 0.8
    elif kind is Kind.DIVISION:
        kind = Kind.ADDRESS
    options = tuple(FormOption(str(n), o.label or f"选项{n}", o.box) for n, o in enumerate(asked.options, start=1))
    several = bool(options) and _several(question)
    label = _label(question, match)
    contexts = question.contexts
    return ProposedField(
        key, label, kind, page, asked.box, asked.cells, several, options, 0.3, round(sure, 3), contexts
    )


def _label(question: Question, match: LabelMatch) -> str:
    """The printed label; whose it is before it, where only the block says so."""
    label = shown(question.label)
    if match.key is not None:
        definition = load_dictionary().fields[match.key]
        own = subject_of(label) if label else None
        if not label or (match.subject not in (None, "child") and own is None and label not in definition.label):
            return definition.label
        if match.subject not in (None, "child") and own is None:
            return definition.label
        return label
    if not label and question.contexts:
        return plain(question.contexts[0])
    nearest = next((c for c in question.contexts if subject_of(c) is not None), None)
    if nearest is not None and subject_of(label) is None and plain(nearest) not in label:
        return f"{plain(nearest)}{label}"
    return label or "未命名"
