"""``tongdang child``: children who may be on the list twice; finding, showing, leaving: ``workflow.cli_care``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from records.views_duplicates import TwinView
from workflow import cli, duplicates
from workflow.access import Opened
from workflow.cli_care import add_child_care

Run = Callable[[Opened, argparse.Namespace], int]
GRADES = {"likely": "很可能", "possible": "可能"}


def add_child_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``child`` and what stands below it."""
    below = commands.add_parser("child", help="台账里的儿童：查找、查看、退出与恢复、重复登记").add_subparsers(
        dest="child", required=True, metavar="动作"
    )
    add_child_care(below)
    listed = cli.add_command(below, "duplicates", "列出可能是同一名儿童的登记，写明理由", show)
    listed.add_argument("--child", metavar="儿童编号", help="只看这一名（编号见不带本项时的列表）")
    merged = cli.add_command(below, "merge", "合并：把第二名的全部登记归到第一名", merge)
    merged.add_argument("kept", metavar="留下的儿童编号", help="编号见 child duplicates")
    merged.add_argument("gone", metavar="并入的儿童编号", help="它的登记全部归到前一名")
    merged.add_argument("--why", required=True, metavar="依据", help="依据，例如核对了户口簿")
    undone = cli.add_command(below, "unmerge", "撤销一次合并，各归各位", unmerge)
    undone.add_argument("merge", metavar="合并编号", help="见 child merges")
    undone.add_argument("--why", required=True, metavar="原因", help="撤销的原因")
    apart = cli.add_command(below, "apart", "标为不是同一名儿童，以后不再提示", keep_apart)
    apart.add_argument("one", metavar="儿童编号", help="编号见 child duplicates")
    apart.add_argument("other", metavar="另一名儿童编号", help="同上")
    apart.add_argument("--why", default="", metavar="依据", help="为什么不是同一名")
    apart.add_argument("--undo", action="store_true", help="取消这个标记")
    cli.add_command(below, "merges", "列出合并过的儿童", merges)


def show(opened: Opened, options: argparse.Namespace) -> int:
    """Pairs, or one child's candidates, the likeliest first."""
    if options.child:
        twins = duplicates.duplicate_candidates(opened.store, opened.actor, options.child)
        lines = [_line(twin) for twin in twins]
    else:
        pairs = duplicates.all_duplicates(opened.store, opened.actor)
        lines = [f"{_who(pair.one)}\n　{_line(pair.other)}" for pair in pairs]
    for line in lines:
        print(line)
    print(f"共 {len(lines)} 处。" if lines else "没有发现可能重复的儿童。")
    return cli.ALL_READ


def _who(twin: TwinView) -> str:
    born = "" if twin.birth_date is None else twin.birth_date.isoformat()
    return f"{twin.name}　{twin.sex}　{born}　{twin.id_number_masked}　{twin.township}　{twin.child_id}"


def _line(twin: TwinView) -> str:
    if not twin.inside:
        return f"{twin.score} 分　外单位：{twin.township}"
    return f"{twin.score} 分（{GRADES[twin.grade]}）　{_who(twin)}　{'、'.join(twin.reasons)}"


def merge(opened: Opened, options: argparse.Namespace) -> int:
    """Say the merge's id, by which it can be undone."""
    _, merge_id = duplicates.merge(opened.store, opened.actor, cli.clock(), options.kept, options.gone, options.why)
    print(f"已合并。合并编号 {merge_id}，可以撤销。")
    return cli.ALL_READ


def unmerge(opened: Opened, options: argparse.Namespace) -> int:
    """Both children are back."""
    duplicates.undo_merge(opened.store, opened.actor, cli.clock(), options.merge, options.why)
    print("已撤销，两名儿童的登记各归各位。")
    return cli.ALL_READ


def keep_apart(opened: Opened, options: argparse.Namespace) -> int:
    """Not the same, or (``--undo``) ask again."""
    duplicates.keep_apart(
        opened.store, opened.actor, cli.clock(), options.one, options.other, options.why, apart=not options.undo
    )
    print("已取消标记。" if options.undo else "已标为不是同一名儿童，以后不再提示。")
    return cli.ALL_READ


def merges(opened: Opened, options: argparse.Namespace) -> int:
    """One line per merge."""
    found = duplicates.merges(opened.store, opened.actor)
    for m in found:
        undone = "" if m.undone_at is None else f"　已撤销：{m.undone_reason}"
        print(f"{m.merge_id}　{m.gone_name} 并入 {m.kept_name}　{m.by}　{m.why}{undone}")
    if not found:
        print("没有合并过。")
    return cli.ALL_READ
