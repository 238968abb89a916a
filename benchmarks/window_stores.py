"""The stores that ``bench_window`` measures in, filled before anything is timed: a township's forms as the real reader
read them, an inbox of thousands of such pages, and a ledger of a hundred thousand children.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import scripted
from benchmarks.kept_pages import KeptPool, KeptSource
from benchmarks.likeness_store import BENCH, NO_SECRET, filled_store
from benchmarks.page_sets import SheetFiles
from benchmarks.planted_duplicates import crowd, planted
from benchmarks.robot_run import take_in_all
from benchmarks.running import PASSWORD, make_office
from forms.catalog import shipped_forms
from forms.id_number import check_digit
from forms.kinds import JsonValue
from forms.visiting import LEVELS
from ocr.reading import FieldReading, PageOutcome, ReadingContext, SourcePage
from records.ids import civil_date
from records.likeness import Traits
from records.opening import open_store
from records.tables import Visit
from workflow import intake, recognise, verify
from workflow.access import Opened, log_in
from workflow.recognise import OpenedSource
from workflow.settings import SHOW_ALL_UNTIL, change_setting

STACK, INBOX, LIST = "stack", "inbox", "list"
SHEETS_A_FILE = 10
DUE = 2000  # visits
PATTERNS = 12  # sheets of the stack that the inbox is made of
SURNAMES, FIRST, SECOND = "赵钱孙李周吴郑王冯陈", "甲乙丙丁戊己庚辛壬癸", "春夏秋冬梅兰竹菊松柏"


def now() -> datetime:
    """The clock of everything here."""
    return datetime.now(UTC)


# -- filling ----------------------------------------------------------------------------------------------------------


def fill_forms(folder: Path, files: Sequence[SheetFiles], pages: int) -> None:
    """``STACK``: these forms, read. ``INBOX``: so many pages, each a read one under a name and numbers of its own."""
    pool = Remembering()
    opened = make_office(folder / STACK, now)
    take_in_all(opened.store, opened.actor, files, pool)
    plain = _without_errors(opened, files)
    opened.store.close()
    _fill_inbox(folder, [pool.sheet(sheet) for sheet in plain], pages)


def _without_errors(opened: Opened, files: Sequence[SheetFiles]) -> list[SheetFiles]:
    """The sheets that can be saved when every field that is shown was confirmed, those with the fewest doubts."""
    store, actor = opened.store, opened.actor
    names = {
        (page.registration_id, source.name)
        for source in intake.inbox(store, actor).sources
        for page in source.pages
        if page.registration_id is not None
    }
    good: dict[str, int] = {}  # file name -> fields of its form that the machine doesn't vouch for
    for draft in verify.drafts(store, actor):
        sheet = verify.sheet(store, actor, draft.registration_id)
        if not any(finding.severity == "error" for finding in sheet.findings):
            doubts = sum(not item.accepted for item in sheet.items)
            good |= {name: doubts for registration, name in names if registration == draft.registration_id}
    found = [sheet for sheet in files if all(side.name in good for side in sheet.sides)]
    assert found, "no sheet can be saved as it was read"
    return sorted(found, key=lambda sheet: good[sheet.sides[0].name])[:PATTERNS]


def listed(children: int) -> list[Traits]:
    """The children of the long list, the same every time."""
    base = list(planted("window", min(2500, children)).children.values())[:children]
    return [*base, *crowd(base, children - len(base), "window")]


def fill_list(folder: Path, children: int) -> None:
    """``LIST``: a store of so many children, ``DUE`` of them to be visited."""
    (folder / LIST).mkdir()
    with filled_store(folder / LIST, listed(children)) as (store, _actor, ids), store.transaction() as session:
        for child_id in ids[:DUE]:
            visit = Visit(id=store.new_id(), child_id=child_id, level=next(iter(LEVELS)), due_on=civil_date(now()))
            visit.findings = {}
            session.add(visit)


def open_list(folder: Path) -> Opened:
    """``LIST``, open. Without what coming in sees to: planning a visit for each of a hundred thousand takes long."""
    store, actor = open_store(folder / LIST / "store", username=BENCH, password=NO_SECRET, now=now())
    return Opened(store, actor, None)


def _fill_inbox(folder: Path, sheets: Sequence[tuple[PageOutcome, ...]], pages: int) -> None:
    opened = make_office(folder / INBOX, now)
    store, actor = opened.store, opened.actor
    change_setting(store, actor, now(), SHOW_ALL_UNTIL.key, 0)
    for first in range(0, pages // 2, SHEETS_A_FILE):
        path = folder / f"{first:05}.jpg"
        path.write_bytes(scripted.scan({"first": first}))
        intake.take_in(store, actor, now(), path)
        path.unlink()
    recognise.run_queue(store, actor, RepeatingPool(sheets), clock=now)
    store.close()


class Remembering(KeptPool):
    """The real reader, whose outcomes can be had again."""

    def __init__(self) -> None:
        super().__init__()
        self._outcomes: dict[str, PageOutcome] = {}

    def read(self, source: KeptSource, index: int, context: ReadingContext | None) -> PageOutcome:
        outcome = super().read(source, index, context)
        self._outcomes[source.name] = outcome
        return outcome

    def sheet(self, files: SheetFiles) -> tuple[PageOutcome, ...]:
        """What was read of this sheet's sides. Raises KeyError for one that was not."""
        return tuple(self._outcomes[side.name] for side in files.sides)


