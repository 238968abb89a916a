"""``tongdang review list|pass|back|agreement``: the second pair of eyes, for offices that work in lists."""

from __future__ import annotations

import argparse
from functools import partial

from workflow import cli, review, second_entry
from workflow.access import Opened
from workflow.errors import BadValue


def add_review_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``review`` and what stands below it."""
    below = commands.add_parser("review", help="复核").add_subparsers(dest="review", required=True, metavar="动作")
    listed = below.add_parser("list", help="列出待复核的登记表")
    passed = below.add_parser("pass", help="通过复核")
    passed.add_argument("registration", nargs="+", metavar="登记表编号", help="见 review list")
    back = below.add_parser("back", help="退回核对，写明原因")
    back.add_argument("registration", metavar="登记表编号", help="见 review list")
    back.add_argument("--field", action="append", default=[], metavar="栏目=原因", help="哪一栏、为什么，可以写多次")
    back.add_argument("--why", default="", metavar="说明", help="总的说明")
    figures = below.add_parser("agreement", help="双录一致率：每一栏比了几次、几次相同、kappa")
    for parser, run in ((listed, show), (passed, let_pass), (back, send_back), (figures, agreement)):
        cli.add_store_options(parser)
        parser.set_defaults(run=partial(cli.in_office, run))


def show(opened: Opened, options: argparse.Namespace) -> int:
    """One line per registration."""
    rows = review.to_review(opened.store, opened.actor)
    for row in rows:
        notes = ["本人核对，要由别人复核"] if row.own else []
        notes += [f"双录还差 {row.entries_missing} 栏"] if row.entries_missing else []
        words = "　".join((row.registration_id, row.name, row.division, f"{row.verified_by} {row.verified_on}", *notes))
        print(words)
    print(f"共 {len(rows)} 份待复核。")
    return cli.ALL_READ


def let_pass(opened: Opened, options: argparse.Namespace) -> int:
    """Each by itself: what can't be passed stops there, those before it are passed."""
    for registration_id in options.registration:
        review.review(opened.store, opened.actor, cli.clock(), registration_id)
    print(f"已通过复核 {len(options.registration)} 份。")
    return cli.ALL_READ


def send_back(opened: Opened, options: argparse.Namespace) -> int:
    """Fields as ``key=reason``."""
    reasons = dict(text.split("=", 1) for text in options.field if "=" in text)
    if len(reasons) != len(options.field):
        raise BadValue("--field 要写成“栏目=原因”，没有退回。")
    review.send_back(opened.store, opened.actor, cli.clock(), options.registration, reasons, options.why)
    print("已退回核对。")
    return cli.ALL_READ


def agreement(opened: Opened, options: argparse.Namespace) -> int:
    """One line per field."""
    rows = second_entry.agreement_figures(opened.store, opened.actor)
    for row in rows:
        kappa = "" if row.kappa is None else f"　kappa {row.kappa:.2f}"
        print(f"{row.label}　比较 {row.compared} 次　相同 {row.agreed} 次（{row.agreed / row.compared:.1%}）{kappa}")
    if not rows:
        print("还没有双录过。")
    return cli.ALL_READ
