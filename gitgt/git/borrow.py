"""Lend one repository's objects to another: nothing is copied, the lender is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.git.bulk import PLAIN
from gitgt.git.command import git, line


def borrow(borrower: Path, lender: Path) -> None:
    """Let *borrower* read the objects of *lender*.

    Raises:
        RefusedError: they name their objects in different ways.
    """
    if _format(borrower) != _format(lender):
        raise RefusedError(f"{lender} does not name its objects by SHA-1")
    argv = ("rev-parse", "--path-format=absolute", "--git-path", "objects")
    objects = git(*argv, cwd=lender).removesuffix(b"\n")
    if b"\n" in objects:
        raise RefusedError(f"{lender} has a line end in its path")
    (borrower / "objects" / "info" / "alternates").write_bytes(objects + b"\n")


def _format(repository: Path) -> str:
    return line("rev-parse", "--show-object-format", cwd=repository)


def begin(repository: Path, tree: str | None, message: str, *parents: str) -> str:
    """Make a commit of *tree* (None for the empty one) that is the same whoever makes it."""
    if tree is None:
        tree = line("hash-object", "-t", "tree", "-w", "--stdin", cwd=repository)
    argv = ["commit-tree", tree, "-m", message]
    for parent in parents:
        argv += ["-p", parent]
    return line(*argv, cwd=repository, env={**PLAIN, **_SIGNED})


def keep_files(repository: Path, ref: str, files: Mapping[str, bytes], message: str) -> None:
    """Commit *files* to *ref*, all in one process."""
    stream = [f"commit {ref}\ncommitter gitgt <gitgt@gitgt.invalid> 1 +0000\n".encode()]
    stream.append(b"data %d\n%b\n" % (len(message.encode()), message.encode()))
    for name, content in files.items():
        stream.append(f'M 100644 inline "{name}"\n'.encode())
        stream.append(b"data %d\n%b\n" % (len(content), content))
    git("fast-import", "--quiet", "--force", cwd=repository, stdin=b"".join(stream))


_SIGNED = {
    "GIT_AUTHOR_NAME": "gitgt",
    "GIT_AUTHOR_EMAIL": "gitgt@gitgt.invalid",
    "GIT_AUTHOR_DATE": "@1 +0000",
    "GIT_COMMITTER_NAME": "gitgt",
    "GIT_COMMITTER_EMAIL": "gitgt@gitgt.invalid",
    "GIT_COMMITTER_DATE": "@1 +0000",
}
