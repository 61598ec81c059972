"""The town as lines: rigs, agents and what they hold, the queue, convoys, calls for help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gitgt.cli import mq, output
from gitgt.cli.convoy import look as convoy
from gitgt.cli.escalate import see
from gitgt.services.agents.agents import AgentState
from gitgt.services.radar import radar_held
from gitgt.services.status import RigView, TownView

_COLORS = {
    AgentState.WORKING: "green",
    AgentState.ENDING: "yellow",
    AgentState.STOPPED: "red",
    AgentState.SPAWNING: "yellow",
    AgentState.IDLE: "dim",
    AgentState.PERSON: "cyan",
    AgentState.HERE: "green",
    AgentState.AWAY: "dim",
    AgentState.UNKNOWN: "dim",
}


def lines(seen: TownView, *, watcher: int | None) -> Iterator[str]:
    """Yield the overview of a town; *watcher* is the process that watches, if one does."""
    alive = f"watched by process {watcher}" if watcher else "nobody watches: git gt up"
    yield f"{output.paint(seen.root, 'bold')}  {alive}"
    yield from _parts(seen)


def lines_then(seen: TownView) -> Iterator[str]:
    """Yield the overview of a town as it stood."""
    yield f"{output.paint(seen.root, 'bold')}  who watched, sessions, gates at work: unknown"
    yield from _parts(seen)


def _parts(seen: TownView) -> Iterator[str]:
    if seen.unjailed:
        yield f"agents run without a jail: {output.one_line(seen.unjailed)}"
    yield from (output.paint(output.one_line(each), "red") for each in seen.standstill)
    if seen.paused:
        yield output.one_line(seen.paused)
    for rig in seen.rigs:
        yield from _rig(rig)
    for absent, way_back in seen.absent:
        what = "its ledger is lost" if absent.is_here else "not here"
        yield ""
        yield f"{output.paint(absent.name, 'bold')}  {what}: {way_back}"
    yield from _part("convoys", output.columns(convoy.rows(seen.convoys)))
    yield from _part("escalations", output.columns(see.rows(seen.escalations)))
    yield from _part("not delivered", map(output.one_line, seen.undelivered))


def _rig(seen: RigView) -> Iterator[str]:
    counts = ", ".join(f"{count} {status}" for status, count in sorted(seen.beads.items()))
    yield ""
    yield f"{output.paint(seen.rig.name, 'bold')}  {seen.rig.branch} {seen.head[:12]}"
    if seen.stands.is_off:
        yield f"  {output.one_line(seen.stands.told)}"
    yield f"  beads: {counts or 'none'}; {seen.ready} ready"
    yield f"  gates: {_gates(seen)}"
    yield from output.columns(
        (f"  {each.agent.address}", _state(each.state), each.holds or "-")
        for each in seen.agents
    )
    yield from (f"  {line}" for line in output.columns(mq.rows(seen.queue)))
    yield from (f"  {mq.testing(each)}" for each in seen.testing)
    yield from (f"  {each.bead} {radar_held.told(each)}" for each in seen.held)


def _gates(seen: RigView) -> str:
    if seen.trouble:
        return f"{output.paint('unknown', 'red')}: {output.one_line(seen.trouble)}"
    if seen.gates:
        return ", ".join(_gate(seen, each) for each in seen.gates)
    return (
        "waived"
        if seen.waived
        else f"none: nothing lands before git gt gate add {seen.rig.name}"
    )


def _gate(seen: RigView, name: str) -> str:
    aside = ["in quarantine"] if name in seen.quarantined else []
    if flakes := seen.flaky.get(name):
        aside.append(output.paint(f"flaky: {flakes.share:.1%} of {flakes.runs} runs", "yellow"))
    return f"{name} ({', '.join(aside)})" if aside else name


def _state(state: AgentState) -> str:
    return output.paint(state, _COLORS[state])


def _part(name: str, rows: Iterable[str]) -> Iterator[str]:
    found: Sequence[str] = list(rows)
    if found:
        yield ""
        yield output.paint(name, "bold")
        yield from (f"  {row}" for row in found)
