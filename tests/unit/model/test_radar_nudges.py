"""Whom a collision is told, and in which words."""

from __future__ import annotations

import pytest

from gitgt.model.radar.radar import Collision, Live, Spot, Standing
from gitgt.model.radar.radar_nudges import described, due, spans

MAIN = Live(branch="main", head="t", standing=Standing.TARGET)


def live(name: str, standing: Standing = Standing.WORKING, agent: str = "") -> Live:
    who = agent or f"shop/polecats/{name}"
    return Live(branch=name, head=name, standing=standing, target="main", agent=who)


def hit(one: Live, other: Live, *spots: Spot) -> Collision:
    return Collision(one, other, spots or (Spot("x", "contents", ((1, 2),), ((2, 2),)),))


def told(collision: Collision) -> list[tuple[str, str]]:
    return [(each.agent.rpartition("/")[2], each.text) for each in due([collision])]


END = "Whoever lands second has to settle it: keep out of these, or agree."


def test_both_are_told():
    assert told(hit(live("a"), live("b"))) == [
        ("a", f"a collides with b of shop/polecats/b in x (1-2 against 2). {END}"),
        ("b", f"b collides with a of shop/polecats/a in x (2 against 1-2). {END}"),
    ]


def test_of_the_target_one_is_told():
    text = "a no longer merges into main: x (binary). Merge main into it before you go on."
    assert told(hit(live("a"), MAIN, Spot("x", "binary"))) == [("a", text)]


def test_of_what_is_not_committed_nobody_is_told():
    assert told(hit(live("a"), live("b"), Spot("x", "contents", draft=True))) == []


def test_one_agent_hears_of_its_two_branches_once():
    mine = [live(name, standing, "shop/polecats/a") for name, standing in (
        ("one", Standing.QUEUED), ("two", Standing.WORKING)
    )]  # fmt: skip
    text = "two collides with one of shop/polecats/a, which is in the merge queue, in x"
    assert told(hit(*mine)) == [("a", f"{text} (2 against 1-2). {END}")]


def test_of_an_earlier_try_nobody_is_told():
    assert told(hit(live("a"), live("b", Standing.EARLIER))) == []


def test_many_paths_are_a_number():
    spots = [Spot(f"f{number}", "contents") for number in range(10)]
    ((_, text), _) = told(hit(live("a"), live("b"), *spots))
    assert "f6; f7; and 2 more." in text


@pytest.mark.parametrize(
    ("spot", "words"),
    [
        (Spot("x", "contents"), "x"),
        (Spot("x", "contents", ((3, 3), (7, 9)), ((4, 3),)), "x (3, 7-9 against after 3)"),
        (Spot("x", "rename/delete"), "x (rename/delete)"),
    ],
)
def test_a_spot_in_words(spot, words):
    assert described(spot) == words
    assert spans([]) == ""
