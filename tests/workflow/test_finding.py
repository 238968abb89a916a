"""Search from anywhere: drafts by name, its sound, and number."""

from __future__ import annotations

import pytest

from tests.workflow.conftest import OfficeAtWork
from tests.workflow.scripted import back, front
from workflow import finding
from workflow.finding import FoundKind


@pytest.mark.parametrize("typed", ["欧阳雪", "阳雪", "ouyang", "oyx", "OYX", "yangxue", "xue"])
def test_a_draft_is_found_by_its_sound_as_children_are(office: OfficeAtWork, typed: str) -> None:
    office.deliver("一.pdf", front("A"), back("A"), front("B", child_name="张江", child_id_number=None), back("B"))
    office.read()
    (found,) = finding.find(office.store, office.actor, typed)
    assert (found.kind, found.title) == (FoundKind.DRAFT, "欧阳雪")


def test_letters_that_begin_nobody_find_nobody(office: OfficeAtWork) -> None:
    office.deliver("一.pdf", front("A"), back("A"))
    office.read()
    assert finding.find(office.store, office.actor, "yx") == (), "initials count from the surname"
    assert finding.find(office.store, office.actor, "uyang") == ()
