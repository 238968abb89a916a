"""``tongdang roster look|add|list|compare|remove``: base lists of other departments."""

from __future__ import annotations

import argparse
from pathlib import Path

from records.ids import civil_date
from records.views_roster import RefusedLine, RosterFinding, RosterOutcome, RosterRow
from workflow import cli, roster_import, rosters
from workflow.access import Opened
from workflow.cli_parser import day
from workflow.errors import BadValue, NotFound
from workflow.roster_import import MEANINGS
from workflow.rosters import OUTCOMES

Commands = argparse._SubParsersAction
MOST = 20


def add_roster_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """``roster`` and what stands below it."""
    below = commands.add_parser("roster", help="各部门的基础名单：带入、比对、删除").add_subparsers(
        dest="roster", required=True, metavar="动作"
    )
    look = cli.add_command(below, "look", "看一个名单文件：每一列认成什么，哪些行用不了；什么也不带入", look_at)
    added = cli.add_command(below, "add", "带入一份名单（.xlsx 或 CSV）", add)
    for parser in (look, added):
        parser.add_argument("file", type=Path, metavar="名单文件", help="工作簿（.xlsx）或 CSV")
        parser.add_argument(
            "--column", action="append", default=[], metavar="意思=标题",
            help=f"写明某一列，例如 姓名=学生姓名；意思是 {'、'.join(MEANINGS.values())} 之一",
        )  # fmt: skip
    added.add_argument("--name", required=True, metavar="名称", help="名称，例如 2026年秋季随迁子女")
    kinds = {label: kind for kind, label in rosters.KIND_NAMES.items()}
    added.add_argument(
        "--kind", required=True, choices=list(kinds), metavar="种类", help=f"哪个部门的：{'、'.join(kinds)}"
    )
    added.add_argument("--as-of", type=day, metavar="日期", help="名单截止到哪一天，默认今天")
    added.add_argument("--sensitive", action="store_true", help="名单本身特别敏感：加封，只有指定的人能比对")
    cli.add_command(below, "list", "列出已有的名单", show)
    compared = cli.add_command(below, "compare", "和登记的儿童比对，列出没有登记的和对不上的", compare)
    compared.add_argument("--out", type=Path, metavar="工作簿", help="把要看的写成走访用的表格（.xlsx）")
    removed = cli.add_command(below, "remove", "删除一份名单和它的全部内容；登记的儿童不受影响", remove)
    for parser in (compared, removed):
        parser.add_argument("name", metavar="名单名称", help="见 roster list")


def _columns(options: argparse.Namespace) -> dict[str, str]:
    means = {label: key for key, label in MEANINGS.items()}
    pairs = [text.split("=", 1) for text in options.column]
    if any(len(pair) != 2 or pair[0] not in means for pair in pairs):
        raise BadValue(f"--column 要写成“意思=标题”，意思是 {'、'.join(means)} 之一。没有带入任何内容。")
    return {means[meaning]: title for meaning, title in pairs}


def look_at(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where a line would be refused."""
    told = roster_import.preview(opened.store, opened.actor, options.file, _columns(options))
    print(f"标题在第 {told.header_line} 行：")
    for column in told.columns:
        print(f"　{column.title}　→　{MEANINGS.get(column.means, '不带入')}")
    print(f"能带入 {told.rows} 行，{len(told.refused)} 行用不了。")
    return _say_refused(told.refused)


def add(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where a line was refused."""
    now = cli.clock()
    kinds = {label: kind for kind, label in rosters.KIND_NAMES.items()}
    _, brought = roster_import.bring_in(
        opened.store,
        opened.actor,
        now,
        options.file,
        name=options.name,
        kind=kinds[options.kind],
        as_of=options.as_of or civil_date(now),
        columns=_columns(options),
        sensitive=options.sensitive,
    )
    print(f"已带入“{options.name}”{brought.rows} 行，{len(brought.refused)} 行没有带入。")
    code = _say_refused(brought.refused)
    print("原来的文件没有加密，用完请按单位的规定清理。")
    return code


def _say_refused(refused: tuple[RefusedLine, ...]) -> int:
    for each in refused[:MOST]:
        print(f"　第 {each.line} 行：{each.sentence}")
    if len(refused) > MOST:
        print(f"　另有 {len(refused) - MOST} 行，改好这些再看。")
    return cli.SOME_FAILED if refused else cli.ALL_READ


def show(opened: Opened, options: argparse.Namespace) -> int:
    """One line per list."""
    rows = rosters.rosters(opened.store, opened.actor)
    for row in rows:
        sealed = "　已加封" if row.sensitive else ""
        print(f"{row.name}　{rosters.KIND_NAMES[row.kind]}　截止 {row.as_of}　{row.rows} 名{sealed}　{row.by}带入")
    print(f"共 {len(rows)} 份名单。")
    return cli.ALL_READ


def compare(opened: Opened, options: argparse.Namespace) -> int:
    """What needs somebody to look, by outcome. Exit code 1 while anybody is missing or differs."""
    told = rosters.compare(opened.store, opened.actor, _named(opened, options.name).roster_id)
    for outcome in RosterOutcome:
        found = told.of(outcome)
        if found:
            print(f"{OUTCOMES[outcome]} {len(found)} 名：")
        for each in found:
            print(f"　{_line(each)}")
    print(f"名单 {told.roster.rows} 名，{told.found} 名对得上，{len(told.findings)} 名要看。")
    if options.out is not None and told.findings:
        rosters.write_findings(opened.store, opened.actor, cli.clock(), told.roster.roster_id, options.out)
        print(f"已写出走访表：{options.out}。上面有儿童的信息，用完请删掉。")
    grave = told.of(RosterOutcome.MISSING) or told.of(RosterOutcome.DIFFERS)
    return cli.SOME_FAILED if grave else cli.ALL_READ


def _line(each: RosterFinding) -> str:
    born = "" if each.birth_date is None else each.birth_date.isoformat()
    differs = f"不一样的：{'、'.join(each.differing)}" if each.differing else ""
    parts = (f"第 {each.line} 行", each.name, each.id_number_masked, born, each.place, differs, each.child_id)
    return "　".join(part for part in parts if part)


def remove(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where there is none of this name."""
    row = _named(opened, options.name)
    rosters.remove(opened.store, opened.actor, cli.clock(), row.roster_id)
    print(f"已删除“{row.name}”和它的 {row.rows} 行。以前的备份里还有，按保留规则到期删去。")
    return cli.ALL_READ


def _named(opened: Opened, name: str) -> RosterRow:
    found = [row for row in rosters.rosters(opened.store, opened.actor) if row.name == name]
    if not found:
        names = "、".join(row.name for row in rosters.rosters(opened.store, opened.actor))
        raise NotFound(f"没有叫这个名称的名单，没有改动。现有：{names or '没有'}。")
    return found[0]
