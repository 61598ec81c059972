"""The mayor and the crew: sessions that people begin and end, and that nobody else does."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError
from gitgt.services import beads, settings
from gitgt.services.agents import agents, attended, crew, post
from tests.support.sitting import running
from tests.support.town import TESS
from tests.support.waiting import until

ANN = "shop/crew/ann"
OBSIDIAN = "shop/polecats/obsidian"


@pytest.fixture
def shop(town):
    """A rig with Ann in its crew; whoever is begun here writes down who and goes on."""
    town.runtime("sits", "sh -c 'echo $GT_AGENT $GT_ROLE >here; exec sleep 1000'")
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    return shop


def begin(town, who):
    """Begin a session, and return what it says of itself."""
    begun = attended.start(town.town, who, TESS, attended.Wish(agent="sits"))
    assert begun.fresh
    return until(
        lambda: (who.worktree / "here").exists() and (who.worktree / "here").read_text()
    )


def doing(town, shop):
    """Return what each agent is doing."""
    found = [*agents.of_town(town.town), *agents.seen(town.town, [shop])]
    return [(each.agent.address, str(each.state), each.holds) for each in found]


def test_the_mayor_has_one_session_however_often_it_is_asked_for(town, shop):
    mayor = post.mayor(town.town)
    assert begin(town, mayor) == "mayor mayor\n"

    again = attended.start(town.town, mayor, TESS)
    assert (again.fresh, len(running(town.town))) == (False, 1)
    assert doing(town, shop) == [("mayor", "here", ""), (ANN, "person", "")]

    assert attended.stop(town.town, mayor)
    assert not attended.stop(town.town, mayor)
    assert doing(town, shop)[0] == ("mayor", "away", "")
    assert town.story()[-1] == "Tess Ter: mayor is the mayor"


def test_a_crew_session_takes_no_polecats_place_and_is_not_seen_off(town, shop):
    path = shop.path / "settings/config.yaml"
    path.write_bytes(settings.emit({**settings.read(path, "rig"), "max_polecats": 1}))
    assert begin(town, post.present(town.town, shop, "ann")) == f"{ANN} crew\n"
    bead = town.bead(shop, "Apples", "echo apple >apple", "closes Apples")
    town.sling(bead)

    def landed():
        town.turn()
        return town.now(bead).status == "closed"

    until(landed)
    town.clock.advance(1000)
    town.turn()

    assert doing(town, shop) == [(OBSIDIAN, "idle", ""), (ANN, "here", "")]


def test_what_a_crew_session_has_not_committed_is_saved(town, shop):
    ann = post.present(town.town, shop, "ann")
    begin(town, ann)
    assert attended.stop(town.town, ann)
    assert town.repo(shop).git("show", f"refs/gt/wip/{ANN}:here") == f"{ANN} crew"


def test_a_crew_members_session_knows_what_is_on_the_hook(town, shop):
    bead = town.bead(shop, "Apples")
    town.sling(bead, to=ANN)
    begin(town, post.present(town.town, shop, "ann"))
    assert doing(town, shop) == [(ANN, "working", bead.id)]
    beads.release(town.town, bead.id, TESS, reason="not now")
    town.turn()
    assert doing(town, shop) == [(ANN, "here", "")]


def test_nobody_sits_where_there_is_no_worktree(town, shop):
    with pytest.raises(NotFoundError) as refusal:
        post.present(town.town, shop, "bob")
    assert (refusal.value.message, refusal.value.hint) == (
        "there is no shop/crew/bob", "git gt crew add bob --rig shop"
    )  # fmt: skip
