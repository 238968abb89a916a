"""Settings, each declared once: key, default (and so its type), a Chinese sentence. Leaves get values, never these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from forms.dictionary import load_dictionary
from forms.gazetteer import gazetteer
from forms.kinds import Kind
from forms.limits import Limits
from forms.visiting import Intervals
from records import office_rows
from records.session import Session
from records.store import Store
from records.views import Actor
from workflow import archive_number, visit_plan
from workflow.changes import Changes
from workflow.errors import BadValue
from workflow.permissions import Right, verb
from workflow.scope import require_whole_office

T = TypeVar("T", int, str)
HOME = "220000"  # Jilin
Value: TypeAlias = int | str


def _count(value: Value) -> None:
    if not isinstance(value, int) or not 0 <= value <= 100_000:
        raise BadValue("请填 0 到 100000 之间的整数，没有改。")


def _interval(value: Value) -> None:
    if not isinstance(value, int) or not 1 <= value <= 365:
        raise BadValue("请填 1 到 365 之间的整数，没有改。")


def _percent(value: Value) -> None:
    if not isinstance(value, int) or not 0 <= value <= 100:
        raise BadValue("请填 0 到 100 之间的整数，没有改。")


def _number_part(value: Value) -> None:
    archive_number.check_part(str(value))


def _number_part_or_empty(value: Value) -> None:
    if value:
        archive_number.check_part(str(value))


def _retention(value: Value) -> None:
    if value not in ("Y", "D30", "D10"):
        raise BadValue("保管期限只能是 Y（永久）、D30（三十年）或 D10（十年），没有改。")


def _folder(value: Value) -> None:
    if value and not Path(str(value)).is_absolute():
        raise BadValue("请写完整的文件夹路径（从盘符或 / 开始），没有改。")


def _kept(value: Value) -> None:
    if not isinstance(value, int) or not 1 <= value <= 400:
        raise BadValue("请填 1 到 400 之间的整数，没有改。")


def _yes_or_no(value: Value) -> None:
    if value not in (0, 1):
        raise BadValue("只能填 1（是）或 0（否），没有改。")


def _template(value: Value) -> None:
    archive_number.check_template(str(value))


def _age(value: Value) -> None:
    if not isinstance(value, int) or not 6 <= value <= 18:
        raise BadValue("请填 6 到 18 之间的整数，没有改。")


def _districts(value: Value) -> None:
    for code in codes_in(str(value)):
        district = gazetteer().division(code)
        if district is None or district.level != "county" or not district.name.endswith("区"):
            raise BadValue(f"“{code}”不是市辖区的六位代码，没有改。几个代码之间用逗号分开。")


def codes_in(text: str) -> tuple[str, ...]:
    """The codes or keys of a setting that holds several, separated by commas."""
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())


def _reviewer(value: Value) -> None:
    if value not in ("county", "person"):
        raise BadValue("只能是 county（由县里复核）或 person（由本单位另一人复核），没有改。")


def _entered_again(value: Value) -> None:
    for key in codes_in(str(value)):
        definition = load_dictionary().fields.get(key)
        if definition is None or definition.kind is Kind.SIGNATURE:
            raise BadValue(f"没有可以双录的栏目“{key}”，没有改。")
        if definition.sensitivity == "extra":
            raise BadValue(f"“{definition.label}”只给指定的人看，不能双录，没有改。")


def _looked_at(value: Value) -> None:
    for key in codes_in(str(value)):
        if key not in load_dictionary().fields:
            raise BadValue(f"没有栏目“{key}”，没有改。栏目代号之间用逗号分开。")


def _kept_at_hand(value: Value) -> None:
    for key in codes_in(str(value)):
        definition = load_dictionary().fields.get(key)
        if definition is None or definition.kind is Kind.SIGNATURE:
            raise BadValue(f"没有可以沿用的栏目“{key}”，没有改。")
        if definition.sensitivity == "extra":
            raise BadValue(f"“{definition.label}”只给指定的人看，不能从上一张表沿用，没有改。")


class Section(StrEnum):
    """Where a setting stands on the settings screen."""

    OFFICE = "office"
    VERIFY = "verify"
    NUMBER = "number"
    PEOPLE = "people"
    BACKUP = "backup"


class Shape(Enum):
    """How a value is given."""

    LINE = auto()  # a number or a text, by its default
    FOLDER = auto()
    ONE_OF = auto()
    SOME_OF = auto()  # several, kept separated by commas


Offer: TypeAlias = tuple[Value, str]  # a value and its word


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting. ``sentence`` is what the settings screen and the manual say; ``check`` raises BadValue.

    ``offers``: what may be chosen, in order, where the shape is ONE_OF or SOME_OF.
    """

    key: str
    default: T
    sentence: str
    check: Callable[[Value], None]
    section: Section
    shape: Shape = Shape.LINE
    offers: Callable[[], tuple[Offer, ...]] = tuple


