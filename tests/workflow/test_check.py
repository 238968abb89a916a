"""``tongdang check``: clean on a store at work, and each of its checks finds the fault it is for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forms.dictionary import extra_sensitive
from records import database, keys
from records.folder import DATABASE, KEYS
from records.tables import Child
from records.views import Role
from tests.workflow.conftest import PASSWORD, QUICK, Clock, OfficeAtWork
from tests.workflow.scripted import back, believing, blank, failing, front, unknown
from workflow import report
from workflow.access import create_office, log_in
from workflow.check import OTHERS, ROWS, check, clear_scans
from workflow.errors import NotAllowed
from workflow.repair import repair

Plant = Callable[[OfficeAtWork], None]


@pytest.fixture(scope="module")
def worked_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with papers of every sort: one registration verified and sent, one answered in part."""
    place = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflow.drafting.judge", believing)
        opened = create_office(
            place / "资料库",
            office_name="黄松甸镇人民政府",
            division="220281105",
            username="admin",
            full_name="管理员",
            password=PASSWORD,
            now=Clock().now,
            kdf=QUICK,
        )
        with opened.store:
            _work(OfficeAtWork(opened.store, opened.actor, place))
    return place / "资料库"


def _work(office: OfficeAtWork) -> None:
    office.deliver("a.jpg", front("S1"), back("S1"), blank(), unknown())
    office.deliver("b.jpg", front("S2", child_name="王一", child_id_number="220284201801010048"))
    office.deliver("c.jpg", failing("no_corners"))
    office.deliver("d.jpg", front("S1"), mark="the first page scanned again")
    office.read()
    whole = next(sheet for sheet in office.sheets() if len(sheet.pages) == 2)
    office.verified(whole)
    (other,) = office.sheets()
    office.answer_all(other)
    _changes, batch_id = report.new_batch(office.store, office.actor, office.clock(), "第一批", [whole.registration_id])
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    report.write(office.store, office.actor, office.clock(), batch_id, office.folder / "批次.xlsx")


@pytest.fixture
def at_work(worked_in: Path, tmp_path: Path) -> Iterator[OfficeAtWork]:
    """A copy of that store, to be damaged."""
    shutil.copytree(worked_in, tmp_path / "资料库")
    opened = log_in(tmp_path / "资料库", username="admin", password=PASSWORD, now=Clock().now)
    with opened.store:
        yield OfficeAtWork(opened.store, opened.actor, tmp_path)


def run(office: OfficeAtWork, *statements: str) -> None:
    """Somebody with the database's key goes past the program: no references, no triggers."""
    path = office.store.data_dir / DATABASE
    connection = database.connect(path, office.store.opened_keys.database)
    connection.execute("PRAGMA foreign_keys = OFF")
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    connection.close()


def one(office: OfficeAtWork, query: str) -> str:
    connection = database.connect(office.store.data_dir / DATABASE, office.store.opened_keys.database)
    (found,) = connection.execute(query).fetchone()
    connection.close()
    return str(found)


