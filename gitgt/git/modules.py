"""The submodules of a slot: checked out like the slot itself, from mirrors that are kept.

Their addresses come from the tree under test, so git is told what it is told for submodules:
that no user typed them. Each commit is fetched once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from gitgt.errors import EnvironmentProblemError
from gitgt.git.command import attempt, git
from gitgt.git.repository import Repository
from gitgt.values import dataclass

_LINK: Final = "160000"
_BRANCHES: Final = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


@dataclass(frozen=True, slots=True)
class Module:
    """A submodule: where in the slot it lies, its mirror, and the commit that it stands on."""

    path: str
    mirror: Path
    commit: str


def modules(repository: Repository, commit: str) -> Iterator[Module]:
    """Yield the submodules of a commit, and theirs; what is missing is fetched.

    Raises:
        EnvironmentProblemError: one cannot be had, and why.
    """
    origin = attempt("config", "remote.origin.url", cwd=repository.common)
    base = origin.stdout.decode().strip() or str(repository.common)
    yield from _below(repository.common, commit, base, "", repository.gt / "modules")


def _below(common: Path, commit: str, base: str, above: str, mirrors: Path) -> Iterator[Module]:
    links = dict(_links(common, commit))
    addresses = _addresses(common, commit) if links else {}
    for path, oid in links.items():
        if path not in addresses:
            raise EnvironmentProblemError(f"no .gitmodules says where {above}{path} comes from")
        url = absolute(base, addresses[path])
        mirror = _mirrored(mirrors, url, oid, f"{above}{path}")
        yield Module(f"{above}{path}", mirror, oid)
        yield from _below(mirror, oid, url, f"{above}{path}/", mirrors)


def _links(common: Path, commit: str) -> Iterator[tuple[str, str]]:
    for row in git("ls-tree", "-r", "-z", "--full-tree", commit, cwd=common).split(b"\0"):
        facts, _, path = row.partition(b"\t")
        if facts.startswith(_LINK.encode()):
            yield os.fsdecode(path), facts.split()[2].decode()


def _addresses(common: Path, commit: str) -> dict[str, str]:
    """Return the addresses that .gitmodules gives, by path."""
    argv = ("config", "-z", "--blob", f"{commit}:.gitmodules", "--list")
    said: dict[str, dict[str, str]] = {}
    for row in attempt(*argv, cwd=common).stdout.decode(errors="surrogateescape").split("\0"):
        key, _, value = row.partition("\n")
        section, _, name = key.rpartition(".")
        said.setdefault(section, {})[name] = value
    return {
        each["path"]: each["url"] for each in said.values() if {"path", "url"} <= each.keys()
    }


def absolute(base: str, url: str) -> str:
    """Return *url* as seen from *base*: ``./x`` and ``../x`` are beside the project."""
    if not url.startswith(("./", "../")):
        return url
    found = base.rstrip("/")
    while url.startswith(("./", "../")):
        if url.startswith("../"):
            mark = max(found.rfind("/"), found.rfind(":"))
            found = found[: mark + (found[mark : mark + 1] == ":")]
        url = url.partition("/")[2]
    return f"{found}{url}" if found.endswith(":") else f"{found}/{url}"


def _mirrored(mirrors: Path, url: str, commit: str, path: str) -> Path:
    """Return the mirror of *url*, which has *commit*."""
    mirror = mirrors / hashlib.sha256(url.encode(errors="surrogateescape")).hexdigest()[:16]
    if not (mirror / "HEAD").exists():
        mirror.parent.mkdir(parents=True, exist_ok=True)
        git("init", "--quiet", "--bare", str(mirror), cwd=mirrors)
    said = ""
    for wanted in (_BRANCHES, (commit,)):
        if _has(mirror, commit):
            return mirror
        said = _fetch(mirror, url, wanted)
    if _has(mirror, commit):
        return mirror
    raise EnvironmentProblemError(f"the submodule {path} has no {commit[:12]} at {url}: {said}")


def _fetch(mirror: Path, url: str, wanted: Sequence[str]) -> str:
    """Fetch into a mirror, and return the last line of what git complained of."""
    argv = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", url, *wanted)
    hooks = ("-c", "core.hooksPath=/dev/null")
    done = attempt(*hooks, *argv, cwd=mirror, env={"GIT_PROTOCOL_FROM_USER": "0"})
    return done.stderr.strip().rpartition("\n")[2]


def _has(mirror: Path, commit: str) -> bool:
    return attempt("cat-file", "-e", f"{commit}^{{tree}}", cwd=mirror).ok
