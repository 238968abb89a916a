"""What only named persons may read: suspected abuse, states of mind, reports that name a suspect.

Anyone can seal to the second store key; whoever isn't named to open it sees that something is there and no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from forms.kinds import JsonValue
from records.columns import canonical_json
from records.store import Store

HIDDEN = "（由专人掌握）"


def seal(store: Store, table: str, row_id: str, said: Mapping[str, JsonValue]) -> bytes:
    """Seal values to their row."""
    return store.seal(canonical_json(said).encode(), f"{table}/{row_id}")


def opened(store: Store, table: str, row_id: str, content: bytes | None) -> Mapping[str, JsonValue] | None:
    """What was sealed: empty if nothing was, None for a user who isn't named to open it."""
    if content is None:
        return {}
    plain = store.open_sealed(content, f"{table}/{row_id}")
    if plain is None:
        return None
    said: dict[str, JsonValue] = json.loads(plain)
    return said
