"""Pictures of the forms and of learning one, for ``benchmarks.pictures``; the blank is one of the benchmark's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.running import Taker
from benchmarks.synth.dice import Dice
from benchmarks.synth.families import family
from benchmarks.synth.filling import fill
from benchmarks.synth.folder import styles_available
from benchmarks.synth.paper import manner_of, write_sheet
from benchmarks.synth.scan import PROFILES, deliver, jpeg_bytes
from benchmarks.synth.styles import PRINTED, writer
from desktop.ui.forms.learn_screen import LearnScreen
from desktop.ui.forms.list_screen import FormsScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.widgets.asking import AskDialog
from desktop.ui.widgets.key_sheet import KeySheet
from forms.form_file import Form

BLANK = Path(__file__).parent / "blanks" / "national-2016.pdf"
STYLE = "strokes"
PATIENCE = 120.0


def filled(form: Form, path: Path) -> Path:
    """A page of an invented family, as a scanner delivers it."""
    dice = Dice(2024, "form pictures", 1)
    pen = writer(STYLE if STYLE in styles_available() else PRINTED, dice.sub("writer"))
    for attempt in range(40):
        entries = fill(family(dice.sub("family", attempt)), form, manner_of(pen, dice.sub("manner")), dice.sub("fill"))
        if all(pen.hand.can_write(entry.text) for entry in entries):
            break
    side = write_sheet(form, entries, pen, dice.sub("paper"), number="")[0]
    path.write_bytes(jpeg_bytes(deliver(side, PROFILES["reporting"]["light"], dice.sub("scan"))))
    return path


def forms(studio: Taker, window: MainWindow, folder: Path) -> None:
    """The list, a blank looked through, tried on a filled page, and kept."""
    window.go("forms")
    listed, learning = window.findChild(FormsScreen), window.findChild(LearnScreen)
    assert listed is not None
    assert learning is not None
    studio.until(lambda: listed.model.rows)
    listed.learns.click()
    studio.shoot("学表样-选空白表", manual=False)
    learning.learn([BLANK])
    studio.until(lambda: learning.editing.proposal is not None, PATIENCE)
    studio.shoot("学表样")
    proposal = learning.editing.proposal
    assert proposal is not None
    choice = next(field for field in proposal.fields if len(field.options) > 4 and field.sure)
    learning.editing.choose([choice.key])
    learning.notice.drop()
    studio.shoot("学表样-勾选")
    learning.try_file(filled(proposal.as_form("1"), folder / "填好的一页.jpg"))
    studio.until(lambda: learning.tried.page is not None, PATIENCE)
    studio.shoot("学表样-试读")
    for name, kind, show in (
        ("学表样-按键", KeySheet, learning.show_keys),
        ("学表样-保存", AskDialog, learning.save),
    ):
        show()
        dialog = learning.findChild(kind)
        assert dialog is not None
        studio.shoot(name, dialog, manual=kind is AskDialog)
        if isinstance(dialog, AskDialog):
            dialog.save()
        else:
            dialog.reject()
    studio.until(lambda: window.shown == "forms" and any(not row.shipped for row in listed.model.rows))
    studio.shoot("表样")
