"""Passwords and the recovery code of an open store; who may do this is the verbs' business.

Each function writes the key file whole or not at all. Rows of users are the caller's: enter the row first, then give
the password, so that a crash in between leaves a user without a password and never a password without a user.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from records import folder, keys
from records.errors import StoreError, WrongPassword, WrongRecoveryCode, cannot_write
from records.keys import PRODUCTION, Kdf, KeyName, KeyRing
from records.recovery_code import new_recovery_code, read_recovery_code
from records.store import SYSTEM, Store, Surroundings, enter, locked, note_failure
from records.views import Actor


def set_password(
    store: Store, user_id: str, username: str, password: str, *, sensitive: bool, kdf: Kdf = PRODUCTION
) -> None:
    """Give a user a (new) password. ``sensitive``: may open what is extra-sensitive; needs an opener who may, too."""
    ring = _ring(store)
    if sensitive and store.opened_keys.sensitive is None:
        raise StoreError("只有本人能打开特别敏感内容的人，才能让别人也能打开。没有改动，请由管理员来做。")
    taken = ring.by_login(username)
    if taken is not None and taken.id != user_id:
        raise StoreError("这个用户名已有人使用，没有改动。请换一个用户名。")
    owner = keys.new_owner(
        store.store_id,
        user_id,
        username,
        password,
        store.opened_keys,
        kdf=kdf,
        sensitive=sensitive,
        randomness=store.surroundings.randomness,
    )
    _write(store.data_dir, keys.with_owner(ring, owner))


def password_right(store: Store, user_id: str, password: str) -> bool:
    """Is this the user's password? For the lock screen and before a change."""
    ring = _ring(store)
    owner = ring.by_id(user_id)
    if owner is None:
        return False
    try:
        keys.unlock(ring, owner, password)
    except WrongPassword:
        return False
    return True


def opens_sensitive(store: Store, user_id: str) -> bool:
    """May this user open what is extra-sensitive?"""
    owner = _ring(store).by_id(user_id)
    return owner is not None and KeyName.SENSITIVE in owner.sealed


def withdraw(store: Store, user_id: str) -> None:
    """The user's password opens nothing any more. What the user knows of the keys ends with a change of keys."""
    _write(store.data_dir, keys.without_owner(_ring(store), user_id))


def replace_recovery_code(store: Store, *, kdf: Kdf = PRODUCTION) -> str:
    """A new recovery code, to be printed; the old one opens nothing any more."""
    if store.opened_keys.sensitive is None:
        raise StoreError("只有能打开特别敏感内容的人，才能更换恢复码。没有改动，请由管理员来做。")
    code = new_recovery_code(store.surroundings.randomness)
    owner = keys.new_owner(
        store.store_id,
        keys.RECOVERY,
        "",
        code,
        store.opened_keys,
        kdf=kdf,
        sensitive=True,
        randomness=store.surroundings.randomness,
    )
    _write(store.data_dir, keys.with_owner(_ring(store), owner))
    return code


def recover(
    data_dir: Path,
    *,
    code: str,
    username: str,
    new_password: str,
    now: datetime,
    kdf: Kdf = PRODUCTION,
    surroundings: Surroundings = SYSTEM,
) -> tuple[Store, Actor]:
    """Open a store with the recovery code and give a user a new password.

    Raises WrongRecoveryCode (noted like a failed login) and what ``open_store`` raises.
    """
    printed = read_recovery_code(code)
    with locked(data_dir) as (lock, ring):
        recovery, user = ring.by_id(keys.RECOVERY), ring.by_login(username)
        if recovery is None:
            raise WrongRecoveryCode("这个资料库没有恢复码，没有打开。请用密码登录。")
        if user is None:
            raise StoreError("没有这个用户，资料库没有打开。请检查用户名。")
        try:
            opened = keys.unlock(ring, recovery, printed)
        except WrongPassword:
            note_failure(data_dir, keys.RECOVERY, now)
            raise WrongRecoveryCode(
                "这不是本资料库的恢复码，资料库没有打开。请核对打印件上的单位名称，或用密码登录。"
            ) from None
        named = KeyName.SENSITIVE in user.sealed
        if not named:
            opened = replace(opened, sensitive=None)  # the code opens it, the user who comes in does not
        store, actor = enter(data_dir, lock, ring, opened, user.id, now, "log_in_by_recovery_code", surroundings)
        try:
            set_password(store, user.id, user.login, new_password, sensitive=named, kdf=kdf)
        except BaseException:
            store.close()
            raise
        return store, actor


def _ring(store: Store) -> KeyRing:
    try:
        return keys.read_ring(store.data_dir / folder.KEYS)
    except OSError as error:
        raise keys.damaged_keys() from error


def _write(data_dir: Path, ring: KeyRing) -> None:
    try:
        keys.write_ring(data_dir / folder.KEYS, ring)
    except OSError as error:
        raise cannot_write(error, data_dir) from error


def owner_ids(store: Store) -> frozenset[str]:
    """The users for whom the key file opens the store (the recovery code aside). Raises StoreDamaged."""
    return frozenset(owner.id for owner in _ring(store).owners if owner.id != keys.RECOVERY)
