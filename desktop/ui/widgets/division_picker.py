"""Choose a division step by step, province to town, each list with typing; the gazetteer is loaded off the window.

A name that a list doesn't hold stays where it was typed, with the sentence that says so: an input method brings 交合
for 蛟河, and a box that empties itself tells nobody why.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.parts import Choice, column, line, set_wrong, text
from forms.gazetteer import Division, Gazetteer, gazetteer

LEVELS = ("省", "市（州）", "县（市、区）", "乡镇（街道）")
HOME_PROVINCE = "220000"
TOWN = 9  # digits of its code
UNKNOWN = re.compile(
    "(.+?(?:镇|乡|街道)|.+?(?=人民政府|办事处))"
)  # what is left of an office's name still names a place


class DivisionPicker(QWidget):
    """Emits ``changed`` with the code of the last step that was chosen, "" while nothing is."""

    changed = Signal(str)

    def __init__(self, jobs: Jobs, *, levels: int = len(LEVELS)) -> None:
        super().__init__()
        self._gazetteer: Gazetteer | None = None
        self._steps: list[QComboBox] = []
        self._guessed = ""
        self.unsure: QComboBox | None = None  # the step that an office's name seems to say more of than was found
        box = column(self, space=INSIDE)
        row = line(space=INSIDE)
        box.addLayout(row)
        for number, word in enumerate(LEVELS[:levels]):
            step = self._step(number, word)
            self._steps.append(step)
            row.addWidget(step, 1)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        box.addWidget(self.told)
        jobs.task(self._load, self._loaded, owner=self)

    @staticmethod
    def _load() -> tuple[Gazetteer, tuple[Division, ...]]:
        loaded = gazetteer()
        return loaded, loaded.children("")

    def _step(self, number: int, word: str) -> QComboBox:
        step = Choice()
        step.setObjectName(f"division_{number}")
        step.setAccessibleName(word)
        step.setEditable(True)
        step.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        step.setMaxVisibleItems(12)
        step.setMinimumContentsLength(6)
        step.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        edit = step.lineEdit()
        assert edit is not None  # it is editable
        edit.setPlaceholderText(word)
        completer = QCompleter(step.model(), step)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.popup().setObjectName("suggestions")
        step.setCompleter(completer)
        step.currentIndexChanged.connect(lambda _index: self._chosen(number))
        edit.editingFinished.connect(lambda: self._typed(number))
        edit.textEdited.connect(lambda _typed: self._say_right(number))
        return step

    def _loaded(self, loaded: tuple[Gazetteer, tuple[Division, ...]]) -> None:
        self._gazetteer, provinces = loaded
        self._fill(0, provinces)
        self._steps[0].setCurrentIndex(self._steps[0].findData(HOME_PROVINCE))

    def _fill(self, number: int, divisions: tuple[Division, ...]) -> None:
        step = self._steps[number]
        step.blockSignals(True)
        model = step.model()
        assert isinstance(model, QStandardItemModel)
        model.clear()
        for division in divisions:
            step.addItem(division.name, division.code)
        step.setCurrentIndex(-1)
        step.setEditText("")
        step.blockSignals(False)
        # later steps stay enabled: Tab must reach the next one, which fills when this one is left
        for later in self._steps[number + 1 :]:
            later.blockSignals(True)
            later.clear()
            later.setEditText("")
            later.blockSignals(False)

    def _chosen(self, number: int) -> None:
        code = self._steps[number].currentData()
        if code and self._steps[number] is self.unsure:
            self.unsure = None
            self.told.hide()
        if code and number + 1 < len(self._steps) and self._gazetteer is not None:
            self._fill(number + 1, self._gazetteer.children(str(code)))
        self.changed.emit(self.code())

    def _typed(self, number: int) -> None:
        """What was typed counts only as a name from the list; a single match is completed."""
        step = self._steps[number]
        typed = step.currentText().strip()
        matches = [i for i in range(step.count()) if typed and typed in step.itemText(i)]
        exact = [i for i in matches if step.itemText(i) == typed]
        found = exact[0] if exact else matches[0] if len(matches) == 1 else -1
        if found != step.currentIndex():
            step.setCurrentIndex(found)
        if found < 0:
            step.setEditText(typed)
            self._clear_after(number)
            self.changed.emit(self.code())
            if typed and self._gazetteer is not None:
                self._say_wrong(number, typed, len(matches))
        else:
            step.setEditText(step.itemText(found))
            self._say_right(number)

    def _say_wrong(self, number: int, typed: str, matches: int) -> None:
        step = self._steps[number]
        if matches:
            words = f"名字里有“{typed}”的不止一个，请从列表里选，或多打几个字。"
        elif step.count():
            words = f"列表里没有“{typed}”。请从列表里选，或改一改再打。"
        else:
            words = f"请先选{LEVELS[number - 1]}，再选{LEVELS[number]}。"
        set_wrong(step, wrong=True)
        self.told.setText(words)
        self.told.show()

    def _say_right(self, number: int) -> None:
        """The step that was told of is being mended."""
        step = self._steps[number]
        if step.property("wrong"):
            set_wrong(step, wrong=False)
            self.told.hide()

    def guess(self, words: str) -> None:
        """Choose the place an office's name begins with (蛟河市黄松甸镇人民政府), unless one was chosen by hand."""
        if self._gazetteer is None or self.code() not in {HOME_PROVINCE, self._guessed}:
            return
        found = self._gazetteer.resolve(words)
        if not found:
            return
        (code, rest), *others = found
        # a street of that name in another city, but not a district of that name in another province
        twins = [other for other, left in others if left == rest and len(other) == len(code) and other[:2] == code[:2]]
        if twins or code.endswith("0000") or len(code) > TOWN:
            return
        above: list[str] = []
        at: str | None = code
        while at is not None:
            above.insert(0, at)
            division = self._gazetteer.division(at)
            at = division.parent if division is not None else None
        for step, each in zip(self._steps, above, strict=False):
            step.setCurrentIndex(step.findData(each))
        for below in self._steps[len(above) :]:  # of an earlier guess: the name is another now
            below.setCurrentIndex(-1)
            below.setEditText("")
        self._guessed = self.code()
        self._say_unknown(len(above), rest)

    def _say_unknown(self, known: int, rest: str) -> None:
        """An office of a township that was found as one of its county only: a wrong character, most likely, which the
        input method offered first. Else a county's store would be made of it."""
        named = UNKNOWN.match(rest)
        self.unsure = self._steps[known] if named is not None and known < len(self._steps) else None
        if self.unsure is not None and named is not None:
            place = self._steps[known - 1].currentText()
            level = LEVELS[known]
            self.told.setText(
                f"{place}没有“{named[1]}”这个{level}。打错了字就改一改单位名称；没有错，请在这里选到{level}。"
            )
            self.told.show()
        elif self.mistaken is None:
            self.told.hide()

    @property
    def mistaken(self) -> QComboBox | None:
        """The step where something is typed that the list doesn't hold; ``told`` says what."""
        return next((step for step in self._steps if step.property("wrong")), None)

    @property
    def guessed(self) -> bool:
        """What stands here was found in the office's name."""
        return self._guessed != "" and self.code() == self._guessed and self.unsure is None

    def _clear_after(self, number: int) -> None:
        if number + 1 < len(self._steps):
            self._fill(number + 1, ())

    def code(self) -> str:
        """The code of the last chosen step."""
        codes = [str(step.currentData()) for step in self._steps if step.currentIndex() >= 0 and step.currentData()]
        return codes[-1] if codes else ""

    def words(self) -> str:
        """The full name of what is chosen."""
        return self._gazetteer.full_name(self.code()) if self._gazetteer is not None and self.code() else ""

    @property
    def steps(self) -> tuple[QComboBox, ...]:
        return tuple(self._steps)
