"""Clones that reach for the same beads through one remote, all at the same time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gitgt.errors import RefusedError
from gitgt.model.actor import Actor, Standing
from gitgt.model.ids import BeadId
from gitgt.services import beads
from gitgt.services.beads import Update
from gitgt.services.town import Town
from tests.support.clones import Place
from tests.support.crowd import crowd
from tests.support.served import served


@dataclass(frozen=True)
class Raced:
    """What went wrong, how long each claim took, won or lost, and all of it together."""

    problems: list[str]
    doubles: int
    claims: list[float]
    seconds: float


def race(
    folder: Path, bare: Path, how: str, *, clones: int, beads_each: int, together: bool = False
) -> Raced:
    """Let clones claim what is at the remote, all of them the same beads.

    If *together*, in the same order, so that all want the same one at the same moment.
    """
    with served(how, bare, folder) as url, _places(folder, url, clones) as places:
        first = places[0]
        names = [
            str(first.builder.bead(first.rig, f"Bead {number}").id)
            for number in range(beads_each)
        ]
        first.sync()
        began = time.perf_counter()
        done = crowd(
            clones,
            lambda number: _claims(places[number].town.root, number, names, together=together),
        )
        seconds = time.perf_counter() - began
        for place in (*places, *places):
            place.sync()
        won = [[name for name, _, has_it in each if has_it] for each in done]
        counted = Counter(name for each in won for name in each)
        doubles = sum(many > 1 for many in counted.values())
        took = [spent for each in done for _, spent, _ in each]
        return Raced(_judged(places, names, won), doubles, took, seconds)


def syncs(folder: Path, bare: Path, how: str, *, clones: int, each: int) -> float:
    """Let clones write something and sync it, again and again; return syncs a second."""
    with served(how, bare, folder) as url, _places(folder, url, clones) as places:
        places[0].sync()
        began = time.perf_counter()
        crowd(clones, lambda number: _syncs(places[number], each))
        return clones * each / (time.perf_counter() - began)


def _syncs(place: Place, many: int) -> None:
    for number in range(many):
        place.builder.bead(place.rig, f"Bead {number}")
        place.sync()


@contextmanager
def _places(folder: Path, url: str, clones: int) -> Iterator[list[Place]]:
    places: list[Place] = []
    try:
        for number in range(clones):
            places.append(Place(folder / f"clone {number}", url))
            places[0].sync()
        yield places
    finally:
        for place in places:
            place.builder.close()


def _claims(
    root: Path, number: int, names: Sequence[str], *, together: bool
) -> list[tuple[str, float, bool]]:
    """Claim all of *names*, each clone beginning somewhere else; return how each went."""
    town, who = Town(root), Actor(f"rival {number}", "r@example.com", Standing.PERSON)
    start = 0 if together else number * len(names) // 8
    return [_claim(town, who, name) for name in (*names[start:], *names[:start])]


def _claim(town: Town, who: Actor, name: str) -> tuple[str, float, bool]:
    began = time.perf_counter()
    try:
        beads.update(town, BeadId(name), who, Update({}, claimed_by=who.address))
    except RefusedError:
        return name, time.perf_counter() - began, False
    return name, time.perf_counter() - began, True


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