def _districts_offered() -> tuple[Offer, ...]:
    """The districts of the cities of Jilin, by city."""
    places = gazetteer()
    return tuple(
        (district.code, f"{city.name}{district.name}")
        for city in places.children(HOME)
        for district in places.children(city.code)
        if district.name.endswith("区")
    )


def _fields_looked_at() -> tuple[Offer, ...]:
    return tuple((key, definition.label) for key, definition in load_dictionary().fields.items())


def _fields_entered_again() -> tuple[Offer, ...]:
    fields = load_dictionary().fields.items()
    return tuple((k, d.label) for k, d in fields if d.kind is not Kind.SIGNATURE and d.sensitivity != "extra")


def _fields_kept_at_hand() -> tuple[Offer, ...]:
    return _fields_entered_again()


SHOW_ALL_UNTIL = Setting(
    "show_all_until", 50, "核对完多少份登记表以前，每个填了的栏目都要人看一遍。", _count, Section.VERIFY
)
RECHECK_PERCENT = Setting(
    "recheck_percent", 2, "机器有把握的栏目里，抽出百分之几仍然请人看。", _percent, Section.VERIFY
)
ALWAYS_LOOK = Setting(
    "always_look",
    "",
    "哪些栏目只要填了就要人看一遍，机器再有把握也不收起；一项不选，就只看没有把握的。",
    _looked_at,
    Section.VERIFY,
    Shape.SOME_OF,
    _fields_looked_at,
)
STICKY = Setting(
    "sticky",
    "form_unit,form_division,form_date,form_collection",
    "哪些栏目一叠表里常常一样：看不准或没填时先给出上一张表写的，也可以按 Alt+0 钉住，后面的表接着用。",
    _kept_at_hand,
    Section.VERIFY,
    Shape.SOME_OF,
    _fields_kept_at_hand,
)
FONDS = Setting("fonds", "X001", "全宗号（由同级档案馆编给本单位）。", _number_part, Section.NUMBER)
CATEGORY = Setting("category", "ZY", "档案门类代码；儿童登记表一般用 ZY（专业档案）。", _number_part, Section.NUMBER)
RETENTION = Setting(
    "retention",
    "D30",
    "登记表的保管期限，写进档号。",
    _retention,
    Section.NUMBER,
    Shape.ONE_OF,
    lambda: (("Y", "永久（Y）"), ("D30", "三十年（D30）"), ("D10", "十年（D10）")),
)
UNIT = Setting(
    "unit", "", "档号里的乡镇（机构）一段；空着就用本单位所在地的名称。", _number_part_or_empty, Section.NUMBER
)
NUMBER_TEMPLATE = Setting(
    "number_template",
    archive_number.DAT13,
    "档号按哪个标准写：DA/T 13-2022，或各级之间都用横线的 DA/T 22-2015。",
    _template,
    Section.NUMBER,
    Shape.ONE_OF,
    lambda: (
        (archive_number.DAT13, "X001-ZY·2026·D30·某某镇-0001"),
        (archive_number.DAT22, "X001-ZY·2026-D30-某某镇-0001"),
    ),
)
CHILD_UNDER = Setting("child_under", 16, "到统计时点不满多少周岁算流动儿童。", _age, Section.OFFICE)
CENTRAL_DISTRICTS = Setting(
    "central_districts",
    ",".join(sorted(gazetteer().central_districts)),
    "哪些市辖区算城市中心城区；同一城市的中心城区之间居住的不算流动儿童。",
    _districts,
    Section.OFFICE,
    Shape.SOME_OF,
    _districts_offered,
)
REVIEW_BY = Setting(
    "review_by",
    "county",
    "核对以后由谁复核；选本单位另一人，复核过的才能报送。",
    _reviewer,
    Section.OFFICE,
    Shape.ONE_OF,
    lambda: (("county", "单人办公，由县里接收时复核"), ("person", "由本单位另一人复核")),
)
SECOND_ENTRY = Setting(
    "second_entry",
    "",
    "哪些栏目要第二个人不看第一个人的结果再录一遍；一项不选就不双录。",
    _entered_again,
    Section.VERIFY,
    Shape.SOME_OF,
    _fields_entered_again,
)
LOCK_MINUTES = Setting("lock_minutes", 10, "多少分钟没有人动，窗口自动锁上；0 为不锁。", _count, Section.PEOPLE)
BACKUP_FOLDER = Setting(
    "backup_folder",
    "",
    "备份放在哪个文件夹，最好在另一块盘上；空着就放在资料库文件夹里的 backups。",
    _folder,
    Section.BACKUP,
    Shape.FOLDER,
)
BACKUP_DAILY = Setting("backup_daily", 7, "每日备份保留最近几天的。", _kept, Section.BACKUP)
BACKUP_WEEKLY = Setting("backup_weekly", 4, "再往前，每周一份，保留几周的。", _kept, Section.BACKUP)
BACKUP_MONTHLY = Setting("backup_monthly", 6, "再往前，每月一份，保留几个月的。", _kept, Section.BACKUP)
BACKUP_ON_LEAVING = Setting(
    "backup_on_leaving",
    1,
    "关程序时有改动，要不要备份一次。",
    _yes_or_no,
    Section.BACKUP,
    Shape.ONE_OF,
    lambda: ((1, "备份"), (0, "不备份")),
)

