"""Who may do what: one table of roles and verbs, checked by the verbs themselves and never by widgets.

This is access control by the program, not cryptography between users (docs: keys and people). Every public
verb carries ``@verb(...)``; a test enumerates them against a table written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from records.store import Store
from records.views import Actor, Role
from workflow.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


class Right(StrEnum):
    """A right as people speak of it; several verbs may need the same one."""

    SEE_OFFICE = "see_office"
    TAKE_IN = "take_in"
    SEE_INBOX = "see_inbox"
    LEARN_FORMS = "learn_forms"  # which forms the office reads with
    VERIFY = "verify"
    SEE_REGISTRATIONS = "see_registrations"
    SEE_CHILDREN = "see_children"
    UNMASK = "unmask"
    MERGE = "merge"
    REVIEW = "review"
    ENTER_AGAIN = "enter_again"  # blind second entry
    PLACE = "place"
    SEE_CARE = "see_care"  # concerns, visits, cases, work log
    CARE = "care"
    SEE_ROUNDS = "see_rounds"
    PRINT_FORMS = "print_forms"  # forms prefilled with last round's values
    SEE_ROSTERS = "see_rosters"  # base lists of other departments
    ROSTERS = "rosters"
    SEE_BATCHES = "see_batches"
    REPORT = "report"
    ASK_ERASURE = "ask_erasure"
    HAND_OVER = "hand_over"  # packages between offices
    PROPOSE = "propose"  # what another office owns
    DECIDE = "decide"  # what another office proposes
    ADMINISTER = "administer"


# the office's own people; a helper from outside has only what names them
_EVERYBODY = frozenset(Role) - {Role.HELPER}
_HELPERS_TOO = frozenset(Role)

RIGHTS: dict[Right, frozenset[Role]] = {
    Right.SEE_OFFICE: _HELPERS_TOO,
    Right.TAKE_IN: frozenset({Role.COLLECTOR, Role.ARCHIVIST, Role.ADMINISTRATOR}),
    Right.SEE_INBOX: frozenset({Role.COLLECTOR, Role.ARCHIVIST, Role.ADMINISTRATOR}),
    Right.LEARN_FORMS: frozenset({Role.COLLECTOR, Role.ADMINISTRATOR}),
    Right.VERIFY: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR, Role.HELPER}),
    Right.SEE_REGISTRATIONS: _HELPERS_TOO,
    Right.SEE_CHILDREN: _EVERYBODY,
    Right.UNMASK: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.REVIEW: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.ENTER_AGAIN: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.MERGE: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.PLACE: frozenset({Role.COLLECTOR, Role.ARCHIVIST, Role.ADMINISTRATOR}),
    Right.SEE_CARE: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.CARE: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.SEE_ROUNDS: _EVERYBODY,
    Right.PRINT_FORMS: frozenset({Role.COLLECTOR, Role.ADMINISTRATOR}),
    Right.SEE_ROSTERS: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.ROSTERS: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.SEE_BATCHES: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.REPORT: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.ASK_ERASURE: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ARCHIVIST, Role.ADMINISTRATOR}),
    Right.HAND_OVER: frozenset({Role.ADMINISTRATOR}),
    Right.PROPOSE: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.DECIDE: frozenset({Role.COLLECTOR, Role.REVIEWER, Role.ADMINISTRATOR}),
    Right.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
}

ROLE_NAMES: dict[Role, str] = {
    Role.COLLECTOR: "采集员",
    Role.REVIEWER: "复核员",
    Role.ARCHIVIST: "档案员",
    Role.ADMINISTRATOR: "管理员",
    Role.HELPER: "外部协助人员",
}

# filled by the decorator: "module.function" -> right; the permission test reads it
VERBS: dict[str, Right] = {}


def require(actor: Actor, right: Right) -> None:
    """Raise NotAllowed unless the actor's role has the right."""
    if actor.role not in RIGHTS[right]:
        who = "、".join(ROLE_NAMES[role] for role in Role if role in RIGHTS[right])
        raise NotAllowed(f"{ROLE_NAMES[actor.role]}不能做这项操作，没有改动任何内容。请由{who}来做。")


def verb(
    right: Right,
) -> Callable[[Callable[Concatenate[Store, Actor, P], R]], Callable[Concatenate[Store, Actor, P], R]]:
    """Make a function a verb: its first arguments are the store and the actor, whose right is checked first."""

    def mark(function: Callable[Concatenate[Store, Actor, P], R]) -> Callable[Concatenate[Store, Actor, P], R]:
        @wraps(function)
        def checked(store: Store, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            require(actor, right)
            return function(store, actor, *args, **kwargs)

        VERBS[f"{function.__module__}.{function.__name__}"] = right
        return checked

    return mark
