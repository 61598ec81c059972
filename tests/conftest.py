"""Lets every test live in a world of its own; the helpers are in tests/support."""

from __future__ import annotations

import os

import hypothesis
import pytest

from tests.support.checkout import Checkout
from tests.support.leftovers import left_behind
from tests.support.world import World

_WORLD = World()

hypothesis.settings.register_profile("fast", max_examples=25, deadline=None)
hypothesis.settings.register_profile(
    "ci", max_examples=100, deadline=None, derandomize=True, print_blob=True
)
hypothesis.settings.register_profile("deep", max_examples=2000, deadline=None)


def pytest_configure(config):
    profile = "ci" if os.environ.get("CI") else "fast"
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", profile))
    _WORLD.enter()


def pytest_unconfigure(config):
    _WORLD.leave()


def pytest_xdist_auto_num_workers(config):
    """Two for each core: much of the time is spent waiting for processes of others."""
    return 2 * len(os.sched_getaffinity(0))


def pytest_collection_modifyitems(items):
    """Begin with what takes long, so that at the end nobody works alone."""
    items.sort(key=lambda item: not item.get_closest_marker("slow"))
    items.sort(key=lambda item: not item.get_closest_marker("e2e"))


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(tmp_path_factory):
    """No process that a test started outlives the tests, and nothing lies in the home."""
    yield
    folders = [tmp_path_factory.getbasetemp(), _WORLD.base]
    assert left_behind(_WORLD.run, folders) == []
    assert _WORLD.strays() == []


@pytest.fixture
def world():
    """The temporary home, and what else is in place of the machine's."""
    return _WORLD


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of this test's own, for what is written there."""
    place = tmp_path / "a home"
    place.mkdir()
    (place / ".gitconfig").write_bytes((_WORLD.home / ".gitconfig").read_bytes())
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(place / ".gitconfig"))
    return place


@pytest.fixture
def rig(tmp_path):
    """A project with one commit, as people have them."""
    return Checkout.init(tmp_path / "rig")


@pytest.fixture
def town(tmp_path):
    """A town that only moves when it is told to."""
    from tests.support.town import TownBuilder

    builder = TownBuilder(tmp_path, alone=True).watched()
    yield builder
    builder.close()
