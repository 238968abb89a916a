"""Histories that a store may hold of a child, made up as values: sound ones, and one thing of each broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import assume
from hypothesis import strategies as st

from forms.id_number import check_digit
from forms.kinds import JsonValue
from records.views_roster import RosterOutcome

TOWN = "220281104"
ELSEWHERE = "220203101"
NAMES = ("欧阳雪", "何雾", "林松", "阿依古丽·买买提", "朴恩惠", "单小宁", "王一")
DOTS = "·・•．"
ROUNDS = tuple(  # opens, closes; the 统计时点 is the last day
    (date(year, first, 1), date(year, last, 30 if last == 6 else 31))
    for year in (2025, 2026, 2027)
    for first, last in ((1, 6), (7, 12))
)


@dataclass(frozen=True)
class Statement:
    """One form: its round by number (None: from before there were rounds), its date, and what it says of the child."""

    round: int | None
    on: date
    update: str
    said: dict[str, JsonValue]


@dataclass(frozen=True)
class Other:
    """Another child in the store."""

    name: str
    born: date | None
    number: str | None


@dataclass(frozen=True)
class Line:
    """A line of a base list, as the list has it."""

    name: str
    number: str | None
    born: date | None


@dataclass(frozen=True)
class Listed:
    """A base list and where it is from; ``sealed``: for named persons only, so nothing is held against it."""

    division: str
    lines: tuple[Line, ...]
    sealed: bool = False


@dataclass(frozen=True)
class History:
    """``now`` is judged, ``earlier`` are verified. ``attached``: it is the child's; else its number tells whose."""

    earlier: tuple[Statement, ...]
    now: Statement
    attached: bool
    others: tuple[Other, ...] = ()
    lists: tuple[Listed, ...] = ()
    left_on: date | None = None  # the child left the list, and is not back

    def says(self, **changed: JsonValue) -> History:
        """The same, with the form that is judged saying something else."""
        return replace(self, now=replace(self.now, said={**self.now.said, **changed}))

    def of_kind(self, update: str) -> History:
        return replace(self, now=replace(self.now, update=update))


def number(born: date, order: int, prefix: str = "220284") -> str:
    """A sound ID number."""
    first = f"{prefix}{born:%Y%m%d}{order:03d}"
    return first + check_digit(first)


