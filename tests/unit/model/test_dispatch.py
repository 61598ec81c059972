"""Who is started, and who is given up."""

from __future__ import annotations

import pytest

from gitgt.model.dispatch import MAX_STARTS, GiveUp, Seat, SessionState, Start, plan

NUX, ACE = "shop/polecats/nux", "shop/polecats/ace"
NONE, RUNNING, ENDED = SessionState.NONE, SessionState.RUNNING, SessionState.ENDED


@pytest.mark.parametrize(
    ("seats", "acts"),
    [
        ([], []),
        ([Seat(NUX, "sh-1", NONE)], [Start(NUX, "sh-1")]),
        ([Seat(NUX, "sh-1", RUNNING, 1)], []),
        ([Seat(NUX, "sh-1", RUNNING, MAX_STARTS)], []),
        ([Seat(NUX, "sh-1", ENDED, 2)], [Start(NUX, "sh-1")]),
        (
            [Seat(NUX, "sh-1", ENDED, 3, "it exited with 7")],
            [
                GiveUp(
                    NUX,
                    "sh-1",
                    "3 sessions ended and no commit closed the bead; "
                    "of the last one: it exited with 7",
                )
            ],
        ),
        (
            [Seat(NUX, "sh-2", NONE), Seat(NUX, "sh-1", NONE)],
            [
                Start(NUX, "sh-1"),
                GiveUp(NUX, "sh-2", f"{NUX} has another bead on its hook"),
            ],
        ),
        (
            [Seat(NUX, "sh-2", RUNNING, at_it=True), Seat(NUX, "sh-1", RUNNING)],
            [GiveUp(NUX, "sh-1", f"{NUX} has another bead on its hook")],
        ),
        (
            [Seat("farm/polecats/nux", "sh-1", NONE)],
            [GiveUp("farm/polecats/nux", "sh-1", "farm/polecats/nux is not of shop")],
        ),
        ([Seat("Tess Ter", "sh-1", NONE), Seat("Tess Ter", "sh-2", NONE)], []),
        ([Seat("shop/crew/max", "sh-1", NONE)], []),
    ],
)
def test_a_plan(seats, acts):
    assert plan(seats, rig="shop", running=0, limit=30) == acts


def test_no_more_are_started_than_may_run():
    seats = [Seat(NUX, "sh-1", NONE), Seat(ACE, "sh-2", NONE)]
    assert plan(seats, rig="shop", running=29, limit=30) == [Start(NUX, "sh-1")]
    assert plan(seats, rig="shop", running=31, limit=30) == []
