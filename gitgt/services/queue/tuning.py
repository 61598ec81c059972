"""How the queue of a rig is worked: how much at once, how eagerly, whether at all.

No verdict depends on it. What a person says here is a commit in the town, with who and why.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from gitgt.errors import RefusedError
from gitgt.git.command import git
from gitgt.model.actor import Actor
from gitgt.model.instant import text_of
from gitgt.model.queue.merge_facts import LIMIT
from gitgt.model.queue.merge_style import Style
from gitgt.model.queue.queue_order import HOURS
from gitgt.model.wording import fit_line
from gitgt.services import commit, freeze, settings
from gitgt.services.freeze import Freeze
from gitgt.services.gates import runners
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_SCHEMA: Final = "rig"
_KEY: Final = "merge_queue"


class Rerere(StrEnum):
    """What is made of conflicts that somebody resolved before."""

    OFF = "off"
    OFFER = "offer"  # filled in in worktrees, where somebody looks at it
    APPLY = "apply"  # by the refinery as well


class Brake(StrEnum):
    """What holds up the queue of a rig, and is a setting of that name.

    Frozen, gates go on and nothing lands. Paused, what runs ends and is counted, and nothing
    else moves. Stopped, nobody looks at the queue at all. The emergency brake of the whole
    town, or of the rig, pauses the queue; it is no setting.
    """

    FROZEN = "frozen"
    PAUSED = "paused"
    STOPPED = "stopped"
    EMERGENCY = "emergency"


# What is said of who puts a brake on, and of who takes it off.
_ON: Final = {Brake.FROZEN: "freeze", Brake.PAUSED: "pause", Brake.STOPPED: "stop"}
_OFF: Final = {Brake.FROZEN: "thaw", Brake.PAUSED: "resume", Brake.STOPPED: "start"}


@dataclass(frozen=True, slots=True)
class Tuning:
    """How many gates run at once, and how many requests are merged at the most.

    So many ``slots`` are here, and so many ``there``, on the forge's runners.
    ``frugal`` slots stay idle rather than test what another run will probably tell. ``hours``
    of waiting make up for one priority. ``frozen``, ``paused`` and ``stopped`` are why, if so.
    ``emergency`` is what freezes the rig itself. ``by_forge``: what passed is not landed here,
    but in a pull request. With it, or for what a target does not take from us, it
    ``has_forge``. With ``go_on`` a red target does not stop the line. ``style`` is what a
    landing looks like.
    """

    slots: int = 1
    there: int = 1
    batch: int = LIMIT
    frugal: bool = False
    hours: float = HOURS
    frozen: str = ""
    paused: str = ""
    stopped: str = ""
    emergency: str = ""
    by_forge: bool = False
    rerere: Rerere = Rerere.OFFER
    go_on: bool = False
    has_forge: bool = False
    style: Style = Style.MERGE

    @property
    def brake(self) -> Brake | None:
        """The strongest brake that is on; None if the queue is worked."""
        on = [each for each in reversed(Brake) if self.why(each)]
        return on[0] if on else None

    @property
    def held(self) -> str:
        """Why nothing is begun and nothing moves; empty if it may."""
        return self.emergency or self.paused

    def why(self, brake: Brake) -> str:
        """Return why *brake* is on; empty if it is not."""
        match brake:
            case Brake.FROZEN:
                return self.frozen
            case Brake.PAUSED:
                return self.paused
            case Brake.STOPPED:
                return self.stopped
            case Brake.EMERGENCY:
                return self.emergency


def tuning(town: Town, rig: Rig) -> Tuning:
    """Return what the committed settings of *rig* say.

    Raises:
        SettingsError: they break their schema.
    """
    said = settings.read_committed(town.root, rig.settings_name, _SCHEMA)
    found = said.get(_KEY, {})
    halted = freeze.frozen(town, rig)
    return Tuning(
        slots=found.get("slots", 1),
        there=runners.named(said).slots,
        batch=found.get("batch", LIMIT),
        frugal=found.get("mode") == "frugal",
        hours=float(found.get("hours_per_priority", HOURS)),
        frozen=found.get(Brake.FROZEN, ""),
        paused=found.get(Brake.PAUSED, ""),
        stopped=found.get(Brake.STOPPED, ""),
        emergency=_told(halted) if halted else "",
        by_forge=found.get("land") == "pull-request",
        rerere=Rerere(found.get("rerere", "offer")),
        go_on=found.get("on_red") == "go-on",
        has_forge="forge" in said,
        style=Style(found.get("style", Style.MERGE)),
    )


def _told(halted: Freeze) -> str:
    return f"{halted.place} is frozen: {halted.why or 'an emergency stop'}"


def put_on(town: Town, rig: Rig, brake: Brake, reason: str, who: Actor) -> bool:
    """Hold up the queue of *rig*; say if anything changed.

    Raises:
        RefusedError: no reason is given.
        NotAllowedError: an agent asks.
    """
    why = fit_line(reason)
    if not why:
        raise RefusedError(f"to {_ON[brake]} needs a reason", hint="--reason 'release week'")
    return _change(town, rig, brake, why, f"{_ON[brake]} the queue of {rig.name}", who)


def take_off(town: Town, rig: Rig, brake: Brake, who: Actor) -> bool:
    """Let the queue of *rig* go on; say if anything changed."""
    return _change(town, rig, brake, "", f"{_OFF[brake]} the queue of {rig.name}", who)


def since(town: Town, rig: Rig, brake: Brake) -> tuple[str, str]:
    """Return who put *brake* on, and when: whose commit last wrote that line."""
    if brake is Brake.EMERGENCY:
        halted = freeze.frozen(town, rig)
        return (halted.by, halted.since) if halted else ("", "")
    said = git(
        "log", "-1", "--format=%an%x00%ct", f"-G^ +{brake}:", "--", rig.settings_name,
        cwd=town.root,
    )  # fmt: skip
    who, _, at = said.decode(errors="replace").strip().partition("\0")
    return who, text_of(int(at)) if at else ""


def _change(town: Town, rig: Rig, brake: Brake, why: str, subject: str, who: Actor) -> bool:
    def decide() -> commit.Files:
        present = settings.read(town.root / rig.settings_name, _SCHEMA)
        mine = {key: each for key, each in present.get(_KEY, {}).items() if key != brake}
        mine |= {str(brake): why} if why else {}
        rest = {key: each for key, each in present.items() if key != _KEY}
        content = settings.emit({**rest, _KEY: mine} if mine else rest)
        settings.parse(content, _SCHEMA, rig.settings_name)
        return {rig.settings_name: content}

    return commit.change(town, decide, subject, who)
