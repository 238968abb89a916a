"""Is everything there, whole, and in its place? Looks at every row and every file; changes nothing.

A fault is a sentence for the user (what was found, what is safe, what to do) and the ids it is about. Values never
appear in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from records import check_care, check_links, check_rows, intake_rows, people, roster_rows, shells, vault_rows
from records.audit import Head
from records.check_rows import Ids, VaultRow
from records.errors import FileDamaged, StoreDamaged
from records.session import Session
from records.store import Store
from records.vault import VaultRef
from records.views import Actor
from workflow import rules
from workflow.audit_export import missing_heads
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong. ``code`` is stable, ``ids`` name rows, vault files or pages of the database."""

    code: str
    sentence: str
    ids: tuple[str, ...]


BACKUP = "请从备份恢复。"
REPAIR = "请运行 tongdang check --repair，会自动改好。"
WHOLE = "whole"
Look = Callable[[Session], Ids]

# code, how it is found, and the sentence; the number of what was found is put in
ROWS: tuple[tuple[str, Look, str], ...] = (
    ("reference_broken", check_rows.broken_references, "有 {n} 条记录指向不存在的记录，其他内容不受影响。" + BACKUP),
    ("reading_damaged", check_rows.damaged_readings, "有 {n} 页的识别记录损坏，核对过的内容不受影响。" + BACKUP),
    ("form_damaged", check_rows.damaged_forms, "有 {n} 种用过的表格损坏，登记的内容不受影响。" + BACKUP),
    (
        "pages_missing",
        check_rows.sources_with_missing_pages,
        "有 {n} 个收到的文件，页数和拆页时不一样，其他文件不受影响。" + BACKUP,
    ),
    (
        "reading_missing",
        check_rows.pages_without_reading,
        "有 {n} 页标为已识别，却没有识别记录或看图副本，原件都在。" + BACKUP,
    ),
    (
        "page_misplaced",
        check_rows.pages_in_the_wrong_state,
        "有 {n} 页的状态和它所在的纸张对不上，图像都在。请把这几页放在一边再取回，让程序重新配对。",
    ),
    ("sheet_empty", check_rows.empty_sheets, "有 {n} 张纸上一页也没有，其他纸张不受影响。" + BACKUP),
    (
        "registration_without_sheet",
        check_rows.registrations_without_sheet,
        "有 {n} 份登记表没有对应的纸张，登记的内容都在。" + BACKUP,
    ),
    (
        "side_twice",
        check_rows.registrations_with_a_side_twice,
        "有 {n} 份登记表里，同一面出现了两次，或混进了别的表格的页。请打开核对，把两面分开再重配。",
    ),
    (
        "number_missing",
        check_rows.sheets_without_number,
        "有 {n} 张已配好的纸没有档号，登记的内容都在。" + BACKUP,
    ),
    (
        "number_foreign",
        check_rows.sheets_in_foreign_items,
        "有 {n} 张纸归在别的登记表的档号下，登记的内容都在。" + BACKUP,
    ),
    (
        "number_twice",
        check_rows.numbers_given_twice,
        "有 {n} 个档号重复，或超出了已用的件号。纸质件先不要移动，" + BACKUP,
    ),
    (
        "history_contradicts",
        check_rows.answers_against_their_history,
        "有 {n} 个核对过的栏目和修改历史对不上，可能有人绕过程序改过。请对照纸质件重新核对这些栏目。",
    ),
    (
        "batch_altered",
        check_rows.altered_batch_rows,
        "有 {n} 行冻结的报送内容被改过，和冻结时的校验码不一致。登记表本身不受影响。请报告管理员，" + BACKUP,
    ),
    (
        "current_differs",
        check_care.current_registration_differs,
        "有 {n} 名儿童的“现登记”不是填报日期最近的那一份，登记表都在。请把它最近的登记表退回核对再存，会自动更正。",
    ),
    (
        "child_without_registration",
        shells.without_registration,
        "有 {n} 名儿童名下没有登记表（原来的登记表核对后归了别人），另外记下的走访等都在。"
        "没有别的内容的，" + REPAIR.removeprefix("请") + "有的请查明后用 tongdang child merge 并到正确的那一名。",
    ),
    (
        "visit_unplanned",
        check_care.visits_not_planned,
        "有 {n} 名儿童没有排下一次走访，或排得不对，走访记录都在。" + REPAIR,
    ),
    (
        "reference_missing",
        check_care.moved_without_reference,
        "有 {n} 个档号下没有纸，也没有写明移到了哪里（参见），登记的内容都在。" + BACKUP,
    ),
    (
        "dossier_missing",
        check_care.key_concern_without_dossier,
        "有 {n} 名重点关爱服务对象还没有纸质档案（吉民发〔2024〕34号 二（二））。请在儿童台账里建立案卷。",
    ),
    (
        "search_differs",
        check_links.search_columns_differing,
        "有 {n} 名儿童的检索栏（拼音、证件号码尾数）和登记的内容对不上，登记的内容都在。" + REPAIR,
    ),
    (
        "number_not_found",
        check_links.number_tails_differing,
        "有 {n} 个档号按末尾几位查不到，档号本身没有错。" + REPAIR,
    ),
    (
        "merge_incomplete",
        check_links.merges_incomplete,
        "有 {n} 名儿童标为已并入另一名，名下却还有记录，登记的内容都在。请在“重复儿童”里撤销合并，再合并一次。",
    ),
    (
        "link_to_merged",
        check_links.links_of_merged,
        "有 {n} 条儿童之间的关联指着已并入另一名的儿童，登记的内容都在。请撤销这些关联，重新关联到合并后的儿童。",
    ),
    (
        "second_entry_contradicts",
        check_links.second_entries_contradicting,
        "有 {n} 栏双录的结果和两次录入的内容对不上，可能有人绕过程序改过。请对照纸质件重新核对这些栏目。",
    ),
    (
        "sensitive_open",
        check_links.sensitive_in_the_open,
        "有 {n} 处特别敏感的内容没有加封，不是指定的人也能看到，内容都在。"
        + REPAIR
        + "旧版本留在说明里的，要由能打开特别敏感内容的人登录一次，才会加封。",
    ),
    (
        "erasure_incomplete",
        check_links.erasures_incomplete,
        "有 {n} 处依法删除没有删干净，其他内容不受影响。" + REPAIR,
    ),
    (
        "erasure_unasked",
        check_links.erased_unasked,
        "有 {n} 页标为依法删除，却没有两个人的申请和决定，可能有人绕过程序删过。请报告管理员，" + BACKUP,
    ),
    (
        "source_gone",
        check_links.sources_gone,
        "操作记录里收过的 {n} 个文件，现在一点记录也没有了，可能有人绕过程序删过。请报告管理员，" + BACKUP,
    ),
    (
        "roster_rows_differ",
        roster_rows.counts_differing,
        "有 {n} 份基础名单的行数和带入时不一样，登记的内容不受影响。请删除这些名单，重新带入。",
    ),
    (
        "roster_open",
        roster_rows.sensitive_in_the_open,
        "特别敏感的名单里有 {n} 行没有加封，不是指定的人也能看到。请删除这份名单，由指定的人重新带入。",
    ),
    (
        "proposal_astray",
        check_links.proposals_astray,
        "有 {n} 条交接建议既不是本单位提给对方的，也不是对方提给本单位的，登记的内容不受影响。" + BACKUP,
    ),
    (
        "proposal_unanswered",
        check_links.proposals_without_answer,
        "有 {n} 条建议标为已采纳，登记表的修改历史里却没有，可能有人绕过程序改过。请对照纸质件重新核对这些栏目。",
    ),
    (
        "package_ill_noted",
        check_links.packages_ill_noted,
        "有 {n} 个交接包的登记不完整，包本身不受影响。请下次做一份“全部内容”的交接包，并报告管理员。",
    ),
    (
        "handed_over_astray",
        check_links.handed_over_astray,
        "有 {n} 条“对方已有”的登记查不到是哪个交接包送去的，下一包会漏掉它们。" + REPAIR,
    ),
    (
        "package_cut",
        check_rows.packages_beyond_the_audit,
        "有 {n} 个交出的交接包，包上的末码在操作记录里找不到：操作记录被截短，或资料库被换成了旧的。请报告管理员。",
    ),
    (
        "audit_cut",
        check_rows.receipts_beyond_the_audit,
        "有 {n} 张回执上印的操作记录校验值，在操作记录里找不到：操作记录被截短，或资料库被换成了旧的。请报告管理员。",
    ),
)


