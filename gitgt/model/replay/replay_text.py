"""A step as text and back: what a replaying agent is handed.

Paths that are no UTF-8 travel as Python's half characters, which JSON escapes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from gitgt.model.replay.replay import (
    Branch,
    Changes,
    Entry,
    Identity,
    Original,
    Resolution,
    Step,
)


def emit(step: Step) -> bytes:
    """Return *step* as JSON."""
    fields = {
        "number": step.number,
        "commit": asdict(step.commit),
        "changes": [
            [_word(path), *((entry.mode, entry.oid) if entry else ())]
            for path, entry in sorted(step.changes.items())
        ],
        "branches": [_branch_fields(branch) for branch in step.branches],
        "resolution": step.resolution,
        "needs": step.needs,
    }
    return json.dumps(fields, separators=(",", ":")).encode()


def parse(content: bytes) -> Step:
    """Return the step that ``emit`` wrote."""
    fields = json.loads(content)
    return Step(
        fields["number"],
        _original(fields["commit"]),
        _changes(fields["changes"]),
        tuple(_branch(each) for each in fields["branches"]),
        Resolution(fields["resolution"]),
        tuple(fields["needs"]),
    )


def _branch_fields(branch: Branch) -> dict[str, Any]:
    return {
        "head": branch.head,
        "start": branch.start,
        "own": [asdict(commit) for commit in branch.own],
        "paths": [_word(path) for path in sorted(branch.paths)],
    }


def _branch(fields: dict[str, Any]) -> Branch:
    own = tuple(_original(each) for each in fields["own"])
    paths = frozenset(_path(word) for word in fields["paths"])
    return Branch(fields["head"], fields["start"], own, paths)


def _original(fields: dict[str, Any]) -> Original:
    people = {name: Identity(**fields[name]) for name in ("author", "committer")}
    return Original(**{**fields, **people, "parents": tuple(fields["parents"])})


def _changes(rows: Iterable[list[str]]) -> Changes:
    return {_path(word): Entry(*entry) if entry else None for word, *entry in rows}


def _word(path: bytes) -> str:
    return path.decode(errors="surrogateescape")


def _path(word: str) -> bytes:
    return word.encode(errors="surrogateescape")
