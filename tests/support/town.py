"""A town of a test's own: a tiny project, agents that are shell scripts, a clock that stands.

``settle`` is the watcher by hand. To git's hooks and to our shims a watcher lives meanwhile, so
they leave notes and do nothing themselves; what a test sees depends on no race.
"""

from __future__ import annotations

import random
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from gitgt.errors import RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead, Convoy, Escalation, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.runtime import process
from gitgt.services import beads, install, rig, sling
from gitgt.services.gates import gate
from gitgt.services.rig import Wanted
from gitgt.services.sessions import runtimes
from gitgt.services.sling import Order, Slung
from gitgt.services.town import Rig, Town
from tests.support.checkout import Checkout
from tests.support.copies import copy_of
from tests.support.sitting import Sitting, running, stand_in
from tests.support.world import DATE

TESS: Final = Actor("Tess Ter", "tess@example.com", Standing.PERSON)
BEGINNING: Final = 1_795_357_800.0  # the day on which the tests' commits are made

_PROJECT: Final = {
    "README.md": "# Shop\n",
    "prices.txt": "apple 3\npear 4\nplum 5\n",
    "check.sh": '#!/bin/sh\n! grep -rn FIXME --include="*.txt" .\n',
}
# What an agent does is in a file of its own for each bead and attempt; without one, nothing.
_AGENT: Final = """\
#!/bin/sh
export GIT_AUTHOR_DATE={date} GIT_COMMITTER_DATE={date}
say() {{ git add -A && git commit -q -m "$@"; }}
closes() {{ say "$1" -m "Closes: $GT_BEAD"; }}
echo "$GT_BEAD $GT_ATTEMPT $GT_SESSION" >>{folder}/did
work={folder}/work/$GT_BEAD.$GT_ATTEMPT
[ -f "$work" ] || exit 0
. "$work"
"""


def _installed(path: Path) -> None:
    install.install(path, TESS, Clock())


