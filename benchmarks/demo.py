"""``./dev demo``: the main job from nothing, on the sample folder or on families made up on the spot.

A stack of files is taken in and read into an encrypted store; every field is compared with the truth; a clerk is
played through ``workflow.verify``; the batch is frozen, written, opened with another library and compared again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from benchmarks import clerk, truth
from forms.catalog import RESOURCES, shipped_forms
from ocr.models import models_dir
from ocr.worker import ReaderPool
from records.store import Store
from records.views import Actor, SourceState
from workflow import cli_digitize, intake, recognise, report, verify
from workflow.access import create_office
from workflow.cli_progress import Bar
from workflow.digitize import Digitized, account_for
from workflow.report_table import code_of, columns_for, text_of

OUT = Path("demo")
OFFICE, DIVISION, USER, PASSWORD = "黄松甸镇人民政府", "220281104", "admin", "tongdang-demo"
KIND_WORDS = {
    "name": "姓名", "id_number": "身份证号", "date": "日期", "month": "年月", "phone": "电话", "division": "区划",
    "address": "地址", "choice": "勾选", "code": "代码表", "number": "数字", "text": "文字", "signature": "签名",
}  # fmt: skip


def main() -> int:
    """Exit code 0 when every printed field and every cell of the workbook is right, else 1."""
    options = _options()
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tongdang-demo-") as temporary:
        folder = _stack(options, Path(temporary))
        data_dir = Path(temporary) / "资料库"
        opened = create_office(
            data_dir,
            office_name=OFFICE,
            division=DIVISION,
            username=USER,
            full_name="演示",
            password=PASSWORD,
            now=_now(),
        )
        try:
            good = _main_job(opened.store, opened.actor, folder)
        finally:
            opened.store.close()
        if options.window and _has_display():
            print(f"\n窗口打开的就是这个资料库，用户名 {USER}，密码 {PASSWORD}；关上窗口，演示就结束。")
            subprocess.run([sys.executable, "-m", "desktop", "--data-dir", str(data_dir)], check=False)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("--seed", type=int, help="make up new families from this number instead of the sample folder")
    parser.add_argument("--families", type=int, default=6, help="how many families, with --seed (6)")
    parser.add_argument("--no-window", dest="window", action="store_false", help="do not open the window at the end")
    return parser.parse_args()


def _stack(options: argparse.Namespace, temporary: Path) -> Path:
    if options.seed is None:
        return RESOURCES / "samples"
    from benchmarks.synth import folder as synth

    made = temporary / "扫描"
    form = next(f for f in shipped_forms() if f.id == "jl-migrant-child")
    styles = synth.styles_available()
    if styles == ("printed",):
        print("没有 npm 或取不到笔画数据：这一次只做打印体，不做手写体。")
    synth.make_folder(made, seed=options.seed, families=options.families, styles=styles, form=form)
    return made


def _main_job(store: Store, actor: Actor, folder: Path) -> bool:
    pages = truth.load(folder)
    print(f"== 收件与识别：{folder}")
    results = intake.take_in_folder(store, actor, _now(), [folder])
    with ReaderPool(models_dir(), shipped_forms()) as pool, Bar() as bar:
        recognise.run_queue(store, actor, pool, clock=_now, progress=bar.show)
        if _supply_passwords(store, actor, folder):
            recognise.run_queue(store, actor, pool, clock=_now, progress=bar.show)
    result = account_for(store, actor, results, OUT / "核对草稿.xlsx", clock=_now)
    for line in cli_digitize.account(result):
        print(line)
    printed_right = _compare(result, pages)
    print("\n== 核对：由答案扮演的经办人，只动程序让她看的栏目")
    tally = clerk.play(store, actor, _now, pages)
    _print_tally(tally)
    print("\n== 报送批次")
    wrong = _batch(store, actor, pages)
    print(f"产物：{OUT / '核对草稿.xlsx'}　{OUT / '报送批次.xlsx'}")
    return printed_right and not wrong


def _supply_passwords(store: Store, actor: Actor, folder: Path) -> int:
    """What a clerk does with a PDF that asks for a password: she asks the sender and types it. Returns how many."""
    passwords = truth.passwords(folder)
    refused = [s for s in intake.inbox(store, actor).sources if s.state is SourceState.REFUSED and s.name in passwords]
    for source in refused:
        print(f"补上密码　{source.name}")
        intake.supply_password(store, actor, _now(), source.source_id, passwords[source.name])
    return len(refused)


def _compare(result: Digitized, pages: Mapping[tuple[str, int], truth.TruePage]) -> bool:
    """Print right / wrong / vouched-for by kind and style. True when no printed field was read wrong."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for sheet in result.sheets:
        true = truth.of_sheet(sheet, result.sources, pages)
        if true is None:
            continue
        for item in sheet.items:
            right = truth.same(item.value, true.values.get(item.key))
            row = counts[true.style, item.kind.value]
            row[0] += 1
            row[1] += int(right)
            row[2] += int(item.accepted)
            row[3] += int(item.accepted and not right)
    print("== 与答案比较（每个栏目的首选读数；有把握却错是唯一不可原谅的错误）")
    print_table(
        ("书写", "栏目", "总数", "读对", "读错", "有把握", "有把握却错"),
        [
            (style, KIND_WORDS[kind], str(n), str(right), str(n - right), str(sure), str(bad))
            for (style, kind), (n, right, sure, bad) in sorted(counts.items())
        ],
    )
    for style in sorted({style for style, _ in counts}):
        total = [sum(c[i] for (s, _), c in counts.items() if s == style) for i in range(4)]
        share = total[1] / total[0]
        print(f"{style}：{total[1]}/{total[0]} 读对（{share:.2%}），有把握 {total[2]}，其中错 {total[3]}")
    return all(row[0] == row[1] for (style, _), row in counts.items() if style in ("printed", "typed"))


