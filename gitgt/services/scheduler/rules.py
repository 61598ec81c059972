"""How work is given out in a town: its settings, and whether they let it go at once.

They are read where they are asked for. Settings that are spoiled let nobody pass: a limit that
cannot be read is no limit that may be ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from gitgt.errors import RefusedError
from gitgt.git.command import git
from gitgt.model.actor import Actor
from gitgt.model.capacity import Limits
from gitgt.model.instant import text_of
from gitgt.model.wording import fit_line
from gitgt.services import commit, settings
from gitgt.services.sessions import sessions
from gitgt.services.town import Town
from gitgt.values import dataclass

NAME: Final = "settings/config.yaml"
_SCHEMA: Final = "settings"
_KEY: Final = "scheduler"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the town's settings say of giving out work; ``paused`` is why none is."""

    most: int = -1
    batch: int = 1
    delay: float = 0.0
    runtimes: Mapping[str, int] = field(default_factory=dict)
    paused: str = ""

    @property
    def is_direct(self) -> bool:
        """Tell whether what is slung goes on a hook at once."""
        return self.most < 1


def rules(town: Town) -> Rules:
    """Return the rules of *town*.

    Raises:
        SettingsError: its settings break their schema.
    """
    found = settings.read(town.root / NAME, _SCHEMA).get(_KEY, {})
    return Rules(
        most=found.get("max_polecats", -1),
        batch=found.get("batch_size", 1),
        delay=float(found.get("spawn_delay", 0.0)),
        runtimes=found.get("runtimes", {}),
        paused=found.get("paused", ""),
    )


def direct(town: Town) -> bool:
    """Tell whether what is slung goes on a hook at once; raises as ``rules`` does."""
    return rules(town).is_direct


def limits(town: Town, said: Rules) -> Limits:
    """Return how many may live at once, those of each rig among it."""
    return Limits(
        town=said.most,
        rigs={rig.name: sessions.limit(rig, town) for rig in town.rigs_here().values()},
        runtimes=said.runtimes,
        batch=said.batch,
        delay=said.delay,
    )


def pause(town: Town, reason: str, who: Actor) -> bool:
    """Give out nothing any more; say if anything changed.

    Raises:
        RefusedError: no reason is given.
        NotAllowedError: an agent asks.
    """
    why = fit_line(reason)
    if not why:
        raise RefusedError("to pause needs a reason", hint="--reason 'the office is closed'")
    return _change(town, {"paused": why}, "pause the scheduler", who)


def resume(town: Town, who: Actor) -> bool:
    """Give out work again; say if anything changed."""
    return _change(town, {"paused": None}, "resume the scheduler", who)


def paused_by(town: Town) -> tuple[str, str]:
    """Return who paused, and when: whose commit last wrote that line."""
    said = git(
        "log", "-1", "--format=%an%x00%ct", "-G^ +paused:", "--", NAME, cwd=town.root
    )  # fmt: skip
    who, _, at = said.decode(errors="replace").strip().partition("\0")
    return who, text_of(int(at)) if at else ""


def _change(town: Town, amend: Mapping[str, Any], subject: str, who: Actor) -> bool:
    def decide() -> commit.Files:
        present = settings.read(town.root / NAME, _SCHEMA)
        mine = {**present.get(_KEY, {}), **amend}
        mine = {key: each for key, each in mine.items() if each is not None}
        rest = {key: each for key, each in present.items() if key != _KEY}
        content = settings.emit({**rest, _KEY: mine} if mine else rest)
        settings.parse(content, _SCHEMA, NAME)
        return {NAME: content}

    return commit.change(town, decide, subject, who)
