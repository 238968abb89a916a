"""Who may do what: the table is written by hand here, every public verb stands in it, and every role is tried."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import workflow
from records.views import Role
from tests.workflow.conftest import OfficeAtWork
from workflow.errors import NotAllowed
from workflow.permissions import VERBS

C, R, A, M, H = Role.COLLECTOR, Role.REVIEWER, Role.ARCHIVIST, Role.ADMINISTRATOR, Role.HELPER
EVERYBODY = {C, R, A, M}  # of the office; H, helpers from outside, are named where they may

EXPECTED: dict[str, set[Role]] = {
    "workflow.access.office": EVERYBODY | {H},
    "workflow.erasing.request_erasure": {C, R, A, M},
    "workflow.erasing.erasures": {C, R, A, M},
    "workflow.erasing.refuse_erasure": {M},
    "workflow.erasing.plan_erasure": {M},
    "workflow.erasing.carry_out_erasure": {M},
    "workflow.audit_export.export_audit": {M},
    "workflow.audit_export.audit_head": {M},
    "workflow.unmask.id_numbers": {C, R, M},
    "workflow.backups.make_backup": {M},
    "workflow.backups.back_up_if_due": EVERYBODY | {H},
    "workflow.backups.backups": {M},
    "workflow.people.users": {M},
    "workflow.people.add_user": {M},
    "workflow.people.change_user": {M},
    "workflow.people.disable_user": {M},
    "workflow.people.reset_password": {M},
    "workflow.people.name_for_sensitive": {M},
    "workflow.people.new_recovery_code": {M},
    "workflow.people.rotate_keys": {M},
    "workflow.recovery_noted.shown": {M},
    "workflow.recovery_noted.noted": {M},
    "workflow.recovery_noted.waits": {M},
    "workflow.people.change_password": EVERYBODY | {H},
    "workflow.people.unlock": EVERYBODY | {H},
    "workflow.settings.settings": EVERYBODY | {H},
    "workflow.settings.change_setting": {M},
    "workflow.intake.take_in": {C, A, M},
    "workflow.intake.take_in_folder": {C, A, M},
    "workflow.intake.inbox": {C, A, M},
    "workflow.intake.bring_back": {C, A, M},
    "workflow.intake.retry": {C, A, M},
    "workflow.intake.retry_source": {C, A, M},
    "workflow.intake.supply_password": {C, A, M},
    "workflow.intake.page_words": {C, A, M},
    "workflow.arranging.put": {C, A, M},
    "workflow.arranging.apart": {C, A, M},
    "workflow.arranging.aside": {C, A, M},
    "workflow.arranging.move_behind": {C, A, M},
    "workflow.arranging.put_back": {C, A, M},
    "workflow.arranging.turn": {C, A, M},
    "workflow.arranging.key_in": {C, A, M},
    "workflow.arranging.undo_last": {C, A, M},
    "workflow.arranging.read_as": {C, A, M},
    "workflow.recognise.run_queue": {C, A, M},
    "workflow.form_learning.learn": {C, M},
    "workflow.form_learning.learn_pages": {C, M},
    "workflow.form_trying.try_file": {C, M},
    "workflow.form_trying.try_pages": {C, M},
    "workflow.form_trying.original": {C, A, M},
    "workflow.office_forms.forms": EVERYBODY | {H},
    "workflow.office_forms.form": EVERYBODY | {H},
    "workflow.office_forms.install": {C, M},
    "workflow.office_forms.retire": {C, M},
    "workflow.office_forms.reinstate": {C, M},
    "workflow.office_forms.export_form": {C, M},
    "workflow.office_forms.take_over": {C, M},
    "workflow.office_forms.print_blank": EVERYBODY | {H},
    "workflow.draft_workbook.write_draft": {C, A, M},
    "workflow.verify.count_drafts": EVERYBODY | {H},
    "workflow.verify.draft_ids": EVERYBODY | {H},
    "workflow.verify.drafts": EVERYBODY | {H},
    "workflow.finding.find": EVERYBODY | {H},
    "workflow.trust.trust": EVERYBODY | {H},
    "workflow.verify.sheet": EVERYBODY | {H},
    "workflow.verify.as_typed": EVERYBODY | {H},
    "workflow.verify.page_image": EVERYBODY | {H},
    "workflow.read_ahead.sheet": {C, R, M, H},
    "workflow.read_ahead.page_image": {C, R, M, H},
    "workflow.read_ahead.look": {C, R, M, H},
    "workflow.half_typed.keep": {C, R, M, H},
    "workflow.half_typed.kept": EVERYBODY | {H},
    "workflow.half_typed.latest": {C, R, M, H},
    "workflow.village_questions.write_slips": {C, M},
    "workflow.typing_offers.office_words": {C, R, M, H},
    "workflow.sticky.pin": {C, R, M, H},
    "workflow.sticky.unpin": {C, R, M, H},
    "workflow.group_verify.groups": {C, R, M, H},
    "workflow.group_verify.sheet": {C, R, M, H},
    "workflow.group_verify.accept": {C, R, M, H},
    "workflow.group_verify.take_back": {C, R, M, H},
    "workflow.verify.confirm": {C, R, M, H},
    "workflow.verify.mark": {C, R, M, H},
    "workflow.verify.undo": {C, R, M, H},
    "workflow.verify.take_back": {C, R, M, H},
    "workflow.verify.finish": {C, R, M, H},
    "workflow.verify.reopen": {C, R, M, H},
    "workflow.archive.move_box": {C, A, M},
    "workflow.archive.numbered": {C, A, M},
    "workflow.archive.papers": {C, A, M},
    "workflow.archive.put_away": {C, A, M},
    "workflow.archive.shelves": {C, A, M},
    "workflow.archive.write_list": {C, A, M},
    "workflow.cross_reference.set_location": {C, A, M},
    "workflow.cross_reference.sheet_places": EVERYBODY,
    "workflow.children.children": EVERYBODY,
    "workflow.rules.run_rules": EVERYBODY,
    "workflow.children.count": EVERYBODY,
    "workflow.child_page.child_page": EVERYBODY,
    "workflow.child_page.field_history": EVERYBODY,
    "workflow.divisions.divisions": {M},
    "workflow.divisions.move": {M},
    "workflow.dossiers.open_dossier": {C, A, M},
    "workflow.dossiers.put_in": {C, A, M},
    "workflow.dossiers.take_out": {C, A, M},
    "workflow.dossiers.set_dossier_location": {C, A, M},
    "workflow.prefilled.print_forms": {C, M},
    "workflow.placing.count_waiting": {C, R, M},
    "workflow.placing.waiting": {C, R, M},
    "workflow.placing.record_visit_form": {C, R, M},
    "workflow.placing.record_log_form": {C, R, M},
    "workflow.placing.file_card": {C, R, M},
    "workflow.rounds.open_round": {M},
    "workflow.rounds.close_round": {M},
    "workflow.rounds.reopen_round": {M},
    "workflow.rounds.rounds": EVERYBODY,
    "workflow.rounds.progress": EVERYBODY,
    "workflow.rounds.outstanding": EVERYBODY,
    "workflow.rounds.compared": EVERYBODY,
    "workflow.concerns.confirm": {C, R, M},
    "workflow.concerns.dismiss": {C, R, M},
    "workflow.concerns.add": {C, R, M},
    "workflow.concerns.end": {C, R, M},
    "workflow.concerns.count_waiting": {C, R, M},
    "workflow.concerns.proposed": {C, R, M},
    "workflow.concerns.key_concern": {C, R, M},
    "workflow.mandatory.raise_case": {C, R, M},
    "workflow.mandatory.record_report": {C, R, M},
    "workflow.mandatory.withdraw": {C, R, M},
    "workflow.mandatory.open_cases": {C, R, M},
    "workflow.visits.plan": {C, R, M},
    "workflow.visits.record": {C, R, M},
    "workflow.visits.count_due": {C, R, M},
    "workflow.visits.due": {C, R, M},
    "workflow.visits.visits": {C, R, M},
    "workflow.visit_paper.print_due": {C, R, M},
    "workflow.visit_forms.print_visit_forms": {C, R, M},
    "workflow.visits.write_log": {C, R, M},
    "workflow.visits.work_log": {C, R, M},
    "workflow.moves.exit_child": {C, R, M},
    "workflow.moves.return_child": {C, R, M},
    "workflow.moves.link": {C, R, M},
    "workflow.moves.unlink": {C, R, M},
    "workflow.review.to_review": {R, M},
    "workflow.review.review": {R, M},
    "workflow.review.send_back": {R, M},
    "workflow.second_entry.waiting": {C, R, M},
    "workflow.second_entry.disagreements": {C, R, M},
    "workflow.second_entry.sheet": {C, R, M},
    "workflow.second_entry.enter": {C, R, M},
    "workflow.second_entry.disputed": {C, R, M},
    "workflow.second_entry.resolve": {C, R, M},
    "workflow.second_entry.agreement_figures": {R, M},
    "workflow.duplicates.duplicate_candidates": EVERYBODY,
    "workflow.duplicates.all_duplicates": EVERYBODY,
    "workflow.duplicates.merges": EVERYBODY,
    "workflow.twins.compare": EVERYBODY,
    "workflow.duplicates.merge": {R, M},
    "workflow.duplicates.undo_merge": {R, M},
    "workflow.duplicates.keep_apart": {R, M},
    "workflow.rosters.rosters": {C, R, M},
    "workflow.rosters.write_findings": {C, R, M},
    "workflow.rosters.compare": {C, R, M},
    "workflow.rosters.remove": {R, M},
    "workflow.children.places": EVERYBODY,
    "workflow.kept_views.filters": EVERYBODY,
    "workflow.kept_views.keep_filter": EVERYBODY,
    "workflow.kept_views.remove_filter": EVERYBODY,
    "workflow.kept_views.columns": EVERYBODY | {H},
    "workflow.kept_views.keep_columns": EVERYBODY | {H},
    "workflow.kept_views.window": EVERYBODY | {H},
    "workflow.kept_views.keep_window": EVERYBODY | {H},
    "workflow.roster_import.look": {R, M},
    "workflow.roster_import.preview": {R, M},
    "workflow.roster_import.bring_in": {R, M},
    "workflow.report.candidates": {C, R, M},
    "workflow.report.batches": {C, R, M},
    "workflow.report.elsewhere": {C, R, M},
    "workflow.report.batch": {C, R, M},
    "workflow.report.new_batch": {R, M},
    "workflow.report.freeze": {R, M},
    "workflow.report.write": {R, M},
    "workflow.report.record_outcome": {R, M},
    "workflow.entry_sheets.write": {R, M},
    "workflow.check.check": {M},
    "workflow.check.clear_scans": {M},
    "workflow.repair.repair": {M},
    "workflow.partners.write_card": {M},
    "workflow.partners.look_at_card": {M},
    "workflow.partners.trust": {M},
    "workflow.partners.partners": {M},
    "workflow.handover.make": {M},
    "workflow.handover.outgoing": {M},
    "workflow.partners.own_card": {M},
    "workflow.proposals.propose_typed": {R, M},
    "workflow.handover_in.preview": {M},
    "workflow.handover_in.take_in": {M},
    "workflow.proposals.propose": {R, M},
    "workflow.proposals.proposals": {C, R, M},
    "workflow.proposals.accept": {C, R, M},
    "workflow.proposals.decline": {C, R, M},
}


def public_verbs() -> dict[str, Callable[..., Any]]:
    """Every public function of ``workflow`` that takes a store and an actor first, and was written there."""
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(workflow.__path__, "workflow."):
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = list(inspect.signature(function).parameters)[:2]
            if function.__module__ == info.name and not name.startswith("_") and first == ["store", "actor"]:
                found[f"{info.name}.{name}"] = function
    return found


# they are verbs put together, and are checked by each of those
COMPOSED = {"workflow.digitize.digitize", "workflow.digitize.account_for"}


def test_every_verb_stands_in_the_table() -> None:
    assert public_verbs().keys() - COMPOSED == EXPECTED.keys()
    assert VERBS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_who_may(office: OfficeAtWork, name: str) -> None:
    function = public_verbs()[name]
    for role in Role:
        # called without its other arguments: one who may gets as far as missing them (or to an answer)
        told = ""
        try:
            function(office.store, office.as_role(role))
        except NotAllowed as refused:
            told = refused.sentence
        except TypeError:
            pass
        assert ("不能做" in told) == (role not in EXPECTED[name]), role
