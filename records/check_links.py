"""What can be wrong between rows: what offices proposed and sent, second entries, links, merges, erasures, columns.

Like ``records.check_rows``: each function gives the ids of what is wrong, and trusts nothing the program promises.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from forms.dictionary import extra_sensitive
from records import sealing_late, search_rows
from records.check_rows import PORTION, Ids
from records.columns import canonical_json
from records.erasing import ERASED
from records.merging import columns_of_children
from records.tables import (
    Answer,
    AnswerEvent,
    AuditEntry,
    Child,
    ChildLink,
    ChildMerge,
    Erasure,
    HandedOver,
    Handover,
    Office,
    Page,
    Partner,
    Proposal,
    Reading,
    Registration,
    SecondEntry,
    Source,
)
from records.views import ErasureState
from records.views_handover import ProposalKind, ProposalState

DIGEST = 64  # hex characters of a SHA-256
TAKEN = "in_"  # kinds of ``handed_over`` that came from a partner


def own_store(session: Session) -> str:
    """Whose store this is."""
    return session.scalar(select(Office.store_id)) or ""


# -- between offices --------------------------------------------------------------------------------------------------


def proposals_astray(session: Session) -> Ids:
    """Proposals that go neither from here to the registration's owner nor from a partner to this office."""
    own = own_store(session)
    theirs = Proposal.store_id != own
    known = select(Partner.store_id).where(Partner.store_id == Proposal.store_id).exists()
    statement = (
        select(Proposal.id)
        .join(Registration, Registration.id == Proposal.registration_id)
        .where(or_(theirs == (Registration.store_id != own), and_(theirs, ~known)))
    )
    return _ids(session, statement.order_by(Proposal.id))


def proposals_without_answer(session: Session) -> Ids:
    """Accepted proposals about own registrations that no step of the answer's history tells of."""
    event = (
        select(AnswerEvent.id)
        .where(
            AnswerEvent.registration_id == Proposal.registration_id,
            AnswerEvent.key == Proposal.key,
            AnswerEvent.at == Proposal.decided_at,
        )
        .exists()
    )
    statement = (
        select(Proposal.id)
        .join(Registration, Registration.id == Proposal.registration_id)
        .where(
            Proposal.kind == ProposalKind.VALUE,
            Proposal.state == ProposalState.ACCEPTED,
            Registration.store_id == own_store(session),
            ~event,
        )
    )
    return _ids(session, statement.order_by(Proposal.id))


def handed_over_astray(session: Session) -> Ids:
    """Notes of what a partner has, for which there is no such partner or no package that went or came."""
    direction = func.iif(HandedOver.kind.startswith(TAKEN), "in", "out")
    package = (
        select(Handover.id)
        .where(
            Handover.partner_id == HandedOver.partner_id,
            Handover.direction == direction,
            Handover.written_at.is_not(None),
        )
        .exists()
    )
    statement = select(HandedOver.partner_id, HandedOver.kind, HandedOver.object_id).where(~package)
    found = session.execute(statement.order_by(*statement.selected_columns))
    return tuple(f"{partner}/{kind}/{object_id}" for partner, kind, object_id in found)


def packages_ill_noted(session: Session) -> Ids:
    """Packages that went or came, without the hash of what was signed, or out of their order."""
    statement = select(Handover.id).where(
        Handover.written_at.is_not(None),
        or_(func.length(Handover.digest) != DIGEST, Handover.follows >= Handover.number),
    )
    return _ids(session, statement.order_by(Handover.id))


# -- second entries ---------------------------------------------------------------------------------------------------


def second_entries_contradicting(session: Session) -> Ids:
    """Second entries noted as agreed that differ from the first, or as differing although they are the same."""
    rows = session.execute(
        select(SecondEntry.id, SecondEntry.value, SecondEntry.first_value, SecondEntry.agreed).order_by(SecondEntry.id)
    )
    return tuple(row_id for row_id, value, first, agreed in rows if agreed is not _same(value, first))


def _same(one: object, other: object) -> bool:
    return canonical_json(one) == canonical_json(other) or (not one and not other)


# -- what only named persons may read ---------------------------------------------------------------------------------


def sensitive_in_the_open(session: Session) -> Ids:
    """Extra-sensitive values that stand unsealed, as ``table/id``."""
    return tuple(sorted(_open_rows(session)))


