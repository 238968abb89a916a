"""What a printed label asks for: from its words, and those of the block it stands in, to a key of the dictionary.

Only the dictionary's labels, aliases and subjects decide (``resources/fields.toml``). A label that means nothing to the
dictionary still tells the kind of what is written beside it: 日期 is a date, 电话 a phone number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.kinds import Kind

EXACT, WITHOUT_HINT, BY_SUBJECT, BY_OPTIONS, NEARLY, UNKNOWN = 1.0, 0.95, 0.9, 0.7, 0.6, 0.3
"""Confidences of a match, by how it was found."""

_NUMBERING = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．](?!\d)|[①-⑳]|[*★●■▲※])+")
_HINT = re.compile(r"[(（〔\[【][^()（）〔〕\[\]【】]*[)）〕\]】]")
_SIGNS = re.compile(r"[^\w]|_")
_SIGNED = re.compile(r"签名|签字|签章|盖章|签名或盖章|印章")
_FILLERS = re.compile(r"^(?:请填写|填写|目前|当前|具体|详细|本人)|的|(?:\(必填\))$")
_SAME = (("状况", "情况"), ("家庭住址", "住址"), ("手机号码", "手机号"))

# what a label's words say about the kind, most telling first; the last words of a Chinese label are its noun
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.SIGNATURE, re.compile(r"(?:签名|签字|签章|盖章|指纹|手印)[)）]?$")),
    (Kind.ID_NUMBER, re.compile(r"(?:身份证件?|居民身份证?|公民身份证?)?(?:身份证|身份)(?:号码?|件号码?)$|身份证$")),
    (Kind.PHONE, re.compile(r"(?:电话|手机|联系方式|电话号码|手机号码?|座机|传真)$")),
    (Kind.MONTH, re.compile(r"年月(?!日)$")),
    (Kind.DATE, re.compile(r"(?:日期|时间|年月日|生日|时段)$")),
    (Kind.NUMBER, re.compile(r"(?:年龄|人数|数量|次数|金额|年收入|月收入|人口数?|岁数|身高|体重|天数|个数)$")),
    (Kind.ADDRESS, re.compile(r"(?:地址|住址|居住地|住所|家庭地址)$")),
    (Kind.NAME, re.compile(r"姓名$")),
)
_SEVERAL = re.compile(r"可多选|多选|可复选|可选多项")


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """What a label means. ``key`` None: the dictionary has no word for it. ``subject``: whose it is, as its key tells.

    ``kind`` and ``kind_confidence`` stand also where there is no key; ``confidence`` is that of the key.
    """

    key: str | None
    kind: Kind
    confidence: float
    kind_confidence: float
    subject: str | None = None


def plain(label: str) -> str:
    """A label without spaces, numbering, hints in brackets and the colon behind it, half-width signs for full-width."""
    text = "".join(unicodedata.normalize("NFKC", label).split())
    text = _NUMBERING.sub("", text)
    return _HINT.sub("", text).strip(":*_-—.,、;")


def says_several(text: str) -> bool:
    """Whether a label or hint allows several ticks."""
    return bool(_SEVERAL.search("".join(text.split())))


def shown(label: str) -> str:
    """A label as a field carries it: as printed, in one line, without its number and colon, and without hints.

    Brackets that belong to the name stay: 学校（园）名称.
    """
    text = "".join(label.split())
    whole = _NUMBERING.sub("", text).strip(":：*★")
    return whole if _flat(whole) in _names() and len(whole) <= 24 else plain(label)


def kind_of(label: str) -> tuple[Kind, float]:
    """The kind that a label's words speak for, and how sure that is; text where they say nothing."""
    whole = _flat_signs(label)
    if _SIGNED.search(whole) and "意见" not in whole:
        return Kind.SIGNATURE, 0.9
    text = plain(label)
    for kind, words in _KINDS:
        if words.search(text):
            return kind, 0.85
    return Kind.TEXT, 0.5


