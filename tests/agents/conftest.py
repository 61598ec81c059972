"""Real agents' programs: where they are, and that they can reach nobody but us."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.world import ROOT

PROGRAMS = ROOT / ".agents/bin"


def _interfaces():
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines]


@pytest.fixture(autouse=True)
def alone():
    """There is no network but loopback."""
    if _interfaces() != ["lo"]:
        pytest.skip("there is a network: make test-agents runs them without one")


@pytest.fixture(params=["claude", "codex", "gemini", "opencode", "copilot", "pi"])
def cli(request, monkeypatch):
    """The name of an agent's program, which is on the PATH."""
    if not (PROGRAMS / request.param).exists():
        pytest.skip(f"{request.param} is not installed: make test-agents installs it")
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    return request.param
