"""Choose a division step by step, province to town, each list with typing; the gazetteer is loaded off the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import INSIDE
from desktop.ui.widgets.parts import line
from forms.gazetteer import Division, Gazetteer, gazetteer

LEVELS = ("省", "市（州）", "县（市、区）", "乡镇（街道）")
HOME_PROVINCE = "220000"


class DivisionPicker(QWidget):
    """Emits ``changed`` with the code of the last step that was chosen, "" while nothing is."""

    changed = Signal(str)

    def __init__(self, jobs: Jobs, *, levels: int = len(LEVELS)) -> None:
        super().__init__()
        self._gazetteer: Gazetteer | None = None
        self._steps: list[QComboBox] = []
        row = line(self, space=INSIDE)
        for number, word in enumerate(LEVELS[:levels]):
            step = self._step(number, word)
            self._steps.append(step)
            row.addWidget(step, 1)
        jobs.task(self._load, self._loaded, owner=self)

    @staticmethod
    def _load() -> tuple[Gazetteer, tuple[Division, ...]]:
        loaded = gazetteer()
        return loaded, loaded.children("")

    def _step(self, number: int, word: str) -> QComboBox:
        step = QComboBox()
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
            step.setEditText("")
            self._clear_after(number)
            self.changed.emit(self.code())
        else:
            step.setEditText(step.itemText(found))

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
