"""The questions that care asks: each is a dialog over one verb; what changed is announced by ``Jobs.changed``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from PySide6.QtWidgets import QWidget

from desktop.jobs import Change, Jobs
from desktop.ui.widgets.asking import Answers, Ask, AskDialog, Shape, ask_day
from desktop.ui.words import CIVIL, civil_day, day
from forms.code_tables import code_table
from forms.concern import criteria, situations
from forms.kinds import JsonValue
from forms.values import FieldError
from records.views_care import CaseView, ConcernView, LinkCandidate, LogView, VisitDueRow
from workflow import concerns, mandatory, moves, visits

TIME = re.compile(r"\s*([01]?\d|2[0-3])\s*[:：时点]\s*([0-5]?\d)?\s*分?\s*")


class Questions:
    """Asks over one window; ``person`` is who works, proposed as visitor and reporter.

    ``after``: called when a question was taken; a line of the log about nobody in particular changes no child.
    """

    def __init__(self, jobs: Jobs, over: QWidget, person: str, after: Callable[[], object] | None = None) -> None:
        self._jobs = jobs
        self._over = over
        self._person = person
        self._after = after

    def _today(self) -> date:
        return civil_day(self._jobs.now())

    def _ask(
        self, heading: str, words: str, asks: Sequence[Ask], does: str, make: Callable[[Answers], Change[object]]
    ) -> AskDialog:
        dialog = AskDialog(self._jobs, heading, words, asks, does, make, self._over)
        if self._after is not None:
            dialog.accepted.connect(self._after)
        dialog.open()
        return dialog

    # -- key concern --------------------------------------------------------------------------------------------------

    def confirm(self, name: str, concern: ConcernView) -> AskDialog:
        """Take a child up as key-concern child by a proposed criterion."""

        def make(said: Answers) -> Change[object]:
            return lambda s, a, now: concerns.confirm(s, a, now, concern.concern_id, note=said.text("note"))

        return self._ask(
            f"{name}：确认纳入“{concern.label}”",
            f"理由：{concern.why}。依据：{concern.clause}。确认后按加密的频次走访，并应建立纸质档案。",
            [Ask("note", "说明", hint="可以空着")],
            "确认纳入",
            make,
        )

    def dismiss(self, name: str, concern: ConcernView) -> AskDialog:
        """It is not so."""

        def make(said: Answers) -> Change[object]:
            return lambda s, a, now: concerns.dismiss(s, a, now, concern.concern_id, said.text("reason"))

        return self._ask(
            f"{name}：不纳入“{concern.label}”",
            f"提出的理由：{concern.why}。以后新的登记表还这样写，会再提出来。",
            [Ask("reason", "不纳入的理由", needed=True)],
            "不纳入",
            make,
        )

    def end(self, name: str, concern: ConcernView) -> AskDialog:
        """A confirmed criterion no longer holds."""

        def make(said: Answers) -> Change[object]:
            until, reason = said.day("until"), said.text("reason")
            return lambda s, a, now: concerns.end(s, a, now, concern.concern_id, until=until, reason=reason)

        return self._ask(
            f"{name}：解除“{concern.label}”",
            "纸质档案和走访记录都留着。",
            [ask_day("until", "解除日期", self._today()), Ask("reason", "理由", needed=True)],
            "解除",
            make,
        )

    def add_concern(self, name: str, child_id: str) -> AskDialog:
        """A person knows what no form says."""

        def make(said: Answers) -> Change[object]:
            code, why, since = said.text("criterion"), said.text("why"), said.day("since")
            return lambda s, a, now: concerns.add(s, a, now, child_id, code, why=why, since=since)

        choices = tuple((each.code, each.label) for each in criteria().values())
        return self._ask(
            f"{name}：列为重点关爱服务对象",
            "",
            [
                Ask("criterion", "情形", Shape.CHOICE, choices=choices, needed=True),
                Ask("why", "理由", needed=True),
                ask_day("since", "纳入日期", self._today()),
            ],
            "纳入",
            make,
        )

    # -- mandatory reports --------------------------------------------------------------------------------------------

    def report(self, case: CaseView) -> AskDialog:
        """Who reported, to whom and when."""
        now = self._jobs.now().astimezone(CIVIL)

        def make(said: Answers) -> Change[object]:
            at = datetime.combine(said.day("on"), _time(said.text("time")), CIVIL)
            told = mandatory.Reported(said.text("to"), said.text("by"), at, said.text("measures"), said.text("receipt"))
            suspect = said.on("suspect")
            return lambda s, a, now: mandatory.record_report(s, a, now, case.report_id, told, names_suspect=suspect)

        return self._ask(
            f"{case.child_name}：记下报告情况",
            f"{case.label}。{case.what}",
            [
                ask_day("on", "报告日期", now.date()),
                Ask("time", "报告时间", value=f"{now:%H:%M}", needed=True),
                Ask("to", "接报机关", needed=True, hint="向哪个公安机关报告的"),
                Ask("by", "报告人", value=self._person, needed=True),
                Ask("receipt", "接警回执", hint="编号，没有就空着"),
                Ask("measures", "采取的措施", Shape.LONG),
                Ask("suspect", "写到了嫌疑人，只让指定的人看", Shape.TICK, "yes" if case.names_suspect else ""),
            ],
            "记下",
            make,
        )

    def withdraw(self, case: CaseView) -> AskDialog:
        """It was looked into and is none."""

        def make(said: Answers) -> Change[object]:
            return lambda s, a, now: mandatory.withdraw(s, a, now, case.report_id, said.text("reason"))

        return self._ask(
            f"{case.child_name}：核实后不需要报告",
            f"{case.label}。{case.what}",
            [Ask("reason", "核实的结果", Shape.LONG, needed=True)],
            "记下并撤下",
            make,
        )

    def raise_case(self, name: str, child_id: str) -> AskDialog:
        """A person found what must be reported."""

        def make(said: Answers) -> Change[object]:
            situation, what, suspect = said.text("situation"), said.text("what"), said.on("suspect")
            return lambda s, a, now: mandatory.raise_case(s, a, now, child_id, situation, what, names_suspect=suspect)

        choices = tuple((each.code, each.label) for each in situations().values())
        return self._ask(
            f"{name}：发现要强制报告的情况",
            "记下后要第一时间向公安机关报告；报告前，这一条一直用红色提醒。",
            [
                Ask("situation", "情形", Shape.CHOICE, choices=choices, needed=True),
                Ask("what", "发现的情况", Shape.LONG, needed=True),
                Ask("suspect", "写到了嫌疑人，只让指定的人看", Shape.TICK),
            ],
            "记下",
            make,
        )

    # -- visits and log -----------------------------------------------------------------------------------------------

    def record_visit(self, name: str, child_id: str) -> AskDialog:
        """A visit took place."""

        def make(said: Answers) -> Change[object]:
            needs = said.text("needs")
            findings: dict[str, JsonValue] = {"support_needs": needs} if needs else {}
            visited = visits.Visited(
                said.day("on"),
                said.text("visitor"),
                said.text("level"),
                said.text("method"),
                findings,
                said.text("note"),
            )
            return lambda s, a, now: visits.record(s, a, now, child_id, visited)

        return self._ask(
            f"{name}：记一次走访",
            "下一次走访的日期按这次的监护状况排定。",
            [
                ask_day("on", "走访日期", self._today()),
                Ask("visitor", "走访人", value=self._person, needed=True),
                Ask("method", "走访方式", Shape.CHOICE, "home", _choices("visit_method"), needed=True),
                Ask("level", "监护状况", Shape.CHOICE, "", _choices("guardianship_state"), needed=True),
                Ask("needs", "困难诉求"),
                Ask("note", "走访情况", Shape.LONG),
            ],
            "记下",
            make,
        )

    def plan_visit(self, row: VisitDueRow) -> AskDialog:
        """A person says when, and who goes."""

        def make(said: Answers) -> Change[object]:
            on, visitor = said.day("on"), said.text("visitor")
            return lambda s, a, now: visits.plan(s, a, now, row.child_id, on, visitor=visitor)

        return self._ask(
            f"{row.name}：安排走访",
            f"现在排在 {day(row.due_on)}。可以提前，不能晚于规定的间隔（已逾期的，排在七天以内）。",
            [
                ask_day("on", "走访日期", max(row.due_on, self._today())),
                Ask("visitor", "走访人", value=row.visitor or self._person),
            ],
            "排定",
            make,
        )

    def write_log(self, name: str = "", child_id: str | None = None, corrects: LogView | None = None) -> AskDialog:
        """A line of the work log, or one that puts another right."""
        wrong = None if corrects is None else corrects.entry_id

        def make(said: Answers) -> Change[object]:
            on, words, closed = said.day("on"), said.text("text"), said.on("closed")
            return lambda s, a, now: visits.write_log(
                s, a, now, on, words, child_id=child_id, corrects=wrong, for_named_persons=closed
            )

        return self._ask(
            f"更正 {day(corrects.on)} 的一条工作日志" if corrects else f"{name}：写工作日志" if name else "写工作日志",
            "原来的一条留着，旁边注明已更正。" if corrects else "",
            [
                ask_day("on", "日期", corrects.on if corrects else self._today()),
                Ask("text", "内容", Shape.LONG, corrects.text if corrects else "", needed=True),
                Ask("closed", "只让指定的人看", Shape.TICK),
            ],
            "记下",
            make,
        )

    # -- the list -----------------------------------------------------------------------------------------------------

    def exit_child(self, name: str, child_id: str) -> AskDialog:
        """The child leaves the list."""

        def make(said: Answers) -> Change[object]:
            reason, on, note = said.text("reason"), said.day("on"), said.text("note")
            return lambda s, a, now: moves.exit_child(s, a, now, child_id, reason, on, note=note)

        return self._ask(
            f"{name}：退出台账",
            "登记表、走访和档案都留着，以后可以恢复。",
            [
                Ask("reason", "原因", Shape.CHOICE, choices=_choices("exit"), needed=True),
                ask_day("on", "退出日期", self._today()),
                Ask("note", "说明", hint="录入错误要写明错在哪里"),
            ],
            "退出台账",
            make,
        )

    def return_child(self, name: str, child_id: str) -> AskDialog:
        """The child is back."""

        def make(said: Answers) -> Change[object]:
            on, note = said.day("on"), said.text("note")
            return lambda s, a, now: moves.return_child(s, a, now, child_id, on, note=note)

        return self._ask(
            f"{name}：恢复到台账",
            "",
            [ask_day("on", "恢复日期", self._today()), Ask("note", "原因", needed=True)],
            "恢复",
            make,
        )

    def link(self, name: str, child_id: str, other: LinkCandidate) -> AskDialog:
        """Two children belong together."""

        def make(said: Answers) -> Change[object]:
            why = said.text("why")
            return lambda s, a, now: moves.link(s, a, now, child_id, other.other_id, other.kind, why)

        return self._ask(
            f"{name}和{other.other_name}：{moves.LINK_NAMES[other.kind]}",
            f"{other.other_residence}。确认后两人的页面上互相看得到，可以取消。",
            [Ask("why", "依据", value=other.why, needed=True)],
            "确认关联",
            make,
        )

    def unlink(self, name: str, other_name: str, link_id: str) -> AskDialog:
        """They don't after all."""

        def make(said: Answers) -> Change[object]:
            return lambda s, a, now: moves.unlink(s, a, now, link_id, said.text("reason"))

        return self._ask(f"取消{name}和{other_name}的关联", "", [Ask("reason", "理由", needed=True)], "取消关联", make)


def _choices(table: str) -> tuple[tuple[str, str], ...]:
    return tuple((entry.code, entry.label) for entry in code_table(table).entries)


def _time(words: str) -> time:
    found = TIME.fullmatch(words)
    if found is None:
        raise FieldError("报告时间写成 14:30 的样子。")
    return time(int(found[1]), int(found[2] or 0))