class RepeatingPool:
    """Reads files made by ``_fill_inbox``: ten sheets each, every one like a sheet that was really read.

    Same interface as ``ocr.worker.ReaderPool``.
    """

    def __init__(self, sheets: Sequence[tuple[PageOutcome, ...]]) -> None:
        self._sheets = sheets
        self.base = shipped_forms()

    def open(self, data: bytes, name: str, password: str | None = None) -> OpenedSource:
        described = scripted.ScriptedPool(self.base[0]).open(data, name, password)
        assert isinstance(described, scripted.ScriptedSource)
        first = described.described[0]["first"]
        assert isinstance(first, int)
        return RepeatingSource(
            [
                _varied(page, number)
                for number in range(first, first + SHEETS_A_FILE)
                for page in self._sheets[number % len(self._sheets)]
            ]
        )


class RepeatingSource:
    """A delivered file, opened."""

    def __init__(self, outcomes: Sequence[PageOutcome]) -> None:
        self._outcomes = outcomes

    @property
    def pages(self) -> tuple[SourcePage, ...]:
        readings = [each.reading for each in self._outcomes]
        return tuple(SourcePage(at, one.width_px, one.height_px, one.dpi) for at, one in enumerate(readings))

    def read(self, index: int, context: ReadingContext | None = None) -> PageOutcome:
        outcome = self._outcomes[index]
        return replace(outcome, reading=replace(outcome.reading, page_index=index))

    def close(self) -> None:
        """Nothing is held."""


def _varied(page: PageOutcome, number: int) -> PageOutcome:
    """The page under another serial, name and numbers, so that it is another family's."""
    fields = tuple(_renamed(field, number) for field in page.reading.fields)
    return replace(page, reading=replace(page.reading, serial=f"W{number:07}", fields=fields))


def _renamed(field: FieldReading, number: int) -> FieldReading:
    """Other numbers of the parents, too: a family of hundreds of children would be looked up for each of them."""
    if field.key == "child_name":
        return _saying(field, f"{SURNAMES[number // 100 % 10]}{FIRST[number // 10 % 10]}{SECOND[number % 10]}")
    value = field.value
    if field.key.endswith("_id_number") and isinstance(value, str) and len(value) == 18:
        first17 = value[:14] + f"{(int(value[14:17]) + 2 * number) % 1000:03}"  # the digit for the sex stays as it is
        return _saying(field, first17 + check_digit(first17))
    if field.key.endswith("_phone") and isinstance(value, str) and len(value) == 11 and value.isdigit():
        return _saying(field, value[:7] + f"{(int(value[7:]) + number) % 10_000:04}")
    return field


def _saying(field: FieldReading, text: str) -> FieldReading:
    value: JsonValue = text
    return replace(field, raw=text, text=text, value=value, candidates=(), doubts=())


# -- opening ----------------------------------------------------------------------------------------------------------


def open_filled(folder: Path, which: str) -> Opened:
    """The store of this name. Nobody else may have it open."""
    return log_in(folder / which, username="wang", password=PASSWORD, now=now())
