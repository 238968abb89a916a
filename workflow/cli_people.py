"""``tongdang user …``, ``tongdang recover`` and ``tongdang key …``: people and keys."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from records.views import UserRow
from workflow import audit_export, cli, people, permission_table
from workflow.access import Opened, recover_office
from workflow.cli_parser import day
from workflow.errors import NotFound, WorkflowError
from workflow.permissions import ROLE_NAMES

ROLES = {name: role for role, name in ROLE_NAMES.items()}

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_people_commands(commands: Commands) -> None:
    """Add ``user``, ``recover`` and ``key``."""
    user = commands.add_parser("user", help="人员").add_subparsers(dest="user_command", required=True, metavar="动作")
    _command(user, "list", "列出人员", show)
    add = _command(user, "add", "添加人员，设初始密码", add_user)
    add.add_argument("username", metavar="用户名", help="登录用的名字")
    add.add_argument("--name", required=True, metavar="姓名", help="本人姓名，写在操作记录里")
    _who(add, "默认本单位")
    add.add_argument("--until", type=day, metavar="年-月-日", help="用到哪一天（外部协助人员必填）")
    role = _command(user, "role", "改角色、所管区划、截止日期", change)
    role.add_argument("username", metavar="用户名", help="登录用的名字")
    _who(role, "默认不变")
    last_day = role.add_mutually_exclusive_group()
    last_day.add_argument("--until", type=day, metavar="年-月-日", help="用到哪一天（默认不变）")
    last_day.add_argument("--no-end", action="store_true", help="不再有截止日期")
    for name, told, run in (("disable", "停用", disable), ("reset", "重设密码（停用的人由此恢复）", reset)):
        _command(user, name, told, run).add_argument("username", metavar="用户名", help="登录用的名字")
    named = _command(user, "sensitive", "指定或取消谁能打开特别敏感的内容", sensitive)
    named.add_argument("username", metavar="用户名", help="登录用的名字")
    named.add_argument("named", choices=("on", "off"), metavar="on|off", help="on 指定，off 取消")
    _command(user, "password", "改自己的密码", own_password)
    user.add_parser("rights", help="权限表，写成手册里的样子；不需要资料库").set_defaults(run=show_rights)

    recover_ = commands.add_parser("recover", help="忘记密码：用恢复码给管理员设新密码")
    recover_.add_argument("--data-dir", type=Path, required=True, metavar="文件夹", help="资料库所在的文件夹")
    recover_.add_argument("--user", metavar="用户名", default="admin", help="管理员的用户名（默认 admin）")
    recover_.set_defaults(run=recover)

    key = commands.add_parser("key", help="密钥").add_subparsers(dest="key_command", required=True, metavar="动作")
    _command(key, "recovery-code", "换一个恢复码，旧的作废", new_code)
    _command(key, "rotate", "更换密钥：有人离开以后做，各人密码不变", rotate)


def add_audit_commands(commands: Commands) -> None:
    """Add ``audit``."""
    actions = commands.add_parser("audit", help="操作记录").add_subparsers(dest="audit", required=True, metavar="动作")
    export = _command(actions, "export", "写出操作记录，供年度审计", export_audit)
    export.add_argument("--out", type=Path, required=True, metavar="文件.xlsx|.csv", help="写到这里")
    export.add_argument("--since", type=day, metavar="年-月-日", help="从哪一天起（默认最早）")
    export.add_argument("--until", type=day, metavar="年-月-日", help="到哪一天止（默认今天）")


def export_audit(options: argparse.Namespace) -> int:
    """The entries of a period as a workbook or CSV."""
    with _office(options) as opened:
        audit_export.export_audit(
            opened.store, opened.actor, cli.clock(), options.out, since=options.since, until=options.until
        )
    print(f"操作记录已写出：{options.out}")
    return cli.ALL_READ


def _command(
    commands: Commands, name: str, told: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=told)
    cli.add_store_options(parser)
    parser.set_defaults(run=run)
    return parser


def _who(parser: argparse.ArgumentParser, division: str) -> None:
    parser.add_argument("--role", required=True, choices=list(ROLES), metavar="角色", help="、".join(ROLES))
    parser.add_argument("--division", metavar="区划代码", help=f"所管的区划（{division}）")


@contextmanager
def _office(options: argparse.Namespace) -> Iterator[Opened]:
    opened = cli.open_office(options)
    try:
        yield opened
    finally:
        opened.store.close()


def _user(opened: Opened, username: str) -> UserRow:
    for row in people.users(opened.store, opened.actor):
        if row.username == username:
            return row
    raise NotFound(f"没有用户 {username}，没有改动。用 tongdang user list 看有哪些人。")


def show(options: argparse.Namespace) -> int:
    """One line per user."""
    with _office(options) as opened:
        for row in people.users(opened.store, opened.actor):
            until = f"　到 {row.valid_until}" if row.valid_until else ""
            state = "　已停用" if row.disabled else ("" if row.has_password else "　没有密码，请重设")
            named = "　能打开特别敏感内容" if row.sensitive else ""
            print(f"{row.username}　{row.full_name}　{ROLE_NAMES[row.role]}　{row.division_name}{until}{state}{named}")
    return cli.ALL_READ


def show_rights(_options: argparse.Namespace) -> int:
    """Who may do what."""
    print(permission_table.table(), end="")
    return cli.ALL_READ


def add_user(options: argparse.Namespace) -> int:
    """A new user with a first password."""
    with _office(options) as opened:
        people.add_user(
            opened.store,
            opened.actor,
            cli.clock(),
            username=options.username,
            full_name=options.name,
            role=ROLES[options.role],
            division=options.division or opened.actor.division,
            valid_until=options.until,
            password=cli.new_password(options),
        )
    print(f"已添加 {options.username}。请本人登录后自己改一次密码（tongdang user password）。")
    return cli.ALL_READ


def change(options: argparse.Namespace) -> int:
    """Another role, division, last day; what isn't named stays as it is."""
    with _office(options) as opened:
        row = _user(opened, options.username)
        people.change_user(
            opened.store,
            opened.actor,
            cli.clock(),
            row.user_id,
            role=ROLES[options.role],
            division=options.division or row.division,
            valid_until=None if options.no_end else options.until or row.valid_until,
        )
    print(f"已改为{options.role}，从他下次登录起生效。")
    return cli.ALL_READ


