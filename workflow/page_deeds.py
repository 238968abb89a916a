"""What somebody did with pages last, kept in the store: the command line takes it back in another run.

A deed and its being remembered are one transaction, and so are its being taken back and forgotten: a run that is killed
leaves a deed that can be taken back, or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from records import kept_rows
from records.session import Session
from records.store import Store
from records.tables import KeptView
from records.views import Actor, PageState

KIND = "page_deeds"
MOST = 20  # deeds that are remembered


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a page stood: on a form (``registration_id``), behind one (``behind_id``), aside, or nowhere yet.

    ``keyed``: a person had said that it is to be typed in.
    """

    page_id: str
    state: PageState
    reason: str
    registration_id: str | None
    behind_id: str | None
    duplicate_of: str | None
    keyed: bool = False


def following(before: Sequence[Stood], made: Mapping[str, str]) -> tuple[Stood, ...]:
    """Where pages stood, when registrations of then have other ids now: what takes back an earlier deed."""

    def now(registration_id: str | None) -> str | None:
        return None if registration_id is None else made.get(registration_id, registration_id)

    return tuple(
        replace(stood, registration_id=now(stood.registration_id), behind_id=now(stood.behind_id)) for stood in before
    )


def remember(store: Store, session: Session, actor: Actor, now: datetime, words: str, before: Sequence[Stood]) -> None:
    """One deed more: what it was, in words without a name, and where its pages stood."""
    row = kept_rows.kept(session, KIND, actor.user_id)
    if row is None:
        row = KeptView(id=store.new_id(), user_id=actor.user_id, kind=KIND, name="", content=[])
        session.add(row)
    row.at, row.by = now, actor.user_id
    row.content = [*(row.content or []), {"words": words, "before": [asdict(each) for each in before]}][-MOST:]


def last(session: Session, actor: Actor) -> tuple[str, tuple[Stood, ...]] | None:
    """What this person did last of what is remembered, and where its pages stood."""
    row = kept_rows.kept(session, KIND, actor.user_id)
    if row is None or not row.content:
        return None
    return str(row.content[-1]["words"]), _stood(row.content[-1])


def forget_last(session: Session, actor: Actor, now: datetime, made: Mapping[str, str]) -> None:
    """It was taken back; ``made``: registrations that were made again for it, which earlier deeds find by that."""
    row = kept_rows.kept(session, KIND, actor.user_id)
    assert row is not None  # there was a last one
    row.at, row.by = now, actor.user_id
    row.content = [
        {**deed, "before": [asdict(each) for each in following(_stood(deed), made)]} for deed in row.content[:-1]
    ]


def forget_pages(session: Session, page_ids: Collection[str]) -> None:
    """Nobody's deeds with these pages are remembered: they can't be taken back, and the reason may name somebody."""
    for row in kept_rows.all_of(session, KIND):
        left = [deed for deed in row.content or [] if not any(each["page_id"] in page_ids for each in deed["before"])]
        if len(left) < len(row.content or []):
            row.content = left


def _stood(deed: Mapping[str, Any]) -> tuple[Stood, ...]:
    return tuple(Stood(**{**each, "state": PageState(each["state"])}) for each in deed["before"])
