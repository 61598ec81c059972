"""What a bead cannot say of a record is kept, and given back while nobody changes the bead."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gitgt.services.exchange.kept import difference, restored, stored, unstored

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.text("\x00\x1b\ud800\ufeffab", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.just("json"), inner, max_size=3)
    ),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.text(max_size=4) | st.sampled_from(["a", "b"]), VALUES, max_size=5)


def same(one, two):
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


@given(value=VALUES)
def test_any_value_can_be_stored(value):
    assert same(unstored(stored(value)), value)


@given(record=RECORDS, made=RECORDS)
def test_what_was_kept_makes_the_record_again(record, made):
    assert same(restored(difference(record, made), made), record)


def test_a_field_that_was_changed_since_says_what_the_bead_says():
    mark = difference({"status": "in_review", "extra": 1}, {"status": "open"})
    assert restored(mark, {"status": "closed"}) == {"status": "closed", "extra": 1}


def test_an_edge_that_came_since_stands_beside_those_that_were_kept():
    def edge(to, kind="blocks", **more):
        return {"issue_id": "a", "depends_on_id": to, "type": kind, **more}

    kept = [edge("b", by="Ada"), edge("c", "caused-by"), edge("d", by="Ada")]
    mark = difference({"dependencies": kept}, {"dependencies": [edge("b"), edge("d")]})
    now = [edge("d"), edge("e")]
    assert restored(mark, {"dependencies": now}) == {
        "dependencies": [edge("c", "caused-by"), edge("d", by="Ada"), edge("e")]
    }
