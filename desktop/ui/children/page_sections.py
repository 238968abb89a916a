"""What the child's page says besides the answers, as sections: care, family, paper and batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from desktop.ui.care.questions import Questions
from desktop.ui.widgets.sections import Deed, Said, Section
from desktop.ui.words import BATCH_ROW, day, moment
from records.views import BatchRowState
from records.views_care import (
    CaseView,
    ChildPage,
    ConcernState,
    ConcernView,
    LinkCandidate,
    LogView,
    MoveKind,
    PersonRole,
    ReportState,
    SheetView,
    VisitState,
    VisitView,
)
from workflow.moves import LINK_NAMES

PERSONS = {
    PersonRole.CHILD: "儿童本人",
    PersonRole.FATHER: "父亲",
    PersonRole.MOTHER: "母亲",
    PersonRole.CAREGIVER: "照护人",
}
CONCERNS = {
    ConcernState.PROPOSED: "待确认",
    ConcernState.CONFIRMED: "已纳入",
    ConcernState.DISMISSED: "不纳入",
    ConcernState.ENDED: "已解除",
}
REPORTS = {
    ReportState.RAISED: "还没有报告",
    ReportState.REPORTED: "已报告",
    ReportState.WITHDRAWN: "核实后不需要报告",
}


@dataclass(frozen=True)
class Hands:
    """What the page lets a person do; ``may_care`` and ``may_place`` by role."""

    ask: Questions
    may_care: bool
    may_place: bool
    open_child: Callable[[str], object]
    show_page: Callable[[str, str], object]  # page id, title
    open_dossier: Callable[[], object]
    put_in: Callable[[str], object]  # registration id
    take_out: Callable[[str], object]  # registration id
    place_dossier: Callable[[], object]
    open_registration: Callable[[str], object]


# -- care -------------------------------------------------------------------------------------------------------------


def care(page: ChildPage, hands: Hands) -> tuple[Section, ...]:
    """Cases, criteria, visits, log."""
    ask, name, child_id = hands.ask, page.name, page.child_id
    may = hands.may_care

    def deeds(*all_: Deed) -> tuple[Deed, ...]:
        return all_ if may and not page.exited else ()

    return (
        Section(
            "强制报告",
            tuple(_case(case, hands) for case in page.cases),
            "没有要向公安机关报告的情况。" if may else "",
            deeds(Deed("发现情况", lambda: ask.raise_case(name, child_id), "raise_case")),
        ),
        Section(
            "重点关爱情形",
            tuple(_concern(page, concern, hands) for concern in page.concerns),
            "没有重点关爱的情形。" if may else "只有采集员、复核员和管理员能看重点关爱和走访。",
            deeds(Deed("列为重点关爱", lambda: ask.add_concern(name, child_id), "add_concern")),
        ),
        Section(
            "走访",
            tuple(_visit(visit, hands) for visit in page.visits),
            "还没有走访过。" if may else "",
            deeds(Deed("记走访", lambda: ask.record_visit(name, child_id), "record_visit")),
        ),
        Section(
            "工作日志",
            tuple(log_line(entry, hands.ask, may, named=False) for entry in page.log),
            "还没有记过。" if may else "",
            (Deed("写日志", lambda: ask.write_log(name, child_id), "write_log"),) if may else (),
        ),
    )


def _case(case: CaseView, hands: Hands) -> Said:
    raised = f"{moment(case.raised_at)} {'按登记或走访内容提出' if case.by_rule else f'{case.raised_by}提出'}"
    more = [case.what, raised]
    if case.state is ReportState.REPORTED and case.reported_at is not None:
        more.append(f"{moment(case.reported_at)} 由{case.reported_by}向{case.reported_to}报告")
        more += [words for words in (case.receipt and f"回执 {case.receipt}", case.measures) if words]
    if case.withdrawn_reason:
        more.append(case.withdrawn_reason)
    open_ = case.state is ReportState.RAISED
    deeds = (
        (
            Deed("记报告情况", lambda: hands.ask.report(case), f"report_{case.report_id}"),
            Deed("不需要报告", lambda: hands.ask.withdraw(case), f"withdraw_{case.report_id}"),
        )
        if open_ and hands.may_care and not case.hidden
        else ()
    )
    return Said(f"{case.label}　{REPORTS[case.state]}", "\n".join(more), "error" if open_ else "", deeds)


def _concern(page: ChildPage, concern: ConcernView, hands: Hands) -> Said:
    span = f"{day(concern.since)}起" if concern.until is None else f"{day(concern.since)}至{day(concern.until)}"
    decided = f"{concern.decided_by} {day(concern.decided_on)}决定" if concern.decided_on is not None else ""
    notes = [concern.why, concern.decision_note, concern.end_reason]
    more = "　".join(part for part in (span, decided) if part) + "".join(f"\n{note}" for note in notes if note)
    ask = hands.ask
    deeds: tuple[Deed, ...] = ()
    if hands.may_care and not concern.hidden and concern.state is ConcernState.PROPOSED:
        deeds = (
            Deed("确认纳入", lambda: ask.confirm(page.name, concern), f"confirm_{concern.concern_id}"),
            Deed("不纳入", lambda: ask.dismiss(page.name, concern), f"dismiss_{concern.concern_id}"),
        )
    elif hands.may_care and not concern.hidden and concern.state is ConcernState.CONFIRMED:
        deeds = (Deed("解除", lambda: ask.end(page.name, concern), f"end_{concern.concern_id}"),)
    role = "doubt" if concern.state is ConcernState.PROPOSED else ""
    return Said(f"{concern.label}　{CONCERNS[concern.state]}", more, role, deeds)


def _visit(visit: VisitView, hands: Hands) -> Said:
    if visit.state is VisitState.PLANNED and visit.due_on is not None:
        by = "（已安排）" if visit.planned_by_person else ""
        return Said(f"下次走访：{day(visit.due_on)}以前{by}", f"监护状况 {visit.level_label}　{visit.visitor}".rstrip())
    if visit.done_on is None:
        return Said("取消的走访计划", "", "secondary")
    more = [f"{visit.method}　走访人 {visit.visitor}　{visit.recorded_by}记"]
    more += [f"{finding.label}：{finding.text}" for finding in visit.findings]
    more += [visit.note] if visit.note else []
    more += ["还有只让指定的人看的内容"] if visit.hidden_findings else []
    page_id = visit.page_id
    deeds = (Deed("看记录表", lambda: hands.show_page(page_id, "走访记录表")),) if page_id is not None else ()
    return Said(f"{day(visit.done_on)}　监护状况 {visit.level_label}", "\n".join(more), deeds=deeds)


def log_line(entry: LogView, ask: Questions, may: bool, *, named: bool) -> Said:
    """A line of the work log. ``named``: the child's name stands with it."""
    who = entry.child_name if named else ""
    state = "已更正" if entry.corrected else "更正前一条" if entry.corrects else ""
    head = "　".join(part for part in (day(entry.on), who, state) if part)
    deeds = (
        (Deed("更正", lambda: ask.write_log(child_id=entry.child_id, corrects=entry), f"correct_{entry.entry_id}"),)
        if may and not entry.hidden and not entry.corrected
        else ()
    )
    return Said(entry.text, f"{head}　{entry.by}记", "secondary" if entry.corrected else "", deeds)


