"""What the tests of the refinery share."""

from __future__ import annotations

import pytest

from tests.support.gate_shop import GateShop


@pytest.fixture
def shop(tmp_path, monkeypatch):
    # A run that ends where nobody watches would start a pass of its own.
    monkeypatch.setattr("gitgt.services.sessions.sessions.own_command", lambda: ("true",))
    return GateShop(tmp_path)
