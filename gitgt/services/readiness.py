"""What a program without taps is told once it is ready: its mail, as a tap would have done.

What it is to do it was told with its first prompt (``prompt.opening``).
"""

from __future__ import annotations

import contextlib
from typing import Final

from gitgt.errors import GtError
from gitgt.model.actor import Actor
from gitgt.model.address import AUTONOMOUS, Address
from gitgt.services.mail import delivery, nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

_DEACON: Final = "deacon"
_STARTED: Final = "session-started"


def welcome(town: Town, place: Rig | Town, address: str) -> bool:
    """See to the session of *address*, which is ready; tell whether it was told anything.

    Whoever works without a person is told its mail without asking for it. The deacon hears that
    a session began, if there is one. That it does not is nobody's loss: it looks for itself, as
    often as it does anyway.
    """
    told = Address.parse(address).role in AUTONOMOUS and _tell(town, place, address)
    if sessions.is_running(town, _DEACON):
        with contextlib.suppress(GtError):
            word = Word(text=f"{_STARTED}: {address}")
            nudging.nudge(town, [_DEACON], word, address, Actor.agent(address))
    return told


def _tell(town: Town, place: Rig | Town, address: str) -> bool:
    launchers = sessions.sessions_of(place)
    session = launchers.observe(address).session
    waiting = delivery.waiting(town, address, session)
    if not waiting.text:
        return False
    launchers.send(address, waiting.text)
    delivery.delivered(town, address, session, waiting.ids)
    return True
