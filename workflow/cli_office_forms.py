"""``tongdang office-forms``: the forms that a store reads with: versions, how often, retired, carried to and fro."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from records.views_forms import FormRow
from workflow import cli, office_forms
from workflow.access import Opened
from workflow.errors import NotFound

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
PURPOSES = {"registration": "登记表", "card": "信息卡", "visit": "走访记录", "work_log": "工作日志"}


def add_office_form_commands(commands: Commands) -> None:
    """``office-forms`` and what stands below it."""
    below = commands.add_parser(
        "office-forms", help="资料库里的表样：列出、看各版、停用、恢复、带出、带入"
    ).add_subparsers(dest="office_forms", required=True, metavar="动作")
    _add(below, "list", "列出表样，每种一行：版本、读过几页、是否停用", show)
    one = "表格编号[@版本]"
    versions = _add(below, "versions", "一种表样的各个版本", versions_)
    retired = _add(below, "retire", "停用：不再用它识别，读过的不变", retire)
    again = _add(below, "reinstate", "恢复使用", reinstate)
    out = _add(below, "export", "带出成表格文件，给别的单位用", export)
    out.add_argument("--out", type=Path, required=True, metavar="表格.json", help="写到这里")
    versions.add_argument("form", metavar="表格编号", help="见 office-forms list")
    for parser in (retired, again, out):
        parser.add_argument("form", metavar=one, help="不写版本就是最新的一版")
    _add(below, "import", "带入一个表格文件", take_over).add_argument(
        "file", type=Path, metavar="表格文件", help="别的单位带出的 .json"
    )


def _add(
    below: Commands, name: str, words: str, run: Callable[[Opened, argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = below.add_parser(name, help=words)
    cli.add_store_options(parser)
    parser.set_defaults(run=lambda options: cli.in_office(run, options))
    return parser


def _rows(opened: Opened) -> tuple[FormRow, ...]:
    return office_forms.forms(opened.store, opened.actor)


def _chosen(opened: Opened, wanted: str) -> FormRow:
    form_id, _, version = wanted.partition("@")
    rows = _rows(opened)
    found = [row for row in rows if row.form_id == form_id and (row.version == version if version else row.newest)]
    if not found:
        known = "、".join(dict.fromkeys(row.form_id for row in rows))
        raise NotFound(f"没有编号是“{wanted}”的表样，没有改动。现有：{known}。")
    return found[0]


def _line(row: FormRow) -> str:
    parts = (
        row.form_id,
        f"第 {row.version} 版",
        PURPOSES.get(row.purpose, row.purpose),
        f"{row.pages} 面",
        f"{row.fields} 栏",
        f"读过 {row.used} 页",
        "已停用" if row.retired else "在用",
        "随程序" if row.shipped else row.added_by,
        row.title,
    )
    return "　".join(part for part in parts if part)


def show(opened: Opened, options: argparse.Namespace) -> int:
    """One line per form: its newest version, and how many there are."""
    rows = _rows(opened)
    for row in rows:
        if row.newest:
            versions = sum(other.form_id == row.form_id for other in rows)
            print(_line(row) + (f"　共 {versions} 版" if versions > 1 else ""))
    return cli.ALL_READ


def versions_(opened: Opened, options: argparse.Namespace) -> int:
    """One line per version, the newest first."""
    form_id = _chosen(opened, options.form).form_id
    for row in _rows(opened):
        if row.form_id == form_id:
            print(_line(row))
    return cli.ALL_READ


def retire(opened: Opened, options: argparse.Namespace) -> int:
    """It is read with no more."""
    row = _chosen(opened, options.form)
    office_forms.retire(opened.store, opened.actor, cli.clock(), row.form_id, row.version)
    print(f"“{row.title}”第 {row.version} 版停用了，读过的不变。")
    return cli.ALL_READ


def reinstate(opened: Opened, options: argparse.Namespace) -> int:
    """It is read with again."""
    row = _chosen(opened, options.form)
    office_forms.reinstate(opened.store, opened.actor, cli.clock(), row.form_id, row.version)
    print(f"“{row.title}”第 {row.version} 版恢复使用了。")
    return cli.ALL_READ


def export(opened: Opened, options: argparse.Namespace) -> int:
    """Into a file for another office."""
    row = _chosen(opened, options.form)
    out = office_forms.export_form(opened.store, opened.actor, cli.clock(), row.form_id, row.version, options.out)
    print(f"已带出“{row.title}”第 {row.version} 版：{out}。里面只有空白表的样子，没有儿童的信息。")
    return cli.ALL_READ


def take_over(opened: Opened, options: argparse.Namespace) -> int:
    """From a file of another office."""
    changes, form = office_forms.take_over(opened.store, opened.actor, cli.clock(), options.file)
    print(f"已带入“{form.title}”（{form.id} 第 {form.version} 版，{len(form.pages)} 面，{len(form.fields)} 栏）。")
    if changes.pages:
        print(f"{len(changes.pages)} 页以前认不出的，打开窗口或下一次 digitize 时用它再读。")
    return cli.ALL_READ
