"""Whose ledger it is, and whether it is still the same one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from gitgt.errors import CannotJudgeError, InvalidDocumentError, RefusedError
from gitgt.git.by_git import Brought, ByGit
from gitgt.git.walk import LAST
from gitgt.ledger import genesis
from gitgt.ledger.wrong import SCHEMA, marks
from gitgt.model.push.broken import Broken

_WHO: Final = rb"[^<>\n]*<[^<>\n]*> (\d{1,16}) [+-]\d{4}\n"
_COMMIT: Final = re.compile(
    rb"tree [0-9a-f]{40}\n(?:parent [0-9a-f]{40}\n)*author " + _WHO + rb"committer " + _WHO
)
_OWN: Final = ("prefix", "project")


def deleted(ref: str) -> Broken:
    """Return what is wrong with a push that deletes the ledger *ref*."""
    said = f"{_short(ref)} is the ledger: deleting it loses all beads"
    return Broken("", 0, "history", said)


def history(git: ByGit, ref: str, old: str | None, new: str) -> Iterator[Broken]:
    """Yield what is wrong with how the history of *new* goes on from *old*, or begins."""
    name = _short(ref)
    if old is not None and not git.is_ancestor(old, new):
        said = f"{name} is the ledger: it is merged, never forced"
        yield Broken("", 0, "history", said, "git gt sync, or git fetch and git merge")
        return
    begun = genesis.root(git)
    roots = git.roots(old, new)
    for each in roots:
        if each != begun:
            said = f"{name} has another beginning than every ledger has"
            hint = "begin a ledger with git gt install or git gt rig add"
            yield Broken("", 0, "history", said, hint, each)


def foreign(git: ByGit, old: str | None, new: str) -> Iterator[Broken]:
    """Yield what is wrong with what the ledger says of itself.

    Raises:
        CannotJudgeError: what stands at *old* is no ledger.
        NewerDataError: a later gitgt wrote it.
    """
    try:
        own = genesis.settings(git, old or new)
    except RefusedError as error:
        if old is not None:
            raise CannotJudgeError(error.message, hint=error.hint) from error
        yield from _told(error, new)
        return
    for commit in dict.fromkeys((*git.writers_of(genesis.SETTINGS, old, new), new)):
        try:
            said = genesis.settings(git, commit)
        except RefusedError as error:
            if commit == new:
                yield from _told(error, commit)
            continue
        for name in _OWN:
            if said[name] != own[name]:
                what = f"{name}: this is the ledger of {own[name]}, not of {said[name]}"
                hint = "push it to the repository of its own project"
                yield Broken(genesis.SETTINGS, 0, "foreign-ledger", what, hint, commit)


def malformed(git: ByGit, brought: Iterable[Brought]) -> Iterator[Broken]:
    """Yield the commits that git itself would not write: some of what reads them stumbles."""
    for each in brought:
        if each.kind != "commit":
            continue
        found = _COMMIT.match(git.raw(each.oid))
        if found is None or any(int(when) > LAST for when in found.groups()):
            said = "it does not say who made it and when, as git writes it"
            yield Broken("", 0, "commit", said, "git commit --amend --reset-author", each.oid)


def _told(error: RefusedError, commit: str) -> Iterator[Broken]:
    rule = SCHEMA if isinstance(error, InvalidDocumentError) else "foreign-ledger"
    for each in marks(genesis.SETTINGS, error):
        yield Broken(genesis.SETTINGS, each.line, rule, each.said, each.hint, commit)


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/")
