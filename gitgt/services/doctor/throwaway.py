"""A town to throw away: a home, a project and a rig of its own, made by real commands.

Nothing of the person's configuration is read or touched: every command gets this home, and an
environment that is made from nothing but the PATH and what points an agent at its model.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.signposts import own_command
from gitgt.runtime import environment
from gitgt.services import settings
from gitgt.values import dataclass

RIG: Final = "probe"
_PATIENCE: Final = 120.0
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SHELL", "GT_SESSIONS_JAIL")
_PERSON: Final = """\
[user]
    name = Probe
    email = probe@example.com
[init]
    defaultBranch = main
"""


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """A folder in which a town is made, and what its commands see besides."""

    folder: Path
    given: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The home of whoever types."""
        return self.folder / "home"

    @property
    def town(self) -> Path:
        """Where the town is."""
        return self.home / "gt"

    @property
    def common(self) -> Path:
        """The repository of the rig."""
        return self.town / RIG / ".repo.git"

    def environ(self) -> dict[str, str]:
        """Return the environment of every command."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        path = environment.allowed(kept)["PATH"]
        here = {"HOME": str(self.home), "TMPDIR": str(self.folder / "tmp"), "TERM": "dumb"}
        return {**kept, **here, "PATH": path, **self.given}

    def make(self, name: str, runtime: Mapping[str, Any], files: Mapping[str, str]) -> None:
        """Make home, project, town and rig, whose agents run on the runtime called *name*.

        Raises:
            EnvironmentProblemError: a command failed, and what it said.
        """
        project = self.folder / "project"
        for each in (self.home, self.folder / "tmp", project):
            each.mkdir(parents=True)
        for path, text in {".gitconfig": _PERSON, **files}.items():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_text(text)
        (project / "README.md").write_text("A project to probe agents with.\n")
        self.git("init", "-q", cwd=project)
        self.git("add", ".", cwd=project)
        self.git("commit", "-q", "-m", "Begin", cwd=project)
        self.gt("install", str(self.town), cwd=self.home)
        agents = settings.emit({"default": name, "agents": {name: dict(runtime)}})
        (self.town / "settings").mkdir(exist_ok=True)
        (self.town / "settings/agents.yaml").write_bytes(agents)
        self.git("add", "settings", cwd=self.town)
        self.git("commit", "-q", "-m", "Probe a runtime", cwd=self.town)
        self.gt("rig", "add", RIG, str(project))
        self.gt("gate", "waive", RIG, "--reason", "it is thrown away")

    def git(self, *words: str, cwd: Path | None = None) -> str:
        """Run git, and return what it answered.

        Raises:
            EnvironmentProblemError: it failed, and what it said.
        """
        return self._run(("git", *words), cwd)

    def gt(self, *words: str, cwd: Path | None = None) -> str:
        """Run this very gitgt in the town; see ``git``."""
        return self._run((*own_command(), *words), cwd)

    def asked(self, *words: str) -> Any:  # noqa: ANN401 - whatever JSON says
        """Return what gitgt answers in JSON."""
        return json.loads(self.gt(*words, "--json"))

    def _run(self, words: Sequence[str], cwd: Path | None) -> str:
        told = " ".join(words[-3:])
        try:
            done = subprocess.run(
                words,
                cwd=cwd or self.town,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentProblemError(f"... {told}: {error}") from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise EnvironmentProblemError(f"... {told} exits with {done.returncode}: {said}")
        return done.stdout.decode(errors="replace")
