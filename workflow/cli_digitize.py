"""``tongdang digitize``: a stack of files into the store, a draft workbook out, and a plain account of both."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from ocr.models import models_dir, offer_packs
from ocr.worker import ReaderPool
from records.views import SourceRow, SourceState, VerifySheet
from workflow import cli, intake
from workflow.access import Opened, create_office, store_exists
from workflow.cli_progress import PAGE_WORDS, Bar
from workflow.digitize import Digitized, digitize
from workflow.errors import WorkflowError
from workflow.office_forms import reading_forms


def run(options: argparse.Namespace) -> int:
    """Exit code: 0 everything read, 1 something not, 3 no store."""
    opened = _open_or_create(options)
    try:
        forms = reading_forms(opened.store, cli.forms_for(options))
        offer_packs(options.data_dir)
        with ReaderPool(models_dir(), forms) as pool, Bar() as bar:
            result = digitize(
                opened.store,
                opened.actor,
                pool,
                options.paths,
                options.out,
                clock=cli.clock,
                forms=forms,
                progress=bar.show,
            )
    except KeyboardInterrupt:
        cli.complain("已停止。读完的页都保存好了，再运行一次同样的命令会接着做。")
        return cli.SOME_FAILED
    finally:
        opened.store.close()
    for line in account(result):
        print(line)
    print(f"核对草稿：{options.out}")
    return cli.ALL_READ if result.everything_read else cli.SOME_FAILED


def _open_or_create(options: argparse.Namespace) -> Opened:
    if store_exists(options.data_dir):
        return cli.open_office(options)
    if not options.create:
        raise NoStore("这个文件夹里没有资料库，什么也没有做。第一次使用请加 --create 新建，或检查 --data-dir。")
    opened = create_office(
        options.data_dir,
        office_name=options.office,
        division=options.division,
        username=options.user,
        full_name=options.user,
        password=cli.password(options, new=True),
        now=cli.clock(),
        single_person=not options.second_person,
    )
    print(f"已新建资料库。恢复码（请抄下来锁好，只显示这一次）：{opened.recovery_code}")
    return opened


class NoStore(WorkflowError):
    """There is no store in the named folder."""


def account(result: Digitized) -> Iterable[str]:
    """The summary as lines: files, problems, what a person must look at. No child's data stands in it."""
    yield from _table(result)
    for refused in (r for r in result.results if isinstance(r, intake.Refused)):
        yield f"未收入　{refused.path.name}：{refused.sentence}"
    known = [r.path.name for r in result.results if isinstance(r, intake.Duplicate)]
    if known:
        named = "、".join(known[:3]) + (f" 等 {len(known)} 个文件" if len(known) > 3 else "")
        yield f"已经收过　{named}：内容和以前收的一样，没有重复收入。"
    for source in result.sources:
        yield from _problems(source)
    for sheet in result.sheets:
        yield from _to_look_at(sheet, result.sources)


def _table(result: Digitized) -> Iterable[str]:
    pages = [p for s in result.sources for p in s.pages]
    counts = {word: sum(p.state is state for p in pages) for state, word in PAGE_WORDS.items()}
    doubts = sum(not item.accepted for sheet in result.sheets for item in sheet.items)
    sure = sum(item.accepted for sheet in result.sheets for item in sheet.items)
    yield ""
    yield f"文件 {len(result.results)} 个，页 {len(pages)} 面，登记表 {len(result.sheets)} 份"
    yield "　".join(f"{word} {count}" for word, count in counts.items() if count)
    yield f"栏目：机器有把握 {sure}，待人核对 {doubts}"
    yield ""


def _problems(source: SourceRow) -> Iterable[str]:
    if source.state is SourceState.REFUSED:
        yield f"没有读成　{source.name}：{source.reason}"
    for page in source.pages:
        if page.reason:
            yield f"{PAGE_WORDS[page.state]}　{source.name} 第 {page.number} 页：{page.reason}"


def _to_look_at(sheet: VerifySheet, sources: tuple[SourceRow, ...]) -> Iterable[str]:
    where = {p.page_id: f"{s.name} 第 {p.number} 页" for s in sources for p in s.pages}
    doubtful = [item for item in sheet.items if not item.accepted and item.shown]
    if not doubtful and not sheet.notes:
        return
    files = "、".join(dict.fromkeys(where[p.page_id] for p in sheet.pages if p.page_id in where))
    yield f"待核对　{sheet.place.archive_number or '（未编号）'}　{files}"
    for note in sheet.notes:
        yield f"　　{note}"
    for item in doubtful:
        yield f"　　{item.label}：{'，'.join(item.reasons) or '请看一眼'}"
