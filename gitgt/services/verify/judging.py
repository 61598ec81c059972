"""The judgement of a stretch of a ledger's history, wherever its objects are.

Git alone is asked, since a push that a server's hook judges lies in a quarantine; nothing is
written, no town is needed: the ledger's own ``ledger.yaml`` says what it is. The rules are the
ones by which hand edits are judged (``ledger.lawful``), and a few that only a push can break.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gitgt.errors import CannotJudgeError, GtError, InvalidDocumentError, RefusedError
from gitgt.git.by_git import Brought, ByGit
from gitgt.git.repository import Difference, Repository
from gitgt.ledger import genesis, lawful, layout
from gitgt.ledger.documents import load_draft
from gitgt.ledger.intake import check_file
from gitgt.ledger.wrong import Wrong, marks, rule_of
from gitgt.model.push.broken import Broken
from gitgt.model.push.policy import Policy
from gitgt.services.verify import deadlocks, origins, signed
from gitgt.values import dataclass

_UNSHALLOW: Final = "git fetch --unshallow"
USUAL: Final = Policy()
_MOST_NAMED: Final = 50  # commits that are looked for, with a process each


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong, and what could not be judged, if anything could not."""

    broken: tuple[Broken, ...]
    unjudged: str = ""


def judge(
    repository: Repository, ref: str, old: str | None, new: str | None, *,
    policy: Policy = USUAL, environ: Mapping[str, str] | None = None,
) -> list[Broken]:  # fmt: skip
    """Return what is wrong with moving the ledger *ref* from *old* to *new*.

    *old* is None for a ledger that begins, *new* for one that is to go. *environ* is what git
    gave its hook, if not this process's own.

    Raises:
        CannotJudgeError: nothing wrong was seen, but not everything could be.
        NewerDataError: a later gitgt wrote the ledger.
    """
    found = judged(repository, ref, old, new, policy=policy, environ=environ)
    if found.unjudged and not found.broken:
        raise CannotJudgeError(found.unjudged, hint=_UNSHALLOW)
    return list(found.broken)


def judged(
    repository: Repository, ref: str, old: str | None, new: str | None, *,
    policy: Policy = USUAL, environ: Mapping[str, str] | None = None,
) -> Judgement:  # fmt: skip
    """Return what ``judge`` does, and what could not be judged beside it.

    Raises:
        CannotJudgeError: what is to be judged is not here.
        NewerDataError: a later gitgt wrote the ledger.
    """
    if new is None:
        return Judgement((origins.deleted(ref),))
    if old == new:
        return Judgement(())
    given = os.environ if environ is None else environ
    with ByGit.opened(repository.common, given) as git:
        return _Judging(git, ref, new, policy).of(old)


