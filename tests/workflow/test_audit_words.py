"""The yearly inspection reads Chinese: whatever is audited anywhere has its words, and no word is of nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from records.views import AnswerState, BatchRowState
from records.views_care import ConcernState, MoveKind
from workflow.audit_words import DETAILS, WORDS

# what a verb made of a kind and a state can be: the states that a person's deed leads to
MADE = {
    "answer.": {state.value for state in AnswerState} - {AnswerState.MACHINE.value},
    "concern.": {state.value for state in ConcernState} - {ConcernState.PROPOSED.value},
    "child.": {kind.value for kind in MoveKind},
    "batch.": {BatchRowState.ACCEPTED.value, BatchRowState.RETURNED.value},
}
FORMER = {"registration.join", "registration.part"}  # in the audits of older programs
PLACE = {"audit": 3, "saw": 1, "saw_all": 1, "done": 0, "enter": 6}  # of the verb among the arguments


def audited(root: Path) -> set[str]:
    """Every verb that a call of the store's audit can be given."""
    found: set[str] = set()
    for package in ("workflow", "records"):
        for path in sorted((root / package).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                for given in _given(call):
                    found |= set(_values(given, tree))
    return found


def _given(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = PLACE.get(name)
    if place is not None and len(call.args) > place:
        yield call.args[place]
    for keyword in call.keywords:
        if name == "append" and keyword.arg == "verb":
            yield keyword.value


def _values(given: ast.expr, tree: ast.AST) -> Iterator[str]:
    if isinstance(given, ast.JoinedStr):
        (kind,) = (str(part.value) for part in given.values if isinstance(part, ast.Constant))
        yield from (kind + state for state in MADE[kind])
        return
    for node in ast.walk(given):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            for assigned in ast.walk(tree):
                if isinstance(assigned, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == node.id for target in assigned.targets
                ):
                    yield from (
                        n.value
                        for n in ast.walk(assigned.value)
                        if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    )


def test_every_verb_of_the_audit_has_its_words(root: Path) -> None:
    verbs = {verb for verb in audited(root) if "." in verb or verb in WORDS}
    assert len(verbs) > 100
    assert sorted(verbs - WORDS.keys()) == []
    assert WORDS.keys() - verbs == FORMER


def test_no_two_deeds_are_said_alike_nor_in_letters() -> None:
    assert len(set(WORDS.values())) == len(WORDS)
    for words in WORDS.values():
        assert not any(sign.isascii() and sign.isalpha() for sign in words), words


def detailed(root: Path) -> set[str]:
    """Every name that stands in a detail as it is written in the source."""
    found: set[str] = set()
    for path in (*sorted((root / "workflow").glob("*.py")), *sorted((root / "records").glob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit":
                found |= {name for given in node.args for name in _names(given)}
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.keyword):
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                called = [getattr(target, "id", "") for target in targets] + [getattr(node, "arg", "")]
                if "detail" in called and node.value is not None:
                    found |= set(_names(node.value))
    return found


def _names(given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.Dict):
        yield from (key.value for key in given.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def test_every_detail_of_the_audit_has_its_name(root: Path) -> None:
    names = detailed(root)
    assert len(names) > 30
    assert sorted(names - DETAILS.keys()) == []
    assert DETAILS.keys() - names == {"papers", "unsent", "reported"}, "put together in workflow.erasing"
