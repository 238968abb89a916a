"""A township and its county on disk, open at once, and the time that passes for both: what walks go through.

``strange_orders`` says what they do, ``strange_looks`` what is wrong afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.kill_run import NOW, PASSWORD
from benchmarks.store_acts import SECOND_PASSWORD
from records.ids import civil_date
from records.store import Store
from records.tables import Table, User
from records.views import Actor
from workflow.access import log_in

PASSWORDS = {"admin": PASSWORD, "wang": SECOND_PASSWORD}
"""Of the township's administrators. The second one isn't named for what is extra-sensitive."""


class WalkClock:
    """A second later at every look; days pass when somebody says so."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @property
    def today(self) -> date:
        return civil_date(self.now)


@dataclass(slots=True)
class Office:
    """An open store and whoever is at work there."""

    store: Store
    actor: Actor

    def ids(self, table: type[Table], *where: object) -> list[str]:
        """Ids of rows, in order."""
        with self.store.session() as session:
            return list(session.scalars(select(table.id).where(*where).order_by(table.id)))  # type: ignore[attr-defined, arg-type]  # every table asked has an id


@dataclass(slots=True)
class Walk:
    """Where the offices stand by now."""

    folder: Path
    town: Office
    county: Office
    clock: WalkClock = field(default_factory=WalkClock)
    restored: int = 0
    packages: int = 0
    entered: dict[str, set[str]] = field(default_factory=dict)
    """What persons entered, by table: nothing of it may be missing one day, but for what was erased by law."""

    @property
    def here(self) -> tuple[Store, Actor, datetime]:
        return self.town.store, self.town.actor, self.clock()

    @property
    def second(self) -> Actor:
        """The other administrator, at the same machine."""
        other = next(name for name in PASSWORDS if name != self.town.actor.username)
        (user_id,) = self.town.ids(User, User.username == other)
        return replace(self.town.actor, user_id=user_id, username=other)

    def close(self) -> None:
        self.town.store.close()
        self.county.store.close()


def begin(folder: Path) -> Walk:
    """Opens what ``make_start`` or an earlier walk left."""
    opened = [log_in(folder / name, username="admin", password=PASSWORD, now=NOW) for name in ("镇", "县")]
    town, county = (Office(each.store, each.actor) for each in opened)
    clock = WalkClock(NOW + timedelta(hours=1))  # after everything that was done in making the start
    return Walk(folder, town, county, clock)
