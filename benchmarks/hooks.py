"""What our git hooks cost a commit, against the same commit without them.

    python -m benchmarks.hooks [ROUNDS]

Commits with and without hooks take turns in one worktree, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from gitgt.git import githooks, markers, refs
from gitgt.git.command import git
from gitgt.git.markers import Assignment
from gitgt.git.repository import Repository

_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


class Case(NamedTuple):
    """One kind of commit, and how many milliseconds our hooks may add to it."""

    name: str
    worktree: Path
    limit: float
    env: dict[str, str]


def main() -> int:
    """Print one line for each case; fail if one is over its limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder, _watcher() as pid:
        cases = [*_cases(Path(folder), pid)]
        worst = max(_measure(case, rounds) / case.limit for case in cases)
    return int(worst > 1)


def _measure(case: Case, rounds: int) -> float:
    without, with_hooks = [], []
    for turn in range(rounds + 2):
        bare, ours = _commit(case, _NO_HOOKS), _commit(case, ())
        if turn >= 2:
            without.append(bare)
            with_hooks.append(ours)
    added = median(with_hooks) - median(without)
    ratio = median(with_hooks) / median(without)
    print(
        f"{case.name:<44} {ratio:5.2f} x a commit without hooks"
        f"  (+{added:.1f} ms on {median(without):.1f} ms, at most {case.limit:.0f} ms)"
    )
    return added


def _commit(case: Case, options: tuple[str, ...]) -> float:
    argv = ["git", *options, "commit", "--quiet", "--allow-empty", "-m", "A line of prose"]
    start = time.perf_counter()
    subprocess.run(argv, cwd=case.worktree, env={**os.environ, **case.env}, check=True)
    return (time.perf_counter() - start) * 1000


def _cases(folder: Path, pid: int) -> Iterator[Case]:
    hub, town = folder / "hub.git", folder / "town"
    git("init", "--quiet", "--bare", str(hub), cwd=folder)
    settings = {"user.name": "Ben", "user.email": "ben@example.com", "gc.auto": "0"}
    for key, value in settings.items():
        git("config", key, value, cwd=hub)
    empty = git("mktree", cwd=hub).decode().strip()
    tip = git("commit-tree", empty, "-m", "Begin", cwd=hub).decode().strip()
    githooks.install(Repository(hub), town=town, targets=["refs/heads/main"])
    (town / ".git" / "gt").mkdir(parents=True)
    pid_file = town / ".git" / "gt" / "watch.pid"

    yield Case("a commit that concerns no bead", _worktree(hub, "crew/ben", tip), 15, {})
    begun = _sandbox(hub, tip)
    yield Case("an assignment's, no watcher alive", begun, 25, {})
    pid_file.write_text(f"{pid}\n")
    yield Case("an assignment's, a watcher alive", begun, 25, {})
    agent = {"GT_AGENT": "shop/polecats/toast", "GT_BRANCH": "polecat/toast/gt-abc12"}
    yield Case("an assignment's, by the agent in its fence", begun, 25, agent)


def _worktree(hub: Path, branch: str, tip: str) -> Path:
    path = hub.parent / branch.replace("/", "-")
    git("worktree", "add", "--quiet", "-b", branch, str(path), tip, cwd=hub)
    return path


def _sandbox(hub: Path, tip: str) -> Path:
    branch = "polecat/toast/gt-abc12"
    path = _worktree(hub, branch, tip)
    git_dir = refs.git_dir_of(path)
    assert git_dir is not None
    markers.mark_assignment(git_dir, Assignment("gt-abc12", "shop/polecats/toast", branch))
    markers.mark_begun(git_dir)
    return path


class _watcher:  # noqa: N801 - used as a word
    """A process that looks like a watcher to the hooks."""

    def __enter__(self) -> int:
        argv = [sys.executable, "-c", "input()", "git-gt", "watch"]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE)
        return self._process.pid

    def __exit__(self, *_: object) -> None:
        self._process.communicate(b"\n")


if __name__ == "__main__":
    sys.exit(main())
