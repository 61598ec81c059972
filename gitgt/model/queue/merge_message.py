"""What the commits of a landing say, and whom they credit: from the branch's own commits.

Pure text: whoever makes a commit again after a crash says the same in it. What tells which
request brought a commit stands last, after whatever the branch's author wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gitgt.values import dataclass

_CO_AUTHOR: Final = "co-authored-by"
_BROUGHT: Final = ("bead", "merge-request", "branch", "head")
# Of these a branch's own words are not believed: they say what landed, and where it came from.
_OURS: Final = _BROUGHT[1:]
_AUTOMATIC: Final = ("fixup! ", "squash! ", "amend! ")

Trailer = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody as commits name them."""

    name: str
    email: str

    @property
    def key(self) -> str:
        """What tells two of them apart: the address, however it is written."""
        return (self.email or self.name).strip().casefold()

    @classmethod
    def parse(cls, text: str) -> Author:
        """Read ``Name <address>``, as it stands in a trailer."""
        name, _, rest = text.partition("<")
        return cls(name.strip(), rest.partition(">")[0].strip())

    def __str__(self) -> str:
        """Return it as it stands in a trailer."""
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True, slots=True)
class Written:
    """A commit of a branch: by whom, and what it says, with the trailers apart."""

    author: Author
    subject: str
    body: str = ""
    trailers: tuple[Trailer, ...] = ()

    @property
    def is_told(self) -> bool:
        """Tell whether it says something to readers, not only to ``git rebase``."""
        return not self.subject.startswith(_AUTOMATIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A request as the commits of its landing name it; *note* is how a conflict was mended."""

    request: str
    bead: str
    title: str
    head: str
    branch: str = ""
    note: str = ""

    @property
    def subject(self) -> str:
        """The first line of a commit that stands for the whole request."""
        return f"{' '.join(self.title.split()) or self.bead} ({self.bead})"

    @property
    def trailers(self) -> tuple[Trailer, ...]:
        """What tells who brought a commit."""
        branch = [("Branch", self.branch)] if self.branch else []
        first = [("Bead", self.bead), ("Merge-Request", self.request)]
        note = [("Resolved-By", self.note)] if self.note else []
        return (*first, *branch, ("Head", self.head), *note)


def main_author(commits: Sequence[Written]) -> Author | None:
    """Return who wrote most of *commits*, of several the first; None if there are none."""
    count = Counter(each.author.key for each in commits)
    authors = (each.author for each in commits)
    return max(authors, key=lambda each: count[each.key], default=None)


def co_authors(commits: Iterable[Written], *, beside: Author) -> list[Author]:
    """Return whoever else wrote *commits*, or is named in them as having helped; each once."""
    found: dict[str, Author] = {}
    for each in commits:
        for author in (each.author, *_helpers(each)):
            found.setdefault(author.key, author)
    found.pop(beside.key, None)
    return [each for each in found.values() if each.key]


def _helpers(commit: Written) -> Iterator[Author]:
    return (Author.parse(value) for key, value in commit.trailers if key.lower() == _CO_AUTHOR)


def of_merge(brought: Brought, commits: Sequence[Written], *, by: Author) -> str:
    """Return the message of the merge commit that *by* is the author of."""
    return _message(brought.subject, [], [*_credits(commits, by), *brought.trailers])


def of_squash(brought: Brought, commits: Sequence[Written], *, by: Author) -> str:
    """Return the message of the one commit that stands for all of *commits*."""
    told = [each for each in commits if each.is_told]
    kept = dict.fromkeys(trailer for each in commits for trailer in each.trailers)
    trailers = [each for each in kept if not _is_replaced(each, brought)]
    text = _listed(told) if len(told) > 1 else _alone(brought, told)
    credit = _credits(commits, by)
    return _message(brought.subject, text, [*trailers, *credit, *brought.trailers])


def of_replay(brought: Brought, commit: Written) -> str:
    """Return the message of *commit* made anew: its own, and who brought it."""
    kept = [each for each in commit.trailers if each[0].lower() not in _OURS]
    new = [each for each in brought.trailers if each not in kept]
    return _message(commit.subject or brought.subject, [commit.body], [*kept, *new])


def brought_by(trailers: Iterable[Trailer]) -> dict[str, str]:
    """Return who brought a commit, by the lower-case names of the trailers that say so.

    Ours stand last: what somebody wrote above them does not count.
    """
    return {key.lower(): value for key, value in trailers if key.lower() in _BROUGHT}


def _is_replaced(trailer: Trailer, brought: Brought) -> bool:
    key, value = trailer[0].lower(), trailer[1]
    return key in (*_OURS, _CO_AUTHOR) or (key == "bead" and value == brought.bead)


def _credits(commits: Iterable[Written], by: Author) -> list[Trailer]:
    return [("Co-authored-by", str(each)) for each in co_authors(commits, beside=by)]


def _alone(brought: Brought, told: Sequence[Written]) -> list[str]:
    """Return what a single commit says; its subject only if the request's title is another."""
    title = brought.subject.removesuffix(f" ({brought.bead})")
    return [
        text for each in told for text in (each.subject * (each.subject != title), each.body)
    ]


def _listed(told: Sequence[Written]) -> list[str]:
    """Return what several commits say, as a list, the oldest first."""
    return [
        "\n".join((f"* {each.subject}", *_indented(each.body))) for each in told
    ]  # fmt: skip


def _indented(body: str) -> list[str]:
    return ["", *(f"  {row}".rstrip() for row in body.splitlines())] if body.strip() else []


def _message(subject: str, paragraphs: Iterable[str], trailers: Iterable[Trailer]) -> str:
    rows = "\n".join(f"{key}: {value}" for key, value in dict.fromkeys(trailers))
    texts = (each.strip("\n") for each in (subject, *paragraphs, rows))
    return "\n\n".join(each for each in texts if each.strip()) + "\n"
