"""Whatever people do in whatever order: no page is lost, no number is given twice, the check finds nothing."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from records.views import AnswerState, PageRow, PageState
from tests.workflow.conftest import PASSWORD, QUICK, OfficeAtWork
from tests.workflow.scripted import Page, back, believing, blank, front, unknown
from workflow import (
    arranging,
    intake,
    verify,
)
from workflow.access import create_office
from workflow.check import check
from workflow.errors import WorkflowError

NAMES = ("欧阳雪", "王雪", "张雪")
sides: st.SearchStrategy[Page] = st.one_of(
    st.builds(
        lambda serial, name: front(serial, child_name=name, child_id_number=None, child_registered=["no"]),
        st.sampled_from(["", "S", "T"]),
        st.sampled_from(NAMES),
    ),
    st.builds(back, st.sampled_from(["", "S", "T"])),
    st.sampled_from([blank(), unknown()]),
)


class PeopleAtWork(RuleBasedStateMachine):
    """Rules pick a draft or page by number; what can't be done now raises a WorkflowError and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="tongdang-test-"))
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("workflow.drafting.judge", believing)
        self.patch.setattr("workflow.settling.judge", believing)
        opened = create_office(
            self.place / "库",
            office_name="黄松甸镇人民政府",
            division="220281104",
            username="admin",
            full_name="管理员",
            password=PASSWORD,
            now=datetime(2026, 10, 12, 1, 0, tzinfo=UTC),
            kdf=QUICK,
        )
        self.office = OfficeAtWork(opened.store, opened.actor, self.place)
        self.delivered = 0
        self.pages = 0
        self.numbers: dict[str, str] = {}  # 档号 -> registration

    def teardown(self) -> None:
        self.office.store.close()
        self.patch.undo()
        shutil.rmtree(self.place)

    def _page(self, pick: int) -> PageRow | None:
        pages = [p for s in intake.inbox(self.office.store, self.office.actor).sources for p in s.pages]
        return pages[pick % len(pages)] if pages else None

    def _draft(self, pick: int) -> str | None:
        rows = verify.drafts(self.office.store, self.office.actor)
        return rows[pick % len(rows)].registration_id if rows else None

    @rule(pages=st.lists(sides, min_size=1, max_size=4))
    def deliver(self, pages: list[Page]) -> None:
        self.delivered += 1
        self.office.deliver(f"{self.delivered}.tif", *pages, mark=self.delivered)
        self.pages += len(pages)
        self.office.read()

    @rule(pick=st.integers(0, 9), key=st.sampled_from(["child_name", "school_name", "father_name"]))
    def confirm(self, pick: int, key: str) -> None:
        registration_id = self._draft(pick)
        if registration_id is not None:
            verify.confirm(
                self.office.store,
                self.office.actor,
                self.office.clock(),
                registration_id,
                key,
                "黄松甸镇" if key == "school_name" else "欧阳雪",
            )

    @rule(pick=st.integers(0, 9))
    def ask(self, pick: int) -> None:
        registration_id = self._draft(pick)
        if registration_id is not None:
            verify.mark(
                self.office.store,
                self.office.actor,
                self.office.clock(),
                registration_id,
                "child_name",
                AnswerState.ASK,
            )

    @rule(pick=st.integers(0, 9))
    def undo(self, pick: int) -> None:
        registration_id = self._draft(pick)
        if registration_id is not None:
            with contextlib.suppress(WorkflowError):
                verify.undo(self.office.store, self.office.actor, self.office.clock(), registration_id)

    @rule(pick=st.integers(0, 9), other=st.integers(0, 9))
    def put(self, pick: int, other: int) -> None:
        registration_id, page = self._draft(pick), self._page(other)
        if registration_id is not None and page is not None:
            with contextlib.suppress(WorkflowError):
                arranging.put(
                    self.office.store, self.office.actor, self.office.clock(), [page.page_id], registration_id
                )

    @rule(pick=st.integers(0, 9), act=st.sampled_from([arranging.aside, arranging.apart]))
    def some_pages(self, pick: int, act: Callable[..., object]) -> None:
        page = self._page(pick)
        if page is not None:
            with contextlib.suppress(WorkflowError):
                act(self.office.store, self.office.actor, self.office.clock(), [page.page_id])

    @rule(pick=st.integers(0, 9), act=st.sampled_from([intake.bring_back, intake.retry]))
    def one_page(self, pick: int, act: Callable[..., object]) -> None:
        page = self._page(pick)
        if page is not None:
            with contextlib.suppress(WorkflowError):
                act(self.office.store, self.office.actor, self.office.clock(), page.page_id)

    @rule(pick=st.integers(0, 9))
    def finish(self, pick: int) -> None:
        registration_id = self._draft(pick)
        if registration_id is None:
            return
        sheet = verify.sheet(self.office.store, self.office.actor, registration_id)
        self.office.answer_all(sheet)
        with contextlib.suppress(WorkflowError):
            verify.finish(
                self.office.store, self.office.actor, self.office.clock(), registration_id, same_child=verify.NEW_CHILD
            )

    @invariant()
    def every_page_is_somewhere_once(self) -> None:
        pages = [p for s in intake.inbox(self.office.store, self.office.actor).sources for p in s.pages]
        assert len(pages) == self.pages
        for page in pages:
            assert (page.state is PageState.PLACED) == (page.registration_id is not None)
            if page.state is PageState.READ:
                assert page.status in ("unknown_form", "blank"), "a side of a known form always has a registration"

    @invariant()
    def a_number_belongs_to_one_registration_for_ever(self) -> None:
        for sheet in self.office.sheets():
            assert self.numbers.setdefault(sheet.place.archive_number, sheet.registration_id) == sheet.registration_id

    @invariant()
    def the_check_finds_nothing(self) -> None:
        assert check(self.office.store, self.office.actor) == ()


# a store per example is dear: failing stories are told as found, not made shorter
PeopleAtWork.TestCase.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
test_any_order = PeopleAtWork.TestCase
