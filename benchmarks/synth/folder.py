"""A folder of scans with their truth: the synthesiser's ordinary product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import fill
from benchmarks.synth.paper import manner_of, serial, write_sheet
from benchmarks.synth.scan import deliver, jpeg_bytes, noise_named
from benchmarks.synth.styles import PRINTED, writer
from benchmarks.synth.truth import Origin, Truth, as_json, page_truth
from benchmarks.synth.writing.packages import NoHandwriting
from forms.catalog import shipped_forms
from forms.form_file import Form

SAME_TRIES = 40


def shipped_form(form_id: str) -> Form:
    """The newest shipped version of a form. Raises KeyError."""
    found = [form for form in shipped_forms() if form.id == form_id]
    if not found:
        raise KeyError(form_id)
    return found[-1]


def make_folder(
    out: Path,
    seed: int,
    families: int,
    styles: Sequence[str] = ("printed",),
    noises: Sequence[str] = ("light", "heavy", "phone"),
    form: Form | None = None,
    *,
    profile: str = "reporting",
    home: str | None = None,
) -> list[Truth]:
    """Write every side of ``families`` sheets as JPEG with its truth beside it, and truth.json for all.

    Styles and noises take turns.

    ``form`` defaults to the reference form; ``home``: code of the county or town of residence. ``profile``,
    "calibration" or "reporting": different families, writers and noise from the same seed. Returns the truths in the
    order written. Raises NoHandwriting, before anything is written, if a style can't be had, and KeyError for an
    unknown name.
    """
    wanted = form or shipped_form("jl-migrant-child")
    root = Dice(seed, profile)
    for style in styles:
        writer(style, root.sub("probe"))
    out.mkdir(parents=True, exist_ok=True)
    truths: list[Truth] = []
    turns = [(styles[i % len(styles)], noises[(i // len(styles)) % len(noises)]) for i in range(families)]
    for index, (style, noise) in enumerate(turns):
        for name, picture, truth in make_sheet(seed, index, style, noise, wanted, profile=profile, home=home):
            (out / name).write_bytes(picture)
            (out / name).with_suffix(".json").write_text(as_json(truth), encoding="utf-8")
            truths.append(truth)
    everything = Truth(
        seed=seed, profile=profile, style="mixed", pages=[page for truth in truths for page in truth["pages"]], files=[]
    )
    (out / "truth.json").write_text(as_json(everything), encoding="utf-8")
    return truths


def styles_available() -> tuple[str, ...]:
    """The styles for everyday work on this machine: by hand too if the stroke data can be had, else printed only."""
    try:
        writer("strokes", Dice("probe"))
        writer("long-cang", Dice("probe"))
    except NoHandwriting:
        return (PRINTED,)
    return (PRINTED, "strokes", "long-cang")


def make_sheet(
    seed: int, index: int, style: str, noise: str, form: Form, *, profile: str, home: str | None = None
) -> Iterator[tuple[str, bytes, Truth]]:
    """Both sides of the sheet number ``index`` (from 0) of a folder: file name, JPEG, truth. Each by itself."""
    dice = Dice(seed, profile).sub("sheet", index)
    pen = writer(style, dice.sub("writer"))
    filled = next(
        entries
        for attempt in range(SAME_TRIES)
        for entries in [
            fill(
                family(dice.sub("family", attempt), home=home, number=index + 1),
                form,
                manner_of(pen, dice.sub("manner")),
                dice.sub("filling"),
            )
        ]
        # the stroke data lacks some rare characters: such a family goes to another style
        if all(pen.hand.can_write(entry.text) for entry in entries)
    )
    sides = write_sheet(form, filled, pen, dice.sub("paper"), number=serial(dice.sub("serial")))
    settings = noise_named(profile, noise)
    for page, side in enumerate(sides, start=1):
        other = sides[(page % len(sides))] if len(sides) > 1 else None
        delivered = deliver(side, settings, dice.sub("scan", page), other_side=other)
        name = f"{seed}-{index + 1:03d}-{style}-{noise}-p{page}.jpg"
        truth = page_truth(form, filled, delivered, Origin(name, index + 1, style, noise), form_page=page)
        yield name, jpeg_bytes(delivered), Truth(seed=seed, profile=profile, style=style, pages=[truth], files=[])
