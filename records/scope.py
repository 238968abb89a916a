"""Scope by division as a condition of queries: everything that lists, searches or counts for somebody carries it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import InstrumentedAttribute

from forms.gazetteer import scope_of


def within(column: InstrumentedAttribute[str] | ColumnElement[str], division: str) -> ColumnElement[bool]:
    """Rows whose division is this one or lies below it. No division: no row.

    A range, not a LIKE: an index serves it, and digits sort alike in every collation.
    """
    scope = scope_of(division)
    if not scope:
        return false()
    return column.between(scope, scope.ljust(12, "9"))
