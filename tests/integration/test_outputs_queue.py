"""What is answered in JSON of the merge queue keeps the schemas that are published."""

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.services.gates import gate
from gitgt.services.queue import depending, steering
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.shop import Shop, file
from tests.support.town import TESS


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def told(shop, *words):
    done = gt(*words, "--json", cwd=shop.town.town.root)
    assert (done.code, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    validator(OTHERS[" ".join(words[:2])]).validate(answer)
    return answer


def test_every_answer_about_the_queue_keeps_its_schema(town, shop):
    names = [shop.ask(title, file(title)) for title in "abc"]
    requests = [town.request(town.now(name)).id for name in names]
    steering.hold(town.town, requests[0], "wait", TESS)
    depending.depend(town.town, requests[1], [requests[0]], TESS)
    town.turn()
    shown = told(shop, "mq", "list", "shop")
    assert [each["place"] for each in shown] == [1, 0, 0]
    assert [each["gate"] for each in shown[0]["testing"]] == ["check"]
    assert [each["waits"] for each in shown] == [[], [], [requests[0]]]
    assert told(shop, "mq", "list", "shop", "--ready", "--verify")[0]["astray"] == ""
    assert [each["id"] for each in told(shop, "mq", "next", "shop")] == [requests[2]]
    assert [each["id"] for each in told(shop, "mq", "next", "--strategy", "fifo")] == [
        requests[2]
    ]
    assert told(shop, "mq", "show", names[0])["cost"]["runs"] == 0
    why = told(shop, "mq", "why", "shop", names[1])
    assert why["why"]["behind_held"] == [requests[0]]
    [state] = told(shop, "refinery", "status", "shop")
    assert (state["state"], state["targets"][0]["held"]) == ("running", 1)
    assert len(told(shop, "refinery", "queue")) == 3
    assert len(told(shop, "refinery", "blocked", "shop")) == 2
    assert len(told(shop, "refinery", "ready", "shop")) == 1
    town.settle()
    gate.remove(town.town, shop.rig, "check", TESS)
    landed = told(shop, "mq", "list", "shop", "--all", "--status", "landed")
    assert [each["id"] for each in landed] == [requests[2]]
    assert told(shop, "mq", "why", requests[2])["why"] is None
    [report] = told(shop, "refinery", "report", "shop", "--since", "2026-11-22")
    assert [each["bead"] for each in report["landed"]] == [names[2]]
    assert told(shop, "mq", "show", names[2])["cost"]["revisions"] == 1
    [state] = told(shop, "refinery", "status")
    assert [each["beads"] for each in state["landings"]] == [[names[2]]]
