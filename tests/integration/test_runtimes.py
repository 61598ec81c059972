"""What agents run on: settings of the town and of a rig, and what is here of it."""

import json
import os

import pytest

from gitgt.cli.bead.outputs import OTHERS
from gitgt.errors import (
    EnvironmentProblemError,
    NotAllowedError,
    NotFoundError,
    SettingsError,
    ToolMissingError,
)
from gitgt.model.actor import Actor
from gitgt.runtime import presets
from gitgt.services import sling
from gitgt.services.sessions import programs, runtimes
from gitgt.services.sling import Order
from tests.support.checkout import Checkout
from tests.support.commandline import gt
from tests.support.outputs import validator
from tests.support.town import TESS

AGENT = Actor.agent("shop/polecats/obsidian")


@pytest.fixture
def shop(town):
    return town.rig(gate=None)


@pytest.fixture
def office(town):
    return Checkout(town.town.root)


def names(town, shop, **asked):
    """Return what a polecat and a mayor of the town get."""
    polecat = runtimes.choose(town.town, shop, role="polecat")
    mayor = runtimes.choose(town.town, None, role="mayor")
    return polecat.name, mayor.name


class TestSettings:
    def test_a_role_has_its_own_and_a_rig_knows_better_than_the_town(self, town, shop, office):
        runtimes.set_default(town.town, "codex", TESS)
        assert names(town, shop) == ("codex", "codex")

        runtimes.set_default(town.town, "gemini", TESS, rig=shop)
        assert names(town, shop) == ("gemini", "codex")

        runtimes.set_role(town.town, "polecat", "pi", TESS)
        runtimes.set_role(town.town, "mayor", "claude", TESS)
        assert names(town, shop) == ("pi", "claude")

        runtimes.set_role(town.town, "polecat", "copilot", TESS, rig=shop)
        assert names(town, shop) == ("copilot", "claude")

        runtimes.set_role(town.town, "polecat", "", TESS, rig=shop)
        assert names(town, shop) == ("pi", "claude")
        assert office.subjects("HEAD")[:6] == [
            "run each polecat of shop on the default",
            "run each polecat of shop on copilot",
            "run each mayor on claude",
            "run each polecat on pi",
            "run agents of shop on gemini",
            "run agents on codex",
        ]
        assert office.git("status", "--porcelain") == ""

    def test_where_nobody_says_anything_it_is_claude(self, town, shop, office):
        office.git("rm", "-q", "settings/agents.yaml")
        office.git("commit", "-q", "-m", "Forget")

        assert names(town, shop) == ("claude", "claude")

    def test_a_rig_in_gas_towns_form_runs_on_what_it_says(self, town, shop):
        """The rest of such a file is let be."""
        said = {
            "type": "rig-settings",
            "merge_queue": {"enabled": True},
            "runtime": {"provider": "codex", "args": ["--search"], "prompt_mode": "none"},
        }
        (shop.path / "settings/config.json").write_text(json.dumps(said, indent=2))

        made = runtimes.chosen(town.town, shop)

        assert (made.name, made.preset, made.extra) == ("codex", "codex", ("--search",))
        assert made.interactive.prompt == "paste"
        assert runtimes.default(town.town) == "script"

    def test_a_mistake_in_gas_towns_form_is_told_with_its_line(self, town, shop):
        path = shop.path / "settings/config.json"
        path.write_text('{\n  "runtime": {\n    "prompt_mode": "args"\n  }\n}\n')

        with pytest.raises(SettingsError) as told:
            runtimes.chosen(town.town, shop)

        assert told.value.message == (
            f"{path}:3: runtime.prompt_mode: 'args' is not one of arg, none; did you mean arg?"
        )
        assert told.value.hint == "mend it, or take an older one: git log -p"

    def test_a_mistake_in_a_runtime_is_told_with_its_line(self, town, shop):
        path = town.town.root / "settings/agents.yaml"
        path.write_text("agents:\n  claude:\n    taps:\n      scoop: home\n")

        with pytest.raises(SettingsError) as told:
            runtimes.chosen(town.town, shop)

        assert told.value.message == (
            f"{path}:4: agents.claude.taps.scoop: there is no such key; did you mean scope?"
        )

    def test_comments_at_the_head_stay(self, town, office):
        path = town.town.root / "settings/agents.yaml"
        office.commit(
            "settings/agents.yaml", f"# Ours.\n{path.read_text()}", message="Say whose"
        )

        runtimes.set_default(town.town, "codex", TESS)

        assert path.read_text().startswith("# Ours.\ndefault: codex\n")

    def test_a_tier_makes_roles_cheaper_and_takes_that_back(self, town, shop, office):
        runtimes.set_role(town.town, "crew", "codex", TESS)
        before = office.read("settings/agents.yaml")
        assert runtimes.tier(town.town) == "standard"

        assert runtimes.set_tier(town.town, "budget", TESS)
        assert not runtimes.set_tier(town.town, "budget", TESS)
        assert runtimes.tier(town.town) == "budget"
        assert names(town, shop) == ("claude-sonnet", "claude-sonnet")
        assert runtimes.choose(town.town, shop, role="crew").name == "codex"
        made = runtimes.chosen(town.town, shop, role="witness")
        assert (made.preset, made.model) == ("claude", "haiku")

        runtimes.set_tier(town.town, "standard", TESS)
        runtimes.forget(town.town, "claude-sonnet", TESS)
        runtimes.forget(town.town, "claude-haiku", TESS)
        assert office.read("settings/agents.yaml") == before

    def test_what_extends_nothing_is_not_set(self, town, office):
        before = office.head
        with pytest.raises(NotFoundError) as told:
            runtimes.put(town.town, "own", {"preset": "nope"}, TESS)

        assert told.value.message == "there is no preset or runtime 'nope' to extend"
        assert office.head == before

    def test_no_agent_chooses_what_agents_run_on(self, town):
        with pytest.raises(NotAllowedError):
            runtimes.set_role(town.town, "polecat", "codex", AGENT)


