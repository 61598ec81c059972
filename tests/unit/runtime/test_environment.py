"""What an agent may see."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gitgt.runtime import environment
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.presets import Runtime

TOAST = Assignment(
    address="shop/polecats/toast",
    role="polecat",
    runtime=Runtime("script", ("true",)),
    town=Path("/t"),
    worktree=Path("/t/shop/polecats/toast"),
    session="s1",
    rig="shop",
    name="toast",
    bead="gt-abc12",
    branch="polecat/toast/gt-abc12",
    base="main",
    attempt=2,
    prompt="Do it.",
)

OURS = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp/homeess",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "ANTHROPIC_API_KEY",
        "SSH_AUTH_SOCK",
        "SSH_ASKPASS",
        "GIT_ASKPASS",
        "GIT_SSH_COMMAND",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_CONFIG_COUNT",
        "DBUS_SESSION_BUS_ADDRESS",
        "DOCKER_HOST",
        "GPG_AGENT_INFO",
        "LD_PRELOAD",
        "PYTHONPATH",
        "NODE_OPTIONS",
        "http_proxy",
        "GT_INTERNAL",
        "GT_RUN",
        "GT_DETACHED",
        "GT_SOMETHING_OF_ANOTHER_AGENT",
    ],
)
def test_what_nobody_thought_of_does_not_get_in(name):
    assert environment.for_agent(TOAST, {**OURS, name: "x"}).get(name) != "x"


def test_an_agent_sees_exactly_this():
    found = environment.for_agent(TOAST, OURS)
    mark = found.pop("GT_TOWN_RUN")

    assert len(mark) == 16
    assert found.pop("PATH").startswith(OURS["PATH"])
    assert found == {
        "HOME": "/tmp/homeess",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_AUTHOR_NAME": "shop/polecats/toast",
        "GIT_AUTHOR_EMAIL": "shop.polecats.toast@gitgt.invalid",
        "GIT_COMMITTER_NAME": "shop/polecats/toast",
        "GIT_COMMITTER_EMAIL": "shop.polecats.toast@gitgt.invalid",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CEILING_DIRECTORIES": "/t/shop/polecats",
        "GIT_ASKPASS": "",
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o IdentityAgent=none",
        "GIT_CONFIG_COUNT": "4",
        "GIT_CONFIG_KEY_0": "commit.gpgSign",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_CONFIG_KEY_1": "tag.gpgSign",
        "GIT_CONFIG_VALUE_1": "false",
        "GIT_CONFIG_KEY_2": "credential.helper",
        "GIT_CONFIG_VALUE_2": "",
        "GIT_CONFIG_KEY_3": "http.extraHeader",
        "GIT_CONFIG_VALUE_3": "",
        "GT_TOWN_ROOT": "/t",
        "GT_ROLE": "polecat",
        "GT_RIG": "shop",
        "GT_POLECAT": "toast",
        "GT_AGENT": "shop/polecats/toast",
        "GT_BEAD": "gt-abc12",
        "GT_BRANCH": "polecat/toast/gt-abc12",
        "GT_BASE": "main",
        "GT_WORKTREE": "/t/shop/polecats/toast",
        "GT_SESSION": "s1",
        "GT_ATTEMPT": "2",
        "GT_PROMPT": "Do it.",
    }


def test_every_variable_is_documented_once():
    names = [variable.name for variable in environment.VARIABLES]

    assert len(names) == len(set(names))
    assert all(name.startswith("GT_") for name in names)
    assert all(variable.meaning for variable in environment.VARIABLES)


def test_what_a_person_chose_for_all_sessions_holds_for_what_an_agent_sets_off():
    chosen = {"GT_SESSIONS_JAIL": "none", "GT_SESSIONS_LAUNCHER": "exec"}

    found = environment.for_agent(TOAST, {**OURS, **chosen, "GT_INTERNAL": "x"})

    assert chosen.items() <= found.items()
    assert "GT_INTERNAL" not in found


def test_a_runtime_may_ask_for_more():
    import dataclasses

    runtime = Runtime("claude", ("claude",), environment=("ANTHROPIC_API_KEY",))
    assignment = dataclasses.replace(TOAST, runtime=runtime)
    ours = {**OURS, "ANTHROPIC_API_KEY": "k", "GITHUB_TOKEN": "t"}

    found = environment.for_agent(assignment, ours)

    assert found["ANTHROPIC_API_KEY"] == "k"
    assert "GITHUB_TOKEN" not in found


def test_a_prompt_of_any_length_still_lets_a_program_start():
    import dataclasses

    long = dataclasses.replace(TOAST, prompt="\u00e4\0" * 500_000)
    found = environment.for_agent(long, OURS)

    done = subprocess.run([shutil.which("true")], env=found, check=False)
    assert done.returncode == 0
    assert found["GT_PROMPT"].startswith("\u00e4\u00e4")
