"""What is done for children: persons and links, moves, concerns, visits, reports, work log, forms sent out; searching.

Columns that searching reads are filled from what is there. Visits are planned at the next login
(``workflow.access``): a rung knows tables, not rules.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DONE = "('verified', 'reviewed')"
ROLES = {"child": "child_phone", "father": "father_phone", "mother": "mother_phone", "caregiver": "caregiver_phone"}


def _one_of(name: str, column: str, values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))


def _child_links() -> None:
    op.create_table(
        "child_links",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("other_id", sa.String(36), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(36), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(36), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("undone_at IS NULL OR undone_reason <> ''", name=op.f("ck_child_links_reason_of_undoing")),
        sa.CheckConstraint("child_id < other_id", name=op.f("ck_child_links_one_spelling")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_links_child_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_child_links_made_by")),
        sa.ForeignKeyConstraint(["other_id"], ["children.id"], name=op.f("fk_child_links_other_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_child_links_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_links")),
        _one_of("ck_child_links_link_kind", "kind", "siblings same_mother same_father same_caregiver"),
    )
    op.create_index(op.f("ix_child_links_child_id"), "child_links", ["child_id"])
    op.create_index(op.f("ix_child_links_other_id"), "child_links", ["other_id"])


def _child_persons() -> None:
    op.create_table(
        "child_persons",
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_norm", sa.Text(), nullable=False),
        sa.Column("id_number", sa.String(18), nullable=True),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_persons_child_id")),
        sa.PrimaryKeyConstraint("child_id", "role", name=op.f("pk_child_persons")),
        _one_of("ck_child_persons_person_role", "role", "child father mother caregiver"),
    )
    op.create_index(op.f("ix_child_persons_id_number"), "child_persons", ["id_number"])
    op.create_index(op.f("ix_child_persons_name_norm"), "child_persons", ["name_norm"])
    op.create_index(op.f("ix_child_persons_phone"), "child_persons", ["phone"])


def _carried_over() -> None:
    op.create_table(
        "carried_over",
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("base_id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["registrations.id"], name=op.f("fk_carried_over_base_id")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_carried_over_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_carried_over_registration_id")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_carried_over")),
    )


def _child_moves() -> None:
    op.create_table(
        "child_moves",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_child_moves_by")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_child_moves_child_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_child_moves_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_moves")),
        _one_of("ck_child_moves_move_kind", "kind", "exit return"),
    )
    op.create_index(op.f("ix_child_moves_child_id"), "child_moves", ["child_id"])
    op.create_index(op.f("ix_child_moves_kind_on"), "child_moves", ["kind", "on"])


def _concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("criterion", sa.String(24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rule", sa.String(48), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(36), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(36), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (until IS NOT NULL)", name=op.f("ck_concerns_until_when_ended")),
        sa.CheckConstraint("criterion <> '' OR sealed IS NOT NULL", name=op.f("ck_concerns_criterion_somewhere")),
        sa.CheckConstraint("state = 'proposed' OR decided_at IS NOT NULL", name=op.f("ck_concerns_time_when_decided")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_concerns_child_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_concerns_decided_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_concerns_ended_by")),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_concerns_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        _one_of("ck_concerns_concern_state", "state", "proposed confirmed dismissed ended"),
    )
    op.create_index(op.f("ix_concerns_child_id"), "concerns", ["child_id"])
    op.create_index(op.f("ix_concerns_state_child_id"), "concerns", ["state", "child_id"])


def _printed_forms() -> None:
    op.create_table(
        "printed_forms",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("serial", sa.String(32), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_printed_forms_child_id")),
        sa.ForeignKeyConstraint(["printed_by"], ["users.id"], name=op.f("fk_printed_forms_printed_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_printed_forms_registration_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_printed_forms_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_forms")),
        sa.UniqueConstraint("serial", name=op.f("uq_printed_forms_serial")),
    )
    op.create_index(op.f("ix_printed_forms_round_id_child_id"), "printed_forms", ["round_id", "child_id"])


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("planned_by", sa.String(36), nullable=True),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("method", sa.String(24), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("page_id", sa.String(36), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(36), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_visits_day_when_done")),
        sa.CheckConstraint("state <> 'planned' OR due_on IS NOT NULL", name=op.f("ck_visits_due_when_planned")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_visits_child_id")),
        sa.ForeignKeyConstraint(["planned_by"], ["users.id"], name=op.f("fk_visits_planned_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_visits_recorded_by")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_visits_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        _one_of("ck_visits_visit_state", "state", "planned done cancelled"),
    )
    op.create_index(op.f("ix_visits_child_id_state"), "visits", ["child_id", "state"])
    op.create_index(op.f("ix_visits_state_due_on"), "visits", ["state", "due_on"])


def _mandatory_reports() -> None:
    op.create_table(
        "mandatory_reports",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("situation", sa.String(24), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(48), nullable=False),
        sa.Column("registration_id", sa.String(36), nullable=True),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.String(36), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_to", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("names_suspect", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.CheckConstraint(
            "(state = 'reported') = (reported_at IS NOT NULL)", name=op.f("ck_mandatory_reports_time_when_reported")
        ),
        sa.CheckConstraint(
            "situation <> '' OR sealed IS NOT NULL", name=op.f("ck_mandatory_reports_situation_somewhere")
        ),
        sa.CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_reason <> '' OR sealed IS NOT NULL",
            name=op.f("ck_mandatory_reports_reason_withdrawn"),
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_mandatory_reports_changed_by")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_mandatory_reports_child_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["users.id"], name=op.f("fk_mandatory_reports_raised_by")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_mandatory_reports_registration_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_mandatory_reports_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandatory_reports")),
        _one_of("ck_mandatory_reports_report_state", "state", "raised reported withdrawn"),
    )
    op.create_index(op.f("ix_mandatory_reports_child_id"), "mandatory_reports", ["child_id"])
    op.create_index(op.f("ix_mandatory_reports_state"), "mandatory_reports", ["state"])


def _work_log() -> None:
    op.create_table(
        "work_log",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("child_id", sa.String(36), nullable=True),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("report_id", sa.String(36), nullable=True),
        sa.Column("page_id", sa.String(36), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrects_id", sa.String(36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_work_log_by")),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f("fk_work_log_child_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["work_log.id"], name=op.f("fk_work_log_corrects_id")),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_work_log_page_id")),
        sa.ForeignKeyConstraint(["report_id"], ["mandatory_reports.id"], name=op.f("fk_work_log_report_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_work_log_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
    )
    op.create_index(op.f("ix_work_log_child_id_on"), "work_log", ["child_id", "on"])
    op.create_index(op.f("ix_work_log_on"), "work_log", ["on"])
    # ### end Alembic commands ###


def _columns() -> None:
    op.add_column("children", sa.Column("pinyin_plain", sa.Text(), server_default="", nullable=False))
    op.add_column("children", sa.Column("id_reversed", sa.String(length=18), nullable=True))
    op.add_column("children", sa.Column("current_registration_id", sa.String(length=36), nullable=True))
    op.create_index(op.f("ix_children_id_reversed"), "children", ["id_reversed"])
    op.create_index(op.f("ix_children_name_norm_id"), "children", ["name_norm", "id"])
    op.create_index(op.f("ix_children_pinyin_plain_id"), "children", ["pinyin_plain", "id"])
    op.add_column("rounds", sa.Column("division", sa.String(length=12), server_default="", nullable=False))


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE children SET pinyin_plain = replace(pinyin, ' ', '')"))
    children = connection.execute(sa.text("SELECT id, id_number FROM children")).all()
    for child_id, number in children:
        current = connection.scalar(
            sa.text(
                f"SELECT id FROM registrations WHERE child_id = :child AND state IN {DONE} "  # noqa: S608 (a constant)
                "ORDER BY form_date IS NULL, form_date DESC, verified_at DESC, id DESC LIMIT 1"
            ),
            {"child": child_id},
        )
        connection.execute(
            sa.text("UPDATE children SET id_reversed = :tail, current_registration_id = :current WHERE id = :child"),
            {"tail": number[::-1] if number else None, "current": current, "child": child_id},
        )
        if current is not None:
            _fill_persons(connection, child_id, current)


def _fill_persons(connection: sa.Connection, child_id: str, registration_id: str) -> None:
    rows = connection.execute(
        sa.text(
            "SELECT key, value FROM answers WHERE registration_id = :registration AND state NOT IN ('illegible', 'ask')"
        ),
        {"registration": registration_id},
    )
    values: dict[str, Any] = {key: json.loads(value) for key, value in rows}
    for role, phone in ROLES.items():
        found = [values.get(key) for key in (f"{role}_name", f"{role}_id_number", phone)]
        name, number, called = (value if isinstance(value, str) and value else None for value in found)
        if name or number or called:
            connection.execute(
                sa.text(
                    "INSERT INTO child_persons (child_id, role, name, name_norm, id_number, phone) "
                    "VALUES (:child, :role, :name, :norm, :number, :phone)"
                ),
                {
                    "child": child_id,
                    "role": role,
                    "name": name or "",
                    "norm": _normal(name or ""),
                    "number": number,
                    "phone": "".join(c for c in called or "" if c.isdigit()) or None,
                },
            )


def _normal(name: str) -> str:
    """As ``workflow.names.normal_name`` was when this rung was made."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return "".join("·" if c in "・‧•∙⋅.．" else c for c in plain)


TABLES = (
    _child_links,
    _child_persons,
    _carried_over,
    _child_moves,
    _concerns,
    _printed_forms,
    _visits,
    _mandatory_reports,
    _work_log,
)


def upgrade() -> None:
    """Make the tables, add the columns, fill them."""
    for make in TABLES:
        make()
    _columns()
    _fill()


def downgrade() -> None:
    """Going back means the backup."""
    raise NotImplementedError("restore the backup instead")