class TestPrograms:
    def test_what_is_missing_is_told_before_anything_is_made(self, town, shop):
        runtimes.put(town.town, "own", {"preset": "codex", "command": ["no-such"]}, TESS)
        bead = town.bead(shop, "Greet")

        with pytest.raises(ToolMissingError) as told:
            sling.sling(town.town, [bead.id], Order(agent="own"), TESS)

        assert told.value.message == (
            "runtime own cannot be run: there is no program 'no-such'"
        )
        assert told.value.hint == (
            "install it, or choose another runtime: git gt agents runtimes"
        )
        assert town.now(bead.id).status == "open"
        assert [*(shop.path / "polecats").iterdir()] == []

    def test_what_went_missing_makes_no_sandbox(self, town, shop):
        runtimes.put(town.town, "own", {"preset": "codex", "command": ["no-such"]}, TESS)
        runtimes.set_default(town.town, "own", TESS)
        bead = town.bead(shop, "Greet")
        sling.sling(town.town, [bead.id], Order(), TESS)

        town.settle()

        after = town.now(bead.id)
        assert (after.status, after.reason) == (
            "open",
            "could not be started: runtime own cannot be run: there is no program 'no-such'",
        )
        assert [*(shop.path / "polecats").iterdir()] == []

    def test_a_runtime_that_nobody_knows_is_told_when_it_is_named(self, town, shop):
        bead = town.bead(shop, "Greet")

        with pytest.raises(NotFoundError, match="there is no runtime 'nope'"):
            sling.sling(town.town, [bead.id], Order(agent="nope"), TESS)

        assert town.now(bead.id).status == "open"

    def test_a_program_may_be_besides_the_path(self, tmp_path):
        program = tmp_path / ".claude/local/claude"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\necho 2.1.197 Claude Code\n")
        program.chmod(0o755)
        ours = {"HOME": str(tmp_path), "PATH": "/bin:/usr/bin", "IS_SANDBOX": "1"}
        claude = presets.runtime("claude", {})

        made = programs.ready(claude, {**ours, "PATH": str(tmp_path)})
        [seen] = programs.look([claude], {**ours, "PATH": f"{tmp_path}:/bin"})

        assert made.command == (str(program),)
        assert (seen.program, seen.version) == (program, "2.1.197")

    def test_a_command_of_the_project_is_looked_for_once_its_worktree_is_there(self):
        made = presets.runtime("own", {"command": ["./agent.sh"], "prompt": "none"})

        assert programs.ready(made, {"PATH": "/nowhere"}) == made

    def test_a_plain_command_is_not_run_to_ask_for_its_version(self):
        made = presets.runtime("own", {"command": ["touch", "ran"], "prompt": "none"})

        [seen] = programs.look([made], {"PATH": "/bin:/usr/bin"})

        assert seen.program.name == "touch"
        assert seen.version == ""

    def test_who_does_not_answer_is_there_without_a_version(self, tmp_path, monkeypatch):
        monkeypatch.setattr(programs, "_PATIENCE", 0.1)
        program = tmp_path / "codex"
        program.write_text("#!/bin/sh\nsleep 600\n")
        program.chmod(0o755)

        [seen] = programs.look(
            [presets.runtime("codex", {})], {"PATH": f"{tmp_path}:/bin:/usr/bin"}
        )
        assert (seen.program, seen.version) == (program, "")

    def test_who_refuses_to_work_for_root_is_told_so(self, monkeypatch):
        monkeypatch.setattr("os.geteuid", lambda: 0)

        with pytest.raises(EnvironmentProblemError) as told:
            programs.ready(presets.runtime("claude", {}), {"PATH": "/bin"})

        assert told.value.message == (
            "runtime claude cannot be run by root: it refuses to skip permissions for root"
        )
        assert told.value.hint == (
            "let another user run the town; IS_SANDBOX=1 says that this is a sandbox"
        )


