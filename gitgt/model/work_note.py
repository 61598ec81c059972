"""What a landed commit's note says: who made it, for which bead, on what, and what that took.

Lines of ``Key: value``, as git's trailers are, so ``git log --notes=gt/work`` reads well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final

from gitgt.model.instant import exact_seconds_of
from gitgt.model.session_record import NOTHING_KNOWN, SessionRecord, Usage
from gitgt.values import dataclass

_NAMES: Final = {
    "input": "input",
    "output": "output",
    "cache_read": "cache-read",
    "cache_write": "cache-write",
}
_BUCKET: Final = re.compile(r"([a-z-]+) ([0-9]+)")
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkNote:
    """What was put into what landed.

    ``usage`` is by model: what is not known is not in it. ``seconds`` is how long sessions sat.
    """

    bead: str
    agent: str = ""
    runtime: str = ""
    sessions: int = 0
    seconds: int = 0
    usage: Mapping[str, Usage] = field(default_factory=dict)

    def text(self) -> str:
        """Return it as a note holds it."""
        lines = [f"Bead: {self.bead}"]
        for key, said in (("Agent", self.agent), ("Runtime", self.runtime)):
            if said:
                lines.append(f"{key}: {said}")
        if self.sessions:
            lines += [f"Sessions: {self.sessions}", f"Seconds: {self.seconds}"]
        lines += [f"Model: {name or _UNKNOWN}" for name in sorted(self.usage)]
        lines += [
            f"Tokens: {name or _UNKNOWN}: {_buckets(self.usage[name])}"
            for name in sorted(self.usage)
        ]
        return "\n".join([*lines, ""])


def _buckets(usage: Usage) -> str:
    known = ((word, getattr(usage, name)) for name, word in _NAMES.items())
    return ", ".join(f"{word} {found}" for word, found in known if found is not None)


def parse(text: str) -> WorkNote | None:
    """Read a note; None for one that somebody else wrote there."""
    found: dict[str, str] = {}
    usage: dict[str, Usage] = {}
    for line in text.splitlines():
        key, colon, said = line.partition(": ")
        if key == "Tokens" and colon:
            name, _, buckets = said.rpartition(": ")
            usage["" if name == _UNKNOWN else name] = _usage(buckets)
        elif colon:
            found[key] = said
    if "Bead" not in found:
        return None
    return WorkNote(
        bead=found["Bead"],
        agent=found.get("Agent", ""),
        runtime=found.get("Runtime", ""),
        sessions=_number(found.get("Sessions", "")),
        seconds=_number(found.get("Seconds", "")),
        usage=usage,
    )


def _usage(buckets: str) -> Usage:
    told = {word: int(number) for word, number in _BUCKET.findall(buckets)}
    return Usage(**{name: told.get(word) for name, word in _NAMES.items()})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def of(bead: str, agent: str, records: Iterable[SessionRecord]) -> WorkNote:
    """Return the note of what landed for *bead*, given the sessions that worked on it."""
    mine = [each for each in records if each.bead == bead]
    usage: dict[str, Usage] = {}
    for each in mine:
        for model, taken in each.usage.items():
            usage[model] = usage.get(model, NOTHING_KNOWN).plus(taken)
    runtimes = dict.fromkeys(each.runtime for each in mine if each.runtime)
    return WorkNote(
        bead=bead,
        agent=agent,
        runtime=", ".join(runtimes),
        sessions=len(mine),
        seconds=round(sum(_seconds(each) for each in mine)),
        usage=usage,
    )


def _seconds(record: SessionRecord) -> float:
    if record.is_open:
        return 0.0
    return max(0.0, exact_seconds_of(record.ended) - exact_seconds_of(record.started))
