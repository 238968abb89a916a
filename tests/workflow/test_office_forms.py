"""The forms of an office: learned, versioned, retired, carried to another office; pages read again with them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from forms import proposal as edit
from forms.catalog import shipped_forms
from forms.form_file import Box, Form, FormError, load_form, whole_form
from forms.kinds import Kind
from forms.limits import Limits
from forms.proposal import Proposal
from records.tables import Registration
from records.views import PageState, Role
from tests.workflow.conftest import MakeOffice, OfficeAtWork
from tests.workflow.scripted import FORM, ScriptedPool, ScriptedSource, front, scan, unknown
from workflow import form_learning, form_trying, intake, office_forms, sheets
from workflow.errors import BadValue, NotAllowed, NotFound, NotWritten, WrongState

BLANKS = Path(__file__).resolve().parents[2] / "benchmarks" / "blanks"


@cache
def learned() -> Proposal:
    """A blank of another office's form, learned by the real reader once for all tests."""
    return form_learning.learn_files([BLANKS / "open-table.pdf"], form_learning.UNSAVED, "关爱服务信息表")


def installed(office: OfficeAtWork, proposal: Proposal | None = None, **more: object) -> Form:
    given: Callable[..., tuple[object, Form]] = office_forms.install
    return given(office.store, office.actor, office.clock(), proposal or learned(), **more)[1]


def rows(office: OfficeAtWork) -> list[tuple[str, str, bool]]:
    found = office_forms.forms(office.store, office.actor)
    return [(r.form_id, r.version, r.retired) for r in found if not r.shipped]


def reading(office: OfficeAtWork) -> set[tuple[str, str]]:
    return {(f.id, f.version) for f in office_forms.reading_forms(office.store)}


def test_a_learned_form_is_kept_and_read_with(office: OfficeAtWork) -> None:
    form = installed(office)
    assert form.id.startswith("gafwxxb-")
    assert form.title == "关爱服务信息表"
    assert all(key.startswith(f"x_{form.id.replace('-', '_')}_") for key in form.by_key if key.startswith("x_"))
    assert reading(office) == {(f.id, f.version) for f in shipped_forms()} | {(form.id, "1")}
    assert office_forms.form(office.store, office.actor, form.id, "1") == form
    (row,) = (r for r in office_forms.forms(office.store, office.actor) if not r.shipped)
    assert (row.title, row.fields, row.used, row.newest, row.added_by) == (
        form.title, len(form.fields), 0, True, "管理员",
    )  # fmt: skip


def test_another_form_of_the_same_title_gets_an_id_of_its_own(office: OfficeAtWork) -> None:
    one, other = installed(office), installed(office)
    assert one.id != other.id
    with pytest.raises(BadValue, match="表名"):
        installed(office, replace(learned(), title=" "))
    with pytest.raises(NotFound):
        installed(office, version_of="gibt-es-nicht")
    with pytest.raises(FormError, match="没有找到"):
        installed(office, replace(learned(), fields=()))
    assert len(rows(office)) == 2


def test_corrected_fields_of_the_same_paper_replace_the_old_version(office: OfficeAtWork) -> None:
    first = installed(office)
    again = edit.removed(edit.of_form(first), first.fields[-1].key)
    second = installed(office, again, version_of=first.id)
    assert (second.id, second.version, len(second.fields)) == (first.id, "2", len(first.fields) - 1)
    assert rows(office) == [(first.id, "2", False), (first.id, "1", True)]
    assert (first.id, "1") not in reading(office)


def test_another_paper_stands_beside_the_old_one_unless_that_is_gone(office: OfficeAtWork) -> None:
    first = installed(office)
    page = replace(learned().pages[0], blank=learned().pages[0].blank + b"\0")
    other = replace(learned(), pages=(page, *learned().pages[1:]))
    installed(office, other, version_of=first.id)
    assert {(first.id, "1"), (first.id, "2")} <= reading(office)
    third = replace(other, pages=(replace(page, blank=page.blank + b"\0"), *other.pages[1:]))
    installed(office, third, version_of=first.id, old_papers=False)
    assert reading(office) & {(first.id, v) for v in "123"} == {(first.id, "3")}


def test_retired_and_back(office: OfficeAtWork) -> None:
    at_work = (office.store, office.actor)
    office_forms.retire(*at_work, office.clock(), FORM.id, FORM.version)
    assert (FORM.id, FORM.version) not in reading(office)
    assert not office_forms.retire(*at_work, office.clock(), FORM.id, FORM.version), "once is enough"
    (row,) = (r for r in office_forms.forms(*at_work) if r.form_id == FORM.id)
    assert (row.retired, row.shipped, row.added_at) == (True, True, None)
    office_forms.reinstate(*at_work, office.clock(), FORM.id, FORM.version)
    assert (FORM.id, FORM.version) in reading(office)


def test_the_last_form_stays(office: OfficeAtWork) -> None:
    *others, last = shipped_forms()
    for form in others:
        office_forms.retire(office.store, office.actor, office.clock(), form.id, form.version)
    with pytest.raises(WrongState, match="一种表格也不剩"):
        office_forms.retire(office.store, office.actor, office.clock(), last.id, last.version)
    assert reading(office) == {(last.id, last.version)}


def test_pages_of_unknown_form_are_read_again_with_what_was_learned(office: OfficeAtWork) -> None:
    office.deliver("认不出.tif", unknown(), front("S"))
    office.read()
    pages = intake.inbox(office.store, office.actor).sources[0].pages
    assert pages[0].state is PageState.READ
    changes, _form = office_forms.install(office.store, office.actor, office.clock(), learned())
    assert changes.pages == {pages[0].page_id}
    assert intake.inbox(office.store, office.actor).waiting == 1
    office.read()
    assert intake.inbox(office.store, office.actor).waiting == 0


