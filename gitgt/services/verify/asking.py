"""What somebody asks to be judged: a stretch of history, of any repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from gitgt.errors import (
    CannotJudgeError,
    EnvironmentProblemError,
    GitFailedError,
    NotFoundError,
)
from gitgt.git import refs
from gitgt.git.repository import Repository
from gitgt.git.signposts import ledger_of
from gitgt.model.push.broken import Broken, visible
from gitgt.model.push.policy import Policy
from gitgt.services.verify.judging import judged
from gitgt.values import dataclass

_HEADS: Final = "refs/heads/"
_USUAL: Final = f"{_HEADS}beads"
_OID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NOTHING: Final = re.compile(r"0*")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was judged, and what came of it; ``old`` is "" for a ledger that begins."""

    ref: str
    old: str
    new: str
    broken: tuple[Broken, ...] = ()
    unjudged: str = ""

    @property
    def branch(self) -> str:
        """The ledger's branch, as people call it."""
        return self.ref.removeprefix(_HEADS)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "ref": self.ref, "old": self.old, "new": self.new,
            "unjudged": visible(self.unjudged),
            "broken": [each.fields() for each in self.broken],
        }  # fmt: skip


def verify(path: Path, span: str, ref: str, policy: Policy) -> Verified:
    """Judge *span*, ``OLD..NEW`` or ``NEW``, of the ledger of the repository around *path*.

    OLD may be all zeros, as git writes it for a branch that begins; without a span, what *ref*
    has and its remote-tracking branch has not is judged.

    Raises:
        CannotJudgeError: there is nothing here that could be judged.
        NewerDataError: a later gitgt wrote the ledger.
    """
    repository = _around(path)
    named = _full(ref) if ref else ledger_of(repository.common) or _USUAL
    old, new = _ends(repository, span, named) if span else _unpushed(repository, named)
    try:
        found = judged(repository, named, old, new, policy=policy)
    except (EnvironmentProblemError, NotFoundError) as error:
        raise CannotJudgeError(error.message, hint=error.hint) from error
    return Verified(named, old or "", new or "", found.broken, found.unjudged)


def _around(path: Path) -> Repository:
    top = refs.top_of(path)
    if top is None:
        raise CannotJudgeError(f"{path} lies in no git repository")
    return Repository.at(top)


def _full(ref: str) -> str:
    return ref if ref.startswith("refs/") else f"{_HEADS}{ref}"


def _ends(repository: Repository, span: str, ref: str) -> tuple[str | None, str | None]:
    old, dots, new = span.partition("..")
    if not dots:
        return None, _commit(repository, span)
    return _commit(repository, old), _commit(repository, new or ref)


def _commit(repository: Repository, name: str) -> str | None:
    """Return the commit that *name* stands for; None for nothing, or git's zeros."""
    if _NOTHING.fullmatch(name):
        return None
    try:
        return repository.resolve(name)
    except GitFailedError as error:
        if _OID.fullmatch(name):
            return name  # a history that is cut off: what is here can be judged
        raise CannotJudgeError(
            f"{name} is no commit that is here", hint="git fetch; git branch -a lists branches"
        ) from error


def _unpushed(repository: Repository, ref: str) -> tuple[str | None, str]:
    """Return where the remote's copy of *ref* stands, if one is known, and *ref* itself."""
    short = ref.removeprefix(_HEADS)
    remotes = repository.refs("refs/remotes/")
    names = sorted(remotes, key=lambda name: (name.split("/")[2] != "origin", name))
    known = [remotes[name] for name in names if name.split("/", 3)[3:] == [short]]
    if own := repository.ref(ref):
        return (known[0] if known and known[0] != own else None), own
    if known:
        return None, known[0]
    raise CannotJudgeError(f"there is no branch {short} here", hint="git gt verify OLD..NEW")
