"""How well two persons agree: shares, and Cohen's kappa where a field has codes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two persons' codes (Cohen 1960): agreement beyond chance, 1 at most.

    None where chance alone agrees always (all in one category) or nothing was compared: it says nothing there.
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[code] * second[code] for code in first) / total**2
    return None if by_chance >= 1 else (observed - by_chance) / (1 - by_chance)
