"""A stored reading is the reading."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ocr.reading import Candidate, Doubt, FieldReading, PageReading, PageStatus, TextLine
from records.packing import pack_json, unpack_json
from workflow.reading_json import reading_from_json, reading_to_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
boxes = st.tuples(*[st.integers(0, 9999)] * 4)
scores = st.floats(0, 1)
values = st.one_of(
    st.none(),
    texts,
    st.integers(0, 10**9),
    st.lists(texts, max_size=3),
    st.dictionaries(texts, texts | st.none(), max_size=2),
)
fields = st.builds(
    FieldReading,
    key=texts,
    raw=texts,
    text=texts,
    value=values,
    confidence=scores,
    box_px=boxes,
    view_box_px=boxes,
    candidates=st.lists(st.builds(Candidate, text=texts, value=values, score=scores), max_size=2).map(tuple),
    reasons=st.lists(texts, max_size=2).map(tuple),
    evidence=st.dictionaries(texts, scores, max_size=3),
    doubts=st.lists(
        st.builds(Doubt, start=st.integers(0, 9), end=st.integers(0, 9), view_box_px=boxes | st.none()), max_size=2
    ).map(tuple),
    option_view_boxes=st.dictionaries(texts, boxes, max_size=2),
    source=st.sampled_from(["ocr", "text_layer"]),
)
readings = st.builds(
    PageReading,
    page_index=st.integers(0, 99),
    status=st.sampled_from(PageStatus),
    reason=texts,
    form=texts | st.none(),
    form_version=texts | st.none(),
    form_page=st.integers(1, 4) | st.none(),
    serial=texts | st.none(),
    rotation=st.sampled_from([0, 90, 180, 270]),
    width_px=st.integers(1, 9999),
    height_px=st.integers(1, 9999),
    dpi=st.integers(1, 1200),
    view_width_px=st.integers(1, 9999),
    view_height_px=st.integers(1, 9999),
    seconds=st.floats(0, 999),
    engine=texts,
    model=texts,
    fields=st.lists(fields, max_size=3).map(tuple),
    lines=st.lists(st.builds(TextLine, text=texts, confidence=scores, box_px=boxes), max_size=2).map(tuple),
    registration_error_px=scores | st.none(),
)


@given(readings)
def test_there_and_back(reading: PageReading) -> None:
    plain = reading_to_json(reading)
    assert reading_from_json(json.loads(json.dumps(plain))) == reading
    assert reading_from_json(unpack_json(pack_json(plain))) == reading
