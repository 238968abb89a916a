"""``tongdang handover card|look|trust|partners|make|preview|import|propose|proposals|accept|decline``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from records.store import Store
from records.views import Actor
from records.views_handover import CardView, IncomingRegistration, ProposalKind
from workflow import cli, handover, handover_in, partners, proposals, sentences
from workflow.matching import place_name

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
KINDS = {
    "registration": "登记表",
    "child": "儿童",
    "source": "扫描文件",
    "proposal": "建议和答复",
    "report": "报送情况",
    "gone": "依法删除",
}
PROPOSED = {ProposalKind.REVIEWED: "复核通过", ProposalKind.SENT_BACK: "复核退回"}


def add_handover_commands(commands: Commands) -> None:
    """Add ``handover``."""
    actions = commands.add_parser("handover", help="交接包：乡镇交县，县回乡镇").add_subparsers(
        dest="handover", required=True, metavar="动作"
    )
    card = actions.add_parser("card", help="写本单位的名片，交给对方")
    cli.add_store_options(card)
    card.add_argument("--out", type=Path, required=True, metavar="文件.tdcard", help="名片写到这里")
    card.add_argument("--sensitive", action="store_true", help="接收特别敏感的内容（由能打开它的人来做）")
    card.set_defaults(run=card_)
    trust = actions.add_parser("trust", help="看对方的名片；电话核对指纹后接受")
    cli.add_store_options(trust)
    trust.add_argument("file", type=Path, metavar="名片", help="对方给的文件，扩展名为 .tdcard")
    trust.add_argument("--fingerprint", metavar="指纹", help="对方在电话里念的指纹；不写就只看名片")
    trust.set_defaults(run=trust_)
    listed = actions.add_parser("partners", help="列出接受过名片的单位")
    cli.add_store_options(listed)
    listed.set_defaults(run=partners_)
    make = actions.add_parser("make", help="做一份交接包")
    cli.add_store_options(make)
    make.add_argument("--to", required=True, metavar="单位", help="单位名称或区划代码")
    make.add_argument("--out", type=Path, required=True, metavar="文件.tdhandover", help="交接包写到这里")
    make.add_argument("--everything", action="store_true", help="全部内容，不只是上次以后的")
    make.add_argument("--sensitive", action="store_true", help="带上特别敏感的内容（两边指定的人都同意）")
    make.set_defaults(run=make_)
    for name, words, run in (
        ("preview", "看一份交接包会带来什么，不改动资料库", preview_),
        ("import", "接收一份交接包", import_),
    ):
        incoming = actions.add_parser(name, help=words)
        cli.add_store_options(incoming)
        incoming.add_argument("file", type=Path, metavar="交接包", help="扩展名为 .tdhandover")
        incoming.set_defaults(run=run)
    _add_proposals(actions)


def _add_proposals(actions: Commands) -> None:
    propose = actions.add_parser("propose", help="对别的单位的登记表提建议")
    cli.add_store_options(propose)
    propose.add_argument("registration", metavar="登记表", help="登记表编号")
    propose.add_argument("key", metavar="栏目", help="哪一栏（键名见 form show）")
    propose.add_argument("value", metavar="内容", help="建议改成什么")
    propose.add_argument("--why", required=True, metavar="理由", help="为什么这样建议")
    propose.set_defaults(run=propose_)
    listed = actions.add_parser("proposals", help="列出建议")
    cli.add_store_options(listed)
    listed.add_argument("--decided", action="store_true", help="也列处理过的")
    listed.set_defaults(run=proposals_)
    accept = actions.add_parser("accept", help="采纳一条建议")
    cli.add_store_options(accept)
    accept.add_argument("proposal", metavar="编号", help="见 handover proposals")
    accept.set_defaults(run=accept_)
    decline = actions.add_parser("decline", help="不采纳一条建议")
    cli.add_store_options(decline)
    decline.add_argument("proposal", metavar="编号", help="见 handover proposals")
    decline.add_argument("--why", required=True, metavar="理由", help="为什么不采纳")
    decline.set_defaults(run=decline_)


@contextmanager
def _office(options: argparse.Namespace) -> Iterator[tuple[Store, Actor]]:
    opened = cli.open_office(options)
    with opened.store:
        yield opened.store, opened.actor


def _tell_card(card: CardView) -> None:
    print(f"{card.office}　{place_name(card.division)}")
    print(f"指纹：{card.fingerprint}")
    print("接收特别敏感的内容。" if card.takes_sensitive else "不接收特别敏感的内容。")


def card_(options: argparse.Namespace) -> int:
    """The office's card, and the fingerprint to read out."""
    with _office(options) as (store, actor):
        card = partners.write_card(store, actor, cli.clock(), options.out, sensitive=options.sensitive)
    print(f"名片已写好：{options.out}")
    _tell_card(card)
    print("请把名片交给对方，再打电话把指纹念给对方核对。")
    return cli.ALL_READ


