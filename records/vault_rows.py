"""Which files of the vault the rows name: one list, for the sweep after a crash, for ``check`` and for backups."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from records.tables import Page, Source

COLUMNS: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    Source.vault_id,
    Page.view_id,
    Page.masked_id,
)


def named_ids(session: Session) -> set[str]:
    """The ids of all files that should be there."""
    found: set[str] = set()
    for column in COLUMNS:
        statement = select(column).where(column.is_not(None), column.class_.erased_at.is_(None))
        if column is Source.vault_id:
            statement = statement.where(~Source.withheld)  # the original stayed with the office that owns it
        found.update(str(vault_id) for vault_id in session.scalars(statement))
    return found
