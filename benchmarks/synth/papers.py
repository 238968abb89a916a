"""What a key-concern child's papers say: card, visit record, work log. All invented, consistent with the family."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from benchmarks.synth import words
from benchmarks.synth.dice import Dice
from benchmarks.synth.names import HAN, person_name
from benchmarks.synth.people import Household, household, mobile
from benchmarks.synth.places import division_name
from forms.code_tables import code_table
from forms.kinds import JsonValue

_PLACES = ("家中", "家中", "出租房内", "学校", "村委会", "社区活动室")
_LIVING = (
    "三餐有保障，衣着整洁，住房安全",
    "租住平房两间，取暖烧柴，基本生活有保障",
    "父亲打零工，收入不稳，衣物够用",
    "住房漏雨，已联系村里维修",
    "享受低保，米面油由社区送达",
    "冬季取暖费不足",
)
_CARE = (
    "由祖母照料，能按时接送",
    "母亲陪护，亲子关系较好",
    "父母长期外出，祖父年迈",
    "监护人按时履行照护责任",
    "监护人缺少教育方法，已当面指导",
)
_SCHOOLING = (
    "按时上学，成绩中等",
    "作业能完成，数学较弱",
    "暂未入园，在家由照护人看护",
    "近期缺课三天，已与班主任联系",
    "学习努力，老师评价良好",
)
_HEALTH = ("身体健康，疫苗接种完成", "近期感冒，已到卫生院就诊", "定期复查，按时服药", "视力下降，建议配镜")
_MIND = ("性格开朗，愿意交流", "少言寡语，需要多陪伴", "情绪稳定", "与同学有矛盾，已疏导")
_SERVICE = (
    "讲解防溺水和用火用电安全",
    "送去学习用品一套",
    "陪孩子读书一小时",
    "告知医保缴费办法",
    "心理老师电话辅导一次",
)
_ACTION = (
    "已报镇民政办，申请临时救助",
    "联系学校安排志愿者辅导",
    "当场答复，继续跟踪",
    "已协调卫生院预约体检",
    "下次走访时回访",
)
_RESULT = ("已办结", "跟进中", "已告知监护人", "待学校答复", "材料已上报")
_MEASURES = (
    "每月走访一次，学校结对辅导，协助申请临时救助",
    "由儿童主任定期探视，协调心理老师辅导",
    "协助办理居住证和医保，志愿者周末陪伴",
)
_REASONS = (
    "父亲服刑，母亲失联，随祖母生活",
    "监护人外出务工，由亲属临时照看",
    "患慢性病，家庭负担较重",
    "缺课较多，有辍学风险",
    "照护人年迈多病，照护能力不足",
)


def paper_answers(house: Household, so_far: Mapping[str, JsonValue], dice: Dice) -> dict[str, JsonValue]:
    """Answers to the fields that only these papers ask for."""
    return {
        **_card(house, so_far, dice.sub("card")),
        **_visit(house, dice.sub("visit")),
        **_log(house, dice.sub("log")),
    }


def paper_signers(dice: Dice) -> dict[str, str]:
    """Who signs them, by the field's key."""
    return {key: _clerk(dice.sub(key)) for key in ("sign_visitor", "sign_keeper")}


def _card(house: Household, so_far: Mapping[str, JsonValue], dice: Dice) -> dict[str, JsonValue]:
    since = house.statement - timedelta(days=dice.randint(5, 300))
    state = so_far.get("guardianship_state") or ["fair"]
    interval = {"good": "three_months", "fair": "monthly"}.get(state[0] if isinstance(state, list) else "", "more")
    return {
        "concern_since": max(since, house.child.born).isoformat(),
        "concern_reason": dice.one(_REASONS),
        "child_mind": [dice.pick({"good": 60, "fair": 30, "attention": 10})],
        "child_mind_note": dice.one(_MIND) if dice.chance(0.7) else None,
        "visit_interval": [interval],
        "care_measures": dice.one(_MEASURES),
        "care_worker_name": _clerk(dice.sub("worker")),
        "care_worker_phone": mobile(dice.sub("phone")),
    }


