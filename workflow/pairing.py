"""Which pages belong to one registration: a pure function of the set of pages, independent of their arrival.

1. Twins: pages with the same serial and side whose contents agree are one page scanned twice; one stays.
2. A serial pairs when exactly one page of each side carries it (photocopied blanks share serials).
3. Otherwise neighbours in one source, of complementary sides, whose contents don't contradict each other.
4. Otherwise a page is a registration with a missing side, and a person decides.

What a person has decided or worked on is *pinned*: it is never taken apart; a missing side may still join it by
its serial while the registration is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# Two scans of one sheet differ where the reader is unsure; siblings' forms share addresses and parents. Half of
# the filled fields has to agree, and every field that tells children apart, before a page is put aside.
TWIN_AGREEMENT = 0.5
IDENTITY_KEYS = ("child_name", "child_id_number", "child_birth_date")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What pairing knows of one page.

    ``source_key`` and ``number`` (its place among the source's pages that aren't blank) are the same however the
    file arrived. ``content``: field key -> text of the fields that aren't blank; ``sure`` the keys among them whose
    reading may speak against a pair. ``sides``: how many the form has. ``pinned``: the registration a person has
    worked on; ``closed``: that registration is verified and takes no more pages.
    """

    page_id: str
    source_key: str
    number: int
    form: str
    version: str
    side: int
    sides: int
    serial: str = ""
    content: Mapping[str, str] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()
    pinned: str | None = None
    closed: bool = False

    @property
    def order(self) -> tuple[str, int]:
        return (self.source_key, self.number)

    @property
    def sheet(self) -> tuple[str, str, str]:
        return (self.form, self.version, self.serial)


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one registration by side. ``how``: person, serial, neighbours or single. ``notes``: English codes."""

    pages: tuple[str, ...]
    missing: tuple[int, ...]
    how: str
    notes: tuple[str, ...] = ()
    pinned: str | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """``page_id`` shows the same side of the same sheet as ``of``, which stays."""

    page_id: str
    of: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Groups in the order of their first page (source key, number); twins to put aside."""

    groups: tuple[Group, ...]
    twins: tuple[Twin, ...]


def contradict(a: PageFacts, b: PageFacts) -> bool:
    """Do two sides speak of different children? Only what was read surely may say so."""
    for one, other in ((a, b), (b, a)):
        for key in one.sure & other.sure:
            if one.content[key] != other.content[key]:
                return True
        # the first 18 characters of a 残疾人证 number are its holder's ID number (domain: 残疾人证, 20 characters)
        if "child_id_number" in one.sure and "disability_number" in other.sure:
            certificate = other.content["disability_number"]
            if len(certificate) >= 20 and certificate[:18] != one.content["child_id_number"]:
                return True
    return False


def same_content(a: PageFacts, b: PageFacts) -> bool:
    """May two scans with equal serial and side be one page scanned twice?"""
    both = a.content.keys() & b.content.keys()
    either = a.content.keys() | b.content.keys()
    differing = {key for key in both if a.content[key] != b.content[key]}
    if differing & (a.sure & b.sure) or differing.intersection(IDENTITY_KEYS):
        return False
    return not either or (len(both) - len(differing)) >= TWIN_AGREEMENT * len(either)


def pair(pages: Iterable[PageFacts]) -> Pairing:
    """Group pages into registrations. Same set of pages, same result, in whatever order they come."""
    ordered = sorted(pages, key=lambda p: (p.order, p.page_id))
    twins, shared = _find_twins(ordered)
    aside = {t.page_id for t in twins}
    rest = [p for p in ordered if p.page_id not in aside]

    groups = _pinned_groups(rest)
    taken = {page_id for g in groups for page_id in g.pages}
    by_serial = _by_serial([p for p in rest if p.page_id not in taken], shared)
    taken.update(p.page_id for members in by_serial for p in members)
    neighbours = _neighbours(_positions(ordered, aside), taken)
    taken.update(p.page_id for members in neighbours for p in members)

    groups += [_group(members, "serial") for members in by_serial]
    groups += [_group(members, "neighbours", ("by_neighbours",)) for members in neighbours]
    groups += [_group([p], "single") for p in rest if p.page_id not in taken]
    return _with_notes(groups, ordered, twins, shared)


def _find_twins(ordered: Sequence[PageFacts]) -> tuple[list[Twin], set[tuple[str, str, str]]]:
    """Twins, and the sheets whose serial evidently stands on several sheets of paper (photocopies)."""
    by_sheet: dict[tuple[str, str, str], dict[int, list[PageFacts]]] = defaultdict(lambda: defaultdict(list))
    for page in ordered:
        if page.serial:
            by_sheet[page.sheet][page.side].append(page)
    twins: list[Twin] = []
    shared: set[tuple[str, str, str]] = set()
    for sheet, sides in by_sheet.items():
        # one side that differs shows that the serial was copied: then no side of it may be called a twin
        if any(not same_content(a, b) for same in sides.values() for a in same for b in same if a is not b):
            shared.add(sheet)
            continue
        for same in sides.values():
            stays = min(same, key=lambda p: (p.pinned is None, p.order, p.page_id))
            twins += [Twin(p.page_id, stays.page_id) for p in same if p is not stays and p.pinned is None]
    return sorted(twins, key=lambda t: t.page_id), shared


