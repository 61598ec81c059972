"""What two sides disagree about, in values and in words: for whoever has to settle it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, Final

from gitgt.values import dataclass

# How much of it anybody is shown; git has the rest.
PATHS: Final = 20
REGIONS: Final = 4
LINES: Final = 20
COMMITS: Final = 4
_WIDTH: Final = 160
_TEXT: Final = 12_000
# Which sides have the path (1 base, 2 the target, 3 the branch): what that is called.
_KINDS: Final = {
    (1, 2, 3): "both-changed",
    (2, 3): "both-added",
    (1, 2): "deleted-by-branch",
    (1, 3): "deleted-by-target",
    (2,): "added-by-target",
    (3,): "added-by-branch",
    (1,): "deleted-by-both",
}
_WORDS: Final = {
    "both-changed": "both changed it",
    "both-added": "both added it",
    "deleted-by-branch": "{target} changed it, the branch deleted it",
    "deleted-by-target": "{target} deleted it, the branch changed it",
    "added-by-target": "{target} put it there",
    "added-by-branch": "the branch put it there",
    "deleted-by-both": "neither has it any more",
    "unclear": "in conflict",
}


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that both sides changed; *line* is where they begin in the target's file."""

    line: int
    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        sides = {"base": self.base, "ours": self.ours, "theirs": self.theirs}
        return {"line": self.line, **{name: [*lines] for name, lines in sides.items()}}


@dataclass(frozen=True, slots=True)
class Brought:
    """A commit that brought the other side; *bead* is what it was for, if that is known."""

    commit: str
    subject: str
    author: str
    bead: str = ""

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "commit": self.commit,
            "subject": self.subject,
            "author": self.author,
            "bead": self.bead,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """What one side has at a path."""

    mode: str
    oid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """A path that two sides left different; *sides* are keyed as git does, 1 to 3.

    *more* counts the regions that are not told.
    """

    path: str
    sides: dict[int, Side] = field(hash=False)
    reasons: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    more: int = 0
    brought: tuple[Brought, ...] = ()

    @property
    def kind(self) -> str:
        """What became of the path, in a word."""
        return _KINDS.get(tuple(sorted(self.sides)), "unclear")

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        names = {1: "base", 2: "ours", 3: "theirs"}
        return {
            "path": self.path,
            "kind": self.kind,
            "reasons": [*self.reasons],
            "sides": {
                names[stage]: {"mode": side.mode, "oid": side.oid}
                for stage, side in sorted(self.sides.items())
            },
            "regions": [each.fields() for each in self.regions],
            "more": self.more,
            "brought": [each.fields() for each in self.brought],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Why a branch does not merge: *tip* is the target's, *head* its own, *base* both's."""

    target: str
    branch: str
    tip: str
    head: str
    base: str
    paths: tuple[Disputed, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The whole of it in one line."""
        names = ", ".join(each.path for each in self.paths) or "its history"
        return f"conflict with {self.target} in {names}"

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "target": self.target,
            "branch": self.branch,
            "tip": self.tip,
            "head": self.head,
            "base": self.base or None,
            "paths": [each.fields() for each in self.paths],
            "reasons": [*self.reasons],
            "resolve": [*ways(self)],
        }

    def text(self) -> str:
        """Return what whoever resolves this must know, in a bounded number of lines."""
        told = [_head(self)]
        for number, each in enumerate(self.paths):
            part = "\n".join(_told(self, each))
            if number >= PATHS or len("\n".join(told)) + len(part) > _TEXT:
                rest = ", ".join(other.path for other in self.paths[number:])
                told.append(f"\nand in: {_cut(rest)}")
                break
            told.append(part)
        told += ["", "In the worktree of the branch:", *(f"  {way}" for way in ways(self))]
        return "\n".join(told)


def ways(dispute: Dispute) -> Iterator[str]:
    """Yield what to type to resolve it; rebasing is the other way."""
    yield f"git gt resolve    # or: git merge {dispute.target}, or: git rebase {dispute.target}"
    yield "git add --all && git commit --no-edit"
    yield handing_in(dispute.branch)


def handing_in(branch: str) -> str:
    """Return what hands in *branch* again: an assignment, or a branch of somebody's own."""
    return "git gt done" if branch.startswith("polecat/") else "git gt mq submit"


def _head(dispute: Dispute) -> str:
    left = f"left it at {dispute.base[:12]}" if dispute.base else "has no commit in common"
    where = f"{dispute.target} is at {dispute.tip[:12]}"
    said = f"{dispute.branch} ({dispute.head[:12]}) {left}; {where}."
    return "\n".join((said, *dispute.reasons))


def _told(dispute: Dispute, each: Disputed) -> Iterator[str]:
    yield ""
    yield f"{each.path}: {_WORDS[each.kind].format(target=dispute.target)}"
    for reason in each.reasons:
        yield f"  {_cut(reason)}"
    for one in each.brought:
        bead = f" ({one.bead})" if one.bead and one.bead not in one.subject else ""
        yield f"  {one.commit[:12]} {_cut(one.subject)}{bead}, {one.author}"
    for region in each.regions:
        yield f"  from line {region.line}:"
        yield from _lines(f"<<<<<<< {dispute.target}", region.ours)
        yield from _lines("||||||| what both began from", region.base)
        yield from _lines("=======", region.theirs)
        yield f"    >>>>>>> {dispute.branch}"
    if each.more:
        yield f"  and {each.more} more"


def _lines(mark: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"    {mark}"
    for each in lines[:LINES]:
        yield f"    {_cut(each)}".rstrip()
    if len(lines) > LINES:
        yield f"    ... and {len(lines) - LINES} lines more"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def regions(text: str, *, ours: str, theirs: str) -> tuple[Region, ...]:
    """Return the regions in a file that git merged with its base between the sides.

    *ours* and *theirs* are the names that git wrote behind its marks, so that what only looks
    like one, in a text about git, is taken for what it is.
    """
    begins = re.compile(rf"<{{7,}} {re.escape(ours)}(:.*)?")
    ends = re.compile(rf">{{7,}} {re.escape(theirs)}(:.*)?")
    found: list[Region] = []
    line = 1
    rows = iter(text.replace("\r\n", "\n").split("\n"))
    for row in rows:
        if not begins.fullmatch(row):
            line += 1
            continue
        parts = _parts(rows, ends, len(row) - len(row.lstrip("<")))
        if parts is None:
            break
        found.append(Region(line, parts[1], parts[0], parts[2]))
        line += len(parts[0])
    return tuple(found)


def _parts(
    rows: Iterator[str], ends: re.Pattern[str], width: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] | None:
    """Return the target's lines, those of the base and the branch's, up to the end's mark."""
    parts: tuple[list[str], list[str], list[str]] = ([], [], [])
    at = 0
    for row in rows:
        if at == 0 and row.startswith("|" * width):
            at = 1
        elif at == 1 and row == "=" * width:
            at = 2
        elif at == 2 and ends.fullmatch(row):
            ours, base, theirs = (tuple(each) for each in parts)
            return ours, base, theirs
        else:
            parts[at].append(row)
    return None