def vault_file(office: OfficeAtWork, column: str, table: str) -> Path:
    vault_id = one(office, f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY id LIMIT 1")
    return office.store.vault.path(vault_id)


def lose_a_viewing_copy(office: OfficeAtWork) -> None:
    vault_file(office, "view_id", "pages").unlink()


def leave_a_file_over(office: OfficeAtWork) -> None:
    office.store.vault.put(b"left over")


def remove_a_source(office: OfficeAtWork) -> None:
    office.store.vault.delete(one(office, "SELECT vault_id FROM sources WHERE name = 'c.jpg'"))
    run(
        office,
        "DELETE FROM pages WHERE source_id = (SELECT id FROM sources WHERE name = 'c.jpg')",
        "DELETE FROM sources WHERE name = 'c.jpg'",
    )


def make_a_tombstone(office: OfficeAtWork) -> None:
    for column in ("view_id", "masked_id"):
        vault_id = one(office, f"SELECT {column} FROM pages WHERE id = {ASIDE}")
        if vault_id != "None":
            office.store.vault.delete(vault_id)
    run(
        office,
        f"DELETE FROM readings WHERE page_id = {ASIDE}",
        f"UPDATE pages SET erased_at = {AT}, reason = 'erased', status = '', view_id = NULL, view_key = NULL,"
        " masked_id = NULL, masked_key = NULL, serial = NULL, content_hash = NULL, duplicate_of_id = NULL"
        f" WHERE id = {ASIDE}",
    )


def cut_the_key_file(office: OfficeAtWork) -> None:
    path = office.store.data_dir / KEYS
    path.write_bytes(path.read_bytes()[:-10])


def cut_both_key_files(office: OfficeAtWork) -> None:
    cut_the_key_file(office)
    keys.copy_of(office.store.data_dir / KEYS).unlink()


def flip_a_byte_of_a_scan(office: OfficeAtWork) -> None:
    path = vault_file(office, "vault_id", "sources")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def exchange_a_delivered_file(office: OfficeAtWork) -> None:
    """Another file under a row of its own making: whole for the vault, but not what was delivered."""
    ref = office.store.vault.put(b"something else")
    source = one(office, "SELECT id FROM sources ORDER BY id LIMIT 1")
    old = vault_file(office, "vault_id", "sources")
    sealed = office.store.seal(ref.key, f"vault/{ref.id}")  # pages of the form show what is extra-sensitive
    run(office, f"UPDATE sources SET vault_id = '{ref.id}', vault_key = x'{sealed.hex()}' WHERE id = '{source}'")
    old.unlink()


def add_a_stranger(office: OfficeAtWork) -> None:
    ring = keys.read_ring(office.store.data_dir / KEYS)
    stranger = keys.new_owner(ring.store_id, "stranger", "x", "x", office.store.opened_keys, kdf=QUICK, sensitive=False)
    keys.write_ring(office.store.data_dir / KEYS, keys.with_owner(ring, stranger))


def damage_the_database(office: OfficeAtWork) -> None:
    """A byte of a page in the file, past the part that every start reads."""
    connection = database.connect(office.store.data_dir / DATABASE, office.store.opened_keys.database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    path = office.store.data_dir / DATABASE
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)


HEADS = "audit_head_missing"  # found against what was printed: tests/workflow/test_audit_export.py
FIRST_SHEET = "(SELECT id FROM sheets ORDER BY id LIMIT 1)"
ITEM = f"(SELECT item_id FROM sheets WHERE id = {FIRST_SHEET})"
LAST = "(SELECT max(id) FROM registrations)"
PLACED = "(SELECT id FROM pages WHERE state = 'placed' ORDER BY id LIMIT 1)"
BY_PERSON = "(SELECT min(rowid) FROM answers WHERE state = 'confirmed' AND key = 'child_name')"

ASIDE = "(SELECT id FROM pages WHERE state = 'set_aside' ORDER BY id LIMIT 1)"
AT = "'2026-10-12 02:00:00.000000'"
USER = "(SELECT min(id) FROM users)"
REST_OF_CHILD = ", ".join(c.name for c in Child.__table__.columns if c.name != "id").replace(
    "current_registration_id, scope", "NULL, ''"
)
SECRET = min(extra_sensitive())
PARTNER = (
    "INSERT INTO partners SELECT 'p', '县', '220281', x'00', x'00', NULL, created_at, created_at, id FROM users LIMIT 1"
)

PLANTS: dict[str, Plant | tuple[str, ...]] = {
    "database_damaged": damage_the_database,
    "reference_broken": ("UPDATE sources SET received_by = 'nobody' WHERE rowid = 1",),
    "reading_damaged": ("UPDATE readings SET content = x'00' WHERE rowid = 1",),
    "form_damaged": ("UPDATE forms_used SET definition = x'00'",),
    "pages_missing": ("DELETE FROM pages WHERE state = 'failed'",),
    "reading_missing": ("UPDATE pages SET status = 'read' WHERE state = 'failed'",),
    "page_misplaced": (f"UPDATE pages SET state = 'read' WHERE id = {PLACED}",),
    "sheet_empty": ("INSERT INTO sheets (id, registration_id) SELECT 'empty', id FROM registrations LIMIT 1",),
    "registration_without_sheet": (f"UPDATE sheets SET registration_id = NULL WHERE id = {FIRST_SHEET}",),
    "side_twice": ("UPDATE pages SET form_page = 1 WHERE form_page = 2",),
    "number_missing": (f"UPDATE sheets SET item_id = NULL WHERE id = {FIRST_SHEET}",),
    "number_foreign": (f"UPDATE archive_items SET registration_id = {LAST} WHERE id = {ITEM}",),
    "number_twice": ("UPDATE archive_items SET number_norm = 'X001-ZY·2026·D30·黄松甸镇-0001', number_tail = '0001'",),
    "history_contradicts": (f"UPDATE answers SET value = '\"王五\"' WHERE rowid = {BY_PERSON}",),
    "batch_altered": ("UPDATE batch_rows SET frozen = '{}'",),
    "current_differs": ("UPDATE children SET current_registration_id = NULL, scope = ''", "DELETE FROM child_terms"),
    "child_without_registration": (f"INSERT INTO children SELECT 'other', {REST_OF_CHILD} FROM children",),
    "visit_unplanned": ("UPDATE visits SET state = 'cancelled'",),
    "reference_missing": (
        (
            "INSERT INTO archive_items (id, archive_number, number_norm, number_tail, registration_id, title,"
            " copy_location, page_range, numbered_at)"
            f" SELECT 'moved', 'n', 'n', 'n', registration_id, '', '', '', {AT}"
            f" FROM sheets WHERE id = {FIRST_SHEET}"
        ),
        f"UPDATE sheets SET item_id = 'moved' WHERE id = {FIRST_SHEET}",
    ),
    "dossier_missing": (
        (
            "INSERT INTO concerns (id, child_id, state, criterion, since, why, rule, decided_at, decision_note,"
            " end_reason) SELECT 'c', id, 'confirmed', 'ill', '2026-10-12', '', '', '2026-10-12 02:00:00', '', ''"
            " FROM children"
        ),
    ),
    "search_differs": ("UPDATE children SET id_reversed = 'x'",),
    "number_not_found": ("UPDATE archive_items SET number_tail = 'x'",),
    "merge_incomplete": (
        f"INSERT INTO children SELECT 'other', {REST_OF_CHILD} FROM children",
        (
            f"INSERT INTO child_merges SELECT 'm', 'other', id, 'w', '{{}}', {AT}, {USER}, NULL, NULL, '' FROM children"
            " WHERE id <> 'other'"
        ),
    ),
    "link_to_merged": (
        *(f"INSERT INTO children SELECT '{n}', {REST_OF_CHILD} FROM children WHERE id NOT IN ('1', '2')" for n in "12"),
        (
            f"INSERT INTO child_merges SELECT 'm', id, '1', 'w', '{{}}', {AT}, {USER}, NULL, NULL, '' FROM children"
            " WHERE id NOT IN ('1', '2')"
        ),
        "UPDATE children SET store_id = 'p' WHERE id = '2'",
        f"INSERT INTO child_links VALUES ('l', 'siblings', '1', '2', 'w', {AT}, {USER}, NULL, NULL, '')",
    ),
    "second_entry_contradicts": (
        (
            f"INSERT INTO second_entries SELECT 's', id, 'child_name', '\"甲\"', '', '\"乙\"', {USER}, 1, {AT}, 'b',"
            " 'null', NULL, NULL FROM registrations LIMIT 1"
        ),
        (
            "INSERT INTO users (id, username, full_name, role, division, created_at)"
            f" VALUES ('b', 'b', 'b', 'reviewer', '220281105', {AT})"
        ),
    ),
    "sensitive_open": (
        f"INSERT INTO half_typed SELECT id, {USER}, '{SECRET}', NULL, '疑似', {AT} FROM registrations LIMIT 1",
    ),
    "erasure_incomplete": (
        (
            f"INSERT INTO erasures SELECT 'e', source_id, '[\"' || id || '\"]', 'r', 'done', {AT}, {USER}, {AT}, 'b'"
            " FROM pages WHERE state = 'set_aside' LIMIT 1"
        ),
        (
            "INSERT INTO users (id, username, full_name, role, division, created_at)"
            f" VALUES ('b', 'b', 'b', 'administrator', '220281105', {AT})"
        ),
    ),
    "erasure_unasked": make_a_tombstone,
    "source_gone": remove_a_source,
    "proposal_astray": (
        (
            f"INSERT INTO proposals SELECT 'p', store_id, id, 'value', 'school_name', 'null', '\"一\"', 'w', {AT}, 'x',"
            " 'open', NULL, '', '' FROM registrations LIMIT 1"
        ),
    ),
    "proposal_unanswered": (
        PARTNER,
        (
            f"INSERT INTO proposals SELECT 'p', 'p', id, 'value', 'school_name', 'null', '\"一\"', 'w', {AT}, 'x',"
            f" 'accepted', {AT}, 'y', '' FROM registrations LIMIT 1"
        ),
    ),
    "rule_broken": (
        "UPDATE answers SET value = '[\"1\"]' WHERE key = 'child_sex'",
        "UPDATE answer_events SET to_value = '[\"1\"]' WHERE key = 'child_sex'",
    ),
    "package_ill_noted": (
        PARTNER,
        (
            "INSERT INTO handovers SELECT 'h', 'p', 'out', 1, 1, '', '{}', seq, hash, at, actor_id, at FROM audit"
            " ORDER BY seq DESC LIMIT 1"
        ),
    ),
    "handed_over_astray": (PARTNER, "INSERT INTO handed_over VALUES ('p', 'registration', 'r', '')"),
    "roster_rows_differ": (
        "INSERT INTO rosters SELECT 'r', '名单', 'school', '2026-10-12', '', 0, 1, 0, created_at, id FROM users",
    ),
    "roster_open": (
        "INSERT INTO rosters SELECT 'r', '名单', 'disability', '2026-10-12', '', 1, 1, 0, created_at, id FROM users",
        "INSERT INTO roster_entries VALUES ('e', 'r', 2, '王一', '王一', NULL, '2018-01-01', '', NULL)",
    ),
    "package_cut": (
        PARTNER,
        "INSERT INTO handovers SELECT 'h', 'p', 'out', 1, 0, '', '{}', 3, 'x', created_at, id, NULL FROM users",
    ),
    "audit_cut": ("DELETE FROM audit WHERE seq >= (SELECT audit_seq FROM receipts)",),
    "audit_broken": ("UPDATE audit SET actor_id = 'x' WHERE seq = 3",),
    "file_missing": lose_a_viewing_copy,
    "file_damaged": flip_a_byte_of_a_scan,
    "file_altered": exchange_a_delivered_file,
    "file_stray": leave_a_file_over,
    "keys_damaged": cut_both_key_files,
    "keys_half": cut_the_key_file,
    "keys_foreign": add_a_stranger,
}


def plant_fault(office: OfficeAtWork, code: str) -> None:
    plant = PLANTS[code]
    if callable(plant):
        plant(office)
    else:
        run(office, *plant)


def test_a_store_at_work_is_whole(at_work: OfficeAtWork) -> None:
    assert check(at_work.store, at_work.actor) == ()


@pytest.mark.parametrize("code", PLANTS)
def test_each_fault_is_found(at_work: OfficeAtWork, code: str) -> None:
    plant_fault(at_work, code)
    found = {fault.code: fault for fault in check(at_work.store, at_work.actor)}
    assert set(found) == {code}
    fault = found[code]
    assert fault.sentence.endswith("。")
    assert fault.ids or code in {"keys_damaged", "keys_half"}


def test_every_check_has_a_fault_to_find() -> None:
    assert {code for code, _look, _sentence in ROWS} | set(OTHERS) == set(PLANTS) | {HEADS}


def test_only_who_administers_checks(office: OfficeAtWork) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            check(office.store, office.as_role(role))
    assert check(office.store, office.actor) == ()


def to_show_a_derived_column(office: OfficeAtWork) -> None:
    run(office, "UPDATE children SET current_registration_id = NULL, id_reversed = 'x'")


def leave_something_of_a_tombstone(office: OfficeAtWork) -> None:
    """Two persons decided it, and a serial, a reading and a picture are still there."""
    plant_fault(office, "erasure_incomplete")
    run(office, f"UPDATE pages SET erased_at = {AT}, reason = 'erased' WHERE id = {ASIDE}")


def write_a_sensitive_answer_openly(office: OfficeAtWork) -> None:
    registration = one(office, "SELECT id FROM registrations WHERE state = 'verified'")
    run(
        office,
        f"INSERT INTO answers SELECT '{registration}', '{SECRET}', '[\"x\"]', '疑似', NULL, 'machine', source, note,"
        " accepted, verdict_version, reasons, reading_id, page_id, box, changed_at, NULL FROM answers"
        " LIMIT 1",
    )


REPAIRED: dict[str, Plant] = {
    "file_stray": leave_a_file_over,
    "current_differs": to_show_a_derived_column,
    "child_without_registration": lambda office: plant_fault(office, "child_without_registration"),
    "visit_unplanned": lambda office: plant_fault(office, "visit_unplanned"),
    "sensitive_open": write_a_sensitive_answer_openly,
    "erasure_incomplete": leave_something_of_a_tombstone,
    "handed_over_astray": lambda office: plant_fault(office, "handed_over_astray"),
    "keys_half": cut_the_key_file,
    "number_not_found": lambda office: plant_fault(office, "number_not_found"),
    "search_differs": lambda office: run(office, "UPDATE child_terms SET term = term || 'x'"),
}


@pytest.mark.parametrize("code", REPAIRED)
def test_what_is_safe_to_repair_is_repaired(at_work: OfficeAtWork, code: str) -> None:
    REPAIRED[code](at_work)
    assert code in {fault.code for fault in check(at_work.store, at_work.actor)}
    assert repair(at_work.store, at_work.actor, at_work.clock()) == ()
    assert one(at_work, "SELECT count(*) FROM audit WHERE verb = 'check.repair'") == "1"


def test_what_is_not_safe_to_repair_stays(at_work: OfficeAtWork) -> None:
    lose_a_viewing_copy(at_work)
    (left,) = repair(at_work.store, at_work.actor, at_work.clock())
    assert left.code == "file_missing"
    damage_the_database(at_work)
    leave_a_file_over(at_work)
    assert "database_damaged" in {fault.code for fault in repair(at_work.store, at_work.actor, at_work.clock())}
    assert list(at_work.store.vault.folder.rglob("*.part")) == []
    assert len(list(at_work.store.vault.ids())) > 0


def test_clear_scans_left_lying_are_told_apart(at_work: OfficeAtWork) -> None:
    """Originals that lie where they were delivered are no fault of the store's, and named all the same."""
    before = clear_scans(at_work.store, at_work.actor)
    at_work.deliver("new.jpg", front("S9"))
    lying = clear_scans(at_work.store, at_work.actor)
    assert before is not None
    assert lying is not None
    (new,) = set(lying.ids) - set(before.ids)
    assert f"{len(lying.ids)} 份" in lying.sentence
    assert check(at_work.store, at_work.actor) == ()
    (at_work.folder / "new.jpg").unlink()
    assert clear_scans(at_work.store, at_work.actor) == before
    assert one(at_work, f"SELECT name FROM sources WHERE id = '{new}'") == "new.jpg"
