"""The people of the office: who may come in, as what, for which division, until when, and with which password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeAlias

from forms.gazetteer import gazetteer
from records import office_rows, opening, people, rotation
from records.errors import UserDisabled
from records.ids import civil_date
from records.keys import PRODUCTION, Kdf, login_norm, wrong_password
from records.session import Session
from records.store import Store
from records.tables import User
from records.views import Actor, Role, UserRow
from workflow.changes import Changes
from workflow.errors import BadValue, NotFound, WrongState
from workflow.matching import place_name
from workflow.passwords import refuse_weak
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

UNCHANGED = "没有改动任何内容。"
PasswordCost: TypeAlias = Kdf  # what screens hand through


@verb(Right.ADMINISTER)
def users(store: Store, actor: Actor) -> tuple[UserRow, ...]:
    """The users of the actor's division and below, by name of login."""
    with_password, named = people.owner_ids(store), people.sensitive_ids(store)
    with store.session() as session:
        return tuple(
            UserRow(
                user_id=row.id,
                username=row.username,
                full_name=row.full_name,
                role=row.role,
                division=row.division,
                division_name=place_name(row.division),
                valid_until=row.valid_until,
                disabled=row.disabled_at is not None,
                has_password=row.id in with_password,
                sensitive=row.id in named,
            )
            for row in office_rows.users(session)
            if actor.covers(row.division)
        )


@verb(Right.ADMINISTER)
def add_user(  # noqa: PLR0913 (what the form asks for, each by its name)
    store: Store,
    actor: Actor,
    now: datetime,
    *,
    username: str,
    full_name: str,
    role: Role,
    division: str,
    password: str,
    valid_until: date | None = None,
    kdf: Kdf = PRODUCTION,
) -> tuple[Changes, str]:
    """A new user; returns the id, too. Raises BadValue.

    Killed between row and password, the user is there without one: ``reset_password`` gives it.
    """
    username, full_name = username.strip(), full_name.strip()
    if not username or not full_name:
        raise BadValue(f"用户名和姓名不能空着，{UNCHANGED}请填上。")
    _check(actor, now, role, division, valid_until)
    refuse_weak(password, (username, full_name), UNCHANGED)
    with store.transaction() as session:
        if any(login_norm(row.username) == login_norm(username) for row in office_rows.users(session)):
            raise BadValue(f"这个用户名已有人使用，{UNCHANGED}请换一个用户名；停用的人可以重新启用。")
        row = User(
            id=store.new_id(),
            username=username,
            full_name=full_name,
            role=role,
            division=division,
            created_at=now,
            valid_until=valid_until,
        )
        session.add(row)
        session.flush()
        store.audit(session, actor.user_id, now, "user.add", row.id, {"role": role.value, "division": division})
        user_id = row.id
    people.set_password(store, user_id, username, password, sensitive=False, kdf=kdf)
    return Changes(office=True), user_id


