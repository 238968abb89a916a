"""Before the first window: input methods, the display, Chinese buttons, arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from desktop.arguments import WindowArguments, window_arguments
from desktop.log import report
from desktop.start import NoDisplay, begin_in_documents, prepare_environment


@pytest.mark.parametrize("given", [{"QT_IM_MODULE": "fcitx"}, {"QT_IM_MODULE": "fcitx5"}, {"XMODIFIERS": "@im=fcitx"}])
def test_fcitx_is_reached_through_the_ibus_portal(given: dict[str, str]) -> None:
    environment = {**given, "DISPLAY": ":0"}
    prepare_environment(environment)
    assert environment["QT_IM_MODULE"] == "ibus"
    assert environment["IBUS_USE_PORTAL"] == "1"


def test_other_input_methods_are_left_alone() -> None:
    environment = {"QT_IM_MODULE": "ibus", "DISPLAY": ":0"}
    prepare_environment(environment)
    assert environment == {"QT_IM_MODULE": "ibus", "DISPLAY": ":0"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only X11 and Wayland can be missing")
def test_without_a_display_there_is_a_sentence() -> None:
    with pytest.raises(NoDisplay, match="命令行"):
        prepare_environment({})


def test_qt_speaks_chinese(qtbot: QtBot) -> None:
    kinds = QDialogButtonBox.StandardButton
    box = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Yes | kinds.Save)
    qtbot.addWidget(box)
    words = {box.button(kind).text().split("(")[0] for kind in (kinds.Ok, kinds.Cancel, kinds.Yes, kinds.Save)}
    assert words == {"确定", "取消", "是", "保存"}
    assert QCoreApplication.translate("QAbstractFileIconProvider", "Folder") == "文件夹"


def test_the_face_has_the_characters_of_the_office(qapp: QApplication) -> None:
    face = QRawFont.fromFont(QFont(qapp.font()))
    assert [c for c in "童档收件箱待核对岁崴喆𠮷"[:-1] if not face.supportsCharacter(ord(c))] == []


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ([], WindowArguments()),
        (["--data-dir", "数据"], WindowArguments(Path("数据"))),
        (["--data-dir=数据"], WindowArguments(Path("数据"))),
        (["--temp-data"], WindowArguments(None, temporary=True)),
        (["--forms-dir", "表"], WindowArguments(None, forms_dir=Path("表"))),
        (["digitize", "x.jpg"], None),
        (["--help"], None),
        (["--data-dir"], None),
        (["--temp-data", "--data-dir", "x"], None),
    ],
)
def test_only_window_arguments_open_the_window(argv: list[str], wanted: WindowArguments | None) -> None:
    assert window_arguments(argv) == wanted


def test_file_dialogs_begin_in_the_users_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the folder that the program lies in, where nobody keeps scans and often nobody may write."""
    monkeypatch.chdir(tmp_path)
    given = WindowArguments(Path("数据"), forms_dir=Path("表")).absolute()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(tmp_path / "文档"))
    (tmp_path / "文档").mkdir()
    begin_in_documents()
    assert Path.cwd() == tmp_path / "文档"
    assert given == WindowArguments(tmp_path / "数据", forms_dir=tmp_path / "表")
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: "")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "没有")
    begin_in_documents()  # a home that is gone stops nobody


def test_sub_commands_run_without_qt(root: Path) -> None:
    """A server without Qt's libraries must be able to digitise."""
    probe = (
        "import sys, desktop.__main__ as m\n"
        "try: m.main(['form', 'list'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not [n for n in sys.modules if n.startswith('PySide6')]\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "jl-migrant-child" in run.stdout


def test_importing_the_entry_imports_nothing_of_ours(root: Path) -> None:
    """A spawned worker may import the entry module again."""
    probe = (
        "import sys, desktop.__main__\n"
        "print(sorted(n for n in sys.modules if n.split('.')[0] in "
        "{'PySide6', 'workflow', 'records', 'forms', 'ocr', 'exporters'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_the_first_window_waits_for_nothing_that_can_come_later(root: Path) -> None:
    """Start-up time: what is heavy and not drawn is loaded behind (``desktop.ahead``), or when somebody asks for it."""
    probe = (
        "import sys, desktop.app\n"
        "from desktop import ahead\n"
        "heavy = {name.split('.')[0] for name in ahead.SOON} | {'cv2', 'docx', 'onnxruntime', 'paddleocr'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "ahead.load()\n"
        "print(sorted(set(ahead.SOON) - set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.splitlines() == ["[]", "[]"]


def test_a_report_names_places_and_no_values() -> None:
    def read(values: dict[str, str]) -> str:
        return values["欧阳雪 220284201801010023"]

    with pytest.raises(KeyError) as caught:
        read({})
    told = report(caught.value)
    assert "KeyError" in told
    assert "test_start.py" in told
    assert "欧阳雪" not in told
    assert "220284" not in told


MAPPED_BLOCKS = """
import ctypes, sys
from desktop.start import give_pictures_back

class Told(ctypes.Structure):
    _fields_ = [(word, ctypes.c_size_t) for word in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]

library = ctypes.CDLL(None)
if not hasattr(library, "mallinfo2"):
    sys.exit(3)
library.mallinfo2.restype = Told
if sys.argv[1] == "given back":
    give_pictures_back()
page = bytearray(18 << 20)
del page  # from here on glibc would put everything smaller into the heap
before = library.mallinfo2().hblkhd
half = bytearray(4 << 20)
print(library.mallinfo2().hblkhd - before >= len(half))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems decide on that themselves")
@pytest.mark.parametrize(("how", "mapped"), [("given back", "True"), ("as it was", "False")])
def test_pictures_do_not_lie_in_the_heap(root: Path, how: str, mapped: str) -> None:
    command = [sys.executable, "-c", MAPPED_BLOCKS, how]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode == 3:
        pytest.skip("no glibc that tells")
    assert (done.stdout.strip(), done.stderr) == (mapped, "")
