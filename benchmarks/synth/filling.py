"""What stands on the paper: an answer turned into the text that a particular person writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from benchmarks.synth.dice import Dice
from benchmarks.synth.families import Family, answer
from benchmarks.synth.places import Place, written, written_division
from forms.code_tables import code_table
from forms.dictionary import load_dictionary
from forms.form_file import Form, FormField
from forms.kinds import JsonValue, Kind

DASH = "—"
"""The form's own instruction for parents who are dead or lost: "划“—”"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field as filled in: ``text`` as written ("": nothing), ``value`` normalised, ``marks``: option codes."""

    field: FormField
    text: str
    value: JsonValue
    marks: tuple[str, ...] = ()
    slip: str = ""
    """What was begun, crossed out, and written again as ``text``."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one person writes dates, months, groups and relations."""

    date: str
    month: str
    full_ethnic: bool
    homely: bool
    small_x: bool
    dashes: bool
    slips: float

    @classmethod
    def of(cls, dice: Dice) -> Manner:
        date_style = dice.pick({"年月日": 45, ".": 27, "-": 12, "/": 4, "0年月日": 8, "0.": 4})
        return cls(
            date=date_style,
            month={"0年月日": "年月", "年月日": "年月", "0.": "."}.get(date_style, date_style),
            full_ethnic=dice.chance(0.6),
            homely=dice.chance(0.3),
            small_x=dice.chance(0.12),
            dashes=dice.chance(0.7),
            slips=dice.uniform(0, 0.02),
        )


PRINTER = Manner(date="-", month="-", full_ethnic=True, homely=False, small_x=False, dashes=True, slips=0)
"""What an office's own program would print."""


def fill(family: Family, form: Form, manner: Manner, dice: Dice) -> tuple[Entry, ...]:
    """Every field of the form as this person fills it in, in the form's order."""
    return tuple(_entry(family, field, manner, dice.sub(field.key)) for field in form.fields)


def _entry(family: Family, field: FormField, manner: Manner, dice: Dice) -> Entry:
    value = answer(family, field)
    if field.kind is Kind.CHOICE:
        return _choice(field, value)
    if value is None or value == "":
        return Entry(field, DASH if _dashed(family, field, manner) else "", None)
    if field.kind is Kind.SIGNATURE:
        return Entry(field, family.signatures.get(field.key, family.household.caregiver.name.full), "present")
    text = _text(family, field, value, manner, dice)
    return Entry(field, text, value, slip=_slip(text, dice) if dice.chance(manner.slips) and not field.cells else "")


def _slip(text: str, dice: Dice) -> str:
    """A wrong beginning: one or two characters of the text in another order."""
    return "".join(dice.one(text) for _ in range(dice.one((1, 1, 2)))).strip()


def _choice(field: FormField, value: JsonValue) -> Entry:
    wanted = value if isinstance(value, list) else []
    found = [option for option in field.options if option.code in wanted]
    codes = [option.code for option in found]
    return Entry(field, "、".join(option.label for option in found), codes, tuple(codes))


def _dashed(family: Family, field: FormField, manner: Manner) -> bool:
    role = field.key.split("_")[0]
    return (
        manner.dashes
        and role in ("father", "mother")
        and not field.cells
        and family.answers.get(f"{role}_state") in (["dead"], ["lost_contact"])
        and family.answers.get(f"{role}_name") is None
    )


def _text(family: Family, field: FormField, value: JsonValue, manner: Manner, dice: Dice) -> str:
    home = family.household.residence.county
    if isinstance(value, dict):
        places = (family.household.residence, family.household.registered)
        known = [p for p in places if (p.code, p.detail) == (value["division"], value["detail"])]
        place = known[0] if known else Place(value["division"] or "", value["detail"] or "", home, "")
        return written(dice, place, home=home)
    text = str(value)
    if field.kind is Kind.DIVISION:
        return written_division(dice, text, home=home)
    if field.kind is Kind.DATE:
        return date_text(date.fromisoformat(text), manner.date)
    if field.kind is Kind.MONTH:
        return month_text(text, manner.month)
    if field.kind is Kind.CODE:
        return _code_text(field, text, manner)
    if field.kind is Kind.ID_NUMBER and manner.small_x:
        return text.replace("X", "x")
    return text


def _code_text(field: FormField, code: str, manner: Manner) -> str:
    definition = load_dictionary().fields.get(field.key)
    if definition is None or definition.code_table is None:
        return code
    table = code_table(definition.code_table)
    label = table.label(code)
    if (
        definition.code_table == "ethnic_group"
        and not manner.full_ethnic
        and table.find(label.removesuffix("族")) == code
    ):
        return label.removesuffix("族")
    if definition.code_table == "relation" and manner.homely:
        homely = next(entry.aliases for entry in table.entries if entry.code == code)
        return next((alias for alias in homely if len(alias) > 1 and table.find(alias) == code), label)
    return label


def date_text(day: date, style: str) -> str:
    """A date as people write it: ``年月日``, ``0年月日`` (with zeros), or a separator, ``0.`` with zeros."""
    if style == "年月日":
        return f"{day.year}年{day.month}月{day.day}日"
    if style == "0年月日":
        return f"{day.year}年{day.month:02d}月{day.day:02d}日"
    if style in ("-", "0."):
        return f"{day.year}{style[-1]}{day.month:02d}{style[-1]}{day.day:02d}"
    return f"{day.year}{style}{day.month}{style}{day.day}"


def month_text(month: str, style: str) -> str:
    """``YYYY-MM`` as people write it."""
    year, number = month.split("-")
    if style == "年月":
        return f"{year}年{int(number)}月"
    return f"{year}{style}{number if style == '-' else int(number)}"
