"""A real, encrypted store with many children in it, for measuring how fast one child's candidates are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from forms.catalog import shipped_forms
from records import likeness_rows, search_rows
from records.forms_used import keep_form
from records.keys import Kdf
from records.likeness import Traits, keys_of
from records.states import ChildState
from records.store import Store
from records.tables import Answer, Child, ChildKey, ChildPerson, ChildTerm, Registration, Table
from records.views import Actor, AnswerState, RegistrationState, ValueSource
from records.views_care import PersonRole
from workflow import duplicates
from workflow.access import create_office
from workflow.names import initials, normal_name

NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
PORTION = 2000
BENCH, NO_SECRET = "bench", "not a secret"
"""Who may open such a store."""


@contextmanager
def filled_store(folder: Path, children: Sequence[Traits]) -> Iterator[tuple[Store, Actor, list[str]]]:
    """A provincial office's store with these children; the third is their ids."""
    opened = create_office(
        folder / "store", office_name="测试", division="220000", username=BENCH, full_name=BENCH,
        password=NO_SECRET, now=NOW, kdf=Kdf(memory_kib=8, iterations=1, lanes=1),
    )  # fmt: skip
    try:
        ids = _fill(opened.store, opened.actor, children)
        with opened.store.transaction() as session:
            duplicates.filed(session)
        yield opened.store, opened.actor, ids
    finally:
        opened.store.close()


def _fill(store: Store, actor: Actor, children: Sequence[Traits]) -> list[str]:
    form = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
    with store.transaction() as session:
        keep_form(session, form, NOW)
    ids = []
    for start in range(0, len(children), PORTION):
        rows = _Rows(store, actor, form.id, form.version)
        for number, traits in enumerate(children[start : start + PORTION], start=start + 1):
            ids.append(rows.add(traits, number))
        with store.transaction() as session:
            for table, listed in rows.tables():
                put_in(session, table, listed)
    return ids


def put_in(session: Session, kind: type[Table], rows: Sequence[Mapping[str, object]]) -> None:
    """All rows in one statement: mapped ones would be sorted into as many as there are sets of empty columns."""
    if rows:
        session.connection().execute(insert(kind.metadata.tables[kind.__tablename__]), rows)


class _Rows:
    """Rows of several children, to be put in at one go."""

    def __init__(self, store: Store, actor: Actor, form_id: str, version: str) -> None:
        self._store, self._actor, self._form = store, actor, (form_id, version)
        self._children: list[dict[str, object]] = []
        self._registrations: list[dict[str, object]] = []
        self._answers: list[dict[str, object]] = []
        self._persons: list[dict[str, object]] = []
        self._keys: list[dict[str, object]] = []
        self._terms: list[dict[str, object]] = []

    def tables(self) -> Iterator[tuple[type[Table], list[dict[str, object]]]]:
        yield Child, self._children
        yield Registration, self._registrations
        yield Answer, self._answers
        yield ChildPerson, self._persons
        yield ChildKey, self._keys
        yield ChildTerm, self._terms

    def add(self, traits: Traits, number: int) -> str:
        child_id, registration_id = self._store.new_id(), self._store.new_id()
        self._children.append(
            {
                "id": child_id, "state": ChildState.ACTIVE, "name": traits.name, "name_norm": normal_name(traits.name),
                "pinyin": traits.pinyin, "initials": initials(traits.name), "id_number": traits.id_number or None,
                "birth_date": traits.birth_date, "sex": traits.sex, "household_division": traits.household,
                "residence_division": traits.residence, "created_at": NOW, "exit_reason": "",
                "pinyin_plain": traits.pinyin.replace(" ", ""), "current_registration_id": registration_id,
                "id_reversed": traits.id_number[::-1] or None, "scope": traits.residence,
            }
        )  # fmt: skip
        self._registrations.append(
            {
                "id": registration_id, "store_id": self._store.store_id, "sequence": number,
                "state": RegistrationState.VERIFIED, "form_id": self._form[0], "form_version": self._form[1],
                "division": traits.residence, "collection": "", "child_id": child_id, "pinned": True, "notes": [],
                "taken_in_at": NOW, "verified_at": NOW, "verified_by": self._actor.user_id, "sent_back_reason": "",
            }
        )  # fmt: skip
        self._answers.append(
            {
                "registration_id": registration_id, "key": likeness_rows.RESIDENCE, "text": "", "note": "",
                "value": {"division": traits.residence, "detail": traits.detail}, "state": AnswerState.MACHINE,
                "source": ValueSource.PAPER, "accepted": True, "verdict_version": "", "reasons": [], "box": None,
                "changed_at": NOW,
            }
        )  # fmt: skip
        for role, adult in traits.around.items():
            self._persons.append(
                {
                    "child_id": child_id, "role": PersonRole(role), "name": adult.name,
                    "name_norm": normal_name(adult.name), "id_number": adult.id_number or None,
                    "phone": adult.phone or None,
                }
            )  # fmt: skip
        phones = [adult.phone for adult in traits.around.values()]
        terms = search_rows.terms_of(normal_name(traits.name), traits.pinyin, phones)
        self._terms.extend({"child_id": child_id, "term": term} for term in sorted(terms))
        self._keys.extend({"child_id": child_id, "key": key} for key in keys_of(traits))
        return child_id
