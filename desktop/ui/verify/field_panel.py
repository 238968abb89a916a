"""The field at hand: crop above value, why it is doubtful, other readings. The eye stays in one place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from desktop.ui.theme import INSIDE
from desktop.ui.verify.candidates import Candidates
from desktop.ui.verify.choice_edit import ChoiceEdit
from desktop.ui.verify.crop_view import CropView
from desktop.ui.verify.value_edit import ValueEdit
from desktop.ui.widgets.parts import column, line, set_role, text
from desktop.ui.words import day, grouped
from forms.code_tables import code_table
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, empty, format_value
from records.views import CandidateView, FindingView, OptionView, VerifyItem
from workflow.typing_offers import PLACES, Offer
from workflow.verify import parse_typed

SIGNED = "present"
COVERED = "这一栏特别敏感，已经加封，图像也遮住了：由管理员指定的人才能看和核对。请跳过，按 Tab 看下一项。"
HOME_PROVINCE = "吉林省"
AS_READ = "读出的"
WRITTEN = frozenset({Kind.NAME, Kind.ADDRESS, Kind.TEXT})
LETTERS = re.compile(r"[a-z' ]+")  # 'Anna' and 'WPS' are written with a capital letter
TAIL = re.compile(r"[a-z']{2,}$")
TAIL_TOLD = "末尾还有没变成汉字的字母。要选下面的，按 Alt+1–9；真是这样写的，再按一次 Enter。"
LETTERS_TOLD = "打的全是小写字母，输入法好像没有打开。真是这样写的，再按一次 Enter。"
WHOLE = "这一页没有识别：请照左边的整页打字。PageUp、PageDown 移动纸面，Ctrl+加号放大。"
SIGNATURE_OPTIONS = (OptionView(SIGNED, "有签名", None),)


class Completes(Protocol):
    """What helps somebody who types."""

    def offers(self, item: VerifyItem, typed: str) -> tuple[Offer, ...] | None:
        """What the text may go on with; None in a field where nothing ever is offered."""

    def whole(self, item: VerifyItem, typed: str) -> str:
        """The text with what need not be typed."""


class FieldPanel(QWidget):
    """Shows one item; what the clerk wants comes out as ``pressed``."""

    pressed = Signal(object)  # Press
    picked = Signal(int)
    typed = Signal(object)  # a value that the text typed so far stands for

    def __init__(self) -> None:
        super().__init__()
        self._item: VerifyItem | None = None
        self._offers: tuple[Offer, ...] = ()
        self.completing: Completes | None = None
        box = column(self, space=INSIDE)
        head = line()
        self.label = text("", "heading")
        self.count = text("", "secondary")
        head.addWidget(self.label, 1)
        head.addWidget(self.count)
        box.addLayout(head)
        self.crop = CropView()
        box.addWidget(self.crop)
        self.value = ValueEdit()
        self.choice = ChoiceEdit()
        box.addWidget(self.value)
        box.addWidget(self.choice)
        self.reads = text("", "secondary", wrap=True)
        self.last = text("", "secondary", wrap=True)
        self.last.setObjectName("last_time")
        self.told = text("", "error", wrap=True)
        self.reasons = text("", "doubt", wrap=True)
        self.errors = text("", "error", wrap=True)
        self.warnings = text("", "doubt", wrap=True)
        self.candidates = Candidates()
        for part in (self.reads, self.last, self.told, self.reasons, self.candidates, self.errors, self.warnings):
            box.addWidget(part)
        for edit in (self.value, self.choice):
            edit.pressed.connect(self.pressed)
        self.value.edited.connect(self._typed)
        self.choice.edited.connect(self._ticked)
        self.choice.moved.connect(self._speak)
        self.candidates.picked.connect(self.picked)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def item(self) -> VerifyItem | None:
        return self._item

    def show_item(self, item: VerifyItem, counted: str) -> None:
        """Another field; its crop follows with ``show_crop`` or ``wait``."""
        self._item = item
        self.label.setText(item.label)
        self.count.setText(counted)
        self.told.hide()
        self.reads.hide()
        self.last.hide()
        chooses = self.chooses
        self.value.setVisible(not chooses)
        self.choice.setVisible(chooses)
        self.value.setReadOnly(item.sealed)
        if chooses:
            self.choice.show_options(_options(item), _ticked(item.value), multiple=item.multiple)
            self.choice.setAccessibleName(item.label)
        else:
            doubts = [(doubt.start, doubt.end) for doubt in item.doubts]
            digits = item.kind in {Kind.ID_NUMBER, Kind.PHONE}
            self.value.show_value(item.text, doubts, grouped=item.kind is Kind.ID_NUMBER, digits=digits)
            self.value.setAccessibleName(item.label)
        self.show_remarks(item, ())
        self._speak()
        self.take_keyboard()

    @property
    def chooses(self) -> bool:
        """The field is answered by ticking; what is covered shows no options to tick."""
        return self._item is not None and not self._item.sealed and bool(_options(self._item))

    def show_remarks(self, item: VerifyItem, findings: Sequence[FindingView]) -> None:
        """Reasons, other readings and what contradicts; the value stays as it is."""
        self._item = item
        self._offers = ()
        self.reasons.setText("　".join(item.reasons))
        self.reasons.setVisible(bool(item.reasons))
        set_role(self.reasons, "secondary" if item.accepted else "doubt")
        # of what is ticked only what is known from elsewhere: the options themselves stand there already
        offered = [candidate for candidate in item.candidates if candidate.origin or not self.chooses]
        self.candidates.show_candidates(offered, item.text)
        self.show_findings(findings)
        if self.touched and not self.chooses:
            self._show_offers(item, self.value.value_text())

    def show_last(self, words: str) -> None:
        """What the form before this one said here, "" for nothing to say."""
        self.last.setText(words)
        self.last.setVisible(bool(words))

    def show_findings(self, findings: Sequence[FindingView]) -> None:
        """What contradicts, as of what stands here or is being typed."""
        errors = [finding.sentence for finding in findings if finding.severity == "error"]
        others = [finding.sentence for finding in findings if finding.severity != "error"]
        for label, sentences in ((self.errors, errors), (self.warnings, others)):
            label.setText("\n".join(sentences))
            label.setVisible(bool(sentences))

    def show_crop(self, page: QPixmap) -> None:
        """The picture of the page the field stands on has come."""
        item = self._item
        if item is not None and item.sealed:
            self.crop.show_words(COVERED)
            return
        if item is None or item.box is None:
            keyed = item is not None and item.page_id is not None
            self.crop.show_words(WHOLE if keyed else "收到的页里没有这一栏")
            return
        doubts = [QRect(*doubt.box) for doubt in item.doubts if doubt.box is not None]
        self.crop.show_crop(page, QRect(*item.box), doubts, printed=self.chooses)
        self._show_ticked()

    def take_keyboard(self) -> None:
        """The field at hand has the keyboard."""
        (self.choice if self.chooses else self.value).setFocus(Qt.FocusReason.OtherFocusReason)

    # -- for who doesn't see it ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # whatever is said here changes what stands here
            self._speak()
        return super().event(event)

    def _speak(self) -> None:
        """A screen reader tells of the control that has the keyboard: all that stands around it is told there."""
        edit = self.choice if self.chooses else self.value
        parts = [self.count.text(), self.choice.spoken() if self.chooses else "", *self._remarks()]
        spoken = "；".join(part for part in parts if part)
        if edit.accessibleDescription() != spoken:
            edit.setAccessibleDescription(spoken)

    def _remarks(self) -> list[str]:
        labels = self.findChildren(QLabel, options=Qt.FindChildOption.FindDirectChildrenOnly)
        said = [label.text() for label in labels if label not in {self.label, self.count} and not label.isHidden()]
        return said + self.candidates.spoken()

    # -- what the clerk does ------------------------------------------------------------------------------------------

    @property
    def touched(self) -> bool:
        return self.choice.touched if self.chooses else self.value.touched

    def answer(self) -> JsonValue:
        """The value as it stands. Raises ``forms.values.FieldError`` for a text that is no value of this field."""
        item = self._item
        assert item is not None, "a field is shown"
        if self.chooses:
            codes = self.choice.codes()
            return codes if item.kind is not Kind.SIGNATURE else SIGNED if codes else None
        if not self.value.touched:
            return item.value
        return self._meant(item, self.value.value_text())

    def _meant(self, item: VerifyItem, typed: str) -> JsonValue:
        if not typed:
            return None
        return parse_typed(item, typed if self.completing is None else self.completing.whole(item, typed))

    def complain(self, words: str) -> None:
        """Why the answer was not taken, at the place where it was given."""
        set_role(self.told, "error")
        self.told.setText(words)
        self.told.show()

    def forgot_input_method(self, value: JsonValue) -> bool:
        """Letters where Chinese is written: said once, at the place; Enter again keeps them as they are."""
        item, typed = self._item, self.value.value_text()
        if item is None or self.chooses or empty(value) or not self.value.touched or item.kind not in WRITTEN:
            return False
        tail = item.kind is Kind.ADDRESS and TAIL.search(typed) is not None
        told = LETTERS_TOLD if LETTERS.fullmatch(typed) else TAIL_TOLD if tail else ""
        if not told or (self.told.text() == told and not self.told.isHidden()):
            return False
        self.complain(told)
        return True

    def fill(self, at: int) -> bool:
        """What goes on with the text was picked: it stands in the box, and Enter takes it. False: it is an answer."""
        if at >= len(self._offers) or not self._offers[at].goes_on:
            return False
        self.value.fill(self._offers[at].text)
        return True

    def _typed(self, typed: str) -> None:
        self.told.hide()
        item = self._item
        if item is None or self.value.composing:  # nothing moves under the eye while a word is being chosen
            return
        if item.kind is Kind.CODE and item.code_table is not None:
            self.candidates.show_candidates(code_matches(item.code_table, typed))
        self._show_offers(item, typed)
        self._show_reading(item, typed)

    def _show_offers(self, item: VerifyItem, typed: str) -> None:
        """What the text may go on with, then what was read: that stays in sight while it is typed over."""
        offers = None if self.completing is None else self.completing.offers(item, typed)
        if offers is None:
            return
        self._offers = offers
        read = (replace(CandidateView(item.text, item.value), origin=AS_READ),) if not empty(item.value) else ()
        others = (other for other in item.candidates if not empty(other.value) and other.value != item.value)
        self.candidates.show_candidates((*(_as_candidate(offer) for offer in offers), *read, *others))

    def _show_reading(self, item: VerifyItem, typed: str) -> None:
        """What the text stands for once it is a value, written as it will be kept."""
        try:
            value = self._meant(item, typed)
        except FieldError:
            self.reads.hide()
            self.show_findings(())  # they spoke of what stood here before
            return
        words = reading_words(item, value)
        added = words.removesuffix(typed) if item.kind in PLACES and words.endswith(typed) else ""
        self.reads.setText(f"将存为：〔{added}〕{typed}　〔〕里是补上的" if added else f"将存为：{words}")
        self.reads.setVisible(bool(words) and words != typed)
        self.typed.emit(value)

    def _ticked(self) -> None:
        self.told.hide()
        self._show_ticked()
        self.typed.emit(self.answer())
        self._speak()

    def _show_ticked(self) -> None:
        if self._item is not None and self.chooses:
            on = set(self.choice.codes())
            boxes = [option.box for option in self._item.options if option.code in on and option.box is not None]
            self.crop.show_ticked([QRect(*box) for box in boxes])


def _as_candidate(offer: Offer) -> CandidateView:
    """More follows a part of a place, which the dots tell; where it lies is said as far as that isn't typed."""
    above = offer.above.removeprefix(HOME_PROVINCE)
    often = f"登记过 {offer.times} 次" if offer.times else ""
    told = "　".join(part for part in (above, often) if part)
    return CandidateView(f"{offer.name}…" if offer.goes_on else offer.name, offer.text, origin=told)


