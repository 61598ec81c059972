from __future__ import annotations

import pytest

from gitgt.model.gate import Verdict
from gitgt.model.queue.queue_cost import Cost, Moment, Ran, backs, cost

LIFE = [
    Moment(100, "queued", "a"),
    Moment(160, "rejected", "a", "the gate check is red"),
    Moment(170, "rejected", "a", "the gate check is red"),
    Moment(400, "queued", "b"),
    Moment(430, "conflict", "b", "price.py"),
    Moment(500, "queued", "c"),
    Moment(520, "landed", "c"),
]
RUNS = [
    Ran("check", Verdict.FAIL, 120, 30.0, ("x", "a", "y")),
    Ran("check", Verdict.FAIL, 150, 10.0, ("a",)),
    Ran("check", Verdict.PASS, 160, 10.0, ("x", "y")),
    Ran("check", Verdict.PASS, 165, 10.0),
    Ran("check", Verdict.PASS, 515, 8.0, ("c", "z")),
]


def test_a_request_is_charged_with_its_share_and_with_each_time_that_it_came_back():
    assert cost(LIFE, RUNS, now=9999) == Cost(
        runs=3, red=2, seconds=24.0, queued=110, away=310, revisions=3, conflicts=1,
        rejections=1,
    )  # fmt: skip
    assert [each.reason for each in backs(LIFE)] == ["the gate check is red", "price.py"]


@pytest.mark.parametrize(
    ("life", "queued", "away"),
    [([], 0, 0), (LIFE[:1], 500, 0), (LIFE[:2], 60, 440), (LIFE[:1] * 2, 500, 0)],
)
def test_who_has_not_ended_waits_still(life, queued, away):
    found = cost(life, (), now=600)
    assert (found.queued, found.away) == (queued, away)


def test_all_shares_together_are_what_the_runs_took():
    lives = [[Moment(0, "queued", each)] for each in "xayzc"]
    told = sum(cost(life, RUNS, now=0).seconds for life in lives)
    assert told == pytest.approx(sum(each.seconds for each in RUNS if each.heads))
