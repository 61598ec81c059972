"""What agents ask of commands that is for people, or for whoever gives out work."""

import pytest

from gitgt.services.agents import crew
from tests.support.commandline import gt
from tests.support.town import TESS
from tests.support.waiting import until

POLECAT = {"GT_AGENT": "shop/polecats/toast"}
CREW = {"GT_AGENT": "shop/crew/ann"}
FOR_PEOPLE = (
    "down",
    "hooks uninstall",
    "crew remove max --rig shop --force",
    "crew rename max maxi --rig shop",
    "session inject shop/obsidian -m hello",
)
NOT_ITS_OWN = (
    "polecat nuke shop/obsidian --force",
    "polecat gc shop",
    "polecat stale shop --cleanup",
    "session start shop/obsidian",
    "session stop shop/obsidian",
    "crew add eva --rig shop",
    "crew stop --all --rig shop",
    "crew refresh max --rig shop",
    "crew pristine --all --rig shop",
    "mayor start",
    "mayor stop",
)


@pytest.fixture
def shop(town):
    made = town.rig(gate=None)
    for name in ("ann", "max"):
        crew.add(town.town, made, name, TESS)
    town.sling(town.bead(made, "Sell plums", "sleep 100"))
    until(lambda: town.turn() or town.sessions())
    return made


def test_an_agent_leaves_alone_what_is_not_its_own(town, shop):
    before = town.ledger(shop).commit, town.ledger().commit, town.sessions()
    for line in (*FOR_PEOPLE, *NOT_ITS_OWN):
        code, _, said = gt(*line.split(), cwd=shop.path, env=POLECAT)
        assert code == 1, line
        assert said.startswith("gt: shop/polecats/toast is an agent, and "), line
    assert before == (town.ledger(shop).commit, town.ledger().commit, town.sessions())
    assert (shop.path / "crew/max").is_dir()
    assert not (shop.path / "crew/eva").exists()


def test_who_gives_out_work_looks_after_sessions_and_ends_no_town(shop):
    for line in FOR_PEOPLE:
        assert gt(*line.split(), cwd=shop.path, env=CREW).code == 1, line
    said = gt("session", "stop", "shop/obsidian", cwd=shop.path, env=CREW)
    assert said[:2] == (0, "shop/polecats/obsidian was stopped\n")


def test_an_agent_is_let_into_its_own_mail_only(shop):
    gt("mail", "send", "shop/ann", "-s", "For you", cwd=shop.path)
    refusal = (
        "gt: shop/polecats/toast is let into its own mail only, and not into that of "
        "shop/crew/ann\nhint: git gt mail inbox\n"
    )
    for words in ("inbox", "peek", "check", "check --inject", "clear shop/ann"):
        named = () if "shop/ann" in words else ("--identity", "shop/ann")
        answer = gt("mail", *words.split(), *named, cwd=shop.path, env=POLECAT)
        assert answer == (1, "", refusal)
    assert gt("mail", "inbox", "--identity", "shop/ann", cwd=shop.path, env=CREW).code == 0


def test_an_agent_commits_nothing_to_the_towns_settings(town):
    done = town.repo().attempt("commit", "--allow-empty", "-qm", "Mine", env=POLECAT)
    assert "gt: an agent may not move refs/heads/main\n" in done.stderr
