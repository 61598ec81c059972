"""What is kept of sessions for good: once, whoever is killed, and known to all clones."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from functools import partial

import pytest

from gitgt.errors import AmbiguousError, GtError, NotFoundError
from gitgt.ledger.session_records import REF, SessionRecords, join
from gitgt.model.session_record import Usage
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.presets import Prompt, Runtime
from gitgt.runtime.progress import Progress, Turn, change
from gitgt.services import sharing
from gitgt.services.sessions import session_records, sessions
from tests.support.clones import Place, hub
from tests.support.deaths import announced, do, traces
from tests.support.waiting import until

MAYOR = "mayor"


def sitting(town, *, session="one", argv=("true",), at=0.0):
    """Return a session of the mayor."""
    return Assignment(
        address=MAYOR, role="mayor", runtime=Runtime("plain", argv, Prompt.NONE, ()),
        town=town.root, worktree=town.root, session=session, at=at,
    )  # fmt: skip


def ended(town):
    """Return how the mayor's session ended, once it has."""
    seen = sessions.look(town, MAYOR)
    return seen if seen.state is sessions.SessionState.ENDED else None


def told(record):
    """Return what of a record is the same wherever a test runs."""
    varying = ("id", "session", "cwd", "host", "place", "ended", "permission")
    return {key: value for key, value in record.plain().items() if key not in varying}


def test_a_polecats_sitting_is_recorded_from_beginning_to_end(town):
    shop = town.rig()
    bead = town.bead(shop, "Sell figs", "echo fig >fig", "closes Figs")
    town.sling(bead)
    town.settle()

    (record,) = session_records.records(town.town)
    assert told(record) == {
        "address": "shop/polecats/obsidian", "role": "polecat", "rig": "shop", "bead": bead.id,
        "attempt": 1, "runtime": "script", "started": "2026-11-22T14:30:03.000Z",
    }  # fmt: skip
    assert record.ended >= record.started
    assert record.cwd == str(town.sandbox(shop, "obsidian").path)
    assert record.place == str(town.town.root)
    assert session_records.find(town.town, record.id[:6]) == record
    assert session_records.records(town.town, shop, address="shop/polecats/nobody") == []
    log = town.repo(shop).git("log", "--format=%an %s", REF)
    assert log.splitlines() == [
        "gitgt shop/polecats/obsidian gets up",
        "gitgt shop/polecats/obsidian sits down",
    ]


def test_what_the_program_told_is_kept_when_it_ends(town):
    sessions.begin(town.town, town.town, sitting(town.town, argv=("false",)))
    folder = sessions.folder_of(town.town, MAYOR, "one")
    change(folder, lambda _: Progress(turn=Turn.READY, conversation="c0ffee", model="m-1"))
    until(lambda: ended(town.town))
    sessions.tell_ended(town.town, town.town, sessions.look_all(town.town))
    session_records.note_usage(
        town.town, town.town, MAYOR, "one", {"m-1": Usage(input=3, output=4)}
    )
    session_records.note_usage(town.town, town.town, MAYOR, "one", {"m-1": Usage(input=2)})

    (record,) = session_records.records(town.town, town.town)
    assert told(record) == {
        "address": "mayor", "role": "mayor", "attempt": 1, "runtime": "plain", "model": "m-1",
        "conversation": "c0ffee", "started": "2026-11-22T14:30:00.000Z",
        "how": "it exited with 1",
        "usage": {"m-1": {"input": 3, "output": 4, "cache_read": None, "cache_write": None}},
    }  # fmt: skip
    assert session_records.find(town.town, "c0f") == record


def test_what_cannot_begin_has_a_record_that_says_so(town):
    with pytest.raises(GtError, match="no program"):
        sessions.begin(town.town, town.town, sitting(town.town, argv=("no-such-program",)))

    (record,) = session_records.records(town.town)
    assert (record.is_open, "no-such-program" in record.how) == (False, True)


