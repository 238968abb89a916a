"""The benchmark's own arithmetic: bounds that don't flatter, keys as the window asks for them, peers mapped fairly."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fit_judge import Case, TooFew, fit, fit_group, upper
from benchmarks.page_sets import CALIBRATION, NOISES, REPORTING, SETS, TOWNSHIP
from benchmarks.peers import text_in
from benchmarks.reading import Result, plain, score
from benchmarks.reading_figures import accepted_wrong, keystrokes, reliability
from benchmarks.synth.folder import shipped_form
from benchmarks.synth.scan import PROFILES
from benchmarks.synth.styles import HELD_OUT
from benchmarks.synth.truth import FieldTruth
from ocr.reading import Candidate, FieldReading
from workflow.judgement import Verdict

FORM = shipped_form("jl-migrant-child")
BOX = (0, 0, 1, 1)


def result(
    key: str, true: str, read: str, *, accepted: bool, sheet: str = "1", candidates: tuple[str, ...] = ()
) -> Result:
    reading = FieldReading(
        key, read, read, read, 0.9, BOX, BOX,
        candidates=tuple(Candidate(c, c, 0.1) for c in candidates),
        evidence={"agreement": 1.0, "min_char": 0.9, "registration": 1.0},
    )  # fmt: skip
    truth = FieldTruth(key=key, text=true, value=true, box_px=[0, 0, 10, 10])
    exact = plain(true) == plain(read)
    verdict = Verdict(accepted, (), 0.9995 if accepted else 0.7)
    return Result(sheet, "strokes", "light", FORM.by_key[key], reading, truth, exact, exact, 0, 0, verdict, "net")


def test_the_sets_share_nothing() -> None:
    assert len({s.seed for s in SETS.values()}) == len(SETS)
    assert CALIBRATION.profile not in (REPORTING.profile, TOWNSHIP.profile)
    assert not HELD_OUT & set(CALIBRATION.styles)
    assert set(REPORTING.styles) >= HELD_OUT
    for name in NOISES:
        one, other = PROFILES[CALIBRATION.profile][name], PROFILES[REPORTING.profile][name]
        assert not set(one.dpi) & set(other.dpi)
        for parameter in ("skew", "blur", "light", "paper", "grain", "specks", "jpeg"):
            assert getattr(one, parameter) != getattr(other, parameter), (name, parameter)


@pytest.mark.parametrize("which", [CALIBRATION, REPORTING])
def test_every_style_meets_every_noise(which: object) -> None:
    assert isinstance(which, type(CALIBRATION))
    met = {(which.style(i), which.noise(i)) for i in range(len(which.styles) * 3)}
    assert met == {(style, noise) for style in which.styles for noise in NOISES}


def test_no_error_in_few_fields_proves_nothing() -> None:
    few = [result("child_name", "王一", "王一", accepted=True, sheet=str(n)) for n in range(30)]
    assert accepted_wrong(few)[:2] == (30, 0)
    assert accepted_wrong(few)[2] == pytest.approx(0.1)
    wrong = [*few, result("child_name", "王一", "王二", accepted=True, sheet="x")]
    accepted, errors, bound = accepted_wrong(wrong)
    assert (accepted, errors) == (31, 1)
    assert bound > 1 / 31
    assert accepted_wrong([]) == (0, 0, 1.0)


def test_keys_are_counted_as_the_window_asks_for_them() -> None:
    fields = [
        result("child_name", "王佳琳", "王佳琳", accepted=True),  # nothing
        result("father_name", "王强", "王强", accepted=False),  # Enter
        result("mother_name", "李敏", "李毓", accepted=False, candidates=("李敏",)),  # one key picks
        result("caregiver_name", "李毓桂", "李敏桂", accepted=False),  # typed, and Enter
    ]
    helped, typed, looks = keystrokes(fields)
    assert helped == 1 + 1 + 4
    assert typed == 4 + 3 + 3 + 4
    assert looks == 3
    table = score(fields)
    assert (table["strokes", "name"].exact, table["strokes", "name"].accepted, table["all", "all"].wrong) == (2, 1, 0)
    assert [row[:2] for row in reliability(fields)] == [("0.5–0.8", 3), ("0.999–1", 1)]


def test_a_peer_gets_every_word_in_the_box_in_reading_order() -> None:
    field = FieldTruth(key="child_residence", text="", value=None, box_px=[100, 100, 400, 100])
    words = [
        ("组", [300.0, 150.0, 330.0, 180.0]),
        ("黄松甸", [110.0, 104.0, 200.0, 134.0]),
        ("三", [250.0, 152.0, 280.0, 178.0]),
        ("镇", [210.0, 106.0, 240.0, 136.0]),
        ("现居住地", [10.0, 104.0, 90.0, 134.0]),
    ]
    assert text_in(words, field) == "黄松甸镇三组"


def test_a_fit_ranks_by_its_evidence_and_never_claims_certainty() -> None:
    dice = np.random.default_rng(3)
    sure = dice.uniform(0, 1, 600)
    own = [
        Case("x", {"min_char": float(s), "noise": float(n)}, bool(r < s**0.3), f"sheet {i % 60}")
        for i, (s, n, r) in enumerate(zip(sure, dice.uniform(0, 1, 600), dice.uniform(0, 1, 600), strict=True))
    ]
    group, told = fit_group(own)
    assert group.weights["min_char"] > 5 * group.weights.get("noise", 0.0)
    assert told.max() < 1
    assert group.probability({"min_char": 1.0}) > group.probability({"min_char": 0.1})
    spotless, _ = fit_group([Case("x", c.told, True, c.sheet) for c in own])
    assert spotless.steps[-1][1] < 1 - 1 / 2000, "six hundred fields without an error are not a proof"


def test_a_set_too_small_to_show_anything_is_refused() -> None:
    with pytest.raises(TooFew):
        fit([result("child_name", "王一", "王一", accepted=True)], CALIBRATION, 1)


def test_the_bound_of_a_share() -> None:
    assert upper(0, 0) == 1.0
    assert 0.0009 < upper(0, 4000) < 0.001
    assert upper(5, 1000) > 0.005
