"""Which runtime an agent gets, and what that is."""

import pytest

from gitgt.errors import NotFoundError, SettingsError
from gitgt.model.runtime_choice import Choice, Layer, choose, described, from_seed, merged

SHIPPED = ("claude", "codex")


class TestChoice:
    @pytest.mark.parametrize(
        ("asked", "rig", "town", "name", "why"),
        [
            (("a", "b"), {}, {}, "a", "asked for"),
            (("", "b"), {"roles": {"polecat": "c"}}, {}, "b", "asked for"),
            (
                (),
                {"roles": {"polecat": "c"}, "default": "d"},
                {"roles": {"polecat": "e"}},
                "c",
                "polecat of shop",
            ),
            ((), {"default": "d"}, {"roles": {"polecat": "e"}}, "e", "polecat of the town"),
            (
                (),
                {"default": "d", "roles": {"mayor": "x"}},
                {"default": "f"},
                "d",
                "default of shop",
            ),
            ((), {}, {"default": "f", "roles": {"mayor": "x"}}, "f", "default of the town"),
            ((), {}, {}, "claude", "nobody says"),
        ],
    )
    def test_the_nearest_word_holds(self, asked, rig, town, name, why):
        layers = [Layer("shop", **rig), Layer("the town", **town)]

        assert choose(asked, "polecat", layers) == Choice(name, why)


class TestDescription:
    def said(self, name, town, rig=None):
        layers = [Layer("shop", agents=rig or {}), Layer("the town", agents=town)]
        return described(name, layers, SHIPPED)

    def test_a_preset_needs_no_settings(self):
        assert self.said("codex", {}) == {"preset": "codex"}

    def test_a_command_alone_is_plain_even_under_the_name_of_a_preset(self):
        plain = {"command": ["claude", "-p"], "prompt": "argument"}

        assert self.said("claude", {"claude": plain}) == plain

    def test_without_a_command_it_extends_what_has_its_name(self):
        assert self.said("claude", {"claude": {"model": "m"}}) == {
            "preset": "claude",
            "model": "m",
        }

    def test_a_rig_says_what_is_different_from_the_towns(self):
        town = {"claude": {"model": "m", "set": {"A": "1", "B": "1"}}}
        rig = {"claude": {"set": {"B": "2"}}}

        assert self.said("claude", town, rig) == {
            "preset": "claude",
            "model": "m",
            "set": {"A": "1", "B": "2"},
        }

    def test_one_may_extend_another_that_extends_a_preset(self):
        town = {
            "quick": {"preset": "claude", "model": "small"},
            "quicker": {"preset": "quick", "extra": ["--effort", "low"]},
        }
        assert self.said("quicker", town) == {
            "preset": "claude",
            "model": "small",
            "extra": ["--effort", "low"],
        }

    def test_what_extends_a_plain_command_is_one(self):
        town = {"own": {"command": ["x"], "prompt": "stdin"}, "more": {"preset": "own"}}

        assert self.said("more", town) == {"command": ["x"], "prompt": "stdin"}

    def test_what_nobody_knows_is_told(self):
        with pytest.raises(NotFoundError) as told:
            self.said("nope", {})

        assert told.value.message == "there is no runtime 'nope'"
        assert told.value.hint == "git gt config agent set nope 'command'"

    def test_what_has_nothing_to_run_is_told(self):
        with pytest.raises(SettingsError, match="runtime own has no command"):
            self.said("own", {"own": {"model": "m"}})

    def test_what_extends_nothing_is_told(self):
        with pytest.raises(SettingsError) as told:
            self.said("own", {"own": {"preset": "nope"}})

        assert (
            told.value.message == "runtime own extends 'nope', and there is none of that name"
        )
        assert told.value.hint == "presets: claude, codex"

    def test_what_extends_itself_is_told(self):
        town = {"a": {"preset": "b"}, "b": {"preset": "a"}}

        with pytest.raises(SettingsError, match="runtime a extends itself: a, b, a"):
            self.said("a", town)


def test_maps_are_merged_and_lists_are_not():
    old = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    new = {"a": {"y": [3]}, "c": 2}

    assert merged(old, new) == {"a": {"x": 1, "y": [3]}, "b": 1, "c": 2}
    assert old == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


class TestSeed:
    @pytest.mark.parametrize(
        ("fields", "name", "entry"),
        [
            (
                {"provider": "codex", "command": "codex", "args": [], "prompt_mode": "none"},
                "codex",
                {"preset": "codex", "command": ["codex"], "interactive": {"prompt": "paste"}},
            ),
            (
                {"command": "/opt/claude", "args": ["--verbose"]},
                "claude",
                {"preset": "claude", "command": ["/opt/claude"], "extra": ["--verbose"]},
            ),
            (
                {
                    "provider": "generic",
                    "command": "mine",
                    "args": ["-x"],
                    "prompt_mode": "none",
                },
                "generic",
                {"command": ["mine", "-x"], "prompt": "none"},
            ),
            ({"command": "mine"}, "mine", {"command": ["mine"], "prompt": "argument"}),
            ({}, "claude", {"preset": "claude"}),
        ],
    )
    def test_what_gas_town_wrote_says_the_same_here(self, fields, name, entry):
        assert from_seed(fields, SHIPPED) == Layer("", default=name, agents={name: entry})
