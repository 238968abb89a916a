"""Who a child is, as this reader may be told: the one place that every list, page and question asks.

While two entries about a child's current registration are not one yet, whoever has still to enter it blind, or may
have to resolve it, is told nothing of these fields (``workflow.blind``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from records import child_rows
from records.session import Session
from records.tables import Child, Registration
from records.views import Actor
from workflow import blind, matching
from workflow.names import mask_id_number

PERSON_PARTS = ("name", "id_number", "phone")  # what makes an adult on a form findable
BORN = frozenset({"child_birth_date", "child_id_number"})  # each tells the other


@dataclass(frozen=True, slots=True)
class Head:
    """One child; ``hidden``: keys of the dictionary that the reader isn't told, their places say so or are empty."""

    name: str
    sex: str
    birth_date: date | None
    id_number_masked: str
    household: str
    residence: str
    hidden: frozenset[str] = blind.NOTHING

    def age(self, day: date) -> int | None:
        """Whole years on that day, as far as the reader is told the birth date."""
        return matching.age_on(self.birth_date, day)

    def hides(self, *keys: str) -> bool:
        """Is one of these fields not told?"""
        return not self.hidden.isdisjoint(keys)


def head(child: Child, hidden: frozenset[str] = blind.NOTHING) -> Head:
    """The child with what is not to be told left out."""
    born = not hidden.isdisjoint(BORN)
    return Head(
        name=blind.PENDING if "child_name" in hidden else child.name,
        sex="" if "child_sex" in hidden else matching.sex_label(child.sex),
        birth_date=None if born else child.birth_date,
        id_number_masked="" if born else mask_id_number(child.id_number),
        household="" if "child_household" in hidden else matching.place_name(child.household_division),
        residence="" if "child_residence" in hidden else matching.place_name(child.residence_division),
        hidden=hidden,
    )


class Heads:
    """The children of one list, looked up together."""

    def __init__(self, session: Session, actor: Actor, children: Iterable[Child]) -> None:
        self._children = {child.id: child for child in children}
        self._hidden = hidden_of(session, actor, list(self._children))

    def __getitem__(self, child_id: str) -> Head:
        return head(self._children[child_id], self._hidden.get(child_id, blind.NOTHING))


def hidden_of(session: Session, actor: Actor, child_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """What isn't told of these children; those of whom everything is are left out."""
    if not blind.chosen_keys(session):
        return {}
    current: dict[str, Registration] = child_rows.current_of_many(session, list(child_ids))
    blinded = blind.hidden_of_many(session, actor, list(current.values()))
    return {child_id: blinded[row.id] for child_id, row in current.items() if row.id in blinded}


def head_of(session: Session, actor: Actor, child: Child) -> Head:
    """One child alone."""
    return Heads(session, actor, [child])[child.id]
