"""Is everything there, whole, and in its place? Looks at every row and every file; changes nothing.

A fault is a sentence for the user (what was found, what is safe, what to do) and the ids it is about. Values never
appear in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from records import check_care, check_rows, people
from records.audit import Head
from records.check_rows import Ids, VaultRow
from records.errors import FileDamaged, StoreDamaged
from records.session import Session
from records.store import Store
from records.vault import VaultRef
from records.views import Actor
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
Look = Callable[[Session], Ids]
Found = TypeVar("Found", str, VaultRow)

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
        "visit_unplanned",
        check_care.visits_not_planned,
        "有 {n} 名儿童没有排下一次走访，或排得不对，走访记录都在。请重新登录，会自动补排。",
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


@verb(Right.ADMINISTER)
def check(store: Store, actor: Actor, heads: tuple[Head, ...] = ()) -> tuple[Fault, ...]:
    """Everything that is wrong, the gravest first; empty for a store that is whole.

    ``heads``: ends of the audit as they were printed on receipts, backups and exports; each must still be in it.
    """
    with store.session() as session:
        require_whole_office(session, actor)
    return (*_head_faults(store, heads), *_faults(store))


def _head_faults(store: Store, heads: tuple[Head, ...]) -> Iterator[Fault]:
    unasked: list[str] = []
    missing = _look(store, lambda session: missing_heads(session, heads), "audit heads", unasked)
    if missing:
        yield Fault(
            "audit_head_missing",
            f"打印件上的 {len(missing)} 个操作记录末码，在操作记录里找不到："
            "操作记录被截短、改过，或资料库被换成了旧的。"
            "请报告管理员，保留现在的文件夹，查明以前不要再录入。",
            missing,
        )


def _faults(store: Store) -> Iterator[Fault]:
    unasked: list[str] = []  # what a damaged database could not be asked
    found = list(_row_faults(store, unasked))
    files = _look(store, lambda session: tuple(check_rows.vault_rows(session)), "vault", unasked)
    users = _look(store, check_rows.user_ids, "users", unasked)
    damaged = _look(store, check_rows.damaged_pages, "database", unasked)
    if damaged or unasked:
        yield Fault(
            "database_damaged",
            "数据库文件有损坏。没有改动任何内容。请先把整个资料库文件夹另存一份，再从备份恢复。",
            (*damaged, *(f"unreadable: {what}" for what in unasked)),
        )
    yield from found
    if not unasked:  # without all rows neither files nor keys can be judged
        yield from _vault_faults(store, files)
        yield from _key_faults(store, users)


def _look(
    store: Store, look: Callable[[Session], tuple[Found, ...]], what: str, unasked: list[str]
) -> tuple[Found, ...]:
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
    broken = _look(store, lambda session: tuple(map(str, store.broken_audit(session))), "audit", unasked)
    if broken:
        yield Fault(
            "audit_broken",
            f"操作记录有 {len(broken)} 处被删改或调换过，登记的内容要另行核对。请报告管理员，保留现在的文件夹。",
            broken,
        )


def _vault_faults(store: Store, rows: tuple[VaultRow, ...]) -> Iterator[Fault]:
    missing, damaged, altered = [], [], []
    for row in rows:
        if not store.vault.exists(row.ref.id):
            missing.append(row.row_id)
            continue
        state = _file_state(store, row)
        if state == "damaged":
            damaged.append(row.row_id)
        elif state == "altered":
            altered.append(row.row_id)
    strays = [path.name for path in store.vault.strays({row.ref.id for row in rows})]
    kept = "登记的内容不受影响。"
    for code, ids, sentence in (
        ("file_missing", missing, f"有 {{n}} 份图像文件不见了，{kept}请从备份恢复，或重新扫描。"),
        ("file_damaged", damaged, f"有 {{n}} 份图像文件损坏，{kept}请从备份恢复，或重新扫描。"),
        ("file_altered", altered, f"有 {{n}} 份图像文件和收到时不一样，{kept}请从备份恢复，并报告管理员。"),
        ("file_stray", strays, f"图像文件夹里有 {{n}} 个多余的文件，不占用任何登记，{kept}可在备份之后删去。"),
    ):
        if ids:
            yield Fault(code, sentence.format(n=len(ids)), tuple(ids))


def _file_state(store: Store, row: VaultRow) -> str:
    """``whole``, ``damaged`` or ``altered``; a file sealed for named persons counts as whole for all others."""
    ref = row.ref
    if row.sealed:
        try:
            key = store.open_sealed(row.ref.key, f"vault/{row.ref.id}")
        except StoreDamaged:
            return "damaged"
        if key is None:
            return "whole"
        ref = VaultRef(row.ref.id, key)
    try:
        content = store.vault.get(ref)
    except FileDamaged:
        return "damaged"
    if row.content_hash and store.keyed_hash(content, "source") != row.content_hash:
        return "altered"
    return "whole"


def _key_faults(store: Store, users: Ids) -> Iterator[Fault]:
    """The key file: whole, and opening the store for nobody but users and the recovery code."""
    try:
        owners = people.owner_ids(store)
    except StoreDamaged as damaged:
        yield Fault("keys_damaged", damaged.sentence, ())
        return
    strangers = owners - frozenset(users)
    if strangers:
        yield Fault(
            "keys_foreign",
            f"密钥文件里有 {len(strangers)} 个不是本资料库用户的开锁人。请报告管理员，并更换密钥文件（从备份恢复）。",
            tuple(sorted(strangers)),
        )
