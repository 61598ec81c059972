"""All that gates have said since a time, run by run, for whoever looks back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.ledger.verdicts import REF, read
from gitgt.model.gate import Verdict
from gitgt.model.instant import exact_seconds_of
from gitgt.model.queue.queue_cost import Ran


def runs_since(repository: Repository, since: float = 0.0) -> list[Ran]:
    """Return the runs that ended at *since* or later, the oldest first.

    What has changed since then is read, and nothing else: verdicts never change.
    """
    tip = repository.ref(REF)
    if tip is None:
        return []
    before = _before(repository, since) if since > 0 else None
    changed = [
        each.new
        for each in repository.differences(before, tip)
        if "." not in each.path and each.new is not None
    ]
    found = [
        ran
        for _, content in repository.blobs(set(changed))
        for ran in _told([each for each in read(content)["runs"] if _is_dated(each)])
        if ran[1].at >= since
    ]
    return [ran for _, ran in sorted(found, key=lambda each: each[0])]


def _before(repository: Repository, since: float) -> str | None:
    """Return the last commit of the verdicts from before *since*; the second may be split."""
    asked = ("rev-list", "-1", f"--before=@{int(since) - 1}", REF, "--")
    return git(*asked, cwd=repository.common).decode().strip() or None


def _is_dated(run: Mapping[str, Any]) -> bool:
    """Tell whether a run, which anybody may have written, says when it was."""
    try:
        exact_seconds_of(run["at"])
    except (ValueError, OverflowError):
        return False
    return True


def _told(runs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Ran]]:
    """Yield the number and the facts of each run of one gate on one tree."""
    passed = any(each["verdict"] == Verdict.PASS for each in runs)
    for each in runs:
        verdict = Verdict(each["verdict"])
        yield (
            int(each["number"]),
            Ran(
                each["gate"], verdict, exact_seconds_of(each["at"]), float(each["seconds"]),
                tuple(each.get("heads", ())), flake=passed and verdict is Verdict.FAIL,
            ),
        )  # fmt: skip
