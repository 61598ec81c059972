"""What a town needs of the machine: git, a name, a clock, space."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from gitgt.git.command import attempt
from gitgt.model import vitals
from gitgt.services.doctor.finding import Finding, Level
from gitgt.services.town import Rig, Town


def git(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:  # noqa: ARG001 - all look so
    """Yield what is wrong with the git that is here."""
    said = attempt("version", cwd=town.root).stdout.decode(errors="replace")
    trouble = vitals.git_trouble(said)
    if trouble:
        yield Finding(check="git", what=trouble, hint="install a newer git")


def identity(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:  # noqa: ARG001
    """Yield what git does not know of the person who works here."""
    for key, example in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        said = attempt("config", "--get", key, cwd=town.root)
        if not said.stdout.strip():
            yield Finding(
                check="identity",
                what=f"git does not know your {key}, so your commits are signed by a guess",
                level=Level.WARNING,
                hint=f"git config --global {key} '{example}'",
            )


def clock(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:
    """Yield how far the clock is behind what was written last."""
    for rig in (None, *rigs):
        repository = town.ledger_at(rig).repository
        signed, _ = repository.committed(town.ledger_at(rig).head())
        trouble = vitals.clock_trouble(town.clock(), signed.seconds)
        if trouble:
            where = rig.name if rig else "hq"
            yield Finding(
                check="clock", what=trouble, where=where, hint="set it: timedatectl status"
            )


def disk(town: Town, rigs: Sequence[Rig]) -> Iterator[Finding]:  # noqa: ARG001
    """Yield how little space is left."""
    trouble, is_bad = vitals.space_trouble(shutil.disk_usage(town.root).free)
    if trouble:
        level = Level.ERROR if is_bad else Level.WARNING
        yield Finding(check="disk", what=trouble, level=level, hint="git gt du")
