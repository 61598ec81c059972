"""What is odd about the agents of a rig, for whoever asks: read, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gitgt.errors import GtError
from gitgt.git import snapshot
from gitgt.git.remote import tracking
from gitgt.model.documents import Agent, Bead
from gitgt.model.health.facts import Facts, Life
from gitgt.model.health.findings import Finding, Step
from gitgt.model.health.plan import plan
from gitgt.model.instant import text_of
from gitgt.model.lifecycle import AgentStatus, BeadStatus
from gitgt.services import sync, target
from gitgt.services.agents import sandbox
from gitgt.services.town import Rig, Town
from gitgt.services.witness import looking
from gitgt.services.witness.looking import Round

_HEADS: Final = "refs/heads/"
_POLECATS: Final = f"{_HEADS}polecat/"
_STASH: Final = "refs/stash"
_ROLE: Final = "polecat"


def scan(town: Town, rig: Rig) -> list[Finding]:
    """Return what is odd about the polecats of *rig*, with the evidence."""
    return [step.finding for step in steps(town, rig)]


def steps(town: Town, rig: Rig) -> list[Step]:
    """Return what is odd about the polecats of *rig*, and what its witness makes of it."""
    one = Round.of(town, rig)
    agents = one.now.all(Agent, status=AgentStatus.ACTIVE)
    idle = {each.address for each in agents if each.role == _ROLE}
    seen = looking.look(one, {*one.addresses, *idle}, closely=True)
    return plan([*(_deeply(one, each) for each in seen), *_left_behind(one, seen)])


def _deeply(one: Round, facts: Facts) -> Facts:
    """Return *facts* with what git says of the sandbox and of the branch."""
    if facts.runs or facts.life is Life.UNKNOWN:
        return facts
    return replace(
        facts,
        left=tuple(_left(one, facts)),
        unsaved=_unsaved(one, facts.address),
        unsent=_unsent(one, facts),
        stashed=_stashed(one, facts.address),
    )


def _left(one: Round, facts: Facts) -> Iterator[str]:
    """Yield what there is of the work on a hook."""
    if not facts.bead:
        return
    bead = one.bead(facts.bead)
    count = _ahead(one, facts.tip, bead)
    branch = sandbox.branch_of(facts.address, facts.bead)
    if facts.tip:
        commits = "1 commit" if count == 1 else f"{count} commits"
        yield f"{branch} has {commits} up to {facts.tip[:12]}"
    else:
        yield f"there is no {branch}"
    kept = next(snapshot.history(one.now.repository, facts.address), None)
    if kept is not None:
        yield f"snapshot {kept.commit[:12]} of {text_of(kept.at)}"


def _ahead(one: Round, tip: str, bead: Bead | None) -> int:
    base = target.tip(one.now.repository, target.of(one.rig, bead)) if bead else None
    return one.now.repository.apart(tip, base)[0] if tip and base else 0


def _unsaved(one: Round, address: str) -> str:
    """Say that a sandbox has changes that are in no snapshot; nothing, if it has none."""
    path = sandbox.path_of(one.rig, address)
    if not (path / ".git").exists():
        return ""
    saved = one.now.repository.ref(f"{snapshot.WIP}{address}") or ""
    try:
        return "" if snapshot.is_saved(path, saved) else f"changes in {path} are in no snapshot"
    except GtError as error:
        return f"{path} cannot be read: {error.message}"


def _unsent(one: Round, facts: Facts) -> str:
    """Say what of the work on a hook is on this machine alone, where there is another."""
    remote = sync.remote_of(one.town, one.rig)
    if not remote or not facts.bead or not facts.tip:
        return ""
    branch = sandbox.branch_of(facts.address, facts.bead)
    there = one.now.repository.ref(tracking(remote, branch))
    if there == facts.tip or not _ahead(one, facts.tip, one.bead(facts.bead)):
        return ""
    return f"{branch} is at {facts.tip[:12]} here, and at {(there or 'nothing')[:12]} there"


def _stashed(one: Round, address: str) -> str:
    """Say what git stash holds of somebody's branches."""
    own = f"polecat/{address.rpartition('/')[2]}/"
    try:
        log = (one.now.repository.common / "logs" / _STASH).read_text(errors="replace")
    except OSError:
        return ""
    mine = [line.rpartition("\t")[2] for line in log.splitlines() if own in line]
    return f"git stash holds: {'; '.join(mine)}" if mine else ""


def _left_behind(one: Round, seen: list[Facts]) -> Iterator[Facts]:
    """Yield what is on branches of polecats for beads that are open and on nobody's hook."""
    known = {each.address: each for each in seen}
    for ref, tip in sorted(one.now.repository.refs(_POLECATS).items()):
        name, _, wanted = ref.removeprefix(_POLECATS).rpartition("/")
        address = f"{one.rig.name}/polecats/{name}"
        bead = one.bead(wanted) if name else None
        there = known.get(address)
        if bead is None or bead.status is not BeadStatus.OPEN or (there and there.runs):
            continue
        if count := _ahead(one, tip, bead):
            yield Facts(
                address=address, life=Life.ENDED, about=wanted, tip=tip, ahead=count,
                sandbox=there.sandbox if there else False,
            )  # fmt: skip