KEPT = "登记的内容不受影响。"
# what is found by more than a look at the rows
OTHERS: dict[str, str] = {
    "database_damaged": "数据库文件有损坏。没有改动任何内容。请先把整个资料库文件夹另存一份，再从备份恢复。",
    "audit_head_missing": "打印件上的 {n} 个操作记录末码，在操作记录里找不到："
    "操作记录被截短、改过，或资料库被换成了旧的。请报告管理员，保留现在的文件夹，查明以前不要再录入。",
    "audit_broken": "操作记录有 {n} 处被删改或调换过，登记的内容要另行核对。请报告管理员，保留现在的文件夹。",
    "rule_broken": "有 {n} 份核对完的登记表，内容互相矛盾，存的时候没有这样的错误。请退回核对，对照纸质件改正。",
    "file_missing": f"有 {{n}} 份图像文件不见了，{KEPT}请从备份恢复，或重新扫描。",
    "file_damaged": f"有 {{n}} 份图像文件损坏，{KEPT}请从备份恢复，或重新扫描。",
    "file_altered": f"有 {{n}} 份图像文件和收到时不一样，{KEPT}请从备份恢复，并报告管理员。",
    "file_stray": f"图像文件夹里有 {{n}} 个多余的文件，不占用任何登记，{KEPT}可在备份之后删去。",
    "keys_damaged": "密钥文件 keys.json 和它的副本都坏了，资料库关掉以后就打不开了，里面的内容没有改动。"
    "请先把整个资料库文件夹另存一份，再从备份恢复。",
    "keys_half": "密钥文件 keys.json 和它的副本有一份坏了，另一份完好，资料库照常使用。" + REPAIR,
    "keys_foreign": "密钥文件里有 {n} 个不是本资料库用户的开锁人。请报告管理员，并更换密钥文件（从备份恢复）。",
}
CLEAR_SCANS = "有 {n} 份收过的扫描件原件还在收件的文件夹里，没有加密。备份以后，请在文件夹里删去，或锁进柜子。"


