"""The screens of an open store, in the order of the navigation, and what one of them asks of another.

A screen knows no other screen: it emits what is wanted, and here stands which other one answers that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from desktop.jobs import Jobs
from desktop.ui.archive.screen import ArchiveScreen
from desktop.ui.batches.screen import BatchesScreen
from desktop.ui.care.screen import CareScreen
from desktop.ui.care.visits import VisitsScreen
from desktop.ui.children.page import CARE, FIELDS, PAPERS, ChildPageScreen
from desktop.ui.children.screen import ChildrenScreen
from desktop.ui.duplicates.screen import DuplicatesScreen
from desktop.ui.forms.learn_screen import LearnScreen
from desktop.ui.forms.list_screen import FormsScreen
from desktop.ui.handover.screen import HandoverScreen
from desktop.ui.inbox.screen import InboxScreen
from desktop.ui.main_window import MainWindow
from desktop.ui.rosters.screen import RostersScreen
from desktop.ui.rounds.screen import RoundsScreen
from desktop.ui.second.blind_screen import BlindScreen
from desktop.ui.second.lists import SecondScreen
from desktop.ui.second.review_screen import ReviewScreen
from desktop.ui.settings.screen import SettingsScreen
from desktop.ui.verify.group_screen import GroupScreen
from desktop.ui.verify.list_screen import DraftsScreen
from desktop.ui.verify.screen import VerifyScreen
from forms.form_file import Form
from records.keys import PRODUCTION, Kdf
from records.views import Actor
from records.views_forms import FormRow
from workflow import office_forms
from workflow.access import Opened
from workflow.finding import Found, FoundKind
from workflow.permissions import RIGHTS, Right

Verify: TypeAlias = Callable[[tuple[str, ...]], None]
"""Opens registrations, by their ids, to be verified one after the other."""


def make_window(jobs: Jobs, opened: Opened, *, kdf: Kdf = PRODUCTION) -> MainWindow:
    """The frame with the screens that the actor's role gets. ``kdf``: for passwords that are set in it."""
    actor = opened.actor
    window = MainWindow(jobs, actor)
    inbox, drafts = InboxScreen(jobs), DraftsScreen(jobs)
    children, child = ChildrenScreen(jobs, actor), ChildPageScreen(jobs, actor)
    batches = BatchesScreen(jobs)
    window.add("inbox", "收件箱", "inbox", inbox, inbox)
    window.add("drafts", "待核对", "verify", drafts, drafts)
    add_second(window, jobs, actor)
    window.add("children", "儿童台账", "children", children, children)
    add_care(window, jobs, actor, child)
    add_archive(window, jobs, actor, child)
    window.add("batches", "报送批次", "batches", batches, batches)
    add_people(window, jobs, actor, child, children)
    add_rounds(window, jobs, actor, child, children)
    add_rosters(window, jobs, actor, child, children)
    add_forms(window, jobs, actor, inbox)
    add_handover(window, jobs, actor, child)
    add_settings(window, jobs, actor, kdf, children)

    verify = add_verify(window, jobs, drafts)
    inbox.counted.connect(partial(window.navigation.set_count, "inbox"))
    for screen in (inbox, children, child):
        screen.open_registration.connect(lambda registration: verify((registration,)))
    drafts.may_print = actor.role in RIGHTS[Right.PRINT_FORMS]
    drafts.go_inbox.connect(partial(window.go, "inbox"))
    for with_drafts in (inbox, children, batches):
        with_drafts.go_drafts.connect(partial(window.go, "drafts"))
    add_search(window, children, batches, verify)
    return window


def add_verify(window: MainWindow, jobs: Jobs, drafts: DraftsScreen) -> Verify:
    """Registrations one after the other, or many crops of one kind on one sheet; gives what opens registrations."""
    screen, group = VerifyScreen(jobs), GroupScreen(jobs)
    window.add_inner("verify", "drafts", screen, screen)
    window.add_inner("group", "drafts", group, group, "成组核对")
    came_from = "drafts"

    def verify(registrations: tuple[str, ...]) -> None:
        nonlocal came_from
        came_from = window.shown
        window.go("verify")
        screen.open_all(registrations)

    def back(told: str) -> None:
        window.go("drafts" if told else came_from)
        if told:
            drafts.notice.say(told, "good")

    drafts.counted.connect(partial(window.navigation.set_count, "drafts"))
    drafts.wanted.connect(verify)
    drafts.go_group.connect(partial(window.go, "group"))
    group.wanted.connect(verify)
    group.left.connect(partial(window.go, "drafts"))
    screen.left.connect(back)
    screen.saved.connect(drafts.follow)
    screen.title.connect(partial(window.set_title, "verify"))
    window.closing.connect(screen.keep_typing)
    return verify