def _within(first: date, last: date) -> st.SearchStrategy[date]:
    return st.dates(first, last)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any number of rounds, forms that agree, other children, guardians and lists that have nothing against them."""
    born, name = draw(st.dates(date(2012, 1, 1), date(2024, 12, 31))), draw(st.sampled_from(NAMES))
    own = number(born, draw(st.integers(1, 400))) if draw(st.integers(0, 4)) else None
    said: dict[str, JsonValue] = {
        "child_name": name, "child_id_number": own, "child_birth_date": born.isoformat(),
        "child_sex": [draw(st.sampled_from("12"))], "child_ethnic_group": draw(st.sampled_from(("01", "11", "10"))),
    }  # fmt: skip
    in_rounds = sorted(draw(st.sets(st.integers(0, len(ROUNDS) - 1), min_size=1, max_size=4)))
    forms = [_form(draw, said, n, _within(*ROUNDS[n])) for n in in_rounds]
    if draw(st.booleans()):  # a form from before there were rounds
        forms.insert(0, _form(draw, said, None, _within(date(2024, 11, 1), date(2024, 12, 31))))
    *earlier, now = forms
    now = replace(now, said=said | {k: v for k, v in now.said.items() if k == "child_name"})
    first = replace(now, update="first") if not earlier else replace(now, update=draw(st.sampled_from(("changed", ""))))
    made = History(tuple(earlier), first, attached=bool(earlier) and (own is None or draw(st.booleans())))
    made = replace(made, others=_others(draw, born), lists=_lists(draw, said, born, own))
    gone = draw(st.booleans())
    if made.earlier and gone:  # it left after its last form, or on that day
        made = replace(made, left_on=now.on + timedelta(days=draw(st.integers(0, 90))))
    if draw(st.booleans()):  # a guardian who was a child here, and is of age by now
        grown = _years_before(ROUNDS[now.round or 0][1], 18)
        mother = number(draw(_within(date(1985, 1, 1), grown)), 402)
        made = made.says(mother_id_number=mother)
        if draw(st.booleans()):
            known = Other("林晓", date.fromisoformat(f"{mother[6:10]}-{mother[10:12]}-{mother[12:14]}"), mother)
            made = replace(made, others=(*made.others, known))
    return made


def _form(
    draw: st.DrawFn, said: dict[str, JsonValue], in_round: int | None, days: st.SearchStrategy[date]
) -> Statement:
    """Says the same; a field may be left open, and the dot of a name written otherwise."""
    left_open = draw(st.sets(st.sampled_from(("child_birth_date", "child_sex", "child_ethnic_group")), max_size=1))
    told = {key: value for key, value in said.items() if key not in left_open}
    told["child_name"] = str(said["child_name"]).replace("·", draw(st.sampled_from(DOTS)))
    return Statement(in_round, draw(days), draw(st.sampled_from(("first", "changed", ""))), told)


def _others(draw: st.DrawFn, born: date) -> tuple[Other, ...]:
    """Strangers: a name and a birth date, or a number, that are nobody else's."""
    made = []
    for n in range(draw(st.integers(0, 3))):
        day = born + timedelta(days=draw(st.integers(1, 500)) + 501 * n)
        made.append(Other(draw(st.sampled_from(NAMES)), day, draw(st.sampled_from((None, number(day, 501 + n))))))
    return tuple(made)


def _lists(draw: st.DrawFn, said: dict[str, JsonValue], born: date, own: str | None) -> tuple[Listed, ...]:
    """Lists that agree, are about somebody else, don't cover the township, or open for others only."""
    name, made = str(said["child_name"]), []
    agrees = [Line(name, None, born)] + ([Line(name, own, None), Line(name, own, born)] if own else [])
    contradicts = [
        Line("何雪", own, None),
        Line(name, own, born + timedelta(days=1)),
        Line(name, number(born, 450), born),
    ]
    stranger = Line(name, number(born - timedelta(days=3), 451), born - timedelta(days=3))
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(("agrees", "stranger", "elsewhere", "sealed")))
        lines = {"agrees": draw(st.sampled_from(agrees)), "stranger": stranger}.get(
            kind, draw(st.sampled_from(contradicts))
        )
        where = ELSEWHERE if kind == "elsewhere" else draw(st.sampled_from(("", "2202", "220281", TOWN)))
        made.append(Listed(where, (lines,), sealed=kind == "sealed"))
    return tuple(made)


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


# -- one thing broken -------------------------------------------------------------------------------------------------

Break = Callable[[st.DrawFn, History], History]


def _known(draw: st.DrawFn, history: History) -> History:
    """There is an earlier form, and the one that is judged finds it."""
    if not history.earlier:
        before = Statement(None, date(2024, 12, draw(st.integers(1, 31))), "first", dict(history.now.said))
        history = replace(history, earlier=(before,))
    history = replace(history, attached=history.attached or history.now.said["child_id_number"] is None)
    return history.of_kind("changed")


def _numbered(history: History) -> str:
    own = history.now.said["child_id_number"]
    assume(own is not None)
    return str(own)


def _born(history: History) -> date:
    return date.fromisoformat(str(history.now.said["child_birth_date"]))


def outside_round(draw: st.DrawFn, history: History) -> History:
    opens, closes = ROUNDS[history.now.round or 0]
    days = draw(st.integers(1, 400))
    on = draw(st.sampled_from((opens - timedelta(days=days), closes + timedelta(days=days))))
    return replace(history, now=replace(history.now, on=on))


