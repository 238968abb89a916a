"""Rules about how the child lives: moving, school, permit, health, insurance, disability, support and concern."""

from __future__ import annotations

import re
from datetime import date

from forms import id_number
from forms.findings import ERROR, HINT, NOTICE, WARNING, Answers, Finding, Findings, years_between
from forms.gazetteer import gazetteer

WHO_COUNTS = f"{NOTICE} 二（一）"
CONCERN = f"{NOTICE} 二（二）"
SCHOOL_AGES = {
    "kindergarten": (2, 7),
    "primary": (5, 14),
    "junior": (10, 18),
    "senior": (13, 18),
    "vocational": (13, 18),
}
GUARDIANSHIP_CRITERIA = frozenset({"insufficient", "improper", "absent", "abuse"})
_CERTIFICATE = re.compile(r"(\d{17}[\dX])([1-7])([1-4])(?:B\d{1,2})?", re.ASCII)


def living(answers: Answers, as_of: date) -> Findings:
    yield from _moving(answers)
    yield from _arrival(answers, as_of)
    yield from _school(answers, as_of)
    yield from _permit(answers)
    yield from _health(answers, as_of)
    yield from _disability(answers)
    yield from _insurance(answers)
    yield from _support(answers)
    yield from _concern(answers)


def _moving(answers: Answers) -> Findings:
    keys = ("child_household", "child_residence")
    home, here = (answers.division(key)[:6] for key in keys)
    if not (_is_county(home) and _is_county(here)):
        return
    if home == here and "local_help" not in answers.chosen("concern_criteria"):
        sentence = "户籍所在地和现居住地在同一个县（市、区），不算跨县域流动。"
        yield Finding(WARNING, "same_county", keys, sentence, WHO_COUNTS)
    places = gazetteer()
    if home != here and home[:4] == here[:4] and places.central_district(home) and places.central_district(here):
        sentence = "两地都是同一城市的中心城区，按规定不算流动儿童；区的范围可在设置里核对。"
        yield Finding(WARNING, "central_districts", keys, sentence, WHO_COUNTS)
    moved = answers.chosen("child_movement")
    if moved and home != here and moved != {_movement(home, here)}:
        yield Finding(
            WARNING, "movement_differs", (*keys, "child_movement"), "流动范围与户籍所在地、现居住地不一致。", ""
        )


def _is_county(code: str) -> bool:
    return len(code) == 6 and not code.endswith("00")


def _movement(home: str, here: str) -> str:
    if home[:2] != here[:2]:
        return "province"
    return "prefecture" if home[:4] != here[:4] else "county"


def _arrival(answers: Answers, as_of: date) -> Findings:
    arrived, born = answers.day("child_arrival"), answers.day("child_birth_date")
    if arrived is None:
        return
    if born and (arrived.year, arrived.month) < (born.year, born.month):
        yield Finding(
            ERROR, "arrival_before_birth", ("child_arrival", "child_birth_date"), "来现居住地时间早于出生日期。", ""
        )
    if (as_of.year - arrived.year) * 12 + as_of.month - arrived.month < 6:
        sentence = f"到 {as_of.isoformat()} 居住不满六个月。"
        yield Finding(WARNING, "under_six_months", ("child_arrival",), sentence, WHO_COUNTS)


def _school(answers: Answers, as_of: date) -> Findings:
    born, state = answers.day("child_birth_date"), answers.chosen("school_state")
    if born is None or len(state) != 1:
        return
    age, (school,) = years_between(born, as_of), state
    keys = ("school_state", "child_birth_date")
    low, high = SCHOOL_AGES.get(school, (0, 99))
    if not low <= age <= high:
        yield Finding(WARNING, "school_age", keys, f"{age} 周岁与就学情况不大相符，请再核对一遍。", "")
    if school in ("none", "out", "dropout") and 7 <= age < 16:
        if not answers.chosen("concern_criteria") & {"dropout"}:
            sentence = "义务教育年龄未在学，应勾选重点关爱情形“失辍学”，并按控辍保学要求处理。"
            yield Finding(WARNING, "out_of_school", (*keys, "concern_criteria"), sentence, CONCERN)
    elif school == "dropout" and age < 6:
        yield Finding(WARNING, "school_age", keys, "不到入学年龄，不能算失辍学。", "义务教育法第十一条")


def _permit(answers: Answers) -> Findings:
    held = answers.chosen("permit_state")
    details = [key for key in ("permit_number", "permit_date") if answers.text(key)]
    if held == {"none"} and details:
        yield Finding(
            ERROR, "permit_contradicts", ("permit_state", *details), "填了未办理居住证，却有证号或签发日期。", ""
        )
    if held == {"held"} and answers.text("permit_reason"):
        yield Finding(
            WARNING, "permit_contradicts", ("permit_state", "permit_reason"), "已办理居住证，却填了未办理原因。", ""
        )


