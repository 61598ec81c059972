"""What a server's hooks cost a push of code, against the same push to a server without them.

    python -m benchmarks.server [ROUNDS]

Pushes to both take turns, so that a busy machine slows both. A push by path has the least cost
of its own, so this is the hardest case for a ratio.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from gitgt.git import githooks
from gitgt.git.command import git
from gitgt.git.githooks import SERVER
from gitgt.git.repository import Repository
from gitgt.model.served import Rules
from gitgt.services import server

_LIMIT: Final = 30.0
_RULES: Final = Rules(protected=("refs/heads/main",))
_CASES: Final = {
    "a push of a branch": ("branch", 1),
    "a push of 20 branches": ("branch", 20),
    "a push to a protected branch": ("main", 1),
}


def main() -> int:
    """Print one line for each case; fail if one is over the limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, (branch, count) in _CASES.items():
            where = Path(folder, branch + str(count))
            where.mkdir()
            worst = max(worst, _measure(name, where, branch, count, rounds))
    return int(worst > _LIMIT)


def _measure(name: str, folder: Path, branch: str, count: int, rounds: int) -> float:
    client, plain, ours = (folder / each for each in ("client", "plain.git", "ours.git"))
    git("init", "--quiet", str(client), cwd=folder)
    for key, value in {"user.name": "Ben", "user.email": "ben@example.com"}.items():
        git("config", key, value, cwd=client)
    for bare in (plain, ours):
        git("init", "--quiet", "--bare", "--initial-branch=main", str(bare), cwd=folder)
    server.write(ours, _RULES)
    githooks.install(Repository(ours), ledger=_RULES.ledger, again=True, kit=SERVER)
    without, with_hooks = [], []
    tip = _commit(client, "")
    for turn in range(rounds + 2):
        tip = _commit(client, tip)
        names = [branch if count == 1 else f"{branch}{n}" for n in range(count)]
        specs = [f"{tip}:refs/heads/{each}" for each in names]
        times = [_push(client, bare, specs) for bare in (plain, ours)]
        if turn >= 2:
            without.append(times[0])
            with_hooks.append(times[1])
    added = median(with_hooks) - median(without)
    ratio = median(with_hooks) / median(without)
    print(
        f"{name:<32} {ratio:5.2f} x a push without hooks"
        f"  (+{added:.1f} ms on {median(without):.1f} ms, at most {_LIMIT:.0f} ms)"
    )
    return added


def _commit(client: Path, parent: str) -> str:
    empty = git("mktree", cwd=client).decode().strip()
    parents = ["-p", parent] if parent else []
    return git("commit-tree", empty, *parents, "-m", "A line", cwd=client).decode().strip()


def _push(client: Path, bare: Path, specs: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(["git", "push", "--quiet", str(bare), *specs], cwd=client, check=True)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
