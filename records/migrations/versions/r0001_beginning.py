"""The first revision: everything the store keeps from the beginning.

Names of constraints are given whole: the convention in ``records.columns`` may change, what is on the disk doesn't.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# what is only ever added to; erasing a reading or its history by law (依法删除) stays possible, altering never is
ADD_ONLY = {"audit": ("UPDATE", "DELETE"), "readings": ("UPDATE",), "answer_events": ("UPDATE",)}


def _one_of(name: str, column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))


def _archive_series() -> None:
    op.create_table(
        "archive_series",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_item", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_series")),
        sa.UniqueConstraint("prefix", name=op.f("uq_archive_series_prefix")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(36), nullable=False),
        sa.Column("verb", sa.String(48), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )


def _children() -> None:
    op.create_table(
        "children",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_norm", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("id_number", sa.String(18), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(1), nullable=False),
        sa.Column("household_division", sa.String(12), nullable=False),
        sa.Column("residence_division", sa.String(12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exited_on", sa.Date(), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_children")),
        _one_of("ck_children_child_state", "state", "active exited"),
    )
    op.create_index(op.f("ix_children_household_division"), "children", ["household_division"])
    op.create_index(op.f("ix_children_id_number"), "children", ["id_number"])
    op.create_index(op.f("ix_children_initials"), "children", ["initials"])
    op.create_index(op.f("ix_children_name_norm_birth_date"), "children", ["name_norm", "birth_date"])
    op.create_index(op.f("ix_children_pinyin_id"), "children", ["pinyin", "id"])
    op.create_index(op.f("ix_children_residence_division"), "children", ["residence_division"])


def _forms_used() -> None:
    op.create_table(
        "forms_used",
        sa.Column("form_id", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("form_id", "version", name=op.f("pk_forms_used")),
    )


def _locations() -> None:
    op.create_table(
        "locations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("storeroom", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("rack", sa.Text(), nullable=False),
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locations")),
        sa.UniqueConstraint(
            "storeroom", "area", "row", "rack", "shelf", name=op.f("uq_locations_storeroom_area_row_rack_shelf")
        ),
    )


def _office() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signing_private", sa.LargeBinary(), nullable=False),
        sa.Column("signing_public", sa.LargeBinary(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("logins_taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.CheckConstraint("id = 1", name=op.f("ck_office_only_one")),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("name", name=op.f("uq_rounds_name")),
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        _one_of("ck_users_role", "role", "collector reviewer archivist administrator"),
    )


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_by", sa.String(36), nullable=True),
        sa.Column("rows_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_batches_created_by")),
        sa.ForeignKeyConstraint(["frozen_by"], ["users.id"], name=op.f("fk_batches_frozen_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_batches_round_id")),
        sa.UniqueConstraint("number", name=op.f("uq_batches_number")),
        _one_of("ck_batches_batch_state", "state", "open frozen written"),
    )


def _boxes() -> None:
    op.create_table(
        "boxes",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("location_id", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boxes")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_boxes_location_id")),
        sa.UniqueConstraint("location_id", "number", name=op.f("uq_boxes_location_id_number")),
    )


def _registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("form_id", sa.String(64), nullable=False),
        sa.Column("form_version", sa.String(32), nullable=False),
        sa.Column("form_date", sa.Date(), nullable=True),
        sa.Column("collection", sa.String(24), nullable=False),
        sa.Column("notice_given", sa.Boolean(), nullable=True),
        sa.Column("round_id", sa.String(36), nullable=True),
        sa.Column("child_id", sa.String(36), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(36), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(36), nullable=True),
        sa.Column("sent_back_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_registrations_child_id")),
        sa.ForeignKeyConstraint(
            ["form_id", "form_version"],
            ["forms_used.form_id", "forms_used.version"],
            name=op.f("fk_registrations_form_id_form_version"),
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name=op.f("fk_registrations_reviewed_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_registrations_round_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["users.id"], name=op.f("fk_registrations_verified_by")),
        sa.UniqueConstraint("store_id", "sequence", name=op.f("uq_registrations_store_id_sequence")),
        sa.CheckConstraint(
            "state = 'draft' OR child_id IS NOT NULL", name=op.f("ck_registrations_child_when_verified")
        ),
        _one_of("ck_registrations_registration_state", "state", "draft verified reviewed sent_back"),
        sa.CheckConstraint(
            "state = 'draft' OR verified_at IS NOT NULL", name=op.f("ck_registrations_time_when_verified")
        ),
    )
    op.create_index(
        op.f("ix_registrations_child_id_form_date_verified_at_id"),
        "registrations",
        ["child_id", "form_date", "verified_at", "id"],
    )
    op.create_index(op.f("ix_registrations_round_id"), "registrations", ["round_id"])
    op.create_index(op.f("ix_registrations_state_taken_in_at"), "registrations", ["state", "taken_in_at"])


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("vault_id", sa.String(32), nullable=False),
        sa.Column("vault_key", sa.LargeBinary(), nullable=False),
        sa.Column("vault_key_sealed", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(36), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=True),
        sa.Column("delivered_path", sa.Text(), nullable=False),
        sa.Column("lies_outside", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("password_needed", sa.Boolean(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.ForeignKeyConstraint(["received_by"], ["users.id"], name=op.f("fk_sources_received_by")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_sources_round_id")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_sources_content_hash")),
        sa.UniqueConstraint("vault_id", name=op.f("uq_sources_vault_id")),
        _one_of("ck_sources_source_state", "state", "received split refused"),
    )
    op.create_index(op.f("ix_sources_state_received_at"), "sources", ["state", "received_at"])


def _batch_rows() -> None:
    op.create_table(
        "batch_rows",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.String(64), nullable=False),
        sa.Column("system_number", sa.Text(), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_by", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_rows")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_rows_batch_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_batch_rows_child_id")),
        sa.ForeignKeyConstraint(["outcome_by"], ["users.id"], name=op.f("fk_batch_rows_outcome_by")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_batch_rows_registration_id")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_batch_rows_batch_id_position")),
        sa.UniqueConstraint("batch_id", "registration_id", name=op.f("uq_batch_rows_batch_id_registration_id")),
        _one_of("ck_batch_rows_batch_row_state", "state", "frozen sent accepted returned"),
        sa.CheckConstraint(
            "state <> 'returned' OR returned_reason <> ''", name=op.f("ck_batch_rows_reason_when_returned")
        ),
    )
    op.create_index(op.f("ix_batch_rows_child_id"), "batch_rows", ["child_id"])
    op.create_index(op.f("ix_batch_rows_registration_id"), "batch_rows", ["registration_id"])


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("archive_number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=True),
        sa.Column("box_id", sa.String(36), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name=op.f("fk_dossiers_box_id")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_dossiers_child_id")),
        sa.UniqueConstraint("archive_number", name=op.f("uq_dossiers_archive_number")),
    )


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("rows_hash", sa.String(64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_receipts_batch_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_receipts_written_by")),
    )
    op.create_index(op.f("ix_receipts_batch_id"), "receipts", ["batch_id"])


def _archive_items() -> None:
    op.create_table(
        "archive_items",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("archive_number", sa.Text(), nullable=False),
        sa.Column("number_norm", sa.Text(), nullable=False),
        sa.Column("series_id", sa.String(36), nullable=True),
        sa.Column("item_number", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.String(36), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.String(36), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("box_id", sa.String(36), nullable=True),
        sa.Column("location_id", sa.String(36), nullable=True),
        sa.Column("copy_location", sa.Text(), nullable=False),
        sa.Column("page_range", sa.Text(), nullable=False),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_items")),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name=op.f("fk_archive_items_box_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_archive_items_dossier_id")),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name=op.f("fk_archive_items_location_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_archive_items_registration_id")
        ),
        sa.ForeignKeyConstraint(["series_id"], ["archive_series.id"], name=op.f("fk_archive_items_series_id")),
        sa.UniqueConstraint("archive_number", name=op.f("uq_archive_items_archive_number")),
        sa.UniqueConstraint("dossier_id", "position", name=op.f("uq_archive_items_dossier_id_position")),
        sa.UniqueConstraint("series_id", "item_number", name=op.f("uq_archive_items_series_id_item_number")),
        sa.CheckConstraint(
            "dossier_id IS NULL OR position IS NOT NULL", name=op.f("ck_archive_items_place_in_dossier")
        ),
    )
    op.create_index(op.f("ix_archive_items_number_norm"), "archive_items", ["number_norm"])
    op.create_index(op.f("ix_archive_items_registration_id"), "archive_items", ["registration_id"])


def _cross_references() -> None:
    op.create_table(
        "cross_references",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("from_item_id", sa.String(36), nullable=False),
        sa.Column("to_item_id", sa.String(36), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_references")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_cross_references_by")),
        sa.ForeignKeyConstraint(["from_item_id"], ["archive_items.id"], name=op.f("fk_cross_references_from_item_id")),
        sa.ForeignKeyConstraint(["to_item_id"], ["archive_items.id"], name=op.f("fk_cross_references_to_item_id")),
        sa.UniqueConstraint(
            "from_item_id", "target", "kind", name=op.f("uq_cross_references_from_item_id_target_kind")
        ),
        sa.CheckConstraint("kind IN ('mutual', 'see')", name=op.f("ck_cross_references_kind")),
    )
    op.create_index(op.f("ix_cross_references_to_item_id"), "cross_references", ["to_item_id"])


def _sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=True),
        sa.Column("serial", sa.String(32), nullable=True),
        sa.Column("item_id", sa.String(36), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheets")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_sheets_item_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_sheets_registration_id")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_sheets_item_id_number")),
    )
    op.create_index(op.f("ix_sheets_registration_id"), "sheets", ["registration_id"])
    op.create_index(op.f("ix_sheets_serial"), "sheets", ["serial"])


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("view_id", sa.String(32), nullable=True),
        sa.Column("view_key", sa.LargeBinary(), nullable=True),
        sa.Column("view_key_sealed", sa.Boolean(), nullable=False),
        sa.Column("view_width", sa.Integer(), nullable=True),
        sa.Column("view_height", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("form_id", sa.String(64), nullable=True),
        sa.Column("form_version", sa.String(32), nullable=True),
        sa.Column("form_page", sa.Integer(), nullable=True),
        sa.Column("serial", sa.String(32), nullable=True),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=True),
        sa.Column("duplicate_of_id", sa.String(36), nullable=True),
        sa.Column("sheet_id", sa.String(36), nullable=True),
        sa.Column("side", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["pages.id"], name=op.f("fk_pages_duplicate_of_id")),
        sa.ForeignKeyConstraint(
            ["form_id", "form_version"],
            ["forms_used.form_id", "forms_used.version"],
            name=op.f("fk_pages_form_id_form_version"),
        ),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_pages_sheet_id")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_pages_source_id")),
        sa.UniqueConstraint("sheet_id", "side", name=op.f("uq_pages_sheet_id_side")),
        sa.UniqueConstraint("source_id", "position", name=op.f("uq_pages_source_id_position")),
        sa.UniqueConstraint("view_id", name=op.f("uq_pages_view_id")),
        _one_of("ck_pages_page_state", "state", "received read failed placed set_aside"),
        sa.CheckConstraint("rotation IN (0, 90, 180, 270)", name=op.f("ck_pages_rotation")),
        sa.CheckConstraint("(sheet_id IS NULL) = (side IS NULL)", name=op.f("ck_pages_side_of_sheet")),
        sa.CheckConstraint("side IS NULL OR side IN (1, 2)", name=op.f("ck_pages_two_sides")),
    )
    op.create_index(op.f("ix_pages_content_hash"), "pages", ["content_hash"])
    op.create_index(op.f("ix_pages_serial"), "pages", ["serial"])
    op.create_index(op.f("ix_pages_state_id"), "pages", ["state", "id"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("page_id", sa.String(36), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_readings_page_id")),
        sa.UniqueConstraint("page_id", "run", name=op.f("uq_readings_page_id_run")),
    )


def _answer_events() -> None:
    op.create_table(
        "answer_events",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("from_value", sa.Text(), nullable=False),
        sa.Column("to_value", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("from_state", sa.String(24), nullable=True),
        sa.Column("to_state", sa.String(24), nullable=True),
        sa.Column("from_source", sa.String(24), nullable=True),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("from_note", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reading_id", sa.String(36), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_events")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_answer_events_by")),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_answer_events_reading_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_answer_events_registration_id")
        ),
        sa.UniqueConstraint("registration_id", "number", name=op.f("uq_answer_events_registration_id_number")),
        _one_of("ck_answer_events_event_source", "source", "paper phone department correction"),
        _one_of("ck_answer_events_from_source", "from_source", "paper phone department correction"),
        _one_of("ck_answer_events_from_state", "from_state", "machine confirmed corrected illegible ask"),
        _one_of("ck_answer_events_to_state", "to_state", "machine confirmed corrected illegible ask"),
    )
    op.create_index(
        op.f("ix_answer_events_registration_id_key_number"), "answer_events", ["registration_id", "key", "number"]
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("verdict_version", sa.String(32), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reading_id", sa.String(36), nullable=True),
        sa.Column("page_id", sa.String(36), nullable=True),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("registration_id", "key", name=op.f("pk_answers")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_answers_changed_by")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_answers_page_id")),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_answers_reading_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_answers_registration_id")),
        _one_of("ck_answers_answer_state", "state", "machine confirmed corrected illegible ask"),
        sa.CheckConstraint("source <> 'correction' OR note <> ''", name=op.f("ck_answers_note_of_correction")),
        _one_of("ck_answers_value_source", "source", "paper phone department correction"),
    )


TABLES = (
    _archive_series,
    _audit,
    _children,
    _forms_used,
    _locations,
    _office,
    _rounds,
    _settings,
    _users,
    _batches,
    _boxes,
    _registrations,
    _sources,
    _batch_rows,
    _dossiers,
    _receipts,
    _archive_items,
    _cross_references,
    _sheets,
    _pages,
    _readings,
    _answer_events,
    _answers,
)


def upgrade() -> None:
    """Make all tables, those that others point at first."""
    for make in TABLES:
        make()
    if op.get_bind().dialect.name == "sqlite":
        for table, changes in ADD_ONLY.items():
            for change in changes:
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only added'); END"
                )


def downgrade() -> None:
    """There is nothing before the first revision; going back means the backup."""
    raise NotImplementedError("restore the backup instead")
