"""What is known of gates from all that they have said: how often wrong, and how long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gitgt.ledger.gate_past import GatePast
from gitgt.model.flaky import Flakes
from gitgt.model.gate import Gate
from gitgt.model.gate_times import Times
from gitgt.model.queue.merge_acts import Eject
from gitgt.services.gates import gate_beads
from gitgt.services.gates.gate_keys import Keys
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.town import Rig, Town

_NAMED: Final = 3


def counts(
    town: Town, rig: Rig, gates: Iterable[Gate], keys: Keys | None = None
) -> dict[str, Flakes]:
    """Return how often each of *gates* contradicted itself, as it is defined now."""
    found = GatePast(town.ledger_at(rig).repository).flakes()
    known = keys or GateRuns(town, rig).keys
    return {each.name: found.get(known.digest(each), Flakes()) for each in gates}


def times(town: Town, rig: Rig, gates: Iterable[Gate], keys: Keys) -> dict[str, Times]:
    """Return how long each of *gates* takes, as it is defined now."""
    found = GatePast(town.ledger_at(rig).repository).times()
    return {each.name: found.get(keys.digest(each), Times()) for each in gates}


def ask_to_mend(town: Town, rig: Rig, gates: Iterable[Gate], keys: Keys) -> None:
    """File what asks for each flaky gate to be mended."""
    for name, flakes in counts(town, rig, gates, keys).items():
        if flakes.is_flaky:
            gate_beads.flaky(town, rig, name, flakes)


def blame(act: Eject) -> str:
    """Return why a request goes back: its gate is red, or just these failures are its own."""
    if not act.new:
        return f"the gate {act.gate} is red"
    more = f" and {len(act.new) - _NAMED} more" if len(act.new) > _NAMED else ""
    named = ", ".join(act.new[:_NAMED])
    return f"the gate {act.gate} fails anew: {named}{more}"
