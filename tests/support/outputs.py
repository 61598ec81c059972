"""The published schemas of what commands answer in JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from gitgt import resources
from gitgt.cli.bead.outputs import OTHERS
from tests.support.commandline import gt
from tests.support.town import TownBuilder

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


def answered(town: TownBuilder, command: str, *words: str) -> Any:
    """Type a command that is not bd's with ``--json``; its answer keeps its schema."""
    done = gt(*command.split(), *words, "--json", cwd=town.town.root)
    assert (done.code, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    validator(OTHERS[command]).validate(answer)
    return answer
