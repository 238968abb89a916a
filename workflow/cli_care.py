"""``tongdang concern list|propose|confirm`` and ``tongdang visit due|record``, and what ``child`` says of one child.

ID numbers are masked as in lists; what is for named persons only is told as little as in the window.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from forms.code_tables import code_table
from records.ids import civil_date
from records.views import ChildRow
from records.views_care import ChildPage, ConcernView
from workflow import child_page, children, cli, concerns, mandatory, moves, visit_forms, visit_paper, visits
from workflow.access import Opened
from workflow.cli_parser import day
from workflow.errors import BadValue, NotFound, WorkflowError

Commands = argparse._SubParsersAction
MOST = 20
WHO = "姓名、身份证号、电话、档号或儿童编号"


def add_care_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """``concern`` and ``visit``."""
    concern = commands.add_parser("concern", help="重点关爱服务对象").add_subparsers(
        dest="concern", required=True, metavar="动作"
    )
    _add(concern, "list", "列出重点关爱服务对象、到期的走访和缺的档案", list_concerns, "--division")
    _add(concern, "propose", "列出按登记内容应纳入、等人确认的情形", list_proposals, "--division")
    confirm = _add(concern, "confirm", "确认一条情形", confirm_concern)
    confirm.add_argument("concern_id", metavar="情形编号", help="见 concern propose")
    confirm.add_argument("--note", default="", metavar="说明", help="说明")
    visit = commands.add_parser("visit", help="入户走访").add_subparsers(dest="visit", required=True, metavar="动作")
    due = _add(visit, "due", "列出到期和逾期的走访", list_due, "--division")
    due.add_argument("--days", type=int, default=0, metavar="天数", help="再列出今后几天内到期的")
    prints = _add(visit, "print", "把到期和逾期的走访写成可以打印的名单", print_visits, "--division")
    prints.add_argument("--days", type=int, default=0, metavar="天数", help="再列出今后几天内到期的")
    prints.add_argument("--out", type=Path, required=True, metavar="名单.pdf", help="写到这里")
    forms = _add(visit, "forms", "给要走访的儿童印走访表，每人一张，按村排", print_forms, "--division")
    forms.add_argument("--days", type=int, default=0, metavar="天数", help="再印今后几天内到期的")
    forms.add_argument(
        "--child", action="append", default=[], metavar="儿童", help=f"只给这名儿童印（{WHO}），可写几次"
    )
    forms.add_argument("--out", type=Path, required=True, metavar="走访表.pdf", help="写到这里")
    _add_record(visit)


def _add_record(visit: Commands[argparse.ArgumentParser]) -> None:
    record = _add(visit, "record", "记一次走访", record_visit)
    record.add_argument("who", metavar="儿童", help=WHO)
    record.add_argument("--on", type=day, metavar="日期", help="走访日期，默认今天")
    record.add_argument("--visitor", required=True, metavar="姓名", help="走访人")
    levels = [entry.label for entry in code_table("guardianship_state").entries]
    record.add_argument(
        "--level", required=True, choices=levels, metavar="状况", help=f"走访时的监护状况：{'、'.join(levels)}"
    )
    methods = [entry.label for entry in code_table("visit_method").entries]
    record.add_argument(
        "--method",
        default=methods[0],
        choices=methods,
        metavar="方式",
        help=f"走访方式：{'、'.join(methods)}（默认{methods[0]}）",
    )
    record.add_argument("--needs", default="", metavar="诉求", help="困难诉求")
    record.add_argument("--note", default="", metavar="说明", help="说明")


def add_child_care(below: Commands[argparse.ArgumentParser]) -> None:
    """``child find|show|exit|return``, below ``child``."""
    find = _add(below, "find", "按姓名、拼音、身份证号、电话或档号查找", find_children)
    find.add_argument("words", metavar="查什么", help="姓名、拼音、身份证号、电话或档号")
    show = _add(below, "show", "一名儿童的登记、走访和档案", show_child)
    show.add_argument("who", metavar="儿童", help=WHO)
    exits = _add(below, "exit", "儿童退出台账（返乡、迁户、离县、满16周岁、死亡、录入错误），登记都留着", exit_child)
    exits.add_argument("who", metavar="儿童", help=WHO)
    reasons = [entry.label for entry in code_table("exit").entries]
    exits.add_argument("--reason", required=True, choices=reasons, metavar="原因", help="、".join(reasons))
    exits.add_argument("--on", type=day, metavar="日期", help="退出日期，默认今天")
    exits.add_argument("--note", default="", metavar="说明", help="说明")
    back = _add(below, "return", "退出的儿童恢复到台账", return_child)
    back.add_argument("who", metavar="儿童", help=WHO)
    back.add_argument("--on", type=day, metavar="日期", help="恢复日期，默认今天")
    back.add_argument("--note", required=True, metavar="原因", help="为什么恢复")


def _add(
    below: Commands[argparse.ArgumentParser],
    name: str,
    words: str,
    run: Callable[[Opened, argparse.Namespace], int],
    *more: str,
) -> argparse.ArgumentParser:
    parser = cli.add_command(below, name, words, run)
    if "--division" in more:
        parser.add_argument("--division", default="", metavar="区划代码", help="只列这个乡镇或村的")
    return parser


def today() -> date:
    """The date on the office's wall."""
    return civil_date(cli.clock())


