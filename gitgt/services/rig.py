"""Wrap a project: one shared bare repository, a ledger, a desk, and its place in the town."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from gitgt.errors import GtError, NotFoundError, RefusedError, what_git_said
from gitgt.git import faults, githooks, refs, shared
from gitgt.git.command import Outcome, attempt, git
from gitgt.git.remote import address
from gitgt.git.repository import Repository
from gitgt.git.transaction import RefMove, move_refs
from gitgt.ledger import genesis, lawful
from gitgt.ledger.transact import Ledger
from gitgt.model import ids
from gitgt.model.actor import Actor
from gitgt.model.namepool import theme_for
from gitgt.services import commit, desk, merge_file, settings, sharing, upstream
from gitgt.services.integration import branches
from gitgt.services.rig_state import returning
from gitgt.services.town import RIGS, Rig, Town
from gitgt.values import dataclass

_MAKING: Final = ".gt-making"
_ORIGIN: Final = "origin"
_BRANCHES: Final = f"+refs/heads/*:refs/remotes/{_ORIGIN}/*"
# Neither refs nor loose objects are synced by default, and a bare repository keeps no reflogs.
_CONFIG: Final = (
    ("core.logAllRefUpdates", "true"),
    ("core.fsync", "committed,loose-object,reference"),
    (f"remote.{_ORIGIN}.fetch", _BRANCHES),
    ("push.autoSetupRemote", "true"),
    ("gc.auto", "0"),
)
# What git says of a repository with other object ids than ours.
_OTHER_IDS: Final = "mismatched algorithms"
_UNUSED_HEAD: Final = "refs/heads/gt-unborn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``rig add`` was asked for."""

    name: str
    origin: str
    prefix: str = ""
    branch: str = ""
    ledger: str = "beads"


def add(town: Town, wanted: Wanted, who: Actor) -> tuple[Rig, bool]:
    """Add a rig to the town, or find it as it was added; say whether it is new.

    Raises:
        RefusedError: the name or prefix is taken, reserved or badly formed.
        NotFoundError: the address cannot be reached or is no repository.
    """
    name = ids.parse_rig(wanted.name)
    origin = _origin(wanted.origin)
    rigs = town.rigs()
    if name in rigs:
        known = _same(rigs[name], wanted, origin)
        return known, _complete(town, known, who)
    path = town.root / name
    if (kept := _kept(town, wanted, origin)) is not None:
        return kept, _take_back(town, kept, who)
    _check_new(name, path, rigs, who)
    if _is_half_made(path):
        shutil.rmtree(path)
    path.mkdir(exist_ok=True)
    fresh = Rig(name, "", wanted.branch, origin, path, ledger_branch=wanted.ledger)
    with _making(path, path):
        rig = _make(town, fresh, wanted, who)
        _register(town, rig, who)
    return rig, True


@contextmanager
def rehearse(
    town: Town, wanted: Wanted, who: Actor, others: Mapping[str, Rig]
) -> Iterator[Rig]:  # fmt: skip
    """Make the rig that ``add`` would make, in a folder that goes away again.

    The town stays as it is; *others* are the rigs that it would have besides.

    Raises:
        RefusedError: the name or prefix is taken, reserved or badly formed.
        NotFoundError: the address cannot be reached or is no repository.
    """
    name = ids.parse_rig(wanted.name)
    origin = _origin(wanted.origin)
    _check_new(name, town.root / name, others, who)
    with TemporaryDirectory(prefix="gt-rig-") as folder:
        path = Path(folder) / name
        path.mkdir()
        fresh = Rig(name, "", wanted.branch, origin, path, ledger_branch=wanted.ledger)
        yield _begin(others, fresh, wanted)


def _check_new(name: str, path: Path, rigs: Mapping[str, Rig], who: Actor) -> None:
    for other in rigs.values():
        if other.name.lower() == name.lower():
            raise RefusedError(
                f"the name {name!r} is taken by {other.name}", hint="choose another name"
            )
    commit.check(who)
    _check_folder(path)


def _kept(town: Town, wanted: Wanted, origin: str) -> Rig | None:
    """Return the rig that was removed and whose folder is there still, if it is that one."""
    if _is_half_made(town.root / wanted.name):
        return None
    found = returning.kept(town, wanted.name, origin, wanted.ledger)
    return _same(found, wanted, origin) if found else None


def _take_back(town: Town, rig: Rig, who: Actor) -> bool:
    commit.check(who)
    _furnish(town, rig, who)
    _register(town, rig, who)
    return True


