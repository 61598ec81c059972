"""A small story in a town, told again and again, each time with a death at another act.

The town is built once and copied to the same place for each telling. Each step is done by a
process of its own, as a watcher or a command is; one that is killed is started again, as a
person would. What ends the same, however often somebody died, is what ``ending`` returns.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gitgt.daemon.ending import alive
from gitgt.git import faults
from gitgt.ledger.verdicts import Verdicts
from gitgt.model.documents import Bead, Convoy, Escalation, MergeRequest
from gitgt.model.gate import gate_hash
from gitgt.services import sling
from gitgt.services.agents import hook
from gitgt.services.gates import gate
from gitgt.services.gates.gate_keys import environment
from gitgt.services.sling import Order, Slung
from gitgt.services.town import Rig, Town
from tests.support.checkout import Checkout
from tests.support.sitting import Sitting, running, stand_in
from tests.support.town import TESS, TownBuilder
from tests.support.waiting import until

NAMES: Final = ("sh-aaaaa", "sh-bbbbb", "sh-ccccc")
# What git does without leaving a trace: dying before it is dying before the next act.
_READS: Final = frozenset(
    {
        "cat-file", "check-ref-format", "diff-index", "diff-tree", "for-each-ref", "log",
        "ls-files", "ls-remote", "ls-tree", "merge-base", "merge-tree", "rev-list",
        "rev-parse", "show", "status", "var",
    }
)  # fmt: skip
_VERB: Final = re.compile(r"\d+ git (?:-\S+ (?:\S+=\S* )?|--\S+ )*(?P<verb>[a-z][a-z-]*)")


class DiedError(Exception):
    """A step was killed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a town stands at the end, as far as it may not depend on who died when."""

    beads: dict[str, tuple[str, str]]
    tree: str
    convoys: list[str]
    requests: list[str]
    escalations: list[str]


class Stage:
    """A folder in which the story is told, and the town as it is before."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "place"
        self._before = folder / "before"
        self._lives = 0
        self._build()

    def _build(self) -> None:
        builder = TownBuilder(self.place)
        builder.rig()
        self.root = builder.town.root
        first, second, third = NAMES
        builder.agent_does(
            first, "echo 1 >one", "say One", "echo fig 6 >>prices.txt", "closes A"
        )
        builder.agent_does(second, "echo rest >rest", "echo FIXME >>two.txt", "closes B")
        builder.agent_does(second, "echo 2 >two.txt", "closes 'B, mended'", attempt=2)
        builder.agent_does(third, "echo 3 >three", self._as_agent("git gt done"))
        self._save()

    def _as_agent(self, command: str) -> str:
        """Let an agent's own command die as well; the agent goes with it."""
        told = shlex.quote(str(self.journal))
        at = '"$(cat ' + shlex.quote(str(self.place / "at")) + ')"'
        return f"{faults.JOURNAL}={told} {faults.AT}={at} {command} || exit"

    @property
    def journal(self) -> Path:
        """Where acts are announced."""
        return self.place / "acts"

    @property
    def town(self) -> Town:
        """The town, looked at anew."""
        return Town(self.root)

    @property
    def rig(self) -> Rig:
        """Its only rig."""
        return self.town.rig("shop")

    def _save(self) -> None:
        shutil.copytree(self.place, self._before, symlinks=True)

    def _reset(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self._before, self.place, symlinks=True)

    def tell(self, *, death: int = 0, before: Callable[[], None] = lambda: None) -> Ending:
        """Tell the story from its beginning, with a death at the act of that number.

        *before* makes things worse once the beads are there.
        """
        self._reset()
        (self.place / "at").write_text(f"{death}\n")
        with announced(self.journal, death):
            do(self._write_beads)
            before()
            with stand_in(self.town):
                do(lambda: _sling(self.town))
                do(lambda: Sitting(self.town).settle())
                self.check()
        return self.ending()

    def acts(self) -> list[int]:
        """Return the numbers of the acts of the last telling that left a trace."""
        return traces(self.journal)

    def act(self, number: int) -> str:
        """Return what an act was."""
        return self.journal.read_text().splitlines()[number - 1]

    def _write_beads(self) -> None:
        """Commit three beads on the desk; without a watcher, the hook takes them in."""
        desk = Checkout(self.rig.desk)
        for name in NAMES:
            text = f"id: {name}\ntitle: Bead {name}\nstatus: open\n"
            desk.write(f"items/{name[3]}/{name[4]}/{name}.yaml", text)
        desk.git("add", "-A")
        if desk.git("status", "--porcelain"):
            desk.git("commit", "-q", "-m", "Three beads")
        Sitting(self.town).settle()

    # --- what must be so

    def ending(self) -> Ending:
        """Return how the town stands."""
        now = self.town.ledger_at(self.rig).snapshot()
        beads = sorted(now.all(Bead), key=lambda each: each.id)
        requests = sorted(now.all(MergeRequest), key=lambda each: each.title)
        return Ending(
            beads={each.id: (str(each.status), str(each.outcome)) for each in beads},
            tree=self._repository.git("rev-parse", "main^{tree}"),
            convoys=[str(each.status) for each in self.town.ledger.snapshot().all(Convoy)],
            requests=[f"{each.title}: {each.status}" for each in requests],
            escalations=sorted(each.title for each in now.all(Escalation)),
        )

    def check(self) -> None:
        """Check what must hold at the end of any telling."""
        assert running(self.town) == []
        until(lambda: not alive(self.root))
        assert self._repository.git("fsck", "--strict", "--no-dangling") == ""
        assert Checkout(self.root).git("fsck", "--strict", "--no-dangling") == ""
        assert self._left_over() == [], self._left_over()
        self._check_hooks()
        self._check_main()

    @property
    def _repository(self) -> Checkout:
        return Checkout(self.rig.repository_path)

    def _left_over(self) -> list[str]:
        """Return locks, intents and runs that nobody cleared away."""
        common = self.rig.repository_path
        locks = [
            path
            for top in ("refs", "worktrees", "logs")
            for path in (common / top).rglob("*.lock")
        ]
        intents = [path for path in (common / "refs/gt/intent").rglob("*") if path.is_file()]
        runs = [
            path for path in (common / "gt/runs").glob("*") if not path.name.startswith(".")
        ]
        return sorted(str(path.relative_to(common)) for path in (*locks, *intents, *runs))

    def _check_hooks(self) -> None:
        """At no time were two beads on one hook, or was one on two: all of history is asked."""
        ledger = self.town.ledger_at(self.rig)
        for commit in self._repository.git("rev-list", "beads").split():
            holders = [address for address, _ in hook.held(ledger.snapshot(commit))]
            assert len(holders) == len(set(holders)), commit

    def _check_main(self) -> None:
        """Whatever ``main`` ever stood on was there before, or has passed the gate."""
        [check] = gate.gates(self.town, self.rig)
        digest = gate_hash(check, environment())
        verdicts = Verdicts(self.town.ledger_at(self.rig).repository)
        log = self._repository.git("reflog", "show", "--format=%H %T", "main")
        stood = [line.split() for line in log.splitlines()]
        for commit, tree in stood[:-1]:
            assert any(
                record["verdict"] == "pass" for record in verdicts.records(tree, digest)
            ), commit


