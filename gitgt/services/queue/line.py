"""The queue of one target, while it is being worked on: look, plan, and do what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gitgt.errors import LedgerConflictError
from gitgt.git import submodules
from gitgt.git.dispute import dispute
from gitgt.git.landing import Landed
from gitgt.git.merge import Merger
from gitgt.ledger.snapshot import Snapshot
from gitgt.model.documents import MergeRequest, Severity
from gitgt.model.fair_share import Lane
from gitgt.model.gate import Gate, Runs
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.queue.merge_acts import (
    Act,
    Cancel,
    Cause,
    Confirm,
    Eject,
    Freeze,
    Land,
    Skip,
    Start,
    Stop,
    Wait,
)
from gitgt.model.queue.merge_chain import Base, Link, Merging
from gitgt.model.queue.merge_facts import Known, Queue
from gitgt.model.queue.merge_probes import Test
from gitgt.model.queue.merge_queue import plan
from gitgt.model.queue.merge_style import Style
from gitgt.model.wording import is_alike
from gitgt.services import submit, target
from gitgt.services.escalation import escalations
from gitgt.services.forge import proposing
from gitgt.services.gates import gate_beads, gate_history
from gitgt.services.gates.gate_runs import UNTIL_ASKED, GateRuns
from gitgt.services.integration import landing
from gitgt.services.queue import (
    brought_back,
    direct,
    merge_queue,
    queue_facts,
    stranded,
)
from gitgt.services.queue.landings import Landings
from gitgt.services.queue.merge_queue import WHO, Target, Verdict
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Town

# How often others may be faster before we let them be for a while.
_RACES: Final = 10


class Line:
    """The queue of one target, while it is being worked on."""

    def __init__(
        self,
        town: Town,
        target: Target,
        gates: Sequence[Gate],
        runs: GateRuns,
        landings: Landings,
        merger: Callable[[Target, Snapshot, str, Style], Merger],
    ) -> None:
        self._tuning = tuning(town, target.rig)
        self._town = town
        self._ledger = town.ledger_at(target.rig)
        self._merger = merger
        self._target = target
        self._gates = {each.name: each for each in gates}
        self._runs = runs
        self._works = queue_facts.works(town, target, self._gates, runs, self._tuning)
        self._tests: list[Test] = []
        self._landings = landings
        self._publisher = direct.publisher(town, target, landings.holding)

    @property
    def lands_in(self) -> float | None:
        """In how many seconds what could not land may be tried again."""
        return self._landings.retry_in()

    def lane(self, place: Runs) -> Lane:
        """Return what it asks for when the slots of a *place* are shared, once it decided."""
        running = len(list(self._runs.running(place)))
        tests = self._wanted(place)
        alone = any(self._gates[each.run.gate].is_alone for each in tests[:1])
        return Lane(self._target.branch, running, running + len(tests), alone=alone)

    def _wanted(self, place: Runs) -> list[Test]:
        return [each for each in self._tests if self._gates[each.run.gate].runs == place]

    def start(self, many: int, *, of: int, place: Runs) -> float | None:
        """Start the most telling tests, as *many* of them as there are slots for it.

        Returns in how many seconds what could not run may be tried again.
        """
        tests = self._wanted(place)
        for each in tests[:many]:
            self._runs.start(each.run, each.commit, self._gates[each.run.gate], limit=of)
        # Who gets no slot is looked at again when a run ends, of whatever rig; who waits for
        # the forge is looked at when that is asked.
        waits = tests[many:] and place == Runs.HERE
        return UNTIL_ASKED if waits else self._runs.retry_in()

    def decide(self) -> None:
        """Look, plan and perform until nothing is left to do but to test.

        Raises:
            LedgerConflictError: others moved target or ledger again and again.
        """
        races = 0
        self._catch_up()
        while True:
            # Who stands still lands nothing, and is in no other town's way.
            if self._tuning.brake is None and not self._landings.decides(self._publisher):
                self._only_test()
                return
            try:
                if not self._step():
                    return
            except LedgerConflictError:
                races += 1
                if races == _RACES:
                    raise
                self._catch_up(anew=True)

    def _catch_up(self, *, anew: bool = False) -> None:
        """Look where the target stands that counts, unless we know."""
        moved = self._landings.catch_up(self._publisher, anew=anew)
        if moved.detached:
            tip = self._ledger.repository.ref(self._target.ref)
            self._tell_owners(moved, tip or "")

    def _only_test(self) -> None:
        """Find out what can be found out; what becomes of requests, another town decides."""
        self._tests = []
        now = self._ledger.snapshot()
        base = queue_facts.base_of(now, self._target)
        requests, _ = merge_queue.sort_out(now, merge_queue.queued(now, self._target))
        if base is None or not requests or self._landings.parked:
            return
        merger = self._merger(self._target, now, base.commit, self._style)
        merging = merger.merging(merge_queue.incoming(now, requests))
        acts, _ = self._plan(now, base, requests, merging)
        tests = [each for each in acts if isinstance(each, Start | Confirm | Cancel)]
        self._perform(tests, base, requests, merger)

    def _step(self) -> bool:
        """Look, plan and perform once; say whether everything looks different now."""
        self._tests = []
        now = self._ledger.snapshot()
        base = queue_facts.base_of(now, self._target)
        branch = self._target.branch
        if base is not None and stranded.take_up(self._ledger, branch, WHO):
            return True
        requests = self._waiting(now)
        if landing.review_all(self._town, now, requests, WHO) or brought_back.send_back(
            self._town, now, self._target, requests
        ):
            return True
        if not requests:
            self._settle()
            self._look_after(now, base)
            return False
        if target.holds_beads(self._target.rig, branch):
            # Each word on it moves the ledger: so it is told before anything is looked at.
            self._tell(Stop.HELD, f"{branch} holds beads, and no code lands there")
            return False
        if parked := self._landings.parked:
            self._tell(Stop.CANNOT_LAND, parked.message, parked.hint)
            return False
        if base is None:
            self._strand(requests)
            return False
        merger = self._merger(self._target, now, base.commit, self._style)
        merging = merger.merging(merge_queue.incoming(now, requests))
        acts, known = self._plan(now, base, requests, merging)
        self._tell_of_base(known)
        # A decision comes alone, and does not say whether the queue stands still after it.
        if not any(isinstance(act, Freeze | Land | Skip | Eject) for act in acts):
            self._settle()
        return self._perform(acts, base, requests, merger)

    def _waiting(self, now: Snapshot) -> list[MergeRequest]:
        """Return the requests that wait to be tested; those that nobody wants any more go."""
        queued = merge_queue.queued(now, self._target)
        stranded_here = stranded.waiting(now, self._target.branch)
        requests, over = merge_queue.sort_out(now, [*queued, *stranded_here])
        for request, why in over:
            merge_queue.withdraw(self._town, self._target, request, why)
        has_forge = self._tuning.has_forge
        return [each for each in requests if not (has_forge and each.is_proposed)]

    def _strand(self, requests: Sequence[MergeRequest]) -> None:
        """Tell once that the target is gone; whoever is killed in between tells it again."""
        if any(each.status == MergeStatus.QUEUED for each in requests):
            self._tell(Stop.HELD, stranded.gone(self._target.branch))
            stranded.strand(self._ledger, self._target.branch, WHO)

    def _settle(self) -> None:
        """Close what was told of this queue, if nothing stands in its way any more."""
        if self._landings.trouble is None:
            escalations.settle(self._town, self._target.rig, WHO, about=self._target.ref)

    @property
    def _style(self) -> Style:
        """What landings look like; what the refinery signs it has to make itself."""
        style = self._tuning.style
        as_they_are = style is Style.FAST_FORWARD and self._publisher.how.signer is not None
        return Style.REBASE if as_they_are else style

    def _plan(
        self, now: Snapshot, base: Base, requests: Sequence[MergeRequest], merging: Merging
    ) -> tuple[tuple[Act, ...], Known]:
        """Ask the planner; return what it says, and what it was told for that."""
        facts = self._works.queue(now, base, requests)

        def mind(queue: Queue, merging: Merging) -> tuple[tuple[Act, ...], Known]:
            return plan(queue, merging), Known(queue)

        acts, known = self._works.ask(facts, merging, mind)
        if known.queue.retry:
            self._runs.try_again()
        return acts, known

    def _look_after(self, now: Snapshot, base: Base | None) -> None:
        """See to what has landed, though nothing waits: what is in quarantine is run there."""
        if base is None:
            return
        merger = self._merger(self._target, now, base.commit, self._style)
        acts, known = self._plan(now, base, (), merger.merging({}))
        self._tell_of_base(known)
        starts = [each for each in acts if isinstance(each, Start)]
        self._perform(starts, base, (), merger)

    def _tell_of_base(self, known: Known) -> None:
        """File what asks for a red target to be mended, and end it when it is."""
        rig, branch = self._target.rig, self._target.branch
        for name in known.reds_of_base():
            log = self._runs.log(known.base.tree, self._gates[name])
            gate_beads.red_target(self._town, rig, branch, name, known.failing(name), log)
        gate_beads.mended(self._town, rig, branch, known.greens_of_base())

    def _perform(  # noqa: C901 - one case for each word of the planner
        self, acts: Sequence[Act], base: Base, requests: Sequence[MergeRequest], merger: Merger
    ) -> bool:
        """Do what was decided; say whether everything looks different now."""
        changed = False
        by_id = {str(request.id): request for request in requests}
        for act in acts:
            match act:
                case Land(links):
                    changed = self._land(links, base, by_id)
                case Skip(request):
                    merge_queue.skip(self._town, self._target, base.commit, by_id[request])
                    changed = True
                case Eject():
                    self._eject(act, by_id[act.request], merger)
                    changed = True
                case Start() | Confirm():
                    self._tests.append(act)
                case Cancel(run):
                    self._runs.cancel(run)
                case Freeze(stop, reason):
                    self._tell(stop, reason)
                case Wait():
                    pass
        return changed

    def _land(
        self, links: Sequence[Link], base: Base, by_id: Mapping[str, MergeRequest]
    ) -> bool:
        """Land what passed, or leave it to the forge; say whether that was possible."""
        if self._is_refused(links, base, by_id):
            return True
        heads = {link.request: by_id[link.request].head for link in links}
        if self._tuning.by_forge and proposing.is_at_the_forge(self._town, self._target):
            proposing.propose(self._town, self._target, heads)
        else:
            moved = self._landings.land(self._publisher, base.commit, links)
            if moved is None:
                return self._is_stopped(heads)
            self._tell_owners(moved, links[-1].commit)
        self._runs.lately.ended(heads.values(), red=False)
        return True

    def _is_refused(
        self, links: Sequence[Link], base: Base, by_id: Mapping[str, MergeRequest]
    ) -> bool:
        """Send back what nobody else could check out; tell whether there was anything."""
        below = base.commit
        for link in links:
            missing = submodules.unpublished(self._ledger.repository, below, link.commit)
            below = link.commit
            if missing:
                reason, findings = submodules.told_of(missing)
                verdict = Verdict(MergeStatus.REJECTED, reason, findings)
                request = by_id[link.request]
                landing.tell(self._town, self._target.rig, request, reason, WHO)
                merge_queue.send_back(self._town, self._target, request, verdict)
                return True
        return False

    def _is_stopped(self, heads: Mapping[str, str]) -> bool:
        """Tell what keeps things from landing; say whether there was another way for them."""
        trouble = self._landings.trouble
        assert trouble is not None
        if self._landings.declined and proposing.instead(self._town, self._target, heads):
            return True
        self._tell(Stop.CANNOT_LAND, trouble.message, trouble.hint)
        return False

    def _eject(self, act: Eject, request: MergeRequest, merger: Merger) -> None:
        if act.cause is Cause.CONFLICT:
            branch = self._target.branch
            found = dispute(merger, request.head, target=branch, branch=request.branch)
            if found is None:  # somebody has just told how it is resolved
                return
            verdict = Verdict(MergeStatus.CONFLICT, found.line, found.text())
        else:
            log = self._runs.log(act.tree, self._gates[act.gate])
            verdict = Verdict(MergeStatus.REJECTED, gate_history.blame(act), log)
            self._runs.lately.ended([request.head], red=True)
        # First: whoever is killed in between tells it once more, which is heard once.
        landing.tell(self._town, self._target.rig, request, verdict.reason, WHO)
        merge_queue.send_back(self._town, self._target, request, verdict)

    def _tell_owners(self, moved: Landed, commit: str) -> None:
        """Call on whoever stood on the target with something that is not committed."""
        branch = self._target.branch
        for path in moved.detached:
            title = f"{path} was taken off {branch}, which moved on to {commit[:12]}"
            submit.escalate(
                self._town, self._target.rig, WHO, severity=Severity.LOW, title=title, about=""
            )

    def _tell(self, stop: Stop, reason: str, more: str = "") -> None:
        severity = Severity.MEDIUM if stop is Stop.HELD else Severity.HIGH
        rig, branch = self._target.rig, self._target.branch
        queue = rig.name if branch == rig.branch else f"{rig.name} for {branch}"
        log = self._runs.trouble_log() if stop is Stop.COULD_NOT_RUN else more
        submit.escalate(
            self._town, rig, WHO, severity=severity, about=self._target.ref, description=log,
            title=f"the queue of {queue} stands still: {reason}"[:300], same=is_alike,
        )  # fmt: skip