def _complete(town: Town, rig: Rig, who: Actor) -> bool:
    """Make what a registered rig lacks, whoever was killed; say whether anything was made.

    Raises:
        NotFoundError: its ledger was lost, and how it comes back.
    """
    if not rig.is_here:
        return _bring(town, rig, who)
    ledger = town.ledger_at(rig)
    if not _is_half_made(rig.path):
        ledger.head()  # a lost one comes back from a desk, and who says how is the ledger
        return _open_desk(town, rig, who)
    if ledger.repository.ref(ledger.ref) is None:
        return _bring(town, rig, who)
    # Its beads may be there by now, so nothing of it is taken away any more.
    _furnish(town, rig, who)
    _register(town, rig, who)
    (rig.path / _MAKING).unlink()
    return True


def _bring(town: Town, rig: Rig, who: Actor) -> bool:
    """Make what a registered rig lacks in a town that was cloned, or that lost a folder."""
    rig.path.mkdir(exist_ok=True)
    for path in (rig.repository_path, rig.desk):
        if path.exists() and not _is_half_made(rig.path):
            raise RefusedError(f"{path} is there already", hint=f"move {path} away")
        shutil.rmtree(path, ignore_errors=True)
    wanted = Wanted(rig.name, rig.origin, rig.prefix, rig.branch, rig.ledger_branch)
    with _making(rig.path, rig.repository_path, rig.desk):
        _make(town, rig, wanted, who)
    return True


@contextmanager
def _making(path: Path, *made: Path) -> Iterator[None]:
    """Mark *path* as half made meanwhile; if it stays so, take away what was *made*."""
    mark = path / _MAKING
    try:
        faults.act("begin", path)
        mark.touch()
        yield
        faults.act("finish", path)
        mark.unlink()
    except BaseException:
        for each in made:
            shutil.rmtree(each, ignore_errors=True)
        mark.unlink(missing_ok=True)
        raise


def _is_half_made(path: Path) -> bool:
    """Tell whether a run that was killed left it."""
    return (path / _MAKING).exists()


def _origin(given: str) -> str:
    if not given.strip():
        raise RefusedError("which project?", hint="git gt rig add NAME URL")
    path = Path(given).expanduser()
    if "://" in given or not path.exists():
        return given
    top = refs.top_of(Path(os.path.abspath(path)))  # noqa: PTH100 - links stay links
    if top is None:
        raise NotFoundError(
            f"{given} is not a git repository", hint="git init, and commit once"
        )
    return str(top)


def _same(rig: Rig, wanted: Wanted, origin: str) -> Rig:
    if rig.origin != origin:
        raise RefusedError(
            f"the name {rig.name!r} is taken by {rig.origin}", hint="choose another name"
        )
    for what, there, asked in (
        ("prefix", rig.prefix, wanted.prefix),
        ("branch", rig.branch, wanted.branch),
    ):
        if asked and asked != there:
            raise RefusedError(
                f"{rig.name} is here with the {what} {there!r}, not {asked!r}",
                hint="add it once more under another name",
            )
    return rig


def _check_folder(path: Path) -> None:
    if not path.exists() or not any(path.iterdir()) or _is_half_made(path):
        return
    raise RefusedError(
        f"{path} is there already", hint=f"move {path} away, or choose another name"
    )


def _make(town: Town, rig: Rig, wanted: Wanted, who: Actor) -> Rig:
    made = _begin(town.rigs(), rig, wanted)
    sharing.take_in(town, made, _ORIGIN)
    _furnish(town, made, who)
    return made


def _begin(rigs: Mapping[str, Rig], rig: Rig, wanted: Wanted) -> Rig:
    """Fetch a rig's project and begin its ledger, which is to stand beside those of *rigs*."""
    repository = _fetch(rig)
    branch = wanted.branch or _default_branch(repository, rig)
    tip = repository.ref(f"refs/remotes/origin/{branch}")
    if tip is None:
        known = ", ".join(sorted(_remote_branches(repository)))
        raise NotFoundError(f"{rig.origin} has no branch {branch!r}", hint=f"branches: {known}")
    move_refs(repository, [RefMove(f"refs/heads/{branch}", None, tip)], why="rig add")
    for key, value in (
        (f"branch.{branch}.remote", "origin"),
        (f"branch.{branch}.merge", f"refs/heads/{branch}"),
    ):
        git("config", key, value, cwd=repository.common)
    prefix = _begin_ledger(rigs, rig, wanted, repository, tip)
    return Rig(rig.name, prefix, branch, rig.origin, rig.path, ledger_branch=rig.ledger_branch)


def _furnish(town: Town, rig: Rig, who: Actor) -> None:
    set_up_hooks(town, rig)
    for folder in ("settings", "crew", "polecats", "refinery"):
        (rig.path / folder).mkdir(exist_ok=True)
    _open_desk(town, rig, who)


def _open_desk(town: Town, rig: Rig, who: Actor) -> bool:
    made = desk.open_desk(town, rig, who)
    upstream.follow(town, rig)
    return made