class _Judging:
    """One judgement: of a ledger that stands at *new* afterwards."""

    def __init__(self, git: ByGit, ref: str, new: str, policy: Policy) -> None:
        self._git = git
        self._ref = ref
        self._new = new
        self._policy = policy
        self._named = 0

    def of(self, old: str | None) -> Judgement:
        git, new = self._git, self._new
        if not git.has(new):
            raise CannotJudgeError(f"{new[:12]} is not here", hint="git fetch")
        if old is not None and not git.has(old):
            return Judgement(tuple(self._standing()), self._cut(old))
        if git.is_shallow and (missing := self._missing(old)):
            return Judgement(tuple(self._standing()), missing)
        found = tuple(self._whole(old))
        return Judgement(tuple(sorted(set(found))))

    def _whole(self, old: str | None) -> Iterable[Broken]:
        """Return what is wrong; what makes all else pointless to tell is told alone."""
        git, new = self._git, self._new
        yield from (first := [*origins.history(git, self._ref, old, new)])
        if first:
            return
        brought = git.brought(old, new)
        yield from (first := [*self._sizes(old, brought)])
        if first:
            return
        git.gather(brought)
        yield from (first := [*origins.malformed(git, brought)])
        if first:
            return
        yield from (first := [*origins.foreign(git, old, new)])
        if first:
            return
        yield from self._content(old)
        yield from signed.unsigned(git, old, new, self._policy.signatures)

    def _content(self, old: str | None) -> Iterator[Broken]:
        git, new = self._git, self._new
        findings = lawful.look(git, old, new)
        odd = {each.path: each for each in self._files(old)}
        yield from odd.values()
        for wrong in (*findings.wrongs, *findings.unread):
            if wrong.path not in odd:
                yield from _told(wrong)
        written = {path: blob for path, blob in findings.files.items() if blob is not None}
        for circle in deadlocks.circles(git, old, new, written):
            by = circle.by
            commit = self._writer(old, by.path)
            yield Broken(by.path, by.line, "circle", circle.what, circle.hint, commit)

    def _files(self, old: str | None) -> Iterator[Broken]:
        """Yield what lies where, or is what, nothing in a ledger may."""
        for each in self._git.differences(old, self._new):
            if error := _misfit(self._git, each):
                commit = self._writer(old, each.path)
                yield from _broken(each.path, error, "file", commit)

    def _sizes(self, old: str | None, brought: Iterable[Brought]) -> Iterator[Broken]:
        for each in brought:
            most = self._policy.most * (_TREES if each.kind == "tree" else 1)
            if each.size > most:
                what = f"{each.size} bytes are too many for one {_NOUNS[each.kind]}"
                hint = f"{most} are allowed; keep long texts in the project"
                yield Broken(each.path, 0, "size", what, hint, self._bringer(old, each))

    def _bringer(self, old: str | None, each: Brought) -> str:
        """Return the commit that brought an object: itself, if it is one."""
        if each.kind == "commit":
            return each.oid
        self._named += 1
        few = self._named <= _MOST_NAMED
        return self._git.bringer_of(each.oid, old, self._new) if few else ""

    def _standing(self) -> Iterator[Broken]:
        """Yield what is wrong with the files as they are, whoever wrote them."""
        git, new = self._git, self._new
        for each in git.differences(None, new):
            if error := _misfit(git, each) or _unread(git, each):
                yield from _broken(each.path, error, "file", "")
        for circle in deadlocks.circles(git, None, new, {}):
            by = circle.by
            yield Broken(by.path, by.line, "circle", circle.what, circle.hint)

    def _missing(self, old: str | None) -> str:
        """Return what a history that is cut off leaves open; nothing, if enough is here."""
        git, new = self._git, self._new
        if old is None:
            begun = git.roots(None, new) == (genesis.root(git),)
            return "" if begun else "the history is cut off, so its beginning is not here"
        whole = git.is_ancestor(old, new) and not git.roots(old, new)
        return "" if whole else self._cut(old)

    def _cut(self, old: str) -> str:
        return (
            f"the history between {old[:12]} and {self._new[:12]} is not here, so only the "
            "files were judged as they are, not who did what to them"
        )

    def _writer(self, old: str | None, path: str) -> str:
        """Return the commit that wrote *path* last, for the first few who ask."""
        self._named += 1
        return self._git.writer_of(path, old, self._new) if self._named <= _MOST_NAMED else ""


_NOUNS: Final = {"blob": "file", "commit": "commit", "tag": "tag", "tree": "folder"}
_TREES: Final = 16  # how much larger a folder may be, which nobody writes by hand


def _misfit(git: ByGit, each: Difference) -> GtError | None:
    """Return why a file may not be there, or be there as what it is."""
    try:
        check_file(each, each.path)
        if each.new is not None and layout.is_item(each.path) and not layout.id_of(each.path):
            load_draft(git.blob(each.new), each.path, each.path)
    except RefusedError as error:
        return error
    return None


def _unread(git: ByGit, each: Difference) -> GtError | None:
    if each.new is None or not layout.is_item(each.path):
        return None
    try:
        load_draft(git.blob(each.new), each.path, each.path)
    except RefusedError as error:
        return error
    return None


def _told(wrong: Wrong) -> Iterator[Broken]:
    for each in wrong.marks:
        yield Broken(wrong.path, each.line, wrong.rule, each.said, each.hint, wrong.commit)


def _broken(path: str, error: GtError, rule: str, commit: str) -> Iterator[Broken]:
    known = rule_of(error) if isinstance(error, InvalidDocumentError) else rule
    for each in marks(path, error):
        yield Broken(path, each.line, known, each.said, each.hint, commit)
