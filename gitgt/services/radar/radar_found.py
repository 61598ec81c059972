"""What a trial said, told in paths and lines, and kept where it may be lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gitgt.git.hunks import hunks
from gitgt.git.merge import Stage
from gitgt.git.repository import SUBMODULE, Repository
from gitgt.git.trial import Tried
from gitgt.model.radar.radar import Found, Spot, Trial
from gitgt.model.radar.radar_lines import Span, meeting
from gitgt.runtime.notes import write_whole

_LOG = logging.getLogger(__name__)
# Of a conflict in thousands of paths these are told, and of these so many with their lines.
MOST_SPOTS: Final = 200
_WITH_LINES: Final = 20
_FORMAT: Final = 1
_Lines = tuple[tuple[Span, ...], tuple[Span, ...]]


def found(repository: Repository, tried: Tried | None) -> Found:
    """Return what is remembered of a trial; nothing of one that git could not make."""
    if tried is None:
        return Found()
    return Found(tried.tree) if tried.clean else Found("", spots(repository, tried))


def spots(repository: Repository, tried: Tried) -> tuple[Spot, ...]:
    """Return the paths of a conflict, with the lines of each side where there are such."""
    stages: dict[str, dict[int, Stage]] = {}
    for stage in tried.stages:
        stages.setdefault(stage.path, {})[stage.stage] = stage
    kinds: dict[str, list[str]] = {}
    for path, word in tried.words:
        if word.startswith("CONFLICT") or "(" in word:
            kinds.setdefault(path, []).append(_kind(word))
    told: list[Spot] = []
    for path in list(dict.fromkeys([*stages, *kinds]))[:MOST_SPOTS]:
        kind = _worst(kinds.get(path, []), stages.get(path, {}))
        lines: _Lines = ((), ())
        if kind == "contents" and len(told) < _WITH_LINES:
            lines = _lines(repository, stages[path])
        told.append(Spot(path, kind, *lines))
    return tuple(told)


def _kind(word: str) -> str:
    """Return git's word for a conflict: ``CONFLICT (contents)`` is one in the contents."""
    return word.partition("(")[2].rstrip(")")


def _worst(kinds: Sequence[str], sides: dict[int, Stage]) -> str:
    """Return the word that says most: contents that clash may be of no text at all."""
    if any(int(each.mode, 8) == SUBMODULE for each in sides.values()):
        return "submodule"
    special = [each for each in kinds if each != "contents"]
    if special:
        return special[0]
    return "contents" if {1, 2, 3} <= {*sides} else "add/add" if {2, 3} <= {*sides} else "paths"


def _lines(repository: Repository, sides: dict[int, Stage]) -> _Lines:
    base, ours, theirs = (sides[each].oid for each in (1, 2, 3))
    return meeting(hunks(repository, base, ours), hunks(repository, base, theirs))


def keep(path: Path, known: Mapping[Trial, Found]) -> None:
    """Write down what is known; that no disk takes it costs time."""
    rows = [
        [trial.one, trial.other, trial.attributes, found.tree, _plain(found.spots)]
        for trial, found in known.items()
    ]
    try:
        write_whole(path, json.dumps({"format": _FORMAT, "found": rows}))
    except OSError as error:
        _LOG.info("not kept", extra={"path": str(path), "why": str(error)})


def about(known: Mapping[Trial, Found], heads: Iterable[str]) -> dict[Trial, Found]:
    """Return what is known of commits that still matter."""
    still = set(heads)
    return {
        trial: found
        for trial, found in known.items()
        if trial.one in still and trial.other in still
    }


def _plain(found: Sequence[Spot]) -> list[Any]:
    return [[each.path, each.kind, each.ours, each.theirs] for each in found]


def read(path: Path) -> dict[Trial, Found]:
    """Return what was written down; what cannot be read was never found."""
    try:
        said = json.loads(path.read_bytes())
        if said["format"] != _FORMAT:
            return {}
        return {Trial(*row[:3]): Found(row[3], _spots(row[4])) for row in said["found"]}
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}


def _spots(rows: Sequence[Any]) -> tuple[Spot, ...]:
    return tuple(
        Spot(path, kind, tuple(map(tuple, ours)), tuple(map(tuple, theirs)))
        for path, kind, ours, theirs in rows
    )
