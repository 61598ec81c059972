"""Properties of a rig, in layers."""

from __future__ import annotations

import pytest

from gitgt.errors import NotFoundError, RefusedError
from gitgt.model import properties
from gitgt.model.properties import Found, Layer


def layers(**values):
    names = ("local", "rig", "settings", "town")
    return [Layer(name, values.get(name, {})) for name in names]


@pytest.mark.parametrize(
    ("key", "said", "value", "where"),
    [
        ("max_polecats", {}, 30, ()),
        ("max_polecats", {"town": 5}, 5, ("town",)),
        ("max_polecats", {"rig": 4, "settings": 3, "town": 5}, 4, ("rig",)),
        ("max_polecats", {"local": 1, "rig": 4}, 1, ("local",)),
        ("max_polecats", {"local": None, "rig": 4}, 30, ()),
        (
            "priority_adjustment",
            {"local": 1, "rig": -3, "town": 10},
            8,
            ("local", "rig", "town"),
        ),
        ("priority_adjustment", {"local": 1, "rig": None, "town": 10}, 1, ("local",)),
        ("wisp_ttl_patrol", {"settings": "3h"}, "3h", ("settings",)),
        ("wisp_ttl_patrol", {}, "24h", ()),
    ],
)
def test_who_has_the_first_word(key, said, value, where):
    there = layers(**{name: {key: each} for name, each in said.items()})
    assert properties.effective(key, there) == Found(key, value, where)


def test_labels_say_what_can_be_read_and_no_more():
    said = ("max_polecats:4", "max_polecatsx:4", "maintenance_window:late", "net", "a:b")
    assert properties.from_labels(said) == {"max_polecats": 4}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("max_polecats", "0"), ("max_polecats", "many"), ("priority_adjustment", "1.5"),
        ("maintenance_window", "22-6"), ("wisp_ttl_run", "soon"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(key, text):
    with pytest.raises(RefusedError):
        properties.known(key).parse(text)


def test_what_there_is_not():
    with pytest.raises(NotFoundError) as refused:
        properties.known("status")
    assert refused.value.hint == "git gt rig park, unpark, dock, undock"


@pytest.mark.parametrize(
    ("window", "minute", "wait"),
    [
        ("", 0, 0), ("22:00-06:00", 21 * 60, 60), ("22:00-06:00", 22 * 60, 0),
        ("22:00-06:00", 359, 0), ("22:00-06:00", 360, 960), ("03:00-04:30", 270, 1350),
        ("00:00-00:00", 700, 0),
    ],
)  # fmt: skip
def test_when_a_window_opens(window, minute, wait):
    assert properties.opens_in(window, minute) == wait
