"""Every sheet has a number of its own and, when somebody says so, a place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import children, cross_reference, finding, settings, verify
from workflow.errors import BadValue, NotFound


def test_numbers_run_through(office: OfficeAtWork) -> None:
    for number in range(3):
        office.deliver(f"{number}.tif", front(f"S{number}", child_name=f"儿{number}"), back(f"S{number}"))
    office.read()
    assert [s.place.archive_number[-4:] for s in office.sheets()] == ["0001", "0002", "0003"]


def test_the_year_of_a_number_is_the_one_on_the_offices_wall(office: OfficeAtWork) -> None:
    for name, hour in (("旧", 15), ("新", 16)):  # an instant is kept in UTC; at 16:00 the new year has begun in China
        office.clock.now = datetime(2026, 12, 31, hour, 30, tzinfo=UTC)
        office.deliver(f"{name}.tif", front(name, child_name=name), back(name))
        office.read()
    numbers = [s.place.archive_number.split("·", 1)[1] for s in office.sheets()]
    assert numbers == ["2026·D30·黄松甸镇-0001", "2027·D30·黄松甸镇-0001"]


def test_the_settings_shape_the_number_and_both_styles_find_it(office: OfficeAtWork) -> None:
    for key, value in (
        ("fonds", "Z109"),
        ("unit", "HSD"),
        ("number_template", "{fonds}-{category}·{year}-{retention}-{unit}-{item}"),
    ):
        settings.change_setting(office.store, office.actor, office.clock(), key, value)
    office.deliver("一.jpg", front())
    office.read()
    (sheet,) = office.sheets()
    assert sheet.place.archive_number == "Z109-ZY·2026-D30-HSD-0001"
    printed = ("Z109-ZY·2026-D30-HSD-0001", "Z109-ZY·2026·D30·HSD-0001", " Z109－ZY．2026．D30．HSD—0001 ")
    for typed in printed:
        assert [each.key for each in finding.find(office.store, office.actor, typed)] == [sheet.registration_id], typed
    assert finding.find(office.store, office.actor, "Z109-ZY·2026·D30·HSD-0002") == ()
    office.verified(sheet)
    for typed in (*printed, "HSD-0001"):
        assert [row.name for row in children.children(office.store, office.actor, search=typed)] == ["欧阳雪"], typed
    assert children.children(office.store, office.actor, search="Z109-ZY·2026·D30·HSD-0002") == ()


def test_settings_that_would_break_numbers_are_refused(office: OfficeAtWork) -> None:
    for key, value in (
        ("fonds", "A-1"),
        ("unit", "甲·乙"),
        ("retention", "D20"),
        ("number_template", "{item}"),
        ("recheck_percent", 101),
        ("show_all_until", "50"),
        ("no_such_setting", 1),
    ):
        with pytest.raises(BadValue):
            settings.change_setting(office.store, office.actor, office.clock(), key, value)
    assert settings.settings(office.store, office.actor) == {s.key: s.default for s in settings.SETTINGS}


def test_every_setting_has_a_sentence() -> None:
    keys = [setting.key for setting in settings.SETTINGS]
    assert len(set(keys)) == len(keys)
    assert all(setting.sentence.endswith("。") for setting in settings.SETTINGS)


def test_a_place_is_kept_once_for_many_sheets(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.tif", front("T", child_name="王雪"), back("T"))
    office.read()
    ids = [s.registration_id for s in office.sheets()]
    place = cross_reference.Place("1", "2", "3", "4", "5", "6")
    cross_reference.set_location(office.store, office.actor, office.clock(), ids, place)
    assert [s.place.location for s in office.sheets()] == ["1库房2区3列4架5层6盒"] * 2
    cross_reference.set_location(
        office.store, office.actor, office.clock(), ids[:1], cross_reference.Place(storeroom="1", box="9")
    )
    assert [s.place.location for s in office.sheets()] == ["1库房9盒", "1库房2区3列4架5层6盒"]
    with pytest.raises(NotFound):
        cross_reference.set_location(office.store, office.actor, office.clock(), [ids[0], "nobody"], place)
    assert office.sheets()[0].place.location == "1库房9盒", "all or nothing"
    with pytest.raises(BadValue):
        cross_reference.set_location(
            office.store, office.actor, office.clock(), ids, cross_reference.Place(box="很" * 21)
        )


def test_from_the_child_to_the_paper(office: OfficeAtWork) -> None:
    office.deliver("一.tif", front("S"), back("S"))
    office.deliver("二.tif", front("T", form_date="2026-11-01"), back("T"))
    office.read()
    first, second = office.sheets()
    child = office.verified(first).child_id
    office.verified(second)
    rows = cross_reference.sheet_places(office.store, office.actor, child)
    assert [row.registration_id for row in rows] == [second.registration_id, first.registration_id]
    assert rows[1].archive_number == first.place.archive_number
    assert rows[1].page_ids == tuple(p.page_id for p in first.pages)
    for page_id in rows[0].page_ids:
        assert verify.page_image(office.store, office.actor, page_id)