def test_a_form_goes_to_another_office_as_one_file(make_office: MakeOffice, tmp_path: Path) -> None:
    one, other = make_office("甲"), make_office("乙")
    form = installed(one)
    path = office_forms.export_form(one.store, one.actor, one.clock(), form.id, "1", tmp_path / "表.json")
    assert load_form(path) == form
    changes, taken = office_forms.take_over(other.store, other.actor, other.clock(), path)
    assert changes.office
    assert taken == form
    assert (form.id, "1") in reading(other)
    with pytest.raises(FormError, match="本来就有"):
        office_forms.take_over(other.store, other.actor, other.clock(), path)
    told = json.loads(path.read_text(encoding="utf-8"))
    told["title"] = "另一种"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(FormError, match="不一样"):
        office_forms.take_over(other.store, other.actor, other.clock(), path)
    with pytest.raises(NotWritten):
        office_forms.export_form(one.store, one.actor, one.clock(), form.id, "1", tmp_path / "没有" / "表.json")


@pytest.mark.parametrize("harm", ["no picture", "no image", "another size", "cut off", "shipped"])
def test_a_file_that_is_no_form_is_refused_whole(office: OfficeAtWork, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "表.json"
    form = learned().as_form("1")
    told = json.loads(whole_form(form))
    if harm == "no picture":
        told["pages"][0]["blank"], told["pictures"] = None, {}
    elif harm == "no image":
        told["pictures"]["p1.png"] = base64.b64encode(b"\x89PNG\r\n\x1a\nnichts").decode()
    elif harm == "another size":
        told["pages"][0]["width_mm"] = 420.0
    elif harm == "shipped":
        told["id"] = FORM.id
    text = json.dumps(told)
    path.write_text(text[: len(text) // 2] if harm == "cut off" else text, encoding="utf-8")
    with pytest.raises(FormError):
        office_forms.take_over(office.store, office.actor, office.clock(), path)
    assert rows(office) == []


def test_blank_copies_are_printed(office: OfficeAtWork, tmp_path: Path) -> None:
    form = installed(office)
    at_work = (office.store, office.actor)
    for name, form_id in (("学来的.pdf", form.id), ("自带的.pdf", FORM.id)):
        path = office_forms.print_blank(*at_work, form_id, "1", tmp_path / name, 2)
        assert path.read_bytes().startswith(b"%PDF")
    for copies in (0, 501):
        with pytest.raises(BadValue):
            office_forms.print_blank(*at_work, form.id, "1", tmp_path / "x.pdf", copies)


def test_only_the_whole_offices_people_decide_about_forms(office: OfficeAtWork) -> None:
    village = replace(office.actor, role=Role.COLLECTOR, division="220281104201")
    with pytest.raises(NotAllowed):
        office_forms.install(office.store, village, office.clock(), learned())
    with pytest.raises(NotAllowed):
        office_forms.retire(office.store, village, office.clock(), FORM.id, FORM.version)


def test_a_form_is_tried_by_the_real_reader_on_a_page_that_is_not_kept(office: OfficeAtWork, tmp_path: Path) -> None:
    """The blank itself stands for a filled page: the form is found on it and every field is there, empty."""
    at_work = (office.store, office.actor, office.clock())
    form = learned().as_form("1")
    (page,) = form_trying.try_file(*at_work, form, BLANKS / "open-table.pdf")
    assert page.form_page == 1
    assert {field.key for field in page.fields} == set(form.by_key)
    assert page.image.startswith(b"\xff\xd8")
    (other, *_more) = form_trying.try_file(*at_work, form, BLANKS / "vertical.pdf")
    assert other.form_page == 0
    assert "对不上" in other.told
    with pytest.raises(FormError, match="打不开"):
        form_trying.try_file(*at_work, form, tmp_path / "没有.jpg")
    assert intake.inbox(office.store, office.actor).sources == ()


def test_a_page_of_the_inbox_is_learned_from_and_tried(office: OfficeAtWork) -> None:
    path = office.folder / "空白表.pdf"
    path.write_bytes((BLANKS / "open-table.pdf").read_bytes())
    intake.take_in(office.store, office.actor, office.clock(), path)
    office.pool = OneUnknown()
    office.read()
    (page,) = intake.inbox(office.store, office.actor).sources[0].pages
    at_work = (office.store, office.actor, office.clock())
    proposal = form_learning.learn_pages(*at_work, [page.page_id])
    assert {f.key for f in proposal.fields} == {f.key for f in learned().fields}
    (tried,) = form_trying.try_pages(*at_work, proposal.as_form("1"), [page.page_id])
    assert tried.form_page == 1


class OneUnknown(ScriptedPool):
    """One page of unknown form, whatever the file."""

    def open(self, data: bytes, name: str, password: str | None = None) -> ScriptedSource:
        return super().open(scan(unknown()), name)


def test_a_required_field_of_its_own_is_missed(office: OfficeAtWork) -> None:
    proposal = edit.drawn(learned(), 1, Box(10, 280, 30, 6), "入学意愿")
    key = next(f.key for f in proposal.fields if f.label == "入学意愿")
    proposal = edit.needed(edit.of_kind(proposal, key, Kind.TEXT), key, True)
    form = installed(office, proposal)
    (own,) = (f for f in form.fields if f.label == "入学意愿")
    assert own.required
    kept = office_forms.form(office.store, office.actor, form.id, "1")
    about = Registration(taken_in_at=office.clock())
    for value, missed in ((None, True), ("愿意", False)):
        found = sheets.findings_of(about, kept, {own.key: value}, Limits())
        assert any(f.keys == (own.key,) and "入学意愿" in f.sentence for f in found) is missed
