"""Read a repository's first-parent chain as steps, in a handful of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.git.bulk import PLAIN, automatic_merges, differences, empty_tree, read_commits
from gitgt.git.command import attempt, git, line
from gitgt.git.repository import Repository
from gitgt.model.replay.replay import Branch, History, Original, Resolution, Step
from gitgt.model.replay.replay_order import Departure, boundary, dependencies, shares
from gitgt.values import dataclass


def read_history(
    repository: Path, *, start: str | None = None, end: str = "HEAD", limit: int | None = None
) -> History:
    """Return the steps after *start* up to *end*; with *limit* only the last so many.

    Raises:
        RefusedError: a name is unknown, or *start* is not on the chain of *end*; or a town
            cannot hold such objects.
    """
    if line("rev-parse", "--show-object-format", cwd=repository) != "sha1":
        raise RefusedError(
            f"{repository} names its objects by SHA-256, and a town's rigs do so by SHA-1",
            hint="replay a SHA-1 copy of it: git fast-export --all | git -C COPY fast-import",
        )
    common = Repository.at(repository).common
    last = _commit(repository, end)
    first = None if start is None else _commit(repository, start)
    chain = _chain(common, last, first)
    if limit is not None:
        chain = chain[max(len(chain) - limit, 0) :]
    if not chain:
        raise RefusedError(f"there is nothing to replay between {start} and {end}")
    return _Reader.over(common, chain).history()


@dataclass(frozen=True)
class _Reader:
    """What is known of the range: every commit in it, parents first."""

    repository: Path
    chain: tuple[Original, ...]
    commits: Mapping[str, Original]
    nothing: str

    @classmethod
    def over(cls, repository: Path, chain: Sequence[str]) -> _Reader:
        parents = _parents(repository, chain)
        read = read_commits(repository, parents)
        # A shallow clone's commits name parents that are not there: git's view counts.
        commits = {oid: replace(read[oid], parents=parents[oid]) for oid in parents}
        mine = tuple(commits[oid] for oid in chain)
        return cls(repository, mine, commits, empty_tree(repository))

    def history(self) -> History:
        before = self.chain[0].parents[:1]
        start = (
            read_commits(self.repository, before)[before[0]].tree if before else self.nothing
        )
        branches, departures = self._branches()
        steps = self._judged(self._steps(start, branches))
        needs = dependencies([step.paths for step in steps], departures)
        connected = (replace(step, needs=each) for step, each in zip(steps, needs, strict=True))
        return History(start, self.chain[-1].tree, tuple(connected))

    def _steps(self, start: str, branches: Sequence[tuple[Branch, ...]]) -> list[Step]:
        trees = [start, *(commit.tree for commit in self.chain)]
        pairs = list(pairwise(trees))
        changes = differences(self.repository, pairs)
        found = zip(self.chain, changes, branches, strict=True)
        return [Step(number, *parts) for number, parts in enumerate(found)]

    def _branches(self) -> tuple[list[tuple[Branch, ...]], list[Departure]]:
        graph = {oid: commit.parents for oid, commit in self.commits.items()}
        brought = shares([commit.oid for commit in self.chain], graph)
        drafts = [
            [
                self._draft(own, head)
                for head, own in zip(commit.parents[1:], shared, strict=True)
            ]
            for commit, shared in zip(self.chain, brought, strict=True)
        ]
        forks = [
            [_fork(self.repository, commit.parents[0], branch) for branch in branches]
            for commit, branches in zip(self.chain, drafts, strict=True)
        ]
        known = self._known([fork for each in forks for fork in each if fork], drafts)
        ready = [
            [self._started(branch, fork, known) for branch, fork in zip(*each, strict=True)]
            for each in zip(drafts, forks, strict=True)
        ]
        paths = self._paths([branch for branches in ready for branch in branches], known)
        found = [tuple(replace(branch, paths=next(paths)) for branch in each) for each in ready]
        return found, list(self._departures(found, forks))

    def _departures(
        self, found: Sequence[Sequence[Branch]], forks: Sequence[Sequence[str | None]]
    ) -> Iterator[Departure]:
        """Yield when each branch left: after the step that brought what it was built upon."""
        brought = {commit.oid: number for number, commit in enumerate(self.chain)}
        for number, branches in enumerate(found):
            brought |= {commit.oid: number for branch in branches for commit in branch.own}
        for number, each in enumerate(found):
            for branch, fork in zip(each, forks[number], strict=True):
                if branch.own and fork in brought:
                    yield Departure(brought[fork], number, branch.paths)

    def _draft(self, own: Sequence[str], head: str) -> Branch:
        return Branch(head, "", tuple(self.commits[oid] for oid in own), frozenset())

    def _known(
        self, forks: Sequence[str], drafts: Sequence[Sequence[Branch]]
    ) -> Mapping[str, Original]:
        edges = [oid for each in drafts for branch in each for oid in boundary(branch.own)]
        outside = [oid for oid in (*forks, *edges) if oid not in self.commits]
        return {**self.commits, **read_commits(self.repository, outside)}

    def _started(
        self, branch: Branch, fork: str | None, known: Mapping[str, Original]
    ) -> Branch:
        return replace(branch, start=known[fork].tree if fork else self.nothing)

    def _paths(
        self, branches: Sequence[Branch], known: Mapping[str, Original]
    ) -> Iterator[frozenset[bytes]]:
        """Yield, for each branch, what its commits touched and what it changed altogether."""
        pairs = [list(self._pairs(branch, known)) for branch in branches]
        changes = iter(differences(self.repository, [pair for each in pairs for pair in each]))
        for each in pairs:
            yield frozenset(path for _ in each for path in next(changes))

    def _pairs(
        self, branch: Branch, known: Mapping[str, Original]
    ) -> Iterator[tuple[str, str]]:
        if branch.own:
            yield branch.start, known[branch.head].tree
        for commit in branch.own:
            if len(commit.parents) < 2:
                before = commit.parents[:1]
                yield known[before[0]].tree if before else self.nothing, commit.tree

    def _judged(self, steps: Sequence[Step]) -> list[Step]:
        """Say of each merge whether it holds a resolution of its own."""
        plain = [step for step in steps if step.own and len(step.branches) == 1]
        pairs = [(step.commit.parents[0], step.branches[0].head) for step in plain]
        trees = automatic_merges(self.repository, pairs)
        judged = {
            step.number: replace(step, resolution=_resolution(step, tree))
            for step, tree in zip(plain, trees, strict=True)
        }
        return [judged.get(step.number, step) for step in steps]


def _resolution(step: Step, merged: str | None) -> Resolution:
    if merged is None:
        return Resolution.CONFLICT
    return Resolution.NONE if merged == step.commit.tree else Resolution.DIFFERENCE


def _fork(repository: Path, trunk: str, branch: Branch) -> str | None:
    """Return where *branch* left; only criss-cross histories need git's own answer."""
    if not branch.own:
        return branch.head
    edges = boundary(branch.own)
    if len(edges) < 2:
        return edges[0] if edges else None
    found = attempt("merge-base", trunk, branch.head, cwd=repository, env=PLAIN)
    return found.stdout.decode().strip() or None


