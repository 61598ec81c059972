"""Other merge queues, as their documentation and published sources describe them.

Models of policies, not those programs. Where one retries before it blames, it is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.queues.clockwork import Probe
from benchmarks.queues.stream import Names


class Serial:
    """One at a time; a red one is tested once more before it goes back."""

    def __init__(self, size: int, _slots: int) -> None:
        self.landed: list[int] = []
        self.back: list[int] = []
        self._waiting = list(range(size))
        self._attempt = 0

    def wanted(self) -> Sequence[Probe]:
        """Return the test of the head on the target."""
        return [Probe(frozenset({*self.landed, self._waiting[0]}), self._attempt)]

    def told(self, probe: Probe, *, passed: bool) -> None:
        """Land the head, test it again, or send it back."""
        if not passed and not probe.attempt:
            self._attempt = 1
            return
        self._attempt = 0
        (self.landed if passed else self.back).append(self._waiting.pop(0))


class Bors:
    """bors-ng: all that waits is one batch; both halves of a red one queue anew."""

    def __init__(self, size: int, _slots: int) -> None:
        self.landed: list[int] = []
        self.back: list[int] = []
        self._batches = [list(range(size))]

    def wanted(self) -> Sequence[Probe]:
        """Return the test of the first batch; only one runs at a time."""
        return [Probe(frozenset({*self.landed, *self._batches[0]}))]

    def told(self, _probe: Probe, *, passed: bool) -> None:
        """Land the batch, halve it, or send its only member back."""
        batch = self._batches.pop(0)
        if passed:
            self.landed += batch
        elif len(batch) == 1:
            self.back += batch
        else:
            middle = (len(batch) + 1) // 2
            self._batches[:0] = [batch[:middle], batch[middle:]]


class Zuul:
    """Zuul's dependent pipeline, and GitHub's queue: each on top of all ahead that do not fail.

    Who is red leaves when all ahead have landed; those behind are then tested again without it.
    """

    window = 20

    def __init__(self, size: int, _slots: int) -> None:
        self.landed: list[int] = []
        self.back: list[int] = []
        self._waiting = list(range(size))
        self._verdicts: dict[tuple[int, Names], bool] = {}

    def _line(self) -> list[tuple[int, Names]]:
        """Return who is tested on top of whom."""
        merged, found = frozenset(self.landed), []
        for number in self._waiting[: self.window]:
            here = (number, merged | {number})
            found.append(here)
            if self._verdicts.get(here, True):
                merged = here[1]
        return found

    def wanted(self) -> Sequence[Probe]:
        """Return the tests that are missing."""
        return [Probe(each[1]) for each in self._line() if each not in self._verdicts]

    def told(self, probe: Probe, *, passed: bool) -> None:
        """Note it; who stands at the head and was judged leaves."""
        for here in self._line():
            if here[1] == probe.merged:
                self._verdicts[here] = passed
        while self._waiting and (head := self._line()[0]) in self._verdicts:
            (self.landed if self._verdicts[head] else self.back).append(self._waiting.pop(0))


class Mergify:
    """Mergify: batches of five on top of each other; a red one is split into as many parts as
    there are slots, and the last part follows from the others.
    """

    size = 5

    def __init__(self, size: int, slots: int) -> None:
        self.landed: list[int] = []
        self.back: list[int] = []
        self._slots = max(2, slots)
        everyone = list(range(size))
        self._parts = [everyone[n : n + self.size] for n in range(0, size, self.size)]
        self._verdicts: dict[Names, bool] = {}

    def _line(self) -> list[Names]:
        merged, found = frozenset(self.landed), []
        for part in self._parts:
            merged |= set(part)
            found.append(merged)
        return found

    def wanted(self) -> Sequence[Probe]:
        """Return the tests that are missing: what stands on something red can tell nothing."""
        found = []
        for merged in self._line():
            if self._verdicts.get(merged) is False:
                break
            if merged not in self._verdicts:
                found.append(Probe(merged))
        return found

    def told(self, probe: Probe, *, passed: bool) -> None:
        """Note it, and settle what stands at the head."""
        self._verdicts[probe.merged] = passed
        while self._parts and self._settle():
            pass

    def _settle(self) -> bool:
        line = self._line()
        green = [n for n, merged in enumerate(line, 1) if self._verdicts.get(merged)]
        if green:  # a longer one vouches for those within
            for part in self._parts[: green[-1]]:
                self.landed += part
            del self._parts[: green[-1]]
            return True
        if self._verdicts.get(line[0]) is not False:
            return False
        head = self._parts.pop(0)
        if len(head) == 1:
            self.back += head
            self._gather()
        else:
            step = -(-len(head) // self._slots)
            self._parts[:0] = [head[n : n + step] for n in range(0, len(head), step)]
        return True

    def _gather(self) -> None:
        """Test what is left of a split batch together again."""
        left: list[int] = []
        while self._parts and len(left) + len(self._parts[0]) < self.size:
            left += self._parts.pop(0)
        if left:
            self._parts.insert(0, left)
