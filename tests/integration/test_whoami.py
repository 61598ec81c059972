"""As whom one acts: the environment says it, then the folder, then git."""

from __future__ import annotations

import json

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.services.agents import crew, whoami
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

ANN = "shop/crew/ann"


@pytest.fixture
def shop(town):
    """A rig with Ann in its crew."""
    shop = town.rig()
    crew.add(town.town, shop, "ann", TESS)
    return shop


def test_an_agent_says_who_it_is_and_a_folder_says_whose_it_is(town, shop):
    root, ann = town.town.root, shop.path / "crew/ann"
    (ann / "deeper").mkdir()
    nux = {"GT_AGENT": "shop/polecats/nux"}
    found = [
        whoami.caller(town.town, environ, cwd)
        for environ, cwd in (
            ({}, root), ({}, ann), ({}, ann / "deeper"), ({}, root / "mayor"), (nux, ann),
        )
    ]  # fmt: skip
    assert [(each.address, each.role, each.source) for each in found] == [
        ("overseer", "overseer", "git"),
        (ANN, "crew", "folder"),
        (ANN, "crew", "folder"),
        ("mayor", "mayor", "folder"),
        ("shop/polecats/nux", "polecat", "GT_AGENT"),
    ]
    assert found[1].home == ann


def test_a_home_needs_what_tells_it_from_others(town, shop):
    assert whoami.home_of(town.town, "refinery", rig="shop") == shop.path / "refinery"
    assert whoami.home_of(town.town, "dog", name="rex") == town.town.root / "deacon/dogs/rex"
    for words, kind in ((("crew",), NotFoundError), (("king",), RefusedError)):
        with pytest.raises(kind):
            whoami.home_of(town.town, *words)


def test_the_commands_say_so(town, shop):
    ann = shop.path / "crew/ann"

    def said(*words, **more):
        done = gt(*words, cwd=ann, **more)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout

    assert said("whoami") == f"{ANN}, signed Tess Ter\n"
    for words in (("whoami",), ("role", "show")):
        validator("caller").validate(json.loads(said(*words, "--json")))
    validator("roles").validate(json.loads(said("role", "list", "--json")))
    assert said("role") == f"crew  {ANN}  {ann}  (folder)\n"
    assert said("role", "home") == f"{ann}\n"
    assert said("role", "detect", env={"GT_AGENT": "mayor"}) == f"{ANN}\n"
    root = f"export GT_TOWN_ROOT='{town.town.root}'\n"
    assert said("role", "env") == f"{root}export GT_ROLE=crew\nexport GT_RIG=shop\n"
