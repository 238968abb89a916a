"""What a person must see is never folded away, whatever the store's trust."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forms.catalog import shipped_forms
from forms.dictionary import load_dictionary
from forms.kinds import JsonValue
from workflow.showing import FieldState, Trust, looking_order, rechecked, shown_keys

FORM = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
KEYS = [field.key for field in FORM.fields]
DEFINITIONS = load_dictionary().fields

states = st.dictionaries(
    st.sampled_from(KEYS),
    st.builds(FieldState, written=st.booleans(), accepted=st.booleans(), confidence=st.floats(0, 1)),
)
trusts = st.builds(Trust, trusted=st.booleans(), recheck_percent=st.integers(0, 100))
page_sets = st.sampled_from([{1}, {2}, {1, 2}])


def shown(
    given_states: dict[str, FieldState], pages: set[int], trust: Trust, values: dict[str, JsonValue] | None = None
) -> dict[str, str]:
    return shown_keys(FORM, given_states, pages, values or {}, DEFINITIONS, "r1", trust)


@given(states, page_sets, trusts)
def test_every_doubt_on_a_scanned_page_is_shown(found: dict[str, FieldState], pages: set[int], trust: Trust) -> None:
    told = shown(found, pages, trust)
    for field in FORM.fields:
        if field.page in pages and field.key in found and not found[field.key].accepted:
            assert told[field.key] == "doubt"


@given(states, page_sets, st.integers(0, 100))
def test_trust_only_ever_folds(found: dict[str, FieldState], pages: set[int], percent: int) -> None:
    new, trusted = (shown(found, pages, Trust(trusted, percent)) for trusted in (False, True))
    assert trusted.keys() <= new.keys()


@given(states, page_sets)
def test_a_new_store_shows_all_that_is_written(found: dict[str, FieldState], pages: set[int]) -> None:
    told = shown(found, pages, Trust(False, 0))
    assert {key for key, state in found.items() if state.written and FORM.by_key[key].page in pages} <= told.keys()


@given(states, page_sets, trusts)
def test_the_order_holds_each_shown_field_once_doubts_first(
    found: dict[str, FieldState], pages: set[int], trust: Trust
) -> None:
    told = shown(found, pages, trust)
    order = looking_order(FORM, found, told)
    assert sorted(order) == sorted(told)
    doubts = [told[key] in ("doubt", "recheck") for key in order]
    assert doubts == sorted(doubts, reverse=True)


def test_a_blank_that_is_required_is_shown_and_one_that_is_not_is_not() -> None:
    told = shown({}, {1, 2}, Trust(True, 100))
    assert told["child_name"] == "required"
    assert "school_grade" not in told
    assert "school_name" not in told
    assert shown({}, {1, 2}, Trust(True, 0), {"school_state": ["primary"]})["school_name"] == "required"


def test_the_recheck_takes_about_its_share_and_always_the_same() -> None:
    taken = [n for n in range(20_000) if rechecked(f"r{n}", "child_name", 2)]
    assert 300 <= len(taken) <= 500
    assert taken == [n for n in range(20_000) if rechecked(f"r{n}", "child_name", 2)]
    assert not any(rechecked(f"r{n}", "child_name", 0) for n in range(500))
    assert all(rechecked(f"r{n}", "child_name", 100) for n in range(500))
