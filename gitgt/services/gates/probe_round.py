"""One round of questions to a forge's runners: hand probes over, hear them, take them back.

It is done by one at a time, may be killed anywhere, and is done again: what is there already is
not pushed again, what was answered is not asked again, and what nobody waits for is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, GtError, RefusedError
from gitgt.git import faults, remote, shared, side_ref, staging, trash
from gitgt.git.transaction import RefMove, move_refs
from gitgt.git.turn import turn
from gitgt.ledger import verdicts
from gitgt.model.gate import Gate, Verdict
from gitgt.model.probe import Said, hear
from gitgt.services import settings
from gitgt.services.forge.api import CouldNotAskError
from gitgt.services.forge.runners import AtWork, runners_of
from gitgt.services.gates import gate as gates
from gitgt.services.gates import probe_notes, runners
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.gates.probe_branch import PROBE_BRANCH, branch_of
from gitgt.services.gates.probe_notes import Rounds
from gitgt.services.gates.probes import PROBES
from gitgt.services.gates.run_folder import Live
from gitgt.services.gates.runners import Answers
from gitgt.services.town import Rig, Town
from gitgt.values import dataclass

_TURN: Final = "probes"


@dataclass
class Done:
    """What came of a round: commits that were pushed and taken back, and what was answered."""

    rig: str
    waiting: int = 0
    pushed: list[str] = field(default_factory=list)
    answered: list[tuple[str, str, Said]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    trouble: str = ""
    hint: str = ""
    wait: float | None = None

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "rig": self.rig, "waiting": self.waiting, "pushed": self.pushed,
            "answered": [
                {"gate": name, "commit": commit, "verdict": str(said.verdict), "why": said.why,
                 "by": said.by, "url": said.url}
                for name, commit, said in self.answered
            ],
            "removed": self.removed, "trouble": self.trouble, "hint": self.hint,
            "wait": self.wait,
        }  # fmt: skip


def sync(town: Town, rig: Rig) -> Done:
    """Do what is due at the forge of *rig*, and say what came of it.

    A forge that tells nothing is no error: it is asked again, later and later.

    Raises:
        SettingsError: the rig's settings do not say where its runners are.
    """
    repository = town.ledger_at(rig).repository
    with turn(repository, _TURN):
        return _Round(town, rig).go()


class _Round:
    def __init__(self, town: Town, rig: Rig) -> None:
        self._town = town
        self._rig = rig
        self._repository = town.ledger_at(rig).repository
        self._said = settings.read_committed(town.root, rig.settings_name, "rig")
        self._wanted = runners.named(self._said)
        self._gates = {each.name: each for each in gates.named(self._said)}
        self._runs = GateRuns(town, rig)
        self._rounds = Rounds(self._repository.gt)
        self._done = Done(rig.name)
        self._runners: AtWork | None = None

    def go(self) -> Done:
        """Ask, push and remove; what fails is noted, and done by the next round."""
        done, waiting = self._done, self._waiting()
        if not waiting and not self._runs.probes.left():
            return done
        begun = replace(self._rounds.latest(), at=self._town.clock())
        self._rounds.note(replace(begun, about=self._runs.probes.about(waiting)))
        try:
            self._exchange(waiting)
        except CouldNotAskError as error:
            done.trouble, done.hint, done.wait = error.message, error.hint, error.wait
        except (EnvironmentProblemError, RefusedError) as error:
            done.trouble, done.hint = error.message, error.hint
        self._note()
        return done

    def _note(self) -> None:
        done, now, latest = self._done, self._town.clock(), self._rounds.latest()
        if done.trouble:
            self._rounds.note(latest.failed(done.trouble, at=now, wait=done.wait))
        else:
            self._rounds.note(latest.done())
        done.waiting = len(self._unanswered())

    def _waiting(self) -> list[Live]:
        return self._runs.probes.waiting(self._runs.live())

    def _exchange(self, waiting: Sequence[Live]) -> None:
        if self._wanted.answers is Answers.VERDICTS:
            self._fetch()
        self._ask(waiting)
        there = staging.heads(self._repository, self._rig.remote, PROBE_BRANCH)
        self._push(self._unanswered(), there)
        self._take_back(there)

    def _unanswered(self) -> list[Live]:
        return [each for each in self._waiting() if not self._runs.probes.is_over(each)]

    def _fetch(self) -> None:
        """Take in what runners have written into the verdicts ref."""
        theirs = shared.fetch(self._repository, self._rig.remote).get(shared.VERDICTS)
        side_ref.meet(
            self._repository, verdicts.REF, theirs, verdicts.join, what="the verdicts"
        )

    # --- hearing

    def _ask(self, waiting: Sequence[Live]) -> None:
        """Hear what is said of each commit; a commit is asked about once for all its gates."""
        if self._wanted.answers is not Answers.STATUSES:
            return
        for commit in dict.fromkeys(each.commit for each in waiting):
            said = self._there().said(commit, branch_of(commit))
            for live in (each for each in waiting if each.commit == commit):
                gate = self._gates.get(live.run.gate)
                if gate is not None:
                    self._hear(live, gate, said)

    def _there(self) -> AtWork:
        if self._runners is None:
            self._runners = runners_of(self._rig, self._said, self._repository)
        return self._runners

    def _hear(self, live: Live, gate: Gate, said: Iterable[Said]) -> None:
        records = self._runs.verdicts.records(live.run.tree, live.digest)
        past = self._rounds.heard(live.key) | {each["run"] for each in records}
        heard = hear(said, gate.called, self._wanted.believe, past)
        if heard.answer is not None:
            self._answer(live, heard.answer, heard.keys)
        elif heard.at_work and not probe_notes.probe(live.folder).pushed_at:
            # Somebody is at it already: pushed by us, before we were killed.
            self._was_pushed(live)
        elif heard.strangers:
            probe_notes.amend(live.folder, strangers=heard.strangers)

    def _answer(self, live: Live, said: Said, keys: Iterable[str] = ()) -> None:
        probe_notes.put_answer(live.folder, said, keys)
        self._done.answered.append((live.run.gate, live.commit, said))

    # --- handing over

    def _push(self, waiting: Sequence[Live], there: Mapping[str, str]) -> None:
        """Let each commit that is waited for be in a branch there, pushed once."""
        new = [each for each in waiting if not probe_notes.probe(each.folder).pushed_at]
        for commit in dict.fromkeys(each.commit for each in new):
            mine = [each for each in new if each.commit == commit]
            self._keep(commit)
            if there.get(branch_of(commit)) != commit:
                self._hand_over(commit, mine)
            for live in mine:
                self._was_pushed(live)

    def _keep(self, commit: str) -> None:
        """Note that it may be there from now on."""
        ref = f"{PROBES}{commit}"
        if self._repository.ref(ref) is None:
            move_refs(self._repository, [RefMove(ref, None, commit)], why="a probe")

    def _hand_over(self, commit: str, mine: Sequence[Live]) -> None:
        where, branch = self._rig.remote, branch_of(commit)
        faults.act("push", branch)
        try:
            taken = remote.place(self._repository, where, branch, old=None, new=commit)
        except RefusedError as error:
            for live in mine:
                self._answer(live, _could_not(error.message))
            return
        if taken:
            self._done.pushed.append(commit)
            return
        raise EnvironmentProblemError(
            f"{branch} stands elsewhere at {where}: somebody else has put it there",
            hint=f"git push {where} :{branch}",
        )

    def _was_pushed(self, live: Live) -> None:
        probe_notes.amend(live.folder, pushed_at=self._town.clock())

    # --- taking back

    def _take_back(self, there: Mapping[str, str]) -> None:
        """Remove the branches that nobody waits for any more; what was in them is kept."""
        wanted = {each.commit for each in self._unanswered()}
        live = [each for each in self._runs.live() if each.is_remote]
        done = {each.commit for each in live if not each.is_cancelled}
        for ref, commit in self._runs.probes.left().items():
            if commit not in wanted:
                self._remove(ref, commit, there, goes_on=commit not in done)

    def _remove(
        self, ref: str, commit: str, there: Mapping[str, str], *, goes_on: bool
    ) -> None:
        branch, where = branch_of(commit), self._rig.remote
        self._discard(commit)
        standing = there.get(branch) or (commit if commit in self._done.pushed else None)
        if standing is not None:
            if goes_on:
                self._cancel(commit, branch)
            faults.act("push", f":{branch}")
            remote.place(self._repository, where, branch, old=standing, new=None)
            self._done.removed.append(commit)
        move_refs(self._repository, [RefMove(ref, commit, None)], why="a probe is over")

    def _discard(self, commit: str) -> None:
        """Keep what a branch had reachable, once."""
        what = f"{PROBE_BRANCH}{commit}"
        if all(each.what != what for each in trash.discarded(self._repository)):
            trash.discard(self._repository, {what: commit}, now=self._town.clock())

    def _cancel(self, commit: str, branch: str) -> None:
        """End what is still at work there, if we know how; without that it ends by itself."""
        if "forge" not in self._said:
            return
        try:
            self._there().cancel(commit, branch)
        except GtError as error:
            self._done.hint = error.message


def _could_not(why: str) -> Said:
    return Said(key="", name="", by="", verdict=Verdict.COULD_NOT_RUN, why=why)