def match_label(
    label: str, contexts: Sequence[str] = (), options: Sequence[str] = (), row: Sequence[str] = ()
) -> LabelMatch:
    """The best meaning of ``label``. ``contexts``: headings of the blocks around it, nearest first.

    ``options``: the labels of its tick boxes, which speak for a code table where the label doesn't. ``row``: other
    labels before it in the same row, nearest first, which may say of whom the row speaks.
    """
    found = _match(label, contexts, row)
    told = load_dictionary().fields.get(found.key or "")
    if options and (told is None or found.confidence <= NEARLY or told.kind not in (Kind.CHOICE, Kind.CODE)):
        key = _by_options(options)
        if key is not None and key != found.key:
            return LabelMatch(key, load_dictionary().fields[key].kind, BY_OPTIONS, 0.9, found.subject)
    return found


def option_codes(key: str | None, options: Sequence[str]) -> tuple[list[str], float]:
    """A code for each option's label, and the share that the key's code table knows.

    Labels that it doesn't know, or knows twice, get ordinals: ``x1``, ``x2``, ...
    """
    definition = load_dictionary().fields.get(key or "")
    table = code_table(definition.code_table) if definition and definition.code_table else None
    codes: list[str] = []
    known = 0
    for position, option in enumerate(options, start=1):
        code = (table.find(option) or table.find(plain(option))) if table else None
        if code is None or code in codes:
            codes.append(f"x{position}")
        else:
            codes.append(code)
            known += 1
    return codes, known / len(options) if options else 0.0


def subject_of(text: str) -> str | None:
    """The subject that a heading names, "" for people the dictionary has no keys for, None where it names nobody."""
    flat = _flat(plain(text))
    words = _subject_words()
    if flat in words:
        return words[flat]
    # a heading says more than the subject: 父亲基本信息, 监护人情况, 家庭成员信息
    inside = [word for word in words if len(word) > 1 and word in flat]
    return words[max(inside, key=len)] if inside else None


