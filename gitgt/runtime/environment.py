"""The environment of an agent: an allow-list, so what nobody thought of does not get in.

Credentials are not on it: an agent commits, and only the refinery and the sync worker push.
``VARIABLES`` is what an agent's program may rely on; the documents are made from it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from gitgt.model.actor import Actor
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.process import CHOSEN, TOWN_MARK

PROMPT: Final = "GT_PROMPT"
# Linux takes 128 KiB in one variable or argument, the name included.
LONGEST: Final = 120 * 1024

_ALLOWED: Final = frozenset(
    {"PATH", "HOME", "LANG", "LANGUAGE", "TERM", "TMPDIR", "USER", "LOGNAME", "SHELL", "TZ"}
)
# Commits are not signed: the key would be that of the person whose home the agent sees. An
# empty helper forgets those that were named before it, for whatever host; so do headers.
_GIT_CONFIG: Final = (
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("credential.helper", ""),
    ("http.extraHeader", ""),
)
# An agent of ssh may be named in the person's configuration of it, not only in a variable.
_SSH: Final = "ssh -o BatchMode=yes -o IdentityAgent=none"
_ALLOWED_PREFIXES: Final = ("LC_",)
# What an agent sets off, where nobody watches, begins sessions too: as the person has chosen,
# and on the same server of tmux.
_OF_SESSIONS: Final = (CHOSEN, "TMUX_TMPDIR")


class Variable(NamedTuple):
    """One variable that an agent's program may rely on."""

    name: str
    meaning: str
    value: Callable[[Assignment], str]


VARIABLES: Final = (
    Variable("GT_TOWN_ROOT", "the town's folder", lambda it: str(it.town)),
    Variable("GT_ROLE", "what the agent is: polecat, crew, mayor, ...", lambda it: it.role),
    Variable("GT_RIG", "the rig that it works in", lambda it: it.rig),
    Variable("GT_POLECAT", "its name within the rig", lambda it: it.name),
    Variable("GT_AGENT", "its address, such as shop/polecats/toast", lambda it: it.address),
    Variable("GT_BEAD", "the bead on its hook", lambda it: it.bead),
    Variable("GT_BRANCH", "the branch that it works on", lambda it: it.branch),
    Variable("GT_BASE", "the branch that its work is to land on", lambda it: it.base),
    Variable("GT_WORKTREE", "its worktree, where it is started", lambda it: str(it.worktree)),
    Variable("GT_SESSION", "the id of this session", lambda it: it.session),
    Variable("GT_SESSION_DIR", "where this session is kept", lambda it: str(it.folder or "")),
    Variable(
        "GT_ATTEMPT",
        "1, and one more each time that its work came back",
        lambda it: str(it.attempt),
    ),
    Variable(PROMPT, "its prompt, the first 120 KiB of it", lambda it: _shortened(it.prompt)),
)


def for_agent(assignment: Assignment, ours: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of the session *assignment*, out of *ours*.

    Empty variables are left out, so ``${GT_BEAD?}`` says what is missing.
    """
    made = {name: value(assignment) for name, _, value in VARIABLES}
    return {
        **allowed(ours, assignment.runtime.environment),
        **{name: value for name, value in ours.items() if name.startswith(_OF_SESSIONS)},
        **_git(assignment),
        TOWN_MARK: town_mark(assignment.town),
        **{name: value for name, value in made.items() if value},
    }


def allowed(ours: Mapping[str, str], beyond: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what of *ours* any program that works for us may see; gates get this, too."""
    kept = {name: value for name, value in ours.items() if _is_allowed(name) or name in beyond}
    kept["PATH"] = _with_our_programs(kept.get("PATH", os.defpath))
    return kept


def town_mark(town: Path) -> str:
    """Return what every process that works for *town* carries as ``GT_TOWN_RUN``."""
    return hashlib.sha256(os.fsencode(town.resolve())).hexdigest()[:16]


def _is_allowed(name: str) -> bool:
    return name in _ALLOWED or name.startswith(_ALLOWED_PREFIXES)


def _git(assignment: Assignment) -> dict[str, str]:
    """Let the agent's commits be its own, and git neither ask nor climb out of the sandbox.

    Nor does it get a password from what the person has set up to remember theirs.
    """
    who = Actor.agent(assignment.address)
    return {
        "GIT_AUTHOR_NAME": who.address,
        "GIT_AUTHOR_EMAIL": who.email,
        "GIT_COMMITTER_NAME": who.address,
        "GIT_COMMITTER_EMAIL": who.email,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_SSH_COMMAND": _SSH,
        "GIT_CEILING_DIRECTORIES": str(assignment.worktree.parent),
        "GIT_CONFIG_COUNT": str(len(_GIT_CONFIG)),
        **{f"GIT_CONFIG_KEY_{n}": key for n, (key, _) in enumerate(_GIT_CONFIG)},
        **{f"GIT_CONFIG_VALUE_{n}": value for n, (_, value) in enumerate(_GIT_CONFIG)},
    }


def _with_our_programs(path: str) -> str:
    """Let agents find ``git-gt`` also where it is installed away from the PATH."""
    beside = Path(sys.executable).parent
    if shutil.which("git-gt", path=path) or not (beside / "git-gt").exists():
        return path
    return f"{path}{os.pathsep}{beside}"


def _shortened(prompt: str) -> str:
    """Return *prompt* as one variable can hold it."""
    return prompt.replace("\0", "").encode()[: LONGEST - len(PROMPT)].decode(errors="ignore")
