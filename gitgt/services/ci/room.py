"""A town for as long as a pipeline runs: all that lasts is at the remote.

What a pipeline's product has checked out may be shallow, detached and nobody's, so nothing is
done in it but to look how it reaches its remote. The rig is fetched from there as on any new
machine, under the name that it has in the town whose rig it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gitgt.errors import RefusedError, SettingsError
from gitgt.git import access
from gitgt.git.repository import Repository
from gitgt.ledger import genesis
from gitgt.model.actor import Actor
from gitgt.model.ci.event import Product
from gitgt.services import commit, install, rig, settings
from gitgt.services.ci import restoring
from gitgt.services.gates import runners
from gitgt.services.rig import Wanted
from gitgt.services.town import Clock, Rig, Town
from gitgt.values import dataclass

WHO: Final = Actor.role("ci")
REMOTE: Final = "origin"
_CONFIG: Final = "GIT_CONFIG_GLOBAL"
# Which permission of a pipeline's token is the one to write, and where it is given.
_LEAVE: Final[Mapping[Product, str]] = {
    Product.GITHUB: "in the pipeline's file: permissions: contents: write (a pull request from "
    "a fork never has it)",
    Product.GITLAB: "give the variable GT_PUSH_TOKEN a project access token with the scope "
    "write_repository, or let job tokens push: Settings > CI/CD > Job token permissions",
    Product.FORGEJO: "give the secret GT_PUSH_TOKEN a token that may write the repository",
    Product.GITEA: "give the secret GT_PUSH_TOKEN a token that may write the repository",
    Product.GENERIC: "give GT_PUSH_TOKEN a token that may write the repository",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the rig is called, and its branches; what is empty follows from the remote."""

    rig: str = ""
    ledger: str = "beads"
    target: str = ""

    @classmethod
    def said(cls, environ: Mapping[str, str]) -> Names:
        """Return what the pipeline's file says."""
        ledger = environ.get("GT_LEDGER") or "beads"
        return cls(environ.get("GT_RIG", ""), ledger, environ.get("GT_TARGET", ""))


@dataclass(frozen=True, slots=True)
class Room:
    """A momentary town, and the rig in it that a pipeline is about."""

    town: Town
    rig: Rig
    product: Product

    @property
    def repository(self) -> Repository:
        """The rig's repository."""
        return self.town.ledger_at(self.rig).repository

    @property
    def ledger(self) -> str:
        """Where the ledger stood at the remote when it was fetched."""
        found = self.repository.ref(f"refs/remotes/{REMOTE}/{self.rig.ledger_branch}")
        assert found is not None
        return found

    def check_writes(self) -> None:
        """Check that the pipeline may push, before what takes long.

        Raises:
            RefusedError: it may not; the hint names the permission that is missing.
        """
        why = access.why_not_written(self.repository, REMOTE, self.ledger)
        if why:
            raise RefusedError(
                f"this pipeline may not push to {self.rig.origin}: {why}",
                hint=_LEAVE[self.product],
            )


@contextmanager
def room(
    checkout: Path, environ: Mapping[str, str], product: Product, clock: Clock, *,
    old: str = "",
) -> Iterator[Room]:  # fmt: skip
    """Fetch the project of *checkout* into a town that goes away again.

    *old* is where the ledger stood before a push, if that is what is to be seen to: should it
    be no ledger any more, what says so is put back from there.

    Raises:
        RefusedError: its remote has no ledger, or none of this project.
        NotFoundError: it has no remote, or that does not answer.
    """
    names = Names.said(environ)
    there = access.of(checkout, REMOTE, token=environ.get("GT_PUSH_TOKEN", ""))
    with TemporaryDirectory(prefix="gt-ci-", ignore_cleanup_errors=True) as folder:
        config, seen_by_gates = Path(folder) / "gitconfig", Path(folder) / "gitconfig of gates"
        access.write(there, config, environ)
        access.write(replace(there, settings=()), seen_by_gates, environ)
        with _configured(config):
            town, _ = install.install(Path(folder) / "pipeline", WHO, clock)
            town = Town(town.root, clock)
            runners.become(town, seen_by_gates)  # it is here that they run
            yield Room(town, _rig(town, names, there.url, old), product)


@contextmanager
def _configured(path: Path) -> Iterator[None]:
    """Let git read *path* instead of its user's configuration meanwhile."""
    before = os.environ.get(_CONFIG)
    os.environ[_CONFIG] = str(path)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CONFIG]
        else:
            os.environ[_CONFIG] = before


def _rig(town: Town, names: Names, url: str, old: str) -> Rig:
    name = names.rig or _called(url)
    wanted = Wanted(name, url, "", names.target, names.ledger)
    try:
        made, _ = rig.add(town, wanted, WHO)
    except RefusedError:
        scratch = town.gt / "restoring.git"
        if not restoring.restore(scratch, url, names.ledger, old, town.clock):
            raise
        made, _ = rig.add(town, wanted, WHO)
    repository = town.ledger_at(made).repository
    if repository.ref(f"refs/remotes/{REMOTE}/{names.ledger}") is None:
        raise RefusedError(
            f"{url} has no ledger on a branch {names.ledger!r}",
            hint=f"in the town: git gt rig share {name}, then git gt sync --rig {name}",
        )
    rig.share(town, made.name, WHO)
    return town.rig(made.name)


def _called(url: str) -> str:
    """Return a rig's name that follows from where it is."""
    last = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    name = re.sub(r"[^A-Za-z0-9_]+", "_", last).strip("_")[:40]
    return name if name[:1].isalpha() else f"rig_{name}"[:40]


def take_settings(found: Room) -> None:
    """Let the rig be worked on as the ledger says that pipelines do.

    Raises:
        RefusedError: it does not say.
        SettingsError: what it says breaks the schema of a rig's settings.
    """
    content = found.repository.read(found.ledger, genesis.RIG)
    if content is None:
        raise RefusedError(
            f"the ledger does not say which gates there are: it has no {genesis.RIG}",
            hint=f"in the town: git gt ci install --rig {found.rig.name}",
        )
    try:
        said = settings.parse(content, "rig", genesis.RIG)
    except SettingsError as error:
        raise SettingsError(error.message, hint="git gt ci install writes it anew") from error
    files = {found.rig.settings_name: settings.emit(said)}
    commit.change(found.town, lambda: files, "take over what the ledger says", WHO)
