"""What ruamel stumbles over, in words for somebody who wrote a bead."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from gitgt.ledger.refusal import Problem

QUOTE: Final = "put text with special characters in double quotes"
_INDENT: Final = "indent by two spaces"


class _Meaning(NamedTuple):
    """What it means when ruamel's message holds *sign*."""

    sign: str
    what: str
    hint: str = ""
    at_start: bool = False  # the line to look at is where the thing began


_MEANINGS: Final = (
    _Meaning(
        "mapping values are not", "a second colon in a value, or a wrong indentation", QUOTE
    ),
    _Meaning("character '\\t'", "a tab where YAML wants spaces", _INDENT),
    _Meaning("cannot start any token", "a value cannot begin with this character", QUOTE),
    _Meaning(
        "unexpected end of stream", "a quote that opens here is not closed", at_start=True
    ),
    _Meaning("found '<scalar>'", "text where a line should end: is a quote not closed?", QUOTE),
    _Meaning("got '<stream end>'", "a bracket that opens here is not closed", at_start=True),
    _Meaning("expected <block end>", "the indentation does not fit the lines above", _INDENT),
    _Meaning("could not find expected ':'", "a line without 'key: value'"),
    _Meaning(
        "unknown escape", "an unknown escape in double quotes", r"write \\ for a backslash"
    ),
)


def stumble(error: Any) -> Problem:  # noqa: ANN401 - ruamel's errors have no types
    """Return the problem that ruamel's *error* is about."""
    said = str(error.problem or error.context or error)
    for meaning in _MEANINGS:
        if meaning.sign in said:
            mark = error.context_mark if meaning.at_start else error.problem_mark
            return Problem(_line(mark), "", meaning.what, meaning.hint)
    return Problem(_line(error.problem_mark or error.context_mark), "", said.splitlines()[0])


def _line(mark: Any) -> int:  # noqa: ANN401
    return mark.line + 1 if mark else 1
