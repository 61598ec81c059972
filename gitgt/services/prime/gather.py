"""Looks up everything that an agent may be told.

What cannot be looked up is said, and the rest is told all the same; only where nobody can say
what is on the hook, nothing else is said of work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from gitgt.errors import GtError
from gitgt.model.documents import Escalation
from gitgt.model.fence import line
from gitgt.model.prime.facts import OVERSEER, Earlier, Facts, Unsaved, Who
from gitgt.services.deacon import pausing
from gitgt.services.escalation import escalations
from gitgt.services.prime import hooked, told
from gitgt.services.town import Rig, Town

_T = TypeVar("_T")
_TROUBLE = (GtError, OSError, sqlite3.Error, ValueError)


def facts(town: Town, who: Who, *, session: str = "", warnings: tuple[str, ...] = ()) -> Facts:
    """Return all that *who* may be told; *session* is the one that is about to hear it."""
    look = _Look((*warnings, *_resting(town, who)))
    rig = look.at("its rig", None, lambda: town.rig(who.rig) if who.rig else None)
    found = Facts(
        who=who,
        role_text=told.prompt_of(who.role),
        directives=look.at("directives", (), lambda: told.directives(town, rig, who.role)),
        memories=look.at("memories", (), lambda: told.remembered(town, rig, who.role)),
        letters=look.at("mail", (), lambda: hooked.letters(town, who)),
        handoff=look.at("a handoff", "", lambda: hooked.handoff(town, rig, who)),
        escalations=look.at("escalations", (), lambda: _calls(town, who)),
        unsaved=look.at("what was saved", Unsaved(), lambda: hooked.unsaved(town, rig, who)),
    )
    try:
        found = _with_work(town, rig, found, session, look)
    except _TROUBLE as error:
        found = replace(found, unreadable=line(_said(error), 300))
    return replace(found, warnings=tuple(look.wrong))


class _Look:
    """Looks at one thing after the other, and notes what could not be seen."""

    def __init__(self, wrong: tuple[str, ...]) -> None:
        self.wrong = [*wrong]

    def at(self, what: str, otherwise: _T, look: Callable[[], _T]) -> _T:
        """Return what is seen, *otherwise* if it cannot be."""
        try:
            return look()
        except _TROUBLE as error:
            self.wrong.append(f"{what} cannot be told: {line(_said(error), 200)}")
            return otherwise


def _said(error: BaseException) -> str:
    return getattr(error, "message", "") or str(error) or type(error).__name__


def _with_work(town: Town, rig: Rig | None, found: Facts, session: str, look: _Look) -> Facts:
    """Return *found* with what is on the hook.

    Raises:
        GtError: nobody can tell.
    """
    who = found.who
    held = hooked.beads(town, who)
    if not held and (spoiled := hooked.broken(town, rig)):
        look.wrong.append(
            f"{spoiled} documents of the ledger cannot be read, and what is on your hook may be"
            " among them: git gt fsck"
        )
    steps = None
    if who.role != OVERSEER:
        steps = look.at("steps", None, lambda: hooked.steps(town, rig, who, held))
    tried: dict[str, Earlier] = {}
    if rig is not None and who.role == "polecat":
        for bead in held:
            asked = partial(hooked.earlier, town, rig, who, bead, session)
            tried[bead.id] = look.at("attempts", Earlier(), asked)
    return replace(found, beads=held, steps=steps, earlier=tried)


def _resting(town: Town, who: Who) -> tuple[str, ...]:
    """Return what whoever looks after the others must know: that it is to let them be."""
    sign = pausing.paused(town) if who.role == "deacon" else None
    return () if sign is None else (f"{pausing.told(sign)}; make no patrol",)


def _calls(town: Town, who: Who) -> tuple[Escalation, ...]:
    return tuple(escalations.every(town, closed=False)) if who.role == "mayor" else ()
