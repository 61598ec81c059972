"""Refs, pins, worktrees and desks around a ledger, and what git itself finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitgt.git import worktree
from gitgt.git.command import attempt
from gitgt.git.intent import INTENTS
from gitgt.git.landing import PINS
from gitgt.git.repository import Repository
from gitgt.ledger import genesis
from gitgt.ledger.transact import Ledger
from gitgt.model.documents import Document, MergeRequest
from gitgt.services.desk import PREFIX
from gitgt.services.fsck.finding import Finding


def refs(ledger: Ledger, head: str, documents: Mapping[str, Document]) -> Iterator[Finding]:
    """Yield what is odd about the refs and worktrees of a ledger's repository."""
    repository = ledger.repository
    yield from _beginning(repository, ledger.ref, head)
    yield from _pins(repository, documents)
    for ref, tip in repository.refs(PREFIX).items():
        if repository.has(tip) and not repository.is_ancestor(tip, head):
            hint = "git gt tick takes it in, or says why not"
            yield Finding("desk", ref, "is ahead of the ledger", hint)
    for ref in repository.refs(INTENTS):
        yield Finding("intent", ref, "a landing was begun and not ended", "git gt tick")
    for each in worktree.worktrees(repository):
        if not each.path.is_dir():
            what = f"its folder, {each.path}, is gone"
            yield Finding("worktree", each.path.name, what, "git worktree prune")
        elif each.branch == ledger.ref:
            what = f"is checked out in {each.path}"
            hint = f"git -C {each.path} checkout -b desk/NAME"
            yield Finding("branch", ledger.ref, what, hint)


def _beginning(repository: Repository, ref: str, head: str) -> Iterator[Finding]:
    roots = attempt("rev-list", "--max-parents=0", head, "--", cwd=repository.common)
    if roots.ok and roots.stdout.decode().split() != [genesis.root(repository)]:
        what = "does not begin as every ledger does, and cannot be merged with another one"
        yield Finding(
            "ledger",
            ref,
            what,
            "begin a new ledger, and bring over what it holds",
        )


def _pins(repository: Repository, documents: Mapping[str, Document]) -> Iterator[Finding]:
    pinned = {name.removeprefix(PINS): oid for name, oid in repository.refs(PINS).items()}
    requests = {
        name: each for name, each in documents.items() if isinstance(each, MergeRequest)
    }
    for name, request in requests.items():
        if not request.is_closed and not repository.has(request.head):
            what = f"{name} wants to land {request.head[:12]}, which is not here"
            yield Finding("pin", f"{PINS}{name}", what, f"git fetch, or withdraw {name}")
        elif not request.is_closed and name not in pinned:
            hint = f"git update-ref {PINS}{name} {request.head}"
            what = f"is missing: nothing keeps {request.head[:12]}"
            yield Finding("pin", f"{PINS}{name}", what, hint, mends=True)
    for name in sorted(pinned.keys() - documents.keys()):
        what = "keeps a commit for a merge request that is not there"
        yield Finding("pin", f"{PINS}{name}", what, "look at it before you delete it")


def damage(repository: Repository, *, full: bool) -> Iterator[Finding]:
    """Yield what ``git fsck`` says; without *full* it only looks whether all is there."""
    kind = "--full" if full else "--connectivity-only"
    argv = ("fsck", kind, "--no-dangling", "--no-progress", "--no-reflogs")
    done = attempt(*argv, cwd=repository.common)
    for row in (*done.stdout.decode(errors="replace").splitlines(), *done.stderr.splitlines()):
        if not row.startswith(("notice:", "dangling ")):
            yield Finding("git", str(repository.common), row.strip(), "fetch from a clone")
