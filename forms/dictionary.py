"""The field dictionary: what every key means, on whatever form it stands (``resources/fields.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from forms.catalog import RESOURCES
from forms.kinds import Kind


@dataclass(frozen=True, slots=True)
class Block:
    """A content block of the form, as the notice names them (吉民发〔2024〕34号 二（一）)."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field.

    ``required_when``: "always", "" (never), or ``key=code`` conditions joined by `` | `` (any of them).
    ``validation``: names of rules of ``forms.checks``. ``sensitivity``: personal, sensitive or extra.
    """

    key: str
    label: str
    aliases: tuple[str, ...]
    kind: Kind
    block: str
    code_table: str | None
    multiple: bool
    required_when: str
    validation: tuple[str, ...]
    sensitivity: str
    export_name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom a block of a form speaks. ``key`` begins the keys of its fields; "" for people without such keys."""

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``fields`` by key, in the order of the file; ``blocks`` in the order in which they are shown."""

    fields: Mapping[str, FieldDefinition]
    blocks: tuple[Block, ...]
    subjects: tuple[Subject, ...] = ()


@cache
def load_dictionary() -> Dictionary:
    """The shipped dictionary."""
    with (RESOURCES / "fields.toml").open("rb") as file:
        raw = tomllib.load(file)
    fields = {each["key"]: _definition(each) for f in raw["field"] for each in _repeated(f)}
    blocks = tuple(Block(b["key"], b["label"]) for b in raw["block"])
    subjects = tuple(Subject(s["key"], tuple(s["words"])) for s in raw["subject"])
    return Dictionary(MappingProxyType(fields), blocks, subjects)


def _repeated(raw: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The field itself, or with ``repeats = n`` its n places on a form: ``key_1`` to ``key_n``, without aliases."""
    if "repeats" not in raw:
        yield raw
        return
    for number in range(1, raw["repeats"] + 1):
        own = {name: f"{raw[name]}（{number}）" for name in ("label", "export_name")}
        yield {**raw, **own, "key": f"{raw['key']}_{number}", "aliases": ()}


@cache
def extra_sensitive() -> frozenset[str]:
    """Keys of the fields that only named persons see: 侵害、心理、疾病、监护缺失."""
    return frozenset(key for key, field in load_dictionary().fields.items() if field.sensitivity == "extra")


def _definition(raw: Mapping[str, Any]) -> FieldDefinition:
    return FieldDefinition(
        key=raw["key"],
        label=raw["label"],
        aliases=tuple(raw.get("aliases", ())),
        kind=Kind(raw["kind"]),
        block=raw["block"],
        code_table=raw.get("code_table"),
        multiple=raw.get("multiple", False),
        required_when=raw.get("required_when", ""),
        validation=tuple(raw.get("validation", ())),
        sensitivity=raw["sensitivity"],
        export_name=raw["export_name"],
    )
