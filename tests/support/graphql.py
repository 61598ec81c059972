"""As much of GraphQL as a program of a forge speaks, over plain dicts.

A field that the data has not is an error, as with a real server: a question that asks for what
does not exist fails here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[{}()\[\]:!,=$]|-?[A-Za-z0-9_.]+')


@dataclass
class Field:
    """One field of a question: what it is called in the answer, and what is asked about it."""

    name: str
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    on: str = ""
    inner: list[Field] = field(default_factory=list)


class UnknownError(Exception):
    """A field that there is not."""


def parse(text: str, variables: Mapping[str, Any]) -> tuple[str, list[Field]]:
    """Return whether it is a query or a mutation, and what it asks for."""
    tokens = _Tokens(_TOKEN.findall(text), variables)
    kind = "query" if tokens.peek() == "{" else tokens.next()
    while tokens.peek() != "{":
        tokens.skip_group("(", ")") if tokens.peek() == "(" else tokens.next()
    return kind, tokens.selection()


class _Tokens:
    def __init__(self, words: list[str], variables: Mapping[str, Any]) -> None:
        self._words = words
        self._at = 0
        self._variables = variables

    def peek(self) -> str:
        return self._words[self._at]

    def next(self) -> str:
        self._at += 1
        return self._words[self._at - 1]

    def skip_group(self, start: str, end: str) -> None:
        depth = 0
        while True:
            word = self.next()
            depth += {start: 1, end: -1}.get(word, 0)
            if depth == 0:
                return

    def selection(self) -> list[Field]:
        assert self.next() == "{"
        found = []
        while self.peek() != "}":
            if self.peek() != ",":
                found.append(self._field())
            else:
                self.next()
        self.next()
        return found

    def _field(self) -> Field:
        name = self.next()
        if name == "...":
            assert self.next() == "on"
            return Field("...", on=self.next(), inner=self.selection())
        made = Field(name, name)
        if self.peek() == ":":
            self.next()
            made.name = self.next()
        if self.peek() == "(":
            self.next()
            while self.peek() != ")":
                key = self.next()
                assert self.next() == ":"
                made.arguments[key] = self._value()
                if self.peek() == ",":
                    self.next()
            self.next()
        if self.peek() == "{":
            made.inner = self.selection()
        return made

    def _value(self) -> Any:
        word = self.next()
        if word == "$":
            return self._variables[self.next()]
        if word == "[":
            items = []
            while self.peek() != "]":
                items.append(self._value()) if self.peek() != "," else self.next()
            self.next()
            return items
        if word == "{":
            found = {}
            while self.peek() != "}":
                key = self.next()
                assert self.next() == ":"
                found[key] = self._value()
                if self.peek() == ",":
                    self.next()
            self.next()
            return found
        if word.startswith('"'):
            return word[1:-1]
        return int(word) if word.lstrip("-").isdigit() else word


def answer(asked: list[Field], value: Any) -> Any:
    """Return what *asked* picks out of *value*; what can be called is given its arguments."""
    if isinstance(value, list):
        return [answer(asked, each) for each in value]
    if value is None or not asked:
        return value
    return dict(_picked(asked, value))


def _picked(asked: list[Field], value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for each in asked:
        if each.name == "...":
            if value["__typename"] == each.on:
                yield from _picked(each.inner, value)
            continue
        if each.name not in value:
            raise UnknownError(
                f"Field '{each.name}' doesn't exist on type '{value['__typename']}'"
            )
        found = value[each.name]
        found = found(**each.arguments) if callable(found) else found
        yield each.alias, answer(each.inner, found)