def _pinned_groups(rest: Sequence[PageFacts]) -> list[Group]:
    """What persons decided, completed by a missing side where the serial leaves no doubt."""
    members: dict[str, list[PageFacts]] = defaultdict(list)
    for page in rest:
        if page.pinned is not None:
            members[page.pinned].append(page)
    carriers: dict[tuple[str, str, str], list[PageFacts]] = defaultdict(list)
    for page in rest:
        if page.serial:
            carriers[page.sheet].append(page)
    groups = []
    joined: set[str] = set()
    for pinned, own in sorted(members.items()):
        for page in list(own):
            for other in carriers.get(page.sheet, ()):
                alone = sum(c.side == other.side for c in carriers[page.sheet]) == 1
                unique = alone and sum(c.side == page.side for c in carriers[page.sheet]) == 1
                fits = other.pinned is None and other.page_id not in joined and other.side not in {p.side for p in own}
                if unique and fits and not page.closed and not contradict(page, other):
                    own.append(other)
                    joined.add(other.page_id)
        groups.append(_group(own, "person", pinned=pinned))
    return groups


def _by_serial(free: Sequence[PageFacts], shared: set[tuple[str, str, str]]) -> list[list[PageFacts]]:
    carriers: dict[tuple[str, str, str], list[PageFacts]] = defaultdict(list)
    for page in free:
        if page.serial and page.sheet not in shared:
            carriers[page.sheet].append(page)
    found = []
    for same in carriers.values():
        complete = sorted(p.side for p in same) == list(range(1, same[0].sides + 1))
        if complete and not any(contradict(a, b) for a in same for b in same if a is not b):
            found.append(same)
    return found


def _positions(ordered: Sequence[PageFacts], aside: set[str]) -> list[tuple[int, PageFacts]]:
    """Pages with their place in their source when twins are taken out."""
    placed: list[tuple[int, PageFacts]] = []
    source, gone = "", 0
    for page in ordered:
        if page.source_key != source:
            source, gone = page.source_key, 0
        if page.page_id in aside:
            gone += 1
        else:
            placed.append((page.number - gone, page))
    return placed


def _neighbours(placed: Sequence[tuple[int, PageFacts]], taken: set[str]) -> list[list[PageFacts]]:
    """Pairs within runs of adjacent, alternating sides.

    A run of even length pairs from its start, whichever side comes first (a stack scanned face down gives back,
    front, back, front). In one of odd length a side is missing at an end; forms are scanned front first, so the
    pairs are front then back.
    """
    found: list[list[PageFacts]] = []
    run: list[PageFacts] = []
    last = 0
    for position, page in placed:
        if page.page_id in taken or page.sides != 2:
            found += _pairs_of(run)
            run = []
            continue
        if run and not (position == last + 1 and _may_follow(run[-1], page)):
            found += _pairs_of(run)
            run = []
        run.append(page)
        last = position
    return found + _pairs_of(run)


def _may_follow(before: PageFacts, after: PageFacts) -> bool:
    return (
        before.source_key == after.source_key
        and (before.form, before.version) == (after.form, after.version)
        and before.side != after.side
        and (not before.serial or not after.serial or before.serial == after.serial)
        and not contradict(before, after)
    )


def _pairs_of(run: Sequence[PageFacts]) -> list[list[PageFacts]]:
    start = 1 if len(run) % 2 and run[0].side != 1 else 0
    return [[run[i], run[i + 1]] for i in range(start, len(run) - 1, 2)]


def _group(members: Sequence[PageFacts], how: str, notes: tuple[str, ...] = (), pinned: str | None = None) -> Group:
    by_side = sorted(members, key=lambda p: (p.side, p.order, p.page_id))
    there = {p.side for p in members}
    missing = tuple(side for side in range(1, members[0].sides + 1) if side not in there)
    first = min(members, key=lambda p: p.order)
    wrong_order = len({p.source_key for p in members}) == 1 and len(members) > 1 and first.side != 1
    return Group(
        tuple(p.page_id for p in by_side),
        missing,
        how,
        notes + (("wrong_order",) if wrong_order else ()) + (("missing_side",) if missing else ()),
        pinned,
    )


def _with_notes(
    groups: Iterable[Group], ordered: Sequence[PageFacts], twins: Sequence[Twin], shared: set[tuple[str, str, str]]
) -> Pairing:
    facts = {p.page_id: p for p in ordered}
    doubled = {t.of for t in twins}
    noted = []
    for group in groups:
        notes = group.notes
        if any(facts[page_id].sheet in shared for page_id in group.pages):
            notes += ("shared_serial",)
        if doubled.intersection(group.pages):
            notes += ("scanned_twice",)
        noted.append(Group(group.pages, group.missing, group.how, notes, group.pinned))
    noted.sort(key=lambda g: min((facts[p].order, p) for p in g.pages))
    return Pairing(tuple(noted), tuple(twins))
