"""Say what would be done, and do nothing: what ``--dry-run`` of a command that writes means.

While a rehearsal goes on, a ref that is moved is moved for this process alone: whatever comes
next reads it there, as it would find it. Objects are written; nothing points at them, so git
drops them in its own time. An act of another kind cannot be pretended, and what comes after it
depends on it: the first one ends the rehearsal, and is told as what would come next.

Python itself tells of each file that is opened to be written, each rename and each process
before it happens (PEP 578), so nothing that somebody adds later is forgotten here.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gitgt.errors import LedgerConflictError
from gitgt.git import faults, refs
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.git.transaction import RefMove

# What git does for these changes nothing but objects that nobody points at.
_READ: Final = frozenset(
    {
        "--version", "blame", "cat-file", "check-attr", "check-ignore", "check-ref-format",
        "cherry", "commit-tree", "describe", "diff", "diff-tree", "for-each-ref", "grep",
        "hash-object", "interpret-trailers", "log", "ls-files", "ls-remote", "ls-tree",
        "merge-base", "merge-tree", "mktree", "name-rev", "patch-id", "rev-list", "rev-parse",
        "shortlog", "show", "show-ref", "status", "stripspace", "var", "version",
    }
)  # fmt: skip
_ASKS: Final = re.compile(r"--get\S*|--list|-l|list")
# What the first of two words names becomes what the second one names.
_PAIRS: Final = frozenset({"os.link", "os.rename", "os.symlink", "shutil.move"})
# What the first word names is changed or gone afterwards.
_CHANGES: Final = {
    "os.chmod": "change the mode of", "os.kill": "signal", "os.killpg": "signal",
    "os.mkdir": "make", "os.remove": "remove", "os.rmdir": "remove", "os.truncate": "cut",
    "shutil.rmtree": "remove", "socket.connect": "connect to",
}  # fmt: skip
_STARTS: Final = frozenset({"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"})
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# What may be lost: locks, what is found again by looking, what Python makes of modules that
# it reads for the first time. And objects, see above.
_MOMENTARY: Final = re.compile(
    r"/dev/|.*/__pycache__(/[^/]*)?$|.*/objects(/[0-9a-f]{2}|/pack)?(/[^/]*)?$"
    r"|.*\.git/gt(/[^/]*|/.*\.lock|/index\.sqlite[^/]*)$"
)


class Ended(BaseException):
    """What came up cannot be pretended. No handler of errors is to take it for one."""

    def __init__(self, act: str) -> None:
        super().__init__(act)
        self.act = act


@dataclass(frozen=True, slots=True)
class Transaction:
    """Refs of one repository that would move together, and why."""

    common: Path
    moves: tuple[RefMove, ...]
    why: str


@dataclass(slots=True)
class Rehearsal:
    """What would have been done so far."""

    transactions: list[Transaction] = field(default_factory=list)


_going: Rehearsal | None = None
_listens = False


def begin() -> Rehearsal:
    """Pretend from now on, until ``end``."""
    global _going, _listens  # noqa: PLW0603 - one for each process, as its acts are
    if not _listens:  # an audit hook cannot be taken off again
        sys.addaudithook(_hear)
        _listens = True
    faults.pretend(wanted=True)
    _going = Rehearsal()
    return _going


def end() -> None:
    """Act again, and forget what was pretended."""
    global _going  # noqa: PLW0603
    _going = None
    faults.pretend(wanted=False)
    refs.pretended.clear()


def going() -> Rehearsal | None:
    """Return the rehearsal that goes on; None if whatever is done is done."""
    return _going


def move(rehearsal: Rehearsal, common: Path, moves: Sequence[RefMove], why: str) -> None:
    """Pretend that *moves* were made.

    Raises:
        LedgerConflictError: a ref does not stand where it was read.
    """
    for each in moves:
        if refs.read_ref(common, each.name) != each.old:
            raise LedgerConflictError(f"{each.name} moved while it was being written")
    for each in moves:
        refs.pretended[common, each.name] = each.new
    rehearsal.transactions.append(Transaction(common, tuple(moves), why))


def _hear(event: str, args: tuple[Any, ...]) -> None:
    """Let through what leaves no trace.

    Raises:
        Ended: this would.
    """
    if _going is not None and (act := _trace(event, args)):
        raise Ended(act)


def _trace(event: str, args: tuple[Any, ...]) -> str:
    """Return in words what leaves a trace; empty if nothing does."""
    if event == "open":
        path, _, flags = args
        is_file = isinstance(path, (str, bytes)) and bool(flags & _WRITES)
        return f"write {os.fsdecode(path)}" if is_file and not _is_momentary(path) else ""
    if event == "subprocess.Popen":
        return _run([os.fsdecode(each) for each in args[1]])
    if event in _STARTS:
        return "run another program"
    if event in _PAIRS and not all(map(_is_momentary, args[:2])):
        return f"write {_said(args[1])}"
    if event in _CHANGES and not _is_momentary(args[0]) and not _is_vain(event, args[0]):
        return f"{_CHANGES[event]} {_said(args[1] if event == 'socket.connect' else args[0])}"
    return ""


def _said(what: object) -> str:
    return os.fsdecode(what) if isinstance(what, (str, bytes, os.PathLike)) else str(what)


def _is_momentary(path: object) -> bool:
    return isinstance(path, (str, bytes, os.PathLike)) and bool(
        _MOMENTARY.match(str(Path(os.fsdecode(path)).absolute()))
    )


def _is_vain(event: str, path: object) -> bool:
    """Tell whether this fails or does nothing: a folder that is there, a file that is not."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    return os.path.lexists(path) == (event == "os.mkdir")


def _run(argv: Sequence[str]) -> str:
    program, *words = argv
    if Path(program).name == "git":
        while words and words[0].startswith("-") and words[0] not in _READ:
            words = words[2 if words[0] in ("-c", "-C") else 1 :]
        if _reads(words):
            return ""
    return f"run {shlex.join([program, *words])}"


def _reads(words: Sequence[str]) -> bool:
    """Tell whether a git command changes nothing but objects."""
    verb, *more = words or [""]
    if verb in ("branch", "config", "notes", "remote", "symbolic-ref", "worktree"):
        return any(_ASKS.fullmatch(each) for each in more)
    return verb in _READ
