"""The doctor's round: every check by itself, so that none keeps another from being made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from gitgt.errors import GtError
from gitgt.services.doctor.checks import files, machine, repositories, work
from gitgt.services.doctor.finding import Finding, Level
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

Look = Callable[[Town, Sequence[Rig]], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what is wrong if it finds something, and how it looks.

    One that costs a process or reads all beads is not ``quick``, one that asks the network is
    made only ``on_request``.
    """

    name: str
    told: str
    look: Look
    quick: bool = False
    on_request: bool = False


CHECKS: Final = (
    Check("settings", "a settings file breaks its schema, or has an unknown key", files.valid,
          quick=True),
    Check("committed", "settings were changed and not committed", files.committed),
    Check("plugins", "a plugin cannot be read, or was never committed", files.plugins),
    Check("git", "git is too old", machine.git),
    Check("identity", "git does not know who you are", machine.identity),
    Check("clock", "the clock is behind what was written last", machine.clock, quick=True),
    Check("disk", "there is little space left", machine.disk, quick=True),
    Check("rigs", "a rig's repository or ledger is gone", repositories.there, quick=True),
    Check("refspec", "a rig does not fetch its project's branches", repositories.refspec),
    Check("hooks", "git hooks of ours are missing, outdated or not run", repositories.hooks),
    Check("worktrees", "a worktree and its repository have lost each other",
          repositories.worktrees, quick=True),
    Check("checkouts", "a checkout stands on a target or the ledger", repositories.stood_on,
          quick=True),
    Check("locks", "a lock of git that nobody holds", repositories.stale_locks, quick=True),
    Check("landings", "a landing was begun and not ended", repositories.landings, quick=True),
    Check("ledger", "what git gt fsck finds, the index among it", work.ledgers),
    Check("stale-hooks", "a bead hangs on the hook of an agent that is gone",
          work.hooks_of_the_gone),
    Check("watcher", "nobody sees to what people did", work.watcher, quick=True),
    Check("sessions", "a session that does not fit, a process that no session knows of",
          work.sessions),
    Check("taps", "what agents' programs call is gone or changed", work.taps),
    Check("runtimes", "a program that agents are to run on is not here", work.programs_there),
    Check("remotes", "a remote does not answer", repositories.reachable, on_request=True),
)  # fmt: skip
USUAL: Final = tuple(each for each in CHECKS if not each.on_request)
# What costs no process and reads no bead: it may be asked at any time.
QUICK: Final = tuple(each for each in CHECKS if each.quick)


@dataclass(frozen=True, slots=True)
class Round:
    """Which checks were made, what was made good, and what is (still) wrong."""

    checks: tuple[str, ...]
    done: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        """What does not work."""
        return [each for each in self.findings if each.level is Level.ERROR]


def make(
    town: Town,
    rig: Rig | None = None,
    *,
    fix: bool = False,
    checks: Iterable[Check] = USUAL,
    step: Callable[[str], None] = lambda _: None,
) -> Round:
    """Make *checks* in one rig or in all; with *fix* make good what can be.

    Nothing is stopped, and nothing that anybody made is removed.
    """
    rigs = [rig] if rig else _rigs(town)
    done: list[str] = []
    found: list[Finding] = []
    made: list[str] = []
    for check in checks:
        made.append(check.name)
        step(check.name)
        seen = list(_looked(check, town, rigs))
        if fix and (mended := list(_mended(seen))):
            done += mended
            seen = list(_looked(check, town, rigs))
        found += seen
    return Round(tuple(made), tuple(done), tuple(found))


def _rigs(town: Town) -> list[Rig]:
    try:
        return [*town.rigs_here().values()]
    except GtError:
        return []  # the settings are spoiled, which is told


def _looked(check: Check, town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    try:
        yield from check.look(town, rigs)
    except (GtError, OSError) as error:
        hint = getattr(error, "hint", "")
        yield Finding(check=check.name, what=f"nobody can tell: {error}", hint=hint)


def _mended(seen: Iterable[Finding]) -> Iterator[str]:
    for each in seen:
        if each.mend is None:
            continue
        try:
            yield f"{each.where}: {each.check}: {each.mend()}"
        except (GtError, OSError):
            continue  # it is told again
