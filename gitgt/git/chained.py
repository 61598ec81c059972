"""The hooks that were there before ours: set aside, run by ours, and put back.

They lie in ``<common git directory>/gt-chained``, as deep as the hooks folder, under their own
names, so that a relative link and ``$(dirname "$0")`` still lead where they led. It is no part
of ``gt/``, which may be lost at any time: another tool's check must not fall silent because of
us. A copy of each is in the history of ``refs/gt/chained``, and comes back from there.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from gitgt.git.command import git, line
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs

REF: Final = "refs/gt/chained"
_LINK: Final = "120000"
_SIGNATURE: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "gitgt"), ("EMAIL", "gitgt@gitgt.invalid"))
}


def folder(common: Path) -> Path:
    """Return where they lie."""
    return common / "gt-chained"


def set_aside(common: Path, hook: Path) -> None:
    """Give a hook a second name in our folder; the caller then puts ours into its place.

    One that was set aside before, and that a later tool's hook replaced, stays in the history
    of the ref alone.
    """
    there = folder(common) / hook.name
    there.parent.mkdir(exist_ok=True)
    there.unlink(missing_ok=True)
    try:
        os.link(hook, there, follow_symlinks=False)
    except OSError:  # a file system without hard links
        shutil.copy2(hook, there, follow_symlinks=False)


def put_back(common: Path, place: Path, name: str) -> bool:
    """Put the hook *name* that was set aside into its *place*; tell whether there was one."""
    there = folder(common) / name
    if not os.path.lexists(there):
        return False
    there.replace(place)
    return True


def link_neighbors(common: Path, hooks: Path, ours: Iterable[str]) -> None:
    """Let scripts find what lies beside them in the hooks folder."""
    at = folder(common)
    if not at.is_dir():
        return
    skipped = {*ours, *(path.name for path in at.iterdir())}
    for path in hooks.iterdir():
        if path.name not in skipped and path.suffix != ".sample":
            (at / path.name).symlink_to(os.path.relpath(path, at))


def is_neighbor(path: Path) -> bool:
    """Tell whether *path* is a link that we made for a script to find its neighbor."""
    return path.is_symlink() and path.readlink().parts[:2] == ("..", "hooks")


def remember(common: Path, state: bytes) -> bool:
    """Commit copies of all that was set aside, and our *state*; tell whether that was news."""
    entries = [(_mode(path), _content(path), path.name) for path in _originals(common)]
    entries.append(("100644", state, ".state"))
    rows = [
        f"{mode} blob {_blob(common, content)}\t{name}\0"
        for mode, content, name in sorted(entries)
    ]
    tree = git("mktree", "-z", cwd=common, stdin="".join(rows).encode(errors="surrogateescape"))
    return _commit(Repository(common), tree.decode().strip())


def forget(common: Path) -> None:
    """Delete the ref: all is back in its place."""
    repository = Repository(common)
    old = repository.ref(REF)
    if old is not None:
        move_refs(repository, [RefMove(REF, old, None)], why="hooks: uninstall")


def recall(common: Path) -> bytes:
    """Bring back what is missing in our folder, and return the state that was kept with it."""
    if Repository(common).ref(REF) is None:
        return b""
    state = b""
    for mode, oid, name in _remembered(common):
        there = folder(common) / name
        if name == ".state":
            state = git("cat-file", "blob", oid, cwd=common)
        elif not os.path.lexists(there):
            _bring_back(there, mode, git("cat-file", "blob", oid, cwd=common))
    return state


def _remembered(common: Path) -> Iterator[tuple[str, str, str]]:
    answer = git("ls-tree", "-z", REF, cwd=common).decode(errors="surrogateescape")
    for row in answer.split("\0")[:-1]:
        meta, _, name = row.partition("\t")
        mode, _, oid = meta.split(" ")
        yield mode, oid, name


def _bring_back(path: Path, mode: str, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    if mode == _LINK:
        path.symlink_to(os.fsdecode(content))
        return
    path.write_bytes(content)
    path.chmod(int(mode, 8) & 0o777)


def _originals(common: Path) -> list[Path]:
    at = folder(common)
    if not at.is_dir():
        return []
    return [path for path in sorted(at.iterdir()) if not is_neighbor(path)]


def _mode(path: Path) -> str:
    if path.is_symlink():
        return _LINK
    return "100755" if path.stat().st_mode & stat.S_IXUSR else "100644"


def _content(path: Path) -> bytes:
    return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()


def _blob(common: Path, content: bytes) -> str:
    return git("hash-object", "-w", "--stdin", cwd=common, stdin=content).decode().strip()


def _commit(repository: Repository, tree: str) -> bool:
    old = repository.ref(REF)
    if old is not None and line("rev-parse", f"{REF}^{{tree}}", cwd=repository.common) == tree:
        return False
    parents = ["-p", old] if old is not None else []
    argv = ("commit-tree", tree, *parents, "-m", "Keep the hooks that were here before")
    new = line(*argv, cwd=repository.common, env=_SIGNATURE)
    move_refs(repository, [RefMove(REF, old, new)], why="hooks: install")
    return True
