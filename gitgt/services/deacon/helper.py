"""A model that helps the deacon, where somebody wants one: nothing waits for it."""

from __future__ import annotations

from typing import Final

from gitgt.model.actor import Actor
from gitgt.services.agents import attended
from gitgt.services.agents.attended import Begun, Wish
from gitgt.services.agents.post import Post
from gitgt.services.mail import nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.town import Town

DEACON: Final = "deacon"
_TRIAGE: Final = (
    "Boot asks: the watcher stands like this: {seen}. Look at git gt boot status, git gt deacon"
    " status and git gt status, and say by git gt escalate or by mail to the mayor what you"
    " make of it. Nobody waits for you, and nothing is done on your word alone."
)


def deacon(town: Town) -> Post:
    """Return the deacon's place, in which a session may be begun."""
    return Post(town, DEACON, DEACON, town.root / DEACON)


def ask(town: Town, who: Actor, *, seen: str, agent: str = "") -> Begun:
    """Let a model look at what was *seen* of the watcher; do not wait for it.

    Raises:
        GtError: its session cannot be had, and why.
    """
    begun = attended.start(town, deacon(town), who, Wish(agent=agent))
    nudging.nudge(town, [DEACON], Word(text=_TRIAGE.format(seen=seen)), who.address, who)
    return begun
