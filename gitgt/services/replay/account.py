"""The account of a replay: a few lines for the terminal, a report for later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gitgt.git.command import git
from gitgt.model.documents import Bead, MergeRequest
from gitgt.model.replay.replay import Resolution
from gitgt.services.replay.stage import Stage
from gitgt.services.replay.tally import Tally
from gitgt.services.report import Report, Table, Text

_RESOLVED: Final = (Resolution.CONFLICT, Resolution.DIFFERENCE)
_GRAPH: Final = 300
_SHOWN: Final = 20


def lines(stage: Stage, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield what a person wants to know at once, as names and values."""
    yield "landed", _landed(tally)
    yield "merges", _merges(stage)
    yield "sent back", _sent_back(tally)
    yield "gate runs", _gate_runs(stage, tally)
    yield "time", f"{tally.seconds:.1f} s with {_count(stage.wanted.workers, 'agent')}"
    yield "tree", _tree(stage, tally)


def _landed(tally: Tally) -> str:
    empty = f", and {tally.empty} had nothing to land" if tally.empty else ""
    return f"{tally.landed} of {_count(tally.steps, 'step')}{empty}"


def _merges(stage: Stage) -> str:
    """Count the merges, and those that git does not make like that by itself."""
    kinds = Counter(step.resolution for step in stage.history.steps if step.own)
    own = [f"{kinds[kind]} with a {kind}" for kind in _RESOLVED if kinds[kind]]
    return ", ".join([str(kinds.total()), *own])


def _sent_back(tally: Tally) -> str:
    kinds = Counter(_kind(each.reason) for each in tally.returns)
    detail = ", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items()))
    times = _count(len(tally.returns), "time")
    return f"{times} ({detail})" if detail else times


def _kind(reason: str) -> str:
    return "conflict" if reason.startswith("conflict") else "red gate"


def _gate_runs(stage: Stage, tally: Tally) -> str:
    if not stage.wanted.gate:
        return "0, under a recorded waiver"
    waived = (
        f", {_count(tally.waived, 'step')} landed under a waiver: red in the original, too"
        if tally.waived
        else ""
    )
    return f"{tally.gate_runs}{waived}"


def _tree(stage: Stage, tally: Tally) -> str:
    end = stage.wanted.end
    if not tally.unlike:
        return f"that of {end}: {stage.history.end[:12]}"
    names = ", ".join(path.decode(errors="backslashreplace") for path in tally.unlike[:5])
    return f"not that of {end}: {_count(len(tally.unlike), 'path')} differ: {names}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def fields(tally: Tally) -> dict[str, Any]:
    """Return the numbers for a program."""
    found = asdict(tally)
    found["unlike"] = [_shown(path) for path in tally.unlike]
    found["same"] = tally.is_same
    return found


def report(stage: Stage, tally: Tally, path: Path) -> Path:
    """Write the report to *path*."""
    outcome = "the same tree came out" if tally.is_same else "another tree came out"
    return Report(
        title=f"Replay of {stage.rig.name}",
        summary=f"{_count(tally.steps, 'step')} of {stage.wanted.repository}: {outcome}.",
        facts=tuple(lines(stage, tally)),
        parts=(
            Table(
                "What came back", ("bead", "why"), [(r.bead, r.reason) for r in tally.returns]
            ),
            Table(
                "Differences", ("path",), [(_shown(path),) for path in tally.unlike[:_SHOWN]]
            ),
            Table("Steps", _HEAD, list(_steps(stage))),
            Text("The target", _graph(stage)),
        ),
    ).write(path)


_HEAD: Final = (
    "bead",
    "original",
    "title",
    "waits for",
    "commits",
    "agent",
    "tries",
    "landed as",
)
_NOTES: Final = {
    Resolution.NONE: "",
    Resolution.CONFLICT: ", a conflict resolved",
    Resolution.DIFFERENCE: ", not the automatic merge",
}


def _steps(stage: Stage) -> Iterator[tuple[str, ...]]:
    now = stage.town.ledger_at(stage.rig).snapshot()
    requests = {each.source: each for each in now.all(MergeRequest)}
    for step, name in zip(stage.history.steps, stage.beads, strict=True):
        bead: Bead = now.bead(name)
        request = requests.get(name)
        yield (
            name,
            step.commit.oid[:10],
            step.commit.title,
            " ".join(stage.beads[each] for each in step.needs[:_SHOWN]),
            f"{len(step.own) or 1}{_NOTES[step.resolution]}",
            bead.assignee.rpartition("/")[2],
            str(request.revision) if request else "",
            bead.landed[:10],
        )


def _graph(stage: Stage) -> str:
    argv = ("log", "--graph", "--oneline", f"--max-count={_GRAPH}", stage.rig.branch, "--")
    return git(*argv, cwd=stage.rig.repository_path).decode(errors="backslashreplace")


def _shown(path: bytes) -> str:
    return path.decode(errors="backslashreplace")
