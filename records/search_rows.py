"""Finding children by any part of what identifies them, at once, however many there are.

Names are looked for in the middle (阳雪), pinyin from any syllable (yangxue), phones by their tail: a child stands in
``child_terms`` under each of these beginnings, so that every search is one range of one index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from records.tables import ArchiveItem, Child, ChildPerson, ChildTerm, Dossier, Registration, number_tail

LAST = "\U0010ffff"  # sorts behind every sign that is typed
TAIL_MARK = "#"  # before a phone written backwards
LONGEST_TERM = 24  # characters: nobody types more of a name
LONGEST_ITEM = 7  # figures of an item number in a 档号; more figures are an ID number or a phone
SEPARATORS = "-·"  # of a 档号
MANY = 12_000  # children found: so many are gathered and sorted for a page of a list, of more its order is walked
CHUNK = 500


# -- terms ------------------------------------------------------------------------------------------------------------


def terms_of(name_norm: str, pinyin: str, phones: Iterable[str | None]) -> set[str]:
    """What a child is found by the beginning of. ``pinyin``: syllables with spaces between them."""
    syllables = pinyin.lower().split()
    terms = {name_norm[start:] for start in range(len(name_norm))}
    terms |= {"".join(syllables[start:]) for start in range(len(syllables))}
    terms |= {TAIL_MARK + phone[::-1] for phone in phones if phone}
    return {term[:LONGEST_TERM] for term in terms}


def set_terms(session: Session, child_id: str, terms: Collection[str]) -> None:
    """The child is found by these and no others."""
    session.execute(delete(ChildTerm).where(ChildTerm.child_id == child_id))
    if terms:
        session.execute(insert(ChildTerm), [{"child_id": child_id, "term": term} for term in sorted(terms)])


def follow(session: Session, child: Child) -> None:
    """The terms follow the child's columns; one without a current registration isn't found."""
    if child.current_registration_id is None:
        set_terms(session, child.id, ())
        return
    phones = session.scalars(select(ChildPerson.phone).where(ChildPerson.child_id == child.id))
    set_terms(session, child.id, terms_of(child.name_norm, child.pinyin, phones))


def differing(session: Session) -> Iterator[str]:
    """Children who stand under other terms than their own."""
    columns = select(Child.id, Child.name_norm, Child.pinyin, Child.current_registration_id).order_by(Child.id)
    for some in session.execute(columns, execution_options={"yield_per": CHUNK}).partitions():
        within = some[0].id, some[-1].id
        phones = _grouped(session, select(ChildPerson.child_id, ChildPerson.phone), ChildPerson.child_id, within)
        terms = _grouped(session, select(ChildTerm.child_id, ChildTerm.term), ChildTerm.child_id, within)
        for child_id, name_norm, pinyin, current in some:
            own = terms_of(name_norm, pinyin, phones.get(child_id, ())) if current is not None else set()
            if set(terms.get(child_id, ())) != own:
                yield child_id


def _grouped(
    session: Session,
    statement: Select[str, str | None],
    column: InstrumentedAttribute[str],
    within: tuple[str, str],
) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for child_id, value in session.execute(statement.where(column.between(*within))):
        if value:
            found.setdefault(child_id, []).append(value)
    return found


# -- searching --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that the signs can be part of: ids out of one range of one index, or asked of a child's row."""

    ids: Select[str | None]
    row: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Matching:
    """The children that fit some signs. ``walked``: to be asked of each in the order of the list, not gathered."""

    condition: ColumnElement[bool]
    walked: bool


def matching(session: Session, search: str, *, listed: bool) -> Matching | None:
    """Who fits these signs, None where they are no part of anything that is kept.

    Those who fit are gathered, and counted or sorted by what indexes say of them. Where very many fit, whoever lists
    walks the order of the list and asks of each whether it is among them; where figures fit very many, its row is
    asked: a page is full long before all are gathered (not so with names and letters: the list is in their order).
    One letter is where the list begins with it. ``listed``: for one page of a list, not for all that fit.
    """
    if len(search) == 1 and search.isascii() and search.isalpha():
        return Matching(_begins(Child.pinyin, search.lower()), walked=True)
    parts = [*_parts(search), *_filed_under(session, search)]
    if not parts:
        return None
    every = union_all(*(part.ids for part in parts))
    some = select(func.count()).select_from(every.limit(MANY + 1).subquery())
    if not listed or (session.scalar(some) or 0) <= MANY:
        return Matching(Child.id.in_(every), walked=False)
    asked = any(c.isalpha() for c in search)
    row = func.coalesce(Child.id, "").in_(every) if asked else or_(*(part.row for part in parts))
    return Matching(row, walked=True)


