"""How what there is room for is shared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.prime.budget import allotted, fitted, tokens

WEIGHTS = {"a": 8, "b": 5, "c": 3}
NEEDS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3000))


def test_three_bytes_are_a_token():
    assert [tokens(each) for each in ("", "a", "abc", "abcd", "日本")] == [0, 1, 1, 2, 2]


def test_what_one_does_not_need_the_others_have():
    assert allotted({"a": 10, "b": 10}, WEIGHTS, 100) == {"a": 10, "b": 10}
    assert allotted({"a": 1000, "b": 1000}, WEIGHTS, 130) == {"a": 80, "b": 50}
    assert allotted({"a": 20, "b": 1000}, WEIGHTS, 130) == {"a": 20, "b": 110}
    assert allotted({"a": 20, "b": 1}, WEIGHTS, 0) == {"a": 0, "b": 0}


@given(NEEDS, st.integers(-10, 2000))
def test_nobody_has_more_than_they_need_and_all_together_what_there_is(needs, room):
    found = allotted(needs, WEIGHTS, room)
    assert found.keys() == needs.keys()
    assert all(0 <= found[name] <= need for name, need in needs.items())
    assert sum(found.values()) <= max(room, 0)


@given(st.text(max_size=200), st.integers(0, 100))
def test_as_much_is_shown_as_has_room(text, room):
    def shown(count):
        return text[:count] + ("" if count == len(text) else f" ({len(text) - count} more)")

    found = fitted(shown, len(text), room)
    assert tokens(found) <= room
    if tokens(text) <= room:
        assert found == text
