"""Run the gates on what has landed, now and then: machines and the world change, too."""

from __future__ import annotations

from gitgt.errors import GateFailedError, NotFoundError
from gitgt.model.gate import Verdict
from gitgt.services import target
from gitgt.services.dogs.settings import Tuning
from gitgt.services.gates import gate as gates
from gitgt.services.gates import gate_asked
from gitgt.services.gates.gate_asked import Place
from gitgt.services.town import Rig, Town


def is_wanted(town: Town, rig: Rig | None, how: Tuning) -> bool:
    """Tell whether the settings want it, and there is a gate to be run."""
    return rig is not None and how.main_every is not None and bool(gates.gates(town, rig))


def run(town: Town, rig: Rig | None) -> str:
    """Run all gates of *rig* once more on its branch, whatever is known of it.

    Raises:
        NotFoundError: there is no rig, no gate, or no branch.
        GateFailedError: one is red.
    """
    if rig is None:
        raise NotFoundError("the town itself has no gates", hint="name a rig: --rig")
    repository = town.ledger_at(rig).repository
    commit = target.tip(repository, rig.branch)
    found = [each for each in gates.gates(town, rig) if not each.quarantine]
    if commit is None or not found:
        raise NotFoundError(f"{rig.name} has no gate that blocks, or nothing has landed yet")
    place = Place(commit, repository.tree_of(commit), rig.branch)
    answers = [gate_asked.ask(town, rig, e, place, again=True, shown=_unseen) for e in found]
    red = [each for each in answers if each.verdict is not Verdict.PASS]
    if red:
        said = "; ".join(f"{each.gate}: {each.verdict} {each.why}".rstrip() for each in red)
        raise GateFailedError(
            f"{rig.branch} of {rig.name} is not green at {commit[:12]}: {said}",
            hint=f"git gt gate log {rig.name} {red[0].gate} {rig.branch}",
        )
    return f"{rig.branch} is green at {commit[:12]}"


def _unseen(_: bytes) -> None:
    """Show nobody what a gate prints; its log is kept."""
