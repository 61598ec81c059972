"""Merge many pairs of commits to see whether they would: nothing of it is kept.

One ``git merge-tree --stdin`` does them all (4 ms, and half a millisecond for each), with the
settings with which the refinery merges. What it writes goes into a folder of its own beside
the repository's objects and is removed again: 30 branches would leave a thousand objects a day.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.git.command import HERMETIC, attempt
from gitgt.git.merge import PINNED, Stage
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_PREFIX: Final = "trial-"
# What is gone in a moment need be neither small nor safe.
_HASTY: Final = ("core.fsync=none", "core.looseCompression=0")
# What somebody who was killed left behind is removed once it is so old, in seconds.
_OLD: Final = 600.0
_NOBODY: Final = {
    "GIT_AUTHOR_NAME": "gitgt", "GIT_AUTHOR_EMAIL": "gitgt@gitgt.invalid",
    "GIT_COMMITTER_NAME": "gitgt", "GIT_COMMITTER_EMAIL": "gitgt@gitgt.invalid",
    "GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """What a merge gave: its tree, and where it is a conflict, the sides and git's words.

    A word is a path and what kind of conflict git sees there.
    """

    tree: str
    clean: bool
    stages: tuple[Stage, ...] = ()
    words: tuple[tuple[str, str], ...] = ()


class Trials:
    """Trial merges in one repository, by one file of attributes at a time."""

    def __init__(self, repository: Repository, env: dict[str, str]) -> None:
        self._repository = repository
        self._env = {**HERMETIC, **env}

    def draft(self, commit: str) -> str:
        """Return *commit*, a snapshot, as a commit on what it stands on and nothing else.

        The snapshots before it are its parents as well, and would have a say in a merge. One
        that was replaced meanwhile is returned as it is.
        """
        tree, first = f"{commit}^{{tree}}", f"{commit}^1"
        argv = ("commit-tree", tree, "-p", first, "-m", "Not committed")
        made = attempt(*argv, cwd=self._repository.common, env={**self._env, **_NOBODY})
        return made.stdout.decode().strip() if made.ok else commit

    def merge(self, pairs: Sequence[tuple[str, str]], attributes: Path) -> list[Tried | None]:
        """Return what merging each pair gives; None where git cannot tell.

        A commit that is not there, or without a common history, ends git: the others are asked
        for again.
        """
        found: list[Tried | None] = []
        while len(found) < len(pairs):
            rest = pairs[len(found) :]
            answers = list(self._ask(rest, attributes))
            found += answers
            if len(answers) < len(rest):
                found.append(None)
        return found

    def _ask(self, pairs: Sequence[tuple[str, str]], attributes: Path) -> Iterator[Tried]:
        settings = (f"core.attributesFile={attributes}", *PINNED, *_HASTY)
        options = (word for each in settings for word in ("-c", each))
        asked = "".join(f"{one} {other}\n" for one, other in pairs).encode()
        argv = (*options, "merge-tree", "--write-tree", "--stdin")
        outcome = attempt(*argv, cwd=self._repository.common, env=self._env, stdin=asked)
        return _parse(outcome.stdout)


@contextmanager
def trials(repository: Repository) -> Iterator[Trials]:
    """Yield what merges on trial; what it has written is gone afterwards."""
    folder = repository.gt / "radar"
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with tempfile.TemporaryDirectory(
        dir=folder, prefix=_PREFIX, ignore_cleanup_errors=True
    ) as objects:
        env = {
            "GIT_OBJECT_DIRECTORY": objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{_escaped(repository.common / "objects")}"',
        }
        yield Trials(repository, env)


def _escaped(path: Path) -> str:
    """Return *path* as it stands between quotes in a list of paths."""
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _sweep(folder: Path) -> None:
    for each in folder.glob(f"{_PREFIX}*"):
        try:
            is_old = time.time() - each.stat().st_mtime > _OLD
        except FileNotFoundError:
            continue
        if is_old:
            shutil.rmtree(each, ignore_errors=True)


def _parse(answer: bytes) -> Iterator[Tried]:
    r"""Read ``1\0TREE\0\0``, or ``0\0TREE\0``, stages up to an empty field, then messages.

    What git had no time to finish is no answer.
    """
    tokens = iter(answer.split(b"\0"))
    try:
        for status in tokens:
            if not status:
                return
            yield _tried(status, tokens)
    except StopIteration:
        return


def _tried(status: bytes, tokens: Iterator[bytes]) -> Tried:
    tree = next(tokens).decode()
    if status == b"1":
        next(tokens)
        return Tried(tree, clean=True)
    stages = []
    while field := next(tokens):
        stages.append(_stage(field))
    words: list[tuple[str, str]] = []
    # In place of the end there may be advice on submodules, which belongs to no path.
    while (count := next(tokens)).isdigit():
        paths = [_text(next(tokens)) for _ in range(int(count))]
        kind = _text(next(tokens))
        next(tokens)
        words += [(path, kind) for path in paths]
    return Tried(tree, clean=False, stages=tuple(stages), words=tuple(words))


def _stage(field: bytes) -> Stage:
    facts, _, path = field.partition(b"\t")
    mode, oid, stage = facts.decode().split(" ")
    return Stage(_text(path), int(stage), mode, oid)


def _text(field: bytes) -> str:
    return field.decode(errors="surrogateescape")
