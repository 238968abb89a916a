"""``tongdang batch new|write|list`` and ``tongdang check``."""

from __future__ import annotations

import argparse

from records.views import BatchState
from workflow import cli, entry_sheets, report, sentences
from workflow.access import Opened
from workflow.audit_export import audit_head, parse_head
from workflow.check import check, clear_scans
from workflow.errors import NotFound
from workflow.repair import repair

STATE_WORDS = {BatchState.OPEN: "未冻结", BatchState.FROZEN: "已冻结", BatchState.WRITTEN: "已写出"}


def new(options: argparse.Namespace) -> int:
    """All verified registrations that stand in no batch yet, frozen."""
    opened = cli.open_office(options)
    try:
        waiting = report.candidates(opened.store, opened.actor)
        if not waiting:
            cli.complain("没有可以报送的登记表：要先核对完，并且还不在别的批次里。")
            return cli.SOME_FAILED
        ids = [row.registration_id for row in waiting]
        _, batch_id = report.new_batch(opened.store, opened.actor, cli.clock(), options.name, ids)
        report.freeze(opened.store, opened.actor, cli.clock(), batch_id)
        print(f"批次 {report.batch(opened.store, opened.actor, batch_id).summary.number}：{len(ids)} 名儿童，已冻结。")
        return cli.ALL_READ
    finally:
        opened.store.close()


def write(options: argparse.Namespace) -> int:
    """The workbook of a frozen batch, and the entry sheets where asked for."""
    opened = cli.open_office(options)
    try:
        batch_id = _batch_id(opened, options.number)
        receipt = report.write(opened.store, opened.actor, cli.clock(), batch_id, options.out)
        print(f"已写出 {receipt.rows} 行：{options.out}\nSHA-256 {receipt.sha256}\n操作记录末码 {receipt.audit_head}")
        if options.entry_sheets:
            entry_sheets.write(opened.store, opened.actor, cli.clock(), batch_id, options.entry_sheets)
            print(f"录入对照单：{options.entry_sheets}")
        return cli.ALL_READ
    finally:
        opened.store.close()


def _batch_id(opened: Opened, number: str) -> str:
    for summary in report.batches(opened.store, opened.actor):
        if summary.number == number:
            return summary.batch_id
    raise NotFound(f"没有批次 {number}。用 tongdang batch list 看有哪些批次。")


def show(options: argparse.Namespace) -> int:
    """One line per batch, then those of other offices."""
    opened = cli.open_office(options)
    try:
        batches = report.batches(opened.store, opened.actor)
        for b in batches:
            words = f"接收 {b.accepted}　退回 {b.returned}　等结果 {b.sent}"
            print(f"{b.number}　{b.name}　{STATE_WORDS[b.state]}　{b.rows} 名　{words}")
        for told in report.elsewhere(opened.store, opened.actor):
            print(sentences.reported_elsewhere(told))
        print(f"共 {len(batches)} 个批次。")
        return cli.ALL_READ
    finally:
        opened.store.close()


def check_store(options: argparse.Namespace) -> int:
    """Exit code 0 when nothing is wrong, 1 when something was found."""
    opened = cli.open_office(options)
    try:
        if options.repair:
            repair(opened.store, opened.actor, cli.clock())
        faults = check(opened.store, opened.actor, tuple(map(parse_head, options.head)))
        lying = clear_scans(opened.store, opened.actor)
        head = audit_head(opened.store, opened.actor)
    finally:
        opened.store.close()
    for fault in faults:
        print(f"{fault.sentence}　{'、'.join(fault.ids)}")
    if lying is not None:
        print(f"提醒：{lying.sentence}")
    print(f"操作记录末码：{head}")
    print("检查完毕，没有发现问题。" if not faults else f"检查完毕，发现 {len(faults)} 处问题。")
    return cli.SOME_FAILED if faults else cli.ALL_READ
