"""The robot clerk: verifies a stack of forms with real keys, knowing the paper but learning what is asked from the
accessibility tree alone.

It holds the paper in its hand: the truth of the sheet whose 档号 stands on the screen. It knows the printed form as
every clerk does: which field a label means, what the options are called. Everything else it must be told by the
control that has the keyboard: what is asked, what was read, which other readings are offered and with which key.

A robot that errs confirms a share of what it is shown without looking at the paper.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt

from benchmarks.robot_eyes import Eyes, Role, Seen
from benchmarks.robot_hands import Hands, Key, Modifier, Stuck, breathe, until
from benchmarks.synth.dice import Dice
from benchmarks.truth import TrueSheet, same
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind
from forms.values import FieldError, format_value, parse

LIST = "待核对的登记表"
EMPTY = "到收件箱放入文件"  # the one button of the empty list
CANDIDATE = re.compile(r"^Alt\+(\d)  (.+)$")
DIGITS = {number: Key(ord(str(number))) for number in range(10)}
REFUSALS = 3  # of one field, before the robot gives up: a person would ring somebody up


@dataclass
class Work:
    """What it took."""

    forms: int = 0
    looks: int = 0
    keys: int = 0
    refused: int = 0  # keys that were answered with a complaint
    blind: int = 0  # confirmed without looking
    acts: Counter[str] = field(default_factory=Counter)
    looked: set[tuple[str, str]] = field(default_factory=set)  # 档号 and field


class Robot:
    """Works off the list of drafts. ``papers``: the truth by 档号; ``slips``: the share confirmed without looking;
    ``look_seconds``: how long it looks at every field.
    """

    def __init__(
        self,
        eyes: Eyes,
        hands: Hands,
        form: Form,
        papers: Mapping[str, TrueSheet],
        *,
        slips: float = 0.0,
        look_seconds: float = 0.0,
    ) -> None:
        self._eyes, self._hands, self._papers = eyes, hands, papers
        self._fields = {each.label: each for each in form.fields}
        self._slips = slips
        self._look_seconds = look_seconds
        self._dice = Dice("robot")
        self.work = Work()

    def verify_all(self) -> Work:
        """From the list to the list; raises Stuck where the window doesn't go on."""
        self._wait_for_list()
        while self._eyes.filled():
            self._press(Key.Key_Return)
            self._go_on(None)
            while not self._at_list():
                self._step()
            self._settle_list()
        self.work.keys = self._hands.keys
        return self.work

    # -- where it is --------------------------------------------------------------------------------------------------

    def _at_list(self) -> bool:
        at_hand = self._eyes.at_hand()
        if at_hand is None:
            return False
        return (at_hand.role == Role.Table and at_hand.name == LIST) or at_hand.name == EMPTY

    def _wait_for_list(self) -> None:
        if not until(self._at_list):
            raise self._stuck("the list of drafts does not come")
        self._settle_list()

    def _settle_list(self) -> None:
        """The list is read anew after a registration was saved, and may be empty then."""
        until(lambda: False, 0.5)
        until(lambda: self._at_list() and self._eyes.filled(), 2.0)

    def _sheet(self) -> str:
        """The 档号 on the button that says where the paper lies."""
        place = self._eyes.find(Role.Button, "（F7）")
        return place.name.rsplit(" · ", 1)[0] if place is not None else ""

    def _waiting(self) -> bool:
        crop = self._eyes.find(Role.Client, "纸上写的")
        return crop is None or bool(crop.description)

    def _stuck(self, why: str) -> Stuck:
        return Stuck(f"{why}: {self._eyes.at_hand()}; {self._eyes.words()}")

    # -- one field ----------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        at_hand = self._eyes.at_hand()
        if at_hand is None or at_hand.name not in self._fields:
            self._answer_dialog(at_hand)
            return
        if not until(lambda: not self._waiting()):
            raise self._stuck("the paper is not shown")
        breathe()
        at_hand = self._eyes.at_hand()
        if at_hand is None or at_hand.name not in self._fields:
            return  # the next one came meanwhile
        number, asked = self._sheet(), self._fields[at_hand.name]
        if number not in self._papers:
            raise self._stuck(f"no such paper {number!r}")
        if (number, asked.key) not in self.work.looked:
            self.work.looked.add((number, asked.key))
            self.work.looks += 1
            until(lambda: False, self._look_seconds)
        for _try in range(REFUSALS):
            before = self._told(number)
            self._answer(at_hand, asked, self._papers[number], again=_try > 0)
            if self._go_on(before):
                return
            self.work.refused += 1
            at_hand = self._eyes.at_hand()
            if at_hand is None or at_hand.name != asked.label:
                return
        raise self._stuck(f"{asked.label} is refused")

    def _told(self, number: str) -> tuple[str, str, str]:
        """What tells one moment from the next: sheet, field, where it stands in the count."""
        at_hand = self._eyes.at_hand()
        return (number, at_hand.name, at_hand.description.split("；")[0]) if at_hand is not None else (number, "", "")

    def _go_on(self, before: tuple[str, str, str] | None) -> bool:
        """Something else is at hand, or this one was refused."""
        if before is None:
            return until(lambda: not self._at_list())
        words: set[str] = set()
        at_hand = self._eyes.at_hand()
        said = at_hand.description if at_hand is not None else ""

        def moved() -> bool:
            now = self._eyes.at_hand()
            if now is None or self._at_list() or self._told(self._sheet()) != before:
                words.add("on")
                return True
            return now.description != said

        until(moved, 10.0)
        return "on" in words

    def _answer(self, at_hand: Seen, asked: FormField, paper: TrueSheet, *, again: bool) -> None:
        value = paper.values.get(asked.key)
        if not again and self._dice.chance(self._slips):
            self.work.blind += 1
            self._act("blind", Key.Key_Return)
        elif asked.kind is Kind.CHOICE or asked.kind is Kind.SIGNATURE:
            self._tick(at_hand, asked, value)
        elif same(value, None):
            self._act("blank", Key.Key_F4)
        elif not again and self._says(asked, at_hand.value, paper):
            self._act("confirm", Key.Key_Return)
        else:
            self._pick_or_type(at_hand, asked, paper)

    def _says(self, asked: FormField, text: str, paper: TrueSheet) -> bool:
        """Does this text say what stands on the paper?"""
        if text == paper.texts.get(asked.key):
            return True
        try:
            return same(parse(asked.kind, text, field=asked), paper.values.get(asked.key))
        except FieldError:
            return False

    def _pick_or_type(self, at_hand: Seen, asked: FormField, paper: TrueSheet) -> None:
        for part in at_hand.description.split("；"):
            offered = CANDIDATE.match(part)
            if offered is not None and self._says(asked, offered[2].split("　")[0], paper):
                self._act("pick", DIGITS[int(offered[1])], Modifier.AltModifier)
                return
        self._hands.type(written(asked, paper))
        self._act("type", Key.Key_Return)

    def _tick(self, at_hand: Seen, asked: FormField, value: JsonValue) -> None:
        """The options are told with their keys: ``1 男　2 女，已选：女``."""
        said = next(part for part in at_hand.description.split("；") if part.startswith("选项："))
        offered, _, chosen = said.removeprefix("选项：").partition("，已选：")
        keys = {label: sign for sign, _, label in (each.partition(" ") for each in offered.split("　"))}
        ticked = {label for label in chosen.partition("，停在：")[0].split("　") if label in keys}
        wanted = labels_of(asked, value)
        single = asked.kind is Kind.CHOICE and not asked.multiple
        strike = wanted - ticked if single and wanted else wanted ^ ticked
        for label in sorted(strike):
            self._hands.press(Key(ord(keys[label])))
        breathe()
        self._act("tick" if strike else "confirm", Key.Key_F4 if not wanted and not strike else Key.Key_Return)

    def _answer_dialog(self, at_hand: Seen | None) -> None:
        """The same child? The township's children are all different."""
        if at_hand is not None and self._eyes.find(Role.Button, "知道了") is not None:
            self._press(Key.Key_Return)
            return
        if not until(lambda: self._eyes.at_hand() != at_hand, 5.0):
            raise self._stuck("something else is asked")

    def _act(self, act: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        self.work.acts[act] += 1
        self._press(key, modifiers)

    def _press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        breathe()
        self._hands.press(key, modifiers)


def labels_of(asked: FormField, value: JsonValue) -> set[str]:
    """What is ticked on the paper, as printed."""
    if asked.kind is Kind.SIGNATURE:
        return set() if same(value, None) else {"有签名"}
    codes = value if isinstance(value, list) else []
    return {option.label for option in asked.options if option.code in codes}


def written(asked: FormField, paper: TrueSheet) -> str:
    """What a clerk types: dates and months by their digits, everything else as it is written."""
    value = paper.values[asked.key]
    if asked.kind in {Kind.DATE, Kind.MONTH} and isinstance(value, str):
        return value.replace("-", "")
    text = paper.texts[asked.key]
    return text if text else format_value(asked.kind, value, field=asked)


def keys_of_typing(form: Form, paper: TrueSheet) -> int:
    """Typing the whole sheet: every character, every tick, and a key to go on from each field."""
    total = 0
    for each in form.fields:
        value = paper.values.get(each.key)
        if each.kind in {Kind.CHOICE, Kind.SIGNATURE}:
            total += len(labels_of(each, value))
        elif not same(value, None):
            total += len(written(each, paper))
    return total + len(form.fields)
