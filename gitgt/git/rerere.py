"""How conflicts were resolved, kept in a ref: what git's rerere knows, and who it is from.

All worktrees of a repository share one ``rr-cache``, so what is resolved in one is filled in
in all others; but it is no part of git's objects: nothing keeps it, and git forgets it after
60 days. ``refs/gt/rerere`` keeps it: a file ``<aa>/<rest of the id>/<variant>`` for each
resolution, and ``forgotten/<id>/<variant>`` for what must not come back.

    id        git's own: a hash of both sides of the hunks in conflict, in either order
    variant   of one conflict there may be several: a hash of what was before and after
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gitgt.errors import LedgerConflictError
from gitgt.git import faults
from gitgt.git.repository import Repository, Signature
from gitgt.git.transaction import RefMove, move_refs
from gitgt.values import dataclass

REF: Final = "refs/gt/rerere"
_FORGOTTEN: Final = "forgotten"
_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PREIMAGE: Final = re.compile(r"preimage(\.[0-9]{1,6})?")
# What is longer is no file that anybody merges by hand.
_LARGEST: Final = 2_000_000
_ATTEMPTS: Final = 50
# A lock that git left when it was killed says nothing any more after so many seconds.
_STALE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One conflict and what became of it, as git's rerere writes them.

    *path*, *by* and *commit* tell where it comes from, as far as that is known. It has *landed*
    if that commit is part of the target.
    """

    id: str
    before: bytes
    after: bytes
    path: str = ""
    by: str = ""
    commit: str = ""
    landed: bool = False

    @property
    def variant(self) -> str:
        """Its name among the resolutions of one conflict."""
        return hashlib.sha256(self.before + b"\0" + self.after).hexdigest()[:16]

    @property
    def key(self) -> tuple[str, str]:
        """Its name among all resolutions."""
        return self.id, self.variant

    def fields(self) -> dict[str, Any]:
        """Return what is known of it as plain values, without the texts."""
        return {
            "id": self.id,
            "variant": self.variant,
            "path": self.path,
            "by": self.by,
            "commit": self.commit,
            "landed": self.landed,
        }

    def better(self, other: Resolution) -> Resolution:
        """Return it with what *other*, of the same key, knows better."""
        more = other if (other.landed, other.commit) > (self.landed, self.commit) else self
        return replace(more, path=more.path or other.path, by=more.by or other.by)


