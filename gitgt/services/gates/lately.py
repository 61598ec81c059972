"""What gates said lately of sets of requests, and how requests have ended.

Momentary: it says what to test first and how much at once. Who deletes the file makes the
queue guess as on its first day, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from gitgt.model.queue.merge_odds import Finding, rate_of
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole

# A rate that follows what changes, and steady enough to plan by.
_ENDS: Final = 200
_FINDINGS: Final = 200


class Lately:
    """The recent past of the queue of one branch."""

    def __init__(self, path: Path, branch: str) -> None:
        self._path = path
        self._branch = branch

    def findings(self) -> tuple[Finding, ...]:
        """Return what gates said of sets of heads, the oldest first."""
        return tuple(Finding(tuple(heads), passed) for heads, passed in self._mine("findings"))

    def rate(self) -> float:
        """Return the chance that a request is red."""
        ends = self._mine("ends")
        return rate_of(sum(ends), len(ends))

    def note(self, heads: Iterable[str], *, passed: bool) -> None:
        """Note what gates said of these *heads* together."""
        said = list(heads)
        if said:
            old = [each for each in self._mine("findings") if each[0] != said]
            self._write(findings=[*old, [said, passed]][-_FINDINGS:])

    def ended(self, heads: Iterable[str], *, red: bool) -> None:
        """Note that these have landed, or went back since a gate said no to them.

        Whoever is to blame explains every red set that it was in.
        """
        gone = set(heads)
        findings = self._mine("findings")
        if red:
            findings = [each for each in findings if not gone & set(each[0])]
        ends = [*self._mine("ends"), *([int(red)] * len(gone))]
        self._write(findings=findings, ends=ends[-_ENDS:])

    def _mine(self, what: str) -> list[Any]:
        found: list[Any] = self._read().get(self._branch, {}).get(what, [])
        return found

    def _read(self) -> dict[str, dict[str, list[Any]]]:
        return notes.read(self._path, dict)

    def _write(self, **mine: list[Any]) -> None:
        found = self._read()
        found[self._branch] = {**found.get(self._branch, {}), **mine}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(found))
