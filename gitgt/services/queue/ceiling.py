"""How many gates run at once in all rigs together, if the town's settings set a limit.

The rigs share it as the targets of a rig share its slots. What each still wants to begin is
momentary: each rig says it whenever it is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gitgt.git.turn import turn
from gitgt.model.fair_share import Lane, hand_out
from gitgt.runtime import notes
from gitgt.runtime.notes import write_whole
from gitgt.services import settings
from gitgt.services.gates.gate_runs import GateRuns
from gitgt.services.queue.turns import Turns
from gitgt.services.town import Rig, Town

NAME: Final = "settings/config.yaml"
_WISHES: Final = "wishes.json"


@contextmanager
def room(town: Town, rig: Rig, wish: int) -> Iterator[int]:
    """Give the number of runs that *rig*, which has use for *wish* more, may begin within.

    Nobody else counts or begins any meanwhile, so all rigs together never have too many.

    Raises:
        SettingsError: the town's settings break their schema.
    """
    most = _most(town)
    if not most:
        yield wish
        return
    with turn(town.repository, "slots"):
        wishes = _wish(town, rig, wish)
        lanes = [_lane(town, each, wishes) for each in town.rigs_here().values()]
        turns = Turns(town.gt / "turns.json")
        busy = sum(lane.running for lane in lanes)
        mine = hand_out(most, busy, lanes, turns.order()).count(rig.name)
        turns.note([rig.name] * mine, known=[lane.name for lane in lanes])
        yield mine
        _wish(town, rig, wish - mine)


def forget(town: Town, rig: Rig) -> None:
    """Note that *rig* has nothing to test."""
    if _read(town.gt / _WISHES).get(rig.name):
        with turn(town.repository, "slots"):
            _wish(town, rig, 0)


def _most(town: Town) -> int:
    found = settings.read_committed(town.root, NAME, "settings").get("merge_queue", {})
    most: int = found.get("slots", 0)
    return most


def _lane(town: Town, rig: Rig, wishes: dict[str, int]) -> Lane:
    live = GateRuns(town, rig).live()
    running = sum(not each.is_cancelled and not each.is_remote for each in live)
    return Lane(rig.name, running, running + wishes.get(rig.name, 0))


def _wish(town: Town, rig: Rig, wish: int) -> dict[str, int]:
    """Note how many runs *rig* would begin, and return that of all."""
    path = town.gt / _WISHES
    found = {**_read(path), rig.name: wish}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(found))
    return found


def _read(path: Path) -> dict[str, int]:
    return notes.read(path, dict)
