"""Handoffs: another session goes on in the same place, whoever is killed, and not for ever."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import partial

import pytest

from gitgt.errors import BusyError, NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.runtime.jail import problem
from gitgt.services import commit, settings
from gitgt.services.agents import attended, crew, hook, post
from gitgt.services.handoff import compaction, over, relief, told
from gitgt.services.handoff.over import Words
from gitgt.services.handoff.seat import seat_of
from gitgt.services.sessions import session_records, sessions
from tests.support.commandline import gt
from tests.support.deaths import announced, do, traces
from tests.support.outputs import validator
from tests.support.town import TESS
from tests.support.waiting import until

ANN = "shop/crew/ann"
OBSIDIAN = "shop/polecats/obsidian"
# An agent that writes down that it sits, and goes on until it is ended.
SITS = (
    "sh -c 'echo $GT_SESSION >>.git/sat 2>/dev/null || echo $GT_SESSION >>sat; exec sleep 900'"
)


@pytest.fixture
def shop(town):
    """A rig with Ann in its crew."""
    town.runtime("sits", "sh -c 'exec sleep 900'")
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    return shop


def sit(town, who=None):
    """Let Ann, or somebody else, begin a session."""
    attended.start(town.town, who or post.of_crew(town.town.rig("shop"), "ann"), TESS,
                   attended.Wish(agent="sits"))  # fmt: skip


def seat(town, address=ANN):
    return seat_of(town.town, address)


def records(town, address=ANN):
    return session_records.records(town.town, seat(town, address).place, address=address)


def end_of(town, record):
    """Wait until a session is gone."""
    until(lambda: sessions.look(seat(town, record.address).place, record.address).state
          is not sessions.SessionState.RUNNING)  # fmt: skip


def hand_over(town, words=None, *, address=ANN, who=TESS):
    """Hand over, and let the successor sit down."""
    left = over.hand_over(town.town, seat(town, address), words or Words(text="Go on."), who)
    over.end(seat(town, address))
    end_of(town, left.record)
    town.turn()
    return left


def test_a_crew_member_hands_over_and_another_session_goes_on_in_the_same_place(town, shop):
    bead = town.bead(shop, "Sell figs")
    town.sling(bead, to=ANN)
    sit(town)
    desk = town.sandbox(shop, "../crew/ann")
    desk.write("figs.txt", "fig 6\n")

    hand_over(town, Words(subject="Half done", text="Prices are still missing."))

    first, second = records(town)
    assert (first.how, first.handoff.subject) == ("it was stopped", "Half done")
    assert (second.topic, second.follows, second.is_open) == ("handoff", first.id, True)
    assert (second.runtime, second.bead, second.cwd) == ("sits", bead.id, first.cwd)
    assert desk.read("figs.txt") == "fig 6\n"
    assert town.repo(shop).git("show", f"refs/gt/wip/{ANN}:figs.txt") == "fig 6"
    assert [each.id for each in hook.on(town.town, ANN)] == [bead.id]
    said = told.text(town.town, seat(town))
    assert f"an earlier session of yours, {first.id}, which handed over" in said
    assert "That handoff is done: do not hand over again" in said
    assert "| Prices are still missing." in said
    assert [each.type for each in town.town.events.read()][-3:] == [
        "session.handed-over", "session.ended", "session.started",
    ]  # fmt: skip


def test_a_polecat_keeps_its_bead_and_its_sandbox_and_no_try_is_counted(town, shop):
    bead = town.bead(
        shop, "Sell figs",
        "n=$(ls -A .. | wc -l); [ -e ready ] && { closes Figs; exit; }",
        "echo fig >ready; exec sleep 900",
    )  # fmt: skip
    town.sling(bead)
    town.turn()
    until((town.sandbox(shop, "obsidian").path / "ready").exists)
    me = Actor.agent(OBSIDIAN)
    left = over.hand_over(town.town, seat(town, OBSIDIAN), Words(text="Only close it."), me)
    over.end(seat(town, OBSIDIAN))
    end_of(town, left.record)
    assert sessions.starts(shop, town.ledger(shop), OBSIDIAN, bead.id) == (0, 0)
    town.settle()

    assert town.now(bead).status == "closed"
    first, second = records(town, OBSIDIAN)
    assert (second.follows, second.topic, second.cwd) == (first.id, "handoff", first.cwd)
    folder = sessions.folder_of(shop, OBSIDIAN, second.session)
    assert (
        "| Only close it." in json.loads((folder / "spec.json").read_text())["env"]["GT_PROMPT"]
    )
    assert town.escalations(shop) == []


@pytest.mark.parametrize("jail", ["none", "bwrap"])
def test_an_agent_types_it_and_the_next_one_ends_the_work(town, monkeypatch, jail):
    if jail == "bwrap" and problem():
        pytest.skip(problem())
    monkeypatch.setenv("GT_SESSIONS_JAIL", jail)
    seen = [str(town.folder / name) for name in ("agent.sh", "work")]
    content = settings.emit({"sessions": {"visible": seen}})
    commit.change(town.town, lambda: {"settings/config.yaml": content}, "sessions", TESS)
    rig = town.rig()
    bead = town.bead(
        rig, "Sell figs", "echo fig >>figs.txt",
        "[ -e handed ] && { rm handed; closes Figs; exit; }",
        "touch handed; git-gt handoff -s Half -m 'Only close it.'; exec sleep 900",
    )  # fmt: skip
    town.sling(bead)
    town.settle()

    assert town.now(bead).status == "closed"
    assert town.file(rig, "figs.txt") == "fig\nfig\n"
    first, second = records(town, OBSIDIAN)
    assert (first.handoff.subject, first.how) == ("Half", "it was stopped")
    assert (second.follows, second.how) == (first.id, "")


def test_two_handoffs_are_some_time_apart_and_a_loop_calls_a_person(town, shop):
    sit(town)
    hand_over(town)
    with pytest.raises(
        BusyError, match="may not hand over yet: it handed over 1 s ago"
    ) as error:
        over.hand_over(town.town, seat(town), Words(), TESS)
    assert error.value.hint == "in 119 s it may"
    for _ in range(2):
        town.clock.advance(600)
        hand_over(town)
    town.clock.advance(600)
    for _ in range(2):
        with pytest.raises(RefusedError, match="handed over 3 times and nothing came of it"):
            over.hand_over(town.town, seat(town), Words(), TESS)
    assert town.escalations(shop) == [
        (
            "high",
            f"{ANN} goes round in circles: it has handed over 3 times and nothing came of it",
        )
    ]
    town.sandbox(shop, "../crew/ann").commit("figs.txt", "fig 6\n")
    hand_over(town)
    assert [bool(each.handoff) for each in records(town)] == [True] * 4 + [False]


def test_said_again_a_handoff_is_the_same(town, shop):
    sit(town)
    first = over.hand_over(town.town, seat(town), Words(text="Once."), TESS)
    again = over.hand_over(town.town, seat(town), Words(text="Twice."), TESS)
    assert (again.note.text, again.record.id) == ("Once.", first.record.id)


@pytest.mark.parametrize("who", ["mayor", "shop/crew/max"])
def test_an_agent_hands_over_for_itself_alone_but_who_gives_out_work_may(town, shop, who):
    sit(town)
    with pytest.raises(NotAllowedError, match="may not hand over for shop/crew/ann"):
        over.hand_over(town.town, seat(town), Words(), Actor.agent(OBSIDIAN))
    hand_over(town, who=Actor.agent(who))
    assert len(records(town)) == 2


def test_the_mayor_hands_over_in_the_town(town, shop):
    sit(town, post.mayor(town.town))
    hand_over(town, address="mayor")
    first, second = records(town, "mayor")
    assert second.follows == first.id
    assert session_records.records(town.town, shop) == []


def test_before_a_compaction_the_crew_hands_over_and_a_polecat_notes_how_far_it_is(town, shop):
    sit(town)
    left = compaction.compacting(town.town, ANN)
    assert (left.note.reason, left.runs) == ("compaction", True)
    assert "Branch:\ncrew/ann" in left.note.text

    bead = town.bead(shop, "Sell figs", "echo fig >figs.txt; exec sleep 900")
    town.sling(bead)
    town.turn()
    until((town.sandbox(shop, "obsidian").path / "figs.txt").exists)
    assert compaction.compacting(town.town, OBSIDIAN) is None
    said = told.text(town.town, seat(town, OBSIDIAN))
    assert "checkpoint of" in said
    assert "| ?? figs.txt" in said
    assert not records(town, OBSIDIAN)[-1].handoff


def test_a_kill_between_any_two_acts_leaves_the_old_session_or_a_new_one(town, shop, tmp_path):
    journal = tmp_path / "acts"
    numbers = [0]
    sit(town)
    while numbers:
        number = numbers.pop()
        before = records(town)
        town.clock.advance(600)
        town.sandbox(shop, "../crew/ann").commit(f"{len(before)}.txt", "x\n")
        with announced(journal, number):
            do(partial(_hand_over, town))
        numbers += [] if number else traces(journal)
        journal.unlink()
        fresh = records(town)[len(before) :]
        assert [each.topic for each in fresh if session_records.has_begun(each)][-1:] == [
            "handoff"
        ], number
        assert fresh[-1].follows == before[-1].id, number
        sitting = sessions.look(shop, ANN)
        assert (sitting.state, sitting.session) == ("running", fresh[-1].session), number
    assert len(records(town)) > 8


def _hand_over(town):
    """What a person types, and what a watcher does; whoever was killed looks again."""
    place = town.town.rig("shop")
    with suppress(BusyError):  # it has handed over, before somebody was killed
        left = over.hand_over(town.town, seat(town), Words(text="Go on."), TESS)
        over.end(seat(town))
        end_of(town, left.record)
    for _ in range(2):
        sessions.tell_ended(town.town, place, sessions.look_all(place))
        for where, record in relief.relieve(town.town, place):
            relief.succeed(town.town, where, record)
        until(lambda: not _is_ending(town, place))


def _is_ending(town, place):
    """Tell whether a session goes on that is to end."""
    last, seen = session_records.last(town.town, place, ANN), sessions.look(place, ANN)
    return last.handoff and (seen.state, seen.session) == ("running", last.session)


def test_a_handoff_is_typed(town, shop):
    sit(town)
    root = town.town.root
    env = {"GT_AGENT": ANN, "GT_TOWN_ROOT": str(root)}
    shown = gt("handoff", "-n", "-m", "Go on.", cwd=root, env=env)
    assert shown == (0, f"{ANN} would hand over: Go on.\nGo on.\n", "")
    (record,) = records(town)
    noted = gt("checkpoint", "write", "-m", "Prices next", cwd=root, env=env)
    assert noted == (0, f"noted how far {ANN} is: Prices next\n", "")
    for words, name in (
        (("checkpoint", "read"), "left"),
        (("resume",), "inherited"),
        (("handoff", "-n"), "left"),
        (("handoff", "--auto"), "left"),
    ):
        done = gt(*words, "--json", cwd=root, env=env)
        assert (done.code, done.stderr) == (0, "")
        validator(name).validate(json.loads(done.stdout))
    assert gt("checkpoint", "clear", cwd=root, env=env).code == 0
    assert gt("resume", cwd=root, env=env) == (0, f"nothing was left to {ANN}\n", "")
    done = gt("handoff", "shop/ann", "-y", "-s", "Over", "-m", "Go on.", cwd=root)
    assert done == (0, f"{ANN} hands over {record.id}: Over\n", "")
    end_of(town, record)
    town.turn()
    at = records(town)[0].handoff.at
    assert gt("resume", cwd=root, env=env) == (
        0, f"handed over at {at} by {record.id}:\n  Over\n  Go on.\n", "",
    )  # fmt: skip
    again = gt("handoff", cwd=root, env=env)
    assert (again.code, again.stdout) == (4, "")


def test_the_end_of_who_hands_over_sets_off_the_successor_where_nobody_watches(town, shop):
    sit(town)
    left = over.hand_over(town.town, seat(town), Words(text="Go on."), TESS)
    over.end(seat(town))

    folder = sessions.folder_of(seat(town).place, ANN, left.record.session)
    assert json.loads((folder / "stop").read_text())["goes_on"]


def test_where_no_session_of_ours_runs_the_note_waits(town, shop):
    cwd = shop.path / "crew/ann"
    done = gt("handoff", "-y", "-m", "Go on.", "--json", cwd=cwd)
    answer = json.loads(done.stdout)
    validator("left").validate(answer)
    assert (answer["runs"], answer["text"]) == (False, "Go on.")
    town.turn()
    assert len(records(town)) == 1
    sit(town)
    assert "| Go on." in told.text(town.town, seat(town))
    assert os.fspath(cwd) == records(town)[-1].cwd
