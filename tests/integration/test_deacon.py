"""The deacon's patrols, on a real ledger and with real sessions."""

import json
import os

from gitgt.ledger.transact import Change
from gitgt.model.actor import Actor
from gitgt.model.deacon import Fate
from gitgt.model.lifecycle import AgentStatus
from gitgt.services import beads
from gitgt.services.agents import crew
from gitgt.services.deacon import heartbeat, memory, patrol, pausing, status
from gitgt.services.rig_state import ending, moves
from gitgt.services.warrants import filing
from tests.support.commandline import gt
from tests.support.outputs import answered, validator
from tests.support.town import TESS

DISPATCHER = Actor.role("dispatcher")


def given_up(town, bead):
    """Give a bead up on the hook that it is on."""
    whose = town.now(bead).assignee
    beads.give_up(town.town, bead.id, whose, DISPATCHER, reason="in vain", for_good=False)


def test_what_was_given_up_is_slung_again_after_five_minutes_and_nothing_else(town):
    shop = town.rig()
    figs, limes, nuts = (town.bead(shop, each) for each in ("figs", "limes", "nuts"))
    town.sling(figs, limes)
    for each in (figs, limes):
        given_up(town, each)
    town.sling(limes)  # by a person, who then takes it off
    beads.release(town.town, limes.id, TESS, reason="not today")
    town.clock.advance(298)
    assert patrol.patrol(town.town, shop) == 1.0
    fates = {each.bead: each.fate for each in status.given_back(town.town)}
    assert fates == {figs.id: "cooling", limes.id: "left"}
    town.clock.advance(1)
    moves.park(town.town, shop, TESS)
    assert patrol.patrol(town.town, shop) is None
    moves.unpark(town.town, shop, TESS)
    pausing.pause(town.town, TESS)
    assert patrol.patrol(town.town, shop) is None
    pausing.resume(town.town, TESS)
    patrol.patrol(town.town, shop)
    found = [town.now(each).status for each in (figs, limes, nuts)]
    assert found == ["hooked", "open", "open"]
    assert town.story(shop)[-1].startswith(f"deacon: sling {figs.id} to shop/polecats/")
    # By hand a person may want it, whoever took it off.
    assert patrol.again(town.town, town.now(limes)).fate is Fate.COOLING
    town.clock.advance(300)
    assert patrol.again(town.town, town.now(limes)).fate is Fate.DISPATCHED


def test_a_bead_comes_off_the_hook_of_a_crew_member_who_left_an_hour_ago(town):
    shop = town.rig()
    crew.add(town.town, shop, "max", TESS)
    figs = town.bead(shop, "figs")
    town.sling(figs, to="shop/crew/max")
    ledger = town.town.ledger_at(shop)

    def left(now):
        gone = now.agent_at("shop/crew/max").replace(
            status=AgentStatus.RETIRED, closed_at=town.town.now()
        )
        return Change("max leaves", (gone,))

    assert patrol.patrol(town.town, shop) is None
    ledger.transact(left, TESS)
    assert patrol.patrol(town.town, shop) == 3600.0
    town.clock.advance(3600)
    assert status.stale_hooks(town.town, max_age=3600, dry_run=True)[0].released is False
    patrol.patrol(town.town, shop)
    assert (town.now(figs).status, town.now(figs).assignee) == ("open", "")
    assert town.now(figs).reason.startswith("shop/crew/max is no agent any more")


def test_who_answers_nothing_is_asked_and_then_on_a_warrant(town):
    shop = town.rig()
    town.sling(town.bead(shop, "figs", "sleep 60"))
    town.turn()
    [who] = ending.running(shop)
    assert patrol.patrol(town.town, shop) == 2400.0
    town.clock.advance(2400)
    waits = []
    for _ in range(6):
        waits.append(patrol.patrol(town.town, shop))
        town.clock.advance(waits[-1] or 0)
    assert waits == [30.0, 300.0, 30.0, 300.0, 30.0, None]
    [found] = filing.every(town.town)
    assert (found.about, found.created_by) == (who, "deacon")
    assert found.description.startswith("3 pings in a row unanswered")
    assert [each.fails for each in memory.read(shop)] == [3]


def test_what_is_told_of_the_deacon_keeps_its_schema(town):
    shop = town.rig()
    figs = town.bead(shop, "figs", "sleep 60")
    town.sling(figs)
    given_up(town, figs)
    # To the command line the town's clock has long gone on.
    assert answered(town, "deacon redispatch-state")[0]["fate"] == "dispatched"
    assert answered(town, "deacon redispatch", figs.id)["fate"] == "dispatched"
    refused = gt("deacon", "redispatch", figs.id, cwd=town.town.root)
    assert (refused.code, refused.stdout) == (1, f"{figs.id} is left: it is not open\n")
    assert answered(town, "deacon pause", "-r", "quiet, please")["why"] == "quiet, please"
    told = gt("status", cwd=town.town.root).stdout
    assert "by Tess Ter: quiet, please" in told
    deacon = {"GT_AGENT": "deacon", "GT_ROLE": "deacon"}
    primed = gt("prime", cwd=town.town.root, env=deacon)
    assert "make no patrol" in primed.stdout
    refused = gt("deacon", "heartbeat", "hm", cwd=town.town.root)
    assert refused.stderr.splitlines()[1] == "hint: git gt deacon resume"
    assert answered(town, "deacon resume")["changed"]
    assert answered(town, "deacon heartbeat", "looked")["did"] == "looked"
    assert answered(town, "deacon status")["heartbeat"]["cycle"] == 1
    town.turn()
    who = town.now(figs).assignee
    words = ("--timeout", "0", "--failures", "1")
    asked = gt("deacon", "health-check", who, *words, "--json", cwd=town.town.root)
    assert (asked.code, asked.stderr) == (2, "")
    validator("health-check").validate(json.loads(asked.stdout))
    assert answered(town, "deacon health-state")[0]["fails"] == 1
    assert answered(town, "deacon stale-hooks") == []
    assert answered(town, "deacon feed-stranded") == []
    assert answered(town, "deacon zombie-scan") == []


def test_a_command_that_finds_notes_unheard_looks_after_the_watcher(town):
    note = town.town.gt / "spool" / "push-1"
    note.parent.mkdir(exist_ok=True)
    note.write_text("somewhere")
    gt("agents", cwd=town.town.root)  # from now on it is known where the ledgers are
    heartbeat.write(town.town.gt, heartbeat.Heartbeat(0.0, None, 1))
    assert gt("agents", cwd=town.town.root).stderr == ""
    old = note.stat().st_mtime - 1000
    os.utime(note, (old, old))
    agent = gt("agents", cwd=town.town.root, env={"GT_AGENT": "shop/polecats/toast"})
    assert agent.stderr == ""
    told = gt("agents", cwd=town.town.root).stderr
    assert told == "gt: the watcher is 16 min late: nobody to wake is left\n"
