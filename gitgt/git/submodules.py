"""Whether what a submodule is set to can be fetched by anybody else.

Asked without a network: of the submodule's own repository, where an author has one beside their
worktree, or where its address is a folder. Where neither is there, nothing is known.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from gitgt.git.command import attempt
from gitgt.git.repository import SUBMODULE, Repository
from gitgt.values import dataclass

_SECTION: Final = re.compile(r"submodule\.(?P<name>.*)\.(?P<key>path|url)")


@dataclass(frozen=True, slots=True)
class Missing:
    """A submodule at *path* that is set to a *commit* which no branch of its remote has."""

    path: str
    commit: str


def unpublished(repository: Repository, old: str, new: str) -> list[Missing]:
    """Return the submodules that *new* sets anew and that nobody else could fetch so."""
    changed = {
        each.path: each.mode for each in repository.differences(old, new) if _is_one(each.mode)
    }
    if not changed:
        return []
    named = _named(repository, new)
    found = []
    for path in sorted(changed):
        commit = repository.entry(new, path)
        if commit is not None and _is_missing(repository, named.get(path, {}), commit):
            found.append(Missing(path, commit))
    return found


def told_of(missing: Sequence[Missing]) -> tuple[str, str]:
    """Return what is wrong, in a line, and what mends it."""
    paths = ", ".join(each.path for each in missing)
    line = f"{paths} is set to a commit that no branch of its own remote has"
    rows = (
        f"{each.path}: {each.commit}\n"
        f"git -C {shlex.quote(each.path)} push origin {each.commit}:refs/heads/BRANCH"
        for each in missing
    )
    return line, "\n\n".join(rows)


def _is_one(mode: int) -> bool:
    return mode == SUBMODULE


def _named(repository: Repository, commit: str) -> dict[str, dict[str, str]]:
    """Return name and address of each submodule, by its path, as ``.gitmodules`` says."""
    argv = ("config", "--blob", f"{commit}:.gitmodules", "--list", "-z")
    said = attempt(*argv, cwd=repository.common).stdout.decode(errors="replace")
    found: dict[str, dict[str, str]] = {}
    for row in said.split("\0"):
        key, _, value = row.partition("\n")
        match = _SECTION.fullmatch(key)
        if match:
            found.setdefault(match["name"], {"name": match["name"]})[match["key"]] = value
    return {each["path"]: each for each in found.values() if "path" in each}


def _is_missing(repository: Repository, named: dict[str, str], commit: str) -> bool:
    """Tell whether some place knows that no branch has *commit*, and none that one has."""
    answers = [_has(place, prefix, commit) for place, prefix in _places(repository, named)]
    return False in answers and True not in answers


def _places(repository: Repository, named: dict[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield the repositories that know something of a submodule, and where its branches are."""
    name, url = named.get("name", ""), named.get("url", "")
    for folder in (repository.common, *(repository.common / "worktrees").glob("*")):
        place = folder / "modules" / name
        if name and ".." not in Path(name).parts and (place / "HEAD").is_file():
            yield place, "refs/remotes/"
    place = Path(url.removeprefix("file://"))
    if place.is_absolute() and place.is_dir():
        yield place, "refs/heads/"


def _has(place: Path, prefix: str, commit: str) -> bool | None:
    """Tell whether a branch below *prefix* has *commit*; None if *place* cannot tell."""
    argv = ("for-each-ref", "--count=1", f"--contains={commit}", "--format=x", prefix)
    found = attempt(*argv, cwd=place)
    if found.ok:
        return bool(found.stdout.strip())
    # It does not know the commit: a remote's own repository would, an author's need not.
    is_the_remote = prefix == "refs/heads/" and attempt("rev-parse", "--git-dir", cwd=place).ok
    return False if is_the_remote else None
