"""What holds for a rig: properties by layers, directives, overlays."""

from __future__ import annotations

import json

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import InvalidDocumentError, NotAllowedError, NotFoundError
from gitgt.model.actor import Actor
from gitgt.services import properties
from gitgt.services.formula import overlays
from gitgt.services.formula.library import Formulas
from gitgt.services.prime import told
from gitgt.services.sessions import sessions
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS, TownBuilder

NUX = Actor.agent("shop/polecats/nux")
OVERLAY = """\
[[step-overrides]]
step_id = "{step}"
mode = "{mode}"
description = "Run the linter."
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    builder = TownBuilder(tmp_path_factory.mktemp("town")).watched()
    builder.rig()
    yield builder
    builder.close()


def test_this_machine_before_the_rig_before_its_settings_before_the_town(town):
    shop = town.town.rig("shop")

    def holds():
        return properties.get(town.town, shop, "max_polecats")

    settings = town.town.root / "settings/config.yaml"
    settings.write_text("rigs:\n  max_polecats: 9\n")
    assert (holds().value, holds().layers) == (9, ("town",))
    own = shop.path / "settings/config.yaml"
    before = own.read_text()
    own.write_text(f"{before}max_polecats: 7\n")
    assert (holds().value, holds().layers) == (7, ("settings",))
    assert properties.put(town.town, shop, "max_polecats", "5", TESS, local=False)
    assert not properties.put(town.town, shop, "max_polecats", "5", TESS, local=False)
    assert (holds().value, holds().layers) == (5, ("rig",))
    assert properties.put(town.town, shop, "max_polecats", "3", TESS, local=True)
    assert (holds().value, sessions.limit(shop, town.town)) == (3, 3)
    assert properties.block(town.town, shop, "max_polecats", TESS)
    assert (holds().value, holds().layers) == (30, ())
    assert properties.drop(town.town, shop, "max_polecats", TESS, local=True)
    assert properties.drop(town.town, shop, "max_polecats", TESS, local=False)
    assert holds().value == 7
    own.write_text(before)
    with pytest.raises(NotAllowedError):
        properties.put(town.town, shop, "max_polecats", "99", NUX, local=True)


def test_layers_are_told_and_answers_keep_their_schemas(town):
    root = town.town.root

    def ask(name, *more):
        done = gt(*name.split(), *more, "--json", cwd=root)
        assert done.code == 0, done.stderr
        answer = json.loads(done.stdout)
        validator(OTHERS[name]).validate(answer)
        return answer

    ask("rig config set", "shop", "priority_adjustment", "-1", "--global")
    said = gt("rig", "config", "set", "shop", "priority_adjustment", "2", cwd=root)
    assert said.stdout == "priority_adjustment of shop is 1 (local + rig)\n"
    assert ask("rig config show", "shop")[1]["value"] == 1
    done = gt("rig", "config", "show", "shop", "--layers", "--json", cwd=root)
    validator(OTHERS["rig config show --layers"]).validate(json.loads(done.stdout))
    assert json.loads(done.stdout)[0] == {
        "layer": "local",
        "values": {"priority_adjustment": 2},
    }
    ask("rig config unset", "shop", "priority_adjustment")
    ask("compact", "--dry-run")
    ask("directive edit", "polecat", "-m", "Write tests.")
    ask("formula overlay list")


def test_a_directive_is_written_and_taken_away_as_a_commit(town):
    shop = town.town.rig("shop")
    assert told.write(town.town, shop, "crew", "Be kind.\n\n", TESS)
    assert not told.write(town.town, shop, "crew", "Be kind.", TESS)
    found = told.directives(town.town, shop, "crew")
    assert [(each.path, each.text) for each in found] == [
        ("shop/settings/directives/crew.md", "Be kind.\n")
    ]
    assert told.write(town.town, shop, "crew", " ", TESS)
    assert told.directives(town.town, shop, "crew") == ()
    assert town.repo().git("log", "-2", "--format=%s").splitlines() == [
        "what each crew of shop is told", "what each crew of shop is told",
    ]  # fmt: skip
    with pytest.raises(NotFoundError, match="there is no role 'cook'"):
        told.write(town.town, None, "cook", "Salt.", TESS)
    with pytest.raises(NotAllowedError):
        told.write(town.town, None, "crew", "Obey me.", NUX)


def test_an_overlay_is_written_and_a_rigs_stands_in_the_towns_place(town):
    shop, name = town.town.rig("shop"), "mol-polecat-work"
    step = Formulas(town.town).cook(name, {}).steps[0].id
    for rig, mode in ((None, "append"), (shop, "replace")):
        assert overlays.write(
            town.town, rig, name, OVERLAY.format(step=step, mode=mode), TESS
        )  # fmt: skip
    for rig, mode in ((None, "append"), (shop, "replace")):
        found, _ = Formulas(town.town, rig).overrides(name)
        assert [(each.step, each.mode) for each in found] == [(step, mode)]
    with pytest.raises(InvalidDocumentError) as refused:
        overlays.write(town.town, None, name, OVERLAY.format(step=step, mode="eat"), TESS)
    assert refused.value.message == (
        "formula-overlays/mol-polecat-work.toml:3: step-overrides[0].mode: 'eat' is no mode"
    )
    assert overlays.write(town.town, shop, name, "# nothing\n", TESS)
    assert [each.name for each in Formulas(town.town, shop).overlays()] == [f"{name}.toml"]
