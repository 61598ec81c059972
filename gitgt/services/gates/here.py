"""Gates that run here: each in a slot of the rig, a child process that leaves a note."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping

from gitgt.model.failures import NONE, Failures, of_output, stopped_early
from gitgt.model.gate import Gate, Verdict
from gitgt.runtime import gate as gate_runner
from gitgt.runtime import junit, process
from gitgt.runtime.environment import town_mark
from gitgt.runtime.process import Ended, Lost, Running
from gitgt.services.gates import run_folder
from gitgt.services.gates.executor import Ending
from gitgt.services.gates.pool import Pool
from gitgt.services.gates.run_folder import Live
from gitgt.services.sessions import sessions
from gitgt.services.town import Rig, Town


class Here:
    """The slots of one rig, as a place where gates run; see ``Executor``."""

    def __init__(
        self, town: Town, rig: Rig, pool: Pool, ours: Callable[[], Mapping[str, str]]
    ) -> None:
        self._town = town
        self._rig = rig
        self._pool = pool
        self._ours = ours

    def begin(self, live: Live, gate: Gate) -> None:
        """Run *gate* in its slot."""
        place = self._pool.prepare(live.slot, gate, live.commit, live.branch)
        run_folder.make(live)
        ours = self._ours()
        environ = gate_runner.for_gate(
            gate, ours, slot=live.slot, place=place,
            temporary=self._pool.temporary(live.slot),
            settings=self._pool.settings_of_git(live.slot, ours),
        )  # fmt: skip
        environ[process.TOWN_MARK] = town_mark(self._town.root)
        wiring = sessions.wiring(self._rig, self._town)
        gate_runner.start(gate, place, live.folder, environ, wiring)

    def is_over(self, live: Live) -> bool:
        """Tell whether its process has ended."""
        return not isinstance(process.look(live.folder), Running)

    def ending(self, live: Live, gate: Gate) -> Ending | None:
        """Return what its end means; what it wrote is removed first: it may fill the disk."""
        seen = process.look(live.folder)
        if seen is None or isinstance(seen, Running):
            return None
        room = shutil.disk_usage(self._pool.disk).free
        is_full = room < gate_runner.FULL
        if isinstance(seen, Lost) or seen.stopped:
            self._give_back(live, all_of_it=is_full)
            if not is_full:
                return Ending()
            # How it ended could not be written.
            why = gate_runner.full(room)
            return Ending(judgment=gate_runner.Judgment(Verdict.COULD_NOT_RUN, why))
        tampered = self._pool.is_tampered(live.slot, gate, live.commit)
        judgment = gate_runner.judge(gate, seen, tampered=tampered, room=room)
        failures = NONE if tampered else self._failures(live, gate, judgment, seen)
        self._give_back(live, all_of_it=tampered or is_full)
        return Ending(
            judgment=judgment, output=_printed(live, gate, seen), bytes=seen.bytes,
            seconds=seen.seconds, left=seen.left, failures=failures,
        )  # fmt: skip

    def _failures(
        self, live: Live, gate: Gate, judgment: gate_runner.Judgment, seen: Ended
    ) -> Failures:
        """Return what failed by name, if the gate said no by itself."""
        if judgment.verdict is not Verdict.FAIL or judgment.doubtful or not seen.code:
            return NONE
        text = _printed(live, gate, seen).decode(errors="replace")
        if gate.junit:
            since = run_folder.began(live.folder) or 0.0
            found = junit.failures(self._pool.place(live.slot), gate.junit, since=since)
            return Failures(found.names) if stopped_early(text, gate.command) else found
        return of_output(text, gate.command, seen.code)

    def _give_back(self, live: Live, *, all_of_it: bool) -> None:
        self._pool.clear(live.slot)
        if all_of_it:
            self._pool.discard(live.slot)

    def stop(self, live: Live) -> None:
        """Ask its process to end."""
        process.ask_to_stop(live.folder)

    def clear(self, live: Live) -> None:
        """End whom it left behind, and empty its slot's temporary folder."""
        process.stop(live.folder, grace=0.0)
        self._pool.clear(live.slot)


def _printed(live: Live, gate: Gate, seen: Ended) -> bytes:
    return gate_runner.output_of(gate, seen, process.environment_of(live.folder))
