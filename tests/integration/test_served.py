"""The servers of tests/support/served.py serve, and are gone afterwards."""

from __future__ import annotations

import os
import subprocess

import psutil
import pytest

from tests.support.checkout import Checkout
from tests.support.served import WAYS, served


@pytest.mark.parametrize("how", WAYS)
def test_a_plain_client_clones_and_pushes(rig, tmp_path, how):
    place = tmp_path / "a server"
    bare = Checkout(place / "a hub.git")
    rig.git("clone", "-q", "--bare", str(rig.path), str(bare.path))
    before = {each.pid for each in psutil.Process().children(recursive=True)}

    with served(how, bare.path, tmp_path) as address:
        client = Checkout(tmp_path / "client")
        rig.git("clone", "-q", address, str(client.path))
        pushed = client.commit("prices.txt")
        client.git("push", "-q", "origin", "main")

    assert bare.git("rev-parse", "main") == pushed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a server", "client", "rig"]
    assert {each.pid for each in psutil.Process().children(recursive=True)} == before
    assert "GIT_SSH_COMMAND" not in os.environ


@pytest.mark.parametrize(("how", "knows"), [("ssh", "home"), ("http", "")])
def test_hooks_run_in_what_a_server_leaves_of_an_environment(rig, tmp_path, how, knows):
    bare = Checkout(tmp_path / "hub.git")
    rig.git("clone", "-q", "--bare", str(rig.path), str(bare.path))
    hook = bare.path / "hooks" / "pre-receive"
    hook.write_text('#!/bin/sh\necho "home ${HOME##*/}"; command -v git-gt; exit 1\n')
    hook.chmod(0o755)

    with served(how, bare.path, tmp_path) as address:
        rig.commit("prices.txt")
        refused = rig.attempt("push", address, "main")

    said = [
        line.removeprefix("remote: ").strip()
        for line in refused.stderr.splitlines()
        if line.startswith("remote: ")
    ]
    assert refused.returncode == 1
    assert said == [f"home {knows}".strip()]


def test_many_clients_at_once_are_served(rig, tmp_path):
    bare = Checkout(tmp_path / "hub.git")
    rig.git("clone", "-q", "--bare", str(rig.path), str(bare.path))
    with served("http", bare.path, tmp_path) as address:
        pushes = [
            subprocess.Popen(["git", "push", "-q", address, f"main:b{n}"], cwd=rig.path)
            for n in range(6)
        ]
        assert [push.wait(60) for push in pushes] == [0] * 6
