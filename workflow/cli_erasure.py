"""``tongdang erasure request|list|plan|carry-out|refuse``: 依法删除, by two persons."""

from __future__ import annotations

import argparse

from records.views import ErasureState
from workflow import cli, erasing, intake, sentences
from workflow.access import Opened
from workflow.errors import BadValue, NotFound

Commands = argparse._SubParsersAction
STATES = {
    ErasureState.REQUESTED: "等待决定",
    ErasureState.DONE: "已删除",
    ErasureState.REFUSED: "没有同意",
}


def add_erasure_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """``erasure`` and what stands below it."""
    below = commands.add_parser("erasure", help="依法删除误扫的页：一人申请，另一位管理员决定").add_subparsers(
        dest="erasure", required=True, metavar="动作"
    )
    asked = cli.add_command(below, "request", "申请删除一个文件里的几页", request)
    asked.add_argument("file", metavar="文件", help="收件箱里的文件名或文件编号")
    asked.add_argument("--page", type=int, action="append", default=[], metavar="页码", help="第几页，不写为全部")
    asked.add_argument("--why", required=True, metavar="原因", help="原因，不要写孩子的姓名和号码")
    cli.add_command(below, "list", "列出申请", show)
    cli.add_command(below, "plan", "看删除会连带删掉什么，哪里还有；什么也不删", plan).add_argument(
        "request", metavar="申请编号", help="见 erasure list"
    )
    done = cli.add_command(below, "carry-out", "删除，找不回来；要由申请人以外的管理员来做", carry_out)
    done.add_argument("request", metavar="申请编号", help="见 erasure list")
    done.add_argument(
        "--everything", action="store_true", help="连同计划里写明的其他内容（走访、双录、批次里的行）一起删"
    )
    cli.add_command(below, "refuse", "不同意，什么也不删", refuse).add_argument(
        "request", metavar="申请编号", help="见 erasure list"
    )


def request(opened: Opened, options: argparse.Namespace) -> int:
    """Say the request's id, by which another person decides."""
    sources = intake.inbox(opened.store, opened.actor).sources
    found = [source for source in sources if options.file in (source.name, source.source_id)]
    if len(found) != 1:
        raise NotFound(f"收件箱里叫这个名称的文件有 {len(found)} 个，没有申请。请改用文件编号。")
    pages = [page for page in found[0].pages if not options.page or page.number in options.page]
    if len(pages) != (len(set(options.page)) or len(found[0].pages)):
        raise BadValue(f"这个文件有 {len(found[0].pages)} 页，写的页码里有不存在的，没有申请。")
    ids = [page.page_id for page in pages]
    erasure_id = erasing.request_erasure(opened.store, opened.actor, cli.clock(), ids, options.why)
    print(f"已申请删除 {len(ids)} 页。申请编号 {erasure_id}，请另一位管理员来决定。在此之前什么也没有删。")
    return cli.ALL_READ


def show(opened: Opened, options: argparse.Namespace) -> int:
    """One line per request."""
    rows = erasing.erasures(opened.store, opened.actor)
    for row in rows:
        print(
            f"{row.erasure_id}　{STATES[row.state]}　{len(row.page_ids)} 页　{row.requested_at:%Y-%m-%d}　{row.reason}"
        )
    print(f"共 {len(rows)} 份申请。")
    return cli.ALL_READ


def plan(opened: Opened, options: argparse.Namespace) -> int:
    """What would go and where it is held. Exit code 1 where more would go than was asked for."""
    told = erasing.plan_erasure(opened.store, opened.actor, cli.clock(), options.request)
    for line in sentences.erasure_plan(told):
        print(line)
    return cli.SOME_FAILED if told.more else cli.ALL_READ


def carry_out(opened: Opened, options: argparse.Namespace) -> int:
    """Erase, and say where it is still held."""
    told = erasing.plan_erasure(opened.store, opened.actor, cli.clock(), options.request)
    erasing.carry_out_erasure(opened.store, opened.actor, cli.clock(), options.request, everything=options.everything)
    print(
        f"已删除 {told.pages + told.papers} 页、{told.registrations} 份登记表、{told.children} 名儿童。"
        "留下的只有“某人某时删过几页”的记录。"
    )
    for line in sentences.erasure_held(told):
        print(line)
    return cli.ALL_READ


def refuse(opened: Opened, options: argparse.Namespace) -> int:
    """Nothing is erased."""
    erasing.refuse_erasure(opened.store, opened.actor, cli.clock(), options.request)
    print("没有同意，什么也没有删。")
    return cli.ALL_READ
