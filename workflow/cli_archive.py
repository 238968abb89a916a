"""``tongdang archive places|list|put|move|print``: which paper lies in which box."""

from __future__ import annotations

import argparse
from pathlib import Path

from records.views_archive import BoxRow
from workflow import archive, cli
from workflow.access import Opened
from workflow.cli_parser import Commands
from workflow.cross_reference import Place
from workflow.errors import NotFound

PARTS = (("storeroom", "库房"), ("area", "区"), ("row", "列"), ("rack", "架"), ("shelf", "层"))


def add_archive_commands(commands: Commands) -> None:
    """``archive`` and what stands below it."""
    below = commands.add_parser("archive", help="纸质档案：哪张纸在哪一盒").add_subparsers(
        dest="archive", required=True, metavar="动作"
    )
    cli.add_command(below, "places", "列出放着纸件的盒子和架子", list_places)
    listed = cli.add_command(below, "list", "列出一个地方的纸件；不写地方，列出还没有装盒的", list_papers)
    putting = cli.add_command(below, "put", "把这些档号的纸件放进一个地方；什么地方都不写，就是取出", put)
    putting.add_argument("numbers", nargs="+", metavar="档号", help="登记表或案卷的档号")
    move = cli.add_command(below, "move", "把一盒搬到别处，盒里的纸件随盒", move_box)
    printed = cli.add_command(below, "print", "写出一个地方的归档文件目录", write_list)
    printed.add_argument("--out", type=Path, required=True, metavar="目录.pdf", help="写到哪个文件")
    listed.add_argument("where", nargs="?", default="", metavar="地方", help="照 archive places 列出的写")
    for parser in (move, printed):
        parser.add_argument("where", metavar="地方", help="照 archive places 列出的写")
    putting.add_argument("--box", default="", metavar="盒号", help="盒号")
    for parser in (putting, move):
        for name, word in PARTS:
            parser.add_argument(f"--{name}", default="", metavar=word, help=word)


def _place(options: argparse.Namespace, box: str = "") -> Place:
    return Place(box=box, **{name: getattr(options, name) for name, _word in PARTS})


def _at(opened: Opened, words: str) -> BoxRow:
    """The place that ``places`` calls so, in either of its two spellings. Raises NotFound."""
    rows = archive.shelves(opened.store, opened.actor).boxes
    found = [row for row in rows if words in (row.words, row.text)]
    if len(found) != 1:
        raise NotFound(f"没有“{words}”这个地方。请照 archive places 列出的写。")
    return found[0]


def list_places(opened: Opened, _options: argparse.Namespace) -> int:
    """One line per place, and how much has none."""
    shelves = archive.shelves(opened.store, opened.actor)
    for row in shelves.boxes:
        print(row.words)
    more = " 多" if shelves.more else ""
    print(f"还没有装盒 {shelves.without}{more} 件。")
    return cli.ALL_READ


def list_papers(opened: Opened, options: argparse.Namespace) -> int:
    """One line per item or dossier."""
    where = _at(opened, options.where).key if options.where else ""
    papers = archive.papers(opened.store, opened.actor, where)
    for row in papers.rows:
        pages = f"{row.pages} 页" if row.pages else ""
        state = "" if row.verified else "待核对"
        print("　".join(part for part in (row.archive_number, row.name, row.title, str(row.on), pages, state) if part))
    print(f"先列出前 {len(papers.rows)} 件。" if papers.more else f"共 {len(papers.rows)} 件。")
    return cli.ALL_READ


def put(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where one isn't there; then none is put anywhere."""
    ids: dict[str, str] = {}
    for number in options.numbers:
        found = archive.numbered(opened.store, opened.actor, number)
        if found is None:
            raise NotFound(f"没有档号是 {number} 的纸件（归入案卷的随案卷），存放位置一份都没有改。")
        ids[found] = number
    place = _place(options, options.box)
    archive.put_away(opened.store, opened.actor, cli.clock(), list(ids), place)
    print(f"{len(ids)} 件放到了{place.text()}。" if place != Place() else f"{len(ids)} 件已取出，还没有装盒。")
    return cli.ALL_READ


def move_box(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where there is no such box, or one of its number there."""
    box = _at(opened, options.where)
    archive.move_box(opened.store, opened.actor, cli.clock(), box.key, _place(options))
    print(f"{box.number}盒的位置已登记，盒里的纸件随盒。")
    return cli.ALL_READ


def write_list(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where the file can't be written."""
    place = _at(opened, options.where)
    written = archive.write_list(opened.store, opened.actor, cli.clock(), place.key, options.out)
    print(f"{written.lines} 件的目录写在 {options.out}。上面有儿童的姓名，印完请删除。")
    return cli.ALL_READ
