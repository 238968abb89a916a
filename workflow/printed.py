"""What of a child's record is printed on the form that goes into its home, and what of that is kept sealed."""

from __future__ import annotations

from functools import cache

from forms.dictionary import load_dictionary

TABLE = "printed_forms"
JUDGED_BLOCK = "concern"
JUDGED = frozenset({"guardianship_state", "child_mind", "child_mind_note"})


@cache
def secret_keys() -> frozenset[str]:
    """What is printed, but kept sealed."""
    return frozenset(key for key, d in load_dictionary().fields.items() if d.sensitivity == "extra")


@cache
def unprinted() -> frozenset[str]:
    """What the office judges about a family: the form goes into the home."""
    return frozenset(key for key, d in load_dictionary().fields.items() if d.block == JUDGED_BLOCK) | JUDGED