@verb(Right.ADMINISTER)
def check(store: Store, actor: Actor, heads: tuple[Head, ...] = ()) -> tuple[Fault, ...]:
    """Everything that is wrong, the gravest first; empty for a store that is whole.

    ``heads``: ends of the audit as they were printed on receipts, backups and exports; each must still be in it.
    """
    with store.session() as session:
        require_whole_office(session, actor)
    return (*_head_faults(store, heads), *_faults(store))


@verb(Right.ADMINISTER)
def clear_scans(store: Store, actor: Actor) -> Fault | None:
    """Delivered files that still lie outside in the clear: no fault of the store's, but somebody has to see to them."""
    with store.session() as session:
        require_whole_office(session, actor)
        lying = [
            source.id
            for source in intake_rows.sources_in_order(session, actor.division)
            if source.lies_outside and Path(source.delivered_path).is_file()
        ]
    return Fault("clear_scans", CLEAR_SCANS.format(n=len(lying)), tuple(lying)) if lying else None


def _fault(code: str, ids: Sequence[str]) -> Fault:
    return Fault(code, OTHERS[code].format(n=len(ids)), tuple(ids))


def _head_faults(store: Store, heads: tuple[Head, ...]) -> Iterator[Fault]:
    unasked: list[str] = []
    missing = _look(store, lambda session: missing_heads(session, heads), "audit heads", unasked)
    if missing:
        yield _fault("audit_head_missing", missing)


