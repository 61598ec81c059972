"""How often gates contradicted themselves, counted over all verdicts that are kept.

The counts are derived: a small file holds them with the tip that they were made from, and is
brought up to date by what changed since. Who deletes it makes the next look read everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gitgt.errors import GtError
from gitgt.git.repository import Difference, Repository
from gitgt.ledger.verdicts import REF
from gitgt.model.flaky import Flakes

_FORMAT: Final = 1


class FlakeCounts:
    """The counts of one repository, by the hash of a gate's definition."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._path = repository.gt / "flakes.json"

    def all(self) -> Mapping[str, Flakes]:
        """Return the counts as they stand."""
        tip = self._repository.ref(REF)
        if tip is None:
            return {}
        known, counts = self._kept()
        if known == tip:
            return counts
        try:
            found = self._brought_up(known, counts, tip)
        except GtError:  # what it was made from is gone
            found = self._brought_up(None, {}, tip)
        self._keep(tip, found)
        return found

    def _brought_up(
        self, known: str | None, counts: Mapping[str, Flakes], tip: str
    ) -> dict[str, Flakes]:
        found = dict(counts)
        changed = [
            each for each in self._repository.differences(known, tip) if "." not in each.path
        ]
        for digest, flakes in self._told(changed, old=True):
            found[digest] = found.get(digest, Flakes()).minus(flakes)
        for digest, flakes in self._told(changed, old=False):
            found[digest] = found.get(digest, Flakes()).plus(flakes)
        return found

    def _told(
        self, changed: Sequence[Difference], *, old: bool
    ) -> Iterator[tuple[str, Flakes]]:
        """Yield what each file that changed says, before or now."""
        sides = [(each.path, each.old if old else each.new) for each in changed]
        there = [(path, oid) for path, oid in sides if oid is not None]
        content = dict(self._repository.blobs({oid for _, oid in there}))
        for path, oid in there:
            runs: list[dict[str, Any]] = json.loads(content[oid])["runs"]
            yield path.rpartition("-")[2], Flakes.of(runs)

    def _kept(self) -> tuple[str | None, dict[str, Flakes]]:
        try:
            found = json.loads(self._path.read_bytes())
            if found["format"] != _FORMAT:
                return None, {}
            counts = {digest: Flakes(*each) for digest, each in found["gates"].items()}
            return str(found["tip"]), counts
        except (OSError, ValueError, KeyError, TypeError):
            return None, {}

    def _keep(self, tip: str, counts: Mapping[str, Flakes]) -> None:
        gates = {key: [each.runs, each.flakes, each.last] for key, each in counts.items()}
        said = json.dumps({"format": _FORMAT, "tip": tip, "gates": gates})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_text(said)
        draft.replace(self._path)