def print_forms(opened: Opened, options: argparse.Namespace) -> int:
    """``visit forms``."""
    store, actor = opened.store, opened.actor
    if options.child:
        ids = [the_child(opened, who) for who in options.child]
    else:
        due = visits.due(store, actor, today(), ahead_days=options.days, division=options.division)
        ids = [row.child_id for row in due]
    done = visit_forms.print_visit_forms(store, actor, cli.clock(), options.out, ids)
    print(f"{done.copies} 张走访表已写好：{options.out}。上面有儿童的信息，印完请删掉。")
    if done.pending:
        print(f"{done.pending} 名儿童还没有录完第二遍，没有印。")
    return cli.ALL_READ


def print_visits(opened: Opened, options: argparse.Namespace) -> int:
    """``visit print``."""
    done = visit_paper.print_due(
        opened.store, opened.actor, cli.clock(), options.out, ahead_days=options.days, division=options.division
    )
    print(f"{done.children} 名儿童的走访名单已写好：{options.out}。上面有儿童的信息，印完请删掉。")
    return cli.ALL_READ


def the_child(opened: Opened, words: str) -> str:
    """The id of the one child that these words are about. Raises NotFound for none, BadValue for several."""
    found = children.children(opened.store, opened.actor, search=words, limit=MOST)
    if not found:
        if _is_child(opened, words):
            return words
        raise NotFound("没有找到这名儿童，没有改动。可以用姓名、身份证号、电话、档号或儿童编号。")
    if len(found) > 1:
        lines = "\n".join(_line(row) for row in found)
        raise BadValue(f"有 {len(found)} 名儿童都对得上，没有改动。请改用儿童编号：\n{lines}")
    return found[0].child_id


def _is_child(opened: Opened, words: str) -> bool:
    try:
        child_page.child_page(opened.store, opened.actor, words, today())
    except WorkflowError:
        return False
    return True


# -- children ---------------------------------------------------------------------------------------------------------


def find_children(opened: Opened, options: argparse.Namespace) -> int:
    """One line per child, at most so many."""
    found = children.children(opened.store, opened.actor, search=options.words, today=today(), limit=MOST)
    for row in found:
        print(_line(row))
    total = children.count(opened.store, opened.actor, search=options.words)
    print(f"共 {total} 名。" if total <= MOST else f"共 {total} 名，只列出前 {MOST} 名，请写得更具体。")
    return cli.ALL_READ if total else cli.SOME_FAILED


def _line(row: ChildRow) -> str:
    told = [
        "重点关爱" if row.key_concern else "",
        f"走访逾期 {row.overdue_days} 天" if row.overdue_days else "",
        row.fault,
        f"有 {row.open_cases} 件要立即报告" if row.open_cases else "",
        f"已退出：{row.exited}" if row.exited else "",
    ]
    age = "" if row.age is None else f"{row.age}岁"
    return "　".join(
        part for part in (row.name, row.sex, age, row.id_number_masked, row.residence, *told, row.child_id) if part
    )


def show_child(opened: Opened, options: argparse.Namespace) -> int:
    """The child's page as lines."""
    child_id = the_child(opened, options.who)
    for line in page_lines(child_page.child_page(opened.store, opened.actor, child_id, today())):
        print(line)
    return cli.ALL_READ


def page_lines(page: ChildPage) -> list[str]:
    """What the page says, without the values of single fields (those are on the registrations)."""
    lines = [f"！{sentence}" for sentence in page.banner]
    born = "" if page.birth_date is None else page.birth_date.isoformat()
    lines.append("　".join(part for part in (page.name, page.sex, born, page.id_number_masked, page.residence) if part))
    if page.exited:
        lines.append(f"已退出：{page.exited_on} {page.exit_reason}")
    if page.standing:
        lines.append(page.standing)
    for row in page.registrations:
        told = "已告知" if row.notice_given else "没有告知"
        lines.append(
            f"登记　{row.form_date or '没有日期'}　{row.round_name}　{row.update}　{told}　{row.archive_number}"
        )
    lines += [f"亲属　{LINK_WORDS[link.kind]}　{link.other_name}" for link in page.links]
    lines += [f"重点关爱　{_concern_line(c)}" for c in page.concerns]
    if page.fault:
        lines.append(f"缺　{page.fault}")
    for visit in page.visits:
        when = f"{visit.done_on} 由{visit.visitor}" if visit.done_on else f"应在 {visit.due_on} 以前"
        lines.append(f"走访　{when}　{visit.level_label}")
    for sheet in page.sheets:
        see = f"　参见 {'、'.join(sheet.see)}" if sheet.see else ""
        lines.append(f"纸质　{sheet.archive_number}　{sheet.location or '未装盒'}{see}")
    for b in page.batches:
        lines.append(f"批次　{b.office}{b.number}　{b.system_number or b.returned_reason or b.state}")
    lines += [f"变动　{m.on}　{m.reason or '恢复'}　{m.note}".rstrip() for m in page.moves]
    return lines


