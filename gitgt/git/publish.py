"""Send a target and the ledger to a remote together, or neither; never by force.

The lease says where the target stands there by what was tested. Unlike a plain push it also
refuses a target that was rewound meanwhile, which a plain push would bring back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gitgt.errors import EnvironmentProblemError, what_git_said
from gitgt.git.command import Outcome
from gitgt.git.patient import attempt_within
from gitgt.git.remote import TOO_LATE, TROUBLE
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove
from gitgt.values import dataclass

# What a server says of all refs if one of them no longer stood where it was said to.
_LOST_THERE: Final = "atomic transaction failed"
_BY_A_HOOK: Final = "aborted by hook"


class DeclinedError(EnvironmentProblemError):
    """A remote says no, and will say so again: its branch takes no such push."""


class Fate(StrEnum):
    """What became of a push."""

    TAKEN = "taken"
    TOO_LATE = "too late"
    DECLINED = "declined"
    UNKNOWN = "unknown"  # it may have arrived all the same


@dataclass(frozen=True, slots=True)
class Answer:
    """What a remote answered, in its own words."""

    fate: Fate
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a remote is talked to: for how long, and whether the repository's hooks run."""

    remote: str
    within: float
    hooks: bool = False


def push(
    repository: Repository,
    way: Way,
    refs: Mapping[str, str],
    *,
    target: str,
    expected: str | None,
    also: Sequence[RefMove] = (),
) -> Answer:
    """Bring each of *refs* to its commit, if *target* still stands at *expected* there.

    What is *also* moved has to stand where it is said to, else nothing moves.
    """
    plain = {ref: commit for ref, commit in refs.items() if ref != target}
    return move(repository, way, (RefMove(target, expected, refs[target]), *also), plain)


def move(
    repository: Repository,
    way: Way,
    moves: Sequence[RefMove],
    plain: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """Make all *moves* there, or none; what is *plain* goes along, and only forward."""
    quiet = () if way.hooks else ("-c", "core.hooksPath=/dev/null")
    leases = (f"--force-with-lease={each.name}:{each.old or ''}" for each in moves)
    specs = (f"{each.new or ''}:{each.name}" for each in moves)
    argv = (
        *quiet, "-c", "push.followTags=false", "-c", "push.gpgSign=false", "push", "--atomic",
        "--porcelain", "--no-recurse-submodules", *leases, way.remote, *specs,
        *(f"{commit}:{ref}" for ref, commit in plain.items()),
    )  # fmt: skip
    return _answer(attempt_within(way.within, *argv, cwd=repository.common))


def _answer(outcome: Outcome) -> Answer:
    if outcome.ok:
        return Answer(Fate.TAKEN)
    rows = outcome.stdout.decode(errors="replace").splitlines()
    said = [row.rpartition("\t")[2] for row in rows if row.startswith("!")]
    # What is refused only because the other one was tells nothing.
    causes = list(dict.fromkeys(each for each in said if "atomic" not in each)) or said
    if not causes or any(sign in each for each in causes for sign in TROUBLE):
        told = what_git_said(outcome.stderr, outcome.code)
        return Answer(Fate.UNKNOWN, "; ".join((*causes, told)))
    lost = any(_LOST_THERE in each for each in causes) and _BY_A_HOOK not in outcome.stderr
    if lost or any(TOO_LATE.search(each) for each in causes):
        return Answer(Fate.TOO_LATE, "; ".join(causes))
    return Answer(Fate.DECLINED, "; ".join((*causes, *_reasons(outcome.stderr))))


def _reasons(stderr: str) -> Sequence[str]:
    rows = (row for row in stderr.splitlines() if row.startswith("remote: "))
    return [row.removeprefix("remote: ").strip() for row in rows if row.strip() != "remote:"]
