"""A better network in a folder is picked up and named; a broken one gets a sentence and the shipped one goes on."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from ocr.model_packs import load_recogniser, network_folders, packs, problem
from ocr.models import (
    DETECTION,
    MODELS_VARIABLE,
    PACKS_VARIABLE,
    RECOGNITION,
    ModelsMissing,
    model_folder,
    models_dir,
    offer_packs,
)
from ocr.page import model_version
from ocr.recogniser import Recogniser
from ocr.worker import ReaderPool
from tests.ocr.drawn import line
from workflow.cli_models import add_model_commands
from workflow.judge_model import shipped_judge

BETTER = "PP-OCRv9_large_rec"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder's place for packs, offered to the readers."""
    place = tmp_path / "资料库" / "models"
    place.mkdir(parents=True)
    # set and unset again: what the program sets for its children must not outlive the test
    monkeypatch.setenv(PACKS_VARIABLE, "")
    monkeypatch.delenv(PACKS_VARIABLE)
    offer_packs(place.parent)
    return place


def drop(folder: Path, name: str = BETTER, *, onnx: bytes | None = None) -> Path:
    """The shipped network under another name stands in for a better one."""
    shipped = model_folder(models_dir(), RECOGNITION)
    pack = folder / f"{name}_onnx"
    pack.mkdir()
    if onnx is None:
        (pack / "inference.onnx").symlink_to(shipped / "inference.onnx")
    else:
        (pack / "inference.onnx").write_bytes(onnx)
    described = (shipped / "inference.yml").read_text(encoding="utf-8").replace(RECOGNITION, name, 1)
    (pack / "inference.yml").write_text(described, encoding="utf-8")
    return pack


def test_without_packs_the_shipped_networks_read(folder: Path) -> None:
    assert packs(models_dir()) == ()
    assert load_recogniser(models_dir(), 1).model == RECOGNITION
    assert {kind: name for kind, (name, _) in network_folders(models_dir()).items()} == {
        "_det": DETECTION,
        "_rec": RECOGNITION,
    }


def test_a_pack_is_used_and_named_and_not_yet_believed(folder: Path) -> None:
    pack = drop(folder)
    recogniser = load_recogniser(models_dir(), 1)
    assert recogniser.model == BETTER
    assert recogniser.greedy(recogniser.probabilities(line("王小明"))).text == "王小明"
    assert model_version(recogniser).startswith(f"{BETTER} ")
    assert model_version(recogniser) != shipped_judge().model
    assert model_version(Recogniser(models_dir(), 1)) == shipped_judge().model
    assert network_folders(models_dir())["_rec"] == (BETTER, pack.resolve())


@pytest.mark.parametrize(
    "harm", ["no network", "broken network", "wrong alphabet", "no name", "no yaml", "a detector's"]
)
def test_a_broken_pack_gets_a_sentence_and_the_shipped_one_is_used(folder: Path, harm: str) -> None:
    pack = drop(folder, onnx=b"not a network" if harm == "broken network" else None)
    described = pack / "inference.yml"
    if harm == "no network":
        (pack / "inference.onnx").unlink()
    elif harm == "no name":
        described.write_text("Global: {}\n", encoding="utf-8")
    elif harm == "no yaml":
        described.write_text("{[", encoding="utf-8")
    elif harm == "a detector's":
        described.write_text("Global: {model_name: PP-OCRv9_large_det}\n", encoding="utf-8")
        (pack / "inference.onnx").unlink()
    elif harm == "wrong alphabet":
        (pack / "inference.onnx").unlink()
        (pack / "inference.onnx").symlink_to(model_folder(models_dir(), DETECTION) / "inference.onnx")
    (found,) = packs(models_dir())
    sentence = problem(found)
    assert sentence
    assert pack.name in sentence
    assert "没有启用" in sentence
    assert load_recogniser(models_dir(), 1).model == RECOGNITION
    assert network_folders(models_dir())["_det"][0] == DETECTION


def test_a_worker_reads_with_the_pack(folder: Path, root: Path) -> None:
    drop(folder)
    sample = root / "resources/samples/扫描0005.jpg"
    with ReaderPool(models_dir(), ()) as pool, pool.open(sample.read_bytes(), sample.name) as source:
        assert source.read(0).reading.model.startswith(f"{BETTER} ")


def test_a_folder_named_by_hand_may_hold_packs_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PACKS_VARIABLE, raising=False)
    pack = drop(tmp_path)
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    assert [p.folder for p in packs(models_dir())] == [pack.resolve()]
    assert load_recogniser(models_dir(), 1).model == BETTER
    assert model_folder(models_dir(), DETECTION).is_dir()
    with pytest.raises(ModelsMissing):
        model_folder(tmp_path / "elsewhere", DETECTION)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_model_commands(parser.add_subparsers())
    options = parser.parse_args(["models", *arguments])
    code: int = options.run(options)
    return code


def test_the_command_line_tells_which_network_reads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--data-dir", str(folder.parent)) == 0
    assert f"正在使用：{RECOGNITION} " in capsys.readouterr().out
    drop(folder)
    drop(folder, "PP-OCRv9_other_rec", onnx=b"")
    assert run("--data-dir", str(folder.parent)) == 1
    said = capsys.readouterr().out
    assert f"正在使用：{BETTER} " in said
    assert "没有启用：文件损坏" in said
