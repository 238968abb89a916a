"""A form as learned so far: everything proposed, each piece to be corrected, and at last a form.

Plain data, no pictures are worked on here: a screen that shows the blank and lets cells be drawn, split, merged and
named keeps one ``Proposal`` and replaces it with what these functions return. Boxes are in millimetres of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from forms.dictionary import load_dictionary
from forms.form_file import Box, Form, FormError, FormField, FormOption, FormPage, Purpose
from forms.kinds import Kind
from forms.labels import kind_of, option_codes, plain

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
SURE = 0.85
"""Confidence of a key or a kind below which a person is asked to look."""
SMALLEST = 1.5
"""Millimetres: nothing smaller is a place to fill in."""


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A field with how sure its key and its kind are (0..1). ``contexts``: headings around it, nearest first.

    ``required`` is for keys of the form's own: of the dictionary's the dictionary says it.
    """

    key: str
    label: str
    kind: Kind
    page: int
    box: Box
    cells: tuple[Box, ...] = ()
    multiple: bool = False
    options: tuple[FormOption, ...] = ()
    key_confidence: float = 0.0
    kind_confidence: float = 0.0
    contexts: tuple[str, ...] = ()
    required: bool = False

    @property
    def sure(self) -> bool:
        """Nobody has to look at it."""
        return self.key_confidence >= SURE


@dataclass(frozen=True, slots=True)
class ProposedPage:
    """One side of the blank: its size, its picture (PNG at ``blank_dpi``), and every cell that was found on it."""

    width_mm: float
    height_mm: float
    blank: bytes
    blank_dpi: int
    cells: tuple[Box, ...] = ()
    qr: Box | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What ``propose`` found. ``form_id`` is the id that keys of its own carry."""

    form_id: str
    title: str
    pages: tuple[ProposedPage, ...]
    fields: tuple[ProposedField, ...]
    purpose: Purpose = Purpose.REGISTRATION

    def field(self, key: str) -> ProposedField:
        """The field with this key. Raises KeyError."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    def as_form(self, version: str, title: str | None = None) -> Form:
        """The form. Raises FormError where it has no fields or a key twice."""
        if not self.fields:
            raise FormError("这份空白表里没有找到可以填写的栏目，没有保存。请换一份清楚的空白表，或改用 PDF。")
        keys = [f.key for f in self.fields]
        if len(set(keys)) != len(keys):
            raise FormError("有两个栏目用了同一个键名，没有保存。请改掉其中一个。")
        pages = tuple(
            FormPage(p.width_mm, p.height_mm, qr=p.qr, blank=p.blank, blank_dpi=p.blank_dpi) for p in self.pages
        )
        fields = tuple(
            FormField(f.key, f.label, f.kind, f.page, f.box, f.cells, f.multiple, f.options, f.required)
            for f in self.fields
        )
        return Form(self.form_id, version, title or self.title, pages, fields, self.purpose)


def of_form(form: Form) -> Proposal:
    """A form that is known already, to be corrected into its next version: a person has looked at all of it."""
    pages = tuple(ProposedPage(p.width_mm, p.height_mm, p.blank, p.blank_dpi, qr=p.qr) for p in form.pages)
    fields = tuple(
        ProposedField(f.key, f.label, f.kind, f.page, f.box, f.cells, f.multiple, f.options, 1.0, 1.0, (), f.required)
        for f in form.fields
    )
    return Proposal(form.id, form.title, pages, fields, form.purpose)


def own_key(form_id: str, taken: Iterable[str]) -> str:
    """The next free key of the form's own, ``x_<form>_<n>``: for what the dictionary has no word for."""
    slug = re.sub(r"[^a-z0-9]+", "_", form_id.lower()).strip("_") or "form"
    used = set(taken)
    n = 1
    while f"x_{slug}_{n}" in used:
        n += 1
    return f"x_{slug}_{n}"


def of_id(proposal: Proposal, form_id: str) -> Proposal:
    """The proposal for a form of this id: keys of its own carry it, counted anew in their order."""
    known = load_dictionary().fields
    fields: list[ProposedField] = []
    for field in proposal.fields:
        own = field.key.startswith("x_") and field.key not in known
        key = own_key(form_id, (f.key for f in fields)) if own else field.key
        fields.append(replace(field, key=key))
    return replace(proposal, form_id=form_id, fields=tuple(fields))


def free_key(key: str, taken: Iterable[str]) -> str:
    """``key``, or with ``_2``, ``_3``, ... where a field has it already."""
    used = set(taken)
    if key not in used:
        return key
    n = 2
    while f"{key}_{n}" in used:
        n += 1
    return f"{key}_{n}"


