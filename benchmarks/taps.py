"""What answering a tap takes, against a bare interpreter's start.

    python -m benchmarks.taps [ROUNDS]

All take turns, so that a busy machine slows all. An agent's program waits for its taps: the
limit is what a person would notice, on a machine that is idle.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from gitgt.git.command import git
from gitgt.model.actor import Actor, Standing
from gitgt.services import beads, install, rig, sling
from gitgt.services.mail import sending
from gitgt.services.mail.sending import Letter
from gitgt.services.sling import Order
from gitgt.services.town import Town

_WHO: Final = Actor("Bench", "bench@example.com", Standing.PERSON)
_LIMIT: Final = 0.3
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())")
_PUSH: Final = {"tool_name": "Bash", "tool_input": {"command": "cd web && git push"}}
_CASES: Final = {
    "an interpreter (-c pass)": (None, {}),
    "a tool": ("tool.before", {"tool_name": "Bash", "tool_input": {"command": "make"}}),
    "a tool that is denied": ("tool.before", _PUSH),
    "a session's start": ("session.start", {"source": "startup"}),
    "a prompt": ("prompt.submit", {"prompt": "Go on"}),
    "a prompt, with mail": ("prompt.submit", {"prompt": "Go on"}),
    "a turn's end": ("turn.end", {}),
    "a turn's end, with mail": ("turn.end", {}),
    "a session's end": ("session.end", {}),
}


def main() -> int:
    """Print one line for each event; fail if one takes longer than a tap may."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        taken = _measure(_environment(Path(folder)), rounds)
    start = taken["an interpreter (-c pass)"]
    for name, spent in taken.items():
        print(f"{name:26} {spent * 1000:6.1f} ms  {spent / start:5.2f} x")
    worst = max(taken.values())
    print(f"the slowest tap: {worst * 1000:.0f} ms (limit {_LIMIT * 1000:.0f} ms)")
    return worst > _LIMIT


def _environment(folder: Path) -> dict[str, str]:
    """Make a town in which an agent has begun, and return its session's environment."""
    origin = folder / "origin"
    git("init", "-q", "-b", "main", str(origin), cwd=folder)
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    git(*who, "commit", "-q", "--allow-empty", "-m", "Begin", cwd=origin)
    town, _ = install.install(folder / "town", _WHO, time.time)
    made, _ = rig.add(town, rig.Wanted("shop", str(origin), prefix="sh"), _WHO)
    agent, branch = "shop/polecats/toast", "polecat/toast/work"
    worktree = made.path / "polecats" / "toast"
    git("worktree", "add", "-q", "-b", branch, str(worktree), "main", cwd=made.repository_path)
    session = folder / "session"
    session.mkdir()
    return {
        "GT_ROLE": "polecat",
        "GT_SESSION_DIR": str(session),
        "GT_TOWN_ROOT": str(town.root),
        "GT_RIG": "shop",
        "GT_AGENT": agent,
        "GT_SESSION": "work-1",
        "GT_BEAD": _on_the_hook(town, made, agent),
        "GT_BRANCH": branch,
        "GT_BASE": "main",
        "GT_WORKTREE": str(worktree),
    }


def _on_the_hook(town: Town, where: rig.Rig, agent: str) -> str:
    bead = beads.create(town, where, _WHO, {"title": "Work"})
    sling.sling(town, [bead.id], Order(to=agent, convoy=False), _WHO)
    return str(bead.id)


def _write_to(town: Town, agent: str) -> None:
    letter = Letter(subject="The price is wrong", body="Look at it again, please.\n" * 20)
    sending.send(town, letter, [agent], sender="overseer", who=_WHO)


def _measure(agent: dict[str, str], rounds: int) -> dict[str, float]:
    env = {**os.environ, **agent, "PYTHONPATH": str(Path(__file__).parents[1])}
    spent: dict[str, list[float]] = {name: [] for name in _CASES}
    for _ in range(rounds + 1):
        for name, (event, said) in _CASES.items():
            words = (
                ("-c", "pass") if event is None else (*_GT, "tap", event, "--dialect", "claude")
            )
            if name.endswith("mail"):
                _write_to(Town(Path(agent["GT_TOWN_ROOT"])), agent["GT_AGENT"])
            told = {"session_id": "c1", "transcript_path": "/t", **said}
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, *words], cwd=agent["GT_WORKTREE"], env=env, check=False,
                input=json.dumps(told).encode(), capture_output=True,
            )  # fmt: skip
            spent[name].append(time.perf_counter() - began)
    return {name: median(each[1:]) for name, each in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
