"""What happens when a session goes on past a cap: it is told, or stopped, and a person called.

A stopped session's sandbox stays as it is, saved before; what it worked on is given back by
whoever would start it again.
"""

from __future__ import annotations

from typing import Final

from gitgt.model.actor import Actor
from gitgt.model.budget import Then
from gitgt.model.dispatch import SessionState
from gitgt.model.documents import Severity
from gitgt.services import submit
from gitgt.services.agents import wip
from gitgt.services.costs.budgets import Purse, Reached
from gitgt.services.mail import nudges
from gitgt.services.sessions import sessions
from gitgt.services.sessions.sessions import Seen
from gitgt.services.town import Rig, Town

WHO: Final = Actor.role("bookkeeper")
_TOLD: Final = "past-cap"
Place = Rig | Town


def hold(town: Town, place: Place) -> None:
    """See to the sessions of *place* that go on past a cap."""
    rig = place if isinstance(place, Rig) else None
    purse = Purse(town, rig)
    if not purse.is_capped:
        return
    for address, seen in sessions.look_all(place).items():
        if seen.state is not SessionState.RUNNING:
            continue
        reached = purse.reached(seen.bead)
        if reached is not None:
            _hold(town, place, address, seen, reached)


def call(town: Town, rig: Rig | None, reached: Reached) -> None:
    """Call for a person's judgement, once for each cap."""
    about = f"budget/{reached.what}"
    title = f"the budget of {reached.what} is reached"
    submit.escalate(
        town, rig, WHO, severity=Severity.HIGH, title=title, about=about,
        description=f"{reached.said}; no further session begins for it.\n",
    )  # fmt: skip


def _hold(town: Town, place: Place, address: str, seen: Seen, reached: Reached) -> None:
    mark = sessions.folder_of(place, address, seen.session) / _TOLD
    rig = place if isinstance(place, Rig) else None
    if mark.exists() and reached.then is Then.TELL:
        return
    call(town, rig, reached)
    if reached.then is Then.STOP:
        if rig is not None:
            wip.save(town, rig, address)
        sessions.sessions_of(place).stop(address)
    else:
        text = f"{reached}. Hand in what is ready, and say what is missing."
        nudges.queue(town, address, WHO.address, text, urgent=False, after=0.0)
    mark.touch()
