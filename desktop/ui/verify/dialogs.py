"""The few questions of the verify screen: which child, which place, which source."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QRadioButton, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import AROUND, BETWEEN
from desktop.ui.widgets.parts import button, column, line, panel, text
from desktop.ui.widgets.placing import PlaceDialog, place_of
from desktop.ui.words import day
from records.views import ValueSource, VerifySheet
from workflow import cross_reference
from workflow.cross_reference import Place
from workflow.verify import NEW_CHILD, SameChildCandidate


class SameChildDialog(QDialog):
    """Same name, same birth date, and no ID number to decide: a person decides. ``chosen`` is for ``finish``."""

    def __init__(self, candidates: tuple[SameChildCandidate, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("是同一个孩子吗")
        self.setMinimumWidth(560)
        self.chosen = ""
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text("台账里有同名、同一天出生的孩子", "heading"))
        box.addWidget(
            text("这份登记表上没有能分清的身份证号。是同一个孩子就归到他名下，不是就新建。", "secondary", wrap=True)
        )
        for number, candidate in enumerate(candidates):
            box.addWidget(self._candidate(number, candidate))
        row = line()
        row.addStretch()
        row.addWidget(button("先不保存", self.reject))
        row.addWidget(button("都不是，新建一个孩子", lambda: self._choose(NEW_CHILD), name="new_child"))
        box.addLayout(row)

    def _candidate(self, number: int, candidate: SameChildCandidate) -> QWidget:
        frame = panel()
        row = line(frame, space=BETWEEN, around=12)
        words = column(space=4)
        born = f"{day(candidate.birth_date)}出生" if candidate.birth_date is not None else ""
        words.addWidget(text("　".join(part for part in (candidate.name, candidate.sex, born) if part)))
        more = (candidate.id_number_masked, candidate.residence, candidate.archive_number)
        words.addWidget(text("　".join(part for part in more if part), "secondary", wrap=True))
        row.addLayout(words, 1)
        same = button("是他", lambda: self._choose(candidate.child_id), role="primary", name=f"same_child_{number}")
        row.addWidget(same)
        return frame

    def _choose(self, child: str) -> None:
        self.chosen = child
        self.accept()


def ask_place(
    jobs: Jobs,
    sheet: VerifySheet,
    last: Place,
    parent: QWidget,
    *,
    placed: Callable[[Place], None],
    failed: Callable[[str], None],
) -> None:
    """Ask where the sheet's paper lies and write it down. A stack goes into one box: ``last`` is proposed again."""
    here, registration = sheet.place, sheet.registration_id
    words = f"档号 {here.archive_number}" if here.archive_number else "还没有档号"
    dialog = PlaceDialog("这张纸放在哪里", words, place_of(here.location) if here.location else last, parent)

    def typed() -> None:
        place = dialog.place()
        placed(place)
        jobs.write(
            lambda store, actor, now: cross_reference.set_location(store, actor, now, [registration], place),
            owner=parent,
            failed=failed,
        )

    dialog.accepted.connect(typed)
    dialog.open()


class SourceDialog(QDialog):
    """A value that doesn't stand on the paper: asked by telephone, or corrected with a reason."""

    def __init__(self, label: str, shown: str, source: ValueSource, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("内容的来源")
        self.setMinimumWidth(480)
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(f"{label}：{shown or '空白'}", "heading", wrap=True))
        box.addWidget(text("不是照纸上写的，就记下是怎么来的。纸上原来写的仍然留着。", "secondary", wrap=True))
        self.phone = QRadioButton("电话核实（问过监护人或村里）")
        self.correction = QRadioButton("更正（纸上写错了，要写说明）")
        self.phone.setObjectName("source_phone")
        self.correction.setObjectName("source_correction")
        (self.correction if source is ValueSource.CORRECTION else self.phone).setChecked(True)
        self.note = QLineEdit(note)
        self.note.setObjectName("source_note")
        self.note.setAccessibleName("说明")
        self.note.setPlaceholderText("说明：问了谁、怎么知道的")
        self.note.returnPressed.connect(self.save)
        self.told = text("", "error", wrap=True)
        self.told.hide()
        for part in (self.phone, self.correction, self.note, self.told):
            box.addWidget(part)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("记下并认可", self.save, role="primary", name="save_source"))
        box.addLayout(row)
        self.note.setFocus()

    @property
    def source(self) -> ValueSource:
        return ValueSource.CORRECTION if self.correction.isChecked() else ValueSource.PHONE

    def save(self) -> None:
        """A correction wants its reason before it is taken."""
        if self.source is ValueSource.CORRECTION and not self.note.text().strip():
            self.told.setText("更正要写明原因。")
            self.told.show()
            self.note.setFocus()
            return
        self.accept()


class QuestionDialog(QDialog):
    """What the village is asked about a field; it stands on the slip."""

    def __init__(self, label: str, shown: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("问村里")
        self.setMinimumWidth(480)
        box = column(self, space=BETWEEN, around=AROUND)
        box.addWidget(text(f"{label}：{shown or '空白'}", "heading", wrap=True))
        box.addWidget(text("写明要问什么，会印在给村里的核实单上。不写也可以。", "secondary", wrap=True))
        self.note = QLineEdit(note)
        self.note.setObjectName("question")
        self.note.setAccessibleName("要问什么")
        self.note.setPlaceholderText("例如：电话少一位；出生日期以户口簿为准")
        self.note.returnPressed.connect(self.accept)
        box.addWidget(self.note)
        row = line()
        row.addStretch()
        row.addWidget(button("取消", self.reject))
        row.addWidget(button("留着问村里", self.accept, role="primary", name="ask_village"))
        box.addLayout(row)
        self.note.setFocus()