def _visit(house: Household, dice: Dice) -> dict[str, JsonValue]:
    day = house.statement
    seen = {"child"} | {role for role, share in _SEEN.items() if dice.sub(role).chance(share)}
    answers: dict[str, JsonValue] = {
        "visit_date": day.isoformat(),
        "visit_kind": [dice.pick({"first": 20, "regular": 60, "follow_up": 15, "other": 5})],
        "visit_place": dice.one(_PLACES),
        "visit_seen": [entry.code for entry in code_table("visit_seen").entries if entry.code in seen],
        "visit_present": f"{house.caregiver.name.full}、{_clerk(dice.sub('present'))}" if dice.chance(0.6) else None,
        "visit_living_state": [dice.pick({"good": 50, "fair": 40, "hard": 10})],
        "visit_living": dice.one(_LIVING),
        "visit_care": dice.one(_CARE),
        "visit_schooling": dice.one(_SCHOOLING),
        "visit_health": dice.one(_HEALTH),
        "visit_service": dice.one(_SERVICE),
        "visit_action": dice.one(_ACTION) if dice.chance(0.7) else None,
        "visit_next_date": (day + timedelta(days=dice.one((15, 30, 90)))).isoformat(),
        "visitor_name_1": _clerk(dice.sub("first")),
        "visitor_name_2": _clerk(dice.sub("second")) if dice.chance(0.7) else None,
        "report_cases": ["none"],
    }
    if dice.sub("report").chance(0.12):
        cases = ("separated", "unguarded", "violence", "harm")
        answers |= {
            "report_cases": [dice.one(cases)],
            "report_date": day.isoformat(),
            "report_time": f"{dice.randint(8, 20)}时{dice.randint(0, 59):02d}分",
            "report_police": division_name(house.residence.county)
            + "公安局"
            + dice.one(("城关", "新区", "东城"))
            + "派出所",
            "report_person": answers["visitor_name_1"],
        }
    return answers


_SEEN = {"father": 0.25, "mother": 0.5, "caregiver": 0.5, "teacher": 0.1, "neighbour": 0.1}


def _log(house: Household, dice: Dice) -> dict[str, JsonValue]:
    last_month = house.statement.replace(day=1) - timedelta(days=1)
    first = date(last_month.year, last_month.month, 1)
    answers: dict[str, JsonValue] = {"log_month": first.strftime("%Y-%m"), "log_keeper": _clerk(dice.sub("keeper"))}
    day = 0
    for number in range(1, dice.randint(3, 6) + 1):
        throw = dice.sub(number)
        child = household(throw.sub("child"), as_of=house.statement, home=house.residence.county).child
        day += throw.randint(1, 4)
        way = throw.pick({"visit": 50, "phone": 30, "liaison": 15, "other": 5})
        content = {"visit": words_of_visit(throw), "phone": "电话了解近况，" + throw.one(_SCHOOLING)}
        answers |= {
            f"log_date_{number}": (first + timedelta(days=day - 1)).isoformat(),
            f"log_child_name_{number}": child.name.full,
            f"log_child_id_number_{number}": child.number,
            f"log_dossier_{number}": words.dossier_number(throw, first.year) if throw.chance(0.7) else None,
            f"log_way_{number}": [way],
            f"log_content_{number}": content.get(way, throw.one(_ACTION)),
            f"log_result_{number}": throw.one(_RESULT),
        }
    return answers


def words_of_visit(dice: Dice) -> str:
    """What was done on a visit, in one line."""
    return "入户走访，" + dice.one(_SERVICE)


def _clerk(dice: Dice) -> str:
    return person_name(dice, ethnic=HAN, sex=dice.one("12"), born=dice.randint(1968, 1998)).full
