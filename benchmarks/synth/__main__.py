"""``python -m benchmarks.synth``: write a folder of filled forms, or the shipped samples."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.synth.folder import make_folder, shipped_form
from benchmarks.synth.samples import make_samples
from benchmarks.synth.scan import PROFILES
from benchmarks.synth.styles import STYLES
from benchmarks.synth.writing.packages import NoHandwriting
from forms.form_file import load_form


def _names(allowed: Sequence[str], text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in allowed]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(allowed)}")
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synth", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("folder", "samples"), default="folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="not for samples, whose seed is fixed")
    parser.add_argument("--families", type=int, default=6)
    parser.add_argument("--styles", type=lambda text: _names(STYLES, text), default=["printed"])
    parser.add_argument("--noise", type=lambda text: _names(("light", "heavy", "phone"), text), default=["light"])
    parser.add_argument("--form", default="jl-migrant-child", help="id of a shipped form, or a form file")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="reporting")
    parser.add_argument("--home", help="county code of residence (default: anywhere in Jilin)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0, or 1 with one line on standard error if there is no handwriting to be had."""
    asked = _parser().parse_args(argv)
    try:
        if asked.what == "samples":
            print(f"{len(make_samples(asked.out)['pages'])} pages in {asked.out}")
            return 0
        form = load_form(Path(asked.form)) if asked.form.endswith(".json") else shipped_form(asked.form)
        truths = make_folder(
            asked.out,
            asked.seed,
            asked.families,
            asked.styles,
            asked.noise,
            form,
            profile=asked.profile,
            home=asked.home,
        )
    except NoHandwriting as reason:
        print(f"no handwriting: {reason}", file=sys.stderr)
        return 1
    print(f"{len(truths)} pages in {asked.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
