"""Single settings by their keys, such as ``scheduler.max_polecats``: read, set and unset.

What keys there are, and what a value may be, the schema of the file says; each change is a
commit. Runtimes and gates, which are more than a value, have commands of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger import schemas
from gitgt.model import when
from gitgt.model.actor import Actor
from gitgt.services import commit, settings
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_TOWN: Final = "settings/config.yaml"
_YES: Final = frozenset({"true", "yes", "on", "1"})
_NO: Final = frozenset({"false", "no", "off", "0"})
_PLAIN: Final = frozenset({"string", "integer", "number", "boolean"})
Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """A key, what it is set to (None: nothing), and what it is for."""

    key: str
    value: Any
    told: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"key": self.key, "value": self.value, "told": self.told}


def every(town: Town, rig: Rig | None = None) -> list[Setting]:
    """Return all keys of the town's settings, or of a rig's, with what they are set to."""
    present = _present(town, rig)
    schema = _schema_of(rig)
    found = []
    for key, part in _keys(schemas.schema(schema), schema, present):
        found.append(Setting(key, _at(present, key), part.get("description", "")))
    return found


def get(town: Town, key: str, rig: Rig | None = None) -> Setting:
    """Return what *key* is set to.

    Raises:
        NotFoundError: there is no such key.
    """
    part = _part(_schema_of(rig), key)
    return Setting(key, _at(_present(town, rig), key), part.get("description", ""))


def put(town: Town, key: str, text: str, who: Actor, rig: Rig | None = None) -> bool:
    """Set *key* to what *text* says; tell whether anything changed.

    Raises:
        NotFoundError: there is no such key.
        RefusedError: that is no value for it.
        SettingsError: the schema refuses that value.
        NotAllowedError: an agent asks.
    """
    value = _value(_part(_schema_of(rig), key), key, text)
    return _change(town, rig, key, value, f"set {key} to {text}", who)


def unset(town: Town, key: str, who: Actor, rig: Rig | None = None) -> bool:
    """Let *key* be as if nobody had set it; tell whether anything changed.

    Raises:
        NotFoundError: there is no such key.
        NotAllowedError: an agent asks.
    """
    _part(_schema_of(rig), key)
    return _change(town, rig, key, None, f"unset {key}", who)


def _change(
    town: Town, rig: Rig | None, key: str, value: object, subject: str, who: Actor
) -> bool:  # fmt: skip
    name = _TOWN if rig is None else rig.settings_name
    schema = _schema_of(rig)
    where = "" if rig is None else f"{rig.name}: "

    def decide() -> commit.Files:
        new = _with(_present(town, rig), key.split("."), value)
        content = settings.emit(new) if new else b""
        settings.parse(content, schema, name)
        return {name: content}

    return commit.change(town, decide, f"{where}{subject}", who)


def _with(fields: Mapping[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """Return *fields* with *value* at *path*; with None, without what is there."""
    first, *rest = path
    new: Any = _with(fields.get(first) or {}, rest, value) if rest else value
    others = {key: each for key, each in fields.items() if key != first}
    if new is None or new == {}:
        return others
    return {**fields, first: new}


def _present(town: Town, rig: Rig | None) -> dict[str, Any]:
    path = town.root / _TOWN if rig is None else rig.path / "settings/config.yaml"
    return settings.read(path, _schema_of(rig))


def _schema_of(rig: Rig | None) -> str:
    return "settings" if rig is None else "rig"


def _at(fields: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - any value
    found: Any = fields
    for word in key.split("."):
        found = found.get(word) if isinstance(found, Mapping) else None
    return found


def _keys(
    part: Part, schema: str, present: object, path: str = ""
) -> Iterator[tuple[str, Part]]:
    """Yield the keys that can be set; of a map those that are."""
    for name, each in part.get("properties", {}).items():
        inner, home = _resolved(each, schema)
        here = f"{path}{name}"
        below = present.get(name) if isinstance(present, Mapping) else None
        if _is_settable(inner):
            yield here, inner
        elif name != "header":
            yield from _keys(inner, home, below, f"{here}.")
    more = part.get("additionalProperties")
    if isinstance(more, Mapping) and isinstance(present, Mapping):
        inner, _ = _resolved(more, schema)
        told = {"description": part.get("description", ""), **inner}
        yield from ((f"{path}{name}", told) for name in present if _is_settable(inner))


def _part(schema: str, key: str) -> Part:
    """Return the part of a schema that is about *key*.

    Raises:
        NotFoundError: there is no such key, or it is no single value.
    """
    part: Part = schemas.schema(schema)
    home = schema
    for word in key.split("."):
        more = part.get("additionalProperties")
        inner = part.get("properties", {}).get(
            word, more if isinstance(more, Mapping) else None
        )
        if inner is None or word == "header":
            raise NotFoundError(f"there is no setting {key!r}", hint="git gt config list")
        part, home = _resolved(inner, home)
    if not _is_settable(part):
        raise NotFoundError(f"{key} holds more than one value", hint="git gt config list")
    return part


def _resolved(part: Part, schema: str) -> tuple[Part, str]:
    """Return what a reference leads to, with what is said beside it, and in which schema."""
    target = part.get("$ref")
    if target is None:
        return part, schema
    file, _, pointer = target.partition("#")
    home = file.removesuffix(".schema.json") or schema
    found: Any = schemas.schema(home)
    for word in pointer.strip("/").split("/"):
        found = found[word]
    inner, home = _resolved(found, home)
    return {**inner, **{key: each for key, each in part.items() if key != "$ref"}}, home


def _is_settable(part: Part) -> bool:
    kind = part.get("type")
    words = kind == "array" and part.get("items", {}).get("type") == "string"
    return "enum" in part or kind in _PLAIN or words


def _value(part: Part, key: str, text: str) -> Any:  # noqa: ANN401 - any value
    """Return what *text* means for *key*; the schema judges it afterwards."""
    match part.get("type"):
        case "boolean":
            return _truth(key, text)
        case "integer" | "number" as kind:
            return _number(key, text, whole=kind == "integer")
        case "array":
            return [each.strip() for each in text.split(",") if each.strip()]
        case _:
            return text


def _truth(key: str, text: str) -> bool:
    said = text.strip().lower()
    if said not in _YES | _NO:
        raise RefusedError(f"{key} is true or false, not {text!r}")
    return said in _YES


def _number(key: str, text: str, *, whole: bool) -> int | float:
    lasts = None if whole else when.span(text)
    try:
        found = lasts if lasts is not None else float(text)
        return int(text) if whole else found
    except ValueError as error:
        raise RefusedError(f"{key} is a number, not {text!r}") from error
