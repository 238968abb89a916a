"""``python -m benchmarks.fit_judge``: fit the judge on the calibration set, write ``resources/reading/judge.json``.

To be run again whenever the reader has changed (decoding, cells, marks, evidence): the calibration sheets are made
once, read by the code as it stands (readings are kept by a digest of that code) and fitted; nothing else has to be
told. New evidence is found by its name and gets a weight; more of it is taken to speak for the value, except for the
names in ``workflow.judge_model.AGAINST``.

Per group (a kind, by hand or typeset): a logistic score with weights that are never negative, pulled towards a prior;
then, on scores of sheets that the fit has not seen (five folds by sheet), the best rising steps from score to
probability, each softened by half an error, so that a group without errors is not taken for infallible. A field is
accepted from ``1 - RISK`` on, free writing and plain figures by hand from ``1 - RISK * MARGIN`` on: people's hands are
worse than these fonts, and no list, checksum or other ink helps there. RISK is then tightened until
what is accepted in the folds and wrong, by its upper 95 % bound, stays within ``AIM``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from benchmarks.last_round import last_round
from benchmarks.page_sets import CALIBRATION, FORM, PageSet, cache_folder, provide
from benchmarks.reading import Result, code_digest, compare, kept_readings
from benchmarks.synth.folder import shipped_form
from forms.form_file import Form
from ocr.reading import FieldReading
from workflow import judge_model
from workflow.earlier_forms import NOTHING_EARLIER, witnessed
from workflow.judge_model import BLANK, EARLIER, KNOWN, Group, JudgeModel, group_of, speaking
from workflow.judgement import SEEN_BEFORE, Verdict, is_seen, nothing_written, spelled, vetoes

VERSION = "judge-1"
AIM = 1 / 1000
RISK = 1 / 150
"""A single field may be accepted with at most this chance of being wrong; most are far surer."""
MARGIN = 1 / 4
NOTHING_HELPS = frozenset({"name.hand", "text.hand", "date.hand"})
FOLDS = 5
PRIOR = {
    "min_char": 6.0,
    "mean_char": 2.0,
    "margin": 2.0,
    "agreement": 2.0,
    "forced": 2.0,
    "registration": 1.0,
    "hand": 3.0,
    "legible": 3.0,
}
PULL = 4.0
"""Strength of the pull towards the prior, in fields: a group's dozen errors say little about twenty weights. Against
0.5 it takes in 12 % more names and 2 % more phones, none wrong, in the folds and from hands left out alike."""
NOTHING = 3.0
"""Fields without any evidence that count as wrong in every group."""
SMALLEST_STEP = 40
"""Fields in a step from score to probability."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One field that no veto stopped: evidence, whether the value was right, and the sheet it stood on."""

    group: str
    told: Mapping[str, float]
    right: bool
    sheet: str


def cases(results: Sequence[Result]) -> list[Case]:
    """What there is to learn from. A value counts as seen where enough *other* sheets hold it, as in an office; a field
    that last round's form vouches for is a case of its own beside the same field read without."""
    times: Counter[tuple[str, str]] = Counter((r.field.key, spelled(r.truth["value"])) for r in results)
    earlier = last_round(results)
    found = []
    for result in results:
        reading = result.reading
        if reading is None or reading.source != "ocr":
            continue
        (vouched,) = witnessed([reading], earlier.get(result.sheet, NOTHING_EARLIER))
        known = EARLIER in vouched.evidence and group_of(result.field.kind, vouched.evidence) == KNOWN
        if known and not vetoes(vouched, result.field.kind):
            told = speaking(result.field.kind, vouched.evidence, len(reading.text))
            found.append(Case(KNOWN, told, result.exact, result.sheet))
        if vetoes(reading, result.field.kind):
            continue
        group = BLANK if nothing_written(reading) else group_of(result.field.kind, reading.evidence)
        elsewhere = times[reading.key, spelled(reading.value)] - result.exact
        known = elsewhere >= SEEN_BEFORE and is_seen(reading, {reading.key: frozenset({spelled(reading.value)})})
        evidence = {**reading.evidence, "seen": float(known)}
        told = speaking(result.field.kind, evidence, len(reading.text))
        found.append(Case(group, told, result.exact, result.sheet))
    return found


