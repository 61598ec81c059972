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
    from typing import TextIO

    from gitgt.git.rehearsal import Rehearsal
    from gitgt.services.rehearsed import Rehearsed

# Verbs that write nothing, whatever noun they belong to, and those that begin what lasts.
_READ: Final = frozenset(
    {
        "announces", "at", "attach", "audit", "blame", "blocked",
        "capture", "check-recovery", "children", "conflict", "cook", "costs", "count",
        "current", "cv", "cycles", "demo", "detect", "diff", "digest", "directory", "du", "env",
        "export", "feed", "get", "graph", "health-state", "history", "home", "inbox", "lint",
        "list", "log", "logs", "memories", "next", "peek", "prev", "progress", "queue", "radar",
        "redispatch-state", "replay", "report", "resume", "runtimes", "scan", "seance",
        "search", "show", "stats", "status", "stranded", "subscribers", "thread", "todo",
        "tree", "waves", "watch", "whoami", "why", "zombie-scan",
    }
)  # fmt: skip
# What is named like one of them and writes, if only with an option; and what reads though
# its name says otherwise.
_WRITES_ALL_THE_SAME: Final = frozenset(
    {"deacon resume", "refinery resume", "mountain resume", "scheduler resume", "convoy watch",
     "hook attach", "patrol scan"}
)  # fmt: skip
_READS_ALL_THE_SAME: Final = frozenset(
    {"bead stale", "dog chores", "radar check", "refinery ready", "session check"}
)  # fmt: skip


def offer(command: click.Command, path: str) -> click.Command:
    """Give *command*, typed as *path*, its ``--dry-run``, if it writes and has none."""
    if isinstance(command, click.Group) or _reads(path) or _has(command):
        return command
    command.params.append(
        click.Option(
            ["--dry-run", *_alias(command)], is_flag=True, expose_value=False, callback=_begin,
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
    after = ""
    try:
        yield
    except BaseException as error:
        after = _cut_off(error)
        if not after:
            _close(out, err, failed=True)
            raise
    going = _going()
    if going is not None:
        _close(out, err, failed=False)
        _tell(going, after, as_json="--json" in words)


def _cut_off(error: BaseException) -> str:
    """Return the act by which a rehearsal ended; empty if something else went wrong."""
    if _going() is None:
        return ""
    from gitgt.git.rehearsal import Ended

    return error.act if isinstance(error, Ended) else ""


def _close(out: TextIO, err: TextIO, *, failed: bool) -> None:
    """Let be heard again what is said, and what was said of a failure."""
    if _going() is None:
        return
    heard = sys.stderr
    sys.stdout, sys.stderr = out, err
    sys.modules["gitgt.git.rehearsal"].end()
    if failed and isinstance(heard, io.StringIO):
        err.write(heard.getvalue())


def _reads(path: str) -> bool:
    words = path.split()
    verb, noun = words[-1], " ".join(words[-2:])
    if noun in _WRITES_ALL_THE_SAME or path == "ready":
        return False
    return verb in _READ or noun in _READS_ALL_THE_SAME or path in _READS_ALL_THE_SAME


def _alias(command: click.Command) -> list[str]:
    """Return the short form that people know of Gas Town, where nothing else has it."""
    return [] if any("-n" in each.opts for each in command.params) else ["-n"]


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


class _Nowhere(io.TextIOWrapper):
    """Takes what is not to be said."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="replace")


def _tell(rehearsal: Rehearsal, after: str, *, as_json: bool) -> None:
    from gitgt.services import rehearsed

    found = [rehearsed.of(each) for each in rehearsal.transactions]
    if as_json:
        output.answer_json(
            {"dry_run": True, "transactions": [each.fields() for each in found], "next": after}
        )
        return
    for line in (line for each in found for line in _lines(each)):
        output.answer(line)
    if after:
        output.answer(f"then: {output.one_line(after)}")
    if not found and not after:
        output.answer("nothing would change")
    output.say("gt: nothing was done")


def _lines(found: Rehearsed) -> Iterator[str]:
    from gitgt.cli import changes

    yield f"{found.repository}: {output.one_line(found.why)}"
    for move in found.moves:
        yield f"  {move.name}  {_short(move.old)} -> {_short(move.new)}"
    for document in found.documents:
        yield f"    {document.how:<8}  {document.id}"
        for change in document.changes:
            yield from (f"        {line}" for line in changes.lines(change))


def _short(oid: str | None) -> str:
    return oid[:12] if oid else "nothing"
