"""How soon a commit has its effect with the watcher, and what an idle town costs.

    python -m benchmarks.watcher [COMMITS [SECONDS]]

A real town with a rig, thirty worktrees of agents and the real watcher as a process of its
own. A commit's effect is timed from when its branch has moved to when the ledger has.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from gitgt.daemon.ending import runs_below
from gitgt.daemon.instance import Instance
from gitgt.git.command import git
from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead, Outcome
from gitgt.runtime import process
from gitgt.services import beads as service
from gitgt.services import install, rig, sling
from gitgt.services.agents import sandbox
from gitgt.services.sessions import runtimes
from gitgt.services.town import Rig, Town

WORKTREES = 30
AT_WORK = 12
LATENCY_LIMIT = 100.0  # ms, at the 95th percentile
CPU_LIMIT = 0.5  # %
WHO = Actor("Bench", "bench@example.com", Standing.PERSON)
_IDENTITY = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
_PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def main(commits: int, seconds: float) -> int:
    """Print one line for each figure; fail if one is over its limit."""
    with tempfile.TemporaryDirectory() as name:
        town, shop, beads = make_town(Path(name))
        bare = _bare(Path(name), commits)
        print(f"a bare git commit takes {bare:.1f} ms")
        with running(town) as watching:
            while len(runs_below(shop.repository_path / "gt")) < AT_WORK:
                time.sleep(0.1)
            time.sleep(2)
            results = [
                _latency("an assignment has begun", _begin(shop, beads), bare),
                _latency("a desk's commit is in the ledger", _desk(shop, commits), bare),
            ]
            finish(town, shop, beads)
            return max(*results, _idle(watching, seconds))


# --- how soon


def _latency(what: str, taken: list[float], bare: float) -> int:
    found = sorted(taken)
    half, most = found[len(found) // 2], found[len(found) * 95 // 100]
    print(
        f"{what}: {half:.0f} ms after the commit, p95 {most:.0f} ms"
        f" (at most {LATENCY_LIMIT:.0f}): {half / bare:.1f} and {most / bare:.1f} bare commits"
    )
    return int(most > LATENCY_LIMIT)


def _desk(shop: Rig, commits: int) -> list[float]:
    """Commit beads by hand; return how many milliseconds later the ledger had each."""
    [branch] = list((shop.repository_path / "refs/heads/desk").iterdir())
    found = []
    for number in range(commits):
        name = f"sh-d{number:04}"
        path = shop.desk / "items" / "d" / name[4] / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"id: {name}\ntitle: By hand, number {number}\n")
        git("add", "-A", cwd=shop.desk)
        found.append(_timed(shop.desk, branch, shop.repository_path / "refs/heads/beads"))
    return found


def _begin(shop: Rig, beads: list[Bead]) -> list[float]:
    """Commit for the first time in each sandbox; return how soon the ledger says: begun."""
    heads = shop.repository_path / "refs/heads"
    return [
        _timed(
            sandbox.path_of(shop, bead.assignee),
            heads / sandbox.branch_of(bead.assignee, bead.id),
            heads / "beads",
        )
        for bead in beads
    ]


def _timed(where: Path, cause: Path, effect: Path) -> float:
    """Commit in *where*; return the milliseconds between the two refs' moves."""
    causes, effects = _stamp(cause), _stamp(effect)
    argv = ["git", *_IDENTITY, "commit", "-q", "--allow-empty", "-m", "By hand"]
    with subprocess.Popen(argv, cwd=where, env=_PLAIN, stderr=subprocess.DEVNULL):
        while _stamp(cause) == causes:
            time.sleep(0.0005)
        began = time.perf_counter()
        while _stamp(effect) == effects:
            time.sleep(0.0005)
        taken = time.perf_counter() - began
    time.sleep(0.3)  # the desk follows the ledger; nothing is under way when the next begins
    return taken * 1000


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def _bare(folder: Path, commits: int) -> float:
    place = folder / "bare"
    place.mkdir()
    git("init", "-q", cwd=place)
    found = []
    for _ in range(commits):
        began = time.perf_counter()
        git(*_IDENTITY, "commit", "-q", "--allow-empty", "-m", "x", cwd=place)
        found.append((time.perf_counter() - began) * 1000)
    return sorted(found)[len(found) // 2]


# --- how little


def _idle(watcher: psutil.Process, seconds: float) -> int:
    """Let the watcher alone; return whether it did more than it may."""
    time.sleep(2)
    before, started = watcher.cpu_times(), started_by(watcher)
    began = time.perf_counter()
    time.sleep(seconds)
    after, taken = watcher.cpu_times(), time.perf_counter() - began
    used = (after.user + after.system - before.user - before.system) / taken * 100
    fresh = started_by(watcher) - started
    print(
        f"idle, {WORKTREES} worktrees, {taken:.0f} s: {used:.2f} % CPU (at most {CPU_LIMIT}),"
        f" {fresh} processes started (at most 0), {watcher.memory_info().rss >> 20} MiB"
    )
    return int(used > CPU_LIMIT or fresh > 0)


def started_by(watcher: psutil.Process) -> int:
    """Return how many processes the watcher has started so far; it is asked by a signal."""
    path = Path(watcher.cwd()) / "started.json"
    path.unlink(missing_ok=True)
    watcher.send_signal(signal.SIGUSR1)
    while not path.exists() or not path.read_text():
        time.sleep(0.01)
    return int(json.loads(path.read_text()))


@contextmanager
def running(town: Town) -> Iterator[psutil.Process]:
    argv = [sys.executable, "-m", "benchmarks.watcher", "watch", str(town.root)]
    env = {**_PLAIN, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(argv, cwd=town.root.parent, env=env) as started:
        while Instance(town.gt).who() is None:
            time.sleep(0.01)
        time.sleep(2)
        try:
            yield psutil.Process(started.pid)
        finally:
            started.terminate()


def _watch(root: Path) -> None:
    """Be the watcher, and count what it starts."""
    from gitgt.daemon.watch import watch

    events = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.forkpty", "os.system"}
    count = 0

    def hear(event: str, _: object) -> None:
        nonlocal count
        count += event in events

    sys.addaudithook(hear)
    signal.signal(signal.SIGUSR1, lambda *_: Path("started.json").write_text(json.dumps(count)))
    watch(Town(root))


# --- the town


def finish(town: Town, shop: Rig, beads: list[Bead]) -> None:
    """Let nobody have anything to do any more."""
    for each in beads:
        service.close(town, each.id, WHO, outcome=Outcome.CANCELLED, reason="enough")
    for run in runs_below(shop.repository_path / "gt"):
        process.stop(run, grace=0.0)
    time.sleep(2)


def make_town(folder: Path) -> tuple[Town, Rig, list[Bead]]:
    project = folder / "project"
    project.mkdir()
    git("init", "-q", "-b", "main", cwd=project)
    (project / "file").write_text("content\n")
    git("add", "file", cwd=project)
    git(*_IDENTITY, "commit", "-q", "-m", "Begin", cwd=project)
    town, _ = install.install(folder / "gt", WHO, time.time)
    runtimes.define(town, "sleeper", "sleep 3600", WHO, prompt="none")
    runtimes.set_default(town, "sleeper", WHO)
    shop, _ = rig.add(town, rig.Wanted("shop", str(project), prefix="sh"), WHO)
    return town, shop, _hooked(town, shop)


def _hooked(town: Town, shop: Rig) -> list[Bead]:
    """Give many agents worktrees, and some of them something to do, which they never will."""
    agents = [f"shop/polecats/p{number}" for number in range(WORKTREES)]
    known = [sling.new_agent(town, shop, who, "polecat", WHO) for who in agents]
    beads = [
        Bead(
            id=town.new_id("sh"), type="task", title=f"For {who}", status="hooked",
            assignee=who, created_at=town.now(), created_by="Bench",
        )
        for who in agents
    ]  # fmt: skip
    for bead in beads:
        sandbox.prepare(shop, town.ledger_at(shop).snapshot(), bead)
    documents = (*known, *beads[:AT_WORK])
    town.ledger_at(shop).transact(lambda _: Change("begin", documents), WHO)
    return beads[:AT_WORK]


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["watch"]:
        _watch(Path(words[1]))
    else:
        sys.exit(
            main(int(words[0]) if words else 60, float(words[1]) if len(words) > 1 else 60.0)
        )
