"""Pull requests: one for each request that a forge is to merge, kept as the ledger says.

``sync`` asks the forge about each, lets the model decide, and does it. It may be killed
anywhere and run twice at once: a pull request is found again by its branch, a branch is moved
by compare-and-swap, and what was said is written down by an id made from what it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from gitgt.errors import LedgerConflictError, RefusedError
from gitgt.git import remote
from gitgt.git import standing as checkouts
from gitgt.git.remote import UnreachableError
from gitgt.git.transaction import RefMove
from gitgt.git.turn import turn
from gitgt.model.documents import MergeRequest, Severity
from gitgt.model.lifecycle import MergeStatus
from gitgt.model.pull_request import Remark, Seen, state_of
from gitgt.model.pull_request_plan import (
    Act,
    Adopt,
    Close,
    Doubt,
    Hear,
    Merge,
    OfBranch,
    OfOne,
    Open,
    Retest,
    Say,
    SendBack,
    Show,
    Take,
    plan,
)
from gitgt.services import submit
from gitgt.services.escalation import escalations
from gitgt.services.forge import proposing
from gitgt.services.forge.api import CouldNotAskError, ForgeRefusedError
from gitgt.services.forge.base import MARK, Forge, Wanted
from gitgt.services.forge.proposing import REMOTE, WHO, branch_of
from gitgt.services.forge.pull_request_facts import Facts
from gitgt.services.forge.pull_request_text import body_of, title_of
from gitgt.services.forge.settings import Place, place_of
from gitgt.services.forge.synced import Synced
from gitgt.services.queue import merge_queue
from gitgt.services.queue.merge_queue import Target
from gitgt.services.queue.tuning import tuning
from gitgt.services.town import Rig, Town

_TURN: Final = "pull-requests"
_ABOUT: Final = "request"


def sync(town: Town, rig: Rig) -> Synced:
    """Bring ledger and forge together; what could not be asked is told, and no one's fault.

    Raises:
        SettingsError: the rig lands by pull requests, and where is not said.
    """
    place = place_of(town, rig)
    if place is None:
        return Synced(rig.name, _ABOUT)
    repository = town.ledger_at(rig).repository
    with turn(repository, _TURN):
        synced = Synced(rig.name, _ABOUT, f"{place.project} at {place.host}")
        try:
            _Sync(town, rig, place, synced).all()
        except (CouldNotAskError, UnreachableError) as error:
            synced.trouble = error.message
            synced.wait = getattr(error, "wait", None)
        _tell(town, rig, synced)
        return synced


def _tell(town: Town, rig: Rig, synced: Synced) -> None:
    about = f"forge/{rig.name}"
    if not synced.trouble:
        escalations.settle(town, rig, WHO, about=about)
        return
    title = f"the pull requests of {rig.name} stand still: {synced.trouble}"
    submit.escalate(town, rig, WHO, severity=Severity.MEDIUM, title=title, about=about)


class _Sync:
    """One look at everything that a rig has at its forge."""

    def __init__(self, town: Town, rig: Rig, place: Place, synced: Synced) -> None:
        self._town = town
        self._rig = rig
        # While nothing is to land, nobody is asked to merge; what people merge has landed.
        stands = tuning(town, rig).brake is not None
        self._rules = replace(place.rules, merges=place.rules.merges and not stands)
        self._place = place
        self._forge: Forge = place.forge()
        self._synced = synced
        self._repository = town.ledger_at(rig).repository

    def all(self) -> None:
        """See to each request; the targets first, as they stand at the forge."""
        now = self._town.ledger_at(self._rig).snapshot()
        found = proposing.at_the_forge(now, at_once=self._place.rules.at_once)
        for branch in sorted({each.target for each in found}):
            self._follow(Target(self._rig, branch))
        for each in found:
            self._see_to(each)

    def _follow(self, target: Target) -> None:
        """Bring our target to where the forge's stands, if ours has nothing of its own."""
        tip = remote.fetch(self._repository, REMOTE, target.branch)
        here = self._repository.ref(target.ref)
        about = f"pull-requests/{target.branch}"
        if tip is None or here is None:
            return
        if not self._repository.is_ancestor(here, tip):
            title = f"{target.branch} here has commits that {REMOTE} has not: "
            title += "nothing lands on it by a pull request"
            submit.escalate(
                self._town, self._rig, WHO, severity=Severity.HIGH, title=title, about=about
            )
            return
        escalations.settle(self._town, self._rig, WHO, about=about)
        if here == tip:
            return
        with contextlib.suppress(LedgerConflictError):  # somebody landed at this moment
            checkouts.move(
                self._repository, [RefMove(target.ref, here, tip)],
                why=f"follow {REMOTE}/{target.branch}",
            )  # fmt: skip

    def _see_to(self, request: MergeRequest) -> None:
        seen = self._forge.find(branch_of(request), request.number)
        if seen is None and request.is_closed:
            said = "it never had a pull request"
            proposing.note(self._town, self._rig, request, said, proposed="")
            return
        if seen is not None and seen.merged:
            self._follow(Target(self._rig, request.target))  # it may be so since a moment ago
        if seen is not None and seen.number != request.number:
            self._note_state(request, seen)  # else whoever withdraws it knows of none
        facts = Facts(self._repository, request, seen)
        acts = plan(facts.proposal(), seen, self._rules)
        about = f"pull-request/{request.id}"
        try:
            for act in acts:
                self._do(act, request, seen)
        except RefusedError as error:
            self._note_refusal(request, error, about)
            return
        if any(isinstance(act, Open) for act in acts):
            seen = self._forge.find(branch_of(request), request.number)
        self._note_state(request, seen)
        if not any(isinstance(act, Doubt) for act in acts):
            escalations.settle(self._town, self._rig, WHO, about=about)

    def _do(self, act: Act, request: MergeRequest, seen: Seen | None) -> None:
        if isinstance(act, Say | Merge | Close | Take):
            assert seen is not None  # the plan asks for none of them without one
            self._do_with_it(act, request, seen)
        else:
            self._do_without(act, request)

    def _do_without(self, act: OfBranch, request: MergeRequest) -> None:
        match act:
            case Show(head, old):
                self._show(request, head, old)
            case Open():
                self._open(request)
            case Hear(remarks):
                self._hear(request, remarks)
            case SendBack():
                self._send_back(request, act)
            case Adopt(head, remark):
                self._adopt(request, head, remark)
            case Retest():
                proposing.retest(self._town, self._rig, request)
                self._did(request, "back to our gates")
            case Doubt(why):
                self._doubt(request, why)

    def _do_with_it(self, act: OfOne, request: MergeRequest, seen: Seen) -> None:
        """Do what concerns the pull request that was seen."""
        match act:
            case Say(mark, text):
                self._say(request, seen, mark, text)
            case Merge(remark):
                self._forge.merge(seen, self._place.style)
                self._hear(request, (remark,))
                self._did(request, f"asked to merge #{seen.number}")
            case Close(why):
                self._close(request, seen, why)
            case Take():
                self._take(request, seen)

    def _show(self, request: MergeRequest, head: str, old: str) -> None:
        branch = branch_of(request)
        there = old or remote.fetch(self._repository, REMOTE, branch)
        if there == head:
            return
        if not old and there is not None and Facts(self._repository, request).is_foreign(there):
            raise RefusedError(f"somebody else has a branch {branch} at {self._place.host}")
        if not remote.place(self._repository, REMOTE, branch, old=there, new=head):
            raise RefusedError(f"the branch {branch} moved at {self._place.host} meanwhile")
        self._did(request, f"pushed {head[:12]}")

    def _open(self, request: MergeRequest) -> None:
        now = self._town.ledger_at(self._rig).snapshot()
        bead = now.bead(request.source)
        wanted = Wanted(
            branch=branch_of(request), target=request.target, title=title_of(bead, request),
            body=body_of(bead, request), draft=self._place.rules.draft,
        )  # fmt: skip
        try:
            self._forge.open(wanted)
        except ForgeRefusedError:
            found = self._forge.find(wanted.branch)
            if found is None or not found.is_open:
                raise
        self._did(request, "opened its pull request")

    def _hear(self, request: MergeRequest, remarks: Sequence[Remark]) -> None:
        people = sorted({each.by for each in remarks if each.by})
        line = f"heard from {', '.join(people)}" if people else remarks[0].text
        said = self._comments(remarks)
        proposing.hear(self._town, self._rig, request, said, line)
        if people:
            self._did(request, line)

    def _comments(self, remarks: Sequence[Remark]) -> tuple[Any, ...]:
        return proposing.comments_of(remarks, self._place.host, self._town.now())

    def _send_back(self, request: MergeRequest, act: SendBack) -> None:
        said = self._comments(act.remarks)
        verdict = merge_queue.Verdict(MergeStatus.REJECTED, act.reason, act.findings, said)
        target = Target(self._rig, request.target)
        merge_queue.send_back(self._town, target, request, verdict)
        self._did(request, f"sent back: {act.reason}")

    def _adopt(self, request: MergeRequest, head: str, remark: Remark) -> None:
        proposing.adopt(self._town, self._rig, request, head, self._comments((remark,)))
        self._did(request, f"took over {head[:12]}")

    def _say(self, request: MergeRequest, seen: Seen, mark: str, text: str) -> None:
        whole = MARK.format(f"{request.id} {mark}")
        if not self._forge.said(seen, whole):
            self._forge.comment(seen, f"{text}\n\n{whole}")
            self._did(request, f"said: {text}")
        self._hear(request, (Remark(mark, "", "", text),))

    def _close(self, request: MergeRequest, seen: Seen, why: str) -> None:
        self._say(request, seen, "closed", f"Closed by gitgt: {why}")
        self._forge.close(seen)
        self._did(request, f"closed #{seen.number}")
        self._clean_up(request, seen)

    def _take(self, request: MergeRequest, seen: Seen) -> None:
        facts = Facts(self._repository, request, seen)
        self._clean_up(request, seen)
        target = Target(self._rig, request.target)
        commit = facts.landed()
        if not proposing.take(self._town, target, request, commit, facts.tip() or commit):
            raise RefusedError(f"it is merged, but {request.source} is not being worked on")
        self._did(request, f"landed as {commit[:12]}")

    def _clean_up(self, request: MergeRequest, seen: Seen) -> None:
        """Delete the branch at the forge if it is where we saw it; its head stays pinned."""
        if not self._repository.has(seen.head):
            return
        try:
            remote.place(self._repository, REMOTE, branch_of(request), old=seen.head, new=None)
        except RefusedError:  # it is gone already, or protected: neither is worth a word
            return

    def _doubt(self, request: MergeRequest, why: str) -> None:
        submit.escalate(
            self._town, self._rig, WHO, severity=Severity.HIGH,
            title=f"{request.source}: {why}", about=f"pull-request/{request.id}",
        )  # fmt: skip
        self._did(request, why)

    def _note_refusal(self, request: MergeRequest, error: RefusedError, about: str) -> None:
        self._did(request, error.message)
        submit.escalate(
            self._town, self._rig, WHO, severity=Severity.MEDIUM, about=about,
            title=f"the pull request of {request.source} stands still: {error.message}",
        )  # fmt: skip

    def _note_state(self, request: MergeRequest, seen: Seen | None) -> None:
        if seen is None:
            return
        state = state_of(seen, self._place.rules)
        proposing.note(
            self._town, self._rig, request, f"pull request #{seen.number}: {state}",
            number=seen.number, pull_request=seen.url, forge_state=str(state),
        )  # fmt: skip

    def _did(self, request: MergeRequest, what: str) -> None:
        self._synced.done.append((str(request.id), what))
