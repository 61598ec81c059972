"""The town: where it is, which rigs it has, and which ledger a bead lives in.

Routing comes from ``rigs.yaml`` alone, never from the current directory or a guess.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from gitgt.errors import NotATownError, NotFoundError
from gitgt.git import refs
from gitgt.git.repository import Repository
from gitgt.ledger.transact import Ledger
from gitgt.model.ids import SUFFIX_LENGTH, TOWN_PREFIX, BeadId
from gitgt.services import settings
from gitgt.values import dataclass

if TYPE_CHECKING:
    from gitgt.model.documents import Convoy
    from gitgt.telemetry.events import EventLog

MARKER: Final = "town.yaml"
RIGS: Final = "rigs.yaml"
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Rig:
    """A project that the town works on."""

    name: str
    prefix: str
    branch: str
    origin: str
    path: Path
    shared: bool = False
    ledger_branch: str = "beads"
    remote: str = "origin"  # that the ledger is shared through

    @property
    def target(self) -> str:
        """The branch that work lands on, as a full ref."""
        return f"refs/heads/{self.branch}"

    @property
    def repository_path(self) -> Path:
        """The shared bare repository that every worktree hangs off."""
        return self.path / ".repo.git"

    @property
    def is_here(self) -> bool:
        """Tell whether its repository is there; the town that was cloned knows it by name."""
        return (self.repository_path / "HEAD").is_file()

    @property
    def desk(self) -> Path:
        """Where a person edits and commits bead files."""
        return self.path / "beads"

    @property
    def settings_name(self) -> str:
        """The path of the rig's settings in the town's repository."""
        return f"{self.name}/settings/config.yaml"


def _draw(below: int) -> int:
    # secrets would import OpenSSL, which takes as long as git does for the whole commit.
    return int.from_bytes(os.urandom(32)) % below


def _common_dir(path: Path) -> Path | None:
    """Return the common git directory of the repository whose worktree *path* lies in."""
    top = refs.top_of(path)
    git_dir = None if top is None else refs.git_dir_of(top)
    return None if git_dir is None else refs.common_dir(git_dir).resolve()


def _town_of(path: Path) -> Path | None:
    """Return the town whose repository the worktree around *path* belongs to, by its sign."""
    from gitgt.git import signposts  # 20 ms, which whoever is in the town's folder saves

    common = _common_dir(path)
    told = None if common is None else signposts.town_of(common)
    return told if told is not None and (told / MARKER).is_file() else None


@dataclass
class Town:
    """A town that exists, read anew whenever it is asked."""

    root: Path
    clock: Clock = time.time
    draw: Callable[[int], int] = _draw
    _ledgers: dict[Path, Ledger] = field(default_factory=dict, repr=False)

    @classmethod
    def around(cls, path: Path, environ: Mapping[str, str] | None = None) -> Self:
        """Return the town that *path* lies in; the outermost one, if towns are nested.

        A worktree that lies elsewhere belongs to the town of its repository.

        Raises:
            NotATownError: it lies in none.
        """
        named = (os.environ if environ is None else environ).get("GT_TOWN_ROOT")
        if named and (Path(named) / MARKER).is_file():
            return cls(Path(named).resolve())
        if named:
            raise NotATownError(
                f"GT_TOWN_ROOT is {named}, and no town is there", hint="unset GT_TOWN_ROOT"
            )
        start = path.absolute()
        found = [folder for folder in (start, *start.parents) if (folder / MARKER).is_file()]
        if not found and (told := _town_of(start)) is not None:
            return cls(told)
        if not found:
            raise NotATownError(
                f"{start} is in no town", hint="git gt install ~/gt, or set GT_TOWN_ROOT"
            )
        return cls(found[-1])

    @property
    def moment(self) -> dict[str, Any]:
        """Of which moment it is, as plain values; empty: of now."""
        return {}

    @property
    def gt(self) -> Path:
        """The folder for what may be lost."""
        return self.repository.gt

    @property
    def repository(self) -> Repository:
        """The town's own repository."""
        return Repository.at(self.root)

    @property
    def desk(self) -> Path:
        """The town's own desk."""
        return self.root / "beads"

    def rigs(self) -> dict[str, Rig]:
        """Return the registered rigs by name."""
        found = settings.read(self.root / RIGS, "rigs").get("rigs", {})
        return {name: self.rig_from(name, fields) for name, fields in found.items()}

    def rig_from(self, name: str, fields: Mapping[str, Any]) -> Rig:
        """Return the rig that the settings say *fields* of."""
        return Rig(
            name=name,
            prefix=fields["prefix"],
            branch=fields["branch"],
            origin=fields["origin"],
            path=self.root / name,
            shared=fields.get("shared", False),
            ledger_branch=fields.get("ledger", "beads"),
            remote=fields.get("remote", "origin"),
        )

    def rigs_here(self) -> dict[str, Rig]:
        """Return the registered rigs whose repositories and ledgers are there."""
        return {name: rig for name, rig in self.rigs().items() if self._has_ledger(rig)}

    def rigs_without_ledger(self) -> list[Rig]:
        """Return the rigs whose ledgers were lost, though their repositories are there."""
        return [
            rig for rig in self.rigs().values() if rig.is_here and not self._has_ledger(rig)
        ]

    def _has_ledger(self, rig: Rig) -> bool:
        # One whose ledger was lost must not keep the others from their work.
        return rig.is_here and self.ledger_at(rig).exists

    def rig(self, name: str) -> Rig:
        """Return the rig called *name*.

        Raises:
            NotFoundError: there is none.
        """
        rigs = self.rigs()
        if name not in rigs:
            known = ", ".join(rigs) or "none yet: git gt rig add NAME URL"
            raise NotFoundError(f"there is no rig {name!r}", hint=f"rigs: {known}")
        return rigs[name]

    def rig_at(self, path: Path) -> Rig | None:
        """Return the rig whose folder or worktree *path* lies in, None if it lies in none."""
        try:
            first = path.absolute().relative_to(self.root).parts[:1]
        except ValueError:
            common = _common_dir(path.absolute())
            found = (
                rig for rig in self.rigs().values() if rig.repository_path.resolve() == common
            )
            return next(found, None)
        return self.rigs().get(first[0]) if first else None

    def rig_of(self, bead: str) -> Rig | None:
        """Return the rig whose ledger holds *bead*, of which the beginning is enough.

        None stands for the town's own ledger.

        Raises:
            NotFoundError: no ledger has that prefix.
        """
        prefix, hyphen, _ = bead.partition("-")
        if not hyphen:
            BeadId.parse(bead)
        if prefix == TOWN_PREFIX:
            return None
        rigs = self.rigs()
        for rig in rigs.values():
            if rig.prefix == prefix:
                return rig
        known = ", ".join([TOWN_PREFIX, *(rig.prefix for rig in rigs.values())])
        raise NotFoundError(
            f"no ledger has the prefix {prefix!r} of {bead}", hint=f"prefixes: {known}"
        )

    @property
    def ledger(self) -> Ledger:
        """The town's own ledger."""
        return self._open(self.repository, "beads")

    def ledger_at(self, rig: Rig | None) -> Ledger:
        """Return a rig's ledger, or for None the town's.

        Raises:
            NotFoundError: the rig's repository is not there. (Git would look for one in the
                folders above, and find the town's.)
        """
        if rig is None:
            return self.ledger
        if not rig.is_here:
            raise NotFoundError(
                f"the rig {rig.name} has no repository here: {rig.repository_path} is missing",
                hint=f"git gt rig add {rig.name} {shlex.quote(rig.origin)}",
            )
        return self._open(Repository(rig.repository_path), rig.ledger_branch)

    def ledger_of(self, bead: str) -> Ledger:
        """Return the ledger that *bead* lives in."""
        return self.ledger_at(self.rig_of(bead))

    def ledgers(self) -> Iterator[tuple[Rig | None, Ledger]]:
        """Yield the town's ledger and then that of each rig that is here."""
        yield None, self.ledger
        for rig in self.rigs_here().values():
            yield rig, self.ledger_at(rig)

    def _open(self, repository: Repository, branch: str) -> Ledger:
        # Kept, so that libgit2 and sqlite are opened once in a process that lives long.
        if repository.common not in self._ledgers:
            ref = f"refs/heads/{branch}"
            self._ledgers[repository.common] = Ledger(repository, ref=ref, clock=self.clock)
        return self._ledgers[repository.common]

    @cached_property
    def events(self) -> EventLog:
        """What happened, for people who look later."""
        from gitgt.telemetry.events import EventLog

        return EventLog(self.root, clock=self.clock)

    def new_id(self, prefix: str, kind: str = "") -> BeadId:
        """Return an id that nobody has yet, as far as chance goes; ``transact`` checks."""
        return BeadId.made(prefix, self.draw(36**SUFFIX_LENGTH), kind=kind)

    def now(self) -> str:
        """Return the clock's time as documents write it."""
        from gitgt.model.instant import text_of

        return text_of(self.clock())

    def convoys_of(self, bead: str) -> list[Convoy]:
        """Return the convoys that track *bead*."""
        snapshot = self.ledger.snapshot()
        edges = snapshot.index.dependents(snapshot.commit, bead)
        return [snapshot.convoy(each) for kind, each in edges if kind == "tracks"]