def _commit(repository: Path, name: str) -> str:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    outcome = attempt(*asked, cwd=repository, env=PLAIN)
    if not outcome.ok:
        raise RefusedError(
            f"{name!r} is no commit of {repository}", hint="see: git log --oneline"
        )
    return outcome.stdout.decode().strip()


def _chain(repository: Path, last: str, before: str | None) -> list[str]:
    argv = ("rev-list", "--first-parent", "--reverse", last, "--")
    chain = git(*argv, cwd=repository, env=PLAIN).decode().split()
    if before is None:
        return chain
    if before not in chain:
        raise RefusedError(
            f"{before[:10]} is not on the first-parent chain of {last[:10]}",
            hint=f"choose one of: git log --first-parent --oneline {last[:10]}",
        )
    return chain[chain.index(before) + 1 :]


def _parents(repository: Path, chain: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the commits that the chain brings and their parents, parents first."""
    before = _rows(repository, "-1", chain[0])[chain[0]][:1]
    known = tuple(f"^{oid}" for oid in before)
    return _rows(repository, "--topo-order", "--reverse", chain[-1], *known)


def _rows(repository: Path, *asked: str) -> dict[str, tuple[str, ...]]:
    answer = git("rev-list", "--parents", *asked, "--", cwd=repository, env=PLAIN).decode()
    return {
        oid: tuple(parents) for oid, *parents in (row.split() for row in answer.splitlines())
    }
