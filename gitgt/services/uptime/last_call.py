"""Before the town shuts down: agents hear of it, and may end their turns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from gitgt.model.actor import Actor
from gitgt.runtime import progress
from gitgt.runtime.progress import Turn
from gitgt.services import freeze
from gitgt.services.mail import nudging
from gitgt.services.mail.nudging import Word
from gitgt.services.sessions import sessions
from gitgt.services.town import Town
from gitgt.services.uptime import going_down

_WORDS: Final = (
    "The town shuts down in a moment. Commit what you have, leave a note of how far you are"
    " (git gt checkpoint write), and end your turn."
)
_AT_IT: Final = (Turn.BUSY, Turn.COMPACTING)
_LOOK_EVERY: Final = 0.2


def wait(town: Town, who: Actor, *, patience: float) -> list[str]:
    """Tell all who are at a turn, and wait so long for them to end it; return who has not."""
    busy = list(_busy(town))
    nudging.nudge(town, busy, Word(text=_WORDS, urgent=True), who.address, who)
    until = time.monotonic() + patience
    while busy and time.monotonic() < until:
        time.sleep(_LOOK_EVERY)
        busy = list(_busy(town))
    return busy


def _busy(town: Town) -> Iterator[str]:
    """Yield who is at a turn; whoever is frozen never ends one."""
    for place in going_down.places(town):
        if freeze.frozen(town, None if isinstance(place, Town) else place):
            continue
        for address, seen in sessions.look_all(place).items():
            folder = sessions.folder_of(place, address, seen.session)
            if seen.run.is_running and progress.read(folder).turn in _AT_IT:
                yield address
