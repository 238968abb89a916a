"""How fast a full store answers, how that grows with the number of children, and what encryption costs.

    ./dev bench store [--quick] [--children N …] [--json FILE]

A store of made-up children with two registrations each is filled straight through the tables, as no verb would be done
in time; what is measured are the verbs that the window calls, on the encrypted store. The price of encryption: the
statements of those verbs, replayed on the store's database and on a plain copy of it through the same library.

Figures are processor time of this process, which other work on the machine hardly changes, and time by the clock; on a
machine at rest with the store's file in its memory the two are the same. Aims are held against processor time.
Exit code 1 where a figure misses its aim, 2 where something could not be measured.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import select, update

from benchmarks import store_price
from benchmarks.likeness_store import NOW, PORTION, filled_store, put_in
from benchmarks.planted_duplicates import crowd, planted
from forms.catalog import shipped_forms
from forms.dictionary import extra_sensitive
from records import folder
from records.columns import canonical_json
from records.errors import StoreError
from records.likeness import Traits
from records.store import Store
from records.tables import Answer, AnswerEvent, ArchiveItem, Child, ChildPerson, Registration, Sheet, Table, Visit
from records.views import Actor, AnswerState, RegistrationState, ValueSource
from records.views_care import VisitState
from workflow import (
    backups,
    child_page,
    children,
    cross_checks,
    duplicates,
    handover,
    handover_in,
    partners,
    rules,
    settings,
    sheets,
    verify,
    visits,
)
from workflow.check import check

FULL, QUICK = (1_000, 10_000, 100_000), (1_000, 10_000)
TODAY = date(2026, 7, 1)
PAGE = 200  # rows of a list, as the window asks for them
ASKED = store_price.DRAFTS  # times
AIM_MS, AIM_PRICE = 50.0, 1.3
SLACK = 1.2  # one run of something is no average
PACKAGE = 1_000  # children of a township
BULK = (
    "full rule run", "other visiting intervals", "check", f"package of {PACKAGE:,} made",
    f"package of {PACKAGE:,} taken in", "backup made", "backup verified", "backup restored",
)  # fmt: skip
WRITING = ("one field confirmed",)
FIELDS: dict[str, object] = {
    "form_date": "2026-06-20", "form_update": ["changed"], "child_ethnic_group": "01",
    "school_state": ["primary"], "school_name": "第一小学", "school_grade": "三年级", "insurance_state": ["residence"],
    "health_body": ["healthy"], "guardianship_state": ["good"], "informed": ["yes"],
}  # fmt: skip
GIVEN = ("child_name", "child_id_number")  # by a person, who left a history; the rest was read without a doubt
Figure = dict[str, float]
Rows = list[dict[str, object]]


# -- the store --------------------------------------------------------------------------------------------------------


@contextmanager
def full_store(root: Path, size: int, mark: str = "") -> Iterator[tuple[Store, Actor, list[str]]]:
    """A store of so many children with two registrations each, filed, and a planned visit; some are to be verified."""
    base = families(min(2500, size))[:size]
    listed = [*base, *crowd(base, size - len(base), "store")]
    with filled_store(root, listed) as (store, actor, ids):
        del listed, base
        for start in range(0, len(ids), PORTION):
            with store.transaction() as session:
                statement = select(Child).where(Child.id.in_(ids[start : start + PORTION])).order_by(Child.id)
                rows = [
                    rows_of(store, actor, child, size + start + n, mark)
                    for n, child in enumerate(session.scalars(statement), 1)
                ]
                for table in (Registration, Answer, AnswerEvent, ArchiveItem, Sheet, Visit):
                    put_in(session, table, [row for made in rows for row in made[table]])
                current = [
                    {"id": made[Visit][0]["child_id"], "current_registration_id": made[Registration][0]["id"]}
                    for made in rows
                ]
                session.execute(update(Child), current)
        _drafts(store, 2 * size + 1)
        yield store, actor, ids


@cache
def families(count: int) -> tuple[Traits, ...]:
    """Children of so many families: of whose parts all the others are put together."""
    return tuple(planted("store", count).children.values())


def rows_of(store: Store, actor: Actor, child: Child, number: int, mark: str = "") -> dict[type[Table], Rows]:
    """A second registration of the child, where both are filed, and when the child is visited next."""
    form = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
    second, first = store.new_id(), str(child.current_registration_id)
    kinds: tuple[type[Table], ...] = (Registration, Answer, AnswerEvent, ArchiveItem, Sheet, Visit)
    made: dict[type[Table], Rows] = {kind: [] for kind in kinds}
    made[Registration].append(
        {
            "id": second, "store_id": store.store_id, "sequence": number, "state": RegistrationState.VERIFIED,
            "form_id": form.id, "form_version": form.version, "division": child.scope, "collection": "",
            "form_date": date(2026, 6, 20), "child_id": child.id, "pinned": True, "notes": [], "taken_in_at": NOW,
            "verified_at": NOW, "verified_by": actor.user_id, "sent_back_reason": "",
        }
    )  # fmt: skip
    place = {"division": child.residence_division, "detail": f"幸福小区{number % 90}号楼"}
    said = {"child_name": child.name, "child_id_number": child.id_number, "child_sex": [child.sex], **FIELDS}
    for registration_id, values in ((first, said), (second, {**said, "child_residence": place})):
        told = {key: value for key, value in values.items() if value}
        made[Answer] += [answer(store, registration_id, key, value) for key, value in told.items()]
        given = [key for key in GIVEN if key in told]
        made[AnswerEvent] += [
            given_answer(store, actor, registration_id, n, key, told[key]) for n, key in enumerate(given, 1)
        ]
    for registration_id, year in ((first, 2025), (second, 2026)):
        item, written = store.new_id(), f"{mark}{child.scope}-{year}-{number:07d}"
        made[ArchiveItem].append(
            {
                "id": item, "archive_number": written, "number_norm": written, "number_tail": written[-4:],
                "registration_id": registration_id,
                "title": child.name, "numbered_at": NOW,
            }
        )  # fmt: skip
        made[Sheet].append({"id": store.new_id(), "registration_id": registration_id, "item_id": item, "number": 1})
    due = TODAY + timedelta(days=number % 90 - 10)
    made[Visit].append(
        {
            "id": store.new_id(),
            "child_id": child.id,
            "state": VisitState.PLANNED,
            "level": "fair",
            "due_on": due,
            "findings": None,
        }
    )
    return made


def answer(store: Store, registration_id: str, key: str, value: object) -> dict[str, object]:
    """The row of an answer, sealed where it has to be."""
    row: dict[str, object] = {
        "registration_id": registration_id, "key": key, "value": value, "text": value if isinstance(value, str) else "",
        "sealed": None, "note": "", "state": AnswerState.CONFIRMED if key in GIVEN else AnswerState.MACHINE,
        "source": ValueSource.PAPER, "accepted": True, "verdict_version": "", "reasons": [], "box": None,
        "changed_at": NOW,
    }  # fmt: skip
    if key in extra_sensitive():
        clear = canonical_json([value, row["text"], ""]).encode()
        row |= {"value": None, "text": "", "sealed": store.seal(clear, f"answers/{registration_id}/{key}")}
    return row


def given_answer(
    store: Store, actor: Actor, registration_id: str, number: int, key: str, value: object
) -> dict[str, object]:
    """The row of an answer's history in which a person confirmed it."""
    return {
        "id": store.new_id(), "registration_id": registration_id, "number": number, "key": key, "from_value": value,
        "to_value": value, "from_state": AnswerState.MACHINE, "to_state": AnswerState.CONFIRMED,
        "from_source": ValueSource.PAPER, "source": ValueSource.PAPER, "from_note": "", "note": "", "at": NOW,
        "by": actor.user_id,
    }  # fmt: skip


