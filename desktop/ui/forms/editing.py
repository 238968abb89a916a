"""The proposal at hand, what is chosen of it, and every step taken back or done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from forms import proposal as edit
from forms.form_file import Box, FormError, FormOption
from forms.proposal import Proposal, ProposedField

Step = Callable[[Proposal], Proposal]


class Editing(QObject):
    """Emits ``changed`` for the proposal, ``chosen`` for what is selected, ``refused`` with a sentence."""

    changed = Signal()
    chosen = Signal()
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.proposal: Proposal | None = None
        self.saved = True
        self._past: list[Proposal] = []
        self._future: list[Proposal] = []
        self._last = ""
        self._keys: tuple[str, ...] = ()
        self._page = 1

    # -- what is at hand ----------------------------------------------------------------------------------------------

    def begin(self, proposal: Proposal | None) -> None:
        """Another proposal; nothing can be taken back beyond this."""
        self.proposal = proposal
        self.saved = True
        self._past.clear()
        self._future.clear()
        self._last, self._page = "", 1
        self._keys = ()
        self.changed.emit()
        first = self.in_order()[:1]
        self.choose([field.key for field in first])

    def in_order(self) -> tuple[ProposedField, ...]:
        """What has to be looked at first, else as printed."""
        fields = () if self.proposal is None else self.proposal.fields
        return tuple(sorted(fields, key=lambda field: field.sure))  # sorting keeps the order of equals

    def doubtful(self) -> int:
        """How many have still to be looked at."""
        return sum(not field.sure for field in self.in_order())

    @property
    def keys(self) -> tuple[str, ...]:
        """What is chosen, the one at hand first."""
        return self._keys

    @property
    def field(self) -> ProposedField | None:
        """The one at hand."""
        if self.proposal is None or not self._keys:
            return None
        return next((field for field in self.proposal.fields if field.key == self._keys[0]), None)

    @property
    def page(self) -> int:
        """The side that is shown, from 1."""
        return self._page

    def choose(self, keys: Sequence[str]) -> None:
        """Take these fields in hand; the first one's side is shown."""
        known = {field.key: field.page for field in self.proposal.fields} if self.proposal is not None else {}
        found = tuple(key for key in keys if key in known)
        if found == self._keys:
            return
        self._keys, self._last = found, ""
        if found:
            self._page = known[found[0]]
        self.chosen.emit()

    def show_page(self, page: int) -> None:
        """Show another side; nothing there is chosen yet."""
        if self.proposal is None or not 1 <= page <= len(self.proposal.pages) or page == self._page:
            return
        self._page, self._keys = page, ()
        self.chosen.emit()

    def next_doubtful(self) -> None:
        """Go on to what has still to be looked at, as printed from here on; else stay."""
        if self.proposal is None:
            return
        fields = self.proposal.fields
        at = next((n for n, field in enumerate(fields) if self._keys and field.key == self._keys[0]), -1)
        around = (*fields[at + 1 :], *fields[: at + 1])
        found = next((field for field in around if not field.sure), None)
        if found is not None:
            self.choose([found.key])

    # -- steps --------------------------------------------------------------------------------------------------------

    def take(self, step: Step, *, together: str = "") -> bool:
        """Do one step; steps of the same ``together`` in a row are taken back as one. False where it was refused."""
        before = self.proposal
        if before is None:
            return False
        try:
            after = step(before)
        except FormError as problem:
            self.refused.emit(str(problem))
            return False
        if after == before:
            return True
        if not together or together != self._last:
            self._past.append(before)
        self._last = together
        self._future.clear()
        self._put(before, after)
        self.saved = False
        return True

    def undo(self) -> None:
        """The last step never was."""
        self._swap(self._past, self._future)

    def redo(self) -> None:
        """What was taken back, again."""
        self._swap(self._future, self._past)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    def _swap(self, source: list[Proposal], target: list[Proposal]) -> None:
        if not source or self.proposal is None:
            return
        before, after = self.proposal, source.pop()
        target.append(before)
        self._last = ""
        self._put(before, after)

    def _put(self, before: Proposal, after: Proposal) -> None:
        """Another proposal; what came in is at hand, else what stands where the chosen one stood."""
        self.proposal = after
        here = [field.key for field in after.fields]
        known = {field.key for field in before.fields}
        new = [key for key in here if key not in known]
        kept = [key for key in self._keys if key in here]
        if len(new) == 1:
            kept = new
        elif not kept and self._keys and here:
            was = next((n for n, field in enumerate(before.fields) if field.key == self._keys[0]), 0)
            kept = [here[min(was, len(here) - 1)]]
        self.changed.emit()
        self._keys = tuple(kept)
        if kept:
            self._page = after.field(kept[0]).page
        self.chosen.emit()

    # -- the steps there are ------------------------------------------------------------------------------------------

    def agree(self) -> None:
        """The chosen fields are right; on to the next one to look at."""
        keys = self._keys
        if not keys or self.proposal is None:
            return

        def all_of(proposal: Proposal) -> Proposal:
            for key in keys:
                proposal = edit.looked_at(proposal, key)
            return proposal

        if self.take(all_of):
            self.next_doubtful()

    def name(self, key: str) -> None:
        """The field at hand is this one of the dictionary; "" makes it one of the form's own."""
        field = self.field
        if field is None or field.key == key:
            return
        if key and self.proposal is not None and any(other.key == key for other in self.proposal.fields):
            other = self.proposal.field(key)
            self.refused.emit(f"这一栏已经有了：第 {other.page} 面“{other.label}”。先把那一处改成别的，再来选。")
            return
        self.take(lambda p: edit.named(p, field.key, key) if key else edit.made_own(p, field.key))

    def remove(self) -> None:
        """The chosen ones are no fields."""
        keys = self._keys

        def all_of(proposal: Proposal) -> Proposal:
            for key in keys:
                proposal = edit.removed(proposal, key)
            return proposal

        if keys:
            self.take(all_of)

    def merge(self) -> None:
        """The chosen ones are one; of a single one, it and the next."""
        if self.proposal is None or not self._keys:
            return
        keys = list(self._keys)
        if len(keys) == 1:
            here = [field.key for field in self.proposal.fields]
            keys += here[here.index(keys[0]) + 1 :][:1]
        order = [field.key for field in self.proposal.fields if field.key in keys]
        self.take(lambda p: edit.merged(p, order))

    def move(self, dx: float, dy: float, dw: float = 0.0, dh: float = 0.0) -> None:
        """Nudge the field at hand, with everything printed inside it, or make it larger."""
        field = self.field
        if field is not None:
            box = Box(field.box.x + dx, field.box.y + dy, max(field.box.w + dw, 0.1), max(field.box.h + dh, 0.1))
            self.take(lambda p: edit.placed(p, field.key, box), together=f"move {field.key}")

    def set_options(self, options: Sequence[tuple[str, Box]], *, together: str = "") -> None:
        """The tick boxes of the field at hand."""
        field = self.field
        if field is not None:
            several = field.multiple
            self.take(lambda p: edit.with_options(p, field.key, options, multiple=several), together=together)

    def add_option(self, box: Box | None = None) -> None:
        """One more tick box: where it was drawn, else right of the last one."""
        field = self.field
        if field is None:
            return
        last: FormOption | None = field.options[-1] if field.options else None
        place = box
        if place is None and last is not None:
            step = last.box.x - field.options[-2].box.x if len(field.options) > 1 else last.box.w * 4
            place = Box(last.box.x + max(step, last.box.w), last.box.y, last.box.w, last.box.h)
        elif place is None:
            side = min(3.5, field.box.h * 0.6)
            place = Box(field.box.x + 1, field.box.y + (field.box.h - side) / 2, side, side)
        wanted = [(option.label, option.box) for option in field.options]
        self.set_options([*wanted, (f"选项{len(wanted) + 1}", place)])
