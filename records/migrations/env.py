"""What Alembic runs: migrations on the connection that ``records.migrations.ladder`` hands over."""

from __future__ import annotations

from alembic import context

from records.tables import Table


def run() -> None:
    """Migrate on the given connection, inside the transaction that its owner commits."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        # SQLite can't alter constraints: tables are made anew and copied
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
