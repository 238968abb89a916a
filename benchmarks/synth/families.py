"""One family's answers to every field of the dictionary, and to fields that only a learned form knows.

The answers agree with one another (``forms.checks`` finds nothing wrong in them): age and schooling, illness and
key-concern criteria, places and range of movement, disability number and ID number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.synth import words
from benchmarks.synth.dice import Dice
from benchmarks.synth.names import HAN, person_name
from benchmarks.synth.papers import paper_answers, paper_signers
from benchmarks.synth.people import Household, Person, age_at, household, identity, mobile, random_date
from benchmarks.synth.places import counties, division_name, place_in
from forms.code_tables import code_table
from forms.form_file import FormField
from forms.kinds import JsonValue, Kind

Answers = dict[str, JsonValue]
AS_OF = date(2024, 11, 30)
"""The first cut-off of the notice: comparison and entry done by the end of November 2024."""


@dataclass(frozen=True)
class Family:
    """``answers`` and ``signatures`` (names that are signed) by key; ``dice`` for what depends on the form."""

    household: Household
    answers: Mapping[str, JsonValue]
    signatures: Mapping[str, str]
    dice: Dice


def family(dice: Dice, *, as_of: date = AS_OF, home: str | None = None, number: int = 1) -> Family:
    """A family living in county or town ``home`` (default: anywhere in Jilin); ``number`` is the sheet's own."""
    house = household(dice.sub("household"), as_of=as_of, home=home)
    answers: Answers = {}
    answers.update(_head(house, dice.sub("head"), number))
    answers.update(_child(house, dice.sub("child")))
    answers.update(_school(house, dice.sub("school")))
    answers.update(_permit(house, dice.sub("permit")))
    answers.update(_health(house, dice.sub("health"), answers, as_of))
    answers.update(_parents(house, dice.sub("parents")))
    answers.update(_care(house, dice.sub("care"), answers))
    answers.update(_support(house, dice.sub("support"), answers))
    clerk = dice.sub("signatures")
    signatures = {"sign_guardian": _signing_guardian(house), "sign_collector": _clerk_name(clerk.sub("collector"))}
    for key, share in (("sign_reviewer", 0.85), ("sign_head", 0.75)):
        if clerk.chance(share):
            signatures[key] = _clerk_name(clerk.sub(key))
    signatures.update(paper_signers(dice.sub("papers")))
    answers.update(dict.fromkeys(signatures, "present"))
    papers = paper_answers(house, answers, dice.sub("papers"))
    if answers["form_update"] == ["unchanged"]:
        answers = {key: answers[key] for key in (*_UNCHANGED, *signatures) if key in answers}
    return Family(house, answers | papers, signatures, dice.sub("other"))


GUARDIANSHIP = frozenset({"insufficient", "improper", "absent", "abuse"})
_UNCHANGED = ("form_unit", "form_date", "form_number", "form_division", "form_collection", "form_update", "child_name",
              "child_id_number", "informed")  # fmt: skip
"""What the form asks for when nothing has changed since the last round."""


def answer(which: Family, field: FormField) -> JsonValue:
    """The family's answer to a field of any form: by key, else something of its kind. None: left blank."""
    if field.key in which.answers:
        return which.answers[field.key]
    if not field.key.startswith("x_"):
        return [] if field.kind is Kind.CHOICE else None
    return _by_kind(which, field, which.dice.sub(field.key))


def _head(house: Household, dice: Dice, number: int) -> Answers:
    home = house.residence
    town = division_name(home.town) if home.town else ""
    unit = division_name(home.county) + town + ("办事处" if town.endswith("街道") else "人民政府")
    update = dice.pick({"first": 80, "changed": 17, "unchanged": 3}) if not house.no_registration else "first"
    return {
        "form_unit": unit if not dice.chance(0.05) else None,
        "form_date": house.statement.isoformat(),
        "form_number": dice.one((f"{number:04d}", f"{number:03d}", f"{number}")) if dice.chance(0.8) else None,
        "form_division": home.code,
        "form_collection": [dice.pick({"visit": 75, "declared": 25})],
        "form_update": [update],
        "informed": ["yes"],
    }


