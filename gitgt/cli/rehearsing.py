"""``--dry-run`` of whatever writes: tell the ref transactions that would be made; make none.

Every command has it that is not known to read only, unless it has a ``--dry-run`` of its own.
What the command itself would say is not said, since it would not be true, unless it refuses.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from gitgt.cli import output

if TYPE_CHECKING:
    from gitgt.git.rehearsal import Ended, Rehearsal

# Verbs that write nothing, whatever noun they belong to, and those that begin what lasts.
_READ: Final = frozenset(
    {
        "announces", "at", "attach", "audit", "blame", "blocked", "bisect-main", "boot",
        "capture", "check-recovery", "children", "conflict", "cook", "costs", "count", "current",
        "cv", "cycles", "demo", "detect", "diff", "digest", "directory", "du", "env", "export",
        "feed", "get", "graph", "health-state", "history", "home", "inbox", "lint", "list",
        "log", "logs", "memories", "next", "peek", "prev", "progress", "queue", "radar",
        "redispatch-state", "replay", "report", "resume", "runtimes", "scan", "seance", "search",
        "show", "stats", "status", "stranded", "subscribers", "thread", "todo", "tree",
        "waves", "watch", "whoami", "why", "zombie-scan",
    }
)  # fmt: skip
# What is named like one that reads and does not, or the other way round.
_WRITES_ALL_THE_SAME: Final = frozenset(
    {"deacon resume", "refinery resume", "mountain resume", "scheduler resume", "convoy watch"}
)
_READS_ALL_THE_SAME: Final = frozenset(
    {"bead stale", "polecat stale", "mol gate check", "radar check", "refinery ready",
     "session check", "doctor", "fsck"}
)  # fmt: skip


def offer(command: click.Command, path: str) -> click.Command:
    """Give *command*, which is typed as *path*, its ``--dry-run``, if it writes and has none."""
    if isinstance(command, click.Group) or _reads(path) or _has(command):
        return command
    command.params.append(
        click.Option(
            ["--dry-run"], is_flag=True, expose_value=False, callback=_begin,
            help="Show which refs would move, and move none.",
        )
    )  # fmt: skip
    return command


@contextlib.contextmanager
def stage(words: list[str]) -> Iterator[None]:
    """Let what is rehearsed within be told at the end, in JSON if *words* ask for it.

    What its command says meanwhile is lost, unless it fails.
    """
    out, err = sys.stdout, sys.stderr
    ended: Ended | None = None
    try:
        yield
    except BaseException as error:
        if not (going := _going()):
            raise
        heard = sys.stderr
        sys.stdout, sys.stderr = out, err
        _end()
        if type(error).__name__ != "Ended":
            err.write(heard.getvalue() if isinstance(heard, io.StringIO) else "")
            raise
        ended = error  # type: ignore[assignment] - seen by its name, so that few import it
    else:
        going = _going()
        sys.stdout, sys.stderr = out, err
    if going is not None:
        _tell(going, ended, as_json="--json" in words)
        _end()


def _reads(path: str) -> bool:
    words = path.split()
    verb, noun = words[-1], " ".join(words[-2:])
    if noun in _WRITES_ALL_THE_SAME or path == "ready":
        return False
    return verb in _READ or noun in _READS_ALL_THE_SAME or path in _READS_ALL_THE_SAME


def _has(command: click.Command) -> bool:
    return any("--dry-run" in each.opts for each in command.params)


def _begin(_context: click.Context, _option: click.Parameter, wanted: Any) -> None:  # noqa: ANN401
    if wanted:
        from gitgt.git import rehearsal

        rehearsal.begin()
        sys.stdout, sys.stderr = _Nowhere(), io.StringIO()


def _going() -> Rehearsal | None:
    module = sys.modules.get("gitgt.git.rehearsal")
    return module.going() if module else None


def _end() -> None:
    sys.modules["gitgt.git.rehearsal"].end()


class _Nowhere(io.TextIOWrapper):
    """Takes what is not to be said."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="replace")


def _tell(rehearsal: Rehearsal, ended: Ended | None, *, as_json: bool) -> None:
    from gitgt.cli import changes
    from gitgt.services import rehearsed

    found = [rehearsed.of(each) for each in rehearsal.transactions]
    after = ended.act if ended else ""
    if as_json:
        output.answer_json(
            {"dry_run": True, "transactions": [each.fields() for each in found], "next": after}
        )
        return
    for each in found:
        output.answer(f"{each.repository}: {output.one_line(each.why)}")
        for move in each.moves:
            output.answer(f"  {move.name}  {_short(move.old)} -> {_short(move.new)}")
        for document in each.documents:
            output.answer(f"    {document.how:<8}  {document.id}")
            for change in document.changes:
                for line in changes.lines(change, whole=False):
                    output.answer(f"        {line}")
    if after:
        output.answer(f"then: {output.one_line(after)}")
    if not found and not after:
        output.answer("nothing would change")
    output.say("gt: nothing was done")


def _short(oid: str | None) -> str:
    return oid[:12] if oid else "nothing"
