"""Which gates leave programs running behind them.

They are ended, so they harm nobody; but a gate that starts what it does not stop may have
tested against what an earlier run of it had started. Momentary: who deletes the file forgets
it until the next run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from gitgt.git.repository import Repository
from gitgt.model.actor import Actor
from gitgt.model.documents import Severity
from gitgt.model.gate import Gate
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.town import Rig, Town


class Leaks:
    """The programs that the latest run of each gate of a rig left running."""

    def __init__(self, repository: Repository) -> None:
        self._path = repository.gt / "leaks.json"

    def known(self) -> dict[str, list[str]]:
        """Return the names of the programs, by gate."""
        return notes.read(self._path, dict)

    def note(self, gate: str, left: Sequence[str]) -> None:
        """Note what a run of *gate* left running; nothing is good news."""
        found = self.known()
        if found.get(gate, []) == [*left]:
            return
        said = {**found, gate: [*left]}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps({key: each for key, each in said.items() if each}))


def tell(town: Town, rig: Rig, gates: Sequence[Gate], who: Actor) -> None:
    """Say once which gates leave programs running, until they do not any more."""
    known = Leaks(town.ledger_at(rig).repository).known()
    for each in gates:
        about = f"gates/{each.name}"
        if left := known.get(each.name):
            title = f"the gate {each.name} of {rig.name} leaves {', '.join(left)} running"
            submit.escalate(town, rig, who, severity=Severity.LOW, title=title, about=about)
        else:
            escalations.settle(town, rig, who, about=about)
