"""Where a run plays: between pipes, on a pseudo terminal, or on a pane of tmux.

A stage starts the command, hands over what it prints, and knows what its terminal shows. The
supervisor keeps the time, and looks after its end.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime.process import FROZEN, RUN_MARK, On, Spec
from gitgt.runtime.program import find_program
from gitgt.runtime.terminal.console import Console
from gitgt.runtime.terminal.tmux import Tmux
from gitgt.runtime.terminal.vt import View

_STDIN: Final = 0
_STDOUT: Final = 1
# For so long the end of what was printed may take on its way through tmux.
_ON_ITS_WAY: Final = 2.0


class Child(Protocol):
    """The command, once it runs."""

    @property
    def pid(self) -> int:
        """Its pid, which is also its group's."""
        ...

    def ended(self) -> int | None:
        """Return its exit code, negative for a signal; None while it runs."""
        ...


class Stage:
    """Between pipes. What is on a terminal does more."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self.output, self._output_in = os.pipe()
        os.set_blocking(self.output, False)

    @property
    def _env(self) -> dict[str, str]:
        return {**self._spec.env, **self._spec.secrets}

    def start(self) -> Child:
        """Start the command.

        Raises:
            EnvironmentProblemError: it cannot be started, and why.
        """
        from gitgt.runtime import child  # slow: sh takes 100 ms to import

        spec = self._spec
        program = find_program(spec.argv, spec.cwd, self._env)
        source = spec.directory / "stdin"
        with (source if source.exists() else Path(os.devnull)).open("rb") as stdin:
            command = child.start(
                program,
                spec.argv,
                cwd=spec.cwd,
                env=self._env,
                stdin=stdin,
                output=self._output_in,
                memory=spec.memory,
            )
        os.close(self._output_in)
        return command

    def readers(self) -> list[int]:
        """Return the descriptors that may have something for it, besides its output."""
        return []

    def writers(self) -> list[int]:
        """Return the descriptors that it waits to write to."""
        return []

    def serve(self, readable: list[int], writable: list[int]) -> None:
        """Do what can be done now, without waiting for anybody."""

    def show(self, chunk: bytes) -> bytes:
        """Let whoever looks see what was printed; return what is to be kept of it."""
        return chunk

    def view(self) -> View | None:
        """Return what the terminal shows; None if there is none."""
        return None

    def paste(self, text: str, keys: tuple[str, ...]) -> None:
        """Type on the terminal."""

    def close(self, take: Callable[[], bool]) -> None:
        """Come to an end, after *take* has taken in the rest of what was printed."""
        take()


class PtyStage(Stage):
    """On a pseudo terminal of its own, which others may look at."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self.output, self._its = os.openpty()
        os.set_blocking(self.output, False)
        rows, columns = spec.size
        self._console = Console(spec.directory, self.output, rows=rows, columns=columns)

    def start(self) -> Child:
        """Start the command as the leader of a session, whose terminal this is."""
        env = {**self._env, "TERM": "xterm-256color"}
        started = _run(self._spec, env, self._its, partial(_lead, self._its), session=True)
        os.close(self._its)
        return started

    def readers(self) -> list[int]:
        """See ``Stage``."""
        return self._console.readers()

    def writers(self) -> list[int]:
        """See ``Stage``."""
        return self._console.writers()

    def serve(self, readable: list[int], writable: list[int]) -> None:
        """See ``Stage``."""
        self._console.serve(readable, writable)

    def show(self, chunk: bytes) -> bytes:
        """See ``Stage``."""
        self._console.show(chunk)
        return chunk

    def view(self) -> View | None:
        """See ``Stage``."""
        return self._console.view

    def paste(self, text: str, keys: tuple[str, ...]) -> None:
        """See ``Stage``."""
        self._console.paste(text, keys)

    def close(self, take: Callable[[], bool]) -> None:
        """See ``Stage``."""
        take()
        self._console.close(self._spec.directory)
        os.close(self.output)


