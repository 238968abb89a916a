"""Coming in: make an office's store, log in, see the office, open a round of updates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from forms.gazetteer import gazetteer
from records import care_rows, folder, keys, office_rows, opening, people, sealing_late
from records.errors import StoreDamaged, StoreError
from records.ids import CHINA
from records.keys import PRODUCTION, Kdf
from records.session import Session
from records.store import Store
from records.tables import Round
from records.views import Actor, OfficeView
from workflow import current, drafting, visit_plan
from workflow.errors import BadValue
from workflow.passwords import refuse_weak
from workflow.permissions import Right, verb
from workflow.settings import REVIEW_BY, intervals


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store and who opened it. ``recovery_code`` only when the store was just made: print it, lock it away."""

    store: Store
    actor: Actor
    recovery_code: str | None


def store_exists(data_dir: Path) -> bool:
    """True where a store was made before."""
    return opening.store_exists(data_dir)


def only_user(data_dir: Path) -> str:
    """The login name of an office in which one person alone can come in, else "". It stands in the clear in the key
    file; where that can't be read, coming in says why.
    """
    try:
        ring = keys.read_ring(data_dir / folder.KEYS)
    except (StoreError, OSError):
        return ""
    names = [owner.login for owner in ring.owners if owner.id != keys.RECOVERY]
    return names[0] if len(names) == 1 else ""


def create_office(  # noqa: PLR0913 (what the first-run screen asks for, each by its name)
    data_dir: Path,
    *,
    office_name: str,
    division: str,
    username: str,
    full_name: str,
    password: str,
    now: datetime,
    kdf: Kdf = PRODUCTION,
    single_person: bool = True,
) -> Opened:
    """Make the store of an office with its first administrator and an open round.

    ``single_person`` False: what one verified another reviews before it is reported; else the county does on import.

    Raises BadValue for a password or name that won't do, StoreError where the folder won't.
    """
    names = {"单位名称": office_name, "用户名": username, "姓名": full_name}
    for label, name in names.items():
        if not name.strip():
            raise BadValue(f"{label}不能空着，还没有新建资料库。请填上再建。")
    refuse_weak(password, (username, full_name), "还没有新建资料库。")
    if gazetteer().division(division) is None:
        raise BadValue("行政区划代码不在区划表里，还没有新建资料库。请选择本单位所在的区划。")
    store, actor, code = opening.create_store(
        data_dir,
        office_name=office_name.strip(),
        division=division,
        username=username.strip(),
        full_name=full_name.strip(),
        password=password,
        now=now,
        kdf=kdf,
    )
    try:
        with store.transaction() as session:
            _ensure_round(store, session, actor, now)
            if not single_person:
                office_rows.set_setting(session, REVIEW_BY.key, "person")
                store.audit(session, actor.user_id, now, "settings.change", REVIEW_BY.key)
    except BaseException:
        store.close()
        raise
    return Opened(store, actor, code)


@dataclass(frozen=True, slots=True)
class Damaged:
    """The store is there and doesn't open: a backup may help. ``sentence`` says what is wrong."""

    sentence: str


def come_in(data_dir: Path, *, username: str, password: str, now: datetime) -> Opened | Damaged:
    """As ``log_in``, for a screen that can offer a backup. Raises StoreError for what no backup helps against."""
    try:
        return log_in(data_dir, username=username, password=password, now=now)
    except StoreDamaged as problem:
        return Damaged(problem.sentence)


def log_in(data_dir: Path, *, username: str, password: str, now: datetime) -> Opened:
    """Open the store. Raises StoreError (wrong password, second program, damaged, ...)."""
    store, actor = opening.open_store(data_dir, username=username.strip(), password=password, now=now)
    try:
        with store.session() as session:
            rounds = office_rows.rounds(session)
            unread = drafting.unread(store, session)
        if not rounds or unread:  # making the store was killed between its first user and its first round
            with store.transaction() as session:
                _ensure_round(store, session, actor, now)
                drafting.open_unread(store, session, now, unread)
        _seal_late(store, actor.user_id, now)
        current.catch_up(store, actor.user_id, now)
        _plan_visits(store, now)
    except BaseException:
        store.close()
        raise
    return Opened(store, actor, None)


_SEALED = "sealed_late"  # in the table of settings, but none of ``workflow.settings``: nobody sets it


def _seal_late(store: Store, actor_id: str, now: datetime) -> None:
    """What older programs left open beside sealed values is sealed once, when somebody is there who may open those."""
    if store.opened_keys.sensitive is None:
        return
    with store.session() as session:
        if office_rows.setting(session, _SEALED) is not None:
            return
    with store.transaction() as session:
        closed = sealing_late.close_all(session, store)
        office_rows.set_setting(session, _SEALED, 1)
        if closed:
            store.audit(session, actor_id, now, "answers.seal", store.store_id, {"rows": closed})
    if closed:
        store.forget_log()  # it still has the pages as they were


def _plan_visits(store: Store, now: datetime) -> None:
    """Children of a store that an older program made get their next visit planned."""
    with store.session() as session:
        missing = care_rows.unplanned_children(session)
    if missing:
        with store.transaction() as session:
            visit_plan.plan_missing(store, session, now, intervals(session))


def recover_office(
    data_dir: Path, *, code: str, username: str, new_password: str, now: datetime, kdf: Kdf = PRODUCTION
) -> Opened:
    """Open the store with the recovery code: a new password for an administrator, and a new recovery code to print.

    Raises WrongRecoveryCode, BadValue for a weak password, StoreError.
    """
    refuse_weak(new_password, (username,), "没有改动任何内容。")
    store, actor, fresh = people.recover(
        data_dir, code=code, username=username.strip(), new_password=new_password, now=now, kdf=kdf
    )
    return Opened(store, actor, fresh)


def _ensure_round(store: Store, session: Session, actor: Actor, now: datetime) -> None:
    """A new store has the half-year of its first day open: the update is half-yearly (吉民发〔2024〕34号 二（一）)."""
    if office_rows.rounds(session):
        return
    today = now.astimezone(CHINA).date()
    first_half = today.month <= 6
    opens = date(today.year, 1 if first_half else 7, 1)
    closes = date(today.year, 6, 30) if first_half else date(today.year, 12, 31)
    name = f"{today.year}年{'上' if first_half else '下'}半年"
    row = Round(id=store.new_id(), name=name, as_of=closes, opens=opens, closes=closes)
    session.add(row)
    session.flush()
    store.audit(session, actor.user_id, now, "round.open", row.id)


@verb(Right.SEE_OFFICE)
def office(store: Store, actor: Actor) -> OfficeView:
    """What the frame of the window shows."""
    with store.session() as session:
        row = office_rows.office(session)
        round_ = office_rows.open_round(session)
        return OfficeView(
            name=row.name,
            division=row.division,
            division_name=division_name(row.division),
            round_name="" if round_ is None else round_.name,
        )


def division_name(code: str) -> str:
    """The full name of a division, "" for none; of one that the list has no more, what it was called."""
    return gazetteer().told(code)
