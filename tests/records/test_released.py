"""A store made by an earlier revision opens with today's program and keeps what it had."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks.old_store import REVISIONS, USER, make_old_store
from records.opening import open_store
from records.tables import Source, User
from records.vault import VaultRef
from records.views import Actor, Role
from tests.records.offices import PASSWORD, QUICK


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_opens_and_keeps_what_it_had(revision: str, data_dir: Path, now: datetime) -> None:
    make_old_store(revision, data_dir, PASSWORD, now, QUICK)
    store, actor = open_store(data_dir, username="admin", password=PASSWORD, now=now)
    with store:
        assert actor == Actor(USER, "admin", "管理员", Role.ADMINISTRATOR, "220281104")
        with store.session() as session:
            source = session.scalars(select(Source)).one()
            assert store.vault.get(VaultRef(source.vault_id, source.vault_key)) == b"a scan"
            if revision < "0003":
                assert source.division == "220281104"  # what was there belongs to the whole office
            assert session.scalars(select(User.role)).all() == [Role.ADMINISTRATOR]
            assert store.broken_audit(session) == ()
    copies = [path.name for path in data_dir.glob("store.db.before-*")]
    assert len(copies) == (0 if revision == REVISIONS[0] else 1)
