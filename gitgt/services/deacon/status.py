"""How the deacon stands, and what it has before it: looked at, and by hand also done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gitgt.errors import RefusedError
from gitgt.ledger.given_back import given_back as given_back_in
from gitgt.ledger.signs import Sign
from gitgt.model import deacon
from gitgt.model.deacon import Terms
from gitgt.model.instant import text_of
from gitgt.services import rig_state
from gitgt.services.deacon import heartbeat, looking, memory, patrol, pausing
from gitgt.services.deacon.heartbeat import Heartbeat
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """How the deacon stands; ``off`` are the rigs that it leaves alone, and why."""

    paused: Sign | None
    beat: Heartbeat | None
    now: float
    silent: int
    given_back: int
    off: dict[str, str]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        beat = self.beat
        return {
            "paused": asdict(self.paused) if self.paused else None,
            "heartbeat": beat.fields() if beat else None,
            "late": max(0.0, beat.late(self.now)) if beat else 0.0,
            "silent": self.silent, "given_back": self.given_back, "off": self.off,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """Yield what there is to say."""
        if self.paused:
            yield f"paused: {pausing.told(self.paused)}"
        if self.beat is None:
            yield "heartbeat: none yet"
        else:
            yield f"heartbeat: {text_of(self.beat.at)}, {self._sleeps(self.beat)}"
        yield f"silent agents: {self.silent}; work that was given back: {self.given_back}"
        yield from (f"leaves {name} alone: {why}" for name, why in self.off.items())

    def _sleeps(self, beat: Heartbeat) -> str:
        late = beat.late(self.now)
        if beat.until is None:
            return "asleep until something happens"
        if late > 0:
            return f"{int(late)} s late"
        return f"asleep until {text_of(beat.until)}"


def of(town: Town) -> Status:
    """Return how the deacon of *town* stands."""
    rigs = town.rigs_here()
    off = {name: rig_state.standing(town, rig) for name, rig in rigs.items()}
    checks = [each for rig in rigs.values() for each in memory.read(rig)]
    return Status(
        paused=pausing.paused(town),
        beat=heartbeat.read(town.gt),
        now=town.clock(),
        silent=sum(bool(each.fails or each.asked) for each in checks),
        given_back=sum(
            len(given_back_in(town.ledger_at(rig).snapshot())) for rig in rigs.values()
        ),
        off={name: str(each.kind) for name, each in off.items() if each.is_off},
    )


def beat(town: Town, action: str) -> Heartbeat:
    """Write a heartbeat by hand.

    Raises:
        RefusedError: the deacon is paused.
    """
    sign = pausing.paused(town)
    if sign is not None:
        raise RefusedError(pausing.told(sign), hint="git gt deacon resume")
    last = heartbeat.read(town.gt)
    made = Heartbeat(
        town.clock(), last.until if last else None, 1 + (last.cycle if last else 0), action
    )
    heartbeat.write(town.gt, made)
    return made


@dataclass(frozen=True, slots=True)
class Back:
    """A bead that was given back, and what becomes of it."""

    bead: str
    failures: int
    fate: str
    wait: float
    why: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def given_back(town: Town) -> list[Back]:
    """Return what was given back and is open."""
    found: list[Back] = []
    for rig in town.rigs_here().values():
        now = town.ledger_at(rig).snapshot()
        for name in given_back_in(now):
            known = looking.of_bead(town, now.bead(name))
            course = deacon.redispatch(known, now=town.clock())
            found.append(Back(name, known.failures, course.fate, course.wait, course.why))
    return found


@dataclass(frozen=True, slots=True)
class Unhooked:
    """A bead on a stale hook, what tells so, and whether it was taken off."""

    bead: str
    address: str
    evidence: str
    released: bool

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def stale_hooks(town: Town, *, max_age: float, dry_run: bool) -> list[Unhooked]:
    """Take what hangs on stale hooks off them; a rig that rests is left alone."""
    terms = Terms(gone=max_age)
    found: list[Unhooked] = []
    for rig in town.rigs_here().values():
        if rig_state.is_off(town, rig):
            continue
        for each in _stale(town, rig, terms):
            done = False if dry_run else patrol.unhook(town, rig, each)
            found.append(Unhooked(each.bead, each.address, each.evidence, done))
    return found


def _stale(town: Town, rig: Rig, terms: Terms) -> Iterator[deacon.Stale]:
    now = town.ledger_at(rig).snapshot()
    for each in looking.hooked(rig, now, sessions.look_all(rig)):
        if found := deacon.stale(each, now=town.clock(), terms=terms):
            yield found
