"""What is done for children once they are known: links, moves, concerns, visits, reports, work log, forms sent out.

Texts and codes that tell of suspected abuse, a state of mind or a suspect stand in ``sealed`` (to the second store
key, ``Store.seal``); the open columns are empty then. ``seal_context`` of each class names the place.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from records.columns import Id, Instant, Json, PrimaryId, Table, enumeration
from records.states import next_concern_state, next_report_state, next_visit_state
from records.views_care import ConcernState, LinkKind, MoveKind, PersonRole, ReportState, VisitState


class ChildPerson(Table):
    """The child and those around it by what they are searched and matched by, from the current registration."""

    __tablename__ = "child_persons"
    __table_args__ = (Index(None, "id_number"), Index(None, "phone", "child_id"), Index(None, "name_norm"))

    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)
    role: Mapped[PersonRole] = mapped_column(enumeration(PersonRole, "person_role"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    name_norm: Mapped[str] = mapped_column(Text, default="")
    id_number: Mapped[str | None] = mapped_column(String(18))
    phone: Mapped[str | None] = mapped_column(String(32))


class ChildLink(Table):
    """Two children belong together, as a person confirmed; undone by a person, never removed."""

    __tablename__ = "child_links"
    __table_args__ = (
        CheckConstraint("child_id < other_id", name="one_spelling"),
        CheckConstraint("undone_at IS NULL OR undone_reason <> ''", name="reason_of_undoing"),
        Index(None, "child_id"),
        Index(None, "other_id"),
    )

    id: Mapped[PrimaryId]
    kind: Mapped[LinkKind] = mapped_column(enumeration(LinkKind, "link_kind"))
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))  # the smaller of the two ids
    other_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    why: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Instant]
    made_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[Instant | None]
    undone_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    undone_reason: Mapped[str] = mapped_column(Text, default="")


class ChildMove(Table):
    """A child left the list or came back: date, reason, who. Added, never altered."""

    __tablename__ = "child_moves"
    __table_args__ = (Index(None, "child_id"), Index(None, "kind", "on"))

    id: Mapped[PrimaryId]
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    kind: Mapped[MoveKind] = mapped_column(enumeration(MoveKind, "move_kind"))
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(24), default="")  # code table exit; "" for a return
    note: Mapped[str] = mapped_column(Text, default="")
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("registrations.id"))  # that shows it
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class Concern(Table):
    """One criterion of key concern (二（二）) of one child. PROPOSED rows follow the current registration."""

    __tablename__ = "concerns"
    __table_args__ = (
        CheckConstraint("(state = 'ended') = (until IS NOT NULL)", name="until_when_ended"),
        CheckConstraint("state = 'proposed' OR decided_at IS NOT NULL", name="time_when_decided"),
        CheckConstraint("criterion <> '' OR sealed IS NOT NULL", name="criterion_somewhere"),
        Index(None, "child_id"),
        Index(None, "state", "child_id"),
    )

    id: Mapped[PrimaryId]
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    state: Mapped[ConcernState] = mapped_column(
        enumeration(ConcernState, "concern_state"), default=ConcernState.PROPOSED
    )
    criterion: Mapped[str] = mapped_column(String(24), default="")  # resources/concerns.toml
    since: Mapped[date]
    until: Mapped[date | None]
    why: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    rule: Mapped[str] = mapped_column(String(48), default="")  # that proposed it; "" for a person
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("registrations.id"))
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    decision_note: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    end_reason: Mapped[str] = mapped_column(Text, default="")

    @validates("state")
    def _step(self, _key: str, to: ConcernState) -> ConcernState:
        return next_concern_state(self.state, to)


class Visit(Table):
    """A visit to a child at home (入户走访), planned or done. A child who is to be visited has one PLANNED row."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("state <> 'planned' OR due_on IS NOT NULL", name="due_when_planned"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="day_when_done"),
        Index(None, "state", "due_on"),
        Index(None, "child_id", "state"),
    )

    id: Mapped[PrimaryId]
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    state: Mapped[VisitState] = mapped_column(enumeration(VisitState, "visit_state"), default=VisitState.PLANNED)
    level: Mapped[str] = mapped_column(String(8))  # code table guardianship_state: planned by it, or found
    due_on: Mapped[date | None]
    planned_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))  # None: by the rule
    visitor: Mapped[str] = mapped_column(Text, default="")  # who goes or went; need not be a user
    done_on: Mapped[date | None]
    method: Mapped[str] = mapped_column(String(24), default="")  # code table visit_method
    findings: Mapped[Json]  # answers by key of the dictionary
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the extra-sensitive ones among them
    note: Mapped[str] = mapped_column(Text, default="")
    page_id: Mapped[Id | None] = mapped_column(ForeignKey("pages.id"))  # the read visit form
    recorded_at: Mapped[Instant | None]
    recorded_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))

    @validates("state")
    def _step(self, _key: str, to: VisitState) -> VisitState:
        return next_visit_state(self.state, to)