def _project(path: Path) -> None:
    project = Checkout.init(path)
    for file, text in _PROJECT.items():
        project.commit(file, text)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: float = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def advance(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        self.now += seconds


class TownBuilder:
    """A town in *folder*, with what a test needs to tell a story in it.

    One that is *alone* meets no other town: it is a copy, with the same ledger as others have.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self.folder = folder
        self.clock = Clock()
        self._lots = random.Random(7)
        self._watch = ExitStack()
        root = folder / "a town"
        if alone:
            copy_of(_installed, root)
        else:
            install.install(root, TESS, self.clock)
        self.town = Town(root, self.clock, self._lots.randrange)
        self._sitting: Sitting | None = None
        agent = folder / "agent.sh"
        agent.write_text(_AGENT.format(folder=shlex.quote(str(folder)), date=shlex.quote(DATE)))
        (folder / "work").mkdir()
        self.runtime("script", f"sh {shlex.quote(str(agent))}")
        runtimes.set_default(self.town, "script", TESS)

    # --- making things

    def rig(self, name: str = "shop", *, gate: str | None = "sh check.sh") -> Rig:
        """Add a rig from a project of its own; *gate* is its gate's command line, if any."""
        project = self.folder / "projects" / name
        copy_of(_project, project)
        made, _ = rig.add(self.town, Wanted(name, str(project)), TESS)
        if gate is not None:
            self.gate(made, gate)
        return made

    def gate(self, where: Rig, command: str, name: str = "check") -> None:
        """Give a rig a gate."""
        gate.add(self.town, where, name, shlex.split(command), TESS, timeout=None)

    def runtime(self, name: str, command: str) -> None:
        """Define a program that agents run on."""
        runtimes.define(self.town, name, command, TESS, prompt="none")

    def bead(self, where: Rig, title: str, *script: str, **fields: Any) -> Bead:
        """Make a bead; *script* is what its agent does at the first attempt."""
        self.clock.advance()
        made = beads.create(self.town, where, TESS, {"title": title, **fields})
        if script:
            self.agent_does(made.id, *script)
        return made

    def agent_does(self, bead: str, *script: str, attempt: int = 1) -> None:
        """Say what whoever works on *bead* does at that attempt, in shell."""
        text = "".join(f"{line}\n" for line in script)
        (self.folder / "work" / f"{bead}.{attempt}").write_text(text)

    def sling(
        self, *names: Bead | str, to: str = "", convoy: bool = False, **more: Any
    ) -> list[Bead]:
        """Sling beads; what is refused is raised."""
        self.clock.advance()
        wanted = [name.id if isinstance(name, Bead) else name for name in names]
        done = sling.sling(self.town, wanted, Order(to=to, convoy=convoy, **more), TESS)
        for each in done:
            if isinstance(each, RefusedError):
                raise each
        return [each.bead for each in done if isinstance(each, Slung)]

    # --- looking

    def ledger(self, where: Rig | None = None) -> Snapshot:
        """Return a ledger as it stands; for None the town's."""
        return self.town.ledger_at(where).snapshot()

    def now(self, bead: Bead | str) -> Bead:
        """Return a bead as it stands."""
        name = bead.id if isinstance(bead, Bead) else BeadId(bead)
        return self.town.ledger_of(name).snapshot().bead(name)

    def request(self, bead: Bead) -> MergeRequest:
        """Return the latest merge request of a bead."""
        return self.town.ledger_of(bead.id).snapshot().request(self.now(bead).merge_request)

    def convoys(self) -> list[Convoy]:
        """Return the convoys."""
        return list(self.ledger().all(Convoy))

    def escalations(self, where: Rig | None = None) -> list[tuple[str, str]]:
        """Return severity and title of the calls for help in a ledger."""
        found = self.ledger(where).all(Escalation)
        return [(str(each.severity), each.title) for each in found]

    def story(self, where: Rig | None = None, *, since: str = "") -> list[str]:
        """Return what the ledger's history tells, the oldest first, as ``who: what``."""
        span = f"{since}..beads" if since else "beads"
        # The town's desk is a folder of the same name as the branch: hence the dashes.
        log = self.repo(where).git(
            "log", "--reverse", "--first-parent", "--format=%an: %s", span, "--"
        )
        return log.splitlines()

    def repo(self, where: Rig | None = None) -> Checkout:
        """Return the repository of a rig, or of the town, to type git in."""
        return Checkout(self.town.root if where is None else where.repository_path)

    def desk(self, where: Rig | None = None) -> Checkout:
        """Return a desk."""
        return Checkout(self.town.desk if where is None else where.desk)

    def sandbox(self, where: Rig, name: str) -> Checkout:
        """Return the worktree of a polecat."""
        return Checkout(where.path / "polecats" / name)

    def file(self, where: Rig, name: str) -> str:
        """Return a file as it stands on a rig's target."""
        return self.repo(where).git("show", f"{where.branch}:{name}") + "\n"

    def main(self, where: Rig) -> list[str]:
        """Return the subjects of the target's first parents, the oldest first."""
        argv = ("log", "--reverse", "--first-parent", "--format=%s", where.branch)
        return self.repo(where).git(*argv).splitlines()

    def sessions(self) -> list[list[str]]:
        """Return bead, attempt and session of each time that an agent was started."""
        try:
            return [line.split() for line in (self.folder / "did").read_text().splitlines()]
        except FileNotFoundError:
            return []

    # --- going on

    def watched(self) -> Self:
        """Let hooks and shims believe that a watcher lives; ``close`` ends it."""
        self._watch.enter_context(stand_in(self.town))
        return self

    def close(self) -> None:
        """End whatever still runs, and the watcher that nobody was."""
        for run in running(self.town):
            process.stop(run, grace=0.0)
        self._watch.close()

    def restart(self) -> None:
        """Forget everything that a watcher keeps in memory."""
        self._sitting = None

    def settle(self) -> None:
        """Go on until nothing moves and nothing runs any more."""
        self._sit().settle()

    def turn(self) -> None:
        """Let every role look once."""
        self._sit().turn()

    def _sit(self) -> Sitting:
        if self._sitting is None:
            self._sitting = Sitting(self.town, self.clock.advance)
        return self._sitting
