"""What encryption costs: statements of the verbs, replayed on a store's database and on a plain copy of it.

Replayed, an answer finds the pages that it reads decrypted in the connection's cache, as somebody does who goes on
working where she is. Asked for the first time, every page is decrypted for it; that is shown beside it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, event

from records import database, folder
from records.store import Store

Statement = tuple[str, Any]
REPLAYED = 3  # answers
DRAFTS = 40  # at least so many are in the store
WRITTEN = "an answer written"


def said_to(ask: Callable[[int], object], numbers: Iterable[int] = range(REPLAYED)) -> list[list[Statement]]:
    """The queries that each of these answers takes, as the driver gets them."""
    heard: list[Statement] = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            heard.append((statement, parameters))

    answers = []
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        for number in numbers:
            heard.clear()
            ask(number)
            answers.append(list(heard))
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    return answers


def price(
    store: Store, plain: Path, asked: dict[str, list[list[Statement]]], times: int
) -> dict[str, dict[str, float]]:
    """Processor time of the same statements on the encrypted database and on a plain copy, turn and turn about.

    In ms for an answer: the median of the first three replayed; for the first time, the mean over all.
    """
    path, key = store.data_dir / folder.DATABASE, store.opened_keys.database
    with closing(database.connect(path, key)) as whole:
        whole.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
        whole.execute("SELECT sqlcipher_export('plain')")
        whole.execute("DETACH DATABASE plain")
    found: dict[str, dict[str, float]] = {}
    with closing(database.connect(path, key)) as sealed, closing(_plain(plain)) as clear:
        for name, answers in asked.items():
            first = [(_answered(sealed, answer), _answered(clear, answer)) for answer in answers]
            found[name] = {
                "first_encrypted_ms": statistics.mean(one for one, _ in first),
                "first_plain_ms": statistics.mean(one for _, one in first),
            }
        for name, answers in {**asked, WRITTEN: []}.items():
            replayed = answers[:REPLAYED]
            took: dict[Any, list[float]] = {sealed: [], clear: []}
            for number in range(times):
                for connection in (sealed, clear):
                    if name == WRITTEN:
                        took[connection].append(_written(connection, number))
                    else:
                        again = sum(_answered(connection, answer) for answer in replayed)
                        took[connection].append(again / len(replayed))
            sealed_ms, clear_ms = statistics.median(took[sealed]), statistics.median(took[clear])
            costs = {"encrypted_ms": sealed_ms, "plain_ms": clear_ms, "ratio": sealed_ms / clear_ms}
            found[name] = {**found.get(name, {}), **costs}
    return found


def overall(prices: dict[str, dict[str, float]], *, first: bool = False) -> float:
    """The price over all statements: time by time, not mean of ratios. ``first``: asked for the first time."""
    kind = "first_" if first else ""
    asked = [found for found in prices.values() if f"{kind}plain_ms" in found]
    return sum(found[f"{kind}encrypted_ms"] for found in asked) / sum(found[f"{kind}plain_ms"] for found in asked)


def table(prices: dict[str, dict[str, float]], size: int) -> list[str]:
    """In Markdown."""
    lines = [
        f"| statements alone, {size:,} children | encrypted, ms | plain, ms | ratio | first time: encrypted | plain |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, costs in prices.items():
        first = [f"{costs[k]:.2f}" if k in costs else "" for k in ("first_encrypted_ms", "first_plain_ms")]
        again = f"{costs['encrypted_ms']:.2f} | {costs['plain_ms']:.2f} | {costs['ratio']:.2f}"
        lines.append(f"| {name} | {again} | {' | '.join(first)} |")
    return lines


def _answered(connection: Any, answer: Sequence[Statement]) -> float:
    start = time.process_time()
    for statement, parameters in answer:
        connection.execute(statement, parameters).fetchall()
    return (time.process_time() - start) * 1000


def _plain(path: Path) -> Any:
    """As ``records.database.connect``, without a key."""
    connection = sqlcipher.connect(str(path), isolation_level=None)
    for pragma in (
        "temp_store = MEMORY",
        f"cache_size = -{database.CACHE_KIB}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _written(connection: Any, number: int) -> float:
    start = time.process_time()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE answers SET note = ? WHERE key = 'school_name' AND registration_id ="
        " (SELECT id FROM registrations WHERE state = 'draft' ORDER BY id LIMIT 1 OFFSET ?)",
        (f"bench {number}", number % DRAFTS),
    )
    connection.execute("COMMIT")
    return (time.process_time() - start) * 1000