def fit_group(own: Sequence[Case]) -> tuple[Group, Floats]:
    """The group's numbers, and the probability of each case as its fold's fit gives it."""
    names = sorted({name for case in own for name in case.told})
    # who has no witness has none: for the rest, what is usual
    neutral = {
        n: 0.0 if n == "seen" or n.startswith("agrees_") else float(np.median([c.told[n] for c in own if n in c.told]))
        for n in names
    }
    told = np.array([[case.told.get(n, neutral[n]) for n in names] for case in own], np.float64)
    right = np.array([case.right for case in own], np.float64)
    prior = np.array([PRIOR.get(name, 0.0) for name in names])
    # evidence that never differs can't have a weight
    prior[np.ptp(told, axis=0) < 1e-6] = 0.0
    # by a hash of the sheet's name: styles take turns, so every fifth sheet would be the same hand
    fold = np.array([crc32(case.sheet.encode()) % FOLDS for case in own])
    scores = np.zeros(len(own))
    for f in range(FOLDS):
        seen = fold != f
        intercept, weights = _logistic(told[seen], right[seen], prior)
        scores[~seen] = intercept + told[~seen] @ weights
    steps = _steps(scores, right)
    intercept, weights = _logistic(told, right, prior)
    kept = {n: round(float(w), 4) for n, w in zip(names, weights, strict=True) if w > 5e-4}
    fitted = Group(
        intercept=round(float(intercept), 4),
        weights=kept,
        neutral={n: round(neutral[n], 4) for n in kept},
        steps=steps,
        least=1.0,
        fields=len(own),
        wrong=int((1 - right).sum()),
    )
    at = np.maximum(np.searchsorted([s for s, _ in steps], scores, side="right") - 1, 0)
    return fitted, np.minimum(np.array([p for _, p in steps])[at], 1 / (1 + np.exp(-scores)))


def _logistic(told: Floats, right: Floats, prior: Floats) -> tuple[float, Floats]:
    """Intercept and weights: logistic regression, weights not below 0, pulled towards ``prior``.

    ``NOTHING`` more cases without any evidence were wrong: where the set has no errors at all, what little speaks for
    a value must still count for little. Reweighted least squares, each round by coordinates.
    """
    told = np.vstack([told, np.zeros((1, told.shape[1]))])
    right = np.append(right, 0.0)
    heavy = np.append(np.ones(len(right) - 1), NOTHING)
    weights = prior.copy()
    mean = min(max(float(right.mean()), 1 / (2 * len(right) + 2)), 1 - 1 / (2 * len(right) + 2))
    intercept = float(np.log(mean / (1 - mean)) - told.mean(axis=0) @ weights)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-(intercept + told @ weights)))
        spread = heavy * np.maximum(chance * (1 - chance), 1e-5)
        rest = heavy * (right - chance) / spread  # what the linear part still misses
        before = np.append(weights, intercept)
        for _ in range(3):
            step = float((spread * rest).sum() / (spread.sum() + 0.05))
            intercept += step
            rest -= step
            for j in range(told.shape[1]):
                column = told[:, j]
                pull = float((spread * column * rest).sum()) - PULL * (weights[j] - prior[j])
                new = max(0.0, weights[j] + pull / (float((spread * column * column).sum()) + PULL))
                rest -= (new - weights[j]) * column
                weights[j] = new
        if float(np.abs(np.append(weights, intercept) - before).max()) < 1e-4:
            break
    return intercept, weights


def _steps(scores: Floats, right: Floats) -> tuple[tuple[float, float], ...]:
    """Rising (score, probability) steps: neighbours pooled until the shares rise (isotonic regression)."""
    order = np.argsort(scores, kind="stable")
    pools: list[list[float]] = []  # first score, right, fields
    for i in order.tolist():
        pools.append([float(scores[i]), float(right[i]), 1.0])
        while len(pools) > 1 and _share(pools[-2]) >= _share(pools[-1]):
            last = pools.pop()
            pools[-1][1] += last[1]
            pools[-1][2] += last[2]
    merged: list[list[float]] = []  # from the top: what is too small for a step of its own joins the one below
    for pool in reversed(pools):
        if merged and (merged[-1][2] < SMALLEST_STEP or _soft(pool) >= _soft(merged[-1])):
            merged[-1] = [pool[0], merged[-1][1] + pool[1], merged[-1][2] + pool[2]]
        else:
            merged.append(list(pool))
    merged.reverse()
    return tuple((round(pool[0], 4), round(_soft(pool), 6)) for pool in merged)


def _share(pool: Sequence[float]) -> float:
    return pool[1] / pool[2]


def _soft(pool: Sequence[float]) -> float:
    """Right share with half an error added."""
    return pool[1] / (pool[2] + 0.5) if pool[1] == pool[2] else (pool[1] + 0.5) / (pool[2] + 1)


class TooFew(Exception):
    """Even without a single error so few fields couldn't show what ``AIM`` asks for."""


