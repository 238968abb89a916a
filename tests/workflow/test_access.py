"""An office is made once, logged into with a password, and has a round open from its first day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.errors import StoreError, WrongPassword
from tests.workflow.conftest import PASSWORD, QUICK
from workflow import access, settings
from workflow.access import create_office, log_in, store_exists
from workflow.errors import BadValue

NOW = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)  # in China it is July already


def make(folder: Path, single_person: bool = True, /, **changes: str) -> access.Opened:
    wanted = {
        "office_name": "黄松甸镇人民政府",
        "division": "220281104",
        "username": "admin",
        "full_name": "管理员",
        "password": PASSWORD,
    }
    return create_office(folder, **{**wanted, **changes}, now=NOW, kdf=QUICK, single_person=single_person)


def test_made_closed_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "资料 库"
    assert not store_exists(folder)
    opened = make(folder)
    assert opened.recovery_code
    opened.store.close()
    assert store_exists(folder)
    again = log_in(folder, username=" admin ", password=PASSWORD, now=NOW)
    view = access.office(again.store, again.actor)
    assert (view.name, view.division_name) == ("黄松甸镇人民政府", "吉林省吉林市蛟河市黄松甸镇")
    assert view.round_name == "2026年下半年"
    again.store.close()
    with pytest.raises(WrongPassword):
        log_in(folder, username="admin", password="不对不对不对", now=NOW)
    with pytest.raises(StoreError, match="已经有资料库"):
        make(folder)


@pytest.mark.parametrize(
    "changes", [{"password": "短"}, {"office_name": " "}, {"username": ""}, {"division": "999999"}]
)
def test_what_will_not_do_makes_nothing(tmp_path: Path, changes: dict[str, str]) -> None:
    folder = tmp_path / "库"
    with pytest.raises(BadValue):
        make(folder, **changes)
    assert not folder.exists()


@pytest.mark.parametrize(("single_person", "reviewer"), [(True, "county"), (False, "person")])
def test_one_clerk_or_two_is_chosen_at_the_start(tmp_path: Path, single_person: bool, reviewer: str) -> None:
    opened = make(tmp_path / "资料库", single_person)
    assert settings.settings(opened.store, opened.actor)["review_by"] == reviewer
    opened.store.close()
