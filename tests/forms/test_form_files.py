"""Form files on disk: what is written can be read, and a bad file gets a sentence."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalog import RESOURCES, forms_in, shipped_forms
from forms.form_file import FormError, Purpose, load_form

SHIPPED = RESOURCES / "forms"
NAME = "jl-migrant-child-1.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an office's own, with one good form in it."""
    target = tmp_path / "表格 文件夹"
    shutil.copytree(SHIPPED, target)
    return target


def change(path: Path, **changes: Any) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(raw | changes, ensure_ascii=False), encoding="utf-8")


def test_a_file_says_all_that_the_form_is(folder: Path) -> None:
    form = load_form(folder / NAME)
    names = ("jl-migrant-child-1-p1.png", "jl-migrant-child-1-p2.png")
    assert form.as_file(names) == json.loads((folder / NAME).read_text(encoding="utf-8"))
    assert all(page.blank.startswith(b"\x89PNG") and page.blank_dpi == 200 for page in form.pages)


def test_the_public_shape() -> None:
    shown = shipped_forms()[0].show()
    assert list(shown) == ["id", "version", "title", "purpose", "pages", "fields"]
    fields = {f["key"]: f for f in shown["fields"]}
    assert set(fields["child_name"]) == {"key", "label", "kind", "page", "box_mm"}
    assert set(fields["child_id_number"]) == {"key", "label", "kind", "page", "box_mm", "cells_mm"}
    assert set(fields["child_sex"]) == {"key", "label", "kind", "page", "box_mm", "multiple", "options"}
    assert set(fields["child_sex"]["options"][0]) == {"code", "label", "box_mm"}
    assert shown["pages"] == [{"width_mm": 210.0, "height_mm": 297.0}] * 2


def test_what_a_form_is_for_stands_in_its_file(folder: Path) -> None:
    """A file that says nothing is a registration form; one that says something unknown is refused."""
    purposes = {form.id: form.purpose for form in shipped_forms()}
    assert purposes == {
        "jl-migrant-child": Purpose.REGISTRATION,
        "jl-special-care-card": Purpose.CARD,
        "jl-visit-record": Purpose.VISIT,
        "jl-work-log": Purpose.WORK_LOG,
    }
    raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
    del raw["purpose"]
    (folder / NAME).write_text(json.dumps(raw), encoding="utf-8")
    assert load_form(folder / NAME).purpose is Purpose.REGISTRATION
    change(folder / NAME, purpose="party")
    with pytest.raises(FormError, match="没有载入"):
        load_form(folder / NAME)


def test_forms_come_in_the_order_of_id_and_version(folder: Path) -> None:
    shutil.copy(folder / NAME, folder / "a.json")
    change(folder / "a.json", id="another")
    assert [f.id for f in forms_in(folder)][:2] == ["another", "jl-migrant-child"]


def test_two_files_of_the_same_version_are_refused(folder: Path) -> None:
    shutil.copy(folder / NAME, folder / "copy.json")
    with pytest.raises(FormError, match="两份"):
        forms_in(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="找不到"):
        forms_in(tmp_path / "没有")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"id": "x", "version": "1", "title": "t", "pages": [{}], "fields": []}', "\x00"]
)
def test_what_is_no_form_gets_a_sentence(folder: Path, content: str) -> None:
    (folder / NAME).write_text(content, encoding="utf-8")
    with pytest.raises(FormError, match=r"没有载入|重复"):
        load_form(folder / NAME)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
PATHS = [
    ("id",),
    ("title",),
    ("pages",),
    ("fields",),
    ("pages", 0),
    ("fields", 0),
    ("pages", 0, "corners_mm"),
    ("pages", 0, "qr_mm"),
    ("pages", 0, "blank"),
    ("pages", 0, "lines"),
    ("pages", 0, "texts", 0),
    ("fields", 1, "page"),
    ("fields", 2, "box_mm"),
    ("fields", 3, "kind"),
    ("fields", 4, "options"),
    ("fields", 4, "options", 0, "box_mm"),
]
RAW = json.loads((SHIPPED / NAME).read_text(encoding="utf-8"))


@given(st.sampled_from(PATHS), JSON)
def test_anything_anywhere_in_a_form_file_is_a_form_or_a_sentence(path: tuple[str | int, ...], junk: Any) -> None:
    raw = copy.deepcopy(RAW)
    place = raw
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = junk
    with tempfile.TemporaryDirectory() as name:
        for picture in SHIPPED.glob("*.png"):
            shutil.copy(picture, name)
        file = Path(name) / NAME
        file.write_text(json.dumps(raw), encoding="utf-8")
        try:
            form = load_form(file)
        except FormError as problem:
            sentence = str(problem)
        else:
            sentence = form.title + "。"
    assert sentence.endswith("。")


def test_a_missing_blank_picture_is_noticed(folder: Path) -> None:
    (folder / "jl-migrant-child-1-p2.png").unlink()
    with pytest.raises(FormError, match="没有载入"):
        load_form(folder / NAME)


def test_a_form_file_reaches_no_other_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"not for forms")
    raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
    raw["pages"][0]["blank"] = "../secret.png"
    (folder / NAME).write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(FormError):
        load_form(folder / NAME)


def test_repeated_keys_and_pages_that_are_not_there_are_refused(folder: Path) -> None:
    raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
    for field in (raw["fields"][0], raw["fields"][0] | {"key": "new", "page": 3}):
        change(folder / NAME, fields=[*raw["fields"], field])
        with pytest.raises(FormError, match="重复"):
            load_form(folder / NAME)
