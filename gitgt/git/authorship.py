"""The commits of a branch: who wrote them when, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gitgt.git.command import git
from gitgt.git.records import layout, records
from gitgt.git.repository import Repository, Signature
from gitgt.model.queue.merge_message import Author, Written
from gitgt.values import dataclass

_PLAIN: Final = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
_LATEST: Final = 2**42  # git refuses dates that it cannot print
_FIELDS: Final = (
    "%H", "%P", "%an", "%ae", "%ad", "%s", "%b",
    "%(trailers)", "%(trailers:unfold)", "%(trailers:only,unfold)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a branch; ``author`` has its date."""

    oid: str
    parents: tuple[str, ...]
    author: Signature
    written: Written

    @property
    def is_merge(self) -> bool:
        """Tell whether it has several parents."""
        return len(self.parents) > 1


def commits(repository: Repository, head: str, without: str) -> tuple[Commit, ...]:
    """Return the commits that *head* has and *without* has not, parents before children."""
    argv = (
        "-c", "log.showSignature=false", "-c", "trailer.separators=:",
        "log", "--topo-order", "--reverse", "--date=raw", "--encoding=UTF-8",
        f"--format={layout(_FIELDS)}", head, f"^{without}", "--",
    )  # fmt: skip
    answer = git(*argv, cwd=repository.common, env=_PLAIN)
    return tuple(_commit(fields) for fields in records(answer, len(_FIELDS)))


def _commit(fields: Sequence[str]) -> Commit:
    oid, parents, name, email, date, subject, body, block, rows, trailers = fields
    seconds, _, zone = date.partition(" ")
    written = Written(
        Author(name, email),
        subject,
        _without(body, block, set(rows.splitlines()) - set(trailers.splitlines())),
        tuple(_trailer(row) for row in trailers.splitlines() if ": " in row),
    )
    author = Signature(name, email, min(max(int(seconds or "0"), 0), _LATEST), _minutes(zone))
    return Commit(oid, tuple(parents.split()), author, written)


def _without(body: str, block: str, others: set[str]) -> str:
    """Return *body* less the *block* of trailers at its end, but with its *others* rows."""
    text = body.rstrip("\n").removesuffix(block.rstrip("\n")).rstrip("\n")
    rest = [row for row in block.splitlines() if row in others]
    return "\n\n".join(each for each in (text, "\n".join(rest)) if each)


def _trailer(row: str) -> tuple[str, str]:
    key, _, value = row.partition(": ")
    return key.strip(), value.strip()


def _minutes(zone: str) -> int:
    """Return git's ``+hhmm`` in minutes."""
    hours, minutes = divmod(abs(int(zone or "0")), 100)
    return (hours * 60 + minutes) * (-1 if zone.startswith("-") else 1)


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit on a target; ``ends`` if it is the last, or the only, one of its landing."""

    commit: str
    ends: bool


def landings(repository: Repository, target: str, *, limit: int) -> list[Landing]:
    """Return the newest first parents of *target*, the newest first, by what they belong to.

    A branch that was rebased, or was there as it is, lands as several commits, which name one
    request, or at least one bead. What lies between them was on the target at no time.
    """
    one = "trailers:key={},valueonly,unfold,separator=%x0A"
    fields = ("%H", *(f"%({one.format(key)})" for key in ("Merge-Request", "Bead")))
    argv = ("log", "--first-parent", f"-{limit}", f"--format={layout(fields)}", target, "--")
    answer = git("-c", "log.showSignature=false", *argv, cwd=repository.common, env=_PLAIN)
    found: list[Landing] = []
    above = ""
    for commit, request, bead in records(answer, len(fields)):
        named = [each.strip().splitlines()[-1] for each in (request, bead) if each.strip()]
        brought = named[0] if named else ""
        found.append(Landing(commit, ends=not brought or brought != above))
        above = brought
    return found