# -- corrections ------------------------------------------------------------------------------------------------------


def named(proposal: Proposal, key: str, new_key: str) -> Proposal:
    """The field under another key, with the kind that this key has in the dictionary.

    Raises KeyError for an unknown field, FormError for a key that is taken or isn't one.
    """
    field = proposal.field(key)
    if not _KEY.fullmatch(new_key):
        raise FormError("键名只能用小写字母、数字和下划线，并以字母开头。")
    if new_key != key and any(f.key == new_key for f in proposal.fields):
        raise FormError("已有栏目用了这个键名。")
    definition = load_dictionary().fields.get(new_key)
    kind = definition.kind if definition else field.kind
    codes, _ = option_codes(new_key if definition else None, [o.label for o in field.options])
    options = tuple(replace(o, code=code) for o, code in zip(field.options, codes, strict=True))
    several = definition.multiple if definition else field.multiple
    changed = replace(
        field, key=new_key, kind=kind, options=options, multiple=several, key_confidence=1.0, kind_confidence=1.0
    )
    return _replaced(proposal, key, [changed])


def looked_at(proposal: Proposal, key: str) -> Proposal:
    """A person has seen the field and leaves it as it is."""
    return _replaced(proposal, key, [replace(proposal.field(key), key_confidence=1.0, kind_confidence=1.0)])


def made_own(proposal: Proposal, key: str) -> Proposal:
    """The field under a key of the form's own: what the dictionary means by its key isn't what stands here."""
    if key not in load_dictionary().fields:
        return proposal
    field = proposal.field(key)
    new = own_key(proposal.form_id, (f.key for f in proposal.fields))
    kind = field.kind if field.kind not in (Kind.CODE, Kind.DIVISION) else Kind.TEXT  # their tables belong to the key
    kind = Kind.CHOICE if field.options else Kind.TEXT if kind is Kind.CHOICE else kind
    options = tuple(replace(o, code=str(n)) for n, o in enumerate(field.options, start=1))
    own = replace(field, key=new, kind=kind, options=options, key_confidence=1.0, kind_confidence=1.0)
    return _replaced(proposal, key, [own])


def relabelled(proposal: Proposal, key: str, label: str) -> Proposal:
    """The field with another label; its key stays. Raises FormError for an empty one."""
    if not label.strip():
        raise FormError("名称不能空着。表上没有印名称的，写它是做什么的。")
    return _replaced(proposal, key, [replace(proposal.field(key), label=label.strip())])


def needed(proposal: Proposal, key: str, required: bool) -> Proposal:
    """A field of the form's own has to be filled in, or not. Raises FormError for a key of the dictionary."""
    if key in load_dictionary().fields:
        raise FormError("这个栏目什么时候必填由字典规定，不用在这里设。")
    return _replaced(proposal, key, [replace(proposal.field(key), required=required)])


def several(proposal: Proposal, key: str, multiple: bool) -> Proposal:
    """One option may be ticked, or several."""
    return _replaced(proposal, key, [replace(proposal.field(key), multiple=multiple)])


def of_kind(proposal: Proposal, key: str, kind: Kind) -> Proposal:
    """A field of the form's own with another kind. Raises FormError for a key of the dictionary: its kind is fixed."""
    if key in load_dictionary().fields:
        raise FormError("这个栏目的类型由字典规定，不能改。请先改它的键名。")
    field = proposal.field(key)
    options = field.options if kind is Kind.CHOICE else ()
    return _replaced(proposal, key, [replace(field, kind=kind, options=options, kind_confidence=1.0)])


def placed(proposal: Proposal, key: str, box: Box) -> Proposal:
    """The field at another place, on its page; boxes for single characters outside it are dropped."""
    field = proposal.field(key)
    box = on_page(proposal.pages[field.page - 1], box)
    cells = tuple(c for c in field.cells if _inside(box, c))
    return _replaced(proposal, key, [replace(field, box=box, cells=cells)])


def drawn(proposal: Proposal, page: int, box: Box, label: str = "") -> Proposal:
    """A new field where none was found; its label says its kind, its key is the form's own until it is named."""
    kind, sure = kind_of(label) if label else (Kind.TEXT, 0.5)
    box = on_page(proposal.pages[page - 1], box)
    key = own_key(proposal.form_id, (f.key for f in proposal.fields))
    new = ProposedField(key, plain(label) or "未命名", kind, page, box, kind_confidence=sure)
    return replace(proposal, fields=_ordered([*proposal.fields, new]))