class MandatoryReport(Table):
    """A case to be reported to the police at once, and what was done about it."""

    __tablename__ = "mandatory_reports"
    __table_args__ = (
        CheckConstraint("(state = 'reported') = (reported_at IS NOT NULL)", name="time_when_reported"),
        CheckConstraint(
            "state <> 'withdrawn' OR withdrawn_reason <> '' OR sealed IS NOT NULL", name="reason_withdrawn"
        ),
        CheckConstraint("situation <> '' OR sealed IS NOT NULL", name="situation_somewhere"),
        Index(None, "child_id"),
        Index(None, "state"),
    )

    id: Mapped[PrimaryId]
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    state: Mapped[ReportState] = mapped_column(enumeration(ReportState, "report_state"), default=ReportState.RAISED)
    situation: Mapped[str] = mapped_column(String(24), default="")  # resources/concerns.toml
    what: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[str] = mapped_column(String(48), default="")  # that raised it; "" for a person
    registration_id: Mapped[Id | None] = mapped_column(ForeignKey("registrations.id"))
    visit_id: Mapped[Id | None] = mapped_column(ForeignKey("visits.id"))
    raised_at: Mapped[Instant]
    raised_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[Instant | None]
    reported_to: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[str] = mapped_column(Text, default="")  # 接警回执 or its number
    measures: Mapped[str] = mapped_column(Text, default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    # a suspect is named: everything said stands in ``sealed``, for named persons only
    names_suspect: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_at: Mapped[Instant]
    changed_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))

    @validates("state")
    def _step(self, _key: str, to: ReportState) -> ReportState:
        return next_report_state(self.state, to)


class WorkLogEntry(Table):
    """A line of the work log (工作日志). Added, never altered; a mistake is corrected by another line."""

    __tablename__ = "work_log"
    __table_args__ = (Index(None, "child_id", "on"), Index(None, "on"))

    id: Mapped[PrimaryId]
    child_id: Mapped[Id | None] = mapped_column(ForeignKey("children.id"))
    visit_id: Mapped[Id | None] = mapped_column(ForeignKey("visits.id"))
    report_id: Mapped[Id | None] = mapped_column(ForeignKey("mandatory_reports.id"))
    page_id: Mapped[Id | None] = mapped_column(ForeignKey("pages.id"))  # the read log form
    on: Mapped[date]
    text: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    corrects_id: Mapped[Id | None] = mapped_column(ForeignKey("work_log.id"))
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class PrintedForm(Table):
    """A form printed with values on it and sent out; its serial brings it back to its child.

    Of a round, with last round's values; without one a visit form, with what says whose it is.
    """

    __tablename__ = "printed_forms"
    __table_args__ = (Index(None, "round_id", "child_id"),)

    id: Mapped[PrimaryId]
    serial: Mapped[str] = mapped_column(String(32), unique=True)
    round_id: Mapped[Id | None] = mapped_column(ForeignKey("rounds.id"))
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"))
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))  # whose values stand on it
    values: Mapped[Json]  # as printed, by key: the registration may be corrected before the form comes back
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the extra-sensitive ones among them
    printed_at: Mapped[Instant]
    printed_by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class CarriedOver(Table):
    """A registration that says 无变化: its blank answers were taken from an earlier one of the same child."""

    __tablename__ = "carried_over"

    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"), primary_key=True)
    base_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    at: Mapped[Instant]
    by: Mapped[Id] = mapped_column(ForeignKey("users.id"))


class Unfollowed(Table):
    """A child whose proposals and next visit were left as they were, because what they rest on was sealed.

    Whoever is named to open it finds the row at the next login; then everything follows and the row goes.
    """

    __tablename__ = "unfollowed"

    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)
    at: Mapped[Instant]
