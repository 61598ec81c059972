"""What an idle town of thirty agents costs: processes started, CPU, words to a model.

    python -m benchmarks.idle [MINUTES [SESSIONS]]

A real town with a rig, thirty sandboxes, and the real watcher as a process of its own. First
all sessions have ended; then so many live ones (none at all: 0) sit idle beside it.

Processes are counted twice: by the kernel, which numbers every process and thread of the
machine in turn (so others count too: an upper bound), and by the watcher's own audit events,
which tell exactly what it started itself. CPU is what the kernel has charged the watcher.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks import watcher as bench
from gitgt.daemon.ending import runs_below
from gitgt.daemon.instance import Instance
from gitgt.services.agents import attended, crew, post
from gitgt.services.town import Rig, Town

CPU_LIMIT = 0.5  # %
LIVE = 30


def main(minutes: float, live: int) -> int:
    """Print one line for each town; fail if one does more than it may."""
    with tempfile.TemporaryDirectory() as name:
        town, shop, beads = bench.make_town(Path(name))
        with bench.running(town) as watching:
            _await(shop, bench.AT_WORK)
            bench.finish(town, shop, beads)
            failed = _measure("all sessions have ended", watching, minutes)
            if live:
                _sit(town, shop, live)
                failed += _measure(f"{live} live sessions sit idle", watching, minutes)
                for run in runs_below(shop.repository_path / "gt"):
                    bench.process.stop(run, grace=0.0)
            assert Instance(town.gt).is_running()
    return min(failed, 1)


def _await(shop: Rig, many: int) -> None:
    while len(runs_below(shop.repository_path / "gt")) < many:
        time.sleep(0.1)
    time.sleep(2)


def _sit(town: Town, shop: Rig, many: int) -> None:
    """Let so many of the crew sit there, and say and do nothing."""
    for number in range(many):
        crew.add(town, shop, f"c{number}", bench.WHO)
        attended.start(town, post.present(town, shop, f"c{number}"), bench.WHO)
    _await(shop, many)


def _measure(what: str, watching: psutil.Process, minutes: float) -> int:
    """Let the town alone; tell whether it did more than it may."""
    _quiet(watching)
    before, started, pid = watching.cpu_times(), bench.started_by(watching), _last_pid()
    began = time.perf_counter()
    time.sleep(minutes * 60)
    after, taken = watching.cpu_times(), time.perf_counter() - began
    used = (after.user + after.system - before.user - before.system) / taken * 100
    fresh = bench.started_by(watching) - started
    print(
        f"{what}, {bench.WORKTREES} sandboxes, {taken / 60:.1f} min:"
        f" {used:.3f} % CPU of the watcher (at most {CPU_LIMIT}),"
        f" {fresh} processes started by it (at most 0),"
        f" {(_last_pid() - pid) % _most()} by the whole machine, no model asked",
        flush=True,
    )
    return int(used > CPU_LIMIT or fresh > 0)


def _quiet(watching: psutil.Process) -> None:
    """Wait until the watcher has seen to all that the town's making left to do."""
    used = -1.0
    while (now := sum(watching.cpu_times()[:2])) > used + 0.02:
        used = now
        time.sleep(5)


def _last_pid() -> int:
    """Return the number that the kernel gave last, to a process or a thread."""
    return int(Path("/proc/loadavg").read_text().split()[-1])


def _most() -> int:
    """Return after how many the kernel begins anew; a machine at work wraps around."""
    return int(Path("/proc/sys/kernel/pid_max").read_text())


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(
        main(
            float(words[0]) if words else 10.0,
            int(words[1]) if len(words) > 1 else LIVE,
        )
    )