VISIT_GOOD_MONTHS = Setting("visit_good_months", 3, "监护状况较好的，每几个月入户走访一次。", _interval, Section.OFFICE)
VISIT_FAIR_MONTHS = Setting("visit_fair_months", 1, "监护状况一般的，每几个月入户走访一次。", _interval, Section.OFFICE)
VISIT_RISK_DAYS = Setting(
    "visit_risk_days",
    15,
    "重点关爱服务对象每几天走访一次（文件只说加大频次，由本单位定）。",
    _interval,
    Section.OFFICE,
)
VISIT_AHEAD_DAYS = Setting("visit_ahead_days", 7, "走访到期前几天列入“快到期”。", _count, Section.OFFICE)
VISITS = (VISIT_GOOD_MONTHS, VISIT_FAIR_MONTHS, VISIT_RISK_DAYS)

SETTINGS: tuple[Setting[int] | Setting[str], ...] = (
    SHOW_ALL_UNTIL,
    RECHECK_PERCENT,
    ALWAYS_LOOK,
    STICKY,
    FONDS,
    CATEGORY,
    RETENTION,
    UNIT,
    NUMBER_TEMPLATE,
    REVIEW_BY,
    SECOND_ENTRY,
    LOCK_MINUTES,
    BACKUP_FOLDER,
    BACKUP_DAILY,
    BACKUP_WEEKLY,
    BACKUP_MONTHLY,
    BACKUP_ON_LEAVING,
    CHILD_UNDER,
    CENTRAL_DISTRICTS,
    *VISITS,
    VISIT_AHEAD_DAYS,
)


def value_of(session: Session, setting: Setting[T]) -> T:
    """The setting's present value."""
    stored = office_rows.setting(session, setting.key)
    return setting.default if stored is None else stored


def limits_of(session: Session) -> Limits:
    """What the office decided of the rules."""
    central = frozenset(codes_in(value_of(session, CENTRAL_DISTRICTS)))
    return Limits(child_under=value_of(session, CHILD_UNDER), central=central)


def intervals(session: Session) -> Intervals:
    """How long from one visit to the next."""
    return Intervals(*(value_of(session, setting) for setting in VISITS))


@verb(Right.SEE_OFFICE)
def settings(store: Store, actor: Actor) -> dict[str, Value]:
    """All settings with their present values."""
    with store.session() as session:
        stored = {s.key: office_rows.setting(session, s.key) for s in SETTINGS}
    return {s.key: s.default if stored[s.key] is None else stored[s.key] for s in SETTINGS}


@verb(Right.ADMINISTER)
def change_setting(store: Store, actor: Actor, now: datetime, key: str, value: Value) -> Changes:
    """Set one. Raises BadValue for an unknown key or a value that won't do."""
    setting = next((s for s in SETTINGS if s.key == key), None)
    if setting is None:
        raise BadValue("没有这一项设置，没有改动任何内容。")
    if type(value) is not type(setting.default):
        raise BadValue("这一项设置的值类型不对，没有改。")
    setting.check(value)
    with store.transaction() as session:
        require_whole_office(session, actor)
        office_rows.set_setting(session, key, value)
        if any(setting is interval for interval in VISITS):
            session.flush()
            visit_plan.plan_all_again(store, session, now, intervals(session))
        store.audit(session, actor.user_id, now, "settings.change", key)
    return Changes(office=True)