LINK_WORDS = moves.LINK_NAMES


def _concern_line(concern: ConcernView) -> str:
    state = {"proposed": "待确认", "confirmed": "已确认", "dismissed": "不纳入", "ended": "已解除"}[concern.state.value]
    return f"{concern.label}　{state}　{concern.since}　{concern.why}".rstrip()


def exit_child(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where it can't be."""
    child_id = the_child(opened, options.who)
    reason = code_table("exit").find(options.reason) or ""
    on = options.on or today()
    moves.exit_child(opened.store, opened.actor, cli.clock(), child_id, reason, on, note=options.note)
    print(f"已退出台账：{options.reason}，{on}。登记、走访和档案都留着，可以恢复。")
    return cli.ALL_READ


def return_child(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where it can't be."""
    child_id = the_child(opened, options.who)
    moves.return_child(opened.store, opened.actor, cli.clock(), child_id, options.on or today(), note=options.note)
    print("已恢复到台账。")
    return cli.ALL_READ


# -- concerns, visits -------------------------------------------------------------------------------------------------


def list_concerns(opened: Opened, options: argparse.Namespace) -> int:
    """One line per key-concern child; cases that nobody has reported come first. Exit code 1 while there are any."""
    cases = mandatory.open_cases(opened.store, opened.actor, division=options.division)
    for case in cases:
        print(f"！{case.child_name}　{mandatory.banner(case)}")
    rows = concerns.key_concern(opened.store, opened.actor, today(), division=options.division)
    for row in rows:
        told = [
            f"走访逾期 {row.overdue_days} 天" if row.overdue_days else f"{row.due_on} 前走访",
            row.dossier or row.fault,
        ]
        print("　".join((row.name, row.id_number_masked, row.residence, "、".join(row.criteria), row.category, *told)))
    without = sum(1 for row in rows if row.fault)
    print(f"重点关爱服务对象 {len(rows)} 名，{without} 名没有纸质档案，{len(cases)} 件要立即报告。")
    return cli.SOME_FAILED if cases else cli.ALL_READ


def list_proposals(opened: Opened, options: argparse.Namespace) -> int:
    """One line per proposed criterion with its id, by which it is confirmed."""
    rows = concerns.proposed(opened.store, opened.actor, division=options.division)
    for row in rows:
        print(f"{row.name}　{row.id_number_masked}　{row.residence}")
        for concern in row.concerns:
            print(f"　　{concern.label}　{concern.why}　{concern.concern_id}")
    print(f"{len(rows)} 名儿童有待确认的情形。")
    return cli.ALL_READ


def confirm_concern(opened: Opened, options: argparse.Namespace) -> int:
    """Exit code 1 where somebody decided already."""
    concerns.confirm(opened.store, opened.actor, cli.clock(), options.concern_id, note=options.note)
    print("已确认，列入重点关爱服务对象。请建立纸质档案，并按加密的频次走访。")
    return cli.ALL_READ


def list_due(opened: Opened, options: argparse.Namespace) -> int:
    """One line per visit, the longest overdue first. Exit code 1 while any is overdue."""
    rows = visits.due(opened.store, opened.actor, today(), ahead_days=options.days, division=options.division)
    for row in rows:
        told = f"逾期 {row.overdue_days} 天" if row.overdue_days else f"{row.due_on} 前"
        concern = "重点关爱" if row.key_concern else row.level_label
        last = "没有走访过" if row.last_visit is None else f"上次 {row.last_visit}"
        parts = (told, row.name, row.id_number_masked, row.residence, concern, last, row.visitor)
        print("　".join(part for part in parts if part))
    overdue = sum(1 for row in rows if row.overdue_days)
    print(f"到期 {len(rows)} 名，其中逾期 {overdue} 名。")
    return cli.SOME_FAILED if overdue else cli.ALL_READ


def record_visit(opened: Opened, options: argparse.Namespace) -> int:
    """Say when the next one is due."""
    child_id = the_child(opened, options.who)
    visited = visits.Visited(
        on=options.on or today(),
        visitor=options.visitor,
        level=code_table("guardianship_state").find(options.level) or "",
        method=code_table("visit_method").find(options.method) or "",
        findings={"support_needs": options.needs} if options.needs else {},
        note=options.note,
    )
    visits.record(opened.store, opened.actor, cli.clock(), child_id, visited)
    (planned, *_done) = visits.visits(opened.store, opened.actor, child_id)
    print(f"已记下 {visited.on} 的走访。下次应在 {planned.due_on} 以前。")
    return cli.ALL_READ