def nearly(one: str, other: str) -> bool:
    """Whether two labels differ by one character in at least four, as a misread label does."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    return _distance_one(one, other)


# -- matching ---------------------------------------------------------------------------------------------------------


def _match(label: str, contexts: Sequence[str], row: Sequence[str] = ()) -> LabelMatch:
    kind, kind_sure = kind_of(label)
    signed = kind is Kind.SIGNATURE
    whole, bare = _flat(_without_numbering(label)), _flat(plain(label))
    if not bare and not whole:
        return LabelMatch(None, kind, 0.0, kind_sure)
    if signed:
        return _signature(whole, bare, contexts, kind_sure)
    own = _own_subject(bare)
    subject = own[0] if own else _context_subject(contexts)
    if subject is None:
        subject = _row_subject(row)
    direct = _direct(whole, bare)
    if own is None and direct is not None and subject not in (None, "child") and _generic(bare, direct[0], subject):
        return _of_subject(bare, subject or "", kind, kind_sure)
    composed = _composed(bare, [*contexts, *row]) if direct is None or _is_short(bare) else None
    if composed is not None:
        return _known(composed, BY_SUBJECT, subject)
    if direct is not None:
        return _known(*direct, subject)
    if own is not None:
        return _of_subject(own[1], own[0], kind, kind_sure)
    if subject not in (None, "child"):
        return _of_subject(bare, subject or "", kind, kind_sure)
    close = _close(bare)
    return _known(close, NEARLY, subject) if close else LabelMatch(None, kind, 0.0, kind_sure, subject)


def _known(key: str, confidence: float, subject: str | None) -> LabelMatch:
    return LabelMatch(key, load_dictionary().fields[key].kind, confidence, max(confidence, 0.9), subject)


def _direct(whole: str, bare: str) -> tuple[str, float] | None:
    names = _names()
    for text, confidence in ((whole, EXACT), (bare, WITHOUT_HINT), (_core(bare), BY_SUBJECT)):
        if text and text in names:
            return names[text], confidence
    return None


def _signature(whole: str, bare: str, contexts: Sequence[str], kind_sure: float) -> LabelMatch:
    """Signatures by who signs: 填表人（签字） and 填表人签名 are one, and 签字 under 监护人意见."""
    direct = _direct(whole, bare)
    if direct is None:
        signers = _signers()
        base = _SIGNED.sub("", bare) or _SIGNED.sub("", whole)
        bases = [base] if base else [_flat(plain(c)).removesuffix("意见") for c in contexts]
        direct = next(((signers[b], WITHOUT_HINT) for b in bases if b in signers), None)
    if direct is None or (load_dictionary().fields[direct[0]].kind not in (Kind.SIGNATURE, Kind.TEXT)):
        return LabelMatch(None, Kind.SIGNATURE, 0.0, kind_sure)
    return _known(*direct, None)


def _of_subject(attribute: str, subject: str, kind: Kind, kind_sure: float) -> LabelMatch:
    """A general word (姓名, 联系电话) about someone: the dictionary's key for both, if it has one."""
    meaning = _attributes().get((subject, attribute)) or _attributes().get((subject, _core(attribute)))
    if meaning is not None:
        return _known(meaning, BY_SUBJECT, subject)
    general = _attributes().get(("child", attribute)) or _attributes().get(("child", _core(attribute)))
    if general is not None:
        suffix = general.removeprefix("child_")
        key = f"{subject}_{suffix}"
        definition = load_dictionary().fields[general]
        if subject and key in load_dictionary().fields:
            return _known(key, BY_SUBJECT, subject)
        # a table's codes belong to the key: without one only what is written stays
        if definition.kind not in (Kind.CHOICE, Kind.CODE):
            return LabelMatch(None, definition.kind, 0.0, 0.85, subject)
    return LabelMatch(None, kind, 0.0, kind_sure, subject)


def _generic(bare: str, key: str, subject: str | None) -> bool:
    """Whether a label that names ``key`` only says so because nobody else was spoken of."""
    if key.startswith("child_"):
        return True
    if subject == "":
        return key in ("caregiver_relation", "remarks", "form_date", "form_unit", "health_body") or _is_short(bare)
    return (subject, bare) in _attributes() and not key.startswith(f"{subject}_")


def _composed(bare: str, contexts: Sequence[str]) -> str | None:
    """居住证 and 证号 are together 居住证号."""
    names = _names()
    for context in contexts:
        heading = _flat(plain(context))
        for overlap in range(min(len(bare), len(heading), 3), -1, -1):
            joined = heading + bare[overlap:] if heading.endswith(bare[:overlap]) else ""
            if joined and joined != bare and joined in names:
                return names[joined]
    return None


def _is_short(bare: str) -> bool:
    return len(bare) <= 2


def _close(bare: str) -> str | None:
    found = {key for name, key in _names().items() if nearly(bare, name)}
    return found.pop() if len(found) == 1 else None


def _own_subject(bare: str) -> tuple[str, str] | None:
    """The subject that a label begins with, and what is asked about it: 父亲 and 身份证号."""
    words = _subject_words()
    for length in range(min(len(bare) - 1, 8), 0, -1):
        if bare[:length] in words:
            rest = bare[length:].removeprefix("的")
            if len(bare[:length]) > 1 or rest in _general_words():
                return (words[bare[:length]], rest) if rest else None
    return None


def _context_subject(contexts: Iterable[str]) -> str | None:
    return next((s for s in (subject_of(c) for c in contexts) if s is not None), None)


def _row_subject(row: Sequence[str]) -> str | None:
    """Of whom the labels before this one in its row speak: after 父亲姓名 comes his number."""
    for label in row:
        own = _own_subject(_flat(plain(label)))
        if own is not None:
            return own[0]
        whole = _subject_words().get(_flat(plain(label)))
        if whole is not None:
            return whole
    return None


