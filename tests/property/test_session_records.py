"""Two records of one session say together the same, whoever joins them, and how often."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gitgt.model.session_record import NOTHING_KNOWN, Note, SessionRecord, Usage, id_of, parse

COUNTS = st.none() | st.integers(0, 9)
USAGES = st.builds(Usage, input=COUNTS, output=COUNTS, cache_read=COUNTS, cache_write=COUNTS)
WORDS = st.sampled_from(["", "a", "b", "über"])
NOTES = st.none() | st.builds(Note, at=st.sampled_from(["1", "2"]), text=WORDS, mark=WORDS)
RECORDS = st.builds(
    SessionRecord,
    id=st.just("0123456789ab"),
    session=st.just("sh-aaaaa--0-1"),
    address=st.just("shop/polecats/toast"),
    model=WORDS,
    conversation=WORDS,
    transcript=WORDS,
    attempt=st.integers(1, 3),
    started=WORDS,
    ended=WORDS,
    handoff=NOTES,
    checkpoint=NOTES,
    how=WORDS,
    usage=st.dictionaries(WORDS, USAGES, max_size=2),
    ext=st.dictionaries(st.sampled_from(["later", "still"]), WORDS | st.integers(), max_size=2),
)

KEYS = st.sampled_from(["id", "session", "address", "usage", "attempt", "x"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda more: st.lists(more) | st.dictionaries(KEYS, more),
)


@given(RECORDS, RECORDS, RECORDS)
def test_joining_is_the_same_in_any_order_and_twice_is_once(one, two, three):
    assert one.joined(two) == two.joined(one)
    assert one.joined(two).joined(three) == one.joined(two.joined(three))
    assert one.joined(one) == one
    assert one.joined(two).joined(two) == one.joined(two)


@given(RECORDS)
def test_what_is_written_is_read_back(record):
    assert parse(json.loads(json.dumps(record.plain()))) == record


@given(RECORDS, RECORDS)
def test_nothing_that_is_known_is_lost(one, two):
    both = one.joined(two)
    for record in (one, two):
        assert both.total.input is None or (record.total.input or 0) <= both.total.input
        assert {*record.usage} <= {*both.usage}
    assert both.is_open == (one.is_open and two.is_open)


@given(ANYTHING)
def test_what_is_no_record_is_none(found):
    record = parse(found)
    assert record is None or parse(record.plain()) == record


def test_what_is_not_known_is_not_nothing():
    assert Usage(input=3).plus(Usage(output=1)) == Usage(input=3, output=1)
    assert SessionRecord(id="i", session="s", address="a").total == NOTHING_KNOWN
    assert not NOTHING_KNOWN.is_known
    assert Usage(output=0).is_known


def test_sessions_of_one_name_have_ids_of_their_own():
    told = {"host": "one", "place": "/town", "address": "mayor", "session": "1"}
    first = id_of(**told)
    assert id_of(**told, number=2) == f"{first}-2"
    assert id_of(**{**told, "host": "two"}) != first
