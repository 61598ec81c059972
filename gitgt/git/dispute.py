"""What a merge that conflicts is about: the lines of both sides, and who brought the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitgt.git.command import HERMETIC, attempt, git
from gitgt.git.merge import Conflict, Merger
from gitgt.git.records import layout, records
from gitgt.git.repository import Repository
from gitgt.model.conflict import (
    COMMITS,
    PATHS,
    REGIONS,
    Brought,
    Dispute,
    Disputed,
    Region,
    Side,
    regions,
)

_FIELDS: Final = (
    "%H",
    "%s",
    "%an",
    "%(trailers:key=Bead,valueonly,unfold,separator=%x2C)",
)
# What is longer is no text that anybody would read in a prompt.
_LARGEST: Final = 1_000_000


def dispute(merger: Merger, head: str, *, target: str, branch: str) -> Dispute | None:
    """Return what the target and *head* disagree about; None if they merge.

    *target* and *branch* are what they are called.
    """
    found = merger.settle(merger.target, head)
    if not isinstance(found, Conflict):
        return None
    repository, tip = merger.repository, merger.target
    base = _base(repository, tip, head)
    marked = merger.merge(tip, head, style="diff3")
    tree = marked.tree
    paths = tuple(
        _disputed(repository, found, path, tree=tree, base=base, ends=(tip, head))
        if number < PATHS
        else Disputed(path=path, sides=_sides(found, path))
        for number, path in enumerate(found.paths)
    )
    reasons = () if paths else tuple(each.text for each in found.messages)
    return Dispute(
        target=target,
        branch=branch,
        tip=tip,
        head=head,
        base=base,
        paths=paths,
        reasons=reasons,
    )


def _base(repository: Repository, one: str, other: str) -> str:
    found = attempt("merge-base", one, other, cwd=repository.common, env=HERMETIC)
    return found.stdout.decode().strip()


def _disputed(
    repository: Repository,
    found: Conflict,
    path: str,
    *,
    tree: str,
    base: str,
    ends: tuple[str, str],
) -> Disputed:
    sides = _sides(found, path)
    told = _regions(repository, tree, path, ends) if {2, 3} <= sides.keys() else ()
    plain = f"CONFLICT (content): Merge conflict in {path}"
    reasons = (each for each in found.about(path) if each != plain)
    return Disputed(
        path=path,
        sides=sides,
        reasons=tuple(reasons),
        regions=told[:REGIONS],
        more=len(told[REGIONS:]),
        brought=tuple(_brought(repository, base, ends[0], path)) if base else (),
    )


def _sides(found: Conflict, path: str) -> dict[int, Side]:
    return {each.stage: Side(each.mode, each.oid) for each in found.stages if each.path == path}


def _regions(
    repository: Repository, tree: str, path: str, ends: tuple[str, str]
) -> tuple[Region, ...]:
    content = repository.read(tree, path) or b""
    if len(content) > _LARGEST or b"\0" in content:
        return ()
    text = content.decode(errors="replace")
    return regions(text, ours=ends[0], theirs=ends[1])


def _brought(repository: Repository, base: str, tip: str, path: str) -> Iterator[Brought]:
    """Yield the landings on the target that changed *path*, the newest first."""
    answer = git(
        "--literal-pathspecs", "log", "--first-parent", f"--max-count={COMMITS}",
        f"--format={layout(_FIELDS)}", "--encoding=UTF-8", tip, f"^{base}", "--",
        path, cwd=repository.common, env=HERMETIC,
    )  # fmt: skip
    for commit, subject, author, bead in records(answer, len(_FIELDS)):
        yield Brought(commit, subject, author, bead.partition(",")[0])
