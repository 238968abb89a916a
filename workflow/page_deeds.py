"""What somebody did with pages last, kept in the store: the command line takes it back in another run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from records import kept_rows
from records.session import Session
from records.store import Store
from records.tables import KeptView
from records.views import Actor, PageState
from workflow import arranging
from workflow.arranging import PutBack, Stood
from workflow.changes import NOTHING, Changes
from workflow.errors import NotFound
from workflow.permissions import Right, verb

KIND = "page_deeds"
MOST = 20  # deeds that are remembered


@verb(Right.TAKE_IN)
def remember(store: Store, actor: Actor, now: datetime, words: str, before: Sequence[Stood]) -> Changes:
    """One deed more: what it was, in words without a name, and where its pages stood."""
    with store.transaction() as session:
        row = _row(store, session, actor, now)
        row.content = [*(row.content or []), {"words": words, "before": [asdict(each) for each in before]}][-MOST:]
    return NOTHING


@verb(Right.TAKE_IN)
def undo_last(store: Store, actor: Actor, now: datetime) -> tuple[str, PutBack]:
    """Take back the last deed that is remembered; what it was, and what came of it. Raises NotFound, WrongState."""
    with store.session() as session:
        row = kept_rows.kept(session, KIND, actor.user_id)
        deeds = list(row.content or []) if row is not None else []
    if not deeds:
        raise NotFound("没有可以撤销的，没有改动。")
    done = arranging.put_back(store, actor, now, _stood(deeds[-1]))
    with store.transaction() as session:
        kept = _row(store, session, actor, now)
        # registrations that were made again have other ids now
        kept.content = [
            {**deed, "before": [asdict(each) for each in arranging.following(_stood(deed), done.made)]}
            for deed in deeds[:-1]
        ]
    return str(deeds[-1]["words"]), done


def _stood(deed: Mapping[str, Any]) -> tuple[Stood, ...]:
    return tuple(Stood(**{**each, "state": PageState(each["state"])}) for each in deed["before"])


def _row(store: Store, session: Session, actor: Actor, now: datetime) -> KeptView:
    row = kept_rows.kept(session, KIND, actor.user_id)
    if row is None:
        row = KeptView(id=store.new_id(), user_id=actor.user_id, kind=KIND, name="", content=[])
        session.add(row)
    row.at, row.by = now, actor.user_id
    return row
