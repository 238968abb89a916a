"""What was written, as a value of its kind, and a value as an office writes it.

``parse(kind, format_value(kind, value)) == value`` for every value that ``parse`` can give.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from forms import id_number
from forms.code_tables import CodeTable
from forms.code_tables import code_table as load_table
from forms.dictionary import load_dictionary
from forms.form_file import FormField
from forms.gazetteer import HOME, gazetteer
from forms.kinds import JsonValue, Kind
from forms.written_dates import read_date


class FieldError(Exception):
    """The text can't be a value of this kind; ``str()`` is a Chinese sentence that says what to write instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


PRESENT = "present"
NAME_DOT = "·"
_DASHES = re.compile(r"[-—–―−─_/／\\]+")
_DOTS = re.compile(r"[•‧∙⋅・･●．.]")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[·' -])*[^\W\d_]?")
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d))(\d{7,8})", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_LIST_MARKS = re.compile(r"[、，,;；\s]+")
_VILLAGE = re.compile(r".{1,15}(?:村|社区|屯|嘎查|委会|委员会|[队组])")
_PLACE_TAILS = ("省", "市", "县", "区", "旗", "州", "盟", "处", "办", "会")
_YEAR = re.compile(r"\s*[\d〇○零一二三四五六七八九]{2,4}\s*年\s*")
_NUMBER = re.compile(r"(\d{1,9})(?:人|个|名|元|岁|次|户|口|人次)?", re.ASCII)
_NO_NAMES = frozenset({"同上", "同前", "同左", "不详", "不明", "未知", "不清楚", "不知道"})
"""What people write where a name is asked; none of them is one."""
_NOTHING = frozenset({"无", "没有", "无此项"})
# 无 is an answer in a text, a choice or a list of codes; elsewhere it says that there is nothing to write
_TAKES_NOTHING = frozenset({Kind.TEXT, Kind.CHOICE, Kind.CODE, Kind.SIGNATURE})


def empty(value: JsonValue) -> bool:
    """Whether a value says nothing: blank on the paper."""
    if isinstance(value, dict):
        return not any(value.values())
    return value is None or value in ("", [])


