"""Memories of two clones: none is lost, and none is told under another's name."""

from __future__ import annotations

import pytest

from gitgt.model.actor import Actor
from gitgt.model.documents import Topic
from gitgt.services import memories
from gitgt.services.memories import Wanted
from tests.support.clones import Place, hub
from tests.support.town import TESS

TOAST = Actor.agent("shop/polecats/toast")


@pytest.fixture
def hubs(tmp_path):
    return hub(tmp_path)


@pytest.fixture
def here(tmp_path, hubs):
    """A town that shares the project's ledger."""
    place = Place(tmp_path / "here", str(hubs.path))
    place.sync()
    yield place
    place.builder.close()


@pytest.fixture
def there(tmp_path, hubs, here):
    """Another one, begun when the ledger was at the remote already."""
    place = Place(tmp_path / "there", str(hubs.path))
    yield place
    place.builder.close()


def remembered(place):
    found = memories.find(place.builder.town, [place.rig])
    return sorted((each.title, each.created_by, each.description) for each in found)


def together(*places):
    for each in (*places, *places):
        each.sync()


def remember(place, text, who, key=""):
    wanted = Wanted(text, key, Topic.PROJECT)
    return memories.remember(place.builder.town, place.rig, wanted, who)


def test_what_two_clones_remember_under_one_key_is_told_twice_and_forgotten_once(here, there):
    remember(here, "Use tabs.", TESS, "style")
    remember(there, "Use spaces.", TOAST, "style")
    together(here, there)

    both = [("style", "Tess Ter", "Use tabs."), ("style", TOAST.address, "Use spaces.")]
    assert remembered(here) == remembered(there) == both

    ended = memories.forget(there.builder.town, [there.rig], "style", TESS)
    together(there, here)
    assert len(ended) == 2
    assert remembered(here) == remembered(there) == []


def test_what_one_clone_forgets_and_the_other_says_anew_is_remembered(here, there):
    remember(here, "Use tabs.", TESS, "style")
    together(here, there)

    memories.forget(here.builder.town, [here.rig], "style", TESS)
    remember(there, "Use spaces.", TOAST, "style")
    together(here, there)
    assert remembered(here) == remembered(there) == [("style", TOAST.address, "Use spaces.")]


def test_two_texts_that_begin_alike_have_two_names(here):
    remember(here, "Run the linter, always.", TESS)
    remember(here, "Run the linter, always. And the tests.", TESS)
    assert [title for title, _, _ in remembered(here)] == [
        "run-the-linter-always",
        "run-the-linter-always-and-the",
    ]
    remember(here, "Run the linter: always!", TESS)
    assert "run-the-linter-always-2" in [title for title, _, _ in remembered(here)]
