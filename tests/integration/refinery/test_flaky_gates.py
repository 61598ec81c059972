"""Gates that are wrong now and then: counted, shown, asked to be mended, set aside."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import NotAllowedError, RefusedError
from gitgt.model.actor import Actor
from gitgt.model.documents import Outcome
from gitgt.services import beads
from gitgt.services.gates import gate
from tests.support.commandline import gt
from tests.support.shop import Shop
from tests.support.town import TESS

BAD = "FIXME\n"


def file(name: str, text: str = "fine\n") -> dict[str, str]:
    return {f"{name}.txt": text}


@pytest.fixture
def shop(town):
    return Shop(town, town.rig())


def moody(town, shop) -> None:
    """Give the shop a gate that is red the first time that it sees a tree."""
    seen = town.folder / "seen"
    seen.mkdir()
    town.gate(
        shop.rig,
        f"""sh -c 't={str(seen)!r}/$(git rev-parse HEAD^{{tree}}); """
        """[ -e "$t" ] || { touch "$t"; exit 1; }'""",
        name="moody",
    )
    gate.remove(town.town, shop.rig, "check", TESS)


def to_fix(town, shop) -> list:
    now = town.ledger(shop.rig)
    return [town.now(each) for each in now.index.labeled(now.commit, "flaky-gate")]


def test_somebody_is_asked_to_mend_a_gate_that_is_wrong_too_often_once(town, shop):
    moody(town, shop)
    first = shop.ask("a", file("a"))
    town.settle()
    assert shop.status(first) == ["landed"]
    (fix,) = to_fix(town, shop)
    assert (fix.title, fix.type, fix.status) == ("Fix the flaky gate moody", "bug", "open")
    assert fix.description.startswith(
        "2 of 4 runs of moody were red on a tree on which it passed as well (50.0%)."
    )
    second = shop.ask("b", file("b"))
    town.settle()
    assert shop.status(second) == ["landed"]
    assert to_fix(town, shop) == [fix]


def test_it_is_opened_again_only_if_the_gate_is_wrong_again(town, shop):
    moody(town, shop)
    shop.ask("a", file("a"))
    town.settle()
    (fix,) = to_fix(town, shop)
    town.clock.advance(60)
    beads.close(town.town, fix.id, TESS, outcome=Outcome.SUCCESS, reason="It was the moon")
    shop.ask("b", {"README.md": "# Shop\n", "a.txt": "fine\n"})  # which is nothing new
    town.settle()
    assert town.now(fix).status == "closed"
    town.clock.advance(60)
    shop.ask("c", file("c"))
    town.settle()
    assert (town.now(fix).status, town.now(fix).reason) == ("open", "it is back")


def test_status_shows_what_is_flaky_and_what_is_set_aside(town, shop):
    moody(town, shop)
    shop.ask("a", file("a"))
    town.settle()
    town.gate(shop.rig, "true", name="lint")
    gate.quarantine(town.town, shop.rig, "lint", "Says yes to all", TESS)
    status = gt("status", cwd=town.town.root).stdout
    assert "  gates: moody (flaky: 50.0% of 4 runs), lint (in quarantine)\n" in status
    (rig,) = json.loads(gt("status", "--json", cwd=town.town.root).stdout)["rigs"]
    (flaky,) = rig["flaky"]
    assert (flaky["gate"], flaky["runs"], flaky["flakes"]) == ("moody", 4, 2)
    assert rig["quarantined"] == ["lint"]


def test_what_is_in_quarantine_is_run_on_what_landed_and_neither_blocks_nor_blames(town, shop):
    town.gate(shop.rig, "sh -c '! [ -e b.txt ]'", name="moody")
    assert gate.quarantine(town.town, shop.rig, "moody", "Fails on Mondays", TESS)
    assert not gate.quarantine(town.town, shop.rig, "moody", "Fails on Mondays", TESS)
    good, hated, bad = (
        shop.ask(name, file(name, text))
        for name, text in (("a", "1\n"), ("b", "1\n"), ("c", BAD))
    )
    town.settle()
    assert shop.status(good, hated, bad) == ["landed", "landed", "rejected"]
    assert town.now(bad).reason == "the gate check is red"
    assert to_fix(town, shop) == []
    why = json.loads(gt("gate", "why", "shop", "main", "--json", cwd=town.town.root).stdout)
    assert why["may_land"]
    told = [(each["gate"], each["verdict"], each["quarantine"]) for each in why["gates"]]
    assert told == [("check", "pass", ""), ("moody", "fail", "Fails on Mondays")]
    listed = gt("gate", "list", "shop", cwd=town.town.root).stdout
    assert listed.endswith("  (in quarantine: Fails on Mondays)\n")
    assert gate.release(town.town, shop.rig, "moody", TESS)
    late = shop.ask("d", file("d"))
    town.settle()
    assert shop.status(late) == ["queued"]
    log = town.repo().git("log", "-2", "--format=%an: %s", "shop/settings/config.yaml")
    assert log.splitlines() == [
        "Tess Ter: release moody of shop",
        "Tess Ter: quarantine moody of shop: Fails on Mondays",
    ]


def test_what_may_be_set_aside_is_up_to_people_and_never_all(town, shop):
    with pytest.raises(RefusedError, match="check is the only gate of shop that blocks"):
        gate.quarantine(town.town, shop.rig, "check", "Why not", TESS)
    town.gate(shop.rig, "true", name="lint")
    with pytest.raises(RefusedError, match="a quarantine needs a reason"):
        gate.quarantine(town.town, shop.rig, "lint", " ", TESS)
    with pytest.raises(RefusedError, match="shop has no gate 'no'"):
        gate.quarantine(town.town, shop.rig, "no", "Why not", TESS)
    with pytest.raises(NotAllowedError):
        gate.quarantine(
            town.town, shop.rig, "lint", "Why not", Actor.agent("shop/polecats/nux")
        )