def _sling(town: Town) -> None:
    """What ``git gt sling`` does: said again, it goes on where it was."""
    for each in sling.sling(town, list(NAMES), Order(), TESS):
        assert isinstance(each, Slung), each


def traces(journal: Path) -> list[int]:
    """Return the numbers of the acts that left a trace."""
    lines = journal.read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if not _is_read(line)]


def do(step: Callable[[], Any], *, lives: int = 5) -> None:
    """Let a process of its own do *step*, another one if it is killed."""
    for _ in range(lives):
        try:
            in_another_process(step)
        except DiedError:
            continue
        return
    raise AssertionError("killed again and again")


def in_another_process(step: Callable[[], Any]) -> None:
    """Do *step* in a child that begins as a copy of us.

    Raises:
        DiedError: it was killed.
    """
    child = os.fork()
    if child == 0:
        _be_the_child(step)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        raise DiedError
    assert status == 0, "see what the step said above"


def _be_the_child(step: Callable[[], Any]) -> None:
    code = 1
    faults.arm(Path(os.environ[faults.JOURNAL]))
    try:
        step()
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's code
        traceback.print_exc()
    finally:
        os._exit(code)


@contextmanager
def announced(journal: Path, death: int) -> Iterator[None]:
    """Have our children announce their acts, and the one with that number die."""
    os.environ[faults.JOURNAL], os.environ[faults.AT] = str(journal), str(death)
    journal.touch()
    try:
        yield
    finally:
        del os.environ[faults.JOURNAL], os.environ[faults.AT]


def _is_read(line: str) -> bool:
    """Tell whether an act only reads."""
    found = _VERB.match(line)
    return found is not None and found["verb"] in _READS