# -- family -----------------------------------------------------------------------------------------------------------


def family(page: ChildPage, hands: Hands) -> tuple[Section, ...]:
    """Who stands on the form, who belongs together, who may."""
    persons = tuple(
        Said(f"{PERSONS[p.role]}　{p.name}", "　".join(part for part in (p.id_number_masked, p.phone) if part))
        for p in page.persons
    )
    links = tuple(
        Said(
            f"{LINK_NAMES[link.kind]}　{link.other_name}",
            f"{link.why}　{link.made_by} {day(link.made_on)}确认",
            deeds=_go(link.other_id, hands)
            + (_undo(page.name, link.other_name, link.link_id, hands) if hands.may_care else ()),
        )
        for link in page.links
    )
    candidates = tuple(
        Said(
            f"{LINK_NAMES[other.kind]}　{other.other_name}　{other.other_residence}",
            other.why,
            "doubt",
            _go(other.other_id, hands) + (_join(page, other, hands) if hands.may_care else ()),
        )
        for other in page.link_candidates
    )
    return (
        Section("登记表上的人", persons, "登记表上没有写。"),
        Section("关联的儿童", links, "没有关联的儿童。"),
        Section("可能有关联的儿童", candidates),
    )


def _go(child_id: str, hands: Hands) -> tuple[Deed, ...]:
    return (Deed("打开", lambda: hands.open_child(child_id), f"child_{child_id}"),)


