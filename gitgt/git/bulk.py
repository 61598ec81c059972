"""Many objects through one process each.

Nobody's configuration, replacements or renames have a say: the same objects give the same
answers everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import NotFoundError
from gitgt.git.command import git, line
from gitgt.model.replay.replay import Changes, Entry, Identity, Original

PLAIN: Final = {"GIT_NO_REPLACE_OBJECTS": "1"}
_AS_EVERYWHERE: Final = (
    "--bare", "-c", "merge.directoryRenames=conflict", "-c", "merge.renormalize=false",
    "-c", "merge.renames=true", "-c", "merge.conflictStyle=merge",
)  # fmt: skip
_NOTHING: Final = "000000"
_DIFF: Final = (
    "diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev",
    "--ignore-submodules=none",
)  # fmt: skip


def empty_tree(repository: Path) -> str:
    """Return the id of the tree that holds nothing."""
    return line("hash-object", "-t", "tree", "--stdin", cwd=repository, env=PLAIN)


def read_commits(repository: Path, oids: Iterable[str]) -> dict[str, Original]:
    """Return the commits.

    Raises:
        NotFoundError: one is not there.
    """
    wanted = list(dict.fromkeys(oids))
    if not wanted:
        return {}
    asked = "".join(f"{oid}\n" for oid in wanted).encode()
    answer = git("cat-file", "--batch", "--buffer", cwd=repository, stdin=asked, env=PLAIN)
    found: dict[str, Original] = {}
    at = 0
    for oid in wanted:
        end = answer.index(b"\n", at)
        head = answer[at:end].split(b" ")
        if len(head) != 3:
            raise NotFoundError(
                f"commit {oid[:10]} is missing from {repository}",
                hint="a shallow clone? git fetch --unshallow",
            )
        size = int(head[2])
        found[oid] = original_of(oid, answer[end + 1 : end + 1 + size])
        at = end + 2 + size
    return found


def original_of(oid: str, content: bytes) -> Original:
    """Return the commit *oid*, whose *content* git stores."""
    head, _, message = content.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for row in head.split(b"\n"):
        name, _, value = row.partition(b" ")
        fields.setdefault(name, []).append(value)
    encoding = fields.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    return Original(
        oid,
        fields[b"tree"][0].decode(),
        tuple(parent.decode() for parent in fields.get(b"parent", [])),
        Identity.parse(_text(fields.get(b"author", [b""])[0], encoding)),
        Identity.parse(_text(fields.get(b"committer", [b""])[0], encoding)),
        _text(message, encoding),
    )


def _text(raw: bytes, encoding: str) -> str:
    """Read what claims to be in *encoding*; anything is Latin-1, if need be."""
    for each in (encoding, "utf-8"):
        try:
            return raw.decode(each).replace("\0", "")
        except (UnicodeError, LookupError):
            continue
    return raw.decode("latin-1").replace("\0", "")


def differences(repository: Path, pairs: Sequence[tuple[str, str]]) -> list[Changes]:
    """Return, for each pair of trees, what makes the second out of the first.

    A rename is a path that goes and one that comes.
    """
    if not pairs:
        return []
    asked = "".join(f"{old} {new}\n" for old, new in pairs).encode()
    return list(_changes(git(*_DIFF, cwd=repository, stdin=asked, env=PLAIN)))


def _changes(answer: bytes) -> Iterator[Changes]:
    r"""Read records of ``TREE TREE\n`` and then ``:mode mode id id status\0path\0`` each."""
    changes: dict[bytes, Entry | None] | None = None
    tokens = iter(answer.split(b"\0"))
    for token in tokens:
        row = token
        while row and not row.startswith(b":"):
            if changes is not None:
                yield changes
            changes = {}
            row = row.partition(b"\n")[2]
        if row and changes is not None:
            _, mode, _, oid, _ = row[1:].decode().split(" ")
            changes[next(tokens)] = None if mode == _NOTHING else Entry(mode, oid)
    if changes is not None:
        yield changes


def automatic_merges(repository: Path, pairs: Sequence[tuple[str, str]]) -> list[str | None]:
    """Return the tree that git makes of each pair of commits by itself; None for a conflict."""
    if not pairs:
        return []
    argv = ("merge-tree", "--write-tree", "--stdin", "--allow-unrelated-histories")
    asked = "".join(f"{one} {other}\n" for one, other in pairs).encode()
    return list(_trees(git(*_AS_EVERYWHERE, *argv, cwd=repository, stdin=asked, env=PLAIN)))


def _trees(answer: bytes) -> Iterator[str | None]:
    r"""Read ``1\0TREE\0\0``, or ``0\0TREE\0``, files in conflict and messages.

    Behind the messages, where nothing stands otherwise, there may be advice on submodules.
    """
    tokens = iter(answer.split(b"\0"))
    for status in tokens:
        if not status:
            return
        tree = next(tokens).decode()
        if status == b"1":
            next(tokens)
            yield tree
            continue
        while next(tokens):
            pass
        while (count := next(tokens)).isdigit():
            for _ in range(int(count) + 2):
                next(tokens)
        yield None
