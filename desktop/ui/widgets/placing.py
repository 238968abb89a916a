"""Where paper lies, asked and told by its parts (存放位置, DA/T 18-2022)."""

from __future__ import annotations

import re
from dataclasses import fields

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QWidget

from desktop.ui.theme import AROUND, BETWEEN, INSIDE
from desktop.ui.widgets.parts import button, column, line, text
from workflow.cross_reference import Place

PARTS = (("storeroom", "库房"), ("area", "区"), ("row", "列"), ("rack", "架"), ("shelf", "层"), ("box", "盒"))


class PlaceDialog(QDialog):
    """Parts that an office doesn't use stay empty. ``box``: False where a box itself is moved, whose number stays."""

    def __init__(
        self, heading: str, words: str, proposed: Place, parent: QWidget | None = None, *, box: bool = True
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("存放位置")
        self.setMinimumWidth(480)
        whole = column(self, space=BETWEEN, around=AROUND)
        whole.addWidget(text(heading, "heading", wrap=True))
        whole.addWidget(text(words, "secondary", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(INSIDE)
        grid.setVerticalSpacing(INSIDE)
        self.parts: dict[str, QLineEdit] = {}
        for number, (name, unit) in enumerate(PARTS if box else PARTS[:-1]):
            field = QLineEdit()
            field.setObjectName(f"place_{name}")
            field.setAccessibleName(unit)
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setText(getattr(proposed, name))
            field.returnPressed.connect(self.accept)
            self.parts[name] = field
            grid.addWidget(field, number // 3, number % 3 * 2)
            grid.addWidget(text(unit), number // 3, number % 3 * 2 + 1)
        whole.addLayout(grid)
        whole.addWidget(text("用不到的空着。只填盒号也可以。" if box else "用不到的空着。", "secondary"))
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("登记", self.accept, role="primary", name="save_place"))
        whole.addLayout(row)
        first = self.parts["box" if box else "storeroom"]
        first.setFocus()
        first.selectAll()

    def place(self) -> Place:
        """What was typed."""
        said = {name: field.text().strip() for name, field in self.parts.items()}
        return Place(**{each.name: said.get(each.name, "") for each in fields(Place)})


def place_of(location: str) -> Place:
    """The parts of ``1库房2区3列4架5层6盒``, as ``Place.text`` writes it."""
    found = re.findall("(.+?)(" + "|".join(unit for _name, unit in PARTS) + ")", location)
    names = {unit: name for name, unit in PARTS}
    return Place(**{names[unit]: value for value, unit in found})
