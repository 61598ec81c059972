"""A town for one replay: a rig that borrows the repository's objects, a bead for each step.

The repository itself is only read. The rig's target begins where the history does; what each
bead's agent is to bring lies as text under ``refs/gt/replay/plan``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gitgt.git.borrow import begin, borrow, keep_files
from gitgt.git.command import git
from gitgt.git.signposts import own_command
from gitgt.git.steps import read_history
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.documents import Bead, Dependency, DependencyType, WorkType
from gitgt.model.ids import RESERVED_RIGS, BeadId
from gitgt.model.lifecycle import BeadStatus
from gitgt.model.replay.replay import History, Resolution, Step
from gitgt.model.replay.replay_text import emit
from gitgt.services import install, rig
from gitgt.services.gates import gate
from gitgt.services.replay.agent import PLAN
from gitgt.services.sessions import runtimes
from gitgt.services.town import Clock, Rig, Town
from gitgt.values import dataclass

RUNTIME: Final = "replay"
GATE: Final = "replay"
_TARGET: Final = "main"
# The command is today's and the trees are old: that one of them cannot be tested says
# something of the tree, and must not stop the queue.
_GATE: Final = """\
{command}
code=$?
case $code in 5 | 75 | 126 | 127) exit 1 ;; esac
exit $code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What ``git gt replay`` was asked for."""

    repository: Path
    start: str | None = None
    end: str = "HEAD"
    limit: int | None = None
    workers: int = 4
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A town in which everything is ready to begin."""

    town: Town
    rig: Rig
    wanted: Wanted
    history: History
    beads: tuple[BeadId, ...]


def prepare(
    wanted: Wanted, place: Path, who: Actor, clock: Clock, say: Callable[[str], None]
) -> Stage:
    """Make the town at *place* / town; *say* is told what is being done.

    Raises:
        RefusedError: there is no such history.
    """
    say("reading the history")
    history = read_history(
        wanted.repository, start=wanted.start, end=wanted.end, limit=wanted.limit
    )
    say("making a town")
    town, _ = install.install(place / "town", who, clock)
    found = _rig(town, wanted, history, place, who)
    _rules(town, found, wanted, who)
    say(f"writing {len(history.steps)} beads")
    beads = tuple(BeadId.made(found.prefix, step.number) for step in history.steps)
    plan = {str(bead): emit(step) for bead, step in zip(beads, history.steps, strict=True)}
    keep_files(found.repository_path, PLAN, plan, "what each agent is to bring")
    _write(town, found, wanted, history, beads, who)
    return Stage(town=town, rig=found, wanted=wanted, history=history, beads=beads)


def _rig(town: Town, wanted: Wanted, history: History, place: Path, who: Actor) -> Rig:
    origin = place / "origin.git"
    git("init", "--quiet", "--bare", f"--initial-branch={_TARGET}", str(origin), cwd=place)
    first = begin(origin, None, "Begin")
    git("update-ref", f"refs/heads/{_TARGET}", first, cwd=origin)
    asked = rig.Wanted(_name(wanted.repository), str(origin), branch=_TARGET)
    made, _ = rig.add(town, asked, who)
    borrow(made.repository_path, wanted.repository)
    # What large files stand for lies elsewhere: here they stay what git itself knows of them.
    for key in ("smudge", "process"):
        git("config", f"filter.lfs.{key}", "", cwd=made.repository_path)
    git("config", "filter.lfs.required", "false", cwd=made.repository_path)
    repository = town.ledger_at(made).repository
    before = history.steps[0].commit.parents[:1]
    if before:
        there = begin(
            repository.common, history.start, f"As it stood at {before[0][:12]}", first
        )
        move_refs(repository, [RefMove(made.target, first, there)], why="replay")
    return made


def _name(repository: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9_]+", "_", repository.resolve().name.removesuffix(".git"))
    name = name.strip("_")[:30]
    fit = name[:1].isalpha() and name.lower() not in RESERVED_RIGS
    return name if fit else f"project_{name}".rstrip("_")


def _rules(town: Town, made: Rig, wanted: Wanted, who: Actor) -> None:
    words = shlex.join(own_command("gitgt.services.replay.agent"))
    runtimes.define(town, RUNTIME, words, who, prompt="none")
    runtimes.set_default(town, RUNTIME, who)
    if wanted.gate:
        command = ("sh", "-c", _GATE.format(command=wanted.gate))
        gate.add(town, made, GATE, command, who, timeout=None)
    else:
        gate.waive(town, made, "a replay without --gate: what lands was tested long ago", who)


def _write(
    town: Town,
    made: Rig,
    wanted: Wanted,
    history: History,
    beads: tuple[BeadId, ...],
    who: Actor,
) -> None:
    at = town.now()
    documents = tuple(
        _bead(step, beads, at, who, in_order=bool(wanted.gate)) for step in history.steps
    )

    def decide(_now: Snapshot) -> Change:
        said = f"plan the replay of {len(documents)} steps"
        return Change(said, documents, event="bead.created")

    town.ledger_at(made).transact(decide, who)


def _bead(
    step: Step, beads: tuple[BeadId, ...], at: str, who: Actor, *, in_order: bool
) -> Bead:
    """Return the bead of *step*.

    With a gate, steps also land in the order of the original (and are still worked on at the
    same time): only then is what the gate sees a tree that existed, and whose red means
    something.
    """
    waits = {*step.needs, *([step.number - 1] if in_order and step.number else [])}
    return Bead(
        id=beads[step.number],
        type=WorkType.TASK,
        title=step.commit.title,
        status=BeadStatus.OPEN,
        created_at=at,
        created_by=who.address,
        labels=("replay", *(("merge",) if step.own else ())),
        dependencies=tuple(
            Dependency(DependencyType.BLOCKS, beads[number]) for number in sorted(waits)
        ),
        description=_described(step),
        ext={"replay": {"step": step.number, "commit": step.commit.oid}},
    )


_RESOLUTIONS: Final = {
    Resolution.NONE: "",
    Resolution.CONFLICT: "The automatic merge conflicts; the original resolves it by hand.\n",
    Resolution.DIFFERENCE: "The original is not what the automatic merge would be.\n",
}


def _described(step: Step) -> str:
    own = len(step.own)
    brings = f"It brings {own} commit{'' if own == 1 else 's'} of a branch.\n" if own else ""
    return f"Commit {step.commit.oid} of the original.\n{brings}{_RESOLUTIONS[step.resolution]}"
