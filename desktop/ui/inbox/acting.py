"""What an act of keys, buttons and dragging is done with: the page at hand, all pages chosen, or those taken up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.jobs import Jobs
from desktop.ui.inbox.cards import Card
from desktop.ui.inbox.choosing import FormDialog, SideDialog
from desktop.ui.inbox.detail import offered
from desktop.ui.inbox.grid import CardGrid
from desktop.ui.inbox.hands import Hands
from desktop.ui.inbox.keys import Act
from desktop.ui.widgets.parts import Notice
from records.views import PageRow

QUARTER = 90


class Acting(QObject):
    """Finds the pages and hands them on; what can't be done is said in ``notice``, and nothing is changed.

    ``cards``: all that are in the inbox, also those that are not listed now.
    """

    open_registration = Signal(str)

    def __init__(
        self,
        jobs: Jobs,
        grid: CardGrid,
        hands: Hands,
        notice: Notice,
        cards: Callable[[], Sequence[Card]],
        screen: QWidget,
    ) -> None:
        super().__init__(screen)
        self._jobs = jobs
        self._grid = grid
        self._hands = hands
        self._notice = notice
        self._cards = cards
        self._screen = screen

    def act(self, act: Act) -> None:
        """A deed with the page at hand, or with all pages of the cards chosen."""
        deeds: dict[Act, Callable[[], object]] = {
            Act.OPEN: self._open,
            Act.JOIN: self._join,
            Act.APART: lambda: self._hands.apart(_ids(self._grid.chosen_pages())),
            Act.TAKE_UP: self._take_up,
            Act.PUT_DOWN: self._put_down,
            Act.BEHIND: self._behind,
            Act.ASIDE: lambda: self._hands.aside(_ids(self._grid.chosen_pages())),
            Act.ASIDE_ALL: lambda: self._hands.aside(_ids(self._grid.chosen_pages(whole=True))),
            Act.BACK: lambda: self._with(Act.BACK, self._hands.back),
            Act.TURN: lambda: self._with(Act.TURN, lambda pages: self._hands.turn(_ids(pages), QUARTER)),
            Act.TURN_LEFT: lambda: self._with(Act.TURN, lambda pages: self._hands.turn(_ids(pages), 3 * QUARTER)),
            Act.AGAIN: lambda: self._with(Act.AGAIN, self._hands.again),
            Act.READ_AS: lambda: self._with(Act.READ_AS, self._ask_form),
            Act.KEY_IN: lambda: self._with(Act.KEY_IN, self._ask_side),
            Act.FORWARD: lambda: self._move(-1),
            Act.BACKWARD: lambda: self._move(1),
            Act.UNDO: self._hands.undo,
            Act.LEAVE: lambda: self._pick(frozenset()),
        }
        deeds[act]()

    def _with(self, act: Act, do: Callable[[list[PageRow]], None]) -> None:
        """The pages chosen for which the deed makes sense."""
        wanted = self._grid.chosen_pages()
        pages = [p for card in self._grid.chosen for p in card.pages if p in wanted and act in offered(card, p)]
        if pages:
            do(pages)
        else:
            self._notice.say("选中的页不需要这样做，没有改动。", "note")

    def _open(self) -> None:
        card = self._grid.card
        if card is not None and card.registration_id is not None:
            self.open_registration.emit(card.registration_id)

    def _join(self) -> None:
        chosen = self._grid.chosen
        into = next((card for card in chosen if card.registration_id is not None), None)
        if len(chosen) < 2 or into is None:
            self._notice.say("先选两份或几份（按住 Ctrl 点选），其中要有一份登记表。", "note")
            return
        pages = [page.page_id for card in chosen if card is not into for page in card.pages]
        self._hands.put(pages, into.key, into.title)

    def _take_up(self) -> None:
        pages = frozenset(_ids(self._grid.chosen_pages()))
        self._pick(frozenset() if pages == self._grid.taken_up else pages)
        if self._grid.taken_up:
            self._notice.say(f"拿起了 {len(pages)} 页。走到要放的那一份，按 Ctrl+V 放下；按 Esc 不动。", "note")

    def _pick(self, pages: frozenset[str]) -> None:
        if self._grid.taken_up and not pages:
            self._notice.drop()
        self._grid.taken_up = pages
        self._grid.viewport().update()

    def _put_down(self) -> None:
        pages, card = self._grid.taken_up, self._grid.card
        if pages and card is not None:
            self._put(tuple(pages), card)

    def dropped(self, pages: tuple[str, ...], row: int) -> None:
        card = self._grid.card_at(row)
        if card is not None and set(pages) - {page.page_id for page in card.pages}:
            self._put(pages, card)

    def _put(self, pages: tuple[str, ...], card: Card) -> None:
        if card.registration_id is None:
            self._notice.say("要放到一份登记表上：这一页自己还不属于哪一份。没有改动。", "note")
            return
        self._pick(frozenset())
        self._hands.put(pages, card.registration_id, card.title)

    def _behind(self) -> None:
        """Papers are scanned behind the form they belong to: the registration before the first of the chosen."""
        pages = _ids(self._grid.chosen_pages())
        keys = [card.key for card in self._cards()]
        first = self._grid.chosen[0] if self._grid.chosen else None
        at = keys.index(first.key) if first is not None and first.key in keys else 0
        before = next((card for card in reversed(self._cards()[:at]) if card.registration_id is not None), None)
        if before is None or not pages:
            self._notice.say("前面没有登记表。请把这一页拖到它所属的那一份上。", "note")
            return
        self._hands.put(pages, before.key, before.title)

    def _move(self, steps: int) -> None:
        page = self._grid.page
        if page is not None and page.behind:
            self._grid.slot += steps
            self._hands.move(page.page_id, steps)

    def _ask_form(self, pages: list[PageRow]) -> None:
        FormDialog(self._jobs, partial(self._hands.read_as, _ids(pages)), self._screen).open()

    def _ask_side(self, pages: list[PageRow]) -> None:
        SideDialog(self._jobs, partial(self._hands.key_in, pages[0].page_id), self._screen).open()


def _ids(pages: Sequence[PageRow]) -> list[str]:
    return [page.page_id for page in pages]
