"""Make good what can be made good without losing a word: in one commit, and told."""

from __future__ import annotations

from gitgt.errors import LedgerConflictError
from gitgt.git import standing as checkouts
from gitgt.git.landing import PINS
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.git.turn import turn
from gitgt.ledger import codec, editors, layout
from gitgt.ledger.transact import Ledger
from gitgt.model.actor import Actor
from gitgt.model.documents import MergeRequest
from gitgt.model.event import Event
from gitgt.services.fsck import cache
from gitgt.services.fsck.files import Tree, look
from gitgt.services.fsck.finding import Finding
from gitgt.values import dataclass

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done, a line for each thing, and the ledger commit that holds it."""

    done: tuple[str, ...]
    commit: str = ""


def mend(ledger: Ledger, findings: list[Finding], prefix: str, who: Actor) -> Mended:
    """Make good what *findings* say can be, looking again at what stands now."""
    rules = {each.rule for each in findings if each.mends}
    done: list[str] = []
    if "index" in rules:
        cache.drop(ledger.index, ledger.repository)
        done.append("dropped the index; the next question makes it anew")
    commit = ""
    if rules & {"misplaced", "form", "schemas"}:
        commit = _rewrite(ledger, prefix, who, done)
    if "pin" in rules:
        _pin(ledger, prefix, done)
    return Mended(tuple(done), commit)


def _rewrite(ledger: Ledger, prefix: str, who: Actor, done: list[str]) -> str:
    repository = ledger.repository
    with turn(repository, "ledger"):
        for _ in range(_ATTEMPTS):
            head = ledger.head()
            tree = look(repository, head, prefix)
            changes, told = _changes(repository, head, tree)
            if not changes:
                return ""
            event = Event(
                f"mend {len(told)} {'file' if len(told) == 1 else 'files'} of the ledger",
                name="ledger.mended",
                beads=tuple(sorted({str(each.id) for each in tree.loose.values()}))[:100],
            )
            new = ledger.commit_tree(repository.write_tree(head, changes), (head,), event, who)
            try:
                moved = [RefMove(ledger.ref, head, new)]
                checkouts.move(repository, moved, why="git gt fsck --fix")
            except LedgerConflictError:
                continue
            done += told
            return new
    raise LedgerConflictError("the ledger moved on again and again", hint="try again")


def _changes(
    repository: Repository, head: str, tree: Tree
) -> tuple[dict[str, str | None], list[str]]:
    """Return what is to be written where, and how to say it."""
    changes: dict[str, str | None] = {}
    told: list[str] = []
    for path, home in sorted(tree.strays.items()):
        document = tree.documents[str(layout.named_by(path))]
        changes[path] = None
        changes[home] = repository.write_blob(codec.emit(document.fields()))
        told.append(f"moved {path} to {home}")
    for path, document in sorted(tree.loose.items()):
        if path not in tree.strays:
            changes[path] = repository.write_blob(codec.emit(document.fields()))
            told.append(f"wrote {path} in the canonical form")
    if any(each.rule == "schemas" for each in tree.findings):
        for path, content in editors.published().items():
            blob = repository.write_blob(content)
            if repository.entry(head, path) != blob:
                changes[path] = blob
                told.append(f"published {path}")
    return changes, told


def _pin(ledger: Ledger, prefix: str, done: list[str]) -> None:
    repository = ledger.repository
    documents = look(repository, ledger.head(), prefix).documents
    pinned = repository.refs(PINS)
    for name, each in documents.items():
        if not isinstance(each, MergeRequest) or f"{PINS}{name}" in pinned:
            continue
        if not each.is_closed and repository.has(each.head):
            move_refs(repository, [RefMove(f"{PINS}{name}", None, each.head)], why="fsck")
            done.append(f"pinned {each.head[:12]} for {name}")
