"""Commit settings to the town's repository: nothing durable is only in a working tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from gitgt.git import faults, refs
from gitgt.git.command import attempt, git
from gitgt.git.locks import remove_stale
from gitgt.git.repository import Signature
from gitgt.git.transaction import RefMove, move_refs
from gitgt.git.turn import turn
from gitgt.ledger import act
from gitgt.model.actor import Actor
from gitgt.model.event import Event
from gitgt.model.instant import exact_text_of
from gitgt.services import identity
from gitgt.services.town import Town

Files = Mapping[str, bytes | None]  # None for one that goes


def change(
    town: Town, decide: Callable[[], Files], subject: str, who: Actor,
    *, trailers: Mapping[str, str] = MappingProxyType({}),
) -> bool:  # fmt: skip
    """Commit what *decide* makes of the settings as they stand; say if anything changed.

    It returns files by their paths below the town's root (None: it goes), and may refuse.
    Nobody else changes settings meanwhile. What cannot be committed is taken back.

    Raises:
        NotAllowedError: an agent asks.
    """
    check(who)
    common = town.repository.common
    with turn(town.repository, "settings"):
        remove_stale(common, [common / "index.lock"])
        files = decide()
        if faults.are_pretended():
            return _pretended(town, files, subject, who)
        said, at = {**trailers, **act.trailers()}, exact_text_of(town.clock())
        message = Event(subject, trailers=said, at=at).message()
        before = {name: _content(town.root / name) for name in files}
        try:
            return _write(town, files, message, who)
        except BaseException:
            _put_back(town.root, before)
            raise


def check(who: Actor) -> None:
    """Check that *who* may change settings: what agents run on, and what they must pass.

    Raises:
        NotAllowedError: it is an agent.
    """
    identity.check_person(who, "settings are")


def signed(who: Actor) -> dict[str, str]:
    """Return the environment in which git commits as *who*."""
    return {
        "GIT_AUTHOR_NAME": who.address,
        "GIT_AUTHOR_EMAIL": who.email,
        "GIT_COMMITTER_NAME": who.address,
        "GIT_COMMITTER_EMAIL": who.email,
    }


def _write(town: Town, files: Files, message: str, who: Actor) -> bool:
    changed = _changed(town, files)
    for name, content in changed.items():
        path = town.root / name
        if content is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = town.gt / "settings.draft"  # in there nobody minds what a kill leaves
        fresh.parent.mkdir(exist_ok=True)
        fresh.write_bytes(content)
        faults.act("write", path)
        fresh.replace(path)
    names = sorted(files)
    # Whatever the person lets git ignore.
    git("add", "--all", "--force", "--", *names, cwd=town.root)
    if not git("status", "--porcelain", "--", *names, cwd=town.root).strip():
        return bool(changed)
    git(
        "-c", "core.hooksPath=/dev/null",
        "commit", "--quiet", "--only", "--cleanup=verbatim", "-m", message, "--", *names,
        cwd=town.root, env=signed(who),
    )  # fmt: skip
    return True


def _pretended(town: Town, files: Files, subject: str, who: Actor) -> bool:
    """Move the town's branch as the commit would, for this process alone; no file changes."""
    changed = _changed(town, files)
    branch = refs.head_of(town.repository.common)
    head = branch and town.repository.ref(branch)
    if changed and branch and head:
        blobs = {
            name: None if content is None else town.repository.write_blob(content)
            for name, content in changed.items()
        }
        tree = town.repository.write_tree(head, blobs)
        author = Signature(who.address, who.email, int(town.clock()))
        commit = town.repository.write_commit(tree, (head,), f"{subject}\n", author)
        move_refs(town.repository, [RefMove(branch, head, commit)], why=subject)
    return bool(changed)


def _changed(town: Town, files: Files) -> Files:
    return {
        name: content
        for name, content in files.items()
        if _content(town.root / name) != content
    }


def _put_back(root: Path, before: Mapping[str, bytes | None]) -> None:
    for name, content in before.items():
        if content is None:
            (root / name).unlink(missing_ok=True)
        else:
            (root / name).write_bytes(content)
    attempt("reset", "--quiet", "--", *before, cwd=root)


def content_of(town: Town, name: str) -> bytes | None:
    """Return what a file of the settings holds; None if it is not there."""
    return _content(town.root / name)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