def trust_(options: argparse.Namespace) -> int:
    """Shown without a fingerprint, pinned with the right one."""
    with _office(options) as (store, actor):
        card = partners.look_at_card(store, actor, options.file)
        _tell_card(card)
        if options.fingerprint is None:
            print("还没有接受。请打电话给对方（用你们原来就有的号码），请对方念指纹，再带 --fingerprint 运行一次。")
            return cli.SOME_FAILED
        partners.trust(store, actor, cli.clock(), options.file, options.fingerprint)
    print("指纹一样，已接受这个单位的名片。")
    return cli.ALL_READ


def partners_(options: argparse.Namespace) -> int:
    """One line per office."""
    with _office(options) as (store, actor):
        rows = partners.partners(store, actor)
        for row in rows:
            print(f"{row.office}　{row.division}　交出第 {row.sent} 包　收到第 {row.received} 包　{row.fingerprint}")
    print(f"共 {len(rows)} 个单位。")
    return cli.ALL_READ


def make_(options: argparse.Namespace) -> int:
    """One package, read again."""
    with _office(options) as (store, actor):
        made = handover.make(
            store,
            actor,
            cli.clock(),
            options.to,
            options.out,
            everything=options.everything,
            sensitive=options.sensitive,
        )
    print(f"交接包已写好并核对过：{made.path}（第 {made.number} 包{'，全部内容' if made.everything else ''}）")
    _tell_counts(made.counts)
    if made.left_out:
        print(f"特别敏感的内容有 {made.left_out} 处留在本单位，没有交出。")
    print(f"操作记录末码：{made.audit_seq}:{made.audit_head}")
    return cli.ALL_READ


def _tell_counts(counts: dict[str, int]) -> None:
    told = [f"{words} {counts[kind]}" for kind, words in KINDS.items() if counts.get(kind)]
    print("　".join(told) if told else "没有新的内容。")


def preview_(options: argparse.Namespace) -> int:
    """New, changed and conflicting, field by field."""
    with _office(options) as (store, actor):
        seen = handover_in.preview(store, actor, options.file)
    print(f"{seen.office}　第 {seen.number} 包{'，全部内容' if seen.everything else ''}")
    if seen.already:
        print("这一包已经接收过，再接收不会有变化。")
        return cli.ALL_READ
    _tell_counts(seen.counts)
    for words, rows in (("新的", seen.new), ("有变化", seen.changed), ("和本单位的建议不一致", seen.conflicting)):
        for row in rows:
            _tell_row(words, row)
    for report in seen.reports:
        print(sentences.incoming_report(report))
    if seen.proposals or seen.decisions:
        print(f"要处理的建议 {seen.proposals} 条，对本单位建议的答复 {seen.decisions} 条。")
    print(f"对方操作记录末码：{seen.audit_seq}:{seen.audit_head}")
    return cli.ALL_READ


def _tell_row(words: str, row: IncomingRegistration) -> None:
    print(f"{words}：{row.archive_number}　{row.title}{sentences.comes_along(row)}")
    for field in row.fields:
        mark = "　※" if field.conflict else ""
        print(f"　　{field.label}：{field.before or '（空）'} → {field.after or '（空）'}{mark}")


def import_(options: argparse.Namespace) -> int:
    """All of it, or nothing."""
    with _office(options) as (store, actor):
        changes = handover_in.take_in(store, actor, cli.clock(), options.file)
    if changes:
        print(f"已接收：登记表 {len(changes.registrations)} 份，儿童 {len(changes.children)} 名。")
    else:
        print("没有变化：这一包已经接收过，或里面没有登记表。")
    return cli.ALL_READ


def propose_(options: argparse.Namespace) -> int:
    """One field of one registration."""
    with _office(options) as (store, actor):
        at = (options.registration, options.key)
        proposals.propose_typed(store, actor, cli.clock(), *at, options.value, options.why)
    print("建议已记下，会放进给对方的下一个交接包。")
    return cli.ALL_READ


def proposals_(options: argparse.Namespace) -> int:
    """One line each."""
    with _office(options) as (store, actor):
        for row in proposals.proposals(store, actor, decided=options.decided):
            what = PROPOSED.get(row.kind) or f"{row.label}：{row.before or '（空）'} → {row.after or '（空）'}"
            whose = "本单位提出" if row.own else f"{row.made_by}提出"
            moved = "　（提出以后又改过）" if row.moved else ""
            print(f"{row.proposal_id[-8:]}　{row.title}　{what}　{whose}：{row.why}{moved}")
    return cli.ALL_READ


def accept_(options: argparse.Namespace) -> int:
    """Done as proposed."""
    with _office(options) as (store, actor):
        row = proposals.by_prefix(proposals.proposals(store, actor), options.proposal)
        proposals.accept(store, actor, cli.clock(), row.proposal_id)
    print("已采纳。答复会放进给对方的下一个交接包。")
    return cli.ALL_READ


def decline_(options: argparse.Namespace) -> int:
    """Left as it is."""
    with _office(options) as (store, actor):
        row = proposals.by_prefix(proposals.proposals(store, actor), options.proposal)
        proposals.decline(store, actor, cli.clock(), row.proposal_id, options.why)
    print("没有采纳，资料没有改动。答复会放进给对方的下一个交接包。")
    return cli.ALL_READ
