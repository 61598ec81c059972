"""Six agents' real programs, at work in a town on a model that is none."""

from __future__ import annotations

import pytest

from gitgt.runtime import presets
from gitgt.services.doctor import probe

pytestmark = pytest.mark.agents
MORE = "git add -A && echo resumed"


def test_it_does_what_an_agent_must(cli, tmp_path):
    runtime = presets.runtime(cli, {"preset": cli})
    found = probe.probe(runtime, {}, tmp_path / "probe")
    assert [each for each in found.findings if not each.ok] == []
    assert [each.what for each in found.findings] == [
        "started",
        "sandbox",
        "taps",
        "context",
        "guard",
        "commit",
        "landed",
    ]
