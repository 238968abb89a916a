"""Children, concerns, visits and rounds from the command line: the same verbs, masked as in lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.conftest import PASSWORD, OfficeAtWork
from workflow import cli, cli_rounds, concerns, mandatory

NOW = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
SECOND: dict[str, Any] = {
    "child_name": "曾柔",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
}
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(office: OfficeAtWork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the closed store; exit code and what was said."""
    monkeypatch.setattr(cli, "clock", lambda: NOW)

    def command(*words: str) -> tuple[int, str]:
        office.store.close()
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        code = cli.main([*words, "--data-dir", str(office.store.data_dir)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def test_children_are_found_shown_taken_off_and_back(office: OfficeAtWork, run: Run) -> None:
    snow = office.child("一", health_body=["disabled"])
    office.child("二", **SECOND)
    code, said = run("child", "find", "欧阳")
    assert code == 0
    assert "2202842018********" in said
    assert "220284201801010023" not in said
    assert "共 1 名" in said
    assert run("child", "find", "松花江") == (1, "共 0 名。\n")

    code, said = run("child", "show", snow)
    assert code == 0
    assert "重点关爱　残疾　待确认" in said
    assert "登记　2026-10-12　2026年下半年" in said
    assert "已告知" in said
    assert "220284201801010023" not in said

    code, said = run("child", "exit", "2202", "--reason", "返乡")
    assert code == 1
    assert "有 2 名儿童都对得上" in said
    assert run("child", "exit", "0023", "--reason", "返乡", "--on", "2027-01-20")[0] == 0
    assert "已退出：2027-01-20 返乡" in run("child", "show", "0023")[1]
    assert run("child", "exit", "0023", "--reason", "返乡")[0] == 1
    assert run("child", "return", "0023", "--note", "又回来了")[0] == 0
    assert "变动　2027-02-01　恢复　又回来了" in run("child", "show", "0023")[1]
    assert "没有找到这名儿童" in run("child", "show", "nobody")[1]


def test_concerns_are_listed_confirmed_and_missed(office: OfficeAtWork, run: Run) -> None:
    office.child("一", health_body=["disabled"], concern_criteria=["abuse"], concern_listed=["yes"])
    (row,) = concerns.proposed(office.store, office.actor)
    concern_id = next(c.concern_id for c in row.concerns if c.criterion == "disabled")
    (case,) = mandatory.open_cases(office.store, office.actor)
    code, said = run("concern", "propose")
    assert code == 0
    assert f"残疾　“身体情况”（见原表）　{concern_id}" in said
    assert run("concern", "confirm", concern_id, "--note", "看过残疾人证")[0] == 0
    assert run("concern", "confirm", concern_id)[0] == 1
    code, said = run("concern", "list")
    assert code == 1, "a case waits to be reported"
    assert mandatory.banner(case) in said
    assert "重点关爱服务对象 1 名，1 名没有纸质档案，1 件要立即报告。" in said
    assert "220284201801010023" not in said


def test_visits_are_due_and_recorded(office: OfficeAtWork, run: Run) -> None:
    office.child("一")
    code, said = run("visit", "due")
    assert code == 1
    assert "逾期 20 天　欧阳雪　2202842018********" in said
    code, said = run(
        "visit", "record", "欧阳雪", "--visitor", "李四", "--level", "一般", "--on", "2027-01-31", "--needs", "缺校服"
    )
    assert code == 0
    assert "下次应在 2027-02-28 以前" in said
    assert run("visit", "due") == (0, "到期 0 名，其中逾期 0 名。\n")
    assert "2027-02-28 前　欧阳雪" in run("visit", "due", "--days", "60")[1]


def test_visit_forms_for_those_who_are_due_or_named(office: OfficeAtWork, run: Run, tmp_path: Path) -> None:
    office.child("一", form_date="2026-07-01")
    office.child("二", **SECOND)
    out = tmp_path / "走访表.pdf"
    code, said = run("visit", "forms", "--days", "366", "--out", str(out))
    assert (code, said.startswith("2 张走访表已写好")) == (0, True)
    assert out.read_bytes().startswith(b"%PDF")
    code, said = run("visit", "forms", "--child", "曾柔", "--out", str(out))
    assert (code, said.startswith("1 张走访表已写好")) == (0, True)
    code, said = run("visit", "forms", "--child", "谁也不是", "--out", str(out))
    assert code != 0
    assert "没有" in said
    code, said = run("visit", "forms", "--division", "220281105", "--out", str(out))
    assert code != 0
    assert "没有印走访表" in said


def test_rounds_are_opened_and_followed(office: OfficeAtWork, run: Run) -> None:
    office.child("一")
    assert run("round", "close")[0] == 0
    code, said = run("round", "open")
    assert (code, said) == (0, "已开轮次 2027年上半年：2027-01-01 到 2027-06-30，统计时点 2027-06-30。\n")
    code, said = run("round", "list")
    assert "2027年上半年　全单位　2027-01-01—2027-06-30　统计时点 2027-06-30　开着　登记 0 份" in said
    assert "2026年下半年" in said
    code, said = run("round", "progress")
    assert "应收 1，已收 0（无变化 0），待核对 0，未收 1" in said
    assert "与2026年下半年相比：新增 0，退出 0" in said
    code, said = run("round", "outstanding")
    assert code == 1
    assert "黄松甸镇　河沿街3号　欧阳雪　2202842018********　林雾凇　13904320001" in said
    assert run("round", "outstanding", "2026年下半年") == (0, "未收 0 名。\n")
    assert "请写明是哪一个轮次" in run("round", "progress", "没有")[1]


@pytest.mark.parametrize(
    ("on", "name", "last"),
    [
        (date(2027, 6, 30), "2027年上半年", date(2027, 6, 30)),
        (date(2028, 7, 1), "2028年下半年", date(2028, 12, 31)),
    ],
)
def test_the_half_year_of_a_day(on: date, name: str, last: date) -> None:
    assert cli_rounds.half_year(on)[::2] == (name, last)
