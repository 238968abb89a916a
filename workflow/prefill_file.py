"""Values for prefilled forms as JSON files: what ``form blank --prefill`` prints and ``read --prefilled`` knows.

``--prefill``: one object of field keys and values, or a list of such objects, a copy each. ``--prefilled``: an object
of serials, each with such an object. Values in the public shape (ISO dates, option codes as a list, an address as
``{"division", "detail"}``); what an office would write (2015年3月5日, 男) is understood as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms.dictionary import load_dictionary
from forms.form_file import Form, FormError, FormField
from forms.kinds import JsonValue, Kind
from forms.prefill import is_prefilled
from forms.values import FieldError, empty, format_value, parse


def copies(path: Path, form: Form) -> list[dict[str, JsonValue]]:
    """The values of every copy. Raises FormError with a sentence that names the copy and the field."""
    raw = _load(path)
    every = raw if isinstance(raw, list) else [raw]
    if not every:
        raise FormError(f"“{path.name}”里一份内容也没有，没有印出。")
    return [_values(each, f"“{path.name}”第 {number} 份", form) for number, each in enumerate(every, start=1)]


def by_serial(path: Path) -> dict[str, dict[str, JsonValue]]:
    """Serial -> values, of forms that were printed before. Raises FormError."""
    raw = _load(path)
    if not isinstance(raw, dict) or not all(is_prefilled(serial) for serial in raw):
        raise FormError(f"“{path.name}”应写成 编号：内容 的形式，预填表的编号以 U 开头。请检查后再试。")
    return {serial: _values(each, f"“{path.name}”里编号 {serial} ", None) for serial, each in raw.items()}


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormError(f"“{path.name}”打不开，请检查它是否还在。") from error
    except (ValueError, RecursionError) as error:
        raise FormError(f"“{path.name}”不是 JSON 文件，什么也没有做。请重新导出后再试。") from error


def _values(raw: Any, where: str, form: Form | None) -> dict[str, JsonValue]:
    if not isinstance(raw, Mapping):
        raise FormError(f"{where}不是 栏目：内容 的形式，什么也没有做。")
    values: dict[str, JsonValue] = {}
    for key, value in raw.items():
        field = form.by_key.get(key) if form else None
        kind = field.kind if field else _kind(key)
        if kind is None or (form is not None and field is None):
            raise FormError(f"{where}里的“{key}”不是这种表格的栏目，什么也没有做。用 form show 看有哪些栏目。")
        try:
            values[key] = _value(kind, value, field, key)
        except FieldError as problem:
            raise FormError(f"{where}里“{key}”的内容不对：{problem.sentence}") from problem
    return values


def _kind(key: str) -> Kind | None:
    definition = load_dictionary().fields.get(key)
    return definition.kind if definition else None


def _value(kind: Kind, value: JsonValue, field: FormField | None, key: str) -> JsonValue:
    """The value, checked by writing it out and reading it back, as a person's entry would be."""
    if empty(value):
        return None
    definition = load_dictionary().fields.get(key)
    table = definition.code_table if definition else None
    fits = {Kind.CHOICE: list, Kind.ADDRESS: dict, Kind.NUMBER: int}
    if isinstance(value, fits.get(kind, str)):
        try:
            text = format_value(kind, value, field=field, code_table=table)
        except (AttributeError, TypeError, KeyError) as error:
            raise FieldError("写法和栏目的类型不符。") from error
    elif isinstance(value, str):
        text = value
    else:
        raise FieldError("写法和栏目的类型不符。")
    return parse(kind, text, field=field, code_table=table)
