"""The schemas as code: a quick yes for what is valid, and jsonschema's word on what is not.

``accepts`` compiles a schema to plain functions, so that reading ten thousand valid documents
imports nothing heavy. A yes is final, a no sends the value to jsonschema, the authority; a
property test holds the two together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from gitgt import resources
from gitgt.values import dataclass

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that jsonschema has to say: where, which rule, what was given."""

    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    given: Any
    schema: Mapping[str, Any]
    message: str


_ENDING: Final = ".schema.json"
_SILENT: Final = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "examples", "required"}
)


@cache
def schema(name: str) -> dict[str, Any]:
    """Return the schema *name* as it stands in its file."""
    text = (resources.schemas() / f"{name}{_ENDING}").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def names() -> tuple[str, ...]:
    """Return the names of all schemas."""
    return tuple(
        sorted(
            path.name.removesuffix(_ENDING) for path in resources.schemas().glob(f"*{_ENDING}")
        )
    )


@cache
def order(name: str) -> tuple[str, ...]:
    """Return the keys that the schema *name* knows, in the order of the canonical form."""
    return tuple(schema(name).get("properties", ()))


def accepts(name: str, value: object) -> bool:
    """Tell whether *value* is valid under the schema *name*."""
    return _compiled(name, "")(value)


def fits(name: str, key: str, value: object) -> bool:
    """Tell whether a document under the schema *name* may have *value* at *key*."""
    return key in order(name) and _compiled(name, f"/properties/{key}")(value)


def complaints(name: str, value: Any) -> Iterator[Complaint]:  # noqa: ANN401 - whatever came in
    """Return what jsonschema finds wrong with *value* under the schema *name*."""
    for error in _validator(name).iter_errors(value):
        at_key = "propertyNames" in error.absolute_schema_path
        yield Complaint(
            (*error.absolute_path, *([str(error.instance)] if at_key else [])),
            str(error.validator),
            error.validator_value,
            error.instance,
            error.schema if isinstance(error.schema, dict) else {},
            error.message,
        )


# --- jsonschema, the authority


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    registry: Registry[Any] = Registry().with_resources(
        (f"{each}{_ENDING}", DRAFT202012.create_resource(_without_dialect(each)))
        for each in names()
    )
    whole: Any = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        {"pattern": _pattern},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    )
    validator: Validator = whole({"$ref": f"{name}{_ENDING}"}, registry=registry)
    return validator


def _without_dialect(name: str) -> dict[str, Any]:
    """Return a schema without ``$schema``: it would call jsonschema's own validator back."""
    return {key: part for key, part in schema(name).items() if key not in {"$schema", "$id"}}


def _pattern(
    _: object, pattern: str, instance: object, __: object
) -> Iterable[ValidationError]:
    """Match the whole text: Python's ``$`` would let a newline at the end pass."""
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not _regex(pattern).fullmatch(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _is_integer(_: object, value: object) -> bool:
    """Take 1.0 for no integer: it would be written back as another text than 1."""
    return isinstance(value, int) and not isinstance(value, bool)


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


# --- the compiled form


@cache
def _compiled(name: str, pointer: str) -> Check:
    part: Any = schema(name)
    for step in pointer.split("/")[1:]:
        part = part[step]
    return _check(name, part)


def _check(name: str, part: Mapping[str, Any]) -> Check:
    """Return the function that tells whether a value is valid under *part* of schema *name*."""
    tests: list[Check] = []
    if {"properties", "additionalProperties", "required"} & part.keys():
        tests.append(_object(name, part))
    for keyword, wanted in part.items():
        if keyword in _SILENT or keyword in {"properties", "additionalProperties"}:
            continue
        tests.append(_KEYWORDS.get(keyword, _unknown)(name, wanted))
    return tests[0] if len(tests) == 1 else _all(tests)


def _all(tests: Iterable[Check]) -> Check:
    def check(value: object) -> bool:
        for test in tests:  # noqa: SIM110 - three times as fast as all() over a generator
            if not test(value):
                return False
        return True

    return check


def _unknown(_: str, __: object) -> Check:
    """Say nothing about a keyword that is not known here: jsonschema decides."""
    return lambda _: False


def _ref(name: str, wanted: str) -> Check:
    file, _, pointer = wanted.partition("#")
    target = file.removesuffix(_ENDING) or name
    found: list[Check] = []

    def check(value: object) -> bool:  # looked up at the first use: a schema may hold itself
        if not found:
            found.append(_compiled(target, pointer))
        return found[0](value)

    return check


def _object(name: str, part: Mapping[str, Any]) -> Check:
    known = {key: _check(name, each) for key, each in part.get("properties", {}).items()}
    others: Any = part.get("additionalProperties", True)
    rest = (lambda _: others) if isinstance(others, bool) else _check(name, others)
    required = frozenset(part.get("required", ()))

    def check(value: object) -> bool:
        if not isinstance(value, dict):
            return True
        for key, each in value.items():
            if not known.get(key, rest)(each):
                return False
        return required <= value.keys()

    return check


def _type(_: str, wanted: str) -> Check:
    classes: dict[str, Any] = {
        "object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
        "number": float,
    }  # fmt: skip
    kind = classes[wanted]
    if kind is int:
        return lambda value: _is_integer(None, value)
    if kind is float:
        return _is_number
    return lambda value: isinstance(value, kind)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equals(value: object, wanted: object) -> bool:
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


_KEYWORDS: Final[Mapping[str, Callable[[str, Any], Check]]] = {
    "$ref": _ref,
    "type": _type,
    "const": lambda _, wanted: lambda value: _equals(value, wanted),
    "enum": lambda _, wanted: lambda value: any(_equals(value, each) for each in wanted),
    "pattern": lambda _, wanted: _matches(_regex(wanted)),
    "minLength": lambda _, wanted: (
        lambda value: not isinstance(value, str) or len(value) >= wanted
    ),
    "maxLength": lambda _, wanted: (
        lambda value: not isinstance(value, str) or len(value) <= wanted
    ),
    "minimum": lambda _, wanted: lambda value: not _is_number(value) or value >= wanted,
    "maximum": lambda _, wanted: lambda value: not _is_number(value) or value <= wanted,
    "exclusiveMinimum": lambda _, wanted: lambda value: not _is_number(value) or value > wanted,
    "minItems": lambda _, wanted: (
        lambda value: not isinstance(value, list) or len(value) >= wanted
    ),
    "maxItems": lambda _, wanted: (
        lambda value: not isinstance(value, list) or len(value) <= wanted
    ),
    "items": lambda name, wanted: _each(list, _check(name, wanted), lambda value: value),
    "propertyNames": lambda name, wanted: _each(
        dict, _check(name, wanted), lambda value: value
    ),
}


def _matches(regex: re.Pattern[str]) -> Check:
    fullmatch = regex.fullmatch
    return lambda value: not isinstance(value, str) or fullmatch(value) is not None


def _each(kind: type, test: Check, parts: Callable[[Any], Iterable[Any]]) -> Check:
    """Return the check that every one of a value's *parts* passes *test*, if it is a *kind*."""
    return lambda value: not isinstance(value, kind) or all(map(test, parts(value)))
