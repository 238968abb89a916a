"""The command line: the same path as the window, for people who work with stacks and scripts.

Exit codes of the commands that read files: 0 everything was read, 1 something was not, 2 wrong usage,
3 the store could not be opened.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from exporters.files import FileProblem
from forms.catalog import forms_in, shipped_forms
from forms.form_file import Form, FormError
from ocr.models import ModelsMissing
from ocr.reading import OcrFailed
from records.errors import StoreError
from workflow.access import Opened, log_in
from workflow.cli_archive import add_archive_commands
from workflow.cli_backup import add_backup_commands
from workflow.cli_care import add_care_commands
from workflow.cli_child import add_child_commands
from workflow.cli_divisions import add_division_commands
from workflow.cli_erasure import add_erasure_commands
from workflow.cli_forms import add_form_commands
from workflow.cli_handover import add_handover_commands
from workflow.cli_models import add_model_commands
from workflow.cli_office_forms import add_office_form_commands
from workflow.cli_pages import add_page_commands
from workflow.cli_parser import Parser, describe
from workflow.cli_people import add_audit_commands, add_people_commands
from workflow.cli_review import add_review_commands
from workflow.cli_roster import add_roster_commands
from workflow.cli_rounds import add_round_commands
from workflow.cli_rules import add_rule_commands
from workflow.errors import WorkflowError
from workflow.version import VERSION

ALL_READ, SOME_FAILED, USAGE, STORE = 0, 1, 2, 3


def main(argv: Sequence[str]) -> int:
    """Run one sub-command; returns the exit code. Known errors become one Chinese sentence on standard error."""
    # out of the environment before any child process starts (design.md, keys and people)
    given_password = os.environ.pop("TONGDANG_PASSWORD", None)
    given_new = os.environ.pop("TONGDANG_NEW_PASSWORD", None)
    options = build_parser().parse_args(list(argv))
    options.given_password, options.given_new = given_password, given_new
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except StoreError as problem:
        complain(str(problem))
        return STORE
    except FormError as problem:
        complain(str(problem))
        return USAGE
    except (WorkflowError, FileProblem, ModelsMissing, OcrFailed) as problem:
        complain(str(problem))
        return SOME_FAILED


def build_parser() -> argparse.ArgumentParser:
    """All sub-commands. ``run`` of the parsed options is the function that does the work."""
    parser: argparse.ArgumentParser = Parser(
        prog="tongdang",
        description="童档：流动儿童登记表和纸质档案的离线识别、核对、归档与报送。",
        epilog="不写命令就打开窗口；可以带 --data-dir 文件夹（用哪个资料库）、--temp-data（临时的资料库，关窗即删）和 "
        "--forms-dir 文件夹（另外的表格）。",
    )
    parser.add_argument("--version", action="version", version=f"童档 {VERSION}", help="显示程序版本")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    add_form_commands(commands)
    add_office_form_commands(commands)
    add_model_commands(commands)
    _add_read(commands)
    _add_digitize(commands)
    add_page_commands(commands)
    _add_batch(commands)
    _add_check(commands)
    add_rule_commands(commands)
    add_child_commands(commands)
    add_care_commands(commands)
    add_round_commands(commands)
    add_roster_commands(commands)
    add_archive_commands(commands)
    add_review_commands(commands)
    add_people_commands(commands)
    add_division_commands(commands)
    add_erasure_commands(commands)
    add_backup_commands(commands)
    add_handover_commands(commands)
    add_audit_commands(commands)
    describe(parser)
    return parser


def _add_read(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from workflow import cli_read

    read = commands.add_parser("read", help="识别文件，结果写成 JSON；不需要资料库")
    read.add_argument("files", nargs="+", type=Path, metavar="文件", help="扫描件、照片或 PDF")
    read.add_argument("--form", metavar="表格编号", help="只按这一种表格识别（编号见 form list）")
    read.add_argument("--forms-dir", type=Path, metavar="文件夹", help="另外的表格文件夹")
    read.add_argument("--prefilled", type=Path, metavar="内容.json", help="预填表上印的内容，按编号；只认手写的改动")
    read.add_argument("--roster", type=Path, metavar="名单.csv", help="已知儿童的名单；几处都对得上的一名列为备选")
    read.add_argument("--json", type=Path, required=True, metavar="输出.json", help="结果写到这里，- 为屏幕")
    read.set_defaults(run=cli_read.run)


def _add_digitize(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from workflow import cli_digitize

    digitize = commands.add_parser("digitize", help="收件、识别，并写出核对草稿工作簿")
    digitize.add_argument(
        "paths", nargs="+", type=Path, metavar="文件或文件夹", help="扫描件、照片或 PDF；文件夹里的都收"
    )
    add_store_options(digitize)
    digitize.add_argument("--out", type=Path, required=True, metavar="草稿.xlsx", help="核对草稿写到这里")
    digitize.add_argument("--create", action="store_true", help="资料库不存在时新建")
    digitize.add_argument(
        "--second-person", action="store_true", help="新建时：核对过的由本单位另一人复核（不选为单人办公）"
    )
    digitize.add_argument("--office", metavar="单位名称", default="未命名单位", help="新建时：单位名称")
    digitize.add_argument("--division", metavar="区划代码", default="220000", help="新建时：单位所在行政区划代码")
    digitize.set_defaults(run=cli_digitize.run)


def _add_batch(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from workflow import cli_batch

    batch = commands.add_parser("batch", help="报送批次").add_subparsers(dest="batch", required=True, metavar="动作")
    new = batch.add_parser("new", help="把已核对的登记表组成批次并冻结")
    add_store_options(new)
    new.add_argument("--name", required=True, metavar="名称", help="批次名称")
    new.set_defaults(run=cli_batch.new)
    write = batch.add_parser("write", help="写出批次工作簿")
    add_store_options(write)
    write.add_argument("number", metavar="批次号", help="见 batch list")
    write.add_argument("--out", type=Path, required=True, metavar="批次.xlsx", help="工作簿写到这里")
    write.add_argument("--entry-sheets", type=Path, metavar="对照单.docx", help="另写每个儿童一页的录入对照单")
    write.set_defaults(run=cli_batch.write)
    listed = batch.add_parser("list", help="列出批次")
    add_store_options(listed)
    listed.set_defaults(run=cli_batch.show)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from workflow import cli_batch

    check = commands.add_parser("check", help="检查资料库：文件、状态、档号、操作记录")
    add_store_options(check)
    check.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="序号:校验码",
        help="打印件上的操作记录末码（校验码可以只写前 8 位），可写几个",
    )
    check.add_argument(
        "--repair", action="store_true", help="能安全修好的（推算出来的栏、多余的图像文件、密钥文件的副本等）先修好"
    )
    check.set_defaults(run=cli_batch.check_store)


def add_store_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, required=True, metavar="文件夹", help="资料库所在的文件夹")
    parser.add_argument("--user", metavar="用户名", default="admin", help="以谁的名义（默认 admin）")
    parser.add_argument("--forms-dir", type=Path, metavar="文件夹", help="另外的表格文件夹")


def password(options: argparse.Namespace, *, new: bool = False) -> str:
    """The password from ``TONGDANG_PASSWORD``, else typed at the prompt (twice for a new store)."""
    if options.given_password is not None:
        return str(options.given_password)
    try:
        first = getpass.getpass("密码：")
        again = getpass.getpass("再输一遍：") if new else first
    except EOFError:
        raise WorkflowError("没有地方可以输入密码，什么也没有做。请在终端里运行，或设置 TONGDANG_PASSWORD。") from None
    if again != first:
        raise WorkflowError("两次输入的密码不一样，没有新建资料库。请重新运行。")
    return first


def new_password(options: argparse.Namespace) -> str:
    """Somebody's new password, from ``TONGDANG_NEW_PASSWORD`` or typed twice."""
    if options.given_new is not None:
        return str(options.given_new)
    try:
        first, again = getpass.getpass("新密码："), getpass.getpass("再输一遍：")
    except EOFError:
        raise WorkflowError("没有地方可以输入新密码，什么也没有做。请在终端里运行。") from None
    if again != first:
        raise WorkflowError("两次输入的新密码不一样，没有改动。请重新运行。")
    return first


def open_office(options: argparse.Namespace) -> Opened:
    """Log in to the store named by ``--data-dir`` and ``--user``. Raises StoreError."""
    return log_in(options.data_dir, username=options.user, password=password(options), now=clock())


def add_command(
    below: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    run: Callable[[Opened, argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """A sub-command that works in a store: its parser with the store's options."""
    parser = below.add_parser(name, help=words)
    add_store_options(parser)
    parser.set_defaults(run=partial(in_office, run))
    return parser


def in_office(run: Callable[[Opened, argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command in the store that the options name, which is closed again whatever happens."""
    opened = open_office(options)
    try:
        return run(opened, options)
    finally:
        opened.store.close()


def forms_for(options: argparse.Namespace) -> tuple[Form, ...]:
    """The shipped forms and those of ``--forms-dir``. Raises FormError."""
    extra = forms_in(options.forms_dir) if options.forms_dir else ()
    return (*shipped_forms(), *extra)


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    print(sentence, file=sys.stderr)


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
