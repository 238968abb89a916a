"""What the inbox shows as cards: a registration with its sides and the papers behind it, or a page that stands alone.

Pure: made of the inbox's view, and cheap enough to be made anew whenever one of thousands of pages has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from desktop.ui.words import REGISTRATION, SOURCE, Mark, page_mark
from records.views import InboxView, PageRow, PageState, RegistrationState, SourceRow, SourceState

SIDES = {1: "正面", 2: "反面"}
NAMELESS = "姓名未读出"


class Kind(Enum):
    """What a card is about."""

    REGISTRATION = auto()
    PAGE = auto()  # one that stands in no registration
    FILE = auto()  # one whose pages nobody has seen yet


class Show(Enum):
    """Which cards are listed."""

    ALL = auto()
    LOOK = auto()
    MISSING = auto()
    FAILED = auto()
    ASIDE = auto()


SHOWS = {
    Show.ALL: "全部",
    Show.LOOK: "要看的",
    Show.MISSING: "缺一面",
    Show.FAILED: "没有读成",
    Show.ASIDE: "已搁置",
}


@dataclass(frozen=True, slots=True)
class Card:
    """``slots``: the sides of a form (None for one that is missing), then the papers behind it; of a page, itself."""

    kind: Kind
    key: str  # id of the registration, page or file
    title: str
    told: str  # where it comes from
    slots: tuple[PageRow | None, ...]
    mark: Mark
    reason: str = ""  # what is wrong with a page or a file, in a sentence
    delivered: tuple[str, ...] = ()  # where each slot's page comes from: the sides may lie in several files

    def where(self, page: PageRow) -> str:
        """The file that one of its pages was delivered in, and which page of it."""
        at = self.slots.index(page) if page in self.slots else len(self.delivered)
        return self.delivered[at] if at < len(self.delivered) else self.told

    @property
    def pages(self) -> tuple[PageRow, ...]:
        return tuple(page for page in self.slots if page is not None)

    @property
    def registration_id(self) -> str | None:
        return self.key if self.kind is Kind.REGISTRATION else None

    @property
    def open(self) -> bool:
        """Its pages may still be put elsewhere."""
        return all(p.registration_state in {None, *OPEN} for p in self.pages)


OPEN = (RegistrationState.DRAFT, RegistrationState.SENT_BACK)


def cards_of(view: InboxView) -> tuple[Card, ...]:
    """All cards, each where its first page was delivered."""
    groups: dict[str, list[PageRow]] = {}
    delivered: dict[str, str] = {}  # page id -> where it comes from
    for source in view.sources:
        for page in source.pages:
            if page.registration_id is not None:
                groups.setdefault(page.registration_id, []).append(page)
                delivered[page.page_id] = _where(source, page)
    cards: list[Card] = []
    done: set[str] = set()
    for source in view.sources:
        if not source.pages:
            cards.append(_file(source))
        for page in source.pages:
            if page.registration_id is None:
                cards.append(_page(source, page))
            elif page.registration_id not in done:
                done.add(page.registration_id)
                cards.append(_registration(page.registration_id, groups[page.registration_id], delivered))
    return tuple(cards)


def _file(source: SourceRow) -> Card:
    return Card(Kind.FILE, source.source_id, source.name, "", (), SOURCE[source.state], source.reason)


def _page(source: SourceRow, page: PageRow) -> Card:
    mark = page_mark(page)
    if page.state is PageState.READ and page.status == "read":
        mark = Mark("已识别", "secondary", "tick")  # the file is still being read, or it is a paper of another kind
    title = page.form_title or source.name
    return Card(Kind.PAGE, page.page_id, title, _where(source, page), (page,), mark, page.reason)


def _where(source: SourceRow, page: PageRow) -> str:
    return source.name if len(source.pages) == 1 else f"{source.name} 第 {page.number} 页"


def _registration(registration_id: str, pages: Sequence[PageRow], delivered: Mapping[str, str]) -> Card:
    on = {page.form_page or 1: page for page in pages if not page.behind}
    behind = sorted((page for page in pages if page.behind), key=lambda page: page.behind)
    sides = max([page.sides for page in on.values()] + list(on) + [1])
    slots: tuple[PageRow | None, ...] = (*(on.get(side) for side in range(1, sides + 1)), *behind)
    first = next((page for page in slots if page is not None), pages[0])
    name = next((page.child_name for page in pages if page.child_name), NAMELESS)
    missing = [side for side in range(1, sides + 1) if side not in on]
    state = first.registration_state or RegistrationState.DRAFT
    mark = REGISTRATION[state]
    if missing and state in OPEN:
        mark = Mark(f"缺{side_word(missing[0])}", "doubt", "doubt")
    wheres = tuple("" if page is None else delivered[page.page_id] for page in slots)
    told = delivered[first.page_id]
    return Card(Kind.REGISTRATION, registration_id, name, told, slots, mark, delivered=wheres)


def side_word(side: int) -> str:
    """``正面``."""
    return SIDES.get(side, f"第 {side} 面")


# -- which are listed -------------------------------------------------------------------------------------------------


def shown(card: Card, show: Show) -> bool:
    """Does the card belong there?"""
    if show is Show.ALL:
        return True
    if show is Show.MISSING:
        return card.kind is Kind.REGISTRATION and None in card.slots and card.open
    states = [page.state for page in card.pages]
    if show is Show.FAILED:
        return PageState.FAILED in states or card.mark == SOURCE[SourceState.REFUSED]
    if show is Show.ASIDE:
        return PageState.SET_ASIDE in states
    # what lies aside is seen to, by a person or (an empty sheet, the same page twice) by the machine: of a stack that
    # was scanned on both sides half the cards would else be to look at, and stay so
    return card.mark.role in {"doubt", "error"} and states != [PageState.SET_ASIDE]


def counts(cards: Sequence[Card]) -> Mapping[Show, int]:
    """How many cards each list has."""
    return {show: sum(shown(card, show) for card in cards) for show in Show}


# -- words ------------------------------------------------------------------------------------------------------------


def slot_word(card: Card, slot: int) -> str:
    """What a slot of a card is: ``正面``, ``附页 1``, ``第 3 页``."""
    page = card.slots[slot] if slot < len(card.slots) else None
    if card.kind is not Kind.REGISTRATION:
        return "" if page is None else f"第 {page.number} 页"
    if page is not None and page.behind:
        return f"附页 {slot - sum(p is None or not p.behind for p in card.slots) + 1}"
    return side_word(slot + 1)


def spoken(card: Card) -> str:
    """The whole card in one line, for a screen reader."""
    sides = "、".join(
        f"{slot_word(card, at)}{'没有扫到' if page is None else ''}" for at, page in enumerate(card.slots)
    )
    return "，".join(part for part in (card.title, card.mark.word, sides, card.told, card.reason) if part)
