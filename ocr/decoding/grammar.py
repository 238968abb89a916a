"""Small grammars of what may stand in a field, written as patterns and compiled to automata.

The notation is a corner of regular expressions: literals, ``[a-z]`` classes, ``( | )``, ``?``, ``*`` and ``{m,n}``;
``\\`` takes the next character literally. Compiled by Thompson's construction and made deterministic, so that a
prefix is in one state only and the beam isn't spent on copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr.decoding.beam import NEVER, Automaton, Builder


@dataclass(slots=True)
class _Net:
    """Thompson's net: edges on characters and on nothing."""

    edges: list[list[tuple[str, int]]] = field(default_factory=list)
    empty: list[list[int]] = field(default_factory=list)

    def state(self) -> int:
        self.edges.append([])
        self.empty.append([])
        return len(self.edges) - 1

    def closure(self, states: frozenset[int]) -> frozenset[int]:
        todo, seen = list(states), set(states)
        while todo:
            for following in self.empty[todo.pop()]:
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return frozenset(seen)


@dataclass(slots=True)
class _Parser:
    """Recursive descent over a pattern; every rule returns (first, last) states of a piece of net."""

    pattern: str
    net: _Net
    at: int = 0

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def either(self) -> tuple[int, int]:
        first, last = self.net.state(), self.net.state()
        while True:
            a, b = self.sequence()
            self.net.empty[first].append(a)
            self.net.empty[b].append(last)
            if self.peek() != "|":
                return first, last
            self.take()

    def sequence(self) -> tuple[int, int]:
        first = last = self.net.state()
        while self.peek() and self.peek() not in "|)":
            start = self.at
            a, b = self.atom()
            a, b = self.repeat(start, self.at, a, b)
            self.net.empty[last].append(a)
            last = b
        return first, last

    def repeat(self, start: int, end: int, a: int, b: int) -> tuple[int, int]:
        mark = self.peek()
        if mark == "?":
            self.take()
            self.net.empty[a].append(b)
        elif mark == "*":
            self.take()
            self.net.empty[a].append(b)
            self.net.empty[b].append(a)
        elif mark == "{":
            closing = self.pattern.index("}", self.at)
            low, _, high = self.pattern[self.at + 1 : closing].partition(",")
            self.at = closing + 1
            return self.copies(self.pattern[start:end], int(low), int(high or low))
        return a, b

    def copies(self, piece: str, low: int, high: int) -> tuple[int, int]:
        first = last = self.net.state()
        end = self.net.state()
        for number in range(high):
            if number >= low:
                self.net.empty[last].append(end)
            a, b = _Parser(piece, self.net).either()
            self.net.empty[last].append(a)
            last = b
        self.net.empty[last].append(end)
        return first, end

    def atom(self) -> tuple[int, int]:
        c = self.take()
        if c == "(":
            inside = self.either()
            if not self.peek():
                raise ValueError(f"pattern isn't closed: {self.pattern}")
            self.take()
            return inside
        first, last = self.net.state(), self.net.state()
        for accepted in self.members() if c == "[" else [self.take() if c == "\\" else c]:
            self.net.edges[first].append((accepted, last))
        return first, last

    def members(self) -> list[str]:
        found: list[str] = []
        while (c := self.take()) != "]":
            if c == "\\":
                found.append(self.take())
            elif self.peek() == "-" and self.pattern[self.at + 1] != "]":
                self.take()
                found.extend(map(chr, range(ord(c), ord(self.take()) + 1)))
            else:
                found.append(c)
        return found


def compile_pattern(pattern: str, index: Mapping[str, int], size: int) -> Automaton:
    """The deterministic automaton of a pattern; characters the alphabet lacks can't be written.

    Raises ValueError for a pattern that isn't closed.
    """
    net = _Net()
    parser = _Parser(pattern, net)
    first, last = parser.either()
    if parser.at != len(pattern):
        raise ValueError(f"pattern isn't closed: {pattern}")
    builder = Builder(index, size)
    start = net.closure(frozenset((first,)))
    numbers = {start: builder.state(0.0 if last in start else NEVER)}
    todo = [start]
    while todo:
        states = todo.pop()
        reached: dict[str, set[int]] = {}
        for s in states:
            for c, target in net.edges[s]:
                reached.setdefault(c, set()).add(target)
        for c, targets in reached.items():
            if c not in index:
                continue
            following = net.closure(frozenset(targets))
            if following not in numbers:
                numbers[following] = builder.state(0.0 if last in following else NEVER)
                todo.append(following)
            builder.edge(numbers[states], index[c], numbers[following])
    return builder.build([numbers[start]])
