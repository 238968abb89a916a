"""Rules that are nothing but data (``resources/rules.toml``), and rules about the shape of a single value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from forms.code_tables import code_table
from forms.dictionary import FieldDefinition, load_dictionary
from forms.findings import Answers, Findings
from forms.gazetteer import gazetteer
from forms.kinds import JsonValue, Kind
from forms.rule_book import FORM, Rule, finding, rule_book
from forms.values import empty, is_phone

_RUN = re.compile(r"(\d)\1{6}")


def data_rules(values: Mapping[str, JsonValue], answers: Answers) -> Findings:
    """What the rules say that stand whole in the book."""
    for rule in _whole_in_the_book():
        yield from _alone(rule, answers)
        yield from _order(rule, answers)
        if rule.when:
            yield from _when(rule, values, answers)


@cache
def _whole_in_the_book() -> tuple[Rule, ...]:
    rules = rule_book().values()
    return tuple(rule for rule in rules if rule.scope == FORM and (rule.alone or rule.order or rule.when))


def _alone(rule: Rule, answers: Answers) -> Findings:
    for key, code in rule.alone:
        chosen = answers.chosen(key)
        if code in chosen and len(chosen) > 1:
            yield rule.finding((key,), field=load_dictionary().fields[key].label)


def _order(rule: Rule, answers: Answers) -> Findings:
    for first, second in rule.order:
        one, two = answers.day(first), answers.day(second)
        if one is None or two is None:
            continue
        if answers.is_month(first) or answers.is_month(second):  # no day is known: only months can be compared
            one, two = one.replace(day=1), two.replace(day=1)
        if two < one:
            yield rule.finding((second, first))


def _when(rule: Rule, values: Mapping[str, JsonValue], answers: Answers) -> Findings:
    given = tuple(key for key, code in rule.when if code in answers.chosen(key))
    if not given:
        return
    filled = tuple(key for key in rule.blank if not empty(values.get(key)))
    if filled:
        yield rule.finding((*given, *filled))
    asked = tuple(key for key in rule.written if answers.asks(key))
    if asked and all(empty(values[key]) for key in asked):
        yield rule.finding((*given, *asked))
    if rule.also is not None:
        key, code = rule.also
        if answers.chosen(key) and code not in answers.chosen(key):
            yield rule.finding((*given, key))
    if rule.against is not None:
        key, code = rule.against
        if code in answers.chosen(key):
            yield rule.finding((*given, key))


def shapes(values: Mapping[str, JsonValue], answers: Answers) -> Findings:
    """Values that no careful hand would have let through: codes, numbers of options, places, phones."""
    for key, definition in load_dictionary().fields.items():
        if empty(values.get(key)):
            continue
        if definition.kind in (Kind.CHOICE, Kind.CODE):
            yield from _codes(definition, answers)
        elif definition.kind in (Kind.DIVISION, Kind.ADDRESS):
            code = answers.division(key)
            if code and gazetteer().division(code) is None and gazetteer().abolished(code) is None:
                yield finding("unknown_place", key, field=definition.label)
        elif definition.kind is Kind.PHONE:
            yield from _phone(definition, answers.text(key))


def _codes(definition: FieldDefinition, answers: Answers) -> Findings:
    chosen = answers.chosen(definition.key)
    if len(chosen) > 1 and not definition.multiple:
        yield finding("several_chosen", definition.key, field=definition.label)
    if definition.code_table and chosen - _codes_of(definition.code_table):
        yield finding("unknown_code", definition.key, field=definition.label)


@cache
def _codes_of(table: str) -> frozenset[str]:
    return frozenset(entry.code for entry in code_table(table).entries)


def _phone(definition: FieldDefinition, number: str) -> Findings:
    if not is_phone(number):
        yield finding("phone_shape", definition.key, field=definition.label)
    elif _RUN.search(number):
        yield finding("phone_unlikely", definition.key, field=definition.label)
