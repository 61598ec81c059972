"""How work is given out now: what is at work, what waits and why, and which runtimes rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitgt.model.capacity import FOR_ROOM, Cause, Live
from gitgt.model.documents import SlingContext
from gitgt.model.instant import text_of
from gitgt.model.rate_limit import Limited
from gitgt.services.scheduler import dispatching, last_start, places, rate_limits, rules
from gitgt.services.scheduler.rules import Rules
from gitgt.services.town import Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A bead that waits: why, and until when, if time alone changes it."""

    context: SlingContext
    rig: str
    runtime: str
    priority: int
    cause: str
    said: str = ""
    until: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "bead": self.context.source, "rig": self.rig, "title": self.context.title,
            "priority": self.priority, "runtime": self.runtime,
            "queued_at": self.context.queued_at, "failures": self.context.failures,
            "last_failure": self.context.reason, "cause": self.cause, "said": self.said,
            "until": self.until,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How work is given out now.

    ``live`` are the sessions that go on, ``taken`` also what hangs on hooks and has none yet.
    """

    rules: Rules
    paused_by: str
    paused_at: str
    live: tuple[Live, ...]
    taken: tuple[Live, ...]
    rows: tuple[Row, ...]
    limited: Mapping[str, Limited]
    last_dispatch: str

    @property
    def ready(self) -> int:
        """How many wait for a place alone, or go next."""
        return sum(each.cause in ("next", *FOR_ROOM) for each in self.rows)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        said = self.rules
        return {
            "mode": "direct" if said.is_direct else "deferred",
            "max_polecats": said.most,
            "batch_size": said.batch,
            "spawn_delay": said.delay,
            "runtimes": dict(said.runtimes),
            "paused": said.paused,
            "paused_by": self.paused_by,
            "paused_at": self.paused_at,
            "active": len(self.live),
            "taken": len(self.taken),
            "queued_total": len(self.rows),
            "queued_ready": self.ready,
            "last_dispatch": self.last_dispatch,
            "limited": [limited_fields(each) for each in self.limited.values()],
        }


def limited_fields(limited: Limited) -> dict[str, Any]:
    """Return what is known of a runtime at its limit, as plain values."""
    is_known = limited.again_at != float("inf")
    return {
        "runtime": limited.runtime,
        "source": str(limited.source),
        "said": limited.said,
        "since": text_of(limited.at),
        "until": text_of(limited.until) if limited.until else "",
        "tried_again_at": text_of(limited.again_at) if is_known and not limited.until else "",
        "trying": limited.trying,
    }


def rows(town: Town) -> list[Row]:
    """Return what waits, as it stands in line.

    Raises:
        SettingsError: nobody can tell how many places there are.
    """
    line = dispatching.look(town)
    waits = {each.bead: each for each in line.plan.waits}
    found: list[Row] = []
    for entry in dispatching.in_line(line):
        wait = waits.get(entry.context.source)
        over = entry.is_over and "over"
        said = wait.said if wait else ""
        until = text_of(wait.until) if wait and wait.until and wait.cause != Cause.BATCH else ""
        cause = over or (str(wait.cause) if wait else "next")
        told = entry.waiting
        found.append(
            Row(entry.context, entry.rig.name, told.runtime, told.priority, cause, said, until)
        )
    return found


def standing(town: Town) -> Standing:
    """Return how work is given out now; raises as ``rows`` does."""
    said = rules.rules(town)
    by, at = rules.paused_by(town) if said.paused else ("", "")
    last = last_start.read(town)
    return Standing(
        rules=said,
        paused_by=by,
        paused_at=at,
        live=tuple(places.running(town)),
        taken=tuple(places.taken(town)),
        rows=tuple(rows(town)),
        limited=rate_limits.known(town),
        last_dispatch=text_of(last) if last is not None else "",
    )
