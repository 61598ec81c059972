"""What sessions are run in."""

import pytest

from gitgt.model.launching import Launching, choose

AUTO, TMUX, PROCESS, EXEC, MANUAL = Launching


@pytest.mark.parametrize(
    ("wanted", "able", "has_tmux", "chosen"),
    [
        (AUTO, "talks turns", True, TMUX),
        (AUTO, "talks turns", False, PROCESS),
        (AUTO, "turns", True, EXEC),
        (TMUX, "talks turns", True, TMUX),
        (TMUX, "turns", True, EXEC),
        (PROCESS, "talks turns", True, PROCESS),
        (EXEC, "talks turns", True, EXEC),
        (EXEC, "talks", True, TMUX),
        (EXEC, "talks", False, PROCESS),
        (MANUAL, "turns", True, MANUAL),
    ],
)
def test_what_is_wanted_comes_to(wanted, able, has_tmux, chosen):
    talks, turns = "talks" in able, "turns" in able

    assert choose(wanted, talks=talks, turns=turns, has_tmux=has_tmux) is chosen
