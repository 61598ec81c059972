"""Agents in a jail: they do their work, and see and change nothing else."""

from __future__ import annotations

import json
import os

import pytest

from gitgt.model.lifecycle import BeadStatus
from gitgt.runtime import jail
from gitgt.services import commit, settings
from gitgt.services.jail import choice
from gitgt.services.sessions import sessions
from tests.support.commandline import gt
from tests.support.town import TESS

WHY_NOT = jail.problem()
needs_a_jail = pytest.mark.skipif(bool(WHY_NOT), reason=f"no jail can be had here: {WHY_NOT}")
OBSIDIAN = "shop/polecats/obsidian"


@pytest.fixture
def locked(town, monkeypatch):
    """A town whose settings want a jail."""
    monkeypatch.delenv(choice.OVERRIDE)
    say(town, jail="bwrap", visible=needed(town))
    return town


@pytest.fixture
def refusing(tmp_path, monkeypatch):
    """A bubblewrap as it is where nobody may make a user namespace."""
    programs = tmp_path / "programs"
    programs.mkdir()
    said = "bwrap: No permissions to create new namespace"
    (programs / "bwrap").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    (programs / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def needed(town):
    """Return where it lies what the agent of these tests is told to do.

    The agent itself is a script that its command line names, and so is seen anyway.
    """
    return [str(town.folder / "work")]


def say(town, **sessions_):
    content = settings.emit({"sessions": sessions_})
    commit.change(town.town, lambda: {"settings/config.yaml": content}, "sessions", TESS)


def output(town, shop):
    return sessions.look(shop, OBSIDIAN).run.output.read_text()


@needs_a_jail
def test_work_from_a_jail_lands(locked):
    shop = locked.rig()
    bead = locked.bead(shop, "Sell figs", "echo fig 9 >>prices.txt", "closes Figs")
    locked.sling(bead)
    locked.settle()

    assert locked.now(bead).status == BeadStatus.CLOSED
    assert locked.main(shop)[-1] == f"Sell figs ({bead.id})"
    assert locked.repo(shop).git("fsck", "--no-dangling") == ""


@needs_a_jail
def test_who_asks_us_from_a_jail_is_answered(locked):
    shop = locked.rig()
    bead = locked.bead(
        shop,
        "Sell figs",
        "git gt hook",
        "echo fig 9 >>prices.txt",
        "git gt done",
        "git gt bead list --rig shop",
    )
    locked.sling(bead)
    locked.settle()

    assert locked.now(bead).status == BeadStatus.CLOSED, output(locked, shop)
    assert f"{bead.id}" in output(locked, shop)
    assert "gt: " not in output(locked, shop)


@needs_a_jail
def test_nothing_of_the_home_is_seen_and_nothing_of_the_town_is_changed(
    locked, home, monkeypatch
):
    (home / ".ssh").mkdir()
    (home / ".ssh/id_ed25519").write_text("secret")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(home / "agent.sock"))
    shop = locked.rig()
    root, common = locked.town.root, shop.repository_path
    other = locked.sandbox(shop, "onyx").path
    other.mkdir(parents=True)
    tries = [
        f"ls -A {str(home)!r}",
        f"cat {str(home)!r}/.ssh/id_ed25519",
        f"echo x >{str(root)!r}/settings/config.yaml",
        f"echo x >{str(common)!r}/config",
        f"echo x >{str(common)!r}/hooks/post-commit",
        f"echo x >{str(common)!r}/gt/command",
        f"echo x >{str(root)!r}/.git/config",
        f"echo x >{str(other)!r}/x",
        "echo x >/usr/x",
        f"tr '\\0' '\\n' </proc/{os.getpid()}/environ",
        "ls -A /run /tmp /root /home | grep -v pytest",
    ]
    script = [
        f"( {each} ) 2>/dev/null && echo DONE {number}" for number, each in enumerate(tries)
    ]
    bead = locked.bead(shop, "Look around", *script, "echo mine >own && echo OWN")
    locked.sling(bead)
    locked.settle()

    told = output(locked, shop)
    assert "secret" not in told
    assert "SSH_AUTH_SOCK" not in told
    done = [line for line in told.splitlines() if line.startswith(("DONE", "OWN"))]
    # Only to look at the home, which is empty, and at what is hidden; and its own sandbox.
    assert set(done) <= {"DONE 0", "DONE 10", "OWN"}
    assert "OWN" in done
    assert ".ssh" not in told


@needs_a_jail
def test_a_jail_without_a_network_has_none(locked):
    say(locked, jail="bwrap", network=False, visible=needed(locked))
    shop = locked.rig()
    bead = locked.bead(shop, "Look around", "cut -d: -f1 -s /proc/net/dev | tr -d ' '")
    locked.sling(bead)
    locked.settle()

    assert output(locked, shop).splitlines()[-1:] == ["lo"]


def test_where_none_can_be_had_the_ledger_says_so_once(town, monkeypatch, refusing):
    monkeypatch.setenv(choice.OVERRIDE, "auto")
    shop = town.rig()
    first = town.bead(shop, "Sell figs", "echo fig 9 >>prices.txt", "closes Figs")
    second = town.bead(shop, "Sell kiwis", "echo kiwi 2 >kiwis.txt", "closes Kiwis")
    town.sling(first, second)
    town.settle()

    told = [line for line in town.story() if "jail" in line]
    assert told == [
        "dispatcher: agents run without a jail: bwrap: No permissions to create new namespace"
    ]
    assert [town.now(each).status for each in (first, second)] == [BeadStatus.CLOSED] * 2
    shown = gt("status", cwd=town.town.root).stdout.splitlines()
    assert "agents run without a jail: bwrap: No permissions to create new namespace" in shown
    fields = json.loads(gt("status", "--json", cwd=town.town.root).stdout)
    assert fields["unjailed"] == "bwrap: No permissions to create new namespace"


@needs_a_jail
def test_where_one_can_be_had_again_the_waiver_ends(town, monkeypatch):
    choice.record(town.town, "bwrap is not there")
    monkeypatch.setenv(choice.OVERRIDE, "auto")
    shop = town.rig()
    town.sling(town.bead(shop, "Idle"))
    town.settle()

    assert [line for line in town.story() if "jail" in line] == [
        "dispatcher: agents run without a jail: bwrap is not there",
        "dispatcher: agents run in a jail again",
    ]


def test_a_jail_that_is_wanted_and_not_there_is_said_before_anything_runs(
    town, monkeypatch, refusing
):
    monkeypatch.delenv(choice.OVERRIDE)
    say(town, jail="bwrap")
    shop = town.rig()
    bead = town.bead(shop, "Sell figs", "echo fig 9 >>prices.txt", "closes Figs")
    town.sling(bead)
    town.settle()

    assert town.now(bead).status == BeadStatus.OPEN
    assert "bwrap: No permissions to create new namespace" in town.now(bead).reason
    assert town.sessions() == []


def test_the_rigs_settings_go_before_the_towns(town, monkeypatch):
    monkeypatch.delenv(choice.OVERRIDE)
    shop = town.rig()
    assert choice.choice(town.town, shop) == choice.Choice()
    say(town, jail="bwrap", visible=["~/.rustup"])
    content = settings.emit({"sessions": {"jail": "none"}})
    commit.change(town.town, lambda: {shop.settings_name: content}, "rig", TESS)

    assert choice.choice(town.town, town.town).wanted == "bwrap"
    assert choice.choice(town.town, shop) == choice.Choice(
        choice.Wanted.NONE, visible=("~/.rustup",)
    )
    assert choice.choice(town.town, shop, {choice.OVERRIDE: "auto"}).wanted == "auto"
