"""Township to county and back: a package holds everything, changes nothing twice, and is refused whole when wrong."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from records import database, handover_file, handover_sealing
from records.errors import PackageRefused
from records.folder import DATABASE
from records.tables import User
from records.views import BatchState, RegistrationState, Role
from records.views_care import LinkKind
from tests.records.kill_points import armed, killed_at
from tests.workflow.conftest import PASSWORD, MakeOffice, OfficeAtWork
from tests.workflow.two_offices import (
    ANSWERS,
    EVENTS,
    PLACES,
    Two,
    corrected,
    introduce,
    rows,
    two,
)
from workflow import (
    children,
    duplicates,
    erasing,
    handover,
    handover_in,
    intake,
    moves,
    partners,
    report,
    review,
    verify,
)
from workflow.access import log_in
from workflow.check import check
from workflow.errors import BadValue, NotAllowed, NotWritten

__all__ = ["two"]  # a fixture


def test_the_county_has_what_the_township_has(two: Two) -> None:
    child = two.town.child("A")
    made = two.made("一.tdhandover")
    assert (made.number, made.everything, made.left_out) == (1, True, 0)
    seen = handover_in.preview(two.county.store, two.county.actor, two.place / "一.tdhandover")
    assert [row.title for row in seen.new] == ["欧阳雪"]
    assert not seen.changed
    assert not seen.already
    assert (seen.audit_seq, seen.audit_head) == (made.audit_seq, made.audit_head)
    assert rows(two.county, ANSWERS) == []
    two.take(two.place / "一.tdhandover")
    for query in (ANSWERS, EVENTS, PLACES):
        assert rows(two.county, query) == rows(two.town, query)
    (listed,) = children.children(two.county.store, two.county.actor)
    assert listed.child_id == child
    (page,) = rows(two.county, "SELECT id FROM pages WHERE side = 1")
    mine = verify.page_image(two.county.store, two.county.actor, str(page[0]))
    assert mine == verify.page_image(two.town.store, two.town.actor, str(page[0]))
    assert check(two.county.store, two.county.actor) == ()
    assert check(two.town.store, two.town.actor) == ()


def test_the_same_package_twice_changes_nothing(two: Two) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    two.take(path)
    assert handover_in.preview(two.county.store, two.county.actor, path).already  # looked into: audited
    before = rows(two.county, "SELECT count(*), max(hash) FROM audit")
    assert not handover_in.take_in(two.county.store, two.county.actor, two.county.clock(), path)
    assert rows(two.county, "SELECT count(*), max(hash) FROM audit") == before


def test_only_what_is_new_goes_along(two: Two) -> None:
    two.town.child("A")
    two.take(two.make("一.tdhandover"))
    two.town.child("B", child_name="王一", child_id_number="22028420180101004X", child_sex=["2"])
    made = two.made("二.tdhandover")
    assert (made.number, made.everything) == (2, False)
    assert made.counts == {"child": 1, "registration": 1, "source": 1, "file": 3}
    two.take(two.place / "二.tdhandover")
    assert rows(two.county, ANSWERS) == rows(two.town, ANSWERS)
    assert check(two.county.store, two.county.actor) == ()
    everything = two.make("三.tdhandover", everything=True)
    two.take(everything)
    assert rows(two.county, ANSWERS) == rows(two.town, ANSWERS)
    assert check(two.county.store, two.county.actor) == ()


def test_a_correction_is_shown_field_by_field_and_taken(two: Two) -> None:
    two.town.child("A")
    two.take(two.make("一.tdhandover"))
    registration = corrected(two, "father_name", "欧阳柏")
    path = two.make("二.tdhandover")
    seen = handover_in.preview(two.county.store, two.county.actor, path)
    (row,) = seen.changed
    (field,) = row.fields
    assert (row.registration_id, field.key, field.before, field.after) == (
        registration,
        "father_name",
        "欧阳松",
        "欧阳柏",
    )
    two.take(path)
    assert rows(two.county, ANSWERS) == rows(two.town, ANSWERS)
    assert rows(two.county, EVENTS) == rows(two.town, EVENTS)
    assert check(two.county.store, two.county.actor) == ()


def test_the_county_reviews_what_comes_in(two: Two) -> None:
    two.town.child("A")
    two.take(two.make("一.tdhandover"))
    (waiting,) = review.to_review(two.county.store, two.county.actor)
    assert not waiting.own
    review.review(two.county.store, two.county.actor, two.county.clock(), waiting.registration_id)
    two.take(two.make("二.tdhandover", everything=True))
    assert rows(two.county, "SELECT state FROM registrations") == [(RegistrationState.REVIEWED.value,)]
    corrected(two, "father_name", "欧阳柏")
    two.take(two.make("三.tdhandover"))
    assert rows(two.county, "SELECT state FROM registrations") == [(RegistrationState.VERIFIED.value,)]


# -- refused ----------------------------------------------------------------------------------------------------------


def refused(office: OfficeAtWork, path: Path, words: str) -> None:
    """Whole, with a sentence, and nothing is changed."""
    before = rows(office, "SELECT count(*) FROM audit"), sorted(office.store.vault.ids())
    for act in (
        lambda: handover_in.preview(office.store, office.actor, path),
        lambda: handover_in.take_in(office.store, office.actor, office.clock(), path),
    ):
        with pytest.raises(PackageRefused) as told:
            act()
        assert words in told.value.sentence
        assert "资料库没有变化" in told.value.sentence
    assert (rows(office, "SELECT count(*) FROM audit"), sorted(office.store.vault.ids())) == before


def test_a_changed_or_shortened_package_is_refused(two: Two) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    whole = path.read_bytes()
    chance = random.Random(4)
    for at in [0, 12, *chance.sample(range(len(whole)), 25), len(whole) - 1]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        refused(two.county, path, "没有接收")
    for size in (0, 5, 40, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        refused(two.county, path, "没有接收")
    path.write_bytes(whole + b"x")
    refused(two.county, path, "没有接收")


def test_foreign_packages_are_refused(two: Two, make_office: MakeOffice) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    stranger = make_office("邻镇")
    refused(stranger, path, "给别的单位的")
    introduce(stranger, two.county, two.place)
    handover.make(stranger.store, stranger.actor, stranger.clock(), "县民政局", two.place / "邻.tdhandover")
    refused(two.county, two.place / "邻.tdhandover", "还没有核对过它的名片")


def test_old_packages_and_those_out_of_turn_are_refused(two: Two) -> None:
    two.town.child("A")
    first = two.make("一.tdhandover")
    two.town.child("B", child_name="王一", child_id_number="22028420180101004X", child_sex=["2"])
    second = two.make("二.tdhandover")
    refused(two.county, second, "请先收前面的包")
    two.take(first)
    two.take(second)
    third = two.make("三.tdhandover", everything=True)
    two.take(third)
    assert not handover_in.take_in(two.county.store, two.county.actor, two.county.clock(), second)
    replayed = two.place / "一再来.tdhandover"
    rows_before = rows(two.county, "SELECT count(*) FROM handovers")
    # the township's store was put back and gives a number anew
    connection = database.connect(two.town.store.data_dir / DATABASE, two.town.store.opened_keys.database)
    connection.execute("DELETE FROM handovers WHERE number > 1")
    connection.close()
    handover.make(two.town.store, two.town.actor, two.town.clock(), "县民政局", replayed)
    refused(two.county, replayed, "旧的交接包")
    assert rows(two.county, "SELECT count(*) FROM handovers") == rows_before
    # its next package after one from the county goes on from what the county has
    path = two.back("回一.tdhandover")
    handover_in.take_in(two.town.store, two.town.actor, two.town.clock(), path)
    two.take(two.make("四.tdhandover", everything=True))


def test_what_isnt_the_senders_is_refused(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.town.child("A")
    mine = two.county.child("C", child_name="李雷", child_id_number="22028420180101004X")
    ((own,),) = rows(two.county, "SELECT id FROM registrations")
    real = handover_sealing.sealed_for

    def forged(change: dict[str, str], table: str) -> None:
        def sealed_for(document: dict[str, Any], seal: Callable[[bytes, str], bytes]) -> dict[str, Any]:
            document = real(document, seal)
            for row in document["rows"].get(table, []):
                row.update(change)
            if table in document["rows"] and "id" in change:
                document["id"] = change["id"]
            return document

        monkeypatch.setattr(handover_sealing, "sealed_for", sealed_for)

    for number, (table, change) in enumerate(
        (
            ("registrations", {"store_id": two.county.store.store_id}),
            ("registrations", {"id": str(own)}),
            ("registrations", {"verified_by": two.county.actor.user_id}),
            ("children", {"id": mine}),
            ("users", {"id": two.county.actor.user_id}),
            ("answers", {"registration_id": str(own)}),
            ("answer_events", {"by": two.county.actor.user_id}),
            ("sheets", {"registration_id": str(own)}),
            ("pages", {"source_id": "another"}),
            ("registrations", {"state": "draft"}),
            ("sources", {"vault_id": "../../../../etc/passwd"}),
            ("children", {"name; DROP TABLE children": "x"}),
            ("answers", {"changed_at": "never"}),
        )
    ):
        forged(change, table)
        path = two.make(f"{number}.tdhandover")
        before = rows(two.county, "SELECT count(*) FROM answers"), sorted(two.county.store.vault.ids())
        with pytest.raises(PackageRefused):
            two.take(path)
        assert (rows(two.county, "SELECT count(*) FROM answers"), sorted(two.county.store.vault.ids())) == before
    monkeypatch.undo()
    assert check(two.county.store, two.county.actor) == ()


def take(where: Path, path: Path) -> None:
    opened = log_in(where, username="admin", password=PASSWORD, now=datetime(2026, 10, 13, 1, 0, tzinfo=UTC))
    with opened.store:
        handover_in.take_in(opened.store, opened.actor, datetime(2026, 10, 13, 1, 1, tzinfo=UTC), path)


def test_killed_at_each_step_of_taking_in_and_done_again(two: Two) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    wanted = rows(two.town, ANSWERS)
    data_dir = two.county.store.data_dir
    two.county.store.close()
    whole = two.place / "whole"
    shutil.copytree(data_dir, whole)

    with armed() as steps:
        take(whole, path)
    for number in range(1, len(steps.passed) + 1, 3):
        again = two.place / f"killed {number}"
        shutil.copytree(data_dir, again)
        assert killed_at(number, partial(take, again, path)), number
        take(again, path)
        opened = log_in(again, username="admin", password=PASSWORD, now=datetime(2026, 10, 13, 2, 0, tzinfo=UTC))
        with opened.store:
            office = OfficeAtWork(opened.store, opened.actor, two.place)
            assert rows(office, ANSWERS) == wanted
            assert check(opened.store, opened.actor) == ()


# -- proposals --------------------------------------------------------------------------------------------------------


# -- erased, merged, linked -------------------------------------------------------------------------------------------

SECOND: dict[str, Any] = {"child_name": "王一", "child_id_number": "22028420180101004X"}


def erase(town: OfficeAtWork, name: str) -> None:
    """The township erases a file by law: one asks, another carries it out."""
    with town.store.transaction() as session:
        other = User(
            id=town.store.new_id(), username=f"other {name}", full_name="王某", role=Role.ADMINISTRATOR,
            division=town.actor.division, created_at=town.clock(),
        )  # fmt: skip
        session.add(other)
        session.flush()
        who = replace(town.actor, user_id=other.id)
    (source,) = (s for s in intake.inbox(town.store, town.actor).sources if s.name == name)
    pages = [page.page_id for page in source.pages]
    asked = erasing.request_erasure(town.store, town.actor, town.clock(), pages, "误扫")
    erasing.carry_out_erasure(town.store, who, town.clock(), asked, everything=True)


def test_what_its_owner_erased_by_law_goes_at_the_partners_too(two: Two) -> None:
    two.town.child("A")
    stays = two.town.child("B", **SECOND)
    two.take(two.make("一.tdhandover"))
    files = set(two.county.store.vault.ids())
    erase(two.town, "A.tif")
    second = two.make("二.tdhandover")
    counted = handover_in.preview(two.county.store, two.county.actor, second).counts
    assert (counted["gone"], counted["gone_child"]) == (1, 1)
    two.take(second)
    assert rows(two.county, "SELECT id FROM children") == [(stays,)]
    assert rows(two.county, "SELECT count(*) FROM registrations") == [(1,)]
    assert rows(two.county, "SELECT count(*) FROM answer_events WHERE to_value LIKE '%欧阳%'") == [(0,)]
    assert len(files - set(two.county.store.vault.ids())) == 3, "the original and a copy of each side"
    (told,) = rows(two.county, "SELECT name FROM sources WHERE erased_at IS NOT NULL")
    assert told == ("",)
    assert check(two.county.store, two.county.actor) == ()
    assert check(two.town.store, two.town.actor) == ()
    two.take(two.make("三.tdhandover"))  # it is told once
    assert rows(two.county, "SELECT count(*) FROM children") == [(1,)]


def test_what_the_county_reported_leaves_an_empty_row_when_its_owner_erases_it(two: Two) -> None:
    two.town.child("A")
    two.town.child("B", **SECOND)
    two.take(two.make("一.tdhandover"))
    county = two.county
    act = (county.store, county.actor)
    ids = [row.registration_id for row in report.candidates(*act)]
    _, reported = report.new_batch(*act, county.clock(), "第一批", ids[:1])
    report.freeze(*act, county.clock(), reported)
    report.write(*act, county.clock(), reported, two.place / "批.xlsx")
    _, unsent = report.new_batch(*act, county.clock(), "第二批", ids[1:])
    report.freeze(*act, county.clock(), unsent)
    erase(two.town, "A.tif")
    erase(two.town, "B.tif")
    two.take(two.make("二.tdhandover"))
    assert rows(county, "SELECT count(*) FROM registrations") == [(0,)]
    assert rows(county, "SELECT count(*) FROM children") == [(0,)]
    assert set(county.store.vault.ids()) == set()
    assert (report.batch(*act, reported).erased, report.batch(*act, unsent).erased) == ((1,), ())
    assert report.batch(*act, unsent).summary.state is BatchState.OPEN
    assert check(county.store, county.actor) == ()


def test_nobody_erases_what_is_another_offices(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.town.child("A")
    mine = two.county.child("C", child_name="李雷", child_id_number="22028420180101004X")
    ((own,),) = rows(two.county, "SELECT id FROM registrations")
    real = handover._children_and_papers
    for number, (kind, about) in enumerate((("gone", own), ("gone_child", mine))):

        def forged(*given: Any, kind: str = kind, about: object = about) -> Iterator[dict[str, Any]]:
            yield from real(*given)
            yield {"kind": kind, "id": about, "rows": {}}

        monkeypatch.setattr(handover, "_children_and_papers", forged)
        path = two.make(f"{number}.tdhandover", everything=True)
        with pytest.raises(PackageRefused):
            two.take(path)
        assert rows(two.county, "SELECT count(*) FROM registrations") == [(1,)]


def test_links_and_merges_travel(two: Two) -> None:
    town, county = two.town, two.county
    one, other = town.child("A"), town.child("B", **SECOND)
    third = town.child("C", child_name="欧阳霜", child_id_number=None, child_registered=["no"])
    _, link = moves.link(town.store, town.actor, town.clock(), one, other, LinkKind.SIBLINGS, "户口簿")
    two.take(two.make("一.tdhandover"))
    linked = "SELECT id, child_id, other_id, why, undone_reason FROM child_links"
    assert rows(county, linked) == rows(town, linked) != []
    moves.unlink(town.store, town.actor, town.clock(), link, "弄错了")
    duplicates.merge(town.store, town.actor, town.clock(), one, third, "户口簿")
    two.take(two.make("二.tdhandover"))
    assert rows(county, linked) == rows(town, linked)
    (listed,) = (row for row in children.children(county.store, county.actor, search="欧阳"))
    assert listed.child_id == one, "both registrations are this child's now"
    owned = "SELECT id, child_id FROM registrations ORDER BY id"
    assert rows(county, owned) == rows(town, owned)
    assert check(county.store, county.actor) == ()


# -- cards ------------------------------------------------------------------------------------------------------------


def test_a_card_counts_when_its_fingerprint_was_compared(two: Two, make_office: MakeOffice) -> None:
    third = make_office("三镇")
    path = two.place / "三.tdcard"
    told = partners.write_card(third.store, third.actor, third.clock(), path)
    assert partners.look_at_card(two.county.store, two.county.actor, path) == told
    wrong = told.fingerprint[:-1] + str((int(told.fingerprint[-1]) + 1) % 10)
    with pytest.raises(BadValue, match="指纹"):
        partners.trust(two.county.store, two.county.actor, two.county.clock(), path, wrong)
    partners.trust(two.county.store, two.county.actor, two.county.clock(), path, told.fingerprint.replace(" ", ""))
    assert len(partners.partners(two.county.store, two.county.actor)) == 2
    raw = path.read_bytes()
    for at in range(0, len(raw), 7):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises((PackageRefused, BadValue)):
            partners.trust(two.county.store, two.county.actor, two.county.clock(), path, told.fingerprint)
    with pytest.raises(NotWritten):
        partners.write_card(third.store, third.actor, third.clock(), path)


def test_the_fingerprint_speaks_for_the_store_and_its_key() -> None:
    told = handover_file.fingerprint("a", b"1" * 32)
    assert [len(group) for group in told.split(" ")] == [5] * 8
    assert told not in (handover_file.fingerprint("b", b"1" * 32), handover_file.fingerprint("a", b"2" * 32))


# -- extra-sensitive --------------------------------------------------------------------------------------------------


SEALED = "SELECT registration_id, key, sealed FROM answers WHERE sealed IS NOT NULL ORDER BY 2"


def test_extra_sensitive_values_go_where_both_sides_allow(two: Two) -> None:
    two.town.child("A")
    left = two.made("一.tdhandover", sensitive=False)
    sealed = rows(two.town, SEALED)
    assert sealed
    assert left.left_out >= len(sealed) + 3  # and the original with both viewing copies
    two.take(two.place / "一.tdhandover")
    assert rows(two.county, SEALED) == []
    assert check(two.county.store, two.county.actor) == ()
    two.take(two.make("二.tdhandover"))
    there = rows(two.county, SEALED)
    assert [row[:2] for row in there] == [row[:2] for row in sealed]
    for (registration, key, mine), (_, _, theirs) in zip(there, sealed, strict=True):
        assert isinstance(mine, bytes)
        assert isinstance(theirs, bytes)
        place = f"answers/{registration}/{key}"
        assert mine != theirs
        assert two.county.store.open_sealed(mine, place) == two.town.store.open_sealed(theirs, place)
    assert check(two.county.store, two.county.actor) == ()
    two.take(two.make("三.tdhandover", everything=True, sensitive=False))  # a plainer one takes nothing away
    assert rows(two.county, SEALED) == there
    assert check(two.county.store, two.county.actor) == ()


def test_without_the_receivers_named_person_nothing_extra_sensitive_goes(two: Two, make_office: MakeOffice) -> None:
    other = make_office("邻镇")
    introduce(other, two.county, two.place)
    with pytest.raises(BadValue, match="名片没有写明"):
        handover.make(other.store, other.actor, other.clock(), "县民政局", two.place / "一.tdhandover", sensitive=True)
    assert not (two.place / "一.tdhandover").exists()


def test_only_who_administers_hands_over(two: Two) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            handover_in.preview(two.county.store, two.county.as_role(role), two.place / "x")
