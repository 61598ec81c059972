"""A shop whose forge has issues."""

import pytest

from tests.support.issues import Desk
from tests.support.pull_requests import Shop


@pytest.fixture
def desk(town, monkeypatch):
    shop = Shop(town, monkeypatch)
    yield Desk(shop)
    shop.close()
