"""What the office keeps: tables, store, vault, keys and frozen read models. SQLAlchemy lives here only."""
