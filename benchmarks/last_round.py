"""Last round's forms of the sheets of a set, made up: the same families, and now and then something has changed.

An office has them from its second round on; ``workflow.earlier_forms`` lays them beside what was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zlib import crc32

from benchmarks.reading import Result
from forms.kinds import JsonValue
from workflow.carrying import OWN
from workflow.earlier_forms import Earlier

CHANGED = 10
"""Of a hundred values so many were others half a year ago."""


def last_round(results: Sequence[Result]) -> Mapping[str, Earlier]:
    """By sheet: the earlier form, every value looked at. One that has changed since was another family's of the set."""
    by_key: dict[str, list[JsonValue]] = defaultdict(list)
    for result in results:
        if not result.blank:
            by_key[result.field.key].append(result.truth["value"])
    found: dict[str, dict[str, JsonValue]] = defaultdict(dict)
    for result in results:
        key = result.field.key
        if result.blank or key in OWN:
            continue
        throw = crc32(f"{result.sheet}/{key}".encode())
        others = by_key[key]
        changed = throw % 100 < CHANGED
        found[result.sheet][key] = others[throw // 100 % len(others)] if changed else result.truth["value"]
    return {sheet: Earlier(values, frozenset(values)) for sheet, values in found.items()}
