"""How the queue of a rig is worked: how much at once, how eagerly. It decides no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor
from gitgt.model.merge_facts import LIMIT
from gitgt.services import commit, settings
from gitgt.services.town import Rig, Town

_SCHEMA: Final = "rig"
_KEY: Final = "merge_queue"


class Rerere(StrEnum):
    """What is made of conflicts that somebody resolved before."""

    OFF = "off"
    OFFER = "offer"  # filled in in worktrees, where somebody looks at it
    APPLY = "apply"  # by the refinery as well


@dataclass(frozen=True, slots=True)
class Tuning:
    """How many gates run at once, and how many requests are merged at the most.

    ``frugal`` slots stay idle rather than test what another run will probably tell. ``frozen``
    is why nothing lands for the time being. ``by_forge``: what passed is not landed here, but
    in a pull request. With ``go_on`` a red target does not stop the line.
    """

    slots: int = 1
    batch: int = LIMIT
    frugal: bool = False
    frozen: str = ""
    by_forge: bool = False
    rerere: Rerere = Rerere.OFFER
    go_on: bool = False


def tuning(town: Town, rig: Rig) -> Tuning:
    """Return what the committed settings of *rig* say.

    Raises:
        SettingsError: they break their schema.
    """
    found = settings.read_committed(town.root, rig.settings_name, _SCHEMA).get(_KEY, {})
    return Tuning(
        slots=found.get("slots", 1),
        batch=found.get("batch", LIMIT),
        frugal=found.get("mode") == "frugal",
        frozen=found.get("frozen", ""),
        by_forge=found.get("land") == "pull-request",
        rerere=Rerere(found.get("rerere", "offer")),
        go_on=found.get("on_red") == "go-on",
    )


def freeze(town: Town, rig: Rig, reason: str, who: Actor) -> bool:
    """Let nothing land on *rig* until it is thawed; say if anything changed.

    Raises:
        RefusedError: no reason is given.
    """
    if not reason.strip():
        raise RefusedError("a freeze needs a reason", hint="--reason 'release week'")
    return _change(town, rig, reason.strip(), f"freeze the queue of {rig.name}", who)


def thaw(town: Town, rig: Rig, who: Actor) -> bool:
    """Let the queue of *rig* go on; say if anything changed."""
    return _change(town, rig, "", f"thaw the queue of {rig.name}", who)


def _change(town: Town, rig: Rig, frozen: str, subject: str, who: Actor) -> bool:
    def decide() -> commit.Files:
        present = settings.read(town.root / rig.settings_name, _SCHEMA)
        mine = {key: each for key, each in present.get(_KEY, {}).items() if key != "frozen"}
        mine |= {"frozen": frozen} if frozen else {}
        rest = {key: each for key, each in present.items() if key != _KEY}
        content = settings.emit({**rest, _KEY: mine} if mine else rest)
        settings.parse(content, _SCHEMA, rig.settings_name)
        return {rig.settings_name: content}

    return commit.change(town, decide, subject, who)