def _child(house: Household, dice: Dice) -> Answers:
    child = house.child
    there, here = house.registered.county, house.residence.county
    movement = "province" if there[:2] != here[:2] else "prefecture" if there[:4] != here[:4] else "county"
    accompanied = {"51": "father", "52": "mother"}.get(house.relation, "other")
    if house.father is not None and house.mother is not None and house.shape == "both":
        accompanied = "both"
    return {
        "child_name": child.name.full,
        "child_sex": [child.sex],
        "child_ethnic_group": child.ethnic,
        "child_birth_date": child.born.isoformat(),
        "child_id_number": child.number,
        "child_registered": ["no" if house.no_registration else "yes"],
        "child_household": None if house.no_registration else _household_division(house, dice),
        "child_household_address": None
        if house.no_registration
        else {"division": house.registered.code, "detail": house.registered.detail},
        "child_residence": {"division": house.residence.code, "detail": house.residence.detail},
        "child_arrival": house.moved.strftime("%Y-%m"),
        "child_movement": [movement],
        "child_accompanied": [accompanied],
        "child_phone": house.caregiver.phone,
    }


def _household_division(house: Household, dice: Dice) -> str:
    """To the town, as the form asks for; some copy the village out of the household register as well."""
    there = house.registered
    return there.code if dice.chance(0.2) else there.town or there.code


def _school(house: Household, dice: Dice) -> Answers:
    age = age_at(house.child.born, house.statement)
    # the school year begins in September: who is six by the end of August goes
    years = house.statement.year - house.child.born.year - ((house.child.born.month, house.child.born.day) > (8, 31))
    years -= house.statement.month < 9
    stage = _stage(years, age, dice)
    answers: Answers = {"school_state": [stage]}
    if stage in ("none", "dropout", "out"):
        return answers
    answers["school_name"] = words.school_name(dice.sub("name"), house.residence, stage)
    answers["school_grade"] = words.grade(dice.sub("grade"), stage, years)
    answers["school_nature"] = [dice.pick({"public": 80, "private": 14, "purchased": 6})]
    boards = stage not in ("kindergarten", "primary") and dice.chance(0.4)
    answers["school_boarding"] = ["yes" if boards else "no"]
    return answers


def _stage(years: int, age: int, dice: Dice) -> str:
    if years < 3:
        return "none"
    if years < 6:
        return "kindergarten" if dice.chance(0.85) else "none"
    if dice.chance(0.015):
        return "dropout"
    if dice.chance(0.02):
        return "special"
    if years < 12:
        return "primary"
    if years < 15:
        return "junior"
    return dice.pick({"senior": 60, "vocational": 34, "out": 6}) if age < 16 else "senior"


def _permit(house: Household, dice: Dice) -> Answers:
    if house.child.number is None or dice.chance(0.42):
        return {"permit_state": ["none"], "permit_reason": dice.one(words.PERMIT_REASONS) if dice.chance(0.8) else None}
    signed = random_date(dice, house.moved, house.statement)
    own = f"{house.residence.county}{signed.year}{dice.randrange(10**6):06d}"
    return {
        "permit_state": ["held"],
        "permit_number": house.child.number if dice.chance(0.6) else own,
        "permit_date": signed.isoformat(),
    }