def add_search(window: MainWindow, children: ChildrenScreen, batches: BatchesScreen, verify: Verify) -> None:
    """The search box: children are listed in the ledger; drafts and batches are offered below the box."""

    def find(words: str, opens: bool) -> None:
        if not window.may_see("children"):
            return
        if window.shown != "children":
            window.go("children")
        children.search(words, opens=opens)

    def open_found(found: Found) -> None:
        if found.kind is FoundKind.DRAFT:
            verify((found.key,))
        else:
            batches.show_batch(found.key)
            window.go("batches")

    window.searched.connect(find)
    window.found.chosen.connect(open_found)


def add_second(window: MainWindow, jobs: Jobs, actor: Actor) -> None:
    """A second pair of eyes, where the office wants one and for those who may."""
    if actor.role not in RIGHTS[Right.ENTER_AGAIN]:
        return
    lists, reviewing, blind = SecondScreen(jobs, actor), ReviewScreen(jobs), BlindScreen(jobs)
    window.add("second", "复核", "tick", lists, lists)
    window.add_inner("review", "second", reviewing, reviewing)
    window.add_inner("blind", "second", blind, blind)
    window.navigation.set_used("second", used=False)

    def look(registrations: tuple[str, ...]) -> None:
        window.go("review")
        reviewing.open_all(registrations)

    def type_in(registrations: tuple[str, ...], *, resolves: bool) -> None:
        window.go("blind")
        blind.open_all(registrations, resolves=resolves)

    def back(told: str) -> None:
        window.go("second")
        if told:
            lists.notice.say(told, "good")

    lists.review.connect(look)
    lists.enter_again.connect(partial(type_in, resolves=False))
    lists.resolve.connect(partial(type_in, resolves=True))
    lists.counted.connect(partial(window.navigation.set_count, "second"))
    lists.used.connect(partial(window.navigation.set_used, "second"))
    for name, screen in (("review", reviewing), ("blind", blind)):
        screen.left.connect(back)
        screen.title.connect(partial(window.set_title, name))
    window.closing.connect(blind.keep_typing)


def add_forms(window: MainWindow, jobs: Jobs, actor: Actor, inbox: InboxScreen) -> None:
    """Which forms are read with, and learning new ones, for those who may."""
    if actor.role not in RIGHTS[Right.LEARN_FORMS]:
        return
    listed, learning = FormsScreen(jobs, actor), LearnScreen(jobs)
    window.add("forms", "表样", "form", listed, listed)
    window.add_inner("learn", "forms", learning, learning)

    def begin(known: tuple[FormRow, ...]) -> None:
        learning.begin(known)
        window.go("learn")
        window.set_title("learn", "学一种新表")

    def begin_from(page_id: str) -> None:
        def known(rows: tuple[FormRow, ...]) -> None:
            begin(rows)
            learning.begin(rows, trial_page=page_id)

        jobs.read(office_forms.forms, known, owner=learning)

    def correct(form: Form, known: tuple[FormRow, ...]) -> None:
        learning.edit(form, known)
        window.go("learn")
        window.set_title("learn", "改栏目")

    def learned(form: Form, again: int) -> None:
        window.go("forms")
        listed.say_learned(form, again)

    listed.learn.connect(begin)
    inbox.detail.may_learn = True
    inbox.learn_form.connect(begin_from)
    listed.correct.connect(correct)
    learning.left.connect(partial(window.go, "forms"))
    learning.learned.connect(learned)


def add_handover(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen) -> None:
    """Packages between offices, for who makes them, and for who decides on what others propose."""
    if actor.role not in RIGHTS[Right.HAND_OVER] | RIGHTS[Right.DECIDE]:
        return
    screen = HandoverScreen(jobs, actor)
    window.add("handover", "交接", "handover", screen, screen)
    screen.counted.connect(partial(window.navigation.set_count, "handover"))
    screen.open_registration.connect(child.open_registration)


