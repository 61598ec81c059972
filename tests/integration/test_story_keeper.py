"""Whom ``up`` has begun is kept up, until that is hopeless."""

from __future__ import annotations

from gitgt.services.agents import attended, crew, post
from gitgt.services.sessions import session_control, sessions
from gitgt.services.uptime import coming_up, trails
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

TESS_AT = "shop/crew/tess"


def ended(town) -> None:
    until(lambda: not running(town.town))


def test_who_was_begun_by_up_and_dies_again_and_again_is_given_up(town):
    shop = town.rig()
    town.runtime("dies", "sh -c 'exit 3'")
    crew.add(town.town, shop, "tess", TESS)
    attended.start(town.town, post.of_crew(shop, "tess"), TESS, attended.Wish(agent="dies"))
    ended(town)
    town.turn()
    assert trails.every(town.town) == {}  # a person has begun it
    coming_up.begin(town.town, shop, TESS_AT, TESS)

    for _ in range(8):
        ended(town)
        town.turn()
        town.clock.advance(130)

    assert trails.of(town.town, TESS_AT).stopped
    said = (
        f"{TESS_AT} ended 5 times in a quarter of an hour, and is begun no more:"
        f" git gt daemon clear-backoff {TESS_AT}"
    )
    assert town.escalations(shop) == [("high", said)]
    before = sessions.look(shop, TESS_AT).session

    assert trails.clear(town.town, TESS_AT)
    town.turn()

    assert sessions.look(shop, TESS_AT).session != before


def test_who_was_stopped_or_has_left_stays_away(town):
    shop = town.rig()
    town.runtime("sits", "sh -c 'while [ ! -e ../../../leave ]; do sleep 0.05; done'")
    crew.add(town.town, shop, "tess", TESS)
    coming_up.begin(town.town, shop, TESS_AT, TESS)
    assert sessions.is_running(shop, TESS_AT)
    session_control.stop(town.town, shop, TESS_AT)
    town.turn()
    assert trails.every(town.town) == {}
    assert not sessions.is_running(shop, TESS_AT)
