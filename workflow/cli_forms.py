"""``tongdang form list|show|blank|learn``: the forms that can be read, blank ones to print, new ones to learn."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TypeAlias

from forms.catalog import forms_in, shipped_forms
from forms.form_file import Form, FormError, FormField
from workflow.errors import WorkflowError
from workflow.serials import new_serial

MOST_COPIES = 2000
SURE = 0.85
"""Confidence of a key below which the user is asked to look."""
PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_form_commands(commands: Commands) -> None:
    """Add ``form`` with its actions to the program's sub-commands; each sets ``run(options) -> exit code``."""
    actions = commands.add_parser("form", help="表格：列出、查看、打印空白表").add_subparsers(
        dest="action", required=True, metavar="动作"
    )
    listed = actions.add_parser("list", help="列出能识别的表格")
    listed.set_defaults(run=_list)
    show = actions.add_parser("show", help="查看一种表格的栏目")
    show.add_argument("id", metavar="表格编号", help="见 form list")
    show.add_argument("--json", action="store_true", help="按公开格式输出 JSON（栏目、位置、选项）")
    show.set_defaults(run=_show)
    blank = actions.add_parser("blank", help="写出空白表，供打印")
    blank.add_argument("id", metavar="表格编号", help="见 form list")
    blank.add_argument("--out", type=Path, required=True, metavar="空白表.pdf", help="扩展名为 .pdf 或 .docx")
    blank.add_argument("--count", type=_copies, metavar="份数", help="每份印上各自的随机编号（只用于 PDF）")
    blank.add_argument(
        "--prefill", type=Path, metavar="内容.json", help="印上已知的内容，回收后只认手写的改动（只用于 PDF）"
    )
    blank.set_defaults(run=_blank)
    learn = actions.add_parser("learn", help="从空白表学会一种表格")
    learn.add_argument(
        "files", nargs="+", type=Path, metavar="空白表", help="PDF、扫描件、照片或 DOCX；正反面可分成两个文件"
    )
    learn.add_argument("--id", required=True, metavar="表格编号", help="字母、数字和横线")
    learn.add_argument("--title", default="", metavar="表名", help="默认取页上的标题")
    learn.add_argument("--json", action="store_true", help="按 form show 的格式输出 JSON，另加把握程度")
    learn.set_defaults(run=_learn)
    for parser in (listed, show, blank, learn):
        parser.add_argument("--forms-dir", type=Path, metavar="文件夹", help="另外的表格文件夹")
    for parser in (show, blank):
        parser.add_argument("--version", metavar="版本", help="默认最新的一版")


def _copies(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_COPIES:
        raise argparse.ArgumentTypeError(f"份数应为 1 到 {MOST_COPIES} 的整数")
    return int(text)


def _known(options: argparse.Namespace) -> tuple[Form, ...]:
    return (*shipped_forms(), *(forms_in(options.forms_dir) if options.forms_dir else ()))


def _chosen(options: argparse.Namespace) -> Form:
    """The form that was asked for: the given version, else the last in the order of versions."""
    found = [form for form in _known(options) if form.id == options.id]
    if options.version:
        found = [form for form in found if form.version == options.version]
    if not found:
        known = "、".join(sorted({form.id for form in _known(options)}))
        raise FormError(f"没有编号为“{options.id}”的表格或这一版本。现有：{known}。")
    return max(found, key=_version_order)


def _version_order(form: Form) -> tuple[int, str]:
    """Numbered versions by number, after those with other names."""
    return (int(form.version) if form.version.isdecimal() else -1, form.version)


def _list(options: argparse.Namespace) -> int:
    for form in _known(options):
        print(f"{form.id}\t第 {form.version} 版\t{len(form.pages)} 面\t{len(form.fields)} 个栏目\t{form.title}")
    return 0


def _show(options: argparse.Namespace) -> int:
    form = _chosen(options)
    if options.json:
        print(json.dumps(form.show(), ensure_ascii=False, indent=2))
        return 0
    print(f"{form.title}（{form.id} 第 {form.version} 版，{len(form.pages)} 面）")
    for field in form.fields:
        print(f"第 {field.page} 面\t{field.key}\t{field.label}\t{_described(field)}")
    return 0


def _described(field: FormField) -> str:
    if field.options:
        several = "可多选：" if field.multiple else "单选："
        return several + "／".join(option.label for option in field.options)
    return f"{len(field.cells)} 个字格" if field.cells else field.kind.value


def _learn(options: argparse.Namespace) -> int:
    from workflow import form_learning

    # before the minutes of work: an id that can't be used is refused at once
    version = form_learning.next_version(_plain_id(options.id), options.forms_dir)
    proposal = form_learning.learn_files(options.files, options.id, options.title)
    form = proposal.as_form(version)
    path = None
    if options.forms_dir is not None:
        form, path = form_learning.save(proposal, options.forms_dir)
    if options.json:
        shown = form.show()
        for described, field in zip(shown["fields"], proposal.fields, strict=True):
            described["key_confidence"], described["kind_confidence"] = field.key_confidence, field.kind_confidence
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return 0
    print(f"{form.title}（{form.id} 第 {form.version} 版，{len(form.pages)} 面，{len(form.fields)} 个栏目）")
    for field in proposal.fields:
        sure = "" if field.key_confidence >= SURE else "\t请核对"
        print(f"第 {field.page} 面\t{field.key}\t{field.label}\t{_described(form.by_key[field.key])}{sure}")
    if path is not None:
        print(f"已保存：{path}。请对照空白表检查栏目；识别时用 --forms-dir 指定这个文件夹。")
    else:
        print("没有保存。确认无误后加上 --forms-dir 文件夹 再运行一次，就会保存成表格文件。")
    return 0


def _plain_id(text: str) -> str:
    if not PLAIN_ID.fullmatch(text):
        raise FormError("表格编号只能用字母、数字、点和横线，并以字母或数字开头，最长 64 个字符。")
    return text


def _blank(options: argparse.Namespace) -> int:
    from exporters.blank_form import blank_docx, blank_pdf
    from exporters.files import FileProblem, write_file

    form, kind = _chosen(options), options.out.suffix.lower()
    if options.prefill is not None:
        data = _prefilled(options, form)
    elif kind == ".pdf":
        # without a count one copy without serial: it may be photocopied, its sides pair by their neighbours
        data = blank_pdf(form, [new_serial() for _ in range(options.count)] if options.count else [""])
    elif kind == ".docx" and options.count is None:
        data = blank_docx(form)
    elif kind == ".docx":
        raise FormError("DOCX 供修改版面用，不印编号；要带编号的空白表，请把输出文件名改成 .pdf。")
    else:
        raise FormError("输出文件的扩展名应为 .pdf 或 .docx。")
    try:
        write_file(options.out, data)
    except FileProblem as problem:
        raise WorkflowError(str(problem)) from problem
    print(f"已写出{'空白' if options.prefill is None else '预填'}表：{options.out}")
    return 0


def _prefilled(options: argparse.Namespace, form: Form) -> bytes:
    """A copy for each set of values; the serials are printed on the screen too, in the order of the copies."""
    from exporters.blank_form import Copy, prefilled_pdf
    from workflow.prefill_file import copies

    if options.out.suffix.lower() != ".pdf" or options.count:
        raise FormError("预填表只能写成 .pdf，份数由内容文件决定，不用 --count。")
    printed = [Copy(new_serial(prefilled=True), values) for values in copies(options.prefill, form)]
    data = prefilled_pdf(form, printed)
    for number, copy in enumerate(printed, start=1):
        print(f"第 {number} 份\t编号 {copy.serial}")
    return data
