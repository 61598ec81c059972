"""What is known of probes for the moment: who deletes it makes the forge be asked once more.

In the folder of a run lies what was asked (``probe.json``) and, once there is one, the answer
(``answer.json``); beside the runs of a rig how the latest round of questions went, and which
answers were heard and told nothing, so that they are not taken for new ones.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from gitgt.model.gate import Verdict
from gitgt.model.probe import Heard, Probe, Round, Said
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole

PROBE: Final = "probe.json"
_ANSWER: Final = "answer.json"
_MOST: Final = 500


def first(known: Iterable[str], *, at: float, patience: float) -> str:
    """Return what a probe's note says at first: which records of its gate are *known*."""
    return json.dumps({"known": [*known], "asked_at": at, "patience": patience})


def known(folder: Path) -> frozenset[str]:
    """Return the records that were there before the gate was asked for."""
    return frozenset(notes.read(folder / PROBE, dict).get("known", ()))


def probe(folder: Path) -> Probe:
    """Return what is known of a probe."""
    said = notes.read(folder / PROBE, dict)
    return Probe(
        asked_at=said.get("asked_at", 0.0),
        pushed_at=said.get("pushed_at", 0.0),
        patience=said.get("patience", 0.0),
        strangers=tuple(said.get("strangers", ())),
    )


def amend(folder: Path, **fields: object) -> None:
    """Note more of a probe, unless it was taken in meanwhile."""
    with suppress(FileNotFoundError):
        said = {**notes.read(folder / PROBE, dict), **fields}
        write_whole(folder / PROBE, json.dumps(said))


def put_answer(folder: Path, said: Said, keys: Iterable[str] = ()) -> None:
    """Note what a probe came to, unless it was taken in meanwhile."""
    with suppress(FileNotFoundError):
        fields = {**dataclasses.asdict(said), "keys": [*keys]}
        write_whole(folder / _ANSWER, json.dumps(fields))


def answer(folder: Path) -> Heard | None:
    """Return what a probe came to; None if it has not yet."""
    found = notes.read(folder / _ANSWER, dict)
    if not found:
        return None
    keys = tuple(found.pop("keys"))
    return Heard(Said(**{**found, "verdict": Verdict(found["verdict"])}), keys=keys)


class Rounds:
    """How the latest round of questions of one rig went, and what has been heard for good."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "probes.json"
        self._heard = folder / "probes-heard.json"

    def latest(self) -> Round:
        """Return the latest round."""
        found = notes.read(self._path, dict)
        names = {each.name for each in dataclasses.fields(Round)}
        return Round(**{key: value for key, value in found.items() if key in names})

    def note(self, latest: Round) -> None:
        """Note how a round went."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(dataclasses.asdict(latest)))

    def forget(self) -> None:
        """Let whoever comes next ask at once."""
        self._path.unlink(missing_ok=True)

    def heard(self, key: str) -> frozenset[str]:
        """Return what was heard already of a gate and a tree."""
        return frozenset(self._read().get(key, ()))

    def hear(self, key: str, keys: Iterable[str]) -> None:
        """Note what has been heard of a gate and a tree."""
        found = self._read()
        found[key] = sorted({*found.get(key, ()), *keys})
        latest = dict([*found.items()][-_MOST:])
        self._heard.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._heard, json.dumps(latest))

    def _read(self) -> dict[str, Any]:
        return notes.read(self._heard, dict)