def _health(house: Household, dice: Dice, so_far: Answers, as_of: date) -> Answers:
    small = age_at(house.child.born, as_of) <= 6
    managed = "na" if not small else dice.pick({"yes": 94, "no": 6})
    special = so_far["school_state"] == ["special"]
    body = "disabled" if special else dice.pick({"healthy": 91, "ill": 5, "disabled": 4})
    insured = dice.pick({"residence": 46, "household": 50, "none": 4})
    place = {"residence": house.residence.county, "household": house.registered.county}.get(insured)
    answers: Answers = {
        "health_managed": [managed],
        "health_body": [body],
        "immunisation_state": [dice.pick({"complete": 91, "incomplete": 5, "unknown": 4})],
        "insurance_state": [insured],
        "insurance_place": place,
    }
    if body == "ill":
        answers["health_illness"] = dice.one(words.ILLNESSES)
    if body == "disabled":
        answers.update(_disability(house, dice.sub("disability")))
    return answers


def _disability(house: Household, dice: Dice) -> Answers:
    category = dice.pick({"1": 8, "2": 20, "3": 8, "4": 24, "5": 28, "6": 6, "7": 6})
    state = dice.pick({"received": 55, "waiting": 35, "na": 10})
    answers: Answers = {
        "disability_certificate": ["no"],
        "disability_category": [category],
        "rehabilitation_state": [state],
        "rehabilitation_place": words.rehabilitation(dice, house.residence) if state == "received" else None,
    }
    if house.child.number is not None and dice.chance(0.8):
        level = dice.pick({"1": 30, "2": 35, "3": 20, "4": 15})
        answers["disability_certificate"] = ["yes"]
        answers["disability_level"] = [level]
        # 中国残联: 18 characters of the ID number, category, level
        answers["disability_number"] = house.child.number + category + level
    return answers


def _parents(house: Household, dice: Dice) -> Answers:
    answers: Answers = {}
    for role, person, code in (("father", house.father, "51"), ("mother", house.mother, "52")):
        throw = dice.sub(role)
        if person is None:
            answers[f"{role}_state"] = [throw.pick({"dead": 45, "lost_contact": 55})]
            continue
        away = house.relation not in ("51", "52") or (house.relation != code and throw.chance(0.35))
        state = _parent_state(house, throw, cares=house.relation == code)
        answers[f"{role}_name"] = person.name.full
        answers[f"{role}_id_number"] = person.number if throw.chance(0.93) else None
        answers[f"{role}_phone"] = person.phone if throw.chance(0.95) else None
        answers[f"{role}_away"] = ["yes" if away and state == "normal" else "no"]
        answers[f"{role}_workplace"] = words.workplace(throw, house.residence, away=away) if state == "normal" else None
        answers[f"{role}_state"] = [state]
    return answers


def _parent_state(house: Household, dice: Dice, *, cares: bool) -> str:
    """Who looks after the child is well; who came along is not in prison."""
    if cares:
        return "normal"
    if house.shape == "both":
        return dice.pick({"normal": 97, "ill": 1.6, "disabled": 1.4})
    return dice.pick({"normal": 92, "ill": 2, "disabled": 2, "prison": 4})


def _care(house: Household, dice: Dice, so_far: Answers) -> Answers:
    entrusted = "na" if house.relation in ("51", "52") else dice.pick({"signed": 60, "unsigned": 40})
    criteria = _criteria(house, dice.sub("criteria"), so_far)
    state = dice.pick({"good": 78, "fair": 22})
    if criteria:  # criteria of guardianship are what "风险较大" means
        state = "risk" if GUARDIANSHIP & set(criteria) else dice.pick({"risk": 60, "fair": 40})
    listed = bool(criteria)
    return {
        "caregiver_name": house.caregiver.name.full,
        "caregiver_id_number": house.caregiver.number,
        "caregiver_phone": house.caregiver.phone,
        "caregiver_relation": house.relation,
        "caregiver_entrusted": [entrusted],
        "guardianship_state": [state],
        "concern_criteria": list(criteria),
        "concern_listed": ["yes" if listed else "no"],
        "concern_dossier": words.dossier_number(dice, house.statement.year) if listed and dice.chance(0.8) else None,
    }


