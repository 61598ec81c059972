"""Guards: what an agent's program is kept from running, as far as its command line tells.

**A seat belt, and no wall.** Whoever wants to gets around it: by a script in a file, by another
language. It keeps honest agents from mistakes, and says what to do instead. The wall is git's
fence (``reference-transaction``, the refs), the jail where there is one, and that nothing lands
but by the refinery.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from gitgt.model.guard import of_files, of_git, of_system
from gitgt.model.guard.calls import Call, calls
from gitgt.model.guard.ruling import Ground, Refusal, Rule

__all__ = ["Ground", "Refusal", "Rule", "judge", "judge_file", "saves_first"]

_BOMB: Final = re.compile(r"(\S+)\(\)\{\1\|\1&\};\1")


def judge(command: str, ground: Ground, *, without: Collection[str] = ()) -> Refusal | None:
    """Return why an agent's shell is not to run *command*; None if it may.

    Rules in *without* do not count here.
    """
    if _BOMB.search("".join(command.split())):
        return Refusal(Rule.SYSTEM, "that would start processes without end")
    cwd = ground.cwd
    for call in calls(command):
        found = _judged(call, ground, cwd)
        if found is not None and found.rule not in without:
            return found
        cwd = _moved(call, ground, cwd)
    return None


def judge_file(path: str, *, without: Collection[str] = ()) -> Refusal | None:
    """Return why an agent's editor is not to write *path*; None if it may."""
    if Rule.FENCE in without or not of_files.is_gits(path):
        return None
    return Refusal(
        Rule.FENCE, "what git keeps is changed by git alone", "use git's own commands"
    )


def saves_first(command: str) -> bool:
    """Tell whether *command* throws away what is not committed: it is saved before."""
    return any(of_git.saves_first(call) for call in calls(command))


def _judged(call: Call, ground: Ground, cwd: str) -> Refusal | None:
    files = of_files.judge(call, ground, cwd)
    return of_git.judge(call, ground) or of_system.judge(call) or files


def _moved(call: Call, ground: Ground, cwd: str) -> str:
    """Return where the commands after *call* stand; empty if nobody can say."""
    if call.name not in ("cd", "pushd") or call.through:
        return cwd
    words = [each for each in call.args if not each.startswith("-") or each == "-"]
    where = words[0] if words else "~"
    return "" if where == "-" else ground.place(where, cwd)
