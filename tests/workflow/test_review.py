"""A second pair of eyes: another person passes or sends back; blind entries agree or are resolved by a third."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.kinds import JsonValue
from records.tables import User
from records.views import Actor, RegistrationState, Role
from tests.workflow.conftest import PASSWORD, OfficeAtWork
from tests.workflow.scripted import CHILD, back, front
from workflow import child_page, children, cli, report, review, second_entry, settings, unmask, verify
from workflow.errors import BadValue, NotFound, WrongState

KEYS = "child_phone,school_name,child_accompanied"


@pytest.fixture
def people(office: OfficeAtWork) -> tuple[Actor, Actor]:
    """Two colleagues of the administrator who verifies."""
    found = []
    with office.store.transaction() as session:
        for name, full_name in (("second", "第二人"), ("third", "第三人")):
            row = User(
                id=office.store.new_id(), username=name, full_name=full_name, role=Role.REVIEWER,
                division=office.actor.division, created_at=office.clock(),
            )  # fmt: skip
            session.add(row)
            found.append(replace(office.actor, user_id=row.id, username=name, full_name=full_name, role=Role.REVIEWER))
    return found[0], found[1]


def decide(office: OfficeAtWork, key: str, value: str) -> None:
    settings.change_setting(office.store, office.actor, office.clock(), key, value)


def verified(office: OfficeAtWork, name: str = "一", **values: JsonValue) -> str:
    office.deliver(f"{name}.tif", front(name, (), child_phone="13904320009", **values), back(name))
    office.read()
    (sheet,) = office.sheets()
    office.verified(sheet)
    return sheet.registration_id


def state(office: OfficeAtWork, registration_id: str) -> RegistrationState:
    return verify.sheet(office.store, office.actor, registration_id).state


def reportable(office: OfficeAtWork) -> list[str]:
    return [row.registration_id for row in report.candidates(office.store, office.actor)]


# -- review -----------------------------------------------------------------------------------------------------------


def test_a_single_person_office_reports_what_it_verified(office: OfficeAtWork) -> None:
    registration = verified(office)
    assert reportable(office) == [registration]


def test_where_two_look_only_what_is_reviewed_is_reported(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "review_by", "person")
    registration = verified(office)
    assert reportable(office) == []
    with pytest.raises(WrongState, match="复核"):
        report.new_batch(office.store, office.actor, office.clock(), "第一批", [registration])
    (own,) = review.to_review(office.store, office.actor)
    assert (own.registration_id, own.own, own.verified_by) == (registration, True, "管理员")
    with pytest.raises(WrongState, match="另一个人"):
        review.review(office.store, office.actor, office.clock(), registration)
    (row,) = review.to_review(office.store, people[0])
    assert (row.own, row.name) == (False, "欧阳雪")
    review.review(office.store, people[0], office.clock(), registration)
    assert state(office, registration) is RegistrationState.REVIEWED
    assert review.to_review(office.store, people[0]) == ()
    assert reportable(office) == [registration]
    with pytest.raises(WrongState, match="不在待复核"):
        review.review(office.store, people[1], office.clock(), registration)


def test_sent_back_with_reasons_it_is_looked_at_again(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    registration = verified(office)
    reasons = {"school_name": "像是“中心校”", "child_phone": " "}
    review.send_back(office.store, people[0], office.clock(), registration, reasons, "请对照原件")
    assert state(office, registration) is RegistrationState.SENT_BACK
    assert reportable(office) == []
    assert children.children(office.store, office.actor) == ()
    (draft,) = verify.drafts(office.store, office.actor)
    assert (draft.state, draft.to_look_at) == (RegistrationState.SENT_BACK, 1)
    sheet = verify.sheet(office.store, office.actor, registration)
    assert any("学校名称：像是“中心校”；请对照原件" in note for note in sheet.notes)
    verify.confirm(office.store, office.actor, office.clock(), registration, "school_name", "黄松甸镇中心校")
    assert state(office, registration) is RegistrationState.DRAFT
    done = verify.finish(office.store, office.actor, office.clock(), registration)
    assert isinstance(done, verify.Finished)
    assert not done.new_child, "the child stays the same"
    review.review(office.store, people[0], office.clock(), registration)
    assert verify.sheet(office.store, office.actor, registration).notes == ()


def test_a_reviewed_one_can_still_be_sent_back(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    registration = verified(office)
    review.review(office.store, people[0], office.clock(), registration)
    review.send_back(office.store, people[0], office.clock(), registration, {}, "漏看了反面")
    assert state(office, registration) is RegistrationState.SENT_BACK


def test_reasons_are_wanted(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    registration = verified(office)
    with pytest.raises(BadValue, match="原因"):
        review.send_back(office.store, people[0], office.clock(), registration, {"school_name": " "})
    with pytest.raises(NotFound):
        review.send_back(office.store, people[0], office.clock(), registration, {"no_such_field": "x"})
    assert state(office, registration) is RegistrationState.VERIFIED


def test_what_is_being_reported_is_not_sent_back(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    registration = verified(office)
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "第一批", [registration])
    report.freeze(office.store, office.actor, office.clock(), batch_id)
    with pytest.raises(WrongState, match="批次"):
        review.send_back(office.store, people[0], office.clock(), registration, {}, "看错了")


def test_a_batch_isnt_frozen_once_two_are_wanted(office: OfficeAtWork) -> None:
    registration = verified(office)
    _, batch_id = report.new_batch(office.store, office.actor, office.clock(), "第一批", [registration])
    decide(office, "review_by", "person")
    with pytest.raises(WrongState, match="还没有复核"):
        report.freeze(office.store, office.actor, office.clock(), batch_id)


@pytest.mark.parametrize(
    ("key", "value"),
    [("review_by", "nobody"), ("second_entry", "no_such"), ("second_entry", "sign_guardian"),
     ("second_entry", "health_body")],
)  # fmt: skip
def test_settings_that_wont_do(office: OfficeAtWork, key: str, value: str) -> None:
    with pytest.raises(BadValue):
        decide(office, key, value)


# -- second entry -----------------------------------------------------------------------------------------------------


def enter(office: OfficeAtWork, who: Actor, registration: str, key: str, value: JsonValue) -> None:
    second_entry.enter(office.store, who, office.clock(), registration, key, value)


def test_the_second_person_sees_the_picture_and_nothing_read(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "second_entry", KEYS)
    registration = verified(office)
    assert second_entry.waiting(office.store, office.actor) == ()
    (row,) = second_entry.waiting(office.store, people[0])
    assert (row.registration_id, row.fields) == (registration, 3)
    sheet = second_entry.sheet(office.store, people[0], registration)
    assert [item.key for item in sheet.items] == KEYS.split(",")
    assert all(item.box and item.page_id for item in sheet.items)
    told = repr(sheet) + repr(row)
    assert not any(word in told for word in ("13904320009", str(CHILD["school_name"]), "欧阳雪"))
    seen = {i.key: i for i in verify.sheet(office.store, people[0], registration).items}
    assert (seen["school_name"].text, seen["school_name"].candidates, seen["child_accompanied"].value) == ("", (), [])
    assert seen["child_name"].text == "欧阳雪", "what isn't entered twice is seen as ever"
    own = {i.key: i for i in verify.sheet(office.store, office.actor, registration).items}
    assert own["school_name"].text == CHILD["school_name"]


def test_lists_and_pages_tell_the_second_person_nothing(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "second_entry", "child_name,child_id_number,school_name")
    registration = verified(office)
    today = office.clock().date()

    def told(who: Actor) -> str:
        (row,) = children.children(office.store, who)
        page = child_page.child_page(office.store, who, row.child_id, today)
        history = [child_page.field_history(office.store, who, row.child_id, k) for k in ("child_name", "school_name")]
        numbers = unmask.id_numbers(office.store, who, [row.child_id])
        return repr((row, page.name, page.id_number_masked, page.fields, history, numbers))

    known = ("欧阳雪", "2202842018", str(CHILD["school_name"]))
    assert not any(words in told(people[0]) for words in known)
    assert "双录未完成" in told(people[0])
    assert all(words in told(office.actor) for words in known), "whoever verified it sees it as ever"
    for words in ("欧阳雪", "2202842018"):
        assert children.children(office.store, people[0], search=words) == (), "to be found would tell it, too"
        assert children.count(office.store, people[0], search=words) == 0
        assert len(children.children(office.store, office.actor, search=words)) == 1
    assert len(children.children(office.store, people[0], search="黄松甸镇-0001")) == 1, (
        "the paper is found by its number"
    )
    for key, value in (("child_name", "欧阳雪"), ("child_id_number", "220284201801010023")):
        enter(office, people[0], registration, key, value)
    assert len(children.children(office.store, people[0], search="欧阳雪")) == 1
    assert all(words in told(people[0]) for words in known[:2])
    assert known[2] not in told(people[0])


def test_two_that_agree_are_done(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "second_entry", KEYS)
    registration = verified(office)
    assert reportable(office) == []
    enter(office, people[0], registration, "child_phone", "13904320009")
    enter(office, people[0], registration, "school_name", str(CHILD["school_name"]))
    with pytest.raises(WrongState, match="双录"):
        review.review(office.store, people[1], office.clock(), registration)
    enter(office, people[0], registration, "child_accompanied", ["both"])
    assert second_entry.waiting(office.store, people[0]) == ()
    assert reportable(office) == [registration]
    with pytest.raises(WrongState, match="录完"):
        enter(office, people[1], registration, "child_phone", "13904320009")


def test_a_third_resolves_what_differs_without_knowing_whose_it_is(
    office: OfficeAtWork, people: tuple[Actor, Actor]
) -> None:
    decide(office, "second_entry", "school_name")
    registration = verified(office)
    enter(office, people[0], registration, "school_name", "黄松甸镇中心校")
    assert reportable(office) == []
    for involved in (office.actor, people[0]):
        assert second_entry.disagreements(office.store, involved) == ()
        assert second_entry.disputed(office.store, involved, registration) == ()
        with pytest.raises(WrongState):
            second_entry.resolve(office.store, involved, office.clock(), registration, "school_name", "黄松甸镇中心校")
    with pytest.raises(WrongState, match="第三人"):
        enter(office, people[1], registration, "school_name", "黄松甸镇中心校")
    (row,) = second_entry.disagreements(office.store, people[1])
    (dispute,) = second_entry.disputed(office.store, people[1], row.registration_id)
    assert set(dispute.texts) == {"黄松甸镇中心校", CHILD["school_name"]}
    assert not any(name in repr(dispute) for name in ("第二人", people[0].user_id, office.actor.user_id))
    second_entry.resolve(office.store, people[1], office.clock(), registration, "school_name", "黄松甸镇中心校")
    assert {i.key: i.text for i in verify.sheet(office.store, people[0], registration).items}[
        "school_name"
    ] == "黄松甸镇中心校"
    assert reportable(office) == [registration]
    with pytest.raises(WrongState, match="没有要裁定"):
        second_entry.resolve(office.store, people[1], office.clock(), registration, "school_name", "黄松甸镇中心校")


def test_the_order_of_the_two_tells_nothing(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    """The same two texts, entered the other way round, are shown in the same order."""
    decide(office, "second_entry", "school_name")
    one, two = "甲小学", "乙小学"
    shown = []
    for number, (first, second) in enumerate(((one, two), (two, one))):
        digit = str(number + 2)
        registration = verified(
            office, digit, school_name=first, child_name=f"欧阳{'霜霞'[number]}", child_id_number=None,
            child_registered=["yes"],
        )  # fmt: skip
        enter(office, people[0], registration, "school_name", second)
        (dispute,) = second_entry.disputed(office.store, people[1], registration)
        shown.append(dispute.texts)
    assert shown[0] == shown[1]


def test_an_answer_that_changed_is_entered_again(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "second_entry", "school_name")
    registration = verified(office)
    enter(office, people[0], registration, "school_name", str(CHILD["school_name"]))
    assert reportable(office) == [registration]
    verify.reopen(office.store, office.actor, office.clock(), registration, "学校改名")
    verify.confirm(office.store, office.actor, office.clock(), registration, "school_name", "松江小学")
    verify.finish(office.store, office.actor, office.clock(), registration)
    assert reportable(office) == []
    enter(office, people[0], registration, "school_name", "松江小学")
    assert reportable(office) == [registration]


def test_nobody_enters_twice_what_he_verified_nor_what_is_no_value(
    office: OfficeAtWork, people: tuple[Actor, Actor]
) -> None:
    decide(office, "second_entry", KEYS)
    registration = verified(office)
    with pytest.raises(WrongState, match="你核对的"):
        enter(office, office.actor, registration, "child_phone", "13904320009")
    with pytest.raises(BadValue):
        enter(office, people[0], registration, "child_phone", "139")
    with pytest.raises(WrongState, match="不用双录"):
        enter(office, people[0], registration, "child_name", "欧阳雪")
    assert len(second_entry.sheet(office.store, people[0], registration).items) == 3


def test_figures_of_agreement(office: OfficeAtWork, people: tuple[Actor, Actor]) -> None:
    decide(office, "second_entry", KEYS)
    assert second_entry.agreement_figures(office.store, office.actor) == ()
    registration = verified(office)
    enter(office, people[0], registration, "child_phone", "13904320008")
    enter(office, people[0], registration, "child_accompanied", ["both"])
    phone, accompanied = sorted(
        second_entry.agreement_figures(office.store, office.actor), key=lambda row: row.key, reverse=True
    )
    assert (phone.key, phone.compared, phone.agreed, phone.kappa) == ("child_phone", 1, 0, None)
    assert (accompanied.compared, accompanied.agreed) == (1, 1)


def test_kappa_of_a_known_table() -> None:
    """Cohen's own kind of example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert second_entry.kappa(pairs) == pytest.approx(0.4)
    assert second_entry.kappa([]) is None
    assert second_entry.kappa([("y", "y")] * 9) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_knows_no_first_person(pairs: list[tuple[str, str]]) -> None:
    kappa = second_entry.kappa(pairs)
    assert kappa == second_entry.kappa([(two, one) for one, two in pairs])
    assert kappa is None or kappa <= 1


# -- command line -----------------------------------------------------------------------------------------------------


def test_the_command_line(
    office: OfficeAtWork, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(office, "review_by", "person")
    registration = verified(office)
    data_dir = str(office.store.data_dir)
    office.store.close()

    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setenv("TONGDANG_PASSWORD", PASSWORD)
        assert cli.main(["review", *arguments, "--data-dir", data_dir]) == code
        return "".join(capsys.readouterr())

    assert "本人核对，要由别人复核" in run("list")
    assert "另一个人" in run("pass", registration, code=1)
    assert "还没有双录过" in run("agreement")
    assert "栏目=原因" in run("back", registration, "--field", "school_name", code=1)
    assert "已退回核对" in run("back", registration, "--field", "school_name=看不清")
    assert "共 0 份" in run("list")
