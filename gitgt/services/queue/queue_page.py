"""The report on a queue as a page that stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gitgt.model.instant import text_of
from gitgt.model.queue.queue_report import QueueReport, Spread, bins
from gitgt.model.when import lasts
from gitgt.services.plots import Plot, bars, over_time
from gitgt.services.report import Report, Table


def write(found: Sequence[QueueReport], path: Path) -> Path:
    """Write a page on these queues to *path*.

    Raises:
        OSError: that is not possible.
    """
    several = len(found) > 1
    first, *_ = found
    span = f"From {_minute(first.since)} to {_minute(first.until)} UTC."
    return Report(
        title=f"The queue of {', '.join(each.rig for each in found)}",
        summary=span,
        facts=[
            (f"{each.rig}: {name}" if several else name, value)
            for each in found
            for name, value in facts(each)
        ],
        parts=[
            part for each in found for part in _parts(each, f"{each.rig}: " if several else "")
        ],
    ).write(path)


def facts(found: QueueReport) -> Iterator[tuple[str, str]]:
    """Yield what a queue came to, as names and values."""
    red = sum(each.failed for each in found.gates)
    flakes = sum(each.flakes for each in found.gates)
    conflicts = sum(each.status == "conflict" for each in found.backs)
    yield "landed", str(len(found.landed))
    yield "came back", f"{len(found.backs)}, {conflicts} of them for a conflict"
    yield "runs of gates", f"{len(found.runs)}, {red} of them red, {flakes} flaky"
    yield "runs for each landed", f"{found.runs_for_each:.2f}" if found.landed else "-"
    yield "time in the queue", spread(found.queued)
    yield "time of gates", spread(found.took)


def spread(found: Spread) -> str:
    """Return how values are spread, in words."""
    if not found.count:
        return "-"
    half, most, longest = map(lasts, (found.half, found.most, found.max))
    return f"half within {half}, nine of ten within {most}, all within {longest}"


def waits(found: QueueReport) -> list[tuple[str, int]]:
    """Return how many of those that landed had waited how long."""
    seconds = (each.cost.queued for each in found.landed)
    return [(each.name, each.count) for each in bins(seconds)]


def _parts(found: QueueReport, before: str) -> Iterator[Table | Plot]:
    queued = [(each.at, each.cost.queued) for each in found.landed]
    gates = [(each.at, each.cost.seconds) for each in found.landed]
    days = [(each.day[5:], each.landed) for each in found.days]
    yield bars(f"{before}Landed, day by day", days, f"{len(found.landed)} in all")
    yield over_time(f"{before}Time in the queue", queued, found.queued.half)
    yield bars(f"{before}How long they waited", waits(found), spread(found.queued))
    yield over_time(f"{before}Time of gates for each", gates, found.took.half)
    yield Table(f"{before}Gates", GATES, list(gate_rows(found)))
    yield Table(f"{before}Came back", BACKS, list(back_rows(found)))
    yield Table(f"{before}Landed", LANDED, list(landed_rows(found)))


GATES = ("gate", "runs", "red", "flaky", "half within", "90 % within", "all within", "in all")
BACKS = ("when", "request", "title", "why")
LANDED = ("when", "request", "title", "in the queue", "runs", "its share", "tries")


def gate_rows(found: QueueReport) -> Iterator[tuple[str, ...]]:
    """Yield a line for each gate."""
    for each in found.gates:
        took = each.seconds
        yield (
            each.gate, str(each.passed + each.failed), str(each.failed), str(each.flakes),
            *map(lasts, (took.half, took.most, took.max, each.total)),
        )  # fmt: skip


def back_rows(found: QueueReport) -> Iterator[tuple[str, ...]]:
    """Yield a line for each time that a request came back, the latest first."""
    for each in reversed(found.backs):
        why = each.reason or each.status
        yield (_minute(each.at), each.request, each.title, why)


def landed_rows(found: QueueReport) -> Iterator[tuple[str, ...]]:
    """Yield a line for each request that landed, the latest first."""
    for each in reversed(found.landed):
        cost = each.cost
        yield (
            _minute(each.at), each.request, each.title, lasts(cost.queued), str(cost.runs),
            lasts(cost.seconds), str(cost.revisions),
        )  # fmt: skip


def _minute(at: float) -> str:
    return text_of(at)[:16].replace("T", " ")