@verb(Right.ADMINISTER)
def change_user(
    store: Store,
    actor: Actor,
    now: datetime,
    user_id: str,
    *,
    role: Role,
    division: str,
    valid_until: date | None = None,
    full_name: str | None = None,
) -> Changes:
    """Another role, division, last day or name; holds from the user's next login on. Raises BadValue, WrongState."""
    with store.transaction() as session:
        row = _user(session, actor, user_id)
        _check(actor, now, role, division, valid_until, before=row.division)
        before = (row.role, row.division, row.valid_until)
        row.role, row.division, row.valid_until = role, division, valid_until
        if full_name is not None and full_name.strip():
            row.full_name = full_name.strip()
        if before != (role, division, valid_until):
            _keep_an_administrator(store, session, now)
        if role is Role.HELPER or valid_until is not None:
            _keep_one_who_opens(store, session, now, user_id)
        session.flush()
        detail: dict[str, str | int] = {"role": role.value, "division": division}
        store.audit(session, actor.user_id, now, "user.change", row.id, detail)
    if role is Role.HELPER and user_id in people.sensitive_ids(store):
        people.close_sensitive(store, user_id)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def disable_user(store: Store, actor: Actor, now: datetime, user_id: str) -> Changes:
    """The user can't come in any more. What the user may have kept of the keys ends with ``rotation.rotate``."""
    if user_id == actor.user_id:
        raise WrongState(f"不能停用自己，{UNCHANGED}请由另一位管理员来做。")
    with store.transaction() as session:
        row = _user(session, actor, user_id)
        row.disabled_at = row.disabled_at or now
        _keep_an_administrator(store, session, now)
        _keep_one_who_opens(store, session, now, user_id)
        store.audit(session, actor.user_id, now, "user.disable", row.id)
    people.withdraw(store, user_id)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def reset_password(
    store: Store, actor: Actor, now: datetime, user_id: str, password: str, *, kdf: Kdf = PRODUCTION
) -> Changes:
    """A new password without the old one; a disabled user is let in again by it. Raises BadValue."""
    with store.session() as session:
        row = _user(session, actor, user_id)
        username, full_name = row.username, row.full_name
    refuse_weak(password, (username, full_name), UNCHANGED)
    named = user_id in people.sensitive_ids(store)
    if named and store.opened_keys.sensitive is None:
        raise WrongState(
            f"这个用户能打开特别敏感的内容，您不能，所以不能替他重设密码，{UNCHANGED}请由能打开的管理员来做。"
        )
    with store.transaction() as session:
        _user(session, actor, user_id).disabled_at = None
        store.audit(session, actor.user_id, now, "user.reset_password", user_id)
    people.set_password(store, user_id, username, password, sensitive=named, kdf=kdf)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def name_for_sensitive(store: Store, actor: Actor, now: datetime, user_id: str, named: bool) -> Changes:
    """The user may (not) open what is extra-sensitive, from the next login on. Raises WrongState for a helper."""
    with store.transaction() as session:
        row = _user(session, actor, user_id)
        if named and row.role is Role.HELPER:
            raise WrongState(f"外部协助人员不能打开特别敏感的内容，{UNCHANGED}")
        if user_id not in people.owner_ids(store):
            raise WrongState(f"这个用户没有密码，{UNCHANGED}请先给他设密码。")
        if not named:
            _keep_one_who_opens(store, session, now, user_id)
        store.audit(session, actor.user_id, now, "user.sensitive", row.id, {"named": int(named)})
    # after the commit: an audited grant that isn't there is harmless, one that isn't audited is not
    if named:
        people.name_for_sensitive(store, user_id)
    else:
        people.close_sensitive(store, user_id)
    return Changes(office=True)


@verb(Right.ADMINISTER)
def new_recovery_code(store: Store, actor: Actor, now: datetime, *, kdf: Kdf = PRODUCTION) -> str:
    """A new recovery code, to be printed; the old one opens nothing any more."""
    with store.transaction() as session:
        require_whole_office(session, actor)
        store.audit(session, actor.user_id, now, "key.recovery_code", store.store_id)
    return people.replace_recovery_code(store, kdf=kdf)


@verb(Right.ADMINISTER)
def rotate_keys(store: Store, actor: Actor, now: datetime) -> None:
    """New keys (``records.rotation``); the store is closed afterwards and has to be opened again."""
    with store.session() as session:
        require_whole_office(session, actor)
    rotation.rotate(store, actor.user_id, now)


# -- everybody for himself --------------------------------------------------------------------------------------------


@verb(Right.SEE_OFFICE)
def change_password(store: Store, actor: Actor, now: datetime, old: str, new: str, *, kdf: Kdf = PRODUCTION) -> Changes:
    """The actor's own. Raises WrongPassword (counted like a failed login), BadValue."""
    refuse_weak(new, (actor.username, actor.full_name), UNCHANGED)
    _prove(store, actor, now, old)
    with store.transaction() as session:
        store.audit(session, actor.user_id, now, "user.change_password", actor.user_id)
    named = actor.user_id in people.sensitive_ids(store)
    people.set_password(store, actor.user_id, actor.username, new, sensitive=named, kdf=kdf)
    return Changes(office=True)


