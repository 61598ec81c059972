"""What writing a ledger takes: a command, a thousand changes, thirty writers, its size.

    python -m benchmarks.writes [--beads N[,N...]] [--rounds N] [--size]

- create, update, close as whole processes, no watcher running, as x a bare interpreter's start
- 1,000 validated changes in one process, against a bare loop of pygit2 commits that writes the
  same blob, trees and commit and moves the ref; both sync to the disk or both don't
- 30 processes at once: none lost, the rate against one process's, the slowest
- with --size: the repository after 100,000 beads x 5 changes, made by fast-import and packed by
  ``git repack -adf --window=10 --depth=50``

Whatever is compared takes turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

import pygit2

from benchmarks.ready import _bead, _town
from gitgt.git.command import git
from gitgt.git.repository import Repository
from gitgt.ledger import codec, layout
from gitgt.ledger.transact import Change, Ledger
from gitgt.model.actor import Actor, Standing
from gitgt.model.documents import Bead
from gitgt.model.ids import BeadId
from tests.support.crowd import crowd

_WHO: Final = Actor("Bench", "bench@example.com", Standing.PERSON)
_GT: Final = ("-c", "import sys; from gitgt.__main__ import main; sys.exit(main())")
_WRITERS: Final = 30
_EACH: Final = 10
_CHANGES: Final = 1000
_TURN: Final = 50  # changes of one kind before it is the other's turn


def main() -> int:
    """Print each figure beside its limit; fail if one is over it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--beads", default="1000")
    asked.add_argument("--rounds", type=int, default=15)
    asked.add_argument("--size", action="store_true")
    given = asked.parse_args()
    ok = True
    for beads in map(int, given.beads.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            place = _town(Path(folder), beads)
            print(f"-- {beads} beads")
            ok &= _commands(place, beads, given.rounds)
            ok &= _thousand(place / ".repo.git", beads)
            ok &= _crowd(place / ".repo.git")
    return not (ok & (_size() if given.size else True))


def _verdict(what: str, found: float, limit: float, unit: str, *, most: bool = True) -> bool:
    fine = found <= limit if most else found >= limit
    word = "at most" if most else "at least"
    print(f"{what:44} {found:8.2f} {unit} ({word} {limit}){'' if fine else '  <-- no'}")
    return fine


# --- whole processes


def _commands(place: Path, beads: int, rounds: int) -> bool:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    spent: dict[str, list[float]] = {}

    def run(name: str, *words: str) -> str:
        began = time.perf_counter()
        argv = [sys.executable, *words]
        done = subprocess.run(argv, cwd=place, env=env, check=True, stdout=subprocess.PIPE)
        spent.setdefault(name, []).append(time.perf_counter() - began)
        return done.stdout.decode()

    for number in range(rounds + 2):
        run("start", "-c", "pass")
        made = run("create", *_GT, "bead", "create", "A bead more", "--quiet").strip()
        run("update", *_GT, "bead", "update", str(_bead(7).id), "-p", str(number % 5))
        run("close", *_GT, "bead", "close", made)
    taken = {name: median(each[2:]) for name, each in spent.items()}
    limit = 15.0 if beads < 100_000 else 17.0
    print(f"a bare interpreter starts in {taken['start'] * 1000:.1f} ms")
    fine = [
        _verdict(f"{name}, x that start", taken[name] / taken["start"], limit, "x")
        for name in ("create", "update", "close")
    ]
    return all(fine)


# --- one process


def _thousand(common: Path, beads: int) -> bool:
    ok = True
    for synced in (True, False):
        told = f"{_CHANGES} changes, {'synced' if synced else 'not synced'}"
        ours, bare = _ours(common, beads, told), _bare(common, beads, told)
        next(ours), next(bare)
        pygit2.settings.enable_fsync_gitdir(synced)
        git("config", "core.fsync", "default" if synced else "none", cwd=common)
        spent = {"ours": 0.0, "bare": 0.0}
        for _ in range(_CHANGES // _TURN):
            for name, loop in (("ours", ours), ("bare", bare)):
                began = time.perf_counter()
                for _ in range(_TURN):
                    next(loop)
                spent[name] += time.perf_counter() - began
        print(
            f"{told}: {_CHANGES / spent['ours']:.0f}/s, bare {_CHANGES / spent['bare']:.0f}/s"
        )
        share = spent["bare"] / spent["ours"]
        ok &= _verdict("  of the bare loop's rate", share, 0.4, "x", most=False)
    return ok


def _ours(common: Path, beads: int, said: str) -> Iterator[None]:
    ledger = Ledger(Repository(common))
    ledger.repository.has(ledger.head())
    yield
    for number in range(10**9):
        ledger.transact(_retitled(_bead(number % beads).id, f"{said} {number}"), _WHO)
        yield


def _retitled(name: BeadId, said: str) -> Callable[[Any], Change]:
    def decide(now: Any) -> Change:  # noqa: ANN401
        new = now.bead(name).replace(title=f"Said: {said}")
        return Change(f"update {name}", (new,), event="bead.updated")

    return decide


def _bare(common: Path, beads: int, said: str) -> Iterator[None]:
    """Write the same as a program would that checks nothing."""
    repository = pygit2.Repository(str(common))
    ref = "refs/heads/bare"
    head = repository.references["refs/heads/beads"].target
    repository.references.create(ref, head, force=True)
    who = pygit2.Signature("Bench", "bench@example.com")
    yield
    for number in range(10**9):
        bead = _bead(number % beads).replace(title=f"Bare: {said} {number}")
        blob = repository.create_blob(codec.emit(bead.fields()))
        parts = layout.path_of(bead.id).split("/")
        trees = [repository[head].peel(pygit2.Tree)]
        for part in parts[:-1]:
            trees.append(trees[-1][part])
        oid, mode = blob, 0o100644
        for part, tree in zip(reversed(parts), reversed(trees), strict=True):
            builder = repository.TreeBuilder(tree)
            builder.insert(part, oid, mode)
            oid, mode = builder.write(), 0o040000
        head = repository.create_commit(ref, who, who, f"update {bead.id}\n", oid, [head])
        yield


# --- thirty processes


def _crowd(common: Path) -> bool:
    names = [_bead(number).id for number in range(3)]
    alone = crowd(1, lambda _: _counted(common, names[0], _WRITERS * _EACH))[0]
    began = time.perf_counter()
    spent = crowd(_WRITERS, lambda _: _counted(common, names[1], _EACH))
    rate = _WRITERS * _EACH / (time.perf_counter() - began)
    one = median(alone)
    single = len(alone) / sum(alone)
    every = sorted(each for some in spent for each in some)
    p99 = every[math.ceil(len(every) * 0.99) - 1]
    notes = Ledger(Repository(common)).snapshot().bead(names[1]).notes
    lost = _WRITERS * _EACH - int(notes or 0)
    print(f"one process: {single:.0f}/s; {_WRITERS} at once: {rate:.0f}/s")
    return all(
        [
            _verdict("  lost", lost, 0, ""),
            _verdict("  of one process's rate", rate / single, 0.6, "x", most=False),
            _verdict("  p99, x 30 commits of one", p99 / (_WRITERS * one), 3.0, "x"),
        ]
    )


def _counted(common: Path, name: BeadId, times: int) -> list[float]:
    """Add one so often, and return how long each time took."""
    ledger = Ledger(Repository(common))
    spent = []

    def more(now: Any) -> Change:  # noqa: ANN401
        old = now.bead(name)
        return Change("count", (old.replace(notes=str(int(old.notes or 0) + 1)),))

    for _ in range(times):
        began = time.perf_counter()
        ledger.transact(more, _WHO)
        spent.append(time.perf_counter() - began)
    return spent


# --- size


def _size(beads: int = 100_000, changes: int = 5) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.git"
        git("init", "-q", "--bare", str(path), cwd=Path(folder))
        feed = subprocess.Popen(
            ["git", "fast-import", "--quiet", "--force"], cwd=path, stdin=subprocess.PIPE
        )
        assert feed.stdin is not None
        for round_ in range(changes):
            for number in range(beads):
                feed.stdin.write(_commit(_bead(number), round_))
        feed.communicate()
        argv = ("repack", "-adfq", "--window=10", "--depth=50", "--threads=2")
        git(*argv, cwd=path)
        size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    told = f"{beads} beads x {changes} changes, repack -adf --window=10 --depth=50"
    return _verdict(told, size / 1e6, 400, "MB")


def _commit(bead: Bead, round_: int) -> bytes:
    bead = bead.replace(title=f"{bead.title}, {round_}", priority=round_)
    content = codec.emit(bead.fields())
    said = f"update {bead.id}\n\nGt-Event: bead.updated\nGt-Beads: {bead.id}\n".encode()
    return (
        b"commit refs/heads/beads\ncommitter Bench <b@example.com> %d +0000\ndata %d\n%b\n"
        b"M 100644 inline %b\ndata %d\n%b\n"
        % (round_ + 1, len(said), said, layout.path_of(bead.id).encode(), len(content), content)
    )


if __name__ == "__main__":
    sys.exit(main())