def _print_tally(tally: clerk.Tally) -> None:
    n = max(1, tally.registrations)
    print_table(
        ("", "看的栏目", "按键", "每份按键"),
        [
            ("新资料库（逐项过目）", str(tally.looks), str(tally.keys), f"{tally.keys / n:.0f}"),
            ("已取得信任的资料库", str(tally.looks_trusted), str(tally.keys_trusted), f"{tally.keys_trusted / n:.0f}"),
            ("全部手工录入", str(tally.fields), str(tally.keys_typing), f"{tally.keys_typing / n:.0f}"),
        ],
    )
    acts = "，".join(
        f"{word} {tally.acts[act]}" for act, word in (("confirm", "认可"), ("pick", "选"), ("type", "打字"))
    )
    print(f"登记表 {tally.registrations} 份：{acts}。有把握却错 {len(tally.unseen_wrong)} 项。")
    for named in tally.unseen_wrong:
        print("  " + named)


def _batch(store: Store, actor: Actor, pages: Mapping[tuple[str, int], truth.TruePage]) -> int:
    """Freeze and write everything verified; returns how many cells of the workbook differ from the truth."""
    ids = [row.registration_id for row in report.candidates(store, actor)]
    _, batch_id = report.new_batch(store, actor, _now(), "演示批次", ids)
    report.freeze(store, actor, _now(), batch_id)
    receipt = report.write(store, actor, _now(), batch_id, OUT / "报送批次.xlsx")
    wrong = list(_wrong_cells(store, actor, batch_id, pages))
    print(f"已冻结并写出 {receipt.rows} 行；用另一种程序库读回来和答案逐格比较：错 {len(wrong)} 格。")
    for cell in wrong:
        print("  " + cell)
    return len(wrong)


def _wrong_cells(
    store: Store, actor: Actor, batch_id: str, pages: Mapping[tuple[str, int], truth.TruePage]
) -> Iterable[str]:
    """Every cell of the written workbook, read back by openpyxl, that is not what stands on the paper."""
    book = openpyxl.load_workbook(OUT / "报送批次.xlsx")
    rows = [["" if v is None else str(v) for v in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    at = next(i for i, row in enumerate(rows) if "档号" in row)
    header = rows[at]
    by_number = {row[header.index("档号")]: dict(zip(header, row, strict=True)) for row in rows[at + 1 :]}
    sources = intake.inbox(store, actor).sources
    form = next(f for f in shipped_forms() if f.id == "jl-migrant-child")
    titles = {column.key: column.title for column in columns_for([form])}
    for row in report.batch(store, actor, batch_id).rows:
        true = truth.of_sheet(verify.sheet(store, actor, row.registration_id), sources, pages)
        if true is None:
            continue
        written = by_number[row.archive_number]
        for field in form.fields:
            if field.key not in titles:
                continue
            value = true.values.get(field.key)
            nothing = truth.same(value, None)
            expected = {field.key: "" if nothing else text_of(field, value)}
            if f"{field.key}.code" in titles:
                expected[f"{field.key}.code"] = "" if nothing else code_of(value)
            for key, text in expected.items():
                if written[titles[key]] != text:
                    yield f"{row.archive_number} {titles[key]}：应为「{text}」，写成「{written[titles[key]]}」"


def print_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A plain table whose columns line up with Chinese text."""
    widths = [max(_width(r[i]) for r in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _now() -> datetime:
    return datetime.now(UTC)


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    raise SystemExit(main())
