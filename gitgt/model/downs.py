"""What was running when a town was told to go down, and who is to be begun again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """A town that was told to go down: since when, by whom, and who sat there.

    ``sat`` says by address which session that was. Once it is ``over``, others may begin by
    themselves again; who is still in ``sat`` could not be begun so far.
    """

    since: str = ""
    by: str = ""
    sat: Mapping[str, str]
    over: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"since": self.since, "by": self.by, "sat": dict(self.sat), "over": self.over}


def parse(found: object) -> Down | None:
    """Return what a file says; None if it says nothing."""
    if not isinstance(found, dict) or not isinstance(found.get("sat"), dict):
        return None
    sat = {str(address): str(session) for address, session in found["sat"].items()}
    since, by = str(found.get("since", "")), str(found.get("by", ""))
    return Down(since=since, by=by, sat=sat, over=found.get("over") is True)


def noted(before: Down | None, fresh: Down) -> Down:
    """Return *fresh* with those that an earlier down noted, and nobody has begun since.

    Who says it twice, or comes again after having been killed, loses nobody.
    """
    if before is None:
        return fresh
    both = {**before.sat, **fresh.sat}
    return (
        before
        if before == replace(fresh, since=before.since, by=before.by, sat=both)
        else (replace(fresh, sat=both))
    )


def to_begin(
    down: Down | None, *, last: Mapping[str, str], running: Collection[str]
) -> list[str]:
    """Return who is to be begun again, given everybody's *last* session, and who is *running*.

    Not whoever somebody began, and ended, in the meantime.
    """
    sat = {} if down is None else down.sat
    return sorted(
        address
        for address, session in sat.items()
        if address not in running and last.get(address) == session
    )


def without(down: Down | None, gone: Collection[str]) -> Down | None:
    """Return *down* as it is over, less those who need not be begun any more."""
    if down is None:
        return None
    sat = {address: each for address, each in down.sat.items() if address not in gone}
    return replace(down, sat=sat, over=True)
