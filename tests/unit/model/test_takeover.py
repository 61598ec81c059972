"""What becomes of the work of a machine that is lost, by what is here of it."""

import pytest

from gitgt.model.takeover import Fate, Left, Machine, judge

_WHEN = "2026-11-22T14:30:00Z"
_BRANCH = f"its branch at 0123456789ab, of {_WHEN}"
_REST = "what was done there, if anything"


def left(**what):
    return Left(**{"address": "shop/polecats/toast", "bead": "sh-abc12", "begun": True, **what})


@pytest.mark.parametrize(
    ("what", "fate", "here", "lost"),
    [
        ({"begun": False}, Fate.GOES_ON, "", _REST),
        ({}, Fate.GIVEN_BACK, "", "what was committed there never left it"),
        (
            {"tip": "0123456789abcdef", "since": _WHEN},
            Fate.GOES_ON, _BRANCH, f"what was done there after {_WHEN}",
        ),
        (
            {"request": "sh-mr-1", "head": "0123456789abcdef"},
            Fate.LANDS, "sh-mr-1: 0123456789ab", "",
        ),
        (
            {"request": "sh-mr-1", "tip": "0123456789abcdef", "since": _WHEN},
            Fate.GIVEN_BACK, _BRANCH, "what was handed in (sh-mr-1) never left it",
        ),
    ],
)  # fmt: skip
def test_what_is_here_goes_on_and_what_is_not_is_said_to_be_lost(what, fate, here, lost):
    found = judge(left(**what), give_back=False)
    assert (found.fate, found.here, found.lost) == (fate, here, lost)
    given_back = judge(left(**what), give_back=True)
    assert given_back.fate is (fate if fate is Fate.LANDS else Fate.GIVEN_BACK)
    assert (given_back.here, given_back.lost) == (here, lost)


def test_a_machine_is_meant_by_its_host_its_folder_or_both():
    machine = Machine("attic", "/srv/gt")
    assert all(map(machine.is_meant, ("attic", "/srv/gt", "attic:/srv/gt")))
    assert not machine.is_meant("att")