def on_page(page: ProposedPage, box: Box) -> Box:
    """The part of a box that lies on the page. Raises FormError where hardly any of it does."""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(page.width_mm, box.right), min(page.height_mm, box.bottom)
    if right - left < SMALLEST or bottom - top < SMALLEST:
        raise FormError("格子太小，或不在页上，没有改。请画得大一些。")
    return Box(left, top, right - left, bottom - top)


def free_cells(proposal: Proposal, page: int) -> tuple[Box, ...]:
    """Cells found on the page that no field stands in: what was printed there, or what was overlooked."""
    taken = [f.box for f in proposal.fields if f.page == page]
    return tuple(c for c in proposal.pages[page - 1].cells if not any(_inside(c, b) or _inside(b, c) for b in taken))


def removed(proposal: Proposal, key: str) -> Proposal:
    """Without a field that isn't one."""
    proposal.field(key)
    return _replaced(proposal, key, [])


def split(proposal: Proposal, key: str, at_mm: float, *, across: bool = False) -> Proposal:
    """One field cut in two at x = ``at_mm`` (``across``: at y); the second part gets a key of its own.

    Raises FormError where the cut lies outside.
    """
    field = proposal.field(key)
    box = field.box
    start, length = (box.y, box.h) if across else (box.x, box.w)
    if not start + 0.5 < at_mm < start + length - 0.5:
        raise FormError("分割线要在格子里面。")
    if across:
        one, two = Box(box.x, box.y, box.w, at_mm - box.y), Box(box.x, at_mm, box.w, box.bottom - at_mm)
    else:
        one, two = Box(box.x, box.y, at_mm - box.x, box.h), Box(at_mm, box.y, box.right - at_mm, box.h)
    parts = []
    for part, part_key in ((one, key), (two, own_key(proposal.form_id, (f.key for f in proposal.fields)))):
        cells = tuple(c for c in field.cells if _inside(part, c))
        options = tuple(o for o in field.options if _inside(part, o.box))
        parts.append(replace(field, key=part_key, box=part, cells=cells, options=options))
    return _replaced(proposal, key, parts)


def merged(proposal: Proposal, keys: Sequence[str]) -> Proposal:
    """Several fields of one page as one, under the key, label and kind of the first.

    Raises FormError for fewer than two fields or fields of different pages.
    """
    fields = [proposal.field(key) for key in keys]
    if len(fields) < 2 or len({f.page for f in fields}) != 1:
        raise FormError("合并要选同一页上的两个以上栏目。")
    left, top = min(f.box.x for f in fields), min(f.box.y for f in fields)
    right, bottom = max(f.box.right for f in fields), max(f.box.bottom for f in fields)
    options = tuple(o for f in fields for o in f.options)
    if len({o.code for o in options}) != len(options):
        known = keys[0] if keys[0] in load_dictionary().fields else None
        codes = option_codes(known, [o.label for o in options])[0]
        options = tuple(replace(o, code=code) for o, code in zip(options, codes, strict=True))
    whole = replace(
        fields[0],
        box=Box(left, top, right - left, bottom - top),
        cells=tuple(c for f in fields for c in f.cells),
        options=options,
    )
    rest = [f for f in proposal.fields if f.key not in keys]
    return replace(proposal, fields=_ordered([*rest, whole]))


def with_options(proposal: Proposal, key: str, options: Sequence[tuple[str, Box]], *, multiple: bool) -> Proposal:
    """The field as a choice of tick boxes (label, box); codes come from the key's code table, else ordinals."""
    field = proposal.field(key)
    definition = load_dictionary().fields.get(key)
    codes, _ = option_codes(key if definition else None, [label for label, _ in options])
    page = proposal.pages[field.page - 1]
    made = tuple(FormOption(code, label, on_page(page, box)) for code, (label, box) in zip(codes, options, strict=True))
    kind = definition.kind if definition else Kind.CHOICE if made else Kind.TEXT
    return _replaced(proposal, key, [replace(field, kind=kind, options=made, multiple=multiple)])


def _replaced(proposal: Proposal, key: str, fields: Sequence[ProposedField]) -> Proposal:
    kept: list[ProposedField] = []
    for field in proposal.fields:
        kept.extend(fields if field.key == key else [field])
    return replace(proposal, fields=tuple(kept))


def _ordered(fields: Iterable[ProposedField]) -> tuple[ProposedField, ...]:
    return tuple(sorted(fields, key=lambda f: (f.page, round(f.box.y / 3), f.box.x)))


def _inside(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.w / 2, inner.y + inner.h / 2
    return outer.x <= x <= outer.right and outer.y <= y <= outer.bottom
