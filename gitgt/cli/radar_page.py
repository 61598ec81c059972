"""The radar as a page: a matrix where it fits, and a list of the pairs."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from gitgt.cli import output
from gitgt.model.documents import Severity
from gitgt.model.radar.radar import Collision, Live, Spot, Standing
from gitgt.model.radar.radar_nudges import described
from gitgt.services.radar import radar_held
from gitgt.services.radar.radar import Picture
from gitgt.services.radar.radar_held import Held
from gitgt.values import dataclass

# More than these in a matrix are a carpet; the list says it better.
_MOST: Final = 24
_COLORS: Final = {Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "dim"}
_CELL: Final = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What the radar of one rig shows, of a bead or an agent if one was named."""

    rig: str
    picture: Picture
    bead: str
    agent: str
    held: list[Held]

    @property
    def collisions(self) -> list[Collision]:
        """The collisions that were asked for."""
        return self.picture.of(self.bead, self.agent)

    def fields(self) -> dict[str, Any]:
        """Return it as plain values."""
        seen = self.picture
        aside = [{"branch": each.branch, "why": why} for each, why in seen.aside]
        return {
            "rig": self.rig,
            "live": [_live(each) for each in seen.live],
            "collisions": fields(self.collisions),
            "aside": aside,
            "landed": [each.branch for each in seen.landed],
            "held": [each.fields() for each in self.held],
        }

    def lines(self, *, titled: bool) -> Iterator[str]:
        """Yield the page, under the rig's name if there are several."""
        found = self.collisions
        if titled:
            yield output.paint(self.rig, "bold")
        if not found:
            yield self._all_clear()
        elif not self.bead and not self.agent:
            yield from matrix(found, _width())
        yield from pairs(found)
        for each in self.held:
            yield f"{each.bead} {output.one_line(radar_held.told(each))}"
        for branch, why in self.picture.aside:
            yield f"{branch.branch}: {why}"

    def _all_clear(self) -> str:
        number = len(self.picture.live)
        whose = self.bead or self.agent
        if whose:
            return f"{whose} collides with nobody"
        count = "1 live branch" if number == 1 else f"{number} live branches"
        return f"{count} of {self.rig}: nobody collides"


def fields(found: Iterable[Collision]) -> list[dict[str, Any]]:
    """Return collisions as plain values."""
    return [
        {
            "severity": str(each.severity),
            "one": _live(each.one),
            "other": _live(each.other),
            "spots": [_spot(spot) for spot in each.spots],
        }
        for each in found
    ]


def _live(each: Live) -> dict[str, Any]:
    known = {"branch": each.branch, "head": each.head, "standing": str(each.standing)}
    more = {"agent": each.agent, "bead": each.bead, "target": each.target}
    return {**known, **{name: value for name, value in more.items() if value}}


def _spot(spot: Spot) -> dict[str, Any]:
    return {
        "path": spot.path,
        "kind": spot.kind,
        "ours": [list(each) for each in spot.ours],
        "theirs": [list(each) for each in spot.theirs],
        "committed": not spot.draft,
    }


def pairs(found: Sequence[Collision]) -> list[str]:
    """Return a line for each pair: how bad, who with whom, where."""
    rows = [
        (
            output.paint(each.severity, _COLORS[each.severity]),
            called(each.one),
            called(each.other),
            _where(each),
        )
        for each in found
    ]
    return _cut(output.columns(rows), _width())


def called(each: Live) -> str:
    """Return how a branch is called: by its bead and whose it is, else by its name."""
    if not each.bead:
        return each.branch
    return f"{each.bead} ({each.agent.rpartition('/')[2] or each.branch})"


def _where(each: Collision) -> str:
    sure = [described(spot) for spot in each.spots if not spot.draft]
    drafts = [f"{described(spot)}, not committed" for spot in each.spots if spot.draft]
    return "; ".join(output.one_line(told) for told in (*sure, *drafts))


def matrix(found: Sequence[Collision], width: int) -> list[str]:
    """Return who collides with whom in how many paths; nothing where it would not fit."""
    sides = {each.branch: each for one in found for each in (one.one, one.other)}
    names = sorted(sides, key=lambda name: (sides[name].standing is Standing.TARGET, name))
    heads = [called(sides[name]) for name in names]
    wide = max(map(len, heads))
    if len(names) > _MOST or wide + 2 + _CELL * (len(names) + 1) > width:
        return []
    cells = {frozenset((one.one.branch, one.other.branch)): _cell(one) for one in found}
    numbers = "".join(str(number).rjust(_CELL) for number in range(1, len(names) + 1))
    rows = [f"{' ' * (wide + _CELL)}{numbers}"]
    for number, name in enumerate(names, 1):
        row = "".join(_between(cells, name, other) for other in names)
        head = f"{str(number).rjust(_CELL - 1)} {heads[number - 1].ljust(wide)}"
        rows.append(f"{head}{row}".rstrip())
    return [*rows, ""]


def _between(cells: dict[frozenset[str], str], one: str, other: str) -> str:
    mark = " " if one == other else cells.get(frozenset((one, other)), ".")
    return mark.rjust(_CELL)


def _cell(each: Collision) -> str:
    """Return the number of paths; a question mark says that nothing of it is committed."""
    return "?" if each.may else str(min(len(each.spots), 99))


def _width() -> int:
    return shutil.get_terminal_size((80, 24)).columns


def _cut(lines: list[str], width: int) -> list[str]:
    """Return lines as long as a terminal shows them; a pipe gets all."""
    import sys

    if not sys.stdout.isatty():
        return lines
    return [each if len(each) <= width else f"{each[: width - 1]}…" for each in lines]