def test_who_takes_the_seat_tells_of_the_last_one_first(town):
    for session in ("twin", "two"):
        sessions.begin(town.town, town.town, sitting(town.town, session=session))
        until(lambda: ended(town.town))
        town.clock.advance()

    found = [(each.session, each.is_open) for each in session_records.records(town.town)]
    assert found == [("twin", False), ("two", True)]
    assert session_records.find(town.town, "two").is_open
    with pytest.raises(AmbiguousError):
        session_records.find(town.town, "tw")


def test_a_name_that_is_given_again_is_another_session(town):
    for _ in range(3):
        sessions.begin(town.town, town.town, sitting(town.town, at=town.clock()))
        until(lambda: ended(town.town))
        sessions.tell_ended(town.town, town.town, sessions.look_all(town.town))
        shutil.rmtree(sessions.root_of(town.town))  # what may be lost
        town.clock.advance()

    first, second, third = session_records.records(town.town)
    assert (second.id, third.id) == (f"{first.id}-2", f"{first.id}-3")
    with pytest.raises(NotFoundError):
        session_records.find(town.town, "nobody")


def test_a_kill_between_any_two_acts_leaves_one_record_of_one_sitting(town, tmp_path):
    journal = tmp_path / "acts"
    numbers = [0]
    while numbers:
        number = numbers.pop()
        with announced(journal, number):
            do(partial(_sit, town.town, f"s{number}"))
        numbers += [] if number else traces(journal)
        journal.unlink()
    hows = {}
    for each in session_records.records(town.town):
        assert not each.is_open, each
        hows.setdefault(each.session, []).append(each.how)
    assert len(hows) > 5
    for session, how in hows.items():  # one that began, and before it perhaps one that did not
        assert how in ([""], ["it vanished without a word", ""]), session


def _sit(town, session):
    """Let the mayor sit once, whatever a killed one has done of it."""
    last = sessions.look(town, MAYOR)
    if last.session != session or last.run.state == "lost":
        sessions.begin(town, town, sitting(town, session=session))
    until(lambda: ended(town))
    sessions.tell_ended(town, town, sessions.look_all(town))


def test_many_who_write_at_once_all_are_kept(town):
    children = [_child(town.town, number) for number in range(6)]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0

    found = session_records.records(town.town, town.town)
    assert sorted(each.session for each in found) == [
        f"{n}-{m}" for n in range(6) for m in "abc"
    ]


def _child(town, number):
    child = os.fork()
    if child:
        return child
    try:
        for each in "abc":
            session_records.note_started(town, town, sitting(town, session=f"{number}-{each}"))
        os._exit(0)
    finally:
        os._exit(1)


def test_clones_know_each_others_sessions(tmp_path):
    url = str(hub(tmp_path).path)
    here = Place(tmp_path / "here", url)
    here.sync()
    there = Place(tmp_path / "there", url)
    for side in (here, there):
        worker = replace(sitting(side.town), address="shop/polecats/toast", rig="shop")
        session_records.note_started(side.town, side.rig, worker)
    mine, theirs = (each.repo.git("rev-parse", REF) for each in (here, there))
    for side in (here, there, here):
        assert sharing.exchange(side.town, side.rig, "origin")

    found = session_records.records(here.town)
    assert found == session_records.records(there.town)
    assert sorted(each.place for each in found) == sorted(
        str(each.town.root) for each in (here, there)
    )
    assert here.repo.git("rev-parse", REF) == there.repo.git("rev-parse", REF)
    repository = here.town.ledger_at(here.rig).repository
    assert join(repository, mine, theirs) == join(repository, theirs, mine)
    here.builder.close()
    there.builder.close()


def test_what_somebody_else_put_there_harms_nobody(town):
    session_records.note_started(town.town, town.town, sitting(town.town))
    repo = town.repo()
    blob = repo.git("hash-object", "-w", "--stdin", stdin="{}")
    tree = (
        f"100644 blob {blob}\tnotes\n040000 tree {repo.git('rev-parse', f'{REF}:mayor')}\tmayor"
    )
    made = repo.git("mktree", stdin=f"{tree}\n")
    repo.git("update-ref", REF, repo.git("commit-tree", "-m", "by hand", made))

    assert [each.session for each in session_records.records(town.town)] == ["one"]
    kept = SessionRecords(town.town.ledger.repository)
    assert kept.take_in(None) == repo.git("rev-parse", REF)