def _drafts(store: Store, first: int) -> None:
    form = next(form for form in shipped_forms() if form.id == "jl-migrant-child")
    with store.transaction() as session:
        for number in range(first, first + ASKED):
            draft = Registration(
                id=store.new_id(), store_id=store.store_id, sequence=number, form_id=form.id,
                form_version=form.version, division="220281", notes=[], taken_in_at=NOW,
            )  # fmt: skip
            session.add(draft)
            session.flush()
            put_in(session, Answer, [answer(store, draft.id, key, value) for key, value in FIELDS.items()])


# -- what is asked of it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """Children and registrations to ask for, spread over the store."""

    found: Sequence[tuple[str, str, str, str, str, str]]  # id, name, initials, ID number, current registration, pinyin
    phones: Sequence[str]
    numbers: Sequence[str]
    drafts: Sequence[str]
    count: int


def known(store: Store, ids: Sequence[str]) -> Known:
    """Raises ValueError for a store in which nothing can be asked for."""
    with store.session() as session:
        columns = (
            Child.id, Child.name, Child.initials, Child.id_number, Child.current_registration_id, Child.pinyin_plain,
        )  # fmt: skip
        wanted = ids[:: max(1, len(ids) // (3 * ASKED))]
        rows = session.execute(select(*columns).where(Child.id.in_(wanted), Child.id_number.is_not(None))).all()
        at = select(ChildPerson.phone).where(ChildPerson.child_id.in_(wanted), ChildPerson.phone.is_not(None))
        phones = [phone for phone in session.scalars(at) if phone]
        filed = ArchiveItem.registration_id.in_([row[4] for row in rows])
        numbers = session.scalars(select(ArchiveItem.archive_number).where(filed)).all()
        drafts = session.scalars(select(Registration.id).where(Registration.state == RegistrationState.DRAFT)).all()
    if not rows or not drafts:
        raise ValueError("the store holds no child with an ID number, or nothing to verify")
    found = [(row[0], row[1], row[2], row[3] or "", row[4] or "", row[5]) for row in rows]
    return Known(found, phones, numbers, drafts, len(ids))


def questions(store: Store, actor: Actor, of: Known) -> dict[str, Callable[[int], object]]:
    """What a clerk does, by name; each takes the number of the try."""

    def one(n: int) -> tuple[str, str, str, str, str, str]:
        return of.found[n % len(of.found)]

    def listed(search: str, offset: int = 0) -> object:
        return children.children(store, actor, search=search, today=TODAY, limit=PAGE, offset=offset)

    def rules(n: int) -> object:
        with store.session() as session:
            registration = session.get_one(Registration, one(n)[4])
            values = sheets.said({a.key: a for a in registration.answers})
            return cross_checks.findings(cross_checks.Around(session), registration, values, TODAY)

    return {
        "search: two characters": lambda n: listed(one(n)[1][:2]),
        "search: initials": lambda n: listed(one(n)[2]),
        "search: ID number": lambda n: listed(one(n)[3]),
        "search: ID tail": lambda n: listed(one(n)[3][-6:]),
        "search: pinyin": lambda n: listed(one(n)[5]),
        "search: phone tail": lambda n: listed(of.phones[n % len(of.phones)][-4:]),
        "search: 档号 tail": lambda n: listed(of.numbers[n % len(of.numbers)][-4:]),
        "overdue visits": lambda _n: visits.due(store, actor, TODAY, limit=PAGE),
        "duplicate candidates": lambda n: duplicates.duplicate_candidates(store, actor, one(n)[0]),
        "registration opened": lambda n: verify.sheet(store, actor, one(n)[4]),
        "child's page opened": lambda n: child_page.child_page(store, actor, one(n)[0], TODAY),
        "one field confirmed": lambda n: verify.confirm(
            store, actor, NOW, of.drafts[n % len(of.drafts)], "school_name", f"第{n + 2}小学"
        ),
        "list: first page": lambda _n: listed(""),
        "list: last page": lambda _n: listed("", max(0, of.count - PAGE)),
        "rules across registrations": rules,
    }


@contextmanager
def bulk(store: Store, actor: Actor, root: Path) -> Iterator[dict[str, Callable[[], object]]]:
    """What takes a while at any size, in this order. The package is a township's, whatever the store's size."""
    package, kept, restored = root / "bench.tdhandover", root / "bench.tdbackup", root / "restored"

    def restore() -> None:
        backups.restore_backup(kept, restored, username="bench", secret="not a secret", now=NOW)

    with full_store(root / "township", PACKAGE, mark="T") as (township, clerk, _ids):
        for giver, giving, taker, taking in ((store, actor, township, clerk), (township, clerk, store, actor)):
            card = root / f"{giver.store_id}.tdcard"
            told = partners.write_card(giver, giving, NOW, card)
            partners.trust(taker, taking, NOW, card, told.fingerprint)
        yield {
            "full rule run": lambda: rules.run_rules(store, actor),
            "other visiting intervals": lambda: settings.change_setting(store, actor, NOW, "visit_risk_days", 14),
            "check": lambda: check(store, actor),
            f"package of {PACKAGE:,} made": lambda: handover.make(township, clerk, NOW, store.store_id, package),
            f"package of {PACKAGE:,} taken in": lambda: handover_in.take_in(store, actor, NOW, package),
            "backup made": lambda: backups.make_backup(store, actor, NOW, kept),
            "backup verified": lambda: backups.verify_backup(kept, username="bench", secret="not a secret"),
            "backup restored": restore,
        }


def timed(ask: Callable[[int], object], times: int, first: int = 0) -> Figure:
    """Median and 95 % in milliseconds, by the clock and of the processor. The first answer counts like the others."""
    took, worked = [], []
    for number in range(first, first + times):
        start, begun = time.perf_counter(), time.process_time()
        ask(number)
        worked.append((time.process_time() - begun) * 1000)
        took.append((time.perf_counter() - start) * 1000)
    late = math.ceil(times * 0.95) - 1
    return {
        "median_ms": statistics.median(took), "p95_ms": sorted(took)[late],
        "cpu_ms": statistics.median(worked), "cpu95_ms": sorted(worked)[late],
    }  # fmt: skip


def measure(size: int, times: int = ASKED, tell: Callable[[str], object] = lambda _line: None) -> dict[str, Any]:
    """All figures of one store; ``tell`` hears of each when it is there. Raises what making the store raises."""
    with tempfile.TemporaryDirectory() as name:
        root, start = Path(name), time.perf_counter()
        with full_store(root, size) as (store, actor, ids):
            built = time.perf_counter() - start
            tell(f"{size:,} children filled in, {built:.0f} s")
            asked = questions(store, actor, known(store, ids))
            forget_peak()
            figures = {}
            for name_, ask in asked.items():
                figures[name_] = timed(ask, times)
                tell(f"  {name_}: {shown(name_, figures[name_])}")
            peaks = {"interactive answers": peak_mb()}
            with bulk(store, actor, root) as jobs:
                for name_, do in jobs.items():
                    forget_peak()
                    figures[name_] = timed(lambda _n, do=do: do(), 1)  # type: ignore[misc]  # bound at once
                    peaks[name_] = peak_mb()
                    tell(f"  {name_}: {shown(name_, figures[name_])}, peak {peaks[name_]:.0f} MB")
            said = {n: store_price.said_to(ask, range(times)) for n, ask in asked.items() if n not in WRITING}
            prices = store_price.price(store, root / "plain.db", said, times)
            tell(f"  price of encryption: {store_price.overall(prices):.2f}")
            size_mb = (store.data_dir / folder.DATABASE).stat().st_size / 1e6
    return {
        "children": size,
        "built_s": built,
        "figures": figures,
        "peaks_mb": peaks,
        "database_mb": size_mb,
        "price": prices,
    }


# -- memory -----------------------------------------------------------------------------------------------------------


def forget_peak() -> None:
    """What making the store took doesn't count (https://docs.kernel.org/filesystems/proc.html, clear_refs)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> float:
    """The most memory that this process held, in MB; 0.0 where the system doesn't tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


# -- the table --------------------------------------------------------------------------------------------------------


def shown(name: str, figure: Figure) -> str:
    """Milliseconds of the processor, and by the clock."""
    if name in BULK:
        return f"{figure['cpu_ms']:.0f} ({figure['median_ms']:.0f})"
    return f"{figure['cpu_ms']:.1f} / {figure['cpu95_ms']:.1f} ({figure['median_ms']:.1f})"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """All figures in Markdown: a column per size and how many times as long the largest takes."""
    sizes = [row["children"] for row in rows]
    lines = ["| processor ms, median / 95 % (clock, median) | " + " | ".join(f"{n:,}" for n in sizes) + " | growth |"]
    lines.append("|---|" + "---:|" * (len(rows) + 1))
    for name in rows[0]["figures"]:
        of_all = [row["figures"][name] for row in rows]
        grown = of_all[-1]["cpu_ms"] / max(of_all[0]["cpu_ms"], 0.01)
        lines.append(f"| {name} | {' | '.join(shown(name, figure) for figure in of_all)} | × {grown:.1f} |")
    for name in rows[0]["peaks_mb"]:
        cells = [f"{row['peaks_mb'][name]:.0f}" for row in rows]
        grown = rows[-1]["peaks_mb"][name] / max(rows[0]["peaks_mb"][name], 0.001)
        lines.append(f"| peak memory, MB: {name} | {' | '.join(cells)} | × {grown:.1f} |")
    for name, key in (("database, MB", "database_mb"), ("filled in, s", "built_s")):
        cells = [f"{row[key]:.0f}" for row in rows]
        lines.append(f"| {name} | {' | '.join(cells)} | × {rows[-1][key] / max(rows[0][key], 0.001):.1f} |")
    return "\n".join([*lines, "", *store_price.table(rows[-1]["price"], sizes[-1])])


def missed(row: dict[str, Any]) -> list[str]:
    """The figures that miss their aim: interactive answers, and the price of all statements together."""
    slow = [n for n, f in row["figures"].items() if n not in BULK and f["cpu_ms"] >= AIM_MS]
    ratio = store_price.overall(row["price"])
    return slow + ([f"price of encryption {ratio:.2f}"] if ratio > AIM_PRICE else [])


def outgrown(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What takes long at any size and grew faster than n log n from the smallest store to the largest."""
    first, last = rows[0], rows[-1]
    if first["children"] >= last["children"]:
        return []
    small, large = first["children"], last["children"]
    allowed = large * math.log(large) / (small * math.log(small)) * SLACK
    shown = [name for name in BULK if name in first["figures"] and name in last["figures"]]
    return [
        f"{name} grew × {grown:.0f}"
        for name in shown
        if (grown := last["figures"][name]["cpu_ms"] / max(first["figures"][name]["cpu_ms"], 0.01)) > allowed
    ]


def main(argv: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without the store of 100,000 children")
    parser.add_argument("--children", type=int, nargs="+", metavar="N", help="stores of these sizes instead")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(list(argv) if argv is not None else None)
    rows = []
    try:
        for size in options.children or (QUICK if options.quick else FULL):
            rows.append(measure(size, tell=lambda line: print(line, file=sys.stderr, flush=True)))
            if options.json:  # what is there when somebody stops it
                options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    except (StoreError, OSError, ValueError, sqlcipher.Error) as problem:
        print(f"could not be measured: {problem}", file=sys.stderr)
        return 2
    print(table(rows))
    late = missed(rows[-1]) + outgrown(rows)
    again, first = (store_price.overall(rows[-1]["price"], first=kind) for kind in (False, True))
    print(f"\nprice of encryption over all statements: {again:.2f} (aim {AIM_PRICE}); for the first time {first:.2f}")
    print(
        f"AIMS MISSED: {', '.join(late)}" if late else f"aims met: under {AIM_MS:.0f} ms, bulk no faster than n log n"
    )
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
