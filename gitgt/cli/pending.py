"""What waits while no watcher lives: commands that write see to it, the others say so.

Hooks can be missed and watchers die; so every command glances at what was noted, which costs a
folder's listing and a few small files.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in typing, which takes longer to import than a quick answer
if TYPE_CHECKING:
    from typing import Final

_WRITE: Final = frozenset(
    {"bead", "convoy", "crew", "done", "gate", "import", "mol", "recover", "sling", "sync",
     "wisp"}
)  # fmt: skip
_ONLY_READ: Final = frozenset(
    {"blame", "blocked", "children", "count", "current", "diff", "duplicates", "epic", "export",
     "graph", "history", "lint", "list", "progress", "ready", "search", "show", "stale",
     "stats"}
)  # fmt: skip
_SAY_SO: Final = frozenset(
    {"agents", "escalate", "escalation", "feed", "hook", "log", "mq", "polecat", "radar",
     "ready", "rig", "status", "todo"}
)  # fmt: skip


def see_to(words: list[str]) -> bool:
    """Do one pass if something waits that *words* may depend on; tell whether to say so later.

    An agent is told nothing: it can go on, and whoever started it sees to the rest.
    """
    if {"-h", "--help", "--dry-run"} & set(words) or not (_writes(words) or _reads(words)):
        return False
    number = _waiting()
    if number < 0:
        _boot()
    if number <= 0:
        return False
    if not _writes(words):
        return True
    from gitgt.cli import context

    context.after_writing(context.town())
    return False


def say() -> None:
    """Say that something waits, if it does and nobody else sees to it."""
    number = _waiting()
    if number > 0 and not os.environ.get("GT_AGENT"):
        things = "1 thing waits" if number == 1 else f"{number} things wait"
        sys.stderr.write(f"gt: {things}, and no watcher lives\nhint: git gt tick\n")


def _boot() -> None:
    """Look after a watcher that lives and hears nothing, unless it is an agent that types."""
    if os.environ.get("GT_AGENT"):
        return
    from gitgt.cli import context
    from gitgt.daemon import boot
    from gitgt.errors import GtError

    try:
        done = boot.triage(context.town())
    except GtError:
        return  # somebody else is at it, or it is told by whoever is asked about the watcher
    if done.did:
        sys.stderr.write(f"gt: {done.verdict.why}: {done.did}\n")


def _writes(words: list[str]) -> bool:
    if words[0] == "ready":
        return "--claim" in words
    if words[0] not in _WRITE:
        return False
    if words[0] in ("done", "import", "recover", "sling", "sync"):
        return True
    verb = words[1] if len(words) > 1 else "-"
    return not verb.startswith("-") and verb not in _ONLY_READ


def _reads(words: list[str]) -> bool:
    return words[0] in _SAY_SO or words[0] in _WRITE


def _waiting() -> int:
    """Return how much waits in our town if no watcher lives there; see ``quick.waiting``."""
    from gitgt.services import quick

    try:
        found = quick.waiting(os.getcwd())
    except OSError:
        return 0
    return _asked() if found is None else found


def _asked() -> int:
    """Ask the town itself: what is known of its rigs is out of date."""
    from pathlib import Path

    from gitgt.errors import GtError
    from gitgt.services import quick
    from gitgt.services.town import Town

    try:
        quick.remember(Town.around(Path.cwd()))
        return quick.waiting(os.getcwd()) or 0
    except (GtError, OSError):
        return 0
