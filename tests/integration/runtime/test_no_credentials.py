"""What a person's git would answer for them, it does not answer an agent."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitgt.runtime import environment
from gitgt.runtime.assignment import Assignment
from gitgt.runtime.presets import Runtime

ASKED = "protocol=https\nhost=forge.example\n\n"
TOLD = "protocol=https\nhost=forge.example\nusername=tess\npassword=secret\n"


@pytest.fixture
def agent(home, tmp_path):
    """The environment of an agent whose person has a home with everything in it."""
    worktree = tmp_path / "toast"
    worktree.mkdir()
    assignment = Assignment(
        address="shop/polecats/toast",
        role="polecat",
        runtime=Runtime("script", ("true",)),
        town=tmp_path,
        worktree=worktree,
        session="s1",
    )
    return environment.for_agent(assignment, os.environ)


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def ask(env: dict[str, str], where: Path):
    return subprocess.run(
        ["git", "credential", "fill"],
        cwd=where,
        env=env,
        input=ASKED,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    "key", ["credential.helper", "credential.https://forge.example.helper"]
)
def test_a_helper_that_would_answer_is_not_asked(home, tmp_path, agent, key):
    helper = program(tmp_path / "helper", "echo username=tess; echo password=secret")
    subprocess.run(["git", "config", "--global", key, str(helper)], check=True)

    assert ask(dict(os.environ), tmp_path).stdout == TOLD

    refused = ask(agent, tmp_path)
    assert refused.returncode == 128
    assert refused.stdout == ""
    assert "terminal prompts disabled" in refused.stderr


def test_a_window_that_would_ask_is_not_opened(home, tmp_path, agent):
    window = program(tmp_path / "window", "echo secret")
    subprocess.run(["git", "config", "--global", "core.askPass", str(window)], check=True)

    assert "password=secret" in ask(dict(os.environ), tmp_path).stdout
    assert ask(agent, tmp_path).returncode == 128


def test_ssh_is_told_to_ask_no_agent(home, tmp_path, agent):
    """The agent's own ssh is one that tells how it was called."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program(programs / "ssh", f'echo "$@" >"{tmp_path}/called"; exit 1')
    env = {**agent, "PATH": f"{programs}{os.pathsep}{agent['PATH']}"}

    subprocess.run(
        ["git", "ls-remote", "ssh://forge.example/shop.git"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        check=False,
        timeout=30,
    )

    called = (tmp_path / "called").read_text()
    assert called.startswith("-o BatchMode=yes -o IdentityAgent=none ")
    assert "SSH_AUTH_SOCK" not in agent
