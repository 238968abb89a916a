"""Known errors of the verbs. Each carries a Chinese sentence: what happened, what is safe, what to do next."""

from __future__ import annotations

from records.views import FindingView


class WorkflowError(Exception):
    """A known error; ``sentence`` is for the user and holds no child's data."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class NotAllowed(WorkflowError):
    """The actor's role may not do this."""


class NotFound(WorkflowError):
    """The thing asked for is not in this store (any more)."""


class WrongState(WorkflowError):
    """The thing is there, but in a state in which this can't be done."""


class NotFinished(WorkflowError):
    """A registration can't be saved as verified yet: ``keys`` are still to be answered, ``findings`` to be resolved."""

    def __init__(self, sentence: str, keys: tuple[str, ...], findings: tuple[FindingView, ...]) -> None:
        super().__init__(sentence)
        self.keys = keys
        self.findings = findings


class BadValue(WorkflowError):
    """What was typed or chosen doesn't fit the field."""


class NotWritten(WorkflowError):
    """An output file could not be written; what was there before is unchanged."""
