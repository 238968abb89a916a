"""Frozen read models of what the office does for children: the child's page, concerns, visits, reports, rounds.

Like ``records.views``: plain data, ids are UUIDv7 strings, instants are aware UTC datetimes.
"""

from __future__ import annotations

from enum import StrEnum


class ConcernState(StrEnum):
    """A criterion of key concern: proposed by a rule, decided by a person, ended by one."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"  # a person looked and it is not so (for the registration it was proposed from)
    ENDED = "ended"


class VisitState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """A case that must be reported at once (吉民发〔2024〕34号 二（二）)."""

    RAISED = "raised"  # the banner stands until somebody says who reported, to whom and when
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"  # it was looked into and is none, with the reason


class MoveKind(StrEnum):
    EXIT = "exit"
    RETURN = "return"


class LinkKind(StrEnum):
    """What two children have in common; confirmed by a person."""

    SIBLINGS = "siblings"  # 兄弟姐妹
    SAME_MOTHER = "same_mother"  # 同母
    SAME_FATHER = "same_father"  # 同父
    SAME_CAREGIVER = "same_caregiver"  # 同一照护人


class PersonRole(StrEnum):
    """Whose name, number and phone stand on the child's current registration."""

    CHILD = "child"
    FATHER = "father"
    MOTHER = "mother"
    CAREGIVER = "caregiver"
