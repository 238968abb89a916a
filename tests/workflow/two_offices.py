"""A township and its county, who know each other: for the tests of what goes between offices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records import database
from records.folder import DATABASE
from records.views_handover import MadePackage
from tests.workflow.conftest import PASSWORD, QUICK, MakeOffice, OfficeAtWork
from workflow import handover, handover_in, partners, verify
from workflow.access import create_office


@dataclass
class Two:
    """A township and its county, who know each other."""

    town: OfficeAtWork
    county: OfficeAtWork
    place: Path

    def made(self, name: str, *, everything: bool = False, sensitive: bool = True) -> MadePackage:
        store, actor, now = self.town.store, self.town.actor, self.town.clock()
        path = self.place / name
        return handover.make(store, actor, now, "县民政局", path, everything=everything, sensitive=sensitive)

    def make(self, name: str, **more: bool) -> Path:
        path = self.place / name
        self.made(name, **more)
        return path

    def take(self, path: Path) -> None:
        handover_in.take_in(self.county.store, self.county.actor, self.county.clock(), path)

    def back(self, name: str) -> Path:
        path = self.place / name
        handover.make(self.county.store, self.county.actor, self.county.clock(), "黄松甸镇人民政府", path)
        return path


def county_office(place: Path) -> OfficeAtWork:
    opened = create_office(
        place / "资料库",
        office_name="县民政局",
        division="220281",
        username="admin",
        full_name="县管理员",
        password=PASSWORD,
        now=datetime(2026, 10, 12, 1, 0, tzinfo=UTC),
        kdf=QUICK,
    )
    return OfficeAtWork(opened.store, opened.actor, place)


def introduce(one: OfficeAtWork, other: OfficeAtWork, place: Path, *, sensitive: bool = False) -> None:
    """``one`` gets ``other``'s card and compares the fingerprint."""
    path = place / f"{other.store.store_id}-{one.store.store_id}-{sensitive}.tdcard"
    told = partners.write_card(other.store, other.actor, other.clock(), path, sensitive=sensitive)
    partners.trust(one.store, one.actor, one.clock(), path, told.fingerprint)


@pytest.fixture
def two(make_office: MakeOffice, tmp_path: Path) -> Iterator[Two]:
    town, county = make_office("镇"), county_office(tmp_path / "县")
    introduce(town, county, tmp_path, sensitive=True)
    introduce(county, town, tmp_path)
    with county.store:
        yield Two(town, county, tmp_path)


def rows(office: OfficeAtWork, query: str) -> list[tuple[object, ...]]:
    connection = database.connect(office.store.data_dir / DATABASE, office.store.opened_keys.database, read_only=True)
    found = [tuple(row) for row in connection.execute(query).fetchall()]
    connection.close()
    return found


ANSWERS = "SELECT registration_id, key, value, state FROM answers ORDER BY 1, 2"
EVENTS = "SELECT registration_id, number, key, to_value, at FROM answer_events ORDER BY 1, 2"
PLACES = (
    "SELECT s.registration_id, p.id, p.side, i.archive_number, s.number FROM pages p "
    "JOIN sheets s ON s.id = p.sheet_id JOIN archive_items i ON i.id = s.item_id ORDER BY 2"
)


def there_and_back(two: Two) -> str:
    """The county has the registration; its id."""
    two.town.child("A")
    two.take(two.make("一.tdhandover"))
    ((registration,),) = rows(two.county, "SELECT id FROM registrations")
    return str(registration)


def corrected(two: Two, key: str, value: str) -> str:
    """The township opens its registration again, corrects a field and saves."""
    ((registration,),) = rows(two.town, "SELECT id FROM registrations")
    store, actor, clock = two.town.store, two.town.actor, two.town.clock
    verify.reopen(store, actor, clock(), str(registration), "重看")
    verify.confirm(store, actor, clock(), str(registration), key, value)
    assert isinstance(verify.finish(store, actor, clock(), str(registration)), verify.Finished)
    return str(registration)
