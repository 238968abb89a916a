"""``tongdang rules list`` and ``tongdang rules check``."""

from __future__ import annotations

import argparse
from pathlib import Path

from forms.findings import ERROR
from forms.rule_book import rule_book
from workflow import cli, rules


def add_rule_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``rules`` and what stands below it."""
    below = commands.add_parser("rules", help="检查规则").add_subparsers(dest="rules", required=True, metavar="动作")
    listed = below.add_parser("list", help="列出全部规则、级别和依据；不需要资料库")
    listed.add_argument("--markdown", action="store_true", help="写成手册里的表")
    listed.set_defaults(run=show)
    check = below.add_parser("check", help="把全部规则在台账上过一遍，数出每条规则涉及几名儿童")
    check.add_argument("--data-dir", type=Path, required=True, metavar="文件夹", help="资料库所在的文件夹")
    check.add_argument("--user", metavar="用户名", default="admin", help="以谁的名义（默认 admin）")
    check.set_defaults(run=run)


def show(options: argparse.Namespace) -> int:
    """All rules, one a line."""
    if options.markdown:
        print(rules.table(), end="")
        return cli.ALL_READ
    for rule in rule_book().values():
        print(f"{rules.GRADE_NAMES[rule.grade]}　{rule.name}　{rule.checks}　{rule.clause or rules.LOGIC}")
    return cli.ALL_READ


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where a rule of the grade 错误 speaks."""
    opened = cli.open_office(options)
    try:
        counted = rules.run_rules(opened.store, opened.actor)
    finally:
        opened.store.close()
    for count in counted:
        print(f"{rules.GRADE_NAMES[count.grade]}　{len(count.registration_ids)} 名　{count.checks}")
    print("检查完毕。" if counted else "检查完毕，没有一条规则有话要说。")
    return cli.SOME_FAILED if any(count.grade == ERROR for count in counted) else cli.ALL_READ
