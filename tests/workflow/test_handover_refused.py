"""Cards and packages that don't fit: each is refused whole with what to do, and afterwards the right one is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from records import handover_file, people
from records.errors import PackageRefused
from records.handover_file import Card
from records.sealed_stream import SealedWriter
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.test_handover import refused
from tests.workflow.two_offices import Two, introduce, rows, two
from workflow import handover, handover_in, partners
from workflow.access import log_in
from workflow.check import check
from workflow.errors import BadValue, NotFound, NotWritten
from workflow.people import rotate_keys

__all__ = ["two"]


def card_of(office: OfficeAtWork, path: Path) -> Card:
    partners.write_card(office.store, office.actor, office.clock(), path)
    return handover_file.read_card(path.read_bytes())


def signed(office: OfficeAtWork, card: Card, path: Path) -> str:
    """A card as this office would sign it; the fingerprint."""
    ((private,),) = rows(office, "SELECT signing_private FROM office")
    assert isinstance(private, bytes)
    path.write_bytes(handover_file.card_bytes(card, private))
    return handover_file.fingerprint(card.store_id, card.signing_public)


def trust(office: OfficeAtWork, path: Path, fingerprint: str) -> None:
    partners.trust(office.store, office.actor, office.clock(), path, fingerprint)


# -- cards ------------------------------------------------------------------------------------------------------------


def test_cards_that_are_not_to_be_trusted(two: Two) -> None:
    town, county, path = two.town, two.county, two.place / "另.tdcard"
    card = card_of(town, two.place / "镇.tdcard")
    known = rows(county, "SELECT * FROM partners")
    own = partners.write_card(county.store, county.actor, county.clock(), two.place / "县.tdcard")
    with pytest.raises(BadValue, match="本单位自己"):
        trust(county, two.place / "县.tdcard", own.fingerprint)
    # a card that is older than the one at hand would bring back exchange keys that were changed
    told = signed(town, replace(card, made_at=card.made_at - timedelta(days=1)), path)
    trust(county, two.place / "镇.tdcard", told)
    with pytest.raises(PackageRefused, match="旧名片"):
        trust(county, path, told)
    told = signed(town, replace(card, division="229999"), path)
    with pytest.raises(PackageRefused, match="区划"):
        trust(county, path, told)
    path.write_bytes(path.read_bytes() + b" " * handover_file.LARGEST_CARD)
    with pytest.raises(PackageRefused):
        partners.look_at_card(county.store, county.actor, path)
    with pytest.raises(NotFound):
        partners.look_at_card(county.store, county.actor, two.place / "没有.tdcard")
    # somebody else's key under the township's id, and a fingerprint that was read out rightly
    ((private, public),) = rows(county, "SELECT signing_private, signing_public FROM office")
    assert isinstance(private, bytes)
    assert isinstance(public, bytes)
    false = replace(card, signing_public=public, made_at=card.made_at + timedelta(days=1))
    path.write_bytes(handover_file.card_bytes(false, private))
    assert not partners.look_at_card(county.store, county.actor, path).known
    with pytest.raises(PackageRefused, match="签名钥匙"):
        trust(county, path, handover_file.fingerprint(false.store_id, public))
    after = rows(county, "SELECT * FROM partners")
    assert [row[:4] for row in after] == [row[:4] for row in known]
    assert partners.look_at_card(county.store, county.actor, two.place / "镇.tdcard").known


def test_a_newer_card_brings_what_is_new(two: Two) -> None:
    town, county, path = two.town, two.county, two.place / "新.tdcard"
    card = card_of(town, two.place / "镇.tdcard")
    told = signed(town, replace(card, office="黄松甸镇政府", exchange_public=b"\x05" * 32), path)
    trust(county, path, told)
    (row,) = partners.partners(county.store, county.actor)
    assert (row.office, row.store_id, row.takes_sensitive) == ("黄松甸镇政府", town.store.store_id, False)
    assert rows(county, "SELECT exchange_public FROM partners") == [(b"\x05" * 32,)]


# -- packages ---------------------------------------------------------------------------------------------------------


def test_values_sealed_to_a_key_that_was_changed_wait_for_the_new_card(two: Two) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    county = two.county
    rotate_keys(county.store, county.actor, county.clock())
    opened = log_in(county.store.data_dir, username="admin", password=PASSWORD, now=county.clock())
    with opened.store:
        county.store, county.actor = opened.store, opened.actor
        with pytest.raises(PackageRefused, match="以前的钥匙"):
            two.take(path)
        assert rows(county, "SELECT count(*) FROM registrations") == [(0,)]
        assert set(county.store.vault.ids()) == set(), "no file of a refused package stays"
        new = two.place / "新名片"
        new.mkdir()
        introduce(two.town, county, new, sensitive=True)
        two.take(two.make("二.tdhandover", everything=True))
        assert rows(county, "SELECT count(*) FROM registrations") == [(1,)]
        assert check(county.store, county.actor) == ()
        assert county.actor.user_id in people.sensitive_ids(county.store)


def test_pictures_that_are_lost_come_back_with_everything(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.town.child("A")
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_files", lambda *_arguments: None)
        path = two.make("无图.tdhandover")
    with pytest.raises(PackageRefused, match=r"缺以前的 \d+ 份图像文件"):
        two.take(path)
    assert rows(two.county, "SELECT count(*) FROM registrations") == [(0,)]
    two.take(two.make("一.tdhandover", everything=True))
    two.county.store.vault.delete(min(two.county.store.vault.ids()))
    assert [fault.code for fault in check(two.county.store, two.county.actor)] == ["file_missing"]
    with pytest.raises(NotWritten, match="已经存在"):
        two.make("一.tdhandover")
    two.take(two.make("二.tdhandover", everything=True))
    assert check(two.county.store, two.county.actor) == ()


Wrong = Callable[[str, bytes], list[tuple[str, bytes]]]
FORGED: dict[str, tuple[Wrong, str]] = {
    "no manifest": (lambda name, body: [] if name == "manifest" else [(name, body)], "没有接收"),
    "two manifests": (lambda name, body: [(name, body)] * (2 if name == "manifest" else 1), "没有接收"),
    "another entry": (
        lambda name, body: [("other", b"{}"), (name, body)] if name == "tail" else [(name, body)],
        "没有接收",
    ),
    "a list for a document": (lambda name, body: [(name, b"[]" if name == "document" else body)], "不合格式"),
    "deep nesting": (lambda name, body: [(name, b"[" * 90_000 if name == "document" else body)], "不合格式"),
    "a count too many": (
        lambda name, body: [(name, json.dumps({**json.loads(body), "child": 9}).encode() if name == "tail" else body)],
        "没有接收",
    ),
    "one document less": (lambda name, body: [] if b'"kind":"registration"' in body else [(name, body)], "没有接收"),
    "an unknown file": (
        lambda name, body: [("file/" + "a" * 32, b"x"), (name, body)] if name == "tail" else [(name, body)],
        "没有接收",
    ),
    "a path for a file": (
        lambda name, body: [("file/../../x", b"x"), (name, body)] if name == "tail" else [(name, body)],
        "没有接收",
    ),
}


def test_a_partner_whose_program_writes_nonsense_changes_nothing(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with the right key: everything that only a program of ours would keep to is looked at, too."""
    two.town.child("A")
    before = rows(two.county, "SELECT count(*) FROM audit"), sorted(two.county.store.vault.ids())
    for number, (what, (forge, words)) in enumerate(FORGED.items()):

        def entry(writer: SealedWriter, name: str, body: bytes, forge: Wrong = forge) -> None:
            for told, content in forge(name, body):
                writer.entry(told, len(content))
                writer.write(content)

        monkeypatch.setattr(handover, "_entry", entry)
        monkeypatch.setattr(handover, "_read_again", lambda *_arguments: None)
        path = two.make(f"{number}.tdhandover", everything=True)
        with pytest.raises(PackageRefused) as told:
            two.take(path)
        assert words in told.value.sentence, what
        now = rows(two.county, "SELECT count(*) FROM audit"), sorted(two.county.store.vault.ids())
        assert now == before, what
    monkeypatch.undo()
    two.take(two.make("真.tdhandover", everything=True))
    assert check(two.county.store, two.county.actor) == ()


def test_an_office_that_never_gave_its_card_can_open_nothing(two: Two) -> None:
    """A store put back to before its card was made: the package can't be for what is there now."""
    two.town.child("A")
    path = two.make("一.tdhandover")
    with two.county.store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE office SET exchange_private = NULL, exchange_public = NULL")
    refused(two.county, path, "还没有做过名片")


def test_the_same_package_looked_at_again_says_so(two: Two) -> None:
    two.town.child("A")
    path = two.make("一.tdhandover")
    seen = handover_in.preview(two.county.store, two.county.actor, path)
    assert (seen.already, seen.everything, len(seen.registrations)) == (False, True, 1)
    looked = rows(two.county, "SELECT object_id FROM audit WHERE verb = 'handover.look'")
    assert looked == [(two.town.store.store_id,)], "names and values were seen"
    two.take(path)
    seen = handover_in.preview(two.county.store, two.county.actor, path)
    assert (seen.already, seen.registrations) == (True, ())
    with pytest.raises(NotFound, match="U 盘"):
        handover_in.preview(two.county.store, two.county.actor, two.place / "没有.tdhandover")
