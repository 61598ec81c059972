"""Dogs: sent when a plugin's time has come, and looked after until they are done."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from gitgt.errors import AtCapacityError, BusyError, GtError
from gitgt.model.plugin import Plugin
from gitgt.reactor.key import Key, Settled
from gitgt.services.dogs import care, sending
from gitgt.services.plugins import due
from gitgt.services.town import Town

_LOG = logging.getLogger(__name__)
_SOONEST: Final = 1.0


class DogsRole:
    """Looks after the one kennel that a town has."""

    role = "dogs"

    def __init__(self, town: Town) -> None:
        self._town = town
        self._memory = due.Memory(since=town.clock())

    def keys(self) -> Iterable[Key]:
        """Return the only key: all dogs are the town's."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """See how those fare that were sent, and send others.

        Raises:
            BusyError: somebody else is at it.
        """
        wait = care.look(self._town)
        found = due.look(self._town, self._memory)
        sent = [self._send(each) for each in found.due]
        if any(sent):
            wait = _sooner(wait, care.look(self._town))
        if found.next_at is not None:
            wait = _sooner(wait, found.next_at - self._town.clock())
        return Settled(again_in=None if wait is None else max(wait, _SOONEST))

    def _send(self, plugin: Plugin) -> bool:
        try:
            return sending.send(self._town, plugin).fresh
        except AtCapacityError:
            return False  # the end of any run wakes us
        except BusyError:
            raise
        except GtError as error:  # noted as the result of its run
            said = {"plugin": plugin.name, "why": error.message}
            _LOG.warning("a dog could not be sent", extra=said)
            return False


def _sooner(one: float | None, other: float | None) -> float | None:
    found = [each for each in (one, other) if each is not None]
    return min(found, default=None)