def fit(results: Sequence[Result], about: PageSet, sheets: int) -> JudgeModel:
    """The whole model from compared readings. Raises TooFew."""
    by_group: dict[str, list[Case]] = defaultdict(list)
    for case in cases(results):
        by_group[case.group].append(case)
    fitted = {name: fit_group(own) for name, own in sorted(by_group.items())}
    if upper(0, sum(len(own) for own in by_group.values())) > AIM:
        raise TooFew(f"{sheets} sheets are too few to show {AIM:.1%} of errors at most; nothing was written")
    risk = RISK
    while True:
        wrong = accepted = 0
        for name, (_, chances) in fitted.items():
            taken = chances >= 1 - allowed(name, risk)
            accepted += int(taken.sum())
            wrong += int(sum(not case.right for case, t in zip(by_group[name], taken, strict=True) if t))
        if upper(wrong, accepted) <= AIM or risk < 1e-5:
            break
        risk *= 0.9
    groups = {name: replace(group, least=round(1 - allowed(name, risk), 6)) for name, (group, _) in fitted.items()}
    calibration = {
        "set": about.name,
        "seed": about.seed,
        "profile": about.profile,
        "styles": sorted(set(about.styles)),
        "sheets": sheets,
        "reader": code_digest(),
        "risk": round(risk, 6),
        "accepted": accepted,
        "accepted_wrong": wrong,
    }
    return JudgeModel(VERSION, next(r.model for r in results if r.model), calibration, groups)


def allowed(group: str, risk: float) -> float:
    """The chance of being wrong with which a field of the group is still accepted."""
    return risk * MARGIN if group in NOTHING_HELPS else risk


def upper(wrong: int, fields: int) -> float:
    """Upper end of the two-sided 95 % interval of Wilson for ``wrong`` out of ``fields``."""
    if not fields:
        return 1.0
    z = 1.96
    share = wrong / fields
    middle = share + z * z / (2 * fields)
    reach = z * float(np.sqrt(share * (1 - share) / fields + z * z / (4 * fields * fields)))
    return (middle + reach) / (1 + z * z / fields)


def write(model: JudgeModel, path: Path) -> None:
    """The file, one group a line, so that a change can be seen."""
    plain = judge_model.to_json(model)
    groups = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(g, ensure_ascii=False)}" for name, g in plain["groups"].items()
    )
    head = "\n".join(f" {json.dumps(k)}: {json.dumps(plain[k], ensure_ascii=False)}," for k in plain if k != "groups")
    path.write_text(f'{{\n{head}\n "groups": {{\n{groups}\n }}\n}}\n', encoding="utf-8")


def strangers(results: Sequence[Result], risk: float) -> Mapping[str, tuple[int, int, int]]:
    """Every hand judged by numbers fitted without it: fields written in it, accepted, accepted though wrong."""
    styles = {result.sheet: result.style for result in results}
    by_group: dict[str, list[Case]] = defaultdict(list)
    for case in cases(results):
        if case.group.endswith(".hand"):
            by_group[case.group].append(case)
    found: dict[str, tuple[int, int, int]] = {}
    for hand in sorted({styles[case.sheet] for own in by_group.values() for case in own}):
        fields = accepted = wrong = 0
        for name, own in by_group.items():
            group, _ = fit_group([case for case in own if styles[case.sheet] != hand])
            theirs = [case for case in own if styles[case.sheet] == hand]
            taken = [case for case in theirs if group.probability(case.told) >= 1 - allowed(name, risk)]
            fields, accepted = fields + len(theirs), accepted + len(taken)
            wrong += sum(not case.right for case in taken)
        found[hand] = fields, accepted, wrong
    return found


def main() -> int:
    """Exit code 0 when the file was written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_judge")
    parser.add_argument("--sheets", type=int, default=CALIBRATION.sheets)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    parser.add_argument("--out", type=Path, default=judge_model.PATH)
    options = parser.parse_args()
    start = time.perf_counter()
    form = shipped_form(FORM)
    sheets = provide(CALIBRATION, options.sheets, options.cache)
    results = [result for read in kept_readings(sheets, options.cache) for result in compare(read, form, unjudged)]
    try:
        model = fit(results, CALIBRATION, len(sheets))
    except TooFew as reason:
        print(reason, file=sys.stderr)
        return 1
    write(model, options.out)
    for name, group in model.groups.items():
        top = ", ".join(f"{n} {w:g}" for n, w in sorted(group.weights.items(), key=lambda item: -item[1])[:5])
        best = group.steps[-1][1]
        taken = "accepted" if best >= group.least else "never   "
        print(f"{name:16}{group.fields:7}{group.wrong:6} wrong  best {best:.5f} of {group.least:.5f} {taken} {top}")
    for hand, (fields, accepted, wrong) in strangers(results, model.calibration["risk"]).items():
        print(f"{hand} judged by numbers fitted without it: {accepted} of {fields} accepted, {wrong} wrong")
    print(f"{model.calibration}\n{options.out}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0


def unjudged(_readings: Sequence[FieldReading], _form: Form, _model: str) -> Mapping[str, Verdict]:
    """No verdicts: they are what is to be fitted."""
    return {}


if __name__ == "__main__":
    raise SystemExit(main())
