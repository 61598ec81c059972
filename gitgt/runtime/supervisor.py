"""Watch over one run, in the shim's process, from the command's start to its result.

It owns the command's output, its time limit and its end. It is the subreaper of all that comes
of the command, so whoever daemonizes is still found (Linux; elsewhere by session and mark).
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError, GtError
from gitgt.git.spool import Spool
from gitgt.runtime import identity
from gitgt.runtime.held import is_held
from gitgt.runtime.identity import Identity
from gitgt.runtime.notes import write_whole
from gitgt.runtime.process import (
    CANNOT_EXECUTE,
    FROZEN,
    RUN_MARK,
    TOWN_MARK,
    On,
    Spec,
    kill_all,
    start_detached,
    take_up,
    wait_for_end,
)
from gitgt.runtime.ring import Ring
from gitgt.runtime.terminal.reception import Reception
from gitgt.runtime.terminal.stages import Child, stage_for

_CHUNK: Final = 1 << 16
_SWEEPS: Final = 10
_LEEWAY: Final = 0.5
_PR_SET_CHILD_SUBREAPER: Final = 36
# While a thread of sh 2.4 asks the kernel about the child, which it does every second, sh tells
# us that the child lives. If it has just died, no second signal comes: so we look again.
_LOOK_EVERY: Final = 1.0


class Supervisor:
    """Watch over the command of *spec* until nothing of it is left."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._me = identity.identify(os.getpid())
        self._began = time.monotonic()
        self._ring = Ring(spec.directory, *spec.output_limit)
        self._signals = _signals_as_bytes(heeds_hangup=spec.terminal is On.PANE)
        self._stage = stage_for(spec)
        self._reception = Reception(spec, self._stage)
        self._timed_out = False
        self._stopped = False
        self._goes_on = True
        self._kill_at: float | None = None
        self._session = 0
        self._left: list[str] = []
        self._grace = spec.grace
        self._looked = self._began
        self._held = 0.0

    def run(self) -> None:
        """Run the command from start to result, whatever becomes of either."""
        self._record(None)
        if (self._spec.directory / "stop").exists():  # asked before anybody knew who we are
            self._stop()
        try:
            result = self._run_command()
        except GtError as error:
            self._ring.write(f"{error.message}\n".encode())
            result = {"code": CANNOT_EXECUTE, "signal": None, "error": error.message}
        except Exception as error:  # noqa: BLE001 - a bug of ours must leave no orphan
            traceback.print_exc()
            result = {"code": None, "signal": None, "error": f"gitgt's shim failed: {error}"}
        self._sweep()
        self._stage.close(self._read)
        self._ring.close()
        self._finish(result)

    def _run_command(self) -> dict[str, Any]:
        command = self._stage.start()
        # What we took to get ready is not the command's time.
        self._began = self._looked = time.monotonic()
        self._session = command.pid
        self._record(identity.identify(command.pid))
        code = self._watch(command)
        self._left = self._left_behind()
        self._sweep()
        return {
            "code": code if code >= 0 else None,
            "signal": -code if code < 0 else None,
            "error": "",
        }

    def _watch(self, command: Child) -> int:
        """Pass output on and keep time until the command itself has ended."""
        open_output = True
        while True:
            code: int | None = command.ended()
            if code is not None:
                return code
            self._keep_time(command.pid)
            self._reception.look(self._looked - self._began - self._held)
            output = [self._stage.output] if open_output else []
            readers = [self._signals, *output, *self._stage.readers()]
            ready, writable, _ = select.select(
                readers, self._stage.writers(), [], self._until_next()
            )
            self._stage.serve(ready, writable)
            if self._stage.output in ready and open_output:
                open_output = self._read()
            if self._signals in ready:
                self._obey(os.read(self._signals, 512))
                _bury_the_adopted(command.pid)

    def _keep_time(self, group: int) -> None:
        """End the command when it is asked to end or its time is up; kill it when it won't."""
        now = time.monotonic()
        if (self._spec.directory / FROZEN).exists():  # it does nothing, and loses no time
            self._held += now - self._looked
        self._looked = now
        limit = self._spec.timeout
        if limit is not None and now - self._held >= self._began + limit:
            self._timed_out = True
        if (self._timed_out or self._stopped) and self._kill_at is None:
            self._kill_at = now + self._grace
            _signal_group(group, signal.SIGTERM)
            _signal_group(group, signal.SIGCONT)  # it may have been stopped where it stood
        elif self._kill_at is not None and now >= self._kill_at:
            _signal_group(group, signal.SIGKILL)

    def _until_next(self) -> float:
        """Return for how long nothing needs doing."""
        now = time.monotonic()
        soon = self._reception.again_in or _LOOK_EVERY
        if self._kill_at is not None:
            return min(soon, max(0.05, self._kill_at - now))
        if self._spec.timeout is not None:
            ends = self._began + self._held + self._spec.timeout
            return min(soon, max(0.0, ends - now))
        return soon

    def _obey(self, signals: bytes) -> None:
        if {signal.SIGTERM, signal.SIGINT, signal.SIGHUP} & set(signals):
            self._stop()

    def _stop(self) -> None:
        """End the command at the next look, as gently as was asked for."""
        self._stopped, self._goes_on = True, False
        asked = self._spec.directory / "stop"
        if asked.exists():
            told = json.loads(asked.read_text())
            self._grace, self._goes_on = float(told["grace"]), bool(told["goes_on"])

    def _read(self) -> bool:
        """Take in what there is; tell whether there may be more some day."""
        while True:
            try:
                chunk = os.read(self._stage.output, _CHUNK)
            except BlockingIOError:
                return True
            except OSError:  # how a pseudo terminal says that nobody is there any more
                return False
            if not chunk:
                return False
            self._ring.write(self._stage.show(chunk))
            if len(chunk) < _CHUNK:
                return True

    def _left_behind(self) -> list[str]:
        """Return the names of the programs that go on after the command has ended by itself.

        Who is about to end is given the time for it.
        """
        if self._timed_out or self._stopped:
            return []
        names = {who: identity.name_of(who.pid) for who in self._survivors()}
        return sorted(names[who] for who in wait_for_end(list(names), _LEEWAY))

    def _sweep(self) -> None:
        """End whoever outlived the command, again and again until nobody is there."""
        grace = min(self._grace, 1.0)
        for _ in range(_SWEEPS):
            left = self._survivors()
            if not left:
                return
            kill_all(left, grace=grace)
            _bury_the_adopted(0)
            grace = 0.0

    def _survivors(self) -> list[Identity]:
        found = {
            *identity.descendants(os.getpid()),
            *identity.marked(RUN_MARK, self._spec.env[RUN_MARK]),
        }
        if self._session:
            found.update(identity.in_session(self._session))
        return [who for who in found if who != self._me]

    def _record(self, command: Identity | None) -> None:
        def plain(who: Identity | None) -> list[Any] | None:
            return [who.pid, who.started] if who else None

        record = {"shim": plain(self._me), "command": plain(command)}
        write_whole(self._spec.directory / "running", json.dumps(record))

    def _finish(self, result: dict[str, Any]) -> None:
        """Write the result, then say so: a note without a result would be a lie."""
        result |= {
            "error": result["error"] or self._ring.problem,
            "timed_out": self._timed_out,
            "stopped": self._stopped,
            "seconds": round(time.monotonic() - self._began, 3),
            "bytes": self._ring.total,
            "left": self._left,
        }
        try:
            write_whole(self._spec.directory / "result", json.dumps(result))
        except OSError as error:
            _complain(f"how it ended cannot be written: {error}")
        for spool in self._spec.wake:
            _leave_note(spool, self._spec.note)
        watched = self._spec.watcher is not None and is_held(self._spec.watcher)
        if self._spec.after and not watched and self._goes_on:
            start_detached(self._spec.after, self._spec.env.get(TOWN_MARK, ""))


