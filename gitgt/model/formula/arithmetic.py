"""Sums in formulas, such as ``2 ^ {{disks}} - 1``: whole numbers, names, brackets, operators.

From weak to strong: ``|``, ``&``, ``+ -``, ``* / %``, a leading minus, ``^`` (to the power of).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final

from gitgt.errors import RefusedError

_TOKEN: Final = re.compile(r"\s*(?:(\d{1,18})|([A-Za-z_][A-Za-z0-9_]*)|([-+*/%^&|()]))")
_LARGEST: Final = 10**18
_Binary = Callable[[int, int], int]


def _power(base: int, exponent: int) -> int:
    if not 0 <= exponent <= 64 or abs(base) > 1_000_000:
        raise RefusedError(f"{base}^{exponent} is no reasonable number")
    return int(base**exponent)


_LEVELS: Final[tuple[Mapping[str, _Binary], ...]] = (
    {"|": operator.or_},
    {"&": operator.and_},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.floordiv, "%": operator.mod},
)


def number(text: str, names: Mapping[str, int] | None = None) -> int:
    """Return what the sum *text* comes to; *names* are the numbers that it may speak of.

    Raises:
        RefusedError: it is no sum, or speaks of something else.
    """
    reader = _Reader(_tokens(text), names or {}, text)
    found = reader.level(0)
    if reader.rest:
        raise _no_sum(text)
    return found


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _no_sum(text)
        found.append(match[0].strip())
        at = match.end()
    return found


def _no_sum(text: str) -> RefusedError:
    return RefusedError(f"{text!r} is no number", hint="write 3, or a sum such as 2 ^ n - 1")


class _Reader:
    def __init__(self, tokens: list[str], names: Mapping[str, int], text: str) -> None:
        self.rest = tokens
        self._names = names
        self._text = text

    def level(self, depth: int) -> int:
        if depth == len(_LEVELS):
            return self._signed()
        found = self.level(depth + 1)
        while self.rest and self.rest[0] in _LEVELS[depth]:
            found = self._apply(_LEVELS[depth][self.rest.pop(0)], found, depth)
        return found

    def _apply(self, act: _Binary, left: int, depth: int) -> int:
        try:
            found = act(left, self.level(depth + 1))
        except ZeroDivisionError as error:
            raise RefusedError(f"{self._text!r} divides by zero") from error
        if abs(found) > _LARGEST:
            raise RefusedError(f"{self._text!r} is too large a number")
        return found

    def _signed(self) -> int:
        if self.rest[:1] == ["-"]:
            self.rest.pop(0)
            return -self._signed()
        base = self._atom()
        if self.rest[:1] == ["^"]:
            self.rest.pop(0)
            return _power(base, self._signed())
        return base

    def _atom(self) -> int:
        word = self.rest.pop(0) if self.rest else ""
        if word.isdigit():
            return int(word)
        if word == "(":
            found = self.level(0)
            if self.rest[:1] == [")"]:
                self.rest.pop(0)
                return found
        elif word in self._names:
            return self._names[word]
        raise _no_sum(self._text)
