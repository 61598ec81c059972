"""Which plugins are to run now, and when the next one will be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Final

from gitgt.errors import GtError
from gitgt.ledger.transact import Ledger
from gitgt.model.event import Event
from gitgt.model.plugin import GateKind, Plugin
from gitgt.model.plugin_due import Due, Later, Past, judge
from gitgt.services import freeze, rig_state
from gitgt.services.plugins import library, runs
from gitgt.services.plugins.runs import Result, Run
from gitgt.services.plugins.trying import holds
from gitgt.services.town import Town
from gitgt.values import dataclass

# So many commits back an event is looked for, if it is not known from where on.
_MOST: Final = 1000


@dataclass
class Memory:
    """What the caller keeps between two looks; to lose it costs some waiting."""

    since: float
    asked: dict[tuple[str, str], float] = field(default_factory=dict)
    heard: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """The plugins whose time it is, and when the next one's will be."""

    due: tuple[Plugin, ...] = ()
    next_at: float | None = None


def look(town: Town, memory: Memory) -> Look:
    """Return what is due now; conditions that have rested are asked."""
    shelf = library.shelf(town)
    wanted = [each for each in shelf.plugins if each.gate.kind is not GateKind.MANUAL]
    if not wanted:
        return Look()
    past = runs.every(town)
    due: list[Plugin] = []
    later: list[float] = []
    for each in wanted:
        if _is_off(town, each):
            continue
        found = judged(town, each, past, memory)
        if isinstance(found, Due) and found.check and not _tried(town, each, found, memory):
            found = judged(town, each, past, memory)
        if isinstance(found, Due):
            due.append(each)
        elif found.at is not None:
            later.append(found.at)
    return Look(tuple(due), min(later, default=None))


def _tried(town: Town, plugin: Plugin, due: Due, memory: Memory) -> bool:
    """Ask the condition of a plugin; it rests then."""
    memory.asked[plugin.name, plugin.rig] = town.clock()
    return holds(town, plugin, due.check)


def judged(town: Town, plugin: Plugin, past: Iterable[Run], memory: Memory) -> Due | Later:
    """Return whether it is time for *plugin*."""
    key = (plugin.name, plugin.rig)
    own = [e for e in past if (e.plugin, e.rig) == key and e.result is not Result.SKIPPED]
    last = own[0] if own else None
    happened = plugin.gate.kind is GateKind.EVENT and _happened(town, plugin, last, memory)
    known = Past(
        since=memory.since,
        last=last.began if last else None,
        running=any(each.result is Result.RUNNING for each in own),
        asked=memory.asked.get(key),
        happened=happened,
    )
    return judge(plugin, known, now=town.clock())


def _is_off(town: Town, plugin: Plugin) -> bool:
    try:
        rig = library.place(town, plugin)
        is_off = rig is not None and rig_state.is_off(town, rig)
        return is_off or freeze.frozen(town, rig) is not None
    except GtError:
        return True  # its rig is not here


def _happened(town: Town, plugin: Plugin, last: Run | None, memory: Memory) -> bool:
    """Tell whether the event of *plugin* came since its last run, or since we look."""
    key, run = (plugin.name, plugin.rig), last.id if last else ""
    ledger = town.ledger_at(library.place(town, plugin))
    head = ledger.repository.ref(ledger.ref) or ""
    about, since = memory.heard.get(key, ("", ""))
    if about != run or not since:
        since = last.head if last else head
    came = (
        since != head
        and ledger.repository.has(since)
        and plugin.gate.on in _events(ledger, since, head)
    )
    # What came is to be heard again until a run has begun for it.
    memory.heard[key] = run, since if came else head
    return came


def _events(ledger: Ledger, since: str, head: str) -> set[str]:
    repository = ledger.repository
    commits = repository.between(since, head)[-_MOST:]
    return {Event.parse(repository.message_of(each)).name for each in commits}
