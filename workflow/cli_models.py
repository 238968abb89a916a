"""``tongdang models``: which networks read here, and why a dropped-in pack doesn't."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_model_commands(commands: Commands) -> None:
    """Add ``models``; exit code 1 when a pack can't be used."""
    models = commands.add_parser("models", help="识别模型：现用哪一个，放进来的模型包能不能用")
    models.add_argument("--data-dir", type=Path, metavar="文件夹", help="资料库文件夹，里面的 models 放模型包")
    models.set_defaults(run=_show)


def _show(options: argparse.Namespace) -> int:
    from ocr.model_packs import load_recogniser, packs, problem
    from ocr.models import PACKS_VARIABLE, models_dir, offer_packs
    from ocr.page import model_version

    if options.data_dir is not None:
        offer_packs(options.data_dir)
    found = {pack: problem(pack) for pack in packs(models_dir())}
    print(f"正在使用：{model_version(load_recogniser(models_dir(), 1))}")
    for pack, sentence in found.items():
        print(sentence or f"模型包“{pack.folder.name}”可以使用：{pack.name}")
    if not found:
        print(f"没有另外的模型包。模型包放在资料库文件夹的 models 里，或由 {PACKS_VARIABLE} 指定文件夹。")
    return 1 if any(found.values()) else 0