class Memory:
    """The resolutions that are kept in one repository."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def all(self) -> list[Resolution]:
        """Return the resolutions, by their names."""
        return [*self._read(self.repository.ref(REF)).values()]

    def of(self, conflict: str) -> list[Resolution]:
        """Return the resolutions of the conflict with that id."""
        head = self.repository.ref(REF)
        found = self._read(head, below=f"{conflict[:2]}/{conflict[2:]}/")
        return [*found.values()]

    def forgotten(self) -> list[tuple[str, str]]:
        """Return the names of what must not come back."""
        head = self.repository.ref(REF)
        paths = [] if head is None else [*self.repository.files(head)]
        parts = [each.split("/") for each in paths if each.startswith(f"{_FORGOTTEN}/")]
        return [
            (each[1], each[2]) for each in parts if len(each) == 3 and _ID.fullmatch(each[1])
        ]

    def keep(self, found: Iterable[Resolution], who: Signature) -> int:
        """Keep what is new, or better known; return how many that were.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        wanted = {each.key: each for each in found}

        def decide(head: str | None) -> dict[str, str | None]:
            known = self._read(head)
            changes: dict[str, str | None] = {}
            for key, each in wanted.items():
                old = known.get(key)
                new = each if old is None else old.better(each)
                buried = head is not None and self.repository.entry(head, _grave(key))
                if new != old and not buried:
                    changes[_path(key)] = self.repository.write_blob(_written(new))
            return changes

        return (
            self._change(decide, "learn how {} conflicts were resolved", who) if wanted else 0
        )

    def forget(self, keys: Iterable[tuple[str, str]], who: Signature) -> int:
        """Let resolutions be used no more; return how many there were."""
        wanted = [*keys]

        def decide(head: str | None) -> dict[str, str | None]:
            there = self._read(head)
            changes: dict[str, str | None] = {}
            for key in wanted:
                if key in there:
                    changes[_grave(key)] = self.repository.write_blob(b"")
                    changes[_path(key)] = None
            return changes

        return self._change(decide, "forget how {} conflicts were resolved", who) // 2

    def join(self, theirs: str, who: Signature) -> str:
        """Take in the resolutions of another clone; return where ours stand then.

        What either has let be forgotten stays so.

        Raises:
            LedgerConflictError: others were faster again and again.
        """
        for _ in range(_ATTEMPTS):
            head = self.repository.ref(REF)
            new = theirs if head is None else self._joined(head, theirs, who)
            if new == head:
                return new
            try:
                move_refs(self.repository, [RefMove(REF, head, new)], why="meet a clone's")
            except LedgerConflictError:
                continue
            return new
        raise LedgerConflictError("the resolutions moved on again and again")

    def _joined(self, ours: str, theirs: str, who: Signature) -> str:
        repository = self.repository
        if repository.is_ancestor(theirs, ours):
            return ours
        if repository.is_ancestor(ours, theirs):
            return theirs
        known = self._read(ours)
        changes: dict[str, str | None] = {}
        for key, each in self._read(theirs).items():
            best = known[key].better(each) if key in known else each
            changes[_path(key)] = repository.write_blob(_written(best))
        graves = {
            path
            for head in (ours, theirs)
            for path in repository.files(head)
            if path.startswith(f"{_FORGOTTEN}/")
        }
        for path in graves:
            conflict, _, variant = path.removeprefix(f"{_FORGOTTEN}/").partition("/")
            changes[path] = repository.write_blob(b"")
            changes[_path((conflict, variant))] = None
        tree = repository.write_tree(ours, changes)
        why = "Meet the resolutions of another clone\n"
        return repository.write_commit(tree, (ours, theirs), why, who)

    def _change(
        self, decide: Callable[[str | None], dict[str, str | None]], why: str, who: Signature
    ) -> int:
        for _ in range(_ATTEMPTS):
            head = self.repository.ref(REF)
            changes = decide(head)
            if not changes:
                return 0
            below = None if head is None else self.repository.tree_of(head)
            tree = self.repository.write_tree(below, changes)
            said = why.format(len(changes))
            parents = () if head is None else (head,)
            commit = self.repository.write_commit(tree, parents, f"{said}\n", who)
            try:
                move_refs(self.repository, [RefMove(REF, head, commit)], why=said)
            except LedgerConflictError:
                continue
            return len(changes)
        raise LedgerConflictError("the resolutions moved on again and again")

    def _read(self, head: str | None, *, below: str = "") -> dict[tuple[str, str], Resolution]:
        if head is None:
            return {}
        files = self.repository.files(head)
        wanted = {
            path: oid
            for path, oid in files.items()
            if path.startswith(below) and not path.startswith(_FORGOTTEN)
        }
        contents = dict(self.repository.blobs([*wanted.values()]))
        found = (_parsed(path, contents[oid]) for path, oid in sorted(wanted.items()))
        return {each.key: each for each in found if each is not None}


def _path(key: tuple[str, str]) -> str:
    conflict, variant = key
    return f"{conflict[:2]}/{conflict[2:]}/{variant}"


def _grave(key: tuple[str, str]) -> str:
    return f"{_FORGOTTEN}/{'/'.join(key)}"


def _written(resolution: Resolution) -> bytes:
    """Return a head of JSON on one line, then both texts, the first by its length."""
    head = {
        key: value
        for key, value in resolution.fields().items()
        if value and key not in ("id", "variant")
    }
    line = json.dumps({**head, "before": len(resolution.before)}, sort_keys=True)
    return line.encode() + b"\n" + resolution.before + resolution.after


