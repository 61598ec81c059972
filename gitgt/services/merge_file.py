"""Git's own merges of bead files, through the merge that all ledgers have.

``git pull`` on a desk starts this once for each file that both sides changed. What git tells a
merge driver are the three versions; which commits they are of it says in its environment, and
with those each field has its clock.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gitgt.errors import GtError, RefusedError
from gitgt.git.command import attempt
from gitgt.git.repository import Repository
from gitgt.ledger import codec
from gitgt.ledger.documents import load
from gitgt.ledger.join import Arm
from gitgt.model.actor import Actor
from gitgt.model.documents import Document
from gitgt.model.instant import text_of
from gitgt.model.merge import Side, merge

NAME: Final = "gitgt"
_HEAD: Final = re.compile("GITHEAD_([0-9a-f]{40,64})")


def register(repository: Repository) -> None:
    """Tell git how to merge beads, in a repository whose hooks are ours."""
    command = shlex.quote(str(repository.common / "gt" / "command"))
    for key, value in (
        ("name", "beads, field by field"),
        ("driver", f"{command} merge-file %O %A %B %P"),
    ):
        attempt("config", f"merge.{NAME}.{key}", value, cwd=repository.common)


def merged(
    repository: Repository,
    contents: tuple[bytes, bytes, bytes],
    path: str,
    environ: Mapping[str, str],
) -> bytes:
    """Return what base, ours and theirs of the file at *path* make together.

    Raises:
        RefusedError: they are two beads of one id, or nothing in them can be read.
    """
    base, one, two = (_read(each, path) for each in contents)
    if one is None or two is None:
        readable = contents[1] if one is not None else contents[2]
        if one is None and two is None:
            raise RefusedError(f"{path}: neither side can be read", hint="mend it by hand")
        return readable
    found = merge(base, *_sides(repository, (one, two), path, environ)).told
    assert found is not None
    return codec.emit(found.fields())


def _read(content: bytes, path: str) -> Document | None:
    try:
        return load(content, path) if content else None
    except GtError:
        return None


def _sides(
    repository: Repository,
    documents: tuple[Document, Document],
    path: str,
    environ: Mapping[str, str],
) -> tuple[Side, Side]:
    """Return both sides: with clocks, if git says which commits it merges.

    A rebase or a pick says of no commit but the one it stands on: what is picked comes later.
    """
    one, two = documents
    others = [match[1] for match in map(_HEAD.fullmatch, environ) if match]
    mine = environ.get("GT_MERGE_HEAD", "")
    if len(others) != 1 or not mine:
        by, at = _last(repository, mine, path) if mine else (one.created_by, "")
        return Side(one, 0, by, at=at), Side(two, 1, two.created_by, at=at)
    arms = Arm(repository, mine, others[0]), Arm(repository, others[0], mine)
    return arms[0].side(one, path), arms[1].side(two, path)


def _last(repository: Repository, commit: str, path: str) -> tuple[str, str]:
    """Return who wrote a file last, as of *commit*, and when."""
    argv = ("log", "-1", "--format=%an%x00%ae%x00%ct", commit, "--", path)
    words = attempt(*argv, cwd=repository.common).stdout.decode(errors="replace").split("\0")
    if len(words) != 3:
        return "", ""
    return Actor.signed(words[0], words[1]).address, text_of(float(words[2]))


def head_of(cwd: Path) -> str:
    """Return what is checked out at *cwd*."""
    found = attempt("rev-parse", "--verify", "--quiet", "HEAD", cwd=cwd)
    return found.stdout.decode().strip()