def _criteria(house: Household, dice: Dice, so_far: Answers) -> list[str]:
    """Key-concern criteria that follow from the other answers, and a few that nothing else shows."""
    found: list[str] = []
    gone = [role for role in ("father", "mother") if so_far[f"{role}_state"] != ["normal"]]
    if len(gone) == 2:
        found.append("absent")
    elif gone:
        found.append("insufficient")
    if house.no_registration:
        found.append("unregistered")
    if so_far["school_state"] == ["dropout"] or (so_far["school_state"] == ["out"]):
        found.append("dropout")
    if so_far["health_body"] == ["ill"] and so_far.get("health_illness") in words.SEVERE:
        found.append("ill")
    if so_far["health_body"] == ["disabled"]:
        found.append("disabled")
    for code, share in (("improper", 0.01), ("abuse", 0.004), ("behaviour", 0.015), ("vagrant", 0.006)):
        if dice.sub(code).chance(share):
            found.append(code)
    order = [entry.code for entry in code_table("criteria").entries]
    return sorted(found, key=order.index)


def _support(house: Household, dice: Dice, so_far: Answers) -> Answers:
    income = {"wages"} if dice.chance(0.85) else {"farming"}
    for code, share in (("farming", 0.15), ("relief", 0.08), ("relatives", 0.05), ("other", 0.04)):
        if dice.sub(code).chance(share):
            income.add(code)
    relief = set()
    for code, share in (("subsistence", 0.09), ("temporary", 0.03), ("medical", 0.04), ("education", 0.05)):
        if dice.sub(code, "relief").chance(share):
            relief.add(code)
    if so_far["concern_listed"] == ["yes"] and dice.chance(0.5):
        relief.add("temporary")
    return {
        "support_income": _in_order("income", income),
        "support_relief": _in_order("relief", relief or {"none"}),
        "support_needs": words.needs(dice.sub("needs"), age_at(house.child.born, house.statement)),
        "remarks": None,
    }


def _in_order(table: str, codes: set[str]) -> list[str]:
    return [entry.code for entry in code_table(table).entries if entry.code in codes]


def _signing_guardian(house: Household) -> str:
    return house.caregiver.name.full


def _clerk_name(dice: Dice) -> str:
    return person_name(dice, ethnic=HAN, sex=dice.one("12"), born=dice.randint(1968, 1998)).full


def _by_kind(which: Family, field: FormField, dice: Dice) -> JsonValue:
    """Something plausible for a field that the dictionary doesn't know; one in five stays blank."""
    if dice.chance(0.2):
        return [] if field.kind is Kind.CHOICE else None
    house = which.household
    born = random_date(dice, date(1950, 1, 1), date(1999, 12, 31))
    stranger = Person(person_name(dice, ethnic=HAN, sex="2", born=born.year), "2", HAN, born, None, None)
    recent = random_date(dice, house.statement - timedelta(days=900), house.statement)
    options = [option.code for option in field.options]
    made: dict[Kind, JsonValue] = {
        Kind.NAME: stranger.name.full,
        Kind.ID_NUMBER: identity(dice, dice.one(counties("220000")), born, "2"),
        Kind.DATE: (born if dice.chance(0.5) else recent).isoformat(),
        Kind.MONTH: recent.strftime("%Y-%m"),
        Kind.PHONE: mobile(dice),
        Kind.DIVISION: house.registered.code,
        Kind.CHOICE: [c for c in options if dice.chance(0.35)]
        if field.multiple
        else ([dice.one(options)] if options else []),
        Kind.CODE: None,  # a learned form's code table is unknown here
        Kind.NUMBER: dice.randint(0, 12),
        Kind.TEXT: dice.one(words.FREE_TEXTS),
        Kind.SIGNATURE: "present",
    }
    if field.kind is Kind.ADDRESS:
        place = place_in(dice, house.residence.county)
        return {"division": place.code, "detail": place.detail}
    return made[field.kind]


def _one_of(options: list[str], dice: Dice) -> list[str]:
    return [dice.one(options)] if options else []