def reading_words(item: VerifyItem, value: JsonValue) -> str:
    """A value as people write it: dates with 年月日, ID numbers in groups; "" for none."""
    if empty(value):
        return ""
    if item.kind is Kind.DATE and isinstance(value, str):
        return day(date.fromisoformat(value))
    if item.kind is Kind.MONTH and isinstance(value, str):
        return f"{int(value[:4])}年{int(value[5:7])}月"
    if item.kind is Kind.ID_NUMBER and isinstance(value, str):
        return grouped(value)
    return format_value(item.kind, value, code_table=item.code_table)


def code_matches(table: str, typed: str, most: int = 9) -> tuple[CandidateView, ...]:
    """Entries of a code table that hold what was typed; nothing before the first character."""
    wanted = typed.strip()
    if not wanted:
        return ()
    entries = [
        entry
        for entry in code_table(table).entries
        if wanted in entry.label or wanted == entry.code or any(wanted in alias for alias in entry.aliases)
    ]
    entries.sort(key=lambda entry: (not entry.label.startswith(wanted), entry.code))
    return tuple(CandidateView(entry.label, entry.code) for entry in entries[:most])


def _options(item: VerifyItem) -> tuple[OptionView, ...]:
    if item.kind is Kind.SIGNATURE:
        return (replace(SIGNATURE_OPTIONS[0], box=item.box),)
    return item.options if item.kind is Kind.CHOICE else ()


def _ticked(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str) else []
