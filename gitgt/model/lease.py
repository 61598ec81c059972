"""Leases: leave to be the one who does something, for a while and with a number.

Each taking has a higher number than the last, also after it was given back: so whoever lost a
lease without noticing is told from whoever has it now. Whose process is surely gone holds
nothing; of all others only the time that they asked for is believed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Self

from gitgt.values import dataclass

# Two machines' clocks differ; so much later than it says another's lease is over.
SKEW: Final = 30.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: as whom it acts, on which machine, its pid and when it started."""

    who: str
    host: str
    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may act, until when, and which taking it is; without a holder it is free."""

    number: int
    holder: Holder | None = None
    until: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        whose = self.holder
        if whose is None:
            return {"number": self.number}
        return {
            "number": self.number, "who": whose.who, "host": whose.host, "pid": whose.pid,
            "started": whose.started, "until": self.until,
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
        return cls(number, holder, float(fields["until"]))


def is_free(lease: Lease | None, host: str, *, now: float, is_gone: bool) -> bool:
    """Tell whether somebody on *host* may take it; *is_gone*: its holder surely is."""
    if lease is None or lease.holder is None or is_gone:
        return True
    patience = 0.0 if lease.holder.host == host else SKEW
    return lease.until + patience <= now


def taken(
    old: Lease | None, me: Holder, *, now: float, lasts: float, is_gone: bool
) -> Lease | None:
    """Return the lease as *me* takes it for so many seconds; None if somebody has it."""
    if not is_free(old, me.host, now=now, is_gone=is_gone):
        return None
    return Lease(1 if old is None else old.number + 1, me, now + lasts)


def renewed(now_held: Lease | None, mine: Lease, *, now: float, lasts: float) -> Lease | None:
    """Return *mine* for longer; None if it is mine no more."""
    return replace(mine, until=now + lasts) if is_mine(now_held, mine) else None


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
