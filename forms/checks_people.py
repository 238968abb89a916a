"""Rules about who somebody is: ID numbers, birth dates, sex, parents and caregivers."""

from __future__ import annotations

from forms import id_number
from forms.findings import Answers, Findings, years_between
from forms.gazetteer import gazetteer
from forms.rule_book import finding

PERSONS = {"child": "儿童", "father": "父亲", "mother": "母亲", "caregiver": "照护人"}
PARENT_RELATIONS = frozenset({"50", "51", "52", "57", "58"})
YOUNGEST_PARENT = 15
OLDEST_PARENT = {"father": 70, "mother": 55}
"""Years between parent and child beyond which somebody else was probably written down."""
# codes of GB/T 4761 that say the sex of the caregiver
MALE_RELATIONS = frozenset(["51", "57", "61", "63", "71", "73", "81", "83", "85", "87", "89"])
FEMALE_RELATIONS = frozenset(["52", "58", "62", "64", "75", "77", "82", "84", "86", "88", "90"])
UNABLE = frozenset({"disabled", "ill", "prison", "detox", "lost_contact", "missing", "dead", "revoked"})
ABSENT = frozenset({"prison", "detox", "lost_contact", "missing", "dead"})
GUARDIANSHIP_CRITERIA = frozenset({"insufficient", "improper", "absent", "abuse"})


def people(answers: Answers) -> Findings:
    yield from _numbers(answers)
    yield from _child(answers)
    yield from _same_numbers(answers)
    for parent, sex, relation in (("father", "1", "51"), ("mother", "2", "52")):
        yield from _parent_number(answers, parent, sex)
        yield from _parent_state(answers, parent, relation)
    yield from _both_parents(answers)
    yield from _caregiver(answers)


def _numbers(answers: Answers) -> Findings:
    for person, title in PERSONS.items():
        key = f"{person}_id_number"
        number = answers.text(key)
        if not number:
            continue
        if wrong := id_number.problem(number):
            yield finding("id_number", key, person=title, problem=wrong.removesuffix("。"))
            continue
        prefix, places = id_number.prefix(number), gazetteer()
        known = places.division(prefix)
        if (known is None or known.statistical) and places.abolished(prefix) is None:
            yield finding("id_prefix_unknown", key, person=title)


def _child(answers: Answers) -> Findings:
    born, number = answers.day("child_birth_date"), answers.id_number("child_id_number")
    if number and born and id_number.birth_date(number) != born:
        yield finding("birth_date_differs", "child_birth_date", "child_id_number")
    sex = answers.chosen("child_sex")
    if number and sex and id_number.sex(number) not in sex:
        yield finding("sex_differs", "child_sex", "child_id_number")
    household = answers.division("child_household")
    if number and household and not _given_in(number, household):
        yield finding("prefix_differs", "child_id_number", "child_household")


def _given_in(number: str, household: str) -> bool:
    prefix = id_number.prefix(number)
    gone = gazetteer().abolished(prefix)
    return household[:6] in (prefix, gone.successor if gone else prefix)


def _same_numbers(answers: Answers) -> Findings:
    numbers = {p: n for p in PERSONS if (n := answers.id_number(f"{p}_id_number"))}
    for one, two in (("child", "father"), ("child", "mother"), ("child", "caregiver"), ("father", "mother")):
        if one in numbers and numbers[one] == numbers.get(two):
            pair = (f"{one}_id_number", f"{two}_id_number")
            yield finding("same_number", *pair, person=PERSONS[one], other=PERSONS[two])
    relation = answers.chosen("caregiver_relation")
    for parent, code in (("father", "51"), ("mother", "52")):
        same = parent in numbers and numbers[parent] == numbers.get("caregiver")
        if same and relation and not relation & {code, "50"}:
            keys = ("caregiver_relation", "caregiver_id_number", f"{parent}_id_number")
            yield finding("relation_differs", *keys, person=PERSONS[parent])


def _parent_number(answers: Answers, parent: str, sex: str) -> Findings:
    title, key, born_key = PERSONS[parent], f"{parent}_id_number", f"{parent}_birth_date"
    number, written = answers.id_number(key), answers.day(born_key)
    if number and id_number.sex(number) != sex:
        yield finding("parent_sex", key, person=title)
    if number and written and id_number.birth_date(number) != written:
        yield finding("parent_birth_differs", born_key, key, person=title)
    born, child = (id_number.birth_date(number) if number else written), answers.day("child_birth_date")
    if born is None or child is None:
        return
    keys = (key if number else born_key, "child_birth_date")
    if years_between(born, child) < YOUNGEST_PARENT:
        yield finding("parent_age", *keys, person=title)
    elif years_between(born, child) > OLDEST_PARENT[parent]:
        yield finding("parent_far", *keys, person=title)


def _parent_state(answers: Answers, parent: str, relation: str) -> Findings:
    title, key, state = PERSONS[parent], f"{parent}_state", answers.chosen(f"{parent}_state")
    contradicting = [k for k in (f"{parent}_phone", f"{parent}_workplace") if answers.text(k)]
    if "dead" in state and contradicting:
        yield finding("dead_parent_answers", key, *contradicting, person=title)
    if state & ABSENT and answers.chosen("child_accompanied") & {"both", parent}:
        yield finding("absent_parent_present", key, "child_accompanied", person=title)
    if state & ABSENT and relation in answers.chosen("caregiver_relation"):
        yield finding("absent_caregiver", key, "caregiver_relation", person=title)


def _both_parents(answers: Answers) -> Findings:
    keys = ("father_state", "mother_state")
    unable = [key for key in keys if answers.chosen(key) & UNABLE]
    if len(unable) == 2:
        yield finding("maybe_orphan", *keys)
    absent = [key for key in unable if answers.chosen(key) & ABSENT]
    criteria = answers.chosen("concern_criteria")
    if len(unable) == len(absent) == 1 and answers.asks("concern_criteria") and not criteria & GUARDIANSHIP_CRITERIA:
        yield finding("single_parent", absent[0], "concern_criteria")


def _caregiver(answers: Answers) -> Findings:
    number, relation = answers.id_number("caregiver_id_number"), answers.chosen("caregiver_relation")
    if number:
        male = id_number.sex(number) == "1"
        if relation & (FEMALE_RELATIONS if male else MALE_RELATIONS):
            yield finding("relation_sex", "caregiver_relation", "caregiver_id_number")
    if not relation:
        return
    entrusted, keys = answers.chosen("caregiver_entrusted"), ("caregiver_relation", "caregiver_entrusted")
    by_parents = bool(relation & PARENT_RELATIONS)
    if not by_parents and answers.asks("caregiver_entrusted") and not entrusted - {"na"}:
        yield finding("entrusted_care", *keys)
    if by_parents and "signed" in entrusted:
        yield finding("entrusted_to_parent", *keys)
    if by_parents and answers.chosen("child_accompanied") == {"other"}:
        yield finding("accompanied_differs", "child_accompanied", "caregiver_relation")
