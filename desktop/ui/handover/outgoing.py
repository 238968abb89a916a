"""交出: for whom, what would go, and the package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from desktop.jobs import Jobs
from desktop.ui.theme import BETWEEN, INSIDE
from desktop.ui.widgets.either import Either
from desktop.ui.widgets.files import choose_where
from desktop.ui.widgets.parts import Choice, EmptyState, Notice, button, column, line, text
from desktop.ui.widgets.table import Column, RowsModel, make_table
from desktop.ui.words import Mark, civil_day
from records.views_handover import MadePackage, OutgoingPackage, OutgoingRegistration, PartnerRow
from workflow import handover

PACKAGES = "交接包 (*.tdhandover)"
SUFFIX = "tdhandover"
KINDS = {
    "registration": "登记表 {} 份",
    "child": "儿童 {} 名",
    "source": "扫描文件 {} 个",
    "file": "图像 {} 份",
    "proposal": "建议和答复 {} 条",
    "report": "报送情况 {} 条",
    "gone": "依法删除 {} 份",
}


def counts_words(counts: dict[str, int]) -> str:
    """``登记表 3 份、儿童 3 名``, "" for nothing."""
    return "、".join(words.format(counts[kind]) for kind, words in KINDS.items() if counts.get(kind))


NEW, AGAIN = Mark("新的", "confirmed", "plus"), Mark("改过，再交", "doubt", "again")
COLUMNS: tuple[Column[OutgoingRegistration], ...] = (
    Column("姓名", lambda row: row.title, 120),
    Column("档号", lambda row: row.archive_number),
    Column("这一次", lambda row: AGAIN if row.again else NEW, 144),
)


class OutgoingPart(QWidget):
    """Emits ``wants_card`` where there is nobody to hand over to yet."""

    wants_card = Signal()
    made = Signal()

    def __init__(self, jobs: Jobs, notice: Notice) -> None:
        super().__init__()
        self._jobs, self._notice = jobs, notice
        self._asked = 0
        self.seen: OutgoingPackage | None = None
        self._partners: tuple[PartnerRow, ...] = ()
        self.model: RowsModel[OutgoingRegistration] = RowsModel(COLUMNS, parent=self)
        self.table = make_table(self.model, "outgoing", "会交出的登记表", empty="这一包里没有登记表。")
        box = column(self)
        holder = QWidget()
        self._either = Either(holder)
        self._either.addWidget(
            EmptyState(
                "batches",
                "还没有可以交接的单位",
                "先互换名片，打电话核对指纹。",
                button("去收对方的名片", self.wants_card.emit, role="primary", name="go_cards"),
            )
        )
        whole = QWidget()
        inner = column(whole, space=BETWEEN)
        inner.addLayout(self._choices())
        self.told = text("", "", wrap=True)
        inner.addWidget(self.told)
        inner.addWidget(self.table, 1)
        inner.addWidget(
            text(
                "交接包是加密的，只有收的单位打得开；用 U 盘带过去。包里有核对过的登记表、扫描原件和走访记录。",
                "secondary",
            )
        )
        self._either.addWidget(whole)
        box.addWidget(holder)

    def _choices(self) -> QHBoxLayout:
        row = line(space=INSIDE)
        row.addWidget(text("交给"))
        self.to = Choice()
        self.to.setObjectName("to")
        self.to.setAccessibleName("交给哪个单位")
        self.to.setMinimumWidth(240)
        self.to.activated.connect(lambda _index: self.read())
        row.addWidget(self.to)
        self.everything = QCheckBox("全部内容，不只是上次以后的")
        self.everything.setObjectName("everything")
        self.everything.setToolTip("对方的 U 盘丢了，或说缺前面的包时用")
        self.everything.clicked.connect(self.read)
        row.addWidget(self.everything)
        self.sensitive = QCheckBox("带上特别敏感的内容")
        self.sensitive.setObjectName("sensitive")
        self.sensitive.clicked.connect(self.read)
        row.addWidget(self.sensitive)
        row.addStretch()
        self.makes = button("做交接包", self._ask_where, role="primary", name="make_package")
        row.addWidget(self.makes)
        return row

    def show_partners(self, rows: Sequence[PartnerRow]) -> None:
        """For whom a package can be made."""
        before = self.to.currentData()
        self._partners = tuple(rows)
        self.to.clear()
        for row in rows:
            self.to.addItem(row.office, row.store_id)
        if rows:
            self.to.setCurrentIndex(max(0, self.to.findData(before)))
        self._either.setCurrentIndex(1 if rows else 0)
        self.read()

    def _partner(self) -> PartnerRow | None:
        return next((row for row in self._partners if row.store_id == self.to.currentData()), None)

    def read(self) -> None:
        """Look what would go."""
        row = self._partner()
        if row is None:
            return
        self.sensitive.setVisible(row.takes_sensitive)
        self._asked += 1
        self.makes.setEnabled(False)
        self.told.setText("正在看有什么要交")
        everything, sensitive = self.everything.isChecked(), self._with_sensitive(row)
        self._jobs.beside(
            lambda store, actor, _now: handover.outgoing(
                store, actor, row.store_id, everything=everything, sensitive=sensitive
            ),
            partial(self._show, self._asked),
            owner=self,
            failed=self._not_seen,
        )

    def _with_sensitive(self, row: PartnerRow) -> bool:
        return row.takes_sensitive and self.sensitive.isChecked()

    def _not_seen(self, told: str) -> None:
        self.seen = None
        self.model.set_rows(())
        self.told.setText(told)

    def _show(self, asked: int, seen: OutgoingPackage) -> None:
        if asked != self._asked:
            return
        self.seen = seen
        self.model.set_rows(seen.registrations)
        what = counts_words(seen.counts)
        stays = f"特别敏感的内容有 {seen.left_out} 处留在本单位，不交出。" if seen.left_out else ""
        which = "全部内容" if seen.everything else "上次以后新的和改过的"
        self.told.setText(f"第 {seen.number} 包，{which}：{what or '没有新的内容'}。{stays}")
        self.makes.setEnabled(bool(what))

    def _ask_where(self) -> None:
        row = self._partner()
        if row is None:
            return
        today = civil_day(self._jobs.now())
        number = self.seen.number if self.seen is not None else 1
        name = f"交{row.office}-第{number}包-{today:%Y%m%d}.{SUFFIX}"
        choose_where(self, "交接包写到哪里（最好直接写到 U 盘）", name, PACKAGES, self.make)

    def make(self, path: Path) -> None:
        """Write the package as it was shown."""
        row = self._partner()
        if row is None:
            return
        self.makes.setEnabled(False)
        self._notice.say("正在写交接包，写完还要从头读一遍核对，可以先做别的。")
        everything, sensitive = self.everything.isChecked(), self._with_sensitive(row)
        self._jobs.write(
            lambda s, a, now: handover.make(s, a, now, row.store_id, path, everything=everything, sensitive=sensitive),
            self._made,
            owner=self,
            failed=self._not_made,
        )

    def _made(self, package: MadePackage) -> None:
        what = counts_words(package.counts) or "没有新的内容"
        self._notice.say(
            f"第 {package.number} 包已写好并核对过：{package.path}（{what}）。"
            f"操作记录末码 {package.audit_seq}:{package.audit_head[:8]}，可以记在交接单上。",
            "good",
        )
        self.everything.setChecked(False)
        self.made.emit()

    def _not_made(self, told: str) -> None:
        self._notice.say(told, "alarm")
        self.read()