def two_in_round(draw: st.DrawFn, history: History) -> History:
    known = _known(draw, history)
    opens, _ = ROUNDS[known.now.round or 0]
    before = replace(known.now, on=draw(_within(opens, known.now.on)), said=dict(known.now.said))
    return replace(known, earlier=(*known.earlier, before))


def older_than_current(draw: st.DrawFn, history: History) -> History:
    known = _known(draw, history)
    later = replace(known.now, round=None, on=known.now.on + timedelta(days=draw(st.integers(1, 300))))
    return replace(known, earlier=(*known.earlier, later))


def left_before(draw: st.DrawFn, history: History) -> History:
    known = _known(draw, history)
    return replace(known, left_on=known.now.on - timedelta(days=draw(st.integers(1, 300))))


def unchanged_without_last(_draw: st.DrawFn, history: History) -> History:
    return replace(history, earlier=(), attached=False).of_kind("unchanged")


def first_but_known(draw: st.DrawFn, history: History) -> History:
    return _known(draw, history).of_kind("first")


def _last_says(draw: st.DrawFn, history: History, key: str) -> tuple[History, JsonValue]:
    """The newest form before says something of this; what."""
    known = _known(draw, history)
    *before, last = known.earlier
    said = {**last.said, key: last.said.get(key) or known.now.said[key]}
    return replace(known, earlier=(*before, replace(last, said=said))), said[key]


def birth_date_changed(draw: st.DrawFn, history: History) -> History:
    known, before = _last_says(draw, history, "child_birth_date")
    days = draw(st.integers(-3000, 3000).filter(bool))
    return known.says(child_birth_date=(date.fromisoformat(str(before)) + timedelta(days=days)).isoformat())


def sex_changed(draw: st.DrawFn, history: History) -> History:
    known, before = _last_says(draw, history, "child_sex")
    return known.says(child_sex=["1" if before == ["2"] else "2"])


def name_changed(draw: st.DrawFn, history: History) -> History:
    known, before = _last_says(draw, history, "child_name")
    plain = "".join("·" if c in DOTS else c for c in str(before))
    return known.says(child_name=draw(st.sampled_from([n for n in NAMES if n != plain])))


def ethnic_group_changed(draw: st.DrawFn, history: History) -> History:
    known, before = _last_says(draw, history, "child_ethnic_group")
    return known.says(child_ethnic_group=draw(st.sampled_from([c for c in ("01", "11", "10", "05") if c != before])))


def number_of_two_children(draw: st.DrawFn, history: History) -> History:
    known = _known(draw, history)
    twin = Other(draw(st.sampled_from(NAMES)), draw(st.sampled_from((None, date(2016, 5, 5)))), _numbered(known))
    return replace(known, others=(*known.others, twin))


def guardian_is_child(draw: st.DrawFn, history: History) -> History:
    as_of = ROUNDS[history.now.round or 0][1]
    born = draw(_within(_years_before(as_of, 18) + timedelta(days=1), as_of))
    young = Other("王乙", draw(st.sampled_from((born, None))), number(born, 403))
    person = draw(st.sampled_from(("father", "mother", "caregiver")))
    return replace(history.says(**{f"{person}_id_number": young.number}), others=(*history.others, young))


def _listed(draw: st.DrawFn, history: History, line: Line) -> History:
    """This line stands on a list that covers the township, among others."""
    where = draw(st.sampled_from(("", "22", "2202", "220281", TOWN)))
    return replace(history, lists=(*history.lists, Listed(where, (Line("旁人", None, date(2011, 1, 1)), line))))


def _otherwise(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from([n for n in NAMES if n != name]))


def roster_number_differs(draw: st.DrawFn, history: History) -> History:
    name, born = str(history.now.said["child_name"]), _born(history)
    _numbered(history)
    return _listed(draw, history, Line(name, number(born, draw(st.integers(460, 999))), born))


def roster_name_differs(draw: st.DrawFn, history: History) -> History:
    other = _otherwise(draw, "".join("·" if c in DOTS else c for c in str(history.now.said["child_name"])))
    return _listed(draw, history, Line(other, _numbered(history), draw(st.sampled_from((None, _born(history))))))


