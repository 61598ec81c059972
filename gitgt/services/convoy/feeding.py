"""Feed convoys: look at all that are open, ask the plan, and do what it says.

Everything that decides is in the ledgers. What is only here, when a bead was fed last and why
it could not be, may be lost: then it is tried once more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from gitgt.errors import BusyError, GtError, RefusedError
from gitgt.ledger.snapshot import Snapshot
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.convoy.convoy_feed import (
    MAX_REFUSALS,
    PASSING,
    SKIPPED,
    SYNTHESIS,
    WANTED,
    Act,
    Caravan,
    Close,
    Feed,
    Finish,
    GoesOn,
    LeaveBehind,
    Member,
    Place,
    Ripe,
    Skip,
    Stalled,
    Wait,
    Why,
    plan,
    why_not,
)
from gitgt.model.dispatch import MAX_FAILURES
from gitgt.model.documents import Bead, Comment, Convoy, Outcome, in_order
from gitgt.model.ids import BeadId, base36
from gitgt.model.instant import exact_text_of
from gitgt.model.lifecycle import BeadVerb, ConvoyStatus
from gitgt.model.wording import fit_line
from gitgt.services import beads, settings, sling
from gitgt.services.convoy import convoys, ending, places, stalling, synthesis, wholes
from gitgt.services.convoy.convoys import Progress
from gitgt.services.sling import Order
from gitgt.services.town import Town
from gitgt.services.witness.failures import failures_of
from gitgt.values import dataclass

# A bead that was given up, or could not be slung, is let alone for so long, then twice as long.
_COOL: Final = 60.0
_LONGEST: Final = 900.0


@dataclass(slots=True)
class _Try:
    """What came of feeding a bead: when that was, and how often it could not be, and why."""

    at: float
    refusals: int = 0
    why: str = ""


@dataclass(slots=True)
class Feeder:
    """Whoever feeds the convoys of a town, and what only they remember."""

    town: Town
    who: Actor
    _tries: dict[str, _Try] = field(default_factory=dict)

    def feed(self) -> float | None:
        """Do what is to be done; return in how many seconds to look again, if at all.

        Raises:
            BusyError: somebody is at what one of the acts needs; the others were done.
        """
        now = self.town.clock()
        self._tries = {name: t for name, t in self._tries.items() if now - t.at < _LONGEST}
        while True:
            views = convoys.every(self.town, closed=False)
            acts = self._planned(views)
            waits = [each.seconds for each in acts if isinstance(each, Wait)]
            if self._perform(acts, {view.convoy.id: view for view in views}):
                return min(waits, default=None)

    def _planned(self, views: Sequence[Progress]) -> list[Act]:
        found = [self._caravan(view) for view in views if is_open(view.convoy)]
        if not found:
            return []
        return plan(found, places.places(self.town), max_failures=most_failures(self.town))

    def _perform(self, acts: Sequence[Act], views: Mapping[str, Progress]) -> bool:
        """Do all *acts*; tell whether that was all, and nobody else has to be chosen."""
        busy: BusyError | None = None
        is_all = True
        for act in acts:
            try:
                is_all &= self._do(act, views)
            except BusyError as error:
                busy = error
        if busy is not None:
            raise busy
        return is_all

    def _do(  # noqa: C901 - one line for each act
        self, act: Act, views: Mapping[str, Progress]
    ) -> bool:
        match act:
            case Feed(name, bead):
                return self._feed(views[name], bead)
            case LeaveBehind(name, bead, failures):
                leave_behind(self.town, views[name].convoy, bead, failures, self.who)
                stalling.answer(self.town, views[name].convoy, bead, self.who)
                return False
            case Finish(_, epic):
                with contextlib.suppress(RefusedError):  # somebody else ended it
                    why = "all of its parts are closed"
                    name, outcome = BeadId.parse(epic), Outcome.SUCCESS
                    beads.close(self.town, name, self.who, outcome=outcome, reason=why)
                return False
            case Close(name):
                ending.close(self.town, views[name], self.who)
            case Ripe(name):
                stalling.tell_ripe(self.town, views[name], self.who)
            case Stalled(name, stuck):
                stalling.tell(self.town, views[name], stuck, self.who)
            case GoesOn(name):
                stalling.settle(self.town, views[name].convoy, self.who)
            case Skip() | Wait():
                pass
        return True

    # --- looking

    def _caravan(self, view: Progress) -> Caravan:
        convoy = view.convoy
        feeds = bool(convoy.launched_at)
        return Caravan(
            id=convoy.id,
            members=tuple(
                map(self._known, known(self.town, view.members) if feeds else view.members)
            ),
            launched=feeds,
            paused=convoy.is_paused,
            mountain=convoy.is_mountain,
            owned=convoy.is_owned,
            stalled=bool(convoy.stalled_at),
            wholes=tuple(wholes.done(self.town, view)) if feeds and convoy.epic else (),
        )

    def _known(self, member: Member) -> Member:
        """Return *member* with what is known of earlier tries."""
        tried = self._tries.get(member.id)
        if tried is None or not _may_have_failed(member):
            return member
        cool = self._cool(tried, member.failures)
        refusals, why = max((tried.refusals, tried.why), (member.refusals, member.refused))
        return replace(member, refusals=refusals, refused=why, cool=cool)

    def _cool(self, tried: _Try, failures: int) -> float:
        """Return for how many seconds it is let alone; a clock may be set back."""
        times = max(failures, tried.refusals)
        found = settings.read(self.town.root / "settings/config.yaml", "settings")
        first = float(found.get("convoy", {}).get("cooldown", _COOL))
        pause = min(_LONGEST, first * 2.0 ** (times - 1)) if times else 0.0
        gone = self.town.clock() - tried.at
        return max(0.0, pause - gone) if gone >= 0 else 0.0

    # --- acting

    def _feed(self, view: Progress, bead: str) -> bool:
        """Put *bead* on a hook; tell whether that could be done."""
        now = self.town.clock()
        tried = self._tries.pop(bead, _Try(now))
        try:
            self._prepare(view.convoy, bead)
            [done] = sling.sling(self.town, [bead], self._order(view.convoy), self.who)
        except BusyError:
            raise
        except GtError as error:
            done = RefusedError(error.message)
        if isinstance(done, RefusedError):
            refusals = min(tried.refusals + 1, MAX_REFUSALS)
            self._tries[bead] = _Try(now, refusals, fit_line(done.message))
            return False
        self._tries[bead] = _Try(now)
        return True

    def _order(self, convoy: Convoy) -> Order:
        return Order(target=convoy.base_branch, convoy=False)

    def _prepare(self, convoy: Convoy, bead: str) -> None:
        """Tell a synthesis what the legs made; take the sign off what was left behind."""
        ledger = self.town.ledger_of(bead)
        found = ledger.snapshot().bead(bead)
        if SKIPPED in found.labels:
            kept = tuple(each for each in found.labels if each != SKIPPED)
            amend = {"labels": kept}
            beads.change(self.town, found.id, self.who, "try again", amend)
        if SYNTHESIS in found.labels:
            synthesis.tell_legs(self.town, convoy, bead, self.who)


def known(town: Town, members: Sequence[Member]) -> list[Member]:
    """Return *members* with how often each was given up."""
    return [
        replace(each, failures=failures_of(town, town.rig(each.rig), each.id))
        if _may_have_failed(each)
        else each
        for each in members
    ]


def _may_have_failed(member: Member) -> bool:
    return member.status in ("open", "blocked") and not member.waits and bool(member.rig)


def stuck(town: Town, view: Progress, rigs: Mapping[str, Place]) -> list[Skip]:
    """Return the members of a convoy that only a person gets any further."""
    found, most = [], most_failures(town)
    for each in known(town, view.members):
        why = why_not(each, rigs, most)
        if why is not None and why[0] not in (*PASSING, *WANTED, Why.ENDED, Why.WAITS):
            found.append(Skip(view.convoy.id, each.id, *why))
    return found


def most_failures(town: Town) -> int:
    """Return how often a bead may be given up before it is not started again."""
    found = settings.read(town.root / "settings/config.yaml", "settings").get("convoy", {})
    return int(found.get("max_failures", MAX_FAILURES))


def is_open(convoy: Convoy) -> bool:
    """Tell whether it goes on: what is staged or closed does not."""
    return convoy.status == ConvoyStatus.OPEN


def leave_behind(town: Town, convoy: Convoy, bead: str, failures: int, who: Actor) -> None:
    """Block a bead that nobody gets done, with the sign and the note that say why; once."""
    said = Comment(
        base36(town.draw(36**8), 8), exact_text_of(town.clock()), who.address, ""
    )  # fmt: skip

    def decide(now: Snapshot) -> Change | None:
        old = now.bead(bead)
        new = _left(old, convoy, failures, said)
        if new is None:
            return None
        subject = f"leave {bead} behind: given up {failures} times"
        return Change(subject, (new,), event="bead.left-behind")

    with contextlib.suppress(RefusedError):  # somebody took it up, or ended it, meanwhile
        town.ledger_of(bead).transact(decide, who)


def _left(old: Bead, convoy: Convoy, failures: int, said: Comment) -> Bead | None:
    if SKIPPED in old.labels and old.status == "blocked":
        return None
    why = f"; the last time: {old.reason}" if old.reason else ""
    text = f"{convoy.id} goes on without it: it was given up {failures} times{why}"
    note = replace(said, text=text)
    new = old if old.status == "blocked" else old.after(BeadVerb.BLOCK)
    return new.replace(
        labels=tuple(sorted({*old.labels, SKIPPED})),
        comments=in_order((*old.comments, note)),
        reason=old.reason or fit_line(text),
    )
