"""Who did what stands in the audit after each deed: one line with the person and the deed, none where it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from records import audit
from records.tables import AuditEntry
from records.views import Role
from records.views_care import LinkKind
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from workflow import (
    concerns,
    cross_reference,
    dossiers,
    duplicates,
    mandatory,
    moves,
    people,
    report,
    rounds,
    settings,
    verify,
    visits,
)
from workflow.cross_reference import Place
from workflow.errors import WorkflowError

TODAY = date(2026, 10, 12)
OTHER: dict[str, Any] = {
    "child_name": "欧阳雨",
    "child_id_number": "22028420200101002X",
    "child_birth_date": "2020-01-01",
}


def act(office: OfficeAtWork) -> tuple[Any, Any, Any]:
    return office.store, office.actor, office.clock()


@contextmanager
def noted(office: OfficeAtWork, *deeds: str) -> Iterator[None]:
    """Within this, these deeds of the office's administrator are added to the audit, and no others."""
    with office.store.session() as session:
        before = audit.head(session).seq
    yield
    with office.store.session() as session:
        new = session.execute(select(AuditEntry.verb, AuditEntry.actor_id).where(AuditEntry.seq > before)).all()
        assert office.store.broken_audit(session) == ()
    assert [tuple(row) for row in new] == [(deed, office.actor.user_id) for deed in deeds]


def test_care(office: OfficeAtWork) -> None:
    one = office.child("一", health_body=["ill"])
    (row,) = concerns.proposed(office.store, office.actor)
    with noted(office, "concern.confirmed"):
        concerns.confirm(*act(office), row.concerns[0].concern_id)
    with noted(office, "concern.ended"):
        concerns.end(*act(office), row.concerns[0].concern_id, until=TODAY, reason="病愈")
    with noted(office, "case.raise"):
        _, case = mandatory.raise_case(*act(office), one, "harm", "受伤")
    reported = mandatory.Reported("派出所", "李四", office.clock())
    with noted(office, "case.report"):
        mandatory.record_report(*act(office), case, reported)
    _, case = mandatory.raise_case(*act(office), one, "separated", "独居")
    with noted(office, "case.withdraw"):
        mandatory.withdraw(*act(office), case, "与祖母同住")
    with noted(office, "case.raise", "visit.record"):
        found = visits.Visited(TODAY, "李四", "risk", findings={"concern_criteria": ["absent"]})
        visits.record(*act(office), one, found)
    with noted(office, "visit.plan"):
        visits.plan(*act(office), one, date(2026, 10, 14))
    with noted(office, "log.write"):
        visits.write_log(*act(office), TODAY, "到村里", child_id=one)


def test_children_and_their_papers(office: OfficeAtWork) -> None:
    one, other = office.child("一"), office.child("二", **OTHER)
    with noted(office, "child.link"):
        _, link = moves.link(*act(office), one, other, LinkKind.SIBLINGS, "同户")
    with noted(office, "child.unlink"):
        moves.unlink(*act(office), link, "看错了")
    with noted(office, "dossier.open"):
        _, dossier = dossiers.open_dossier(*act(office), one)
    with noted(office, "dossier.place"):
        dossiers.set_dossier_location(*act(office), dossier, Place(box="4"))
    with noted(office, "child.keep_apart"):
        duplicates.keep_apart(*act(office), one, other, "是姐妹")
    with noted(office), pytest.raises(WorkflowError):
        duplicates.merge(*act(office), one, other, "同一人")
    with noted(office, "child.ask_again"):
        duplicates.keep_apart(*act(office), one, other, apart=False)
    with noted(office, "child.merge"):
        _, merge = duplicates.merge(*act(office), one, other, "同一人")
    with noted(office, "child.unmerge"):
        duplicates.undo_merge(*act(office), merge, "不是")
    with noted(office, "child.exit"):
        moves.exit_child(*act(office), one, "home", TODAY)
    with noted(office), pytest.raises(WorkflowError):
        moves.exit_child(*act(office), one, "home", TODAY)
    with noted(office, "child.return"):
        moves.return_child(*act(office), one, TODAY, note="回来了")


def test_registrations_rounds_and_batches(office: OfficeAtWork) -> None:
    office.child("一")
    (row,) = report.candidates(office.store, office.actor)
    with noted(office, "sheet.place"):
        cross_reference.set_location(*act(office), [row.registration_id], Place(box="3"))
    with noted(office, "batch.new"):
        _, batch = report.new_batch(*act(office), "十月", [row.registration_id])
    with noted(office, "batch.freeze"):
        report.freeze(*act(office), batch)
    with noted(office, "batch.write"):
        report.write(*act(office), batch, office.folder / "批.xlsx")
    with noted(office, "batch.see"):
        (line,) = report.batch(office.store, office.actor, batch).rows
    with noted(office, "batch.returned"):
        report.record_outcome(*act(office), line.row_id, False, reason="学校不全")
    with noted(office, "registration.reopen"):
        verify.reopen(*act(office), row.registration_id, "改学校")
    with noted(office, "answer.corrected"):
        verify.confirm(*act(office), row.registration_id, "school_name", "二小")
    with noted(office, "answer.undo"):
        verify.undo(*act(office), row.registration_id)
    (first,) = rounds.rounds(office.store, office.actor)
    with noted(office, "round.close"):
        rounds.close_round(*act(office), first.round_id)
    with noted(office, "round.reopen"):
        rounds.reopen_round(*act(office), first.round_id)
    days: dict[str, Any] = {"as_of": date(2027, 6, 30), "opens": date(2027, 1, 1), "closes": date(2027, 6, 30)}
    with noted(office, "round.open"):
        _, round_id = rounds.open_round(*act(office), name="2027年上半年", **days)
    with noted(office, "round.see"):
        rounds.outstanding(office.store, office.actor, round_id)
        rounds.compared(office.store, office.actor, round_id)


def test_people_and_settings(office: OfficeAtWork) -> None:
    who: dict[str, Any] = {"role": Role.REVIEWER, "division": "220281104"}
    with noted(office, "user.add"):
        _, li = people.add_user(*act(office), username="li", full_name="李某", password=PASSWORD, kdf=QUICK, **who)
    deeds: tuple[tuple[str, Callable[[], object]], ...] = (
        ("user.change", lambda: people.change_user(*act(office), li, **who)),
        ("user.sensitive", lambda: people.name_for_sensitive(*act(office), li, True)),
        ("user.reset_password", lambda: people.reset_password(*act(office), li, "长白山的一场大雪", kdf=QUICK)),
        ("user.disable", lambda: people.disable_user(*act(office), li)),
        ("user.change_password", lambda: people.change_password(*act(office), PASSWORD, "新的松花江和雾凇", kdf=QUICK)),
        ("unlock", lambda: people.unlock(*act(office), "新的松花江和雾凇")),
        ("key.recovery_code", lambda: people.new_recovery_code(*act(office), kdf=QUICK)),
        ("settings.change", lambda: settings.change_setting(*act(office), "lock_minutes", 5)),
    )
    for deed, do in deeds:
        with noted(office, deed):
            do()
    with noted(office), pytest.raises(WorkflowError):
        people.disable_user(*act(office), office.actor.user_id)