def roster_birth_differs(draw: st.DrawFn, history: History) -> History:
    born = _born(history) + timedelta(days=draw(st.integers(-900, 900).filter(bool)))
    return _listed(draw, history, Line(str(history.now.said["child_name"]), _numbered(history), born))


BREAKS: dict[str, Break] = {
    each.__name__: each
    for each in (
        outside_round, two_in_round, older_than_current, left_before, unchanged_without_last, first_but_known,
        birth_date_changed, sex_changed, name_changed, ethnic_group_changed, number_of_two_children, guardian_is_child,
        roster_number_differs, roster_name_differs, roster_birth_differs,
    )
}  # fmt: skip
ALSO: dict[str, frozenset[str]] = {
    # a form from another half-year may be older than what came since, or be from after the child had left
    "outside_round": frozenset({"older_than_current", "left_before"}),
    # a list that agreed with what was said before agrees no longer
    "birth_date_changed": frozenset({"roster_birth_differs"}),
    "name_changed": frozenset({"roster_name_differs"}),
}
"""Which other rules may speak of the same breaking, and why."""


def broken(rule: str) -> st.SearchStrategy[History]:
    """A sound history with the one thing broken that this rule is for."""

    @st.composite
    def made(draw: st.DrawFn) -> History:
        return BREAKS[rule](draw, draw(histories()))

    return made()


# -- one child and its line on a list ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kid:
    """A child as the office knows it."""

    name: str
    born: date
    number: str
    exited: bool = False


@dataclass(frozen=True)
class OnList:
    """A line, what the office has of the child, and what is to be told of the two."""

    line: Line
    outcome: RosterOutcome
    child: Kid | None = None
    draft: Kid | None = None
    differing: tuple[str, ...] = ()


def _slip(own: str, chance: int) -> str:
    """One digit of the order behind the birth date mistyped."""
    at = 14 + chance % 3
    return own[:at] + str((int(own[at]) + 1 + chance % 9) % 10) + own[at + 1 :]


def _one_of(kid: Kid, chance: int) -> Line:
    """The line as it should be, with less or more on it."""
    return (
        Line(kid.name, kid.number, kid.born), Line(kid.name, kid.number, None), Line(kid.name, None, kid.born),
    )[chance % 3]  # fmt: skip


LISTED: dict[str, Callable[[Kid, int], OnList]] = {
    "as it is": lambda kid, n: OnList(_one_of(kid, n), RosterOutcome.FOUND, kid),
    "nobody registered": lambda kid, n: OnList(_one_of(kid, n), RosterOutcome.MISSING),
    "waiting": lambda kid, n: OnList(_one_of(kid, n), RosterOutcome.IN_DRAFT, draft=kid),
    "gone": lambda kid, n: OnList(_one_of(kid, n), RosterOutcome.EXITED, replace(kid, exited=True)),
    "another name": lambda kid, n: OnList(
        Line(f"{kid.name}花", kid.number, (None, kid.born)[n % 2]), RosterOutcome.DIFFERS, kid, differing=("姓名",)
    ),
    "a slip in the number": lambda kid, n: OnList(
        Line(kid.name, _slip(kid.number, n), (None, kid.born)[n % 2]), RosterOutcome.DIFFERS, kid,
        differing=("公民身份号码",),
    ),
    "another birth date": lambda kid, n: OnList(
        Line(kid.name, kid.number, kid.born + timedelta(days=n % 300 + 1)), RosterOutcome.DIFFERS, kid,
        differing=("出生日期",),
    ),
    "another name, and gone": lambda kid, _n: OnList(
        Line(f"{kid.name}花", kid.number, None), RosterOutcome.DIFFERS, replace(kid, exited=True), differing=("姓名",)
    ),
}  # fmt: skip
"""What may be between a list's line and what the office has. Contradictions come before having left."""
