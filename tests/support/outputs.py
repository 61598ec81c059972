"""The published schemas of what commands answer in JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from gitgt import resources

FOLDER: Final = resources.schemas() / "output"


@cache
def validator(name: str) -> Draft202012Validator:
    """Return what checks an answer against the schema called *name*."""

    def retrieve(uri: str) -> Resource:
        text = Path(uri.removeprefix("file://").replace("%20", " ")).read_text()
        return Resource.from_contents(json.loads(text), DRAFT202012)

    where = (FOLDER / f"{name}.schema.json").as_uri()
    known = Registry(retrieve=retrieve)  # type: ignore[call-arg]  # attrs' alias
    return Draft202012Validator({"$ref": where}, registry=known)