@verb(Right.SEE_OFFICE)
def unlock(store: Store, actor: Actor, now: datetime, password: str) -> None:
    """Back to a window that locked itself: the password again; the store stayed open.

    Raises WrongPassword, TooManyAttempts, UserDisabled for a user whose last day has passed meanwhile.
    """
    _prove(store, actor, now, password)
    with store.transaction() as session:
        row = office_rows.user(session, actor.user_id)
        if row is None or not opening.may_enter(row, now):
            raise UserDisabled("这个用户已停用或已过期。做过的都已保存，请关掉程序并联系管理员。")
        store.audit(session, actor.user_id, now, "unlock", actor.user_id)


def _prove(store: Store, actor: Actor, now: datetime, password: str) -> None:
    opening.refuse_in_pause(store.data_dir, actor.user_id, now)
    if people.password_right(store, actor.user_id, password):
        return
    opening.note_failure(store.data_dir, actor.user_id, now)
    with store.transaction() as session:
        opening.take_failed_logins(store, session, office_rows.office(session), now)
    raise wrong_password()


# -- rules ------------------------------------------------------------------------------------------------------------


def _user(session: Session, actor: Actor, user_id: str) -> User:
    row = office_rows.user(session, user_id)
    if row is None or row.store_id is not None or not actor.covers(row.division):
        raise NotFound(f"没有这个用户，{UNCHANGED}请刷新后再看。")
    return row


def _check(
    actor: Actor, now: datetime, role: Role, division: str, valid_until: date | None, *, before: str = ""
) -> None:
    if division != before and gazetteer().division(division) is None:
        raise BadValue(f"行政区划代码不在区划表里，{UNCHANGED}请选择这个人管的区划。")
    if not actor.covers(division):
        raise BadValue(f"不能让别人管比自己更大的范围，{UNCHANGED}请选择本单位所在的区划或它的下级。")
    if role is Role.HELPER and valid_until is None:
        raise BadValue(f"外部协助人员要写明用到哪一天，{UNCHANGED}请填上截止日期。")
    if valid_until is not None and valid_until < civil_date(now):
        raise BadValue(f"截止日期已经过了，{UNCHANGED}请检查日期。")


def _keep_an_administrator(store: Store, session: Session, now: datetime) -> None:
    """Raises WrongState where nobody would be left who can administer the whole office."""
    session.flush()
    office = office_rows.office(session).division
    if not any(_administers(row, office, now) for row in _with_password(store, office_rows.users(session))):
        raise WrongState(f"这是最后一位全单位的管理员，{UNCHANGED}请先另设一位管理员。")


def _keep_one_who_opens(store: Store, session: Session, now: datetime, without: str) -> None:
    """Raises WrongState where nobody would be left who opens what is sealed: it would be lost for good.

    The recovery code is no way out: who comes in by it opens what was his to open (``records.people.recover``).
    """
    named = people.sensitive_ids(store)
    if without not in named:
        return
    others = [row for row in office_rows.users(session) if row.id in named - {without}]
    if not any(row.valid_until is None and opening.may_enter(row, now) for row in others):
        raise WrongState(f"这是最后一位能打开特别敏感内容的人，{UNCHANGED}请先让另一位也能打开。")


def _with_password(store: Store, rows: Iterable[User]) -> Iterable[User]:
    able = people.owner_ids(store)
    return (row for row in rows if row.id in able)


def _administers(row: User, office: str, now: datetime) -> bool:
    whole = Actor(row.id, row.username, row.full_name, row.role, row.division).covers(office)
    return row.role is Role.ADMINISTRATOR and whole and row.valid_until is None and opening.may_enter(row, now)
