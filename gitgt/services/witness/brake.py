"""How patient the witness of a rig is, and whether a person has stopped it.

What they say is a commit in the town, with who and why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.git.command import git
from gitgt.model import when
from gitgt.model.actor import Actor
from gitgt.model.dispatch import ROUNDS
from gitgt.model.health.facts import USUAL, Patience
from gitgt.model.instant import text_of
from gitgt.model.wording import fit_line
from gitgt.services import commit, settings
from gitgt.services.town import Rig, Town

_KEY: Final = "witness"
_STOPPED: Final = "stopped"
_SPANS: Final = ("hung", "ralph", "startup", "done", "nudge")


def patience(town: Town, rig: Rig) -> Patience:
    """Return how long the witness of *rig* waits.

    Raises:
        SettingsError: the settings break their schema.
    """
    said = _said(town, rig)
    given = {str(name): when.span(said[name]) for name in _SPANS if name in said}
    known = {name: seconds for name, seconds in given.items() if seconds}
    still = min(known.get("startup", USUAL.still), USUAL.still)
    return replace(USUAL, **{**known, "still": still})


def rounds(town: Town, rig: Rig) -> int:
    """Return how many sessions a ralph loop of *rig* has, if its bead does not say."""
    return int(_said(town, rig).get("rounds", ROUNDS))


def why_stopped(rig: Rig) -> str:
    """Return why a person stopped the witness of *rig*; empty if nobody did."""
    own = settings.read(rig.path / "settings/config.yaml", "rig").get(_KEY, {})
    return str(own.get(_STOPPED, ""))


def stop(town: Town, rig: Rig, reason: str, who: Actor) -> bool:
    """Let the witness of *rig* nudge, restart and end nobody; say if anything changed.

    Raises:
        RefusedError: no reason is given.
        NotAllowedError: an agent asks.
    """
    if not (why := fit_line(reason)):
        raise RefusedError("to stop it needs a reason", hint="--reason 'I look myself'")
    return _change(town, rig, why, who)


def start(town: Town, rig: Rig, who: Actor) -> bool:
    """Let the witness of *rig* go on; say if anything changed."""
    return _change(town, rig, "", who)


def since(town: Town, rig: Rig) -> tuple[str, str]:
    """Return who stopped the witness, and when: whose commit last wrote that line."""
    said = git(
        "log", "-1", "--format=%an%x00%ct", f"-G^ +{_STOPPED}:", "--", rig.settings_name,
        cwd=town.root,
    )  # fmt: skip
    who, _, at = said.decode(errors="replace").strip().partition("\0")
    return who, text_of(int(at)) if at else ""


def _said(town: Town, rig: Rig) -> dict[str, Any]:
    of_all = settings.read(town.root / "settings/config.yaml", "settings").get(_KEY, {})
    own = settings.read(rig.path / "settings/config.yaml", "rig").get(_KEY, {})
    return {**of_all, **own}


def _change(town: Town, rig: Rig, why: str, who: Actor) -> bool:
    def decide() -> commit.Files:
        present = settings.read(town.root / rig.settings_name, "rig")
        mine = {key: each for key, each in present.get(_KEY, {}).items() if key != _STOPPED}
        mine |= {_STOPPED: why} if why else {}
        rest = {key: each for key, each in present.items() if key != _KEY}
        content = settings.emit({**rest, _KEY: mine} if mine else rest)
        settings.parse(content, "rig", rig.settings_name)
        return {rig.settings_name: content}

    said = f"{'stop' if why else 'start'} the witness of {rig.name}"
    return commit.change(town, decide, said, who)
