"""Whom of the crew somebody means by a name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitgt.cli import context
from gitgt.errors import NotFoundError
from gitgt.services.town import Rig, Town

if TYPE_CHECKING:
    from gitgt.services.agents.post import Post

rig_option = click.option(
    "--rig", metavar="RIG", help="The rig; otherwise the one that we stand in."
)


def rig_of(town: Town, name: str | None, rig: str | None) -> tuple[Rig, str]:
    """Return the rig and the name that are meant: ``ann``, ``shop/ann``, ``shop/crew/ann``.

    A name by itself is enough where only one rig has a crew member called so. Where *rig* is
    given, an address in another rig is no name, and stays as it is.
    """
    *place, last = (name or "").split("/")
    if place[-1:] == ["crew"]:
        place.pop()
    named = rig or "/".join(place) or only_rig(town, last)
    where = context.rig_for(town, named)
    return where, last if place in ([], [where.name]) else name or ""


def meant(town: Town, name: str | None, rig: str | None) -> Post:
    """Return who is meant: by name, or whose worktree we stand in.

    Raises:
        NotFoundError: nobody of that name is in the crew.
    """
    from gitgt.services.agents import post

    where, called = rig_of(town, name, rig)
    return post.present(town, where, called or _here(town, where))


def all_meant(
    town: Town, names: Sequence[str], rig: str | None, *, every: bool
) -> list[Post]:  # fmt: skip
    """Return who is meant: those named, or with *every* the whole crew."""
    from gitgt.services.agents import crew_care

    if not every:
        return [meant(town, each, rig) for each in names or (None,)]
    rigs = [town.rig(rig)] if rig else [*town.rigs_here().values()]
    here = town.rig_at(Path.cwd())
    return [
        each
        for where in ([here] if here is not None and not rig else rigs)
        for each in crew_care.members(town, where)
    ]


def _here(town: Town, rig: Rig) -> str:
    with suppress(NotFoundError):
        words = context.address_here(town).split("/")
        if len(words) == 3 and words[:2] == [rig.name, "crew"]:
            return words[2]
    raise click.UsageError("whom of the crew? name one: git gt crew list")


def only_rig(town: Town, name: str) -> str | None:
    """Return the one rig whose crew has somebody called so, unless we stand in a rig."""
    from gitgt.services.agents import crew_care

    if not name or town.rig_at(Path.cwd()) is not None:
        return None
    members = (
        each for rig in town.rigs_here().values() for each in crew_care.members(town, rig)
    )
    found = [each.address.partition("/")[0] for each in members if each.name == name]
    return found[0] if len(found) == 1 else None
