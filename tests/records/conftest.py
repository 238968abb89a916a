"""A store of an invented office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from records.opening import create_store
from records.store import Store
from records.views import Actor
from tests.records.offices import PASSWORD, QUICK, MakeStore


@pytest.fixture
def make_store(now: datetime) -> MakeStore:
    def make(data_dir: Path) -> tuple[Store, Actor, str]:
        return create_store(
            data_dir,
            office_name="黄松甸镇人民政府",
            division="220281105",
            username="admin",
            full_name="管理员",
            password=PASSWORD,
            now=now,
            kdf=QUICK,
        )

    return make


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where a store is to be: a path as offices have them."""
    return tmp_path / "童档 资料库"


@pytest.fixture
def made(make_store: MakeStore, data_dir: Path) -> Iterator[tuple[Store, Actor, str]]:
    """An open store, its administrator, its recovery code."""
    store, actor, code = make_store(data_dir)
    yield store, actor, code
    store.close()


@pytest.fixture
def store(made: tuple[Store, Actor, str]) -> Store:
    return made[0]


@pytest.fixture
def actor(made: tuple[Store, Actor, str]) -> Actor:
    return made[1]
