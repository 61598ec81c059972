"""Executes a policy on a real repository: merges, checkouts, and gates that are processes.

What policies ask for is merged by the refinery's own merger, checked out into its own slots,
and judged by a shell script that sees nothing but the files. It sleeps as long as a gate would
work: processors are not what is compared here.
"""

from __future__ import annotations

import random
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from benchmarks.queues.clockwork import Bill, Policy, Probe
from benchmarks.queues.stream import Names, Stream
from gitgt.git import slot
from gitgt.git.command import git
from gitgt.git.merge import Incoming, Merger
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue.merge_chain import Clash, Link

_WHO: Final = Signature("Ada Bee", "ada@example.com", 1_795_357_800)
# Red is what is bad by itself, and both halves of a pair.
_GATE: Final = """#!/bin/sh
sleep "$1"
test -z "$2" || exit 1
for each in bad-*; do test ! -e "$each" || exit 1; done
for each in pair-*-one; do test ! -e "$each" || test ! -e "${each%one}two" || exit 1; done
"""


@dataclass
class Workshop:
    """A bare repository with a branch for each request of a stream."""

    repository: Repository
    folder: Path
    heads: list[str]
    base: str
    links: dict[tuple[str, int], Link | Clash] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, stream: Stream, files: int = 500) -> Workshop:
        """Make it: some files, a gate, and branches that make the stream come true."""
        path = folder / "shop.git"
        git("init", "-q", "--bare", "-b", "main", str(path), cwd=folder)
        repository = Repository(path)
        blob = repository.write_blob
        start: dict[str, str | None] = {
            f"d{number % 25}/f{number}": blob(f"{number}\n".encode()) for number in range(files)
        }
        start["gate.sh"] = blob(_GATE.encode())
        root = repository.write_commit(
            repository.write_tree(None, start), (), "Begin\n", _WHO, _WHO
        )
        moved: dict[str, str | None] = {
            f"d{number % 25}/f{number}": blob(b"moved\n") for number in stream.conflicting
        }
        base = repository.write_commit(
            repository.write_tree(root, moved), (root,), "Go on\n", _WHO, _WHO
        )
        heads = []
        for number in range(stream.size):
            brought = {name: blob(text) for name, text in _brought(stream, number).items()}
            tree = repository.write_tree(root, brought)
            heads.append(repository.write_commit(tree, (root,), f"{number}\n", _WHO, _WHO))
            git("update-ref", f"refs/heads/r{number}", heads[-1], cwd=path)
        git("update-ref", "refs/heads/main", base, cwd=path)
        return cls(repository, folder, heads, base)

    def mergeable(self) -> list[int]:
        """Return the requests that do not conflict with the target, which costs no gate."""
        merger = Merger(self.repository, self.base, _WHO)
        found = (self.merged(merger, self.base, number) for number in range(len(self.heads)))
        return [number for number, link in enumerate(found) if isinstance(link, Link)]

    def merged(self, merger: Merger, onto: str, number: int) -> Link | Clash:
        """Merge one request onto a commit; once."""
        if (onto, number) not in self.links:
            name = f"r{number}"
            incoming = Incoming(
                request=name, head=self.heads[number], bead=name, title=name, author=_WHO
            )
            self.links[onto, number] = merger.link(onto, incoming)
        return self.links[onto, number]


def _brought(stream: Stream, number: int) -> dict[str, bytes]:
    found = {f"new/{number}": b"new\n"}
    if number in stream.bad:
        found[f"bad-{number}"] = b"\n"
    for at, pair in enumerate(stream.clashes):
        if number in pair:
            found[f"pair-{at}-{'one' if number == min(pair) else 'two'}"] = b"\n"
    if number in stream.conflicting:
        found[f"d{number % 25}/f{number}"] = b"mine\n"
    return found


