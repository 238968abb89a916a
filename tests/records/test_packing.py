"""Readings and forms in a row: what goes in comes out, and equal values are equal bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.form_file import load_form
from records.errors import StoreDamaged
from records.packing import pack_form, pack_json, unpack_form, unpack_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_json_comes_back(value: object) -> None:
    assert unpack_json(pack_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), max_size=8))
def test_equal_values_are_equal_bytes(value: dict[str, int]) -> None:
    assert pack_json(value) == pack_json(dict(reversed(value.items())))


def test_every_shipped_form_comes_back_with_its_blank_pictures(root: Path) -> None:
    paths = sorted((root / "resources" / "forms").glob("*.json"))
    assert paths
    for path in paths:
        form = load_form(path)
        again = unpack_form(pack_form(form))
        assert again == form
        assert all(page.blank for page in again.pages)


@pytest.mark.parametrize("packed", [b"", b"x", pack_json({"a": 1})[:-3], pack_json([]), pack_json({"form": {}})])
def test_damage_is_a_sentence(packed: bytes) -> None:
    with pytest.raises(StoreDamaged, match="已损坏"):
        unpack_form(packed)
