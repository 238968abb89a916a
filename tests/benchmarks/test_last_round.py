"""Made-up earlier forms: the same for the same set, mostly true, never of blank fields or of what is said anew."""

from __future__ import annotations

from benchmarks.bench_learning import behind_shipped
from benchmarks.last_round import CHANGED, last_round
from benchmarks.reading import Result
from benchmarks.synth.truth import FieldTruth
from forms.form_file import Box, FormField
from forms.kinds import Kind
from workflow.judgement import Verdict


def result(sheet: str, key: str, text: str) -> Result:
    field = FormField(key, key, Kind.TEXT, 1, Box(0, 0, 10, 10))
    truth = FieldTruth(key=key, text=text, value=text or None, box_px=[])
    return Result(sheet, "strokes", "light", field, None, truth, False, False, 0, 0, Verdict(False, ()), "")


def test_most_values_are_as_they_were_and_some_are_another_familys() -> None:
    results = [result(f"s{n}", "father_name", f"父{n}") for n in range(400)]
    found = last_round(results)
    assert found == last_round(results)
    same = sum(found[r.sheet].values["father_name"] == r.truth["value"] for r in results)
    assert 0 < 400 - same < 400 * 2 * CHANGED / 100
    assert {e.values["father_name"] for e in found.values()} <= {r.truth["value"] for r in results}
    assert all(e.looked == {"father_name"} for e in found.values())


def test_blank_fields_and_what_is_said_anew_have_no_earlier_value() -> None:
    found = last_round([result("s", "father_name", ""), result("s", "form_date", "2026-10-01"), result("t", "x", "a")])
    assert "s" not in found
    assert found["t"].values == {"x": "a"}


def test_a_learned_form_that_reads_worse_is_named() -> None:
    def counts(exact: int) -> dict[str, int]:
        return {"*/all": 200, "*/exact": exact}

    assert behind_shipped({"shipped": counts(198), "near": counts(196), "far": counts(190)}) == {"far": 4.0}
    assert behind_shipped({"far": counts(10)}) == {}