class PaneStage(Stage):
    """On the terminal that the shim was started on; tmux copies what is printed into a fifo."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        # Open for both, so that it has no end when nobody writes.
        self.output = os.open(spec.directory / "printed", os.O_RDWR | os.O_NONBLOCK)
        path = os.environ.get("TMUX", "").partition(",")[0]
        self._tmux, self._pane = Tmux(path=path), os.environ.get("TMUX_PANE", "")
        self._end = f"\x1b]7700;{spec.env.get(RUN_MARK, '')}\x1b\\".encode()
        self._last = b""
        self._is_over = self._has_come = False

    def start(self) -> Child:
        """Start the command in a group of its own, which is the terminal's foreground."""
        env = {**self._env, "TERM": os.environ.get("TERM", "screen-256color")}
        return _run(self._spec, env, _STDIN, _come_to_the_front, session=False)

    def show(self, chunk: bytes) -> bytes:
        """See ``Stage``."""
        if self._is_over:
            self._last += chunk
            chunk, found, _ = self._last.partition(self._end)
            if not found:
                return b""
            self._last, self._has_come = b"", True
        return chunk

    def view(self) -> View | None:
        """See ``Stage``."""
        with contextlib.suppress(EnvironmentProblemError):
            return self._tmux.view(self._pane)
        return None

    def paste(self, text: str, keys: tuple[str, ...]) -> None:
        """See ``Stage``."""
        self._tmux.paste(self._pane, text, keys)

    def close(self, take: Callable[[], bool]) -> None:
        """Print a mark that no terminal shows, and read until it comes out of tmux."""
        take()
        self._is_over = True
        with contextlib.suppress(OSError):
            os.write(_STDOUT, self._end)
        until = time.monotonic() + _ON_ITS_WAY
        while not self._has_come and time.monotonic() < until:
            select.select([self.output], [], [], 0.1)
            take()
        os.close(self.output)
        (self._spec.directory / "printed").unlink(missing_ok=True)


def stage_for(spec: Spec) -> Stage:
    """Return where *spec* is to be run."""
    made = {On.NOTHING: Stage, On.PTY: PtyStage, On.PANE: PaneStage}
    return made[spec.terminal](spec)


class _OnTerminal:
    """A command on a terminal. Ctrl-Z must not stop it: nobody could go on with it.

    Who freezes the run says so first, and goes on with it.
    """

    def __init__(self, running: subprocess.Popen[bytes], folder: Path) -> None:
        self._running = running
        self._frozen = folder / FROZEN

    @property
    def pid(self) -> int:
        return self._running.pid

    def ended(self) -> int | None:
        if self._running.returncode is not None:
            return self._running.returncode
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return None
        if os.WIFSTOPPED(status):
            if not self._frozen.exists():
                os.killpg(self.pid, signal.SIGCONT)
            return None
        self._running.returncode = os.waitstatus_to_exitcode(status)
        return self._running.returncode


def _run(
    spec: Spec,
    env: dict[str, str],
    terminal: int,
    prepare: Callable[[], None],
    *,
    session: bool,
) -> _OnTerminal:
    program = find_program(spec.argv, spec.cwd, env)
    try:
        return _OnTerminal(
            subprocess.Popen(
                [str(program), *spec.argv[1:]], executable=program, cwd=spec.cwd, env=env,
                stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=session,
                preexec_fn=prepare,  # noqa: PLW1509 - the shim has no threads
            ),
            spec.directory,
        )  # fmt: skip
    except OSError as error:
        raise EnvironmentProblemError(f"{program} cannot be run: {error.strerror}") from error


def _lead(terminal: int) -> None:
    """Take the terminal for the session that begins."""
    import fcntl
    import termios

    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def _come_to_the_front() -> None:
    """Become a group of one's own, to which keys such as Ctrl-C go."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.tcsetpgrp(_STDIN, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
