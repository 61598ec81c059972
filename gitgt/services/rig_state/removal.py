"""Take a rig out of the town. Its folder stays, unless somebody asks for it to go.

What goes is reachable from the town's own trash before: all refs of the rig's repository, with
snapshots of what was not committed in its worktrees. Who is killed in between types it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.git import faults, refs, trash, worktree
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.actor import Actor
from gitgt.model.documents import Agent, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.services import beads, commit, settings, submit
from gitgt.services.agents import dismantle, hook, sandbox
from gitgt.services.queue import refinery_state
from gitgt.services.rig_state import ending
from gitgt.services.town import RIGS, Rig, Town
from gitgt.values import dataclass

_PLACES: Final = ("polecats", "crew")
# Folders that we made and know all about; whatever else lies beside them is not ours.
_OURS: Final = ("beads", "refinery", ".repo.git")
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a rig: whether its folder is gone, where its refs are, what stayed."""

    name: str
    path: Path
    gone: bool = False
    trash: str = ""
    left: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.name, "path": str(self.path), "gone": self.gone, "trash": self.trash,
            "left": list(self.left),
        }  # fmt: skip


def at_hand(town: Town, rig: Rig) -> list[str]:
    """Return what speaks against it: sessions, work on hooks, work that has not landed."""
    if not rig.is_here:
        return []
    now = town.ledger_at(rig).snapshot()
    told = [
        f"{whose}: {each}"
        for whose in _members(rig, now)
        for each in dismantle.at_hand(town, rig, whose)
    ]
    return [*told, *_of_others(rig, now)]


def _of_others(rig: Rig, now: Snapshot) -> Iterator[str]:
    known = {*_members(rig, now)}
    yield from (
        f"{whose}: {bead} is on the hook"
        for whose, bead in hook.held(now)
        if whose not in known
    )
    for each in now.all(MergeRequest, status=submit.LIVE):
        if each.agent not in known:
            yield f"{each.id} is {each.status}"
    if refs.git_dir_of(rig.desk) is not None and not worktree.is_clean(rig.desk):
        yield f"{rig.desk} has changes that are not committed"


def _members(rig: Rig, now: Snapshot) -> list[str]:
    """Return who has, or may have, a worktree there."""
    named = {each.address for each in now.all(Agent) if each.role in ("polecat", "crew")}
    there = {
        f"{rig.name}/{kind}/{path.name}"
        for kind in _PLACES
        if (rig.path / kind).is_dir()
        for path in (rig.path / kind).iterdir()
        if not path.name.startswith(".")
    }
    return sorted({*named, *there})


def remove(
    town: Town, rig: Rig, who: Actor, *, force: bool = False, delete: bool = False
) -> Removed:
    """Let the town know *rig* no more; with *delete*, its folder goes, too.

    Raises:
        RefusedError: agents or work are at hand there, and no force is used.
        NotAllowedError: an agent asks.
    """
    commit.check(who)
    found = at_hand(town, rig)
    if found and not force:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise RefusedError(
            f"{rig.name} is not done: {'; '.join(found[:_SHOWN])}{more}",
            hint=f"git gt rig remove {rig.name} --force ends the sessions; nothing is lost",
        )
    if rig.is_here:
        ending.end(town, rig, ending.running(rig))
        refinery_state.cancel(town, rig)
    kept = _emptied(town, rig, who) if delete and rig.is_here else ""
    _unregister(town, rig, who, settings_too=delete)
    if not delete:
        return Removed(rig.name, rig.path)
    left = _delete(rig)
    return Removed(rig.name, rig.path, not left, kept, tuple(left))


def _emptied(town: Town, rig: Rig, who: Actor) -> str:
    """Keep all that the rig's folder holds; return below which ref of the town's."""
    _check_desk(rig)
    _check_checkouts(town, rig)
    now = town.ledger_at(rig).snapshot()
    members = {*_members(rig, now)}
    for whose, bead in hook.held(now):
        if whose in members:
            reason = f"{rig.name} was taken out of the town"
            beads.release_from(town, BeadId.parse(bead), whose, who, reason=reason)
    for each in sorted(members):
        if sandbox.path_of(rig, each).exists():
            dismantle.take_away(town, rig, each, but_branches=True)
    repository = town.ledger_at(rig).repository
    return trash.take_over(town.repository, repository, f"rigs/{rig.name}", now=town.clock())


def _check_desk(rig: Rig) -> None:
    if refs.git_dir_of(rig.desk) is not None and not worktree.is_clean(rig.desk):
        raise RefusedError(
            f"{rig.desk} has changes that are not committed",
            hint=f"git -C {rig.desk} commit, or git -C {rig.desk} stash -u",
        )


def _check_checkouts(town: Town, rig: Rig) -> None:
    """Check that nobody has a checkout of its repository elsewhere, which would break."""
    for each in worktree.worktrees(town.ledger_at(rig).repository):
        if each.path.exists() and not each.path.resolve().is_relative_to(rig.path.resolve()):
            raise RefusedError(
                f"{each.path} is a checkout of {rig.name}",
                hint=f"git -C {rig.repository_path} worktree remove {each.path}",
            )


def _unregister(town: Town, rig: Rig, who: Actor, *, settings_too: bool) -> None:
    def decide() -> commit.Files:
        present = settings.read(town.root / RIGS, "rigs").get("rigs", {})
        left = {name: each for name, each in present.items() if name != rig.name}
        files: dict[str, bytes | None] = {RIGS: settings.emit({"rigs": left})}
        if settings_too and (town.root / rig.settings_name).exists():
            files[rig.settings_name] = None
        return files

    commit.change(town, decide, f"remove the rig {rig.name}", who)


def _delete(rig: Rig) -> list[str]:
    """Remove what is ours of a rig's folder; return what is left there, for it is not."""
    for name in _OURS:
        faults.act("remove", rig.path / name)
        shutil.rmtree(rig.path / name, ignore_errors=True)
    for folder in (*(rig.path / each for each in (*_PLACES, "settings")), rig.path):
        try:
            folder.rmdir()
        except OSError:
            continue
    if not rig.path.exists():
        return []
    return sorted(str(each.relative_to(rig.path)) for each in rig.path.iterdir())
