"""``tongdang backup make|list|verify|restore``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from records.backup import Summary
from records.ids import CHINA
from workflow import backups, cli
from workflow.cli_people import recovery_code

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_backup_commands(commands: Commands) -> None:
    """Add ``backup``."""
    actions = commands.add_parser("backup", help="备份与恢复").add_subparsers(
        dest="backup", required=True, metavar="动作"
    )
    make = actions.add_parser("make", help="做一份备份并读回核对")
    cli.add_store_options(make)
    make.add_argument("--out", type=Path, metavar="文件.tdbackup", help="写到这里（默认写进备份文件夹）")
    make.set_defaults(run=make_)
    listed = actions.add_parser("list", help="列出备份文件夹里的备份")
    cli.add_store_options(listed)
    listed.set_defaults(run=show)
    verify = actions.add_parser("verify", help="从头到尾核对一份备份；不需要资料库")
    verify.add_argument("file", type=Path, metavar="备份文件", help="扩展名为 .tdbackup")
    _opened_by(verify)
    verify.set_defaults(run=verify_)
    restore = actions.add_parser("restore", help="恢复到一个没有资料库的文件夹")
    restore.add_argument("file", type=Path, metavar="备份文件", help="扩展名为 .tdbackup")
    restore.add_argument("--data-dir", type=Path, required=True, metavar="文件夹", help="恢复到这里")
    _opened_by(restore)
    restore.set_defaults(run=restore_)


def _opened_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", metavar="用户名", help="用谁的密码打开（不写就用恢复码）")


def make_(options: argparse.Namespace) -> int:
    """One backup, and those that the rule lets go."""
    opened = cli.open_office(options)
    try:
        made = backups.make_backup(opened.store, opened.actor, cli.clock(), options.out)
    finally:
        opened.store.close()
    print(f"备份已写好并核对过：{made.path}")
    _tell(made.summary)
    if made.removed:
        print(f"按保留规则删去旧备份 {len(made.removed)} 份。")
    return cli.SOME_FAILED if made.summary.missing else cli.ALL_READ


def show(options: argparse.Namespace) -> int:
    """One line per backup, with the head of the audit to check the store against."""
    opened = cli.open_office(options)
    try:
        for found in backups.backups(opened.store, opened.actor):
            made_at = f"{found.made_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
            print(f"{found.path.name}　{made_at}　{found.size >> 10} KB　{found.audit_seq}:{found.audit_head}")
    finally:
        opened.store.close()
    return cli.ALL_READ


def _secret(options: argparse.Namespace) -> str:
    return cli.password(options) if options.user else recovery_code(options)


def verify_(options: argparse.Namespace) -> int:
    """Everything to the last byte."""
    summary = backups.verify_backup(options.file, username=options.user, secret=_secret(options))
    print("备份完好。")
    _tell(summary)
    return cli.SOME_FAILED if summary.missing else cli.ALL_READ


def restore_(options: argparse.Namespace) -> int:
    """A store where there was none."""
    secret = _secret(options)
    summary = backups.restore_backup(
        options.file, options.data_dir, username=options.user, secret=secret, now=cli.clock()
    )
    print(f"已恢复到 {options.data_dir}。")
    _tell(summary)
    if options.user is None:
        print("不记得密码的，请接着运行 tongdang recover，用恢复码给管理员设新密码。")
    print("请运行一次 tongdang check。")
    return cli.SOME_FAILED if summary.missing else cli.ALL_READ


def _tell(summary: Summary) -> None:
    made_at = f"{summary.made_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    print(f"{summary.office}　{made_at}　图像文件 {summary.files} 份　{summary.size >> 10} KB")
    print(f"操作记录末码（抄下来，以后可用 tongdang check --head 核对）：{summary.audit_seq}:{summary.audit_head}")
    if summary.missing:
        print(f"注意：做备份时资料库里已缺 {len(summary.missing)} 份图像文件，其余都在备份里。请运行 tongdang check。")
