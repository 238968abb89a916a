"""What is said about children: rounds, children, registrations, answers and their history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from records.columns import Id, Instant, Json, JsonList, PrimaryId, Table, enumeration
from records.states import ChildState, next_child_state, next_registration_state
from records.views import AnswerState, RegistrationState, ValueSource

if TYPE_CHECKING:
    from records.tables import Sheet


class Round(Table):
    """A half-yearly update (更新轮次)."""

    __tablename__ = "rounds"

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(Text, unique=True)
    as_of: Mapped[date]  # 统计时点
    opens: Mapped[date]
    closes: Mapped[date]
    closed_at: Mapped[Instant | None]  # None while it is open
    # the township it is for; "" for everything the office looks after
    division: Mapped[str] = mapped_column(String(12), default="", server_default="")


class Child(Table):
    """A child, by the columns it is searched and matched by; everything else stands in its registrations."""

    __tablename__ = "children"
    __table_args__ = (
        Index(None, "name_norm", "birth_date"),
        # lists in their order, with everything that says whether a child is in them
        Index(None, "pinyin", "id", "scope", "state"),
        Index(None, "scope", "state"),  # to count by: the narrowest
        # everything that a search asks of a child it has found: its row, far away from the next one's, stays unread
        Index(None, "id", "scope", "state", "pinyin"),
        Index(None, "initials", "id"),
        Index(None, "id_number", "id"),
        Index(None, "id_reversed", "id"),
        Index(None, "residence_division"),
        Index(None, "household_division"),
    )

    id: Mapped[PrimaryId]
    state: Mapped[ChildState] = mapped_column(enumeration(ChildState, "child_state"), default=ChildState.ACTIVE)
    name: Mapped[str] = mapped_column(Text)
    name_norm: Mapped[str] = mapped_column(Text)  # NFKC, dots of minority names unified
    pinyin: Mapped[str] = mapped_column(Text, default="")  # surname readings respected; the order of lists
    initials: Mapped[str] = mapped_column(Text, default="")
    id_number: Mapped[str | None] = mapped_column(String(18))  # a child without one is normal
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(1), default="")  # GB/T 2261.1
    household_division: Mapped[str] = mapped_column(String(12), default="")  # 户籍
    residence_division: Mapped[str] = mapped_column(String(12), default="")  # 现居住地
    created_at: Mapped[Instant]
    exited_on: Mapped[date | None]
    exit_reason: Mapped[str] = mapped_column(Text, default="")  # code table exit
    pinyin_plain: Mapped[str] = mapped_column(Text, default="", server_default="")  # without spaces; packages carry it
    id_reversed: Mapped[str | None] = mapped_column(String(18))  # last character first: the tail is searched by
    # derived (records.child_rows.current_registration) and kept for lists; no foreign key, the two point at each other
    current_registration_id: Mapped[Id | None]
    scope: Mapped[str] = mapped_column(String(12), default="", server_default="")  # that registration's division
    store_id: Mapped[Id | None]  # whose it is, where it came in a handover package; None: this store's

    registrations: Mapped[list[Registration]] = relationship(back_populates="child")

    @validates("state")
    def _step(self, _key: str, to: ChildState) -> ChildState:
        return next_child_state(self.state, to)


class ChildTerm(Table):
    """A child under one beginning that it is found by (``records.search_rows``): derived, made anew at every change."""

    __tablename__ = "child_terms"
    __table_args__ = (Index(None, "child_id"), {"sqlite_with_rowid": False})

    term: Mapped[str] = mapped_column(Text, primary_key=True)
    child_id: Mapped[Id] = mapped_column(ForeignKey("children.id"), primary_key=True)


class Registration(Table):
    """One paper form: a dated statement about a child in a round."""

    __tablename__ = "registrations"
    __table_args__ = (
        Unique("store_id", "sequence"),
        ForeignKeyConstraint(["form_id", "form_version"], ["forms_used.form_id", "forms_used.version"]),
        CheckConstraint("state = 'draft' OR child_id IS NOT NULL", name="child_when_verified"),
        CheckConstraint("state = 'draft' OR verified_at IS NOT NULL", name="time_when_verified"),
        # the child's current registration: by date of the form, then of verification, then id
        Index(None, "child_id", "form_date", "verified_at", "id"),
        Index(None, "state", "taken_in_at"),
        Index(None, "division"),
        Index(None, "round_id"),
    )

    id: Mapped[PrimaryId]
    store_id: Mapped[Id]  # the store that owns it; others may only propose changes
    sequence: Mapped[int]  # within the owning store, from 1
    state: Mapped[RegistrationState] = mapped_column(
        enumeration(RegistrationState, "registration_state"), default=RegistrationState.DRAFT
    )
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[str] = mapped_column(String(32))
    # the scope: where the child lives as far as that lies within the source's division, else that division
    division: Mapped[str] = mapped_column(String(12), default="", server_default="")
    form_date: Mapped[date | None]  # 填报日期
    collection: Mapped[str] = mapped_column(String(24), default="")  # 采集方式: its option code
    notice_given: Mapped[bool | None]  # 告知
    round_id: Mapped[Id | None] = mapped_column(ForeignKey("rounds.id"))
    child_id: Mapped[Id | None] = mapped_column(ForeignKey("children.id"))
    pinned: Mapped[bool] = mapped_column(default=False)  # a person worked on it: pairing never takes it apart
    notes: Mapped[JsonList]  # English codes of pairing
    taken_in_at: Mapped[Instant]
    verified_at: Mapped[Instant | None]
    verified_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[Instant | None]
    reviewed_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    sent_back_reason: Mapped[str] = mapped_column(Text, default="")

    child: Mapped[Child | None] = relationship(back_populates="registrations")
    round: Mapped[Round | None] = relationship()
    sheets: Mapped[list[Sheet]] = relationship(back_populates="registration", order_by="Sheet.id")
    answers: Mapped[list[Answer]] = relationship(back_populates="registration", order_by="Answer.key")

    @validates("state")
    def _step(self, _key: str, to: RegistrationState) -> RegistrationState:
        return next_registration_state(self.state, to)


class Answer(Table):
    """The present value of one field of a registration: one row per non-empty field, or per field a person answered.

    An extra-sensitive value stands in ``sealed`` (to the second store key); ``value`` and ``text`` are empty then.
    """

    __tablename__ = "answers"
    __table_args__ = (CheckConstraint("source <> 'correction' OR note <> ''", name="note_of_correction"),)

    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Json]
    text: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[AnswerState] = mapped_column(enumeration(AnswerState, "answer_state"), default=AnswerState.MACHINE)
    source: Mapped[ValueSource] = mapped_column(enumeration(ValueSource, "value_source"), default=ValueSource.PAPER)
    note: Mapped[str] = mapped_column(Text, default="")
    accepted: Mapped[bool] = mapped_column(default=False)  # the judge's verdict on the reading
    verdict_version: Mapped[str] = mapped_column(String(32), default="")
    reasons: Mapped[JsonList]  # English codes
    reading_id: Mapped[Id | None] = mapped_column(ForeignKey("readings.id"))
    page_id: Mapped[Id | None] = mapped_column(ForeignKey("pages.id"))
    box: Mapped[Json]  # [x, y, w, h] in the page's viewing copy
    changed_at: Mapped[Instant]
    changed_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))  # None: the machine

    registration: Mapped[Registration] = relationship(back_populates="answers")


class AnswerEvent(Table):
    """One step in the history of an answer: from, to, who, when, source, reading. Added, never altered."""

    __tablename__ = "answer_events"
    __table_args__ = (Unique("registration_id", "number"), Index(None, "registration_id", "key", "number"))

    id: Mapped[PrimaryId]
    registration_id: Mapped[Id] = mapped_column(ForeignKey("registrations.id"))
    number: Mapped[int]  # from 1 within the registration
    key: Mapped[str] = mapped_column(String(64))
    from_value: Mapped[Json]
    to_value: Mapped[Json]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # both values of an extra-sensitive field
    from_state: Mapped[AnswerState | None] = mapped_column(enumeration(AnswerState, "from_state"))
    to_state: Mapped[AnswerState | None] = mapped_column(enumeration(AnswerState, "to_state"))
    from_source: Mapped[ValueSource | None] = mapped_column(enumeration(ValueSource, "from_source"))
    source: Mapped[ValueSource] = mapped_column(enumeration(ValueSource, "event_source"))
    from_note: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    reading_id: Mapped[Id | None] = mapped_column(ForeignKey("readings.id"))
    undoes: Mapped[int | None]  # number of the event that this one takes back
    at: Mapped[Instant]
    by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
