"""Who gets a slot that is free, when several queues want it.

Slots go one by one to whoever has the fewest (max-min fair), and among those to whoever was
served the longest ago (round robin): so nobody starves, even with one slot. What nobody else
wants is lent; it is given back when a run on it ends, for no run is stopped to make room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitgt.values import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue: how many runs of it go on, and how many it has use for, those among them.

    One that is *alone* wants a run next beside which no other may go on.
    """

    name: str
    running: int
    wanted: int
    alone: bool = False


def hand_out(
    slots: int, busy: int, lanes: Sequence[Lane], turns: Sequence[str]
) -> tuple[str, ...]:  # fmt: skip
    """Return who gets each of the *slots* of which *busy* are taken, one name for a slot.

    *turns* says who was served, the longest ago first; who never was comes before all. While
    it is the turn of somebody who must be alone, nobody else begins anything.
    """
    has = {lane.name: lane.running for lane in lanes}
    given: list[str] = []
    order = [*(lane.name for lane in lanes if lane.name not in turns), *turns]
    for _ in range(slots - busy):
        hungry = [lane for lane in lanes if has[lane.name] < lane.wanted]
        if not hungry:
            break
        chosen = min(hungry, key=lambda each: (has[each.name], order.index(each.name)))
        if chosen.alone and (busy or given):
            break
        has[chosen.name] += 1
        given.append(chosen.name)
        order = served(order, [chosen.name])
        if chosen.alone:
            break
    return tuple(given)


def served(turns: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return *turns* after *names* were served, one after the other."""
    found = list(turns)
    for name in names:
        found = [*(each for each in found if each != name), name]
    return found