def add_settings(window: MainWindow, jobs: Jobs, actor: Actor, kdf: Kdf, children: ChildrenScreen) -> None:
    """Stands last in the navigation, as people look for it."""
    settings = SettingsScreen(jobs, actor, kdf)
    settings.go_rounds.connect(children.go_rounds)
    window.add("settings", "设置", "settings", settings, settings)


def add_care(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen) -> None:
    """重点关爱 and 走访, for those who may see them."""
    if actor.role not in RIGHTS[Right.SEE_CARE]:
        return
    care, visits = CareScreen(jobs, actor), VisitsScreen(jobs, actor)
    window.add("care", "重点关爱", "care", care, care)
    window.add("visits", "走访", "visits", visits, visits)
    care.counted.connect(partial(window.navigation.set_count, "care"))
    visits.counted.connect(partial(window.navigation.set_count, "visits"))
    care.open_child.connect(lambda child_id, papers: child.wanted.emit(child_id, PAPERS if papers else CARE))
    visits.open_child.connect(lambda child_id: child.wanted.emit(child_id, CARE))
    care.go_children.connect(partial(window.go, "children"))


def add_archive(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen) -> None:
    """纸质档案, for those who put paper away."""
    if actor.role not in RIGHTS[Right.PLACE]:
        return
    archive = ArchiveScreen(jobs)
    window.add("archive", "纸质档案", "place", archive, archive)
    archive.counted.connect(partial(window.navigation.set_count, "archive"))
    archive.open_child.connect(lambda child_id: child.wanted.emit(child_id, PAPERS))
    archive.open_registration.connect(child.open_registration)
    archive.go_inbox.connect(partial(window.go, "inbox"))


def add_people(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen, children: ChildrenScreen) -> None:
    """The child's page, and the way to it and back from wherever a child is named."""
    window.add_inner("child", "children", child, child)
    twins = DuplicatesScreen(jobs, actor)
    window.add_inner("duplicates", "children", twins, twins, "重复登记")
    came_from = "children"

    def open_child(child_id: str, tab: int) -> None:
        nonlocal came_from
        if window.shown != "child":
            came_from = window.shown
        child.open_child(child_id, tab)
        window.go("child")

    child.wanted.connect(open_child)
    children.open_child.connect(lambda child_id: open_child(child_id, FIELDS))

    def compare(child_ids: tuple[str, ...]) -> None:
        twins.show_children(child_ids)
        window.go("duplicates")

    children.go_duplicates.connect(partial(compare, ()))
    child.compare.connect(lambda child_id: compare((child_id,)))
    twins.counted.connect(children.count_duplicates)
    twins.open_child.connect(lambda child_id: open_child(child_id, FIELDS))
    twins.left.connect(partial(window.go, "children"))
    child.left.connect(lambda: window.go(came_from))
    child.title.connect(partial(window.set_title, "child"))


def add_rounds(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen, children: ChildrenScreen) -> None:
    """The half-yearly rounds, reached from the list of children."""
    if actor.role not in RIGHTS[Right.SEE_ROUNDS]:
        return
    rounds = RoundsScreen(jobs, actor)
    window.add_inner("rounds", "children", rounds, rounds, "更新轮次")
    came_from = ["children"]

    def go() -> None:
        came_from[0] = window.shown
        window.go("rounds")

    children.go_rounds.connect(go)
    rounds.left.connect(lambda: window.go(came_from[0]))
    rounds.open_child.connect(lambda child_id: child.wanted.emit(child_id, FIELDS))


def add_rosters(window: MainWindow, jobs: Jobs, actor: Actor, child: ChildPageScreen, children: ChildrenScreen) -> None:
    """Lists of other departments, reached from the list of children by those who may see them."""
    may = actor.role in RIGHTS[Right.SEE_ROSTERS]
    children.rosters.setVisible(may)
    if not may:
        return
    rosters = RostersScreen(jobs, actor)
    window.add_inner("rosters", "children", rosters, rosters, "基础名单")
    children.go_rosters.connect(partial(window.go, "rosters"))
    rosters.left.connect(partial(window.go, "children"))
    rosters.open_child.connect(lambda child_id: child.wanted.emit(child_id, FIELDS))
