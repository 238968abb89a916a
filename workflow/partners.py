"""Offices that hand over to each other: cards with public keys, fingerprints compared by telephone, keys pinned."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from exporters.files import write_file
from forms.gazetteer import gazetteer
from records import handover_file, handovers, office_rows
from records.errors import PackageRefused
from records.handover_file import NOTHING_DONE, Card
from records.session import Session
from records.store import Store
from records.tables import Office, Partner
from records.views import Actor
from records.views_handover import CardView, PartnerRow
from workflow.changes import Changes
from workflow.errors import BadValue, NotAllowed, NotFound, NotWritten
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office


@verb(Right.HAND_OVER)
def write_card(store: Store, actor: Actor, now: datetime, path: Path, *, sensitive: bool = False) -> CardView:
    """Write this office's card, to be given to the other office. Raises NotWritten, NotAllowed.

    ``sensitive``: the other office may send extra-sensitive values, sealed to this store's second key. Only somebody
    who is named for that key can say so.
    """
    if sensitive and store.opened_keys.sensitive is None:
        raise NotAllowed("只有能打开特别敏感内容的人，才能让对方把这类内容交过来，没有写名片。请由他来做。")
    if path.exists():
        raise NotWritten(f"{path} 已经存在，没有写名片，也没有改动它。请换一个文件名。")
    with store.transaction() as session:
        require_whole_office(session, actor)
        office = with_exchange_key(store, session)
        card = _card_of(store, office, now, sensitive)
        raw = handover_file.card_bytes(card, office.signing_private)
        store.audit(session, actor.user_id, now, "handover.card", store.store_id, {"sensitive": int(sensitive)})
    write_file(path, raw)
    return _view(card, known=False)


@verb(Right.HAND_OVER)
def own_card(store: Store, actor: Actor) -> CardView:
    """This office as its card shows it, with the fingerprint to read out on the telephone."""
    with store.session() as session:
        require_whole_office(session, actor)
        office = office_rows.office(session)
        return CardView(
            store.store_id,
            office.name,
            office.division,
            handover_file.fingerprint(store.store_id, office.signing_public),
            store.opened_keys.sensitive is not None,
            office.created_at,
            known=False,
        )


def same_figures(told: str, shown: str) -> bool:
    """Has the fingerprint been read out as it stands? Blanks and dashes don't matter."""
    return _figures(told) == _figures(shown)


def with_exchange_key(store: Store, session: Session) -> Office:
    """The office with the pair that packages are sealed to; made when it is first needed."""
    office = office_rows.office(session)
    if office.exchange_private is None:
        pair = handover_file.new_exchange_pair(store.surroundings.randomness)
        office.exchange_private, office.exchange_public = pair
        session.flush()
    return office


def _card_of(store: Store, office: Office, now: datetime, sensitive: bool) -> Card:
    assert office.exchange_public is not None  # made just before
    return Card(
        store.store_id,
        office.name,
        office.division,
        office.signing_public,
        office.exchange_public,
        store.opened_keys.sensitive_public if sensitive else None,
        now,
    )


@verb(Right.HAND_OVER)
def look_at_card(store: Store, actor: Actor, path: Path) -> CardView:
    """What stands on another office's card, with the fingerprint to compare by telephone. Raises PackageRefused."""
    with store.session() as session:
        require_whole_office(session, actor)
        card = _read(path)
        known = handovers.partner(session, card.store_id)
    return _view(card, known=known is not None and known.signing_public == card.signing_public)


@verb(Right.HAND_OVER)
def trust(store: Store, actor: Actor, now: datetime, path: Path, fingerprint: str) -> Changes:
    """Pin the keys of another office's card. ``fingerprint``: as the other office read it out on the telephone.

    A newer card of a pinned office, signed with its pinned key, brings new exchange keys. Raises BadValue for another
    fingerprint, PackageRefused for a card whose signing key isn't the pinned one.
    """
    with store.transaction() as session:
        require_whole_office(session, actor)
        card = _read(path)
        if card.store_id == store.store_id:
            raise BadValue("这是本单位自己的名片，没有接受。请选择对方交来的名片。")
        told = handover_file.fingerprint(card.store_id, card.signing_public)
        if _figures(fingerprint) != _figures(told):
            raise BadValue(
                f"电话里核对的指纹和名片上的不一样，没有接受，{NOTHING_DONE}请重新读一遍；还是不一样的，名片可能被换过。"
            )
        here = handovers.partner(session, card.store_id)
        if here is not None and here.signing_public != card.signing_public:
            raise PackageRefused(
                f"这张名片的签名钥匙和以前接受的不一样，没有接受，{NOTHING_DONE}请当面查明对方为什么换了资料库。"
            )
        if here is not None and card.made_at < here.card_made_at:
            raise PackageRefused(f"这是一张旧名片，已经有更新的了，没有接受，{NOTHING_DONE}请要对方最新的名片。")
        row = here or Partner(
            store_id=card.store_id, signing_public=card.signing_public, trusted_at=now, trusted_by=actor.user_id
        )
        row.name, row.division, row.card_made_at = card.office, card.division, card.made_at
        row.exchange_public, row.sensitive_public = card.exchange_public, card.sensitive_public
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "handover.trust", card.store_id)
    return Changes(office=True)


@verb(Right.HAND_OVER)
def partners(store: Store, actor: Actor) -> tuple[PartnerRow, ...]:
    """Offices whose keys are pinned."""
    with store.session() as session:
        require_whole_office(session, actor)
        return tuple(
            PartnerRow(
                row.store_id,
                row.name,
                row.division,
                handover_file.fingerprint(row.store_id, row.signing_public),
                row.sensitive_public is not None,
                handovers.last(session, row.store_id, "out"),
                handovers.last(session, row.store_id, "in"),
            )
            for row in handovers.partners(session)
        )


def find_partner(session: Session, name: str) -> Partner:
    """By name, division or the beginning of the store's id. Raises NotFound."""
    rows = handovers.partners(session)
    found = [row for row in rows if name in (row.name, row.division, row.store_id)]
    if len(found) != 1:
        raise NotFound("没有找到这个单位，或有几个同名的，什么也没有做。用 tongdang handover partners 看有哪些单位。")
    return found[0]


def _read(path: Path) -> Card:
    try:
        if path.stat().st_size > handover_file.LARGEST_CARD:
            raise PackageRefused(f"这不是单位名片，没有接受，{NOTHING_DONE}")
        card = handover_file.read_card(path.read_bytes())
    except OSError as error:
        raise NotFound(f"名片文件 {path} 读不出来，{NOTHING_DONE}请看路径对不对，U 盘是否还插着。") from error
    if gazetteer().division(card.division) is None:
        raise PackageRefused(f"名片上的行政区划代码不在区划表里，没有接受，{NOTHING_DONE}")
    return card


def _figures(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _view(card: Card, *, known: bool) -> CardView:
    return CardView(
        card.store_id,
        card.office,
        card.division,
        handover_file.fingerprint(card.store_id, card.signing_public),
        card.sensitive_public is not None,
        card.made_at,
        known,
    )