def test_what_is_here_of_each_runtime_is_shown(town, tmp_path, monkeypatch):
    """A PATH with two of them on it."""
    for name, version in (("codex", "codex-cli 0.169.0"), ("cursor-agent", "2025.09")):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    runtimes.put(town.town, "lost", {"preset": "amp", "command": ["no-such"]}, TESS)
    runtimes.put(town.town, "wrong", {"preset": "amp", "arguments": {"ask": ["x"]}}, TESS)
    runtimes.put(town.town, "wrong", {"model": "m", "preset": "wrong"}, TESS)
    done = gt("agents", "runtimes", cwd=town.town.root)

    rows = [line.split("  ") for line in done.stdout.splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert cells["codex"] == [
        "-",
        f"{tmp_path}/bin/codex",
        "0.169.0",
        "verified: 0.169.0",
        "codex",
        "resume, fork",
    ]
    assert cells["cursor"] == [
        "-",
        f"{tmp_path}/bin/cursor-agent",
        "2025.09",
        "verified: no",
        "no taps",
        "resume",
    ]
    assert cells["lost"] == ["-", "missing", "-", "verified: no", "no taps", "resume"]
    assert done.stderr == "gt: wrong cannot be used: runtime wrong has no command\n"
    assert cells["script"][:1] + cells["script"][2:] == [
        "default",
        "-",
        "plain",
        "no taps",
        "-",
    ]


@pytest.mark.parametrize(
    "words",
    ["agents runtimes", "config agent list", "config role-agent", "config default-agent"],
)
def test_every_answer_keeps_its_schema(town, words):
    runtimes.put(town.town, "quick", {"preset": "claude", "model": "small"}, TESS)
    done = gt(*words.split(), "--json", cwd=town.town.root)

    assert (done.code, done.stderr) == (0, "")
    validator(OTHERS[words]).validate(json.loads(done.stdout))
