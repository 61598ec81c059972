"""Sessions without a terminal, without taps, and started by a person."""

import subprocess
from pathlib import Path

import pytest

from gitgt.cli.session.whom import say_if_by_hand
from gitgt.services import sling
from gitgt.services.sessions import runtimes
from tests.support.commandline import gt
from tests.support.town import TESS
from tests.support.waiting import until

OBSIDIAN = "shop/polecats/obsidian"
SCRIPT = "```gitgt-script nodone\necho 1 >one\ngit add one\ngit commit -qm 'Add one'\n```\n"


@pytest.fixture
def begun(town, monkeypatch):
    """Start a scripted agent as the settings, and its runtime's, say; return where."""

    def begin(launcher, **different):
        monkeypatch.setenv("GT_SESSIONS_LAUNCHER", launcher)
        where = town.rig(gate="true")
        runtimes.forget(town.town, "script", TESS)  # the builder's own; the preset is meant
        runtimes.put(town.town, "mine", {"preset": "script", **different}, TESS)
        runtimes.set_default(town.town, "mine", TESS)
        return where

    yield begin
    gt("session", "stop", OBSIDIAN, cwd=town.town.root)


def _slung(town, where):
    bead = town.bead(where, "Add one", description=SCRIPT)
    town.sling(bead, to=OBSIDIAN)
    town.turn()
    return bead


def _status(town):
    told = gt("session", "status", OBSIDIAN, cwd=town.town.root).stdout
    return dict(line.split(": ", 1) for line in told.splitlines())


def test_a_session_without_a_terminal_takes_its_next_turn(town, begun):
    _slung(town, begun("exec"))
    first = until(lambda: each if (each := _status(town))["state"] == "ended" else None)

    said = gt("session", "inject", OBSIDIAN, "-m", "what did you do?", cwd=town.town.root)
    assert said == (0, f"{OBSIDIAN} reads it\n", "")
    assert _status(town)["session"] == f"{first['session'][:-1]}2"
    then = until(lambda: each if (each := _status(town))["state"] == "ended" else None)
    assert then["conversation"] == first["conversation"]
    assert "asked: what did you do?" in Path(then["transcript"]).read_text()


def test_a_program_without_taps_is_told_its_mail_once_it_is_ready(town, begun):
    where = begun("process", taps={"scope": "none"})
    sling.enlist(town.town, where, OBSIDIAN, TESS)
    send = ("mail", "send", OBSIDIAN, "-s", "Open", "-m", "the till is open")
    assert gt(*send, cwd=town.town.root).code == 0
    bead = _slung(town, where)

    until((town.sandbox(where, "obsidian").path / "one").exists)
    until(lambda: "the till is open" in gt("peek", OBSIDIAN, cwd=town.town.root).stdout)
    assert _status(town)["bead"] == bead.id


def test_a_person_starts_it_and_its_taps_tell_the_rest(town, begun, capsys):
    where = begun("manual")
    _slung(town, where)
    say_if_by_hand(where, OBSIDIAN)
    assert capsys.readouterr().err == (
        f"hint: a person begins it: git gt attach {OBSIDIAN} says what to type\n"
    )
    seen = _status(town)
    assert (seen["state"], seen["turn"], seen["launcher"]) == ("running", "starting", "manual")
    told = gt("attach", OBSIDIAN, cwd=town.town.root)
    assert told.stderr.startswith(f"gt: {OBSIDIAN} is started by a person\nhint: in ")

    enter = told.stderr.partition("hint: in ")[2].partition(": ")[2].strip()
    done = subprocess.run(
        ["sh", "-c", enter], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (town.sandbox(where, "obsidian").path / "one").exists()
    assert _status(town)["state"] == "ended"
