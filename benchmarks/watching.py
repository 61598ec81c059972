"""What watching costs: an idle town's CPU, a look, and how soon a commit is heard of.

    python benchmarks/watching.py [SECONDS]

Three repositories with ten worktrees each, and a role that does nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from gitgt.daemon import loop
from gitgt.reactor.key import Key, Settled
from gitgt.reactor.reactor import Reactor
from gitgt.reactor.sources import Sources

_COMMITS = 50
_WHO = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")


class Idler:
    """Counts how often it was asked, and does nothing."""

    role = "idler"

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.times = 0

    def keys(self) -> Iterable[Key]:
        return [Key(self.role, "town")]

    def reconcile(self, _key: Key) -> Settled:
        self.times += 1
        self.asked.set()
        return Settled()


def _git(*argv: str, cwd: Path) -> None:
    subprocess.run(["git", *_WHO, *argv], cwd=cwd, check=True, capture_output=True)


def _repositories(folder: Path) -> list[Path]:
    made = []
    for number in range(3):
        rig = folder / f"rig{number}"
        rig.mkdir()
        _git("init", "-q", cwd=rig)
        _git("commit", "-q", "--allow-empty", "-m", "Begin", cwd=rig)
        for name in range(10):
            place = folder / f"rig{number}-{name}"
            _git(
                "worktree", "add", "-q", "-b", f"polecat/p{name}/gt-{name}", str(place), cwd=rig
            )
        made.append(rig / ".git")
    return made


def _bare_commit(folder: Path) -> float:
    rig = folder / "bare"
    rig.mkdir()
    _git("init", "-q", cwd=rig)
    times = []
    for _ in range(_COMMITS):
        began = time.perf_counter()
        _git("commit", "-q", "--allow-empty", "-m", "x", cwd=rig)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _heard_after(idler: Idler, worktree: Path) -> list[float]:
    found = []
    for _ in range(_COMMITS):
        idler.asked.clear()
        began = time.perf_counter()
        _git("commit", "-q", "--allow-empty", "-m", "x", cwd=worktree)
        idler.asked.wait(5)
        found.append(time.perf_counter() - began)
        time.sleep(0.05)
    return sorted(found)


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = Sources()
        sources.follow(_repositories(folder))
        idler, stop = Idler(), loop.Stop(sources.poke)
        watcher = threading.Thread(
            target=loop.run, args=(Reactor([idler]), sources), kwargs={"stop": stop}
        )
        watcher.start()
        time.sleep(1)
        before, cpu, began = idler.times, time.process_time(), time.perf_counter()
        time.sleep(seconds)
        used = (time.process_time() - cpu) / (time.perf_counter() - began)
        print(f"idle, 30 worktrees: {used:.2%} CPU, {idler.times - before} looks at keys")
        began = time.perf_counter()
        sources.look()
        print(f"one look at everything: {(time.perf_counter() - began) * 1000:.1f} ms")
        heard, bare = _heard_after(idler, folder / "rig0-0"), _bare_commit(folder)
        for label, value in (
            ("p50", heard[_COMMITS // 2]),
            ("p95", heard[_COMMITS * 95 // 100]),
        ):
            print(f"commit and its role asked, {label}: {value / bare:.1f} x a bare git commit")
        stop.ask()
        watcher.join()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