def _parsed(path: str, content: bytes) -> Resolution | None:
    """Return what a file says; None for one that is none of ours, whoever put it there."""
    conflict = path.rpartition("/")[0].replace("/", "")
    line, _, texts = content.partition(b"\n")
    try:
        head = json.loads(line)
        size = head.pop("before")
        found = Resolution(id=conflict, before=texts[:size], after=texts[size:], **head)
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
    told = (found.path, found.by, found.commit)
    is_sound = all(isinstance(each, str) for each in told) and isinstance(found.landed, bool)
    return found if is_sound and _ID.fullmatch(conflict) else None


# --- git's own folder


def folder(repository: Repository) -> Path:
    """Return where git keeps what its rerere knows; that it is there makes git use it."""
    return repository.common / "rr-cache"


def sign(repository: Repository) -> tuple[tuple[str, int], ...]:
    """Return what changes when git has learned something."""
    try:
        found = [each for each in folder(repository).iterdir() if _ID.fullmatch(each.name)]
        return tuple(sorted((each.name, each.stat().st_mtime_ns) for each in found))
    except FileNotFoundError:
        return ()


def learned(repository: Repository) -> tuple[bool, list[Resolution]]:
    """Return what git has learned, and whether it has ended writing it.

    While it has not, nothing is read: half a file would be kept for good.
    """
    before = sign(repository)
    if _at_work(repository):
        return False, []
    found = [each for name, _ in before for each in read_folder(folder(repository) / name)]
    is_still = sign(repository) == before and not _at_work(repository)
    return is_still, found if is_still else []


def _at_work(repository: Repository) -> bool:
    """Tell whether some git writes there: it holds a lock of its worktree meanwhile."""
    common = repository.common
    locks = [common / "MERGE_RR.lock", *(common / "worktrees").glob("*/MERGE_RR.lock")]
    for lock in locks:
        try:
            if abs(time.time() - lock.stat().st_mtime) < _STALE:
                return True
        except FileNotFoundError:
            continue
    return False


def read_folder(place: Path) -> Iterator[Resolution]:
    """Yield the resolutions in git's folder of one conflict."""
    for each in sorted(place.iterdir()):
        match = _PREIMAGE.fullmatch(each.name)
        if match is None:
            continue
        texts = [_text(each), _text(place / f"postimage{match[1] or ''}")]
        before, after = texts
        if before is not None and after is not None:
            yield Resolution(id=place.name, before=before, after=after)


def _text(path: Path) -> bytes | None:
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None


def teach(rr_cache: Path, resolutions: Iterable[Resolution]) -> None:
    """Write into git's folder what it does not know."""
    for each in resolutions:
        place = rr_cache / each.id
        place.mkdir(parents=True, exist_ok=True)
        if any(known.variant == each.variant for known in read_folder(place)):
            continue
        end = _free(place)
        for name, text in ((f"preimage{end}", each.before), (f"postimage{end}", each.after)):
            fresh = place / f"gt.{name}"
            fresh.write_bytes(text)
            faults.act("write", place / name)
            fresh.replace(place / name)


def _free(place: Path) -> str:
    """Return the end of a name that no resolution of this conflict has."""
    number = 0
    while True:
        end = f".{number}" if number else ""
        if not (place / f"postimage{end}").exists() and not (place / f"preimage{end}").exists():
            return end
        number += 1


def unteach(rr_cache: Path, keys: Mapping[tuple[str, str], object]) -> None:
    """Remove from git's folder what must not come back."""
    for conflict in {each for each, _ in keys}:
        place = rr_cache / conflict
        if not place.is_dir():
            continue
        for each in sorted(place.iterdir()):
            match = _PREIMAGE.fullmatch(each.name)
            end = match[1] or "" if match else ""
            texts = _text(each), _text(place / f"postimage{end}")
            if match is None or texts[0] is None or texts[1] is None:
                continue
            known = Resolution(id=conflict, before=texts[0], after=texts[1])
            if known.key in keys:
                (place / f"postimage{end}").unlink(missing_ok=True)
                each.unlink(missing_ok=True)
