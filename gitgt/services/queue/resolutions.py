"""What is known of how conflicts were resolved: shared by all worktrees of a rig, and kept.

git's rerere fills in what somebody resolved before, in whichever worktree. This keeps what it
knows in ``refs/gt/rerere``, brings back what was lost, and learns from the merges that landed
who resolved what.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any, Final

from gitgt.errors import AmbiguousError, GtError, NotAllowedError, NotFoundError
from gitgt.git import rerere
from gitgt.git.command import git
from gitgt.git.recall import learn
from gitgt.git.repository import Repository, Signature
from gitgt.git.rerere import Memory, Resolution
from gitgt.model.actor import Actor
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.services.queue import merge_queue
from gitgt.services.queue.tuning import Rerere, tuning
from gitgt.services.town import Rig, Town

_LOG = logging.getLogger(__name__)
# So many merges are looked at anew by whoever remembers nothing; each costs 4 ms.
_MERGES: Final = 100
# git reads an id from so many letters on.
_SHORTEST: Final = 4
_NOTE: Final = "resolutions.json"


def exchange(town: Town, rig: Rig) -> None:
    """Keep what git has learned in any worktree, learn from what landed, teach git the rest.

    Costs next to nothing while nothing is new: what the last exchange left is noted in
    ``<common git dir>/gt/resolutions.json``, and whoever deletes that has it looked up again.
    """
    repository = town.ledger_at(rig).repository
    seen = _noted(repository)
    if seen == _now(repository, rig) and rerere.folder(repository).is_dir():
        return
    if tuning(town, rig).rerere is Rerere.OFF:
        return
    try:
        _exchange(town, repository, rig, seen)
    except (GtError, OSError) as error:  # it is a help, and must not stop the queue
        _LOG.warning("not kept", extra={"rig": rig.name, "why": str(error)})


def _now(repository: Repository, rig: Rig) -> dict[str, Any]:
    return {
        "learned": [[*each] for each in rerere.sign(repository)],
        "kept": repository.ref(rerere.REF),
        "tip": repository.ref(rig.target),
    }


def _noted(repository: Repository) -> dict[str, Any]:
    return notes.read(repository.gt / _NOTE, dict)


def _exchange(town: Town, repository: Repository, rig: Rig, seen: dict[str, Any]) -> None:
    memory, place = Memory(repository), rerere.folder(repository)
    who = _signature(merge_queue.WHO, town)
    place.mkdir(exist_ok=True)  # by which git begins to remember
    rerere.unteach(place, dict.fromkeys(memory.forgotten()))
    is_lost = seen.get("kept") is not None and repository.ref(rerere.REF) is None
    old = None if is_lost else seen.get("tip")
    is_settled, learned = rerere.learned(repository)
    tip = repository.ref(rig.target)
    memory.keep([*learned, *_landed(repository, old, tip, who)], who)
    rerere.teach(place, memory.all())
    if is_settled:
        repository.gt.mkdir(exist_ok=True)
        note = {**_now(repository, rig), "tip": tip}
        write_whole(repository.gt / _NOTE, json.dumps(note))


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
        raise NotFoundError(
            f"{rig.name} has no resolution {name!r}",
            hint=f"git gt rerere list --rig {rig.name}",
        )
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
    if who.standing.is_agent:
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