def _leave_note(spool: Path, note: str) -> None:
    """Tell a spool; that its disk is full or it is gone is not this run's business."""
    try:
        Spool(spool).leave(note)
    except EnvironmentProblemError as error:
        _complain(error.message)


def _complain(message: str) -> None:
    """Write into the shim's log."""
    print(message, file=sys.stderr)  # noqa: T201 - that is where it goes


def _signal_group(group: int, signum: int) -> None:
    try:
        os.killpg(group, signum)
    except (ProcessLookupError, PermissionError):
        return


def _bury_the_adopted(but: int) -> None:
    """Reap whoever was handed to us as the subreaper; *but* is reaped by who started it."""
    for who in _dead_children():
        if who != but:
            os.waitpid(who, os.WNOHANG)


def _dead_children() -> list[int]:
    try:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    except OSError:
        return []
    return [int(pid) for pid in children if identity.identify(int(pid)) is None]


def _signals_as_bytes(*, heeds_hangup: bool) -> int:
    """Turn signals into bytes of a pipe, whose reading end is returned.

    On a terminal of its own whoever closes that ends the run.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(signum, lambda _signum, _frame: None)
    if heeds_hangup:
        signal.signal(signal.SIGHUP, lambda _signum, _frame: None)
    else:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.set_wakeup_fd(writer)
    return reader


def _adopt_descendants() -> None:
    """Become the parent of orphans among our descendants, so that none is out of sight."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def supervise(directory: Path) -> None:
    """Watch over the run in *directory* until it is over."""
    _adopt_descendants()
    Supervisor(take_up(directory)).run()
