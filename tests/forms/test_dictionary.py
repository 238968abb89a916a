"""The dictionary covers what the notice asks for, and everything in it can be followed up."""

from __future__ import annotations

from forms.catalog import shipped_forms
from forms.code_tables import code_table, code_table_names
from forms.dictionary import load_dictionary
from forms.kinds import Kind

DICTIONARY = load_dictionary()
FIELDS = DICTIONARY.fields.values()


def test_every_block_of_the_notice_has_fields_and_stands_on_the_form() -> None:
    """吉民发〔2024〕34号 二（一）: the contents of the round; 二（二）: criteria of key-concern children."""
    on_forms = {DICTIONARY.fields[f.key].block for form in shipped_forms() for f in form.fields}
    assert [b.key for b in DICTIONARY.blocks] == [
        "head", "basic", "education", "permit", "health", "immunisation", "insurance", "disability", "guardianship",
        "support", "concern", "care", "visit", "report", "work_log", "identity", "signature",
    ]  # fmt: skip
    assert on_forms | {"identity"} == {b.key for b in DICTIONARY.blocks} == {f.block for f in FIELDS}


def test_keys_are_plain_and_in_one_order() -> None:
    assert all(
        key == f.key and key.isascii() and key.replace("_", "").isalnum() for key, f in DICTIONARY.fields.items()
    )
    assert not any(key.startswith("x_") for key in DICTIONARY.fields)


def test_rows_of_a_list_are_fields_of_their_own() -> None:
    """Six entries of the work log: key_1 to key_6, told apart in label and column, without the plain key."""
    rows = [f for f in FIELDS if f.key.startswith("log_content")]
    assert [f.key for f in rows] == [f"log_content_{n}" for n in range(1, 7)]
    assert [f.label for f in rows][:2] == ["工作内容（1）", "工作内容（2）"]
    assert not any(f.aliases for f in rows)


def test_choices_and_codes_have_a_table_and_nothing_else_has() -> None:
    for f in FIELDS:
        assert (f.code_table is not None) == (f.kind in (Kind.CHOICE, Kind.CODE)), f.key
        assert f.code_table is None or code_table(f.code_table).entries
        assert not f.multiple or f.kind is Kind.CHOICE


def test_conditions_name_fields_and_codes_that_exist() -> None:
    for f in FIELDS:
        if f.required_when in ("", "always"):
            continue
        for condition in f.required_when.split(" | "):
            key, code = condition.split("=")
            table = DICTIONARY.fields[key].code_table
            assert table
            assert code_table(table).label(code), f.key


def test_no_label_or_alias_belongs_to_two_fields() -> None:
    """A learned form proposes fields by their labels: a label must lead to one place."""
    owner: dict[str, str] = {}
    for f in FIELDS:
        for name in {f.label, *f.aliases}:
            assert owner.setdefault(name, f.key) == f.key, name


def test_export_names_are_distinct_columns() -> None:
    names = [f.export_name for f in FIELDS]
    assert len(set(names)) == len(names)


def test_sensitive_things_are_marked() -> None:
    """PIPL art. 28; design.md, keys and people: what is sealed apart."""
    assert {f.sensitivity for f in FIELDS} == {"personal", "sensitive", "extra"}
    assert all(f.sensitivity != "personal" for f in FIELDS if f.kind in (Kind.ID_NUMBER, Kind.PHONE, Kind.ADDRESS))
    extra = ("concern_criteria", "child_mind", "child_mind_note", "report_cases", "visit_health", "visit_care")
    assert all(DICTIONARY.fields[key].sensitivity == "extra" for key in extra)


def test_tables_have_a_dated_source_and_unambiguous_names() -> None:
    for name in code_table_names():
        table = code_table(name)
        assert table.source
        assert len(table.dated) == 10
        codes = [e.code for e in table.entries]
        assert len(set(codes)) == len(codes)
        for entry in table.entries:
            assert table.find(entry.label) == entry.code
            assert table.find(f" {entry.code} ") == entry.code
            assert table.label(entry.code) == entry.label


def test_standard_codes() -> None:
    assert code_table("ethnic_group").find("朝鲜") == "10"
    assert len(code_table("ethnic_group").entries) == 58
    assert code_table("sex").find("女性") == "2"
    assert code_table("relation").find("姥姥") == "64"
    assert code_table("health").find("智力残疾") == "65"
    assert code_table("disability_category").find("多重残疾") == "7"
    assert code_table("disability_level").find("一级") == "1"
    assert code_table("sex").find("火星") is None
