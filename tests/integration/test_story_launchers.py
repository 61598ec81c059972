"""Scripted agents at work in a town, in tmux and on pseudo terminals."""

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.runtime.environment import town_mark
from gitgt.runtime.terminal import tmux
from gitgt.services.sessions import runtimes
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.stage import HAS_TMUX
from tests.support.town import TESS
from tests.support.waiting import until as _until


def until(look):
    return _until(look, patience=20)


OBSIDIAN = "shop/polecats/obsidian"
SCRIPT = "```gitgt-script {faults}\necho 1 >one\ngit add one\ngit commit -qm 'Add one'\n```\n"
KINDS = [
    "process",
    pytest.param("tmux", marks=pytest.mark.skipif(not HAS_TMUX, reason="there is no tmux")),
]


@pytest.fixture(params=KINDS)
def shop(request, town, tmp_path, monkeypatch):
    """A rig whose agents are scripted, and sit on a terminal."""
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
    monkeypatch.setenv("GT_SESSIONS_LAUNCHER", request.param)
    where = town.rig(gate="true")
    runtimes.forget(town.town, "script", TESS)  # the builder's own; the preset is meant
    runtimes.set_default(town.town, "script", TESS)
    yield where
    for line in json.loads(gt("session", "list", "--json", cwd=town.town.root).stdout):
        gt("session", "stop", line["address"], cwd=town.town.root)
    if HAS_TMUX:
        server = tmux.Tmux(tmux.socket_of(town_mark(town.town.root)))
        until(lambda: server.sessions() == [])


def _slung(town, shop, faults=""):
    bead = town.bead(shop, "Add one", description=SCRIPT.format(faults=faults))
    town.sling(bead, to=OBSIDIAN)
    town.turn()
    return bead


def _told(town, *words):
    """Return what a command answers, checked against its schema."""
    answer = gt(*words, "--json", cwd=town.town.root)
    found = json.loads(answer.stdout)
    name = " ".join(words[:2]) if words[0] == "session" else words[0]
    validator(OTHERS[name]).validate(found)
    return found


def test_work_is_done_on_a_terminal_and_lands(town, shop):
    bead = _slung(town, shop)
    until(lambda: town.now(bead).merge_request)
    town.turn()

    until(lambda: (town.turn(), town.now(bead).status == "closed")[1])
    assert town.file(shop, "one") == "1\n"
    status = _told(town, "session", "status", "shop/obsidian")
    assert (status["state"], status["turn"], status["bead"]) == ("running", "idle", bead.id)
    assert "done: 4 steps" in "\n".join(_told(town, "peek", OBSIDIAN)["lines"])


def test_a_session_is_seen_stopped_and_begun_again(town, shop, request):
    bead = _slung(town, shop, "hang@2")
    until((town.sandbox(shop, "obsidian").path / "one").exists)
    (seen,) = _told(town, "session", "list")
    assert (seen["address"], seen["turn"], seen["problem"]) == (OBSIDIAN, "busy", "")

    stopped = gt("session", "stop", OBSIDIAN, cwd=town.town.root)
    assert stopped.stdout == f"{OBSIDIAN} was stopped\n"
    assert stopped.stderr == (
        f"hint: {bead.id} is on its hook, so a watcher starts it again: git gt unsling\n"
    )
    assert _told(town, "session", "list") == []
    assert _told(town, "session", "check", "shop") == [
        {"address": OBSIDIAN, "what": f"{bead.id} is on its hook, and it has no session"}
    ]
    assert town.repo(shop).git("show", f"refs/gt/wip/{OBSIDIAN}:one") == "1"

    begun = _told(town, "session", "start", OBSIDIAN)
    assert begun["session"] == seen["session"][:-1] + "2"
    assert _told(town, "session", "stop", OBSIDIAN)["stopped"]


def test_what_is_typed_is_read_or_it_is_told_that_it_was_not(town, shop):
    _slung(town, shop)
    until(lambda: _told(town, "session", "status", OBSIDIAN)["turn"] == "idle")

    said = gt("session", "inject", OBSIDIAN, "-m", "what did you do?", cwd=town.town.root)
    assert (said.stdout, said.stderr) == (f"{OBSIDIAN} reads it\n", "")
    until(lambda: "asked: what did you do?" in gt("peek", OBSIDIAN, cwd=town.town.root).stdout)


def test_a_deaf_one_is_told_of(town, shop):
    _slung(town, shop, "deaf")
    until(lambda: _told(town, "session", "status", OBSIDIAN)["turn"] == "idle")

    said = gt("session", "inject", OBSIDIAN, "-m", "hello?", cwd=town.town.root)
    assert said == (
        4,
        "",
        (
            f"gt: it was typed, and {OBSIDIAN} has not begun to read it\n"
            f"hint: git gt peek {OBSIDIAN} shows what it does\n"
        ),
    )


def test_its_limit_and_its_dialogs_are_seen(town, shop):
    _slung(town, shop, "quota")

    until(lambda: _told(town, "session", "status", OBSIDIAN)["limit"])
    assert _told(town, "session", "status", OBSIDIAN)["limit"] == (
        "You've hit your usage limit · resets 7pm"
    )


def test_who_has_nothing_to_do_is_not_begun(town, shop):
    town.bead(shop, "Another")
    refused = gt("session", "start", OBSIDIAN, cwd=town.town.root)

    assert refused == (
        1,
        "",
        (
            f"gt: {OBSIDIAN} has nothing on its hook, so it has nothing to begin for\n"
            f"hint: git gt sling BEAD {OBSIDIAN}\n"
        ),
    )
