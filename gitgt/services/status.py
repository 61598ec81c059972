"""The town at one glance: pure data, for whatever face shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from gitgt.errors import NotFoundError, SettingsError
from gitgt.model.documents import Escalation, MergeRequest
from gitgt.model.flaky import Flakes
from gitgt.model.gate import Gate
from gitgt.services import freeze, reading, rig_state, uptime
from gitgt.services.agents import agents
from gitgt.services.agents.agents import Seen
from gitgt.services.convoy import convoys
from gitgt.services.convoy.convoys import Progress
from gitgt.services.deacon import pausing
from gitgt.services.escalation import escalations, looking
from gitgt.services.gates import gate, gate_history
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.run_folder import AtWork
from gitgt.services.jail import choice as jail_choice
from gitgt.services.queue import queue_view
from gitgt.services.radar import radar_held
from gitgt.services.radar.radar_held import Held
from gitgt.services.rig_state import Kind, RigStanding
from gitgt.services.then import Then
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class RigView:
    """A rig: where its target stands, its beads by status, who works on what, what waits.

    ``gates`` are the names of what must pass; ``waived`` says that none need to; ``trouble``
    is why nobody knows. ``flaky`` are those of them that were wrong too often lately.
    ``stands`` says whether it is parked or docked.
    """

    rig: Rig
    head: str
    beads: dict[str, int]
    ready: int
    gates: tuple[str, ...]
    waived: bool
    agents: tuple[Seen, ...]
    queue: tuple[MergeRequest, ...]
    testing: tuple[AtWork, ...] = ()
    held: tuple[Held, ...] = ()
    trouble: str = ""
    stands: RigStanding = field(default_factory=RigStanding)
    flaky: Mapping[str, Flakes] = field(default_factory=dict)
    quarantined: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.rig.name,
            "prefix": self.rig.prefix,
            "branch": self.rig.branch,
            "head": self.head,
            "beads": self.beads,
            "ready": self.ready,
            "gates": list(self.gates),
            "trouble": self.trouble,
            "standing": self.stands.fields(),
            "waived": self.waived,
            "agents": [each.fields() for each in self.agents],
            "queue": [each.fields() for each in self.queue],
            "testing": [each.fields() for each in self.testing],
            "held": [each.fields() for each in self.held],
            "flaky": [{"gate": name, **each.fields()} for name, each in self.flaky.items()],
            "quarantined": list(self.quarantined),
        }


@dataclass(frozen=True, slots=True)
class TownView:
    """A town: its rigs, its convoys that are under way, and what needs a person.

    ``absent`` are the rigs that it knows, but whose repositories or ledgers are not there,
    each with the way to get them back. ``unjailed`` is why agents run without a jail,
    ``standstill`` why nobody is begun: what is frozen, and that the town is down,
    ``undelivered`` what escalations do not get out, and why; ``paused`` why the deacon makes
    no patrols.
    """

    root: str
    rigs: tuple[RigView, ...]
    absent: tuple[tuple[Rig, str], ...]
    convoys: tuple[Progress, ...]
    escalations: tuple[Escalation, ...]
    unjailed: str = ""
    standstill: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()
    paused: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "root": self.root,
            "rigs": [each.fields() for each in self.rigs],
            "absent": [rig.name for rig, _ in self.absent],
            "convoys": [each.fields() for each in self.convoys],
            "escalations": [each.fields() for each in self.escalations],
            "unjailed": self.unjailed,
            "standstill": list(self.standstill),
            "undelivered": list(self.undelivered),
            "paused": self.paused,
        }


def of(town: Town) -> TownView:
    """Return how the town stands now."""
    here = town.rigs_here()
    absent = [rig for name, rig in town.rigs().items() if name not in here]
    waiver = jail_choice.waived(town.ledger.snapshot())
    return TownView(
        root=str(town.root),
        rigs=tuple(_rig(town, rig) for rig in here.values()),
        absent=tuple((rig, _way_back(town, rig)) for rig in absent),
        convoys=tuple(convoys.every(town, closed=False)),
        escalations=tuple(escalations.every(town, closed=False)),
        unjailed=waiver.description if waiver else "",
        standstill=tuple(_standstill(town)),
        undelivered=tuple(
            f"{found.id} by {tried.key.channel}: {tried.why}"
            for found, tried in looking.undelivered(town)
        ),
        paused=pausing.told(sign) if (sign := pausing.paused(town)) else "",
    )


def _standstill(town: Town) -> Iterator[str]:
    found = [freeze.frozen(town), *(freeze.frozen(town, rig) for rig in town.rigs().values())]
    for each in dict.fromkeys(one for one in found if one is not None):
        why = f": {each.why}" if each.why else ""
        yield f"{each.place} is frozen since {each.since} by {each.by}{why}; git gt thaw"
    down = uptime.last(town)
    if down is not None and not down.over:
        yield f"the town is down since {down.since} by {down.by}; git gt up"


def then(town: Then) -> TownView:
    """Return how the town stood; of what only the machine knew, nothing is said."""
    here = town.rigs_here()
    absent = [rig for name, rig in town.rigs().items() if name not in here]
    waiver = jail_choice.waived(town.ledger.snapshot())
    return TownView(
        root=str(town.root),
        rigs=tuple(_rig_then(town, rig) for rig in here.values()),
        absent=tuple((rig, "nothing is known of it then") for rig in absent),
        convoys=tuple(convoys.every(town, closed=False)),
        escalations=tuple(escalations.every(town, closed=False)),
        unjailed=waiver.description if waiver else "",
    )


def _rig_then(town: Then, rig: Rig) -> RigView:
    return RigView(
        rig=rig,
        head=town.stood(rig),
        beads=_counted(town, rig),
        ready=len(reading.ready(town, [rig])),
        gates=tuple(each.name for each in gate.named(town.said(rig.settings_name, "rig"))),
        waived=any(not each.tree for each in gate.waivers(town, rig)),
        stands=rig_state.docked(town, rig) or RigStanding(Kind.UNKNOWN),
        agents=tuple(agents.then(town, [rig])),
        queue=tuple(each.request for each in queue_view.then(town, rig)),
    )


def _counted(town: Town, rig: Rig) -> dict[str, int]:
    rows = town.ledger_at(rig).snapshot().rows(kind="bead")
    return dict(Counter(row.status for row in rows))


def _way_back(town: Town, rig: Rig) -> str:
    try:
        town.ledger_at(rig).head()
    except NotFoundError as error:
        return error.hint
    return ""  # it came back meanwhile


def refs(town: Town) -> dict[str, str]:
    """Return what moves when the view does, refs and runs of gates: it costs no process."""
    found = {
        f"{ledger.repository.common}:{name}": oid
        for _, ledger in town.ledgers()
        for name, oid in ledger.repository.refs("refs/heads/").items()
    }
    tests = [each for rig in town.rigs_here().values() for each in GateRuns(town, rig).live()]
    return found | {str(each.folder): each.branch for each in tests}


def _rig(town: Town, rig: Rig) -> RigView:
    ledger = town.ledger_at(rig)
    found: tuple[Gate, ...] = ()
    trouble = ""
    try:
        found = gate.gates(town, rig)
    except SettingsError as error:
        trouble = error.message
    return RigView(
        rig=rig,
        head=ledger.repository.ref(rig.target) or "",
        beads=_counted(town, rig),
        ready=len(reading.ready(town, [rig])),
        gates=tuple(each.name for each in found),
        flaky={
            name: each
            for name, each in gate_history.counts(town, rig, found).items()
            if each.is_flaky
        },
        quarantined=tuple(each.name for each in found if each.quarantine),
        waived=any(not each.tree for each in gate.waivers(town, rig)),
        agents=tuple(agents.seen(town, [rig])),
        queue=tuple(each.request for each in queue_view.of(town, rig)),
        testing=tuple(GateRuns(town, rig).at_work()),
        held=tuple(radar_held.held(rig)),
        trouble=trouble,
        stands=rig_state.standing(town, rig),
    )
