"""Naming a field by the dictionary: typed in characters, pinyin or its initials, chosen from what fits."""

from __future__ import annotations

from functools import cache, cached_property

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from forms.dictionary import load_dictionary
from workflow.names import initials, pinyin

FOUND_BY = Qt.ItemDataRole.UserRole + 1


@cache
def spoken() -> dict[str, str]:
    """Every key of the dictionary as a person calls it: its label, with its block where two are called the same."""
    known = load_dictionary()
    blocks = {block.key: block.label for block in known.blocks}
    labels = [field.label for field in known.fields.values()]
    return {
        key: field.label if labels.count(field.label) == 1 else f"{field.label}（{blocks[field.block]}）"
        for key, field in known.fields.items()
    }


@cache
def found_by() -> dict[str, str]:
    """What each key is found by: label, aliases, pinyin and initials, in small letters."""
    found = {}
    for key, field in load_dictionary().fields.items():
        names = (spoken()[key], field.label, *field.aliases)
        sounds = (pinyin(field.label).replace(" ", ""), *(initials(name) for name in names))
        found[key] = " ".join((*names, *sounds)).lower()
    return found


class NameCompleter(QCompleter):
    """Fits what was typed anywhere in a name; shows and gives the name."""

    def __init__(self, parent: QWidget) -> None:
        model = QStandardItemModel(parent)
        for key, name in spoken().items():
            item = QStandardItem(name)
            item.setData(found_by()[key], FOUND_BY)
            model.appendRow(item)
        super().__init__(model, parent)
        self.setCompletionRole(FOUND_BY)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(10)
        self.popup().setObjectName("suggestions")

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class NameEdit(QLineEdit):
    """Emits ``named`` with a key of the dictionary, "" for a field of the form's own."""

    named = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("field_name")
        self.setAccessibleName("对应的栏目")
        self.setPlaceholderText("打名称或拼音首字母；空着是本表自己的栏目")
        self._key = ""
        self.returnPressed.connect(self._typed)
        self.editingFinished.connect(self._typed)

    @cached_property
    def finder(self) -> NameCompleter:
        """Made when somebody comes to type: what names sound like takes half a second to work out."""
        made = NameCompleter(self)
        made.activated.connect(self._picked)
        return made

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setCompleter(self.finder)
        super().focusInEvent(event)

    def show_key(self, key: str) -> None:
        """The key of the field at hand."""
        self._key = key if key in spoken() else ""
        self.setText(spoken().get(key, ""))

    def _picked(self, name: str) -> None:
        self._say(next(key for key, spoken_as in spoken().items() if spoken_as == name))

    def _typed(self) -> None:
        """A name typed whole, or the only one that fits; nothing for none; anything else is taken back."""
        typed = self.text().strip().lower()
        if typed == spoken().get(self._key, "").lower():
            return
        if not typed:
            self._say("")
            return
        exact = [key for key, name in spoken().items() if name.lower() == typed]
        fitting = exact or [key for key, text in found_by().items() if typed in text]
        if len(fitting) == 1:
            self._say(fitting[0])
        else:
            self.setText(spoken().get(self._key, ""))

    def _say(self, key: str) -> None:
        if key != self._key:
            self._key = key
            self.named.emit(key)
