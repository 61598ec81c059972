"""Gates that somebody asks for: run as the queue runs them, and their verdicts are the queue's.

What is run is the town's committed definition, in a slot, in an environment in which an agent
has no say, and it is our code that judges and records. So a verdict is worth the same whoever
asked for it. That is a fence: an agent that may do whatever its user may is kept from refs and
slots by its jail alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from gitgt.errors import NotAllowedError, NotFoundError
from gitgt.git import refs, snapshot, worktree
from gitgt.git.command import attempt
from gitgt.git.repository import Signature
from gitgt.model.gate import Gate, Verdict
from gitgt.model.queue.merge_acts import Run
from gitgt.services.gates import gate as gates
from gitgt.services.gates.executor import look_every
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import Live
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

# Runs of a queue that is nobody's: the refinery takes their verdicts in, and stops none.
_QUEUE: Final = "by hand"
_MANY: Final = 1000
_WHO: Final = ("refinery", "refinery@gitgt.invalid")
Shown = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be tested, and what of a worktree could not be taken into it."""

    commit: str
    tree: str
    called: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate says of a tree. ``fresh``: it was run for it, and printed something."""

    gate: str
    tree: str
    verdict: Verdict
    why: str
    seconds: float = 0.0
    run: str = ""
    at: str = ""
    failures: tuple[str, ...] = ()
    fresh: bool = True
    flaky: bool = False
    quarantine: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "gate": self.gate, "tree": self.tree, "verdict": str(self.verdict), "why": self.why,
            "seconds": self.seconds, "run": self.run, "at": self.at,
            "failures": list(self.failures), "fresh": self.fresh, "flaky": self.flaky,
            "quarantine": self.quarantine,
        }  # fmt: skip


def commit_at(town: Town, rig: Rig, name: str, cwd: Path) -> Place:
    """Return the commit that *name* stands for where we are.

    Raises:
        NotFoundError: it stands for none.
    """
    repository = town.ledger_at(rig).repository
    where = cwd if _is_in(rig, cwd) else repository.common
    wanted = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = attempt(*wanted, cwd=where)
    if not found.ok:
        raise NotFoundError(
            f"{rig.name} has no commit {name!r}",
            hint=f"git gt gate run {rig.name} {rig.branch}",
        )
    commit = found.stdout.decode().strip()
    return Place(commit, repository.tree_of(commit), f"{name} ({commit[:12]})")


def here(town: Town, rig: Rig, cwd: Path) -> Place:
    """Return what the worktree around *cwd* holds, committed or not; nothing is changed there.

    Raises:
        NotFoundError: it is no worktree of *rig*.
    """
    top = refs.top_of(cwd)
    if top is None or not _is_in(rig, cwd):
        raise NotFoundError(
            f"{cwd} is no worktree of {rig.name}", hint=f"git gt gate run {rig.name} COMMIT"
        )
    repository = town.ledger_at(rig).repository
    head = worktree.tip(top)
    tree, left_out = snapshot.tree_of(top)
    if tree == repository.tree_of(head):
        return Place(head, tree, f"HEAD ({head[:12]})", left_out)
    me = Signature(*_WHO, repository.committed(head)[0].seconds)
    commit = repository.write_commit(tree, [head], "What a worktree holds\n", me)
    return Place(commit, tree, f"what {top} holds ({tree[:12]})", left_out)


def _is_in(rig: Rig, cwd: Path) -> bool:
    top = refs.top_of(cwd)
    git_dir = None if top is None else refs.git_dir_of(top)
    common = None if git_dir is None else refs.common_dir(git_dir)
    return common is not None and common.resolve() == rig.repository_path.resolve()


def chosen(town: Town, rig: Rig, name: str | None) -> tuple[Gate, ...]:
    """Return the gate called *name*; without one, all.

    Raises:
        NotFoundError: there is none.
    """
    found = gates.gates(town, rig)
    wanted = tuple(each for each in found if name in (None, each.name))
    if wanted:
        return wanted
    known = ", ".join(each.name for each in found)
    raise NotFoundError(
        f"{rig.name} has no gate {name!r}" if name else f"{rig.name} has no gate",
        hint=f"gates: {known}" if known else f"git gt gate add {rig.name} NAME -- COMMAND",
    )


def ask(
    town: Town, rig: Rig, gate: Gate, place: Place, *, again: bool, shown: Shown
) -> Answer:  # fmt: skip
    """Return what *gate* says of a tree; unless that is known, or *again*, it is run.

    *shown* gets what it prints.

    Raises:
        NotAllowedError: an agent asks whose environment nobody knows.
    """
    _check_environment(rig, os.environ)
    asking = _Asking(town, rig, gate, place, shown)
    if not again and (known := asking.known()) is not None:
        return known
    return asking.run()


def _check_environment(rig: Rig, environ: Mapping[str, str]) -> None:
    agent = environ.get("GT_AGENT")
    if agent and sessions.environment_of(rig, agent) is None:
        raise NotAllowedError(
            f"{agent} has no session in {rig.name} whose environment is known",
            hint="hand it in, and the refinery tests it: git gt done",
        )


class _Asking:
    """One gate on one tree, on its way to a verdict."""

    def __init__(
        self, town: Town, rig: Rig, gate: Gate, place: Place, shown: Shown
    ) -> None:  # fmt: skip
        self._gates = {each.name: each for each in gates.gates(town, rig)}
        self._runs = GateRuns(town, rig, _QUEUE)
        self._gate = gate
        self._place = place
        self._shown = shown
        self._run = Run(self._runs.keys.scope(place.tree, gate), gate.name)

    def known(self) -> Answer | None:
        """Return the verdict that is there already."""
        verdict = self._runs.evidence(self._place.tree, self._gate).verdict
        fitting = [each for each in self._records() if each["verdict"] == verdict]
        return self._answer(fitting[-1], fresh=False) if fitting else None

    def run(self) -> Answer:
        """Run it, or wait for whoever runs it just now."""
        before = len(self._records())
        tree, gate = self._place.tree, self._gate
        with self._given_up():
            self._begin()
            while (live := self._runs.looking(tree, gate)) is not None:
                self._follow(live)
        new = self._records()[before:]
        if new:
            return self._answer(new[-1], fresh=True)
        why = self._runs.evidence(tree, gate).trouble or "its run vanished"
        return Answer(gate.name, tree, Verdict.COULD_NOT_RUN, why, quarantine=gate.quarantine)

    def _begin(self) -> None:
        """Start it, unless it goes on; where it must run alone, or another does, it waits.

        With any limit at all a run that tells the same is started once, whoever asks at once.
        """
        pause = threading.Event()
        tree, gate = self._place.tree, self._gate
        while self._runs.looking(tree, gate) is None and not self._runs.start(
            self._run, self._place.commit, gate, limit=_MANY
        ):
            self._runs.take_in(self._gates)
            pause.wait(look_every(gate))

    def _follow(self, live: Live) -> None:
        """Show what a run prints, until it was taken in."""
        pause = threading.Event()
        output: BinaryIO | None = None
        try:
            while live.folder.exists():
                output = output or _opened(live.folder / "output")
                self._runs.take_in(self._gates)  # the queue's own, too, which end meanwhile
                if output is not None:
                    self._shown(output.read())
                pause.wait(look_every(self._gate))
            if output is not None:
                self._shown(output.read())
            elif records := self._records():
                verdict = Verdict(records[-1]["verdict"])
                said = self._runs.log(self._place.tree, self._gate, verdict)
                self._shown(said.encode(errors="replace"))
        finally:
            if output is not None:
                output.close()

    @contextmanager
    def _given_up(self) -> Iterator[None]:
        """Stop what was begun here if the person goes away; the queue's own goes on."""
        try:
            yield
        except BaseException:
            self._runs.cancel(self._run)
            raise

    def _records(self) -> list[dict[str, Any]]:
        return self._runs.records(self._place.tree, self._gate)

    def _answer(self, record: dict[str, Any], *, fresh: bool) -> Answer:
        evidence = self._runs.evidence(self._place.tree, self._gate)
        return Answer(
            self._gate.name, self._place.tree, Verdict(record["verdict"]),
            record.get("why", ""), record["seconds"], record["run"], record["at"],
            tuple(record.get("failures", ())), fresh=fresh, flaky=evidence.is_flaky,
            quarantine=self._gate.quarantine,
        )  # fmt: skip


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb", buffering=0)
    except OSError:
        return None  # not begun, or taken in at this moment