def _open_rows(session: Session) -> Iterator[str]:
    secret = extra_sensitive()
    yield from (f"answers/{row.registration_id}/{row.key}" for row in sealing_late.open_answers(session))
    yield from (f"answer_events/{row.id}" for row in sealing_late.open_events(session))
    for table, columns in ((Proposal, Proposal.key), (SecondEntry, SecondEntry.key)):
        for row_id in session.scalars(select(table.id).where(columns.in_(secret))):
            yield f"{table.__tablename__}/{row_id}"
    yield from (f"half_typed/{row.registration_id}" for row in sealing_late.open_typed(session))


# -- children ---------------------------------------------------------------------------------------------------------


def merges_incomplete(session: Session) -> Ids:
    """Merges that stand although rows still name the child that is gone, or it went into two."""
    standing = select(ChildMerge.gone_id).where(ChildMerge.undone_at.is_(None))
    left: set[str] = set()
    for _table, column in columns_of_children():
        left.update(filter(None, session.scalars(select(column).where(column.in_(standing)).distinct())))
    twice = standing.group_by(ChildMerge.gone_id).having(func.count() > 1)
    left.update(session.scalars(twice))
    return tuple(sorted(left))


def links_of_merged(session: Session) -> Ids:
    """Standing links at a child that went into another (but for one between these two, which stays as it was)."""
    at_gone = or_(ChildLink.child_id == ChildMerge.gone_id, ChildLink.other_id == ChildMerge.gone_id)
    between = and_(at_gone, or_(ChildLink.child_id == ChildMerge.kept_id, ChildLink.other_id == ChildMerge.kept_id))
    merge = select(ChildMerge.id).where(ChildMerge.undone_at.is_(None), at_gone, ~between).exists()
    statement = select(ChildLink.id).where(ChildLink.undone_at.is_(None), merge)
    return _ids(session, statement.order_by(ChildLink.id))


def search_columns_differing(session: Session) -> Ids:
    """Children who would not be found by parts of their own name, pinyin or phones, or the tail of their ID number."""
    columns = select(Child.id, Child.id_number, Child.id_reversed).order_by(Child.id)
    tails = {
        child_id
        for child_id, number, reversed_number in session.execute(columns, execution_options={"yield_per": PORTION})
        if (reversed_number or "") != (number or "")[::-1]
    }
    return tuple(sorted(tails.union(search_rows.differing(session))))


def number_tails_differing(session: Session) -> Ids:
    """档号 that would not be found by their end."""
    return tuple(search_rows.tails_differing(session))


# -- erasures ---------------------------------------------------------------------------------------------------------


def erasures_incomplete(session: Session) -> Ids:
    """Pages and files that were erased by law, of which something is left."""
    erased = select(Page.id).where(Page.erased_at.is_not(None))
    read = select(Reading.id).where(Reading.page_id == Page.id).exists()
    cited = select(Answer.key).where(Answer.page_id == Page.id).exists()
    named = or_(*(column.is_not(None) for column in (Page.view_id, Page.masked_id, Page.serial, Page.content_hash)))
    pages = _ids(session, erased.where(or_(read, cited, named, Page.reason != ERASED)).order_by(Page.id))
    told = or_(Source.name != "", Source.delivered_path != "", Source.password.is_not(None), Source.vault_key != b"")
    sources = _ids(session, select(Source.id).where(Source.erased_at.is_not(None), told).order_by(Source.id))
    done = session.scalars(select(Erasure).where(Erasure.state == ErasureState.DONE)).all()
    whole = set(session.scalars(erased))
    return tuple(sorted({*pages, *sources, *(page for row in done for page in row.page_ids if page not in whole)}))


def erased_unasked(session: Session) -> Ids:
    """Pages of this store that are tombstones without two persons having decided it."""
    done = session.scalars(select(Erasure).where(Erasure.state == ErasureState.DONE)).all()
    asked = {page for row in done for page in row.page_ids}
    statement = (
        select(Page.id)
        .join(Source, Source.id == Page.source_id)
        .where(Page.erased_at.is_not(None), Source.store_id.is_(None))
        .order_by(Page.id)
    )
    return tuple(page_id for page_id in session.scalars(statement) if page_id not in asked)


def sources_gone(session: Session) -> Ids:
    """Files that were taken in, by the audit, and have no row any more: not even a tombstone."""
    there = select(Source.id).where(Source.id == AuditEntry.object_id).exists()
    statement = select(AuditEntry.object_id).where(AuditEntry.verb == "source.take_in", ~there)
    return _ids(session, statement.order_by(AuditEntry.seq))


def _ids(session: Session, statement: Select[str]) -> Ids:
    return tuple(session.scalars(statement))
