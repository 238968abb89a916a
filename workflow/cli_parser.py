"""``argparse`` in Chinese: help and mistakes said as an office would, laid out by columns of the terminal.

argparse counts characters; a Chinese one takes two columns, and has no blank after it at which a line could break.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NoReturn, TypeAlias

from exporters.table import display_width

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

WIDEST, NARROWEST = 100, 40
LEFT = 26  # columns of a name, at most, beside its explanation
INSIDE = 6
_WORDS = re.compile(r"\s+|(?:[!-~]+|.)[，。；：、）》”]*", re.DOTALL)  # a closing mark never begins a line

_MISTAKES = (
    (r"the following arguments are required: (.+)", "还缺：{0}"),
    (r"unrecognized arguments: (.+)", "不认识：{0}"),
    (r"expected one argument", "后面要写一个值"),
    (r"expected at least one argument", "后面至少要写一个值"),
    (r"expected at most one argument", "后面最多写一个值"),
    (r"expected (\d+) arguments", "后面要写 {0} 个值"),
    (r"invalid choice: '?(.*?)'? \(choose from (.+)\)", "没有“{0}”，可以写：{1}"),
    (r"invalid int value: '(.*)'", "要写整数，这里是“{0}”"),
    (r"ignored explicit argument '(.*)'", "后面不写值，这里多了“{0}”"),
)


class Parser(argparse.ArgumentParser):
    """Its sub-commands are made by the same class."""

    def __init__(self, **given: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **given)
        self.add_argument("-h", "--help", action="help", help="显示这些说明")

    def format_usage(self) -> str:
        parts = [_in_usage(action) for action in sorted(self._actions, key=_positionals_last) if action.dest != "help"]
        return _usage(f"用法：{self.prog}", parts) + "\n"

    def format_help(self) -> str:
        sections = [self.format_usage().rstrip("\n")]
        if self.description:
            sections.append("\n".join(_wrapped(self.description, _columns())))
        commands = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        plain = [action for action in self._actions if action not in commands]
        below = [choice for action in commands for choice in action._get_subactions()]
        for title, actions in (
            ("参数：", [action for action in plain if not action.option_strings]),
            (f"{commands[0].metavar}：" if commands else "", below),
            ("选项：", [action for action in plain if action.option_strings]),
        ):
            if actions:
                sections.append("\n".join((title, *_table((_name(a), a.help or "") for a in actions))))
        if self.epilog:
            sections.append("\n".join(_wrapped(self.epilog, _columns())))
        return "\n\n".join(sections) + "\n"

    def error(self, message: str) -> NoReturn:
        told = _wrapped(f"{mistake(message)}。什么也没有做；用 --help 看说明。", _columns())
        self.exit(2, "\n".join((self.format_usage() + told[0], *told[1:], "")))


def describe(parser: argparse.ArgumentParser) -> None:
    """Let every sub-command begin its own help with what its parent says of it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help for choice in action._get_subactions()}
            for name, below in action.choices.items():
                below.description = below.description or told.get(name)
                describe(below)


def mistake(message: str) -> str:
    """A message of argparse in Chinese, without a full stop; one of our own stays as it is."""
    found = re.fullmatch(r"argument (.+?): (.*)", message, re.DOTALL)
    where, told = (found[1], found[2]) if found else ("", message)
    for pattern, words in _MISTAKES:
        if match := re.fullmatch(pattern, told, re.DOTALL):
            told = words.format(*(group.replace("'", "").replace(", ", "、") for group in match.groups()))
            break
    return f"{where}：{told}" if where else told


def day(text: str) -> date:
    """The type of an argument that is a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期写成 2026-10-12 的样子，这里是“{text}”") from None


# -- what stands in a line --------------------------------------------------------------------------------------------


def _positionals_last(action: argparse.Action) -> bool:
    return not action.option_strings


def _value(action: argparse.Action) -> str:
    if action.metavar is None and action.choices is not None:
        return "|".join(map(str, action.choices))
    return str(action.metavar or action.dest)


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    names = "、".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_value(action)}"


def _in_usage(action: argparse.Action) -> str:
    if action.option_strings:
        told = action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {_value(action)}"
        return told if action.required else f"[{told}]"
    value = _value(action)
    shapes = {"+": f"{value} [{value} ...]", "?": f"[{value}]", argparse.PARSER: f"{value} ..."}
    return shapes.get(str(action.nargs), value)


# -- lines ------------------------------------------------------------------------------------------------------------


def _columns() -> int:
    return min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns - 2))


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    rows = list(rows)
    left = min(LEFT, max(display_width(name) for name, _ in rows))
    for name, told in rows:
        lines = _wrapped(told, _columns() - left - 4)
        if display_width(name) > left:
            yield f"  {name}"
        else:
            yield f"  {name}{' ' * (left - display_width(name))}  {lines.pop(0)}".rstrip()
        yield from (f"{' ' * (left + 4)}{line}" for line in lines if line)


def _wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns; a word of Latin letters stays whole."""
    lines, line = [], ""
    for word in _WORDS.findall(text):
        if line and display_width(line + word) > columns:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line.rstrip()]


def _usage(head: str, parts: Iterable[str]) -> str:
    """The parts behind ``head``, one blank between; further lines stand a little in."""
    lines = [head]
    for part in parts:
        if display_width(f"{lines[-1]} {part}") > _columns():
            lines.append(f"{' ' * INSIDE}{part}")
        else:
            lines[-1] += f" {part}"
    return "\n".join(lines)