def disable(options: argparse.Namespace) -> int:
    """The user can't come in any more."""
    with _office(options) as opened:
        people.disable_user(opened.store, opened.actor, cli.clock(), _user(opened, options.username).user_id)
    print("已停用，他的密码打不开资料库了。他如果拷走过资料库，请再运行 tongdang key rotate 更换密钥。")
    return cli.ALL_READ


def reset(options: argparse.Namespace) -> int:
    """A new password by an administrator."""
    with _office(options) as opened:
        row = _user(opened, options.username)
        secret = cli.new_password(options)
        people.reset_password(opened.store, opened.actor, cli.clock(), row.user_id, secret)
    print("已重设密码。请本人登录后自己再改一次。")
    return cli.ALL_READ


def sensitive(options: argparse.Namespace) -> int:
    """Who may open what is extra-sensitive."""
    named = options.named == "on"
    with _office(options) as opened:
        user_id = _user(opened, options.username).user_id
        people.name_for_sensitive(opened.store, opened.actor, cli.clock(), user_id, named)
    print("从他下次登录起，" + ("能打开特别敏感的内容。" if named else "打不开特别敏感的内容了。"))
    return cli.ALL_READ


def own_password(options: argparse.Namespace) -> int:
    """The user's own."""
    old = cli.password(options)
    options.given_password = old
    with _office(options) as opened:
        people.change_password(opened.store, opened.actor, cli.clock(), old, cli.new_password(options))
    print("密码已改。")
    return cli.ALL_READ


def recover(options: argparse.Namespace) -> int:
    """The recovery code instead of a password; a new one comes out."""
    opened = recover_office(
        options.data_dir,
        code=recovery_code(options),
        username=options.user,
        new_password=cli.new_password(options),
        now=cli.clock(),
    )
    opened.store.close()
    print(f"已给 {options.user} 设了新密码。原来的恢复码作废，新的恢复码（请抄下来锁好，只显示这一次）：")
    print(opened.recovery_code)
    return cli.ALL_READ


def recovery_code(options: argparse.Namespace) -> str:
    """What was printed, from ``TONGDANG_PASSWORD`` or typed."""
    if options.given_password is not None:
        return str(options.given_password)
    try:
        return getpass.getpass("恢复码：")
    except EOFError:
        raise WorkflowError("没有地方可以输入恢复码，什么也没有做。请在终端里运行。") from None


def new_code(options: argparse.Namespace) -> int:
    """Another recovery code."""
    with _office(options) as opened:
        code = people.new_recovery_code(opened.store, opened.actor, cli.clock())
    print(f"新的恢复码（请抄下来锁好，只显示这一次；旧的作废）：\n{code}")
    return cli.ALL_READ


def rotate(options: argparse.Namespace) -> int:
    """New keys; everybody's password stays."""
    with _office(options) as opened:
        people.rotate_keys(opened.store, opened.actor, cli.clock())
    print("密钥已更换，各人的密码和恢复码不变。以前的备份仍要用旧密钥打开，不要的请销毁；现在请做一份新备份。")
    return cli.ALL_READ
