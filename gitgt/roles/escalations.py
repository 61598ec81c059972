"""Escalations: carries what nobody has taken to whoever is next, and makes it louder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from typing import Final

from gitgt.model.escalation.plan import Deliver, ReEscalate
from gitgt.reactor.key import Key, Settled
from gitgt.services.escalation import courier, looking, sending, stale
from gitgt.services.town import Town

_SOONEST: Final = 1.0
# So long a courier is let be, and so soon one that failed is not sent out again.
_PATIENCE: Final = 30.0
Start = Callable[[Town], "subprocess.Popen[bytes]"]


class EscalationsRole:
    """Looks at all ledgers together: what is open is little, and the routes are the town's."""

    role = "escalations"

    def __init__(self, town: Town, start: Start = courier.start) -> None:
        self._town = town
        self._start = start
        self._courier: subprocess.Popen[bytes] | None = None
        self._sent_out = 0.0

    def keys(self) -> Iterable[Key]:
        """Return the one key."""
        return [Key(self.role, "hq")]

    def reconcile(self, key: Key) -> Settled:  # noqa: ARG002 - there is one
        """Make louder what nobody took, write the town's mail, send out who sends the rest."""
        known = looking.known(self._town)
        raised = [
            stale.raise_it(self._town, act, known.settings)
            for act in known.plan(self._town.clock()).acts
            if isinstance(act, ReEscalate)
        ]
        if any(raised):
            known = looking.known(self._town)
        plan = known.plan(self._town.clock())
        goes_out = False
        for act in plan.acts:
            if isinstance(act, Deliver) and act.channel.kind in sending.LOCAL:
                sending.attempt(self._town, act, known.settings)
            elif isinstance(act, Deliver):
                goes_out = True
        waits = [self._send_out()] if goes_out else []
        if self._is_out():
            waits.append(_PATIENCE)
        if plan.next_at is not None:
            waits.append(max(plan.next_at - self._town.clock(), _SOONEST))
        return Settled(again_in=min(waits, default=None))

    def _is_out(self) -> bool:
        return self._courier is not None and self._courier.poll() is None

    def _send_out(self) -> float:
        """Start a courier, unless one is out or has just failed; return when to look again."""
        now = self._town.clock()
        failed = self._courier is not None and self._courier.poll() not in (None, 0)
        is_soon = 0 <= now - self._sent_out < _PATIENCE
        if not self._is_out() and not (failed and is_soon):
            self._courier, self._sent_out = self._start(self._town), now
        return _PATIENCE
