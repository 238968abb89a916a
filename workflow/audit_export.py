"""The audit for the yearly inspection: who saw, changed, exported, logged in or failed; ids and names of staff only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from exporters.audit_book import AuditDocument, write_audit
from exporters.files import FileProblem, Written
from records import audit, audit_rows, office_rows
from records.audit import NOBODY, Head
from records.ids import CHINA
from records.session import Session
from records.store import Store
from records.tables import AuditEntry
from records.views import Actor
from workflow.errors import BadValue, NotWritten
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office
from workflow.version import VERSION

# an object's kind and what was done with it; verbs are "<kind>.<deed>" or stand alone
ALONE: Mapping[str, str] = {
    "create_store": "新建资料库",
    "log_in": "登录",
    "log_in_by_recovery_code": "用恢复码登录",
    "log_in_refused": "登录被拒（停用或过期）",
    "log_in_failed": "登录失败",
    "failed_logins_tampered": "登录失败记录被人动过",
    "unlock": "解锁窗口",
    "backup.make": "做备份",
    "backup.restore": "从备份恢复",
    "keys.rotate": "更换密钥",
    "key.recovery_code": "更换恢复码",
    "key.recovery_noted": "抄好恢复码",
    "settings.change": "改设置",
    "office.division_moved": "调整区划",
    "draft.write": "写出核对草稿",
    "audit.export": "写出操作记录",
    "id_numbers.unmask": "显示完整身份证号",
    "registration.see": "查看登记表",
    "page.see": "查看图像",
    "visits.see": "查看走访名单",
    "visits.print": "打印走访名单",
    "visits.print_forms": "打印走访表",
    "registration.found": "查找登记表",
    "page.put": "页归入登记表",
    "page.apart": "页单独成一份",
    "page.move": "调换附页次序",
    "page.set_aside": "页搁置",
    "page.put_back": "撤销页的归置",
    "page.turn": "转正页面重新识别",
    "page.key_in": "照图录入一页",
    "page.read_as": "选定表格重新识别",
    "child.see": "查看儿童",
    "archive.see": "查看纸质档案",
    "archive.list": "写出归档文件目录",
    "box.move": "搬档案盒",
    "children.see": "查看儿童名单",
    "batch.see": "查看批次",
    "batch.write": "写出报送批次",
    "batch.entry_sheets": "写出录入对照单",
    "registration.verify": "核对完一份登记表",
    "registration.reopen": "退回核对",
    "child.drop": "去掉名下已无内容的儿童记录",
    "answers.seal": "加封旧版本留下的内容",
    "source.take_in": "收件",
    "user.add": "添加人员",
    "user.change": "改人员",
    "user.disable": "停用人员",
    "user.reset_password": "重设密码",
    "user.change_password": "改自己的密码",
    "user.sensitive": "指定或取消特别敏感内容的查看人",
    "form.learn": "学会一种表格",
    "form.take_over": "带入一种表格",
    "form.retire": "停用一种表格",
    "form.reinstate": "恢复一种表格",
    "form.export": "带出一种表格",
    "view.keep": "存下筛选或栏目",
    "view.remove": "删去筛选",
    "roster.bring_in": "带入名单",
    "roster.see": "比对名单",
    "roster.write": "写出名单走访表",
    "roster.remove": "删除名单",
    "erasure.request": "申请依法删除",
    "erasure.done": "依法删除",
    "erasure.refuse": "不同意依法删除",
}
KINDS: Mapping[str, str] = {
    "answer": "栏目",
    "batch": "批次",
    "child": "儿童",
    "concern": "重点关爱",
    "dossier": "案卷",
    "box": "档案盒",
    "link": "亲属关系",
    "page": "页",
    "person": "人",
    "registration": "登记表",
    "report": "强制报告",
    "round": "更新轮次",
    "sheet": "纸张",
    "source": "文件",
    "visit": "走访",
    "log": "工作日志",
}


@verb(Right.ADMINISTER)
def export_audit(
    store: Store, actor: Actor, now: datetime, path: Path, *, since: date | None = None, until: date | None = None
) -> Written:
    """Write the entries of a period (civil days, both included) to ``path`` (.xlsx or .csv). Raises NotWritten."""
    if since is not None and until is not None and since > until:
        raise BadValue("开始日期不能晚于结束日期，没有写出。")
    with store.session() as session:
        require_whole_office(session, actor)
        people = {row.id: (row.username, row.full_name) for row in office_rows.users(session)}
        rows = tuple(_row(e, people) for e in audit_rows.entries(session) if _in_period(e, since, until))
        head = audit.head(session)
        document = AuditDocument(
            office=office_rows.office(session).name,
            period=f"{since or '开始'} 至 {until or now.astimezone(CHINA).date()}",
            rows=rows,
            head=str(head),
            whole=store.broken_audit(session) == (),
            program_version=VERSION,
            written_by=actor.full_name,
            written_at=now,
        )
    try:
        written = write_audit(path, document)
    except FileProblem as problem:
        raise NotWritten(problem.sentence) from problem
    with store.transaction() as session:
        detail: dict[str, str | int] = {
            "entries": len(rows),
            "file": store.keyed_hash(written.sha256.encode(), "file"),
        }
        store.audit(session, actor.user_id, now, "audit.export", store.store_id, detail)
    return written


@verb(Right.ADMINISTER)
def audit_head(store: Store, actor: Actor) -> Head:
    """The audit's present end, to be printed: ``tongdang check --head`` sees later whether it is still there."""
    with store.session() as session:
        require_whole_office(session, actor)
        return audit.head(session)


def parse_head(text: str) -> Head:
    """``seq:hash`` as it is printed, or with the hash's beginning only; blanks don't count. Raises BadValue."""
    seq, _, code = "".join(text.split()).lower().replace("：", ":").partition(":")
    if not seq.isdecimal() or not audit.SHORTEST <= len(code) <= 64 or set(code) - set("0123456789abcdef"):
        raise BadValue("末码的样子是“序号:校验码”，校验码至少写前 8 位，没有检查。请对照打印件重新输入。")
    return Head(int(seq), code)


def missing_heads(session: Session, heads: tuple[Head, ...]) -> tuple[str, ...]:
    """Those printed heads that are not in the audit any more."""
    return tuple(str(head.seq) for head in heads if not audit.contains(session, head))


def _in_period(entry: AuditEntry, since: date | None, until: date | None) -> bool:
    day = entry.at.astimezone(CHINA).date()
    return (since is None or day >= since) and (until is None or day <= until)


def _row(entry: AuditEntry, people: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    username, full_name = people.get(entry.actor_id, ("", "程序" if entry.actor_id == NOBODY else entry.actor_id))
    object_id = people[entry.object_id][0] if entry.object_id in people else entry.object_id
    detail = "，".join(f"{name}={value}" for name, value in (entry.detail or {}).items())
    at = entry.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return (str(entry.seq), at, username, full_name, action(entry.verb), object_id, detail, entry.hash)


def action(name: str) -> str:
    """A verb of the audit in Chinese; the kind of its object where the verb itself has no word."""
    kind, _, deed = name.partition(".")
    return ALONE.get(name) or (f"{KINDS[kind]}：{deed}" if kind in KINDS else name)