def share(town: Town, name: str, who: Actor, *, shared: bool = True, remote: str = "") -> bool:
    """Allow, or no longer allow, what is ours to leave for the project's own remote.

    Says whether anything changed. Until this was said, the hooks refuse to push the ledger
    and agents' branches.

    Raises:
        NotFoundError: the rig's repository knows no such remote.
    """
    if remote:
        _check_remote(town.rig(name), remote)

    def decide() -> commit.Files:
        rig = dataclasses.replace(town.rig(name), shared=shared)
        rig = dataclasses.replace(rig, remote=remote or rig.remote)
        present = settings.read(town.root / RIGS, "rigs").get("rigs", {})
        return {RIGS: settings.emit({"rigs": {**present, name: _fields(rig)}})}

    subject = f"{'share' if shared else 'do not share'} the ledger of {name}"
    changed = commit.change(town, decide, subject, who)
    if town.rig(name).is_here:
        upstream.follow(town, town.rig(name))
    return changed


def _check_remote(rig: Rig, remote: str) -> None:
    if not address(Repository(rig.repository_path), remote):
        where = shlex.quote(str(rig.repository_path))
        raise NotFoundError(
            f"{rig.name} has no remote {remote!r}",
            hint=f"git -C {where} remote add {shlex.quote(remote)} URL",
        )


def set_up_hooks(town: Town, rig: Rig) -> bool:
    """Install or repair the hooks of a rig; say whether anything had to be done."""
    ledger = town.ledger_at(rig)
    merge_file.register(ledger.repository)
    return githooks.install(
        ledger.repository,
        town=town.root,
        targets=[*_protected(rig, ledger), ledger.ref],
        ledger=ledger.ref,
    )


def _protected(rig: Rig, ledger: Ledger) -> list[str]:
    return branches.protected(rig, ledger.snapshot()) if ledger.exists else [rig.target]


def _fetch(rig: Rig) -> Repository:
    path = rig.repository_path
    git("init", "--quiet", "--bare", "--object-format=sha1", str(path), cwd=rig.path)
    git("symbolic-ref", "HEAD", _UNUSED_HEAD, cwd=path)
    for key, value in (("remote.origin.url", rig.origin), *_CONFIG):
        git("config", key, value, cwd=path)
    # One fetch for all: what gates said, who sat where, what was handed in.
    wanted = (_BRANCHES, *shared.patterns(_ORIGIN))
    argv = ("fetch", "--quiet", "--no-auto-maintenance", _ORIGIN, *wanted)
    outcome = attempt(*argv, cwd=path)
    if not outcome.ok:
        raise _not_fetched(outcome, rig)
    repository = Repository(path)
    if not _remote_branches(repository):
        raise _nothing_fetched(repository, rig)
    return repository


def _not_fetched(outcome: Outcome, rig: Rig) -> GtError:
    said = what_git_said(outcome.stderr, outcome.code)
    if _OTHER_IDS in said:
        return RefusedError(
            f"{rig.origin} names its objects by SHA-256, and a town's rigs do so by SHA-1",
            hint="add a SHA-1 copy of it: git fast-export --all | git -C COPY fast-import",
        )
    return NotFoundError(
        f"{rig.origin} cannot be fetched: {said}",
        hint=f"does this answer? git ls-remote {shlex.quote(rig.origin)}",
    )


def _nothing_fetched(repository: Repository, rig: Rig) -> GtError:
    """Return why a fetch that went well brought no branch."""
    if attempt("ls-remote", "--exit-code", "--heads", "origin", cwd=repository.common).ok:
        return RefusedError(
            f"{rig.origin} is a shallow clone, from which git fetches nothing",
            hint=f"git -C {shlex.quote(rig.origin)} fetch --unshallow, or add where it is from",
        )
    if attempt("ls-remote", "--exit-code", "origin", "HEAD", cwd=repository.common).ok:
        return NotFoundError(
            f"{rig.origin} has commits, and no branch: its HEAD is detached",
            hint=f"git -C {shlex.quote(rig.origin)} switch -c main, then add it",
        )
    return NotFoundError(f"{rig.origin} has no commits", hint="commit once, then add it")


def _default_branch(repository: Repository, rig: Rig) -> str:
    answer = attempt("ls-remote", "--symref", "origin", "HEAD", cwd=repository.common)
    for row in answer.stdout.decode(errors="replace").splitlines():
        if row.startswith("ref: refs/heads/"):
            return row.split("\t")[0].removeprefix("ref: refs/heads/")
    branches = _remote_branches(repository)
    for likely in ("main", "master"):
        if likely in branches:
            return likely
    raise NotFoundError(
        f"{rig.origin} does not say which branch is its default one",
        hint=f"add --branch BRANCH; branches: {', '.join(sorted(branches))}",
    )


