"""Run the git program.

Whatever ``GIT_*`` a hook or a GUI exported is dropped first: a leaked ``GIT_DIR`` makes git
act on another repository than the one that was named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError, GitFailedError, ToolMissingError
from gitgt.git import faults
from gitgt.values import dataclass

# What git itself says is local to one repository (git rev-parse --local-env-vars), and what
# would make its answers depend on who asks.
_DROPPED: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_CONFIG_COUNT",
        "GIT_CONFIG_PARAMETERS", "GIT_DIR", "GIT_EXTERNAL_DIFF", "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
        "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
        "GIT_EDITOR", "GIT_PAGER", "GIT_REFLOG_ACTION", "GIT_TRACE",
    }
)  # fmt: skip
# What a person has set for what they type, and what would stop or garble what we run.
_OURS: Final = (
    "safe.bareRepository=all", "core.safecrlf=false", "commit.gpgSign=false",
    "log.showSignature=false", "merge.verifySignatures=false", "advice.addIgnoredFile=false",
)  # fmt: skip
# For answers that must be the same whoever asks, on whatever machine.
HERMETIC: Final[Mapping[str, str]] = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_SETTINGS: Final = tuple(word for each in _OURS for word in ("-c", each))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a git command ended."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def ok(self) -> bool:
        """Tell whether it exited with 0."""
        return self.code == 0


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our environment without what points git at some other repository."""
    kept = dict(_kept(os.environ))
    kept.update(GIT_TERMINAL_PROMPT="0", LC_ALL="C.UTF-8")
    kept.update(extra or {})
    return kept


def _kept(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        if name in _DROPPED or name.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")):
            continue
        yield name, value


def attempt(
    *argv: str,
    cwd: Path,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Run git in *cwd* and return how it ended, whatever that is.

    Raises:
        ToolMissingError: there is no git.
        EnvironmentProblemError: *cwd* is not there.
    """
    import subprocess  # 10 ms, which a command that only reads refs does not have

    faults.act("git", *argv)
    try:
        done = subprocess.run(
            ["git", *_SETTINGS, *argv],
            cwd=cwd,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=clean_environment(env),
            check=False,
        )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise EnvironmentProblemError(f"{cwd} is not there") from error
        raise ToolMissingError("git is not installed", hint="gitgt needs git 2.39") from error
    except OSError as error:
        raise EnvironmentProblemError(f"git could not be run: {error}") from error
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def git(
    *argv: str,
    cwd: Path,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Run git in *cwd* and return what it printed.

    Raises:
        GitFailedError: it exited with something else than 0.
    """
    outcome = attempt(*argv, cwd=cwd, stdin=stdin, env=env)
    if not outcome.ok:
        raise GitFailedError(argv, outcome.code, outcome.stderr)
    return outcome.stdout


def line(*argv: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run git in *cwd* and return its answer of one line."""
    return git(*argv, cwd=cwd, env=env).decode(errors="surrogateescape").strip()
