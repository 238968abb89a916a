"""The styles by name, and a writer of each.

``ma-shan-zheng`` is held out: it is there to be reported on. Nobody looks at its pages or readings while developing.
"""

from __future__ import annotations

from benchmarks.synth.dice import Dice
from benchmarks.synth.writing.fonts import FontHand, Printed
from benchmarks.synth.writing.glyphs import Hand
from benchmarks.synth.writing.packages import LONG_CANG, MA_SHAN_ZHENG, medians, provide
from benchmarks.synth.writing.strokes import NEAT, VERY_CURSIVE, StrokeHand
from benchmarks.synth.writing.writer import Writer
from forms.catalog import RESOURCES

PRINTED = "printed"
STYLES = (PRINTED, "strokes", "cursive", "long-cang", "ma-shan-zheng")
HELD_OUT = frozenset({"ma-shan-zheng"})
_FACES = ("NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf")


def hand(style: str, dice: Dice) -> Hand:
    """A hand of this style. Raises KeyError for an unknown style, NoHandwriting where its source can't be had."""
    match style:
        case "printed":
            return Printed(RESOURCES / "fonts" / dice.one(_FACES))
        case "strokes":
            return StrokeHand(NEAT, dice, medians=medians())
        case "cursive":
            return StrokeHand(VERY_CURSIVE, dice, medians=medians())
        case "long-cang":
            return FontHand(provide(LONG_CANG), style, dice)
        case "ma-shan-zheng":
            return FontHand(provide(MA_SHAN_ZHENG), style, dice)
    raise KeyError(style)


def writer(style: str, dice: Dice) -> Writer:
    """A writer of this style with own size, ink and habits."""
    return Writer.of(hand(style, dice.sub("hand")), dice.sub("measures"))
