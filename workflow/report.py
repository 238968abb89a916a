"""Batches: choose verified registrations, freeze their values, write the workbook, record each child's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from records.store import Store
from records.views import Actor, BatchSummary, BatchView, CandidateRow
from workflow.changes import Changes
from workflow.permissions import Right, verb


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was written: also stored with the batch. ``audit_head`` lets truncation and rollback be seen later."""

    batch_id: str
    number: str
    rows: int
    sha256: str  # of the workbook file
    rows_sha256: str  # of the frozen rows
    audit_head: str
    written_at: datetime
    file_name: str
    changes: Changes


@verb(Right.SEE_BATCHES)
def candidates(store: Store, actor: Actor) -> tuple[CandidateRow, ...]:
    """Verified, current registrations that stand in no batch that is still open or was accepted."""
    raise NotImplementedError


@verb(Right.REPORT)
def new_batch(
    store: Store, actor: Actor, now: datetime, name: str, registration_ids: Sequence[str]
) -> tuple[Changes, str]:
    """An open batch of these registrations; returns its id too."""
    raise NotImplementedError


@verb(Right.REPORT)
def freeze(store: Store, actor: Actor, now: datetime, batch_id: str) -> Changes:
    """Take the values of every row as they are now; later corrections don't touch them."""
    raise NotImplementedError


@verb(Right.REPORT)
def write(store: Store, actor: Actor, now: datetime, batch_id: str, path: Path) -> Receipt:
    """Write the frozen batch as a workbook; rows become SENT. The file is complete or not there at all."""
    raise NotImplementedError


@verb(Right.REPORT)
def record_outcome(
    store: Store, actor: Actor, now: datetime, row_id: str, accepted: bool, system_number: str = "", reason: str = ""
) -> Changes:
    """What the national system answered: accepted with its 系统儿童编号, or returned with a reason."""
    raise NotImplementedError


@verb(Right.SEE_BATCHES)
def batches(store: Store, actor: Actor) -> tuple[BatchSummary, ...]:
    """All batches, newest first."""
    raise NotImplementedError


@verb(Right.SEE_BATCHES)
def batch(store: Store, actor: Actor, batch_id: str) -> BatchView:
    """One batch with its rows and receipts."""
    raise NotImplementedError
