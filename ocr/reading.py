"""What the reader says about one page: frozen, picklable, the same shape in worker, store and ``tongdang read``.

Coordinates: ``box_px`` is ``(x, y, w, h)`` in whole pixels of the delivered picture as stored, before any
EXIF rotation (PDF pages: the page drawn at 300 dpi); ``view_box_px`` is the same place in the upright
viewing copy. Rotation is clockwise degrees from the delivered picture to upright.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms.kinds import JsonValue
from ocr.roster import Roster

PixelBox = tuple[int, int, int, int]


class PageStatus(StrEnum):
    """``READ`` even if every field is blank; ``BLANK`` is a sheet with nothing printed on it."""

    READ = "read"
    BLANK = "blank"
    UNKNOWN_FORM = "unknown_form"
    FAILED = "failed"


class OcrFailed(Exception):
    """The page could not be read. ``reason`` is an English code, ``str()`` a Chinese sentence with a way out."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(reason, sentence)
        self.reason = reason
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a delivered picture that one sheet is, where several lie on it: ``(x, y)`` its corner, in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading: text as written, its normalised value, and a score in 0..1."""

    text: str
    value: JsonValue
    score: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubtful stretch of ``text`` (``start`` ≤ i < ``end``) and where it stands in the viewing copy."""

    start: int
    end: int
    view_box_px: PixelBox | None


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field as read. ``raw`` is what the network said unconstrained, ``text`` what the kind made of it.

    Blank fields: ``raw`` and ``text`` are ``""``, ``value`` None (choices: ``[]``) and ``evidence["blank"]`` is 1.
    ``evidence`` holds the numbers that ``workflow.recognise.judge`` weighs (all in 0..1, names stable):
    ``blank, min_char, mean_char, margin, agreement (raw equals text after normalisation), forced (mass the
    constraint had to add), mark_quality, ink_outside, registration``; of decoding: ``second_margin`` (0 a tie with the
    second candidate, towards 1 far ahead), ``language`` (how well the text goes with the language), ``surname_known``
    (names), ``near`` (1: the counties that other ink names decided against this ink alone);
    of deciding together (``ocr.joint``): ``joint`` (the value's share when all is weighed) and ``joint_moved`` (above 0
    where other ink chose another candidate than this ink alone: no ``agrees_*`` then
    speaks for it); ``roster_fit`` (how well the roster's entry fits the page where this field is read as the entry has
    it, 0 where it is read differently).
    """

    key: str
    raw: str
    text: str
    value: JsonValue
    confidence: float
    box_px: PixelBox
    view_box_px: PixelBox
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    option_view_boxes: Mapping[str, PixelBox] = field(default_factory=dict)  # choices: option code -> tick box
    source: str = (
        "ocr"  # "ocr", "text_layer", or "prefilled": as it was printed for this sheet, nothing written over it
    )

    @property
    def seen_at(self) -> PixelBox | None:
        """Its place in the viewing copy; None where nobody looked for it (a page that a person types in)."""
        return self.view_box_px if any(self.view_box_px) else None


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of free page text, where no form was found."""

    text: str
    confidence: float
    box_px: PixelBox


@dataclass(frozen=True, slots=True)
class RosterFit:
    """The one entry of the roster that fits this page: its opaque id, how well (0..1), and the fields that say so."""

    entry: str
    fit: float
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything read from one page. ``page_index`` counts the pictures of its source from 0.

    ``part``: where the sheet lies in the delivered picture, None where it is all of it. With a part every ``box_px``
    counts from the part's corner; ``width_px`` and ``height_px`` are always the whole picture's.
    """

    page_index: int
    status: PageStatus
    reason: str
    form: str | None
    form_version: str | None
    form_page: int | None
    serial: str | None
    rotation: int
    width_px: int
    height_px: int
    dpi: int
    view_width_px: int
    view_height_px: int
    seconds: float
    engine: str
    model: str
    fields: tuple[FieldReading, ...] = ()
    lines: tuple[TextLine, ...] = ()
    registration_error_px: float | None = None  # median residual of matched points, delivered pixels
    roster: RosterFit | None = None
    part: Part | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the page as delivered: of its part where it has one."""
        return (self.part.width, self.part.height) if self.part else (self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """A page's reading and its upright JPEG viewing copy.

    ``masked_copy``: the same picture with the fields covered that only named persons see; None where there is none.
    """

    reading: PageReading
    viewing_copy: bytes
    masked_copy: bytes | None = None


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page found in a delivered file. ``sheets``: where several lie on it, each one's part of the picture."""

    index: int
    width_px: int
    height_px: int
    dpi: int
    sheets: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What the office knows that may help the reader (design.md: learned lexicon, rosters). Plain data.

    ``home_division`` is the office's own division code (towns below it are likelier);
    ``lexicon`` maps a field key to weighted values seen before. ``prefilled``: what was printed on prefilled sheets,
    serial -> field key -> value; on such a sheet only what was written by hand is read (``ocr.prefilled``).
    ``roster``: known children; one that fits a page is offered (``ocr.known_children``).

    What a person has said of this very page: ``form``, id and version, the only form looked for; ``turn``, clockwise
    degrees from the delivered picture to upright, where no form tells. ``part``: the sheet to be read, where several
    lie on the picture.
    """

    home_division: str | None = None
    lexicon: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    prefilled: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    roster: Roster | None = None
    form: tuple[str, str] | None = None
    turn: int | None = None
    part: Part | None = None
