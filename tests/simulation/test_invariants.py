"""Each invariant, broken on purpose: a town that is watched by nothing would prove nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from gitgt.model.documents import Bead, Escalation, MergeRequest
from gitgt.model.queue.merge_acts import Cause, Eject
from gitgt.model.queue.merge_chain import Link
from tests.simulation import places, verbs
from tests.simulation.chance import Faults
from tests.simulation.clock import DAY
from tests.simulation.repository import name_of
from tests.simulation.town import MAYOR, OVERSEER, Seen, SessionState
from tests.simulation.world import Size, World

TOAST = "rig0/polecats/p00"


@pytest.fixture
def world():
    """A town with work, and nobody who does anything."""
    made = World(1, Size(rigs=1, agents=4, beads=4, days=1.0), Faults.none())
    made.people.plan()
    made.clock.step()
    made.invariants.check()
    return made


@pytest.fixture
def rig(world):
    return world.town.rigs["rig0"]


def beads(rig):
    return [str(each.id) for each in rig.ledger.all(Bead, "open")]


def handed_in(world, rig, bead):
    """Let an agent do a bead and hand it in; return its request."""
    address = next(each for each in rig.polecats if each not in dict(rig.ledger.held()))
    verbs.sling(world.town, rig, bead, address, MAYOR)
    ref = verbs.branch_of(address, bead)
    rig.repository.commit(
        ref, bead, address, paths=frozenset({len(rig.repository.made)}), topics=frozenset(),
        red=False, closes=True,
    )  # fmt: skip
    verbs.submit(world.town, rig, bead, ref, OVERSEER)
    world.invariants.check()
    request = rig.ledger.request_of(bead)
    assert request is not None
    return request


def merged(rig, request) -> Link:
    """Merge a request onto the target."""
    found = rig.repository.merge({str(request.id): request.head}, (str(request.id),))
    assert isinstance(found, Link)
    return found


def passed(rig, link):
    rig.passed |= {(link.tree, gate) for gate in rig.gates}


def test_two_beads_on_one_hook_are_noticed(world, rig):
    one, two, *_ = beads(rig)
    verbs.sling(world.town, rig, one, TOAST, MAYOR)
    world.invariants.check()
    verbs.sling(world.town, rig, two, TOAST, MAYOR)
    with pytest.raises(AssertionError, match="on its hook"):
        world.invariants.check()


def test_a_second_session_of_one_agent_is_noticed(world, rig):
    bead = beads(rig)[0]
    nobody = Seen(SessionState.NONE)
    world.agents.start(rig, TOAST, bead, nobody)
    with pytest.raises(AssertionError, match="two sessions"):
        world.agents.start(rig, TOAST, bead, nobody)


def test_a_commit_that_nothing_keeps_is_noticed(world, rig):
    request = handed_in(world, rig, beads(rig)[0])
    rig.repository.move(request.branch, None)
    world.invariants.check()  # its pin keeps it
    rig.repository.move(f"{verbs.PIN}{request.id}", None)
    with pytest.raises(AssertionError, match="let go of"):
        world.invariants.check()


def test_work_that_lands_twice_is_noticed(world, rig):
    request = handed_in(world, rig, beads(rig)[0])
    link = merged(rig, request)
    passed(rig, link)
    verbs.land(world.town, rig, (link,))
    world.invariants.check()
    again = request.replace(id=rig.ledger.new_id("mr"), status="queued")
    rig.ledger._place(None, again.replace(status="landed"))
    with pytest.raises(AssertionError, match="landed 2 times"):
        world.invariants.check_all()


def test_a_bead_that_is_closed_and_did_not_land_is_noticed(world, rig):
    request = handed_in(world, rig, beads(rig)[0])
    link = merged(rig, request)
    passed(rig, link)
    rig.repository.land = lambda _links: None
    verbs.land(world.town, rig, (link,))
    with pytest.raises(AssertionError, match="main lacks"):
        world.invariants.check()


def test_a_tree_that_no_gate_passed_is_noticed(world, rig):
    request = handed_in(world, rig, beads(rig)[0])
    verbs.land(world.town, rig, (merged(rig, request),))
    with pytest.raises(AssertionError, match="never passed"):
        world.invariants.check()


def test_a_rig_without_gates_and_waiver_in_which_something_lands_is_noticed(world, rig):
    request = handed_in(world, rig, beads(rig)[0])
    rig.gates = ()
    verbs.land(world.town, rig, (merged(rig, request),))
    with pytest.raises(AssertionError, match="has no gates"):
        world.invariants.check()


def test_whoever_is_blamed_without_proof_is_noticed(world, rig):
    act = Eject("mr", Cause.RED, tree="t", gate="test")
    rig.reds["t", "test"] = 1
    with pytest.raises(AssertionError, match="goes back for 1 red run"):
        world.invariants.blamed(rig, act)
    rig.reds["t", "test"] = 2
    with pytest.raises(AssertionError, match="never passed on main"):
        world.invariants.blamed(rig, act)
    rig.passed.add((name_of(0), "test"))
    world.invariants.blamed(rig, act)


def test_whoever_is_started_where_nobody_is_to_be_is_noticed(world, rig):
    world.town.parked[rig.name] = "parked for a release"
    with pytest.raises(AssertionError, match="a rig that is off"):
        world.agents.start(rig, TOAST, beads(rig)[0], Seen(SessionState.NONE))


def test_one_session_too_many_is_noticed(world, rig):
    most = places.limits(world.town).town
    everybody = zip(rig.polecats, beads(rig), strict=True)
    for address, bead in islice(everybody, most):
        world.agents.start(rig, address, bead, Seen(SessionState.NONE))
    world.invariants.check()
    world.agents.start(rig, *next(everybody), Seen(SessionState.NONE))
    with pytest.raises(AssertionError, match="sessions live in the town"):
        world.invariants.check()


def test_a_blocker_of_which_nobody_hears_is_noticed(world, rig):
    bead = beads(rig)[0]
    verbs.sling(world.town, rig, bead, TOAST, MAYOR)
    verbs.give_up(world.town, rig, bead, TOAST, "tried in vain", for_good=True)
    world.watcher.up_for = 0.0
    world.invariants.check_all()
    world.watcher.up_for = DAY
    with pytest.raises(AssertionError, match="nobody was told"):
        world.invariants.check_all()


def test_a_call_that_nobody_answers_is_noticed(world, rig):
    who = verbs.REFINERY
    verbs.escalate(world.town, rig, who, "high", "the queue stands still", "refs/heads/main")
    world.invariants.check_all()
    world.clock.now += 5 * DAY
    with pytest.raises(AssertionError, match="nobody answers"):
        world.invariants.check_all()


def test_an_act_on_a_session_of_which_nothing_can_be_told_is_noticed(world, rig):
    bead = beads(rig)[0]
    session = world.agents.start(rig, TOAST, bead, Seen(SessionState.NONE))
    unsure = replace(Seen(SessionState.RUNNING, session), sure=False)
    with pytest.raises(AssertionError, match="nobody could tell"):
        world.agents.end(rig, session, unsure, "it seems dead")
    with pytest.raises(AssertionError, match="nobody could tell"):
        world.agents.nudge(rig, session, unsure)
    session.alive = False
    with pytest.raises(AssertionError, match="nobody could tell"):
        world.agents.start(rig, TOAST, bead, unsure)


def test_an_act_on_a_session_that_has_stirred_since_the_look_is_noticed(world, rig):
    session = world.agents.start(rig, TOAST, beads(rig)[0], Seen(SessionState.NONE))
    seen = world.town.look(rig, TOAST)
    session.signs += 1
    with pytest.raises(AssertionError, match="it has stirred since"):
        world.agents.end(rig, session, seen, "it seems to stand still")
    with pytest.raises(AssertionError, match="it has stirred since"):
        world.agents.nudge(rig, session, seen)


def test_a_call_that_was_taken_and_grows_louder_is_noticed(world, rig):
    verbs.escalate(world.town, rig, verbs.REFINERY, "medium", "no gate", "refs/heads/main")
    [call] = rig.ledger.all(Escalation, "open")
    louder = call.replace(severity="high", reescalations=1)
    world.town.write(verbs.REFINERY, rig, "louder", louder)
    world.invariants.check()
    verbs.ack(world.town, rig, louder, OVERSEER)
    world.invariants.check()
    [taken] = rig.ledger.all(Escalation, "acked")
    again = taken.replace(reescalations=2)
    world.town.write(verbs.REFINERY, rig, "louder again", again)
    with pytest.raises(AssertionError, match="somebody has taken"):
        world.invariants.check()


def test_a_status_that_no_lifecycle_allows_cannot_be_written(world, rig):
    bead = rig.ledger.bead(beads(rig)[0])
    with pytest.raises(Exception, match="cannot become"):
        world.town.write(MAYOR, rig, "by hand", bead.replace(status="in_review"))
    request = handed_in(world, rig, beads(rig)[0])
    with pytest.raises(Exception, match="cannot become"):
        world.town.write(MAYOR, rig, "by hand", request.replace(status="open"))
    assert name_of(rig.repository.tree) == rig.repository.base.tree
    assert rig.ledger.count(MergeRequest, "queued") == 1