def _join(page: ChildPage, other: LinkCandidate, hands: Hands) -> tuple[Deed, ...]:
    does = partial(hands.ask.link, page.name, page.child_id, other)
    return (Deed("确认关联", does, f"link_{other.other_id}"),)


def _undo(name: str, other: str, link_id: str, hands: Hands) -> tuple[Deed, ...]:
    return (Deed("取消关联", lambda: hands.ask.unlink(name, other, link_id), f"unlink_{link_id}"),)


# -- paper, batches, moves --------------------------------------------------------------------------------------------


def papers(page: ChildPage, hands: Hands) -> tuple[Section, ...]:
    """Where every sheet lies, the dossier, what was reported, how the child came and went."""
    dossier = page.dossier
    filed = dossier is not None
    sections = [Section("纸质件", tuple(_sheet(sheet, hands, filed=filed) for sheet in page.sheets), "没有纸质件。")]
    if dossier is not None:
        place = (Deed("登记位置", hands.place_dossier, "place_dossier"),) if hands.may_place else ()
        inside = sum(bool(item.page_ids) for item in dossier.items)  # not what was taken out again
        lines = (
            Said(
                f"{dossier.archive_number}　{dossier.title}",
                f"{day(dossier.opened_on)}建　{dossier.location or '未装盒'}　卷内 {inside} 件",
            ),
        )
        sections.append(Section("重点关爱服务对象案卷", lines, deeds=place))
    elif page.key_concern:
        opens = (Deed("建立案卷", hands.open_dossier, "open_dossier"),) if hands.may_place else ()
        fault = (Said(page.fault, "重点关爱服务对象要有一人一档的纸质档案。", "error"),)
        sections.append(Section("重点关爱服务对象案卷", fault, deeds=opens))
    sections.append(
        Section(
            "报送",
            tuple(
                Said(
                    f"{f'{b.office}　' if b.office else ''}批次 {b.number}　{BATCH_ROW[BatchRowState(b.state)].word}",
                    b.system_number or b.returned_reason,
                )
                for b in page.batches
            ),
            "还没有报送过。",
        )
    )
    sections.append(
        Section(
            "退出和恢复",
            tuple(
                Said(
                    f"{day(m.on)}　{'退出：' + m.reason if m.kind is MoveKind.EXIT else '恢复'}",
                    f"{m.note}　{m.by}记".lstrip("　"),
                )
                for m in page.moves
            ),
        )
    )
    return tuple(sections)


def _sheet(sheet: SheetView, hands: Hands, *, filed: bool) -> Said:
    place = sheet.location or "未装盒"
    inside = f"　在案卷 {sheet.dossier}" if sheet.dossier else ""
    see = f"　参见 {'、'.join(sheet.see)}" if sheet.see else ""
    deeds = [
        Deed(f"看第 {side} 面", partial(hands.show_page, page_id, sheet.title))
        for side, page_id in enumerate(sheet.page_ids, start=1)
    ]
    if sheet.registration_id:
        deeds.append(Deed("看核对", lambda: hands.open_registration(sheet.registration_id)))
        if hands.may_place and filed and not sheet.dossier:
            deeds.append(Deed("归入案卷", lambda: hands.put_in(sheet.registration_id), f"put_{sheet.registration_id}"))
        if hands.may_place and sheet.dossier:
            deeds.append(
                Deed("取出案卷", lambda: hands.take_out(sheet.registration_id), f"out_{sheet.registration_id}")
            )
    return Said(f"{sheet.archive_number}　{sheet.title}", f"{place}{inside}{see}", deeds=tuple(deeds))
