"""What a ledger holds for editors: schemas, one of them for whoever types, and settings.

People leave out what gitgt fills in, and a document's type decides which keys it has: so an
editor gets one schema of its own, made from the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from gitgt.ledger import layout, schemas
from gitgt.model.documents import KINDS, Document
from gitgt.resources import schemas as folder

FOLDER: Final = "schemas/"
ITEM: Final = f"{FOLDER}item.schema.json"
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
# What a person need not write: the file's name says it, or it is filled in.
_FILLED_IN: Final = frozenset({"id", "type", "status", "created_at", "created_by"})
_FILLED_IN_WITHIN: Final = {"comments": ("id", "at", "by"), "dependencies": ("type",)}
_VS_CODE: Final = {
    "yaml.schemas": {
        f"./{ITEM}": f"{layout.ROOT}/**/*.yaml",
        f"./{FOLDER}ledger.schema.json": layout.LEDGER_FILE,
    },
    "yaml.format.enable": False,
    "files.associations": {f"**/{layout.ROOT}/**/*.yaml": "yaml"},
}


def published() -> dict[str, bytes]:
    """Return the files, by path, that a ledger holds for editors."""
    plain = {f"{FOLDER}{path.name}": path.read_bytes() for path in folder().glob("*.json")}
    return {
        ".vscode/extensions.json": _text({"recommendations": ["redhat.vscode-yaml"]}),
        ".vscode/settings.json": _text(_VS_CODE),
        **dict(sorted(plain.items())),
        ITEM: _text(item_schema()),
    }


def item_schema() -> dict[str, Any]:
    """Return the schema of a file below ``items`` as a person may write it.

    It is draft 7, which every editor knows, and needs no other file.
    """
    base = schemas.schema("base")["$defs"]
    definitions = {name: _ported(part) for name, part in base.items()}
    for name, missing in _FILLED_IN_WITHIN.items():
        part = definitions[name]["items"]
        part["required"] = [each for each in part["required"] if each not in missing]
    return {
        "$schema": _DIALECT,
        "title": "Document of a ledger",
        "description": "A file below items/. Its type says which keys it has.",
        "type": "object",
        "allOf": [_when(kind) for kind in KINDS],
        "definitions": definitions,
    }


def _when(kind: type[Document]) -> dict[str, Any]:
    """Return what holds for documents of *kind*; a file without a type is a bead."""
    own = _ported(schemas.schema(kind.kind))
    own["properties"].pop("header", None)
    properties = {name: _or_nothing(part) for name, part in own["properties"].items()}
    named = {"properties": {"type": {"enum": [str(each) for each in kind.types]}}}
    test = named if kind is KINDS[0] else {**named, "required": ["type"]}
    if kind is KINDS[0]:  # so that the editor proposes every type
        every = [str(name) for each in KINDS for name in each.types]
        known = {"properties": {"type": {"enum": every}}}
        return {**known, "if": test, "then": _rules(own, properties)}
    return {"if": test, "then": _rules(own, properties)}


def _rules(own: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": own["description"],
        "properties": properties,
        "required": [each for each in own["required"] if each not in _FILLED_IN],
        "additionalProperties": False,
    }


def _or_nothing(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes a key without a value, as in a form."""
    meaning = {"description": part["description"]} if "description" in part else {}
    nothing = {"type": ["null", "string"], "maxLength": 0}
    return {**meaning, "anyOf": [part, nothing]}


def _ported(part: Any) -> Any:  # noqa: ANN401 - a part of a schema
    """Return *part* as draft 7 has it, looking into its own file only."""
    if isinstance(part, list):
        return [_ported(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _ported(each) for key, each in part.items() if key != "$schema"}
    if "$ref" in found and isinstance(found["$ref"], str):
        reference = {"$ref": f"#/definitions/{found['$ref'].rpartition('/')[2]}"}
        others = {key: each for key, each in found.items() if key != "$ref"}
        return {**others, "allOf": [reference]} if others else reference
    return found


def _text(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
