"""A shop at a forge, for whoever has gh."""

import pytest

from tests.support.pull_requests import Shop


@pytest.fixture
def shop(town, monkeypatch):
    found = Shop(town, monkeypatch)
    yield found
    found.close()
