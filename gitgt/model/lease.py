"""Leases: leave to be the one who does something, for a while and with a number.

Each taking has a higher number than the last, also after it was given back: so whoever lost a
lease without noticing is told from whoever has it now. Whose process is surely gone holds
nothing; of all others only the time that they asked for is believed.

The number decides, and no clock does: when a lease is over says only when another may try. So
a clock that is wrong costs somebody a turn, and lets nobody act whose turn it is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Self

from gitgt.model.instant import text_of
from gitgt.values import dataclass

# Two machines' clocks differ; so much later than it says another's lease is over.
SKEW: Final = 30.0
# No instant from the year 10000 on can be written down.
_END_OF_TIME: Final = 253402300800.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: as whom it acts, on which machine, its pid and when it started."""

    who: str
    host: str
    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may act, until when, and which taking it is; without a holder it is free.

    ``beats`` counts how often it was renewed: so no renewal says the same as the last.
    """

    number: int
    holder: Holder | None = None
    until: float = 0.0
    beats: int = 0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        whose = self.holder
        if whose is None:
            return {"number": self.number}
        beats = {"beats": self.beats} if self.beats else {}
        return {
            "number": self.number, "who": whose.who, "host": whose.host, "pid": whose.pid,
            "started": whose.started, "until": self.until, **beats,
        }  # fmt: skip

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """Read what ``fields`` wrote.

        Raises:
            KeyError: it is nothing of ours, and so are the two below.
            TypeError: a value is of another kind.
            ValueError: a number is none.
        """
        number = int(fields["number"])
        if "who" not in fields:
            return cls(number)
        holder = Holder(
            str(fields["who"]), str(fields["host"]), int(fields["pid"]), str(fields["started"])
        )
        until = float(fields["until"])
        if not 0 <= until < _END_OF_TIME:
            raise ValueError(f"{until} is no instant")
        return cls(number, holder, until, int(fields.get("beats", 0)))


def free_in(
    lease: Lease | None, host: str, *,
    now: float, lasts: float, is_gone: bool, still_for: float = 0.0,
) -> float:  # fmt: skip
    """Return in how many seconds somebody on *host* may take it, who asks for *lasts* of them.

    *is_gone*: its holder surely is. *still_for*: so long, by our own clock, it was seen not to
    be renewed; so a holder whose clock was far ahead does not keep it for ever.
    """
    if lease is None or lease.holder is None or is_gone:
        return 0.0
    patience = 0.0 if lease.holder.host == host else SKEW
    return max(0.0, min(lease.until + patience - now, lasts + SKEW - still_for))


def taken(
    old: Lease | None, me: Holder, *,
    now: float, lasts: float, is_gone: bool, still_for: float = 0.0,
) -> Lease | None:  # fmt: skip
    """Return the lease as *me* takes it for so many seconds; None if somebody has it."""
    wait = free_in(
        old, me.host, now=now, lasts=lasts, is_gone=is_gone, still_for=still_for
    )  # fmt: skip
    return None if wait else Lease(1 if old is None else old.number + 1, me, now + lasts)


def renewed(now_held: Lease | None, mine: Lease, *, now: float, lasts: float) -> Lease | None:
    """Return *mine* for longer; None if it is mine no more."""
    if now_held is None or not is_mine(now_held, mine):
        return None
    return replace(now_held, until=now + lasts, beats=now_held.beats + 1)


def released(now_held: Lease | None, mine: Lease) -> Lease | None:
    """Return the lease as it is given back; None if it is mine no more."""
    return Lease(mine.number) if is_mine(now_held, mine) else None


def is_mine(now_held: Lease | None, mine: Lease) -> bool:
    """Tell whether it is still the taking that *mine* was."""
    return (
        now_held is not None
        and now_held.number == mine.number
        and now_held.holder == mine.holder
    )


def told(lease: Lease | None, what: str) -> str:
    """Return in a line who has *what*."""
    if lease is None or lease.holder is None:
        return f"nobody has {what}"
    host = lease.holder.host.partition(" ")[0]  # without the number of its room of processes
    until = text_of(lease.until)
    return f"{lease.holder.who} on {host} has {what} until {until}, number {lease.number}"