def _remote_branches(repository: Repository) -> set[str]:
    return {
        name.removeprefix("refs/remotes/origin/")
        for name in repository.refs("refs/remotes/origin/")
    }


def _begin_ledger(
    rigs: Mapping[str, Rig], rig: Rig, wanted: Wanted, repository: Repository, tip: str
) -> str:
    ref = f"refs/heads/{rig.ledger_branch}"
    project = _project(repository, tip)
    remote = repository.ref(f"refs/remotes/origin/{rig.ledger_branch}")
    if remote is not None:
        prefix = _takeover(repository, remote, project, rig)
        if wanted.prefix and wanted.prefix != prefix:
            raise RefusedError(
                f"the ledger of {rig.origin} has the prefix {prefix!r}, not {wanted.prefix!r}",
                hint=f"leave out --prefix, or begin another ledger: {_other_ledger(rig)}",
            )
        _check_prefix(rigs, rig, prefix, hint=f"begin another ledger: {_other_ledger(rig)}")
        move_refs(repository, [RefMove(ref, None, remote)], why="take over the ledger")
        lawful.mark(repository, remote)
        return prefix
    taken = {other.prefix for other in rigs.values()}
    prefix = ids.parse_prefix(wanted.prefix) if wanted.prefix else _free_prefix(rig.name, taken)
    _check_prefix(rigs, rig, prefix)
    lawful.mark(repository, genesis.begin(repository, ref, prefix=prefix, project=project))
    return prefix


def _takeover(repository: Repository, remote: str, project: str, rig: Rig) -> str:
    if not repository.is_ancestor(genesis.root(repository), remote):
        raise RefusedError(
            f"{rig.origin} has a branch {rig.ledger_branch!r} that is no ledger of gitgt",
            hint=f"git gt rig add {rig.name} {shlex.quote(rig.origin)} --ledger gt-beads",
        )
    found = genesis.settings(repository, remote)
    if found["project"] != project:
        raise RefusedError(
            f"the ledger in {rig.origin} belongs to another project",
            hint=f"begin one for this project: {_other_ledger(rig)}",
        )
    return str(found["prefix"])


def _other_ledger(rig: Rig) -> str:
    """Return how to add a rig whose ledger is on another branch than its remote's."""
    words = ("git", "gt", "rig", "add", rig.name, rig.origin, "--ledger", "gt-beads")
    return f"{shlex.join(words)} --prefix P"


def _project(repository: Repository, tip: str) -> str:
    """Return the project's oldest root commit, which every clone of it has."""
    argv = ("log", "--max-parents=0", "--format=%ct %H", tip, "--")
    roots = [row.split() for row in git(*argv, cwd=repository.common).decode().splitlines()]
    return min(roots, key=lambda root: (int(root[0]), root[1]))[1]


def _check_prefix(
    rigs: Mapping[str, Rig], rig: Rig, prefix: str, *, hint: str = "give another: --prefix P"
) -> None:
    for other in rigs.values():
        if other.prefix == prefix and other.name != rig.name:
            raise RefusedError(f"the prefix {prefix!r} is taken by {other.name}", hint=hint)


def _free_prefix(name: str, taken: set[str]) -> str:
    first = ids.prefix_from(name)
    taken = taken | {ids.TOWN_PREFIX}
    return next(
        each for each in (first, *(f"{first}{n}" for n in range(2, 1000))) if each not in taken
    )


def _register(town: Town, rig: Rig, who: Actor) -> None:
    def decide() -> commit.Files:
        _check_prefix(town.rigs(), rig, rig.prefix)
        return _registered(town, rig)

    commit.change(town, decide, f"add the rig {rig.name}", who)


def _registered(town: Town, rig: Rig) -> dict[str, bytes]:
    present = settings.read(town.root / RIGS, "rigs").get("rigs", {})
    ignored = (town.root / ".gitignore").read_bytes()
    rule = f"/{rig.name}/*\n!/{rig.name}/settings/\n".encode()
    themes = {
        settings.read(other.path / "settings/config.yaml", "rig").get("namepool", "")
        for other in town.rigs().values()
    }
    files = {
        RIGS: settings.emit({"rigs": {**present, rig.name: _fields(rig)}}),
        ".gitignore": ignored if rule in ignored else ignored + rule,
    }
    if not (town.root / rig.settings_name).exists():
        files[rig.settings_name] = settings.emit({"namepool": theme_for(rig.name, themes)})
    return files


def _fields(rig: Rig) -> dict[str, Any]:
    fields: dict[str, Any] = {"prefix": rig.prefix, "branch": rig.branch, "origin": rig.origin}
    if rig.ledger_branch != "beads":
        fields["ledger"] = rig.ledger_branch
    if rig.shared:
        fields["shared"] = True
    if rig.remote != "origin":
        fields["remote"] = rig.remote
    return fields
