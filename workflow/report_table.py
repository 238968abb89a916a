"""Frozen answers as neutral rows: columns from the dictionary, labels for people and codes for machines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exporters.table import Cell, Column, ColumnKind, Table
from forms.dictionary import load_dictionary
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind
from forms.values import empty, format_value

# columns about the paper and the batch; answers follow in the dictionary's order
FIXED = (("archive_number", "档号"), ("registration", "登记号"))
CODED = (Kind.CHOICE, Kind.CODE, Kind.DIVISION, Kind.ADDRESS)
CODE_SUFFIX = "代码"
# a signature says nothing in a table that its presence on paper doesn't
LEFT_OUT = (Kind.SIGNATURE,)


def frozen_row(form: Form, values: Mapping[str, JsonValue], archive_number: str, registration: str) -> dict[str, Any]:
    """What is kept of one registration: text and code per field, as they are now."""
    cells: dict[str, Any] = {"archive_number": archive_number, "registration": registration}
    fields: dict[str, Any] = {}
    for field in form.fields:
        value = values.get(field.key)
        if field.kind in LEFT_OUT or empty(value):
            continue
        fields[field.key] = {"text": text_of(field, value), "code": code_of(value)}
    return {**cells, "fields": fields, "form": [form.id, form.version]}


def text_of(field: FormField, value: JsonValue) -> str:
    """A value as an office writes it in a table: labels, whole place names, ISO dates."""
    table = load_dictionary().fields.get(field.key)
    name = None if table is None else table.code_table
    full = field.kind not in (Kind.DATE, Kind.MONTH)
    return format_value(field.kind, value, field=field, code_table=name, full=full)


def code_of(value: JsonValue) -> str:
    """Option codes joined by commas, the division of an address, else the value itself."""
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, dict):
        return value.get("division") or ""
    return "" if value is None else str(value)


def columns_for(forms: Sequence[Form]) -> tuple[Column, ...]:
    """The columns for registrations on these forms: fixed ones, the dictionary's fields, then a form's own."""
    fields: dict[str, FormField] = {field.key: field for form in forms for field in form.fields}
    definitions = load_dictionary().fields
    ordered = [key for key in definitions if key in fields] + [key for key in fields if key not in definitions]
    columns = [Column(key, title) for key, title in FIXED]
    titles = {column.title for column in columns}
    for key in ordered:
        field = fields[key]
        if field.kind in LEFT_OUT:
            continue
        title = definitions[key].export_name if key in definitions else field.label
        title = title if title not in titles else f"{title}（{key}）"
        titles.add(title)
        # numbers too are text: nothing that a registration says is for a spreadsheet to reckon with
        columns.append(Column(key, title, ColumnKind.TEXT))
        if field.kind in CODED:
            columns.append(Column(f"{key}.code", f"{title}{CODE_SUFFIX}", ColumnKind.TEXT))
    return tuple(columns)


def batch_table(forms: Sequence[Form], rows: Iterable[Mapping[str, Any]]) -> Table:
    """The neutral table of frozen rows, in their order."""
    columns = columns_for(forms)
    return Table(columns, tuple(tuple(Cell(_cell(row, column.key)) for column in columns) for row in rows))


def _cell(row: Mapping[str, Any], key: str) -> str:
    if key in dict(FIXED):
        return str(row[key])
    name, _, code = key.partition(".")
    field = row["fields"].get(name)
    return "" if field is None else str(field["code" if code else "text"])
