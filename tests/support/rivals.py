"""Clones that reach for the same beads through one remote, all at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor, Standing
from gitgt.model.ids import BeadId
from gitgt.services import beads
from gitgt.services.beads import Update
from gitgt.services.town import Town
from tests.support.clones import Place
from tests.support.crowd import crowd
from tests.support.remotes import reached


def race(folder: Path, bare: Path, how: str, *, clones: int, beads_each: int) -> list[str]:
    """Let clones claim what is at the remote; return what went wrong, if anything."""
    with reached(how, bare, folder) as url:
        first = Place(folder / "clone 0", url)
        names = [
            str(first.builder.bead(first.rig, f"Bead {number}").id)
            for number in range(beads_each)
        ]
        first.sync()
        places = [first, *(Place(folder / f"clone {n}", url) for n in range(1, clones))]
        won = crowd(clones, lambda number: _claims(places[number].town.root, number, names))
        for place in (*places, *places):
            place.sync()
        problems = _judged(places, names, won)
        for place in places:
            place.builder.close()
    return problems


def _claims(root: Path, number: int, names: Sequence[str]) -> list[str]:
    """Claim all of *names*, each clone beginning somewhere else; return those that it got."""
    town, who = Town(root), Actor(f"rival {number}", "r@example.com", Standing.PERSON)
    start = number * len(names) // 8
    won = []
    for name in (*names[start:], *names[:start]):
        try:
            beads.update(town, BeadId(name), who, Update({}, claimed_by=who.address))
        except RefusedError:
            continue
        won.append(name)
    return won


def _judged(places: list[Place], names: list[str], won: list[list[str]]) -> list[str]:
    counted = Counter(name for each in won for name in each)
    problems = [f"{name} has {counted[name]} winners" for name in names if counted[name] != 1]
    heads = {place.head for place in places}
    if len(heads) != 1:
        problems.append(f"the clones stand at {len(heads)} tips")
    for number, each in enumerate(won):
        for name in each:
            has_it = places[0].builder.now(name).assignee
            if has_it != f"rival {number}":
                problems.append(f"{name} was won by rival {number}, but {has_it} has it")
    return problems
