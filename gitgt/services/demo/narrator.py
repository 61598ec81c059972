"""Tells in plain lines what the ledger and the event log say that is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from itertools import takewhile
from typing import Final

from gitgt.git.command import git
from gitgt.model.event import Event as Written
from gitgt.services.town import Rig, Town
from gitgt.telemetry.events import Event as Happened
from gitgt.values import dataclass

_TOLD: Final = frozenset(
    {"bead.slung", "bead.submitted", "bead.sent-back", "batch.landed", "escalation.raised"}
)
_BEAD: Final = "%(trailers:key=Bead,valueonly,separator=%x20)"


@dataclass
class Narrator:
    """Looks again and again, and tells each thing once."""

    town: Town
    rig: Rig
    say: Callable[[str], None]
    told: list[str] = field(default_factory=list)  # what happened, by the names of events
    red_batches: int = 0
    _read: int = 0
    _head: str | None = None

    def look(self) -> None:
        """Tell what is new, in the order in which it happened."""
        commits, events = self._new()
        lines = [*map(self._judged, events), *map(self._written, commits)]
        for _, text in sorted(lines, key=lambda line: line[0]):
            if text:
                self.say(text)

    def _new(self) -> tuple[list[Written], list[Happened]]:
        """Return what is new in ledger and log, both as they were at one moment."""
        ledger = self.town.ledger_at(self.rig)
        head, events = ledger.head(), list(self.town.events.read())
        while ledger.head() != head:
            head, events = ledger.head(), list(self.town.events.read())
        before, self._head = self._head, head
        commits = () if before == head else ledger.repository.between(before, head)
        start, self._read = self._read, len(events)
        messages = (ledger.repository.message_of(commit) for commit in commits)
        return [Written.parse(each) for each in messages], events[start:]

    def _written(self, event: Written) -> tuple[str, str]:
        self.told.append(event.name)
        return event.at, event.subject if event.name in _TOLD else ""

    def _judged(self, event: Happened) -> tuple[str, str]:
        if event.type != "gate.judged":
            return event.ts, ""
        run = event.payload
        beads = self._tested(run["commit"], run["requests"])
        what = f"a batch of {len(beads)}: " if len(beads) > 1 else ""
        is_red = run["verdict"] != "pass"
        self.red_batches += is_red and len(beads) > 1
        colour = "red" if is_red else "green"
        names = ", ".join(beads) or self.rig.branch
        return event.ts, f"gate {run['gate']} is {colour} for {what}{names}"

    def _tested(self, commit: str, requests: Sequence[str]) -> list[str]:
        """Return the beads that *commit* would land: those of *requests* that it merged."""
        now = self.town.ledger_at(self.rig).snapshot()
        asked = {now.request(each).source for each in requests}
        argv = ("log", "--first-parent", f"-{len(asked)}", f"--format={_BEAD}", commit, "--")
        merged = git(*argv, cwd=self.rig.repository_path).decode().split("\n")
        return [*takewhile(asked.__contains__, merged)][::-1]
