"""What all verdicts that are kept come to: how often gates were wrong, how long they take.

It is derived: a small file holds it with the tip that it was made from, and is brought up to
date by what changed since. Who deletes it makes the next look read everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.git.repository import Difference, Repository
from gitgt.ledger.verdicts import REF, read
from gitgt.model.flaky import Flakes
from gitgt.model.gate_times import Times
from gitgt.values import dataclass

_FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Past:
    """How often one gate contradicted itself, and how long it took lately."""

    flakes: Flakes = field(default_factory=Flakes)
    times: Times = field(default_factory=Times)

    def plus(self, other: Past) -> Past:
        """Return both together."""
        return Past(self.flakes.plus(other.flakes), self.times.plus(other.times))

    def minus(self, other: Past) -> Past:
        """Return what is left when *other* is taken out, which is in it."""
        return Past(self.flakes.minus(other.flakes), self.times.minus(other.times))


_NOTHING: Final = Past()


class GatePast:
    """The past of the gates of one repository, by the hash of a gate's definition."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._path = repository.gt / "gate-past.json"

    def flakes(self) -> Mapping[str, Flakes]:
        """Return how often they contradicted themselves."""
        return {digest: each.flakes for digest, each in self.all().items()}

    def times(self) -> Mapping[str, Times]:
        """Return how long they take."""
        return {digest: each.times for digest, each in self.all().items()}

    def all(self) -> Mapping[str, Past]:
        """Return what is known as it stands."""
        tip = self._repository.ref(REF)
        if tip is None:
            return {}
        known, past = self._kept()
        if known == tip:
            return past
        try:
            found = self._brought_up(known, past, tip)
        except GtError:  # what it was made from is gone
            found = self._brought_up(None, {}, tip)
        self._keep(tip, found)
        return found

    def _brought_up(
        self, known: str | None, past: Mapping[str, Past], tip: str
    ) -> dict[str, Past]:
        found = dict(past)
        changed = [
            each for each in self._repository.differences(known, tip) if "." not in each.path
        ]
        for digest, told in self._told(changed, old=True):
            found[digest] = found.get(digest, _NOTHING).minus(told)
        for digest, told in self._told(changed, old=False):
            found[digest] = found.get(digest, _NOTHING).plus(told)
        return found

    def _told(self, changed: Sequence[Difference], *, old: bool) -> Iterator[tuple[str, Past]]:
        """Yield what each file that changed says, before or now."""
        sides = [(each.path, each.old if old else each.new) for each in changed]
        there = [(path, oid) for path, oid in sides if oid is not None]
        content = dict(self._repository.blobs({oid for _, oid in there}))
        for path, oid in there:
            runs: list[dict[str, Any]] = read(content[oid])["runs"]
            yield path.rpartition("-")[2], Past(Flakes.of(runs), Times.of(runs))

    def _kept(self) -> tuple[str | None, dict[str, Past]]:
        try:
            found = json.loads(self._path.read_bytes())
            if found["format"] != _FORMAT:
                return None, {}
            past = {digest: _read(each) for digest, each in found["gates"].items()}
            return str(found["tip"]), past
        except (OSError, ValueError, KeyError, TypeError):
            return None, {}

    def _keep(self, tip: str, past: Mapping[str, Past]) -> None:
        gates = {digest: _written(each) for digest, each in past.items()}
        said = json.dumps({"format": _FORMAT, "tip": tip, "gates": gates})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_text(said)
        draft.replace(self._path)


def _written(past: Past) -> dict[str, Any]:
    flakes = past.flakes
    return {
        "flakes": [flakes.runs, flakes.flakes, flakes.last], "passes": past.times.passes,
    }  # fmt: skip


def _read(said: Mapping[str, Any]) -> Past:
    passes = tuple((int(number), float(seconds)) for number, seconds in said["passes"])
    return Past(Flakes(*said["flakes"]), Times(passes))
