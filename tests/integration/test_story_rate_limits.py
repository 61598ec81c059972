"""A program that answers no more for a while: noticed, waited for, tried, told to go on."""

from __future__ import annotations

import shlex

import pytest

from gitgt.errors import NotFoundError
from gitgt.services.scheduler import rate_limits, view
from gitgt.services.sessions import runtimes
from tests.support.town import TESS

# Its program says what lies in the file; while there is none, it works.
AGENT = """\
#!/bin/sh
echo "$GT_BEAD" >>{folder}/asked
[ -e {folder}/limit ] && {{ cat {folder}/limit; exit 1; }}
export GIT_AUTHOR_DATE='2026-11-22T14:30:00Z' GIT_COMMITTER_DATE='2026-11-22T14:30:00Z'
echo 1 >"$GT_BEAD.txt" && git add -A && git commit -q -m Done -m "Closes: $GT_BEAD"
"""


@pytest.fixture
def shop(town, tmp_path):
    """Return a rig whose agents have a limit."""
    agent = tmp_path / "limited.sh"
    agent.write_text(AGENT.format(folder=shlex.quote(str(tmp_path))))
    fields = {"command": ["sh", str(agent)], "prompt": "none", "quota": ["hit your .*limit"]}
    runtimes.put(town.town, "opus", fields, TESS)
    return town.rig()


def asked(tmp_path):
    return (tmp_path / "asked").read_text().split()


def told(town):
    """Return what is known of the runtimes at their limits, less when."""
    found = [view.limited_fields(each) for each in rate_limits.known(town.town).values()]
    return [(each["runtime"], each["source"], each["said"], each["until"]) for each in found]


def test_a_time_that_was_said_is_waited_for_and_no_bead_is_blamed(town, shop, tmp_path):
    (tmp_path / "limit").write_text("You've hit your usage limit, try again in 2 hours\n")
    made = [town.bead(shop, f"Bead {number}", agent="opus") for number in range(3)]
    other = town.bead(shop, "Other", "echo 1 >other", "closes Other")
    town.sling(made[0])
    town.settle()
    town.sling(*made[1:], other)
    town.settle()
    ((runtime, source, said, until),) = told(town)
    assert (runtime, source) == ("opus", "exit")
    assert said == "You've hit your usage limit, try again in 2 hours"
    assert until
    assert town.now(other).status == "closed"
    assert [town.now(each).status for each in made] == ["hooked"] * 3
    assert asked(tmp_path) == [made[0].id]

    (tmp_path / "limit").unlink()
    town.clock.advance(2 * 3600 + 60)
    town.settle()
    assert told(town) == []
    assert [town.now(each).status for each in made] == ["closed"] * 3
    assert town.escalations(shop) == []


def test_where_no_time_was_said_one_tries_and_then_all_go(town, shop, tmp_path):
    (tmp_path / "limit").write_text("You've hit your limit, sorry\n")
    made = [town.bead(shop, f"Bead {number}", agent="opus") for number in range(3)]
    town.sling(made[0])
    town.settle()
    town.sling(*made[1:])
    town.settle()
    assert told(town) == [("opus", "exit", "You've hit your limit, sorry", "")]
    assert len(asked(tmp_path)) == 1

    for tries in (2, 3, 4, 5):
        town.clock.advance(3600)
        town.settle()
        assert len(asked(tmp_path)) == tries
        assert rate_limits.known(town.town)["opus"].tries == tries

    (tmp_path / "limit").unlink()
    town.clock.advance(3600)
    town.settle()
    assert told(town) == []
    assert [town.now(each).status for each in made] == ["closed"] * 3
    assert town.escalations(shop) == []


def test_a_person_says_so_and_says_when_it_is_over(town, shop):
    with pytest.raises(NotFoundError, match="there is no runtime 'opsu'"):
        rate_limits.say(town.town, "opsu", TESS)
    rate_limits.say(town.town, "opus", TESS, why="the bill")
    bead = town.bead(shop, "Figs", agent="opus")
    town.sling(bead)
    town.settle()
    assert town.now(bead).status == "hooked"
    assert told(town) == [("opus", "person", "Tess Ter says so: the bill", "")]
    assert rate_limits.lift(town.town, "opus")
    assert not rate_limits.lift(town.town, "opus")
    town.settle()
    assert town.now(bead).status == "closed"