def _health(answers: Answers, as_of: date) -> Findings:
    body, born = answers.chosen("health_body"), answers.day("child_birth_date")
    if "healthy" in body and len(body) > 1:
        yield Finding(ERROR, "body_contradicts", ("health_body",), "身体情况勾了“健康”又勾了其他情形。", "")
    if body and "ill" not in body and answers.text("health_illness"):
        yield Finding(
            WARNING,
            "illness_contradicts",
            ("health_body", "health_illness"),
            "填了患病名称，身体情况却没有勾“患病”。",
            "",
        )
    managed = answers.chosen("health_managed")
    if born and managed:
        small = years_between(born, as_of) < 7
        if small == ("na" in managed):
            sentence = "0—6岁健康管理一栏与年龄不符：满七周岁的应勾“不适用”，不满的不能勾。"
            yield Finding(WARNING, "health_age", ("health_managed", "child_birth_date"), sentence, WHO_COUNTS)


def _disability(answers: Answers) -> Findings:
    certificate, body = answers.chosen("disability_certificate"), answers.chosen("health_body")
    number = answers.text("disability_number")
    if certificate == {"yes"} and body and "disabled" not in body:
        keys = ("disability_certificate", "health_body")
        yield Finding(ERROR, "body_not_disabled", keys, "有残疾人证，身体情况却没有勾“残疾”。", "")
    if certificate == {"no"} and number:
        keys = ("disability_certificate", "disability_number")
        yield Finding(ERROR, "certificate_contradicts", keys, "填了没有残疾人证，却有证号。", "")
    if not number:
        return
    rule = "残疾人证编号规则：公民身份号码 18 位＋类别＋等级"
    found = _CERTIFICATE.fullmatch(number)
    if not found or id_number.problem(found.group(1)):
        yield Finding(
            ERROR,
            "certificate_number",
            ("disability_number",),
            "残疾人证号应为 20 位：公民身份号码加类别、等级各一位。",
            rule,
        )
        return
    child = answers.id_number("child_id_number")
    if child and child != found.group(1):
        keys = ("disability_number", "child_id_number")
        yield Finding(ERROR, "certificate_of_other", keys, "残疾人证号前 18 位与儿童公民身份号码不一致。", rule)
    for key, code, label in (("disability_category", 2, "类别"), ("disability_level", 3, "等级")):
        chosen = answers.chosen(key)
        if chosen and chosen != {found.group(code)}:
            yield Finding(
                ERROR, "certificate_differs", (key, "disability_number"), f"残疾{label}与残疾人证号里的不一致。", rule
            )


def _insurance(answers: Answers) -> Findings:
    state, place = answers.chosen("insurance_state"), answers.division("insurance_place")
    if state == {"none"} and place:
        yield Finding(
            ERROR, "insurance_contradicts", ("insurance_state", "insurance_place"), "填了未参保，却有参保地。", ""
        )
    for code, key, label in (("residence", "child_residence", "居住地"), ("household", "child_household", "户籍地")):
        there = answers.division(key)
        if state == {code} and _is_county(place[:6]) and _is_county(there[:6]) and place[:6] != there[:6]:
            keys = ("insurance_place", "insurance_state", key)
            yield Finding(WARNING, "insurance_elsewhere", keys, f"勾了{label}参保，参保地却是另一个县（市、区）。", "")


def _support(answers: Answers) -> Findings:
    relief = answers.chosen("support_relief")
    if "none" in relief and len(relief) > 1:
        yield Finding(ERROR, "relief_contradicts", ("support_relief",), "救助帮扶情况勾了“无”又勾了其他项。", "")


def _concern(answers: Answers) -> Findings:
    criteria, listed = answers.chosen("concern_criteria"), answers.chosen("concern_listed")
    state = answers.chosen("guardianship_state")
    keys = ("concern_criteria", "concern_listed")
    if criteria and listed == {"no"}:
        yield Finding(ERROR, "criteria_not_listed", keys, "有重点关爱情形，却填了不纳入重点关爱服务对象。", CONCERN)
    if state == {"risk"} and listed == {"no"}:
        sentence = "监护风险较大的，应纳入重点关爱服务对象并建立纸质档案。"
        yield Finding(WARNING, "risk_not_listed", ("guardianship_state", "concern_listed"), sentence, CONCERN)
    if state and state <= {"good", "fair"} and criteria & GUARDIANSHIP_CRITERIA:
        sentence = "监护状况不是“风险较大”，却勾了监护方面的重点关爱情形。"
        yield Finding(WARNING, "state_differs", ("guardianship_state", "concern_criteria"), sentence, CONCERN)
    implied = (
        ("child_registered", "no", "unregistered", "无户籍"),
        ("health_body", "disabled", "disabled", "残疾"),
    )
    for key, code, criterion, label in implied:
        if answers.asks("concern_criteria") and code in answers.chosen(key) and criterion not in criteria:
            sentence = f"按其他栏目应属“{label}”，重点关爱情形里没有勾。"
            yield Finding(WARNING, "criterion_missing", (key, "concern_criteria"), sentence, CONCERN)
    if "abuse" in criteria:
        sentence = "勾了监护侵害：发现监护侵害要第一时间向公安机关报告，并记下报告时间和报告人。"
        yield Finding(
            WARNING, "mandatory_report", ("concern_criteria",), sentence, f"{CONCERN}；未成年人保护法第十一条"
        )
    if listed == {"yes"} and answers.asks("concern_dossier") and not answers.text("concern_dossier"):
        yield Finding(
            HINT,
            "dossier_wanted",
            ("concern_listed", "concern_dossier"),
            "重点关爱服务对象要建立纸质档案，档号还没有填。",
            CONCERN,
        )