def parse(kind: Kind, text: str, *, field: FormField | None = None, code_table: str | None = None) -> JsonValue:
    """The value that ``text`` stands for; blank (also a dash through the field) is None, for choices ``[]``.

    ``field`` gives a choice its options and names the dictionary's code table; ``code_table`` overrides that.
    Raises FieldError, and nothing else, for text that can't be a value of this kind.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text or _DASHES.fullmatch(text) or (text in _NOTHING and kind not in _TAKES_NOTHING):
        return [] if kind is Kind.CHOICE else None
    if kind is Kind.CHOICE:
        return _choice(text, field, _table(field, code_table))
    if kind is Kind.CODE:
        return _code(text, _table(field, code_table))
    return _PARSERS[kind](text)


def format_value(
    kind: Kind,
    value: JsonValue,
    *,
    field: FormField | None = None,
    code_table: str | None = None,
    full: bool = True,
) -> str:
    """A value as an office writes it, "" for an empty one.

    ``full`` spells everything out and can be parsed back; without it dates are ISO and divisions leave out
    province and prefecture, for lists. A code that no table knows is shown as it is.
    """
    if empty(value):
        return ""
    if kind is Kind.CHOICE and isinstance(value, list):
        labels = _option_labels(field, _table(field, code_table))
        return "、".join(labels.get(code, code) for code in value)
    if kind is Kind.CODE:
        return _option_labels(None, _table(field, code_table)).get(str(value), str(value))
    if kind is Kind.ADDRESS and isinstance(value, dict):
        return _place(value.get("division") or "", full) + (value.get("detail") or "")
    if kind is Kind.DIVISION:
        return _place(str(value), full)
    if kind in (Kind.DATE, Kind.MONTH):
        return _written_date(str(value)) if full else str(value)
    if kind is Kind.SIGNATURE:
        return "已签名"
    return str(value)


def _written_date(iso: str) -> str:
    numbers = iso.split("-")
    if not all(n.isdigit() for n in numbers) or len(numbers) not in (2, 3):
        return iso
    year, *rest = (int(n) for n in numbers)
    return f"{year}年" + "".join(f"{n}{unit}" for n, unit in zip(rest, "月日", strict=False))


def _place(code: str, full: bool) -> str:
    places = gazetteer()
    whole = places.told(code)
    if full or not places.division(code):
        return whole
    county = places.division(code[:6])
    if county is None or county.level != "county" or county.parent is None:
        return whole
    if not county.name.endswith("区"):
        return whole.removeprefix(places.full_name(county.parent))
    # a district's name says little without its city: 朝阳区 is in Changchun and in Beijing, which is a province as well
    shorter = whole.removeprefix(places.full_name(code[:2] + "0000"))
    return whole if shorter.startswith(county.name) else shorter


def _table(field: FormField | None, name: str | None) -> CodeTable | None:
    if name is None and field is not None:
        definition = load_dictionary().fields.get(field.key)
        name = definition.code_table if definition else None
    return load_table(name) if name else None


def _option_labels(field: FormField | None, table: CodeTable | None) -> Mapping[str, str]:
    labels = {entry.code: entry.label for entry in table.entries} if table else {}
    return labels | ({option.code: option.label for option in field.options} if field else {})


def _choice(text: str, field: FormField | None, table: CodeTable | None) -> JsonValue:
    labels = _option_labels(field, table)
    whole = _option(text, labels, table)
    codes = {whole} if whole else set()
    if not whole:
        for part in _LIST_MARKS.split(text):
            code = _option(part, labels, table)
            if code is None:
                raise FieldError(f"“{part}”不在选项里。请从印好的选项中选。")
            codes.add(code)
    if field is not None and not field.multiple and len(codes) > 1:
        raise FieldError("这一栏只能选一项。")
    return [code for code in labels if code in codes]  # as printed


def _option(text: str, labels: Mapping[str, str], table: CodeTable | None) -> str | None:
    plain = _squeezed(text)
    for code, label in labels.items():
        if plain == _squeezed(label):
            return code
    if text in labels:
        return text
    found = table.find(text) if table else None
    return found if found in labels else None


def _code(text: str, table: CodeTable | None) -> JsonValue:
    if table is None:
        raise FieldError("这一栏没有代码表，不能填写。")
    code = table.find(text)
    if code is None:
        raise FieldError(f"“{text}”不在代码表里。请写全称，例如“{table.entries[0].label}”。")
    return code


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _name(text: str) -> JsonValue:
    name = _DOTS.sub(NAME_DOT, unicodedata.normalize("NFC", " ".join(text.split())))
    # blanks mean something between Latin letters only
    name = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", name)
    if name in _NO_NAMES:
        raise FieldError(f"“{name}”不是姓名。不知道姓名的，请留空，待核实后补填。")
    if len(name) > 50 or not _NAME.fullmatch(name):
        raise FieldError("姓名只能写汉字或字母，少数民族姓名中间可用“·”。")
    return name


def _id_number(text: str) -> JsonValue:
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    number = number[:-1] + "X" if number.endswith(("×", "✕", "Х", "Χ")) else number
    if wrong := id_number.problem(number):
        raise FieldError(wrong)
    return number


def _read(text: str) -> tuple[int, int, int | None] | None:
    if _YEAR.fullmatch(text):
        raise FieldError("只写了年，缺少月。请写年、月，例如 2023年9月。")
    return read_date(text)


def _date(text: str) -> JsonValue:
    found = _read(text)
    if found is None:
        raise FieldError("日期看不懂。请写年、月、日，例如 2015年3月5日。")
    year, month, day = found
    if day is None:
        raise FieldError("日期缺少日。请写年、月、日，例如 2015年3月5日。")
    return date(year, month, day).isoformat()


def _month(text: str) -> JsonValue:
    found = _read(text)
    if found is None:
        raise FieldError("年月看不懂。请写年和月，例如 2023年9月。")
    return f"{found[0]:04d}-{found[1]:02d}"


def is_phone(number: str) -> bool:
    """Whether a normalised phone number is one: a mobile, or a landline with or without its area code."""
    plain = number.replace("-", "", 1)
    return any(shape.fullmatch(plain) for shape in (_MOBILE, _LANDLINE, _LOCAL))


def _phone(text: str) -> JsonValue:
    digits = re.sub(r"[\s().·-]|[—–−]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(?:\+|00)86", "", digits)
    if _MOBILE.fullmatch(digits) or _LOCAL.fullmatch(digits):
        return digits
    if found := _LANDLINE.fullmatch(digits):
        return f"{found.group(1)}-{found.group(2)}"
    if not (digits.isascii() and digits.isdigit()):
        raise FieldError("电话只能写一个号码，不能有文字。")
    raise FieldError(f"电话号码位数不对：手机应为 1 开头的 11 位，现在是 {len(digits)} 位；固定电话请加区号。")


def _division(text: str) -> JsonValue:
    places = gazetteer()
    plain = unicodedata.normalize("NFKC", text)
    if places.division(plain):
        return plain
    found = places.resolve(plain)
    if not found:
        raise FieldError("行政区划里没有这个地方。请从省或县写起，例如 吉林省吉林市蛟河市。")
    code, rest = found[0]
    if rest and not (_VILLAGE.fullmatch(rest) and len(code) == 9 and not code.startswith(HOME)):
        name = places.full_name(code)
        raise FieldError(f"“{name}”后面的“{rest}”不在行政区划里。这一栏写到村（社区）为止，请核对写法。")
    return code  # villages of other provinces have no code here: the value stops at the town


def _address(text: str) -> JsonValue:
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    places = gazetteer()
    for code, rest in places.resolve(plain):
        if named_outright(code, plain, rest):
            return {"division": code, "detail": rest}
    return {"division": None, "detail": plain}


def named_outright(code: str, text: str, rest: str) -> bool:
    """Whether ``text`` up to its ``rest`` names a division that the rest may follow.

    A short name counts only where nothing follows it: 朝阳大街12号 is a street, not a district.
    """
    division = gazetteer().division(code)
    read = text.removesuffix(rest).rstrip()
    return division is not None and (not rest or read.endswith((division.name, *_PLACE_TAILS)))


def _number(text: str) -> JsonValue:
    found = _NUMBER.fullmatch(re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text)))
    if not found:
        raise FieldError("这一栏请写数字。")
    return int(found.group(1))


def _text(text: str) -> JsonValue:
    return " ".join(text.split())


def _signature(text: str) -> JsonValue:
    return None if text in _NOTHING or text == "未签名" else PRESENT


_PARSERS: Mapping[Kind, Callable[[str], JsonValue]] = {
    Kind.NAME: _name,
    Kind.ID_NUMBER: _id_number,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.PHONE: _phone,
    Kind.DIVISION: _division,
    Kind.ADDRESS: _address,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.SIGNATURE: _signature,
}
