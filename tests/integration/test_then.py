"""What the ledgers said then is told from their history, and the index of now stays."""

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS, OUTPUTS
from gitgt.errors import NotFoundError, RefusedError
from gitgt.ledger.transact import Change
from gitgt.model.documents import Outcome
from gitgt.model.instant import text_of
from gitgt.services import ending, reading, status
from gitgt.services.agents.agents import AgentState
from gitgt.services.convoy import convoys
from gitgt.services.queue import queue_view
from gitgt.services.then import town_at
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import BEGINNING, TESS


def test_a_town_as_it_stood(town):
    shop = town.rig()
    figs = town.bead(shop, "Sell figs", "echo fig 6 >>prices.txt", "closes 'Sell figs'")
    [figs] = town.sling(figs, convoy=True)
    slung = town.clock.now
    head = town.town.ledger_at(shop).repository.ref(shop.target)
    town.clock.advance(3600)
    town.settle()
    town.bead(shop, "Sell dates")
    assert town.now(figs).is_closed
    index = town.town.ledger_at(shop).repository.gt / "index.sqlite"
    before = index.read_bytes()

    then = town_at(town.town, f"{int(town.clock.now - slung)}s ago")
    seen = status.then(then)
    assert (then.at, seen.fields()["rigs"][0]["beads"]) == (slung, {"hooked": 1})
    assert seen.rigs[0].stands.fields() == {"state": "unknown"}
    [rig], [convoy] = seen.rigs, seen.convoys
    assert (rig.head, rig.gates, rig.ready, rig.queue) == (head, ("check",), 0, ())
    [agent] = rig.agents
    assert (agent.state, agent.holds) == (AgentState.UNKNOWN, figs.id)
    assert (convoy.closed, convoy.convoy.is_closed) == (0, False)
    assert convoys.show(town.town, convoy.convoy.id).closed == 1
    assert queue_view.then(town_at(town.town, "now"), shop, ended=True)[0].rig == shop
    assert status.of(town.town).rigs[0].beads == {"closed": 1, "open": 1}
    assert index.read_bytes() == before
    with pytest.raises(RefusedError, match="is the past, which nobody changes"):
        then.ledger.transact(lambda _: Change("nothing"), TESS)


def test_a_moment_is_a_time_a_commit_or_a_word(town):
    shop = town.rig()
    figs = town.bead(shop, "Sell figs")
    ledger = town.town.ledger_at(shop)
    made = ledger.head()
    town.clock.advance(86400)
    ending.close(town.town, [figs.id], TESS, outcome=Outcome.SUCCESS)
    town.clock.advance(3600)
    for text in (made, made[:9], "beads~1", "2 hours", "2 hours ago", text_of(BEGINNING + 9)):
        then = town_at(town.town, text)
        assert then.commits["shop"] == made
        assert not then.ledger_at(shop).snapshot().bead(figs.id).is_closed
    assert town_at(town.town, "noon").commits["shop"] == made
    for text, said in [
        ("of yore", "'of yore' is no moment of this town"),
        ("2d", "'2d' is before the town: it began at 2026-11-22T14:30:00Z"),
        ("2030-01-01", "'2030-01-01' is still to come"),
    ]:
        with pytest.raises(RefusedError) as refused:
            town_at(town.town, text)
        assert refused.value.message == said


def test_commands_answer_what_was(town):
    root, shop = town.town.root, town.rig()
    figs = town.bead(shop, "Sell figs").id
    then = town.town.ledger_at(shop).head()
    dates = town.bead(shop, "Sell dates").id
    ending.close(town.town, [figs], TESS, outcome=Outcome.SUCCESS)
    hq = town.town.ledger.head()
    at = text_of(town.clock.now - 1)
    environ = {"GT_TOWN_ROOT": str(root)}
    listed = gt("bead", "list", "--rig", "shop", "--at", then, cwd=root, env=environ)
    told = f"as of {at}: hq {hq[:12]}, shop {then[:12]}\n"
    assert listed == (0, f"{told}{figs}  P2  open  task  -  Sell figs\n", "")
    shown = json.loads(gt("bead", "show", figs, "--at", then, "--json", cwd=root).stdout)
    validator(OTHERS["--at"]).validate(shown)
    validator(OUTPUTS["show"]).validate(shown["answer"])
    assert (shown["commits"], shown["answer"]["status"]) == ({"hq": hq, "shop": then}, "open")
    missing = gt("bead", "show", dates, "--at", then, cwd=root)
    made = reading.show(town.town, dates).created_at
    said = f"gt: {dates} was not there at {at}: it was made at {made}\n"
    assert missing == (1, "", f"{said}hint: git gt bead show {dates} --at {made}\n")
    queue = json.loads(gt("mq", "list", "shop", "--at", then, "--json", cwd=root).stdout)
    convoy = gt("convoy", "list", "--at", then, cwd=root)
    assert (queue["answer"], convoy) == ([], (0, told, ""))


def test_what_never_was_is_just_missing(town):
    with pytest.raises(NotFoundError, match="there is no hq-zzzzz"):
        reading.show(town_at(town.town, "now"), "hq-zzzzz")