class Execution:
    """One policy at work on a workshop; *pace* is how many seconds 1 T is."""

    def __init__(self, shop: Workshop, stream: Stream, *, slots: int, pace: float) -> None:
        self._shop = shop
        self._stream = stream
        self._slots = slots
        self._pace = pace
        self._merger = Merger(shop.repository, shop.base, _WHO)
        self._lots = random.Random(stream.seed + 1)
        self._free = list(range(slots))
        self._ended: SimpleQueue[tuple[Probe, bool]] = SimpleQueue()
        self._running: dict[Probe, tuple[int, list[subprocess.Popen[bytes]]]] = {}

    def play(self, policy: Policy, names: list[int]) -> Bill:
        """Play the stream through *policy*, which knows requests by their place in *names*."""
        bill, began = Bill(), time.monotonic()
        size = len(names)
        with ThreadPoolExecutor(self._slots) as threads:
            wanted = list(policy.wanted())
            while len(policy.landed) + len(policy.back) < size:
                self._cancel(set(wanted))
                for probe in wanted:
                    if probe not in self._running and self._free:
                        bill.runs += 1
                        self._start(threads, probe, policy, names)
                before = len(policy.landed), len(policy.back)
                self._hear(policy)
                if len(policy.landed) + len(policy.back) < size:
                    wanted = list(policy.wanted())
                now = (time.monotonic() - began) / self._pace
                self._enter(bill, policy, names, before, now)
            bill.makespan = (time.monotonic() - began) / self._pace
            self._cancel(set())
        return bill

    def _start(
        self, threads: ThreadPoolExecutor, probe: Probe, policy: Policy, names: list[int]
    ) -> None:
        commit = self._commit(probe, policy, names)
        place = self._free.pop(0)
        process: list[subprocess.Popen[bytes]] = []
        self._running[probe] = (place, process)
        seconds = max(0.1, self._lots.gauss(1.0, self._stream.jitter)) * self._pace
        errs = self._lots.random() < self._stream.flakes
        threads.submit(self._judge, probe, place, process, commit, seconds, errs)

    def _commit(self, probe: Probe, policy: Policy, names: list[int]) -> str:
        at = self._shop.base
        ahead = [each for each in policy.landed if each in probe.merged]
        for each in [*ahead, *sorted(probe.merged - set(ahead))]:
            link = self._shop.merged(self._merger, at, names[each])
            assert isinstance(link, Link)
            at = link.commit
        return at

    def _judge(
        self, probe: Probe, place: int, process: list[subprocess.Popen[bytes]], commit: str,
        seconds: float, errs: bool,  # noqa: FBT001
    ) -> None:  # fmt: skip
        path = self._shop.folder / f"slot-{place}"
        slot.prepare(self._shop.repository, path, commit)
        argv = ("sh", "gate.sh", f"{seconds:.3f}", "errs" if errs else "")
        process.append(subprocess.Popen(argv, cwd=path))
        self._ended.put((probe, process[0].wait() == 0))

    def _hear(self, policy: Policy) -> None:
        """Wait for a result, and take all that are there."""
        found = [self._ended.get()]
        while True:
            try:
                found.append(self._ended.get_nowait())
            except Empty:
                break
        for probe, passed in found:
            if probe in self._running:
                self._free.append(self._running.pop(probe)[0])
                policy.told(probe, passed=passed)

    def _cancel(self, wanted: set[Probe]) -> None:
        for probe in self._running.keys() - wanted:
            place, process = self._running.pop(probe)
            while not process:
                time.sleep(0.001)
            process[0].kill()
            process[0].wait()
            self._free.append(place)

    def _enter(
        self, bill: Bill, policy: Policy, names: list[int], before: tuple[int, int], now: float
    ) -> None:
        landed, back = policy.landed, policy.back
        bill.ends += [now] * (len(landed) + len(back) - sum(before))
        for number in range(before[1], len(back)):
            ahead: Names = frozenset(names[each] for each in (*landed, back[number]))
            bill.innocents += not self._stream.red(ahead)
