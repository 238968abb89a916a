"""Partners, packages that went and came, and proposals, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from records.tables import HandedOver, Handover, Partner, Proposal, Registration
from records.views_handover import ProposalState

DROPPED = "dropped"  # in the place of a digest: the partner still has a child that turned out to be none


def partners(session: Session) -> Sequence[Partner]:
    """All, by division, then id."""
    return session.scalars(select(Partner).order_by(Partner.division, Partner.store_id)).all()


def partner(session: Session, store_id: str) -> Partner | None:
    """One whose keys are pinned."""
    return session.get(Partner, store_id)


def last(session: Session, partner_id: str, direction: str) -> int:
    """The number of the last package that was written for, or taken in from, a partner; 0 for none."""
    statement = select(func.max(Handover.number)).where(
        Handover.partner_id == partner_id, Handover.direction == direction, Handover.written_at.is_not(None)
    )
    return session.scalar(statement) or 0


def next_number(session: Session, partner_id: str) -> int:
    """The number of the next package for a partner: after every one begun, and every one that the partner has had.

    (A store put back from a backup forgets what it sent; the partner's packages tell it.)
    """
    out = select(func.max(Handover.number)).where(Handover.partner_id == partner_id, Handover.direction == "out")
    told = select(Handover.counts).where(Handover.partner_id == partner_id, Handover.direction == "in")
    received = [int(counts.get("received", 0)) for counts in session.scalars(told)]
    return max([session.scalar(out) or 0, *received]) + 1


def names(session: Session) -> dict[str, str]:
    """The partners' names, by store."""
    return {row.store_id: row.name for row in session.scalars(select(Partner))}


def of_number(session: Session, partner_id: str, direction: str, number: int) -> Handover | None:
    """One package."""
    statement = select(Handover).where(
        Handover.partner_id == partner_id, Handover.direction == direction, Handover.number == number
    )
    return session.scalar(statement)


def sent(session: Session, partner_id: str) -> dict[tuple[str, str], str]:
    """What the partner has been sent, by kind and id, with its digest then."""
    statement = select(HandedOver).where(HandedOver.partner_id == partner_id, ~HandedOver.kind.startswith("in_"))
    return {(row.kind, row.object_id): row.digest for row in session.scalars(statement)}


def note_sent(
    session: Session, partner_id: str, digests: Mapping[tuple[str, str], str], gone: Sequence[tuple[str, str]]
) -> None:
    """These states are what the partner has now."""
    for kind, object_id in (*digests, *gone):
        session.execute(
            delete(HandedOver).where(
                HandedOver.partner_id == partner_id, HandedOver.kind == kind, HandedOver.object_id == object_id
            )
        )
    rows = [
        {"partner_id": partner_id, "kind": kind, "object_id": object_id, "digest": digest}
        for (kind, object_id), digest in digests.items()
    ]
    if rows:
        session.execute(insert(HandedOver), rows)


def note_dropped(session: Session, child_id: str) -> None:
    """A child that partners have was no child of its own: the next packages say so (not that it was erased by law)."""
    at = HandedOver.kind == "child", HandedOver.object_id == child_id
    session.execute(update(HandedOver).where(*at).values(digest=DROPPED))


def forget_sent(session: Session, rows: Sequence[str]) -> None:
    """Notes of what a partner has, as ``partner/kind/id``, go: the next package holds it again."""
    for row in rows:
        partner_id, kind, object_id = row.split("/", 2)
        at = HandedOver.partner_id == partner_id, HandedOver.kind == kind, HandedOver.object_id == object_id
        session.execute(delete(HandedOver).where(*at))


def offices_with(session: Session, ids: Sequence[str]) -> tuple[str, ...]:
    """Names of the partners that were sent one of these."""
    statement = select(Partner.name).join(HandedOver, HandedOver.partner_id == Partner.store_id)
    found = statement.where(HandedOver.object_id.in_(ids), ~HandedOver.kind.startswith("in_")).distinct()
    return tuple(session.scalars(found.order_by(Partner.name)))


def references_at_the_end(session: Session) -> None:
    """Within this transaction references are checked at its end: rows of a package may come in any order."""
    session.execute(text("PRAGMA defer_foreign_keys = ON"))  # https://sqlite.org/pragma.html#pragma_defer_foreign_keys


def broken_references(session: Session) -> bool:
    """Would the transaction's end find a row that points nowhere?"""
    return session.execute(text("PRAGMA foreign_key_check")).first() is not None


def proposals(session: Session, *, state: ProposalState | None = ProposalState.OPEN) -> Sequence[Proposal]:
    """In the order in which they were made."""
    statement = select(Proposal).order_by(Proposal.made_at, Proposal.id)
    return session.scalars(statement if state is None else statement.where(Proposal.state == state)).all()


def open_proposals_about(session: Session, registration_id: str, own: str) -> Sequence[Proposal]:
    """This store's open proposals about a registration."""
    statement = select(Proposal).where(
        Proposal.registration_id == registration_id, Proposal.store_id == own, Proposal.state == ProposalState.OPEN
    )
    return session.scalars(statement.order_by(Proposal.key)).all()


def proposals_between(session: Session, own: str, other: str) -> list[str]:
    """Ids of this store's proposals about the other's registrations, and of the other's that were decided here."""
    ours = (
        select(Proposal.id)
        .join(Registration, Registration.id == Proposal.registration_id)
        .where(Proposal.store_id == own, Registration.store_id == other, Proposal.state == ProposalState.OPEN)
    )
    theirs = select(Proposal.id).where(Proposal.store_id == other, Proposal.state != ProposalState.OPEN)
    return sorted({*session.scalars(ours), *session.scalars(theirs)})
