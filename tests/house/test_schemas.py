"""The schemas, the values and the canonical form say the same."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from jsonschema import Draft202012Validator

from gitgt import resources
from gitgt.ledger import schemas
from gitgt.model import documents, ids

NAMES = schemas.names()
KINDS = {kind.kind: kind for kind in documents.KINDS}
FOREIGN = {"gastown-rig"}  # of another program's file a part is read, and the rest let be
DEFINITIONS = schemas.schema("base")["$defs"]


def resolved(part):
    """A part of a schema with what it refers to; its own words win."""
    while "$ref" in part:
        file, _, pointer = part["$ref"].partition("#")
        found = schemas.schema(file.removesuffix(".schema.json") or "base")
        for step in pointer.split("/")[1:]:
            found = found[step]
        part = {**found, **{k: v for k, v in part.items() if k != "$ref"}}
    return part


def parts(schema):
    """Every part of a schema that is a schema itself."""
    if isinstance(schema, dict):
        yield schema
        for keyword, inner in schema.items():
            if keyword in {"properties", "$defs"}:
                for each in inner.values():
                    yield from parts(each)
            elif keyword in {"items", "additionalProperties", "propertyNames"}:
                yield from parts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_schema(name):
    Draft202012Validator.check_schema(schemas.schema(name))
    text = (resources.schemas() / f"{name}.schema.json").read_text()
    assert text == json.dumps(schemas.schema(name), indent=2) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_it_looks_at_nothing_outside_this_folder(name):
    for part in parts(schemas.schema(name)):
        file = part.get("$ref", "#").partition("#")[0]
        assert file.removesuffix(".schema.json") in {"", *NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_property_is_described(name):
    for part in parts(schemas.schema(name)):
        for key, each in part.get("properties", {}).items():
            assert resolved(each).get("description"), key


@pytest.mark.parametrize("name", [each for each in NAMES if each not in FOREIGN])
def test_it_is_closed(name):
    for part in parts(schemas.schema(name)):
        if "properties" in part:
            assert part.get("additionalProperties") is False


@pytest.mark.parametrize("name", NAMES)
def test_patterns_speak_of_the_whole_value(name):
    for part in parts(schemas.schema(name)):
        if pattern := part.get("pattern"):
            re.compile(pattern)
            assert pattern.startswith("^")
            assert pattern.endswith("$")


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_check_knows_every_rule(name):
    known = {*schemas._KEYWORDS, *schemas._SILENT, "properties", "additionalProperties"}
    for part in parts(schemas.schema(name)):
        assert part.keys() <= known


@pytest.mark.parametrize("name", sorted({*DEFINITIONS}))
def test_examples_are_valid(name):
    for example in DEFINITIONS[name].get("examples", ()):
        assert schemas._compiled("base", f"/$defs/{name}")(example), example


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_properties_are_the_fields_in_the_canonical_order(kind):
    names = {each.name for each in dataclasses.fields(kind)}
    assert names <= set(documents.FIELD_ORDER)
    assert list(schemas.order(kind.kind)) == [
        name for name in documents.FIELD_ORDER if name in names
    ]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_required_is_what_has_no_default(kind):
    missing = dataclasses.MISSING
    needed = {
        each.name
        for each in dataclasses.fields(kind)
        if each.default is missing and each.default_factory is missing
    }
    assert set(schemas.schema(kind.kind)["required"]) == needed


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_types_and_statuses_are_the_model_s(kind):
    properties = schemas.schema(kind.kind)["properties"]
    types = properties["type"].get("enum") or [properties["type"]["const"]]
    assert types == [str(name) for name in kind.types]
    assert properties["status"]["enum"] == [str(name) for name in kind.machine.statuses]


@pytest.mark.parametrize(
    ("enum", "said"),
    [
        (documents.Outcome, DEFINITIONS["outcome"]["enum"]),
        (
            documents.DependencyType,
            DEFINITIONS["dependencies"]["items"]["properties"]["type"]["enum"],
        ),
        (documents.Severity, schemas.schema("escalation")["properties"]["severity"]["enum"]),
    ],
)
def test_enumerations_are_the_model_s(enum, said):
    assert said == [str(each) for each in enum]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (ids._BEAD_ID, DEFINITIONS["id"]["pattern"]),
        (ids._PREFIX, schemas.schema("ledger")["properties"]["prefix"]["pattern"]),
        (ids._RIG, schemas.schema("agent")["properties"]["rig"]["pattern"]),
    ],
)
def test_names_are_the_model_s(pattern, said):
    groups = r"\((\?P<\w+>|\?:)?|\)"
    assert re.sub(groups, "", said) == "^" + re.sub(groups, "", pattern.pattern) + "$"
