"""Who is started, and who is given up."""

from __future__ import annotations

import pytest

from gitgt.model.dispatch import (
    MAX_SESSIONS,
    MAX_STARTS,
    Block,
    GiveUp,
    Release,
    Seat,
    SessionState,
    Start,
    Wait,
    pause_before,
    plan,
)

NUX, ACE = "shop/polecats/nux", "shop/polecats/ace"
NONE, RUNNING, ENDED = SessionState.NONE, SessionState.RUNNING, SessionState.ENDED


@pytest.mark.parametrize(
    ("seats", "acts"),
    [
        ([], []),
        ([Seat(NUX, "sh-1", NONE)], [Start(NUX, "sh-1")]),
        ([Seat(NUX, "sh-1", NONE, provisional=True)], []),
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
                    failed=True,
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
        (
            [Seat(NUX, "sh-1", ENDED, 1, at_it=True, sessions=5, since=3.0)],
            [Wait(NUX, "sh-1", 1.0)],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 1, at_it=True, sessions=5, since=4.0)],
            [Start(NUX, "sh-1")],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 1, at_it=True, sessions=5, since=-3600.0)],
            [Start(NUX, "sh-1")],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 1, "said nothing", at_it=True, sessions=12, since=0.0)],
            [
                GiveUp(
                    NUX,
                    "sh-1",
                    "12 sessions ended and no commit closed the bead; "
                    "of the last one: said nothing",
                    failed=True,
                )
            ],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 3, at_it=True, sessions=3, fault="it cannot be run")],
            [Release(NUX, "sh-1", "it cannot be run")],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 3, "it exited with 7", failures=1)],
            [
                GiveUp(
                    NUX,
                    "sh-1",
                    "3 sessions ended and no commit closed the bead; "
                    "of the last one: it exited with 7",
                    failed=True,
                )
            ],
        ),
        (
            [Seat(NUX, "sh-1", ENDED, 3, "it exited with 7", failures=2)],
            [
                Block(
                    NUX,
                    "sh-1",
                    "given up 3 times, now since "
                    "3 sessions ended and no commit closed the bead; "
                    "of the last one: it exited with 7",
                )
            ],
        ),
        ([Seat(NUX, "sh-1", RUNNING, 3, failures=2)], []),
        ([Seat(NUX, "sh-1", ENDED, rounds=20, gone=19, at_it=True)], [Start(NUX, "sh-1")]),
        (
            [Seat(NUX, "sh-1", ENDED, rounds=20, gone=20, at_it=True)],
            [Block(NUX, "sh-1", "20 rounds of its loop ended and no commit closed the bead")],
        ),
        ([Seat(NUX, "sh-1", RUNNING, rounds=20, gone=20, at_it=True)], []),
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


def test_who_waits_takes_nobodys_place():
    seats = [
        Seat(NUX, "sh-1", ENDED, 1, at_it=True, sessions=6, since=0.0),
        Seat(ACE, "sh-2", NONE),
    ]
    assert plan(seats, rig="shop", running=29, limit=30) == [
        Wait(NUX, "sh-1", 8.0),
        Start(ACE, "sh-2"),
    ]


def test_the_first_sessions_start_at_once_and_each_later_one_waits_twice_as_long():
    pauses = [pause_before(each) for each in range(1, MAX_SESSIONS + 1)]
    assert pauses == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert pause_before(1000) == 300
