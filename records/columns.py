"""Column types and the declarative base of every table: what a value looks like in the database.

The SQL stays portable (SQLite now, PostgreSQL later): identities and enumerations are text, instants are UTC,
JSON is canonical text, so that equal values are equal bytes and can be hashed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Alembic can only alter constraints that have a name: https://alembic.sqlalchemy.org/en/latest/naming.html
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ID_LENGTH = 36


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, keeps UTC, gives back aware UTC (SQLite drops the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# made once: ``json.dumps`` makes one a call, hundreds of thousands for a package
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: object) -> str:
    """JSON with one spelling per value: sorted keys, no spaces, no escapes that needn't be."""
    return _CANONICAL.encode(value)


class JsonText(TypeDecorator[Any]):
    """A JSON value as canonical text. ``None`` is JSON's null, never SQL's NULL."""

    impl = Text
    cache_ok = True
    should_evaluate_none = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002 (SQLAlchemy's signature)
        return canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 (SQLAlchemy's signature)
        return None if value is None else json.loads(value)


def enumeration(members: type[StrEnum], name: str) -> Enum:
    """A text column that holds a member's value and nothing else; ``name`` ends the CHECK constraint's name."""
    return Enum(
        members,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda kinds: [kind.value for kind in kinds],
    )


Id = Annotated[str, mapped_column(String(ID_LENGTH))]
PrimaryId = Annotated[str, mapped_column(String(ID_LENGTH), primary_key=True)]
Instant = Annotated[datetime, mapped_column(UtcDateTime())]
Json = Annotated[Any, mapped_column(JsonText(), default=lambda: None)]  # a function: plain None would mean SQL's NULL
JsonList = Annotated[list[str], mapped_column(JsonText(), default=list)]


class Table(DeclarativeBase):
    """The base of all mapped classes."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}