def _by_options(options: Sequence[str]) -> str | None:
    """The one key whose code table holds all these options, if they are telling enough."""
    if len(options) < 2 and not any(len(_flat(o)) >= 8 for o in options):
        return None  # one 是 says nothing; one whole sentence does
    found = []
    for key, definition in load_dictionary().fields.items():
        # what stands on identity papers is on no form that somebody fills in
        if definition.kind is Kind.CHOICE and definition.code_table and definition.block != "identity":
            codes, share = option_codes(key, options)
            if share == 1.0 and len(set(codes)) == len(codes):
                found.append((key, definition.code_table))
    by_label = [
        key
        for key, table in found
        if all(any(_flat(o) == _flat(e.label) for e in code_table(table).entries) for o in options)
    ]
    only = by_label or [key for key, _ in found]
    return only[0] if len(only) == 1 else None


# -- what the dictionary says, ready for looking up -------------------------------------------------------------------


@cache
def _names() -> Mapping[str, str]:
    """Every label and alias, flattened, to its key; labels before aliases, whole before without brackets."""
    found: dict[str, str] = {}
    fields = load_dictionary().fields
    for way in (_flat, lambda name: _flat(plain(name)), lambda name: _core(_flat(plain(name)))):
        for names in ((lambda f: (f.label,)), (lambda f: f.aliases)):
            said: dict[str, set[str]] = {}
            for key, definition in fields.items():
                for name in names(definition):
                    said.setdefault(way(name), set()).add(key)
            for name, keys in said.items():
                # what is the same only without its brackets (无监护能力（父亲）, （母亲）) names neither
                if len(keys) == 1:
                    found.setdefault(name, *keys)
    found.pop("", None)
    return found


@cache
def _signers() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key, definition in load_dictionary().fields.items():
        if definition.kind is Kind.SIGNATURE:
            for name in (definition.label, *definition.aliases):
                found.setdefault(_SIGNED.sub("", _flat(name)), key)
                found.setdefault(_SIGNED.sub("", _flat(plain(name))), key)
    found.pop("", None)
    return found


@cache
def _subject_words() -> Mapping[str, str]:
    return {_flat(word): subject.key for subject in load_dictionary().subjects for word in subject.words}


@cache
def _attributes() -> Mapping[tuple[str, str], str]:
    """Subject and what is asked about it, to the key."""
    found: dict[tuple[str, str], str] = {}
    for key, definition in load_dictionary().fields.items():
        for subject in {s.key for s in load_dictionary().subjects if s.key and key.startswith(f"{s.key}_")}:
            for name in (definition.label, *definition.aliases):
                for attribute in _attributes_of(subject, _flat(plain(name))):
                    found.setdefault((subject, attribute), key)
    return found


def _attributes_of(subject: str, name: str) -> Iterable[str]:
    if subject == "child":
        yield name
        yield _core(name)
    for word, key in _subject_words().items():
        if key == subject and name.startswith(word) and len(name) > len(word):
            yield name[len(word) :].removeprefix("的")


@cache
def _general_words() -> frozenset[str]:
    return frozenset(attribute for subject, attribute in _attributes() if subject in ("child", "father", "caregiver"))


# -- texts ------------------------------------------------------------------------------------------------------------


def _without_numbering(label: str) -> str:
    return _NUMBERING.sub("", "".join(unicodedata.normalize("NFKC", label).split()))


def _flat_signs(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).split()).rstrip(":")


def _flat(text: str) -> str:
    """Only letters, figures and characters: brackets, dots and dashes differ from form to form."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text))


def _core(flat: str) -> str:
    text = _FILLERS.sub("", flat)
    for one, other in _SAME:
        text = text.replace(one, other)
    return text


def _distance_one(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
