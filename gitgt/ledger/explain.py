"""jsonschema's complaints in words: which key, what is wrong with it, what would do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from gitgt.ledger import schemas
from gitgt.ledger.handwritten import Path, Written, named, shown
from gitgt.ledger.refusal import Problem, did_you_mean
from gitgt.ledger.schemas import Complaint

_NOUNS: Final[Mapping[type, str]] = {
    dict: "a map", list: "a list", str: "text", bool: "a truth value", int: "a number",
    float: "a number with a fraction", type(None): "nothing",
}  # fmt: skip
_WANTED: Final = {
    "object": "a map", "array": "a list", "string": "text", "integer": "a whole number",
    "number": "a number", "boolean": "true or false",
}  # fmt: skip
_LIMITS: Final = {
    "minLength": "is empty",
    "maxLength": "{size} characters; {wanted} are allowed",
    "minItems": "{size} entries; {wanted} are needed",
    "maxItems": "{size} entries; {wanted} are allowed",
    "minimum": "{size} is less than {wanted}",
    "exclusiveMinimum": "{size} is not more than {wanted}",
    "maximum": "{size} is more than {wanted}",
}
_PROSE: Final = frozenset({"line of text", "plain text", "comment lines at the head", "key"})

Said = tuple[Path, str, str]


def explained(
    name: str, written: Written, may_miss: Callable[[Path], bool] = lambda _: False
) -> list[Problem]:
    """Return all that is wrong with *written* under *name*'s schema, but for what may miss."""
    return [
        Problem(written.line_of(path), shown(path), what, hint)
        for complaint in schemas.complaints(name, written.value)
        for path, what, hint in _said(complaint)
        if not (complaint.keyword == "required" and may_miss(path))
    ]


def _said(complaint: Complaint) -> Iterable[Said]:
    if wording := _WORDINGS.get(complaint.keyword):
        return wording(complaint, complaint.path)
    template = _LIMITS.get(complaint.keyword, "{message}")
    given = complaint.given
    size = len(given) if isinstance(given, str | list | dict) else given
    said = template.format(size=size, wanted=complaint.wanted, message=complaint.message)
    return [(complaint.path, said, "")]


def _missing(complaint: Complaint, path: Path) -> Iterator[Said]:
    for key in complaint.wanted:
        if key not in complaint.given:
            yield (*path, key), "is missing", ""


def _unknown(complaint: Complaint, path: Path) -> Iterator[Said]:
    known = list(complaint.schema["properties"])
    for key in complaint.given:
        if key not in known:
            hint = "keys of your own go under ext:" if "ext" in known and not path else ""
            guess = did_you_mean(key, [each for each in known if each not in complaint.given])
            yield (*path, key), f"there is no such key{guess}", hint if not guess else ""


def _type(complaint: Complaint, path: Path) -> Iterator[Said]:
    noun = _NOUNS.get(type(complaint.given), "something else")
    hint = ""
    if complaint.wanted == "string" and isinstance(complaint.given, bool | int | float):
        hint = (
            f'{path[-1]}: "{json.dumps(complaint.given)}"' if isinstance(path[-1], str) else ""
        )
        yield path, f"{json.dumps(complaint.given)} is {noun}, not text; quote it", hint
    else:
        yield path, f"is {noun}, not {_WANTED[complaint.wanted]}", hint


def _enum(complaint: Complaint, path: Path) -> Iterator[Said]:
    known = complaint.wanted
    guess = did_you_mean(complaint.given, known)
    yield path, f"{_brief(complaint.given)} is not one of {', '.join(known)}{guess}", ""


def _const(complaint: Complaint, path: Path) -> Iterator[Said]:
    yield path, f"{_brief(complaint.given)} is not {complaint.wanted}", ""


def _pattern(complaint: Complaint, path: Path) -> Iterator[Said]:
    title = complaint.schema.get("title", "name that is allowed here")
    if title not in _PROSE:
        examples = " or ".join(complaint.schema.get("examples", ()))
        such = f", such as {examples}" if examples else ""
        list_of = title == "label" and "," in complaint.given
        hint = "a label has no comma: give each by itself" if list_of else ""
        yield path, f"{_brief(complaint.given)} is no {title}{such}", hint
    elif bad := _bad_character(complaint.wanted, complaint.given):
        what = "several lines where one is meant" if bad == "\n" else f"holds {named(bad)}"
        yield path, what, ""
    else:
        yield path, "is blank", ""


def _bad_character(pattern: str, text: str) -> str:
    regex = re.compile(pattern)
    return next((each for each in text if each != " " and not regex.fullmatch(each)), "")


def _brief(value: Any) -> str:  # noqa: ANN401 - whatever stood there
    said = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return said if len(said) <= 80 else f"{said[:76]}..."


_WORDINGS: Final[Mapping[str, Callable[[Complaint, Path], Iterable[Said]]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
}
