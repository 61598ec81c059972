"""What is known of how conflicts were resolved: shared by all worktrees of a rig, and kept.

git's rerere fills in what somebody resolved before, in whichever worktree. This keeps what it
knows in ``refs/gt/rerere``, brings back what was lost, and learns from the merges that landed
who resolved what.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Final

from gitgt.errors import AmbiguousError, GtError, NotAllowedError, NotFoundError
from gitgt.git import rerere
from gitgt.git.command import git
from gitgt.git.recall import learn
from gitgt.git.repository import Repository, Signature
from gitgt.git.rerere import Memory, Resolution
from gitgt.model.actor import Actor, Standing
from gitgt.services import merge_queue
from gitgt.services.town import Rig, Town
from gitgt.services.tuning import Rerere, tuning

_LOG = logging.getLogger(__name__)
# So many merges are looked at anew by whoever remembers nothing; each costs 4 ms.
_MERGES: Final = 100
# git reads an id from so many letters on.
_SHORTEST: Final = 4


@dataclass
class Seen:
    """What the last exchange left; whoever forgets it looks at more than is new."""

    sign: tuple[tuple[str, int], ...] | None = None
    kept: str | None = None
    tips: dict[str, str] = field(default_factory=dict)


def exchange(town: Town, rig: Rig, seen: Seen) -> None:
    """Keep what git has learned in any worktree, learn from what landed, teach git the rest.

    Costs next to nothing while nothing is new.
    """
    repository = town.ledger_at(rig).repository
    tip = repository.ref(rig.target)
    sign, kept = rerere.sign(repository), repository.ref(rerere.REF)
    is_known = seen.tips.get(rig.target) == tip and (seen.sign, seen.kept) == (sign, kept)
    if is_known and rerere.folder(repository).is_dir():
        return
    if tuning(town, rig).rerere is Rerere.OFF:
        return
    try:
        _exchange(town, repository, rig, seen, tip)
    except (GtError, OSError) as error:  # it is a help, and must not stop the queue
        _LOG.warning("not kept", extra={"rig": rig.name, "why": str(error)})


def _exchange(
    town: Town, repository: Repository, rig: Rig, seen: Seen, tip: str | None
) -> None:
    memory = Memory(repository)
    who = _signature(merge_queue.WHO, town)
    rerere.folder(repository).mkdir(exist_ok=True)  # by which git begins to remember
    rerere.unteach(rerere.folder(repository), dict.fromkeys(memory.forgotten()))
    is_lost = seen.kept is not None and repository.ref(rerere.REF) is None
    memory.keep(rerere.learned(repository), who)
    old = None if is_lost else seen.tips.get(rig.target)
    memory.keep(_landed(repository, old, tip, who), who)
    rerere.teach(rerere.folder(repository), memory.all())
    seen.sign, seen.kept = rerere.sign(repository), repository.ref(rerere.REF)
    if tip is not None:
        seen.tips[rig.target] = tip


def _landed(
    repository: Repository, old: str | None, tip: str | None, who: Signature
) -> list[Resolution]:
    """Return what the merges that landed since *old* have resolved."""
    if tip is None or tip == old:
        return []
    span = (tip, f"^{old}") if old and repository.has(old) else (tip,)
    argv = ("rev-list", "--merges", f"--max-count={_MERGES}", *span, "--")
    commits = git(*argv, cwd=repository.common).decode().split()
    found = [each for one in commits for each in learn(repository, one, who)]
    return [replace(each, landed=True) for each in found]


def known(town: Town, rig: Rig) -> list[Resolution]:
    """Return what is known, by path."""
    memory = Memory(town.ledger_at(rig).repository)
    return sorted(memory.all(), key=lambda each: (each.path, each.id, each.variant))


def find(town: Town, rig: Rig, name: str) -> list[Resolution]:
    """Return the resolutions of the conflict, or the one, whose id *name* begins.

    Raises:
        NotFoundError: there is none.
        AmbiguousError: there are several conflicts.
    """
    found = [
        each
        for each in known(town, rig)
        if len(name) >= _SHORTEST
        and (each.id.startswith(name) or each.variant.startswith(name))
    ]
    if not found:
        raise NotFoundError(f"{rig.name} has no resolution {name!r}", hint="git gt rerere list")
    if len({each.id for each in found}) > 1:
        told = ", ".join(sorted({each.id[:12] for each in found}))
        raise AmbiguousError(f"{name} may be {told}", hint="give more of it")
    return found


def forget(town: Town, rig: Rig, name: str, who: Actor) -> list[Resolution]:
    """Let a resolution be used no more, neither in a worktree nor by the refinery.

    Raises:
        NotAllowedError: an agent asks.
        NotFoundError: there is no such resolution.
    """
    if who.standing is Standing.AGENT:
        raise NotAllowedError(
            "only a person has a resolution forgotten",
            hint="resolve it otherwise; and call for a person: Escalate: MEDIUM why",
        )
    found = find(town, rig, name)
    repository = town.ledger_at(rig).repository
    keys = [each.key for each in found]
    Memory(repository).forget(keys, _signature(who, town))
    rerere.unteach(rerere.folder(repository), dict.fromkeys(keys))
    return found


def _signature(who: Actor, town: Town) -> Signature:
    return Signature(who.address, who.email, int(town.clock()))
