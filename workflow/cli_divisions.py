"""``tongdang division list|move``: what became of a division that the list has no more."""

from __future__ import annotations

import argparse
from functools import partial

from workflow import cli, divisions
from workflow.access import Opened
from workflow.matching import place_name


def add_division_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``division`` and what stands below it."""
    below = commands.add_parser("division", help="区划调整：撤并、改码以后，原来的归到新的区划").add_subparsers(
        dest="division", required=True, metavar="动作"
    )
    listed = below.add_parser("list", help="列出区划表里已没有、资料库里还在用的区划，和做过的调整")
    moved = below.add_parser("move", help="原来归这个区划（和它下级）的，以后都归新的区划")
    moved.add_argument("old", metavar="原代码", help="见 division list")
    moved.add_argument("new", metavar="新代码", help="现在的区划代码，要在区划表里")
    for parser, run in ((listed, show), (moved, move)):
        cli.add_store_options(parser)
        parser.set_defaults(run=partial(cli.in_office, run))


def show(opened: Opened, _options: argparse.Namespace) -> int:
    """One line per division. Exit code 1 while there is something to be seen to."""
    found = divisions.divisions(opened.store, opened.actor)
    for gone in found.gone:
        print(f"{gone.code}　{gone.name}　区划表里已没有，还有 {gone.rows} 处在用")
    for old, new in found.moved:
        print(f"{old}　{place_name(old)}　已调整为 {new}　{place_name(new)}")
    if found.gone:
        print("请用 tongdang division move 原代码 新代码 归到现在的区划。纸面上写的不会改。")
    return cli.SOME_FAILED if found.gone else cli.ALL_READ


def move(opened: Opened, options: argparse.Namespace) -> int:
    """Everything goes by the new code."""
    divisions.move(opened.store, opened.actor, cli.clock(), options.old, options.new)
    print(f"原来归{place_name(options.old)}的，以后都归{place_name(options.new)}。登记表上写的区划没有改。")
    return cli.ALL_READ
