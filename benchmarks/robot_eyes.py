"""What the robot clerk sees: the accessibility tree, and nothing else of the window.

Whatever is missing here is missing for a blind clerk, too, and is mended in the widgets, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

Role, Text = QAccessible.Role, QAccessible.Text
Node = Any  # QAccessibleInterface: the stubs lack what its state says


@dataclass(frozen=True, slots=True)
class Seen:
    """One control as it is told: what it is, what it is called, what stands in it, what is said about it."""

    role: QAccessible.Role
    name: str
    value: str
    description: str


def seen(node: Node) -> Seen:
    """What a node tells."""
    return Seen(node.role(), node.text(Text.Name), node.text(Text.Value), node.text(Text.Description))


class Eyes:
    """Looks at one window. A control that was found once is looked at again without searching."""

    def __init__(self, window: QWidget) -> None:
        self._root: Node = QAccessible.queryAccessibleInterface(window)
        self._known: dict[tuple[QAccessible.Role, str], Node] = {}

    def at_hand(self) -> Seen | None:
        """The control that has the keyboard; of a cell the table it stands in."""
        node = self._root.focusChild()
        while node is not None and node.isValid() and node.role() in {Role.Cell, Role.ListItem, Role.TreeItem}:
            node = node.parent()
        return seen(node) if node is not None and node.isValid() else None

    def filled(self) -> bool:
        """The table at hand has a row; its header doesn't count."""
        node = self._root.focusChild()
        while node is not None and node.role() in {Role.Cell, Role.ListItem}:
            node = node.parent()
        children = range(node.childCount()) if node is not None else range(0)
        return any((child := node.child(at)) is not None and child.role() == Role.Cell for at in children)

    def find(self, role: QAccessible.Role, words: str) -> Seen | None:
        """The visible control of this role whose name holds these words."""
        known = self._known.get((role, words))
        if known is not None and known.isValid() and words in known.text(Text.Name) and not known.state().invisible:
            return seen(known)
        for node in self._below(self._root):
            if node.role() == role and words in node.text(Text.Name):
                self._known[role, words] = node
                return seen(node)
        return None

    def words(self) -> list[str]:
        """Every text on the screen, for a report on why it did not go on."""
        return [name for node in self._below(self._root) if (name := node.text(Text.Name))]

    def _below(self, node: Node) -> Iterator[Node]:
        """Every visible node; the cells of tables are left out."""
        for position in range(node.childCount()):
            child = node.child(position)
            if child is None or not child.isValid() or child.state().invisible:
                continue
            yield child
            if child.role() not in {Role.Table, Role.Tree, Role.List}:
                yield from self._below(child)
