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
from records.opening import enter, locked, note_failure, refuse_in_pause
from records.recovery_code import new_recovery_code, read_recovery_code
from records.store import SYSTEM, Store, Surroundings
from records.views import Actor, Role


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


def name_for_sensitive(store: Store, user_id: str) -> None:
    """The user may open what is extra-sensitive from the next login on. Needs an opener who may, too."""
    if store.opened_keys.sensitive is None:
        raise StoreError("只有本人能打开特别敏感内容的人，才能让别人也能打开。没有改动，请由能打开的管理员来做。")
    _change_sensitive(store, user_id, store.opened_keys.sensitive)


def close_sensitive(store: Store, user_id: str) -> None:
    """The user opens nothing extra-sensitive from the next login on."""
    _change_sensitive(store, user_id, None)


def _change_sensitive(store: Store, user_id: str, key: bytes | None) -> None:
    ring = _ring(store)
    owner = ring.by_id(user_id)
    if owner is None:
        raise StoreError("这个用户没有密码，没有改动。请先给他设密码。")
    _write(store.data_dir, keys.with_owner(ring, keys.with_sensitive(store.store_id, owner, key)))


def sensitive_ids(store: Store) -> frozenset[str]:
    """The users who may open what is extra-sensitive."""
    return frozenset(o.id for o in _ring(store).owners if o.id != keys.RECOVERY and KeyName.SENSITIVE in o.sealed)


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
) -> tuple[Store, Actor, str]:
    """Open a store with the recovery code, give an administrator a new password, and make a new recovery code.

    The used code and the old password open nothing any more; both change in one write of the key file. Raises
    WrongRecoveryCode (noted like a failed login) and what ``open_store`` raises.
    """
    printed = read_recovery_code(code)
    with locked(data_dir) as (lock, ring):
        refuse_in_pause(data_dir, keys.RECOVERY, now)
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
        # the code opens everything; who comes in by it opens what was his to open
        own = opened if named else replace(opened, sensitive=None)
        store, actor = enter(data_dir, lock, ring, own, user.id, now, "log_in_by_recovery_code", surroundings)
        try:
            fresh = _renew(store, actor, ring, opened, user, new_password, kdf)
        except BaseException:
            store.close()
            raise
        return store, actor, fresh


def _renew(
    store: Store, actor: Actor, ring: KeyRing, opened: keys.StoreKeys, user: keys.Owner, password: str, kdf: Kdf
) -> str:
    if actor.role is not Role.ADMINISTRATOR:
        raise StoreError("恢复码只用来给管理员设新密码，没有改动。请用管理员的用户名；别人的密码由管理员重设。")
    code = new_recovery_code(store.surroundings.randomness)
    secrets = ((user.id, user.login, password, KeyName.SENSITIVE in user.sealed), (keys.RECOVERY, "", code, True))
    for owner_id, login, secret, sensitive in secrets:
        owner = keys.new_owner(
            store.store_id,
            owner_id,
            login,
            secret,
            opened,
            kdf=kdf,
            sensitive=sensitive,
            randomness=store.surroundings.randomness,
        )
        ring = keys.with_owner(ring, owner)
    _write(store.data_dir, ring)
    return code


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


def keys_doubly_kept(store: Store) -> bool:
    """Are key file and copy both whole, and the same?"""
    path = store.data_dir / folder.KEYS
    one, other = keys.whole(path), keys.whole(keys.copy_of(path))
    return one is not None and one == other


def mend_keys(store: Store) -> None:
    """Of key file and copy the damaged one is written anew from the other. Raises StoreDamaged, CannotWrite."""
    ring = _ring(store)
    try:
        keys.mend(store.data_dir / folder.KEYS, ring)
    except OSError as error:
        raise cannot_write(error, store.data_dir) from error
