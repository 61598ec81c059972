"""The life of a bead: who did what to it, when and why, as its ledger's history tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gitgt.errors import InvalidDocumentError
from gitgt.git.command import git
from gitgt.ledger import layout
from gitgt.ledger.documents import load
from gitgt.ledger.transact import Ledger
from gitgt.model.documents import Document, MergeRequest
from gitgt.model.ids import BeadId
from gitgt.model.instant import text_of
from gitgt.services import feed
from gitgt.services.town import Town
from gitgt.values import dataclass

# What is told with its old and new value; of other fields only that they changed.
_SHORT: Final = (
    "title", "status", "priority", "assignee", "head", "target", "integration",
    "merge_request", "convoy", "landed", "conflicts", "proposed", "pull_request", "forge_state",
    "held", "failures", "mode", "rounds", "patience",
)  # fmt: skip
_SILENT: Final = (
    "reason", "started_at", "closed_at", "closed_by", "findings", "outcome", "number",
    "returns", "pardoned",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of a bead's life; ``changes`` are told in words."""

    at: str
    who: str
    event: str
    said: str
    changes: tuple[str, ...]
    why: str
    commit: str

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "at": self.at,
            "who": self.who,
            "event": self.event,
            "said": self.said,
            "changes": list(self.changes),
            "reason": self.why,
            "commit": self.commit,
        }


def of(town: Town, bead: BeadId) -> list[Step]:
    """Return the life of *bead*, the oldest step first; its merge requests' belong to it."""
    ledger = town.ledger_of(bead)
    requests = [each.id for each in ledger.snapshot().all(MergeRequest, source=bead)]
    paths = [layout.path_of(each) for each in (bead, *requests)]
    commits = feed.log(ledger, *paths)
    files = _files(ledger, commits, paths)
    return [_step(each, paths, files) for each in commits]


def _files(
    ledger: Ledger, commits: list[feed.Said], paths: list[str]
) -> Mapping[tuple[str, str], bytes]:
    """Return the content of each path before and after each commit, read in one go."""
    wanted = [
        (commit, path)
        for each in commits
        for commit in (each.id, *each.parents[:1])
        for path in paths
    ]
    asked = "".join(f"{commit}:{path}\n" for commit, path in wanted).encode()
    answer = git("cat-file", "--batch", cwd=ledger.repository.common, stdin=asked)
    found: dict[tuple[str, str], bytes] = {}
    at = 0
    for each in wanted:
        end = answer.index(b"\n", at)
        head = answer[at:end].split(b" ")
        if head[-1] == b"missing":
            at = end + 1
            continue
        size = int(head[-1])
        found[each] = answer[end + 1 : end + 1 + size]
        at = end + 2 + size
    return found


def _step(commit: feed.Said, paths: list[str], files: Mapping[tuple[str, str], bytes]) -> Step:
    changes: list[str] = []
    why = ""
    for path in paths:
        new = _read(files, commit.id, path)
        old = _read(files, commit.parents[0], path) if commit.parents else None
        if new is None or new == old:
            continue
        changes += _changes(old, new)
        if new.reason and (old is None or old.reason != new.reason):
            why = why or new.reason
    return Step(
        at=text_of(commit.at),
        who=commit.who,
        event=commit.event.name,
        said=commit.event.subject,
        changes=tuple(changes),
        why=why,
        commit=commit.id,
    )


def _read(files: Mapping[tuple[str, str], bytes], commit: str, path: str) -> Document | None:
    content = files.get((commit, path))
    try:
        return None if content is None else load(content, path)
    except InvalidDocumentError:
        return None


def _changes(old: Document | None, new: Document) -> Iterator[str]:
    """Say in words what is different."""
    if old is None:
        yield f"{new.id} is {new.status}"
        return
    before, after = old.fields(), new.fields()
    for name in after | before:
        if before.get(name) == after.get(name) or name in _SILENT:
            continue
        yield f"{_label(new, name)} {_told(name, before.get(name), after.get(name))}"


def _told(name: str, was: object, now: object) -> str:
    if name not in _SHORT:
        return "changed"
    if now is None:
        return "taken away"
    return _short(now) if was is None else f"{_short(was)} -> {_short(now)}"


def _label(document: Document, name: str) -> str:
    return f"{document.id} {name}" if isinstance(document, MergeRequest) else name


def _short(value: object) -> str:
    text = str(value)
    return text[:12] if len(text) == 40 and text.isalnum() else text
