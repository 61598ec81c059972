"""Templates of prompts: as much of Go's as Gas Town's formulas are written in.

Understood are ``{{.name}}``, ``{{.}}`` in a range, ``if`` (with ``not``, ``and``, ``or``,
``eq``, ``ne``), ``else``, ``range``, ``with``, ``end``, comments, and dashes, which trim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Final

from gitgt.errors import RefusedError
from gitgt.values import dataclass

_PLACE: Final = re.compile(r"(?:\s*\{\{-|\{\{)\s*(?P<said>.*?)\s*(?:-\}\}\s*|\}\})", re.DOTALL)
_NAME: Final = re.compile(r"\.?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)|\.")
_WORDS: Final = re.compile(r'"[^"]*"|[^\s"]+')
_BLOCKS: Final = ("if", "range", "with")
_DEEPEST: Final = 32
_TESTS: Final[Mapping[str, Callable[[list[str]], bool]]] = {
    "": lambda said: bool(said[0]),
    "not": lambda said: not said[0],
    "and": all,
    "or": any,
    "eq": lambda said: said[0] in said[1:],
    "ne": lambda said: said[0] not in said[1:],
}


@dataclass(frozen=True, slots=True)
class Place:
    """A value, or what is no name: ``said`` is how it is written."""

    said: str
    name: str = ""


@dataclass(slots=True)
class Block:
    """Parts that are there if something is so, or once for each item of something.

    ``chained`` is what follows an ``else if``: it has no ``end`` of its own.
    """

    kind: str
    test: str
    about: tuple[str, ...]
    body: list[Part] = field(default_factory=list)
    other: list[Part] = field(default_factory=list)
    chained: bool = False
    turned: bool = False

    @property
    def into(self) -> list[Part]:
        """Where what comes next belongs."""
        return self.other if self.turned else self.body


Part = str | Place | Block


def parse(text: str) -> list[Part]:
    """Return the parts of a template.

    Raises:
        RefusedError: its blocks do not fit each other, or one is not understood.
    """
    top: list[Part] = []
    way: list[Block] = []
    for part in _parts(text):
        into = way[-1].into if way else top
        word, _, rest = (part.said if isinstance(part, Place) else "").partition(" ")
        if word in _BLOCKS:
            way.append(_block(word, rest))
            into.append(way[-1])
        elif word == "else":
            _turn(way, rest.strip())
        elif word == "end":
            _end(way)
        else:
            into.append(part)
        if len(way) > _DEEPEST:
            raise RefusedError(f"blocks go deeper than {_DEEPEST}")
    if way:
        raise RefusedError(f"{{{{{way[-1].kind} ...}}}} has no {{{{end}}}}")
    return top


def _parts(text: str) -> Iterator[str | Place]:
    at = 0
    for found in _PLACE.finditer(text):
        yield text[at : found.start()]
        at = found.end()
        if not found["said"].startswith("/*"):
            yield _place(found["said"])
    yield text[at:]


def _place(said: str) -> Place:
    name = _NAME.fullmatch(said)
    return Place(said, (name["name"] or ".") if name else "")


def _block(kind: str, rest: str) -> Block:
    first, *others = _WORDS.findall(rest) or [""]
    test, about = (
        (first, others) if kind == "if" and first in _TESTS else ("", [first, *others])
    )
    good = all(each.startswith('"') or _NAME.fullmatch(each) for each in about)
    if not about or not good or (not test and len(about) > 1):
        raise RefusedError(f"{{{{{kind} {rest}}}}} is not understood")
    return Block(kind, test, tuple(about))


def _turn(way: list[Block], rest: str) -> None:
    if not way or way[-1].turned:
        raise RefusedError("{{else}} is no block's")
    way[-1].turned = True
    if rest:
        word, _, test = rest.partition(" ")
        if word != "if":
            raise RefusedError(f"{{{{else {rest}}}}} is not understood")
        chained = _block(word, test)
        chained.chained = True
        way[-1].other.append(chained)
        way.append(chained)


def _end(way: list[Block]) -> None:
    if not way:
        raise RefusedError("{{end}} is no block's")
    while way.pop().chained:
        pass


def rendered(parts: list[Part], values: Mapping[str, str], item: str | None = None) -> str:
    """Return what a template says; a value that nobody knows stays as it is written."""
    found = []
    for part in parts:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, Place):
            known = item if part.name == "." else values.get(part.name)
            found.append(f"{{{{{part.said}}}}}" if known is None else known)
        else:
            found.append(_block_said(part, values, item))
    return "".join(found)


def _block_said(block: Block, values: Mapping[str, str], item: str | None) -> str:
    said = [_value(each, values, item) for each in block.about]
    if block.kind == "range":
        items = [each.strip() for each in re.split(r"[,\n]", said[0]) if each.strip()]
        if items:
            return "".join(rendered(block.body, values, each) for each in items)
        return rendered(block.other, values, item)
    if not _TESTS[block.test](said):
        return rendered(block.other, values, item)
    return rendered(block.body, values, said[0] if block.kind == "with" else item)


def _value(word: str, values: Mapping[str, str], item: str | None) -> str:
    if word.startswith('"'):
        return word.strip('"')
    return (item or "") if word == "." else values.get(word.removeprefix("."), "")


def spoken_of(parts: list[Part]) -> Iterator[str]:
    """Yield what a template speaks of; not what it says of the items of a range."""
    for part in parts:
        if isinstance(part, Place):
            yield part.name or part.said
        elif isinstance(part, Block):
            yield from (
                each.removeprefix(".") for each in part.about if not each.startswith('"')
            )
            yield from () if part.kind == "range" else spoken_of(part.body)
            yield from spoken_of(part.other)
