"""``tongdang round open|close|list|progress|outstanding|print``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from forms.visiting import add_months
from workflow import cli, prefilled, rounds
from workflow.access import Opened
from workflow.cli_care import the_child, today
from workflow.cli_parser import day
from workflow.errors import NotFound

Commands = argparse._SubParsersAction
WHAT = {"came": "新增", "left": "退出", "missing": "未回收"}


def add_round_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """``round`` and what stands below it."""
    below = commands.add_parser("round", help="半年一次的更新轮次").add_subparsers(
        dest="round", required=True, metavar="动作"
    )
    opened = _add(below, "open", "开一个轮次，默认为今天所在的半年", open_round, named=False)
    opened.add_argument("--name", metavar="名称", help="名称，默认如 2027年上半年")
    opened.add_argument("--division", default="", metavar="区划代码", help="只为这个乡镇开，默认为全单位")
    opened.add_argument("--opens", type=day, metavar="日期", help="开始日期")
    opened.add_argument("--closes", type=day, metavar="日期", help="结束日期")
    opened.add_argument("--as-of", type=day, metavar="日期", help="统计时点，默认为结束日期")
    _add(below, "close", "结束一个轮次，登记都留着", close_round)
    _add(below, "list", "列出轮次", list_rounds, named=False)
    _add(below, "progress", "进度：按村列出应收、已收、未收，并与上一轮次比较", show_progress)
    missing = _add(below, "outstanding", "列出还没有收回登记表的儿童", list_outstanding)
    missing.add_argument("--division", default="", metavar="区划代码", help="只列这个乡镇或村的")
    printed = _add(below, "print", "把未收回的儿童的登记表按村印成一个 PDF，印上上次登记的内容", print_forms)
    printed.add_argument("--out", type=Path, required=True, metavar="预填表.pdf", help="写到这里")
    printed.add_argument("--division", default="", metavar="区划代码", help="只印这个乡镇或村的")
    printed.add_argument("--child", metavar="儿童", help="只印这一名的")


def _add(
    below: Commands[argparse.ArgumentParser],
    name: str,
    words: str,
    run: Callable[[Opened, argparse.Namespace], int],
    *,
    named: bool = True,
) -> argparse.ArgumentParser:
    parser = cli.add_command(below, name, words, run)
    if named:
        parser.add_argument("which", metavar="轮次", nargs="?", default="", help="轮次名称，只有一个开着时可以不写")
    return parser


def round_id(opened: Opened, name: str) -> str:
    """The round of this name, or the only open one. Raises NotFound."""
    rows = rounds.rounds(opened.store, opened.actor)
    found = [row for row in rows if (row.name == name if name else row.open)]
    if len(found) != 1:
        names = "、".join(row.name for row in rows)
        raise NotFound(f"请写明是哪一个轮次。现有：{names}。")
    return found[0].round_id


def half_year(on: date) -> tuple[str, date, date]:
    """Name, first and last day of the half-year of a day."""
    first = date(on.year, 1 if on.month <= 6 else 7, 1)
    last = date.fromordinal(add_months(first, 6).toordinal() - 1)
    return f"{on.year}年{'上' if first.month == 1 else '下'}半年", first, last


def open_round(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where it can't be."""
    name, first, last = half_year(options.opens or today())
    opens, closes = options.opens or first, options.closes or last
    if options.division and not options.name:
        name = f"{name} {rounds.place_parts(options.division)[0]}"
    rounds.open_round(
        opened.store,
        opened.actor,
        cli.clock(),
        name=options.name or name,
        as_of=options.as_of or closes,
        opens=opens,
        closes=closes,
        division=options.division,
    )
    print(f"已开轮次 {options.name or name}：{opens} 到 {closes}，统计时点 {options.as_of or closes}。")
    return cli.ALL_READ


def close_round(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where it is closed already."""
    rounds.close_round(opened.store, opened.actor, cli.clock(), round_id(opened, options.which))
    print("轮次已结束，登记都留着。")
    return cli.ALL_READ


def list_rounds(opened: Opened, options: argparse.Namespace) -> int:
    """One line per round."""
    for row in rounds.rounds(opened.store, opened.actor):
        state = "开着" if row.open else "已结束"
        place = row.division_name or "全单位"
        print(
            f"{row.name}　{place}　{row.opens}—{row.closes}　统计时点 {row.as_of}　{state}　登记 {row.registrations} 份"
        )
    return cli.ALL_READ


def show_progress(opened: Opened, options: argparse.Namespace) -> int:
    """The whole, the villages, and who came and left."""
    which = round_id(opened, options.which)
    progress = rounds.progress(opened.store, opened.actor, which)
    print(
        f"{progress.round.name}：应收 {progress.expected}，已收 {progress.collected}（无变化 {progress.unchanged}），"
        f"待核对 {progress.in_drafts}，未收 {progress.outstanding}；已印预填表 {progress.printed} 份"
    )
    print(f"与{progress.last_round or '以前'}相比：新增 {progress.came}，退出 {progress.left}")
    for v in progress.villages:
        place = "　".join(part for part in (v.township, v.village) if part)
        counts = f"应收 {v.expected}　已收 {v.collected}　未收 {v.outstanding}　新增 {v.came}　退出 {v.left}"
        print(f"{place}　{counts}")
    return cli.ALL_READ


def list_outstanding(opened: Opened, options: argparse.Namespace) -> int:
    """One line per child, by village: the list to go round with. Exit code 1 while there are any."""
    rows = rounds.outstanding(opened.store, opened.actor, round_id(opened, options.which), division=options.division)
    for row in rows:
        told = ("重点关爱" if row.key_concern else "", "已印表" if row.printed else "", "已走访" if row.visited else "")
        parts = (
            row.township,
            row.village,
            row.address,
            row.name,
            row.id_number_masked,
            row.caregiver,
            row.phone,
            *told,
        )
        print("　".join(part for part in parts if part))
    print(f"未收 {len(rows)} 名。")
    return cli.SOME_FAILED if rows else cli.ALL_READ


def print_forms(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where nobody is outstanding or the file could not be written."""
    child_ids = [the_child(opened, options.child)] if options.child else None
    written = prefilled.print_forms(
        opened.store,
        opened.actor,
        cli.clock(),
        round_id(opened, options.which),
        options.out,
        division=options.division,
        child_ids=child_ids,
    )
    print(
        f"已印 {written.copies} 份，按村排好：{options.out}\n请双面按实际大小打印。这个文件里有儿童信息，印完请删除。"
    )
    if written.pending:
        print(f"另有 {written.pending} 名儿童双录未完成，没有印。请先录完，或请核对的人来印。")
    return cli.ALL_READ
