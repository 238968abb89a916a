"""Children under every beginning that they are found by, 档号 by their tails: searches read a range, not a list."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LONGEST, PORTION = 24, 5000


def upgrade() -> None:
    """Make the table and fill it from the children's columns; indexes that nothing reads any more go."""
    op.create_table(
        "child_terms",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_terms_child_id")),
        sa.PrimaryKeyConstraint("term", "child_id", name=op.f("pk_child_terms")),
        sqlite_with_rowid=False,
    )
    _fill()
    op.create_index(op.f("ix_child_terms_child_id"), "child_terms", ["child_id"])
    op.add_column("archive_items", sa.Column("number_tail", sa.String(4), nullable=False, server_default=""))
    op.execute("UPDATE archive_items SET number_tail = substr(number_norm, -4)")
    op.create_index(op.f("ix_archive_items_number_tail"), "archive_items", ["number_tail"])
    op.drop_index(op.f("ix_archive_items_number_norm"), "archive_items")
    op.create_index(
        op.f("ix_archive_items_number_norm_registration_id"), "archive_items", ["number_norm", "registration_id"]
    )
    for name in ("name_norm_id", "pinyin_plain_id", "pinyin_id_scope_state_current_registration_id"):
        op.drop_index(op.f(f"ix_children_{name}"), "children")
    op.create_index(op.f("ix_children_pinyin_id_scope_state"), "children", ["pinyin", "id", "scope", "state"])
    op.create_index(op.f("ix_children_scope_state"), "children", ["scope", "state"])


def _fill() -> None:
    bind = op.get_bind()
    phones: dict[str, list[str]] = {}
    for child_id, phone in bind.execute(sa.text("SELECT child_id, phone FROM child_persons WHERE phone IS NOT NULL")):
        phones.setdefault(child_id, []).append(phone)
    current = "SELECT id, name_norm, pinyin FROM children WHERE current_registration_id IS NOT NULL"
    rows: list[dict[str, str]] = []
    for child_id, name, pinyin in bind.execute(sa.text(current)).all():
        rows += ({"term": term, "child_id": child_id} for term in set(_terms(name, pinyin, phones.get(child_id, []))))
    statement = sa.text("INSERT INTO child_terms (term, child_id) VALUES (:term, :child_id)")
    rows.sort(key=lambda row: (row["term"], row["child_id"]))  # in the order of the table: pages are written once
    for start in range(0, len(rows), PORTION):
        bind.execute(statement, rows[start : start + PORTION])


def _terms(name: str, pinyin: str, phones: list[str]) -> Iterator[str]:
    syllables = pinyin.lower().split()
    yield from (name[start:][:LONGEST] for start in range(len(name)))
    yield from ("".join(syllables[start:])[:LONGEST] for start in range(len(syllables)))
    yield from (f"#{phone[::-1]}"[:LONGEST] for phone in phones)


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")
