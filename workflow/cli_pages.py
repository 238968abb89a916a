"""``tongdang pages``: pages put in order, turned, read as a chosen form, typed in; and what was done taken back.

Pages and registrations are named by the last eight signs of their ids, as ``list`` shows them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TypeAlias

from ocr.models import models_dir, offer_packs
from ocr.worker import ReaderPool
from records.views import PageRow, PageState, SourceRow
from workflow import arranging, cli, intake, office_forms, recognise
from workflow.access import Opened
from workflow.arranging import Arranged
from workflow.cli_progress import PAGE_WORDS, Bar
from workflow.errors import BadValue, NotFound
from workflow.office_forms import reading_forms

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run: TypeAlias = Callable[[Opened, argparse.Namespace], int]
SHORT = 8  # signs of an id: UUIDv7 ends in chance
SIDES = {1: "正面", 2: "反面"}


def add_page_commands(commands: Commands) -> None:
    """``pages`` and what stands below it."""
    below = commands.add_parser(
        "pages", help="收件箱里的页：列出、归置、转正、选定表格、照图录入、撤销"
    ).add_subparsers(dest="pages", required=True, metavar="动作")
    _add(below, "list", "列出还没核对完的页，每页前面是它的短号", show).add_argument(
        "--all", action="store_true", help="连同核对完的"
    )
    put = _add(below, "put", "这些页归到一份登记表：是这种表的一面就当一面，不是就附在后面", put_)
    put.add_argument("--into", required=True, metavar="登记表短号", help="归到哪一份，短号见 pages list")
    apart = _add(below, "apart", "这些页单独成一份", apart_)
    aside = _add(below, "aside", "这些页不属于哪一份，搁置", aside_)
    aside.add_argument("--reason", default="", metavar="原因", help="为什么搁置")
    back = _add(below, "back", "搁置的放回来", back_)
    move = _add(below, "move", "附页往后（负数往前）换几张", move_)
    move.add_argument("--steps", type=int, required=True, metavar="张数", help="往后几张，负数往前")
    turn = _add(below, "turn", "认不出的页顺时针转，再读一次", turn_)
    turn.add_argument("--degrees", type=int, choices=(90, 180, 270), default=90, metavar="度数", help="90、180 或 270")
    read_as = _add(below, "read-as", "按选定的表格再读一次", read_as_)
    read_as.add_argument("--form", metavar="表格编号[@版本]", help="不写就照程序认出的")
    key = _add(below, "key", "读不出来的登记表，照着图像录入：说明是哪种表的哪一面", key_)
    key.add_argument("--form", required=True, metavar="表格编号[@版本]", help="哪种表")
    key.add_argument("--side", type=int, required=True, metavar="第几面", help="1 为正面")
    for parser in (turn, read_as):
        parser.add_argument("--later", action="store_true", help="现在不读，留给窗口或下一次 digitize")
    for parser in (put, apart, aside, back, turn, read_as):
        parser.add_argument("pages", nargs="+", metavar="页短号", help="见 pages list")
    for parser in (move, key):
        parser.add_argument("page", metavar="页短号", help="见 pages list")
    _add(below, "undo", "撤销上一次归置、搁置或照图录入，可以一次一次往回退", undo)


def _add(below: Commands, name: str, words: str, run: Run) -> argparse.ArgumentParser:
    parser = below.add_parser(name, help=words)
    cli.add_store_options(parser)
    parser.set_defaults(run=lambda options: cli.in_office(run, options))
    return parser


# -- which ------------------------------------------------------------------------------------------------------------


def short(row_id: str) -> str:
    """How an id is written and typed."""
    return row_id[-SHORT:]


def _sources(opened: Opened) -> tuple[SourceRow, ...]:
    return intake.inbox(opened.store, opened.actor, count_outside=False).sources


def _all_pages(opened: Opened) -> list[PageRow]:
    return [page for source in _sources(opened) for page in source.pages]


def _found(wanted: str, ids: Iterator[str], what: str) -> str:
    found = {row_id for row_id in ids if row_id.endswith(wanted.lower())} if len(wanted) >= 4 else set()
    if len(found) != 1:
        many = "不止一个" if found else "没有"
        raise NotFound(f"{many}短号是“{wanted}”的{what}，没有改动。请用 tongdang pages list 看短号。")
    return found.pop()


def _pages(opened: Opened, wanted: list[str]) -> list[str]:
    pages = _all_pages(opened)
    return [_found(each, (page.page_id for page in pages), "页") for each in wanted]


def _form(opened: Opened, wanted: str) -> tuple[str, str]:
    """Id and version; without a version the newest that is in use."""
    form_id, _, version = wanted.partition("@")
    rows = [row for row in office_forms.forms(opened.store, opened.actor) if row.form_id == form_id and not row.retired]
    row = next((row for row in rows if (row.version == version if version else row.newest)), None)
    row = row or (rows[0] if rows and not version else None)
    if row is None:
        raise NotFound(f"没有编号是“{wanted}”的表格，没有改动。请用 tongdang office-forms list 看编号。")
    return row.form_id, row.version


# -- looking ----------------------------------------------------------------------------------------------------------


def show(opened: Opened, options: argparse.Namespace) -> int:
    """One line per page. Exit code 1 while one has failed or has no form."""
    sources = intake.inbox(opened.store, opened.actor, open_only=not options.all, count_outside=False).sources
    for source in sources:
        print(f"{source.name}{f'　{source.reason}' if source.reason else ''}")
        for page in source.pages:
            print(f"　{short(page.page_id)}　{_line(page)}")
    pages = [page for source in sources for page in source.pages]
    print(f"共 {len(pages)} 页。")
    bad = any(page.state is PageState.FAILED or page.status == "unknown_form" for page in pages)
    return cli.SOME_FAILED if bad else cli.ALL_READ


def _line(page: PageRow) -> str:
    side = SIDES.get(page.form_page or 0, f"第 {page.form_page} 面") if page.form_page else ""
    where = "附页" if page.behind else f"{page.form_title}{side}"
    on = f"登记表 {short(page.registration_id)} {page.child_name}".rstrip() if page.registration_id else ""
    parts = (f"第 {page.number} 页", PAGE_WORDS[page.state], where, on, page.reason)
    return "　".join(part for part in parts if part)


# -- doing ------------------------------------------------------------------------------------------------------------


def _done(done: Arranged, words: str) -> int:
    on = f"，在登记表 {short(done.registration_id)} 上" if done.registration_id else ""
    print(f"{words}{on}。撤销用 tongdang pages undo。")
    return cli.ALL_READ


def put_(opened: Opened, options: argparse.Namespace) -> int:
    """Into a registration."""
    pages = _pages(opened, options.pages)
    on = (page.registration_id or "" for page in _all_pages(opened))
    registration = _found(options.into, on, "登记表")
    words = f"{len(pages)} 页归到了一份"
    return _done(arranging.put(opened.store, opened.actor, cli.clock(), pages, registration, remembered=words), words)


def apart_(opened: Opened, options: argparse.Namespace) -> int:
    """A registration of their own."""
    pages = _pages(opened, options.pages)
    words = f"{len(pages)} 页单独成一份"
    return _done(arranging.apart(opened.store, opened.actor, cli.clock(), pages, remembered=words), words)


def aside_(opened: Opened, options: argparse.Namespace) -> int:
    """Put aside."""
    pages = _pages(opened, options.pages)
    words = f"搁置了 {len(pages)} 页"
    done = arranging.aside(opened.store, opened.actor, cli.clock(), pages, options.reason, remembered=words)
    return _done(done, words)


def back_(opened: Opened, options: argparse.Namespace) -> int:
    """Bring back what was put aside."""
    pages = _pages(opened, options.pages)
    for page in pages:
        intake.bring_back(opened.store, opened.actor, cli.clock(), page)
    print(f"{len(pages)} 页放回来了。")
    return cli.ALL_READ


def move_(opened: Opened, options: argparse.Namespace) -> int:
    """A paper behind a form, further back or forward."""
    (page,) = _pages(opened, [options.page])
    arranging.move_behind(opened.store, opened.actor, cli.clock(), page, options.steps)
    print("附页的次序换了。")
    return cli.ALL_READ


def key_(opened: Opened, options: argparse.Namespace) -> int:
    """To be typed in from its picture, in the window."""
    (page,) = _pages(opened, [options.page])
    form = _form(opened, options.form)
    words = "这一页照图录入"
    done = arranging.key_in(opened.store, opened.actor, cli.clock(), page, form, options.side, remembered=words)
    _done(done, words)
    print("请在窗口的“待核对”里打开这一份，照着图像一栏一栏地录。")
    return cli.ALL_READ


def turn_(opened: Opened, options: argparse.Namespace) -> int:
    """Turned, and read again."""
    pages = _pages(opened, options.pages)
    arranging.turn(opened.store, opened.actor, cli.clock(), pages, options.degrees)
    return _read_again(opened, options, pages)


def read_as_(opened: Opened, options: argparse.Namespace) -> int:
    """Read again as a chosen form, or as the program finds it."""
    pages = _pages(opened, options.pages)
    form = _form(opened, options.form) if options.form else None
    arranging.read_as(opened.store, opened.actor, cli.clock(), pages, form)
    return _read_again(opened, options, pages)


def undo(opened: Opened, options: argparse.Namespace) -> int:
    """The last deed is taken back. A page that was to be typed in waits to be read again."""
    words, _ = arranging.undo_last(opened.store, opened.actor, cli.clock())
    print(f"撤销了：{words}。")
    waiting = sum(page.state is PageState.RECEIVED for page in _all_pages(opened))
    if waiting:
        print(f"有 {waiting} 页等着再读一次，打开窗口或下一次 digitize 时就读。")
    return cli.ALL_READ


def _read_again(opened: Opened, options: argparse.Namespace, pages: list[str]) -> int:
    """Exit code 1 where one of them still has no form."""
    if options.later:
        print(f"{len(pages)} 页等着再读一次。")
        return cli.ALL_READ
    forms = reading_forms(opened.store, cli.forms_for(options))
    offer_packs(options.data_dir)
    with ReaderPool(models_dir(), forms) as pool, Bar() as bar:
        recognise.run_queue(opened.store, opened.actor, pool, clock=cli.clock, progress=bar.show, forms=forms)
    read = [page for page in _all_pages(opened) if page.page_id in pages]
    for page in read:
        print(f"{short(page.page_id)}　{_line(page)}")
    if len(read) < len(pages):
        raise BadValue("有一页读完以后不在收件箱里了，请用 tongdang pages list --all 看。")
    return cli.ALL_READ if all(page.status == "read" for page in read) else cli.SOME_FAILED