def _faults(store: Store) -> Iterator[Fault]:
    unasked: list[str] = []  # what a damaged database could not be asked
    found = list(_row_faults(store, unasked))
    users = _look(store, check_rows.user_ids, "users", unasked)
    damaged = _look(store, check_rows.damaged_pages, "database", unasked)
    files: list[Fault] = []
    if not unasked:  # without all rows neither files nor keys can be judged
        try:
            files = list(_vault_faults(store))
        except StoreDamaged:
            unasked.append("vault")
    if damaged or unasked:
        yield _fault("database_damaged", (*damaged, *(f"unreadable: {what}" for what in unasked)))
    yield from found
    if not unasked:
        yield from files
        yield from _key_faults(store, users)


def _look(store: Store, look: Look, what: str, unasked: list[str]) -> Ids:
    """What a look finds; nothing where the database is too damaged to be asked, which is noted."""
    try:
        with store.session() as session:
            return look(session)
    except StoreDamaged:
        unasked.append(what)
        return ()


def _row_faults(store: Store, unasked: list[str]) -> Iterator[Fault]:
    for code, look, sentence in ROWS:
        found = _look(store, look, code, unasked)
        if found:
            yield Fault(code, sentence.format(n=len(found)), found)
    looks: tuple[tuple[str, Look], ...] = (
        ("audit_broken", lambda session: tuple(map(str, store.broken_audit(session)))),
        ("rule_broken", lambda session: rules.contradicting(store, session)),
    )
    for code, look in looks:
        found = _look(store, look, code, unasked)
        if found:
            yield _fault(code, found)


def _vault_faults(store: Store) -> Iterator[Fault]:
    """Raises StoreDamaged."""
    found: dict[str, list[str]] = {"file_missing": [], "file_damaged": [], "file_altered": []}
    known: set[str] = set()
    for row in _vault_rows(store):
        known.add(row.ref.id)
        state = _file_state(store, row)
        if state != WHOLE:
            found[state].append(row.row_id)
    with store.session() as session:  # what came in since is no stray
        known |= vault_rows.named_ids(session)
    found["file_stray"] = [path.name for path in store.vault.strays(known)]
    for code, ids in found.items():
        if ids:
            yield _fault(code, ids)


def _vault_rows(store: Store) -> Iterator[VaultRow]:
    """Every row that names a file in the vault. In portions: reading all files takes long, and others want to write."""
    for next_rows in check_rows.VAULT_ROWS:
        after: str | None = ""
        while after is not None:
            with store.session() as session:
                rows = next_rows(session, after)
            yield from rows
            after = rows[-1].row_id if rows else None


def _file_state(store: Store, row: VaultRow) -> str:
    """``WHOLE`` or the fault's code; a file sealed for named persons counts as whole for all others."""
    if not store.vault.exists(row.ref.id):
        return "file_missing"
    ref = row.ref
    if row.sealed:
        try:
            key = store.open_sealed(row.ref.key, f"vault/{row.ref.id}")
        except StoreDamaged:
            return "file_damaged"
        if key is None:
            return WHOLE
        ref = VaultRef(row.ref.id, key)
    try:
        content = store.vault.get(ref)
    except FileDamaged:
        return "file_damaged"
    if row.content_hash and store.keyed_hash(content, "source") != row.content_hash:
        return "file_altered"
    return WHOLE


def _key_faults(store: Store, users: Ids) -> Iterator[Fault]:
    """The key file: whole, and opening the store for nobody but users and the recovery code."""
    try:
        owners = people.owner_ids(store)
    except StoreDamaged:
        yield _fault("keys_damaged", ())
        return
    if not people.keys_doubly_kept(store):
        yield _fault("keys_half", ())
    strangers = owners - frozenset(users)
    if strangers:
        yield _fault("keys_foreign", sorted(strangers))
