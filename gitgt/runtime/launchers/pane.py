"""Sessions on panes of tmux: one server for a town, one session of it for each agent."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.runtime import process
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.environment import town_mark
from gitgt.runtime.launchers.surface import ask_for_terminal
from gitgt.runtime.process import On, Spec
from gitgt.runtime.session_folders import Facts
from gitgt.runtime.terminal import handover, tmux
from gitgt.runtime.terminal.tmux import Tmux
from gitgt.runtime.terminal.vt import View

_SHIM: Final = Path(process.__file__).with_name("shim.py")
# What tmux takes to notice that a pane's process has ended, on a busy machine.
_TO_NOTICE: Final = 5.0


class Pane:
    """A pane of tmux; see ``Surface``."""

    on = On.PANE

    @staticmethod
    def named(assignment: Assignment) -> dict[str, Any]:
        """Return which session of which server is that of *assignment*.

        It is called as its agent is, so a person finds it in ``tmux ls``.
        """
        return {
            "socket": tmux.socket_of(town_mark(assignment.town)),
            "pane": assignment.address,
        }

    def begin(self, spec: Spec, facts: Facts) -> None:
        """See ``Surface``."""
        server, name = _server(facts)
        printed = spec.directory / "printed"
        printed.unlink(missing_ok=True)

        def start(marked: Spec, lock: int) -> None:
            os.mkfifo(printed, 0o600)
            argv = (sys.executable, "-P", str(_SHIM), str(spec.directory))
            mark = marked.env.get(process.TOWN_MARK, "")
            handover.give(
                spec.directory,
                lock,
                lambda: server.begin(name, argv, size=spec.size, log=printed, mark=mark),
            )

        server.end(name)  # one that outlived its run, which nobody else could be in
        try:
            process.spawn(spec, start)
        except EnvironmentProblemError:
            server.end(name)
            printed.unlink(missing_ok=True)
            raise

    def end(self, facts: Facts) -> None:
        """See ``Surface``."""
        server, name = _server(facts)
        until = time.monotonic() + _TO_NOTICE
        while server.has(name) and time.monotonic() < until:
            time.sleep(0.01)
        server.end(name)

    def type(self, folder: Path, facts: Facts, text: str, keys: tuple[str, ...]) -> None:  # noqa: ARG002
        """See ``Surface``."""
        server, name = _server(facts)
        server.paste(f"={name}:", text, keys)

    def view(self, folder: Path, facts: Facts, lines: int) -> View | None:  # noqa: ARG002
        """See ``Surface``."""
        server, name = _server(facts)
        return server.view(f"={name}:", lines)

    def attach(self, folder: Path, facts: Facts) -> int:  # noqa: ARG002
        """See ``Surface``.

        Raises:
            RefusedError: we have no terminal to show it on.
        """
        ask_for_terminal(facts)
        server, name = _server(facts)
        return server.attach(name)

    def detach(self, folder: Path, facts: Facts) -> int:  # noqa: ARG002
        """See ``Surface``."""
        server, name = _server(facts)
        return server.detach(name)


def _server(facts: Facts) -> tuple[Tmux, str]:
    return Tmux(facts["socket"]), facts["pane"]
