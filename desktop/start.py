"""What has to be right before the first window: display, input method, face, language, style."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLibraryInfo, QLocale, QStandardPaths, QTranslator
from PySide6.QtGui import QImageReader
from PySide6.QtWidgets import QApplication

from desktop import fonts
from desktop.ui import theme

TURN = 0.001  # seconds after which a busy thread gives way: painting a window asks for its turn dozens of times
# glibc's mallopt: larger blocks are mapped by themselves, and what is free at the end of the heap is given back
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
MAPPED, TRIMMED = 1 << 20, 4 << 20  # bytes
LARGEST_PICTURE_MB = 512  # an A3 viewing copy at 300 dpi needs 140; Qt's own limit of 256 refuses 600 dpi


# What Qt's own Chinese translation lacks (6.9): the kinds in its file dialog, used where the desktop has none.
MISSING_WORDS = {
    ("QAbstractFileIconProvider", "Folder"): "文件夹",
    ("QAbstractFileIconProvider", "File"): "文件",
    ("QAbstractFileIconProvider", "%1 File"): "%1 文件",
    ("QAbstractFileIconProvider", "Drive"): "磁盘",
    ("QAbstractFileIconProvider", "Shortcut"): "快捷方式",
}


class MissingWords(QTranslator):
    """Says in Chinese what Qt's translation leaves in English."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, sourceText: str, *_how: object) -> Any:  # noqa: N803 - Qt's name
        # None is "not known here"; an empty string would be taken for the translation
        return MISSING_WORDS.get((context, sourceText))


class NoDisplay(Exception):
    """There is no screen to show a window on."""


def prepare_environment(environment: MutableMapping[str, str]) -> None:
    """Let Chinese input methods through, and don't run into Qt's abort where there is no display.

    WORKAROUND: the wheel carries no fcitx plugin, but fcitx5 answers for the IBus portal
    (measured with fcitx5 5.0.21: only both variables together bring 张三 into a field).
    """
    if environment.get("QT_IM_MODULE", "") in {"fcitx", "fcitx5"} or "fcitx" in environment.get("XMODIFIERS", ""):
        environment["QT_IM_MODULE"] = "ibus"
        environment["IBUS_USE_PORTAL"] = "1"
    if environment.get("LC_ALL") in {"C", "POSIX"}:
        environment["LC_ALL"] = "C.UTF-8"  # Qt would warn and Chinese file names would not encode
    shows = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(environment.get(name) for name in shows):
        raise NoDisplay("这里没有图形桌面，窗口打不开。请在桌面上启动，或用命令行：tongdang --help。")


def give_pictures_back() -> None:
    """A picture's memory goes back to the system with the picture, where glibc decides on that.

    By itself it raises the bound, up to 32 MiB, above every block that was ever freed: then pages of 18 MB lie among
    small things, and the gaps they leave stay with the process (``mallopt(3)``, dynamic adjustment).
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(AttributeError, OSError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, MAPPED)
        library.mallopt(M_TRIM_THRESHOLD, TRIMMED)


def begin_in_documents() -> None:
    """File dialogs begin where the process stands: the user's documents, not the folder that the program lies in.

    (Once a file was chosen Qt begins the next one there.) Workers are spawned in the folder the process began in.
    """
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    with suppress(OSError):
        os.chdir(folder if folder.is_dir() else Path.home())


def make_application(*, dark: bool | None = None) -> QApplication:
    """The application in Chinese and in its own style."""
    sys.setswitchinterval(TURN)
    give_pictures_back()
    prepare_environment(os.environ)
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    application = QApplication(["tongdang"])
    application.setApplicationName("tongdang")
    application.setApplicationDisplayName("童档")
    settle(application, dark=dark)
    return application


def settle(application: QApplication, *, dark: bool | None = None) -> None:
    """Language, face, style and limits of an application that exists (tests bring their own)."""
    QImageReader.setAllocationLimit(LARGEST_PICTURE_MB)
    translator = QTranslator(application)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
    application.installTranslator(MissingWords(application))
    theme.dress(application, fonts.load(), dark=dark)
