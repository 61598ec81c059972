"""The door to tmux: one server for a town, on a socket and with settings of its own.

What is run is a list of words, and tmux runs it without a shell. Text goes in through a
buffer, not as keys: ``send-keys -l`` loses a ``;`` at the end, and takes 16 KB at most. Every
call ends in time. The server keeps the environment of whoever started it, so that is a clean
one.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime.identity import DETACHED
from gitgt.runtime.process import TOWN_MARK
from gitgt.runtime.terminal import keyboard
from gitgt.runtime.terminal.vt import View

_PATIENCE: Final = 10.0
_PASSED_ON: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "SHELL",
    "TMUX_TMPDIR",
    "USER",
)
_OLDEST: Final = (3, 2)
_HISTORY: Final = "20000"
_OPTIONS: Final = (
    ("-s", "exit-empty", "on"),
    ("-s", "escape-time", "10"),
    ("-s", "extended-keys", "on"),
    ("-s", "focus-events", "on"),
    ("-s", "set-clipboard", "off"),
    ("-g", "default-terminal", "screen-256color"),
    ("-g", "history-limit", _HISTORY),
    ("-g", "mouse", "on"),
    ("-g", "remain-on-exit", "off"),
    ("-g", "destroy-unattached", "off"),
    ("-g", "detach-on-destroy", "on"),
    ("-g", "window-size", "latest"),
    ("-g", "automatic-rename", "off"),
    ("-g", "allow-rename", "off"),
    ("-g", "status-left-length", "60"),
    ("-g", "status-left", "#{session_name} "),
    ("-g", "status-right", "Ctrl-b d leaves"),
)
_GONE: Final = re.compile(
    r"can't find|no server running|error connecting|no current|lost server"
    r"|server exited"
)
_LEAVING: Final = re.compile(r"lost server|server exited")


def is_usable() -> bool:
    """Tell whether there is a tmux that is new enough."""
    if shutil.which("tmux") is None:
        return False
    try:
        said = subprocess.run(
            ["tmux", "-V"], capture_output=True, text=True, check=False, timeout=_PATIENCE
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.search(r"(\d+)\.(\d+)", said)
    return found is None or (int(found[1]), int(found[2])) >= _OLDEST


def socket_of(mark: str) -> str:
    """Return the name of the socket of the town with that *mark*."""
    return f"gitgt-{mark[:12]}"


class Tmux:
    """A server of tmux: by the name of its socket, or from within by its path."""

    def __init__(self, name: str = "", *, path: str = "") -> None:
        self._where = ("-L", name) if name else ("-S", path)

    def begin(
        self,
        session: str,
        argv: tuple[str, ...],
        *,
        size: tuple[int, int],
        log: Path,
        mark: str,
    ) -> None:
        """Start a session that runs *argv* and copies what it prints into *log*.

        One call does all, so that nothing can end before it is set. A server whose last session
        has just ended takes the call down with itself: then there is none, and the next call
        starts one.

        Raises:
            EnvironmentProblemError: tmux cannot, and what it says.
        """
        rows, columns = size
        options = [word for each in _OPTIONS for word in (";", "set-option", *each)]
        copy = f"exec cat >{shlex.quote(str(log))}".replace("#", "##").replace("%", "%%")
        new = ("new-session", "-d", "-s", session, "-x", str(columns), "-y", str(rows))
        words = (
            "start-server", *options, ";", *new, "-c", "/", "--", *map(_whole, argv),
            ";", "pipe-pane", "-O", "-t", f"={session}:", _whole(copy),
        )  # fmt: skip
        try:
            self._call(*words, mark=mark)
        except EnvironmentProblemError as error:
            if not _LEAVING.search(error.message):
                raise
            self._call(*words, mark=mark)

    def has(self, session: str) -> bool:
        """Tell whether there is such a session."""
        return self._ask("has-session", "-t", f"={session}") is not None

    def end(self, session: str) -> None:
        """End a session, if it is there."""
        self._ask("kill-session", "-t", f"={session}")

    def sessions(self) -> list[str]:
        """Return the sessions of the server, which may not run."""
        return (self._ask("list-sessions", "-F", "#{session_name}") or "").splitlines()

    def paste(self, target: str, text: str, keys: tuple[str, ...]) -> None:
        """Paste *text* as one piece, then strike *keys*; also while somebody scrolls there.

        Raises:
            EnvironmentProblemError: the pane is not there.
        """
        clean = keyboard.pasted(text)
        name = f"gitgt-{os.getpid()}"
        # Whoever scrolls is taken back: tmux 3.3 marks no paste while a pane is scrolled.
        leave = f"send-keys -t '{target}' -X cancel"
        words = ["if-shell", "-F", "-t", target, "#{pane_in_mode}", leave]
        if clean:
            words += [";", "load-buffer", "-b", name, "-"]
            words += [";", "paste-buffer", "-p", "-r", "-d", "-b", name, "-t", target]
        if keys:
            keyboard.strokes(keys)  # whoever mistypes one is told
            words += [";", "send-keys", "-t", target, *map(_whole, keys)]
        self._call(*words, stdin=clean.encode())

    def view(self, target: str, lines: int = 0) -> View | None:
        """Return what a pane shows, and *lines* of what it has shown; None if it is gone."""
        told = self._ask(
            "display-message", "-p", "-t", target, "#{pane_title}", ";",
            "capture-pane", "-p", "-t", target, "-S", f"-{lines}",
        )  # fmt: skip
        if told is None:
            return None
        title, _, shown = told.partition("\n")
        return View(title, tuple(shown.splitlines()))

    def attach(self, session: str) -> int:
        """Show a session on this terminal until its person leaves; return tmux's exit code."""
        inside = os.environ.get("TMUX", "").partition(",")[0]
        verb = "attach-session"
        if inside and Path(inside).name == self._where[1]:
            verb = "switch-client"
        environ = {name: text for name, text in os.environ.items() if name != "TMUX"}
        return subprocess.run(
            ["tmux", *self._where, verb, "-t", f"={session}"],
            env=environ if verb == "attach-session" else None,
            check=False,
        ).returncode

    def detach(self, session: str) -> int:
        """Send away whoever is attached to a session; return how many were."""
        clients = self._ask("list-clients", "-t", f"={session}", "-F", "#{client_name}") or ""
        if clients:
            self._ask("detach-client", "-s", f"={session}")
        return len(clients.splitlines())

    def _ask(self, *words: str) -> str | None:
        """Return what tmux says; None if whom it was asked about is not there."""
        try:
            return self._call(*words)
        except EnvironmentProblemError as error:
            if _GONE.search(error.message):
                return None
            raise

    def _call(self, *words: str, stdin: bytes = b"", mark: str = "") -> str:
        try:
            done = subprocess.run(
                ["tmux", "-f", "/dev/null", *self._where, *words], input=stdin,
                capture_output=True, check=False, timeout=_PATIENCE, env=_environment(mark),
            )  # fmt: skip
        except FileNotFoundError as error:
            raise EnvironmentProblemError("there is no tmux", hint=_NO_TMUX) from error
        except subprocess.TimeoutExpired as error:
            raise EnvironmentProblemError(
                f"tmux has not answered for {_PATIENCE:.0f} seconds"
            ) from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise EnvironmentProblemError(f"tmux: {said or f'exit code {done.returncode}'}")
        return done.stdout.decode(errors="replace")


_NO_TMUX: Final = "install it, or set sessions: {launcher: process} in settings/config.yaml"


def _whole(word: str) -> str:
    """Keep tmux from taking a ``;`` at a word's end for the end of the command."""
    return f"{word[:-1]}\\;" if word.endswith(";") else word


def _environment(mark: str) -> dict[str, str]:
    """Return what the server may see: it shows that to whoever asks, and keeps it."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    town = {TOWN_MARK: mark} if mark else {}
    return {"TERM": "screen-256color", **kept, **town, DETACHED: "1"}