def _parts(search: str) -> list[_Part]:
    """Signs of names are looked for in names, letters in pinyin and initials, figures in ID numbers and phones."""
    low = search.lower()
    found: list[_Part] = []
    if not search.isascii():
        found.append(_term(search))
    elif search.isalpha():
        found += [_column(Child.initials, low), _term(low)]
    if search[:-1].isdigit() and search[-1] in "0123456789xX":
        number = search.upper()
        phone = _begins(ChildPerson.phone, number)
        found += [_column(Child.id_number, number), _column(Child.id_reversed, number[::-1])]
        found.append(_other(ChildPerson.child_id, phone))
        found.append(_term(TAIL_MARK + number[::-1]))
    return found


def _column(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], begin: str) -> _Part:
    # coalesce: when rows are walked, no index may tempt to gather and sort them
    return _Part(select(Child.id).where(_begins(column, begin)), _begins(func.coalesce(column, ""), begin))


def _term(begin: str) -> _Part:
    return _other(ChildTerm.child_id, _begins(ChildTerm.term, begin))


def _other(child_id: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> _Part:
    return _Part(select(child_id).where(condition), select(child_id).where(child_id == Child.id, condition).exists())


def _filed_under(session: Session, search: str) -> list[_Part]:
    """The end of a 档号 in figures, or any part of one that has a separator in it."""
    if search.isdigit() and len(search) <= LONGEST_ITEM:
        # 12 and 0012 are the item 12, or the place 012 within a dossier
        tails = {search.zfill(4)[-4:], f"-{search.lstrip('0').zfill(3)}"}
        items = and_(ArchiveItem.number_tail.in_(tails), ArchiveItem.number_norm.endswith(search.lstrip("0")))
    elif any(c in SEPARATORS for c in search):
        items = _begins(ArchiveItem.number_norm, search)
        if session.scalar(select(ArchiveItem.id).where(items).limit(1)) is None:
            items = ArchiveItem.number_norm.contains(search, autoescape=True)  # reads the index of numbers through
    else:
        return []
    filed = select(Registration.child_id).join(ArchiveItem, ArchiveItem.registration_id == Registration.id).where(items)
    kept = Dossier.archive_number.contains(search, autoescape=True)
    dossiers = select(Dossier.child_id).where(kept)
    # few have one item's number; of a part that many share, gathering them would take longest
    asked = filed.where(Registration.child_id == Child.id).exists()
    row = func.coalesce(Child.id, "").in_(filed) if search.isdigit() else asked
    return [_Part(filed, row), _Part(dossiers, func.coalesce(Child.id, "").in_(dossiers))]


def _begins(
    column: ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[str | None], text: str
) -> ColumnElement[bool]:
    """A prefix as a range: an index serves it."""
    return and_(column >= text, column < text + LAST)


# -- tails of 档号 ----------------------------------------------------------------------------------------------------


def tails_differing(session: Session) -> list[str]:
    """档号 whose kept tail isn't their tail."""
    wrong = ArchiveItem.number_tail != func.substr(ArchiveItem.number_norm, -4)
    return list(session.scalars(select(ArchiveItem.archive_number).where(wrong).order_by(ArchiveItem.archive_number)))


def follow_tails(session: Session) -> None:
    """Every 档号 is found by its tail again."""
    wrong = ArchiveItem.number_tail != func.substr(ArchiveItem.number_norm, -4)
    for item in session.scalars(select(ArchiveItem).where(wrong)):
        item.number_tail = number_tail(item.number_norm)
    session.flush()
