"""Rules about who somebody is: ID numbers, birth dates, sex, parents and caregivers."""

from __future__ import annotations

from datetime import date

from forms import id_number
from forms.findings import ERROR, HINT, NOTICE, WARNING, Answers, Finding, Findings, years_between
from forms.gazetteer import gazetteer

GB_11643 = "GB 11643-1999"
PERSONS = {"child": "儿童", "father": "父亲", "mother": "母亲", "caregiver": "照护人"}
CHILD_UNDER = 16
PARENT_RELATIONS = frozenset({"50", "51", "52", "57", "58"})
# codes of GB/T 4761 that say the sex of the caregiver
MALE_RELATIONS = frozenset(["51", "57", "61", "63", "71", "73", "81", "83", "85", "87", "89"])
FEMALE_RELATIONS = frozenset(["52", "58", "62", "64", "75", "77", "82", "84", "86", "88", "90"])
UNABLE = frozenset({"disabled", "ill", "prison", "detox", "lost_contact", "missing", "dead", "revoked"})
ABSENT = frozenset({"prison", "detox", "lost_contact", "missing", "dead"})


def people(answers: Answers, as_of: date) -> Findings:
    yield from _numbers(answers)
    yield from _child(answers, as_of)
    yield from _same_numbers(answers)
    yield from _parents(answers)
    yield from _caregiver(answers)


def _numbers(answers: Answers) -> Findings:
    for person, title in PERSONS.items():
        key = f"{person}_id_number"
        number = answers.text(key)
        if not number:
            continue
        if wrong := id_number.problem(number):
            yield Finding(ERROR, "id_number", (key,), f"{title}{wrong}", GB_11643)
            continue
        prefix, places = id_number.prefix(number), gazetteer()
        known = places.division(prefix)
        if (known is None or known.statistical) and places.abolished(prefix) is None:
            sentence = f"{title}公民身份号码前六位不是已知的区划代码，请再核对一遍。"
            yield Finding(WARNING, "id_prefix_unknown", (key,), sentence, "GB/T 2260")


def _child(answers: Answers, as_of: date) -> Findings:
    born, number = answers.day("child_birth_date"), answers.id_number("child_id_number")
    if number and born and id_number.birth_date(number) != born:
        keys = ("child_birth_date", "child_id_number")
        yield Finding(ERROR, "birth_date_differs", keys, "出生日期与公民身份号码里的不一致。", GB_11643)
    sex = answers.chosen("child_sex")
    if number and sex and id_number.sex(number) not in sex:
        yield Finding(ERROR, "sex_differs", ("child_sex", "child_id_number"), "性别与公民身份号码不一致。", GB_11643)
    household = answers.division("child_household")
    if number and household and not _given_in(number, household):
        sentence = "公民身份号码前六位与户籍所在地不是同一个县（市、区）；迁过户口的属正常。"
        yield Finding(HINT, "prefix_differs", ("child_id_number", "child_household"), sentence, "GB/T 2260")
    born = born or (id_number.birth_date(number) if number else None)
    if born and years_between(born, as_of) >= CHILD_UNDER:
        sentence = f"到 {as_of.isoformat()} 已满十六周岁，不在流动儿童范围内。"
        yield Finding(WARNING, "too_old", ("child_birth_date",), sentence, f"{NOTICE} 二（一）")
    if number and answers.chosen("child_registered") == {"no"}:
        keys = ("child_registered", "child_id_number")
        yield Finding(ERROR, "number_without_household", keys, "填了未登记户口，却有公民身份号码。", "")


def _given_in(number: str, household: str) -> bool:
    prefix = id_number.prefix(number)
    gone = gazetteer().abolished(prefix)
    return household[:6] in (prefix, gone.successor if gone else prefix)


def _same_numbers(answers: Answers) -> Findings:
    numbers = {p: n for p in PERSONS if (n := answers.id_number(f"{p}_id_number"))}
    for one, two in (("child", "father"), ("child", "mother"), ("child", "caregiver"), ("father", "mother")):
        if one in numbers and numbers[one] == numbers.get(two):
            pair = (f"{one}_id_number", f"{two}_id_number")
            yield Finding(ERROR, "same_number", pair, f"{PERSONS[one]}和{PERSONS[two]}的公民身份号码相同。", "")
    relation = answers.chosen("caregiver_relation")
    for parent, code in (("father", "51"), ("mother", "52")):
        same = parent in numbers and numbers[parent] == numbers.get("caregiver")
        if same and relation and not relation & {code, "50"}:
            keys = ("caregiver_relation", "caregiver_id_number", f"{parent}_id_number")
            sentence = f"照护人的公民身份号码与{PERSONS[parent]}相同，与儿童关系却不是{PERSONS[parent]}。"
            yield Finding(ERROR, "relation_differs", keys, sentence, "GB/T 4761-2008")


def _parents(answers: Answers) -> Findings:
    child = answers.day("child_birth_date")
    for parent, code in (("father", "1"), ("mother", "2")):
        title, key = PERSONS[parent], f"{parent}_id_number"
        number = answers.id_number(key)
        if number and id_number.sex(number) != code:
            yield Finding(ERROR, "parent_sex", (key,), f"{title}公民身份号码里的性别不对。", GB_11643)
        if number and child and years_between(id_number.birth_date(number), child) < 15:
            keys = (key, "child_birth_date")
            yield Finding(WARNING, "parent_age", keys, f"{title}与儿童的年龄相差不到十五岁，请再核对一遍。", "")
        state_key, state = f"{parent}_state", answers.chosen(f"{parent}_state")
        if "normal" in state and len(state) > 1:
            yield Finding(ERROR, "parent_state", (state_key,), f"{title}状况勾了“正常”又勾了其他情形。", "")
        contradicting = [k for k in (f"{parent}_phone", f"{parent}_workplace") if answers.text(k)]
        if "dead" in state and contradicting:
            sentence = f"{title}状况为死亡，却填有电话或工作单位。"
            yield Finding(WARNING, "dead_parent_answers", (state_key, *contradicting), sentence, "")
        with_child = answers.chosen("child_accompanied")
        if state & ABSENT and with_child & {"both", parent}:
            keys = (state_key, "child_accompanied")
            yield Finding(ERROR, "absent_parent_present", keys, f"{title}不在身边，却填了随同流动。", "")
    unable = [p for p in ("father", "mother") if answers.chosen(f"{p}_state") & UNABLE]
    if len(unable) == 2:
        sentence = "父母双方都有不能履行监护职责的情形，请核查是否为孤儿或事实无人抚养儿童。"
        yield Finding(HINT, "maybe_orphan", ("father_state", "mother_state"), sentence, f"{NOTICE} 二（三）")


def _caregiver(answers: Answers) -> Findings:
    number, relation = answers.id_number("caregiver_id_number"), answers.chosen("caregiver_relation")
    if number:
        male = id_number.sex(number) == "1"
        if relation & (FEMALE_RELATIONS if male else MALE_RELATIONS):
            keys = ("caregiver_relation", "caregiver_id_number")
            yield Finding(
                ERROR, "relation_sex", keys, "照护人与儿童的关系同公民身份号码里的性别不一致。", "GB/T 4761-2008"
            )
    entrusted = answers.chosen("caregiver_entrusted")
    if relation and not relation & PARENT_RELATIONS and answers.asks("caregiver_entrusted") and not entrusted - {"na"}:
        keys = ("caregiver_relation", "caregiver_entrusted")
        yield Finding(
            HINT, "entrusted_care", keys, "由父母以外的人照护，请核对委托照护情况。", "未成年人保护法第二十二条"
        )
