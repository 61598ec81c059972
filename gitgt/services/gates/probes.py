"""Gates that run on a forge's runners: asked for, waited for, nobody's fault if lost.

Nothing here speaks with a forge: that may take its time, so a child does (``git gt gate sync``,
``probe_round``), which leaves a note when it has ended. It is started only while something is
at work there, or a branch of ours is still to go. What is at the forge is in refs: as long as
``refs/gt/probe/<commit>`` is there, so may be the branch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from gitgt.errors import BusyError, EnvironmentProblemError, SettingsError
from gitgt.git.repository import Repository
from gitgt.git.signposts import own_command
from gitgt.git.turn import turn
from gitgt.ledger.verdicts import LOG, Verdicts
from gitgt.model.gate import Gate, Verdict
from gitgt.model.inputs import Inputs, Part
from gitgt.model.probe import Said, due_in, lost
from gitgt.runtime import process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.gate import Judgment
from gitgt.runtime.process import Ended, Running, Spec
from gitgt.services.gates import probe_notes, run_folder
from gitgt.services.gates.executor import Ending
from gitgt.services.gates.probe_notes import Rounds
from gitgt.services.gates.run_folder import Live
from gitgt.services.gates.runners import Answers, Runners, runners
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town

# A commit that is, or was a moment ago, in a branch at the forge.
PROBES: Final = "refs/gt/probe/"
# However much there is to ask, it has an end.
_PATIENCE: Final = 900.0
# A child that was killed together with its shim leaves no note.
_UNTIL_ASKED: Final = 5.0
_TURN: Final = "probes-asked"
_KEPT: Final = ("GT_NETWORK_PATIENCE", "GT_FORGE_PATIENCE")


class Probes:
    """The forge's runners, as a place where gates run; see ``Executor``."""

    def __init__(self, town: Town, rig: Rig, repository: Repository) -> None:
        self._town = town
        self._rig = rig
        self._repository = repository
        self._verdicts = Verdicts(repository, clock=town.clock)
        self._rounds = Rounds(repository.gt)
        self._asking = repository.gt / "probing"

    def begin(self, live: Live, gate: Gate) -> None:
        """Note that *gate* is to be run there; the next round of questions hands it over."""
        wanted = runners(self._town, self._rig)
        self._check(live, gate, wanted)
        known = [each["run"] for each in self._records(live)]
        patience = gate.timeout + wanted.start
        note = probe_notes.first(known, at=self._town.clock(), patience=patience)
        run_folder.make(live, {probe_notes.PROBE: note})

    def _check(self, live: Live, gate: Gate, wanted: Runners) -> None:
        where = f"in {self._rig.settings_name}"
        if wanted.answers is Answers.STATUSES and not wanted.believe:
            raise SettingsError(
                "whose statuses count is not said",
                hint=f"{where}, under runners: believe: [github-actions]",
            )
        if wanted.answers is Answers.STATUSES and not wanted.has_forge:
            raise SettingsError(
                f"where the runners of {self._rig.name} are is not said",
                hint=f"{where}: forge: {{kind: github}}",
            )
        if wanted.answers is Answers.STATUSES and gate.inputs:
            raise SettingsError(
                f"the gate {gate.name!r} has inputs, and who answers by a status sees more",
                hint=f"{where}, under runners: answers: verdicts",
            )
        if changed := self._changed(live, wanted):
            raise EnvironmentProblemError(
                f"it changes {', '.join(changed[:3])}, which says what the runners do",
                hint=f"look at it, then: git gt gate waive {self._rig.name} --tree TREE",
            )

    def _changed(self, live: Live, wanted: Runners) -> list[str]:
        """Return what of the pipeline differs from the target's: nobody tests itself."""
        tip = self._repository.ref(f"refs/heads/{live.branch}")
        if not wanted.pipeline or tip is None or self._repository.is_ancestor(live.commit, tip):
            return []  # what has landed was looked at before
        globs = Inputs.parse(wanted.pipeline)
        found = self._repository.differences(tip, live.commit)
        return [
            each.path for each in found if globs.of(each.path, folder=False) is not Part.NONE
        ]

    def is_over(self, live: Live) -> bool:
        """Tell whether it has answered, or will not any more, or nobody wants to know."""
        if live.is_cancelled or probe_notes.answer(live.folder) or self._news(live):
            return True
        return bool(self._lost(live))

    def ending(self, live: Live, gate: Gate) -> Ending | None:  # noqa: ARG002 - as elsewhere
        """Return what was answered; one that is lost could not run."""
        if news := self._news(live):
            return self._recorded(live, news[-1])
        heard = probe_notes.answer(live.folder)
        if heard is None or heard.answer is None:
            why = self._lost(live)
            return Ending(judgment=Judgment(Verdict.COULD_NOT_RUN, why)) if why else None
        self._rounds.hear(live.key, heard.keys)
        return _ending(heard.answer)

    def _records(self, live: Live) -> list[dict[str, Any]]:
        return self._verdicts.records(live.run.tree, live.digest)

    def _news(self, live: Live) -> list[dict[str, Any]]:
        """Return what was recorded since it was asked for, by a runner or another clone."""
        known = probe_notes.known(live.folder)
        return [each for each in self._records(live) if each["run"] not in known]

    def _recorded(self, live: Live, record: dict[str, Any]) -> Ending:
        verdict = Verdict(record["verdict"])
        said = Judgment(verdict, record.get("why", ""), record.get("doubtful", False))
        log = self._verdicts.log(live.run.tree, live.digest, verdict) if verdict in LOG else ""
        output = log.encode(errors="replace")
        return Ending(
            judgment=said, output=output, bytes=len(output), seconds=record["seconds"],
            run=record["run"], recorded=True,
        )  # fmt: skip

    def _lost(self, live: Live) -> str:
        probe = probe_notes.probe(live.folder)
        return lost(probe, self._rounds.latest(), now=self._town.clock())

    def stop(self, live: Live) -> None:
        """Do nothing: the next round takes back what nobody wants to know any more."""

    def clear(self, live: Live) -> None:
        """Do nothing: the next round removes its branch."""

    def left(self) -> dict[str, str]:
        """Return the refs of ours that say what may still be at the forge."""
        return self._repository.refs(PROBES)

    def again_in(self, runs: Iterable[Live]) -> Iterator[float]:
        """Yield in how many seconds it is time to ask, or to see who asks, if it is ever."""
        waiting = self.waiting(runs)
        if not waiting and not self.left():
            return
        if isinstance(process.look(self._asking), Running):
            yield _UNTIL_ASKED
        else:
            yield self._due_in(waiting)

    def waiting(self, runs: Iterable[Live]) -> list[Live]:
        """Return the runs at the forge that have not answered."""
        there = [each for each in runs if each.is_remote and not each.is_cancelled]
        return [each for each in there if probe_notes.answer(each.folder) is None]

    def go_on(self, runs: Sequence[Live], *, tidy: bool = False) -> None:
        """Let the forge be asked if it is time; take in how it went if it has been.

        To *tidy* up, that is to remove what nobody waits for, is for whoever knows by now what
        is waited for.

        Raises:
            EnvironmentProblemError: whoever asks cannot be started.
        """
        waiting = self.waiting(runs)
        seen = process.look(self._asking)
        is_wanted = bool(waiting or (tidy and self.left()))
        if seen is None and not is_wanted:
            return
        with turn(self._repository, _TURN):
            if seen is not None and not self._has_ended():
                return
            if is_wanted and self._due_in(waiting) <= 0:
                self._start(waiting)

    def _has_ended(self) -> bool:
        """Tell whether whoever asked has ended; note how that went."""
        seen = process.look(self._asking)
        if isinstance(seen, Running):
            return False
        answer = _answer(seen) if isinstance(seen, Ended) else None
        shutil.rmtree(self._asking, ignore_errors=True)
        if isinstance(seen, Ended) and seen.stopped:
            self._rounds.forget()  # by us: whoever comes next asks
        elif seen is not None and answer is None:
            trouble = f"asking the forge failed: git gt gate sync {self._rig.name}"
            now = self._town.clock()
            self._rounds.note(self._rounds.latest().failed(trouble, at=now))
        return True

    def _due_in(self, waiting: Sequence[Live]) -> float:
        now = self._town.clock()
        probes = [probe_notes.probe(each.folder) for each in waiting]
        poll = runners(self._town, self._rig).poll
        return due_in(self._rounds.latest(), self.about(waiting), probes, now=now, poll=poll)

    def about(self, waiting: Iterable[Live]) -> str:
        """Return what a round would be about."""
        waits = {each.commit for each in waiting}
        gone = (ref for ref, commit in self.left().items() if commit not in waits)
        facts = [*sorted(each.folder.name for each in waiting), *sorted(gone)]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]

    def _start(self, waiting: Sequence[Live]) -> None:
        latest, now = self._rounds.latest(), self._town.clock()
        self._rounds.note(replace(latest, at=now, about=self.about(waiting)))
        wiring = sessions.wiring(self._rig, self._town)
        try:
            process.spawn(
                Spec(
                    argv=(*own_command(), "gate", "sync", self._rig.name, "--json"),
                    cwd=self._town.root,
                    env=_environment(town_mark(self._town.root)),
                    directory=self._asking,
                    timeout=_PATIENCE,
                    wake=wiring.wake,
                    note=str(self._rig.path),
                    watcher=wiring.watcher,
                    after=wiring.after,
                )
            )
        except BusyError:
            return  # somebody else asks


def _ending(said: Said) -> Ending:
    assert said.verdict is not None
    output = "\n".join(each for each in (said.text, said.url) if each).encode(errors="replace")
    return Ending(
        judgment=Judgment(said.verdict, said.why, said.doubtful),
        output=output, bytes=len(output), seconds=said.seconds, run=said.key,
    )  # fmt: skip


def _environment(mark: str) -> dict[str, str]:
    """Return a person's own environment, with which their programs know who they are."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("GT_") or k in _KEPT}
    return {**ours, process.TOWN_MARK: mark}


def _answer(seen: Ended) -> dict[str, Any] | None:
    """Return what ``git gt gate sync --json`` said; None if it said nothing."""
    try:
        found = json.loads(seen.output.read_bytes().splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return None
    return found if isinstance(found, dict) and seen.ok else None
